"""Calls that are run as they are: once, in order, in the forward pass, on what is not differentiated."""

from __future__ import annotations

import contextlib
import datetime
import functools
import io
import json
import logging
import os
import random
import re
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError

LOG = logging.getLogger("tests.foreign")
RNG = np.random.default_rng(0)
SINK = io.StringIO()
DIGITS = re.compile(r"\d+")
W = np.array([1.0, -2.0, 3.0])
GRAD, EVERY = symdiff.grad, (symdiff.grad, symdiff.value_and_grad)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    global RNG, SINK
    RNG, SINK = np.random.default_rng(7), io.StringIO()
    LOG.setLevel(logging.INFO)
    yield
    LOG.handlers.clear()


def shown(run: Callable[[], object]) -> str:
    """All that a run prints, warns and logs, in its order."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    LOG.addHandler(handler)
    LOG.propagate = False
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out), warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = lambda message, category, *rest: out.write(f"{category.__name__} {message}\n")
        run()
    LOG.removeHandler(handler)
    return out.getvalue()


# --- what shows values


def chatty(x, v):
    LOG.info("x is %g, v is %s", x, v)
    for k, t in enumerate(v):
        if t > 0:
            LOG.warning(f"turn {k}: {t * x:.2f}")
        print("printed", k)
        x = x + t * x
    v[0] = 9.0
    LOG.debug("never")
    LOG.log(logging.ERROR, "v = %s, %s", v, {"x": x, "all": [x, (k, None)]})
    warnings.warn(f"end at {x:.3f}", RuntimeWarning, stacklevel=1)
    print("last", x, v, [x], file=sys.stderr, sep="|", end="!\n")
    sys.stdout.write(f"{x:.1f}\n")
    sys.stderr.flush()
    if LOG.isEnabledFor(logging.INFO):
        logging.getLogger("tests.foreign").info("done")
    return x * v[0]


@pytest.mark.parametrize("level", range(3))
def test_what_shows_values_takes_any_and_shows_them_once(level: int) -> None:
    plain = shown(lambda: chatty(1.5, W.copy()))
    assert plain.startswith("INFO x is 1.5, v is [ 1. -2.  3.]\nWARNING turn 0: 1.50\nprinted 0\nprinted 1\nWARNING")
    for transform in EVERY:
        assert shown(lambda t=transform: t(chatty, level=level)(1.5, W)) == plain
    assert shown(lambda: symdiff.grad(symdiff.grad(chatty))(1.5, W)) == plain
    assert shown(lambda: symdiff.jvp(chatty, (1.5, W), (1.0, W))) == plain
    assert shown(lambda: symdiff.vjp(chatty, 1.5, W)[1](1.0)) == plain
    assert shown(lambda: symdiff.hvp(lambda x: chatty(x, W + 0), (1.5,), (1.0,))) == plain
    assert shown(lambda: symdiff.hessian(lambda v: chatty(1.5, v))(W)) == plain
    assert shown(lambda: symdiff.jacfwd(lambda v: chatty(1.5, v))(W)) == plain


def test_a_record_that_is_kept_does_not_change_later() -> None:
    """A handler keeps its records, with the arrays in them: here as they were when they were logged."""
    kept: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = kept.append  # type: ignore[method-assign]

    def f(x):
        y = np.zeros(2)
        for k in range(2):
            y[k] = x
            LOG.info("%s", y)
        return y.sum()

    LOG.addHandler(handler)
    symdiff.grad(f)(1.0)
    assert [r.getMessage() for r in kept] == ["[1. 0.]", "[1. 1.]"]


# --- random numbers


def drawn_from(x, rng):
    noise = rng.normal(size=x.shape)
    order = rng.permutation(len(x))
    total = rng.uniform(1.0, 2.0) * np.sum(x[order] * noise)
    for _ in range(3):
        total = total + rng.integers(5) * x[0]
    scale = np.array([rng.exponential() for _ in range(2)])
    return total * scale.sum()


def captured_generator(x):
    return drawn_from(x, RNG)


def made_inside(x):
    return drawn_from(x, np.random.default_rng(5))


@pytest.mark.parametrize("level", range(3))
def test_a_generator_is_drawn_from_once_and_in_order(level: int) -> None:
    """The function is linear in x without a constant: f(x) = ∇f · x, of the same draws."""
    plain, ours = np.random.default_rng(3), np.random.default_rng(3)
    expected = drawn_from(W, plain)
    value, gradient = symdiff.value_and_grad(drawn_from, level=level)(W, ours)
    np.testing.assert_allclose(value, expected, rtol=1e-13)
    np.testing.assert_allclose(gradient @ W, expected, rtol=1e-13)
    assert plain.bit_generator.state == ours.bit_generator.state
    np.testing.assert_allclose(symdiff.value_and_grad(made_inside, level=level)(W)[0], made_inside(W), rtol=1e-13)


def test_a_generator_from_outside_may_be_another_at_each_call() -> None:
    """More often than a function is compiled anew for a changed global."""
    global RNG
    gradient = symdiff.grad(captured_generator)
    for seed in range(70):
        RNG = np.random.default_rng(seed)
        found = gradient(W) @ W
        RNG = np.random.default_rng(seed)
        np.testing.assert_allclose(found, captured_generator(W), rtol=1e-13)


def of_modules(x):
    a = np.random.normal(size=3) + np.random.rand(3) * np.random.randint(5)
    return np.sum(x * a) + x[0] * random.random() * random.randint(1, 9) + x[1] * np.random.uniform()


def test_generators_of_modules() -> None:
    np.random.seed(3), random.seed(4)
    expected = of_modules(W)
    np.random.seed(3), random.seed(4)
    value, gradient = symdiff.value_and_grad(of_modules)(W)
    np.testing.assert_allclose(value, expected, rtol=1e-13)  # the sum of products is a BLAS product at -O1
    np.testing.assert_allclose(gradient @ W, expected, rtol=1e-13)


def cubes(x):
    return np.sum(x**3 * RNG.normal(size=3)) + np.sum(x * x) * RNG.random()


def test_jacobians_draw_once() -> None:
    """The Hessian of Σ a x³ + b Σ x² is diag(6 a x + 2 b); the Jacobian of 2 a x² is diag(4 a x)."""
    a, b = np.random.default_rng(7).normal(size=3), None
    rng = np.random.default_rng(7)
    rng.normal(size=3)
    b = rng.random()
    np.testing.assert_allclose(symdiff.hessian(cubes)(W), np.diag(6 * a * W + 2 * b), rtol=1e-12, atol=1e-14)
    assert RNG.bit_generator.state == rng.bit_generator.state
    for jacobian in (symdiff.jacobian, symdiff.jacrev, symdiff.jacfwd):
        _reset()
        np.testing.assert_allclose(jacobian(lambda x: 2 * x * x * RNG.normal(size=3))(W), np.diag(4 * a * W))


def _reset() -> None:
    global RNG
    RNG = np.random.default_rng(7)


def test_a_hessian_inside_does_not_draw_again_and_again() -> None:
    with pytest.raises(CompileError, match=r"SD411 .* calls what is run as it is, and would do so for every column"):
        symdiff.grad(lambda x: np.sum(symdiff.hessian(cubes)(x)))(W)


def shuffled(x):
    order = np.arange(3)
    again = order[::-1]
    RNG.shuffle(order)
    return x[order[0]] * 100 + x[again[0]]


def test_shuffle_writes_into_the_array() -> None:
    order = np.arange(3)
    np.random.default_rng(7).shuffle(order)
    expected = np.zeros(3)
    np.add.at(expected, order[[0, 2]], [100.0, 1.0])
    np.testing.assert_array_equal(symdiff.grad(shuffled)(W), expected)


@pytest.mark.parametrize(
    ("fill", "detail"),
    [
        (lambda b: np.random.default_rng(0).random(out=b[:, 0]), r"may have gaps in memory, where NumPy raises"),
        (lambda b: np.random.default_rng(0).random(dtype=np.float32, out=b), r"its dtype is not that of the draws"),
        (lambda b: np.random.default_rng(0).random(out=[b]), r"it must be an array made here"),
        (lambda b: np.random.default_rng(0).shuffle(b, axis=2), r"axis 2 of 2 axes"),
        (lambda b: np.random.default_rng(0).random(3, out=b), r"SD301"),
    ],
)
def test_what_numpy_does_not_fill_is_refused(fill: Callable[[Any], Any], detail: str) -> None:
    """NumPy raises for each of them, too."""

    def f(x):
        b = np.zeros((3, 2))
        fill(b)
        return x * np.sum(b)

    with pytest.raises((TypeError, ValueError)):
        f(1.0)
    with pytest.raises(CompileError, match=detail):
        symdiff.grad(f)(1.0)


def walk(x, n: int):
    if n == 0:
        return x
    LOG.info("n = %d", n)
    return walk(x * RNG.uniform(), n - 1)


def test_in_a_recursion() -> None:
    found = []
    text = shown(lambda: found.append(symdiff.grad(walk)(1.0, 4)))
    assert text == "".join(f"INFO n = {n}\n" for n in (4, 3, 2, 1))
    assert found == [np.prod(np.random.default_rng(7).uniform(size=4))]


# --- results


def timed(x):
    start = time.perf_counter()
    y = x * x
    took = time.perf_counter() - start
    assert took >= 0.0
    time.sleep(0)
    return y + 0.0 * took + 0.0 * time.time_ns()


def objects(x):
    found = DIGITS.search("a12b")
    if found is None:
        return x
    parts = found.span()
    low, high = parts
    assert low == 1 and high == 3
    y = x * int(found.group()) if found else x
    print(found.group(), len(parts), parts[1], f"{found.start()}", file=sys.stderr)
    return y * int(parts[0])


DRAW = functools.partial(np.random.RandomState(1).uniform, 2.0, size=2)


def of_objects(x):
    """Attributes, operators, comparisons, what one of two branches made, and what is changed in place."""
    day = datetime.date(2020, 2, 3)
    later = datetime.date(2020, 2, 5) - day
    y = x * int(day.year) * int(later.days) if later.days == 2 else x
    name = os.path.relpath("a", "a") if x > 0 else os.path.relpath("b", "a")
    again = name
    name += "/c"
    if again == name or name != "./c" or os.getenv("SYMDIFF_NO_SUCH_NAME") is not None:
        raise ValueError(name)
    rng = np.random.default_rng(3) if x > 0 else np.random.default_rng(4)
    return y * rng.random() * random.choice([5.0, 5.0]) + np.sum(DRAW()) * x


def unpacked(x, n: int):
    if n == 2:
        low, high = DIGITS.search("a12b").span()
    else:
        low, high, _ = DIGITS.search("a12b").span()
    return x * int(high) + int(low)


def two_of_three(x):
    first, second = RNG.spawn(3)
    return x * (first is None) * (second is None)


def test_unpacking_counts_as_python_does() -> None:
    assert symdiff.value_and_grad(unpacked)(1.5, 2) == (5.5, 3.0)
    with pytest.raises(ValueError, match=r"not enough values to unpack \(expected 3"):
        symdiff.grad(unpacked)(1.5, 3)
    with pytest.raises(ValueError, match=r"too many values to unpack \(expected 2\)"):
        symdiff.grad(two_of_three)(1.5)


def declared(x, n: int):
    data: "f8[k]" = np.loadtxt(["1.0", "2.0"])  # noqa: F821, UP037
    count: int = os.getpid()
    SINK.write("x")
    return np.sum(data * x) + x * (count > 0) * (n > 0)


def known(x):
    table = json.loads('{"a": 2.0, "b": [3.0]}')
    return x * table["a"] * table["b"][0] * len(os.path.join("a", "bc"))


def stopped(x):
    if SINK.getvalue() == "":
        raise ValueError(SINK.getvalue(), x)
    return x


def test_an_object_in_the_message_of_an_exception() -> None:
    with pytest.raises(ValueError) as caught:
        symdiff.grad(stopped)(1.5)
    assert caught.value.args == ("", 1.5)


@pytest.mark.parametrize("level", range(3))
def test_results(level: int) -> None:
    assert symdiff.grad(timed, level=level)(1.5) == 3.0
    assert symdiff.grad(objects, level=level)(1.5) == 12.0
    DRAW.func.__self__.seed(1)
    expected = of_objects(1.5)
    DRAW.func.__self__.seed(1)
    assert symdiff.grad(of_objects, level=level)(1.5) * 1.5 == pytest.approx(expected, rel=1e-14)  # linear in x
    assert symdiff.grad(declared, level=level)(1.5, 3) == 4.0
    assert SINK.getvalue() == "x"
    assert symdiff.grad(known, level=level)(1.5) == 2.0 * 3.0 * 4


def test_a_result_of_another_type_than_declared_is_refused_at_run_time() -> None:
    def f(x):
        data: "f8[k, m]" = np.loadtxt(["1.0", "2.0"])  # noqa: F821, UP037
        return np.sum(data * x)

    with pytest.raises(TypeError, match=r"float64\[1\] is returned, but float64\[2\] was when compiling"):
        symdiff.grad(f)(1.0)


def test_nothing_is_called_when_compiling() -> None:
    symdiff.generate(declared, types="x=float, n=int")
    symdiff.generate(captured_generator, types="x=f8[n]")
    assert SINK.getvalue() == ""
    assert RNG.bit_generator.state == np.random.default_rng(7).bit_generator.state


# --- what is differentiated


def helper(x):
    return float(SINK.write(f"{x:.3f}"))


def written_later(x):
    y = np.zeros(2)
    part = y[1:]
    part[0] = x
    return x * float(np.array2string(y))


ACTIVE: list[Callable[..., Any]] = [
    lambda x: x * int(SINK.write(f"{x}")),
    lambda x: x * helper(2.0 * x),
    lambda x: x * RNG.normal(x),
    lambda x: x * RNG.normal([0.0, x]).sum(),
    lambda x: x * random.uniform(0.0, x),
    lambda x: x * float(time.ctime(x)),
    lambda x: x * float(json.dumps([1.0, x])),
    lambda x: x * float(json.dumps({"x": x})),
    written_later,
    lambda x: x * sum([RNG.random() if k else RNG.exponential(x) for k in range(2)]),
    lambda x: x * (lambda t: RNG.exponential(t))(x * 2),
]


@pytest.mark.parametrize("function", ACTIVE)
def test_what_is_differentiated_is_refused(function: Callable[..., Any]) -> None:
    for run in (symdiff.grad(function), symdiff.hessian(function), lambda x: symdiff.jvp(function, (x,), (1.0,))):
        with pytest.raises(CompileError, match=r"SD401 .* has no known derivative and is called on .* differentiated"):
            run(1.5)
    assert SINK.getvalue() == ""


def test_stop_gradient_makes_inactive() -> None:
    function = lambda x: x * RNG.normal(symdiff.stop_gradient(x), 0.0)
    assert symdiff.grad(function)(1.5) == 1.5


@pytest.mark.parametrize("by", ["w", "t"])
def test_one_function_asked_for_two_derivatives(by: str) -> None:
    function = lambda w, t: w * RNG.normal(t, 0.0)
    if by == "w":
        assert symdiff.grad(function, wrt=by)(2.0, 3.0) == 3.0
    else:
        with pytest.raises(CompileError, match=r"SD401 `Generator\.normal` .* `t`, which is differentiated"):
            symdiff.grad(function, wrt=by)(2.0, 3.0)


# --- arguments


def test_an_array_cannot_be_written_by_the_call() -> None:
    """In Python the array would be changed: here that is an error, never lost."""
    into = SINK.readinto if hasattr(SINK, "readinto") else io.BytesIO(b"12345678").readinto

    def f(x):
        y = np.zeros(1)
        into(y)
        return x * y[0]

    with pytest.raises(TypeError, match="read-write"):
        symdiff.grad(f)(1.0)


def test_containers_are_passed_as_copies_alone() -> None:
    rows = lambda x: [SINK.writelines(["a", "b"]), x][1]
    assert symdiff.grad(rows)(1.0) == 1.0
    assert SINK.getvalue() == "ab"

    def kept(x):
        lines = ["a"]
        SINK.writelines(lines)
        return x

    def inside(x):
        lines = ["a"]
        SINK.writelines([lines, ["b"]])
        return x

    for function in (kept, inside):
        with pytest.raises(CompileError, match=r"SD421 `StringIO\.writelines` is run as it is and cannot be given "):
            symdiff.grad(function)(1.0)


def in_a_loop(x, b):
    s = 0.0
    kept = memoryview(b)
    for i in range(len(b)):
        b[i] = i * 1.0
        s += float(kept[0]) * x
    return s


def on_one_path(x, b):
    kept = [memoryview(b[1:])]
    if x > 0:
        b[1] = 5.0
    return float(kept[0][0]) * x


def by_a_helper(x, b):
    def fill(a):
        a[0] = 5.0

    kept = np.ma.array(b)
    fill(b)
    return float(kept.sum()) * x


@pytest.mark.parametrize("f", [in_a_loop, on_one_path, by_a_helper])
def test_an_object_would_see_what_is_written_later(f: Callable[..., Any]) -> None:
    with pytest.raises(CompileError) as caught:
        symdiff.grad(f)(1.0, np.arange(3.0))
    assert {p.code for p in caught.value.problems} == {"SD422"}


def test_a_copy_is_kept_and_the_array_written() -> None:
    def f(x, b):
        kept = memoryview(b.copy())
        b[0] = 7.0
        return float(kept[0]) * x + b[0]

    assert symdiff.value_and_grad(f)(2.0, np.array([3.0, 1.0])) == (13.0, 3.0)


APPEND = [0.0].append


@pytest.mark.parametrize(
    ("function", "code"),
    [
        (lambda x: [APPEND(1.0), x][1], "SD401"),  # the list may be read by compiled code
        (lambda x: x * SINK.tell(), "SD420"),
        (lambda x: x if SINK.tell() < x else -x, "SD401"),
        (lambda x: np.exp(SINK.tell()) * x, "SD420"),
        (lambda x: -SINK.tell() * x, "SD420"),
        (lambda x: x * isinstance(SINK.tell(), int), "SD420"),
        (lambda x: sum(t * x for t in SINK.readlines()), "SD231"),
        (lambda x: [SINK.write(lambda t: t), x][1], "SD421"),
        (lambda x: [print(x, file=SINK), x][1], "SD402"),
        (lambda x: (x, SINK.tell()), "SD322"),
        (lambda x: np.zeros(3, dtype=[("a", float), ("b", float)])["a"].sum() * x, "SD309 dtype with fields of "),
    ],
)
def test_what_cannot_be_known_is_refused(function: Callable[..., Any], code: str) -> None:
    with pytest.raises(CompileError, match=code):
        symdiff.grad(function, has_aux=code == "SD322")(1.5)


# --- SciPy


def quantile(x, p):
    from scipy import stats

    return x * stats.norm.ppf(0.975) + x * np.sum(stats.norm.cdf(p)) + x * stats.norm(1.0, 2.0).mean()


def test_functions_of_scipy() -> None:
    """Φ(0) + Φ(∞) = 1.5; 97.5 % of a normal distribution lie below 1.959964, from a table."""
    pytest.importorskip("scipy")
    assert symdiff.grad(quantile)(2.0, np.array([0.0, np.inf])) == pytest.approx(1.959964 + 1.5 + 1.0, abs=1e-6)
    with pytest.raises(CompileError, match=r"SD401 `scipy\.stats\.norm\.cdf` .* `p`, which is differentiated"):
        symdiff.grad(quantile, wrt="p")(2.0, np.array([0.0]))


# --- generated modules


def simulated(time, x):
    LOG.info("at %g", time)
    return np.sum(x * RNG.normal(size=x.shape)) * time


def loaded(function: Callable[..., Any], **options: Any) -> tuple[str, dict[str, Any]]:
    text = symdiff.generate(function, **options)
    space: dict[str, Any] = {"__name__": "generated"}
    exec(compile(text, "generated", "exec"), space)
    return text, space


def test_a_generated_module_imports_the_standard_library_and_is_given_the_rest() -> None:
    text, space = loaded(simulated, types="time=float, x=f8[n]", wrt="x")
    imports = [line for line in text.splitlines() if line.startswith(("import", "from"))]
    assert imports == ["import logging", "import numpy as np"]
    assert "def simulated(time: float, x: np.ndarray, *, RNG: object) -> np.float64:" in text
    expected = 2.0 * np.random.default_rng(7).normal(size=3)
    np.testing.assert_array_equal(space["simulated_grad"](2.0, W, RNG=np.random.default_rng(7)), expected)
    with pytest.raises(TypeError, match="RNG"):
        space["simulated_grad"](2.0, W)


def test_the_backward_pass_calls_nothing() -> None:
    text, _ = loaded(simulated, types="time=float, x=f8[n]", functions=["forward", "backward"])
    backward = text[text.index("def simulated_backward") : text.index("def _accept")]
    assert "RNG" not in backward and "logging" not in backward


def clocked(time_, x):
    time = time_ * 2.0
    return time * x * (clock() > 0.0)


clock = time.time


def test_a_variable_of_the_name_of_a_module_gets_another() -> None:
    _, space = loaded(clocked, types="time_=float, x=float", wrt="x")
    assert space["clocked_grad"](3.0, 1.0) == 6.0
