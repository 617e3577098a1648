"""Functions that call themselves on staged arguments: functions of the program, whose results are a fixpoint.

By hand, once:

    def power(x, n):
        return 1.0 if n == 0 else x * power(x, n - 1)

In the first round the call in the second branch has no result yet (`Bottom`: its path certainly leaves), so the result
is the other branch's, the known 1.0.  In the second round it is 1.0 or x * 1.0: a float.  In the third it is a float
again: done.  The function that the last round made is the one that is kept.

A recursion that something known decides (`tree(x, depth - 1)` from `tree(x, 3)`) is unfolded in place instead, as far
as the budget goes; then what changes is staged, and lowering starts again.  Functions that call each other are lowered
in the rounds of the first of them.
"""

from __future__ import annotations

import ast
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

from symdiff.errors import CompileError
from symdiff.frontend.python import calls, memory, patterns, recursion_arrays, sharing
from symdiff.frontend.python.context import Context, Frame
from symdiff.frontend.python.instances import Bottom, Instance, Pattern, Place, Widened
from symdiff.frontend.python.patterns import Differ
from symdiff.frontend.python.problems import Restart
from symdiff.frontend.python.rolled import go_back, mark
from symdiff.frontend.python.store import MISSING, Scope
from symdiff.frontend.python.values import (
    BOTTOM,
    POISON,
    Arr,
    Attributes,
    Bound,
    Cell,
    Closure,
    Conflict,
    DictRef,
    ListRef,
    Num,
    ObjRef,
    Partial,
    Struct,
    Val,
)
from symdiff.frontend.source import Source
from symdiff.ir import dims, types
from symdiff.ir.core import Block, Function, Value, walk
from symdiff.ir.dims import Atom, Dim
from symdiff.ir.types import AVal

_SIZES: Place = ("*", "sizes")  # among the places: sizes that were equal in a call around are not in one inside it
_MAX_ROUNDS = 20
MAX_NESTED = 8  # instances of one definition, each called by the one before
_UNFOLDED = (20, 500)  # how deep, and how many, recursive calls of one definition are unfolded
_GUARDED = (6, 32)  # the same, where a staged condition decides about the call


def enter(cx: Context, node: ast.AST, source: Source, outer: Frame | None, bound: Mapping[str, Val]) -> Val | None:
    """The result of a call as one of a function of the program; None where it is compiled in place."""
    home = _definition(source)
    marked = cx.session.recursive.get(home)
    # an inner function of another call of the function around it is another function
    active = [f for f in cx.frames if f.source.node is source.node and f.bound is not None and f.outer is outer]
    if marked is None and not active:
        helper = sharing.shared(cx, node, source, outer, bound)
        return None if helper is None else _call(cx, node, source, outer, bound, helper)
    if POISON in bound.values():
        return POISON
    staged = frozenset(marked or ())
    now = _patterns(cx, bound, staged)
    if active and _unfolds(cx, active, now, staged):
        places = _changing(cx, active[-1], now, staged)
        depth, count = _UNFOLDED if cx.scope is active[-1].scope else _GUARDED
        if not places or (len(active) < depth and cx.unfolded.get(home, 0) < count):
            cx.unfolded[home] = cx.unfolded.get(home, 0) + 1
            return None
        cx.session.recursive[home] = staged | places
        raise Restart
    other = next((val for p in now.values() if (val := patterns.unsuitable(p)) is not None), None)
    if other is not None:
        return cx.refuse("SD232", node, name=f"`{source.name}`", argument=cx.describe(other))
    if marked is None:
        cx.session.recursive[home] = staged
        raise Restart
    return _call(cx, node, source, outer, bound, now)


def _definition(source: Source) -> Hashable:
    """What names a definition in every attempt at lowering."""
    return (source.file, source.qualname, source.first_line, source.node.lineno, source.node.col_offset)


def _patterns(cx: Context, bound: Mapping[str, Val], staged: frozenset[Place]) -> dict[str, Pattern]:
    found = {name: patterns.pattern_of(cx, val, staged, (name,)) for name, val in bound.items()}
    return patterns.separated(found) if _SIZES in staged else found


