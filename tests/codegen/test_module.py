"""What a module promises: bytes, isolation, no injection, checks at entry, structures of arguments and gradients."""

from __future__ import annotations

import ast
import linecache
import os
import pickle
import re
import subprocess
import sys
import traceback
from collections import namedtuple
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symdiff.codegen import render
from symdiff.codegen.load import Loaded
from symdiff.codegen.view import FunctionView, Line, ModuleView, comment_text, doc_literal
from symdiff.errors import UsageError
from symdiff.ir import dims, types
from symdiff.pipeline import compile_module
from symdiff.signature import Argument, Param, Signature, Static
from symdiff.trees import flatten, paths
from tests.codegen.harness import FLOAT, lowered, neuron, program

ROOT = Path(__file__).resolve().parent.parent.parent
N, D = dims.var("n"), dims.var("d")
MATRIX, VECTOR = types.array("f8", N, D), types.array("f8", D)


def layer() -> Any:
    return lowered(program(lambda b, X, w, s: [b.op("mean", (X @ w) * s)], "layer", X=MATRIX, w=VECTOR, s=FLOAT))


# --- bytes and isolation


def test_same_bytes_across_hash_seeds() -> None:
    code = (
        "from tests.codegen.harness import neuron; from symdiff.pipeline import compile_module as c\n"
        "print(c(neuron(), ('w1', 'b')).text)"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": s, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
        ).stdout
        for s in ("0", "1", "77")
    }
    assert len(found) == 1


