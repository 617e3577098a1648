"""Definitions in notebooks and doctests: cells, future flags, `%time`."""

from __future__ import annotations

import ast
import doctest
import linecache
import sys
import types
from pathlib import Path

import pytest

from symdiff.frontend.source import load
from tests.frontend.sources import body, report, run_file, run_notebook


def test_notebook_cell():
    module = run_notebook("<ipython-input-1-abc>", "y = 1\ndef f(x):\n    return x + y\n")
    assert load(module["f"]).first_line == 2
    again = run_notebook("<ipython-input-1-abc>", "y = 1\ndef f(x):\n    return x - y\n")
    assert load(again["f"]).first_line == 2
    assert "SD103" in report(module["f"])


def test_notebook_cell_that_awaits_and_inherits_future_flags():
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | annotations.compiler_flag
    name, text = "<cell 2>", "async def g(): pass\nif 0:\n    await g()\ndef f(x: Undefined):\n    return x\n"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    module: dict[str, object] = {}
    code = compile(text, name, "exec", flags, dont_inherit=True)
    with pytest.raises(StopIteration):
        eval(code, module).send(None)
    assert load(module["f"]).first_line == 4


def test_doctest_functions():
    text = ">>> def f(x):\n...     return x + 1\n>>> names.append(load(f).text(load(f).node.body[0]))\n"
    names: list[str] = []
    example = doctest.DocTestParser().get_doctest(text, {"load": load, "names": names}, "example", None, 0)
    assert doctest.DocTestRunner().run(example).failed == 0
    assert names == ["return x + 1"]


CELL = "import numpy as np\n\n\ndef f(x):\n    return np.sum(x * x)\n\n\ndef g(x):\n    return np.sum(x) * f(x)\n"


def run_cell(name: str, text: str, file: str = "") -> dict[str, object]:
    """Run a cell as IPython does: each statement compiled alone."""
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    module: dict[str, object] = {"__name__": "__main__"}
    for statement in ast.parse(text).body:
        exec(compile(ast.Module([statement], []), file or name, "exec", dont_inherit=True), module)
    return module


def test_a_cell_that_imports_runs_statement_by_statement():
    """CPython compiles `np.sum(x)` to other code where the same text imports np: IPython's has no import there."""
    alone, whole = run_cell("<cell 7>", CELL), run_notebook("<cell 8>", CELL)
    assert load(alone["g"]).first_line == load(whole["g"]).first_line == 8
    changed = CELL.replace("np.sum(x) * f", "np.sum(x) + f")
    linecache.cache["<cell 7>"] = (len(changed), None, changed.splitlines(keepends=True), "<cell 7>")
    assert "SD103" in report(alone["g"])


def test_a_file_is_never_taken_statement_by_statement(tmp_path: Path):
    file = tmp_path / "m.py"
    file.write_text(CELL)
    same = run_cell("<cell 9>", CELL, str(file))["f"].__code__.co_code == run_file(file, CELL)["f"].__code__.co_code
    function = run_cell("<cell 9>", CELL, str(file))["f"]
    assert same or "SD103" in report(function)


@pytest.mark.parametrize("cell", ["%%time\n" + CELL, "\n%%time\n" + CELL])
def test_a_timed_cell_is_found_in_the_history(cell: str, monkeypatch: pytest.MonkeyPatch):
    history = types.SimpleNamespace(input_hist_raw=["", cell, "%%time\nx = (", "%time f(1)"])
    shell = types.SimpleNamespace(history_manager=history)
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    module: dict[str, object] = {}
    exec(compile(CELL, "<timed exec>", "exec", dont_inherit=True), module)
    assert load(module["f"]).first_line == 4
    history.input_hist_raw[1] = cell.replace("x * x", "x + x")
    assert report(module["f"]).startswith("SD101 no source found for `f`: <timed exec> is no file\n")


def test_a_timed_expression_is_found_in_the_history(monkeypatch: pytest.MonkeyPatch):
    history = types.SimpleNamespace(input_hist_raw=["y = 1\n%time (lambda x: x * 7)\n"])
    shell = types.SimpleNamespace(history_manager=history)
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    assert body(load(eval(compile("(lambda x: x * 7)", "<timed eval>", "eval")))) == "x * 7"
