"""Text that means harm or is broken: an error with a place, quickly; nothing runs, nothing gets into the output."""

import ast
import time
from pathlib import Path

import pytest

import symdiff
from symdiff.cli import main
from symdiff.errors import SymdiffError

LARGE = {
    "10^4 parentheses": "f(x) = " + "(" * 10_000 + "x" + ")" * 10_000,
    "open brackets": "f(x) = " + "[{(" * 10_000,
    "nested calls": "f(x) = " + "exp(" * 90 + "x" + ")" * 90,
    "10^5 characters of a sum": "f(x) = " + "x + " * 25_000 + "x",
    "10^5 characters of a name": "f(x) = " + "a" * 100_000,
    "10^5 digits": "f(x) = x + " + "9" * 100_000,
    "10^5 characters that are none": "f(x) = " + "é$" * 50_000,
    "10^6 characters": "#" * 1_000_000,
    "signs": "f(x) = " + "-" * 10_000 + "x",
    "powers": "f(x) = " + "x^" * 5_000 + "x",
    "exponents": "f(x) = x" + " ²" * 5_000,
    "subscripts": "f(x: [n]) = x" + "[1]" * 5_000,
    "sums": "f(x) = " + "Σ_{i=1}^2 " * 500 + "x",
    "numbers": "f(x) = x + 9^9^9^9^9",
    "parameters": "f(" + ", ".join(f"x{k}" for k in range(5_000)) + ") = x1",
    "the same twice": "index i=1..n" + ", i=1..n" * 2_000,
    "functions of functions": "f0(x) = x\n" + "\n".join(f"f{k}(x) = f{k - 1}(x) + f{k - 1}(x)" for k in range(1, 60)),
    "a long chain of functions": "f0(x) = x\n" + "\n".join(f"f{k}(x) = f{k - 1}(x)" for k in range(1, 1_000)),
    "a circle of 1000 stages": "f(x) = a0\n" + "\n".join(f"a{k} = a{(k + 1) % 1000}" for k in range(1_000)),
}


@pytest.mark.parametrize("name", LARGE)
def test_large_input_is_refused_quickly(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "m.sd"
    file.write_text(LARGE[name], encoding="utf-8")
    target = {"functions of functions": "::f59", "a long chain of functions": "::f999"}.get(name, "")
    start = time.process_time()
    assert main(["generate", f"{file}{target}", "-o", str(tmp_path / "out.py")]) == 2
    assert time.process_time() - start < 10
    error = capsys.readouterr().err
    assert "SD8" in error and "internal" not in error and "Traceback" not in error
    assert len(error) < 20_000
    assert [path.name for path in tmp_path.iterdir()] == ["m.sd"]


HOSTILE = [
    "f(x) = __import__('os').system('touch hacked')",
    "f(__import__) = 1",
    "f(x) = x.__class__",
    "f(x) = eval(x)",
    "f(x) = {{ x }}",
    "f({{ x }}) = x",
    "{% for x in y %} = 1",
    'f(x) = "x"',
    'f(x"""\nimport os) = x',
    "f(x) = `id`",
    "f(x) = $(id)",
    "f(x) = x; import os",
    "f(x) = x\\nimport os",
    "f(x) = x\0",
    "f(x) = \x1b[31mx",
    "f(x) = x \u202e+ 1",
    "<script>f(x) = x</script>",
    "lambda(x) = x",
    "f(class; def) = class def",
    "",
    "\n\n",
    "# only a comment",
    "= = =",
    "((((",
    "f(x) =",
    "index",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_refused(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SymdiffError) as caught:
        symdiff.generate(symdiff.from_dsl(text))
    assert caught.value.code.startswith("SD8")
    assert list(tmp_path.iterdir()) == []
    assert all(char == "\n" or char.isprintable() for char in str(caught.value))


@pytest.mark.parametrize(
    "text",
    [
        "print(len; float) = float len + np\nnp = 2 len",
        "np(np; math) = exp(np math)",
        "f(d_y; d_x) = d_y d_x^2",
        "f(y; y1, y2) = y1 y2 y",
        "exec(eval; open) = eval open",
        "sum(x; w) = max(x, w)",
    ],
)
def test_names_of_python_stay_names(text: str) -> None:
    """They are renamed or kept, and never shadow what generated code says."""
    f = symdiff.from_dsl(text)
    args = (0.5, -1.5, 0.25)[: len(f.types)]
    symdiff.check_grads(f, args)
    for level in (0, 2):
        made = symdiff.generate(f, level=level)
        ast.parse(made)
        space: dict[str, object] = {"__name__": "made"}
        exec(made, space)


@pytest.mark.parametrize("name", ["a'b.sd", 'q"""q.sd', "new\nline.sd", "{{x}}.sd", "back\\slash.sd"])
def test_file_names_do_not_get_into_the_code(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text("f(x; w) = w x", encoding="utf-8")
    code = main(["generate", name, "-o", "out.py"])
    if code == 0:
        tree = ast.parse((tmp_path / "out.py").read_text(encoding="utf-8"))
        assert {n.name for n in tree.body if isinstance(n, ast.FunctionDef)} >= {"f", "f_grad"}
        assert main(["verify", "out.py"]) == 0
    else:
        assert code == 2 and not (tmp_path / "out.py").exists()


def test_a_wide_sum_and_a_deep_chain_of_stages_compile() -> None:
    wide = symdiff.from_dsl("f(x) = " + " + ".join(["x"] * 150))
    assert symdiff.grad(wide)(1.0) == 150
    deep = symdiff.from_dsl("f(x) = a0\n" + "\n".join(f"a{k} = a{k + 1} + x" for k in range(150)) + "\na150 = x")
    assert deep(1.0) == 151
