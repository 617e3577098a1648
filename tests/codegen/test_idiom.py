"""Lines that an expert would not write, each seen once in generated code."""

import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from symdiff import generate
from tests.codegen.harness import Loaded
from tests.codegen.test_readable import part


def decay(a: float, x: "f8[n]"):  # noqa: F821
    y = np.zeros_like(x)
    y[0] = x[0]
    for i in range(1, len(x)):
        y[i] = a * y[i - 1] + x[i] * x[i]
    return np.sum(y * y)


def root(a: float, tol: float):
    x = a
    while abs(x * x - a) > tol:
        if x < 0.1:
            x = x + 1.0
        else:
            x = 0.5 * (x + a / x)
    return x


def damped(a: float, x: "f8[n]"):  # noqa: F821
    h = 1.0
    for t in x:
        h = a * h + t * h
    return h


def rnn(W: "f8[k, d]", U: "f8[k, k]", b: "f8[k]", xs: "f8[n, d]", h: "f8[k]"):  # noqa: F821
    for x in xs:
        h = np.tanh(W @ x + U @ h + b)
    return np.sum(h * h)


def hinge(w: "f8[n]", x: "f8[n]", b: float):  # noqa: F821
    f = w @ x + b
    return np.maximum(f, 0) * f


def line(x: "f8[n]", y: "f8[n]", m: float, b: float):  # noqa: F821
    r = y - (m * x + b)
    return np.sum(r * r)


def total(x: "f8[n]"):  # noqa: F821
    return np.sum(x)


def rootless(x: float, z: float):
    return np.exp(x) + np.sqrt(z)


def cross_entropy(f: "f8[n, c]", labels: "i8[n]"):  # noqa: F821
    log_p = f - np.log(np.sum(np.exp(f), axis=1, keepdims=True))
    return -np.mean(log_p[np.arange(len(labels)), labels])


FUNCTIONS = [decay, root, rnn, hinge, total, rootless, cross_entropy]


def body(text: str, name: str) -> str:
    """The lines of a function behind its checks, without comments."""
    lines = part(text, name).splitlines()
    return "\n".join(line.split("  #")[0].rstrip() for line in lines)


def loops(text: str) -> Iterator[str]:
    """The lines inside loops."""
    depth = None
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip())
        if depth is not None and indent > depth:
            yield line
        else:
            depth = indent if line.lstrip().startswith(("for ", "while ")) else None


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_running_sum_is_converted_once(level: int) -> None:
    text = body(generate(decay, level=level), "decay_backward")
    assert any("d_a" in line for line in loops(text)) and not any("float(" in line for line in loops(text))
    assert text.rstrip().endswith("return float(d_a), d_x")


def test_the_derivative_of_a_square_is_one_line() -> None:
    text = body(generate(decay, level=2), "decay_backward")
    assert len([line for line in loops(text) if re.match(r" +d_x\[i\] \+= 2\.0 \* \(d_y4 \* x\[i\]\)", line)]) == 1
    assert sum("d_x[i]" in line for line in loops(text)) == 1
    assert "d_y = 2.0 * d_y0 * y\n" in text


@pytest.mark.parametrize("level", [1, 2])
def test_the_reverse_loop_of_python_floats_runs_on_python_floats(level: int) -> None:
    text = body(generate(root, wrt=["a"], level=level), "root_backward")
    assert "np." not in text and "float(" not in text.split("root_backward', d_x=d_x)")[1]
    assert "a, x_in = saved" in text and "_1" not in text
    module = Loaded(generate(root, wrt=["a"], level=level), "root")
    value, saved = module["root_forward"](2.0, 1e-13)
    assert abs(value - math.sqrt(2)) < 1e-12 and abs(module["root_backward"](saved) - 0.5 / math.sqrt(2)) < 1e-9


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("function", [damped, rnn])
def test_lists_read_side_by_side_have_one_length(function: Any, level: int) -> None:
    text = generate(function, level=level).split("\ndef _")[0]
    rows = re.findall(r"zip\(.*", text)
    assert rows and all("strict=True" in row for row in rows)


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_header_names_what_is_saved(function: Any, level: int) -> None:
    text = generate(function, level=level)
    unpacked = re.search(r"^    (.*) = saved$", text, re.MULTILINE)
    names = unpacked.group(1).strip("(),") if unpacked else "nothing"
    header = re.search(r"^saves +(.*)$", text, re.MULTILINE)
    assert header is not None and re.sub(r" \(.*", "", header.group(1)) == names


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("function", FUNCTIONS[:-1])
def test_no_comment_differentiates_a_variable_by_itself(function: Any, level: int) -> None:
    found = re.findall(r"# ∂(\w+)/∂(\w+)", generate(function, level=level))
    assert found and all(above != below for above, below in found)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_loop_over_rows_reads_them_again(level: int) -> None:
    text = generate(rnn, wrt=["W", "U", "b"], level=level)
    forward, backward = body(text, "rnn_forward"), body(text, "rnn_backward")
    assert "for x in xs:" in forward and "_deep_copy" not in text and "_size" not in text
    assert re.search(r"for x, .* in zip\(reversed\(xs\), reversed\(h_in\)", backward)


