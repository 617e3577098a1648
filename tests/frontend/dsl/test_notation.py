"""What the notation means where it could be read in more than one way: each case beside the Python that it is."""

import numpy as np
import pytest

import symdiff

a, b, c = 1.5, -0.4, 0.7
x, y = np.array([0.5, -1.0, 2.0]), np.array([1.0, 0.25, -0.5])
A, B = np.array([[2.0, 0.5, 0.1], [0.3, 3.0, -0.2], [-0.1, 0.4, 1.5]]), np.arange(9.0).reshape(3, 3) / 10


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("f(a, b, c) = -a^2", -(a**2)),
        ("f(a, b, c) = a (b - c)^2", a * (b - c) ** 2),
        ("f(a, b, c) = (a (b))^2", (a * b) ** 2),
        ("f(a, b, c) = 1/2 a b", 0.5 * a * b),
        ("f(a, b, c) = a/b*c", a / b * c),
        ("f(a, b, c) = ½ a b", 0.5 * a * b),
        ("f(a, b, c) = -½a² + ½(b - c) * ½", -0.5 * a**2 + 0.25 * (b - c)),
        ("f(a, b, c) = a^½ + ½^a + ½/b + b/½", a**0.5 + 0.5**a + 0.5 / b + b / 0.5),
        ("f(a, b, c) = exp(-½ a²) + ½ Σ_{k=1}^3 k a", np.exp(-0.5 * a**2) + 3 * a),
        ("f(a, b, c) = a - b - c", a - b - c),
        ("f(a, b, c) = a^2^c", a ** (2**c)),
        ("f(a, b, c) = e^{b c} + e^-b", np.exp(b * c) + np.exp(-b)),
        ("f(a, b, c) = |b| c |a|", abs(b) * c * abs(a)),
        ("f(a, b, c) = |b - |c||", abs(b - abs(c))),
        ("f(a, b, c) = 2a log c", 2 * a * np.log(c)),
        ("f(a, b, c) = a² b⁻¹", a**2 / b),
        ("f(a, b, c) = √a b", np.sqrt(a) * b),
        ("f(a, b, c) = e^-a² + 2^b²c", np.exp(-a * a) + 2 ** (b * b) * c),
        ("f(a, b, c) = (e^-a)² + (√a)² + √(a c)² + sqrt(c)²", np.exp(-2 * a) + a + a * c + c),
        ("f(a, b, c) = √4a + e^2b", 2 * a + np.exp(2) * b),
        ("f(a, b, c) = sin^2(a) b", np.sin(a) ** 2 * b),
        ("f(a, b, c) = 2 sin²(a b) c + cos^{3}(a)", 2 * np.sin(a * b) ** 2 * c + np.cos(a) ** 3),
        ("f(a, b, c) = -c tanh^2 (log(a))", -c * np.tanh(np.log(a)) ** 2),
        ("f(a, b, c) = b cos^2 a", b * np.cos(a) ** 2),
        ("f(a, b, c) = sin^2((a + b) c) - cos^2 a^2", np.sin((a + b) * c) ** 2 - np.cos(a**2) ** 2),
        ("f(a, b, sin) = sin^2(a)", c**2 * a),
        ("f(a, b, c) = π a + pi", np.pi * a + np.pi),
        ("f(a, b, e) = e^2", c**2),
        ("f(a, b, c) = mod(b, a)", b % a),
        ("f(a, b, c) = min(a, b, c)", b),
        ("f(a, b, c) = a +\n  b\n  - c", a + b - c),
        ("f(a,\n b, c) = (a\n + b)", a + b),
        ("f(a, b, c) = { a if b < c < a and not a = b; b if a < b or a ≠ a; c otherwise }", a),
        ("f(a, b, c) = { a if b > c; b if b > a; c else }", c),
        ("f(a_1, a2, c) = a_1 - a₂", a - b),
        ("f(a; b, c) = .5a + 1e1b", 0.5 * a + 10 * b),
        ("f(w', w, c) = w' w", a * b),
        ("f(a, b, c) = Σ_{k=1}^4 a k", a * 10),
        ("f(a, b, c) = Σ_{k=1}^4 a", 4 * a),
        ("f(a, b, c) = ∏_{k=1}^3 (a + k)", (a + 1) * (a + 2) * (a + 3)),
        ("f(a, b, c) = Σ_{k=0..2} k^2 b - a", 5 * b - a),
        ("f(a, b, c) = sum_{k=1}^2 -a k", -3 * a),
    ],
)
def test_numbers(text: str, value: float) -> None:
    f = symdiff.from_dsl(text)
    assert f(a, b, c) == pytest.approx(value, rel=1e-14)
    assert symdiff.value_and_grad(f)(a, b, c)[0] == pytest.approx(value, rel=1e-14)


