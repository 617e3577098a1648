"""Definitions found in a text that is given, and what a text may be."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from symdiff.errors import CompileError
from symdiff.frontend.definitions import walk
from symdiff.frontend.source import from_text, load
from tests.frontend.sources import report, run_file


def test_from_text():
    source = from_text("g = 1\ndef f(x, k=2):\n    return x\n", "f", "<dsl>")
    assert (source.name, source.file, source.first_line, source.function) == ("f", "<dsl>", 2, None)
    assert source.globals == {} and source.defaults == ()
    assert from_text("\N{ZERO WIDTH NO-BREAK SPACE}def f(x):\r\n    return x\r\n").lines == (
        "def f(x):",
        "    return x",
        "",
    )


def test_from_text_runs_nothing():
    from_text("raise SystemExit\ndef f(x): return x\n", "f")


def test_from_text_without_such_a_function():
    with pytest.raises(CompileError, match=r"^SD107 .* defines no function h at its top level; it defines: f, g\n"):
        from_text("def f(): pass\ndef g(): pass\n", "h")
    with pytest.raises(CompileError, match="SD107"):
        from_text("def f(): pass\ndef g(): pass\n")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("def f(x):\n\treturn x +\n", ["<text>:2:12: SD104 invalid syntax", "    return x +", "              ^"]),
        ("def f(x):\n    return (x\n", ["<text>:2:12: SD104 '(' was never closed", "    return (x", "           ^"]),
        ("return 1\n", ["<text>:1:1: SD104 'return' outside function", "    return 1", "    ^^^^^^^^"]),
    ],
)
def test_text_that_does_not_parse(text: str, shown: list[str]):
    with pytest.raises(CompileError) as caught:
        from_text(text)
    lines = str(caught.value).splitlines()
    assert lines[:3] == shown
    assert lines[3].startswith("  why: the text is not valid Python 3.")


def test_text_with_a_null_byte():
    with pytest.raises(CompileError, match=r"SD104 source code .*null bytes"):
        from_text("def f(x):\n    return '\0'\n")


def test_columns_count_characters():
    source = from_text("def f(größe, 名):\n\treturn größe * 名 + größe\n")
    product = source.node.body[0].value.left
    loc = source.loc(product)
    assert (loc.col, loc.end_col) == (8, 17)
    assert source.text(product) == "größe * 名"
    problem = source.refuse("SD320", product, name="p")
    assert problem.render().splitlines()[:3] == [
        "<text>:2:9: SD320 name `p` is not defined",
        "    return größe * 名 + größe",
        "           ^^^^^^^^^^",
    ]


def test_nodes_without_position_stand_at_the_function():
    source = from_text("\ndef f(x):\n    return x\n")
    assert source.loc(source.node.args).relative == "1:1"


# Large programs


def test_a_sum_of_800_terms_and_3000_statements(tmp_path: Path):
    lines = ["def f(a):", "    y = " + " + ".join(["a"] * 800)]
    lines += [f"    y = y + {i}" for i in range(3000)]
    module = run_file(tmp_path / "m.py", "\n".join([*lines, "    return y"]))
    source = load(module["f"])
    assert len(source.hash) == 8
    assert sum(isinstance(node, ast.BinOp) for node in walk(source.node)) == 3799
    assert source.loc(source.node.body[-2]).relative == "3002:5"


def test_integers_too_long_to_print(tmp_path: Path):
    text = f"def f(x):\n    return x % 0x{'f' * 6000}\n"
    module = run_file(tmp_path / "m.py", text)
    assert len(load(module["f"]).hash) == 8
    (tmp_path / "m.py").write_text(text.replace("ff\n", "fe\n"))
    assert "SD103" in report(module["f"])


def test_deeper_than_python_parses():
    with pytest.raises(CompileError, match="SD108"):
        from_text("def f(a):\n    return " + "+".join(["a"] * 200_000))


def test_walk_is_in_source_order():
    names = [node.id for node in walk(ast.parse("a + b * c - d")) if isinstance(node, ast.Name)]
    assert names == ["a", "b", "c", "d"]
