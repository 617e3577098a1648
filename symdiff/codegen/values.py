"""What values are called in one printed function, and the expressions that are made of them.

By hand, once: of `t = a * b; y = t + 1`, where nothing else reads the product, `inside` has the product, and the
expression of `y` is `a * b + 1`; where it is read twice, it gets the name `t` in `names`, and `busy` keeps others from
being called so as long as it is read.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set

import numpy as np

from symdiff.codegen import expressions
from symdiff.codegen.blocks import Context
from symdiff.codegen.choices import is_selection, joined, joint, truth
from symdiff.codegen.folding import INDEXED, Plan, is_constant, is_update
from symdiff.codegen.names import CALLED, helpers_in, identifier, is_renaming
from symdiff.ir import template, types
from symdiff.ir.core import Family, Op, Params, Value
from symdiff.ir.dims import Atom, Dim
from symdiff.ir.types import Alt, AVal, Kind, Saved

DUPLICATE = "a copy under the name of what it copies"  # which goes on as another variable, if one is wanted


class Values:
    """The values of one function that is printed; `sizes` are the size variables that it mentions."""

    def __init__(self, context: Context, sizes: Mapping[Atom, str]) -> None:
        self.context = context
        self.size_names = dict(sizes)
        self.sizes: set[Atom] = set()
        self.names: dict[Value, str] = {}
        self.given: dict[Value, str] = {}  # sizes that come out of a record
        self.busy: Counter[str] = Counter(sizes.values())
        self.aliases: dict[Value, Value] = {}
        self.inside: dict[Value, Op] = {}  # folded values, by the operation that computes them
        self.origins: dict[tuple[str, int], None] = {}  # lines of the source that the next line comes from
        self.taken: Set[str] = frozenset()  # names that the user's values have somewhere
        self.halves: set[Value] = set()  # of two equal contributions: d in d_x = 2.0 * d
        self.nested: set[Value] = set()  # those of them that have no line
        self.pops: dict[Op, Op] = {}  # by an element of a list, and by what is left, this: they print as `s.pop()`

    # --- what values are called

    def resolve(self, value: Value) -> Value:
        found = value
        while found in self.aliases:
            found = self.aliases[found]
        while value is not found:  # the next time it is one step: nested branches would make it a long way
            self.aliases[value], value = found, self.aliases[value]
        return found

    def nameless(self, value: Value) -> bool:
        """Whether a value may be printed without a line of its own."""
        own = value.hint and value not in self.nested and not isinstance(value.type, (Alt, Saved))
        return not own or (self.context.level > 0 and value.hint in self.context.stages)

    def choose(self, wishes: Iterable[str]) -> str:
        """The first wish that no live value has; the first with a number where all are taken."""
        found = [identifier(w, self.context.reserved) for w in wishes if w] or ["t"]
        for name in found:
            if not self.busy[name] and name not in self.context.reserved:
                return name
        k = 1
        joint = "_" if found[0] != "t" else ""
        while self.busy[f"{found[0]}{joint}{k}"] or f"{found[0]}{joint}{k}" in self.context.reserved:
            k += 1
        return f"{found[0]}{joint}{k}"

    def define(self, value: Value, name: str) -> str:
        self.names[value] = name
        self.busy[name] += 1
        return name

    def name_for(self, value: Value, plan: Plan, made: str = "") -> str:
        """The name of a new value; `made` is the primitive it comes from."""
        if value in self.given:
            return self.define(value, self.given[value])
        called = "" if value.hint or CALLED.get(made) in self.taken else CALLED.get(made, "")
        wanted = plan.wanted.get(value, "") or called
        own, record = value.hint, not isinstance(value.type, AVal)
        named = own and own not in self.context.stages and not record and not (wanted and made == DUPLICATE)
        return self.define(value, self.choose([own, wanted] if named else [wanted, own]))

    def release(self, values: Iterable[Value]) -> None:
        for v in values:
            name = self.names.get(v)
            if name is not None:
                self.busy[name] -= 1

    def handed_over(self, value: Value, dying: Sequence[Value]) -> bool:
        """Whether a value has a name that nothing else is going to read."""
        value = self.resolve(value)
        return value in dying and value in self.names

    def released(self, dying: Sequence[Value], define: Callable[[], object]) -> None:
        """Define results while the names of operands read for the last time are free."""
        gone = [self.names[v] for v in dying if v in self.names]
        for name in gone:
            self.busy[name] -= 1
        define()
        for name in gone:
            self.busy[name] += 1

    # --- expressions

    def expr(self, value: Value) -> ast.expr:
        value = self.resolve(value)
        if value in self.names:
            return expressions.name(self.names[value])
        if self.is_inline(value):
            return self.constant(value)
        return self.expression(self.inside[value])

    def read_in(self, value: Value) -> Iterator[Value]:
        """What the expression of a value without a name reads by name, wherever it is printed."""
        for operand in map(self.resolve, self.inside[value].ins):
            if operand in self.names or operand not in self.inside:
                yield operand
            else:
                yield from self.read_in(operand)

    def is_inline(self, value: Value) -> bool:
        """Whether a constant is written where it is used; at -O0 one with a name has a line."""
        return is_constant(value) and (self.context.level > 0 or not value.hint)

    def constant(self, value: Value) -> ast.expr:
        t = value.type
        made = template.constant(value.const, template.int_dim)
        if isinstance(t, AVal) and t.kind is Kind.NUMPY:
            dtype = "np.float64" if t.dtype == "f8" else "np." + _numpy_name(t.dtype)
            return ast.Call(expressions.name(dtype), [made], [])
        return made

    def expression(self, op: Op) -> ast.expr:
        self.need_helper(op)
        self.comes_from(op)
        if op.regions:
            return self.choice(op)
        if op in self.pops:
            front = self.pops[op].params.get("queue")
            place = [] if front else [self.expr(v) for v in op.ins[1:]]
            return ast.Call(ast.Attribute(self.expr(op.ins[0]), "popleft" if front else "pop"), place, [])
        operands = self.operands(op)
        if op.params.get("math"):
            return template.expression(_without(op, "math"), operands, self.dim, scalar=True)
        tree = template.expression(op, operands, self.dim)
        tree = expressions.one_step(tree) if [v.type for v in op.outs] == [types.INT] else tree
        return expressions.difference(tree) if self.context.level > 0 else tree

    def choice(self, op: Op) -> ast.expr:
        """A branch as an expression."""
        for region in op.regions:
            self.aliases.update(zip(region.params, op.ins[1:], strict=True))
            self.aliases.update((o.out, o.ins[0]) for o in region.ops if is_renaming(o))
            self.inside.update((v, o) for o in region.ops for v in o.outs)
        found = joint(op)
        condition = self.expr(op.ins[0])
        if found is not None:
            return joined(found[0], truth(condition), self.expr(found[1].outs[0]))
        return ast.IfExp(truth(condition), *(self.expr(region.outs[0]) for region in op.regions))

    def is_choice(self, op: Op) -> bool:
        """Whether a branch prints as an expression: not where the user has named what it selects."""
        if not op.outs or self.context.level == 0:
            return False
        return joint(op) is not None or (self.nameless(op.outs[0]) and is_selection(op))

    def operands(self, op: Op) -> list[ast.expr]:
        chosen = op.prim.name == "select" and not any(map(is_array, op.ins))  # an operand goes on as it is
        strong = (op.prim.family is Family.ELEMENTWISE and not chosen) or is_update(op)
        strong = strong and any(is_double(v) for v in op.ins if v.const is None)
        strong = strong or op.prim.name in ("full", "broadcast_to")
        found = [self.plain(v) if strong else self.expr(v) for v in op.ins]
        first = INDEXED.get(op.prim.name, len(found))
        return [*found[:first], *map(expressions.places, found[first:])]

    def plain(self, value: Value) -> ast.expr:
        """An operand next to a float64 of NumPy's: a constant `np.float64(2.0)` is as well a Python float there."""
        value = self.resolve(value)
        if self.is_inline(value) and is_double(value):
            return template.constant(value.const, template.int_dim)
        return self.expr(value)

    def text(self, value: Value) -> str:
        return ast.unparse(self.expr(value))

    def dim(self, d: Dim) -> ast.expr:
        return expressions.dim(d, self.size)

    def size(self, atom: Atom) -> ast.expr:
        self.sizes.add(atom)
        return expressions.name(self.size_names.get(atom, atom.name))

    def need_helper(self, op: Op) -> None:
        source = op.prim.info.get("helper")
        if source:  # a module has those that its text calls
            self.context.helpers.update(helpers_in(source))

    def reads(self, op: Op) -> Set[str]:
        """The variables that the line of an operation mentions."""
        found: set[str] = set()
        for v in map(self.resolve, op.ins):
            if v in self.names:
                found.add(self.names[v])
            elif not self.is_inline(v):
                found |= expressions.names_in(self.expr(v))
        return found

    def doubles(self, op: Op) -> bool:
        """Whether the line of an operation has a factor 2."""
        todo = [*op.ins]
        while todo:
            v = self.resolve(todo.pop())
            if v.const == 2:
                return True
            todo += self.inside[v].ins if v in self.inside and self.inside[v].prim.name == "mul" else ()
        return False

    def comes_from(self, op: Op) -> None:
        if op.loc is not None:
            self.origins[op.loc.file, op.loc.line] = None


def is_array(value: Value) -> bool:
    return isinstance(value.type, AVal) and value.type.kind is Kind.ARRAY


def is_double(value: Value) -> bool:
    """Whether a value is a float64 of NumPy's: next to a Python float it decides the dtype."""
    return isinstance(value.type, AVal) and value.type.kind in (Kind.NUMPY, Kind.ARRAY) and value.type.dtype == "f8"


def _without(op: Op, name: str) -> Op:
    """The operation without one of its parameters."""
    params = Params(**{k: v for k, v in op.params.items() if k != name})
    return Op(op.prim, op.ins, op.outs, params, op.regions, op.loc)


def _numpy_name(dtype: str) -> str:
    return np.dtype(dtype).name.replace("bool", "bool_")
