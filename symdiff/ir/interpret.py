"""Running programs on NumPy: the meaning of the IR, and what every pass is checked against.

Regions and calls run on an explicit stack of generators, so a program that recurses deeply costs no Python frames.
`observer(op, outs)` sees every operation executed: tests count work with it.
"""

from __future__ import annotations

import ast
import functools
import math
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from symdiff.ir import dims, errstate, libraries, template
from symdiff.ir.core import REGISTRY, Block, Op, Program, Value
from symdiff.ir.dims import Atom, Dim
from symdiff.ir.steps import Steps, run_steps
from symdiff.ir.types import AVal, Kind

Observer = Callable[[Op, tuple[Any, ...]], None]
Results = tuple[Any, ...]
Compiled = dict[tuple[Any, ...], Callable[..., Any]]


def run(program: Program, *args: Any, function: str | None = None, observer: Observer | None = None) -> tuple[Any, ...]:
    """The results of a function of the program on concrete arguments."""
    return Run(program, observer).call(function or program.entry, args)


class Run:
    """One run of a program; a subclass may watch (or carry something along in) what `op` and `block` are given."""

    def __init__(self, program: Program, observer: Observer | None, compiled: Compiled | None = None) -> None:
        self.program = program
        self.observer = observer
        self.compiled: Compiled = {} if compiled is None else compiled  # texts, which runs may share

    def call(self, name: str, args: Sequence[Any]) -> Results:
        """The results of a function of the program."""
        found: Results = run_steps(self.called(name, args))
        return found

    def called(self, name: str, args: Sequence[Any]) -> Steps:
        function = self.program.functions[name]
        sizes: dict[Atom, int] = {}
        for value, arg in zip(function.body.params, args, strict=True):
            bind_sizes(value.type, arg, sizes)
        return (yield self.block(name, function.body, args, sizes))

    def block(self, name: str, block: Block, args: Sequence[Any], sizes: dict[Atom, int]) -> Steps:
        env: dict[Value, Any] = dict(zip(block.params, args, strict=True))
        for op in block.ops:
            ins = [env[v] for v in op.ins]
            control = _CONTROL.get(op.prim.name)
            if control is None:
                with errstate.entered(errstate.of(op)):
                    outs = self.op(name, op, ins, sizes)
            else:
                outs = yield control(self, name, op, ins, sizes)
            if self.observer is not None:
                self.observer(op, outs)
            env.update(zip(op.outs, outs, strict=True))
        return tuple(env[v] for v in block.outs)

    def op(self, name: str, op: Op, ins: list[Any], sizes: dict[Atom, int]) -> Results:
        """An operation without regions, in the function of this name."""
        special = _SPECIAL.get(op.prim.name)
        if special is not None:
            return special(op, ins, sizes)
        found = self.function(op, sizes)(*ins)
        several = op.prim.name in ("alt_unpack", "saved_unpack", "borrow") or len(op.outs) > 1
        return tuple(found) if several else (found,)

    def function(self, op: Op, sizes: dict[Atom, int]) -> Callable[..., Any]:
        """The compiled NumPy text of an operation."""

        def dim(d: Dim) -> ast.expr:
            return ast.Constant(dims.evaluate(d, sizes))

        key = (op.prim, op.params, tuple(v.type for v in op.ins), tuple(sorted((str(a), n) for a, n in sizes.items())))
        if key not in self.compiled:
            names = template.operand_names(op.prim, len(op.ins))
            body = template.expression(
                op, [ast.Name(n, ast.Load()) for n in names], dim, scalar=bool(op.params.get("math"))
            )
            self.compiled[key] = compile_lambda(names, body)
        return self.compiled[key]

    def cond(self, name: str, op: Op, ins: list[Any], sizes: dict[Atom, int]) -> Steps:
        return (yield self.block(name, op.regions[0 if ins[0] else 1], ins[1:], sizes))

    def for_(self, name: str, op: Op, ins: list[Any], sizes: dict[Atom, int]) -> Steps:
        lo, hi, step, *rest = ins
        n_carry, n_xs = op.params["n_carry"], op.params["n_xs"]
        carry, xs, caps = rest[:n_carry], rest[n_carry : n_carry + n_xs], rest[n_carry + n_xs :]
        skip = 1 if op.params.get("exit") else 0
        ys: list[list[Any]] = [[] for _ in range(len(op.outs) - skip - n_carry - 1)]
        turns: Sequence[tuple[int, int]] = list(enumerate(range(lo, hi, step)))
        code, count = 0, 0
        for k, i in reversed(turns) if op.params.get("reverse") else turns:
            outs = yield self.block(name, op.regions[0], [i, *carry, *(x[k] for x in xs), *caps], sizes)
            code, carry, count = outs[0] if skip else 0, list(outs[skip : skip + n_carry]), count + 1
            for y, value in zip(ys, outs[skip + n_carry :], strict=True):
                y.append(value)
            if code:
                break
        if op.params.get("reverse"):
            ys = [y[::-1] for y in ys]
        return (*((code,) if skip else ()), *carry, *ys, count)

    def while_(self, name: str, op: Op, ins: list[Any], sizes: dict[Atom, int]) -> Steps:
        n_carry, skip = op.params["n_carry"], 1 if op.params.get("exit") else 0
        carry, caps = ins[:n_carry], ins[n_carry:]
        ys: list[list[Any]] = [[] for _ in range(len(op.outs) - skip - n_carry - 1)]
        code, count = 0, 0
        while (yield self.block(name, op.regions[0], [*carry, *caps], sizes))[0]:
            outs = yield self.block(name, op.regions[1], [*carry, *caps], sizes)
            code, carry, count = outs[0] if skip else 0, list(outs[skip : skip + n_carry]), count + 1
            for y, value in zip(ys, outs[skip + n_carry :], strict=True):
                y.append(value)
            if code:
                break
        return (*((code,) if skip else ()), *carry, *ys, count)

    def call_op(self, name: str, op: Op, ins: list[Any], sizes: dict[Atom, int]) -> Steps:
        return (yield self.called(op.params["function"], ins))


