"""Jacobians and Hessians taken inside the compiled function, one column per turn of a loop.

`by_columns` is compiled like a function of the user's: it asks for the tangent along each unit vector of an argument.
A Hessian is the Jacobian of the gradient; of one number the Jacobian by rows is the gradient.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from symdiff.frontend.derivative import Derivative
from symdiff.frontend.python import calls, containers, forms, patterns
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.regions import COPY, LEAF, Part, Region, built, run, settled
from symdiff.frontend.python.values import NONE, POISON, Known, Partial, Struct, Val
from symdiff.ir.core import Block, Value, walk
from symdiff.ir.types import Kind

Inside = Callable[[Callable[[Part], Part]], Callable[[Region], Val]]  # given how the plans are narrowed
Finish = Callable[[Region, Val], list[Value] | None]


def by_columns(along: Any, ys: Any, x: Any) -> Any:
    """The Jacobians of some results by an array: arrays of the shape of the result + that of x."""
    found = [np.zeros((*np.shape(y), x.size), x.dtype) for y in ys]
    for k in range(x.size):
        unit = np.zeros(x.size, x.dtype)
        unit[k] = 1.0
        tangents = along(unit.reshape(x.shape))
        for j, t in enumerate(tangents):
            found[j][..., k] = t
    return [found[j].reshape(np.shape(y) + x.shape) for j, y in enumerate(ys)]


@dataclass(frozen=True, eq=False)
class Along:
    """A function of a direction of one leaf of the arguments: the derivatives of the results along it."""

    matrix: Matrix
    number: int

    def __call__(self, cx: Context, node: ast.AST, args: list[Val], kwargs: dict[str, Val]) -> Val:
        found = self.matrix.tangents(self.number, args[0])
        return POISON if found is None else Struct("tuple", tuple(map(cx.wrap, found)))


@dataclass(eq=False)
class Matrix:
    """One Jacobian on its way: of the function that `inside` calls by the leaves of the arguments `by`."""

    cx: Context
    node: ast.AST
    made: Derivative
    name: str
    inside: Inside
    by: Sequence[Part]
    pattern: Pattern | None = None  # of the result
    aux: Pattern | None = None
    values: tuple[Val, ...] = ()  # the numbers and arrays of the result
    extra: tuple[Val, ...] = ()

    def found(self) -> Val:
        cx = self.cx
        if not self.evaluate():
            return POISON
        leaves = [leaf for part in self.by for leaf in part.leaves() if leaf.kind == LEAF]
        blocks = [self.blocks(leaf) for leaf in leaves]
        if any(b is None for b in blocks):
            return POISON
        rows = iter([[b[k] for b in blocks if b is not None] for k in range(len(self.values))])
        assert self.pattern is not None
        jacobian = patterns.rebuilt(self.pattern, "", lambda p, name: self.row(iter(next(rows))), cx.store.set)
        if self.aux is None:
            return jacobian
        rest = iter(self.extra)
        return Struct("tuple", (jacobian, patterns.rebuilt(self.aux, "", lambda p, name: next(rest), cx.store.set)))

    def row(self, blocks: Iterator[Val]) -> Val:
        """The derivatives of one number or array of the result, in the structure of the arguments."""
        parts = [built(self.cx, part, lambda p: next(blocks) if p.kind == LEAF else NONE) for part in self.by]
        return parts[0] if self.made.bare else Struct("tuple", tuple(parts))

    # --- the function itself

    def evaluate(self) -> bool:
        """Call the function, for the structure and the shapes of its result; False after a problem."""
        outs = self.run(-1, self.finish, "value")
        if outs is None:
            return False
        assert self.pattern is not None
        vals = tuple(map(self.cx.wrap, outs))
        n = sum(1 for _ in patterns.leaf_types([self.pattern]))
        self.values, self.extra = vals[:n], vals[n:]
        return True

    def run(self, number: int, finish: Finish, kind: str, seeds: Sequence[Value] = ()) -> list[Value] | None:
        """The results of a derivative by one of the leaves."""
        inside = self.inside(lambda part: only(part, number))
        return run(self.cx, self.node, inside, finish, seeds, kind=kind, name=self.name)

    def finish(self, region: Region, found: Val) -> list[Value] | None:
        cx, rest = self.cx, None
        if region.scope.effects and has_effects(cx, Block((), tuple(region.scope.ops), ())):
            reason = f"{self.name} prints, or calls what is run as it is, and would do so for every column"
            cx.refuse("SD411", self.node, function=cx.text(self.node), reason=reason)
            return None
        if self.made.has_aux:
            items = containers.elements(cx, found)
            if items is None or len(items) != 2:
                cx.refuse("SD714", self.node, function=self.name, type=cx.describe(found))
                return None
            found, rest = items[0], region.results(items[1])
            if rest is None:
                return None
            self.aux = rest[0]
        results = region.results(settled(cx, self.node, found))
        if results is None or not self.fits(results[0]):
            return None
        self.pattern = results[0]
        return [*results[1], *(rest[1] if rest is not None else ())]

    def fits(self, pattern: Pattern) -> bool:
        """Whether a result consists of real floats; None stays None."""
        t, known = pattern.type, pattern.val
        if (t is not None and (t.complex or not t.inexact)) or (isinstance(known, Known) and known.obj is not None):
            text = forms.passed(pattern)
            self.cx.refuse("SD729", self.node, what=f"a result of {self.name}", type=text)
            return False
        return all(map(self.fits, pattern.parts))

    # --- one leaf of the arguments

    def blocks(self, leaf: Part) -> list[Val] | None:
        """The derivatives of every number and array of the result by one leaf."""
        cx, t, number = self.cx, leaf.aval, leaf.number
        assert t is not None
        if t.complex:
            cx.refuse("SD729", self.node, what=f"argument {leaf.name} of {self.name}", type=str(t))
            return None
        if t.kind is not Kind.ARRAY:
            one = cx.wrap(cx.at(self.node).const(1.0, t))
            found = self.tangents(number, one)
            return None if found is None else [self.like(v, leaf) for v in found]
        if self.made.kind == "jacrev" and len(self.values) == 1 and not cx.aval(self.values[0]).rank:
            outs = self.run(number, self.first, "grad")
            return None if outs is None else [cx.wrap(outs[-1])]
        along = Partial(Known(Along(self, number)), (), {})
        made = calls.apply(cx, self.node, Known(by_columns), [along, Struct("tuple", self.values), leaf.val], {})
        items = containers.elements(cx, made)
        return None if items is None else list(items)

    def first(self, region: Region, found: Val) -> list[Value] | None:
        results = self.finish(region, found)
        return None if results is None else results[:1]

    def tangents(self, number: int, direction: Val) -> list[Value] | None:
        """The derivatives of the result along a direction of one leaf."""
        leaf = next(p for part in self.by for p in part.leaves() if p.number == number)
        seeds = leaf.seeds(self.cx, self.node, direction)
        if seeds is None:
            return None
        n = len(self.values)
        outs = self.run(number, self.main, "jvp", seeds)
        return None if outs is None else outs[n:]

    def main(self, region: Region, found: Val) -> list[Value] | None:
        results = self.finish(region, found)
        return None if results is None else results[: len(self.values)]

    def like(self, value: Value, leaf: Part) -> Val:
        """The derivative of a number by a number: of the argument's kind."""
        t = leaf.aval
        found = self.cx.wrap(value)
        if t is None or self.cx.aval(found).kind is Kind.ARRAY or value.type == t:
            return found
        made = self.cx.at(self.node).emit("convert", value, kind=t.kind, dtype=t.dtype)
        return self.cx.wrap(made[0])


def has_effects(cx: Context, block: Block) -> bool:
    """Whether anything is shown, or a call is run as it is, by called functions too."""
    functions = {i.name: i.function for i in cx.instances.every}
    todo, seen = [block], set[str]()
    while todo:
        for op in walk(todo.pop()):
            if op.prim.name in ("print", "foreign_call"):
                return True
            name = op.params["function"] if op.prim.name == "call" else ""
            called = functions.get(name) if name not in seen else None
            seen.add(name)
            todo += [called.body] if called is not None else []
    return False


def only(part: Part, number: int) -> Part:
    """The plan with one of its leaves to differentiate by; the others are passed as they are."""
    if part.kind == LEAF:
        return part if part.number == number else replace(part, kind=COPY)
    return replace(part, parts=tuple(only(p, number) for p in part.parts))
