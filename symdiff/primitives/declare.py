"""Declaring a primitive: its meaning, types, derivative and NumPy text, in one entry.

Exactly one kind of rule:

- `partials(b, y, *xs) -> (∂y/∂x0, …)`: elementwise and holomorphic; gives VJP and JVP.  `y` is the result, so rules
  reuse it.  A partial is an expression or a number.
- `transpose=(rule per operand, …)`: a rule is `f(b, ct, *ins, **params) -> contribution`, or `accumulate(f)` with
  `f(b, acc, ct, *ins, **params) -> acc'` when it touches part of its operand, or None for an operand that is not
  differentiable; the rule of a last operand `*xs` returns a list, one contribution per operand.  LINEAR primitives are
  jointly linear (concatenate, where, index_set): the tangent is the operation applied to all tangents, zeros filled
  in.  BILINEAR ones are linear in each operand (matmul): the tangent is the sum of the operation with one operand
  replaced by its tangent.
- `vjp(b, ct, y, *xs, **params) -> (contribution | None, …)` with `jvp(b, ts, y, *xs, **params) -> tangent`, where
  `ts` has None for a zero tangent.

STRUCTURE primitives (records, sequences) have `vjp(b, cts, outs, *ins, **params)` and `jvp(b, ts, outs, *ins, **params)`
with one entry per result and per operand, None for zero; `b.zeros(v)` materialises a zero cotangent of v.

Broadcasting, accumulation, zeros, dtype and complex conventions are the drivers' (`symdiff.ad`), never a rule's.

Facts that drive the registry's tests (`tests/primitives`), the docs and the comments of generated code:

- `samples(rng) -> [(args, params), …]`: for every primitive that is not elementwise, at least three; `args` is a tuple
  of NumPy values (arrays, NumPy scalars, Python numbers) and `params` a dict of static parameters.  Real samples are
  float64; the tests derive float32 and complex128 from them where `complex_samples=True`.
- `domain=((lo, hi), …)`: for elementwise ones, the interval each operand is sampled from, where rules are smooth.
- `sympy="exp(x)"`: the meaning, in the operand names; each rule is proved against its derivative.  `assume=({"x":
  "p"}, {"x": "-q"})` proves piece by piece: p and q are positive.  `numerical="reason"`: compared with mpmath instead.
- `rule=("e^{x} = {out}",)`: one text per operand for comments; `{x}` and `{out}` become the names of the values.
- `probes`: operand values at and near singularities, and large ones, that rules must survive.  `kinks`: the convention
  where the derivative is not defined.  `helper`: Python source of a function that the NumPy text calls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from symdiff.ir import types
from symdiff.ir.core import REGISTRY, Family, Prim
from symdiff.ir.types import AVal, Kind, Type

ELEMENTWISE, LINEAR, BILINEAR, GENERAL = Family.ELEMENTWISE, Family.LINEAR, Family.BILINEAR, Family.GENERAL
CONSTANT, STRUCTURE, CONTROL = Family.CONSTANT, Family.STRUCTURE, Family.CONTROL


@dataclass(frozen=True, slots=True)
class Accumulate:
    """A transpose that adds its part into an accumulator of the operand's shape."""

    rule: Callable[..., Any]


def accumulate(rule: Callable[..., Any]) -> Accumulate:
    return Accumulate(rule)


