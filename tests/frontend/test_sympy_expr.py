"""SymPy expressions as formulas, against SymPy's own derivatives and NumPy."""

import pickle
import subprocess
import sys

import numpy as np
import pytest
import sympy as sp

import symdiff
from symdiff.errors import CompileError, SymdiffError, UsageError

x, y, w = sp.symbols("x y w", real=True)
n, m, i, j = sp.symbols("n m i j", integer=True)
POINT = {x: 0.3, y: 0.7, w: -0.4}

SCALARS = [
    1 / (1 + sp.exp(-(w * x + y))),
    x**3 * y - 2 * x / y + sp.Rational(1, 3),
    sp.sqrt(x**2 + y**2) / w**2,
    x**y + 2**x - y ** sp.Rational(3, 2),
    sp.sin(x) * sp.cos(y) + sp.tan(w) - sp.atan2(y, x) + sp.asin(x) + sp.acos(y) + sp.atan(w),
    sp.sinh(x) + sp.cosh(y) - sp.tanh(w) + sp.asinh(x) + sp.atanh(x) + sp.acosh(y + 1),
    sp.Abs(w) * sp.log(x) + sp.pi * x + sp.E * y + sp.GoldenRatio,
    sp.Max(x, y, w) - sp.Min(x, y) + sp.Max(0, w),
    sp.Piecewise((x, x >= 1), (sp.exp(x) - 1, True)),
    sp.Piecewise((x * y, (x > 0) & (y < 1)), (w, sp.Or(x < -1, sp.Ne(y, 0))), (0, True)),
    -x - y,
    sp.erf(x) + sp.erfc(y) * w,
    x - (y - w),
    sp.Float("0.1") * x + 10**20 * y,
    sp.Sum(x**i / (i + 1), (i, 0, 3)),
    sp.Product(x + i, (i, 1, 3)),
    sp.sec(x) * sp.csc(y) - sp.cot(w) + sp.sech(x) * sp.csch(y) + sp.coth(w),
    sp.asec(2 + x) + sp.acsc(2 + y) * sp.asech(x) + sp.acsch(w) * sp.acoth(2 + y),
    sp.gamma(x + 1) * sp.gamma(y) + w * sp.gamma(w),
]


@pytest.mark.parametrize("expr", SCALARS, ids=str)
def test_numbers(expr: sp.Expr) -> None:
    f = symdiff.from_sympy(expr, [x, y, w])
    args = tuple(POINT.values())
    assert f(*args) == pytest.approx(float(expr.doit().subs(POINT).evalf()), rel=1e-13)
    for level in (0, 2):
        found = symdiff.grad(f, argnums=(0, 1, 2), level=level)(*args)
        for name, value in zip((x, y, w), found, strict=True):
            slope = sp.diff(expr.doit().rewrite(sp.Piecewise), name).doit().subs(POINT).evalf()
            assert value == pytest.approx(float(slope), rel=1e-11, abs=1e-12), name


def test_steps() -> None:
    f = symdiff.from_sympy(sp.Heaviside(x) * x + sp.Mod(y, 2) + sp.floor(y) * x + sp.sign(w) * y, [x, y, w])
    assert f(0.3, 2.5, -0.4) == pytest.approx(0.3 + 0.5 + 0.6 - 2.5)
    assert symdiff.grad(f, argnums=(0, 1, 2))(0.3, 2.5, -0.4) == pytest.approx((3.0, 0.0, 0.0))


def test_kronecker_delta() -> None:
    """Σ_i Σ_j a_i a_j δ_ij = Σ a_i²; δ_i2 picks one element."""
    A = sp.IndexedBase("A", shape=(n,))
    squares = sp.Sum(A[i] * A[j] * sp.KroneckerDelta(i, j), (i, 0, n - 1), (j, 0, n - 1))
    a = np.array([1.0, -2.0, 3.0])
    value, gradient = symdiff.value_and_grad(symdiff.from_sympy(squares, [A]))(a)
    assert (value, gradient.tolist()) == (14.0, [2.0, -4.0, 6.0])
    one = symdiff.from_sympy(sp.Sum(A[i] ** 2 * sp.KroneckerDelta(i, 2), (i, 0, n - 1)), [A])
    assert symdiff.grad(one)(a).tolist() == [0.0, 0.0, 6.0]


