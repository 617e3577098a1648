"""`for` and `while`: rolled into one operation where one body serves every turn, else unrolled."""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from symdiff.errors import Problem
from symdiff.frontend.definitions import walk
from symdiff.frontend.python import (
    at_breaks,
    containers,
    control,
    descents,
    iterated,
    iterators,
    keyed,
    openings,
    operators,
    raising,
    repeats,
    sets,
    sets_of_the_run,
    special_methods,
    summing,
    targets,
)
from symdiff.frontend.python.context import Context, LoopState
from symdiff.frontend.python.control import BREAK, BROKEN, CONTINUE, ON, exit_of, set_exit
from symdiff.frontend.python.expressions import condition, evaluate
from symdiff.frontend.python.problems import CannotRoll, NeedStatic, Restart
from symdiff.frontend.python.rolled import Rolled, RolledWhile, go_back, mark, relabelled, without
from symdiff.frontend.python.sizes import ask_for_count
from symdiff.frontend.python.store import Scope, captured_params, close
from symdiff.frontend.python.turns import Turns, endless, rolled_turns
from symdiff.frontend.python.values import (
    POISON,
    Conflict,
    Known,
    Num,
    Sequence_,
    Val,
)
from symdiff.ir import dims, types
from symdiff.ir.core import Block, Value

MAX_TURNS = 1000
MANY_TURNS = 256  # of all loops together, if what must be known could be found when it runs as well
MAX_GUARDS = 128  # of unrolled turns, each inside what leaves the one before: they cost more the deeper they stand
FEW_TURNS = 64  # at most, to unroll a loop for one of these problems: its body does not serve every turn
OF_A_SUM = ("SD304", "SD310")
OF_ONE_TYPE = ("SD303", "SD304", "SD310", "SD323", "SD324", "SD505")


# --- for


def for_statement(cx: Context, stmt: ast.For) -> None:
    given = evaluate(cx, stmt.iter)
    iterable = special_methods.iterated(cx, stmt.iter, given)
    if raising.of_a_number(cx, stmt.iter, iterable, "'{}' object is not iterable"):
        iterable = POISON
    if iterable is POISON or iterators.refuse_changed(cx, stmt.iter, iterable):
        _give_up(cx, stmt)
        return
    turns = rolled_turns(cx, stmt.iter, iterable)
    if endless(cx, stmt.iter, iterable) is not None and id(stmt.iter) not in cx.session.effects:
        cx.session.effects.add(id(stmt.iter))
        raise Restart
    if turns is None and not isinstance(iterable, Sequence_) and containers.items_of(cx, stmt.iter, iterable) is None:
        if not sets.refuse_order(cx, stmt.iter, iterable):
            cx.refuse("SD231", stmt, iterable=f"`{cx.text(stmt.iter)}`")
        _give_up(cx, stmt)
        return
    if turns is not None and turns.none():
        _behind(cx, stmt)
        return
    over = given if keyed.is_view(given) or sets_of_the_run.holds(given) else iterable
    _either(
        cx,
        stmt,
        None if turns is None else lambda loop: _roll_for(cx, stmt, turns, loop, over),
        lambda: _for_items(cx, stmt, iterable),
        iterable,
    )
    iterators.refuse_changed_by_a_turn(cx, stmt.iter, given if iterators.is_iterator(given) else iterable)
    _behind(cx, stmt)


def _behind(cx: Context, stmt: ast.For | ast.While) -> None:
    """A loop that was left by break goes on behind its `else`, any other runs that first."""
    from symdiff.frontend.python.statements import run_block

    if stmt.orelse:
        set_exit(cx, relabelled(cx, stmt, exit_of(cx), BREAK, BROKEN))
        cx.at_breaks.append(at_breaks.bound(stmt))
        try:
            run_block(cx, stmt.orelse, cx.frame.live.after[id(stmt)])
        finally:
            cx.at_breaks.pop()
        set_exit(cx, without(cx, stmt, exit_of(cx), BROKEN))
    else:
        set_exit(cx, without(cx, stmt, exit_of(cx), BREAK))


def _few_turns(cx: Context, stmt: ast.For | ast.While, over: Val) -> bool:
    """Whether the count is known and small, so that each turn may have code of its own."""
    items = containers.items_of(cx, stmt, over) if isinstance(stmt, ast.For) else None
    return items is not None and len(items) <= FEW_TURNS


def _over_text(over: Val) -> bool:
    """Whether the turns have letters, which are known where a loop is unrolled."""
    if isinstance(over, Sequence_):
        return any(map(_over_text, over.parts))
    return isinstance(over, Known) and isinstance(over.obj, str) and len(over.obj) <= MAX_TURNS


