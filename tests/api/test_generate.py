"""`generate`: types, options, and modules that stand alone."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symdiff import CompileError, generate, grad
from symdiff.errors import UsageError

WEIGHTS = np.arange(3.0)
MANY = np.arange(100.0)


def affine(x: "f8[n, d]", w: "f8[d]", b: float, power: int = 2, scale=1.5):  # noqa: F821
    return np.sum((x @ w + b) ** power) * scale


def captures(x: "f8[3]"):  # noqa: F821
    return np.sum(x * WEIGHTS)


def captures_many(x: "f8[n]"):  # noqa: F821
    return np.sum(x * MANY)


def loaded(text: str) -> dict[str, Any]:
    space: dict[str, Any] = {"__name__": "generated"}
    exec(text, space)
    return space


def test_annotations_and_defaults() -> None:
    text = generate(affine)
    assert "types   x: f8[n, d]; w: f8[d]; b, scale: float; power: int" in text
    assert "wrt     x, w, b, scale" in text
    x, w = np.ones((2, 3)), np.arange(3.0)
    d_x, d_w, d_b, d_scale = loaded(text)["affine_grad"](x, w, 1.0, 2, 1.5)
    np.testing.assert_allclose(d_w, 2 * 1.5 * 4.0 * x.sum(axis=0))
    assert d_b == 2 * 1.5 * 4.0 * 2 and d_scale == 32.0 and d_x.shape == x.shape


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ("x=f4[n], y=f4[n]", "types   x, y: f4[n]"),
        ({"x": "f8[n, 1]"}, "types   x: f8[n, 1]; y: float"),
        ("x=np.float32", "types   x: np.f4; y: float"),
    ],
)
def test_types(types: Any, expected: str) -> None:
    assert expected in generate(lambda x, y: np.sum(x * y), types=types, wrt="x")


def test_an_example_of_values() -> None:
    text = generate(
        lambda p, x: np.sum(p["w"] * x), example={"p": {"w": np.ones(2)}, "x": np.ones(2)}, wrt="p", name="f"
    )
    assert loaded(text)["f_grad"]({"w": np.ones(4)}, np.arange(4.0))["w"].tolist() == [0, 1, 2, 3]


def test_functions_and_levels() -> None:
    text = generate(affine, wrt="w", functions=("primal", "hvp"), level=0)
    assert "-O0" in text and set(loaded(text)["__all__"]) == {"affine", "affine_hvp"}


def test_the_same_input_gives_the_same_bytes() -> None:
    assert generate(affine) == generate(affine)
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); sys.path.insert(0, sys.argv[2]);"
        "import test_generate as t; import symdiff; sys.stdout.write(symdiff.generate(t.affine))"
    )
    here = Path(__file__).resolve()
    texts = {
        subprocess.run(
            [sys.executable, "-c", program, str(here.parent), str(here.parents[2])],
            env={"PYTHONHASHSEED": seed, "PYTHONDONTWRITEBYTECODE": "1"},
            cwd=here.parents[2],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1


def test_a_module_runs_where_symdiff_cannot_be_imported(tmp_path: Path) -> None:
    (tmp_path / "out.py").write_text(generate(affine), encoding="utf-8")
    program = (
        "import sys; sys.modules['symdiff'] = None; import numpy as np, out;"
        "print(out.affine_grad(np.ones((2, 3)), np.arange(3.0), 1.0, 2, 1.5)[2])"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "24.0"
    subprocess.run([sys.executable, "out.py"], cwd=tmp_path, capture_output=True, check=True)


def cell(W: Any, h: Any, x: Any) -> Any:
    """Three sizes that belong together, as no type says."""
    return np.sum((W @ np.concatenate([h, x])) ** 2)


def test_a_module_says_that_the_sizes_it_makes_up_do_not_fit(tmp_path: Path) -> None:
    text = generate(cell, example={"W": np.ones((2, 5)), "h": np.ones(2), "x": np.ones(3)})
    assert loaded(text)["cell_grad"](np.ones((2, 5)), np.ones(2), np.ones(3))[2].tolist() == [20.0] * 3
    (tmp_path / "made.py").write_text(text)
    run = subprocess.run([sys.executable, "made.py"], cwd=tmp_path, capture_output=True, text=True)
    assert run.stdout.startswith("not checked: cell raises ValueError at the sample arguments: operands could not")
    assert (run.returncode, run.stderr) == (2, "")


def test_captured_data_is_a_default_or_a_required_keyword() -> None:
    assert loaded(generate(captures))["captures_grad"](np.ones(3)).tolist() == [0, 1, 2]
    space = loaded(generate(captures_many))
    with pytest.raises(TypeError, match="missing 1 required keyword-only argument: 'MANY'"):
        space["captures_many_grad"](np.ones(100))
    assert space["captures_many_grad"](np.ones(100), MANY=MANY).tolist() == MANY.tolist()


BAD: list[tuple[dict[str, Any], str]] = [
    ({"wrt": "q"}, "SD702 affine has no parameter `q` to differentiate by; it has: x, w, b, power, scale"),
    ({"types": "q=float"}, "SD702 affine has no parameter `q`; it has: x, w, b, power, scale"),
    ({"example": {"q": 1.0}}, "SD702 affine has no parameter `q`; it has: x, w, b, power, scale"),
    ({"types": {"x": "f8"}}, "SD713 type `f8` of x is not understood: an array has its sizes in brackets, `f8[n]`; "
     "a NumPy scalar is `np.f8`\n    f8\n    ^^"),
    ({"functions": ("hessian",)}, "SD715 functions=hessian is not one of: "
     "primal, forward, backward, value_and_grad, grad, jvp, hvp"),
    ({"functions": "hessian"}, "SD715 functions=hessian is not one of: "
     "primal, forward, backward, value_and_grad, grad, jvp, hvp"),
    ({"types": 3}, "SD715 types=3 is not one of: text, dict of texts by parameter"),
    ({"types": {"x": 3}}, "SD715 types={'x': 3} is not one of: text, dict of texts by parameter"),
    ({"example": (1.0, 2.0)}, "SD715 example=(1.0, 2.0) is not one of: .npz file, dict of arguments"),
    ({"name": "not a name"}, "SD715 name=not a name is not one of: Python identifiers"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "message"), BAD, ids=[message[:60] for _, message in BAD])
def test_what_is_given_wrongly(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        generate(affine, **options)
    assert str(caught.value) == message


def vague(x: np.ndarray, flag: bool):
    return np.sum(x)


def test_annotations_that_are_too_vague_and_functions_without_floats() -> None:
    with pytest.raises(UsageError, match=r'too vague: write dtype and sizes, `x: "f8\[n, d\]"`'):
        generate(vague)
    with pytest.raises(UsageError, match=r"a bool is known when compiling: give its value, `--types \"flag=True\"`"):
        generate(vague, types="x=f8[n]")
    assert "types   x: f8[n]" in generate(vague, types="x=f8[n], flag=True")
    with pytest.raises(UsageError, match=r"^SD705 no parameter of <lambda> holds floats, which has no parameters$"):
        generate(lambda: 1.0)
    with pytest.raises(UsageError, match=r"^SD705 no parameter of <lambda> holds floats: n: int$"):
        generate(lambda n: n, types="n=int")


def test_a_broadcast_that_holds_for_one_size_only_is_refused_at_its_line() -> None:
    with pytest.raises(CompileError, match=r"test_generate.py:\d+:\d+: SD308 `x\[1:\] \+ x`: the sizes"):
        generate(lambda x: np.sum(x[1:] + x), types="x=f8[n]")


def padded_spectrum(x, n):
    out = np.zeros(n)
    out[: len(x)] = x
    return np.sum(np.linalg.eigvals(np.outer(out, out)))


def test_sizes_that_are_compared_when_it_runs_are_no_problem_beside_another() -> None:
    with pytest.raises(CompileError) as caught:
        generate(padded_spectrum, types="x=f8[m], n=int")
    assert [p.code for p in caught.value.problems] == ["SD401"]


def squares(x: Any, k: int) -> Any:
    """The results behind the first have sizes that only the call knows."""
    rows = []
    for t in x:
        rows.append(t * t)
    table = x.reshape(k, -1) * 2.0
    return np.sum(np.array(rows)) + table[0, 0], np.array(rows), table


@pytest.mark.parametrize("level", [0, 1, 2])
def test_the_first_of_several_results_is_differentiated(level: int) -> None:
    namespace: dict[str, Any] = {}
    exec(generate(squares, types="x=f8[n], k=int", level=level), namespace)
    (value, rows, table), d_x = namespace["squares_value_and_grad"](np.array([1.0, 3.0]), 2)
    assert value == 1.0 + 9.0 + 2.0
    assert rows.tolist() == [1.0, 9.0]
    assert table.tolist() == [[2.0], [6.0]]
    assert d_x.tolist() == [2.0 + 2.0, 6.0]


def gates(W, U, x):
    n = U.shape[1]
    h, c = np.zeros(n), np.zeros(n)
    for t in x:
        z = W @ t + U @ h
        i, f, o, g = np.tanh(z[:n]), np.tanh(z[n : 2 * n]), np.tanh(z[2 * n : 3 * n]), np.tanh(z[3 * n :])
        c = f * c + i * g
        h = o * np.tanh(c)
    return np.sum(h)


def test_parts_of_one_vector_are_compared_when_a_module_runs() -> None:
    rng = np.random.default_rng(5)
    args = rng.normal(size=(8, 3)), rng.normal(size=(8, 2)), rng.normal(size=(4, 3))
    space = loaded(generate(gates, types="W=f8[m, d], U=f8[k, n], x=f8[t, d]"))
    assert space["gates_value_and_grad"](*args)[0] == gates(*args)
    for found, expected in zip(space["gates_grad"](*args), grad(gates, argnums=(0, 1, 2))(*args), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-15)
    with pytest.raises(ValueError, match="could not be broadcast"):
        space["gates_grad"](np.ones((9, 3)), np.ones((9, 2)), args[2])


def test_sizes_that_are_equal_only_where_one_is_1_are_refused_in_a_module() -> None:
    with pytest.raises(CompileError, match=r"`x\[1:\] \+ x`: the sizes max\(n - 1, 0\) and n fit only where they"):
        generate(lambda x: np.sum(x[1:] + x), types="x=f8[n]")


def weighted(weights, points, x):
    total = 0.0
    for k, ((scale, power), p) in enumerate(zip(weights, points)):
        total = total + scale * x * np.sum(p) ** power * (k + 1)
    return total


def test_a_list_beside_an_array_of_any_length_in_a_module() -> None:
    weights, points = [(0.5, 2.0), (1.5, 3.0)], np.arange(6.0).reshape(2, 3) + 1.0
    types = "weights=[(float, float), (float, float)], points=f8[n, d], x=float"
    space = loaded(generate(weighted, wrt=("weights", "points"), types=types))
    found, expected = (f(weights, points, 0.7) for f in (space["weighted_grad"], grad(weighted, argnums=(0, 1))))
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-12)
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-12)
    shorter = space["weighted_grad"](weights, points[:1], 0.7)
    np.testing.assert_allclose(shorter[0], [(0.7 * 36.0, 0.35 * 36.0 * np.log(6.0)), (0.0, 0.0)], rtol=1e-12)


def along(x, n):
    s = x.sum(axis=n)
    return s @ s


def test_a_value_that_is_needed_when_compiling_is_said_in_the_types() -> None:
    with pytest.raises(CompileError) as caught:
        generate(along, types="x=f8[p, m], n=int")
    assert str(caught.value).splitlines()[0].partition(": ")[2] == (
        "SD303 `axis` of np.sum must be known when compiling, but `x.sum(axis=n)` is staged"
    )
    assert str(caught.value).splitlines()[-1] == (
        '  rewrite: pass it as a literal, or say its value: a derivative takes `static="n"`, a module the type `n=2`'
    )
    x = np.arange(6.0).reshape(2, 3)
    for options in ({"types": "x=f8[p, m], n=1"}, {"types": {"n": "1"}, "example": {"x": x}}):
        found = loaded(generate(along, wrt="x", **options))["along_grad"](x, 1)
        np.testing.assert_array_equal(found, np.repeat(2 * x.sum(axis=1, keepdims=True), 3, axis=1))