def test_a_power_of_a_function_of_the_file() -> None:
    f = symdiff.from_dsl("g(t) = t + 1\nf(a, b) = g^2(a) b + 1 / g²(b)", name="f")
    assert f(a, b) == pytest.approx((a + 1) ** 2 * b + 1 / (b + 1) ** 2, rel=1e-14)
    assert symdiff.grad(f)(a, b) == pytest.approx(2 * (a + 1) * b, rel=1e-14)


HEAD = "f(x: [n], y: [n], A: [n, n], B: [n, n]) = "


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x^T y", x @ y),
        ("xᵀ A y", x @ A @ y),
        ("x · y", x @ y),
        ("x yᵀ", np.outer(x, y)),
        ("A B x", A @ B @ x),
        ("A A", A @ A),
        ("Aᵀ B", A.T @ B),
        ("A^T^T", A),
        ("x^T A", x @ A),
        ("A ⊙ B", A * B),
        ("A ⊘ (B + 1)", A / (B + 1)),
        ("A + xᵀ", A + x),
        ("2 A - B / 2", 2 * A - B / 2),
        ("A^-1 x", np.linalg.inv(A) @ x),
        ("tr(A) + det(A) + trace(A)", 2 * np.trace(A) + np.linalg.det(A)),
        ("‖x‖ + ‖A‖_F + ‖x‖_1 + norm(y)", np.linalg.norm(x) + np.linalg.norm(A) + abs(x).sum() + np.linalg.norm(y)),
        ("‖x - y‖² + ‖A‖^2", np.sum((x - y) ** 2) + np.sum(A * A)),
        ("sum(A) + mean(x)", A.sum() + x.mean()),
        ("x_1 + y_3 + A_12 + A[3, 1]", x[0] + y[2] + A[0, 1] + A[2, 0]),
        ("x_n", x[2]),
        ("exp(A)", np.exp(A)),
        ("max(x, y, 0)", np.maximum(np.maximum(x, y), 0)),
        ("(A x)_2", (A @ x)[1]),
        ("Σ_{i=1}^n A_ii", np.trace(A)),
        ("Σ_{i=1}^n A_{i,n+1-i}", A[::-1].trace()),
        ("max_{i=1}^n x_i - min_{i=1}^n y_i", x.max() - y.min()),
        ("Σ_{i=1}^n A_i · x", (A @ x).sum()),
        ("Σ_{i=1}^n Σ_{j=1}^n A_ij B_ji x_j", np.einsum("ij,ji,j->", A, B, x)),
        ("Σ_{i=1}^n x_i Σ_{j=1}^n A_ij y_j", x @ A @ y),
    ],
)
def test_vectors_and_matrices(text: str, value: object) -> None:
    f = symdiff.from_dsl(HEAD + text)
    np.testing.assert_allclose(f(x, y, A, B), value, rtol=1e-13)
    assert np.shape(f(x, y, A, B)) == np.shape(value)
    symdiff.check_grads(f, (x, y, A, B), order=1, modes="rev")


def test_a_sum_of_products_is_a_matrix_product() -> None:
    """Not a loop, and no array with an axis for each index."""
    text = """
    index i = 1..n, j = 1..m, k = 1..d
    C = f(A: [n, d], B: [m, d]; w: [d])
    C_ij = Σ_k A_ik B_jk
    """
    made = symdiff.generate(symdiff.from_dsl(text, "f"), functions=["primal"], types="A=f8[n,d], B=f8[m,d], w=f8[d]")
    assert "C = A @ B.T" in made


def test_shifted_sums_are_slices() -> None:
    f = symdiff.from_dsl("f(; x: [n]) = Σ_{i=2}^{n-1} (x_{i+1} - 2 x_i + x_{i-1})^2")
    text = symdiff.generate(f, functions=["primal"]).split("def _")[0]
    assert all(part in text for part in ("x[2:]", "2.0 * x[1:-1]", "x[:-2]"))
    assert "for " not in text