def _either(
    cx: Context,
    stmt: ast.For | ast.While,
    roll: Callable[[LoopState], None] | None,
    unroll: Callable[[], None],
    over: Val = POISON,
) -> None:
    """The loop, rolled or unrolled; what it adds up from 0 may be arrays."""
    zeros = summing.zeros(cx, stmt)
    sums = summing.begin(cx, stmt, zeros)
    _roll_or_unroll(cx, stmt, roll, unroll, over, zeros)
    summing.end(cx, stmt, sums)


def _roll_or_unroll(
    cx: Context,
    stmt: ast.For | ast.While,
    roll: Callable[[LoopState], None] | None,
    unroll: Callable[[], None],
    over: Val,
    zeros: list[str],
) -> None:
    """Roll the loop; where that cannot be, or makes something staged that must be known, unroll it."""
    key = (cx.frame.path, id(stmt))
    reason = ("its elements", "are of different structure")
    problem, instead = None, cx.session.unrolled.get(key)
    if roll is not None and key not in cx.session.unrolled:
        place = mark(cx)
        loop = LoopState(cx.count("loop"), stmt, cx.frame)
        cx.loops.append(loop)
        if _may_be_counted(stmt):
            cx.rolled[loop.id] = key
        try:
            roll(loop)
            cx.loops.pop()
            misfit = next((p for p in cx.problems[place.problems :] if p.code in OF_ONE_TYPE), None)
            if misfit is not None and _few_turns(cx, stmt, over):
                cx.session.unrolled[key] = None
                raise Restart
            if misfit is not None and _may_be_counted(stmt) and _Misfit(key, misfit) not in cx.session.searched:
                cx.session.unrolled[key] = _Misfit(key, misfit)
                raise Restart
            if len(cx.problems) > place.problems and _over_text(over):
                cx.session.unrolled[key] = None
                raise Restart
            if misfit is not None and misfit.code in OF_A_SUM and summing.note(cx, stmt, zeros):
                raise Restart
            if misfit is not None and misfit.code == "SD505" and isinstance(stmt, ast.For):
                openings.use(cx)
                ask_for_count(cx, over, misfit)
            return
        except CannotRoll as error:
            if error.loop != loop.id:
                raise
            reason, problem = (error.name, error.reason), error.problem
            if cx.openings:
                cx.unopened.add(key)
        except NeedStatic as error:
            if loop.id not in error.tags:
                raise
            reason, problem = (error.problem.what, "depends on the loop"), error.problem
            instead = None if error.instead in cx.session.searched else error.instead
        go_back(cx, place)
        cx.session.unrolled[key] = instead
    try:
        _unroll(cx, stmt, unroll, reason, problem, instead is None, zeros)
    except (_UnknownCount, _TooMany) as error:
        _roll_lists(cx, key)
        if isinstance(instead, _Misfit) and isinstance(error, _UnknownCount):
            ask_for_count(cx, error.over, instead.problem)
        del cx.session.unrolled[key]
        cx.session.searched.add(instead)
        raise Restart from None


def unroll_done(cx: Context, error: NeedStatic) -> bool:
    """Note that a `while` which is done, and left what must be known, is unrolled; False where none can be."""
    for tag in error.tags:
        key = cx.rolled.get(tag) if isinstance(tag, int) else None
        instead = _Misfit(key, error.problem)
        if key is not None and key not in cx.session.unrolled and instead not in cx.session.searched:
            cx.session.unrolled[key] = instead
            return True
    return False


@dataclass(frozen=True)
class _Misfit:
    """Why a loop is unrolled whose body, rolled, has this problem: reported if it cannot be."""

    loop: Any
    problem: Problem = field(compare=False)


def _may_be_counted(stmt: ast.For | ast.While) -> bool:
    """Whether the turns of a `while` may be known: those of `while True` end by a condition inside."""
    return isinstance(stmt, ast.While) and not isinstance(stmt.test, ast.Constant)


def _unroll(
    cx: Context,
    stmt: ast.For | ast.While,
    unroll: Callable[[], None],
    reason: tuple[str, str],
    problem: Any,
    final: bool,
    zeros: list[str],
) -> None:
    loop = LoopState(cx.count("loop"), stmt, cx.frame, True)
    cx.loops.append(loop)
    try:
        before = len(cx.problems)
        unroll()
        conflicts = any(isinstance(cx.get_name(cx.frame, name), Conflict) for name in zeros)
        conflicts = conflicts or any(p.code == "SD310" for p in cx.problems[before:])
        if conflicts and summing.note(cx, stmt, zeros):  # 0, or an array, by the conditions of the turns
            raise Restart
    except _UnknownCount as error:
        if not final:
            raise
        _roll_lists(cx, (cx.frame.path, id(stmt)))
        found = problem or cx.make_problem("SD606", stmt, name=reason[0], reason=reason[1])
        ask_for_count(cx, error.over, found)
        _sum_instead(cx, stmt, problem, zeros)
        cx.problems.append(found)
        _give_up(cx, stmt)
    except _TooMany as error:
        if not final:
            raise
        _roll_lists(cx, (cx.frame.path, id(stmt)))
        _sum_instead(cx, stmt, problem, zeros)
        cx.refuse("SD601", stmt, count=error.count, budget=error.budget, name=reason[0], reason=reason[1])
        _give_up(cx, stmt)
    finally:
        cx.loops.pop()


