"""Variants: how they are found, what they captured, threads and pickles."""

import pickle
import threading
import timeit
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from symdiff import differentiable, grad, hvp, value_and_grad
from symdiff.errors import UsageError

RATE = 2.0
TABLE = {"w": np.array([1.0, 2.0]), "k": 3}
NESTED = [1.0, 2.0]


def square(x):
    return x * x


def with_globals(x):
    return RATE * np.sum(x * TABLE["w"]) * TABLE["k"]


decorated = grad(square)


@grad
def by_name(x):
    return x * x * x


@differentiable
def kept(x):
    return square(x) + 1.0


def test_each_signature_is_compiled_once() -> None:
    g = grad(lambda x, flag: x * x if flag else x)
    calls = [(1.0, True), (2.0, True), (1.0, False), (np.ones(()), True), (1.0, False)]
    assert [float(g(*call)) for call in calls] == [2.0, 4.0, 1.0, 2.0, 1.0]
    assert len(g._variants) == 3


def test_the_chain_tells_kinds_dtypes_ranks_and_unit_sizes_apart() -> None:
    g = grad(lambda x: np.sum(x * x))
    values = [
        1.0,
        np.float64(1),
        np.float32(1),
        np.ones(2),
        np.ones(2, "f4"),
        np.ones(1),
        np.ones((2, 2)),
        np.ones((1, 2)),
    ]
    for _ in range(2):
        for x in values:
            made = g(x)
            assert np.shape(made) == np.shape(x) and getattr(made, "dtype", None) == getattr(x, "dtype", None)
    assert len(g._variants) == len(values)
    g(np.ones(7)), g(np.ones(0))
    assert len(g._variants) == len(values)


def test_an_array_that_was_pickled_finds_its_variant() -> None:
    g = grad(lambda x: np.sum(x * x))
    g(np.ones(3))
    assert g(pickle.loads(pickle.dumps(np.ones(3)))).tolist() == [2, 2, 2]
    assert g(np.ones(3).astype(np.dtype("f8", metadata={"a": 1}))).tolist() == [2, 2, 2]
    assert len(g._variants) == 1


def test_strings_and_functions_are_compared() -> None:
    g = grad(lambda x, act, name: act(x) if name == "a" else x)
    assert [g(0.0, np.sin, "a"), g(0.0, np.cos, "a"), g(0.0, np.sin, "b"), g(0.0, square, "a")] == [1.0, 0.0, 1.0, 0.0]
    assert len(g._variants) == 4


def test_containers_are_told_apart() -> None:
    g = grad(lambda p: p[0] * p[1] if len(p) == 2 else p[0])
    assert g([2.0, 3.0]) == [3.0, 2.0]
    assert g((2.0, 3.0)) == (3.0, 2.0)
    assert g([2.0]) == [1.0]
    h = grad(lambda p: p["a"] * p["b"])
    assert h({"a": 2.0, "b": 3.0}) == {"a": 3.0, "b": 2.0}
    assert list(h({"b": 3.0, "a": 2.0})) == ["b", "a"]


def test_numbers_of_globals_are_read_at_each_call() -> None:
    global RATE
    g = grad(with_globals)
    x = np.ones(2)
    assert g(x).tolist() == [6.0, 12.0]
    RATE = 10.0
    TABLE["w"] = np.array([1.0, 1.0])
    try:
        assert g(x).tolist() == [30.0, 30.0]
        assert len(g._variants) == 1
        TABLE["k"] = 0.5  # another type: another variant
        assert g(x).tolist() == [5.0, 5.0]
    finally:
        RATE = 2.0
        TABLE.update(w=np.array([1.0, 2.0]), k=3)
    assert g(x).tolist() == [6.0, 12.0]


def test_a_container_that_changed_its_structure_compiles_anew() -> None:
    g = grad(lambda x: sum(NESTED) * x)
    assert g(1.0) == 3.0
    NESTED.append(4.0)
    try:
        assert g(1.0) == 7.0
        NESTED[0] = 2.0
        assert g(1.0) == 8.0
    finally:
        NESTED[:] = [1.0, 2.0]
    assert g(1.0) == 3.0


def test_cells_of_closures_are_read_at_each_call() -> None:
    k = 2.0

    def times(x):
        return k * x

    g = grad(lambda x: times(x) * x)
    assert g(3.0) == 12.0
    k = 5.0
    assert g(3.0) == 30.0


def test_two_closures_of_one_function_have_cells_of_their_own() -> None:
    def scale(k):
        return lambda x: k * x

    double, triple = scale(2.0), scale(3.0)
    assert grad(lambda x: double(x) + triple(x) * x)(1.0) == 8.0


def test_a_function_that_was_replaced_is_followed() -> None:
    helper = square

    def f(x):
        return helper(x)

    g = grad(f)
    assert g(3.0) == 6.0

    helper = lambda x: 5.0 * x
    assert g(3.0) == 5.0


class _Holder:
    function = np.sin