@pytest.mark.parametrize("make", [neuron, layer])
def test_a_module_runs_and_checks_itself_where_symdiff_cannot_be_imported(make: Any, tmp_path: Path) -> None:
    found = make()
    wrt = [p.name for p in found.params if p.name not in ("x1", "x2")]
    module = compile_module(found, wrt)
    (tmp_path / "made.py").write_text(module.text, encoding="utf-8")
    blocked = "import sys; sys.modules['symdiff'] = None; import runpy; runpy.run_path('made.py', run_name='__main__')"
    run = subprocess.run([sys.executable, "-I", "-c", blocked], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "_value_and_grad: " in run.stdout and "_backward: " in run.stdout
    wrong = module.text.replace("return y, (", "return y, 0 * (").replace("d_w1 = ", "d_w1 = 2.0 * ")
    if "d_w1" in wrong:
        wrong = module.text.replace("d_w1 = ", "d_w1 = 2.0 * ")
        (tmp_path / "made.py").write_text(wrong, encoding="utf-8")
        assert subprocess.run([sys.executable, "-I", "made.py"], cwd=tmp_path, capture_output=True).returncode == 1


@pytest.mark.parametrize("make", [neuron, layer])
def test_a_module_without_the_function_checks_itself(make: Any) -> None:
    found = make()
    module = compile_module(found, (found.params[-1].name,), functions=("value_and_grad",))
    space: dict[str, Any] = {"__name__": "made"}
    exec(module.text, space)
    assert module.name not in space
    assert space["_check"]() == 0


def test_imports_are_those_used() -> None:
    tree = ast.parse(compile_module(neuron(), ("b",), level=0).text)
    imported = [a.name for node in tree.body if isinstance(node, ast.Import) for a in node.names]
    assert imported == ["numpy"]


def test_pickles_and_tracebacks() -> None:
    module = compile_module(layer(), ("w",))
    loaded = pickle.loads(pickle.dumps(Loaded(module.text, module.name)))
    with pytest.raises(TypeError) as caught:
        loaded["layer"](1.0, 2.0, 3.0)
    shown = "".join(traceback.format_exception(caught.value))
    assert "_accept('layer'" in shown
    assert linecache.getline(loaded.filename, 1).startswith('"""')


# --- injection

NASTY = [
    '"""; import os',
    "{{ 7 * 7 }}",
    "{% raw %}",
    "a\nimport os",
    "\\",
    'x"',
    "\u202eabc\x00",
    "'''",
    "trailing\\",
    '"',
]


@pytest.mark.parametrize("text", NASTY)
def test_text_from_outside_stays_text(text: str) -> None:
    found = replace(neuron(), doc=text, file=text, hash=text)
    module = compile_module(found, ("b",))
    tree = ast.parse(module.text)
    assert not [
        n
        for n in ast.walk(tree)
        if isinstance(n, (ast.Import, ast.ImportFrom)) and n.names[0].name not in ("numpy", "math")
    ]
    assert "49" not in (ast.get_docstring(tree) or "")
    Loaded(module.text, "neuron")


@pytest.mark.parametrize("text", NASTY)
def test_docstrings_and_comments(text: str) -> None:
    assert ast.literal_eval(doc_literal(text)) == text
    assert "\n" not in comment_text(text) and comment_text(text).isprintable()


@pytest.mark.parametrize(
    "name", ["np", "float", "type", "len", "sum", "y", "saved", "print", "d_y", "neuron_grad", "while_", "λ"]
)
def test_hostile_names(name: str) -> None:
    made = program(lambda b, x, z: [b.op("exp", x * z) + x], "f", **{name: FLOAT, "z": FLOAT})
    module = compile_module(lowered(made), (name,))
    value, gradient = Loaded(module.text, "f")["f_value_and_grad"](0.5, 0.25)
    assert value == pytest.approx(np.exp(0.125) + 0.5) and gradient == pytest.approx(0.25 * np.exp(0.125) + 1)


# --- the template


def test_the_templates_use_exactly_the_fields_of_the_view() -> None:
    used: dict[str, set[str]] = {"module": set(), "function": set(), "line": set()}
    for path in sorted(ROOT.joinpath("templates").glob("*.py.j2")):
        for owner, attribute in re.findall(r"\b(module|function|line)\.(\w+)", path.read_text(encoding="utf-8")):
            used[owner].add(attribute)
    for owner, view in (("module", ModuleView), ("function", FunctionView), ("line", Line)):
        shown = set(view.__dataclass_fields__) - {"origins"}  # these are for the report
        assert used[owner] == shown | ({"py"} & used[owner]), owner


def test_an_undefined_variable_is_an_error() -> None:
    import jinja2

    with pytest.raises(jinja2.UndefinedError):
        render.environment().from_string("{{ nothing }}").render()


# --- entry checks


def call_layer(*args: Any, function: str = "layer") -> Any:
    module = compile_module(layer(), ("X", "w", "s"))
    return Loaded(module.text, module.name)[function](*args)


GOOD = (np.ones((2, 3)), np.ones(3), 2.0)


@pytest.mark.parametrize(
    ("position", "value", "error", "message"),
    [
        (
            0,
            np.ones((2, 4)),
            ValueError,
            "layer: w must be an array of float64 and shape (d,), not an array of float64 and shape (3,)",
        ),
        (
            0,
            np.ones(3),
            ValueError,
            "layer: X must be an array of float64 and shape (n, d), not an array of float64 and shape (3,)",
        ),
        (0, np.ones((2, 3), np.float32), TypeError, "not an array of float32"),
        (0, np.ones((2, 3), ">f8"), TypeError, "not an array of >f8"),
        (0, np.ones((2, 3), object), TypeError, "not an array of object"),
        (0, np.matrix(np.ones((2, 3))), TypeError, "not a matrix"),
        (0, np.ma.array(np.ones((2, 3))), TypeError, "not a MaskedArray"),
        (0, [[1.0]], TypeError, "not list"),
        (2, "2", TypeError, "layer: s must be float, not str '2'"),
        (2, True, TypeError, "not bool True"),
        (2, 1j, TypeError, "not complex"),
    ],
)
def test_wrong_arguments(position: int, value: Any, error: type[Exception], message: str) -> None:
    args = list(GOOD)
    args[position] = value
    with pytest.raises(error, match=re.escape(message)):
        call_layer(*args)


@pytest.mark.parametrize("value", [2, np.float32(2), np.float64(2), np.int64(2)])
def test_numbers_given_for_a_float_are_converted(value: Any) -> None:
    assert call_layer(GOOD[0], GOOD[1], value) == call_layer(*GOOD)
    assert type(call_layer(GOOD[0], GOOD[1], value, function="layer_grad")[2]) is float


def test_every_public_function_checks() -> None:
    for name in ("layer", "layer_forward", "layer_value_and_grad", "layer_grad"):
        with pytest.raises(TypeError, match="must be"):
            call_layer(1.0, 1.0, 1.0, function=name)
    _, saved = call_layer(*GOOD, function="layer_forward")
    with pytest.raises(TypeError, match="layer_backward: d_y must be a float"):
        call_layer(saved, "1", function="layer_backward")


def test_a_size_that_is_a_sum_is_checked() -> None:
    made = program(
        lambda b, x, y: [b.op("mean", x), b.op("mean", y)],
        "f",
        x=types.array("f8", N),
        y=types.array("f8", dims.add(N, 1)),
    )
    f = Loaded(compile_module(lowered(made), ("x",), functions=["primal"]).text, "f")["f"]
    assert f(np.ones(2), np.ones(3)) == (1.0, 1.0)
    with pytest.raises(ValueError, match=re.escape("y.shape[0] must be n + 1")):
        f(np.ones(2), np.ones(2))


# --- structures

Point = namedtuple("Point", "u v")


@dataclass
class Model:
    a: Any
    b: Any


@pytest.mark.parametrize(
    "value", [{"u": 2.0, "v": 3.0}, [2.0, 3.0], (2.0, 3.0), Point(2.0, 3.0), Model(2.0, 3.0), {"in": [2.0, (3.0,)]}]
)
def test_gradients_have_the_structure_of_their_argument(value: Any) -> None:
    made = lowered(program(lambda b, u, v: [u * u * v], "f", u=FLOAT, v=FLOAT))
    _, tree = flatten(value)
    params = tuple(Param(n, FLOAT, "p", path) for n, path in zip(("u", "v"), paths(tree), strict=True))
    made = replace(made, params=params, signature=Signature((Argument("p", tree, (FLOAT, FLOAT)),)))
    loaded = Loaded(compile_module(made, ("p",)).text, "f")
    result, gradient = loaded["f_value_and_grad"](value)
    assert result == 12.0 and flatten(gradient) == ([12.0, 4.0], tree)
    with pytest.raises(TypeError, match="structure"):
        loaded["f"]({"other": 1.0})


def test_known_values_are_checked() -> None:
    made = lowered(program(lambda b, u: [u * 2.0], "f", u=FLOAT))
    _, tree = flatten(1.0)
    signature = Signature((*made.signature.arguments, Argument("mode", tree, (Static("relu"),))))
    f = Loaded(compile_module(replace(made, signature=signature), ("u",)).text, "f")["f"]
    assert f(1.0, "relu") == 2.0
    with pytest.raises(TypeError, match="f: mode must be 'relu', which this module was compiled for, not str 'tanh'"):
        f(1.0, "tanh")


def test_captured_data_become_keywords() -> None:
    made = lowered(program(lambda b, u, c: [u * c], "f", u=FLOAT, c=FLOAT))
    params = (made.params[0], Param("c", FLOAT, "c", captured=True, value=3.0))
    made = replace(made, params=params, signature=Signature(made.signature.arguments[:1]))
    loaded = Loaded(compile_module(made, ("u",)).text, "f")
    assert loaded["f"](2.0) == 6.0 and loaded["f_grad"](2.0) == 3.0 and loaded["f"](2.0, c=1.0) == 2.0
    required = Loaded(compile_module(made, ("u",), embed=False).text, "f")
    with pytest.raises(TypeError, match="required keyword-only argument"):
        required["f"](2.0)


@pytest.mark.parametrize(("wrt", "code"), [(("w9",), "SD702"), (("labels",), "SD705")])
def test_wrt_must_name_floats(wrt: tuple[str, ...], code: str) -> None:
    made = lowered(program(lambda b, x, labels: [x * 2.0], "f", x=FLOAT, labels=types.INT))
    with pytest.raises(UsageError, match=code):
        compile_module(made, wrt)


def test_a_gradient_needs_a_scalar() -> None:
    made = lowered(program(lambda b, x: [x * 2.0], "f", x=types.array("f8", N)))
    with pytest.raises(UsageError, match="SD704"):
        compile_module(made, ("x",), functions=["grad"])
    assert set(compile_module(made, ("x",)).functions) == {"primal", "forward", "backward"}


def test_jvp_and_hvp() -> None:
    made = lowered(program(lambda b, x, s: [b.op("sum", x * x * x) * s], "f", x=types.array("f8", N), s=FLOAT))
    loaded = Loaded(compile_module(made, ("x", "s"), functions=["jvp", "hvp"]).text, "f")
    x, v = np.array([1.0, 2.0]), np.array([0.5, -1.0])
    value, tangent = loaded["f_jvp"](x, 2.0, v, 0.25)
    assert value == 18.0 and tangent == pytest.approx(2 * np.sum(3 * x * x * v) + 9 * 0.25)
    dx, ds = loaded["f_hvp"](x, 2.0, v, 0.25)
    assert (
        dx == pytest.approx(2 * 6 * x * v + 0.25 * 3 * x * x)
        and ds == pytest.approx(np.sum(3 * x * x * v))
        and type(ds) is float
    )


def test_directions_and_cotangents_have_the_shape_of_what_they_belong_to() -> None:
    made = program(lambda b, x, y: [b.op("exp", x) * y], "f", x=types.array("f8", N, D), y=types.array("f8", N, D))
    loaded = Loaded(compile_module(lowered(made), ("x", "y"), functions=["forward", "backward", "jvp"]).text, "f")
    x, wrong = np.ones((2, 3)), np.ones((3, 2))
    message = "f_jvp: v_y must be an array of float64 and shape (n, d), not an array of float64 and shape (3, 2)"
    with pytest.raises(ValueError, match=re.escape(message)):
        loaded["f_jvp"](x, x, x, wrong)
    _, saved = loaded["f_forward"](x, x)
    with pytest.raises(ValueError, match=re.escape("f_backward: d_y0 must have shape (2, 3), not (3, 2)")):
        loaded["f_backward"](saved, wrong)
    assert loaded["f_backward"](saved, x)[1].shape == (2, 3)
