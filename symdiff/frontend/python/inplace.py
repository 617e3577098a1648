"""Augmented assignment: `s += v` binds a number anew, `x += v` and `x[i] += v` write into an array."""

from __future__ import annotations

import ast
from collections.abc import Callable

from symdiff.frontend.python import (
    alternatives,
    containers,
    keyed,
    list_changes,
    list_numbers,
    lodging,
    memory,
    objects,
    operators,
    outside,
    sets,
    sizes,
    special_methods,
    subscripts,
    targets,
)
from symdiff.frontend.python.arrays import attribute
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.expressions import evaluate, subscript
from symdiff.frontend.python.instances import Bottom
from symdiff.frontend.python.store import Changes
from symdiff.frontend.python.values import (
    POISON,
    Arr,
    DictRef,
    Known,
    ListRef,
    OneOf,
    Reference,
    SetRef,
    Struct,
    Val,
)
from symdiff.ir import dims, types
from symdiff.ir.core import nested
from symdiff.ir.dims import Dim
from symdiff.ir.effects import ends_otherwise, may_raise
from symdiff.ir.types import Kind

_SETS = dict.fromkeys((ast.BitAnd, ast.BitXor, ast.Sub), (set,))
_CHANGED = {ast.Add: (list,), ast.Mult: (list,), ast.BitOr: (dict, set), **_SETS}  # in place, of what is from outside


def augmented(cx: Context, stmt: ast.AugAssign) -> None:
    target = stmt.target
    if isinstance(target, ast.Name):
        load = ast.copy_location(ast.Name(target.id, ast.Load()), target)
        before = evaluate(cx, load)
        val = evaluate(cx, stmt.value)
        targets.assign(cx, target, update(cx, stmt, before, val))
    elif isinstance(target, ast.Subscript):
        _item(cx, stmt, target)
    else:
        base = evaluate(cx, target.value)
        before = attribute(cx, ast.copy_location(ast.Attribute(target.value, target.attr), target), base, target.attr)
        found = update(cx, stmt, before, evaluate(cx, stmt.value))
        if not (isinstance(base, Arr) and found is before):  # `z.real += v` has written into z
            objects.set_attribute(cx, target, base, target.attr, found)


def update(cx: Context, stmt: ast.AugAssign, before: Val, val: Val) -> Val:
    """What `before op= val` leaves in the name."""
    before = alternatives.settled(cx, stmt, before)
    if list_numbers.is_one(before):
        found = update(cx, stmt, list_numbers.opened(cx, stmt, before, "__iadd__"), val)
        return found if found is POISON else before
    if memory.is_poison(before, val):
        cx.dropped.append(stmt)
        return POISON
    if isinstance(before, OneOf) and any(isinstance(x, Reference) for x in before.options):
        return alternatives.each(cx, stmt, before, lambda one: update(cx, stmt, one, val))
    if isinstance(before, Arr):
        return before if write_whole(cx, stmt, before, val) else POISON
    if isinstance(before, Known) and isinstance(before.obj, _CHANGED.get(type(stmt.op), ())):
        outside.refuse_change(cx, stmt, before, cx.text(stmt.target))
        return POISON
    if isinstance(before, ListRef) and isinstance(stmt.op, ast.Add) and before.cell.kind != "tuple":
        if not list_changes.extend(cx, stmt, before, val):
            return cx.refuse("SD321", stmt, operation="+=", left="a list", right=cx.describe(val))
        return before
    if isinstance(before, ListRef) and isinstance(stmt.op, ast.Mult) and before.cell.kind != "tuple":
        repeated = operators.binary(cx, stmt, stmt.op, before, val)
        if not isinstance(repeated, ListRef) or not containers.changeable(cx, stmt, before):
            return POISON
        lodging.change(cx, stmt, before.cell, cx.store.get(repeated.cell))
        return before
    if isinstance(before, DictRef) and isinstance(stmt.op, ast.BitOr):
        from symdiff.frontend.python.container_methods import dict_method

        dict_method(cx, stmt, before, "update", [val], {})
        return before
    changed = sets.changed_by(cx, stmt, before, val) if isinstance(before, SetRef) else None
    if changed is not None:
        return changed
    made = special_methods.inplace(cx, stmt, stmt.op, before, val)
    return operators.binary(cx, stmt, stmt.op, before, val) if made is None else made


def write_whole(cx: Context, stmt: ast.AugAssign, arr: Arr, val: Val) -> bool:
    """`arr op= val` for an array: the result is stored in the array's own memory and dtype."""
    if not memory.writable(cx, stmt, arr):
        return False
    if _adds_in_place(cx, stmt, arr, val):
        return True
    found = operators.binary(cx, stmt, stmt.op, arr, val)
    return found is not POISON and store_whole(cx, stmt, arr, found, cx.text(stmt.target), cx.describe(val))