def _unfolds(cx: Context, active: list[Frame], now: dict[str, Pattern], staged: frozenset[Place]) -> bool:
    """Whether something known has changed since the call around, and the arguments are new."""
    key = patterns.canonical(now)
    before = [_patterns(cx, f.bound or {}, staged) for f in active]
    if any(patterns.canonical(p) == key for p in before):
        return False
    return any(patterns.advances(p, now[name]) for name, p in before[-1].items())


def _changing(cx: Context, frame: Frame, now: dict[str, Pattern], staged: frozenset[Place]) -> frozenset[Place]:
    before = _patterns(cx, frame.bound or {}, staged)
    return frozenset(p for name in now for p in patterns.differences(before[name], now[name], (name,)))


# --- which function is called


def _call(
    cx: Context,
    node: ast.AST,
    source: Source,
    outer: Frame | None,
    bound: Mapping[str, Val],
    now: dict[str, Pattern],
) -> Val:
    table = cx.instances
    around = tuple(_around(cx, [outer, *(f for p in now.values() for f in _closures(p))]))
    key = (id(source.node), None if outer is None else outer.id, patterns.canonical(now), cx.errstate)
    instance = table.found.get(key)
    if instance is None or (instance not in table.active and not _fits(cx, instance, around)):
        if sum(i.source.node is source.node for i in table.active) >= MAX_NESTED:
            shown = "; ".join(", ".join(map(str, i.params.values())) for i in table.active[-3:])
            return cx.refuse("SD604", node, name=f"an argument of `{source.name}`", types=f"…; {shown}; …")
        if any(_alike(i, source, now) for i in table.active):
            home = _definition(source)
            cx.session.recursive[home] |= {_SIZES}
            raise Restart
        before = [] if instance is None else instance.outer_arrays
        table.found[key] = instance = new_instance(cx, source, outer, now, around)
        instance.outer_arrays, instance.gives_back = [*before], True
    if instance not in table.active and instance not in table.done:
        compiled(cx, node, instance)
    return emit(cx, node, instance, bound, now)


def _alike(instance: Instance, source: Source, now: dict[str, Pattern]) -> bool:
    """Whether an instance differs from the one wanted only in which of its sizes are equal."""
    if instance.source.node is not source.node:
        return False
    one, other = patterns.separated(instance.params), patterns.separated(now)
    return one == other and patterns.canonical(instance.params) != patterns.canonical(now)


def _fits(cx: Context, instance: Instance, around: tuple[object, ...]) -> bool:
    """Whether a function compiled earlier is the one wanted here: nothing that it read from outside has changed."""
    same = len(instance.around) == len(around) and all(a is b for a, b in zip(instance.around, around, strict=True))
    return same and all(map(cx.scope.sees, instance.captures))


def _closures(pattern: Pattern) -> Iterator[Frame]:
    if isinstance(pattern.val, Closure):
        yield pattern.val.frame
    for part in pattern.parts:
        yield from _closures(part)


def _around(cx: Context, frames: list[Frame | None]) -> Iterator[object]:
    """Everything that functions defined in these frames can read, as it is now, but for what is passed to them."""
    seen: set[int] = set()
    given = {cell for instance in cx.instances.every for cell in instance.outer_arrays}
    held: set[Cell] = set()  # objects may hold themselves
    todo = frames
    while todo:
        frame = todo.pop()
        if frame is None or frame.id in seen:
            continue
        seen.add(frame.id)
        todo.append(frame.outer)
        vals = [cx.get_name(frame, name) for name in sorted(frame.local)]
        while vals:
            val = vals.pop()
            yield val
            if isinstance(val, Closure):
                todo.append(val.frame)
            elif isinstance(val, Struct):
                vals += val.items
            elif isinstance(val, Partial):
                vals += [val.function, *val.args, *val.kwargs.values()]
            elif isinstance(val, Bound):
                vals += [val.receiver, val.function]
            elif isinstance(val, ObjRef):
                attributes = cx.store.get(val.cell)
                if val.cell not in held and isinstance(attributes, Attributes):
                    held.add(val.cell)
                    yield attributes
                    vals += attributes.values()
            elif isinstance(val, (Arr, ListRef, DictRef)) and val.cell not in given:
                content = cx.store.get(val.cell)
                yield content
                vals += patterns.parts_of(cx, val) or ()


