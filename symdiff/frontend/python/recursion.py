"""Functions that call themselves on staged arguments: functions of the program, whose results are a fixpoint.

By hand, once:

    def power(x, n):
        return 1.0 if n == 0 else x * power(x, n - 1)

In the first round the call in the second branch has no result yet (`Bottom`: its path certainly leaves), so the result
is the other branch's, the known 1.0.  In the second round it is 1.0 or x * 1.0: a float.  In the third it is a float
again: done.  The function that the last round made is the one that is kept (`rounds.py`).

A recursion that something known decides (`tree(x, depth - 1)` from `tree(x, 3)`) is unfolded in place instead, as far
as the budget goes; then what changes is staged, and lowering starts again.  Functions that call each other are lowered
in the rounds of the first of them.
"""

from __future__ import annotations

import ast
from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NoReturn

from symdiff.frontend.python import (
    instance_calls,
    nodes,
    pattern_joins,
    patterns,
    recursion_memory,
    rounds,
    sets_of_the_run,
    sharing,
)
from symdiff.frontend.python.context import Context, Frame
from symdiff.frontend.python.instances import Instance, Outer, Pattern, Place
from symdiff.frontend.python.patterns import Numbered
from symdiff.frontend.python.problems import Restart
from symdiff.frontend.python.session import Sharing
from symdiff.frontend.python.values import (
    POISON,
    Arr,
    Attributes,
    Bound,
    Cell,
    Closure,
    DictRef,
    ListRef,
    ObjRef,
    OneOf,
    Partial,
    Reference,
    Struct,
    Val,
)
from symdiff.frontend.source import Source

_SIZES: Place = ("*", "sizes")  # among the places: sizes that were equal in a call around are not in one inside it
_UNFOLDED = (20, 500)  # how deep, and how many, recursive calls of one definition are unfolded
_GUARDED = (6, 32)  # the same, where a staged condition decides about the call


def enter(cx: Context, node: ast.AST, source: Source, outer: Frame | None, bound: Mapping[str, Val]) -> Val | None:
    """The result of a call as one of a function of the program; None where it is compiled in place."""
    home = _definition(source)
    marked = cx.session.recursive.get(home)
    # an inner function of another call of the function around it is another function
    active = [f for f in cx.frames if f.source.is_of(source) and f.bound is not None and f.outer is outer]
    if marked is None and not active:
        helper, inlined = sharing.shared(cx, node, source, outer, bound), cx.inlined
        found = None if helper is None else _call(cx, node, source, outer, bound, helper)
        cx.inlined = inlined
        return found
    if POISON in bound.values():
        return POISON
    staged = frozenset(marked or ())
    now = _patterns(cx, home, bound, staged)
    if active and _unfolds(cx, active, now, staged):
        before, guarded = _patterns_around(cx, home, active[-1], staged), cx.scope is not active[-1].scope
        places = _changing(before, now)
        depth, count = _GUARDED if guarded else _UNFOLDED
        endless = guarded and not _advances(before, now, texts=False)
        if not (places or endless) or (len(active) < depth and cx.unfolded.get(home, 0) < count):
            cx.unfolded[home] = cx.unfolded.get(home, 0) + 1
            return None
        if not places:
            return rounds.refuse_growing(cx, node, source, before, now)
        _stage(cx, home, places, now)
    other = next((val for p in now.values() if (val := patterns.unsuitable(p)) is not None), None)
    if other is not None:
        sets_of_the_run.takes(cx, other)
        return _refuse_argument(cx, node, source, other)
    if marked is None:
        cx.session.recursive[home] = staged
        raise Restart
    return _call(cx, node, source, outer, bound, now)


_CHOSEN: dict[str, Any] = {
    "why": "the run decides which one it is, and its calls pass texts, functions and objects that are known",
    "rewrite": "pass a number that says which one it is, and choose inside: `(first, second)[k]`",
}


def _refuse_argument(cx: Context, node: ast.AST, source: Source, val: Val) -> Val:
    """Report an argument that the calls of a function that calls itself do not pass."""
    more: dict[str, Any] = _CHOSEN if isinstance(val, OneOf) else {}
    return cx.refuse("SD232", node, name=f"`{source.name}`", argument=cx.describe(val), **more)


