"""Bad input is answered with a clear error, and nothing is lost: one test per item, with the exact message."""

import importlib
import math
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.special

import symdiff
from symdiff import CompileError, grad
from symdiff.errors import CheckError, UsageError

HERE = __file__


def line_of(text: str) -> int:
    """The line of this file that holds `text` first."""
    lines = Path(HERE).read_text(encoding="utf-8").splitlines()
    return next(k for k, line in enumerate(lines, start=1) if text in line)


def two(x, n=2):
    return x * x * n


USAGE = [
    (lambda: grad(two, 2), "SD701 argnums=2 does not fit two, which has 2 positional parameters"),
    (lambda: grad(two, -3), "SD701 argnums=-3 does not fit two, which has 2 positional parameters"),
    (lambda: grad(two, (0, 0)), "SD701 argnums=(0, 0) does not fit two, which has 2 positional parameters"),
    (lambda: grad(two, ()), "SD701 argnums=() does not fit two, which has 2 positional parameters"),
    (lambda: grad(two, "x"), "SD701 argnums='x' does not fit two, which has 2 positional parameters"),
    (lambda: grad(two, True), "SD701 argnums=True does not fit two, which has 2 positional parameters"),
    (lambda: grad(two, (0, 1.0)), "SD701 argnums=(0, 1.0) does not fit two, which has 2 positional parameters"),
    (lambda: grad(two, wrt="y"), "SD702 two has no parameter `y` to differentiate by; it has: x, n"),
    (lambda: grad(two, wrt=("x", "x")), "SD702 wrt=('x', 'x') must name parameters of two, each once"),
    (lambda: grad(two, 1, wrt="x"), "SD703 give argnums or wrt, not both"),
    (lambda: grad(two, 0, wrt="x"), "SD703 give argnums or wrt, not both"),
    (lambda: symdiff.value_and_grad(argnums=0, wrt="n")(two), "SD703 give argnums or wrt, not both"),
    (lambda: symdiff.differentiable(two, 0, wrt="n"), "SD703 give argnums or wrt, not both"),
    (lambda: symdiff.hessian(two, 0, wrt="n"), "SD703 give argnums or wrt, not both"),
    (lambda: grad(two, wrt=0), "SD702 wrt=0 must name parameters of two: a position is argnums"),
    (lambda: grad(two, wrt=(1,)), "SD702 two has no parameter `1` to differentiate by; it has: x, n"),
    (lambda: symdiff.generate(two, wrt=1), "SD702 wrt=1 must name parameters of two: a position is argnums"),
    (lambda: grad(two, level=3), "SD715 level=3 is not one of: 0, 1, 2"),
    (lambda: grad(two, level="2"), "SD715 level='2' is not one of: 0, 1, 2"),
    (lambda: symdiff.generate(two, level=9), "SD715 level=9 is not one of: 0, 1, 2"),
    (lambda: symdiff.check_grads(two, 1.0), "SD719 args is float, expected a tuple of arguments"),
    (lambda: grad(two, static="q"), "SD702 two has no parameter `q` to differentiate by; it has: x, n"),
    (lambda: grad(3), "SD726 expected a function, not int"),
    (lambda: grad(two, has_aux=True)(1.0), "SD714 with has_aux=True two must return a pair (value, aux), not float"),
    (
        lambda: grad(lambda x: x * 2)(np.ones((3, 2))),
        "SD704 <lambda> returns an array of shape (n, m) and dtype float64, but a gradient needs a real scalar "
        "(use symdiff.jacobian, or return a sum)",
    ),
    (
        lambda: grad(lambda x: (x, x))(1.0),
        "SD704 <lambda> returns a tuple of 2, but a gradient needs a real scalar "
        "(use symdiff.jacobian, or return a sum)",
    ),
    (
        lambda: grad(lambda x: None)(1.0),
        "SD704 <lambda> returns None, but a gradient needs a real scalar (use symdiff.jacobian, or return a sum)",
    ),
    (
        lambda: grad(lambda x: x > 0)(1.0),
        "SD704 <lambda> returns bool, but a gradient needs a real scalar (use symdiff.jacobian, or return a sum)",
    ),
    (
        lambda: grad(lambda x: x * 1j)(1.0),
        "SD717 <lambda> returns a complex number; a gradient needs a real one (return its real part or its modulus)",
    ),
]


