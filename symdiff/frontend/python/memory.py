"""Cells and views: reads resolve against a cell's current version, writes make a new one.

By hand: `r = y[1:]; y[2] = v; s = r[1]`.  `r` is the path (cell of y, [1:]).  The write makes version 1 of the cell,
`index_set(y, v; [2])`; reading `r` then is `index(version 1; [1:])`, so `s` is v.  A write through `r` reads the part,
updates it, and sets it back.  Where view or copy is not known, the result is a cell that *may* share memory with its
base: a write to one makes the other stale, and reading a stale cell is an error naming both lines.

A list that grows in a rolled loop keeps its arrays by value.  An array put into one, or read out of one, is *held*: the
mark ("held", cell) is in the store, follows the cell through joins and loop headers, and no view of it can be written.
What a branch or a turn chose, of which neither is in a list by then, is FREE: for `out.append(b); b = []` on one path.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from symdiff.errors import Loc, Problem, refuse
from symdiff.frontend.python import naming, outside, reach
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.problems import Restart
from symdiff.frontend.python.store import MISSING
from symdiff.frontend.python.values import (
    POISON,
    Arr,
    Cell,
    Choice,
    Maybe,
    Num,
    Reference,
    Step,
    Val,
    static_size,
)
from symdiff.ir.core import Value
from symdiff.ir.types import AVal, Kind
from symdiff.primitives.complex_parts import PARTS

FREE: Any = type("Free", (), {"__repr__": lambda self: "free"})()
A_KIND = {"array": "an array", "list": "a list", "dict": "a dict", "set": "a set", "object": "an object"}


def read(cx: Context, arr: Arr) -> Value:
    """The array as it is now."""
    check_read(cx, arr)
    return handed_on(cx, arr)


def handed_on(cx: Context, arr: Arr) -> Value:
    """The array as it is now, or a stale one as it was, for a join or a loop that hands it on as stale."""
    version = cx.store.get(arr.cell)
    assert isinstance(version, Value), (arr.cell, version)
    cx.instances.note_read(arr.cell)
    if not arr.path:
        return version
    if arr.cache is not None and arr.cache[0] is version and cx.scope.sees(arr.cache[1]):
        return arr.cache[1]
    value, scope, loc = version, cx.scope, cx.scope.loc
    scope.loc = replace(scope.place or cx.loc(cx.frame.source.node), again=True)  # it was read when it was made: `view`
    for step in arr.path:
        value = read_step(cx, value, step)
    scope.loc = loc
    arr.cache = (version, value)
    return value


def read_step(cx: Context, value: Value, step: Step) -> Value:
    if step.perm is not None:
        return cx.scope.emit("transpose", value, axes=step.perm)[0]
    if step.operation is not None:
        name, params = step.operation
        return cx.scope.emit(name, value, *step.operands, **dict(params))[0]
    return cx.scope.emit("index", value, *step.operands, spec=step.spec)[0]


def check_read(cx: Context, val: Arr | Reference) -> None:
    """Report the read of something stale that was reached without its name: an element of a tuple, say."""
    wrote = stale(cx, val)
    if wrote is None:
        return
    source = cx.frame.source
    ours = source.stands_for is not None
    loc = cx.loc(source.node) if ours else cx.scope.loc or cx.loc(source.node)
    name = cx.text(source.node) if ours else naming.called(val.cell) or A_KIND[val.cell.kind]
    if not any(
        p.code in ("SD501", "SD511", "SD512") and p.loc is not None and p.loc.line == loc.line for p in cx.problems
    ):
        notes, line = [(wrote[1], "the write")], source.line(loc)
        _refuse_stale(
            cx, val, refuse(_code(val), loc, source_line=line, notes=notes, name=name, base=_written(wrote, name))
        )


def outdated(cx: Context, cell: Cell) -> bool:
    """Whether it is not what the last change left, before an element of a list is read again."""
    return cx.store.get(("stale", cell)) is not MISSING


def content(cx: Context, val: Reference) -> Any:
    """What a list, dict or object holds, which is read here: an element of a list as it is there now."""
    if outdated(cx, val.cell):
        check_read(cx, val)
    return cx.store.get(val.cell)


def check_stale(cx: Context, node: ast.AST, val: Val) -> bool:
    """Whether reading `val` is an error (reported)."""
    wrote = stale(cx, val) if isinstance(val, (Arr, Reference)) else None
    if wrote is None:
        return False
    assert isinstance(val, (Arr, Reference))
    notes = [(wrote[1], "the write")]
    name = naming.called(val.cell) or "the result" if isinstance(node, ast.FunctionDef) else cx.text(node)
    _refuse_stale(cx, val, cx.make_problem(_code(val), node, notes, name=name, base=_written(wrote, name)))
    return True


def _written(wrote: tuple[str, Loc], name: str) -> str:
    """What was written, as the report on `name` calls it."""
    if not wrote[0]:
        return "an array without a name"
    return f"`{wrote[0]}`" if wrote[0] != name else f"what was `{name}` before"


def _code(val: Arr | Reference) -> str:
    if val.cell.kin:
        return "SD511"
    return "SD501" if isinstance(val, Arr) else "SD512"


def stale(cx: Context, val: Arr | Reference) -> tuple[str, Loc] | None:
    """What made it stale, if it is; an element of a list is read again first."""
    from symdiff.frontend.python import lodging

    cx.instances.note_read(val.cell)
    cx.note_read(val.cell)
    if ("lodged", val.cell) in cx.store.data:
        lodging.refreshed(cx, val.cell)
    wrote = cx.store.get(("stale", val.cell), None)
    return None if wrote is MISSING else wrote


def _refuse_stale(cx: Context, val: Arr | Reference, problem: Problem) -> None:
    """Report the read, unless it is of another name for what a branch chose, after the same change."""
    from symdiff.frontend.python import linked, lodging

    lodging.adopt(cx, val.cell)
    linked.note_meant(cx, val)
    if problem.code == "SD512" and any(p.code == "SD512" and p.notes == problem.notes for p in cx.problems):
        return
    if val.cell.kin:
        take_apart(cx, problem)
    cx.blamed.update(cx.carried[c] for c in (val.cell, *val.cell.may) if c in cx.carried)
    cx.problems.append(problem)


def take_apart(cx: Context, problem: Problem) -> None:
    """Begin again without lists that grow by lists, dicts or objects, if this is not that attempt already."""
    if cx.session.taken_apart is None:
        cx.session.taken_apart = problem
        raise Restart


def view(cx: Context, node: ast.AST, base: Arr, step: Step) -> Val:
    """A view of an array, read at once: an IndexError stays where the user wrote the subscript."""
    from symdiff.frontend.python import choices

    if step.perm is None and choices.chosen_in_turns(cx, base):
        value = choices.part_of_chosen(cx, node, base, step)
    else:
        value = read_parts(cx, base, lambda whole: read_step(cx, whole, step))
    t = value.type
    assert isinstance(t, AVal)
    if t.kind is not Kind.ARRAY:
        return Num(value, None)
    version = cx.store.get(base.cell)
    return Arr(base.cell, extended(base.path, step), (version, value))


def read_parts(cx: Context, base: Arr, choose: Callable[[Value], Value]) -> Value:
    """What is chosen of an array; of a part of complex numbers, chosen before the part is taken."""
    if not is_part(base.path):
        return choose(read(cx, base))
    whole = read(cx, Arr(base.cell, base.path[:-1]))
    return read_step(cx, choose(whole), base.path[-1])


def part(cx: Context, node: ast.AST, base: Arr, name: str) -> Val:
    """`z.real`, `z.imag` of a complex array: a view."""
    return view(cx, node, base, Step((), (), operation=(name, ())))


def is_part(path: Sequence[Step]) -> bool:
    """Whether a view is of real or imaginary parts."""
    return bool(path) and path[-1].operation is not None and path[-1].operation[0] in PARTS


def extended(path: tuple[Step, ...], *steps: Step) -> tuple[Step, ...]:
    """The path of a view of a view.  Parts of numbers are taken last: an element is read, and written, alone."""
    return (*path[:-1], *steps, path[-1]) if is_part(path) else (*path, *steps)


def shares(cx: Context, result: Val, bases: Sequence[Val]) -> Val:
    """A result that may or may not share memory with the arrays it was made of."""
    if isinstance(result, Arr):
        for base in bases:
            if isinstance(base, Arr):
                may_alias(result.cell, base.cell)
    return result


def may_alias(new: Cell, base: Cell) -> None:
    """Record that `new` may share memory with `base`, hence with what `base` may share memory with."""
    if new is base:
        return
    for other in (base, *base.may):
        if other is not new:
            unite(new, other)


def unite(a: Cell, b: Cell) -> None:
    a.may.add(b)
    b.may.add(a)


def write(cx: Context, node: ast.AST, arr: Arr, new: Value) -> bool:
    """Make `new` the content of the view; False after a problem was reported."""
    from symdiff.frontend.python import choices, lodging

    if not writable(cx, node, arr):
        return False
    if among_others(cx, arr):
        return choices.in_each(cx, node, arr, lambda side: write(cx, node, side, sized(cx, new, cx.aval(side))))
    if is_part(arr.path):
        arr, new = _with_part(cx, arr, new)
    levels = [cx.store.get(arr.cell)]
    for step in arr.path[:-1]:
        levels.append(read_step(cx, levels[-1], step))
    for level, step in zip(reversed(levels), reversed(arr.path), strict=False):
        new = _put_back(cx, level, new, step)
    before = cx.store.get(arr.cell)
    cx.store.set(arr.cell, new)
    if arr.cell.name and not new.hint:
        new.hint = arr.cell.name
    _touch(cx, node, arr.cell)
    lodging.put_back(cx, node, arr.cell, before)
    return True


def chosen(cx: Context, arr: Arr) -> bool:
    """Whether an array is one of two by a condition, both of which can still be told and written."""
    choice = arr.cell.choice
    if choice is None or cx.store.get(("stale", arr.cell)) is not MISSING:
        return False
    values = [choice.pred, *(v for side in (choice.then, choice.orelse) for step in side.path for v in step.operands)]
    cells = (choice.then.cell, choice.orelse.cell)
    if held(cx, arr.cell) is None and any(held(cx, c) is not None for c in cells):
        return False  # it is in no list, but one of the two may be by now: not the one that was chosen
    return all(map(cx.scope.sees, values)) and all(
        isinstance(cx.store.get(c), Value) and cx.store.get(("stale", c)) is MISSING for c in cells
    )


def among_others(cx: Context, arr: Arr) -> bool:
    """Whether a chosen array is to be written where it was chosen from: that is known by another name as well."""
    return chosen(cx, arr) and not reach.alone(cx, arr.cell)


def sized(cx: Context, value: Value, t: AVal) -> Value:
    """The array with its sizes as a type names them."""
    value = cx.scope.use(value)
    return value if value.type == t else cx.scope.emit("retype", value, shape=t.shape)[0]


def _with_part(cx: Context, arr: Arr, new: Value) -> tuple[Arr, Value]:
    """The complex array with its real or imaginary part, of all elements or of a slice, made new."""
    *path, last = arr.path
    assert last.operation is not None
    step = path.pop() if path and path[-1].spec else None
    base = Arr(arr.cell, tuple(path))
    before = handed_on(cx, base)
    assert isinstance(before.type, AVal)
    if not before.type.rank:
        return base, _number_of_parts(cx, before, new, last.operation[0])
    whole = tuple(("slice", None, None, None, n) for n in before.type.shape)
    spec, operands = (whole, ()) if step is None else (step.spec, step.operands)
    return base, cx.scope.emit("part_set", before, new, *operands, spec=spec, part=last.operation[0])[0]


def _number_of_parts(cx: Context, before: Value, new: Value, name: str) -> Value:
    """A complex number in an array without axes, with its real or imaginary part made new."""
    parts = [new if p == name else cx.scope.emit(p, before)[0] for p in PARTS]
    floats = [cx.scope.emit("convert", p, kind=Kind.PYTHON, dtype="f8")[0] for p in parts]
    made = cx.scope.emit("make_complex", *floats)[0]
    assert isinstance(before.type, AVal)
    return cx.scope.emit("convert", made, kind=Kind.ARRAY, dtype=before.type.dtype)[0]


def _put_back(cx: Context, level: Value, part: Value, step: Step) -> Value:
    if step.perm is not None:
        inverse = [0] * len(step.perm)
        for k, p in enumerate(step.perm):
            inverse[p] = k
        return cx.scope.emit("transpose", part, axes=tuple(inverse))[0]
    if step.operation is not None:
        if step.operation[0] == "flip":
            return read_step(cx, part, step)
        return _shaped_as(cx, part, level)
    if isinstance(level.type, AVal) and not level.type.rank:
        return _shaped_as(cx, part, level)
    return cx.scope.emit("index_set", level, part, *step.operands, spec=step.spec)[0]


def _shaped_as(cx: Context, part: Value, level: Value) -> Value:
    """The elements of `part` in the shape of `level`."""
    t = level.type
    assert isinstance(t, AVal)
    sizes = () if all(map(static_size, t.shape)) else [cx.scope.emit("dim_of", level, axis=k)[0] for k in range(t.rank)]
    return cx.scope.emit("reshape", part, *sizes, shape=t.shape)[0]


def viewed(cx: Context, base: Arr, made: Val) -> Val:
    """The result of the operation just emitted on `base`, which NumPy gives as a view."""
    if not isinstance(made, Arr):
        return made
    op = cx.scope.ops[-1]
    if made.path or op.outs[0] is not cx.store.get(made.cell):
        return made
    step = Step((), op.ins[1:], operation=(op.prim.name, tuple(op.params.items())))
    version = cx.store.get(base.cell)
    cx.store.set(made.cell, MISSING)
    return Arr(base.cell, extended(base.path, step), (version, op.outs[0]))


def in_order(cx: Context, arr: Arr) -> bool:
    """Whether an array certainly lies in memory as C has it, without gaps: then a reshape of it is a view."""
    cell, whole = arr.cell, cx.store.get(arr.cell).type
    if whole.rank < 2 and (cell.param is not None or cell.external is not None or cell.may):
        return False  # it may be every second element of another
    return cell.contiguous and all(_keeps_order(step) for step in arr.path)


def _keeps_order(step: Step) -> bool:
    if step.perm is not None:
        return False
    if step.operation is not None:
        return step.operation[0] not in ("flip", *PARTS)
    rest = [item for item in step.spec if item[0] not in ("new", "rest")]
    while rest and rest[0][0] == "at":
        rest.pop(0)
    if rest and rest[0][0] == "slice" and rest[0][3] in (None, 1):
        rest.pop(0)
    return all(item[:4] == ("slice", None, None, None) for item in rest)


def writable(cx: Context, node: ast.AST, arr: Arr) -> bool:
    """Whether an array may be written; reported if not."""
    from symdiff.frontend.python import lodging

    cell = arr.cell
    older = next((c for c in (cell, *sorted(cell.may, key=lambda c: c.serial)) if cx.belongs_outside(c.serial)), None)
    if older is not None and not (older is cell and cx.instances.note_write(arr)):
        cx.refuse_outside(node, older.name)
        return False
    if cell.readonly is not None:
        cx.refuse("SD506", node, name=cell.name or cx.text(node), origin=cell.readonly)
        return False
    found = held(cx, cell)
    if found is not None and (cx.store.get(("stale", cell)) is not MISSING or not lodging.may_change(cx, cell)):
        lodging.adopt(cx, cell)
        code, note = ("SD422", "passed here") if found in cx.kept else ("SD508", "in the list here")
        cx.refuse(code, node, notes=[(found, note)], target=cx.text(node))
        return False
    if cell.external is not None and cell.param is None:
        outside.refuse_change(cx, node, cell, cell.external)
        return False
    for other in {cell, *cell.may}:
        if other.param is not None:
            cx.written.add(other.param)
            outside.noted(cx, node, cx.params[other.param].argument)
        elif other.external is not None and other is not cell:
            outside.refuse_change(cx, node, other, other.external)
            return False
    return True


def hold(cx: Context, val: Val, loc: Loc) -> Val:
    """Mark an array, list, dict or object, and what it may share memory with, as an element of a growing list."""
    if isinstance(val, Arr | Reference):
        for cell in (val.cell, *sorted(val.cell.may, key=lambda c: c.serial)):
            note_held(cx, cell, loc)
    return val


def note_held(cx: Context, cell: Cell, loc: Loc) -> None:
    if not isinstance(cx.store.get(("held", cell)), Loc):
        cx.store.set(("held", cell), loc)


def held(cx: Context, cell: Cell, depth: int | None = None) -> Loc | None:
    """Where an array was put into a growing list, if it, or one that may share its memory, was.

    With `depth` as of the journal of that number.
    """
    if _held(cx, cell, depth) is FREE:
        return None
    for other in (cell, *sorted(cell.may, key=lambda c: c.serial)):
        found = _held(cx, other, depth)
        if isinstance(found, Loc):
            return found
    return None


def _held(cx: Context, cell: Cell, depth: int | None) -> Any:
    key = ("held", cell)
    return cx.store.get(key) if depth is None else cx.store.as_of(depth, key)


def join_held(a: Any, b: Any) -> Any:
    """The mark of what is held on one path or in one turn."""
    if isinstance(a, Loc) or isinstance(b, Loc):
        return a if isinstance(a, Loc) else b
    return FREE if a is b is FREE else MISSING


def _touch(cx: Context, node: ast.AST, cell: Cell) -> None:
    """The cells that may share the written one's memory can no longer be read, but for those known to choose it."""
    from symdiff.frontend.python import choices

    for other in sorted(cell.may, key=lambda c: c.serial):
        if other.choice is not None and cell in _chosen_from(other.choice) and chosen(cx, Arr(other)):
            choices.choose_again(cx, node, other, cx.store.get(other).type)
        else:
            cx.store.set(("stale", other), (naming.called(cell), cx.loc(node)))
    if cell.found_in is not None:
        _stands_for(cx, cell.found_in, Arr(cell))


