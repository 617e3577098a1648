"""Broken files, broken names and broken values: one clear sentence or a caret, quickly, and no file left behind."""

import ast
import time
from pathlib import Path

import numpy as np
import pytest

from tests.cli.running import run

PLAIN = "f(x; w) = a\na = w x\n"
FILES: dict[str, bytes | str] = {
    "ok.sd": PLAIN,
    "ok.py": "def f(x):\n    return x * x\n",
    "empty.sd": "",
    "blank.sd": " \n\t\n",
    "binary.sd": bytes(range(256)),
    "utf16.sd": PLAIN.encode("utf-16"),
    "latin.sd": "f(é) = é".encode("latin-1"),
    "null.sd": "f(x) = x\0\n",
    "unknown.sd": "f(x) = x + foo(y_1) + z",
    "range.sd": "f(x: [n]) = Σ_{i=0}^n x_i",
    "circle.sd": "f(x) = a\na = b\nb = a + x\n",
    "itself.sd": "f(x) = f(x)",
    "twice.sd": "f(x) = x\nf(x) = 2x\n",
    "stage_twice.sd": "f(x) = a\na = x\na = 2x\n",
    "parameter_twice.sd": "f(x; x) = x",
    "markup.sd": "f(x<b>) = x",
    "long.sd": "f(x) = " + "x + " * 25_000 + "x",
    "brackets.sd": "f(x) = " + "(" * 10_000 + "x" + ")" * 10_000,
    "empty.py": "",
    "binary.py": bytes(range(256)),
    "null.py": "def f(x):\n    return x\0\n",
    "latin.py": "def f(x):\n    return x  # é\n".encode("latin-1"),
    "syntax.py": "def f(x:\n    return x\n",
    "long.py": "def f(x):\n    return x" + " + x" * 25_000 + "\n",
    "brackets.py": "def f(x):\n    return " + "(" * 10_000 + "x" + ")" * 10_000 + "\n",
    "signs.py": "def f(x):\n    return " + "-" * 10_000 + "x\n",
    "markup.py": "def f(x: '<script>alert(1)</script>'):\n    return x * x\n",
}
BROKEN = {  # the file and the first words of what is said
    "empty.sd": "empty.sd:1:1: SD804 the text defines no function",
    "blank.sd": "blank.sd:1:1: SD804 the text defines no function",
    "binary.sd": "SD814 cannot read binary.sd: byte 128 is no UTF-8",
    "utf16.sd": "SD814 cannot read utf16.sd: byte 0 is no UTF-8",
    "latin.sd": "SD814 cannot read latin.sd: byte 2 is no UTF-8",
    "folder.sd": "SD814 cannot read folder.sd: it is a folder",
    "none.sd": "SD814 cannot read none.sd: there is no such file",
    "null.sd": "null.sd:1:9: SD801 `U+0000` is not expected here",
    "unknown.sd": "unknown.sd:1:12: SD803 `foo` is not defined",
    "range.sd": "range.sd:1:23: SD808 subscript `x_i` takes values from 0 to n",
    "circle.sd": "circle.sd:3:1: SD807 definitions need each other in a circle: a → b → a",
    "itself.sd": "itself.sd:1:1: SD807 definitions need each other in a circle: f → f",
    "twice.sd": "twice.sd:2:1: SD805 `f` is defined twice",
    "stage_twice.sd": "stage_twice.sd:3:1: SD805 `a` is defined twice",
    "parameter_twice.sd": "parameter_twice.sd:1:6: SD805 `x` is defined twice",
    "markup.sd": "markup.sd:1:4: SD801 `<` is not expected here",
    "long.sd": "long.sd:1:",
    "brackets.sd": "brackets.sd:1:108: SD802 more than 100 nested brackets",
    "empty.py::f": "SD708 no function `f` in empty.py",
    "binary.py::f": "SD720 importing binary.py failed: source code string cannot contain null bytes",
    "null.py::f": "SD720 importing null.py failed: source code string cannot contain null bytes",
    "latin.py::f": "SD101 no source found for `f`",
    "syntax.py::f": "syntax.py:1:6: SD104 '(' was never closed",
    "long.py::f": "",
    "brackets.py::f": "brackets.py:2:212: SD104 too many nested parentheses",
    "signs.py::f": "",
    "markup.py::f": "SD713 type `<script>alert(1)</script>` of x is not understood",
    "folder::f": "SD720 importing folder failed: it is a folder",
    "n" * 5_000 + ".py::f": "SD720 importing nnnn",
    "n" * 5_000 + ".sd": "SD814 cannot read nnnn",
    "nu\0ll.py::f": "SD720 importing nu",
    "nu\0ll.sd": "SD814 cannot read nu",
}


