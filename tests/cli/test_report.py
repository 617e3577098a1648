"""`symdiff report` and `symdiff explain --format svg`: what is written where, and what is refused."""

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest

from tests.cli.running import run

SOURCE = """\
import numpy as np


def loss(w, x: "f8[n]"):
    return np.sum(np.tanh(w * x))


def wrong(x):
    return abs(x)


def picky(x):
    if x > 0.1:
        raise ValueError("too large")
    return x * x


def hidden_try(x):
    try:
        return x
    except ValueError:
        return 0.0
"""
XHTML = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture(autouse=True)
def folder(folder: Path) -> Path:
    (folder / "model.py").write_text(SOURCE)
    return folder


def check_of(path: str) -> tuple[str | None, str]:
    (found,) = [e for e in ElementTree.parse(path).iter(f"{XHTML}p") if e.get("id") == "check"]
    return found.get("class"), "".join(found.itertext())


def test_report_at_values(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("report", "model.py::loss", "--at", "w=0.5", "x=[1, -2, 0.25]", "-o", "loss.html") == 0
    assert capsys.readouterr() == ("", "")
    state, text = check_of("loss.html")
    assert state == "check passed" and "at the arguments" in text
    page = Path("loss.html").read_text(encoding="utf-8")
    assert f"{np.sum(np.tanh(0.5 * np.array([1, -2, 0.25]))):.4g}" in page
    assert "from model.py.  Do not edit." in page
    assert list(Path().glob(".loss*")) == []


def test_report_without_values_checks_at_sampled_ones() -> None:
    assert run("report", "model.py::loss", "-O0", "-o", "loss.html") == 0
    state, text = check_of("loss.html")
    assert state == "check passed" and "at sampled arguments" in text
    assert "level" in Path("loss.html").read_text(encoding="utf-8")


def test_of_a_long_function_the_module_shown_is_checked() -> None:
    lines = "".join(f"    y = np.sin(y) * w + {k}\n" for k in range(140))
    Path("long.py").write_text(f"import numpy as np\n\n\ndef long(x, w):\n    y = x\n{lines}    return y\n")
    assert run("report", "long.py::long", "--wrt", "w", "-o", "long.html") == 0
    assert check_of("long.html") == (
        "check passed",
        "The gradient of this module agrees with differences of the function at sampled arguments.",
    )


def test_a_report_says_what_is_wrong() -> None:
    assert run("report", "model.py::wrong", "--at", "x=1e-5", "-o", "wrong.html") == 0
    state, text = check_of("wrong.html")
    assert state == "check failed" and "SD721" in text


def test_a_function_that_raises_at_the_sample_is_not_checked() -> None:
    assert run("report", "model.py::picky", "-o", "picky.html") == 0
    state, text = check_of("picky.html")
    assert (state, text) == (
        "check not-run",
        "Not compared with differences: the function raises ValueError at sampled arguments: too large",
    )


def test_a_file_of_ones_own_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.html").write_text("<!DOCTYPE html>\n<title>mine</title>")
    assert run("report", "model.py::loss", "-o", "mine.html") == 2
    assert "SD711 mine.html exists" in capsys.readouterr().err
    assert Path("mine.html").read_text() == "<!DOCTYPE html>\n<title>mine</title>"
    assert run("report", "model.py::loss", "-o", "mine.html", "--force") == 0
    assert run("report", "model.py::loss", "-o", "mine.html") == 0  # it is symdiff's now


def test_nothing_is_written_where_something_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (("model.py::hidden_try",), ("model.py::loss", "--at", "w"), ("model.py::loss", "--at", "w=1.0")):
        assert run("report", *words, "-o", "loss.html") == 2
        assert not Path("loss.html").exists()
    error = capsys.readouterr().err
    assert "SD203" in error and "SD742" in error and "SD740" in error


@pytest.mark.parametrize(("format", "start"), [("svg", "<svg "), ("mermaid", "flowchart LR\n"), ("dot", "digraph ")])
def test_explain_as_a_picture(format: str, start: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("explain", "model.py::loss", "--at", "w=0.5", "x=[1, -2]", "--format", format) == 0
    assert capsys.readouterr().out.startswith(start)


def test_kinks_are_no_picture(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("explain", "model.py::wrong", "--kinks", "--format", "svg") == 2
    assert "SD715" in capsys.readouterr().err


def test_what_the_function_prints_is_no_part_of_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    Path("loud.py").write_text("def loud(x):\n    print('<b>')\n    return x * x\n")
    assert run("report", "loud.py::loud", "--at", "x=2.0", "-o", "-") == 0
    assert ElementTree.fromstring(capsys.readouterr().out).tag == f"{XHTML}html"


def test_a_function_that_raises_at_the_values(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("report", "model.py::picky", "--at", "x=1.0", "-o", "picky.html") == 1
    assert capsys.readouterr().err == "symdiff: picky raises ValueError at these values: too large\n"
