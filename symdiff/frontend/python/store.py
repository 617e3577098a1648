"""The state of the evaluator, and the blocks it writes into.

`Store` maps names and cells to what they hold, with a journal: a branch is run between `begin` and `end`, which gives
back what the branch changed and restores the rest, so a join visits only what either side wrote.  `Scope` is a builder
of one region: an operand from an enclosing region becomes a capture.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from symdiff.errors import Loc
from symdiff.ir import dims
from symdiff.ir.build import Builder
from symdiff.ir.core import Block, Prim, Value
from symdiff.ir.dims import Dim
from symdiff.ir.types import AVal

MISSING: Any = type("Missing", (), {"__repr__": lambda self: "missing"})()
Changes = dict[Hashable, Any]
Facts = dict[Value, frozenset[int]]  # which option is meant, by the value that says which: see `alternatives`
NO_FACTS: Facts = {}
MARKS = ("stale", "held", "lodged", "frozen", "spent")  # what is noted of a cell besides its content, by (mark, cell)


class Unseen(AssertionError):
    """A value of a closed region is used outside of it: a defect, unless a problem before it spoilt what is known."""


class Store:
    def __init__(self) -> None:
        self.data: Changes = {}
        self.logs: list[Changes] = []
        self.rewritten = 0  # how often what a cell held has become something else

    def get(self, key: Hashable, default: Any = MISSING) -> Any:
        return self.data.get(key, default)

    def set(self, key: Hashable, value: Any) -> None:
        if self.logs and key not in self.logs[-1]:
            self.logs[-1][key] = self.data.get(key, MISSING)
        self.put(key, value)

    def put(self, key: Hashable, value: Any) -> None:
        """Set without a note in the journal."""
        self.rewritten += not isinstance(key, tuple) and self.data.get(key, value) is not value
        if value is MISSING:
            self.data.pop(key, None)
        else:
            self.data[key] = value

    def begin(self) -> None:
        self.logs.append({})

    def end(self) -> Changes:
        """What was changed since `begin`, undone."""
        before = self.logs.pop()
        changes = {key: self.data.get(key, MISSING) for key in before}
        for key, old in before.items():
            self.put(key, old)
        return {key: new for key, new in changes.items() if new is not before[key]}

    def as_of(self, depth: int, key: Hashable) -> Any:
        """What a key held when the journal number `depth` was begun."""
        for log in self.logs[depth:]:
            if key in log:
                return log[key]
        return self.data.get(key, MISSING)

    def keep(self) -> None:
        """Close the innermost journal and leave its changes standing."""
        before = self.logs.pop()
        if self.logs:
            for key, old in before.items():
                self.logs[-1].setdefault(key, old)

    def apply(self, changes: Changes) -> None:
        for key, value in changes.items():
            self.set(key, value)


class Scope(Builder):
    """One region under construction."""

    def __init__(self, parent: Scope | None, homes: dict[Value, Scope]) -> None:
        super().__init__()
        self.parent = parent
        self.homes = homes
        self.captures: dict[Value, Value] = {}  # value outside -> parameter of this region
        self.copies: dict[Value, Value] = {}  # constant outside -> its copy here
        self.always = parent is None  # whether it runs, exactly once, whenever the function does
        self.facts = NO_FACTS  # what the tests that led here say
        self.present: dict[Value, Any] = {}  # optional values that were read here: what is there
        self.sizes: dict[Dim, None] = {}  # of arrays made here, which may not be negative
        self.effects = 0  # operations with an effect in this region and the regions inside it

    @property
    def place(self) -> Loc | None:
        """Where the operations here or, before the first of them, around it stand."""
        scope: Scope | None = self
        while scope is not None and scope.loc is None:
            scope = scope.parent
        return None if scope is None else scope.loc

    def param(self, value: Value) -> Value:
        self.homes[value] = self
        return value

    def fact(self, value: Value, every: frozenset[int]) -> frozenset[int]:
        """Which options of `every` are possible here."""
        scope: Scope | None = self
        while scope is not None:
            every &= scope.facts.get(value, every)
            scope = scope.parent
        return every

    def read_before(self, value: Value) -> Any:
        """What an optional value was read as, here or around; None where it was not."""
        scope: Scope | None = self
        while scope is not None:
            if value in scope.present:
                return scope.present[value]
            scope = scope.parent
        return None

    def sizes_around(self) -> list[Dim]:
        """Sizes that are not negative, since arrays that have them were made."""
        found = dict[Dim, None]()
        scope: Scope | None = self
        while scope is not None:
            found |= scope.sizes
            scope = scope.parent
        return list(found)

    def use(self, value: Value) -> Value:
        """The value as this region knows it."""
        if self.homes.get(value) is self:
            return value
        found = self.captures.get(value) or self.copies.get(value)
        if found is not None:
            return found
        if value.const is not None:
            assert isinstance(value.type, AVal)
            self.copies[value] = made = self.const(value.const, value.type)
            return made
        if not self.sees(value):
            raise Unseen(f"a value of a closed region is used outside: {value}")
        self.captures[value] = made = self.param(Value(value.type, value.hint))
        return made

    def give_up(self, start: int) -> None:
        """Take back the operations from `start` on: what a view remembers as read by them, it reads again."""
        for op in self.ops[start:]:
            for value in op.outs:
                self.homes.pop(value, None)
        del self.ops[start:]

    def sees(self, value: Value) -> bool:
        home = self.homes.get(value)  # None where an attempt that emitted it was given up
        scope: Scope | None = self
        while scope is not None and scope is not home and value not in scope.captures:
            scope = scope.parent
        return scope is not None

    def emit(
        self, prim: Prim | str, /, *ins: Value, regions: Sequence[Block] = (), hints: Sequence[str] = (), **params: Any
    ) -> tuple[Value, ...]:
        outs = super().emit(prim, *[self.use(v) for v in ins], regions=regions, hints=hints, **params)
        for v in outs:
            self.homes[v] = self
        if self.ops[-1].prim.effect and params.get("name") != "":  # `opt_get` of what is certainly there
            self.effects += 1
        self.sizes |= dict.fromkeys(d for d in params.get("shape", ()) if dims.lower_bound(d) is None)
        return outs


def close(scopes: Sequence[Scope]) -> list[Value]:
    """Give the regions of one operation the same captures, in one order; the values captured."""
    captured: dict[Value, None] = {}
    for scope in scopes:
        captured.update(dict.fromkeys(scope.captures))
    for scope in scopes:
        for value in captured:
            if value not in scope.captures:
                scope.captures[value] = scope.param(Value(value.type, value.hint))
    return list(captured)


def captured_params(scope: Scope, captured: Sequence[Value]) -> list[Value]:
    return [scope.captures[v] for v in captured]
