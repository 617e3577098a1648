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

STRUCTURE primitives (records, sequences) have `vjp(b, cts, outs, *ins, **params)` and `jvp(b, ts, outs, *ins,
**params)` with one entry per result and per operand, None for zero; `b.zeros(v)` materialises a zero cotangent of v.
A vjp that touches part of its first operand is `accumulate(f)`, as in a transpose.

Broadcasting, accumulation, zeros, dtype and complex conventions are the drivers' (`symdiff.ad`), never a rule's.

Facts that drive the registry's tests (`tests/primitives`), the docs and the comments of generated code:

- `samples(rng) -> [(args, params), …]`: for every primitive that is not elementwise, at least three; `args` is a tuple
  of NumPy values (arrays, NumPy scalars, Python numbers) and `params` a dict of static parameters.  Real samples are
  float64; the tests derive float32 and complex128 from them, where the type rule takes those (`holomorphic=False`: then
  it is linear over the reals only).  `symmetric=True`: the derivative is that along symmetric (Hermitian) matrices.
- `programs(rng) -> [(args, build), …]` instead of samples, where operands or results are lists or records:
  `build(b, f, *xs)` is a value computed from the args with `f(*operands, **params)`, the primitive.
- `domain=((lo, hi), …)`: for elementwise ones, the interval each operand is sampled from, where rules are smooth;
  "bool" for a condition.
- `sympy="exp(x)"`: the meaning, in the operand names; each rule is proved against its derivative.  `assume=({"x":
  "p"}, {"x": "-q"})` proves piece by piece: p and q are positive.  `numerical="reason"`: compared with mpmath instead.
- `rule=("e^{x} = {out}",)`: one text per operand for comments; `{x}` and `{out}` become the names of the values.
- `latex=r"\\sum_{axis} x"`: how formulas are written, in the operand names; `_{axis}` becomes the letters of the axes,
  or nothing.  Without it, an elementwise primitive is written as SymPy writes its meaning, an operator as it is.
- `formula="x @ y.T"`: how a formula says what the NumPy text says otherwise, as Python, or a function (params, operand
  types) of it; LaTeX and MathML print it, and the text of a stage where the NumPy text calls a helper.
- `ranked={(1, 1): {"formula": …, "rule": …}}`: facts that are others for operands of these ranks.
- `probes=(0.0, …)`: values tried for every operand besides 0, ±1 and large ones: singularities, overflow.
- `table=(((x0, x1), (∂0, ∂1)), …)`: points with the derivatives the rule must give there: conventions, edge cases.  An
  operand `Known(2)` is a constant of the program, and its derivative is None.
- `kinks`: the convention where the derivative is not defined, one sentence for the docs.
- `places=(Place(text, at), …)`: where that is, in the names of the operands, or a function of the operation that gives
  them (`symdiff.primitives.kinks`): what `explain --kinks` shows.  What is piecewise constant has places alone.
- `helper`: Python source of a function that the NumPy text calls.
- `bijective=True`: the result has all elements of the first operand, each once: the transpose undoes the operation.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from symdiff.ir import libraries, types
from symdiff.ir.core import REGISTRY, Family, Params, Prim
from symdiff.ir.types import AVal, Kind, Object, Type

ELEMENTWISE, LINEAR, BILINEAR, GENERAL = Family.ELEMENTWISE, Family.LINEAR, Family.BILINEAR, Family.GENERAL
CONSTANT, STRUCTURE, CONTROL = Family.CONSTANT, Family.STRUCTURE, Family.CONTROL


@dataclass(frozen=True, slots=True)
class Accumulate:
    """A transpose that adds its part into an accumulator of the operand's shape."""

    rule: Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Known:
    """An operand of a `table` row that is a constant of the program."""

    value: float


def accumulate(rule: Callable[..., Any]) -> Accumulate:
    return Accumulate(rule)