def test_functions_in_containers_are_followed() -> None:
    steps, layers, holder = [np.sin], [(2.0, np.tanh)], _Holder()
    f = grad(lambda x: layers[0][1](layers[0][0] * steps[0](x)) + holder.function(x))
    assert np.isclose(f(0.5), 2.0 * np.cos(0.5) / np.cosh(2.0 * np.sin(0.5)) ** 2 + np.cos(0.5))
    steps[0], layers[0], holder.function = np.exp, (3.0, np.sin), np.cos
    assert np.isclose(f(0.5), 3.0 * np.exp(0.5) * np.cos(3.0 * np.exp(0.5)) - np.sin(0.5))


def test_too_many_variants_are_an_error_and_nothing_is_lost() -> None:
    g = grad(lambda x, k: x * k, static="k")
    for k in range(64):
        assert g(1.0, k) == k
    with pytest.raises(UsageError) as caught:
        g(1.0, 64)
    assert str(caught.value) == "SD602 <lambda> was specialised 64 times; the budget is 64 (pass k as a staged integer)"
    assert g(1.0, 63) == 63


def test_an_array_that_is_static_is_known_by_what_it_holds() -> None:
    g = grad(lambda x, w: x * w[0] if w[1] > 0 else x * x, static="w")
    w = np.array([2.0, 1.0])
    assert g(3.0, w) == 2.0
    w[0] = 5.0
    assert g(3.0, w) == 5.0
    assert g(3.0, np.array([7.0, 1.0])) == 7.0
    assert g(3.0, np.array([7.0, -1.0])) == 6.0
    inside = grad(lambda x, p: x * p["w"][1][0], static="p")
    assert [inside(3.0, {"w": [None, np.array([k])]}) for k in (2.0, 4.0, 2.0)] == [2.0, 4.0, 2.0]


def test_the_look_up_is_short() -> None:
    g = grad(lambda x, y, z: (x + y) * z, (0, 1, 2))
    g(1.0, 2.0, 3.0)
    (variant,) = g._variants
    direct = min(timeit.repeat(lambda: variant.call(1.0, 2.0, 3.0), number=2000, repeat=7)) / 2000
    through = min(timeit.repeat(lambda: g(1.0, 2.0, 3.0), number=2000, repeat=7)) / 2000
    assert through - direct < 1e-6


def test_threads_compile_once_and_agree() -> None:
    g = value_and_grad(lambda x: np.sum(np.tanh(x) * x))
    inputs = [np.ones(2), 1.0, np.ones((2, 2), "f4"), np.float64(2)]
    found: list[tuple[int, Any]] = []
    start = threading.Barrier(8)

    def work(k: int) -> None:
        start.wait()
        for j in range(20):
            i = (k + j) % len(inputs)
            found.append((i, g(inputs[i])))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(found) == 160 and len(g._variants) == len(inputs)
    for i, (value, gradient) in found:
        again = g(inputs[i])
        assert value == again[0] and np.array_equal(gradient, again[1])


def test_pickling() -> None:
    for made in (decorated, grad(square, wrt=("x",), level=1), grad(grad(square)), by_name):
        again = pickle.loads(pickle.dumps(made))
        assert again(3.0) == made(3.0)
        assert type(again).__name__ == "Grad" and again.level == made.level
    assert pickle.loads(pickle.dumps(by_name)) is by_name
    assert pickle.loads(pickle.dumps(kept)) is kept
    decorated(2.0)
    assert pickle.loads(pickle.dumps(decorated))(4.0) == 8.0


def test_vjp_jvp_and_hvp_compile_once_for_a_function() -> None:
    from symdiff.api.transforms import compiled_for

    assert hvp(square, (3.0,), (1.0,)) == 2.0
    made = compiled_for("hvp", square, 1)
    assert len(made._variants) == 1 and compiled_for("hvp", square, 1) is made

    @dataclass
    class Unhashable:
        k: float

        def f(self, x):
            return self.k * x * x

    assert hvp(Unhashable(3.0).f, (3.0,), (1.0,)) == 6.0


def test_a_memory_map(tmp_path: Any) -> None:
    x = np.memmap(tmp_path / "x", dtype="f8", mode="w+", shape=(3,))
    x[:] = [1.0, 2.0, 3.0]
    assert grad(lambda x: np.sum(x * x))(x).tolist() == [2.0, 4.0, 6.0]


def test_the_lines_of_the_generated_code_show_in_tracebacks() -> None:
    import traceback

    g = grad(lambda x, y: np.sum(x * y))
    try:
        g(np.ones(3), np.ones(4))
    except ValueError as error:
        text = "".join(traceback.format_exception(error))
    assert "_accept(" in text


def test_a_method_of_an_argument_whose_class_has_no_global_name() -> None:
    @dataclass
    class Model:
        scale: float

        def loss(self, x):
            return self.scale * self.power(x)

        def power(self, x):
            return x * x

    g = grad(lambda model, x: model.loss(x), argnums=(0, 1))
    for _ in range(3):
        assert g(Model(3.0), 2.0) == (Model(4.0), 12.0)
    assert len(g._variants) == 1
