"""Values that are one of several things, by a condition: None or a number, None or an object, one of some strings.

By hand, `act = np.tanh if x > 0 else np.sin; y = act(x)`: `act` is `OneOf(tag, (np.tanh, np.sin))` with an integer
`tag` that is staged, and the call is made in both branches of a condition on it.  `best = None`, and a number later, is
an optional value: the number is read where a test said that it is there, else behind a check that raises TypeError.
`hit = None`, and an object, list or tuple later, is `OneOf(tag, (None, hit))` whose `tag` is a bool: it is there.

What a test says of such a value holds inside the branch that it decides: `Scope.facts`.
"""

from __future__ import annotations

import ast
import enum
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from symdiff.frontend.python import letters, memory
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.store import NO_FACTS, Facts
from symdiff.frontend.python.values import (
    BOTTOM,
    NONE,
    POISON,
    UNBOUND,
    Arr,
    Bound,
    Closure,
    Known,
    Letter,
    Maybe,
    Method,
    Num,
    ObjRef,
    OneOf,
    Partial,
    Reference,
    Struct,
    Text,
    Val,
    is_number,
    same_known,
)
from symdiff.ir.core import Value
from symdiff.ir.types import AVal, Kind, Opt

ABSENT, PRESENT = frozenset((0,)), frozenset((1,))
EITHER = ABSENT | PRESENT


# --- what may be chosen


def optional(val: Any) -> bool:
    """Whether a value is None, or None on some paths."""
    return (isinstance(val, Known) and val.obj is None) or (isinstance(val, Maybe) and val.none)


def not_there(val: Any) -> bool:
    """Whether a value is None, or unbound."""
    return val is UNBOUND or (isinstance(val, Known) and val.obj is None)


def nullable(val: Any) -> bool:
    """Whether a value is None, or unbound, on some paths, and a list, tuple, dict or object on the others."""
    if not isinstance(val, OneOf) or len(val.options) != 2:
        return False
    return not_there(val.options[0]) and isinstance(val.options[1], Reference | Struct)


def unbound(val: Any) -> bool:
    """Whether a value is unbound on some paths, and a container, object, text or function on the others."""
    return isinstance(val, OneOf) and any(x is UNBOUND for x in val.options)


def halves(val: Any) -> tuple[Any, Any] | None:
    """Whether a container or object is there, and which; None of what is neither that, None nor unbound."""
    if val is BOTTOM:
        return BOTTOM, BOTTOM
    if not_there(val):
        return Known(False), BOTTOM
    if isinstance(val, Reference | Struct):
        return Known(True), val
    return (val.tag, val.options[1]) if nullable(val) else None


def both_halves(a: Any, b: Any) -> tuple[tuple[Any, Any], tuple[Any, Any], Val] | None:
    """The halves of both in pairs, where one is None, or None on some paths, and a container or object is in them.

    The third is what both are where they are not there: None, or unbound.
    """
    first, second = halves(a), halves(b)
    missing = [x.options[0] if nullable(x) else x for x in (a, b) if nullable(x) or not_there(x)]
    if first is None or second is None or not missing or len({x is UNBOUND for x in missing}) > 1:
        return None
    inner = [x for x in (first[1], second[1]) if x is not BOTTOM]
    apart = len({x.cls for x in inner if isinstance(x, ObjRef)}) > 1  # objects of two classes: one of these, or None
    return None if not inner or apart else ((first[0], second[0]), (first[1], second[1]), missing[0])


def put_together(there: Val, val: Val, missing: Val = NONE) -> Val:
    """What `halves` took apart."""
    if isinstance(there, Known) or val is BOTTOM:
        return val if isinstance(there, Known) and there.obj else missing
    assert isinstance(there, Num)
    return OneOf(there, (missing, val))


def choosable(val: Any) -> bool:
    """Whether a known thing may be chosen by a condition: text, None, an enum's member, an object, what is called."""
    if unbound(val):
        return not nullable(val)
    if isinstance(val, (OneOf, ObjRef, Closure, Partial, Bound, Method, Text, Letter)):
        return True
    if isinstance(val, Known) and isinstance(val.obj, enum.Enum):
        return True
    if not isinstance(val, Known) or is_number(val.obj):
        return False
    return isinstance(val.obj, (str, bytes, type(None))) or callable(val.obj)


