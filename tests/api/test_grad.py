"""`grad` and `value_and_grad`: arguments, structures, kinds, nesting."""

import functools
import inspect
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

import symdiff
from symdiff import grad, value_and_grad


def scaled(x, w=2.0, *, shift=1.0):
    return np.sum(w * x * x) + shift


def test_a_decorator_with_and_without_arguments() -> None:
    @grad
    def f(x, y):
        return x * x * y

    @grad(argnums=1)
    def g(x, y):
        return x * x * y

    assert f(3.0, 2.0) == 12.0 and g(3.0, 2.0) == 9.0
    assert f.__name__ == "f" and str(inspect.signature(f)) == "(x, y)"


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({}, 12.0),
        ({"argnums": 1}, 9.0),
        ({"argnums": -1}, 9.0),
        ({"argnums": (0,)}, (12.0,)),
        ({"argnums": (1, 0)}, (9.0, 12.0)),
        ({"argnums": [0, -1]}, (12.0, 9.0)),
        ({"argnums": np.int64(1)}, 9.0),
        ({"wrt": "y"}, 9.0),
        ({"wrt": ("y",)}, (9.0,)),
        ({"wrt": ["x", "y"]}, (12.0, 9.0)),
    ],
)
def test_what_to_differentiate_by(chosen: dict[str, Any], expected: object) -> None:
    f = lambda x, y: x * x * y
    assert grad(f, **chosen)(3.0, 2.0) == expected
    assert value_and_grad(f, **chosen)(3.0, 2.0) == (18.0, expected)


def test_keywords_and_defaults_at_call_time() -> None:
    g = grad(scaled)
    x = np.array([1.0, 2.0])
    np.testing.assert_array_equal(g(x), 4 * x)
    np.testing.assert_array_equal(g(x, 3.0), 6 * x)
    np.testing.assert_array_equal(g(w=1.0, shift=5.0, x=x), 2 * x)
    assert grad(scaled, wrt="shift")(x) == 1.0
    with pytest.raises(TypeError, match=r"scaled\(\) missing 1 required positional argument: 'x'"):
        g()


def test_positional_only_parameters_and_names_that_are_builtins() -> None:
    def f(a, /, type, len=2.0, *, list):
        return a * type * len + list

    assert grad(f, argnums=(0, 1, 2))(3.0, 5.0, list=1.0) == (10.0, 6.0, 15.0)
    with pytest.raises(TypeError, match="positional-only"):
        grad(f)(a=1.0, type=2.0, list=1.0)


class Pair(NamedTuple):
    w: Any
    b: Any


@dataclass
class Net:
    layers: list
    scale: float
    name: None = None


def test_a_gradient_has_the_structure_of_its_argument() -> None:
    net = Net([{"w": np.ones((2, 3)), "b": np.zeros(3)}, Pair(np.ones(3, "f4"), np.float64(1))], 2.0)

    def loss(net, x):
        first, second = net.layers
        h = np.tanh(x @ first["w"] + first["b"])
        return net.scale * (np.sum(h * second.w) + second.b)

    made = grad(loss)(net, np.ones(2))
    assert type(made) is Net and made.name is None and type(made.scale) is float
    assert type(made.layers) is list and type(made.layers[1]) is Pair
    assert list(made.layers[0]) == ["w", "b"] and made.layers[0]["w"].shape == (2, 3)
    assert made.layers[1].w.dtype == np.float32 and type(made.layers[1].b) is np.float64
    assert made.layers[1].b == 2.0


@pytest.mark.parametrize(
    ("x", "expected"),
    [(2.0, float), (np.float64(2), np.float64), (np.float32(2), np.float32), (np.array(2.0), np.ndarray)],
)
def test_a_gradient_has_the_kind_of_its_argument(x: Any, expected: type) -> None:
    made = grad(lambda x: np.sin(x) * x)(x)
    assert type(made) is expected
    assert getattr(made, "dtype", None) == getattr(x, "dtype", None)


@pytest.mark.parametrize("shape", [(0,), (1,), (3,), (1, 4), (4, 1), (0, 3)])
def test_one_function_serves_every_size(shape: tuple[int, ...]) -> None:
    g = grad(f_rows)
    for _ in range(2):
        x = np.arange(np.prod(shape), dtype=float).reshape(shape)
        np.testing.assert_allclose(g(x, np.ones(shape[-1:])), np.cos(x))


def f_rows(x, w):
    return np.sum(np.sin(x) * w)


def test_sizes_of_one_broadcast_and_others_do_not() -> None:
    g = grad(lambda x, y: np.sum(x * y))
    np.testing.assert_array_equal(g(np.ones(3), np.arange(3.0)), np.arange(3.0))
    np.testing.assert_array_equal(g(np.ones(1), np.arange(3.0)), [3.0])
    np.testing.assert_array_equal(g(np.ones(3), np.ones(1)), np.ones(3))
    with pytest.raises(ValueError, match="y must be an array of float64 and shape"):
        g(np.ones(3), np.ones(4))


