"""What must be true of every primitive, as plain functions of its entry that raise AssertionError.

`test_registry.py` runs them on the registry, `test_mutations.py` on copies with a broken rule.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import mpmath
import numpy as np
import sympy

from symdiff.ad import forward, reverse
from symdiff.ir import types
from symdiff.ir.build import Builder
from symdiff.ir.core import Prim, Program, Value
from symdiff.primitives import proofs
from symdiff.primitives.declare import Known
from tests.primitives.cases import (
    LINEAR_BY_FAMILY,
    Case,
    accepts,
    broadcasts,
    cases,
    cast,
    gradients,
    is_elementwise,
    like,
    moved,
    one_function,
    probes,
    program,
    quiet,
    rng_of,
    tangent,
    with_complex,
    with_whole_operands,
)  # fmt: skip

# --- the two modes against each other and against differences


def pairing(xs: Sequence[Any], ys: Sequence[Any]) -> float:
    """Re Σ x·y: what transposition preserves, also of maps that are linear over the reals only."""
    return float(sum(np.real(np.sum(np.asarray(x) * np.asarray(y))) for x, y in zip(xs, ys, strict=True)))


def size(xs: Sequence[Any]) -> float:
    return float(max((np.max(np.abs(x), initial=0.0) for x in xs), default=0.0))


def check_identity(prim: Prim) -> None:
    """<ct, jvp(t)> = <vjp(ct), t>, for all operands together and for each alone."""
    for case in with_complex(prim):
        assert_identity(program(prim, case), case)


def assert_identity(p: Program, case: Case) -> None:
    rng, active = np.random.default_rng(1), case.active()
    for wrt in [active, *([k] for k in active if len(active) > 1)]:
        ts = [like(rng, case.given[k]) for k in wrt]
        ct = like(rng, quiet(p, *case.given)[0])
        left, right = [tangent(p, wrt, case.given, ts)], gradients(p, wrt, case.given, ct)
        one, other = pairing(left, [ct]), pairing(right, ts)
        bound = 1e-12 * (1 + abs(one) + size(left) * size([ct]) + size(right) * size(ts)) * max(1, np.size(ct))
        assert abs(one - other) <= bound, f"<ct, jvp(t)> = {one} but <vjp(ct), t> = {other}, by {wrt} of {case}"


def check_differences(prim: Prim) -> None:
    """The tangent, for each operand alone, is the limit of differences."""
    for case in with_complex(prim):
        assert_differences(program(prim, case), case)


def assert_differences(p: Program, case: Case, tolerance: float = 1e-7) -> None:
    rng = np.random.default_rng(2)
    for k in case.active():
        t = case.direction(rng, k)
        found, expected = tangent(p, [k], case.given, [t]), differences(p, case.given, k, t)
        assert_near(found, expected, tolerance, f"the tangent by operand {k} of {case}")


def differences(p: Program, args: Sequence[Any], k: int, t: Any) -> Any:
    """The derivative along t by operand k: five points, error h⁴."""
    h = 1e-4

    def at(step: float) -> Any:
        return quiet(p, *args[:k], moved(args[k], step * h, t), *args[k + 1 :])[0]

    return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h)


def assert_near(found: Any, expected: Any, tolerance: float, what: str) -> None:
    assert np.shape(found) == np.shape(expected), f"{what}: shape {np.shape(found)}, not {np.shape(expected)}"
    bound = tolerance * (1 + np.abs(expected))
    assert np.all(np.abs(np.asarray(found) - expected) <= bound), f"{what} is {found}, not {expected}"


def check_complex_step(prim: Prim) -> None:
    """Where the primitive is holomorphic and takes complex numbers: the derivative to rounding."""
    if prim.vjp is not None or not prim.info.get("holomorphic", True):
        return
    rng, h = np.random.default_rng(3), 1e-30
    for case in cases(prim):
        whole = cast(case, "c16")
        if not accepts(prim, whole):
            return
        p, lifted = program(prim, case), program(prim, whole)
        for k in case.active():
            t = like(rng, case.given[k])
            args = [
                moved(a, 1j * h, t) if j == k else a + 0j if j in case.active() else a for j, a in enumerate(case.given)
            ]
            expected = np.imag(quiet(lifted, *args)[0]) / h
            assert_near(tangent(p, [k], case.given, [t]), expected, 1e-9, f"the tangent by operand {k} of {case}")


def check_second_order(prim: Prim) -> None:
    """Reverse over reverse and forward over reverse agree with each other and with differences of the gradient."""
    for case in with_complex(prim):
        assert_second_order(program(prim, case), case)


def assert_second_order(p: Program, case: Case) -> None:
    rng, wrt = np.random.default_rng(4), case.active()
    if not wrt:
        return
    ct = like(rng, quiet(p, *case.given)[0])
    us, ts = ([case.direction(rng, k) for k in wrt] for _ in range(2))
    along = differentiated(p, case, wrt, ct, ts)
    bilinear = pairing(along, us)
    back = twice_reversed(p, case, wrt, ct, us)
    scale = 1 + size(along) * size(us) * 10
    assert abs(bilinear - pairing(back, ts)) <= 1e-10 * scale * max(1, np.size(ct)), (
        f"reverse over reverse is not forward over reverse: {case}"
    )
    h = 1e-4
    shifted = [gradients(p, wrt, _along(case, wrt, s * h, ts), ct) for s in (1, -1, 2, -2)]
    for k, found in enumerate(along):
        a, b, c, d = (s[k] for s in shifted)
        assert_near(
            found,
            (8 * (a - b) - (c - d)) / (12 * h),
            1e-6 * scale,
            f"the second derivative by operand {wrt[k]} of {case}",
        )


def _along(case: Case, wrt: Sequence[int], step: float, ts: Sequence[Any]) -> list[Any]:
    args = list(case.given)
    for k, t in zip(wrt, ts, strict=True):
        args[k] = moved(args[k], step, t)
    return args


def differentiated(p: Program, case: Case, wrt: Sequence[int], ct: Any, ts: Sequence[Any]) -> tuple[Any, ...]:
    """Forward over reverse: the change of the gradient along ts."""
    outs = quiet(forward.jvp(gradient_only(p, wrt), wrt), *case.given, ct, *ts)
    return outs[len(wrt) :]


def twice_reversed(p: Program, case: Case, wrt: Sequence[int], ct: Any, us: Sequence[Any]) -> tuple[Any, ...]:
    """Reverse over reverse: the gradient of <gradient, us>."""
    outs = quiet(reverse.value_and_grad(gradient_only(p, wrt), wrt), *case.given, ct, *us)
    return outs[len(wrt) :]


def gradient_only(p: Program, wrt: Sequence[int]) -> Program:
    """The program of the gradients alone."""
    both = reverse.value_and_grad(p, wrt)
    main = both.main
    body = type(main.body)(main.body.params, main.body.ops, main.body.outs[len(p.main.body.outs) :])
    return Program({**both.functions, both.entry: type(main)(main.name, body, main.dims)}, both.entry, both.records)


# --- kinds, shapes, dtypes


def assert_types(found: Sequence[Any], case: Case, wrt: Sequence[int], what: str) -> None:
    for k, g in zip(wrt, found, strict=True):
        assert types.type_of(g) == types.type_of(case.given[k]), f"{what}: {types.type_of(g)} for operand {k} of {case}"


def check_broadcasting(prim: Prim) -> None:
    """Every combination of Python numbers, NumPy scalars, 0-d and larger arrays, sizes 0 and 1."""
    if not is_elementwise(prim):
        return
    rng = np.random.default_rng(5)
    for case in broadcasts(prim):
        p, wrt = program(prim, case), case.active()
        (value,) = quiet(p, *case.given)
        assert types.type_of(value) == p.main.out_types[0], (
            f"{types.type_of(value)}, inferred {p.main.out_types[0]}: {case}"
        )
        assert_types(gradients(p, wrt, case.given, like(rng, value)), case, wrt, "the gradient")
        assert types.type_of(tangent(p, wrt, case.given, [like(rng, case.given[k]) for k in wrt])) == types.type_of(
            value
        )
        assert_identity(p, case)
        assert_differences(p, case)


def check_dtypes(prim: Prim) -> None:
    """In float32 and complex64 values and gradients stay what their arguments are, and agree with the wide ones."""
    rng = np.random.default_rng(6)
    for case in cases(prim):
        for narrow, wide in (("f4", "f8"), ("c8", "c16")):
            small, large = cast(case, narrow), cast(case, wide)
            if not accepts(prim, small) or not small.active():
                continue
            p, wrt = program(prim, small), small.active()
            (value,) = quiet(p, *small.given)
            assert types.type_of(value) == p.main.out_types[0], (
                f"{types.type_of(value)}, inferred {p.main.out_types[0]}: {small}"
            )
            ct = like(rng, value)
            found = gradients(p, wrt, small.given, ct)
            assert_types(found, small, wrt, "the gradient")
            q = program(prim, large)
            ct_wide = np.asarray(ct).astype(types.type_of(quiet(q, *large.given)[0]).dtype)
            for k, g, e in zip(wrt, found, gradients(q, wrt, large.given, ct_wide), strict=True):
                assert_near(g, e, 2e-3 * (1 + size([e])), f"the gradient by operand {k} of {small}")
        assert_mixed(prim, case, rng)


def assert_mixed(prim: Prim, case: Case, rng: np.random.Generator) -> None:
    """float32 for the first operand only: each gradient has its own argument's dtype."""
    wrt = case.active()
    if len(wrt) < 2 or case.given != case.args or case.build is not None:
        return
    mixed = Case(
        (*case.args[: wrt[0]], cast(Case((case.args[wrt[0]],)), "f4").args[0], *case.args[wrt[0] + 1 :]), case.params
    )
    if accepts(prim, mixed):
        p = program(prim, mixed)
        assert_types(
            gradients(p, wrt, mixed.given, like(rng, quiet(p, *mixed.given)[0])), mixed, wrt, "the mixed gradient"
        )


