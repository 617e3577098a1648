"""The derivation of a lowered function: its stages in the order of the notes, with local derivatives."""

from __future__ import annotations

import ast
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from symdiff.ad.inner import written_out
from symdiff.codegen.comments import derivative_rule
from symdiff.codegen.names import name_stages
from symdiff.errors import CompileError
from symdiff.explain import formulas
from symdiff.explain.crossings import Conditions, Crossing, places
from symdiff.explain.point import entry_values
from symdiff.explain.reading import Border, Draft, read
from symdiff.explain.stages import ARGUMENT, BACK, PARAMETER, Derivation, Edge, Stage, first_form
from symdiff.explain.values import Values
from symdiff.ir import types
from symdiff.ir.core import Family, Op, Program, Value, walk
from symdiff.ir.steps import reached
from symdiff.passes import levels
from symdiff.signature import Lowered, check_has_numbers
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
        if op is not None and op.prim.name == "call":
            return self.number == 0  # from what the function returns; what it is given goes through its parameters
        return op is None or op.prim.family is not Family.CONSTANT

    def is_back(self) -> bool:
        return any(back in self.when for back in BACK)


def _other_call(draft: Draft, number: int, source: Draft) -> str:
    """Of what passes between a function and itself: in which call the reader is, seen from what is read."""
    functions = [d.group[0].key for d in (draft, source) if d.group and d.group[0].kind == "function"]
    if len(functions) < 2 or number or (draft.op is not None and draft.op.prim.name != "call"):
        return ""
    return "inner call" if draft.op is None else "outer call"


def staged(lowered: Lowered) -> Program:
    """The program that -O0 prints: every value named, nothing restructured."""
    named = name_stages(lowered.program, lowered.user_names, [p.name for p in lowered.params])
    program = levels.before(written_out(named.program, 0, levels.before, levels.after), 0)
    packed = next((op for f in program.functions.values() for op in walk(f.body) if op.prim.name in _RECORDS), None)
    if packed is not None:
        raise CompileError.of("SD747", loc=packed.loc, function=lowered.name)
    return program


_RECORDS = frozenset(("alt_pack", "saved_pack"))  # of branches and calls in a derivative that the function takes itself


def derivation(lowered: Lowered, wrt: Sequence[str], at: Mapping[str, Any] | None = None) -> Derivation:
    """The stages of a function, differentiated by the arguments `wrt` names; with `at`, their values there.

    >>> from symdiff.api.signatures import declared_signature
    >>> from symdiff.api.transforms import lower_function
    >>> def f(x, y): return x * y + y
    >>> made = derivation(lower_function(f, declared_signature(f)[0]), ("x",), {"x": 3, "y": 2})
    >>> [(s.name, s.formula, s.value) for s in made.stages]
    [('y0', 'y1 + y', 8.0), ('y1', 'x * y', 6.0)]
    >>> [e.local for e in made["y1"].inputs], made["x"].gradient
    (['∂y1/∂x = y', '∂y1/∂y = x'], 2.0)

    `at` has a value for each argument.  Raises UsageError and CheckError for values that do not fit, and whatever the
    function itself raises at the point.
    """
    check_has_numbers(lowered)
    return _Deriving(lowered, wrt, at).made


