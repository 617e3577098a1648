"""Sorting by the order that a class says of its objects: by the key that stands on both sides of its `<`.

By hand: of

    def __lt__(self, other):
        return self.t < other.t

the key is `self.t`.  Python's sort compares two objects just where it would compare their keys, with the same answer,
whatever these are (NaN among them), so the objects are sorted by their keys.  `self.t > other.t` is the order of
`-self.t`.  What `dataclasses` writes compares the tuples of the fields.
"""

from __future__ import annotations

import ast
import copy
import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any

from symdiff.frontend.python import calls, classes, comprehensions, dataclass_calls, list_changes, memory, nodes
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.desugar import own_builtins, placed
from symdiff.frontend.python.values import Closure, Grown, Known, Num, Sequence_, Val, is_number
from symdiff.frontend.source import FunctionNode
from symdiff.ir.libraries import of_library
from symdiff.ir.types import AVal, Kind

_DEEPEST = 8  # keys that are objects with an order of their own, and so on

Content = tuple[Val, ...] | Grown


@dataclass(frozen=True)
class _Order:
    """What the objects of a class are sorted by; if it `falls`, the larger number comes first."""

    key: Val
    falls: bool = False


def keys(cx: Context, node: ast.AST, content: Content) -> Content | None:
    """What these are sorted by: the keys of objects whose class has an order, else themselves; None after a problem."""
    if isinstance(content, tuple) and all(isinstance(v, Known) and of_library(type(v.obj).__module__) for v in content):
        return content  # such as fractions, which stay as they are
    if isinstance(content, tuple) and _differ(cx, node, content):
        return None
    for _ in range(_DEEPEST):
        cls = _class(content)
        function = None if cls is None else _less(cls)
        if cls is None or (function is None and _as_tuples(cls)):
            return content
        if function is None:
            cx.refuse("SD321", node, operation="<", left=cls.__name__, right=cls.__name__, rewrite=_REWRITE)
            return None
        order = _order(cx, node, cls, function)
        found = None if order is None else _applied(cx, node, content, order)
        if found is None:
            return None
        content = found
    cx.refuse("SD224", node, construct="sorting by such a comparison", why=_WHY, rewrite=_REWRITE)
    return None


def _class(content: Content) -> type | None:
    """The class of all elements; None where they have none, or several."""
    if isinstance(content, Grown):
        of_class = content.form.kind in ("object", "namedtuple", nodes.KIND)
        return content.form.cls if of_class and not issubclass(content.form.cls, list) else None
    found = {classes.class_of(v) for v in content}
    return found.pop() if len(found) == 1 else None


def _differ(cx: Context, node: ast.AST, content: tuple[Val, ...]) -> bool:
    """Whether these have several classes that say how they are compared; then it is reported."""
    found = {classes.class_of(v) for v in content}
    if len(found) < 2 or not any(map(classes.compared_in_python, found)):
        return False
    cx.refuse("SD224", node, construct="sorting objects of several classes", why=_WHY, rewrite=_REWRITE)
    return True


def _less(cls: type) -> FunctionType | None:
    """What `a < b` asks of two objects of a class: `a.__lt__(b)`, or `b.__gt__(a)` where it has no `__lt__`."""
    for name in ("__lt__", "__gt__"):
        found = classes.lookup(cls, name)
        if found is not None and found[0] is not object:
            return classes.function_of(cls, name)
    return None


def _as_tuples(cls: type) -> bool:
    """Whether the objects are compared as tuples, or as what else Python's own classes are."""
    found = classes.lookup(cls, "__lt__")
    return found is not None and found[0] is not object


def _refuse(cx: Context, node: ast.AST, cls: type, function: Any) -> None:
    what = f"sorting objects of `{cls.__name__}` by this `{function.__name__}`"
    cx.refuse("SD224", node, construct=what, why=_WHY, rewrite=_REWRITE)


_WHY = "objects are sorted by one key of each, which stands on both sides of `<`: `return self.t < other.t`"
_REWRITE = "say by which key: `sorted(items, key=lambda item: …)`"


# --- the keys


def _applied(cx: Context, node: ast.AST, content: Content, order: _Order) -> Content | None:
    """The keys of all elements; None after a problem, where finding them changes or shows something, say."""
    watch = comprehensions.Watch(cx)
    cx.store.begin()
    found = _mapped(cx, node, content, order.key)
    seen = watch.changed()
    cx.store.keep()
    if found is not None and (seen or (order.falls and not _fall(cx, found))):
        why = "each comparison may change or show something" if seen else _WHY
        cx.refuse("SD224", node, construct="sorting by a comparison like this", why=why, rewrite=_REWRITE)
        return None
    return found if found is None or not order.falls else _mapped(cx, node, found, Known(operator.neg))


def _mapped(cx: Context, node: ast.AST, content: Content, function: Val) -> Content | None:
    if isinstance(content, Grown):
        over = Sequence_("zip", (list_changes.made(cx, node, content),))
        return list_changes.content_of(cx, comprehensions.fold(cx, node, "map", over, {"$function": function}))
    found = tuple(calls.apply(cx, node, function, [item], {}) for item in content)
    return None if memory.is_poison(*found) else found


def _fall(cx: Context, content: Content) -> bool:
    """Whether these are numbers of which the negative ones have the opposite order: no unsigned ints, say."""
    if isinstance(content, Grown):
        return content.form.kind == "scalar" and _has_opposites(content.form.type)
    numbers = all(isinstance(v, Num) or (isinstance(v, Known) and is_number(v.obj)) for v in content)
    return numbers and all(_has_opposites(cx.aval(v)) for v in content)


