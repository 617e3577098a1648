"""Branches, loops and calls as Python prints them.

A `cond` in tail position prints `if c: return …` and goes on at the same depth; an `else` that is one `if` prints
`elif`.  A loop's carries are variables of one name before, inside and after it.  What a turn saves goes to a list by
`append` as soon as it is there; the reverse loop reads `zip(reversed(a), reversed(b))`.  Operations nested deeper than
`DEEPEST` become functions of their own: Python has limits of 20 nested loops and 99 levels.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import replace

from symdiff.codegen.blocks import Outlined, Place, Region, Tail
from symdiff.codegen.choices import truth
from symdiff.codegen.folding import goes_through_lists, read_by_turns
from symdiff.codegen.names import identifier
from symdiff.codegen.statements import Emitter
from symdiff.codegen.tails import Assign, Condition, NextTurn, Return
from symdiff.codegen.view import Line
from symdiff.ir import dims, template
from symdiff.ir.core import Block, Op, Value
from symdiff.ir.loops import makes_a_turn, unread_carries
from symdiff.ir.steps import Steps
from symdiff.ir.types import AVal, Seq

DEEPEST = 15


class Printer(Emitter):
    """The emitter with control flow."""

    def control(self, place: Place, tail: Tail | None) -> Steps:
        name = place.op.prim.name
        if place.depth > DEEPEST and place.op.regions:
            yield self.outline(place)
            if tail is not None:
                tail.finish(self, place.op.outs, place.depth, place.more)
        elif name == "cond" and tail is None and self.is_choice(place.op):
            self.chosen(place)
        elif name == "cond":
            yield self.cond(place, tail)
        elif name == "call":
            self.call(place)
        else:
            yield self.loop(place)

    # --- branches

    def cond(self, place: Place, tail: Tail | None) -> Steps:
        op, depth = place.op, place.depth
        then, orelse = op.regions
        for region in op.regions:
            self.aliases.update(zip(region.params, op.ins[1:], strict=True))
        header = len(self.lines)
        pred, comment = truth(self.expr(op.ins[0])), self.context.comment(op, self)
        self.line(depth, f"{place.keyword} {ast.unparse(pred)}:", comment)
        names = self.branch_names(place) if tail is None else ()
        ending: Tail = tail if tail is not None else Assign(names)
        taken = {self.resolve(x) for x in op.ins[1:]}
        within = {v for x in taken if x in self.inside and x not in self.names for v in self.read_in(x)}
        owned = frozenset(v for v in place.dying if v in taken - within)
        busy = self.busy.copy()
        if (
            self.resolve(op.ins[0]) in place.dying
            and self.resolve(op.ins[0]) in self.names
            and self.resolve(op.ins[0]) not in owned
        ):
            self.release([self.resolve(op.ins[0])])
        before = self.busy.copy()
        yield self.block(then, depth + 1, ending, Region(owned, more=ending.jumps))
        self.busy = before
        if ending.jumps:
            yield self.block(orelse, depth, ending, Region(owned, more=place.more))
        else:
            yield self.orelse(place, orelse, ending, owned, header, pred)
        self.busy = busy
        for v, name in zip(op.outs, names, strict=False):
            if name:
                self.define(v, name)

    def chosen(self, place: Place) -> None:
        """A branch that is an expression."""
        op = place.op
        tree, comment = self.expression(op), self.context.comment(op, self)
        (name,) = self.branch_names(place)
        if name is not None:
            self.line(place.depth, f"{name} = {ast.unparse(tree)}", comment)
            self.define(op.out, name)

    def orelse(
        self, place: Place, block: Block, ending: Tail, owned: frozenset[Value], header: int, pred: ast.expr
    ) -> Steps:
        """The second branch; an empty branch is not printed."""
        empty = len(self.lines) == header + 1
        start = len(self.lines)
        if empty:
            yield self.block(block, place.depth + 1, ending, Region(owned))
            negated = ast.unparse(_negation(pred))
            self.lines[header] = replace(self.lines[header], text=f"{place.keyword} {negated}:")
            if len(self.lines) == start:
                self.line(place.depth + 1, "pass")
            return
        yield self.block(block, place.depth, ending, Region(owned, orelse=True))
        if len(self.lines) == start + 1 and self.lines[-1].text == "else:":
            self.lines.pop()

    def branch_names(self, place: Place) -> tuple[str | None, ...]:
        """The variables of a cond's results, chosen while those that die here are free."""
        chosen: list[str | None] = []
        gone = [self.names[v] for v in place.dying if v in self.names]
        for name in gone:
            self.busy[name] -= 1
        for v in place.op.outs:
            if not place.reads(v):
                chosen.append(None)
                continue
            chosen.append(
                self.choose(self.wishes(v, place, [r.outs[place.op.outs.index(v)] for r in place.op.regions]))
            )
            self.busy[str(chosen[-1])] += 1
        for name in [*filter(None, chosen)]:
            self.busy[name] -= 1
        for name in gone:
            self.busy[name] += 1
        return tuple(chosen)

    def wishes(self, value: Value, place: Place, twins: Sequence[Value]) -> list[str]:
        """What a result could be called: first as the user called it or its counterparts inside."""
        hints = [value.hint, *(t.hint for t in twins)]
        mine = [h for h in hints if h and h not in self.context.stages]
        return [*mine[:1], place.plan.wanted.get(value, ""), *mine, *hints]

    # --- loops

    def loop(self, place: Place) -> Steps:
        op, depth = place.op, place.depth
        carry = op.params["n_carry"]
        skip = 1 if op.params.get("exit") else 0
        code = self.exit_variable(place) if skip else None
        variables = [self.carry_variable(place, k) for k in range(carry)]
        lists = self.lists(place, skip + carry)
        counter = self.counter(place, skip + carry)
        busy = self.busy.copy()
        body = op.regions[-1]
        appended = tuple((v, name) for v, name in zip(body.outs[skip + carry :], lists, strict=True) if name)
        ending = NextTurn(tuple(variables), bool(skip), code)
        for k in range(carry):  # an operand whose variable goes on is forgotten: the body's parameter has it
            self.forget(self.resolve(op.ins[(3 if op.prim.name == "for" else 0) + k]), variables[k], place)
        if op.prim.name == "for":
            owned = self.for_header(place, variables)
        else:
            owned = set[Value]()
            yield self.while_header(place, variables, owned)
        start = len(self.lines)
        if counter:
            self.line(depth + 1, f"{counter} += 1")
        yield self.block(body, depth + 1, ending, Region(frozenset(owned), appended))
        if len(self.lines) == start:
            self.line(depth + 1, "pass")
        self.busy = busy
        self.after_loop(place, variables, lists, counter)

    def forget(self, value: Value, variable: str | None, place: Place) -> None:
        if value in place.dying and self.names.get(value) == variable:
            self.release([value])

    def exit_variable(self, place: Place) -> str | None:
        out = place.op.outs[0]
        if not place.reads(out):
            return None
        name = self.define(out, self.choose([out.hint if out.hint not in self.context.stages else "", "code"]))
        self.line(place.depth, f"{name} = 0")
        return name

    def carry_variable(self, place: Place, k: int) -> str:
        """The variable of a carry: the operand's own where it dies here and nothing speaks against it."""
        op = place.op
        is_for, skip = op.prim.name == "for", 1 if op.params.get("exit") else 0
        init = self.resolve(op.ins[(3 if is_for else 0) + k])
        out, param = op.outs[skip + k], op.regions[-1].params[(1 if is_for else 0) + k]
        wishes = self.wishes(out, place, [param])
        alone = sum(self.resolve(v) is init for v in op.ins) == 1
        if init in place.dying and init in self.names and alone:
            mine = self.names[init]
            users = [w for w in wishes if w and w not in self.context.stages]
            called = identifier(users[0], self.context.reserved) if users else mine
            if mine == called or re.fullmatch(rf"{re.escape(called)}_\d+", mine):
                self.busy[mine] += 1  # until the loop is over
                return mine
        if init in self.names:
            wishes.append(self.names[init])
        name = self.choose(wishes)
        self.busy[name] += 1
        if self.context.level == 0 or not makes_a_turn(op) or k not in unread_carries(op):
            self.line(place.depth, f"{name} = {self.text(init)}")
        return name

    def lists(self, place: Place, first: int) -> list[str | None]:
        """The lists that turns append to; None for results that nobody reads."""
        names: list[str | None] = []
        body = place.op.regions[-1]
        for v, inside in zip(place.op.outs[first:-1], body.outs[first:], strict=True):
            if not place.reads(v):
                names.append(None)
                continue
            own = v.hint if v.hint and v.hint not in self.context.stages else ""
            names.append(self.define(v, self.choose([own, f"{inside.hint or 'v'}s"])))
            self.line(place.depth, f"{names[-1]} = []")
        return names

    def counter(self, place: Place, first: int) -> str | None:
        """A variable that counts the turns, where neither the range nor a list tells."""
        op = place.op
        if (
            not place.reads(op.outs[-1])
            or (op.prim.name == "for" and not op.params.get("exit"))
            or any(map(place.reads, op.outs[first:-1]))
        ):
            return None
        name = self.define(
            op.outs[-1], self.choose([op.outs[-1].hint if op.outs[-1].hint not in self.context.stages else "", "count"])
        )
        self.line(place.depth, f"{name} = 0")
        return name

    def while_header(self, place: Place, variables: Sequence[str], owned: set[Value]) -> Steps:
        op, depth = place.op, place.depth
        before, after = op.regions
        n = len(variables)
        for region in op.regions:
            self.aliases.update(zip(region.params[n:], op.ins[n:], strict=True))
        for variable in variables:
            self.busy[variable] -= 1
        condition = Condition()
        busy = self.busy.copy()
        for v, variable in zip(before.params, variables, strict=False):
            self.define(v, variable)
        header = len(self.lines)
        comment = self.context.comment(op, self)
        yield self.block(before, depth + 1, condition)
        if len(self.lines) == header:
            self.line(depth, f"while {condition.text}:", comment)
        else:
            self.lines.insert(header, Line(depth, "while True:", comment))
            self.line(
                depth + 1,
                f"if not {condition.text}:" if condition.text.isidentifier() else f"if not ({condition.text}):",
            )
            self.line(depth + 2, "break")
        self.busy = busy
        for v, variable in zip(after.params, variables, strict=False):
            self.define(v, variable)
            owned.add(v)

    def for_header(self, place: Place, variables: Sequence[str]) -> set[Value]:
        op, depth = place.op, place.depth
        body, n, xs = op.regions[0], len(variables), op.params["n_xs"]
        index, elements, rows = body.params[0], body.params[1 + n : 1 + n + xs], op.ins[3 + n : 3 + n + xs]
        self.aliases.update(zip(body.params[1 + n + xs :], op.ins[3 + n + xs :], strict=True))
        comment = self.context.comment(op, self)
        for variable in variables:
            self.busy[variable] -= 1
        for v, variable in zip(body.params[1:], variables, strict=False):
            self.define(v, variable)
        number, read = read_by_turns(op)
        sources = [self.source(op, rows[k]) for k in read]
        targets = [self.define(elements[k], self.choose(self.element(elements[k], rows[k]))) for k in read]
        every = bool(read) and all(self.covers(op, rows[k]) for k in read)
        if number or not (every or goes_through_lists(op)):
            sources.insert(0, self.range_text(op, forward=not number))
            targets.insert(0, self.define(index, self.choose([index.hint, "i", "j", "k"])) if number else "_")
        exact = op.params.get("reverse") or all(isinstance(x.type, Seq) or self.covers(op, x) for x in rows)
        over = sources[0] if len(sources) == 1 else f"zip({', '.join(sources)}{', strict=True' if exact else ''})"
        self.line(depth, f"for {', '.join(targets)} in {over}:", comment)
        return {*body.params[: 1 + n], *(elements[k] for k in read)}

    def element(self, element: Value, source: Value) -> list[str]:
        """What an element may be called: as it was when it went into the list, else after the list."""
        of = self.names.get(self.resolve(source), "")
        base = of.rstrip("_0123456789").removesuffix("s")
        return [element.hint or base.removeprefix("all_") or "x"]

    def covers(self, op: Op, x: Value) -> bool:
        """Whether the loop has one turn for each row of an array."""
        lo, hi, step = map(self.resolve, op.ins[:3])
        if lo.const != 0 or step.const != 1 or not isinstance(x.type, AVal):
            return False
        made = self.inside.get(hi)
        size = hi.const if made is None or made.prim.name != "dim" else made.params["size"]
        return size is not None and dims.equal(size, x.type.shape[0]) is True

    def source(self, op: Op, x: Value) -> str:
        text = self.text(x)
        if not op.params.get("reverse"):
            return text
        if isinstance(x.type, AVal) and not self.covers(op, x):
            text = f"{text}[:len({self.range_text(op, forward=True)})]"
        return f"reversed({text})"

    def range_text(self, op: Op, forward: bool = False) -> str:
        lo, hi, step = (self.expr(v) for v in op.ins[:3])
        plain = isinstance(step, ast.Constant) and step.value == 1
        if plain and isinstance(lo, ast.Constant) and lo.value == 0:
            hi = _without_least(hi)
        if op.params.get("reverse") and not forward:
            if plain and _is_simple(hi):
                return f"range({ast.unparse(_less_one(hi))}, {ast.unparse(_less_one(lo))}, -1)"
            return f"reversed({self.range_text(op, forward=True)})"
        if plain and isinstance(lo, ast.Constant) and lo.value == 0:
            return f"range({ast.unparse(hi)})"
        return (
            f"range({ast.unparse(lo)}, {ast.unparse(hi)})"
            if plain
            else f"range({ast.unparse(lo)}, {ast.unparse(hi)}, {ast.unparse(step)})"
        )

    def after_loop(
        self, place: Place, variables: Sequence[str], lists: Sequence[str | None], counter: str | None
    ) -> None:
        op, depth = place.op, place.depth
        skip = 1 if op.params.get("exit") else 0
        for v, variable in zip(op.outs[skip:], variables, strict=False):
            self.names[v] = variable
            if not place.reads(v):
                self.busy[variable] -= 1
        if op.params.get("reverse"):
            for name in filter(None, lists):
                self.line(depth, f"{name}.reverse()")
        count = op.outs[-1]
        if place.reads(count) and counter is None:
            found = next(filter(None, lists), None) or self.range_text(op, forward=True)
            hint = count.hint if count.hint not in self.context.stages else ""
            name = self.define(count, self.choose([hint, "count"]))
            self.line(depth, f"{name} = len({found})")

    # --- calls

    def call(self, place: Place) -> None:
        op = place.op
        arguments = ", ".join(self.text(v) for v in op.ins)
        name = self.context.calls[op.params["function"]]
        self.receive(place, f"{name}({arguments})", self.context.comment(op, self))

    def receive(self, place: Place, text: str, comment: str) -> None:
        op = place.op
        self.released(place.dying, lambda: [self.name_for(v, place.plan) for v in op.outs])
        names = ", ".join(self.names[v] for v in op.outs)
        if len(op.outs) == 1 and op.outs[0] in self.put_back and self.names[op.outs[0]] in map(self.text, op.ins):
            names = ""  # what was handed over has been written into
        self.line(place.depth, f"{names} = {text}" if names else text, comment)

    def outline(self, place: Place) -> Steps:
        """Print the operation as a function of its own and call it."""
        op = place.op
        inner = Printer(self.context, self.size_names, self.opaque)
        inner.stacks, inner.under = self.stacks, self.under
        arguments, seen = [], {}
        for v in map(self.resolve, op.ins):
            if v not in seen and not self.is_inline(v):
                arguments.append(self.text(v))
                seen[v] = inner.define(v, inner.choose([v.hint, "t"]))
        block = Block(
            tuple(seen),
            (Op(op.prim, tuple(map(self.resolve, op.ins)), op.outs, op.params, op.regions, op.loc),),
            op.outs,
        )
        part = Outlined(f"_part{len(self.context.outlined) + 1}")
        self.context.outlined.append(part)
        yield inner.block(block, 1, Return(), Region(frozenset(seen)))
        sizes = [inner.size_names[a] for a in sorted(inner.sizes, key=lambda a: a.name)]
        self.sizes |= inner.sizes
        part.parameters, part.lines = [*seen.values(), *sizes], inner.finished()
        self.receive(place, f"{part.name}({', '.join([*arguments, *sizes])})", self.context.comment(op, self))