def _sum_instead(cx: Context, stmt: ast.For | ast.While, problem: Problem | None, zeros: list[str]) -> None:
    """Begin again with the loop rolled, where it could not be for a sum of arrays that begins with 0."""
    if (problem is None or problem.code in OF_A_SUM) and summing.note(cx, stmt, zeros):
        cx.session.unrolled.pop((cx.frame.path, id(stmt)), None)
        raise Restart


def _roll_lists(cx: Context, key: Hashable) -> None:
    """Begin again with the loop rolled, where it could not be for elements without a form in common."""
    if cx.openings:
        cx.session.unrolled.pop(key, None)
        openings.use(cx)


def _roll_instead(cx: Context) -> None:
    """Begin again with loops rolled, where there is another way than to know their turns, which have become many."""
    if sum(cx.unrolled.values()) <= MANY_TURNS:
        return
    ways = {key: way for key in cx.unrolled if (way := cx.session.unrolled.get(key)) is not None}
    if ways:
        for key, way in ways.items():
            del cx.session.unrolled[key]
            cx.session.searched.add(way)
        raise Restart


class _UnknownCount(Exception):
    def __init__(self, over: Val) -> None:
        super().__init__()
        self.over = over  # what is looped over, or the condition


class _TooMany(Exception):
    def __init__(self, count: int | str, budget: int = MAX_TURNS) -> None:
        super().__init__(count, budget)
        self.count, self.budget = count, budget


def _give_up(cx: Context, stmt: ast.For | ast.While) -> None:
    """The loop is refused: look for problems inside once, then go on."""
    from symdiff.frontend.python.statements import poison, run_block

    def once() -> None:
        poison(cx, [stmt])
        run_block(cx, stmt.body, frozenset())

    control.branch(cx, once)
    poison(cx, [stmt])


def _for_items(cx: Context, stmt: ast.For, iterable: Val) -> None:
    """The loop unrolled over known elements."""
    items = containers.items_of(cx, stmt.iter, iterable)
    if items is None:
        raise _UnknownCount(iterable)
    if len(items) > MAX_TURNS:
        raise _TooMany(len(items))
    loop = cx.loops[-1]
    live = cx.frame.live.header[id(stmt)]

    def turns() -> Any:
        for item in iterated.turn_by_turn(cx, stmt, stmt.iter, iterable, items):
            loop.turn += 1
            targets.assign(cx, stmt.target, item)
            yield

    _run_turns(cx, stmt, turns(), live, [])


def _run_turns(
    cx: Context, stmt: ast.For | ast.While, turns: Any, live: frozenset[str], pending: list[control.Pending]
) -> None:
    """Turns one after the other; a staged break or return guards those behind it, as what is `pending` does."""
    from symdiff.frontend.python.statements import run_block

    key = (cx.frame.path, id(stmt))
    for _ in turns:
        cx.unrolled[key] = cx.unrolled.get(key, 0) + 1
        _roll_instead(cx)
        run_block(cx, stmt.body, live)
        state = without(cx, stmt, exit_of(cx), CONTINUE)
        set_exit(cx, state)
        if ON not in state.codes:  # it was left, by one way or another
            break
        if state.known is None:
            pending.append(control.open_guard(cx, stmt, state, live))
    while pending:
        control.close_side(cx, pending.pop(), live)


# --- rolled loops


def _never_negative(turns: Turns) -> bool:
    """Whether the index is a size: it counts up from one."""
    first = operators.as_dim(turns.lo)
    low = None if first is None else dims.lower_bound(first)
    return isinstance(turns.step, Known) and turns.step.obj > 0 and low is not None and low >= 0