def refuse_depth(cx: Context, node: ast.AST, source: Source, bound: Mapping[str, Val], budget: int) -> Val:
    """Report calls nested too deeply: of a function that calls itself with what the run chose, that it does."""
    chosen = next((val for val in bound.values() if isinstance(val, OneOf)), None)
    if chosen is not None and any(f.source.is_of(source) for f in cx.frames):
        return _refuse_argument(cx, node, source, chosen)
    return cx.refuse("SD605", node, construct="a call", count=cx.frame.depth, budget=budget)


def _definition(source: Source) -> Hashable:
    """What names a definition in every attempt at lowering."""
    place = source.node.lineno, source.node.col_offset
    return (source.file, source.qualname, source.first_line, place, id(source.function))


def _patterns(cx: Context, home: Hashable, bound: Mapping[str, Val], staged: frozenset[Place]) -> dict[str, Pattern]:
    numbered = Numbered(forms=cx.session.forms.get(home, {}))
    found = {name: patterns.pattern_of(cx, val, staged, (name,), numbered) for name, val in bound.items()}
    return patterns.separated(found) if _SIZES in staged else found


def _patterns_around(cx: Context, home: Hashable, frame: Frame, staged: frozenset[Place]) -> dict[str, Pattern]:
    """What a call around was passed, as it is now; large trees are taken apart once for each change of memory."""
    state = cx.store.rewritten, staged
    if frame.taken is None or frame.taken[0] != state:
        frame.taken = state, _patterns(cx, home, frame.bound or {}, staged)
    return frame.taken[1]


def _unfolds(cx: Context, active: list[Frame], now: dict[str, Pattern], staged: frozenset[Place]) -> bool:
    """Whether something known has changed since the call around, and the arguments are new."""
    home = _definition(active[-1].source)
    before = [_patterns_around(cx, home, f, staged) for f in active]
    if any(patterns.equal(p, now) for p in before):
        return False
    return _advances(before[-1], now)


def _advances(before: Mapping[str, Pattern], now: Mapping[str, Pattern], texts: bool = True) -> bool:
    return any(pattern_joins.advances(p, now[name], texts) for name, p in before.items())


def _changing(before: Mapping[str, Pattern], now: Mapping[str, Pattern]) -> frozenset[Place]:
    return frozenset(p for name in now for p in pattern_joins.differences(before[name], now[name], (name,)))


def _stage(cx: Context, home: Hashable, places: frozenset[Place], now: Mapping[str, Pattern]) -> NoReturn:
    """Begin again with what changes at these places staged."""
    forms = cx.session.forms.setdefault(home, {})
    for place in places:
        part = now[str(place[0])]
        for k in place[1:]:
            part = part.parts[k]  # type: ignore[call-overload]  # of a place, numbers after the name
        form = pattern_joins.form_of_parts(part) if part.kind == "list" else None
        if form is not None:
            forms[place] = form
    cx.session.recursive[home] = cx.session.recursive.get(home, frozenset()) | places
    cx.session.taken_apart = None  # lists were taken apart for lists of known structure that it was passed
    raise Restart


def _grows(cx: Context, source: Source, now: Mapping[str, Pattern]) -> None:
    """Begin again where what calls in one another pass differs only in what can be staged."""
    before = next(i for i in reversed(cx.instances.active) if i.source.is_of(source))
    _stage_changing(cx, _definition(source), before.params, now)


def _stage_changing(cx: Context, home: Hashable, before: Mapping[str, Pattern], now: Mapping[str, Pattern]) -> None:
    places = _changing(before, now) - cx.session.recursive[home]
    if places and all(pattern_joins.can_stage(now, place) for place in places):
        _stage(cx, home, places, now)


