"""Operations to finished lines: the straight-line part.  `control.py` has branches, loops and calls.

One `Emitter` prints one Python function.  Every value that is not folded into its reader gets an identifier when its
line is printed: its hint, or the variable that it becomes, if no live value has it; else a numbered variant
(`values.py`).  Regions are printed on an explicit stack (`run`), so that depth of nesting costs no recursion.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import replace

from symdiff.codegen import expressions
from symdiff.codegen.assignments import assignment, out_text, reuse_text, statement_text
from symdiff.codegen.blocks import OUTERMOST, Context, Place, Region, Substituted, Tail
from symdiff.codegen.comprehensions import comprehended
from symdiff.codegen.displays import displayed, popped, queued, together
from symdiff.codegen.folding import ADDED, UNPACKS, Folder, Plan, doubled, is_update
from symdiff.codegen.leaving import left_directly
from symdiff.codegen.names import identifier, is_renaming
from symdiff.codegen.values import DUPLICATE, Values
from symdiff.codegen.view import Line
from symdiff.ir import dims, errstate, template
from symdiff.ir.core import Block, Op, Value
from symdiff.ir.dims import Atom, Dim
from symdiff.ir.effects import derived
from symdiff.ir.errstate import Stack
from symdiff.ir.steps import Steps
from symdiff.ir.types import AVal


class Emitter(Values):
    """Prints the body of one function; `lines` is the result."""

    def __init__(self, context: Context, sizes: Mapping[Atom, str], opaque: Set[Atom] = frozenset()) -> None:
        super().__init__(context, sizes)
        self.lines: list[Line] = []
        self.opaque = opaque  # sizes to be named as soon as a value that has them is there
        self.size_lines: dict[Atom, Line] = {}
        self.stacks: Mapping[Op, Stack] = {}  # the `np.errstate` that operations must stand in
        self.under: Stack = ()  # that of the block being printed
        self.put_back: set[Value] = set()  # parts that are where they belong, and are not read otherwise

    # --- lines

    def finished(self) -> list[Line]:
        """The lines, without sizes that turned out not to be needed and what stands behind a `raise`."""
        unused = {id(line) for atom, line in self.size_lines.items() if atom not in self.sizes}
        kept: list[Line] = []
        for k, line in enumerate(self.lines):
            if kept and kept[-1].text.startswith("raise ") and line.depth >= kept[-1].depth:
                continue
            if id(line) not in unused:
                kept.append(line)
            elif (
                kept
                and kept[-1].text.endswith(":")
                and (k + 1 == len(self.lines) or self.lines[k + 1].depth < line.depth)
            ):
                kept.append(Line(line.depth, "pass"))
        return left_directly(comprehended(kept)) if self.context.level > 0 else kept

    def line(self, depth: int, text: str, comment: str = "") -> None:
        self.lines.append(Line(depth, text, comment, origins=tuple(self.origins)))
        self.origins = {}

    def block(self, block: Block, depth: int, tail: Tail, region: Region = OUTERMOST) -> Steps:
        """Print a block: its operations, then what `tail` makes of its results."""
        stored: dict[Value, list[str]] = {}
        for v, name in region.appended:
            stored.setdefault(self.resolve(v), []).append(name)
        plan = self.plan(block, tail, region, stored)
        keyword = "if"
        if region.orelse and self.only_branch(block, plan):
            keyword = "elif"
        elif region.orelse:
            self.line(depth, "else:")
            depth += 1
        stored = merged(stored, self.resolve)  # the block's own second names are known now
        lines = [op for op in block.ops if not self.is_silent(op, plan)]
        printed = {v for op in lines for v in op.outs}
        self.append([v for v in stored if v not in printed], stored, depth)
        self.release(v for v in region.owned if v not in plan.last)
        base, around, opened = depth, self.under, self.under
        for position, op in enumerate(block.ops):
            if self.is_silent(op, plan):
                continue
            opened, depth = self.open(opened, plan.under.get(op, around), base - len(around))
            self.origins = {}
            self.comes_from(op)
            if op.regions or op.prim.name == "call":
                self.under = opened
                final = op.prim.name == "cond" and op is lines[-1] and (tail.jumps or keyword == "elif")
                ending = self.substituted(tail, block, position, stored) if final else None
                yield self.control(Place(op, depth, plan, position, keyword, region.more), ending)
                self.under = around
                if final:
                    return
            else:
                self.operation(op, depth, plan, position)
            self.store(op, stored, depth)
            self.release(plan.dying.get(position, ()))
        tail.finish(self, block.outs, base, region.more)

    def open(self, opened: Stack, wanted: Stack, outermost: int) -> tuple[Stack, int]:
        """Begin the `with` statements that the next line wants beyond those that are open; it, and its depth."""
        for k in range(len(errstate.common(opened, wanted)), len(wanted)):
            self.line(outermost + k, f"with {errstate.text(wanted[k])}:")
        return wanted, outermost + len(wanted)

    def substituted(
        self, tail: Tail, block: Block, position: int, stored: Mapping[Value, Sequence[str]]
    ) -> Substituted:
        """The tail of a block, to be printed by the branches of the `cond` at this position; nothing else follows."""
        op = block.ops[position]
        after = (later for later in block.ops[position + 1 :] if self.aliases.keys().isdisjoint(later.outs))
        read = Counter(self.resolve(v) for later in after for v in later.ins)
        mentioned = [v for v in op.outs for _ in range(read[v])]
        return Substituted.of(tail, op, [self.resolve(v) for v in block.outs], stored, mentioned)

    def plan(self, block: Block, tail: Tail, region: Region, stored: Mapping[Value, Sequence[str]]) -> Plan:
        self.halves.update(v for op in block.ops for v in doubled(op))
        self.nested.update(v for op in block.ops for v in doubled(op) if op not in self.context.reused)
        self.put_back.update(self.lent_only(block))
        context = self.context
        folder = Folder(
            self.resolve, self.nameless, self.may_raise, context.reused, self.stacks, self.under, context.level > 0
        )
        plan = folder.plan(block, tail, region.owned, set(stored))
        self.aliases.update(plan.roots)
        self.pops |= plan.pops
        return plan

    def may_raise(self, op: Op) -> bool:
        """Whether an operation must keep its place among those that may raise: a derivative's repeat what went well."""
        return self.context.may_raise(op) and not derived(op)

    def lent_only(self, block: Block) -> Iterator[Value]:
        """What goes back to where it was lent from, which prints nothing, and nowhere else."""
        idle = [op for op in block.ops if op in self.context.idle]
        if idle:
            readers = Counter(v for op in block.ops for v in op.ins)
            readers.update(block.outs)
            yield from (op.ins[1] for op in idle if readers[op.ins[1]] == 1)

    def only_branch(self, block: Block, plan: Plan) -> bool:
        """Whether a block is one `if` and prints nothing else."""
        return (
            bool(block.ops)
            and block.ops[-1].prim.name == "cond"
            and not self.is_choice(block.ops[-1])
            and plan.under.get(block.ops[-1], self.under) == self.under
            and all(self.is_silent(op, plan) for op in block.ops[:-1])
        )

    def control(self, place: Place, tail: Tail | None) -> Steps:
        raise NotImplementedError

    def is_silent(self, op: Op, plan: Plan) -> bool:
        """Constants, second names and folded operations print no line."""
        if not op.outs:
            return False
        first = op.outs[0]
        if first in plan.folded:
            self.inside[first] = op
            return True
        plain = op.prim.name == "dim" or (op.prim.name == "opt_none" and not first.hint)
        if plain or (op.prim.name == "const" and self.is_inline(first)):
            self.inside[first] = op
            return True
        return first in plan.roots

    def operation(self, op: Op, depth: int, plan: Plan, position: int) -> None:
        comment = self.context.comment(self.what_is_added(op), self)
        dying = plan.dying.get(position, ())
        if op.prim.name == "opt_get" and op.params["name"]:
            return self.bound(op, depth, plan, comment)
        if op.prim.name == "raise_if":
            return self.raising(op, depth, comment)
        if op.prim.name == "bind_dim":
            return self.bind_size(op, depth)
        if op in self.context.idle or (is_renaming(op) and self.handed_over(op.ins[0], dying)):
            self.define(op.out, self.text(op.ins[0]))
            return None
        if is_update(op) or op in self.context.reused:
            return self.update(op, depth, plan, comment, position)
        if op.prim.name == "borrow":
            return self.lend(op, depth, plan, comment, dying)
        unpacks = op.prim.name in UNPACKS
        stays = op.prim.effect or op.prim.info.get("raises")
        if stays and not any(plan.reads(v, position) for v in op.outs):  # nobody reads a result
            tree = self.expression(op)
            return None if isinstance(tree, ast.Name) else self.line(depth, ast.unparse(tree), comment)
        if len(op.outs) == 1 and not unpacks:
            tree = self.expression(op)
            again = op.prim.name == "copy" and op.out.hint == op.ins[0].hint
            self.released(dying, lambda: self.name_for(op.out, plan, DUPLICATE if again else op.prim.name))
            if isinstance(tree, ast.Name) and tree.id == self.names[op.out]:  # it goes on under its name
                return None
            if op.prim.info.get("parts") and "_" not in self.names.values():
                whole = together(self.lines, depth, self.names[op.out], tree, op.prim.info["parts"])
                if whole is not None:
                    comment, origins = comment or whole.comment, (*whole.origins, *self.origins)
                    self.lines[-1] = replace(whole, comment=comment, origins=origins)
                    return None
            return self.line(depth, assignment(self.names[op.out], tree, op.out), comment)
        text = ast.unparse(self.expression(op)) if op.prim.numpy is not None else ""
        self.released(dying, lambda: [self.name_for(v, plan) for v in op.outs])
        names = [self.names[v] for v in op.outs]
        self.line(depth, f"{expressions.targets(names)} = {text}", comment)

    def what_is_added(self, op: Op) -> Op:
        """The operation whose rule a line is about: what `d_x[i] += 2.0 * x` adds, if that has no line of its own."""
        if op.prim.name not in ADDED:
            return op
        inside = self.inside.get(self.resolve(op.ins[ADDED[op.prim.name]]))
        return inside if inside is not None and inside.out.origin is not None and inside.out.hint else op

    def bound(self, op: Op, depth: int, plan: Plan, comment: str) -> None:
        """Python's own error where a variable is read that this path has not bound, or that is None."""
        held, name = self.text(op.ins[0]), op.params["name"]
        if name and self.context.may_raise(op):
            exception, message = "TypeError", f"{name} is None"
            if not op.params.get("none"):
                exception = "UnboundLocalError"
                message = f"cannot access local variable {name!r} where it is not associated with a value"
            self.line(depth, f"if {held} is None:", comment)
            self.line(depth + 1, f"raise {exception}({message!r})")
        if op.out not in plan.roots:
            self.define(op.out, held)

    def raising(self, op: Op, depth: int, comment: str) -> None:
        """The user's exception, under its condition unless that certainly holds."""
        call = self.expression(op)
        assert isinstance(call, ast.Call)
        condition, exception, arguments, *causes = call.args
        assert isinstance(arguments, ast.Tuple)
        if not (isinstance(condition, ast.Constant) and condition.value is True):
            self.line(depth, f"if {ast.unparse(condition)}:", comment)
            depth, comment = depth + 1, ""
        cause = "".join(f" from {ast.unparse(c)}" for c in causes)
        self.line(depth, f"raise {ast.unparse(ast.Call(exception, arguments.elts, []))}{cause}", comment)

    def bind_size(self, op: Op, depth: int) -> None:
        """A size that was saved gets its name."""
        name, text = (
            self.size_names[next(a for a in self.size_names if a.name == op.params["name"])],
            self.text(op.ins[0]),
        )
        if name != text:
            self.line(depth, f"{name} = {text}")

    def update(self, op: Op, depth: int, plan: Plan, comment: str, position: int) -> None:
        """A statement that overwrites an operand, whose name goes over to the result."""
        number = self.context.reused.get(op, op.prim.consumes)
        assert number is not None
        target = self.text(op.ins[number])
        operands = self.operands(op)
        taken_off = op.prim.name in ("seq_rest", "seq_delete")
        place = "popleft" if op.params.get("queue") else self.text(op.ins[1]) if op.ins[1:] else "-1"
        if op in self.pops or (taken_off and popped(self.lines, depth, target, place)):
            self.define(op.out, target)
            return
        if is_update(op):
            self.need_helper(op)
            if op.prim.name == "seq_queue" and queued(self.lines, depth, target):
                self.define(op.out, target)
                return
            more = op.prim.name == "seq_append" and self.context.level > 0
            longer = displayed(self.lines, depth, target, operands[1]) if more else None
            if longer is not None:
                at, line = longer
                self.lines[at] = replace(line, comment=comment, origins=(*line.origins, *self.origins))
                self.define(op.out, target)
                return
            self.line(depth, statement_text(template.statement(op, operands, self.dim)), comment)
            self.define(op.out, target)
            return
        tree = template.expression(op, operands, self.dim)
        named = (
            op.out.hint
            and op.out.hint not in self.context.stages
            and identifier(op.out.hint, self.context.reserved) != target
        )
        if not named:
            self.line(depth, reuse_text(op, tree, target), comment)
            self.define(op.out, target)
            return
        self.released(plan.dying.get(position, ()), lambda: self.name_for(op.out, plan))
        name = self.names[op.out]  # the array goes on under a name of its own
        self.line(
            depth,
            reuse_text(op, tree, target) if name == target else f"{name} = {out_text(op, tree, target)}",
            comment,
        )

    def lend(self, op: Op, depth: int, plan: Plan, comment: str, dying: Sequence[Value]) -> None:
        """`part = x[lo:hi]`, or no line at all; the rest goes under the name of x."""
        whole = self.text(op.ins[0])
        pair = self.expression(op)
        assert isinstance(pair, ast.Tuple)
        self.define(op.outs[1], whole)
        if op.outs[0] in plan.places:
            self.define(op.outs[0], ast.unparse(pair.elts[0]))
            return
        self.released(dying, lambda: self.name_for(op.outs[0], plan))
        self.line(depth, f"{self.names[op.outs[0]]} = {ast.unparse(pair.elts[0])}", comment)

    def append(self, values: Sequence[Value], stored: Mapping[Value, Sequence[str]], depth: int) -> None:
        for v in values:
            for name in stored.get(v, ()):
                self.line(depth, f"{name}.append({self.text(v)})")

    def store(self, op: Op, stored: Mapping[Value, Sequence[str]], depth: int) -> None:
        for v in op.outs:
            self.name_opaque_sizes(v, depth)
        self.append([self.resolve(v) for v in op.outs], stored, depth)

    def name_opaque_sizes(self, value: Value, depth: int) -> None:
        if not self.opaque or value not in self.names or not isinstance(value.type, AVal):
            return
        for axis, d in enumerate(value.type.shape):
            for atom in self.opaque - self.size_names.keys():
                if d == _size(atom):
                    self.size_names[atom] = self.choose([atom.name])
                    self.busy[self.size_names[atom]] += 1
                    self.line(depth, f"{self.size_names[atom]} = {self.names[value]}.shape[{axis}]")
                    self.size_lines[atom] = self.lines[-1]


def merged(stored: Mapping[Value, Sequence[str]], resolve: Callable[[Value], Value]) -> dict[Value, list[str]]:
    found: dict[Value, list[str]] = {}
    for v, names in stored.items():
        found.setdefault(resolve(v), []).extend(names)
    return found


def _size(atom: Atom) -> Dim:
    return dims.var(atom.name) if atom.op == "var" else dims.opaque(atom.name)
