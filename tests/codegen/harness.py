"""Running printed modules against the interpreter: what the tests of the code generator share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import symdiff.primitives  # noqa: F401  (fills the registry)
from symdiff.ad import reverse
from symdiff.codegen.load import Loaded
from symdiff.codegen.parts import Module
from symdiff.errors import Loc
from symdiff.ir import types
from symdiff.ir.build import Builder, V
from symdiff.ir.core import Function, Program, Value
from symdiff.ir.interpret import run
from symdiff.pipeline import compile_module
from symdiff.signature import Argument, Lowered, Param, Signature
from symdiff.trees import LEAF, Tree

FLOAT = types.python("f8")


def lowered(program: Program, file: str = "model.py", **facts: Any) -> Lowered:
    """A program as a frontend would hand it on: every param an argument, the results a tuple if several."""
    main, names = program.main, []
    for k, v in enumerate(main.body.params):
        name = v.hint or f"p{k}"
        while name in names:
            name += "_"
        names.append(name)
    n = len(main.body.outs)
    out = LEAF if n == 1 else Tree("tuple", None, tuple(range(n)), (LEAF,) * n)
    given = list(zip(names, main.param_types, strict=True))
    return Lowered(
        program,
        main.name,
        file,
        1,
        Signature(tuple(Argument(a, LEAF, (t,)) for a, t in given)),
        tuple(Param(a, t, a) for a, t in given),
        out,
        (None,) * n,
        **facts,
    )


def program(build: Callable[..., Sequence[Any]], name: str = "f", **params: types.AVal) -> Program:
    """The program of one function, built from its parameters."""
    values = [Value(t, n) for n, t in params.items()]
    b = Builder(Loc("model.py", 2, 4, 2, 9, name, 1))
    outs = build(b, *(V(b, v) for v in values))
    sizes = sorted({a.name for t in params.values() for a in types.type_atoms(t) if a.op == "var"})
    return Program({name: Function(name, b.block(values, [b.value(o) for o in outs]), tuple(sizes))}, name)


def neuron() -> Lowered:
    """`def neuron(x1, x2, w1, w2, b): return 1 / (1 + np.exp(-(w1 * x1 + w2 * x2 + b)))`, as the frontend sees it."""
    params = [Value(FLOAT, n) for n in ("x1", "x2", "w1", "w2", "b")]
    b = Builder()
    x1, x2, w1, w2, bias = (V(b, p) for p in params)

    def at(column: int) -> None:
        b.loc = Loc("examples/neuron.py", 2, column - 1, 2, column, "neuron", 1)

    at(31)
    left = w1 * x1
    at(41)
    right = w2 * x2
    at(31)
    z = left + right + bias
    at(29)
    z = -z
    at(22)
    z = b.op("exp", z)
    at(18)
    z = b.op("add", 1, z)
    at(12)
    z = b.op("div", 1, z)
    made = Program({"neuron": Function("neuron", b.block(params, [z.value]))}, "neuron")
    return lowered(made, "examples/neuron.py", hash="3f9a41c2")


def body_of(text: str, function: str) -> list[str]:
    """The lines of a function of a module, without the `def`, the docstring and the blanks."""
    lines = text.splitlines()
    start = next(k for k, line in enumerate(lines) if line.startswith(f"def {function}("))
    found = []
    for line in lines[start + 1 :]:
        if line and not line.startswith(" "):
            break
        if line.strip() and not line.strip().startswith('"""'):
            found.append(line[4:])
    return found


def exact(a: Any, b: Any) -> bool:
    """Same structure, types, shapes and bits (NaN equals NaN)."""
    if type(a) is not type(b):
        return False
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(map(exact, a, b))
    if not isinstance(a, (np.ndarray, np.generic, float, complex)):
        return bool(a == b)
    x, y = np.asarray(a), np.asarray(b)
    return x.dtype == y.dtype and np.array_equal(x, y, equal_nan=x.dtype.kind in "fc")


def close(a: Any, b: Any, tolerance: float = 1e-10) -> bool:
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(close(x, y, tolerance) for x, y in zip(a, b, strict=True))
    return bool(np.allclose(a, b, rtol=tolerance, atol=tolerance, equal_nan=True))