def _adds_in_place(cx: Context, stmt: ast.AugAssign, arr: Arr, val: Val) -> bool:
    """`part += val` of a part `y[i:j]`, as one accumulation into y where the value's shape and dtype surely fit."""
    last = arr.path[-1] if arr.path else None
    if last is None or last.perm is not None or last.operation is not None or memory.among_others(cx, arr):
        return False
    if not cx.is_numeric(val) or isinstance(val, (ListRef, Struct)):
        return False
    to, t = cx.aval(arr), cx.aval(val)
    fits = len(t.shape) <= to.rank and all(
        d == 1 or dims.equal(d, there) is True for d, there in zip(reversed(t.shape), reversed(to.shape), strict=False)
    )
    if not fits or to.kind is not Kind.ARRAY or not to.inexact or not t.one_dtype or types.promote([to, t]) != to.dtype:
        return False
    added = _added(cx, stmt, val)
    if added is None or memory.is_poison(added) or memory.check_stale(cx, stmt, arr):
        return False
    whole = Arr(arr.cell, arr.path[:-1])
    cx.at(stmt)
    value = cx.emit_value(stmt, "index_add", [memory.read(cx, whole), cx.value(added), *last.operands], spec=last.spec)
    return value is not None and memory.write(cx, stmt, whole, value)


def store_whole(cx: Context, node: ast.AST, arr: Arr, found: Val, target: str, shown: str) -> bool:
    """Put a result of an array's shape into its memory, in its dtype; `target` and `shown` name them in messages."""
    to, t = cx.aval(arr), cx.aval(found)
    if len(t.shape) != to.rank or not all(map(_may_be, t.shape, to.shape)):
        left_size, right_size = types.shown(to.shape), types.shown(t.shape)
        sides = {"left": str(to), "right": shown, "left_size": left_size, "right_size": right_size}
        cx.refuse("SD301", node, (), operation=cx.text(node), rule=_IN_PLACE, **sides)
        return False
    found = sizes.require(cx, node, found, to.shape, lambda: [cx.value(arr)])
    if found is POISON:
        return False
    order = "biufc"
    if order.index(t.dtype[0]) > order.index(to.dtype[0]) and not (t.dtype[0] in "iu" and to.dtype[0] in "iu"):
        cx.refuse("SD318", node, name=f"`{target}`", dtype=to.dtype, operation=cx.text(node), value=str(t))
        return False
    if t.dtype != to.dtype or t.kind is not Kind.ARRAY:
        found = cx.emit(node, "convert", found, kind=Kind.ARRAY, dtype=to.dtype)
    return found is not POISON and memory.write(cx, node, arr, cx.value(found))


_IN_PLACE = "what stands there is not made larger by a result"


def _may_be(found: Dim, there: Dim) -> bool:
    """Whether a result's size is that of the array, or may be for all that is known.

    One element is not made more: a size of an argument is not 1 where it is not known to be, `len(x) - 2` may be.
    """
    equal = dims.equal(found, there)
    plain = isinstance(found, dims.Poly) and found in [dims.var(a.name) for a in dims.atoms(found)]
    return equal is True or (equal is None and (there != 1 or not plain))


def into(cx: Context, node: ast.AST, name: str, out: Val, ufunc: bool, call: Callable[[], Val]) -> Val:
    """`np.f(…, out=y)`: the result is stored in `y`, which is also what the call gives."""
    if isinstance(out, Struct) and len(out.items) == 1:
        out = out.items[0]
    if isinstance(out, Known) and out.obj is None:
        return call()
    if isinstance(out, Struct):
        return _into_each(cx, node, name, out, call())
    if not isinstance(out, Arr):
        return cx.refuse("SD402", node, argument="out", function=name, detail=": it must be an array made here")
    if memory.check_stale(cx, node, out) or not memory.writable(cx, node, out):
        return POISON
    found = call()
    if found is POISON:
        return POISON
    if not ufunc and cx.aval(found).dtype != cx.aval(out).dtype:  # NumPy would compute in the dtype of `out`
        return cx.refuse("SD402", node, argument="out", function=name, detail=": its dtype is not the result's")
    return out if store_whole(cx, node, out, found, out.cell.name, cx.describe(found)) else POISON


def _into_each(cx: Context, node: ast.AST, name: str, outs: Struct, found: Val) -> Val:
    """`np.divmod(x, y, out=(a, b))`: each result in an array of its own, or in a new one where None stands."""
    if not isinstance(found, Struct) or len(found.items) != len(outs.items):
        detail = f": a tuple of {len(outs.items)} for another number of results"
        return POISON if found is POISON else cx.refuse("SD402", node, argument="out", function=name, detail=detail)
    made = [into(cx, node, name, out, True, lambda k=k: found.items[k]) for k, out in enumerate(outs.items)]  # type: ignore[misc]  # a default
    return POISON if POISON in made else Struct("tuple", tuple(made))