def check_integers(prim: Prim) -> None:
    """Beside inexact operands an integer or a bool has no tangent, whatever its value, and gets no cotangent."""
    for case in with_whole_operands(prim):
        assert_identity(program(prim, case), case)
        assert_differences(program(prim, case), case)


# --- singular points


def check_probes(prim: Prim) -> None:
    """At 0, ±1 and large operands the modes agree, and with the exact derivative where that is a number."""
    if not is_elementwise(prim):
        return
    for case in probes(prim):
        p, one = program(prim, case), np.ones(1)
        found = dict(
            zip(
                case.active(),
                gradients(p, case.active(), case.given, np.ones(1, quiet(p, *case.given)[0].dtype)),
                strict=True,
            )
        )
        for k, g in found.items():
            t = tangent(p, [k], case.given, [one])
            assert np.array_equal(g, t, equal_nan=True) or np.allclose(g, t, rtol=1e-12), (
                f"vjp {g}, jvp {t} by operand {k} of {case}"
            )
            exact = exact_derivative(prim, [a.item() for a in case.args], k)
            if exact is not None:
                assert abs(g.item() - exact) <= 1e-9 * abs(exact) + 1e-12, (
                    f"{g} instead of {exact} by operand {k} of {case}"
                )


_EXPRESSIONS: dict[tuple[str, int], tuple[Any, Any]] = {}


