"""`jacobian`, `jacrev`, `jacfwd` and `hessian`: values by hand and by autograd, layout, structure, kinds, refusals."""

import pickle
from dataclasses import dataclass
from typing import Any, NamedTuple

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

import symdiff
from symdiff import grad, hessian, hvp, jacfwd, jacobian, jacrev
from symdiff.errors import CheckError, UsageError

BOTH = pytest.mark.parametrize("jac", [jacrev, jacfwd], ids=["rows", "columns"])
W = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


@BOTH
def test_by_hand(jac: Any) -> None:
    np.testing.assert_array_equal(jac(lambda x: W @ x)(np.ones(3)), W)
    np.testing.assert_array_equal(jac(lambda f, g: f * g)(np.array([1.0, 2.0]), np.array([3.0, 4.0])), np.diag([3, 4]))
    # y = x0² x1, x1: ∂y/∂x = [[2 x0 x1, x0²], [0, 1]]
    f = lambda x: np.array([x[0] ** 2 * x[1], x[1]])
    np.testing.assert_array_equal(jac(f)(np.array([3.0, 5.0])), [[30, 9], [0, 1]])


def mixed(x, y):
    return np.tanh(x @ y) * np.exp(x[0] - y)


def mixed_by_autograd(x, y):
    return anp.tanh(x @ y) * anp.exp(x[0] - y)


@BOTH
@pytest.mark.parametrize("level", [0, 2])
def test_by_autograd(jac: Any, level: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(4, 3)), rng.normal(size=(3, 1))
    f = lambda x, y: np.tanh(x @ y) * np.exp(np.sum(x[0]) - np.sum(y * y)) * x
    g = lambda x, y: anp.tanh(x @ y) * anp.exp(anp.sum(x[0]) - anp.sum(y * y)) * x
    made = jac(f, argnums=(0, 1), level=level)(x, y)
    assert made[0].shape == (4, 3, 4, 3) and made[1].shape == (4, 3, 3, 1)
    for k in (0, 1):
        np.testing.assert_allclose(made[k], autograd.jacobian(g, k)(x, y), rtol=1e-10, atol=1e-12)