def _roll_for(cx: Context, stmt: ast.For, turns: Turns, loop: LoopState, given: Val) -> None:
    cx.at(stmt)
    bounds = [cx.value(v) for v in (turns.lo, turns.hi, turns.step)]

    starts: list[Value] = []

    def enter(scope: Scope) -> Value:
        """The index, and the target bound to its item."""
        starts[:] = iterated.elements_of(cx, sets_of_the_run.counted(cx, keyed.counted(cx, given)))
        index = scope.param(Value(types.INT))
        dim = dims.opaque(f"i{cx.count('opaque')}") if _never_negative(turns) else None
        ends = operators.as_dim(turns.lo), operators.as_dim(turns.hi)
        if dim is not None and ends[0] is not None and ends[1] is not None:
            cx.turns[dim] = (ends[0], dims.sub(ends[1], 1))
        item = turns.item(Num(index, dim, frozenset({loop.id})))
        if isinstance(stmt.target, ast.Name) and isinstance(item, Num) and item.value is index:
            index.hint = stmt.target.id.removeprefix("$")
        targets.assign(cx, stmt.target, item)
        return index

    body = Rolled(cx, stmt, loop, enter).fixpoint()
    assert body.index is not None
    carried = body.before
    exits: dict[str, Any] = {"exit": True} if body.leaving else {}
    captured = close((body.scope,))
    block = Block(
        (body.index, *body.params, *captured_params(body.scope, captured)), tuple(body.scope.ops), tuple(body.outs)
    )
    if iterated.resized(block, starts, len(exits)):
        kind = "dict" if keyed.is_view(given) else "set" if sets_of_the_run.holds(given) else "list"
        iterated.refuse(cx, stmt, kind)
    outs = cx.at(stmt).emit(
        "for", *bounds, *carried, *captured, regions=(block,), n_carry=len(carried), n_xs=0, **exits
    )
    body.finish(outs)


# --- while


def while_statement(cx: Context, stmt: ast.While) -> None:
    if stmt.orelse and any(isinstance(n, ast.NamedExpr) for n in walk(stmt.test)):
        cx.refuse("SD214", stmt.test)
        _give_up(cx, stmt)
        return
    if not _makes_no_turn(cx, stmt):
        _either(cx, stmt, lambda loop: _roll_while(cx, stmt, loop), lambda: _while_turns(cx, stmt))
    _behind(cx, stmt)


def _makes_no_turn(cx: Context, stmt: ast.While) -> bool:
    """Whether the condition is known to be false at once.

    A list that is empty before a loop around this one is known to be so in the first round of that loop: what the body
    takes from it is wrong in that round alone.
    """
    if any(isinstance(n, ast.NamedExpr) or (isinstance(n, ast.Call) and not _is_len(n)) for n in walk(stmt.test)):
        return False  # it may change something, and would be evaluated twice
    place = mark(cx)
    cx.store.begin()
    test = condition(cx, stmt.test)
    go_back(cx, place)
    return isinstance(test, Known) and not test.obj


def _is_len(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == "len"


def _roll_while(cx: Context, stmt: ast.While, loop: LoopState) -> None:
    cx.at(stmt)
    body = RolledWhile(cx, stmt, loop, lambda scope: None)
    body.fixpoint()
    if body.poisoned:
        from symdiff.frontend.python.statements import poison

        poison(cx, [stmt])
        return
    captured = close((body.test_scope, body.scope))
    before = Block(
        (*body.test_params, *captured_params(body.test_scope, captured)), tuple(body.test_scope.ops), (body.pred,)
    )
    after = Block((*body.params, *captured_params(body.scope, captured)), tuple(body.scope.ops), tuple(body.outs))
    exits: dict[str, Any] = {"exit": True} if body.leaving else {}
    outs = cx.at(stmt).emit(
        "while", *body.before, *captured, regions=(before, after), n_carry=len(body.before), **exits
    )
    body.finish(outs)


def _while_turns(cx: Context, stmt: ast.While) -> None:
    """The loop unrolled while its condition is known, or while each turn leaves less of a structure that is known.

    By hand, of a walk down a tree: `if node is not None: …; node = node.left if c else node.right` as often as the tree
    has levels, each inside the one before.
    """
    live = cx.frame.live.header[id(stmt)]
    loop, place = cx.loops[-1], mark(cx)
    pending: list[control.Pending] = []
    walk_down, done = descents.Descent(cx, live), repeats.Turns(cx)
    problems = len(cx.problems)

    def turns() -> Any:
        while len(cx.problems) == problems:  # what a refused statement would have changed may be what ends the loop
            if pending and done.repeat():  # what is known alone ends, or not, as it does in Python
                raise _TooMany("endlessly many")
            if len(pending) > MAX_GUARDS:
                raise _TooMany(f"more than {MAX_GUARDS}", MAX_GUARDS)
            test = condition(cx, stmt.test)
            if isinstance(test, Num) and len(pending) < FEW_TURNS and walk_down.goes_on():
                pending.append(control.open_where(cx, stmt, test, live))
            elif not isinstance(test, Known):
                raise _UnknownCount(test)
            elif not test.obj:
                return
            if loop.turn >= MAX_TURNS:
                raise _TooMany(loop.turn)
            loop.turn += 1
            yield

    cx.store.begin()
    try:
        _run_turns(cx, stmt, turns(), live, pending)
    except (_UnknownCount, _TooMany):
        if pending:
            go_back(cx, place)
        else:
            cx.store.keep()
        raise
    cx.store.keep()