@pytest.mark.parametrize("level", [0, 1, 2])
def test_where_no_condition_of_a_piecewise_holds_value_and_derivatives_are_nan(level: int) -> None:
    """SymPy: the derivative of Piecewise((w x, x > 1)) is Piecewise((w, x > 1)), which is nan elsewhere."""
    gaps = sp.Piecewise((w * x**2, x > 1), (y, x < -1))
    slopes = [sp.diff(gaps, by) for by in (x, y, w)]
    f = symdiff.from_sympy(gaps, [x, y, w])
    for at in ({x: 2.0, y: 5.0, w: 3.0}, {x: -2.0, y: 5.0, w: 3.0}, {x: 0.5, y: 5.0, w: 3.0}):
        found = symdiff.value_and_grad(f, argnums=(0, 1, 2), level=level)(*at.values())
        expected = [float(e.subs(at)) for e in (gaps, *slopes)]
        assert np.array_equal([found[0], *found[1]], expected, equal_nan=True), at
    second = symdiff.grad(symdiff.grad(f, level=level), level=level)
    assert second(2.0, 5.0, 3.0) == 6.0
    assert np.isnan(second(0.5, 5.0, 3.0))


def test_of_an_array_nan_stays_where_no_condition_holds() -> None:
    A = sp.IndexedBase("A", shape=(n,))
    f = symdiff.from_sympy(sp.Sum(sp.Piecewise((w * A[i] ** 2, A[i] > 0)), (i, 0, n - 1)), [A, w])
    for level in (0, 2):
        slope = symdiff.grad(f, argnums=(0, 1), level=level)
        assert slope(np.array([1.0, 2.0]), 3.0)[0].tolist() == [6.0, 12.0]
        assert slope(np.array([1.0, 2.0]), 3.0)[1] == 5.0
        by_a, by_w = slope(np.array([1.0, -2.0]), 3.0)
        assert by_a[0] == 6.0
        assert np.isnan([by_a[1], by_w]).all()


def test_sums_over_arrays() -> None:
    X, W, Y = sp.IndexedBase("X", shape=(n, m)), sp.IndexedBase("W", shape=(m,)), sp.IndexedBase("Y", shape=(n,))
    loss = sp.Sum((Y[i] - sp.Sum(X[i, j] * W[j], (j, 0, m - 1))) ** 2, (i, 0, n - 1)) / n
    f = symdiff.from_sympy(loss, [X, Y, W], wrt=[W])
    rng = np.random.default_rng(0)
    a, b, c = rng.normal(size=(4, 3)), rng.normal(size=4), rng.normal(size=3)
    assert f(a, b, c) == pytest.approx(np.mean((b - a @ c) ** 2))
    np.testing.assert_allclose(symdiff.grad(f)(a, b, c), -2 * a.T @ (b - a @ c) / 4)
    assert "X @ W" in symdiff.generate(f)


def test_sums_over_known_ranges_and_shifted_subscripts() -> None:
    A = sp.IndexedBase("A", shape=(5,))
    f = symdiff.from_sympy(sp.Sum((A[i + 1] - A[i]) ** 2, (i, 0, 3)) + A[0], [A])
    a = np.array([1.0, 3.0, -1.0, 0.5, 2.0])
    assert f(a) == pytest.approx(np.sum(np.diff(a) ** 2) + 1.0)
    symdiff.check_grads(f, (a,))