def _stands_for(cx: Context, optional: Cell, found: Arr) -> None:
    """What held an optional array, which is there and was just written, holds the array from here on."""

    def now(val: Any) -> Any:
        return found if isinstance(val, Maybe) and val.cell is optional else val

    for key, held in list(cx.store.data.items()):
        after: Any = now(held)
        if isinstance(held, dict):
            after = type(held)((k, now(x)) for k, x in held.items())
        elif isinstance(held, tuple):
            after = tuple(map(now, held))
        if after is not held and after != held:
            cx.store.set(key, after)


def _chosen_from(choice: Choice) -> set[Cell]:
    """The arrays that a choice is among, and what was chosen among them."""
    cells = (choice.then.cell, choice.orelse.cell)
    return {*cells, *(found for cell in cells if cell.choice for found in _chosen_from(cell.choice))}


def compose(path: tuple[Step, ...], step: Step) -> tuple[tuple[Step, ...], Step]:
    """`A[i][j]` is `A[i, j]`: integer steps join the next subscript, so that a write is one operation."""
    if is_part(path):
        inner, step = compose(path[:-1], step)
        return (*inner, path[-1]), step
    last = path[-1] if path else None
    if last is None or any(s.perm is not None or s.operation is not None for s in (step, last)):
        return path, step
    if not all(item[0] == "at" for item in last.spec):
        return path, step
    if not all(item[0] in ("at", "slice", "new", "rest") for item in step.spec):
        return path, step
    return path[:-1], Step(last.spec + step.spec, last.operands + step.operands)


def is_poison(*vals: Any) -> bool:
    return any(v is POISON for v in vals)
