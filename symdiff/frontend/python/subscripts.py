"""`x[…]` on arrays: from the user's index to the spec of `primitives/indexing.py`, for reading and writing."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from symdiff.frontend.python import bounds, choices, list_changes, memory, operators, raising, sizes
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import POISON, Arr, Known, ListRef, Num, SliceVal, Step, Struct, Val
from symdiff.ir import dims, types
from symdiff.ir.core import Literal, Value
from symdiff.ir.dims import Dim
from symdiff.ir.types import AVal, Kind
from symdiff.primitives.indexing import index_shape


@dataclass
class _Spec:
    items: list[tuple[Any, ...]] = field(default_factory=list)
    operands: list[Value] = field(default_factory=list)
    copies: bool = False  # an index that NumPy never takes as a view

    @property
    def basic(self) -> bool:
        return not self.copies and all(item[0] not in ("array", "mask") for item in self.items)


def entries(cx: Context, index: Val) -> list[Val]:
    return list(index.items) if isinstance(index, Struct) and index.kind == "tuple" else [index]


def build(cx: Context, node: ast.AST, base: Val, index: Val) -> _Spec | None:
    """The spec of a subscript; None after a problem was reported."""
    from symdiff.frontend.python.arrays import size_of

    shape = cx.aval(base).shape
    found = entries(cx, index)
    if memory.is_poison(base, *found):
        return None
    if sum(isinstance(e, Known) and e.obj is Ellipsis for e in found) > 1:
        message = "an index can only have a single ellipsis ('...')"
        raising.always(cx, node, IndexError(message), function="a subscript", message=message)
        return None
    taken = sum(_axes(cx, e) for e in found)
    if taken > len(shape):
        cx.refuse("SD316", node, count=taken, rank=len(shape))
        return None
    spec, axis = _Spec(), 0

    def length() -> Val:
        return size_of(cx, node, base, axis)

    for entry in found:
        entry = bounds.numbers(cx, node, entry, length)
        if isinstance(entry, Known) and entry.obj is Ellipsis:
            if not len(shape) - taken:
                spec.items.append(("rest",))
            for _ in range(len(shape) - taken):
                spec.items.append(("slice", None, None, None, shape[axis]))
                axis += 1
        elif _add(cx, node, spec, entry, shape[axis] if axis < len(shape) else 1) is None:
            return None
        else:
            axis += _axes(cx, entry)
    return spec


def _axes(cx: Context, entry: Val) -> int:
    """How many axes of the array an entry takes."""
    if isinstance(entry, Known) and (entry.obj is None or entry.obj is Ellipsis):
        return 0
    if isinstance(entry, Known) and isinstance(entry.obj, np.ndarray) and entry.obj.dtype == bool:
        return entry.obj.ndim
    if isinstance(entry, Arr) and cx.aval(entry).dtype == "b1":
        return cx.aval(entry).rank
    return 1


def _add(cx: Context, node: ast.AST, spec: _Spec, entry: Val, n: Dim) -> bool | None:
    """Append one entry of the index."""
    if isinstance(entry, SliceVal):
        return _add_slice(cx, node, spec, entry, n)
    if isinstance(entry, Known) and entry.obj is None:
        spec.items.append(("new",))
        return True
    if isinstance(entry, Known) and type(entry.obj) is int:
        spec.items.append(("at", entry.obj))
        return True
    from symdiff.frontend.python.arrays import is_listed, to_array

    if is_listed(cx, entry):
        spec.copies = True
        entry = _NOWHERE if list_changes.content_of(cx, entry) == () else to_array(cx, node, entry)
    if not cx.is_numeric(entry):
        if entry is not POISON:
            cx.refuse("SD321", node, operation="[…]", left="an array", right=cx.describe(entry))
        return None
    t = cx.aval(entry)
    if t.dtype[0] not in "iub" or (t.dtype == "b1" and not t.rank):
        cx.refuse("SD321", node, operation="[…]", left="an array", right=str(t))
        return None
    return _add_dynamic(cx, node, spec, entry, t)


_NOWHERE = Known(np.zeros(0, dtype=np.int64))  # what NumPy takes an empty list for


def _add_dynamic(cx: Context, node: ast.AST, spec: _Spec, entry: Val, t: AVal) -> bool:
    value = cx.value(entry)
    if t.dtype == "b1":
        mask = value.const
        constant = int(np.count_nonzero(mask.array())) if isinstance(mask, Literal) else None
        count = sizes.fresh_opaque(cx, ("mask", value)) if constant is None else constant
        spec.items.append(("mask", count))
    elif t.rank:
        spec.items.append(("array",))
    else:
        if t.kind is Kind.ARRAY:
            spec.copies = True
            value = cx.at(node).emit("convert", value, kind=Kind.PYTHON, dtype="i8")[0]
        spec.items.append(("at", None))
    spec.operands.append(value)
    return True


def _add_slice(cx: Context, node: ast.AST, spec: _Spec, entry: SliceVal, n: Dim) -> bool | None:
    step = entry.step
    if memory.is_poison(entry.lo, entry.hi, step):
        return None
    place = (cx.frame.path, id(node))
    found = isinstance(step, Num) and not step.type.rank and step.type.dtype[0] in "iu"
    if found and isinstance(step, Num) and step.tags and place not in cx.session.searched:
        cx.need_static(node, step, "the step of a slice", place)
        return None
    if not found and not (isinstance(step, Known) and (step.obj is None or type(step.obj) is int)):
        cx.refuse("SD321", node, operation="a slice", left="an array", right=cx.describe(step))
        return None
    if isinstance(step, Known) and step.obj == 0:
        cx.refuse("SD403", node, function="a slice", message="the step is zero")
        return None
    bounds: list[Any] = []
    known: list[Dim | None] = []
    keys: list[Any] = []
    for bound in (entry.lo, entry.hi):
        if isinstance(bound, Known) and (bound.obj is None or type(bound.obj) is int):
            bounds.append(bound.obj)
            known.append(bound.obj)
            keys.append(bound.obj)
            continue
        if not isinstance(bound, Num) or not types.AVal(Kind.ARRAY, (), bound.type.dtype).dtype.startswith(("i", "u")):
            cx.refuse("SD321", node, operation="a slice", left="an array", right=cx.describe(bound))
            return None
        value = cx.value(bound)
        spec.operands.append(value)
        bounds.append("v")
        known.append(bound.dim if bound.dim is not None else sizes.fresh_opaque(cx, ("bound", value)))
        keys.append(value if bound.dim is None else bound.dim)
    if not isinstance(step, Known):
        spec.operands.append(cx.value(step))
    by: Any = step.obj if isinstance(step, Known) else "v"
    size = _size(cx, n, entry, known, keys, by or 1) if by != "v" else _size_by_step(cx, n, keys, step)
    spec.items.append(("slice", bounds[0], bounds[1], by, size))
    return True


def _size(cx: Context, n: Dim, entry: SliceVal, known: list[Dim | None], keys: list[Any], step: int) -> Dim:
    """The slice's length: a formula where every bound is a size, else opaque, the same for the same bounds."""
    opaque = any(isinstance(b, Num) and b.dim is None for b in (entry.lo, entry.hi))
    found = None if opaque else sizes.slice_in_turns(cx, n, known[0], known[1], step)
    if found is not None:
        return found
    size = sizes.fresh_opaque(cx, ("slice", n, *keys, step))
    return dims.dmin(size, 1) if n == 1 or (step == 1 and _is_one_further(cx, entry.lo, entry.hi)) else size