def new_instance(
    cx: Context,
    source: Source,
    outer: Frame | None,
    now: dict[str, Pattern],
    around: tuple[object, ...],
    name: str = "",
) -> Instance:
    """A function of the program, to be compiled, for parameters of these patterns."""
    table, sizes = cx.instances, dict[Dim, Dim]()
    taken = {a.name for p in cx.params for a in types.type_atoms(p.type)}
    taken |= {a.name for i in table.active for a in _own(i)}

    def size(name: str, d: Dim) -> Dim:
        if d not in sizes:
            sizes[d] = dims.var(_free(f"n_{name}", taken))
        return sizes[d]

    params = {name: patterns.resized(p, lambda d, name=name: size(name, d)) for name, p in now.items()}  # type: ignore[misc]
    made = Instance(name or free_name(cx, source.name), source, outer, params, sizes, around)
    table.every.append(made)
    return made


def free_name(cx: Context, base: str) -> str:
    """A name for a function of the program."""
    cx.instances.names.add(cx.source.name)
    return _free(f"_{base.lstrip('_')}" if base.isidentifier() else "_function", cx.instances.names)


def _free(base: str, taken: set[str]) -> str:
    name, k = base, 2
    while name in taken:
        name, k = f"{base}{k}", k + 1
    taken.add(name)
    return name


def sizes_outside(cx: Context, names: set[str]) -> set[str]:
    """The sizes of the entry's arguments that these sizes, of functions of the program too, are made of."""
    own = {a.name for p in cx.params for a in types.type_atoms(p.type) if a.op == "var"}
    found, todo = set[str](), list(names)
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        if name in own:
            found.add(name)
        elif name not in seen:
            seen.add(name)
            pairs = [pair for i in cx.instances.every for pair in i.sizes.items()]
            todo += [a.name for given, taken in pairs if taken == dims.var(name) for a in dims.atoms(given)]
    return found


# --- rounds


def compiled(cx: Context, node: ast.AST, instance: Instance) -> None:
    """Lower the function; the outermost one goes on until no result changes any more."""
    table = cx.instances
    if table.active:
        _lower(cx, node, instance)
        return
    before, place = set(table.done), mark(cx)
    complete = False
    try:
        for _ in range(_MAX_ROUNDS):
            table.changed, table.bottoms_before = False, table.bottoms
            try:
                _lower(cx, node, instance)
            except Widened:
                table.changed = True
            if instance.failed or not table.changed:
                complete = True
                break
            go_back(cx, place)
            table.done = set(before)
    finally:
        if not complete:
            table.done = before
    if not complete:
        raise CompileError([_no_fixpoint(cx, node, instance, "…")])
    if not instance.failed:
        _check_results(cx, [i for i in table.every if i in table.done - before])


def _no_fixpoint(cx: Context, node: ast.AST, instance: Instance, found: str) -> Any:
    return cx.make_problem("SD604", node, name=f"the result of `{instance.source.name}`", types=found)


def _check_results(cx: Context, made: list[Instance]) -> None:
    """A function without a result has no base case; of several, the one that the others wait for was met last."""
    empty = [i for i in made if i.result is None and not i.failed]
    for instance in empty:
        instance.failed = True
    if empty:
        source = empty[-1].source
        cx.problems.append(source.refuse("SD218", source.node, name=f"`{source.name}`"))


def _lower(cx: Context, node: ast.AST, instance: Instance) -> None:
    """One round: the body in a region of its own, with what is assumed of every result at present."""
    table, outer = cx.instances, cx.scope
    scope = cx.scope = Scope(outer, cx.homes)
    scope.loc = outer.loc
    cx.store.begin()
    for v in instance.captures:
        scope.use(v)
    incoming: list[Value] = []
    cells: dict[Cell, int] = {}
    bound = {name: _parameter(cx, p, name, incoming, cells) for name, p in instance.params.items()}
    recursion_arrays.take_outer_arrays(cx, instance, incoming)
    instance.first_cell, instance.first_frame, instance.own = Cell("array").serial, cx.counters["frame"] + 1, cells
    table.active.append(instance)
    try:
        found = calls.run_function(cx, node, instance.source, instance.outer, bound)
    except Bottom:
        found = BOTTOM
    finally:
        table.active.pop()
    outs = _results(cx, node, instance, found, cells)
    if found is not BOTTOM:
        outs += recursion_arrays.written_arrays(cx, instance)
    changes = cx.store.end()
    written = [k for k in changes if isinstance(k, Cell) and k.serial < instance.first_cell]
    written = [k for k in written if k not in instance.outer_arrays]
    cx.scope = outer
    for cell in written:
        if cx.store.get(cell) is not MISSING and not cx.problems:
            cx.refuse("SD509", node, name=f"`{cell.name}`", function=f"`{instance.source.name}`")
    _finish(cx, instance, scope, incoming, outs)
    table.done.add(instance)