def may_be_either(a: Any, b: Any, choose: Callable[[Any], bool]) -> bool:
    """Whether two values are one of several things that `choose` admits; one may be unbound where none is None."""
    there = [x for x in (a, b) if x is not UNBOUND]
    missing = len(there) < 2 or any(map(unbound, there))
    if missing and any(not_there(x) and x is not UNBOUND for val in there for x in options_of(val)):
        return False
    return bool(there) and all(map(choose, there))


def options_of(val: Val) -> tuple[Val, ...]:
    return val.options if isinstance(val, OneOf | Letter) else (val,)


def same(a: Val, b: Val) -> bool:
    """Whether two options are one: one object, or one definition in one frame."""
    if isinstance(a, Closure) and isinstance(b, Closure):
        bare = not (a.defaults or a.kwdefaults or b.defaults or b.kwdefaults)
        return a is b or (a.node is b.node and a.frame is b.frame and bare)
    if isinstance(a, Reference) and isinstance(b, Reference):
        return a.cell is b.cell
    return a is b or same_known(a, b)


def or_none(val: Val) -> Val:
    """What is unbound on some paths, as what is None there."""
    return replace(val, none=True) if isinstance(val, Maybe) else val


def merged(first: Sequence[Val], second: Sequence[Val]) -> tuple[Val, ...]:
    """The options of both, those of the first as they are numbered."""
    new = [x for x in second if not any(same(x, y) for y in first)]
    return (*first, *new)


def tag_in(cx: Context, node: ast.AST, val: Val, options: Sequence[Val]) -> Value:
    """Which of the options a value is, in the present region."""
    if isinstance(val, Letter):
        val = letters.one_of(cx, node, val)
    if not isinstance(val, OneOf):
        return cx.scope.const(_place_in(options, val))
    allowed = sorted(_allowed(cx, val))
    numbers = {k: _place_in(options, val.options[k]) for k in allowed}
    if all(k == number for k, number in numbers.items()):
        tag = val.tag
        if tag.type.dtype == "b1" and len(options) > 2:  # None or an object, among others
            tag = cx.emit(node, "convert", tag, kind=Kind.PYTHON, dtype="i8")  # type: ignore[assignment]  # a Num
        return cx.scope.use(cx.value(tag))
    return _renumbered(cx, node, val.tag, numbers)


def _place_in(options: Sequence[Val], val: Val) -> int:
    return next(k for k, x in enumerate(options) if same(x, val))


def _renumbered(cx: Context, node: ast.AST, tag: Num, numbers: dict[int, int]) -> Value:
    from symdiff.frontend.python import control

    *first, last = numbers.items()
    found = cx.scope.const(last[1])
    for k, number in reversed(first):
        is_it = cx.emit(node, "eq", tag, Known(k))
        chosen = control.choose(cx, node, is_it, partial(Known, number), partial(Num, found))
        found = cx.value(chosen)
    return found


def may_be_at(cx: Context, known: Sequence[Val]) -> bool:
    """Whether a staged index may choose: among functions or strings, or arrays that differ in their sizes alone."""
    if known and all(isinstance(x, Arr) for x in known):
        types = [cx.aval(x) for x in known]
        return len({(t.rank, t.dtype) for t in types}) == 1
    return bool(known) and all(choosable(x) and not isinstance(x, OneOf) for x in known)


def at_index(cx: Context, node: ast.AST, index: Num, options: Sequence[Val], error: str) -> Val:
    """The element of a list of functions, strings or arrays at a staged index; `error` says that there is none."""
    from symdiff.frontend.python import operators

    count, value = Known(len(options)), cx.value(index)
    inside = any(
        op.out is value and op.prim.name == "mod" and op.ins[1].const == count.obj
        for op in cx.scope.ops
        if len(op.outs) == 1
    )
    if not inside:
        below = cx.emit(node, "lt", index, Known(-count.obj))
        above = cx.emit(node, "ge", index, count)
        for outside in (below, above):
            operators.raise_if(cx, node, outside, "IndexError", (error,))
        index = cx.emit(node, "mod", index, count)  # type: ignore[assignment]  # of ints: a Num
    found = OneOf(index, tuple(options))
    return each(cx, node, found, lambda array: array) if isinstance(options[0], Arr) else found


