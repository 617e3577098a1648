"""Objects that are iterated over by index: their class has `__getitem__` and no `__iter__`.

Python reads `p[0]`, `p[1]`, … until IndexError.  Where that is seen when compiling, the elements are these; where
`__getitem__` is `return self.items[k]`, they are those of `self.items`, of any number.  Their number is also seen in

    if k >= self.n: raise IndexError(k)        map(p.__getitem__, range(min(p.n, len(p.items))))
    return 2 * self.items[k]
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from symdiff.errors import CompileError
from symdiff.frontend.python import calls, classes, control, indexed_bounds, iterators, objects, operators
from symdiff.frontend.python.comprehensions import Watch
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.rolled import go_back, mark
from symdiff.frontend.python.sides import Side
from symdiff.frontend.python.values import POISON, Arr, Bound, Known, ListRef, ObjRef, Sequence_, Struct, Val
from symdiff.frontend.source import load
from symdiff.ir import types
from symdiff.ir.core import nested
from symdiff.ir.effects import may_raise

_MOST = 64


def iterated(cx: Context, node: ast.AST, val: Val) -> Val | None:
    """What a loop over such an object runs over; None of all others, and where its elements are not seen."""
    cls = classes.class_of(val)
    if not isinstance(val, ObjRef) or cls is None or classes.lookup(cls, "__iter__") is not None:
        return None
    if classes.function_of(cls, "__getitem__") is None:
        return None
    state = iterators.sources(cx, [val])
    whole = _delegated(cx, node, cls, val)
    if whole is not None:
        return iterators.remembered(cx, Sequence_("iter", (whole,)), state)
    items = _until_it_raises(cx, node, cls, val)
    over = _mapped(cx, node, cls, val) if items is None else Sequence_("iterator", tuple(items))
    return None if over is None else iterators.remembered(cx, over, state)


def of_a_sequence(cx: Context, node: ast.AST, val: ObjRef) -> Val | None:
    """What an object's `__getitem__` gives for 0, …, `len(val) - 1`; None where its class is no sequence."""
    if classes.lookup(val.cls, "__len__") is None or classes.function_of(val.cls, "__getitem__") is None:
        return None
    state = iterators.sources(cx, [val])
    count, whole = _length(cx, node, val), _delegated(cx, node, val.cls, val)
    alike = whole is not None and _same(count, _length(cx, node, whole))
    over = Sequence_("iter", (whole,)) if alike and whole is not None else _gotten(cx, node, val, count)
    return iterators.remembered(cx, over, state)


def _length(cx: Context, node: ast.AST, val: Val) -> Val:
    return calls.apply(cx, node, Known(len), [val], {})


def _same(a: Val, b: Val) -> bool:
    """Whether two lengths are certainly one."""
    found = operators.as_dim(a)
    return found is not None and found == operators.as_dim(b)


def _gotten(cx: Context, node: ast.AST, val: ObjRef, count: Val) -> Val:
    """`__getitem__` of as many numbers."""
    method = objects.read(cx, node, val, "__getitem__")
    return calls.apply(cx, node, Known(map), [method, calls.apply(cx, node, Known(range), [count], {})], {})


def _mapped(cx: Context, node: ast.AST, cls: type, val: ObjRef) -> Val | None:
    """`__getitem__` of as many numbers as its text says."""
    written = _written(cls)
    counts = None if written is None else indexed_bounds.counts(*written)
    if not counts:
        return None
    found = [_count(cx, node, val, count) for count in counts]
    known = [n for n in found if n is not None]
    if len(known) < len(found):
        return None
    count = known[0] if len(known) == 1 else calls.apply(cx, node, Known(min), known, {})
    return _gotten(cx, node, val, count)


def _count(cx: Context, node: ast.AST, val: ObjRef, count: indexed_bounds.Count) -> Val | None:
    """A number of elements; None where what has them is no array, list or tuple."""
    if isinstance(count, int):
        return Known(count)
    if count.attribute is None:
        return _length(cx, node, val)
    found = objects.read(cx, node, val, count.attribute)
    if not count.length:
        return found if cx.is_numeric(found) and cx.aval(found) == types.INT else None
    plain = isinstance(found, Arr | ListRef) or (isinstance(found, Struct) and found.kind == "tuple")
    return _length(cx, node, found) if plain else None


def _written(cls: type) -> tuple[Sequence[ast.stmt], Sequence[str]] | None:
    """The statements of `__getitem__`, and the names of its parameters."""
    try:
        written = load(classes.function_of(cls, "__getitem__")).node
    except CompileError:
        return None
    body = written.body if isinstance(written, ast.FunctionDef) else []
    names = [a.arg for a in written.args.args]
    rest = [s for s in body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
    return (rest, names) if len(names) == 2 else None


def _delegated(cx: Context, node: ast.AST, cls: type, val: ObjRef) -> Val | None:
    """`self.items`, where `__getitem__` reads that alone."""
    rest, names = _written(cls) or ((), ())
    read = rest[0].value if len(rest) == 1 and isinstance(rest[0], ast.Return) else None
    if not isinstance(read, ast.Subscript) or not isinstance(read.slice, ast.Name):
        return None
    base = read.value
    if read.slice.id != names[1] or not isinstance(base, ast.Attribute) or not isinstance(base.value, ast.Name):
        return None
    if base.value.id != names[0] or classes.lookup(cls, base.attr) is not None:
        return None
    found = objects.read(cx, node, val, base.attr)
    plain = isinstance(found, ListRef | Arr) or (isinstance(found, Struct) and found.cls is None)
    return found if plain else None


def _until_it_raises(cx: Context, node: ast.AST, cls: type, val: ObjRef) -> list[Val] | None:
    """The elements, each computed where the one before it was there."""
    place, watch = mark(cx), Watch(cx)
    cx.store.begin()
    items: list[Val] = []

    def read() -> Val:
        found = classes.lookup(cls, "__getitem__")
        assert found is not None
        method = Bound(val, classes.member(cx, cls, "__getitem__", found[1]))
        return calls.apply(cx, node, method, [Known(len(items))], {})

    while len(items) <= _MOST:
        problems = len(cx.problems)
        side, _ = control.branch(cx, read)
        if len(cx.problems) > problems:
            break
        if _ends(side):
            cx.store.keep()
            return items
        if side.left or any(may_raise(op) for op in nested(side.scope.ops)):
            break
        items.append(read())
        if items[-1] is POISON or watch.changed():
            break
    go_back(cx, place)
    return None


def _ends(side: Side) -> bool:
    """Whether that is Python's end of the elements: IndexError, whatever the arguments are."""
    ops = side.scope.ops
    last = ops[-1] if ops else None
    if last is None or last.prim.name != "raise_if" or any(may_raise(op) for op in nested(ops[:-1])):
        return False
    return last.params.get("exc") == "IndexError" and last.ins[0].const is not None and bool(last.ins[0].const)
