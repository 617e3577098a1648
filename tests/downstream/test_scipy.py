"""SciPy's minimiser with symdiff's gradient, against scikit-learn's own."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from scipy.optimize import check_grad, minimize
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from symdiff.errors import CheckError
from symdiff.scipy import objective


def penalised_loss(params, X, signs, C):
    z = signs * (X @ params["w"] + params["b"])
    return 0.5 * np.sum(params["w"] * params["w"]) + C * np.sum(np.log(1 + np.exp(-z)))


@pytest.fixture(scope="module")
def data() -> tuple[np.ndarray, np.ndarray]:
    bunch = load_breast_cancer()
    return StandardScaler().fit_transform(bunch.data), bunch.target


def test_logistic_regression_is_scikit_learns(data: tuple[np.ndarray, np.ndarray]) -> None:
    X, labels = data
    made = objective(penalised_loss, {"w": np.zeros(X.shape[1]), "b": 0.0})
    done = minimize(made.fun_and_jac, made.x0, args=(X, 2.0 * labels - 1.0, 1.0), jac=True, tol=1e-10)
    fitted = made.unravel(done.x)
    reference = LogisticRegression(C=1.0, tol=1e-10, max_iter=10_000).fit(X, labels)
    assert type(fitted["b"]) is float
    np.testing.assert_allclose(fitted["w"], reference.coef_[0], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(fitted["b"], reference.intercept_[0], rtol=1e-4)


def test_the_gradient_is_scipys(data: tuple[np.ndarray, np.ndarray]) -> None:
    X, labels = data[0][:50], 2.0 * data[1][:50] - 1.0
    made = objective(penalised_loss, {"w": np.full(X.shape[1], 0.1), "b": 0.2})
    value = lambda x: made.fun_and_jac(x, X, labels, 1.0)[0]
    gradient = lambda x: made.fun_and_jac(x, X, labels, 1.0)[1]
    assert check_grad(value, gradient, made.x0) < 1e-4


@dataclass
class Model:
    w: Any
    b: Any


def test_ravel_and_unravel_keep_kinds_and_dtypes() -> None:
    example = Model(np.arange(6, dtype="f4").reshape(2, 3), [np.float64(7), 8.0])
    made = objective(lambda m: np.sum(m.w) * m.b[0] * m.b[1], example)
    assert made.x0.tolist() == [0, 1, 2, 3, 4, 5, 7, 8]
    back = made.unravel(made.x0 + 1)
    assert type(back) is Model and back.w.dtype == np.float32 and back.w.shape == (2, 3)
    assert [type(x) for x in back.b] == [np.float64, float]
    value, gradient = made.fun_and_jac(made.x0)
    assert value == 15 * 56 and gradient.dtype == np.float64 and gradient.tolist() == [56] * 6 + [120, 105]


def test_another_argument_by_name() -> None:
    made = objective(lambda k, x: k * np.sum(x * x), np.ones(2), wrt="x")
    value, gradient = made.fun_and_jac(made.x0, 3.0)
    assert value == 6.0 and gradient.tolist() == [6.0, 6.0]


def test_an_example_with_integers_and_a_wrong_vector_are_refused() -> None:
    with pytest.raises(CheckError) as caught:
        objective(lambda p: p["a"] * p["k"], {"a": 1.0, "k": 2})
    expected = "SD705 argument the example['k'] of <lambda> is int; differentiated arguments are real or complex floats"
    assert str(caught.value) == expected
    made = objective(lambda x: np.sum(x), np.ones(3))
    with pytest.raises(CheckError) as caught:
        made.unravel(np.ones(4))
    assert str(caught.value) == "SD719 the vector x is (4,), expected (3,)"
