"""`vjp`, `jvp` and `hvp`: structures, kinds, orders."""

from typing import Any

import numpy as np
import pytest

from symdiff import differentiable, grad, hvp, jvp, vjp
from symdiff.errors import CheckError, UsageError


def layer(p, x):
    return np.tanh(x @ p["w"] + p["b"])


PARAMS: Any = {"w": np.array([[0.5, -1.0], [2.0, 0.25], [1.0, 1.0]]), "b": np.array([0.1, -0.2])}
X = np.array([[1.0, 2.0, -1.0], [0.0, 0.5, 1.0]])


def test_the_pullback_gives_a_tuple_and_may_be_called_again() -> None:
    y, pullback = vjp(layer, PARAMS, X)
    np.testing.assert_array_equal(y, layer(PARAMS, X))
    ct = np.array([[1.0, 2.0], [3.0, 4.0]])
    d_p, d_x = pullback(ct)
    z = ct * (1 - y * y)
    np.testing.assert_allclose(d_p["w"], X.T @ z)
    np.testing.assert_allclose(d_p["b"], z.sum(axis=0))
    np.testing.assert_allclose(d_x, z @ PARAMS["w"].T)
    d_x += 1
    np.testing.assert_allclose(pullback(2 * ct)[1], 2 * z @ PARAMS["w"].T)


EMPTY: list[Any] = [
    lambda v: np.mean(v),
    lambda v: np.average(v),
    lambda v: np.std(v),
    lambda v: np.var(v, ddof=1),
    lambda v: np.mean(v * v) if v.size < 2 else v.sum(),
    lambda v: sum([np.mean(v * k) for k in (1.0, 2.0)]),
    lambda v: np.mean(np.outer(v, v), axis=0).sum() + np.mean(v) / 2,
]


@pytest.mark.parametrize("function", EMPTY, ids=range(len(EMPTY)))
@pytest.mark.parametrize("ct", [1.0, np.float64(2.0)])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_the_mean_of_no_elements_has_an_empty_gradient(function: Any, ct: Any) -> None:
    y, pullback = vjp(function, np.zeros(0))
    assert np.array_equal(y, function(np.zeros(0)), equal_nan=True)
    (d_v,) = pullback(ct)
    assert type(d_v) is np.ndarray and d_v.dtype == np.float64 and d_v.shape == (0,)
    assert grad(function)(np.zeros(0)).shape == (0,)


def test_a_cotangent_is_divided_by_zero_as_numpy_divides() -> None:
    """The primal is NumPy's quotient, and a warning; Python's float would raise in the pullback alone."""
    with pytest.warns(RuntimeWarning):
        _, pullback = vjp(lambda x, y: np.sin(x) / y, 1.0, 0.0)
    with pytest.warns(RuntimeWarning):
        assert pullback(1.0) == (np.inf, -np.inf)


def test_forward_and_reverse_mode_are_transposes() -> None:
    tangents = ({"w": np.ones((3, 2)), "b": np.array([2.0, -1.0])}, np.full((2, 3), 0.5))
    y, t = jvp(layer, (PARAMS, X), tangents)
    d_p, d_x = vjp(layer, PARAMS, X)[1](np.ones_like(y))
    expected = np.vdot(d_p["w"], tangents[0]["w"]) + np.vdot(d_p["b"], tangents[0]["b"]) + np.vdot(d_x, tangents[1])
    np.testing.assert_allclose(np.sum(t), expected, rtol=1e-12)


def test_several_results() -> None:
    f = lambda x, y: {"product": x * y, "parts": (x, [y])}
    value, pullback = vjp(f, 2.0, 3.0)
    assert value == {"product": 6.0, "parts": (2.0, [3.0])}
    assert pullback({"product": 1.0, "parts": (10.0, [20.0])}) == (13.0, 22.0)
    assert jvp(f, (2.0, 3.0), (1.0, 0.0))[1] == {"product": 3.0, "parts": (1.0, [0.0])}


def test_hvp_is_the_derivative_of_the_gradient() -> None:
    f = lambda x, y: np.sum(x * x * y)
    x, y, u, v = np.arange(3.0), np.ones(3), np.array([1.0, 0.0, 2.0]), np.array([0.0, 1.0, 1.0])
    h_x, h_y = hvp(f, (x, y), (u, v))
    np.testing.assert_allclose(h_x, 2 * y * u + 2 * x * v)
    np.testing.assert_allclose(h_y, 2 * x * u)
    np.testing.assert_allclose(hvp(f, (x, y), (u, 0 * v))[0], jvp(grad(f), (x, y), (u, 0 * v))[1])
    assert hvp(lambda x: x * x * x, (2.0,), (1.0,)) == 12.0


def test_primals_may_leave_out_parameters_with_defaults() -> None:
    f = lambda x, k=3.0: k * x * x
    assert jvp(f, (2.0,), (1.0,)) == (12.0, 12.0)
    assert vjp(f, 2.0)[1](1.0) == (12.0,)
    assert hvp(f, (2.0,), (1.0,)) == 6.0


