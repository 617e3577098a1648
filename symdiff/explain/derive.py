"""The derivation of a lowered function: its stages in the order of the notes, with local derivatives."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from symdiff.codegen.comments import derivative_rule
from symdiff.codegen.names import name_stages
from symdiff.explain.reading import Draft, read
from symdiff.explain.stages import ARGUMENT, PARAMETER, Derivation, Edge, Stage
from symdiff.ir import types
from symdiff.ir.core import Family, Op, Program, Value
from symdiff.passes import levels
from symdiff.signature import Lowered
from symdiff.trees import path_text


@dataclass(frozen=True, slots=True)
class _Use:
    """A draft of an edge: `draft` reads `source` as operand `number`."""

    draft: Draft
    number: int
    source: Draft
    when: str

    def flows(self) -> bool:
        """Whether a derivative goes this way at all."""
        op = self.draft.op
        return op is None or op.prim.family is not Family.CONSTANT


def staged(lowered: Lowered) -> Program:
    """The program that -O0 prints: every value named, nothing restructured."""
    named = name_stages(lowered.program, lowered.user_names, [p.name for p in lowered.params])
    return levels.before(named.program, 0)


def derivation(lowered: Lowered, wrt: Sequence[str]) -> Derivation:
    """The stages of a function, differentiated by the arguments `wrt` names.

    >>> from symdiff.api.signatures import declared_signature
    >>> from symdiff.api.transforms import lower_function
    >>> def f(x, y): return x * y + y
    >>> made = derivation(lower_function(f, declared_signature(f)[0]), ("x",))
    >>> [(s.name, s.formula) for s in made.stages]
    [('y0', 'y1 + y'), ('y1', 'x * y')]
    >>> [e.local for e in made["y1"].inputs]
    ['∂y1/∂x = y', '∂y1/∂y = x']
    """
    return Deriving(lowered, wrt).made


class Deriving:
    """A derivation on its way; `reading` and `drafts` say which part of the program each stage is."""

    def __init__(self, lowered: Lowered, wrt: Sequence[str]) -> None:
        self.lowered = lowered
        self.program = staged(lowered)
        self.reading = read(self.program, [_written(p.argument, p.path) for p in lowered.params])
        self.drafts = {d.key: d for d in (*self.reading.arguments, *self.reading.drafts)}
        chosen = {k for k, p in enumerate(lowered.params) if p.argument in wrt and not p.captured}
        self.wrt = tuple(d.key for k, d in enumerate(self.reading.arguments) if k in chosen and _inexact(d))
        self.uses = {d.key: self.uses_of(d) for d in self.drafts.values()}
        self.results = self.result_keys()
        self.active = self.active_keys()
        self.made = self.derivation()

    def uses_of(self, draft: Draft) -> list[_Use]:
        return [
            _Use(draft, number, source, when)
            for number, value in draft.reads
            for source, when in self.reading.sources(value)
        ]

    def result_keys(self) -> tuple[str, ...]:
        """The stages that the first result may come from."""
        outs = self.program.main.body.outs
        first = next((v for v in outs if types.cotangent(v.type) is not None), None)
        return () if first is None else tuple(d.key for d, _ in self.reading.sources(first))

    def active_keys(self) -> set[str]:
        """What lies on a way from the arguments `wrt` to the first result."""
        readers: dict[str, list[str]] = {}
        for key, uses in self.uses.items():
            for use in uses:
                if use.flows():
                    readers.setdefault(use.source.key, []).append(key)
        inside = [d.key for name, outs in self.reading.ends.items() for v in outs for d, _ in self.reading.sources(v)]
        varied = _reached(self.wrt, lambda key: readers.get(key, ()))
        useful = _reached(
            (*self.results, *(key for key in inside if self.drafts[key].group)),
            lambda key: [u.source.key for u in self.uses[key] if u.flows()],
        )
        return varied & useful

    # --- the result

    def derivation(self) -> Derivation:
        order = {d.key: k for k, d in enumerate(self.reading.drafts)}
        stages = {key: self.stage(self.drafts[key], k) for key, k in order.items()}
        return Derivation(
            function=self.lowered.name,
            place=f"{self.lowered.file}:{self.lowered.first_line}",
            arguments=tuple(self.stage(d, 0) for d in self.reading.arguments),
            stages=tuple(stages[key] for key in self.breadth_first(order)),
            results=self.results,
            wrt=self.wrt,
        )

    def breadth_first(self, order: dict[str, int]) -> list[str]:
        """The stages from the output backwards; then what only conditions and other results read."""
        found: dict[str, None] = {}
        for seed in (*self.results, *sorted(order, key=lambda key: -order[key])):
            queue = deque([seed])
            while queue:
                key = queue.popleft()
                if key in found or key not in order:
                    continue
                found[key] = None
                queue.extend(u.source.key for u in self.uses[key])
        return list(found)

    def stage(self, draft: Draft, order: int) -> Stage:
        loc = draft.op.loc if draft.op is not None else None
        kind = draft.op.prim.name if draft.op is not None else PARAMETER if draft.group else ARGUMENT
        return Stage(
            key=draft.key,
            name=draft.name,
            formula=draft.formula,
            op=kind,
            shape=str(draft.type),
            inputs=tuple(self.edge(use) for use in self.uses[draft.key]),
            group=draft.group,
            position=loc.relative if loc is not None else "",
            order=order,
            active=draft.key in self.active,
            update=draft.update,
            expression=draft.tree,
        )

    def edge(self, use: _Use) -> Edge:
        active = use.flows() and {use.draft.key, use.source.key} <= self.active
        return Edge(use.source.key, use.number, self.local(use), active, use.when)

    def local(self, use: _Use) -> str:
        """The local derivative of one use, as the comments of generated code have it."""
        op = use.draft.op
        if op is None or not use.flows():
            return ""
        if not isinstance(use.draft.origin, Value) or op.prim.name in ("for", "call"):
            return "" if op.prim.name == "call" else f"∂{use.draft.name}/∂{use.source.name} = 1"
        return derivative_rule(self.shown(op, use.draft), use.number)

    def shown(self, op: Op, draft: Draft) -> Op:
        """The operation on values that are called as in the derivation."""
        names = []
        for v in op.ins:
            constant = v.const is not None and v not in self.reading.by_value
            names.append(Value(v.type, "" if constant else self.reading.text(v), v.const if constant else None))
        return Op(op.prim, tuple(names), (Value(op.out.type, draft.name),), op.params, (), op.loc)


def _written(argument: str, path: Any) -> str:
    return argument + path_text(path)


def _inexact(draft: Draft) -> bool:
    return types.cotangent(draft.type) is not None


def _reached(seeds: Sequence[str], following: Any) -> set[str]:
    found: set[str] = set()
    stack = list(seeds)
    while stack:
        key = stack.pop()
        if key not in found:
            found.add(key)
            stack.extend(following(key))
    return found