def test_a_filter_is_moved_by_a_loop_over_its_elements() -> None:
    text = """index i = 0..n-p, k = 0..p-1
    o = f(x: [0..n-1]; w: [0..p-1])
    o_i = Σ_k x_{i+k} w_k"""
    made = symdiff.generate(symdiff.from_dsl(text), functions=["primal"])
    assert "for k in range(p):" in made and "x[k:k + (n - p + 1)]" in made


def test_a_function_of_a_number_is_applied_to_every_element() -> None:
    f = symdiff.from_dsl("f(z) = { z if z > 0; e^z - 1 otherwise }\ng(v: [n]) = sum(f(v))", "f")
    np.testing.assert_allclose(f(x), np.where(x > 0, x, np.exp(x) - 1))
    np.testing.assert_allclose(symdiff.vjp(f, x)[1](np.ones(3))[0], np.where(x > 0, 1, np.exp(x)))


def test_what_follows_the_semicolon_is_differentiated() -> None:
    f = symdiff.from_dsl("f(x; w, b) = w x + b")
    assert symdiff.grad(f)(2.0, 3.0, 4.0) == (2.0, 1.0)
    assert symdiff.grad(f, argnums=0)(2.0, 3.0, 4.0) == 3.0
    assert symdiff.grad(f, wrt="b")(2.0, 3.0, 4.0) == 1.0
    assert symdiff.differentiable(f).grad(2.0, 3.0, 4.0) == (2.0, 1.0)
    assert symdiff.grad(symdiff.from_dsl("f(x, w) = w x"))(2.0, 3.0) == 3.0  # no semicolon: as of a Python function
    assert "wrt     w, b" in symdiff.generate(f)


def test_declared_sizes_meet_the_arguments() -> None:
    f = symdiff.from_dsl("f(X: [n, d], y: [n]; w: [d]) = ‖X w - y‖²")
    args = np.ones((4, 3)), np.ones(4), np.ones(3)
    assert symdiff.grad(f)(*args).shape == (3,)
    assert symdiff.grad(f)(np.ones((1, 3)), np.ones(1), np.ones(3)).shape == (3,)
    assert symdiff.grad(f)(*(v.astype(np.float32) for v in args)).dtype == np.float32
    for wrong in ((np.ones((4, 3)), np.ones(5), np.ones(3)), (np.ones((4, 3)), np.ones(4), np.ones(2))):
        with pytest.raises(ValueError, match="must be an array"):
            symdiff.grad(f)(*wrong)
        with pytest.raises(symdiff.SymdiffError, match="SD707"):
            f(*wrong)
    for wrong in ((np.ones((1, 3)), np.ones(5), np.ones(3)), (np.ones((4, 3)), np.ones(1), np.ones(3))):
        for call in (f, symdiff.grad(f)):
            with pytest.raises(symdiff.CompileError, match="SD816 y is of size"):
                call(*wrong)


def test_sizes_declared_as_numbers() -> None:
    f = symdiff.from_dsl("f(x: [3]; w) = w sum(x)")
    assert symdiff.grad(f)(np.ones(3), 2.0) == 3.0
    for call in (f, symdiff.grad(f)):
        with pytest.raises(symdiff.CompileError, match="SD816 x is of size 5; declared: 3"):
            call(np.ones(5), 2.0)


def test_data_as_subscripts() -> None:
    f = symdiff.from_dsl("L(f: [n, C], y: int[n]) = Σ_{i=1}^n f_{i,y_i}")
    table = np.arange(6.0).reshape(2, 3)
    assert f(table, np.array([3, 1])) == 2.0 + 3.0
    np.testing.assert_array_equal(symdiff.grad(f)(table, np.array([3, 1])), [[0, 0, 1], [1, 0, 0]])
    for bad in ([0, 1], [1, 4]):
        for call in (f, symdiff.grad(f)):
            with pytest.raises(IndexError):
                call(table, np.array(bad))


def test_empty_ranges() -> None:
    f = symdiff.from_dsl("f(; x: [n]) = Σ_{i=1}^{n-1} (x_{i+1} - x_i)^2 + Σ_{i=1}^{n-1} 1")
    assert f(np.zeros(0)) == 0
    assert symdiff.grad(f)(np.zeros(1)) == np.zeros(1)
