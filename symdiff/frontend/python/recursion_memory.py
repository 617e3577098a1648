"""The memory that a function which calls itself changes: taken as parameters, given back after its result.

By hand: `def fill(a, k): a[k] = x; if k: fill(a, k - 1)` becomes a function of (a, k) that returns a; the call in it
is `a = fill(a, k - 1)`, where the new content is written back through the view that was passed.  In the same way

    def visit(k):                       def visit(k, out):
        out.append(k * x)       is          out = [*out, k * x]
        if k: visit(k - 1)                  if k: out = visit(k - 1, out)
                                            return out

A list, dict, object or name from around it is passed and returned too, as what it holds.  Which memory is which goes
with the call (`patterns.Numbered`): a list returned is the one that was passed, or one that is new.  What is written
must not be known to the function in a way that the call does not tell of.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NoReturn

from symdiff.frontend.python import (
    containers,
    grown,
    kinship,
    lodging,
    memory,
    naming,
    pattern_joins,
    patterns,
    sameness,
)
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Instance, Outer, Pattern, Widened
from symdiff.frontend.python.may_be_none import Differ
from symdiff.frontend.python.patterns import Leaves, Numbered, Rebuilding
from symdiff.frontend.python.store import MISSING
from symdiff.frontend.python.values import Arr, Cell, Grown, ListRef, Reference, Val, static_size
from symdiff.ir import dims, types
from symdiff.ir.core import Value
from symdiff.ir.dims import Atom, Dim
from symdiff.ir.types import Type

KINDS = ("array", "list", "dict", "object", "name")
WHOLE = Pattern("whole")  # an array that is written into: it stays of its type
_EVERYTHING = 1 << 62  # older than this is all memory


# --- what is changed around a function


def _content(cx: Context, outer: Outer, key: Hashable, numbered: Numbered) -> Pattern | None:
    """The pattern of what is outside, as it is now; None of what a call cannot pass."""
    if isinstance(outer.val, Arr):
        return WHOLE
    if outer.val is not None:
        found = patterns.content_pattern(cx, outer.val, numbered=numbered)
    else:
        val = cx.store.get(key)
        found = Pattern("other") if not isinstance(val, Val) else patterns.pattern_of(cx, val, numbered=numbered)
    return None if patterns.unsuitable(found) is not None or found.kind == "other" else found


def _entry(cx: Context, instance: Instance, key: Hashable) -> Pattern | None:
    """What is outside when the function is called: memory made before the call is named by itself.

    None of what a call cannot pass, or what no pattern covers together with what other calls passed.
    """
    outer = instance.outer[key]
    first = instance.first_cell if instance in cx.instances.active else _EVERYTHING
    numbered = Numbered(first=0 if instance.apart else first, arrays=not instance.apart)
    now = _content(cx, outer, key, numbered)
    content = cx.store.get(outer.val.cell) if isinstance(outer.val, ListRef) else None
    if isinstance(content, tuple):
        outer.form = patterns.joined_forms(outer.form, grown.form_of_elements(cx, content))
    if now is None or outer.entry is None or now == outer.entry:
        return now
    try:
        return pattern_joins.join(outer.entry, now)
    except Differ:
        listed = {outer.entry.kind, now.kind} <= {"list", "grown"} and outer.form is not None
        return Pattern("grown", (outer.form,)) if listed and outer.form is not None else None


def covered(cx: Context, instance: Instance) -> bool:
    """Whether what is outside now is what the function was compiled for."""
    return all(_entry(cx, instance, key) == outer.entry for key, outer in instance.outer.items())


def take_outer(
    cx: Context, node: ast.AST, instance: Instance, rebuilding: Rebuilding, make: Callable[[Pattern, str], Val]
) -> None:
    """What the function changes around it, as parameters of its own."""
    for key, outer in instance.outer.items():
        entry = _entry(cx, instance, key)
        if entry is None and not instance.apart:
            _begin_apart(instance, outer)
        outer.entry = entry
        if entry is None or not _sized(cx, entry):
            cx.refuse_memory(node, _name(key), instance)
            instance.failed = True
            return
        if isinstance(outer.val, Arr):
            version = cx.store.get(outer.val.cell)
            made = make(Pattern("array", type=version.type), _name(key) or version.hint)
            assert isinstance(made, Arr)
            cx.store.set(outer.val.cell, cx.store.get(made.cell))
        elif outer.val is not None:
            instance.groups |= known_as(cx, outer.val.cell)
            cx.store.set(outer.val.cell, rebuilding.content(entry, _name(key), outer.val.cell, key))
        else:
            cx.store.set(key, rebuilding.value(entry, _name(key)))


def _begin_apart(instance: Instance, outer: Outer) -> NoReturn:
    """Compile a function again, for memory around it that is not told by what it was before the call."""
    instance.apart, outer.entry = True, None
    instance.result, instance.exits = None, ()
    raise Widened


def _name(key: Hashable) -> str:
    return key.name if isinstance(key, Cell) else str(key[1]) if isinstance(key, tuple) else ""


def _sized(cx: Context, pattern: Pattern) -> bool:
    """Whether the sizes of what lists hold can be named everywhere: an empty list does not say them."""
    if pattern.kind != "grown":
        return all(_sized(cx, p) for p in pattern.parts)
    own = {d for instance in cx.instances.every for d in instance.sizes.values()}
    sizes = [d for t in patterns.value_types([pattern]) for d in types.sizes(t)]
    return all(static_size(d) and own.isdisjoint(map(_variable, dims.atoms(d))) for d in sizes)


def _variable(atom: Atom) -> Dim:
    return dims.var(atom.name)


def outer_values(cx: Context, node: ast.AST, instance: Instance) -> list[Value] | None:
    """What the function changes around it, as it is now; None after a problem.

    Raises Widened where the function is being compiled for something else.
    """
    found: list[Value] = []
    for key, outer in instance.outer.items():
        if isinstance(outer.val, Arr):
            found.append(cx.scope.use(memory.read(cx, outer.val)))
            continue
        entry = _entry(cx, instance, key)
        if entry is not None and entry != outer.entry and instance in cx.instances.active:
            outer.entry = entry
            instance.result, instance.exits = None, ()
            raise Widened
        if entry is None or entry != outer.entry or not _sized(cx, entry):
            if entry is None and not instance.apart and instance in cx.instances.active:
                _begin_apart(instance, outer)
            cx.refuse_memory(node, _name(key), instance)
            return None
        found += [patterns.converted(cx, p, val, frozenset()) for p, val in _leaves(cx, key, outer, entry)]
    return found


def _leaves(cx: Context, key: Hashable, outer: Outer, pattern: Pattern) -> Leaves:
    if isinstance(outer.val, Arr):
        return [(pattern, outer.val)]
    if outer.val is None:
        return patterns.leaves(cx, pattern, cx.store.get(key))
    memory.check_read(cx, outer.val)
    return patterns.leaves(cx, pattern, outer.val)


def outer_memory(cx: Context, instance: Instance) -> Iterator[Arr | Reference]:
    """The memory that goes with what the function changes around it, in the order of its numbers."""
    for key, outer in instance.outer.items():
        assert outer.entry is not None
        if outer.val is None:
            yield from patterns.memory_in(cx, outer.entry, cx.store.get(key))
        elif not isinstance(outer.val, Arr):
            for p, x in zip(outer.entry.parts, patterns.parts_of(cx, outer.val) or (), strict=False):
                yield from patterns.memory_in(cx, p, x)


# --- what a function gives back


class Given:
    """The values that a function returns: its result, then what the memory holds that it changes."""

    def __init__(self, cx: Context, node: ast.AST, instance: Instance, found: Val) -> None:
        self.cx, self.node, self.instance, self.found = cx, node, instance, found
        self.memory: list[Arr | Reference] = []
        self.written = [instance.parameters[k] for k in sorted(instance.written)]

    def patterns(self) -> list[Pattern]:
        """The patterns of all of it, the result's first."""
        cx, instance = self.cx, self.instance
        if not instance.gives_back:  # a function with a rule, or of one: what it returns is its own
            result = patterns.pattern_of(cx, self.found)
            self.memory = list(patterns.memory_in(cx, result, self.found))
            return [result]
        numbered = Numbered({} if instance.apart else dict(instance.own), count=len(instance.own))
        numbered.first = 0 if instance.apart else instance.first_cell
        found = [patterns.pattern_of(cx, self.found, numbered=numbered)]
        numbered.numbers, numbered.arrays = dict(instance.own), not instance.apart
        for key, outer in self.changed():
            one = _content(cx, outer, key, numbered)
            found.append(one or Pattern("other", val=outer.val or cx.store.get(key)))
        self.memory = numbered.memory
        return found

    def changed(self) -> Iterator[tuple[Hashable, Outer]]:
        for val in self.written:
            yield val.cell, Outer(val)
        yield from self.instance.outer.items()

    def refuse_exits(self, exits: Sequence[Pattern]) -> None:
        """Report what memory holds at the end that no call can give back."""
        for (key, _), found in zip(self.changed(), exits, strict=True):
            if patterns.unsuitable(found) is not None:
                self.cx.refuse_memory(self.node, _name(key), self.instance)

    def leaves(self, joined: Sequence[Pattern]) -> Leaves:
        """The numbers of all of it."""
        result, *exits = joined
        found = patterns.leaves(self.cx, result, self.found)
        for (key, outer), pattern in zip(self.changed(), exits, strict=True):
            found += _leaves(self.cx, key, outer, pattern)
        return found

    def note_aliases(self) -> None:
        """What of the memory given back may be memory that was passed, that is around, or other memory given back."""
        instance, cx = self.instance, self.cx
        reached = [{val.cell, *val.cell.may} for val in self.memory]
        old = [frozenset(instance.own.get(c, c) for c in found if self._is_older(c)) for found in reached]
        pairs = frozenset((i, k) for k, a in enumerate(reached) for i, b in enumerate(reached[:k]) if a & b)
        kin = instance.kin or self._kin(reached)
        if len(instance.aliases) == len(old):
            old = [a | b for a, b in zip(instance.aliases, old, strict=True)]
            pairs |= instance.shared
        twice = self._twice(kin)
        made = (tuple(old), pairs, kin, twice)
        cx.instances.changed |= made != (instance.aliases, instance.shared, instance.kin, instance.elements)
        instance.aliases, instance.shared, instance.kin, instance.elements = made

    def _twice(self, kin: bool) -> dict[Hashable, frozenset[tuple[int, ...]]]:
        """Of the lists whose elements are changed, where one may be twice from now on."""
        found = dict(self.instance.elements)
        for key in found:
            found[key] |= frozenset({()}) if kin else _shared_in(self.cx, self._cell(key))
        return found

    def _cell(self, key: Hashable) -> Cell:
        found = self.instance.parameters[key].cell if isinstance(key, int) else key
        assert isinstance(found, Cell)
        return found

    def _is_older(self, cell: Cell) -> bool:
        """Whether memory was there before the function ran: not that of a round that was taken back."""
        older = cell.serial < self.instance.first_cell and cell not in self.instance.outer
        return older and self.cx.store.get(cell) is not MISSING

    def _kin(self, reached: Sequence[set[Cell]]) -> bool:
        """Whether lists given back may hold memory that was there before, or other memory given back."""
        instance, cx = self.instance, self.cx
        cells = [val.cell for val in self.memory]
        cells += [v.cell for v in instance.parameters] + [c for c in instance.outer if isinstance(c, Cell)]
        held = [known_as(cx, c) for c in cells if has_elements(cx, c)]
        known = {*instance.reads, *instance.own, *(c for c in instance.outer if isinstance(c, Cell))}
        told = [self._cell(key) for key in instance.elements]  # at each call, that nothing else holds what they hold
        for k, group in enumerate(held):
            found = kinship.related(group)
            older = {c for c in found - group - instance.groups if c.serial < instance.first_cell}
            outside = any(is_there(cx, c) for c in (older & known if any(c in group for c in told) else older))
            if outside or any(not found.isdisjoint(other) for other in [*held[:k], *held[k + 1 :]]):
                return True
        return False