def test_matrices() -> None:
    A, B = sp.MatrixSymbol("A", 3, 3), sp.MatrixSymbol("B", 3, 3)
    C, v = sp.MatrixSymbol("C", n, n), sp.MatrixSymbol("v", n, 1)
    rng = np.random.default_rng(1)
    a, b, u = rng.normal(size=(3, 3)) + 3 * np.eye(3), rng.normal(size=(3, 3)), rng.normal(size=(3, 1))
    for expr, args, values, expected in [
        (sp.Trace(A * B.T), [A, B], (a, b), np.trace(a @ b.T)),
        (sp.Determinant(C), [C], (a,), np.linalg.det(a)),
        (A * B + 2 * A.T - B, [A, B], (a, b), a @ b + 2 * a.T - b),
        (C.I * v, [C, v], (a, u), np.linalg.solve(a, u)),
        (v.T * C * v, [C, v], (a, u), u.T @ a @ u),
        (sp.HadamardProduct(A, B), [A, B], (a, b), a * b),
        (C**3, [C], (a,), a @ a @ a),
        (C + sp.Identity(n) * x, [C, x], (a, 0.5), a + 0.5 * np.eye(3)),
        (A[0, 1] + A[2, 2], [A], (a,), a[0, 1] + a[2, 2]),
        (sp.Sum(C[i, i], (i, 0, n - 1)), [C], (a,), np.trace(a)),
        (sp.Matrix([[x, x * y], [1, y]]), [x, y], (0.5, 2.0), np.array([[0.5, 1.0], [1.0, 2.0]])),
        (sp.Matrix([[x, x * y], [1, y]]).det(), [x, y], (0.5, 2.0), 0.0),
    ]:
        f = symdiff.from_sympy(expr, args)
        found = f(*values)
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)
        assert np.shape(found) == np.shape(expected)
        symdiff.check_grads(f, values, order=1)


def test_wrt_name_and_pickle() -> None:
    f = symdiff.from_sympy(w * x**2, [x, w], wrt="w", name="g")
    assert f.__name__ == "g" and symdiff.grad(f)(3.0, 2.0) == 9.0
    assert symdiff.grad(symdiff.from_sympy(w * x**2, [x, w]))(3.0, 2.0) == 12.0
    assert pickle.loads(pickle.dumps(symdiff.grad(f)))(3.0, 2.0) == 9.0
    assert "def g_grad(" in symdiff.generate(f)


@pytest.mark.parametrize(
    "expr",
    [sp.zeta(x), sp.Derivative(sp.Function("g")(x), x), sp.Integral(x, x), sp.I * x, sp.zoo + x, sp.nan, sp.oo,
     sp.Function("g")(x), sp.Eq(x, 1), sp.true, sp.FiniteSet(x), sp.Sum(x, (i, 0, sp.oo)),
     sp.KroneckerDelta(i, 1, (0, 3)), sp.acot(x), sp.loggamma(x)],
    ids=str,
)  # fmt: skip
def test_refused_expressions(expr: sp.Basic) -> None:
    with pytest.raises(SymdiffError) as caught:
        symdiff.generate(symdiff.from_sympy(expr, [x, i]))
    assert caught.value.code in ("SD815", "SD813")


def test_the_report() -> None:
    with pytest.raises(CompileError) as caught:
        symdiff.from_sympy(sp.zeta(x), [x])
    assert str(caught.value) == "SD815 zeta(x) is not supported\n  why: symdiff has no meaning for it"


@pytest.mark.parametrize(
    ("expr", "args"),
    [
        (x + y, [x]),
        (sp.Symbol("x", positive=True) + x, [x]),
        (sp.Sum(sp.IndexedBase("A", shape=(n,))[i], (i, 0, n)), [sp.IndexedBase("A", shape=(n,))]),
        (sp.Sum(x * sp.Symbol("k"), (sp.Symbol("k"), 1, 3)), [x, sp.Symbol("k")]),
    ],
)
def test_names_and_ranges_that_do_not_fit(expr: sp.Expr, args: list[object]) -> None:
    with pytest.raises(CompileError):
        symdiff.generate(symdiff.from_sympy(expr, args))


@pytest.mark.parametrize(
    ("expr", "args"),
    [
        ("__import__('os').system('touch hacked')", [x]),
        (x, ["x"]),
        (sp.Symbol("a b"), [sp.Symbol("a b")]),
        (sp.Symbol("__import__('os')"), [sp.Symbol("__import__('os')")]),
        (sp.Symbol("lambda"), [sp.Symbol("lambda")]),
        (sp.Symbol("x\nimport os"), [sp.Symbol("x\nimport os")]),
        (sp.Symbol("_x"), [sp.Symbol("_x")]),
        (x, [x, sp.Symbol("x", positive=True)]),
        (sp.IndexedBase("A")[i], [sp.IndexedBase("A"), i]),
    ],
)
def test_strings_and_hostile_names(expr: object, args: list[object]) -> None:
    with pytest.raises(UsageError):
        symdiff.from_sympy(expr, args)


