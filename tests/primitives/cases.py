"""Programs of one primitive, and the operands to try it on, all drawn from its entry in the registry."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

import symdiff.primitives  # noqa: F401  (fills the registry)
from symdiff.ad import forward, reverse
from symdiff.ir import types
from symdiff.ir.build import Builder
from symdiff.ir.core import REGISTRY, Family, Function, Prim, Program, Value
from symdiff.ir.interpret import run
from symdiff.ir.types import AVal, Kind
from symdiff.primitives.declare import Known

LINEAR_BY_FAMILY = (Family.LINEAR, Family.BILINEAR, Family.STRUCTURE)


def has_rule(prim: Prim) -> bool:
    return any(rule is not None for rule in (prim.partials, prim.transpose, prim.vjp))


def ruled() -> list[Prim]:
    """The primitives with a derivative rule that the registry's tests cover."""
    return [p for p in REGISTRY.values() if has_rule(p) and is_sampled(p)]


def uncovered() -> set[str]:
    """The primitives with a derivative rule that no test of the registry reaches: there must be none."""
    return {p.name for p in REGISTRY.values() if has_rule(p)} - {p.name for p in ruled()}


def is_sampled(prim: Prim) -> bool:
    """Operands come from the domain, or the entry has samples or programs."""
    return is_elementwise(prim) or "samples" in prim.info or "programs" in prim.info


def is_elementwise(prim: Prim) -> bool:
    return bool(prim.info.get("elementwise"))


@dataclass(frozen=True)
class Case:
    """Operands of one application; an operand may be `Known`."""

    args: tuple[Any, ...]
    params: dict[str, Any] = field(default_factory=dict)
    symmetric: bool = False  # differences are taken along symmetric (Hermitian) matrices
    build: Any = None  # the program around the primitive, where its operands or results are lists or records

    def direction(self, rng: np.random.Generator, k: int) -> Any:
        """A random tangent of a given operand."""
        t = like(rng, self.given[k])
        return (t + np.conj(np.swapaxes(t, -1, -2))) / 2 if self.symmetric else t

    @property
    def given(self) -> tuple[Any, ...]:
        return tuple(a for a in self.args if not isinstance(a, Known))

    def active(self) -> list[int]:
        """The positions among the given operands that may be differentiated by."""
        return [k for k, a in enumerate(self.given) if types.type_of(a).inexact]

    def __str__(self) -> str:
        shown = ", ".join(str(types.type_of(a)) if not isinstance(a, Known) else str(a) for a in self.args)
        return f"({shown}; {self.params}) at {self.args}"


def rng_of(prim: Prim) -> np.random.Generator:
    """The same points in every run, others for every primitive: a kink is not hit by bad luck."""
    return np.random.default_rng(zlib.crc32(prim.name.encode()))


# --- running


def program(prim: Prim, case: Case) -> Program:
    """`f(given) = prim(args)`, or what `case.build` makes of it."""
    b = Builder()
    given = [Value(types.type_of(a), f"x{k}") for k, a in enumerate(case.given)]
    if case.build is not None:
        return one_function(b, given, [case.build(b, _applied(b, prim), *map(b.v, given)).value])
    rest = iter(given)
    ins = [b.const(a.value) if isinstance(a, Known) else next(rest) for a in case.args]
    outs = b.emit(prim, *ins, **case.params)
    return one_function(b, given, outs)


def _applied(b: Builder, prim: Prim) -> Callable[..., Any]:
    """What a program calls: the primitive, mutated perhaps; its result, or a list of several."""

    def apply(*operands: Any, **params: Any) -> Any:
        outs = [b.v(out) for out in b.emit(prim, *map(b.value, operands), **params)]
        return outs[0] if len(outs) == 1 else outs

    return apply


def one_function(b: Builder, given: Sequence[Value], outs: Sequence[Value]) -> Program:
    packs = [op for op in b.ops if op.prim.name == "saved_pack"]
    records = {op.params["name"]: tuple(v.type for v in op.ins) for op in packs}
    return Program({"f": Function("f", b.block(given, outs))}, "f", records)


def quiet(p: Program, *args: Any) -> tuple[Any, ...]:
    with np.errstate(all="ignore"):
        return run(p, *args)


def gradients(p: Program, wrt: Sequence[int], args: Sequence[Any], ct: Any) -> tuple[Any, ...]:
    return quiet(reverse.value_and_grad(p, wrt), *args, ct)[1:]


def tangent(p: Program, wrt: Sequence[int], args: Sequence[Any], ts: Sequence[Any]) -> Any:
    return quiet(forward.jvp(p, wrt), *args, *ts)[1]


# --- values


def like(rng: np.random.Generator, value: Any) -> Any:
    """A random value of the same type and shape."""
    t = types.type_of(value)
    made: Any = rng.uniform(0.5, 1.5, np.shape(value)) * rng.choice([-1.0, 1.0], np.shape(value))
    if t.complex:
        made = made + 1j * rng.uniform(-1.0, 1.0, np.shape(value))
    return as_type(made, t)


def as_type(value: Any, t: AVal) -> Any:
    """The value as an object of this kind and dtype."""
    made = np.asarray(value).astype(t.dtype)
    return made if t.kind is Kind.ARRAY else made.item() if t.kind is Kind.PYTHON else made[()]


def moved(value: Any, step: complex, direction: Any) -> Any:
    """value + step * direction, of the kind of value."""
    made = value + step * direction
    return np.asarray(made) if isinstance(value, np.ndarray) else made