class _Deriving:
    """A derivation on its way."""

    def __init__(self, lowered: Lowered, wrt: Sequence[str], at: Mapping[str, Any] | None) -> None:
        self.lowered = lowered
        self.program = program = staged(lowered)
        written = [p.argument + path_text(p.path) for p in lowered.params]
        self.reading = read(program, lowered.name, written, lowered.user_names)
        self.drafts = {d.key: d for d in (*self.reading.arguments, *self.reading.drafts)}
        self.run_at = {d.key: k for k, d in enumerate(self.reading.drafts)}
        chosen = {k for k, p in enumerate(lowered.params) if p.argument in wrt and not p.captured}
        self.wrt = tuple(d.key for k, d in enumerate(self.reading.arguments) if k in chosen and _inexact(d))
        self.uses = {d.key: self.uses_of(d) for d in self.drafts.values()}
        first = next((v for v in program.main.body.outs if types.cotangent(v.type) is not None), None)
        self.results = () if first is None else tuple(d.key for d, _ in self.reading.sources(first))
        self.active = self.active_keys()
        self.values = None if at is None else Values(program, self.reading, entry_values(lowered, at), first)
        self.made = self.derivation()

    def uses_of(self, draft: Draft) -> list[_Use]:
        return [
            _Use(draft, number, source, " and ".join(w for w in (when, _other_call(draft, number, source)) if w))
            for number, value in draft.reads
            for source, when in self.reading.sources(value)
        ]

    def active_keys(self) -> set[str]:
        """What lies on a way from the arguments `wrt` to the first result."""
        readers: dict[str, list[str]] = {}
        for key, uses in self.uses.items():
            for use in uses:
                if use.flows():
                    readers.setdefault(use.source.key, []).append(key)
        inside = [d.key for name, outs in self.reading.ends.items() for v in outs for d, _ in self.reading.sources(v)]
        varied = reached(self.wrt, lambda key: readers.get(key, ()))
        useful = reached(
            (*self.results, *(key for key in inside if self.drafts[key].group)),
            lambda key: [u.source.key for u in self.uses[key] if u.flows()],
        )
        return varied & useful

    # --- the result

    def derivation(self) -> Derivation:
        stages = {d.key: self.stage(d) for d in self.drafts.values()}
        if self.values is not None:
            stages = {key: _without_idle(s, stages) for key, s in stages.items()}
        self.operations = {key: s.operation for key, s in stages.items() if s.operation is not None}
        order, crossings = tuple(self.breadth_first()), self.crossings()
        return Derivation(
            function=self.lowered.name,
            place=f"{self.lowered.file}:{self.lowered.first_line}",
            arguments=tuple(stages[d.key] for d in self.reading.arguments),
            stages=tuple(stages[key] for key in order if key in self.run_at),
            order=order,
            results=self.results,
            wrt=self.wrt,
            has_values=self.values is not None,
            constants=self.constants,
            crossings=crossings,
            deciding=self.deciding,
        )

    def crossings(self) -> dict[str, list[Crossing]]:
        """Where stages, constants and conditions are not smooth."""
        conditions = Conditions(self.program, self.reading.comes_from)
        chosen = {key: op.ins[0] for key, op in self.operations.items() if op.prim.name in ("where", "select")}
        constants = [c for c in self.reading.constants if c.op != "cond" or conditions.is_number(c.value)]
        self.constants = tuple(constants)
        chosen |= {c.formula: c.operation.ins[0] for c in constants if c.op == "cond"}
        asked = {key: conditions.comparisons(test) for key, test in (self.reading.tests | chosen).items()}
        found = {key: [c for op in ops for c in self.crossed(op, "")] for key, ops in asked.items()}
        named = {key: (op, self.drafts[key].name) for key, op in self.operations.items()}
        named |= {c.formula: (c.operation, c.formula) for c in constants}
        deciding = {op for ops in asked.values() for op in ops}
        self.deciding = frozenset(deciding | {op for op, _ in named.values() if conditions.is_only_checked(op)})
        found |= {key: self.crossed(op, name) for key, (op, name) in named.items() if key not in found}
        return {key: list(dict.fromkeys(places)) for key, places in found.items() if places}

    def crossed(self, op: Op, name: str) -> list[Crossing]:
        """The kinks of one operation, whose result has a name."""
        runs = None if self.values is None else self.values.met.get(op, [])
        texts = places(op, [self.reading.text(v) for v in op.ins], name)
        return [Crossing(t, None if runs is None else tuple(run[k] for run in runs)) for k, t in enumerate(texts)]

    def breadth_first(self) -> list[str]:
        """From the results backwards, each key after those that read it in the same turn; then what is never reached.

        So a gradient comes after those that it is computed from.
        """
        reachable = reached(self.results, lambda key: [u.source.key for u in self.uses[key]])
        left: Counter[str] = Counter()
        for key in reachable:
            left.update({u.source.key for u in self.uses[key] if not u.is_back()})
        queue = deque(key for key in self.results if not left[key])
        found: dict[str, None] = {}
        later = iter(sorted(self.drafts, key=lambda key: -self.run_at.get(key, -1)))
        while len(found) < len(self.drafts):
            if not queue:  # round a loop, or read by conditions alone
                queue.append(next(later))
            key = queue.popleft()
            if key in found:
                continue
            found[key] = None
            for source in dict.fromkeys(u.source.key for u in self.uses[key] if not u.is_back()):
                left[source] -= 1
                if left[source] == 0:
                    queue.append(source)
        return list(found)

    def stage(self, draft: Draft) -> Stage:
        loc = draft.op.loc if draft.op is not None else None
        kind = draft.op.prim.name if draft.op is not None else PARAMETER if draft.group else ARGUMENT
        active = draft.key in self.active
        edges = _merged(self.edge(use) for use in self.uses[draft.key])
        made = Stage(
            key=draft.key,
            name=draft.name,
            formula=draft.formula,
            op=kind,
            shape=formulas.type_text(draft.type),
            inputs=edges,
            group=draft.group,
            position=loc.relative if loc is not None else "",
            order=self.run_at.get(draft.key, -1),
            active=active,
            update=draft.statement is not None,
            statement=draft.statement,
            expression=draft.tree,
            operands=tuple(draft.operands),
            operation=draft.op if isinstance(draft.origin, Value) else None,
        )
        return made if self.values is None else self.values.filled(made, draft.origin)

    def edge(self, use: _Use) -> Edge:
        active = use.flows() and {use.draft.key, use.source.key} <= self.active
        local, part = self.local(use)
        return Edge(use.source.key, use.number, local, active, use.when, part, _summed(use))

    def local(self, use: _Use) -> tuple[str, ast.expr | None]:
        """The local derivative of one use, as the comments of generated code have it, and the index it is for."""
        op, draft = use.draft.op, use.draft
        if not use.flows():
            return "", None
        if op is None or op.prim.name == "call":  # what a function is given, what it returns
            return f"∂{draft.name}/∂{use.source.name} = 1", None
        if isinstance(draft.origin, Border) or op.prim.name == "for":
            found = f"∂{draft.name}/∂{use.source.name} = 1"
        else:
            shown = self.shown(op, draft)
            found = _in_old_value(derivative_rule(shown, use.number), draft.name, shown.outs[0].hint)
        part = draft.tree if isinstance(draft.tree, ast.Subscript) else formulas.written_part(draft.statement)
        if part is None or not found.endswith((" = 1", " = 1 outside")):
            return found, None
        joint = " " if found.endswith(" outside") else " at "
        return f"{found}{joint}[{formulas.text(part.slice).removeprefix('(').removesuffix(')')}]", part

    def shown(self, op: Op, draft: Draft) -> Op:
        """The operation on values that are called as in the derivation."""
        names = []
        for v in op.ins:
            constant = v.const is not None and v not in self.reading.by_value
            names.append(Value(v.type, "" if constant else self.reading.text(v), v.const if constant else None))
        name = draft.name + _NEW * (draft.name in (v.hint for v in names))
        return Op(op.prim, tuple(names), tuple(Value(v.type, name) for v in op.outs), op.params, (), op.loc)