def test_a_size_that_decides_about_broadcasting_is_compiled_for() -> None:
    g = grad(lambda x: np.sum(x[1:] + x))
    np.testing.assert_array_equal(g(np.ones(2)), [1.0, 3.0])
    with pytest.raises(symdiff.CompileError, match="SD301 shapes"):
        g(np.ones(3))


def test_integers_are_known_where_they_must_be() -> None:
    g = grad(lambda x, axis: np.sum(np.max(x, axis=axis)))
    x = np.array([[1.0, 5.0], [3.0, 2.0]])
    np.testing.assert_array_equal(g(x, 0), [[0.0, 1.0], [1.0, 0.0]])
    np.testing.assert_array_equal(g(x, 1), [[0.0, 1.0], [1.0, 0.0]])
    np.testing.assert_array_equal(g(x, -1), [[0.0, 1.0], [1.0, 0.0]])


def test_has_aux() -> None:
    def f(x):
        return np.sum(x * x), {"twice": 2 * x, "pair": Pair("text", None)}

    x = np.arange(3.0)
    made, aux = grad(f, has_aux=True)(x)
    np.testing.assert_array_equal(made, 2 * x)
    np.testing.assert_array_equal(aux["twice"], 2 * x)
    assert aux["pair"] == Pair("text", None) and type(aux["pair"]) is Pair
    (value, aux), made = value_and_grad(f, has_aux=True)(x)
    assert value == 5.0 and list(aux) == ["twice", "pair"]
    assert grad(lambda x, y: (x * y, y), (0, 1), has_aux=True)(2.0, 3.0) == ((3.0, 2.0), 3.0)


def test_nesting() -> None:
    cube = lambda x: x * x * x
    assert grad(grad(cube))(2.0) == 12.0
    assert grad(grad(grad(cube)))(2.0) == 6.0
    assert grad(grad(lambda x, y: x * x * y), argnums=1)(3.0, 2.0) == 6.0
    assert value_and_grad(grad(cube))(2.0) == (12.0, 12.0)
    assert symdiff.jvp(grad(cube), (2.0,), (1.0,)) == (12.0, 12.0)
    first = lambda x: (x * x * x, x)
    assert grad(grad(first, has_aux=True), has_aux=True)(2.0) == (12.0, 2.0)


def test_nested_gradients_of_arrays_by_containers() -> None:
    inner = grad(lambda p, x: np.sum(np.tanh(p["w"] * x)), wrt="x")
    made, pullback = symdiff.vjp(inner, {"w": np.array([0.5, 2.0])}, np.array([1.0, -1.0]))
    t = np.tanh([0.5, -2.0])
    w = np.array([0.5, 2.0])
    np.testing.assert_allclose(made, w * (1 - t * t))
    d_p, d_x = pullback(np.ones(2))
    np.testing.assert_allclose(d_x, w * w * -2 * t * (1 - t * t))
    assert list(d_p) == ["w"]


def test_partials_and_methods() -> None:
    assert grad(functools.partial(lambda a, x: a * x * x, 3.0))(2.0) == 12.0
    assert grad(functools.partial(lambda x, a: a * x * x, a=3.0))(2.0) == 12.0

    @dataclass
    class Model:
        scale: float

        def loss(self, x):
            return self.scale * x * x

    model = Model(3.0)
    g = grad(model.loss)
    assert g(2.0) == 12.0
    model.scale = 5.0
    assert g(2.0) == 20.0


def test_static_arguments_are_compiled_for_by_value() -> None:
    g = grad(lambda x, n: x**n, static="n")
    assert [g(2.0, n) for n in (1, 2, 3)] == [1.0, 4.0, 12.0]
    assert [v.signature.arguments[1].leaves[0].value for v in g._variants] == [1, 2, 3]


@pytest.mark.parametrize("level", [0, 1, 2])
def test_every_level_gives_the_gradient(level: int) -> None:
    f = lambda x: np.sum(1 / (1 + np.exp(-x)))
    x = np.array([-1.0, 0.0, 2.0])
    s = 1 / (1 + np.exp(-x))
    np.testing.assert_allclose(grad(f, level=level)(x), s * (1 - s), rtol=1e-14)


def test_arguments_are_not_modified_and_results_are_new() -> None:
    def f(x, y):
        x[0] = y[1]
        return np.sum(x * y)

    x, y = np.arange(3.0), np.ones(3)
    _, (d_x, d_y) = value_and_grad(f, (0, 1))(x, y)
    assert x.tolist() == [0, 1, 2] and y.tolist() == [1, 1, 1]
    assert not any(np.shares_memory(a, b) for a in (d_x, d_y) for b in (x, y)) and not np.shares_memory(d_x, d_y)
    d_x += 1
    d_y += 1