def test_a_choice_of_numbers_is_a_conditional_expression() -> None:
    text = body(generate(hinge, level=1), "hinge_value_and_grad")
    assert "np.where" not in text and " if f > 0 else 0.0" in text


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_repeated_number_fills_an_array(level: int) -> None:
    text = body(generate(total, level=level), "total_backward")
    assert "np.full(n, d_y)" in text and "broadcast_to" not in text and ".copy()" not in text


def test_copies_stand_where_they_are_returned() -> None:
    assert "return y0, (a, x.copy(), y)" in body(generate(decay, level=1), "decay_forward")


def test_cross_entropy_is_p_minus_onehot_over_n() -> None:
    text = body(generate(cross_entropy), "cross_entropy_value_and_grad")
    assert re.search(r"\[\w+, labels\] -= 1.0\n.*/=? ?.*n\b", text) or re.search(r"-= 1.0\n.*np.divide\(\w+, n", text)
    assert "np.float64" not in text


def test_a_gradient_by_a_factor_is_one_product() -> None:
    text = str(generate(line, wrt=["m", "b"], level=2))
    assert "d_m = np.vdot(d_" in text
    assert text.count(".sum()") == 2  # of d_b, in the two functions that have it


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("x", np.linspace(-3.0, 3.0, 25).tolist())
def test_where_the_derivative_alone_raises_the_value_is_the_same(x: float) -> None:
    """0.5 / sqrt(0) raises in Python; np.exp and math.exp may differ in the last bit."""
    module = Loaded(generate(rootless, functions=("primal", "forward", "value_and_grad", "jvp")), "rootless")
    value = module["rootless"](x, 0.0)
    assert module["rootless_value_and_grad"](x, 0.0)[0] == value == module["rootless_forward"](x, 0.0)[0]
    assert module["rootless_jvp"](x, 0.0, 1.0, 1.0)[0] == value
    assert module["rootless_value_and_grad"](x, 0.0)[1] == (pytest.approx(math.exp(x)), math.inf)


def spectrum(a: "f8[n, n]"):  # noqa: F821
    w, v = np.linalg.eigh(a)
    q, r = np.linalg.qr(v)
    s, vt = np.linalg.svd(a + q)[1:]
    return w @ r[0] + s @ vt[0]


@pytest.mark.parametrize("level", range(3))
def test_a_matrix_is_factorised_once(level: int) -> None:
    text = part(generate(spectrum, level=level), "spectrum_forward")
    for line in ("w, v = np.linalg.eigh(a)", "q, r = np.linalg.qr(v)"):
        assert line in text
    assert re.search(r"_, \w+, \w+ = np.linalg.svd\(", text) and text.count("np.linalg.") == 3


def shifted(X: "f8[n1, n2]", F: "f8[k1, k2]"):  # noqa: F821
    n1, n2 = X.shape
    k1, k2 = F.shape
    Y = np.zeros((n1 - k1 + 1, n2 - k2 + 1))
    for a in range(k1):
        for b in range(k2):
            Y += X[a : a + n1 - k1 + 1, b : b + n2 - k2 + 1] * F[a, b]
    return Y


@pytest.mark.parametrize("level", [1, 2])
def test_what_is_added_stands_in_one_line(level: int) -> None:
    text = body(generate(shifted, level=level), "shifted")
    assert "Y += X[a:a + n1 - k1 + 1, b:b + n2 - k2 + 1] * F[a, b]\n" in text
