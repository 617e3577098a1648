"""The body of a rolled loop: lowered again until its header serves every turn."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from symdiff.errors import Loc, Problem
from symdiff.frontend.python import (
    alternatives,
    captured,
    control,
    kinship,
    memory,
    nothing_added,
    operators,
    together,
    unlike,
)
from symdiff.frontend.python.carries import Carry, contribute, listed, may_be_kin, may_be_none, regroup, slots_of
from symdiff.frontend.python.context import Context, LoopState
from symdiff.frontend.python.control import BREAK, CONTINUE, EXIT, ON, RESULT, RETURN, Exit, exit_of, set_exit
from symdiff.frontend.python.expressions import condition
from symdiff.frontend.python.headers import widen
from symdiff.frontend.python.liveness import assigned
from symdiff.frontend.python.problems import CannotRoll, Restart
from symdiff.frontend.python.slots import SAME, Misfit, Slot, start
from symdiff.frontend.python.store import MARKS, MISSING, Facts, Scope
from symdiff.frontend.python.values import BOTTOM, DEAD, POISON, UNBOUND, Cell, Conflict, Known, Node, ObjRef
from symdiff.ir import types
from symdiff.ir.core import Value

_MAX_ROUNDS = 20
_SPREAD = "tuples by their parts"  # of a loop whose turns replace known tuples by others
_DEEPER = 3  # rounds in a row whose objects hold one more of their class: there is no end of it, and each costs more

_IN_A_LIST = "append to a list, which may be of any length, or make objects of a class that hold each other"


@dataclass(frozen=True)
class Mark:
    """Where the evaluator stood, to go back to."""

    logs: int
    frames: int
    loops: int
    problems: int
    dropped: int
    scope: Scope
    ops: int
    effects: int
    facts: Facts
    present: dict[Value, Any]


def mark(cx: Context) -> Mark:
    return Mark(
        len(cx.store.logs),
        len(cx.frames),
        len(cx.loops),
        len(cx.problems),
        len(cx.dropped),
        cx.scope,
        len(cx.scope.ops),
        cx.scope.effects,
        cx.scope.facts,
        dict(cx.scope.present),
    )


def go_back(cx: Context, place: Mark) -> None:
    while len(cx.store.logs) > place.logs:
        cx.store.end()
    del cx.frames[place.frames :], cx.loops[place.loops :]
    del cx.problems[place.problems :], cx.dropped[place.dropped :]
    cx.scope = place.scope
    cx.scope.give_up(place.ops)
    cx.scope.effects, cx.scope.facts, cx.scope.present = place.effects, place.facts, dict(place.present)


def without(cx: Context, node: ast.AST, state: Exit, code: int) -> Exit:
    """The exit state with one code turned into going on."""
    if code not in state.codes:
        return state
    rest = tuple(sorted({ON, *state.codes} - {code}))
    value = state.value
    if value is None or rest == (ON,):
        return Exit((ON,))
    kept = [c for c in rest if c != ON]
    if len(kept) == 1:
        stays = cx.at(node).emit("eq", value, cx.scope.const(kept[0]))[0]
        return Exit(rest, control.select_int(cx, node, stays, kept[0], ON))
    gone = cx.at(node).emit("eq", value, cx.scope.const(code))[0]
    first, a = control.branch(cx, lambda: cx.scope.const(ON))
    second, b = control.branch(cx, lambda: cx.scope.use(value))
    return Exit(rest, control.emit_cond(cx, node, gone, first.scope, second.scope, [(a, b)])[0])


def relabelled(cx: Context, node: ast.AST, state: Exit, old: int, new: int) -> Exit:
    """The exit state with one code in place of another."""
    if old not in state.codes:
        return state
    codes = tuple(sorted({*state.codes, new} - {old}))
    if state.value is None or len(codes) == 1:
        return Exit(codes)
    kept = state.value
    found = cx.at(node).emit("eq", kept, cx.scope.const(old))[0]
    first, a = control.branch(cx, lambda: cx.scope.const(new))
    second, b = control.branch(cx, lambda: cx.scope.use(kept))
    return Exit(codes, control.emit_cond(cx, node, found, first.scope, second.scope, [(a, b)])[0])


def _spoilt(slot: Slot) -> bool:
    return slot.same is POISON or any(map(_spoilt, slot.parts))


def _nested(slot: Slot, outside: tuple[type, ...] = ()) -> int:
    """How many objects of one class are in each other at most."""
    if isinstance(slot.same, ObjRef):
        outside = (*outside, slot.same.cls)
    here = outside.count(outside[-1]) if outside else 0
    return max([here, *(_nested(part, outside) for part in slot.parts)])


def _clashes(slot: Slot) -> bool:
    return slot.kind == SAME and isinstance(slot.same, Conflict)


class Rolled:
    """The body of a rolled loop, lowered again until its header no longer changes."""

    def __init__(
        self, cx: Context, stmt: ast.For | ast.While, loop: LoopState, enter: Callable[[Scope], Value | None]
    ) -> None:
        self.cx = cx
        self.stmt = stmt
        self.loop = loop
        self.enter = enter
        self.live = cx.frame.live.header[id(stmt)]
        self.slots: dict[Any, Slot] = {}
        self.leaving: tuple[int, ...] = ()
        self.key = (cx.frame.path, id(stmt))
        self.serial = Cell("array").serial
        self.pairs: frozenset[tuple[int, int]] = frozenset()
        self.patient = True  # conflicts are left for later while anything else changes
        turn = cx.frame.live.turn.get(id(stmt))
        self.made = frozenset() if turn is None else self.live - turn  # what every turn binds before anything reads it

    def fixpoint(self) -> Rolled:
        cx = self.cx
        for name in sorted(
            assigned(self.stmt.body) | (assigned([self.stmt.target]) if isinstance(self.stmt, ast.For) else set())
        ):
            if name in self.live:
                nothing_added.settle_name(cx, self.stmt, name)
                self.slots[(cx.frame.id, name)] = start(self._before((cx.frame.id, name)))
        self._warm_start()
        lost: list[Problem] = []  # of rounds that spoilt a carried name: later ones have nothing to report about it
        deeper, depth = 0, 1
        for _ in range(_MAX_ROUNDS):
            place, begun = mark(cx), Cell("array").serial
            if self._round():
                here = {(p.code, p.loc) for p in cx.problems[place.problems :]}
                cx.problems += [p for p in lost if (p.code, p.loc) not in here]
                self._remember()
                return self
            known = {(p.code, p.loc) for p in lost}
            if any(map(_spoilt, self.slots.values())):
                lost += [p for p in cx.problems[place.problems :] if (p.code, p.loc) not in known]
            go_back(cx, place)
            cx.instances.note_undone(begun)
            found = max(map(_nested, self.slots.values()), default=0)
            deeper, depth = deeper + 1 if found > depth else 0, found
            if deeper == _DEEPER:
                break
        what, grows = "what the loop changes", "it holds one more of its kind after each turn"
        problem = cx.make_problem("SD604", self.stmt, name=what, types=grows, rewrite=_IN_A_LIST)
        raise CannotRoll(self.loop.id, problem, "the loop", "has no fixpoint")

    def _before(self, key: Any) -> Any:
        held = self.cx.store.get(key)
        found = self._spread(held)
        if found is not held:
            self.cx.store.set(key, found)
        return self._absent(key) if found is MISSING or found is DEAD else found

    def _absent(self, key: Any) -> Any:
        """What stands for a name without a value; some are only read where a turn has made them, as a result is."""
        if not isinstance(key, tuple) or key[0] in MARKS:
            return MISSING
        return BOTTOM if key[1] == RESULT or (key[0] == self.cx.frame.id and key[1] in self.made) else UNBOUND

    def _warm_start(self) -> None:
        """Begin from the scalar types that the last visit on this call path ended with."""
        for name, slot in self.cx.headers.get(self.key, {}).items():
            key = (self.cx.frame.id, name)
            if key in self.slots:
                try:
                    before = self.slots[key].same
                    made = (
                        widen(self.cx, Slot(slot.kind, slot.type, none=slot.none), before, None, before, key)
                        if before is not UNBOUND
                        else slot
                    )
                except Misfit:
                    continue
                self.slots[key] = made

    def _remember(self) -> None:
        self.cx.headers[self.key] = {
            key[1]: slot
            for key, slot in self.slots.items()
            if isinstance(key, tuple) and key[0] == self.cx.frame.id and slot.kind in ("scalar", "opt")
        }

    # --- one attempt

    def _round(self) -> bool:
        """Lower the body with the present header; whether the header holds."""
        from symdiff.frontend.python.statements import run_block

        cx = self.cx
        self.loop.leant = False
        before = {key: self._before(key) for key in self.slots}
        seen: set[Any] = set()
        self.before = [v for key, slot in self.slots.items() for v in contribute(cx, slot, before[key], seen)]
        carry = Carry(cx, self.loop.id, self.pairs)
        self.plans = {key: carry.plan(slot, self._hint(key)) for key, slot in self.slots.items()}
        self.carry = carry
        cx.carried.update((cell, self.key) for cell, _ in carry.created)
        outer, self.scope = cx.scope, Scope(cx.scope, cx.homes)
        cx.scope = self.scope
        self.params = [self.scope.param(Value(t, h)) for t, h in zip(carry.types, carry.hints, strict=True)]
        cx.store.begin()
        header = self._install(self.params)
        self.prepare()
        cx.store.begin()
        self.index = self.enter(self.scope)
        run_block(cx, self.stmt.body, self.live)
        stable = self._end(before, header)
        cx.store.end() if len(cx.store.logs) else None
        cx.scope = outer
        return stable

    def prepare(self) -> None:
        """What is evaluated at the header, before a turn: the condition of a `while`."""

    def _hint(self, key: Any) -> str:
        name = key.name if isinstance(key, Cell) else str(key[1])
        return "" if name.startswith("$") else name

    def _install(self, values: Sequence[Value]) -> dict[Any, Any]:
        self.carry.settle(values)
        header = {key: plan(values) for key, plan in self.plans.items()}
        for key, val in header.items():
            self.cx.store.set(key, MISSING if val is UNBOUND else val)
        self.carry.choose(values)
        return header

    def _end(self, before: dict[Any, Any], header: dict[Any, Any]) -> bool:
        """Compare what the turn left with the header; emit what the body hands on."""
        cx = self.cx
        cx.turn_depth = len(cx.store.logs) - 2
        around = self.scope.parent
        cx.numbering = (self.serial, around) if self.key in cx.session.numbered and around is not None else None
        state = without(cx, self.stmt, exit_of(cx), CONTINUE)
        cx.set_name(cx.frame, EXIT, state)
        after = {key: self._after(key) for key in self.slots}
        for key, val in after.items():
            if val is DEAD:  # nothing reads it behind a turn that ends here
                after[key] = header[key]
        new = self._found(header)
        slots = {}
        for key, slot in self.slots.items():
            slots[key] = self._widened(key, slot, before[key], header[key], after[key])
        for key in new:
            slots[key] = self._widened(key, start(self._base(key)), self._base(key), None, self._after(key))
        waits = self.patient and self._put_off(slots)
        inside = [
            found
            for key, slot in slots.items()
            for found in slots_of(cx, slot, self._base_of(key, before), after.get(key, self._after(key)))
        ]
        carried = [found for found in inside if may_be_kin(found[0])]
        together.number(cx, (found for found in inside if may_be_none(found[0])))
        where = cx.loc(self.stmt)
        pairs = regroup(cx, carried, self.serial, where)
        kinship.relate(cx, carried, self.serial)
        for cell in listed(cx, carried):
            if cell.serial < self.serial and not isinstance(cx.store.get(("held", cell)), Loc):
                slots[("held", cell)] = start(where)
        stable = (
            slots.keys() == self.slots.keys()
            and pairs == self.pairs
            and all(slots[k].signature() == s.signature() for k, s in self.slots.items())
        )
        if stable and waits:  # nothing is to come
            stable = self.patient = False
        if stable and self.loop.leant:  # every branch must be taken, or be refused, in the last round
            stable = self.loop.lenient = False
        if stable:
            self._hand_on(after, state)
        self.slots, self.pairs = slots, pairs
        cx.store.end()
        return stable

    def _put_off(self, slots: dict[Any, Slot]) -> bool:
        """Leave a conflict for later while other slots change: `words.append(line)` of a line known to be empty yet.

        Whether there is one.
        """
        old = self.slots
        clash = [key for key, slot in slots.items() if _clashes(slot) and not (key in old and _clashes(old[key]))]
        rest = [key for key in slots if key not in clash]
        if not clash or not any(key not in old or slots[key].signature() != old[key].signature() for key in rest):
            return False
        for key in clash:
            slots.pop(key)
            if key in old:
                slots[key] = old[key]
        return True

    def _after(self, key: Any) -> Any:
        found = self.cx.store.get(key)
        return self._absent(key) if found is MISSING else found

    def _base(self, key: Any) -> Any:
        """What a key held before the loop (it is not in the header yet, so the journals have it)."""
        for log in self.cx.store.logs[-1:]:
            if key in log:
                found = self._spread(log[key])
                return self._absent(key) if found is MISSING or found is DEAD else found
        return self._before(key)

    def _spread(self, found: Any) -> Any:
        """What a key holds, with known tuples by their parts where a turn replaces one by another."""
        return captured.spread_inside(self.cx, found) if (self.key, _SPREAD) in self.cx.session.searched else found

    def _base_of(self, key: Any, before: dict[Any, Any]) -> Any:
        return before[key] if key in before else self._base(key)

    def _found(self, header: dict[Any, Any]) -> list[Any]:
        """Keys that the turn changed and the header does not have yet."""
        found = []
        key: Any
        for key, old in self.cx.store.logs[-1].items():
            if key in header or self.cx.store.get(key) is old or self.cx.store.get(key) is DEAD:
                continue
            if isinstance(key, Cell):
                if key.serial >= self.serial:
                    continue
                if old is MISSING:  # nothing would be carried: each turn would begin with it anew
                    self.cx.refuse("SD902", self.stmt, stage="lowering", message="memory without a content")
                found.append(key)
            elif key[0] in MARKS:
                if key[1].serial < self.serial:
                    found.append(key)
            elif self._carries(key, old):
                found.append(key)
        return found

    def _carries(self, key: tuple[int, str], old: Any) -> bool:
        """Whether a turn hands a name on: one that is live, or that an inner function binds further out.

        The call that the name is of may be over, `count = counter()`; one that a turn began had no value before it.
        """
        frame, name = key
        if frame == self.cx.frame.id:
            return name == RESULT or (name in self.live and name != EXIT)
        return old is not MISSING or self.cx.running(frame)

    def _widened(self, key: Any, slot: Slot, before: Any, header: Any, after: Any) -> Slot:
        cx = self.cx
        if isinstance(key, tuple) and key[0] in ("lodged", "frozen"):
            return slot if slot.same is after else start(None if key[0] == "lodged" else MISSING)
        if isinstance(key, tuple) and key[0] == "held":
            found = memory.join_held(slot.same, after)
            return slot if slot.same is found else start(found)
        if isinstance(key, tuple) and key[0] in MARKS:
            return slot if slot.same is not MISSING else start(after)
        if isinstance(before, Conflict) or isinstance(after, Conflict):
            return start(after if isinstance(after, Conflict) else before)
        try:
            return widen(cx, slot, before, header, after, (self.key, self._hint(key)))
        except Misfit as misfit:
            unlike.note(cx, key, before, after)
            if (self.key, _SPREAD) not in cx.session.searched and captured.spread_inside(cx, before) is not before:
                cx.session.searched.add((self.key, _SPREAD))
                raise Restart from None
            if (self._of_inner(key) or isinstance(after, Node)) and (before is UNBOUND or before is MISSING):
                # it is bound anew before an inner function reads it; of a node, it is an error to read it
                known = isinstance(slot.same, Conflict)
                return slot if known else start(Conflict("unbound", misfit.after))
            name = f"`{self._hint(key) or 'a value'}`"
            fields = (
                {"before": misfit.before, "after": misfit.after}
                if misfit.code == "SD304"
                else {"reason": f"is {misfit.after} after a turn"}
            )
            rewrite = misfit.rewrite or unlike.one_class(before, after)
            fields |= {"rewrite": rewrite} if rewrite else {}
            problem = cx.make_problem(misfit.code, self.stmt, (), name=name, **fields)
            raise CannotRoll(
                self.loop.id, problem, name, f"is {misfit.before} before the loop and {misfit.after} after a turn"
            ) from None

    def _of_inner(self, key: Any) -> bool:
        """Whether a name is taken to be live because an inner function, called who knows where, has it."""
        return isinstance(key, tuple) and key[0] == self.cx.frame.id and key[1] in self.cx.frame.live.always

    def _hand_on(self, after: dict[Any, Any], state: Exit) -> None:
        cx = self.cx
        self.outs: list[Value] = []
        self.leaving = tuple(c for c in state.codes if c in (BREAK, RETURN))
        if self.leaving:
            self.outs.append(cx.scope.const(state.codes[0]) if state.value is None else cx.scope.use(state.value))
        seen: set[Any] = set()
        for key, slot in self.slots.items():
            self.outs += [cx.scope.use(v) for v in contribute(cx, slot, after[key], seen)]

    # --- after the loop

    def finish(self, outs: Sequence[Value]) -> None:
        cx = self.cx
        cx.scope.effects += self.scope.effects
        skip = 1 if self.leaving else 0
        values = outs[skip : skip + len(self.params)]
        for value, hint in zip(values, self.carry.hints, strict=True):
            value.hint = value.hint or hint
        self._install(values)
        if self.leaving and (RETURN in self.leaving or self.stmt.orelse):
            set_exit(cx, Exit(tuple(sorted({ON, *self.leaving})), outs[0]))


class RolledWhile(Rolled):
    """Evaluates the condition in a region of its own, at the header."""

    def prepare(self) -> None:
        cx, stmt = self.cx, self.stmt
        assert isinstance(stmt, ast.While)
        outer, self.test_scope = cx.scope, Scope(cx.scope.parent, cx.homes)
        cx.scope = self.test_scope
        self.test_params = [self.test_scope.param(Value(v.type, v.hint)) for v in self.params]
        cx.store.begin()
        self._install(self.test_params)
        cx.store.begin()
        bound = cx.counters["bound"]
        test = condition(cx, stmt.test)
        self.scope.facts = self._of_params(alternatives.learned(cx, test)[0])
        if test is not POISON:
            test = operators.convert(cx, stmt.test, test, types.Kind.PYTHON, "b1")
            self.pred = cx.scope.use(cx.value(test))
        self.known = isinstance(test, Known)
        changed = [k for k in cx.store.end() if isinstance(k, Cell) and cx.store.get(k) is not MISSING]
        bound = cx.counters["bound"] - bound
        cx.store.end()
        if self.test_scope.effects or changed or bound:
            if not stmt.orelse:
                cx.session.effects.add(id(stmt.test))
                raise Restart
            cx.refuse("SD299", stmt.test, construct="a `while … else` condition with effects")
        cx.scope = outer
        self._install(self.params)
        self.poisoned = test is POISON

    def _of_params(self, facts: Facts) -> Facts:
        """What the condition says of the carried values, as the body knows them."""
        own = dict(zip(self.test_params, self.params, strict=True))
        return {own.get(v, v): allowed for v, allowed in facts.items()}