def _differ(cx: Context, made: Sequence[Instance]) -> None:
    """Begin again where functions of one definition were made for arguments that differ in what can be staged."""
    versions: dict[Hashable, Instance] = {}
    for instance in made:
        home = _definition(instance.source)
        before = versions.setdefault(home, instance)
        if home in cx.session.recursive and before is not instance:
            _stage_changing(cx, home, before.params, instance.params)
        versions[home] = instance


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
    frames = [outer, *(f for p in now.values() for f in _closures(p))]
    made = id(source.node), id(source.function), None if outer is None else outer.id
    key = (*made, patterns.canonical(now), cx.errstate)
    instance = earlier = table.found.get(key)
    if instance is None or (instance not in table.active and not _fits(cx, instance, frames)):
        if rounds.nested_too_deep(cx, node, source, lambda: _grows(cx, source, now)):
            return POISON
        if any(_alike(i, source, now) for i in table.active):
            home = _definition(source)
            cx.session.recursive[home] |= {_SIZES}
            raise Restart
        # another version of a definition changes around it what the one that calls it does
        before = next((i.outer for i in (instance, *reversed(table.active)) if i and i.source.is_of(source)), {})
        table.found[key] = instance = rounds.new_instance(cx, source, outer, now)
        instance.outer = {k: Outer(o.val, o.entry, o.form) for k, o in before.items()}
        instance.around = _around(cx, instance, frames)
        instance.apart = earlier is not None and earlier.apart
        recursive = _definition(source) in cx.session.recursive
        instance.reaches = recursion_memory.KINDS if recursive else ("array",)
        takes_all = recursive or cx.session.sharing is Sharing.MEMORY
        instance.gives_back = recursion_memory.KINDS if takes_all else ("array",)
    if instance not in table.active and instance not in table.done:
        again, known = earlier is not None and earlier is not instance, len(table.every) - 1
        rounds.compiled(cx, node, instance, lambda: _differ(cx, table.every[known:]), again)
        instance.around = _around(cx, instance, frames)
    return instance_calls.emit(cx, node, instance, bound, now)


def _alike(instance: Instance, source: Source, now: dict[str, Pattern]) -> bool:
    """Whether an instance differs from the one wanted only in which of its sizes are equal."""
    if not instance.source.is_of(source):
        return False
    one, other = patterns.separated(instance.params), patterns.separated(now)
    return one == other and patterns.canonical(instance.params) != patterns.canonical(now)


def _fits(cx: Context, instance: Instance, frames: Sequence[Frame | None]) -> bool:
    """Whether a function compiled earlier is the one wanted here: nothing that it read from outside has changed."""
    around = _around(cx, instance, frames)
    same = len(instance.around) == len(around) and all(a is b for a, b in zip(instance.around, around, strict=True))
    met = [cell for sources in instance.aliases for cell in sources if isinstance(cell, Cell)]
    there = all(map(cx.scope.sees, instance.captures)) and all(map(partial(recursion_memory.is_there, cx), met))
    return same and there and recursion_memory.covered(cx, instance)


def _closures(pattern: Pattern) -> Iterator[Frame]:
    if isinstance(pattern.val, Closure):
        yield pattern.val.frame
    for part in pattern.parts:
        yield from _closures(part)


def _around(cx: Context, instance: Instance, frames: Sequence[Frame | None]) -> tuple[object, ...]:
    """Everything that a function defined in these frames can read, as it is now, but for what is passed to it."""
    entries = (outer.entry for outer in instance.outer.values())
    named = [val for entry in entries if entry is not None for val in _named(entry)]
    return tuple(_readable(cx, frames, set(instance.outer), named))


def _named(pattern: Pattern) -> Iterator[Val]:
    """The memory in what is passed that is not passed itself: it is named, and read as it is."""
    if isinstance(pattern.val, Arr | Reference) and pattern.kind == "known":
        yield pattern.val
    for part in pattern.parts:
        yield from _named(part)


def _readable(cx: Context, frames: Sequence[Frame | None], given: set[Hashable], vals: list[Val]) -> Iterator[object]:
    """What these values hold, and the names of these frames, but for what is given."""
    seen: set[int] = set()
    held: set[Cell] = set()  # objects may hold themselves
    yield from nodes.contents(cx, given)
    todo = [*frames]
    while vals or todo:
        while vals:
            val = vals.pop()
            yield val
            if isinstance(val, Closure):
                todo.append(val.frame)
            elif isinstance(val, (Struct, OneOf)):
                vals += val.items if isinstance(val, Struct) else val.options
            elif isinstance(val, Partial):
                vals += [val.function, *val.args, *val.kwargs.values()]
            elif isinstance(val, Bound):
                vals += [val.receiver, val.function]
            elif isinstance(val, ObjRef):
                attributes = cx.store.get(val.cell)
                if val.cell not in {*held, *given} and isinstance(attributes, Attributes):
                    held.add(val.cell)
                    yield attributes
                    vals += attributes.values()
            elif isinstance(val, (Arr, ListRef, DictRef)) and val.cell not in given:
                yield cx.store.get(val.cell)
                vals += patterns.parts_of(cx, val) or ()
        frame = todo.pop() if todo else None
        if frame is not None and frame.id not in seen:
            seen.add(frame.id)
            todo.append(frame.outer)
            names = (name for name in sorted(frame.local) if (frame.id, name) not in given)
            vals += [cx.get_name(frame, name) for name in names]