def exact_derivative(prim: Prim, values: Sequence[Any], k: int) -> float | None:
    """The derivative of the meaning with 60 digits; None where that has no real value, or jumps."""
    xs = proofs.symbols(prim)
    names = list(xs)
    if (prim.info["sympy"], k) not in _EXPRESSIONS:
        expression = proofs.meaning(prim, xs)
        _EXPRESSIONS[prim.info["sympy"], k] = expression, sympy.diff(expression, xs[names[k]])
    expression, derivative = _EXPRESSIONS[prim.info["sympy"], k]
    value, *found = [_number(e, xs, values) for e in (expression, derivative)]
    for j, v in enumerate(values):
        for toward in (-np.inf, np.inf) if isinstance(v, float) else ():
            found.append(_number(derivative, xs, [*values[:j], float(np.nextafter(v, toward)), *values[j + 1 :]]))
    known = [f for f in found if f is not None and np.isfinite(f)]
    steady = value is not None and len(known) == len(found) and max(known) - min(known) <= 1e-9 * abs(known[0]) + 1e-12
    return known[0] if steady else None


def _number(expression: Any, xs: dict[str, Any], values: Sequence[Any]) -> float | None:
    point = {
        x: sympy.true if v is True else sympy.false if v is False else sympy.Float(v, 60)
        for x, v in zip(xs.values(), values, strict=True)
    }
    try:
        found = expression.subs(point).evalf(60)
    except ValueError:  # a pole
        return None
    return float(found) if found.is_Float or found.is_Integer else None


def check_guarded(prim: Prim) -> None:
    """where(False, prim(x), 0) has zero derivatives of both orders wherever x is, in both modes."""
    if not is_elementwise(prim):
        return
    for case in probes(prim):
        p = masked(prim, case)
        wrt = [k + 1 for k in case.active()]
        guarded = Case((np.array([False]), *case.args))
        one = np.ones(1)
        ts = [one for _ in wrt]
        zeros = [
            *gradients(p, wrt, guarded.given, one), tangent(p, wrt, guarded.given, ts),
            *differentiated(p, guarded, wrt, one, ts), *twice_reversed(p, guarded, wrt, one, ts),
        ]  # fmt: skip
        assert all(np.array_equal(z, np.zeros(1)) for z in zeros), f"{zeros} of where(False, {prim.name}(…), 0): {case}"