def prim(
    name: str,
    operands: str,
    family: Family,
    *,
    infer: Callable[..., Any] | None = None,
    dtype: str = "promote",
    params: Sequence[str] = (),
    numpy: Any = None,
    ufunc: str | None = None,
    scalar: str | None = None,
    inplace: Any = None,
    partials: Callable[..., Any] | None = None,
    transpose: Sequence[Any] | Callable[..., Any] | None = None,
    vjp: Callable[..., Any] | None = None,
    jvp: Callable[..., Any] | None = None,
    consumes: int | None = None,
    views: int | None = None,
    masks: bool = False,
    unbounded: bool = False,
    effect: bool = False,
    commutative: bool = False,
    **info: Any,
) -> Prim:
    """Register a primitive.

    `dtype` is the result dtype of an elementwise primitive: "promote", "inexact" (integers become float64), "bool", or
    "real".  `numpy` is text in the operand and parameter names, or a function (params, operand types) -> text.
    Free-form facts (`sympy`, `latex`, `rule`, `domain`, `samples`, `probes`, `kinks`, `numerical`, `helper`) drive the
    registry's tests, the docs and the comments of generated code; see CONTRIBUTING.md.

    Raises ValueError where the entry is incomplete: no rule or more than one, a wrong number of rules, a name taken.
    """
    names = tuple(operands.split())
    if infer is None:
        if family is not ELEMENTWISE:
            raise ValueError(f"{name}: a type rule (infer=) is needed")
        infer = elementwise_infer(dtype, operator=ufunc is not None)
    rules = (transpose,) if callable(transpose) or transpose is None else tuple(transpose)
    made = Prim(
        name=name, operands=names, family=family, infer=infer, params=tuple(params), numpy=numpy, ufunc=ufunc, scalar=scalar,
        inplace=inplace, partials=partials, transpose=None if transpose is None else rules, vjp=vjp, jvp=jvp, consumes=consumes,
        views=views, masks=masks, unbounded=unbounded, effect=effect, commutative=commutative, info={"dtype": dtype, **info},
    )  # fmt: skip
    _check(made)
    REGISTRY[name] = made
    return made


def _check(p: Prim) -> None:
    if p.name in REGISTRY:
        raise ValueError(f"{p.name}: declared twice")
    rules = [p.partials is not None, p.transpose is not None, p.vjp is not None]
    needed = 1 if p.family in (ELEMENTWISE, LINEAR, BILINEAR, GENERAL) and p.info["dtype"] != "bool" else 0
    if p.family in (ELEMENTWISE, LINEAR, BILINEAR, GENERAL) and sum(rules) != needed:
        raise ValueError(f"{p.name}: exactly one of partials, transpose, vjp+jvp is needed, {sum(rules)} given")
    if (p.vjp is None) != (p.jvp is None):
        raise ValueError(f"{p.name}: vjp and jvp come together")
    if p.transpose is not None and len(p.transpose) != len(p.operands):
        raise ValueError(f"{p.name}: {len(p.operands)} operands, {len(p.transpose)} transposes")
    if p.family is not CONTROL and p.family is not STRUCTURE and p.numpy is None:
        raise ValueError(f"{p.name}: no NumPy text")


def elementwise_infer(dtype: str, operator: bool = False) -> Callable[..., tuple[Type, ...]]:
    """The type rule of ufuncs: broadcast shapes, promote dtypes, scalars as NumPy and Python have them.

    An operator (`x + y`) on Python numbers gives a Python number unless the op says `ufunc` (`np.add(x, y)`); a
    function (`np.exp(x)`) gives a NumPy scalar unless the op says `math` (the lowering to `math.exp(x)`).
    """

    def infer(ins: tuple[Type, ...], regions: tuple[()], ufunc: bool = False, math: bool = False) -> tuple[Type, ...]:
        avals = [numeric(t) for t in ins]
        shape = types.broadcast([t.shape for t in avals])
        found = result_dtype(avals, dtype)
        if shape:
            return (AVal(Kind.ARRAY, shape, found),)
        kind = types.scalar_kind(avals, ufunc or not (operator or math))
        return (AVal(kind, (), found),)

    return infer


def numeric(t: Type) -> AVal:
    if not isinstance(t, AVal):
        raise TypeError(f"a number or array is needed, not {t}")
    return t


def result_dtype(avals: Sequence[AVal], rule: str) -> str:
    if rule == "bool":
        types.promote(avals)
        return "b1"
    found = types.promote(avals)
    if rule in ("inexact", "div") and found[0] in "biu":
        return "f8"
    if rule == "real" and found[0] == "c":
        return {"c16": "f8", "c8": "f4"}[found]
    if rule == "arithmetic" and found == "b1":
        return "i8" if all(t.kind is Kind.PYTHON for t in avals) else "b1"
    return found