def _size_by_step(cx: Context, n: Dim, keys: list[Any], step: Val) -> Dim:
    assert isinstance(step, Num)
    return sizes.fresh_opaque(cx, ("slice", n, *keys, cx.value(step) if step.dim is None else step.dim))


def _is_one_further(cx: Context, lo: Val, hi: Val) -> bool:
    """Whether bounds found at run time are those of `x[i:i+1]`, `x[i-1:i]` or `x[i+1:i+2]`, just computed."""
    if not (isinstance(lo, Num) and isinstance(hi, Num)):
        return False
    (below, first), (above, last) = (_offset(cx, cx.scope.use(cx.value(bound))) for bound in (lo, hi))
    return below is above and last - first == 1


def _offset(cx: Context, value: Value) -> tuple[Value, int]:
    """A value and a number of which this one is the sum, in 64 bits: `np.int8(127) + 1` is -128."""
    total = 0
    for op in reversed(cx.scope.ops[-_RECENT:]):
        if op.prim.name in ("add", "sub") and op.outs[0] is value and value.type in _WIDE:
            a, b = op.ins
            if type(b.const) is int:
                value, total = a, total + (b.const if op.prim.name == "add" else -b.const)
            elif type(a.const) is int and op.prim.name == "add":
                value, total = b, total + a.const
    return value, total