def test_a_symbol_called_like_a_function() -> None:
    exp = sp.Symbol("exp")
    assert symdiff.from_sympy(exp * sp.exp(x), [exp, x])(2.0, 1.0) == pytest.approx(2 * np.e)


def test_deep_expressions_end_in_an_error() -> None:
    deep = x
    for _ in range(200):
        deep = sp.sin(deep, evaluate=False)
    with pytest.raises(CompileError, match="SD802"):
        symdiff.from_sympy(deep, [x])


def test_sympy_is_imported_when_it_is_asked_for() -> None:
    program = "import sys, symdiff; symdiff.from_dsl('f(x) = x'); print('sympy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("kind", [sp.Sum, sp.Product])
def test_a_range_that_runs_backwards(kind: type) -> None:
    """SymPy's Sum over i from 3 to 1 is minus the term at 2, not 0; one from 2 to 1 is empty."""
    with pytest.raises(CompileError, match="a range that runs backwards"):
        symdiff.from_sympy(kind(w * i, (i, 3, 1)), [w])
    assert symdiff.from_sympy(kind(w * i, (i, 2, 1)), [w])(5.0) == (0 if kind is sp.Sum else 1)


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("kind", [sp.Sum, sp.Product])
def test_a_range_that_runs_backwards_for_some_sizes(kind: type, level: int) -> None:
    """Over i from 2 to n - 1: for n = 3 one term, 2w; for n = 2 none; for n = 1 SymPy has what is left of 1 to 1."""
    A = sp.IndexedBase("A", shape=(n,))
    expr = kind(w * i, (i, 2, n - 1)) * A[0]
    f = symdiff.from_sympy(expr, [A, w])
    for size in (2, 3, 4):
        expected = float(expr.doit().subs({n: size, A[0]: 2, w: 5}) if size > 2 else (0 if kind is sp.Sum else 2))
        assert symdiff.value_and_grad(f, level=level)(np.full(size, 2.0), 5.0)[0] == expected
    with pytest.raises(ValueError, match=r"\(i, 2, n - 1\)\).*: the range runs backwards, which SymPy takes"):
        symdiff.grad(f, level=level)(np.full(1, 2.0), 5.0)


@pytest.mark.parametrize("last", [n - 1, 2 * n, n * m - 1, n + m - 2 + 1])
def test_a_range_that_never_runs_backwards_is_not_checked(last: sp.Expr) -> None:
    A = sp.IndexedBase("A", shape=(n, m))
    assert "backwards" not in symdiff.generate(symdiff.from_sympy(sp.Sum(w * i, (i, 0, last)), [A, w]))


def test_errors_quote_the_subscript() -> None:
    A, M = sp.IndexedBase("A", shape=(n,)), sp.MatrixSymbol("M", n, m)
    with pytest.raises(CompileError) as caught:
        symdiff.generate(symdiff.from_sympy(sp.Sum(A[2 * i + 1], (i, 0, n - 1)), [A]))
    first = "SD808 subscript `2*i + 1` takes values from 1 to 2*n - 1, and the axis has 0 to n - 1"
    assert str(caught.value).splitlines()[0] == first
    with pytest.raises(IndexError, match=r"^A\[5\]: the subscript is above n - 1, the last index$"):
        symdiff.from_sympy(A[5], [A])(np.ones(3))
    with pytest.raises(IndexError, match=r"^M\[0, 7\]: the subscript is above m - 1, the last index$"):
        symdiff.from_sympy(M[0, 7], [M])(np.ones((2, 2)))


def test_a_symbol_with_other_assumptions() -> None:
    with pytest.raises(CompileError, match="args are x; a symbol with other assumptions is another"):
        symdiff.from_sympy(sp.Symbol("x", positive=True) ** 2, [x])