# --- what is known of them here


def limited(cx: Context, tag: Num, options: Sequence[Val], allowed: frozenset[int]) -> OneOf:
    """One of the options that are allowed, here and inside."""
    if len(allowed) < len(options) and tag.value is not None:
        cx.scope.facts = {**cx.scope.facts, told_by(cx, tag.value): allowed}
    return OneOf(tag, tuple(options))


def places(options: Sequence[Val], vals: Sequence[Val]) -> frozenset[int]:
    """Which of the options these are."""
    return frozenset(_place_in(options, val) for val in vals)


def gathered(
    cx: Context, options: tuple[Val, ...], allowed: frozenset[int], vals: Sequence[Val]
) -> tuple[tuple[Val, ...], frozenset[int]]:
    """The options of these values besides others, and which of all are possible."""
    every = base(options, *map(options_of, vals))
    return every, places(every, [*(options[k] for k in sorted(allowed)), *(x for v in vals for x in may_be(cx, v))])


def base(*options: tuple[Val, ...]) -> tuple[Val, ...]:
    """The options of all: as those are numbered of which there are most, so that few are numbered anew."""
    first, *others = sorted(options, key=len, reverse=True)
    for more in others:
        first = merged(first, more)
    return first


def learned(cx: Context, test: Val) -> tuple[Facts, Facts]:
    """What holds where a test is true, and where it is false."""
    found = cx.learned.get(test.value) if isinstance(test, Num) and test.value is not None else None
    return found or (NO_FACTS, NO_FACTS)


def note_negated(cx: Context, test: Val, negated: Val) -> None:
    if isinstance(negated, Num) and negated.value is not None:
        cx.learned[negated.value] = learned(cx, test)[::-1]


def note_joined(cx: Context, found: Val, both: bool, parts: Sequence[Val]) -> None:
    """`a and b` being true says what both say, `a or b` being false as well."""
    if isinstance(found, Num) and found.value is not None:
        facts = {k: v for part in parts for k, v in learned(cx, part)[0 if both else 1].items()}
        cx.learned[found.value] = (facts, NO_FACTS) if both else (NO_FACTS, facts)


def note_chosen(cx: Context, pred: Value, tag: Value) -> None:
    """The first of two options is meant where `pred` holds."""
    cx.deciding[tag] = pred
    note(cx, Num(pred), tag, ABSENT, PRESENT)


def note_meant(cx: Context, pred: Value) -> None:
    """Behind a test of what says which of two arrays is meant, it is known: see `meant`."""
    true, false = learned(cx, Num(pred))
    cx.learned[pred] = {**true, pred: PRESENT}, {**false, pred: ABSENT}


def meant(cx: Context, pred: Value) -> bool | None:
    """What such a value is here, as far as the tests that led here say."""
    found = cx.scope.fact(pred, ABSENT | PRESENT)
    return True if found == PRESENT else False if found == ABSENT else None


def told_by(cx: Context, value: Value) -> Value:
    """What says of an optional value whether it is there, by the value that says it of itself: see `together`."""
    return cx.told.get(value, value)


def note(cx: Context, test: Val, about: Value, wanted: frozenset[int], others: frozenset[int]) -> Val:
    """Note what a test says of a value where it is true, and where it is false."""
    if isinstance(test, Num) and test.value is not None:
        about = told_by(cx, about)
        true, false = learned(cx, test)
        cx.learned[test.value] = ({**true, about: wanted}, {**false, about: others})
    return test


def narrowed(cx: Context, node: ast.AST, val: Val) -> Val:
    """A value as far as the tests around this place say what it is."""
    if isinstance(val, Maybe) and val.none:
        allowed = cx.scope.fact(told_by(cx, val.value), EITHER)
        return NONE if allowed == ABSENT else _there(cx, node, val) if allowed == PRESENT else val
    if isinstance(val, OneOf):
        allowed = _allowed(cx, val)
        return val.options[min(allowed)] if len(allowed) == 1 else val
    return val


def may_be(cx: Context, val: Val) -> tuple[Val, ...]:
    """What a value is, as far as the tests around this place say: one of these."""
    return tuple(val.options[k] for k in sorted(_allowed(cx, val))) if isinstance(val, OneOf) else options_of(val)