_WIDE = (types.INT, types.numpy("i8"))
_RECENT = 8  # operations between the bounds of a slice and the slice


def read(cx: Context, node: ast.AST, base: Arr, index: Val) -> Val:
    """`base[index]`: a view where NumPy gives one."""
    cx.at(node)
    spec = build(cx, node, base, index)
    if spec is None:
        return POISON
    if not spec.basic:
        if len(spec.operands) == 1 and spec.items[0][0] == "array" and choices.chosen_in_turns(cx, base):
            step = Step(tuple(spec.items), tuple(spec.operands))
            return _chosen(cx, choices.part_of_chosen(cx, node, base, step))
        if memory.is_part(base.path):
            whole = Arr(base.cell, base.path[:-1])
            value = cx.emit_value(node, "index", [cx.value(whole), *spec.operands], spec=tuple(spec.items))
            return _chosen(cx, value and memory.read_step(cx, value, base.path[-1]))
        value = cx.emit_value(node, "index", [cx.value(base), *spec.operands], spec=tuple(spec.items))
        return _chosen(cx, value)
    if not cx.aval(base).rank and all(item == ("rest",) for item in spec.items):
        return base if spec.items else operators.convert(cx, node, base, Kind.NUMPY, cx.aval(base).dtype)
    if (
        len(spec.items) == cx.aval(base).rank
        and spec.items
        and all(i[:3] == _WHOLE and i[3] in _ONCE for i in spec.items)
    ):
        return Arr(base.cell, base.path, base.cache)  # `y[:]` is the memory of `y`
    path, step = memory.compose(base.path, Step(tuple(spec.items), tuple(spec.operands)))
    return memory.view(cx, node, Arr(base.cell, path), step)


def _chosen(cx: Context, value: Value | None) -> Val:
    """Elements chosen by arrays, a copy: a vector of them has no gaps."""
    if value is None:
        return POISON
    return cx.wrap(value, contiguous=isinstance(value.type, AVal) and value.type.rank <= 1)


_WHOLE, _ONCE = ("slice", None, None), (None, 1)


def read_known(cx: Context, node: ast.AST, base: Known, index: Val) -> Val:
    """A constant array indexed by something staged."""
    spec = build(cx, node, base, index)
    if spec is None:
        return POISON
    value = cx.emit_value(node, "index", [cx.value(base), *spec.operands], spec=tuple(spec.items))
    return _chosen(cx, value)


def write(cx: Context, node: ast.AST, base: Arr, index: Val, val: Val, listed: bool = False) -> None:
    """`base[index] = val`; of a list NumPy leaves no axis of size 1 out."""
    _store(cx, node, "index_set", base, index, val, listed)


def accumulate(cx: Context, node: ast.AST, base: Arr, index: Val, val: Val) -> None:
    """`np.add.at(base, index, val)`."""
    _store(cx, node, "index_add", base, index, val)


def _store(cx: Context, node: ast.AST, prim: str, base: Arr, index: Val, val: Val, listed: bool = False) -> None:
    cx.at(node)
    if memory.is_poison(val) or memory.check_stale(cx, node, base) or not memory.writable(cx, node, base):
        return
    if memory.among_others(cx, base):
        choices.in_each(cx, node, base, lambda side: _store(cx, node, prim, side, index, val, listed))
        return
    spec = build(cx, node, base, index)
    if spec is not None and _by_elements(cx, spec, val):
        from symdiff.frontend.python import overlaps

        if overlaps.refuse_in_turn(cx, node, base, val):
            return
    if spec is not None and _fits(cx, node, base, val):
        _emit_store(cx, node, prim, base, spec, _truncated(cx, node, base, val), listed)


def _by_elements(cx: Context, spec: _Spec, val: Val) -> bool:
    """Whether a mask of the whole array says where, and NumPy stores one element after the other."""
    return any(item[0] == "mask" for item in spec.items) and isinstance(val, Arr) and cx.aval(val).rank == 1