def test_hessian_by_autograd(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(2, 3)), rng.normal(size=3)
    f = lambda x, y: np.sum(np.exp(x * y)) + np.prod(y)
    g = lambda x, y: anp.sum(anp.exp(x * y)) + y[0] * y[1] * y[2]
    made = hessian(f, argnums=(0, 1))(x, y)
    np.testing.assert_allclose(made[0][0], autograd.hessian(g, 0)(x, y), rtol=1e-10)
    np.testing.assert_allclose(made[1][1], autograd.hessian(g, 1)(x, y), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(made[0][1], autograd.jacobian(autograd.grad(g, 0), 1)(x, y), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(made[1][0], np.moveaxis(made[0][1], 2, 0), rtol=1e-12)
    np.testing.assert_allclose(
        hessian(f)(x, y).reshape(6, 6) @ np.ones(6), hvp(f, (x, y), (0 * x + 1, 0 * y))[0].ravel()
    )
    np.testing.assert_allclose(jacrev(grad(f))(x, y), made[0][0], rtol=1e-12)


@BOTH
def test_the_structure_is_that_of_the_result_with_the_arguments_inside(jac: Any) -> None:
    p = {"w": W, "b": [2.0, None]}
    made = jac(lambda p, x: (p["w"] @ x, {"s": p["b"][0] * np.sum(x), "none": None}))(p, np.ones(3))
    assert type(made) is tuple and list(made[1]) == ["s", "none"] and made[1]["none"] is None
    assert list(made[0]) == ["w", "b"] and made[0]["w"].shape == (2, 2, 3)
    np.testing.assert_array_equal(made[0]["w"][1], [[0, 0, 0], [1, 1, 1]])
    assert made[0]["b"][0].tolist() == [0, 0] and made[0]["b"][1] is None
    assert made[1]["s"]["b"] == [3.0, None] and made[1]["s"]["w"].tolist() == np.zeros((2, 3)).tolist()


class Pair(NamedTuple):
    left: Any
    right: Any


@dataclass
class Net:
    w: Any
    scale: float


@BOTH
def test_classes_in_results_and_arguments(jac: Any) -> None:
    made = jac(lambda net: Pair(net.w * net.scale, net.scale))(Net(np.array([1.0, 2.0]), 3.0))
    assert type(made) is Pair and type(made.left) is Net and type(made.right) is Net
    assert made.left.w.tolist() == [[3, 0], [0, 3]] and made.left.scale.tolist() == [1, 2]
    assert made.right.w.tolist() == [0, 0] and made.right.scale == 1.0


def test_a_hessian_has_the_structure_of_its_argument_twice() -> None:
    made = hessian(lambda p: p["a"] ** 2 * np.sum(p["b"]))({"a": 2.0, "b": np.array([3.0, 4.0])})
    assert made["a"]["a"] == 14.0 and made["b"]["b"].tolist() == [[0, 0], [0, 0]]
    assert made["a"]["b"].tolist() == [4, 4] and made["b"]["a"].tolist() == [4, 4]


@BOTH
@pytest.mark.parametrize("argnums", [0, (0,), (1, 0)])
def test_argnums_as_in_grad(jac: Any, argnums: Any) -> None:
    x, y = np.array([1.0, 2.0]), 3.0
    made = jac(lambda x, y: x * y, argnums=argnums)(x, y)
    by = {0: np.diag([3.0, 3.0]), 1: x}
    if argnums == 0:
        np.testing.assert_array_equal(made, by[0])
    else:
        assert type(made) is tuple and len(made) == len(argnums)
        for part, k in zip(made, argnums):
            np.testing.assert_array_equal(part, by[k])


def test_names_decorators_defaults_and_keywords() -> None:
    @jacobian(wrt="w")
    def f(x, w=2.0, *, k):
        """Its docstring."""
        return x * w * k

    assert f.__doc__ == "Its docstring." and f(np.ones(2), k=3.0).tolist() == [3, 3]
    assert jacfwd(lambda x, w=2.0: x * w, wrt=("w",))(5.0) == (5.0,)
    assert hessian(lambda x, y: x * y * y, wrt="y")(3.0, y=1.0) == 6.0
    again = pickle.loads(pickle.dumps(jacrev(mixed, argnums=1, has_aux=False)))
    y = np.array([0.5, 1.0])
    np.testing.assert_allclose(again(np.ones(2), y), autograd.jacobian(mixed_by_autograd, 1)(np.ones(2), y))


SCALE = np.array([2.0, 5.0])


@BOTH
def test_captured_arrays_are_read_at_each_call(jac: Any) -> None:
    f = jac(lambda x: x * SCALE)
    assert f(1.0).tolist() == [2, 5]
    SCALE[0] += 5.0
    assert f(1.0).tolist() == SCALE.tolist()
    SCALE[0] = 2.0


@BOTH
def test_aux_is_handed_on_and_not_differentiated(jac: Any) -> None:
    """∂√x/∂x at 0 is infinite: were it multiplied by a zero cotangent, the Jacobian would be nan."""
    made, aux = jac(lambda x: (2 * x, {"root": np.sqrt(x), "n": len(x)}), has_aux=True)(np.array([0.0, 4.0]))
    assert made.tolist() == [[2, 0], [0, 2]] and aux["root"].tolist() == [0, 2] and aux["n"] == 2


def test_hessian_with_aux() -> None:
    made, aux = hessian(lambda x: (np.sum(x**3), x + 1), has_aux=True)(np.array([1.0, 2.0]))
    assert made.tolist() == [[6, 0], [0, 12]] and aux.tolist() == [2, 3]


@BOTH
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_a_zero_row_or_column_hides_what_is_infinite(jac: Any) -> None:
    made = jac(lambda x: (x, np.sqrt(x)))(np.array([0.0, 1.0]))
    assert made[0].tolist() == [[1, 0], [0, 1]] and made[1].tolist() == [[np.inf, 0], [0, 0.5]]


@BOTH
def test_no_elements(jac: Any) -> None:
    assert jac(lambda x: 2 * x)(np.zeros((0, 2))).shape == (0, 2, 0, 2)
    assert jac(lambda x: np.sum(x, axis=0))(np.zeros((0, 2))).shape == (2, 0, 2)
    assert jac(lambda x, y: x * y, argnums=1)(np.zeros(0), 2.0).shape == (0,)


@BOTH
@pytest.mark.parametrize("x", [2.0, np.float64(2), np.float32(2), np.array(2.0), np.array(2.0, "f4")])
def test_a_number_by_a_number_has_the_kind_of_the_argument(jac: Any, x: Any) -> None:
    made = jac(lambda x: x * x)(x)
    assert type(made) is type(x) and made == 4 and getattr(made, "dtype", None) == getattr(x, "dtype", None)


@BOTH
def test_the_dtype_is_that_of_the_argument(jac: Any) -> None:
    made = jac(lambda x, y: (x * 2, y * np.ones(3)), argnums=(0, 1))(np.ones(2, "f4"), 1.0)
    assert made[0][0].dtype == np.float32 and made[1][1].dtype == np.float64
    assert made[0][1].dtype == np.float64 and made[1][0].dtype == np.float32


@BOTH
def test_results_are_the_callers(jac: Any) -> None:
    f, x = jac(lambda x: x + 0.0), np.ones(2)
    made = f(x)
    made += 1
    assert f(x).tolist() == [[1, 0], [0, 1]] and x.tolist() == [1, 1]


REAL = "; a Jacobian is that of real floats by real floats (return floats, real and imaginary parts apart; leave the rest to has_aux=True)"  # noqa: E501
BAD = [
    (lambda j: j(lambda x: x)(3), CheckError, "SD705 argument x of <lambda> is int; differentiated arguments are real or complex floats"),  # noqa: E501
    (lambda j: j(lambda x: x)(np.arange(3)), CheckError, "SD705 argument x of <lambda> is i8[n]; differentiated arguments are real or complex floats"),  # noqa: E501
    (lambda j: j(lambda x: x)(3j), CheckError, f"SD729 argument x of <lambda> is complex{REAL}"),
    (lambda j: j(lambda x: x["a"])({"a": np.ones(2) * 1j}), CheckError, f"SD729 argument x['a'] of <lambda> is c16[n]{REAL}"),  # noqa: E501
    (lambda j: j(lambda x: (x, 3))(1.0), UsageError, f"SD729 a result of <lambda> is int{REAL}"),
    (lambda j: j(lambda x: {"a": x * 1j})(1.0), UsageError, f"SD729 a result of <lambda> is complex{REAL}"),
    (lambda j: j(lambda x: x > 0)(1.0), UsageError, f"SD729 a result of <lambda> is bool{REAL}"),
    (lambda j: j(lambda x: x, has_aux=True)(1.0), UsageError, "SD714 with has_aux=True <lambda> must return a pair (value, aux), not float"),  # noqa: E501
    (lambda j: j(lambda x: x, 1), UsageError, "SD701 argnums=1 does not fit <lambda>, which has 1 positional parameters"),  # noqa: E501
    (lambda j: j(lambda x, y: x, 1, wrt="x"), UsageError, "SD703 give argnums or wrt, not both"),
    (lambda j: j(3), UsageError, "SD726 expected a function, not int"),
]  # fmt: skip


@BOTH
@pytest.mark.parametrize(("call", "error", "message"), BAD, ids=[message[:50] for _, _, message in BAD])
def test_what_has_no_jacobian(jac: Any, call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        call(jac)
    assert str(caught.value) == message


def test_what_has_no_hessian() -> None:
    with pytest.raises(UsageError, match="SD704 <lambda> returns an array of shape"):
        hessian(lambda x: x * 2)(np.ones(2))
    with pytest.raises(CheckError, match="SD729 argument x of <lambda> is complex"):
        hessian(lambda x: np.abs(x))(1j)
    with pytest.raises(UsageError, match="SD725 jacrev of <lambda> cannot be differentiated again"):
        symdiff.jacfwd(jacrev(lambda x: x * x))(1.0)