@pytest.fixture(autouse=True)
def folder(folder: Path) -> Path:
    for name, content in FILES.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    for name in ("folder", "folder.sd"):
        (folder / name).mkdir()
    return folder


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What a command says that ends with 2, quickly, in few words, and leaves nothing."""
    before, start = {path.name for path in Path().iterdir()}, time.process_time()
    assert run(*words) == 2
    assert time.process_time() - start < 10
    out, error = capsys.readouterr()
    assert out == "" and "internal error" not in error and "Traceback" not in error and len(error) < 12_000
    assert {path.name for path in Path().iterdir()} - {"__pycache__"} <= before
    return error


@pytest.mark.parametrize("command", ["generate", "report"])
@pytest.mark.parametrize("target", BROKEN, ids=[name[:12].replace("\0", "") for name in BROKEN])
def test_a_broken_file(target: str, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    error = refused(capsys, command, target, "-o", "out")
    assert f"symdiff: error: {BROKEN[target]}" in error and "SD" in error


@pytest.mark.parametrize("command", ["generate", "report"])
@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("folder", "it is a folder"),
        ("folder/", "it is a folder"),
        ("none/out", "there is no folder"),
        ("/dev/full", "it is a device or a pipe, no file"),
        ("/proc/out", "no file can be made in this folder"),
        ("o" * 5_000, "file name too long"),
        ("nu\0ll", "no file has a null character in its name"),
    ],
    ids=["folder", "folder slash", "no folder", "device", "proc", "long", "null"],
)
@pytest.mark.parametrize("target", ["ok.sd", "ok.py::f"])
def test_an_output_that_cannot_be(
    output: str, reason: str, target: str, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    error = refused(capsys, command, target, "-o", output)
    assert "SD710 cannot write " in error and reason in error


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        PLAIN.rstrip("\n"),
        "\n\n" + PLAIN + "\n# end",
    ],
    ids=["byte order mark", "CRLF", "CR", "no last line end", "blank lines"],
)
def test_line_ends_and_byte_order_marks_are_no_part_of_a_formula(text: str, folder: Path) -> None:
    (folder / "m.sd").write_bytes(text.encode())
    assert run("generate", "m.sd", "-o", "m_grad.py") == 0
    assert run("generate", "ok.sd", "-o", "ok_grad.py") == 0
    made, plain = (ast.parse((folder / name).read_text(encoding="utf-8")) for name in ("m_grad.py", "ok_grad.py"))
    assert [ast.dump(n) for n in made.body[1:-1]] == [ast.dump(n) for n in plain.body[1:-1]]


def test_a_caret_in_a_file_with_crlf(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "m.sd").write_bytes(b"f(x) = x +\r\n  y\r\n")
    assert refused(capsys, "generate", "m.sd", "-o", "out").startswith(
        "symdiff: error: m.sd:2:3: SD803 `y` is not defined\n    y\n    ^\n"
    )


def test_markup_in_names_stays_text_in_a_report(folder: Path) -> None:
    (folder / "m.py").write_text(
        'def f(x):\n    """<script>alert(1)</script> & \'"""\n    y_b = x * 2.0\n    return y_b\n'
    )
    assert run("report", "m.py::f", "-o", "m.html") == 0
    page = (folder / "m.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("example", ["binary.sd", "folder", "none.npz", "n" * 5_000 + ".npz"])
def test_an_example_that_is_none(example: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "SD716 cannot read the example" in refused(capsys, "explain", "ok.py::f", "--example", example)


def test_values_beside_an_example_win(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.savez("e.npz", x=np.array(3.0))
    assert run("explain", "ok.py::f", "--example", "e.npz", "--at", "x=2.0") == 0
    assert "∂y/∂x = 2·x = 4" in capsys.readouterr().out
