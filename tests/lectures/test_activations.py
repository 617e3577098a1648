"""The table of activation functions: each row as compiled against the formulas printed, typed by hand from the notes.

`ROWS` has the derivative as the table prints it wherever the print is right; `WRONG` has what is printed wrongly, and
shows it wrong by differences.
"""

import ast
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.special import erf

import symdiff
from tests.lectures.reading import EXAMPLES, FOLDER, example, module

table = example("activations")
# off the kinks, and on both sides of each
XS = np.array([-5.0, -2.5, -1.75, -1.25, -0.5, -0.125, 0.125, 0.5, 0.75, 1.25, 1.75, 2.5, 5.0])


def sigma(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def phi(x: Any) -> Any:
    return np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)


def step(x: Any) -> Any:
    """H(x)"""
    return np.where(x < 0, 0.0, 1.0)


def cases(x: Any, *rows: tuple[Any, Any]) -> Any:
    """The value of the first row whose condition holds."""
    return np.select([condition for condition, _ in rows], [value + 0 * x for _, value in rows])


Row = tuple[tuple[float, ...], Callable[..., Any], Callable[..., Any]]
SELU = 1.0507
ROWS: dict[str, Row] = {  # parameters, f as compiled, f' as printed
    "identity": ((), lambda x: x, lambda x: 1 + 0 * x),
    "binary_step": ((), lambda x: cases(x, (x < 0, 0), (x >= 0, 1)), lambda x: 0 * x),
    "logistic": ((), sigma, lambda x: sigma(x) * (1 - sigma(x))),
    "tanh": ((), lambda x: (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)), lambda x: 1 - np.tanh(x) ** 2),
    "sqnl": (
        (),
        lambda x: cases(x, (x > 2, 1), (x >= 0, x - x**2 / 4), (x >= -2, x + x**2 / 4), (x < -2, -1)),
        lambda x: cases(x, (abs(x) > 2, 0), (x >= 0, 1 - x / 2), (x < 0, 1 + x / 2)),
    ),
    "arctan": ((), np.arctan, lambda x: 1 / (x**2 + 1)),
    "arsinh": ((), lambda x: np.log(x + np.sqrt(x**2 + 1)), lambda x: 1 / np.sqrt(x**2 + 1)),
    "elliott": ((), lambda x: x / (1 + abs(x)), lambda x: 1 / (1 + abs(x)) ** 2),
    "isru": ((2.0,), lambda x, a: x / np.sqrt(1 + a * x**2), lambda x, a: (1 / np.sqrt(1 + a * x**2)) ** 3),
    "isrlu": (
        (1.0,),
        lambda x, a: cases(x, (x < 0, x / np.sqrt(1 + x**2)), (x >= 0, x)),
        lambda x, a: cases(x, (x < 0, (1 / np.sqrt(1 + x**2)) ** 3), (x >= 0, 1)),
    ),
    "relu": ((), lambda x: cases(x, (x <= 0, 0), (x > 0, x)), lambda x: cases(x, (x <= 0, 0), (x > 0, 1))),
    "leaky_relu": (
        (),
        lambda x: cases(x, (x < 0, 0.01 * x), (x >= 0, x)),
        lambda x: cases(x, (x < 0, 0.01), (x >= 0, 1)),
    ),
    "leaky_relu_of_the_slide": (
        (),
        lambda x: np.maximum(0.1 * x, x),
        lambda x: cases(x, (x < 0, 0.1), (x >= 0, 1)),
    ),
    "prelu": (
        (0.3,),
        lambda x, a: cases(x, (x < 0, a * x), (x >= 0, x)),
        lambda x, a: cases(x, (x < 0, a), (x >= 0, 1)),
    ),
    "rrelu": (
        (0.2,),
        lambda x, a: cases(x, (x < 0, a * x), (x >= 0, x)),
        lambda x, a: cases(x, (x < 0, a), (x >= 0, 1)),
    ),
    "elu": (
        (0.7,),
        lambda x, a: cases(x, (x <= 0, a * (np.exp(x) - 1)), (x > 0, x)),
        lambda x, a: cases(x, (x <= 0, a * (np.exp(x) - 1) + a), (x > 0, 1)),
    ),
    "selu": (
        (1.67326,),
        lambda x, a: SELU * cases(x, (x < 0, a * (np.exp(x) - 1)), (x >= 0, x)),
        lambda x, a: SELU * cases(x, (x < 0, a * np.exp(x)), (x >= 0, 1)),
    ),
    "srelu": (
        (-1.0, 0.2, 2.0, 0.4),
        lambda x, tl, al, tr, ar: cases(x, (x <= tl, tl + al * (x - tl)), (x < tr, x), (x >= tr, tr + ar * (x - tr))),
        lambda x, tl, al, tr, ar: cases(x, (x <= tl, al), (x < tr, 1), (x >= tr, ar)),
    ),
    "softplus": ((), lambda x: np.log(1 + np.exp(x)), lambda x: 1 / (1 + np.exp(-x))),
    "bent_identity": (
        (),
        lambda x: (np.sqrt(x**2 + 1) - 1) / 2 + x,
        lambda x: x / (2 * np.sqrt(x**2 + 1)) + 1,
    ),
    "gelu_of_array": (
        (),
        lambda x: x * (1 + erf(x / math.sqrt(2))) / 2,
        lambda x: (1 + erf(x / math.sqrt(2))) / 2 + x * phi(x),
    ),
    "silu": ((), lambda x: x * sigma(x), lambda x: sigma(x) * (1 + x * (1 - sigma(x)))),
    "soft_clipping": (
        (3.0,),
        lambda x, p: 1 / p * np.log((1 + np.exp(p * x)) / (1 + np.exp(p * (x - 1)))),
        lambda x, p: 0.5 * np.sinh(p / 2) / np.cosh(p * x / 2) / np.cosh(p / 2 * (1 - x)),
    ),
    "sinusoid": ((), np.sin, np.cos),
    "sinc": ((), lambda x: np.sin(x) / x, lambda x: np.cos(x) / x - np.sin(x) / x**2),
    "gaussian": ((), lambda x: np.exp(-(x**2)), lambda x: -2 * x * np.exp(-(x**2))),
    "sq_rbf": (
        (),
        lambda x: cases(x, (abs(x) <= 1, 1 - x**2 / 2), (abs(x) < 2, (2 - abs(x)) ** 2 / 2), (abs(x) >= 2, 0)),
        lambda x: cases(x, (abs(x) <= 1, -x), (abs(x) < 2, -np.sign(x) * (2 - abs(x))), (abs(x) >= 2, 0)),
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_generated_modules_have_the_value_and_the_derivative_of_the_table(name: str) -> None:
    parameters, f, f_prime = ROWS[name]
    made = module(f"activations/{name}")
    y, saved = getattr(made, f"{name}_forward")(XS, *parameters)
    np.testing.assert_allclose(y, f(XS, *parameters), rtol=1e-9, atol=1e-12)
    gradients = getattr(made, f"{name}_backward")(saved, np.ones_like(XS))
    d_x = gradients[0] if isinstance(gradients, tuple) else gradients
    np.testing.assert_allclose(d_x, f_prime(XS, *parameters), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("name", ROWS)
def test_numbers_and_arrays_agree_at_every_level(name: str, level: int) -> None:
    parameters, _, f_prime = ROWS[name]
    function = getattr(table, name)
    xs = XS[[2, 6, 9]]
    y, pullback = symdiff.vjp(function, xs, *parameters)
    gradient = symdiff.grad(function, level=level)
    for k, x in enumerate(xs):
        if name != "gelu_of_array":  # compiled with erf for arrays
            assert function(float(x), *parameters) == pytest.approx(y[k], rel=1e-12)
        assert gradient(float(x), *parameters) == pytest.approx(f_prime(x, *parameters), rel=1e-9, abs=1e-12)
    np.testing.assert_allclose(pullback(np.ones(3))[0], f_prime(xs, *parameters), rtol=1e-9, atol=1e-12)


def differences(f: Callable[[Any], Any], x: Any, h: float = 1e-6) -> Any:
    return (f(x + h) - f(x - h)) / (2 * h)


def test_parameters_have_derivatives_too() -> None:
    """∂f/∂α of ELU is e^x - 1 for x < 0; of PReLU it is x; of the slopes of SReLU, the distances."""
    assert symdiff.grad(table.elu, wrt="alpha")(-2.0, 0.5) == pytest.approx(math.exp(-2) - 1, rel=1e-12)
    assert symdiff.grad(table.prelu, wrt="alpha")(-2.0, 0.5) == -2
    assert symdiff.grad(table.srelu, wrt=("a_l", "a_r"))(5.0, -1.0, 0.2, 2.0, 0.4) == (0, 3)
    rng = np.random.default_rng(0)
    slopes = rng.uniform(0.1, 0.3, XS.size)  # RReLU: whoever calls it draws the slopes
    _, pullback = symdiff.vjp(table.rrelu, XS, slopes)
    np.testing.assert_array_equal(pullback(np.ones_like(XS))[0], np.where(XS < 0, slopes, 1))


def test_apl() -> None:
    """f' = H(x) - Σ a_i H(-x + b_i)."""
    a, b = np.array([0.2, -0.3]), np.array([0.3, -1.5])
    expected = step(XS) - sum(a[i] * step(-XS + b[i]) for i in range(2))
    for x, d in zip(XS, expected):
        assert symdiff.grad(table.apl)(float(x), a, b) == pytest.approx(d, rel=1e-14)
    made = module("activations/apl")
    _, saved = made.apl_forward(XS, a, b)
    np.testing.assert_allclose(made.apl_backward(saved, np.ones_like(XS))[0], expected, rtol=1e-14)


def test_gelu_of_numbers_and_arrays() -> None:
    f_prime = ROWS["gelu_of_array"][2]
    for x in XS:
        value, d_x = module("activations/gelu").gelu_value_and_grad(float(x))
        assert value == pytest.approx(x * 0.5 * math.erfc(-x / math.sqrt(2)), rel=1e-9, abs=1e-12)
        assert d_x == pytest.approx(f_prime(x), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("alpha", [-0.7, -0.1, 0.0, 0.1, 0.7])
def test_soft_exponential_for_every_sign(alpha: float) -> None:
    """f' as printed: 1/(1 - α(x + α)) for α < 0, e^{αx} for α ≥ 0."""
    for x in (-0.5, 0.25, 0.75):
        expected = 1 / (1 - alpha * (x + alpha)) if alpha < 0 else math.exp(alpha * x)
        value, (d_x, d_alpha) = module("activations/soft_exponential").soft_exponential_value_and_grad(x, alpha)
        assert d_x == pytest.approx(expected, rel=1e-12)
        if alpha:
            by_alpha = differences(lambda a, x=x: table.soft_exponential(x, a), alpha)
            assert d_alpha == pytest.approx(by_alpha, rel=1e-6)
        else:
            assert value == x


def test_brelu() -> None:
    """Even places as ReLU, odd ones -ReLU(-x); the derivative of both is 1 where they are not 0."""
    x = np.array([-2.0, -2.0, 3.0, 3.0])
    made = module("activations/brelu")
    y, saved = made.brelu_forward(x)
    assert y.tolist() == [0, -2, 3, 0]
    assert made.brelu_backward(saved, np.ones(4)).tolist() == [0, 1, 1, 0]


def test_maxout() -> None:
    """max(w1ᵀx + b1, w2ᵀx + b2): the gradient is that of the larger one."""
    w1, w2, x = np.array([1.0, 2.0]), np.array([-1.0, 1.0]), np.array([3.0, -1.0])
    made = module("activations/maxout")
    value, (d_w1, d_b1, d_w2, d_b2, d_x) = made.maxout_value_and_grad(w1, 0.5, w2, 0.25, x)  # 1.5 and -3.75
    assert value == 1.5 and d_w1.tolist() == [3, -1] and d_b1 == 1 and d_x.tolist() == [1, 2]
    assert d_w2.tolist() == [0, 0] and d_b2 == 0
    assert symdiff.grad(table.maxout, wrt=("b1", "b2"))(w1, 0.0, w1, 0.0, x) == (0.5, 0.5)  # a tie


# At the kinks -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "parameters", "x", "expected"),
    [
        ("relu", (), 0.0, 0.0),  # as the table has it
        ("leaky_relu", (), 0.0, 1.0),
        ("leaky_relu_of_the_slide", (), 0.0, 0.55),  # a tie of two variables is shared
        ("prelu", (0.25,), 0.0, 1.0),
        ("elu", (0.5,), 0.0, 0.5),  # f(α, x) + α for x ≤ 0
        ("selu", (1.67326,), 0.0, SELU),
        ("isrlu", (1.0,), 0.0, 1.0),
        ("srelu", (-1.0, 0.2, 2.0, 0.4), -1.0, 0.2),
        ("srelu", (-1.0, 0.2, 2.0, 0.4), 2.0, 0.4),
        ("sinc", (), 0.0, 0.0),
        ("sqnl", (), 2.0, 0.0),
        ("sqnl", (), 0.0, 1.0),
        ("sq_rbf", (), 1.0, -1.0),
        ("sq_rbf", (), 2.0, 0.0),
        ("elliott", (), 0.0, 1.0),
        ("binary_step", (), 0.0, 0.0),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value", "ignore:divide by zero")
def test_the_derivative_at_a_kink_is_that_of_the_branch_taken(
    name: str, parameters: Any, x: float, expected: float
) -> None:
    assert symdiff.grad(getattr(table, name))(x, *parameters) == pytest.approx(expected, rel=1e-15)


# What is printed, and is not so -------------------------------------------------------------------------------------


def soft_exponential_as_printed(x: Any, alpha: float) -> Any:
    if alpha < 0:
        return np.log(1 - alpha * (x + alpha)) / alpha
    return (alpha**2 - 1) / alpha + alpha if alpha > 0 else x


def sq_rbf_as_printed(x: Any) -> Any:
    if x <= 1:
        return 1 - x**2 / 2
    return 2 - (2 - x**2) / 2 if x < 2 else 0.0


def test_elliott_as_printed() -> None:
    """Without |x| the derivative is wrong for x < 0, and so is the function: it has a pole at -1."""
    x = -0.5
    assert 1 / (1 + x) ** 2 == 4.0
    assert x / (1 + x) == -1 and table.elliott(x) == -0.5 / 1.5
    with pytest.raises(ZeroDivisionError):
        -1.0 / (1 + -1.0)
    assert table.elliott(-1.0) == -0.5
    assert symdiff.grad(table.elliott)(x) == pytest.approx(differences(table.elliott, x), rel=1e-8)
    assert symdiff.grad(table.elliott)(x) == pytest.approx(1 / 2.25, rel=1e-15)


def test_sqnl_as_printed() -> None:
    """1 ∓ x/2 outside ±2, where the function is constant, would be 1 - 3/2."""
    assert symdiff.grad(table.sqnl)(3.0) == 0 == differences(table.sqnl, 3.0)
    assert 1 - 3 / 2 != 0


def test_soft_exponential_as_printed() -> None:
    """For α > 0 the formula has no x in it; for α < 0 its derivative is minus the one printed beside it."""
    assert soft_exponential_as_printed(1.0, 0.5) == soft_exponential_as_printed(2.0, 0.5)
    slope = differences(lambda x: soft_exponential_as_printed(x, -0.5), 1.0)
    assert slope == pytest.approx(-1 / (1 + 0.5 * (1 - 0.5)), rel=1e-6)
    assert symdiff.grad(table.soft_exponential)(1.0, -0.5) == pytest.approx(-slope, rel=1e-6)


def test_sq_rbf_as_printed() -> None:
    """It jumps at 1 and 2, does not end for x → -∞, and 2 - x is the derivative of no piece of it."""
    assert sq_rbf_as_printed(1.0) == 0.5 and sq_rbf_as_printed(1.0 + 1e-12) == pytest.approx(1.5)
    assert sq_rbf_as_printed(2.0 - 1e-12) == pytest.approx(3.0) and sq_rbf_as_printed(2.0) == 0
    assert sq_rbf_as_printed(-10.0) == -49 and table.sq_rbf(-10.0) == 0
    assert differences(sq_rbf_as_printed, 1.25) == pytest.approx(1.25, rel=1e-8)
    for x in (1.0, 2.0, -1.0, -2.0):
        assert table.sq_rbf(x - 1e-9) == pytest.approx(table.sq_rbf(x + 1e-9), abs=1e-8)


def test_brelu_as_printed() -> None:
    """-ReLU'(-x_i) in the odd places has the wrong sign: the inner derivative is -1, too."""
    found = differences(lambda x: table.brelu(np.array([0.0, x]))[1], -2.0)
    assert found == pytest.approx(1, rel=1e-8)
    relu_prime = lambda x: 1.0 if x > 0 else 0.0
    assert -relu_prime(2.0) == -1


def test_the_quotient_of_tanh_overflows() -> None:
    """(e^x - e^-x)/(e^x + e^-x) is ∞/∞ at 1000; the function compiled is 1 there, with derivative 0."""
    with np.errstate(over="ignore", invalid="ignore"):
        e, e_ = np.exp(1000.0), np.exp(-1000.0)
        assert np.isnan((e - e_) / (e + e_))
    assert symdiff.value_and_grad(table.tanh)(1000.0) == (1.0, 0.0)


def test_softplus_overflows_as_printed_and_not_at_level_2() -> None:
    with np.errstate(over="ignore"):
        assert np.isinf(np.log(1 + np.exp(1000.0)))
    y, saved = module("activations/softplus").softplus_forward(np.array([1000.0, -1000.0]))
    assert y.tolist() == [1000, 0]
    assert module("activations/softplus").softplus_backward(saved, np.ones(2)).tolist() == [1, 0]


def test_isrlu_has_the_alpha_of_isru() -> None:
    """As printed α is 1; here x/√(1 + αx²), whose derivative is (1/√(1 + αx²))³: at -1 with α = 3, -1/2 and 1/8."""
    assert table.isrlu(-1.0) == pytest.approx(-1 / math.sqrt(2), rel=1e-15)
    assert symdiff.value_and_grad(table.isrlu)(-1.0, 3.0) == pytest.approx((-0.5, 0.125), rel=1e-14)


def test_elu_of_the_slide_before_is_the_same_function_with_another_derivative_at_0() -> None:
    """x for x ≥ 0: the derivative there is 1, in the table α."""

    def of_the_slide(x, alpha):
        return np.where(x >= 0, x, alpha * (np.exp(x) - 1))

    for x in XS:
        assert of_the_slide(x, 0.7) == pytest.approx(table.elu(x, 0.7), rel=1e-15)
    assert symdiff.grad(of_the_slide)(0.0, 0.7) == 1
    assert symdiff.grad(table.elu)(0.0, 0.7) == 0.7
    assert symdiff.grad(of_the_slide)(0.0, 1.0) == symdiff.grad(table.elu)(0.0, 1.0) == 1


def test_the_step_of_apl_is_0_at_0() -> None:
    """f' = H(x) - Σ a_i H(-x + b_i) with H(0) = 0: at x = 0 with b = (0, 1) that is 0 - a_2."""
    a, b = np.array([0.25, -0.5]), np.array([0.0, 1.0])
    assert symdiff.grad(table.apl)(0.0, a, b) == 0.5
    assert symdiff.grad(table.apl)(1e-9, a, b) == 1.5  # H(0+) = 1


def test_sinc_of_numpy_is_another_function() -> None:
    """sin(πx)/(πx): at ½ it is 2/π, where the table has 2 sin ½."""
    assert np.sinc(0.5) == pytest.approx(2 / math.pi, rel=1e-15)
    assert table.sinc(0.5) == pytest.approx(2 * math.sin(0.5), rel=1e-15)


def test_the_two_leaky_slopes_differ() -> None:
    assert table.leaky_relu(-1.0) == -0.01 and table.leaky_relu_of_the_slide(-1.0) == -0.1


def test_the_printed_inverse_hyperbolic_sine_cancels() -> None:
    """ln(x + √(x² + 1)) is right, and has lost every digit at -10⁸; the function compiled has not."""
    x = -1e8
    with np.errstate(divide="ignore"):
        printed = np.log(x + np.sqrt(x**2 + 1))
    assert not np.isclose(printed, -math.asinh(1e8)) and table.arsinh(x) == pytest.approx(-math.asinh(1e8))


# The page -----------------------------------------------------------------------------------------------------------


def functions() -> list[str]:
    tree = ast.parse((EXAMPLES / "activations.py").read_text(encoding="utf-8"))
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]


def test_every_function_is_tested_generated_and_on_the_page() -> None:
    apart = {"apl", "brelu", "gelu", "maxout", "soft_exponential"}
    assert set(functions()) == set(ROWS) | apart
    generated = {path.name.removesuffix("_grad.py") for path in FOLDER.joinpath("activations").glob("*.py")}
    assert generated == set(functions())
    page = (EXAMPLES / "activations.md").read_text(encoding="utf-8")
    assert [name for name in functions() if f"`{name}`" not in page] == []
    assert set(re.findall(r"`(\w+)` \|$", page, flags=re.MULTILINE)) <= set(functions())
