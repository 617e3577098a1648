"""Proofs that the rule of an elementwise primitive is the derivative of its meaning, by SymPy.

The rule is run as it stands, on symbols: its operations are evaluated by the meanings of the primitives it uses, and
the difference to `sympy.diff` must simplify to 0, on each of the pieces that `assume` names (p, q positive).

By hand, once: tanh means tanh(x) and says 1 - y * y; that is 1 - tanh(x)**2, and so is diff(tanh(x), x).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy

from symdiff.ir import types
from symdiff.ir.build import Builder, V
from symdiff.ir.core import Op, Prim, Value

# The floats that rules write for numbers which are not rational.
_EXACT = {
    0.6931471805599453: sympy.log(2), 2.302585092994046: sympy.log(10), 3.141592653589793: sympy.pi,
    57.29577951308232: 180 / sympy.pi, 0.017453292519943295: sympy.pi / 180,
    1.1283791670955126: 2 / sympy.sqrt(sympy.pi), 0.3989422804014327: 1 / sympy.sqrt(2 * sympy.pi),
}  # fmt: skip
_PIECE = {"p": sympy.Symbol("p", positive=True), "q": sympy.Symbol("q", positive=True)}


class ProofError(AssertionError):
    """A rule could not be proved to be the derivative."""


def is_boolean(prim: Prim, operand: str) -> bool:
    """Whether an operand is a condition."""
    domain = prim.info.get("domain")
    return domain is not None and domain[prim.operands.index(operand)] == "bool"


def meaning(prim: Prim, values: Mapping[str, Any]) -> Any:
    """The expression that a primitive stands for, of these operands."""
    if "sympy" not in prim.info:
        raise ProofError(f"{prim.name} has no meaning in SymPy")
    return sympy.sympify(prim.info["sympy"], locals={**values, "Rational": sympy.Rational})


def symbols(prim: Prim) -> dict[str, Any]:
    return {n: sympy.Symbol(n) if is_boolean(prim, n) else sympy.Symbol(n, real=True) for n in prim.operands}


def prove(prim: Prim) -> int:
    """Prove the rule of every operand, in both modes; how many equations were proved.  Raises ProofError."""
    xs = symbols(prim)
    expression = meaning(prim, xs)
    proved = 0
    for text, rule, expected in _equations(prim, xs, expression):
        for piece in prim.info.get("assume", ({},)):
            replaced = {xs[n]: sympy.sympify(v, locals={**xs, **_PIECE}) for n, v in piece.items()}
            difference = (_substituted(rule, replaced) - _substituted(expected, replaced)).doit()
            if not _is_zero(difference):
                raise ProofError(
                    f"{prim.name}: {text} is {rule}, not {expected}; on the piece {piece} they differ by {difference}"
                )
            proved += 1
    return proved


def _substituted(expression: Any, replaced: Mapping[Any, Any]) -> Any:
    return sympy.sympify(expression).subs(replaced)


def _is_zero(difference: Any) -> bool:
    if difference == 0:
        return True
    for attempt in (
        sympy.simplify,
        lambda e: sympy.simplify(e.rewrite(sympy.exp)),
        lambda e: sympy.simplify(sympy.expand(e)),
    ):
        if attempt(difference) == 0:
            return True
    return False


def _equations(prim: Prim, xs: Mapping[str, Any], expression: Any) -> list[tuple[str, Any, Any]]:
    """(what, what the rule says, what is true) for each partial, or each contribution and the tangent."""
    b = Builder()
    ins = [Value(types.numpy("b1" if is_boolean(prim, n) else "f8"), n) for n in prim.operands]
    outs = [Value(t, "out") for t in prim.infer(tuple(v.type for v in ins), ())]
    env: dict[Value, Any] = {v: xs[v.hint] for v in ins}
    env[outs[0]] = expression
    true = {n: 0 if is_boolean(prim, n) else sympy.diff(expression, x) for n, x in xs.items()}
    operands, out = [V(b, v) for v in ins], V(b, outs[0])
    if prim.partials is not None:
        found = prim.partials(b, out, *operands)
        return [(f"the partial by {n}", _evaluate(b, env, r), true[n]) for n, r in zip(xs, found, strict=True)]
    assert prim.vjp is not None and prim.jvp is not None
    ct, ts = (
        _fresh(outs, env),
        [None if is_boolean(prim, v.hint) else t for v, t in zip(ins, _fresh(ins, env), strict=True)],
    )
    contributions = prim.vjp(b, V(b, ct[0]), out, *operands)
    tangent = prim.jvp(b, [None if t is None else V(b, t) for t in ts], out, *operands)
    rows = [
        (f"the vjp by {n}", _evaluate(b, env, r), env[ct[0]] * true[n]) for n, r in zip(xs, contributions, strict=True)
    ]
    along = sum(env[t] * true[n] for n, t in zip(xs, ts, strict=True) if t is not None)
    return [*rows, ("the jvp", _evaluate(b, env, tangent), along)]


def _fresh(like: Sequence[Value], env: dict[Value, Any]) -> list[Value]:
    """Values that stand for arbitrary (co)tangents."""
    made = [Value(v.type, "d_" + v.hint) for v in like]
    env.update((v, sympy.Symbol(v.hint, real=True)) for v in made)
    return made


def _evaluate(b: Builder, env: dict[Value, Any], result: Any) -> Any:
    if result is None:
        return sympy.Integer(0)
    if not isinstance(result, V):
        return exact(result)
    for op in b.ops:
        if op.outs[0] not in env:
            env[op.outs[0]] = _meaning_of(op, [env[v] for v in op.ins])
    return env[result.value]


def _meaning_of(op: Op, ins: Sequence[Any]) -> Any:
    if op.prim.name == "const":
        return exact(op.params["value"])
    if op.prim.name == "convert":
        return ins[0]
    return meaning(op.prim, dict(zip(op.prim.operands, ins, strict=True)))


def exact(value: Any) -> Any:
    """The number that a float in a rule stands for."""
    if isinstance(value, float):
        sign = -1 if value < 0 else 1
        return sign * _EXACT.get(abs(value), sympy.nsimplify(abs(value), rational=True))
    return sympy.sympify(value)
