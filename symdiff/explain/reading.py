"""From a program to stages: a walk through its blocks, outer before inner, in the order in which they run.

Numbers that are not differentiated (`i - 1`, `len(labels)`, `x > y`) are written where they are read, sizes by their
names; every other value is a stage.  A value that a branch or a loop passes on under another name is a stage too,
`z = x`.  What a stage reads is resolved at the end to the stages it may come from (`Edge.when`).
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from symdiff.codegen import expressions
from symdiff.codegen.assignments import statement_text
from symdiff.codegen.folding import is_update
from symdiff.errors import CompileError, Loc, refuse
from symdiff.explain import formulas
from symdiff.explain.exits import Exits, negated
from symdiff.explain.stages import Constant, Group
from symdiff.explain.variables import Variables, is_second_name
from symdiff.ir import types
from symdiff.ir.core import RULES, Block, Function, Op, Program, Value, walk
from symdiff.ir.effects import DERIVED
from symdiff.ir.loops import loop
from symdiff.ir.types import AVal, Kind

Groups = tuple[Group, ...]
Steps = Iterator["Steps"]
_LONGEST_INSIDE = 40  # nodes of a text that is written where it is read


@dataclass(frozen=True, slots=True)
class Border:
    """What becomes result `position` of a region's block; of a loop with `start`, what a carry is before it."""

    block: Block
    position: int
    start: bool = False


@dataclass(slots=True)
class Draft:
    """A stage before its edges are resolved; `origin` is what it stands for: a value, or what passes a border."""

    origin: Value | Border
    type: types.Type
    key: str
    name: str
    op: Op | None
    formula: str
    tree: ast.expr | None
    group: Groups
    reads: Sequence[tuple[int, Value]] = ()  # operand number, value
    statement: ast.stmt | None = None  # of an update
    operands: Sequence[ast.expr] = ()


@dataclass(slots=True)
class Reading:
    """All stages of a program, and where values that are not stages come from."""

    drafts: list[Draft] = field(default_factory=list)
    arguments: list[Draft] = field(default_factory=list)
    comes_from: dict[Value, list[tuple[Value, str]]] = field(default_factory=dict)
    by_value: dict[Value, Draft] = field(default_factory=dict)
    calls: dict[Value, list[Value]] = field(default_factory=dict)  # parameters of functions: what they are given
    ends: dict[str, tuple[Value, ...]] = field(default_factory=dict)  # the results of functions
    trees: dict[Value, ast.expr] = field(default_factory=dict)  # how each value is written
    constants: list[Constant] = field(default_factory=list)
    regions: dict[str, Block] = field(default_factory=dict)  # what each group encloses, by its key
    tests: dict[str, Value] = field(default_factory=dict)  # the conditions of arms and `while` loops, by group key

    def text(self, value: Value) -> str:
        """A value where it is read: its name, or what is written in its place."""
        return formulas.text(self.tree(value))

    def tree(self, value: Value) -> ast.expr:
        found = self.trees.get(value)
        if found is None:
            found = formulas.constant(value) if value.const is not None else expressions.name(value.hint or "…")
        return found

    def sources(self, value: Value) -> list[tuple[Draft, str]]:
        """The stages that a value may come from, each with when."""
        found: dict[str, tuple[Draft, str]] = {}
        seen: set[Value] = set()
        stack = [(value, "")]
        while stack:
            v, when = stack.pop()
            if v in seen:
                continue
            seen.add(v)
            draft = self.by_value.get(v)
            if draft is not None:
                found.setdefault(draft.key, (draft, when))
                continue
            before = reversed(self.comes_from.get(v, ()))
            stack.extend((other, " and ".join(w for w in (when, more) if w)) for other, more in before)
        return list(found.values())


def read(program: Program, name: str, arguments: Sequence[str], names: Collection[str] = ()) -> Reading:
    """The stages of the entry function, called `name` with arguments written so, then of the functions it calls.

    `names` are those that the user wrote.
    """
    reader = _Reader(program, name, names)
    reader.run(arguments)
    return reader.found