def _emit_store(cx: Context, node: ast.AST, prim: str, base: Arr, spec: _Spec, val: Val, listed: bool = False) -> None:
    """Write into the array that `base[index]` is part of; a basic index goes on with the path of the view."""
    path, step = base.path, Step(tuple(spec.items), tuple(spec.operands))
    if spec.basic:
        path, step = memory.compose(path, step)
    target = Arr(base.cell, path)
    to = cx.aval(target)
    if not to.rank and not cx.aval(val).rank:  # all of a 0-d array
        if prim == "index_add":
            val = operators.binary(cx, node, ast.Add(), target, val)
        if not memory.is_poison(val):
            memory.write(cx, node, target, cx.value(operators.convert(cx, node, val, Kind.ARRAY, to.dtype)))
        return
    val = val if listed else _fitted(cx, node, val, to, step)
    if val is POISON:
        return
    params: dict[str, Any] = {"spec": step.spec}
    if memory.is_part(path):
        last = path[-1].operation
        assert last is not None
        prim, params["part"] = {"index_set": "part_set", "index_add": "part_add"}[prim], last[0]
        target = Arr(base.cell, path[:-1])
        val = val if cx.aval(val).inexact else operators.convert(cx, node, val, cx.aval(val).kind, "f8")
    value = cx.emit_value(node, prim, [memory.read(cx, target), cx.value(val), *step.operands], **params)
    if value is not None:
        memory.write(cx, node, target, value)


def _fitted(cx: Context, node: ast.AST, val: Val, to: AVal, step: Step) -> Val:
    """The value without the leading axes of one element that NumPy drops where the part has fewer axes."""
    try:
        rank = len(index_shape(to.shape, step.spec, tuple(v.type for v in step.operands if isinstance(v.type, AVal))))
    except types.ShapeError:  # index arrays that do not fit, which the store itself reports
        return val
    masked = rank == len(step.spec) == 1 and step.spec[0][0] == "mask"
    if not rank or masked or isinstance(node, ast.AugAssign):
        return val  # an element takes a number, what is added to a view may not have more axes, nor what a mask takes
    more = cx.aval(val).shape[: max(cx.aval(val).rank - rank, 0)]
    return cx.emit(node, "squeeze", val, axis=tuple(range(len(more)))) if more and set(more) == {1} else val


def _fits(cx: Context, node: ast.AST, base: Arr, val: Val) -> bool:
    """Whether NumPy stores the value without losing what a derivative needs."""
    name = f"`{base.cell.name or cx.text(node)}`"
    if isinstance(val, (ListRef, Struct)) or not cx.is_numeric(val):
        cx.refuse("SD318", node, operation="=", value=cx.describe(val), name=name, dtype=cx.aval(base).dtype)
        return False
    to, t = cx.aval(base), cx.aval(val)
    if t.complex and not to.complex:
        cx.refuse("SD318", node, operation="=", value=str(t), name=name, dtype=to.dtype)
        return False
    return True


def _truncated(cx: Context, node: ast.AST, base: Arr, val: Val) -> Val:
    """A float as the integer that an array of integers keeps of it; the value is refused where it is differentiated."""
    to, t = cx.aval(base), cx.aval(val)
    if not t.inexact or to.inexact:
        return val
    kind = Kind.ARRAY if t.kind is Kind.ARRAY else Kind.NUMPY if to.dtype not in ("i8", "b1") else Kind.PYTHON
    return cx.emit(node, "convert", val, kind=kind, dtype=to.dtype, stored=f"`{base.cell.name or cx.text(node)}`")


def update(cx: Context, node: ast.AST, base: Arr, index: Val, val: Val, before: Value) -> bool:
    """`base[index] += val` as one accumulation, where that is what NumPy does; False where it is not."""
    spec = build(cx, node, base, index)
    if spec is None:
        return True
    if not spec.basic or cx.store.get(base.cell) is not before:
        return False
    if not cx.is_numeric(val) or not memory.writable(cx, node, base) or not _fits(cx, node, base, val):
        return True
    if memory.among_others(cx, base):
        choices.in_each(cx, node, base, lambda side: update(cx, node, side, index, val, cx.store.get(side.cell)))
        return True
    if cx.aval(val).inexact and not cx.aval(base).inexact:
        return False
    _emit_store(cx, node, "index_add", base, spec, val)
    return True