@differentiable
def kept(x, y=2.0):
    """The docstring."""
    return x * x * y


def test_differentiable_keeps_the_value_and_gains_the_rest() -> None:
    assert kept(3.0) == 18.0 and kept.__doc__ == "The docstring." and kept.__name__ == "kept"
    assert kept.grad(3.0) == 12.0 and kept.value_and_grad(3.0, 1.0) == (9.0, 6.0)
    value, saved = kept.forward(3.0)
    assert value == 18.0 and kept.backward(saved) == 12.0 and kept.backward(saved, 2.0) == 24.0
    space: dict[str, Any] = {}
    exec(kept.source, space)
    assert space["kept_grad"](3.0, 2.0) == 12.0
    assert kept.ir.startswith("program @kept")


def test_differentiable_with_options_and_save(tmp_path: Any) -> None:
    @differentiable(wrt=("x", "y"), level=1)
    def f(x: "f8[n]", y: float):  # noqa: F821
        return np.sum(x) * y

    f.save(tmp_path / "out.py")
    text = (tmp_path / "out.py").read_text(encoding="utf-8")
    assert text == f.source and "x: f8[n]" in text and "-O1" in text
    made = f.grad(np.ones(3), 2.0)
    assert made[0].tolist() == [2.0, 2.0, 2.0] and made[1] == 3.0
    assert f.backward(f.forward(np.ones(3), 2.0)[1])[1] == 3.0
    with pytest.raises(UsageError, match=r"SD710 cannot write .*: there is no folder"):
        f.save(tmp_path / "none" / "out.py")


def test_save_replaces_what_symdiff_wrote_and_nothing_else(tmp_path: Any) -> None:
    f = differentiable(lambda x: x * x)
    file = tmp_path / "mine.py"
    file.write_text("x = 1  # generated by symdiff, not\n")
    message = rf"^SD711 {file} exists and was not generated by symdiff \(give force=True to replace it\)$"
    with pytest.raises(UsageError, match=message):
        f.save(file)
    assert file.read_text() == "x = 1  # generated by symdiff, not\n"
    f.save(file, force=True)
    f.save(file)
    assert file.read_text(encoding="utf-8") == f.source


def test_a_differentiable_function_is_seen_through() -> None:
    assert grad(lambda x: kept(x) * x)(3.0) == 54.0
    assert grad(kept)(3.0) == 12.0


def test_differentiable_methods() -> None:
    class Model:
        @differentiable(argnums=1)
        def loss(self, x):
            return x * x

    assert Model().loss(3.0) == 9.0


BAD = [
    (lambda: jvp(kept, 1.0, (1.0,)), UsageError, "SD719 primals and tangents is float, expected tuples"),
    (
        lambda: jvp(kept, (1.0,), (1.0, 2.0)),
        UsageError,
        "SD719 the tangents of kept is a tuple of 2, expected a tuple of 1",
    ),
    (
        lambda: jvp(layer, (PARAMS, X), ({"w": PARAMS["w"]}, X)),
        CheckError,
        "SD719 the tangent of p is {'w': *}, expected {'w': *, 'b': *}",
    ),
    (
        lambda: hvp(lambda x: np.sum(x), (np.ones(3),), (np.ones(2),)),
        CheckError,
        "SD719 the tangent of x is an array of shape (2,), expected an array of shape (3,)",
    ),
    (
        lambda: vjp(lambda x: x * 2, np.ones(3))[1](np.ones(2)),
        CheckError,
        "SD719 the cotangent of the result is an array of shape (2,), expected an array of shape (3,)",
    ),
    (
        lambda: vjp(lambda x: (x, x), 1.0)[1](1.0),
        CheckError,
        "SD719 the cotangent of the result is float, expected (*, *)",
    ),
    (lambda: vjp(kept, 1.0, 2.0, 3.0), UsageError, "SD719 kept has 2 positional parameters, and 3 primals are given"),
    (lambda: vjp(kept), UsageError, "SD719 kept has 2 positional parameters, and 0 primals are given"),
    (lambda: jvp(lambda x, y: x * y, (1.0,), (1.0,)), UsageError, "SD727 <lambda> needs a value for `y`"),
    (
        lambda: vjp(kept, 1.0, 2),
        CheckError,
        "SD705 argument y of kept is int; differentiated arguments are real or complex floats",
    ),
    (
        lambda: hvp(lambda x: x * 2, (np.ones(3),), (np.ones(3),)),
        UsageError,
        "SD704 <lambda> returns an array of shape (n,) and dtype float64, but a gradient needs a real scalar "
        "(use symdiff.jacobian, or return a sum)",
    ),
    (lambda: hvp(3, (1.0,), (1.0,)), UsageError, "SD726 expected a function, not int"),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD, ids=[message[:60] for _, _, message in BAD])
def test_what_does_not_fit(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message