def _item(cx: Context, stmt: ast.AugAssign, target: ast.Subscript) -> None:
    base, index = evaluate(cx, target.value), evaluate(cx, target.slice)
    if memory.is_poison(base, index):
        evaluate(cx, stmt.value)
        return
    entry = keyed.element(cx, target, base, index)
    if entry is not None:
        _entry(cx, stmt, target, base, index, entry)
        return
    if not isinstance(base, Arr):
        before = subscript(cx, target, base, index)
        found = update(cx, stmt, before, evaluate(cx, stmt.value))
        if found is before and _is_there(cx, before, base, index):
            return
        if not isinstance(before, (Arr, ListRef)) or not isinstance(base, Known):
            targets.store_item(cx, target, base, index, found, there=True)
        return
    element = _Element(cx, target, base, index)
    try:
        val = evaluate(cx, stmt.value)
    except Bottom:
        element.read_where_it_matters()
        raise
    if memory.is_poison(val):
        return
    part = element.read_where_it_matters()
    added = _added(cx, stmt, val) if part is None and cx.is_numeric(val) else None
    if added is not None and subscripts.update(cx, stmt, base, index, added, element.version):
        return
    part = element.read() if part is None else part
    if isinstance(part, Arr) and part.cell is base.cell:
        write_whole(cx, stmt, part, val)
        return
    if part is not POISON:
        subscripts.write(cx, stmt, base, index, operators.binary(cx, stmt, stmt.op, part, val))


def _entry(cx: Context, stmt: ast.AugAssign, target: ast.Subscript, base: Val, key: Val, entry: keyed.Element) -> None:
    """`d[k] op= val` of a dict whose keys are found when it runs: the key is looked up once."""
    before = subscript(cx, target, entry.of, entry.at)
    found = update(cx, stmt, before, evaluate(cx, stmt.value))
    if not entry.stands(cx):
        targets.store_item(cx, target, base, key, found, there=True)
    elif not (found is before and _is_there(cx, before, entry.of, entry.at)):
        targets.store_item(cx, target, entry.of, entry.at, found, there=True)


def _is_there(cx: Context, val: Val, base: Val, index: Val) -> bool:
    """Whether an array or list that was changed is an element of a list that has it already."""
    if not isinstance(val, Arr | ListRef) or (isinstance(val, Arr) and val.path):
        return False
    if lodging.is_at(cx, val.cell, base, index):
        return True
    known = cx.store.get(base.cell) if isinstance(base, ListRef) else ()
    if not isinstance(known, tuple) or not isinstance(index, Known) or index.obj not in range(-len(known), len(known)):
        return False
    there = known[index.obj]
    return isinstance(there, type(val)) and there.cell is val.cell and not getattr(there, "path", ())


def _added(cx: Context, stmt: ast.AugAssign, val: Val) -> Val | None:
    """What a statement adds: of `y[i] -= v` it is -v, the same to the bit for floats; None where it does not add."""
    if isinstance(stmt.op, ast.Add):
        return val
    return operators.unary(cx, stmt, ast.USub(), val) if isinstance(stmt.op, ast.Sub) and cx.aval(val).inexact else None


class _Element:
    """The element `base[index]` as it is now, before the value is evaluated, which may write there.

    Python reads it now, too.  Which of the two comes first is seen only where the read and the value raise different
    exceptions: there it stands first, else where it is used.
    """

    def __init__(self, cx: Context, target: ast.Subscript, base: Arr, index: Val) -> None:
        self.cx, self.target, self.base, self.index = cx, target, Arr(base.cell, base.path), index
        self.version, self.scope, self.start = cx.store.get(base.cell), cx.scope, len(cx.scope.ops)
        cells = [v.cell for v in (base, *subscripts.entries(cx, index)) if isinstance(v, Arr | ListRef)]
        self.contents: Changes = {cell: cx.store.get(cell) for cell in cells}

    def read(self) -> Val:
        store = self.cx.store
        now: Changes = {cell: store.get(cell) for cell in self.contents}
        store.apply(self.contents)
        part = subscript(self.cx, self.target, self.base, self.index)
        store.apply(now)
        return part

    def read_where_it_matters(self) -> Val | None:
        """The element, read before what was computed since; None where the order is not seen."""
        ops = self.scope.ops
        since = ops[self.start :]
        if not ends_otherwise(since):
            return None
        self.cx.scope = self.scope
        del ops[self.start :]
        part = self.read()
        raises = any(map(may_raise, nested(ops[self.start :])))
        if not raises:
            self.scope.give_up(self.start)
        ops += since
        return part if raises else None