@dataclass
class Compared:
    """A printed module next to the interpreter."""

    program: Program
    args: Sequence[Any]
    level: int
    wrt: Sequence[int] | None = None

    def __post_init__(self) -> None:
        self.lowered = lowered(self.program)
        if self.wrt is None:
            self.wrt = [k for k, t in enumerate(self.program.main.param_types) if types.cotangent(t) is not None]
        self.names = [self.lowered.params[k].name for k in self.wrt]
        self.outs = run(self.program, *map(_fresh, self.args))
        self.active = [types.cotangent(t) is not None for t in self.program.main.out_types]
        self.value = self.outs[0] if len(self.outs) == 1 else self.outs

    @property
    def is_scalar(self) -> bool:
        t = self.program.main.out_types[0]
        return isinstance(t, types.AVal) and not t.shape and t.dtype[0] == "f"

    def compile(self) -> Module:
        kinds = ["primal", "forward", "backward", *(["value_and_grad"] if self.is_scalar else [])]
        return compile_module(self.lowered, self.names, level=self.level, functions=kinds)

    def check(self) -> Module:
        """Every function of the module against the interpreter; promises 2 to 4."""
        module = self.compile()
        loaded = Loaded(module.text, module.name)
        made = {kind: loaded[name] for kind, name in module.functions.items()}
        args = [_fresh(a) for a in self.args]
        primal = made["primal"](*args)
        assert close(self.value, primal, 0.0 if self.level < 2 else 1e-12), ("primal", self.value, primal)
        self.check_pair(made, args, primal)
        if self.is_scalar:
            cts = [_cotangent(o, 1.0 if k == 0 else 0.0) for k, o in enumerate(self.outs) if self.active[k]]
            value, gradient = made["value_and_grad"](*args)
            assert self.same(value, primal), ("value_and_grad", value, primal)
            self.check_gradient(gradient, cts, args)
        assert all(map(exact, args, self.args)), "an argument was modified"
        return module

    def same(self, value: Any, primal: Any) -> bool:
        """Bit for bit; at -O2 sums of products are BLAS's, which rounds by how its operands lie in memory."""
        return exact(value, primal) if self.level < 2 else close(value, primal, 1e-13)

    def check_pair(self, made: dict[str, Callable[..., Any]], args: Sequence[Any], primal: Any) -> None:
        value, saved = made["forward"](*args)
        assert self.same(value, primal), ("forward", value, primal)
        rng = np.random.default_rng(1)
        every = [
            _cotangent(o, rng.standard_normal()) if on else None for o, on in zip(self.outs, self.active, strict=True)
        ]
        given = every[0] if len(every) == 1 else tuple(every)
        first = made["backward"](saved, given)
        self.check_gradient(first, [c for c in every if c is not None], args)
        assert exact(made["backward"](saved, given), first), "the backward pass modified what was saved"

    def check_gradient(self, gradient: Any, cts: Sequence[Any], args: Sequence[Any]) -> None:
        assert self.wrt is not None
        found = gradient if len(self.wrt) > 1 else (gradient,)
        expected = run(reverse.value_and_grad(self.program, self.wrt), *map(_fresh, args), *cts)[len(self.outs) :]
        assert close(expected, found), ("gradient", expected, found)
        for k, g in zip(self.wrt, found, strict=True):
            assert type(g) is type(args[k]) and np.shape(g) == np.shape(args[k]), (args[k], g)
            assert np.asarray(g).dtype == np.asarray(args[k]).dtype, (args[k], g)
        owned = [x for x in (*found, *args) if isinstance(x, np.ndarray)]
        assert not any(np.shares_memory(a, b) for n, a in enumerate(owned[: len(found)]) for b in owned[n + 1 :])


def _fresh(x: Any) -> Any:
    return x.copy() if isinstance(x, np.ndarray) else x


def _cotangent(out: Any, scale: float) -> Any:
    if not isinstance(out, np.ndarray):
        return type(out)(scale)
    return np.full(out.shape, scale, out.dtype)