def cast(case: Case, dtype: str) -> Case:
    """The case with its float operands in another dtype; complex ones get an imaginary part."""
    args = [
        a if isinstance(a, Known) or not types.type_of(a).inexact else _cast(a, dtype, k)
        for k, a in enumerate(case.args)
    ]
    return replace(case, args=tuple(args))


def _cast(value: Any, dtype: str, k: int) -> Any:
    made = np.asarray(value)
    if dtype[0] == "c":
        made = made + 1j * (0.2 + 0.1 * np.cos(np.arange(made.size) + k).reshape(made.shape))
    kind = types.type_of(value).kind
    return as_type(
        made, AVal(Kind.NUMPY if kind is Kind.PYTHON and dtype not in ("f8", "c16") else kind, np.shape(value), dtype)
    )


# --- operands of elementwise primitives

PATTERNS: tuple[Any, ...] = ("python", "numpy", (), (1,), (3,), (1, 3), (2, 1), (2, 3), (0,))
FEW: tuple[Any, ...] = ("python", "numpy", (), (3,), (2, 1))


def draw(prim: Prim, patterns: Sequence[Any], rng: np.random.Generator) -> Case:
    """Operands with these kinds or shapes, from the domain."""
    domain = prim.info.get("domain", ((-2.0, 2.0),) * len(prim.operands))
    return Case(tuple(_operand(rng, d, p) for d, p in zip(domain, patterns, strict=True)))


def _operand(rng: np.random.Generator, domain: Any, pattern: Any) -> Any:
    shape = pattern if isinstance(pattern, tuple) else ()
    made = rng.random(shape) < 0.5 if domain == "bool" else rng.uniform(*domain, shape)
    kind = (
        {"python": Kind.PYTHON, "numpy": Kind.NUMPY}.get(pattern, Kind.ARRAY)
        if isinstance(pattern, str)
        else Kind.ARRAY
    )
    return as_type(made, AVal(kind, shape, "b1" if domain == "bool" else "f8"))


def broadcasts(prim: Prim) -> Iterator[Case]:
    """One case per combination of operand kinds and shapes that broadcast together."""
    rng, arity = rng_of(prim), len(prim.operands)
    for patterns in itertools.product(PATTERNS if arity < 3 else FEW, repeat=arity):
        try:
            np.broadcast_shapes(*(p for p in patterns if isinstance(p, tuple)))
        except ValueError:
            continue
        yield draw(prim, patterns, rng)


def cases(prim: Prim) -> list[Case]:
    """A few float64 cases: what most checks run on."""
    rng = rng_of(prim)
    if "programs" in prim.info:
        return [Case(args, build=build) for args, build in prim.info["programs"](rng)]
    if not is_elementwise(prim):
        return [Case(args, params, prim.info.get("symmetric", False)) for args, params in prim.info["samples"](rng)]
    return [draw(prim, patterns, rng) for patterns in [((4,),) * len(prim.operands), ("numpy",) * len(prim.operands)]]


def with_complex(prim: Prim) -> list[Case]:
    """The cases, and those of them in complex128 that the primitive takes."""
    return [*cases(prim), *(c for c in (cast(case, "c16") for case in cases(prim)) if accepts(prim, c))]


def with_whole_operands(prim: Prim) -> Iterator[Case]:
    """The cases with each inexact operand in turn as integers and as bools, where another one stays inexact.

    The new operand is 2 or True where a domain has that number.  Of operations that are not linear only integers: a
    matrix of bools may be singular, and knots must differ.  A list holds elements of one type.
    """
    smooth = is_elementwise(prim) or prim.family in LINEAR_BY_FAMILY
    for case in with_complex(prim):
        if case.build is not None:
            continue
        for k, dtype in itertools.product(case.active(), ("i8", "b1") if smooth else ("i8",)):
            whole = replace(case, args=(*case.args[:k], _whole(prim, case.args[k], dtype), *case.args[k + 1 :]))
            if whole.active() and in_domain(prim, whole, k) and takes(prim, whole):
                yield whole


def takes(prim: Prim, case: Case) -> bool:
    """Whether the primitive makes something differentiable of operands of these types."""
    return accepts(prim, case) and types.cotangent(program(prim, case).main.out_types[0]) is not None


def _whole(prim: Prim, value: Any, dtype: str) -> Any:
    """Integers or bools instead of a real or complex operand, of its kind and shape."""
    if is_elementwise(prim):
        made = np.full(np.shape(value), 2)
    else:
        made = np.real(value) > 0 if dtype == "b1" else np.rint(2 * np.real(value))
    return as_type(made, replace(types.type_of(value), dtype=dtype))


def in_domain(prim: Prim, case: Case, k: int) -> bool:
    """Whether an operand of an elementwise primitive lies where its rules are smooth."""
    lo, hi = prim.info.get("domain", ((-2.5, 2.5),) * len(case.args))[k] if is_elementwise(prim) else (-np.inf, np.inf)
    return bool(np.all((np.asarray(case.args[k]) > lo) & (np.asarray(case.args[k]) < hi)))


def accepts(prim: Prim, case: Case) -> bool:
    """Whether the primitive takes operands of these types."""
    try:
        program(prim, case)
    except TypeError:
        return False
    return True


def probes(prim: Prim) -> list[Case]:
    """Scalar operands at 0, ±1, large ones, and what the entry adds, in every combination."""
    values = [0.0, 1.0, -1.0, 1e200, -1e200, *prim.info.get("probes", ())]
    domain = prim.info.get("domain", ((-2.0, 2.0),) * len(prim.operands))
    choices = [[False, True] if d == "bool" else values for d in domain]
    return [Case(tuple(np.array([v]) for v in row)) for row in itertools.product(*choices)]