def is_there(cx: Context, cell: Cell) -> bool:
    """Whether memory is not that of a round that was taken back."""
    return cx.instances.lasts(cell) or cx.store.get(cell) is not MISSING


def has_elements(cx: Context, cell: Cell) -> bool:
    """Whether memory is that of an element of a list of any length, or of such a list of what can be changed."""
    content = cx.store.get(cell)
    listed = isinstance(content, Grown) and grown.has_memory(content.form)
    return listed or memory.held(cx, cell) is not None


def known_as(cx: Context, cell: Cell) -> set[Cell]:
    content = cx.store.get(cell)
    return {cell, content.group} if isinstance(content, Grown) else {cell}


# --- the caller


def types_of(
    cx: Context, instance: Instance, given: Sequence[Arr | Reference], found: Sequence[Pattern]
) -> tuple[Type, ...]:
    """The types of what a call gives back; an array that was written into is of the type that it had."""
    result, *exits = found
    made = [*patterns.value_types([result])]
    into = [*(given[k] for k in sorted(instance.written)), *(outer.val for outer in instance.outer.values())]
    for val, pattern in zip(into, exits, strict=True):
        made += [cx.aval(val)] if isinstance(val, Arr) else patterns.value_types([pattern])
    return tuple(made)


def separate(cx: Context, node: ast.AST, instance: Instance, given: Sequence[Arr | Reference]) -> bool:
    """Whether no memory that the function changes is known to it in another way too; False if reported."""
    cells = [val.cell for val in given]
    outer = [key for key in instance.outer if isinstance(key, Cell)]
    for k in instance.written:
        others = [*cells[:k], *cells[k + 1 :]]
        if _met_elsewhere(cx, instance, cells[k], others, outer):
            _refuse(cx, node, instance, cells[k])
            return False
    for cell in outer:
        known = {*cells, *(c for c in instance.reads if c is not cell)}
        if {cell, *cell.may} & known:
            _refuse(cx, node, instance, cell)
            return False
    return all(_elements_apart(cx, node, instance, key, given) for key in instance.elements)