_NEW = "ʹ"  # marks the result of `y = y * x` while its rules are written


def _in_old_value(local: str, name: str, marked: str) -> str:
    """The rule of `y = y * x`, where `y` is the value before: of its forms those that need no value after."""
    if marked == name:
        return local
    first, *forms = local.replace(f"d_{marked}", f"d_{name}").split(" = ")
    kept = [form for form in forms if marked not in form]
    head, joint, rule = first.partition(": ")
    if (forms and not kept) or marked in rule:
        return ""
    return " = ".join([head.replace(marked, name) + joint + rule, *kept])


def _merged(edges: Iterable[Edge]) -> tuple[Edge, ...]:
    """The edges of a stage; of x · x there is one, ∂y/∂x = 2·x.  Rules for the cotangent stay apart, as its parts."""
    found: dict[tuple[str, str, int], Edge] = {}
    for edge in edges:
        plain = " = " in edge.local and not edge.is_rule and edge.part is None
        key = (edge.source, edge.when, -1 if plain else edge.operand)
        if key in found:
            first = found[key]
            left = first.local.partition(" = ")[0]
            local = f"{left} = {_added(first.rule, edge.rule)}"
            edge = replace(first, local=local, also=(*first.also, edge.operand))
        found[key] = edge
    return tuple(found.values())


def _added(rule: str, other: str) -> str:
    """The sum of two rules, of each its first form."""
    one, two = map(first_form, (rule, other))
    if one == two == "1":
        return "2"
    if one == two and one.isidentifier():
        return f"2·{one}"
    return f"{one} - {two[1:]}" if two.startswith("-") else f"{one} + {two}"


def _summed(use: _Use) -> tuple[tuple[int, str], ...]:
    """The axes that an elementwise operation repeats its operand along, with their sizes."""
    op = use.draft.op
    if op is None or op.prim.family is not Family.ELEMENTWISE or isinstance(use.draft.origin, Border):
        return ()
    result, source = op.out.type, op.ins[use.number].type
    if not isinstance(result, types.AVal) or not isinstance(source, types.AVal):
        return ()
    padded = (None,) * (result.rank - source.rank) + source.shape
    return tuple((axis, str(d)) for axis, (d, s) in enumerate(zip(result.shape, padded, strict=True)) if s != d)


def _without_idle(stage: Stage, stages: Mapping[str, Stage]) -> Stage:
    """Without the values of local derivatives by what was not computed: an arm that was not taken."""
    idle = [not stages[edge.source].has_run for edge in stage.inputs]
    if not any(idle):
        return stage
    inputs = tuple(replace(e, value=None) if off else e for e, off in zip(stage.inputs, idle, strict=True))
    turns = tuple(
        replace(t, locals=tuple(None if off else x for x, off in zip(t.locals, idle, strict=True))) for t in stage.turns
    )
    return replace(stage, inputs=inputs, turns=turns)


def _inexact(draft: Draft) -> bool:
    return types.cotangent(draft.type) is not None
