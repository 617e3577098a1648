"""Changing what is in a list that grows: an element read from it is a view of its place in the list.

By hand: `p = ps[i]; p.x += 1.0; q = ps[j]`.  The list is one list of the IR for each attribute.  `ps[i]` is an object
with memory of its own, *lodged* in the list: the mark ("lodged", cell) says in which list, at which index, and at which
path of the element.  The write makes a new content of that memory, and puts the attribute back: `ps_x[i] = …`.  Every
other cell that may hold an object of the list (see `kinship`) is stale from then on; one that is lodged is read again
from the list when it is needed.

That is right if no object is at two places of the list: `Grown.shared` says where one may be.  What such a change
cannot reach, and elements whose place is no longer known (the list was sorted, an element taken out), are not changed
(SD510, SD508).
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Hashable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from symdiff.errors import Loc
from symdiff.frontend.python import followed, grown, memory, rereading
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.kinship import Path, inside, related, unite
from symdiff.frontend.python.linked import note_entered
from symdiff.frontend.python.problems import Restart
from symdiff.frontend.python.sides import same_place as same_part
from symdiff.frontend.python.store import MISSING
from symdiff.frontend.python.values import (
    Arr,
    Cell,
    Grown,
    Known,
    ListRef,
    Num,
    Placed,
    Reference,
    Val,
    same_known,
)
from symdiff.ir import types
from symdiff.ir.core import Value

LOST = None  # the mark of an element whose place in its list is no longer known


@dataclass(eq=False, slots=True)
class View:
    """One reading of an element, or one element put in: the list, its index there, and the element.

    A `fixed` index means the same element when the list is longer: it is not negative.
    """

    home: Cell
    index: Val
    root: Val
    fixed: bool


@dataclass(frozen=True, slots=True, eq=False)
class Lodged:
    view: View
    path: Path


@dataclass(slots=True)
class Entered:
    """What a list took in: where it may have an object twice, and what belongs to the new element alone."""

    shared: set[Path] = field(default_factory=set)
    own: list[tuple[Path, Cell]] = field(default_factory=list)


# --- putting elements in, reading them out


def enter(cx: Context, val: Val, form: Pattern, group: Cell, loc: Loc, at: Path = ()) -> Entered:
    """Hold what can be changed in a value that is put into a list, at a path of an element of this form."""
    made, seen = Entered(), dict[Cell, Path]()
    shared, places = set[Path](), set[Path]()
    found = list(inside(cx, val, at))
    for path, part in found:
        cell, content = part.cell, cx.store.get(part.cell)
        if cell in seen:  # one object at two places of the element
            shared |= {path, seen[cell]}
            continue
        reached = related(_known_as(cx, cell))
        twice = {seen[c] for c in reached if c in seen}
        twice = {p for p in twice if not within(path, p)} | ({path} if twice else set())
        if group in reached:
            places |= set(_places(form, cell.kind))
            shared.add(path)
        shared |= twice
        if not _plain(cx, part):
            shared.add(path)
        elif group not in reached and not twice and memory.held(cx, cell) is None and not _deep(form, path):
            made.own.append((path, cell))
        note_entered(cx, cell)
        if isinstance(content, Grown):
            places |= of_inner(content.shared, in_form(form, path))
        seen[cell] = path
        memory.hold(cx, part, loc)
    made.shared = places.union(in_form(form, path) for path in shared)
    for _, part in found:
        for cell in _known_as(cx, part.cell):
            unite(cell, group)
    return made


ANY = 0  # on a path: any element of a list of any length, whose form has one part


def in_form(form: Pattern, path: Path) -> Path:
    """A path as the form of an element has it: in lists of any length its elements are not told apart."""
    found = []
    for k in path:
        found.append(ANY if form.kind == "grown" else k)
        form = form.parts[found[-1]]
    return tuple(found)


def _deep(form: Pattern, path: Path) -> bool:
    """Whether a path leads into a list of any length, in an element of this form."""
    for k in path:
        if form.kind == "grown":
            return True
        form = form.parts[k]
    return False


def of_inner(shared: Collection[Path], at: Path) -> set[Path]:
    """Places in the elements of a list at a path of an element, as places in the element."""
    return {(*at, ANY, *path) for path in shared}


def inner_of(shared: Collection[Path], at: Path) -> frozenset[Path]:
    """The contrary: what is shared of the elements of a list at a path, or all where the list itself may be."""
    begun = (*at, ANY)
    return frozenset(path[len(begun) :] for path in shared if within(path, begun) or within(begun, path))


def within(path: Path, outer: Path) -> bool:
    return path[: len(outer)] == outer


def _places(form: Pattern, kind: str, at: Path = ()) -> Iterator[Path]:
    """Where elements of a form may have an object of a kind."""
    if form.kind == kind or (form.kind == "grown" and kind == "list"):
        yield at
    for k, part in enumerate(form.parts):
        yield from _places(part, kind, (*at, k))


def _known_as(cx: Context, cell: Cell) -> list[Cell]:
    content = cx.store.get(cell)
    return [cell, content.group] if isinstance(content, Grown) else [cell]


def _plain(cx: Context, part: Arr | Reference) -> bool:
    """Whether all of the memory of a part was made in this call."""
    cell = part.cell
    outside = any(c.external is not None or c.param is not None or c.argument is not None for c in (cell, *cell.may))
    own = not outside and cell.readonly is None and not cx.belongs_outside(cell.serial)
    return own and not (isinstance(part, Arr) and part.path)


def taken(cx: Context, items: tuple[Val, ...], form: Pattern) -> tuple[Cell, frozenset[Path]]:
    """What stands for the elements of a list of known structure that grows; where two of them may have one object.

    It is found out once: a loop takes the list in every round of its fixpoint.  Empty lists have nothing in common.
    """
    if not items:
        return Cell("list"), frozenset()
    found = [list(inside(cx, item)) for item in items]
    if id(items) not in cx.taken:
        group, shared = Cell("list"), set[Path]()
        for parts in found:
            reached = related(cell for _, part in parts for cell in _known_as(cx, part.cell))
            if len({part.cell for _, part in parts}) < len(parts) or group in reached:
                shared.add(())
            for path, part in parts:
                note_entered(cx, part.cell)
                shared |= set() if _plain(cx, part) else {path}
                for cell in _known_as(cx, part.cell):
                    unite(cell, group)
        cx.taken[id(items)] = (items, group, shared)
    _, group, shared = cx.taken[id(items)]
    places = {in_form(form, path) for path in shared}
    for path, part in (each for parts in found for each in parts):
        content = cx.store.get(part.cell)
        if isinstance(content, Grown):
            places |= of_inner(content.shared, in_form(form, path))
    return group, frozenset(places)


def adopted(cx: Context, node: ast.AST, base: ListRef, staged: Grown) -> bool:
    """Whether a list made here is one of staged content from now on, since an earlier attempt wrote into an element."""
    cell = base.cell
    outside = cell.external is not None or cell.argument is not None or cx.belongs_outside(cell.serial)
    if outside or (cx.frame.path, id(node)) not in cx.session.adopted or memory.held(cx, cell) is not None:
        return False
    change(cx, node, cell, staged)
    return True


def note_chosen(cx: Context, place: Hashable, found: Val, among: Collection[Val]) -> None:
    """Note where a staged index chose from a list, for a change of what it chose, or of what it may have chosen."""
    for val in among:
        for _, part in inside(cx, val):
            cx.chosen.setdefault(part.cell, place)
    cx.chosen.update((part.cell, place) for _, part in inside(cx, found))


def adopt(cx: Context, cell: Cell) -> None:
    """Begin again with the list that something was chosen from by a staged index as one that can be written through."""
    place = cx.chosen.get(cell)
    while place is None and (found := lodged(cx, cell)) is not None:
        cell = found.view.home
        place = cx.chosen.get(cell)
    if place is not None and place not in cx.session.adopted:
        cx.session.adopted.add(place)
        raise Restart


def lodge(cx: Context, entered: Entered, view: View) -> None:
    """What was put in is changed in the list from now on."""
    for path, cell in entered.own:
        cx.store.set(("lodged", cell), Lodged(view, path))


def counts_up(index: Val) -> bool:
    """Whether an index is known to count from the front."""
    if isinstance(index, Known):
        return bool(index.obj >= 0)
    return isinstance(index, Placed) or (isinstance(index, Num) and index.dim is not None)


def read_out(cx: Context, content: Grown, root: Val, home: Cell | None, index: Val, gone: bool = False) -> Val:
    """An element just built: kin of its list, lodged in it where that is known; free where it is `gone` from there."""
    if gone and home is not None:
        if not content.shared and not _known_otherwise(cx, home):
            for _, part in inside(cx, root):
                cx.store.set(("held", part.cell), MISSING)
            return root
        home = None
    view = None if home is None else View(home, index, root, counts_up(index))
    for path, part in inside(cx, root):
        share(cx, part.cell, content.shared, path)
        for cell in _known_as(cx, part.cell):
            unite(cell, content.group)
        if view is not None:
            cx.store.set(("lodged", part.cell), Lodged(view, path))
    if home is not None:
        unite(home, content.group)
    return root


def share(cx: Context, cell: Cell, shared: Collection[Path], path: Path) -> None:
    """Note of a list of any length, at a path of an element, what is shared of its elements."""
    inner = cx.store.get(cell)
    if isinstance(inner, Grown):
        cx.store.set(cell, replace(inner, shared=inner_of(shared, path)))


def _known_otherwise(cx: Context, home: Cell) -> bool:
    """Whether a list or element that may hold what this list holds can still be read."""
    homes = {home}
    while (found := lodged(cx, home)) is not None:
        home = found.view.home
        homes.add(home)
    return any(cell not in homes and cx.store.get(cell) is not MISSING for cell in related(homes))


# --- where an element is


def lodged(cx: Context, cell: Cell) -> Lodged | None:
    """Where an element is, if its list still has it there and its index can be named here."""
    found = cx.store.get(("lodged", cell))
    if not isinstance(found, Lodged) or not isinstance(cx.store.get(found.view.home), Grown):
        return None
    index = found.view.index
    value = index.value if isinstance(index, Num) else None
    return found if value is None or cx.scope.sees(value) else None


def is_at(cx: Context, cell: Cell, base: Val, index: Val) -> bool:
    """Whether an element was read from a list by this index, and is there still."""
    found = lodged(cx, cell)
    return (
        found is not None and isinstance(base, ListRef) and found.view.home is base.cell and found.view.index is index
    )


def may_change(cx: Context, cell: Cell) -> bool:
    """Whether an element of a list can be changed in its place."""
    found = lodged(cx, cell)
    if found is None:
        return False
    home = found.view.home
    if home.external is not None or home.argument is not None:
        return False
    if cx.belongs_outside(home.serial) and not _given_back(cx, home):
        return False
    if any(within(found.path, path) for path in cx.store.get(home).shared):
        return False
    if _stale(cx, home) and not refreshed(cx, home):
        return False
    return memory.held(cx, home) is None or may_change(cx, home)


def _given_back(cx: Context, home: Cell) -> bool:
    """Whether the recursive function that is being compiled may change elements of a list from around it."""
    sizes = [d for t in grown.leaf_types(cx.store.get(home).form) for d in types.sizes(t)]
    passed = home in cx.instances.active[-1].own or all(isinstance(d, int) for d in sizes)
    return passed and cx.instances.note_elements(ListRef(home))


def _stale(cx: Context, cell: Cell) -> bool:
    return bool(cx.store.get(("stale", cell)) is not MISSING)


def refreshed(cx: Context, cell: Cell) -> bool:
    """Read an element again whose list was changed meanwhile; whether it is now as the list has it."""
    found = lodged(cx, cell)
    if found is None:
        return not _stale(cx, cell)
    view = found.view
    if not _stale(cx, cell) and all(_in(cx, part.cell, view) for _, part in inside(cx, view.root)):
        return True
    home = view.home
    if not refreshed(cx, home):
        return False
    content = cx.store.get(home)
    index = cx.value(view.index)
    values = iter([cx.scope.emit("seq_get", s, index)[0] for s in content.values])
    rereading.Again(cx, view, content.group, content.shared).built(content.form, values, view.root, ())
    return True


def _in(cx: Context, cell: Cell, view: View) -> bool:
    found = cx.store.get(("lodged", cell))
    return isinstance(found, Lodged) and found.view is view and not _stale(cx, cell)


# --- changes


def change(cx: Context, node: ast.AST, cell: Cell, content: Any, keeps: bool = False) -> None:
    """Give a list, dict or object a new content, and its list, where it is an element of one.

    `keeps`: the elements of a list stay where they are.
    """
    before = cx.store.get(cell)
    cx.store.set(cell, content)
    if isinstance(content, Grown):
        unite(cell, content.group)
    if cell.kind == "list":
        _moved(cx, cell, keeps)
    put_back(cx, node, cell, before)
    followed.follow(cx, node, cell, before, content)


def _moved(cx: Context, home: Cell, keeps: bool) -> None:
    """Elements are no longer where they were: their memory is what it is, but is not changed through the list."""
    for cell in home.kin and related([home]):
        found = cx.store.get(("lodged", cell))
        if isinstance(found, Lodged) and found.view.home is home and not (keeps and found.view.fixed):
            cx.store.set(("lodged", cell), LOST)


def put_back(cx: Context, node: ast.AST, cell: Cell, before: Any) -> None:
    """After a change of an element: its list has it, and everything else that may hold it is stale."""
    found = lodged(cx, cell)
    if found is None:
        return
    view = found.view
    home, after = view.home, cx.store.get(cell)
    old = cx.store.get(home)
    wide = grown.fitted(cx, node, old, view.root)
    if wide is None:
        return
    form, first = wide.form, 0
    for k in found.path:
        first, form = first + _width(form, k), form.parts[k]
    values, shared = list(wide.values), set(wide.shared)
    if isinstance(after, Value):
        new = {first: after}
    elif isinstance(after, Grown):
        new = {n: v for n, v in enumerate(after.values, first) if v not in getattr(before, "values", ())}
        shared |= of_inner(after.shared, found.path)
    elif form.kind == "grown":
        new = dict(enumerate(grown.as_grown(cx, after, form.parts[0]).values, first))
        shared |= {found.path} if grown.has_memory(form.parts[0]) else set()
    else:
        new = {}
        for k, part in _replaced(before, after):
            at = (*found.path, k)
            _detached(cx, node, view, at, part)
            entered = enter(cx, part, wide.form, wide.group, cx.loc(node), at)
            lodge(cx, entered, view)
            shared |= entered.shared
            new.update(enumerate(grown.numbers(cx, form.parts[k], part), first + _width(form, k)))
    index = cx.value(view.index)
    for n, value in new.items():
        values[n] = cx.at(node).emit("seq_set", values[n], index, value)[0]
    cx.store.set(home, replace(wide, values=tuple(values), shared=frozenset(shared)))
    unite(home, wide.group)
    _outdate(cx, node, cell, *_around(cx, view))
    put_back(cx, node, home, old)


def _width(form: Pattern, count: int) -> int:
    """How many numbers the first parts of a form have."""
    return sum(1 for p in form.parts[:count] for _ in grown.leaf_types(p))


def _replaced(before: Any, after: Any) -> Iterator[tuple[int, Any]]:
    """The parts of a list, dict or object in whose place another was put, by number."""
    old, new = (list(c.values()) if isinstance(c, dict) else list(c) for c in (before, after))
    for k, (was, now) in enumerate(zip(old, new, strict=True)):
        same = was is now or same_known(was, now)
        if isinstance(was, Reference) and isinstance(now, Reference):
            same = was.cell is now.cell
        elif isinstance(was, Arr) and isinstance(now, Arr):
            same = same_part(was, now)
        if not same:
            yield k, now


def _detached(cx: Context, node: ast.AST, view: View, at: Path, new: Any) -> None:
    """Another part was put at a place: what was there is no part of the list any more."""
    kept = {part.cell for _, part in inside(cx, new)}
    reached = related([view.home])
    homes, views = _around(cx, view)
    alone = all(c in homes or not isinstance(cx.store.get(c), Grown) or _in_any(cx, c, views) for c in reached)
    for cell in reached:
        found = cx.store.get(("lodged", cell))
        if isinstance(found, Lodged) and found.view.home is view.home and within(found.path, at):
            cx.store.set(("lodged", cell), LOST)
            if alone and found.view is view and cell not in kept and not _stale(cx, cell):
                cx.store.set(("frozen", cell), cx.loc(node))  # nothing changes it any more


def _of_numbers(cx: Context, cell: Cell) -> bool:
    """Whether it is the list of an attribute, see `nodes`, that holds numbers alone: it is no part of another."""
    content = cx.store.get(cell)
    return cell in cx.attributes and isinstance(content, Grown) and not grown.has_memory(content.form)


def _around(cx: Context, view: View) -> tuple[set[Cell], list[View]]:
    """A list, the list that it is an element of, and so on, with the views of each in the next."""
    homes, views = {view.home}, [view]
    while (found := lodged(cx, views[-1].home)) is not None:
        views.append(found.view)
        homes.add(found.view.home)
    return homes, views


def _in_any(cx: Context, cell: Cell, views: list[View]) -> bool:
    found = cx.store.get(("lodged", cell))
    return isinstance(found, Lodged) and found.view in views


def outdate_elements(cx: Context, node: ast.AST, home: Cell) -> None:
    """A function changed elements of a list: everything but the list itself that may hold one of them is stale."""
    found = lodged(cx, home)
    homes = {home} if found is None else {home, *_around(cx, found.view)[0]}
    _outdate(cx, node, home, homes, [])


def _outdate(cx: Context, node: ast.AST, changed: Cell, homes: set[Cell], views: list[View]) -> None:
    """Everything but the element itself, or the list, that may hold what was changed is stale."""
    written = (changed.name or memory.A_KIND[changed.kind], cx.loc(node))
    for cell in sorted(related(homes), key=lambda c: c.serial):
        valid = cell in homes or _in_any(cx, cell, views) or cx.store.get(("frozen", cell)) is not MISSING
        valid = valid or _of_numbers(cx, cell)
        spared = cell.kind == "array" and changed.kind != "array" and bool(views)
        if valid or cx.store.get(cell) is MISSING or spared:
            continue
        cx.store.set(("stale", cell), written)