def _elements_apart(
    cx: Context, node: ast.AST, instance: Instance, key: Hashable, given: Sequence[Arr | Reference]
) -> bool:
    """Whether the elements of a list that the function changes are known to it as such alone; False if reported."""
    val = given[key] if isinstance(key, int) else instance.outer[key].val
    if not isinstance(val, ListRef):
        return True
    cell = val.cell
    others = {*(v.cell for v in given), *instance.reads, *(c for c in instance.outer if isinstance(c, Cell))} - {cell}
    met = _holds_one_of(cx, instance, cell, others)
    if not met and not _shared_in(cx, cell):
        return True
    passed_on = not met and cx.belongs_outside(cell.serial) and cx.instances.note_elements(val)
    if passed_on and not _shared_in(cx, cell):
        return True
    _refuse(cx, node, instance, cell)
    return False


def _refuse(cx: Context, node: ast.AST, instance: Instance, cell: Cell) -> None:
    """Refuse what the function knows in another way too: of a list, after an attempt with its elements told apart."""
    before = len(cx.problems)
    cx.refuse_memory(node, naming.called(cell), instance)
    if has_elements(cx, cell) and len(cx.problems) > before:
        problem = cx.problems.pop()
        memory.take_apart(cx, problem)
        cx.problems.append(problem)