def _parameter(cx: Context, pattern: Pattern, name: str, incoming: list[Value], cells: dict[Cell, int]) -> Val:
    def make(p: Pattern, hint: str) -> Val:
        assert p.type is not None
        value = cx.scope.param(Value(p.type, hint))
        incoming.append(value)
        if p.kind == "scalar":
            return Num(value)
        cell = Cell("array", cx.scope.loc, contiguous=p.type.rank <= 1, name=hint)
        cells[cell] = len(incoming) - 1
        cx.store.set(cell, value)
        return Arr(cell)

    return patterns.rebuilt(pattern, name, make, cx.store.set)


# --- results


def _results(cx: Context, node: ast.AST, instance: Instance, found: Val, cells: dict[Cell, int]) -> list[Value]:
    """Take the result of this round into the one assumed; the values returned, in the types of both."""
    if isinstance(found, Conflict):
        name = f"the result of `{instance.source.name}`"
        found = cx.refuse(found.code, instance.source.node, name=name, then=found.then, otherwise=found.orelse)
    if found is POISON:
        instance.failed = True
    if found is POISON or found is BOTTOM:
        return []
    made = patterns.pattern_of(cx, found)
    other = patterns.unsuitable(made)
    if other is not None:
        cx.refuse("SD322", instance.source.node, type=cx.describe(other))
        instance.failed = True
        return []
    try:
        joined = _numbered(instance, made if instance.result is None else patterns.join(instance.result, made))
    except Differ as differ:
        cx.problems.append(_no_fixpoint(cx, node, instance, str(differ)))
        instance.failed = True
        return []
    leaves = patterns.leaves(cx, joined, found)
    if any(memory.check_stale(cx, instance.source.node, val) for _, val in leaves):
        instance.failed = True
        return []
    _note_aliases(cx, instance, [val for p, val in leaves if p.kind == "array"], cells)
    cx.instances.changed |= joined != instance.result
    instance.result = joined
    own = _own(instance)
    return [patterns.converted(cx, p, val, own) for p, val in leaves]


def _own(instance: Instance) -> frozenset[Atom]:
    return frozenset(a for d in instance.sizes.values() for a in dims.atoms(d))


def _numbered(instance: Instance, pattern: Pattern) -> Pattern:
    """The pattern with its sizes that the function's parameters do not say named in order."""
    own, names = _own(instance), dict[Dim, Dim]()

    def size(d: Dim) -> Dim:
        return d if dims.atoms(d) <= own else names.setdefault(d, dims.opaque(f"{instance.name}{len(names)}"))

    return patterns.resized(pattern, size)


def _note_aliases(cx: Context, instance: Instance, arrays: list[Val], cells: dict[Cell, int]) -> None:
    """Which arguments, or arrays from around, an array result may share memory with, and which of them with another."""
    reached = [{v.cell, *v.cell.may} if isinstance(v, Arr) else set[Cell]() for v in arrays]
    old = [frozenset(cells.get(c, c) for c in found if c.serial < instance.first_cell) for found in reached]
    pairs = frozenset((i, k) for k, a in enumerate(reached) for i, b in enumerate(reached[:k]) if a & b)
    if len(instance.aliases) == len(old):
        old = [a | b for a, b in zip(instance.aliases, old, strict=True)]
    found = (tuple(old), instance.shared | pairs)
    cx.instances.changed |= found != (instance.aliases, instance.shared)
    instance.aliases, instance.shared = found