def _bind_dim(op: Op, ins: list[Any], sizes: dict[Atom, int]) -> Results:
    sizes[Atom("var", op.params["name"])] = ins[0]
    return ()


def _opt_get(op: Op, ins: list[Any], sizes: dict[Atom, int]) -> Results:
    if ins[0] is None:
        name = op.params["name"]
        if op.params.get("none"):
            raise TypeError(f"{name} is None")
        raise UnboundLocalError(f"cannot access local variable '{name}' where it is not associated with a value")
    return (ins[0],)


_CONTROL: dict[str, Callable[..., Steps]] = {
    "cond": Run.cond, "for": Run.for_, "while": Run.while_, "call": lambda run, *given: run.call_op(*given),
}  # fmt: skip
_SPECIAL: dict[str, Callable[..., Results]] = {"bind_dim": _bind_dim, "opt_get": _opt_get}


def compile_lambda(names: Sequence[str], body: ast.expr) -> Callable[..., Any]:
    """A function of these names with this body, in a namespace with NumPy, math and the registry's helpers."""
    arguments = ast.arguments(
        posonlyargs=[], args=[ast.arg(n) for n in names], kwonlyargs=[], kw_defaults=[], defaults=[]
    )
    tree = ast.fix_missing_locations(ast.Expression(ast.Lambda(arguments, body)))
    space = namespace()
    used = {node.id for node in ast.walk(body) if isinstance(node, ast.Name)} - {*names}
    space.update(libraries.modules(used & (libraries.IMPORTS.keys() | sys.stdlib_module_names) - space.keys()))
    made: Callable[..., Any] = eval(compile(tree, "<symdiff interpreter>", "eval"), space)
    return made


_NAMESPACE: dict[str, Any] = {}


def namespace() -> dict[str, Any]:
    """What NumPy text may name: np, math, and the helper functions that primitives declare, with what these name."""
    if not _NAMESPACE:
        _NAMESPACE.update(np=np, math=math, functools=functools)
        for p in REGISTRY.values():
            if "helper" in p.info:
                exec(p.info["helper"], _NAMESPACE)
    return _NAMESPACE


def bind_sizes(t: Any, value: Any, sizes: dict[Atom, int]) -> None:
    """Find the size variables of a parameter's type in the value given for it."""
    if not isinstance(t, AVal) or t.kind is not Kind.ARRAY:
        return
    for d, n in zip(t.shape, value.shape, strict=True):
        found = None if isinstance(d, int) else dims.solve(d, n, sizes)
        if found is not None:
            sizes[found[0]] = found[1]