class _Reader:
    def __init__(self, program: Program, name: str, names: Collection[str]) -> None:
        self.program, self.name = program, name
        self.exits = Exits(names)
        self.found = Reading()
        self.trees, self.tree = self.found.trees, self.found.tree
        self.counts: dict[str, int] = {}  # how many variables have a name
        self.variables = Variables(program.main.body, self.counts)
        self.depth = 0  # of the calls around the function that is being read
        self.keys: Counter[str] = Counter()
        self.numbers: dict[Op, int] = {}  # of operations with regions
        self.nothing: set[Value] = set()
        self.inline = False  # in the condition of a `while`: nothing is a stage
        self.waiting = [program.entry]

    def run(self, arguments: Sequence[str]) -> None:
        for name in self.waiting:  # grows
            function = self.program.functions[name]
            entry = name == self.program.entry
            if not entry:
                self.variables = Variables(function.body, self.counts)
            place = None if entry else self.outermost(name)
            self.depth = 0 if place is None else len(place.calls)
            shown = ", ".join(self.variables.name(v) or v.hint for v in function.body.params)
            group = () if entry else (Group("function", f"{self.called(name)}({shown}):", f"function {name}"),)
            self.found.regions[f"function {name}"] = function.body
            self.parameters(function, group, arguments if entry else [v.hint for v in function.body.params])
            self.walk(function.body, group)
            self.found.ends[name] = function.body.outs
        self.name_lone_arms()
        for v, given in self.found.calls.items():
            self.found.by_value[v].reads = [(0, value) for value in given]

    def name_lone_arms(self) -> None:
        """An `else` says when it is taken where nothing is computed in the `if`."""
        drafts = [*self.found.arguments, *self.found.drafts]
        keys = {g.key for d in drafts for g in d.group}
        texts = {
            g.key: f"if {formulas.text(negated(g.test))}:"
            for d in drafts
            for g in d.group
            if g.kind == "else" and g.test is not None and g.key.replace("else", "if") not in keys
        }
        for d in drafts:
            d.group = tuple(replace(g, text=texts.get(g.key, g.text)) for g in d.group)

    def parameters(self, function: Function, group: Groups, written: Sequence[str]) -> None:
        for v, text in zip(function.body.params, written, strict=True):
            draft = self.draft(v, v, None, text, None, group)
            self.trees[v] = expressions.name(draft.name)

    def draft(
        self, value: Value, named: Value, op: Op | None, formula: str, tree: ast.expr | None, group: Groups
    ) -> Draft:
        """A stage for a value, called as `named` is."""
        name = self.variables.name(named) or "t"
        self.keys[name] += 1
        key = name if self.keys[name] == 1 else f"{name}#{self.keys[name]}"
        made = Draft(value, value.type, key, name, op, formula, tree, group)
        self.found.by_value[value] = made
        (self.found.drafts if op is not None or group else self.found.arguments).append(made)
        self.trees[value] = expressions.name(name)
        return made

    def walk(self, body: Block, group: Groups) -> None:
        """Run the steps of a body; regions go on an explicit stack."""
        stack = [self.block(body, group)]
        while stack:
            region = next(stack[-1], None)
            if region is None:
                stack.pop()
            else:
                stack.append(region)

    def block(self, block: Block, group: Groups) -> Steps:
        for op in block.ops:
            inside = self.within(op, group)
            if op.prim.name == "cond":
                yield self.cond(op, inside)
            elif op.prim.name in ("for", "while"):
                yield self.loop(op, inside)
            elif any(rule in op.params for rule in RULES):
                called = f"`{op.params['function'].lstrip('_')}`"
                raise CompileError([refuse("SD746", op.loc, name=called)])
            elif op.prim.name == "call":
                self.call(op, inside)
            else:
                self.operation(op, inside)

    def within(self, op: Op, group: Groups) -> Groups:
        """The group of an operation: that of its block, and the calls of helpers that it stands in."""
        if op.loc is None:
            return group
        known = [g.key for g in group if g.kind == "call"]
        made = [Group("call", f"in {name}:", f"call {k}") for name, k in op.loc.calls[self.depth + len(known) :]]
        if op.loc.function.startswith(DERIVED) and not any(key.endswith(DERIVED) for key in known):
            last = made.pop().key if made else group[-1].key if group else "call"
            made.append(Group("call", f"in {op.loc.function}:", f"{last} {DERIVED}"))
        return (*group, *made)

    def group(self, kind: str, text: str, op: Op, block: Block, **facts: Any) -> Group:
        """A group for a region of an operation; the arms of one branch have one number."""
        key = f"{kind} {self.numbers.setdefault(op, len(self.numbers) + 1)}"
        self.found.regions[key] = block
        return Group(kind, text, key, **facts)

    # --- straight lines

    def operation(self, op: Op, group: Groups) -> None:
        if not op.outs:
            return
        if op.prim.numpy is None or is_second_name(op):  # of a record counts what is inside
            self.passed(op)
            return
        if op.prim.name == "zeros" and isinstance(op.out.type, AVal) and op.out.type.kind is not Kind.ARRAY:
            self.nothing.add(op.out)  # what a name is where no path that reads it comes from
            return
        if op.prim.name == "seq_empty" and not types.is_set(op.out.type):
            self.trees[op.out] = ast.List([])
            return
        if op.prim.name == "seq_append" and isinstance(self.tree(op.ins[0]), ast.List):
            display = ast.List([self.tree(op.ins[1])])
            made = self.draft(op.out, op.out, op, formulas.text(display), display, group)
            made.reads, made.operands = differentiable(op)[1:], self.operands(op)
            return
        if is_update(op) and not self.inline:
            statement = formulas.statement(op, self.operands(op), self.variables.name(op.out))
            made = self.draft(op.out, op.out, op, formulas.plain(statement_text(statement)), None, group)
            made.statement, made.reads, made.operands = statement, differentiable(op), self.operands(op)
            return
        tree = self.exits.written(op)
        if tree is None:
            tree = formulas.constant(op.out) if op.prim.name == "const" else formulas.expression(op, self.operands(op))
        if self.inline or is_written_inside(op, tree):
            for v in op.outs:
                self.trees[v] = tree
            if differentiable(op) and "places" in op.prim.info:
                self.constant(tree, op, op.out)
            return
        for v in op.outs:
            made = self.draft(v, v, op, formulas.text(tree), tree, group)
            made.reads, made.operands = differentiable(op), self.operands(op)

    def constant(self, tree: ast.expr, op: Op, value: Value) -> None:
        position = op.loc.relative if op.loc is not None else ""
        self.found.constants.append(Constant(formulas.text(tree), op.prim.name, position, op, value))

    def passed(self, op: Op) -> None:
        sources = [v for v in op.ins if types.cotangent(v.type) is not None]
        for v in op.outs:
            self.found.comes_from[v] = [(source, "") for source in sources]
            self.trees[v] = self.trees[op.ins[0]] if op.ins else expressions.name(v.hint or "()")

    def operands(self, op: Op) -> list[ast.expr]:
        return [self.tree(v) for v in op.ins]

    # --- regions

    def alias(self, inside: Value, outside: Value) -> None:
        """A parameter of a region that is the value outside."""
        self.trees[inside] = self.tree(outside)
        self.found.comes_from[inside] = [(outside, "")]
        self.exits.passed(inside, outside)

    def passed_on(self, op: Op, border: Border, out: Value, end: Value, group: Groups) -> Value:
        """What becomes `out` at a region's border: `end`, or a stage `out = end` where that is called otherwise."""
        named = self.first_name(end)
        one_name = self.variables.root(out) is self.variables.root(named) and end.const is None
        if one_name or types.cotangent(out.type) is None or not out.hint or named in self.nothing:
            return end
        here = Value(out.type, out.hint)
        tree = self.tree(end)
        made = self.draft(here, out, op, formulas.text(tree), tree, group)
        made.origin, made.reads = border, [(0, end)]
        return here

    def first_name(self, value: Value) -> Value:
        """The value outside that a parameter of a region is, where that has the name."""
        while not value.hint and [when for _, when in self.found.comes_from.get(value, ())] == [""]:
            value = self.found.comes_from[value][0][0]
        return value

    def cond(self, op: Op, group: Groups) -> Steps:
        condition = formulas.text(self.tree(op.ins[0]))
        ends: list[list[ast.expr]] = []
        for number, (kind, text) in enumerate((("if", f"if {condition}:"), ("else", "else:"))):
            region = op.regions[number]
            for inside, outside in zip(region.params, op.ins[1:], strict=True):
                self.alias(inside, outside)
            arm = (*group, self.group(kind, text, op, region, test=self.tree(op.ins[0])))
            yield self.block(region, arm)
            for position, (out, end) in enumerate(zip(op.outs, region.outs, strict=True)):
                source = self.passed_on(op, Border(region, position), out, end, arm)
                self.found.comes_from.setdefault(out, []).append((source, text.rstrip(":")))
            ends.append([self.tree(v) for v in region.outs])
            self.found.tests[arm[-1].key] = op.ins[0]
        for out, *both in zip(op.outs, *(region.outs for region in op.regions), strict=True):
            self.exits.chosen(out, self.tree(op.ins[0]), *both)
        for out, then, orelse in zip(op.outs, *ends, strict=True):
            if types.cotangent(out.type) is None:
                tree = formulas.conditional(self.tree(op.ins[0]), then, orelse)
                if getattr(out.type, "dtype", "b1") != "b1":
                    self.constant(tree, op, out)
                named = out.hint in self.exits.names and getattr(out.type, "dtype", "b1") != "b1"
                shown = is_short(tree) and not named
                self.trees[out] = tree if shown else expressions.name(self.variables.name(out) or "…")
            else:
                self.trees[out] = expressions.name(self.variables.name(out) or "…")

    def loop(self, op: Op, group: Groups) -> Steps:
        part = loop(op)
        for inside, outside in zip(part.cap_params, part.caps, strict=True):
            self.alias(inside, outside)
        for v in (*part.index, *part.carry_params):
            self.trees[v] = expressions.name(self.variables.name(v) or "…")
        starts = [
            self.passed_on(op, Border(part.body, number, start=True), inside, start, group)
            for number, (inside, start) in enumerate(zip(part.carry_params, part.carry, strict=True))
        ]
        if op.prim.name == "for":
            body = (*group, self.for_group(op))
        else:
            before = op.regions[0]
            for inside, outside in zip(before.params, (*part.carry_params, *part.cap_params), strict=True):
                self.alias(inside, outside)
            self.inline = True
            yield self.block(before, group)
            self.inline = False
            body = (*group, self.while_group(op))
            self.found.tests[body[-1].key] = before.outs[0]
        for x, xs in zip(part.x_params, part.xs, strict=True):
            tree = ast.Subscript(self.tree(xs), self.tree(part.index[0]), ast.Load())
            self.draft(x, x, op, formulas.text(tree), tree, body).reads = [(op.ins.index(xs), xs)]
        yield self.block(part.body, body)
        for number, (start, inside, end, out) in enumerate(
            zip(starts, part.carry_params, part.carry_ends, part.carry_outs, strict=True)
        ):
            source = self.passed_on(op, Border(part.body, len(part.exit) + number), out, end, body)
            self.found.comes_from[inside] = [(source, "turn before"), (start, "first turn")]
            self.found.comes_from[out] = [(source, "last turn")]
            self.trees[out] = expressions.name(self.variables.name(out) or "…")
        self.exits.left(part.exit_outs, part.exit)
        for end, out in zip(part.y_ends, part.ys, strict=True):
            self.found.comes_from[out] = [(end, "every turn")]

    def for_group(self, op: Op) -> Group:
        lo, hi, step = (self.tree(v) for v in op.ins[:3])
        shown = [lo, hi, step]
        if ast.unparse(step) == "1":
            shown = shown[:2] if ast.unparse(lo) != "0" else [hi]
        index = formulas.text(self.tree(op.regions[0].params[0]))
        text, early = f"for {index} in range({', '.join(map(formulas.text, shown))}):", bool(loop(op).exit)
        return self.group("for", text, op, op.regions[0], index=index, bounds=(lo, hi, step), ends_early=early)

    def while_group(self, op: Op) -> Group:
        test = formulas.without_bool(self.tree(op.regions[0].outs[0]))
        return self.group("while", f"while {formulas.text(test)}:", op, op.regions[1], index="turn", test=test)

    def call(self, op: Op, group: Groups) -> None:
        name = op.params["function"]
        tree = ast.Call(expressions.name(self.called(name)), [self.tree(v) for v in op.ins], [])
        for v, end in zip(op.outs, self.program.functions[name].body.outs, strict=True):
            self.draft(v, v, op, formulas.text(tree), tree, group).reads = [
                (0, end),
                *((k + 1, x) for k, x in differentiable(op)),
            ]
        for v, argument in zip(self.program.functions[name].body.params, op.ins, strict=True):
            self.found.calls.setdefault(v, []).append(argument)
        if name not in self.waiting:
            self.waiting.append(name)

    def called(self, name: str) -> str:
        """What the user calls a function of the program."""
        place = self.outermost(name)
        return name if place is None else place.function

    def outermost(self, name: str) -> Loc | None:
        """The place of an operation of a function of the program that stands in no helper of it."""
        places = [op.loc for op in walk(self.program.functions[name].body) if op.loc is not None and op.loc.function]
        return min(places, key=lambda place: len(place.calls), default=None)


def differentiable(op: Op) -> list[tuple[int, Value]]:
    """The operands that may have a derivative, with their numbers."""
    return [(k, v) for k, v in enumerate(op.ins) if types.cotangent(v.type) is not None]


def is_written_inside(op: Op, tree: ast.expr) -> bool:
    """Whether an operation has no line: constants without a name, sizes, and short texts of what has no derivative."""
    if op.prim.name == "const":
        return op.out.hint == "" or types.cotangent(op.out.type) is None
    return op.prim.name == "dim" or (all(types.cotangent(v.type) is None for v in op.outs) and is_short(tree))


def is_short(tree: ast.expr) -> bool:
    return sum(1 for _ in ast.walk(tree)) <= _LONGEST_INSIDE
