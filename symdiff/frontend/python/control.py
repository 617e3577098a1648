"""Branches on staged conditions: `cond` regions, exit codes, and what is joined behind them.

Each frame has an exit state: going on, or left by break, continue, return or raise.  If one side of an `if` has
certainly left, the statements behind it belong to the other side; where that is not certain, the exit code is an int
and guards them.  A continuation is emitted once either way, so 150 early returns stay linear.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from symdiff.frontend.python import alternatives, lodging, memory, operators, unlike
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Bottom
from symdiff.frontend.python.joins import Joiner
from symdiff.frontend.python.sides import Side
from symdiff.frontend.python.store import MARKS, MISSING, NO_FACTS, Changes, Facts, Scope, captured_params, close
from symdiff.frontend.python.values import (
    BOTTOM,
    DEAD,
    POISON,
    Arr,
    Cell,
    Closure,
    Conflict,
    Known,
    ListRef,
    Maybe,
    Num,
    OneOf,
    Reference,
    Struct,
    Val,
)
from symdiff.ir.core import Block, Value
from symdiff.ir.steps import Steps, at_once, run_steps

ON, BREAK, CONTINUE, RETURN, RAISE, BROKEN = range(6)  # BROKEN: by break, while the loop's `else` is compiled
EXIT, RESULT = "$exit", "$result"


@dataclass(frozen=True, slots=True, eq=False)
class Exit(Val):
    """How a frame goes on: one code where it is known, else an int value that is one of them."""

    codes: tuple[int, ...]
    value: Value | None = None

    @property
    def known(self) -> int | None:
        return self.codes[0] if len(self.codes) == 1 else None


GOING = Exit((ON,))


def exit_of(cx: Context) -> Exit:
    found = cx.get_name(cx.frame, EXIT)
    return GOING if found is MISSING else found


def leave(cx: Context, code: int) -> None:
    cx.set_name(cx.frame, EXIT, Exit((code,)))


def set_exit(cx: Context, state: Exit) -> None:
    cx.set_name(cx.frame, EXIT, state)


# --- running one side


def branch(cx: Context, run: Callable[[], Any], facts: Facts = NO_FACTS) -> tuple[Side, Any]:
    """Run in a region of its own, where `facts` hold; what it changed is taken back and kept in the side."""
    found: tuple[Side, Any] = run_steps(branch_steps(cx, at_once(run), facts))
    return found


def branch_steps(cx: Context, run: Steps, facts: Facts = NO_FACTS) -> Steps:
    outer, scope = cx.scope, Scope(cx.scope, cx.homes)
    scope.facts = facts
    cx.scope = scope
    cx.store.begin()
    try:
        with cx.reaching_bottom():
            found = yield run
    except Bottom:
        leave(cx, RAISE)
        found = BOTTOM
    finally:
        changes = cx.store.end()
        cx.scope = outer
    return Side(scope, changes, _left(cx, changes)), found


def _left(cx: Context, changes: Changes) -> bool:
    state = changes.get((cx.frame.id, EXIT), GOING)
    return state is not MISSING and state.known in (RETURN, RAISE)


def _raised(cx: Context, side: Side) -> bool:
    state = side.changes.get((cx.frame.id, EXIT), GOING)
    return state is not MISSING and bool(state.known == RAISE)


# --- joining two sides


def merge(
    cx: Context,
    node: ast.AST,
    pred: Value,
    then: Side,
    orelse: Side,
    live: frozenset[str] | None = None,
    result: Any = None,
) -> Any:
    """Emit the `cond` of two sides and join their states; `result` is a pair of values to join as well."""
    if _raised(cx, then) and _raised(cx, orelse):
        orelse.changes[(cx.frame.id, EXIT)] = Exit((RAISE,))
    joiner = Joiner(cx, then, orelse, node, pred)
    rebuilds: list[tuple[Any, Callable[[Sequence[Value]], Any]]] = []
    for key in dict.fromkeys([*then.changes, *orelse.changes]):
        rebuild = _join_key(cx, joiner, key, live)
        if rebuild is not None:
            rebuilds.append((key, rebuild))
    joined = None if result is None else joiner.join(*result)
    rebuilds += _kept_frames(cx, joiner)
    outs = emit_cond(cx, node, pred, then.scope, orelse.scope, joiner.outs)
    for later in joiner.later:
        later(outs)
    joiner.settle()
    for key, rebuild in rebuilds:
        cx.store.set(key, _hinted(key, rebuild(outs)))
    for element in joiner.elements:
        lodging.refreshed(cx, element)
    return None if joined is None else joined(outs)


def _kept_frames(cx: Context, joiner: Joiner) -> list[tuple[Any, Callable[[Sequence[Value]], Any]]]:
    """The names of finished calls that a function chosen by the condition still reads: one side alone has them."""
    then, orelse = joiner.sides
    found: list[tuple[Any, Callable[[Sequence[Value]], Any]]] = []
    done: set[int] = set()
    while joiner.frames - done:
        frame = min(joiner.frames - done)
        done.add(frame)
        for key in dict.fromkeys([*then.changes, *orelse.changes]):
            own = isinstance(key, tuple) and key[0] == frame and not str(key[1]).startswith("$")
            if own and cx.store.get(key) is MISSING:
                a, b = (side.changes.get(key, cx.store.get(key)) for side in joiner.sides)
                found.append((key, joiner.join(*(BOTTOM if x is MISSING else x for x in (a, b)))))
    return found


def _hinted(key: Any, val: Any) -> Any:
    if isinstance(val, OneOf):
        named = alternatives.nullable(val) and isinstance(key, tuple) and not str(key[1]).startswith("$")
        _hinted((key[0], f"has_{key[1]}") if named else key, val.tag)
    if (
        isinstance(key, tuple)
        and isinstance(val, (Num, Maybe))
        and val.value is not None
        and not str(key[1]).startswith("$")
    ):
        val.value.hint = val.value.hint or key[1]
    return val


def _join_key(
    cx: Context, joiner: Joiner, key: Any, live: frozenset[str] | None
) -> Callable[[Sequence[Value]], Any] | None:
    then, orelse = joiner.sides
    base = cx.store.get(key)
    a, b = then.changes.get(key, base), orelse.changes.get(key, base)
    if isinstance(key, Cell):
        return None if base is MISSING else _join_cell(cx, joiner, key, a, b)
    if key[0] in MARKS:
        return _join_mark(key, a, b)
    if base is MISSING and not cx.running(key[0]):
        return None  # of a call that began and ended on one side
    name = key[1]
    if key[0] != cx.frame.id:  # bound by an inner function: live as far as this frame can tell
        live = None
    if name == EXIT:
        return _join_exit(joiner, a, b)
    if live is not None and name not in live and not name.startswith("$"):
        return lambda outs: DEAD
    own = key[0] == cx.frame.id and name != RESULT
    a_gone, b_gone = (
        (own and (side.left or _leaves_behind(cx, side, name, x))) or _raised(cx, side)
        for side, x in zip(joiner.sides, (a, b), strict=True)
    )
    if a_gone and b_gone:  # what was handed out may read an inner function, which is the same on every path
        defined = next((x for x in (a, b) if isinstance(x, Closure) and not (x.defaults or x.kwdefaults)), DEAD)
        return lambda outs: defined
    if name == RESULT:  # the exit code guards it: where nothing was returned anything may stand
        a_gone, b_gone = a_gone or a is MISSING, b_gone or b is MISSING
    return joiner.join(BOTTOM if a_gone else a, BOTTOM if b_gone else b)


def _leaves_behind(cx: Context, side: Side, name: str, val: Any) -> bool:
    """Whether a side breaks out of an unrolled loop behind which a structure is not read."""
    loop = next((loop for loop in reversed(cx.loops) if loop.frame is cx.frame), None)
    if loop is None or not loop.unrolled or not isinstance(val, Reference | Struct | OneOf):
        return False
    state = side.changes.get((cx.frame.id, EXIT), GOING)
    return state is not MISSING and state.known == BREAK and name not in cx.frame.live.after[id(loop.node)]


def _join_mark(key: Any, a: Any, b: Any) -> Callable[[Sequence[Value]], Any]:
    """Stale or held on one side is so behind it; where an element is, and that nothing changes it, holds for both."""
    if key[0] == "lodged":
        return lambda outs: a if a is b else None
    if key[0] == "frozen":
        return lambda outs: MISSING if a is MISSING or b is MISSING else a
    if key[0] == "held":
        return lambda outs: memory.join_held(a, b)
    return lambda outs: a if a is not MISSING else b


def _join_cell(cx: Context, joiner: Joiner, cell: Cell, a: Any, b: Any) -> Callable[[Sequence[Value]], Any]:
    raised = [_raised(cx, side) for side in joiner.sides]
    if all(raised):  # nothing goes on behind them
        base = cx.store.get(cell)
        return lambda outs: base
    if any(raised):
        a, b = (b if raised[0] else a), (a if raised[1] else b)
        base = cx.store.get(cell)
        if isinstance(base, Value):
            a, b = (base if raised[0] else a), (base if raised[1] else b)
    # what one side put there, where the other raised, is handed out of its region
    handed = a is b and raised.count(True) == 1 and a is not cx.store.get(cell)
    rebuild = joiner.bottom_content(raised.index(True), a) if handed else joiner.content(a, b)
    if rebuild is None:
        unlike.note(cx, cell)
        conflict = unlike.contents(a, b)
        return lambda outs: conflict
    return rebuild


def _join_exit(joiner: Joiner, a: Any, b: Any) -> Callable[[Sequence[Value]], Any]:
    first, second = (GOING if x is MISSING else x for x in (a, b))
    if RAISE in (first.known, second.known):
        other = second if first.known == RAISE else first
        if other.value is None or joiner.cx.scope.sees(other.value):
            return lambda outs: other
        # the code is one that its side alone knows; where the other raised, any may stand
        anything = Exit(other.codes[:1])
        first, second = (anything if state.known == RAISE else state for state in (first, second))
    if first.known is not None and first.known == second.known:
        return lambda outs: first
    values = []
    for side, state in zip(joiner.sides, (first, second), strict=True):
        values.append(side.scope.const(state.codes[0]) if state.value is None else side.scope.use(state.value))
    joiner.outs.append((values[0], values[1]))
    at = len(joiner.outs) - 1
    codes = tuple(sorted({*first.codes, *second.codes}))
    return lambda outs: Exit(codes, outs[at])


def emit_cond(
    cx: Context, node: ast.AST, pred: Value, then: Scope, orelse: Scope, outs: Sequence[tuple[Value, Value]]
) -> Sequence[Value]:
    """The `cond` operation; nothing where neither side does anything."""
    if not outs and not then.ops and not orelse.ops:
        return ()
    captured = close((then, orelse))
    blocks = []
    for k, scope in enumerate((then, orelse)):
        blocks.append(Block(tuple(captured_params(scope, captured)), tuple(scope.ops), tuple(pair[k] for pair in outs)))
    found = cx.at(node).emit("cond", pred, *captured, regions=blocks)
    cx.scope.effects += then.effects + orelse.effects
    return found


# --- expressions


def choose(cx: Context, node: ast.AST, test: Val, then: Callable[[], Val], orelse: Callable[[], Val]) -> Val:
    """`then() if test else orelse()`."""
    found: Val = run_steps(choose_steps(cx, node, test, at_once(then), at_once(orelse)))
    return found


def chosen(cx: Context, node: ast.AST, test: Val, then: Val, orelse: Val) -> Val:
    """`then if test else orelse`, of values that are there on both sides."""
    return choose(cx, node, test, lambda: then, lambda: orelse)


def choose_steps(cx: Context, node: ast.AST, test: Val, then: Steps, orelse: Steps) -> Steps:
    if test is POISON:
        yield then
        yield orelse
        return POISON
    if isinstance(test, Known):
        return (yield then if test.obj else orelse)
    pred = cx.value(test)
    true, false = alternatives.learned(cx, test)
    first, a = yield branch_steps(cx, then, true)
    second, b = yield branch_steps(cx, orelse, false)
    if a is BOTTOM and b is BOTTOM:
        emit_cond(cx, node, pred, first.scope, second.scope, ())
        raise Bottom
    found = merge(cx, node, pred, first, second, None, (a, b))
    if isinstance(found, Conflict):
        fields = {"then": found.then, "otherwise": found.orelse, **dict(found.fields)}
        return cx.refuse(found.code, node, (), name=f"`{cx.text(node)}`", **fields)
    assert isinstance(found, Val)
    return found


def short_circuit(cx: Context, node: ast.AST, first: Val, both: bool, rest: Callable[[], Val]) -> Val:
    """`first and rest()`, or with `both` false `first or rest()`."""
    found: Val = run_steps(short_circuit_steps(cx, node, first, both, at_once(rest)))
    return found


def short_circuit_steps(
    cx: Context, node: ast.AST, first: Val, both: bool, rest: Steps, decides: bool = False
) -> Steps:
    """`decides`: both are truth values, of which `c and False` is false whatever c is."""
    test = operators.truth(cx, node, first)
    known = at_once(lambda: alternatives.narrowed(cx, node, first))
    seen: list[Val] = [test]

    def second() -> Steps:
        seen.append((yield rest))
        return seen[-1]

    pair = (second(), known) if both else (known, second())
    found = yield choose_steps(cx, node, test, *pair)
    if decides and isinstance(seen[-1], Known) and bool(seen[-1].obj) is not both:
        return seen[-1]
    alternatives.note_joined(cx, found, both, seen)
    return found


def select_int(cx: Context, node: ast.AST, pred: Value, then: int, orelse: int) -> Value:
    first, a = branch(cx, lambda: cx.scope.const(then))
    second, b = branch(cx, lambda: cx.scope.const(orelse))
    return emit_cond(cx, node, pred, first.scope, second.scope, [(a, b)])[0]


# --- statements: the rest of a block inside one side


@dataclass(eq=False)
class Pending:
    """An open region whose end joins it with `first`, the side already run."""

    node: ast.AST
    pred: Value
    outer: Scope
    scope: Scope
    first: Side
    first_is_then: bool
    live: frozenset[str] | None


def open_side(
    cx: Context,
    node: ast.AST,
    pred: Value,
    first: Side,
    first_is_then: bool,
    live: frozenset[str] | None,
    facts: Facts = NO_FACTS,
) -> Pending:
    pending = Pending(node, pred, cx.scope, Scope(cx.scope, cx.homes), first, first_is_then, live)
    cx.scope = pending.scope
    cx.scope.facts = facts
    cx.store.begin()
    return pending


def close_side(cx: Context, pending: Pending, live: frozenset[str] | None) -> None:
    changes = cx.store.end()
    cx.scope = pending.outer
    side = Side(pending.scope, changes, _left(cx, changes))
    sides = (pending.first, side) if pending.first_is_then else (side, pending.first)
    merge(cx, pending.node, pending.pred, *sides, live)


def open_guard(cx: Context, node: ast.AST, state: Exit, live: frozenset[str] | None) -> Pending:
    """The rest runs only where the exit code is zero; on the other side the frame keeps its state."""
    assert state.value is not None
    going = cx.at(node).emit("eq", state.value, cx.scope.const(ON))[0]
    left = tuple(c for c in state.codes if c != ON)

    def gone() -> None:
        set_exit(cx, Exit(left, state.value if len(left) > 1 else None))
        if left == (RETURN,):
            cx.set_name(cx.frame, RESULT, _returned(cx, cx.get_name(cx.frame, RESULT), "result"))
        for name in sorted(cx.at_breaks[-1]) if left == (BROKEN,) else ():
            val = cx.get_name(cx.frame, name)
            if isinstance(val, Maybe | OneOf):
                cx.set_name(cx.frame, name, _bound(cx, val))

    first, _ = branch(cx, gone)
    pending = open_side(cx, node, going, first, False, live)
    set_exit(cx, GOING)
    cx.set_name(cx.frame, RESULT, MISSING)
    return pending


def _bound(cx: Context, val: Any, name: str = "") -> Any:
    """What may be unbound, where it is bound; with a name it is checked to be there."""
    if alternatives.nullable(val) and alternatives.unbound(val):
        return val.options[1]
    if alternatives.unbound(val):
        return alternatives.bound(cx, val)
    if not isinstance(val, Maybe) or val.none:
        return val
    got = cx.wrap(cx.scope.emit("opt_get", val.value, name=name)[0])
    return memory.shares(cx, got, [] if val.cell is None else [Arr(val.cell)])


def _returned(cx: Context, val: Any, name: str) -> Any:
    """What a path has returned: its arrays of sizes that only that path knows are there."""
    if isinstance(val, Maybe):
        return _bound(cx, val, name)
    if isinstance(val, Struct):
        items = tuple(_returned(cx, x, name) for x in val.items)
        return val if all(map(operator.is_, items, val.items)) else replace(val, items=items)
    content = cx.store.get(val.cell) if isinstance(val, ListRef) else None
    if isinstance(content, tuple):
        found = tuple(_returned(cx, x, name) for x in content)
        if not all(map(operator.is_, found, content)):
            cx.store.set(val.cell, found)
    return val


def open_where(cx: Context, node: ast.AST, test: Num, live: frozenset[str]) -> Pending:
    """The rest runs only where a test holds."""
    true, false = alternatives.learned(cx, test)
    first, _ = branch(cx, lambda: None, false)
    return open_side(cx, node, cx.value(test), first, False, live, true)


def leaves(body: Sequence[ast.stmt]) -> bool:
    """Whether these statements certainly leave, by their form."""
    while body:
        last = body[-1]
        if isinstance(last, (ast.Return, ast.Raise, ast.Break, ast.Continue)):
            return True
        if isinstance(last, ast.With):
            body = last.body
            continue
        if not isinstance(last, ast.If) or not last.orelse or not leaves(last.body):
            return False
        body = last.orelse
    return False