def _has_opposites(t: AVal | None) -> bool:
    return t is not None and not t.rank and not t.complex and (t.dtype[0] == "f" or t.kind is Kind.PYTHON)


def _order(cx: Context, node: ast.AST, cls: type, function: FunctionType) -> _Order | None:
    """What a comparison sorts by; None after a problem."""
    names = dataclass_calls.compared_names(cls, function)
    if names:
        return _Order(Known(operator.attrgetter(*names)))
    source = None if classes.generated(function) else calls.source_of(cx, node, function)
    sides = None if source is None or source.rule else _sides(source.node, function.__name__ == "__gt__")
    if source is None or sides is None:
        _refuse(cx, node, cls, function)
        return None

    def made() -> ast.FunctionDef:
        return placed(_function(sides, cls), source.node)

    own = cx.session.short_for(source.node, "key of an order", made)
    return _Order(Closure(own, replace(source, node=own), cx.frames[0], (), {}), sides.falls)


# --- what is written


@dataclass(frozen=True)
class _Sides:
    """The key, of the parameter `name`, and what is asked before of the classes of both: for True, or for False."""

    name: str
    other: str
    key: ast.expr
    asked: Sequence[tuple[ast.expr, bool]]
    falls: bool


def _sides(node: FunctionNode, reflected: bool) -> _Sides | None:
    """What stands on both sides of `<`; None where these are not alike."""
    a = node.args
    names = [p.arg for p in (*a.posonlyargs, *a.args)]
    body = node.body if isinstance(node, ast.FunctionDef) else [ast.Return(node.body)]
    if len(names) != 2 or a.vararg or a.kwarg or a.kwonlyargs or a.defaults:
        return None
    asked, last = _asked(body, names)
    if not isinstance(last, ast.Compare) or len(last.ops) != 1 or not isinstance(last.ops[0], ast.Lt | ast.Gt):
        return None
    first, second = reversed(names) if reflected else names  # of `first < second`
    low, high = last.left, last.comparators[0]
    if isinstance(last.ops[0], ast.Gt):
        low, high = high, low
    for name, other, falls in ((first, second, False), (second, first, True)):
        if _read(low) & {*names} == {name} and ast.dump(_renamed(high, other, name)) == ast.dump(low):
            return _Sides(name, other, low, asked, falls) if _read(high) & {*names} == {other} else None
    return None


def _asked(body: Sequence[ast.stmt], names: Sequence[str]) -> tuple[list[tuple[ast.expr, bool]], ast.expr | None]:
    """What is asked before the comparison, which else is NotImplemented, and the comparison; None of anything else."""
    asked: list[tuple[ast.expr, bool]] = []
    body = body[_is_text(body[0]) :]
    for k, stmt in enumerate(body):
        rest = body[k + 1 :]
        if isinstance(stmt, ast.Return) and not rest:
            return asked, stmt.value
        if not isinstance(stmt, ast.If) or len(stmt.body) != 1 or stmt.orelse or not _of_classes(stmt.test, names):
            break
        inner = stmt.body[0]
        if _is_none(inner):
            asked.append((stmt.test, False))
        elif isinstance(inner, ast.Return) and len(rest) == 1 and _is_none(rest[0]):
            return [*asked, (stmt.test, True)], inner.value
        else:
            break
    return asked, None


def _of_classes(test: ast.expr, names: Sequence[str]) -> bool:
    """Whether it asks of these names which classes they have alone: both have the same one."""
    of_class = [n.value for n in ast.walk(test) if isinstance(n, ast.Attribute) and n.attr == "__class__"]
    called = [n for n in ast.walk(test) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.args]
    of_class += [n.args[0] for n in called if isinstance(n.func, ast.Name) and n.func.id in ("type", "isinstance")]
    return all(n in of_class for n in _names(test) if n.id in names)


def _is_text(stmt: ast.stmt) -> bool:
    return isinstance(stmt, ast.Expr) and isinstance(stmt.value, ast.Constant)


def _is_none(stmt: ast.stmt) -> bool:
    """Whether it is `return NotImplemented`."""
    return isinstance(stmt, ast.Return) and isinstance(stmt.value, ast.Name) and stmt.value.id == "NotImplemented"


def _names(node: ast.expr) -> Iterator[ast.Name]:
    return (n for n in ast.walk(node) if isinstance(n, ast.Name))


def _read(node: ast.expr) -> set[str]:
    return {n.id for n in _names(node)}


def _renamed(node: ast.expr, old: str, new: str) -> ast.expr:
    found = copy.deepcopy(node)
    for n in _names(found):
        n.id = new if n.id == old else n.id
    return found


def _function(sides: _Sides, cls: type) -> ast.FunctionDef:
    """The key of one object, which may raise what Python does where its class is asked and has no answer."""
    message = f"'<' not supported between instances of '{cls.__name__}' and '{cls.__name__}'"
    error = ast.Call(ast.Name("TypeError", ast.Load()), [ast.Constant(message)], [])
    own_builtins(error)
    body: list[ast.stmt] = []
    for test, wanted in sides.asked:
        asked = _renamed(test, sides.other, sides.name)
        body.append(ast.If(ast.UnaryOp(ast.Not(), asked) if wanted else asked, [ast.Raise(error)], []))
    parameters = ast.arguments(posonlyargs=[], args=[ast.arg(sides.name)], kwonlyargs=[], kw_defaults=[], defaults=[])
    return ast.FunctionDef("key", parameters, [*body, ast.Return(sides.key)], [])