def _negation(pred: ast.expr) -> ast.expr:
    if isinstance(pred, ast.UnaryOp) and isinstance(pred.op, ast.Not):
        return pred.operand
    return template.negated(pred)


def _is_simple(tree: ast.expr) -> bool:
    """Whether one less than a number reads as easily: of `n`, `n + 1`, `x.shape[0]`, `len(s)`."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    operations = [node for node in ast.walk(tree) if isinstance(node, ast.BinOp)]
    known = all(isinstance(node.op, (ast.Add, ast.Sub)) and isinstance(node.right, ast.Constant) for node in operations)
    return len(operations) <= 1 and known and all(ast.unparse(node.func) == "len" for node in calls)


def _without_least(tree: ast.expr) -> ast.expr:
    """n of `max(n, 0)`: a range from 0 to less has no numbers either."""
    if isinstance(tree, ast.Call) and ast.unparse(tree.func) == "max" and len(tree.args) == 2:
        others = [a for a in tree.args if not (isinstance(a, ast.Constant) and a.value == 0)]
        return others[0] if len(others) == 1 else tree
    return tree


def _less_one(tree: ast.expr) -> ast.expr:
    """`tree - 1`, with constants folded."""
    if isinstance(tree, ast.Constant) and isinstance(tree.value, int):
        return ast.Constant(tree.value - 1) if tree.value > 0 else ast.UnaryOp(ast.USub(), ast.Constant(1 - tree.value))
    if isinstance(tree, ast.BinOp) and isinstance(tree.right, ast.Constant) and isinstance(tree.op, (ast.Add, ast.Sub)):
        right = tree.right.value
        if isinstance(right, int):
            change = (right if isinstance(tree.op, ast.Add) else -right) - 1
            if change == 0:
                return tree.left
            return ast.BinOp(tree.left, ast.Add() if change > 0 else ast.Sub(), ast.Constant(abs(change)))
    return ast.BinOp(tree, ast.Sub(), ast.Constant(1))