def _shared_in(cx: Context, cell: Cell) -> frozenset[kinship.Path]:
    """Where an element of a list may be twice, or be known in another way: one of known structure as it was `taken`."""
    content = cx.store.get(cell)
    if isinstance(content, Grown):
        return content.shared
    if content == ():
        return frozenset()
    _, _, shared = cx.taken.get(id(content), (content, None, {()}))
    inner = [cx.store.get(part.cell) for item in content for _, part in kinship.inside(cx, item)]
    twice = shared or any(held.shared for held in inner if isinstance(held, Grown))
    return frozenset({()}) if twice else frozenset()


def _met_elsewhere(cx: Context, instance: Instance, cell: Cell, others: Sequence[Cell], outer: Sequence[Cell]) -> bool:
    if {cell, *cell.may} & {*others, *instance.reads, *outer}:
        return True
    return has_elements(cx, cell) and _holds_one_of(cx, instance, cell, others)


def _holds_one_of(cx: Context, instance: Instance, cell: Cell, others: Iterable[Cell]) -> bool:
    related = [c for other in others if has_elements(cx, other) for c in known_as(cx, other)]
    return any(sameness.may_be_one(cx, cell, c) for c in related) or sameness.listed_in(cx, cell, instance.captures)


def take_back(
    cx: Context,
    node: ast.AST,
    instance: Instance,
    found: Sequence[Pattern],
    given: Sequence[Arr | Reference],
    values: Iterator[Val],
) -> Val | None:
    """Put into memory what a call gives back; its result, None after a problem."""
    rebuilding = Rebuilding(lambda p, name: next(values), cx.store.set, [*given], instance.elements)
    result, *contents = found
    made: Val = rebuilding.value(result, "")
    into: list[tuple[Hashable, Arr | Reference | None]] = [(k, given[k]) for k in sorted(instance.written)]
    into += [(key, outer.val) for key, outer in instance.outer.items()]
    for (key, val), pattern in zip(into, contents, strict=True):
        if not _put(cx, node, key, val, pattern, rebuilding):
            return None
        if key in instance.elements and isinstance(val, ListRef):
            lodging.outdate_elements(cx, node, val.cell)
    _alias(cx, node, instance, rebuilding.memory, len(given))
    return made