def _finish(cx: Context, instance: Instance, scope: Scope, incoming: list[Value], outs: list[Value]) -> None:
    """The function, with what it reads from outside as further parameters."""
    captures = tuple(scope.captures)
    cx.instances.changed |= captures != instance.captures or bool(scope.effects) != instance.effects
    instance.captures, instance.effects = captures, bool(scope.effects)
    params = (*incoming, *(scope.captures[v] for v in captures))
    block = Block(params, tuple(scope.ops), tuple(outs))
    bound = {a.name for v in params for a in types.type_atoms(v.type) if a.op == "var"}
    missing = tuple(sorted(_used_sizes(block) - bound))
    cx.instances.changed |= missing != instance.missing
    instance.missing = missing
    if missing:
        sizes = [Value(types.INT, name) for name in missing]
        head = Scope(None, cx.homes)
        head.loc = scope.loc
        for name, value in zip(missing, sizes, strict=True):
            head.param(value)
            head.emit("bind_dim", value, name=name)
        block = Block((*params, *sizes), (*head.ops, *block.ops), block.outs)
    instance.function = Function(instance.name, block, tuple(sorted(bound | set(missing))))


def _used_sizes(block: Block) -> set[str]:
    """The size variables in the types and parameters of operations."""
    found: set[Atom] = set()
    for op in walk(block):
        for v in (*op.outs, *(v for r in op.regions for v in r.params)):
            found |= types.type_atoms(v.type)
        todo = list(op.params.values())
        while todo:
            item = todo.pop()
            if isinstance(item, dims.Poly):
                found |= dims.atoms(item)
            elif isinstance(item, tuple):
                todo += item
    return {a.name for a in found if a.op == "var"}


# --- the call


def emit(
    cx: Context, node: ast.AST, instance: Instance, bound: Mapping[str, Val], now: dict[str, Pattern], **rule: Any
) -> Val:
    """The result of a call; `rule` says what its derivative is, if the user does."""
    if instance.failed:
        return POISON
    passed = [val for name, p in now.items() for _, val in patterns.leaves(cx, p, bound[name])]
    if not recursion_arrays.separate(cx, node, instance, passed):
        return POISON
    cx.at(node)
    ins = [cx.scope.use(cx.value(val)) for val in passed]
    outer_arrays = [cx.scope.use(memory.read(cx, Arr(cell))) for cell in instance.outer_arrays]
    if instance.result is None:
        cx.instances.bottoms += 1
        raise Bottom
    sizes: dict[Dim, Dim] = {}
    for taken, given in zip(patterns.leaf_types(instance.params.values()), ins, strict=True):
        assert isinstance(given.type, AVal)
        sizes.update(zip(taken.shape, given.type.shape, strict=True))
    own = _own(instance)

    def size(d: Dim) -> Dim:
        if dims.atoms(d) <= own:
            return dims.substitute(d, lambda a: sizes[dims.var(a.name)])
        return sizes.setdefault(d, dims.opaque(f"k{cx.count('opaque')}"))

    result = patterns.resized(instance.result, size)
    written = sorted(instance.written)
    returned = [*patterns.leaf_types([result]), *(v.type for v in (*(ins[k] for k in written), *outer_arrays))]
    outer = [cx.scope.emit("dim", size=dims.var(name))[0] for name in instance.missing]
    outs = cx.at(node).emit(
        "call",
        *ins,
        *outer_arrays,
        *instance.captures,
        *outer,
        function=instance.name,
        types=tuple(returned),
        **rule,
    )
    cx.scope.effects += instance.effects
    into = [*(passed[k] for k in written), *map(Arr, instance.outer_arrays)]
    for arr, new in zip(into, outs[len(outs) - len(into) :], strict=True):
        assert isinstance(arr, Arr)
        if not memory.write(cx, node, arr, new):
            return POISON
    return _returned(cx, instance, result, outs[: len(outs) - len(into)], passed)


def _returned(cx: Context, instance: Instance, result: Pattern, outs: Sequence[Value], passed: Sequence[Val]) -> Val:
    """The result as a value of the caller's; its arrays may share memory with what was passed."""
    values, arrays = iter(outs), list[Arr]()

    def make(p: Pattern, name: str) -> Val:
        made = cx.wrap(next(values))
        if isinstance(made, Arr):
            for source in instance.aliases[len(arrays)]:
                base = passed[source] if isinstance(source, int) else source
                cell = base.cell if isinstance(base, Arr) else base
                if isinstance(cell, Cell) and cx.store.get(cell) is not MISSING:
                    memory.may_alias(made.cell, cell)
            for i, k in instance.shared:
                if k == len(arrays):
                    memory.may_alias(made.cell, arrays[i].cell)
            arrays.append(made)
        return made

    return patterns.rebuilt(result, "", make, cx.store.set)
