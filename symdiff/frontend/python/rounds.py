"""Functions of the program: made for arguments of one pattern, and lowered in rounds until no result changes.

The rounds are those of `recursion.py`: `power(x, n)` has no result in the first (`Bottom`), the known 1.0 in the
second, a float in the third and the fourth, which is the last.  A function without recursion is done in the first.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from symdiff.errors import CompileError
from symdiff.frontend.python import calls, forms, may_be_none, memory, naming, pattern_joins, patterns, recursion_memory
from symdiff.frontend.python.context import Context, Frame
from symdiff.frontend.python.instances import Bottom, Instance, Pattern, Widened
from symdiff.frontend.python.may_be_none import Differ
from symdiff.frontend.python.patterns import Rebuilding
from symdiff.frontend.python.rolled import go_back, mark
from symdiff.frontend.python.store import MISSING, Scope
from symdiff.frontend.python.values import BOTTOM, POISON, Arr, Cell, Conflict, Listed, Maybe, Num, Reference, Val
from symdiff.frontend.source import Source
from symdiff.ir import dims, types
from symdiff.ir.core import Block, Function, Value, walk
from symdiff.ir.dims import Atom, Dim
from symdiff.ir.types import AVal

_MAX_ROUNDS = 20
_DEEPER = 4  # rounds in a row whose result holds one more of its kind: there is no end of it, and each costs more
_MAX_NESTED = 8  # instances of one definition, each called by the one before
_EARLY = 8  # rounds after which a few instances show what grows: the code behind a call waits for it
_FEW_NESTED = 3


def nested_too_deep(cx: Context, node: ast.AST, source: Source, first: Callable[[], None] | None = None) -> bool:
    """Whether the arguments of a definition seem to change from call to call without end; then it is reported.

    What is to be tried `first` may begin again instead.
    """
    active = cx.instances.active
    most = _MAX_NESTED if cx.instances.rounds <= _EARLY else _FEW_NESTED
    nested = sum(i.source.is_of(source) for i in active)
    if nested >= most and first is not None:
        first()
    if nested < _MAX_NESTED:
        return False
    refuse_growing(cx, node, source, *(i.params for i in active[-3:]))
    return True


def refuse_growing(cx: Context, node: ast.AST, source: Source, *calls: Mapping[str, Pattern]) -> Val:
    """Report that the arguments of calls in each other, the last of which are these, change without end."""
    shown = "; ".join(", ".join(map(forms.passed, now.values())) for now in calls)
    what: dict[str, Any] = {"name": f"an argument of `{source.name}`", "types": f"…; {shown}; …"}
    before, now = calls[-2:]
    name = _growing(before, now)
    if name is not None and pattern_joins.is_longer(before[name], now[name]):
        what["rewrite"] = (
            f"pass a number for the text `{name}`: its length, `0` at first, then `{name} + 1`,"
            f" or what it says in digits, `2 * {name} + 1`"
        )
    elif name is not None:
        what["rewrite"] = (
            f"hold what grows in a list, which may be of any length: pass `[]` for `{name}` at first,"
            f" then `{name} + [x]`"
        )
    return cx.refuse("SD604", node, **what)


def _growing(before: Mapping[str, Pattern], now: Mapping[str, Pattern]) -> str | None:
    """The parameter whose text, tuple, list, dict or object holds more from call to call."""

    def grows(before: Pattern, now: Pattern) -> bool:
        return parts(now) > parts(before) or pattern_joins.is_longer(before, now)

    def parts(p: Pattern) -> int:
        return len(p.parts) + sum(map(parts, p.parts))

    return next((name for name, p in now.items() if name in before and grows(before[name], p)), None)


def new_instance(
    cx: Context,
    source: Source,
    outer: Frame | None,
    now: dict[str, Pattern],
    name: str = "",
) -> Instance:
    """A function of the program, to be compiled, for parameters of these patterns."""
    table, sizes = cx.instances, dict[Dim, Dim]()
    taken = {a.name for p in cx.params for a in types.type_atoms(p.type)}
    taken |= {a.name for i in table.active for a in i.own_sizes}

    def size(name: str, d: Dim) -> Dim:
        if d not in sizes:
            sizes[d] = dims.var(_free(f"n_{name}", taken))
        return sizes[d]

    params = {name: patterns.resized(p, partial(size, name)) for name, p in now.items()}
    made = Instance(name or free_name(cx, source.name), source, outer, params, sizes)
    table.every.append(made)
    return made


def free_name(cx: Context, base: str) -> str:
    """A name for a function of the program."""
    cx.instances.names.add(cx.source.name)
    plain = base.strip("_") if base.startswith("__") else base.lstrip("_")
    return _free(f"_{plain}" if base.isidentifier() else "_function", cx.instances.names)


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


# --- to the fixpoint


def compiled(cx: Context, node: ast.AST, instance: Instance, first: Callable[[], None], again: bool = False) -> None:
    """Lower the function; the outermost one goes on until no result changes any more.

    So does one inside it that is made `again`: what is around it is not what it was, and it begins with no result.
    What is to be tried `first`, before it is not compiled, may begin again instead.
    """
    table = cx.instances
    if table.active:
        (_settled if again else _lower)(cx, node, instance)
        return
    before, place = set(table.done), mark(cx)
    complete = False
    try:
        for table.rounds in range(1, _MAX_ROUNDS + 1):
            table.changed, table.bottoms_before, begun = False, table.bottoms, Cell("array").serial
            try:
                _lower(cx, node, instance)
            except Widened:
                table.changed = True
            if instance.failed or not table.changed:
                complete = True
                break
            go_back(cx, place)
            table.done = set(before)
            table.note_undone(begun)
    finally:
        if not complete:
            table.done = before
    if not complete or instance.failed:
        first()
    if not complete:
        raise CompileError([_no_fixpoint(cx, node, instance, _UNSETTLED, rewrite=_PASS_IT)])
    made = [i for i in table.every if i in table.done - before]
    if not instance.failed:
        _check_results(cx, made)
    for each in made:
        each.problems = each.problems or tuple(cx.problems[place.problems :])


def _settled(cx: Context, node: ast.AST, instance: Instance) -> None:
    """Lower a function in rounds of its own, with the results assumed of those around it.

    Where it changes what is around it in a new way, or one of those, a round of the outermost is done: `Widened`.
    """
    table, place = cx.instances, mark(cx)
    before, bottoms, around = set(table.done), table.bottoms, (table.changed, table.bottoms_before)
    for _ in range(_MAX_ROUNDS):
        table.changed, table.bottoms, table.bottoms_before, begun = False, bottoms, bottoms, Cell("array").serial
        _lower(cx, node, instance)
        if instance.failed or not table.changed:
            table.changed, table.bottoms_before = around
            return
        go_back(cx, place)
        table.done = set(before)
        table.note_undone(begun)
    raise CompileError([_no_fixpoint(cx, node, instance, _UNSETTLED, rewrite=_PASS_IT)])


def _no_fixpoint(cx: Context, node: ast.AST, instance: Instance, found: str, **more: Any) -> Any:
    return cx.make_problem("SD604", node, name=f"the result of `{instance.source.name}`", types=found, **more)


_UNSETTLED = f"another one in each of {_MAX_ROUNDS} rounds"
_PASS_IT = "pass what it reads and changes of what is around it as arguments, and return it"
_OF_A_CLASS = "make the nodes of a tree objects of a class: attributes of their own may hold other nodes, or None"


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
    table, outer, known = cx.instances, cx.scope, len(cx.problems)
    scope = cx.scope = Scope(outer, cx.homes)
    scope.loc = outer.loc
    cx.store.begin()
    for v in instance.captures:
        scope.use(v)
    incoming: list[Value] = []
    make = partial(_parameter, cx, incoming)
    numbered = {cx.arenas[cls, "items"].cell for cls in cx.session.listed.values()}
    for cell in numbered.intersection(instance.outer):  # each of these lists is one element
        instance.elements.setdefault(cell, frozenset())
    taking = Rebuilding(make, cx.store.set, shared=dict.fromkeys(instance.elements, frozenset()))
    bound = {name: taking.value(p, name) for name, p in instance.params.items()}
    recursion_memory.take_outer(cx, node, instance, taking, make)
    instance.parameters, instance.own = taking.memory, {val.cell: k for k, val in enumerate(taking.memory)}
    instance.first_cell, instance.first_frame = Cell("array").serial, cx.counters["frame"] + 1
    table.active.append(instance)
    try:
        found = (
            POISON if instance.failed else calls.run_function(cx, node, instance.source, instance.around_frame, bound)
        )
    except Bottom:
        found = BOTTOM
    finally:
        table.active.pop()
    outs = _results(cx, node, instance, found)
    changes = cx.store.end()
    written = [k for k in changes if isinstance(k, Cell) and k.serial < instance.first_cell]
    written = [k for k in written if k not in instance.outer]
    cx.scope = outer
    for cell in written:
        if cx.store.get(cell) is not MISSING and not cx.problems:
            name = f"`{naming.called(cell)}`" if naming.called(cell) else memory.A_KIND.get(cell.kind, "an iterator")
            told: dict[str, Any] = {"name": name, "function": f"`{instance.source.name}`"}
            if cell.kind == "iterator":
                told["rewrite"] = "make a list of it, and pass the index of the next element"
            cx.refuse("SD509", node, **told)
    _finish(cx, instance, scope, incoming, outs)
    if instance.failed and not instance.problems:  # told at each call: this round may be taken back
        instance.problems = tuple(cx.problems[known:])
    table.done.add(instance)


def _parameter(cx: Context, incoming: list[Value], p: Pattern, hint: str) -> Val:
    t = p.type or p.listed
    if p.kind == may_be_none.OPTIONAL:
        (t,) = patterns.value_types([p])
    assert t is not None
    value = cx.scope.param(Value(t, hint))
    incoming.append(value)
    if p.kind == may_be_none.OPTIONAL:
        return may_be_none.wrapped(cx, value, hint)
    if p.kind == "scalar":
        return Num(value)
    if p.kind == "seq":
        return Listed(value)
    assert p.type is not None
    cell = Cell("array", cx.scope.loc, name=hint)
    cx.store.set(cell, value)
    return Arr(cell)


# --- results


def _results(cx: Context, node: ast.AST, instance: Instance, found: Val) -> list[Value]:
    """Take the result of this round, and what memory holds after it, into those assumed; the values returned."""
    if isinstance(found, Conflict):
        told: dict[str, Any] = {"name": f"the result of `{instance.source.name}`", **dict(found.fields)}
        found = cx.refuse(found.code, instance.source.node, then=found.then, otherwise=found.orelse, **told)
    if found is POISON:
        instance.failed = True
    if found is POISON or found is BOTTOM:
        return []
    given = recursion_memory.Given(cx, node, instance, found)
    made = given.patterns()
    other = [val for p in made if (val := patterns.unsuitable(p)) is not None]
    if other:
        if patterns.unsuitable(made[0]) is None:
            given.refuse_exits(made[1:])
        elif other[0] is not POISON:
            _refuse_result(cx, instance.source, other[0])
        instance.failed = True
        return []
    before = None if instance.result is None else (instance.result, *instance.exits)
    try:
        joined = made if before is None else [pattern_joins.join(a, b) for a, b in zip(before, made, strict=True)]
        result, *exits = _numbered(instance, joined)
    except Differ as differ:
        if not instance.apart:
            instance.apart, instance.result, instance.exits = True, None, ()
            cx.instances.changed = True
            return []
        shown = ", then ".join(map(forms.passed, differ.patterns))
        cx.problems.append(_no_fixpoint(cx, node, instance, shown, **forms.one_structure(*differ.patterns)))
        instance.failed = True
        return []
    depth, deeper = result.nested(), instance.nested[1] + 1
    instance.nested = (depth, deeper if depth > instance.nested[0] else 0)
    if instance.nested[1] == _DEEPER:
        cx.problems.append(_no_fixpoint(cx, node, instance, "one that holds itself", rewrite=_OF_A_CLASS))
        instance.failed = True
        return []
    leaves = given.leaves([result, *exits])
    if any(memory.check_stale(cx, instance.source.node, val) for _, val in leaves):
        instance.failed = True
        return []
    given.note_aliases()
    cx.instances.changed |= (result, tuple(exits)) != (instance.result, instance.exits)
    instance.result, instance.exits = result, tuple(exits)
    own = instance.own_sizes
    return [patterns.converted(cx, p, val, own) for p, val in leaves]


def _refuse_result(cx: Context, source: Source, found: Val) -> None:
    """Refuse what a function of the program cannot return."""
    told: dict[str, Any] = {"type": cx.describe(found)}
    if isinstance(found, Reference):
        told["why"] = "a function that calls itself returns numbers, arrays and structures of these, of one form"
        told["rewrite"] = "return the numbers themselves, or put them into an array that was made before"
    if isinstance(found, Maybe):
        told["why"] = "what a function with a derivative rule returns is None always or never"
        told["rewrite"] = f"say that it is there: `assert found is not None`, and `return found` in `{source.name}`"
    cx.refuse("SD322", source.node, **told)


def _numbered(instance: Instance, found: Sequence[Pattern]) -> list[Pattern]:
    """The patterns with their sizes that the function's parameters do not say named in order."""
    own, names = instance.own_sizes, dict[Dim, Dim]()

    def size(d: Dim) -> Dim:
        return d if dims.atoms(d) <= own else names.setdefault(d, dims.opaque(f"{instance.name}{len(names)}"))

    return [patterns.resized(p, size) for p in found]


def _finish(cx: Context, instance: Instance, scope: Scope, incoming: list[Value], outs: list[Value]) -> None:
    """The function, with what it reads from outside as further parameters."""
    captures = tuple(scope.captures)
    cx.instances.changed |= captures != instance.captures or bool(scope.effects) != instance.effects
    instance.captures, instance.effects = captures, bool(scope.effects)
    params = (*incoming, *(scope.captures[v] for v in captures))
    block = Block(params, tuple(scope.ops), tuple(outs))
    bound = {a.name for v in params if isinstance(v.type, AVal) for a in types.type_atoms(v.type) if a.op == "var"}
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