@pytest.mark.parametrize(("call", "message"), USAGE, ids=[message[:70] for _, message in USAGE])
def test_wrong_use(call: Any, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        call()
    assert str(caught.value) == message


FLOATS = "differentiated arguments are real or complex floats"
ARGUMENTS = [
    (lambda: grad(two)(3), f"SD705 argument x of two is int; {FLOATS}"),
    (lambda: grad(two)(np.arange(3)), f"SD705 argument x of two is i8[m]; {FLOATS}"),
    (lambda: grad(two)(True), f"SD705 argument x of two is bool; {FLOATS}"),
    (lambda: grad(two)("a"), f"SD705 argument x of two is str; {FLOATS}"),
    (lambda: grad(two)(None), f"SD705 argument x of two is None; {FLOATS}"),
    (lambda: grad(two, 1)(1.0), f"SD705 argument n of two is int; {FLOATS}"),
    (
        lambda: grad(two)({"a": [1.0, 2]}),
        f"SD705 argument x['a'][1] of two is int; {FLOATS} (pass what has no derivative in another argument than x)",
    ),
    (lambda: grad(two)(np.asmatrix([[1.0]])), "SD314 x is np.matrix (convert it: `np.array(x, dtype=float)`)"),
    (
        lambda: grad(two)(1.0, object()),
        "SD724 argument n is object (pass the numbers it holds, in lists, dicts or objects of plain classes)",
    ),
]


@pytest.mark.parametrize(("call", "message"), ARGUMENTS, ids=[message[:70] for _, message in ARGUMENTS])
def test_arguments_that_cannot_be_differentiated_or_taken(call: Any, message: str) -> None:
    with pytest.raises(CheckError) as caught:
        call()
    assert str(caught.value) == message


def report(call: Any) -> list[str]:
    with pytest.raises(CompileError) as caught:
        call()
    return str(caught.value).split("\n")


def test_no_source() -> None:
    space: dict[str, Any] = {}
    exec("def f(x):\n    return x * x\n", space)
    assert report(lambda: grad(space["f"])(1.0)) == [
        "SD101 no source found for `f`: it was made by exec, eval or `python -c`",
        "  why: symdiff compiles a function from its text",
        "  rewrite: define it in a file or a notebook cell, or give its text",
    ]


def test_no_python_function() -> None:
    assert report(lambda: grad(len)(1.0))[0] == "SD106 `len` is a function written in C, not a Python function"


@pytest.mark.parametrize("made", [grad, symdiff.value_and_grad, symdiff.differentiable])
def test_the_arguments_of_a_call_are_counted_as_python_counts_them(made: Any) -> None:
    for args, named in [((1.0, 2, 3.0), {}), ((), {}), ((1.0,), {"m": 2}), ((1.0, 2), {"x": 1.0})]:
        with pytest.raises(TypeError) as expected:
            two(*args, **named)
        with pytest.raises(TypeError, match=f"^{re.escape(str(expected.value))}$"):
            made(two)(*args, **named)


def test_star_parameters() -> None:
    f = lambda *xs: xs[0]
    for refused in (lambda: symdiff.differentiable(f), lambda: symdiff.generate(f)):
        assert report(refused)[:3] == [
            f"{HERE}:{line_of('f = lambda *xs')}:9: SD220 `*xs` of <lambda> takes any number of arguments",
            "    f = lambda *xs: xs[0]",
            "        ^^^^^^^^^^^^^^^^^",
        ]
    assert grad(f)(1.0) == 1.0


def test_source_changed_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    file = tmp_path / "changing_of_bad_input.py"
    file.write_text("def f(x):\n    return x * x\n")
    module = importlib.import_module("changing_of_bad_input")
    file.write_text("def f(x):\n    return x * x * x\n")
    os.utime(file, (1, 1))
    assert report(lambda: grad(module.f)(1.0))[:3] == [
        f"{file}:1:1: SD103 the source found for `f` is not what is running: the file changed on disk since import, "
        "or an import hook rewrote the function",
        "    def f(x):",
        "    ^^^^^^^^^",
    ]
    del sys.modules["changing_of_bad_input"]


def special(x):
    return scipy.special.gamma(x)


def test_an_unknown_function_on_an_active_value_names_its_line() -> None:
    first, line, carets, *_ = report(lambda: grad(special)(1.0))
    assert first.startswith(f"{HERE}:{line_of('return scipy.special.gamma(x)')}:12: SD")
    assert (line, carets) == ("    return scipy.special.gamma(x)", "           ^^^^^^^^^^^^^^^^^^^^^^")


def stores(x):
    a = np.zeros(3, dtype=int)
    a[0] = x
    return np.sum(a) * x


def test_an_active_value_stored_into_an_integer_array() -> None:
    assert report(lambda: grad(stores)(1.0)) == [
        f"{HERE}:{line_of('    a[0] = x')}:5: SD306 a differentiated value is stored in `a`, an array of i8",
        "    a[0] = x",
        "    ^^^^",
        "  why: the store truncates, and its derivative would silently be zero",
        "  rewrite: make the array float: `np.zeros(n)`",
    ]


def writes(x, y):
    x[0] = 2 * y[1]
    return np.sum(x * y)


def test_written_arguments_that_share_memory() -> None:
    x = np.ones(3)
    message = "writes_value_and_grad: x is written into and shares memory with y: pass a copy of x"
    with pytest.raises(ValueError, match=f"^{message}$"):
        grad(writes)(x, x)
    assert grad(writes)(x, x.copy()).tolist() == [0.0, 1.0, 1.0] and x.tolist() == [1.0, 1.0, 1.0]


def of_a_dict(p):
    p["u"][0] += p["w"][1]
    return np.sum(p["u"] * p["w"])


def of_a_list(rows):
    rows[0] *= 2
    return rows[0][0] * rows[1][1]


def test_arguments_that_share_memory_are_named_as_the_function_names_them() -> None:
    x = np.array([0.3, -0.7])
    with pytest.raises(ValueError, match=r"p\['u'\] is written .* with p\['w'\]: pass a copy of p\['u'\]$"):
        grad(of_a_dict)({"u": x, "w": x})
    with pytest.raises(ValueError, match=r"rows\[0\] is written .* with rows\[1\]: pass a copy of rows\[0\]$"):
        grad(of_a_list)([x, x])


def unread(a, b):
    a[0] = 2.0
    return np.sum(a * a)


def of_a_size(a, b):
    a[0] = 2.0
    for k in range(len(b)):
        a[k] *= b.shape[0]
    return np.sum(a * a) * len(b)


@pytest.mark.parametrize("function", [unread, of_a_size])
@pytest.mark.parametrize("level", [0, 1, 2])
def test_an_array_whose_content_is_not_read_may_be_the_one_that_is_written(
    function: Callable[..., Any], level: int
) -> None:
    x = np.array([0.3, -0.7, 1.2])
    compiled = symdiff.value_and_grad(function, level=level)
    (value, found), (apart, other) = compiled(x, x), compiled(x, x.copy())
    assert value == apart == pytest.approx(function(x.copy(), x.copy()), rel=1e-14) and x.tolist() == [0.3, -0.7, 1.2]
    assert value == pytest.approx(function(*[x.copy()] * 2), rel=1e-14) and found.tolist() == other.tolist()
    assert symdiff.jvp(function, (x, x), (x, x))[1] == pytest.approx(found @ x)


def returned(a, b):
    a[0] = 2.0
    return b


def written_last(a, b):
    a[0] = 2.0
    b[:] = 3.0
    return np.sum(a)


def read_late(a, b):
    squares = (t * t for t in b)
    a[0] = 2.0
    return sum(squares) * a[1]


def read_in_a_branch(a, b):
    a[0] = 2.0
    if a[1] > 0:
        return b[0] * a[1]
    return a[0] * a[1]


@pytest.mark.parametrize("function", [returned, written_last, read_late, read_in_a_branch])
def test_an_array_that_is_read_returned_or_written_as_well_may_not(function: Callable[..., Any]) -> None:
    x = np.array([0.3, 0.7, 1.2])
    assert np.any(function(x.copy(), x.copy()) != function(*[x.copy()] * 2))  # it matters to Python
    with pytest.raises(ValueError, match="a is written into and shares memory with b"):
        symdiff.jvp(function, (x, x), (x, x))


def test_what_symdiff_does_outside_of_functions_only_is_refused_inside_by_name() -> None:
    outer = lambda x: len(symdiff.generate(two)) * x
    assert report(lambda: grad(outer)(1.0)) == [
        f"{HERE}:{line_of('outer = lambda')}:27: SD411 `symdiff.generate(two)` cannot be compiled inside a function:"
        " symdiff does not follow its own functions",
        "    outer = lambda x: len(symdiff.generate(two)) * x",
        "                          ^^^^^^^^^^^^^^^^^^^^^",
        "  why: what a function asks of symdiff is compiled with it, and means what it means outside",
        "  rewrite: call it outside, and pass the result in",
    ]


def test_names_and_docstrings_with_quotes_and_braces() -> None:
    def größe(ключ, λ):
        '''Ends with "quotes" and {{ braces }} and \\ and """ and {% raw %}"'''
        return ключ * λ

    assert grad(größe, wrt=("λ", "ключ"))(2.0, 3.0) == (2.0, 3.0)
    key = "a'}{{\"\n\\"
    assert grad(lambda p: p[key] * p["b"])({key: 2.0, "b": 3.0}) == {key: 3.0, "b": 2.0}


def test_keys_that_python_cannot_write() -> None:
    for key in (frozenset((1,)), ("a", math.inf), (1, ("b", object))):
        with pytest.raises(UsageError) as caught:
            grad(lambda p: sum(p.values()))({key: 2.0})
        assert str(caught.value) == f"SD724 the key {key!r:.40} of p cannot be written into a module"


def test_an_error_loses_nothing() -> None:
    g = grad(two)
    assert g(1.0) == 4.0
    for bad in (1, "a", np.asmatrix([[1.0]])):
        with pytest.raises(CheckError):
            g(bad)
    assert g(2.0) == 8.0 and len(g._variants) == 1