def _put(
    cx: Context, node: ast.AST, key: Any, val: Arr | Reference | None, pattern: Pattern, rebuilding: Rebuilding
) -> bool:
    if isinstance(val, Arr):
        new = rebuilding.make(pattern, "")
        return memory.write(cx, node, val, cx.value(new))
    if val is None:
        if cx.belongs_to_frame_outside(key) and not cx.instances.note_binding(key):
            return False
        cx.count("bound")
        cx.store.set(key, rebuilding.value(pattern, _name(key)))
        return True
    if not containers.changeable(cx, node, val):
        return False
    for group in known_as(cx, val.cell):
        kinship.unite(val.cell, group)
    lodging.change(cx, node, val.cell, rebuilding.content(pattern, val.cell.name, val.cell, key))
    return True


def _alias(cx: Context, node: ast.AST, instance: Instance, found: Sequence[Arr | Reference], first: int) -> None:
    """Note what the memory that a call gave back may be."""
    new = found[first:]
    for made, sources in zip(new, instance.aliases, strict=True):
        for source in sources:
            cell = found[source].cell if isinstance(source, int) else source
            if cx.store.get(cell) is not MISSING and cell is not made.cell:
                memory.may_alias(made.cell, cell)
    for i, k in instance.shared:
        memory.may_alias(new[k].cell, new[i].cell)
    if not instance.kin:
        return
    outside = [c for c in (*instance.reads, *(k for k in instance.outer if isinstance(k, Cell)))]
    every = [c for c in (*(val.cell for val in found), *outside) if cx.store.get(c) is not MISSING]
    for cell in every:
        for other in known_as(cx, cell):
            kinship.unite(every[0], other)
        content = cx.store.get(cell)
        if isinstance(content, Grown):
            cx.store.set(cell, replace(content, shared=frozenset({()})))
    listed = any(_lists_lists(cx.store.get(c)) for c in every)
    for cell in every:
        if cell.kind != "list" or listed:
            memory.note_held(cx, cell, cx.loc(node))


def _lists_lists(content: Any) -> bool:
    return isinstance(content, Grown) and _has_list(content.form)


def _has_list(form: Pattern) -> bool:
    return form.kind in ("list", "grown") or any(map(_has_list, form.parts))