def masked(prim: Prim, case: Case) -> Program:
    b = Builder()
    given = [Value(types.array("b1", 1), "c"), *(Value(types.type_of(a), f"x{k}") for k, a in enumerate(case.args))]
    (inner,) = b.emit(prim, *given[1:], **case.params)
    if inner.type.complex:
        inner = b.op("real", inner).value
    return one_function(b, given, [b.op("where", given[0], inner, 0.0).value])


def check_masks(prim: Prim) -> None:
    """Where a mask hides an operand, it hides an infinite and a NaN (co)tangent too."""
    if not (prim.masks and is_elementwise(prim)):
        return
    for case in cases(prim):
        p, wrt = program(prim, case), case.active()
        (value,) = quiet(p, *case.given)
        hidden = [np.asarray(g) == 0 for g in gradients(p, wrt, case.given, np.ones_like(value))]
        for bad in (np.inf, np.nan):
            found = gradients(p, wrt, case.given, as_like(value, bad))
            for k, g, mask in zip(wrt, found, hidden, strict=True):
                assert np.all(np.asarray(g)[mask] == 0), f"a hidden cotangent {bad} gives {g} by operand {k} of {case}"
                t = tangent(p, [k], case.given, [as_like(case.given[k], bad)])
                assert np.all(np.asarray(t)[mask] == 0), f"a hidden tangent {bad} gives {t} by operand {k} of {case}"


def as_like(value: Any, number: float) -> Any:
    return np.full_like(value, number) if isinstance(value, np.ndarray) else type(value)(number)


def check_table(prim: Prim) -> None:
    """The derivatives that the entry lists: conventions at kinks, edge cases; in both modes."""
    for args, expected in prim.info.get("table", ()):
        for make in (lambda v: v, lambda v: np.array([v])):
            case = Case(tuple(a if isinstance(a, Known) else make(a) for a in args))
            wanted = [e for a, e in zip(args, expected, strict=True) if not isinstance(a, Known)]
            p, wrt = program(prim, case), case.active()
            found = gradients(p, wrt, case.given, as_like(quiet(p, *case.given)[0], 1.0))
            for k, g in zip(wrt, found, strict=True):
                t = tangent(p, [k], case.given, [as_like(case.given[k], 1.0)])
                for mode, d in (("vjp", g), ("jvp", t)):
                    assert np.allclose(d, wanted[k], rtol=1e-9, atol=1e-14), (
                        f"{mode} by operand {k} is {d}, not {wanted[k]}: {case}"
                    )


# --- meaning


def check_proof(prim: Prim) -> None:
    """The rule is the derivative of the meaning: by proof, or at 1000 points where SymPy cannot."""
    if not is_elementwise(prim):
        # A linear operation is its own tangent: the identity of transposition is the whole proof.
        linear = prim.family in LINEAR_BY_FAMILY
        assert linear or "numerical" in prim.info, f"{prim.name} says neither what it means nor why SymPy cannot say it"
    elif "numerical" in prim.info:
        check_points(prim)
    else:
        assert proofs.prove(prim) >= len(prim.operands)


def check_points(prim: Prim) -> None:
    rng = rng_of(prim)
    domain = prim.info.get("domain", ((-2.0, 2.0),) * len(prim.operands))
    points = Case(tuple(rng.uniform(*d, 1000) for d in domain))
    p, wrt = program(prim, points), points.active()
    xs = proofs.symbols(prim)
    meaning = sympy.lambdify(list(xs.values()), proofs.meaning(prim, xs), "mpmath")
    found = gradients(p, wrt, points.given, np.ones(1000))
    with mpmath.workdps(40):
        for k in wrt:
            order = tuple(int(j == k) for j in wrt)
            exact = [
                float(mpmath.diff(meaning, row if len(row) > 1 else row[0], order if len(row) > 1 else 1))
                for row in zip(*points.args, strict=True)
            ]
            assert_near(found[k], np.array(exact), 1e-11, f"the derivative by operand {k}")


CHECKS: tuple[Callable[[Prim], None], ...] = (
    check_identity, check_differences, check_complex_step, check_second_order, check_broadcasting, check_dtypes,
    check_integers, check_probes, check_guarded, check_masks, check_table, check_proof,
)  # fmt: skip