def _allowed(cx: Context, val: OneOf) -> frozenset[int]:
    every = frozenset(range(len(val.options)))
    return every if val.tag.value is None else cx.scope.fact(told_by(cx, val.tag.value), every)


def _there(cx: Context, node: ast.AST, val: Maybe, name: str = "", none: bool = False) -> Val:
    """What an optional value holds; with a name it is checked to be there."""
    before = cx.scope.read_before(val.value)
    if before is not None:
        return POISON if memory.check_stale(cx, node, before) else before
    if val.cell is not None and memory.check_stale(cx, node, Arr(val.cell)):
        return POISON
    params: dict[str, Any] = {"none": True} if none else {}
    got = cx.at(node).emit("opt_get", val.value, name=name, hints=(val.value.hint,), **params)[0]
    found = memory.shares(cx, cx.wrap(got), [] if val.cell is None else [Arr(val.cell)])
    if isinstance(found, Arr):
        found.cell.found_in = val.cell
    cx.scope.present[val.value] = found
    return found


def settled(cx: Context, node: ast.AST, val: Val, name: str = "") -> Val:
    """A value that is to be a number: TypeError, when it runs, where it, `name`, is None."""
    val = narrowed(cx, node, val)
    if not (isinstance(val, Maybe) and val.none):
        return val
    found = _there(cx, node, val, val.value.hint or name or cx.text(node), none=True)
    cx.scope.facts = {**cx.scope.facts, told_by(cx, val.value): PRESENT}
    return found


# --- using them


def present(cx: Context, node: ast.AST, val: Val, message: str, exception: str = "TypeError") -> Val:
    """What is to be read, changed or called: where it is None, Python's error is raised when it runs."""
    from symdiff.frontend.python import operators

    val = narrowed(cx, node, val)
    absent = is_none(cx, node, val) if isinstance(val, OneOf) else None
    if not isinstance(val, OneOf) or not isinstance(absent, Num) or val.tag.value is None:
        return val
    operators.raise_if(cx, node, absent, exception, (message,))
    there = frozenset(k for k in _allowed(cx, val) if not not_there(val.options[k]))
    cx.scope.facts = {**cx.scope.facts, told_by(cx, val.tag.value): there}
    return narrowed(cx, node, val)


def bound(cx: Context, val: OneOf) -> OneOf:
    """What may be unbound, where it is known to be bound."""
    return limited(cx, val.tag, val.options, frozenset(k for k in _allowed(cx, val) if val.options[k] is not UNBOUND))


def is_none(cx: Context, node: ast.AST, val: Val, positive: bool = True) -> Val | None:
    """`val is None`, or `val is not None`; None where that is known without these."""
    val = narrowed(cx, node, val)
    if isinstance(val, OneOf):
        return which(cx, node, val, frozenset(k for k, x in enumerate(val.options) if not_there(x) == positive))
    if not (isinstance(val, Maybe) and val.none):
        return None
    test = Num(cx.at(node).emit("opt_absent" if positive else "opt_present", val.value, *_arrays_with(cx, val))[0])
    return note(cx, test, val.value, *((ABSENT, PRESENT) if positive else (PRESENT, ABSENT)))


def _arrays_with(cx: Context, val: Maybe) -> list[Value]:
    """Optional arrays that are None together with a value: a test says so of all, so that none is saved to be asked."""
    others = cx.tellers.get(told_by(cx, val.value), ())
    return [v for v in others if v is not val.value and _is_array(v) and cx.scope.sees(v)]


def _is_array(v: Value) -> bool:
    return isinstance(v.type, Opt) and isinstance(v.type.elem, AVal) and v.type.elem.rank > 0


