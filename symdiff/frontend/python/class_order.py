"""Sorting by the order that a class says of its objects: by the key that stands on both sides of its `<`.

By hand: of

    def __lt__(self, other):
        return self.t < other.t

the key is `self.t`.  Python's sort compares two objects just where it would compare their keys, with the same answer,
whatever these are (NaN among them), so the objects are sorted by their keys.  `self.t > other.t` is the order of
`-self.t`.  What `dataclasses` writes compares the tuples of the fields.  Where several keys are compared, or one that
has no opposite, the sort asks the same of these as the class does (see `order_source.Less`).
"""

from __future__ import annotations

import ast
import operator
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any

from symdiff.frontend.python import (
    calls,
    classes,
    comprehensions,
    dataclass_calls,
    list_changes,
    memory,
    nodes,
    order_source,
)
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.desugar import placed
from symdiff.frontend.python.order_source import FALLING, Less
from symdiff.frontend.python.values import Closure, Grown, Known, Num, Sequence_, Val, is_number
from symdiff.ir.libraries import of_library
from symdiff.ir.types import AVal, Kind

_DEEPEST = 8  # keys that are objects with an order of their own, and so on

Content = tuple[Val, ...] | Grown


@dataclass(frozen=True)
class _Order:
    """What the objects of a class are sorted by; if it `falls`, the larger number comes first."""

    key: Val
    falls: bool = False
    less: Less | None = None


@dataclass(frozen=True)
class Keys:
    """What elements are sorted by, and how two of these are compared if not by their own `<`."""

    content: Content
    less: Less | None = None


def keys(cx: Context, node: ast.AST, content: Content) -> Keys | None:
    """What these are sorted by: the keys of objects whose class has an order, else themselves; None after a problem."""
    if isinstance(content, tuple) and all(isinstance(v, Known) and of_library(type(v.obj).__module__) for v in content):
        return Keys(content)  # such as fractions, which stay as they are
    if isinstance(content, tuple) and _differ(cx, node, content):
        return None
    for _ in range(_DEEPEST):
        cls = _class(content)
        function = None if cls is None else _less(cls)
        if cls is None or (function is None and _as_tuples(cls)):
            return Keys(content)
        if function is None:
            cx.refuse("SD321", node, operation="<", left=cls.__name__, right=cls.__name__, rewrite=_REWRITE)
            return None
        order = _order(cx, node, cls, function)
        found = None if order is None else _applied(cx, node, content, order)
        if found is None or found.less is not None:
            return found
        content = found.content
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


_WHY = (
    "objects are sorted where their class compares the same of both, as in `return self.t < other.t`; several such "
    "comparisons may be put together by `if`, `and`, `or` and `not`"
)
_REWRITE = "say by which key: `sorted(items, key=lambda item: …)`"


# --- the keys


def _applied(cx: Context, node: ast.AST, content: Content, order: _Order) -> Keys | None:
    """The keys of all elements; None after a problem, where finding them changes or shows something, say."""
    watch = comprehensions.Watch(cx)
    cx.store.begin()
    found = _mapped(cx, node, content, order.key)
    shown, seen = watch.changed(), watch.saw(cx.loc(node))
    cx.store.keep()
    if found is not None and (shown or (seen and order.less is not None)):
        why = "each comparison may change or show something" if shown else _NOT_ALL
        cx.refuse("SD224", node, construct="sorting by a comparison like this", why=why, rewrite=_REWRITE)
        return None
    if found is None or not order.falls:
        return None if found is None else Keys(found, order.less)
    if not _fall(cx, found):
        return Keys(found, FALLING)
    fallen = _mapped(cx, node, found, Known(operator.neg))
    return None if fallen is None else Keys(fallen)


_NOT_ALL = "what is compared only where something before it is equal is found for all objects, which may raise"


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
    reflected = function.__name__ == "__gt__"
    sides = None if source is None or source.rule else order_source.sides(source.node, reflected)
    if source is None or sides is None:
        _refuse(cx, node, cls, function)
        return None

    def made() -> ast.FunctionDef:
        return placed(order_source.function(sides, cls), source.node)

    own = cx.session.short_for(source.node, "key of an order", made)
    return _Order(Closure(own, replace(source, node=own), cx.frames[0], (), {}), sides.falls, sides.less)