def prim(
    name: str,
    operands: str,
    family: Family,
    *,
    infer: Callable[..., Any] | None = None,
    params: Sequence[str] = (),
    numpy: Any = None,
    ufunc: str | None = None,
    scalar: str | None = None,
    inplace: Any = None,
    partials: Callable[..., Any] | None = None,
    transpose: Sequence[Any] | Callable[..., Any] | None = None,
    vjp: Any = None,
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

    `numpy` is text in the operand and parameter names, or a function (params, operand types) -> text; `ufunc` is the
    text for Python numbers given to the NumPy function where `numpy` is an operator.  Without `infer` the primitive is
    elementwise: NumPy's broadcasting, and kind and dtype as the text gives them.

    Raises ValueError where the entry is incomplete: no rule or more than one, a wrong number of rules, a name taken.
    """
    names = tuple(operands.split())
    if infer is None:
        if family not in (ELEMENTWISE, CONSTANT):
            raise ValueError(f"{name}: a type rule (infer=) is needed")
        infer, info["elementwise"] = elementwise_infer(names, numpy, ufunc, scalar, info.get("helper", "")), True
    if isinstance(info.get("rule"), str):
        info["rule"] = (info["rule"],) * len(names)
    if family is ELEMENTWISE:
        vjp, jvp = _of_the_value(vjp), _of_the_value(jvp)
    rules = (transpose,) if callable(transpose) or transpose is None else tuple(transpose)
    made = Prim(
        name=name, operands=names, family=family, infer=infer, params=tuple(params), numpy=numpy, ufunc=ufunc,
        scalar=scalar, inplace=inplace, partials=partials, transpose=None if transpose is None else rules, vjp=vjp,
        jvp=jvp, consumes=consumes, views=views, masks=masks, unbounded=unbounded, effect=effect,
        commutative=commutative, info=info,
    )  # fmt: skip
    _check(made)
    REGISTRY[name] = made
    return made


def _of_the_value(rule: Callable[..., Any] | None) -> Callable[..., Any] | None:
    """`ufunc` and `math` choose the function that is printed, not the value: a rule does not see them."""
    if rule is None:
        return None

    def without_form(*args: Any, ufunc: bool = False, math: bool = False, **params: Any) -> Any:
        return rule(*args, **params)

    return without_form


def _check(p: Prim) -> None:
    if p.name in REGISTRY:
        raise ValueError(f"{p.name}: declared twice")
    rules = [p.partials is not None, p.transpose is not None, p.vjp is not None]
    differentiable = p.family in (ELEMENTWISE, LINEAR, BILINEAR, GENERAL)
    if (p.vjp is None) != (p.jvp is None):
        raise ValueError(f"{p.name}: vjp and jvp come together")
    if differentiable and sum(rules) != 1:
        raise ValueError(f"{p.name}: exactly one of partials, transpose, vjp+jvp is needed, {sum(rules)} given")
    if p.transpose is not None and len(p.transpose) != len(p.operands):
        raise ValueError(f"{p.name}: {len(p.operands)} operands, {len(p.transpose)} transposes")
    if p.family not in (CONTROL, STRUCTURE) and p.numpy is None:
        raise ValueError(f"{p.name}: no NumPy text")
    for fact in ("rule", "domain"):
        if isinstance(p.info.get(fact), tuple) and len(p.info[fact]) != len(p.operands):
            raise ValueError(f"{p.name}: {len(p.operands)} operands, {len(p.info[fact])} entries in {fact}=")


def elementwise_infer(
    names: Sequence[str], numpy: Any, ufunc: str | None, scalar: str | None, helper: str
) -> Callable[..., tuple[Type, ...]]:
    """The type rule of elementwise primitives: broadcast shapes, and the kind and dtype of the text run on ones.

    So promotion (NEP 50), what Python's operators and NumPy's functions return, and what they refuse, are theirs.
    An operator (`x + y`) on Python numbers gives a Python number unless the op says `ufunc` (`np.add(x, y)`); a
    function (`np.exp(x)`) gives a NumPy scalar unless the op says `math` (the lowering to `math.exp(x)`).
    """

    def infer(ins: tuple[Type, ...], regions: tuple[()], **params: Any) -> tuple[Type, ...]:
        avals = tuple(numeric(t) for t in ins)
        shape = types.broadcast([t.shape for t in avals])
        python = all(t.pythonic for t in avals)
        text = scalar if params.get("math") else ufunc if params.get("ufunc") and ufunc and python else numpy
        if callable(text):
            text = text(Params(**params), ins)
        if not isinstance(text, str):
            raise TypeError("there is no text in terms of math")
        found = _run_on_ones(text, helper, tuple(names), tuple((t.kind, t.dtype) for t in avals), tuple(params.items()))
        return (AVal(Kind.ARRAY, shape, found.dtype) if shape else found,)

    return infer


def _one(kind: Kind, dtype: str, truth: bool) -> Any:
    made = np.full((), truth if dtype == "b1" else 1, dtype)
    return made if kind is Kind.ARRAY else made[()] if kind is Kind.NUMPY else made.item()


@cache
def _run_on_ones(
    text: str,
    helper: str,
    names: tuple[str, ...],
    kinds: tuple[tuple[Kind, str], ...],
    params: tuple[tuple[str, Any], ...],
) -> AVal:
    """The type of the text's value on ones; where a kind depends on the path, that of either."""
    either = (Kind.EITHER, Kind.MIXED)
    choices = [((Kind.PYTHON, d), (Kind.NUMPY, d)) if k in either else ((k, d),) for k, d in kinds]
    space = libraries.modules(libraries.named(text + helper))
    if helper:
        exec(helper, space)
    static = {k: v for k, v in dict(params).items() if k != "math"}  # the flag, not the module
    found = set()
    truths = (True, False) if " if " in text else (True,)
    for choice, truth in itertools.product(itertools.product(*choices), truths):
        values = {name: _one(kind, dtype, truth) for name, (kind, dtype) in zip(names, choice, strict=True)}
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # ~True
            try:
                found.add(types.type_of(_tried(text, {**space, **static}, values)))
            except (ValueError, OverflowError) as error:
                raise TypeError(str(error)) from error
    strong = {t.dtype for t in found if t.kind is not Kind.PYTHON} or {t.dtype for t in found}
    if len(strong) > 1 or not all(types.embeds(t.dtype, *strong) for t in found):
        raise types.KindError(
            "the result's dtype depends on whether a scalar is a Python or a NumPy number, which depends on the path"
        )
    mixed = any(k is Kind.MIXED for k, _ in kinds) or len({t.dtype[0] for t in found}) > 1
    return found.pop() if len(found) == 1 else AVal(Kind.MIXED if mixed else Kind.EITHER, (), *strong)


def _tried(text: str, space: dict[str, Any], values: dict[str, Any]) -> Any:
    """The text's value on ones, or on halves where these are no arguments of it: `math.atanh(1.0)` raises."""
    try:
        return eval(text, space, values)
    except ValueError:
        return eval(text, space, {k: v / 2 if isinstance(v, float) else v for k, v in values.items()})


def numeric(t: Type) -> AVal:
    if not isinstance(t, AVal) or isinstance(t, Object):
        raise TypeError(f"a number or array is needed, not {t}")
    return t