def which(cx: Context, node: ast.AST, val: OneOf, wanted: frozenset[int]) -> Val:
    """Whether a value is one of these options of it."""
    from symdiff.frontend.python import operators

    allowed = _allowed(cx, val)
    wanted &= allowed
    others = allowed - wanted
    if not wanted or not others:
        return Known(not others)
    assert val.tag.value is not None
    if val.tag.type.dtype == "b1":
        there = note(cx, val.tag, val.tag.value, PRESENT, ABSENT)
        return there if 1 in wanted else operators.negate(cx, node, there)
    pred = cx.deciding.get(val.tag.value)
    if pred is not None and cx.scope.sees(pred):
        return Num(pred) if 0 in wanted else operators.negate(cx, node, Num(pred))
    if len(others) == 1:
        return note(cx, cx.emit(node, "ne", val.tag, Known(min(others))), val.tag.value, wanted, others)
    found = cx.emit(node, "eq", val.tag, Known(min(wanted)))
    for k in sorted(wanted)[1:]:
        found = cx.emit(node, "bit_or", found, cx.emit(node, "eq", val.tag, Known(k)))
    return note(cx, found, val.tag.value, wanted, others)


def each(cx: Context, node: ast.AST, val: Val, run: Callable[[Val], Val], none: bool = False) -> Val:
    """`run` of what a value is, in a branch for each thing that it may be; a number must be there without `none`."""
    from symdiff.frontend.python import control

    val = narrowed(cx, node, val)
    if none and isinstance(val, Maybe) and val.none:
        absent, maybe = is_none(cx, node, val), val
        assert absent is not None
        return control.choose(cx, node, absent, lambda: run(NONE), lambda: run(narrowed(cx, node, maybe)))
    if isinstance(val, Letter):
        val = letters.one_of(cx, node, val)
    if not isinstance(val, OneOf):
        return run(settled(cx, node, val))
    chosen = val
    first = min(_allowed(cx, chosen))
    test = which(cx, node, chosen, frozenset((first,)))
    return control.choose(cx, node, test, lambda: run(chosen.options[first]), lambda: each(cx, node, chosen, run, none))


def in_each(cx: Context, node: ast.AST, val: Val, change: Callable[[Val], None]) -> None:
    """Change what a value is, in a branch for each thing that it may be."""

    def changed(one: Val) -> Val:
        change(one)
        return NONE

    each(cx, node, val, changed)


def truth(cx: Context, node: ast.AST, val: Val, run: Callable[[Val], Val]) -> Val:
    """`if val`: None is false, a number by its value."""
    from symdiff.frontend.python import control

    if isinstance(val, Letter):
        val = letters.one_of(cx, node, val)
    if isinstance(val, OneOf):
        return decided(cx, node, val, run)
    absent = is_none(cx, node, val)
    if absent is None:
        return run(narrowed(cx, node, val))
    assert isinstance(val, Maybe)
    found = control.choose(cx, node, absent, lambda: Known(False), lambda: run(narrowed(cx, node, val)))
    return note(cx, found, val.value, PRESENT, EITHER)


def decided(cx: Context, node: ast.AST, val: OneOf, run: Callable[[Val], Val]) -> Val:
    """A truth value that every option decides when compiling, or the branches that decide it."""
    found = [run(x) if k in _allowed(cx, val) else NONE for k, x in enumerate(val.options)]
    if all(isinstance(x, Known) for x in found):
        return which(cx, node, val, frozenset(k for k, x in enumerate(found) if isinstance(x, Known) and x.obj))
    return each(cx, node, val, run)


def involved(*vals: Val) -> bool:
    """Whether a value among these is one of several things."""
    return any(isinstance(v, OneOf | Letter) or (isinstance(v, Maybe) and v.none) for v in vals)


def has_involved(val: Val) -> bool:
    """Whether a part of a tuple is one of several things."""
    return isinstance(val, Struct) and val.kind == "tuple" and any(isinstance(v, OneOf | Letter) for v in val.items)


def in_tuple(cx: Context, node: ast.AST, val: Val, run: Callable[[Val], Val]) -> Val:
    """`run` of a tuple in a branch for each of what its parts may be."""
    assert isinstance(val, Struct)
    return for_all(cx, node, val.items, lambda parts: run(replace(val, items=tuple(parts))), none=True)


def for_all(
    cx: Context, node: ast.AST, vals: Sequence[Val], run: Callable[[list[Val]], Val], none: bool = False
) -> Val:
    """`run` of these values, each settled as what it is."""

    def rest(done: list[Val], k: int) -> Val:
        if k == len(vals):
            return run(done)
        if not involved(vals[k]):
            return rest([*done, vals[k]], k + 1)
        return each(cx, node, vals[k], lambda val: rest([*done, val], k + 1), none)

    return rest([], 0)
