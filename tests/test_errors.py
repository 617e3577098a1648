"""The report users read, to the character, and the table it comes from."""

import pickle
import re
import string
from pathlib import Path

import pytest

from symdiff import error_codes
from symdiff.errors import (
    CODES,
    GROUPS,
    CheckError,
    CompileError,
    Loc,
    Problem,
    SymdiffError,
    UsageError,
    caret_lines,
    codes_table_markdown,
    refuse,
)


def at(line: int, col: int, end_col: int, *, file: str = "m.py", end_line: int | None = None) -> Loc:
    return Loc(file, line, col, end_line or line, end_col, "f", first_line=10)


def test_relative_position_counts_both_from_one():
    assert at(11, 11, 15).relative == "2:12"
    assert str(at(11, 11, 15)) == "m.py:11:12"


def test_full_report():
    problem = refuse(
        "SD501",
        at(14, 8, 9),
        source_line="    y = v * 2",
        name="v",
        base="`a`",
        notes=[(at(12, 4, 5), "v may view a here"), (at(13, 4, 8), "a is written here")],
    )
    assert str(CompileError([problem])) == (
        "m.py:14:9: SD501 `v` may or may not share memory with `a`, which was written since\n"
        "    y = v * 2\n"
        "        ^\n"
        "  why: whether it sees the write depends on the memory layout or on the path taken, or is not known here\n"
        "  rewrite: copy before the write: `v = v.copy()`\n"
        "  m.py:12:5: v may view a here\n"
        "  m.py:13:5: a is written here"
    )


def test_report_without_place_why_and_rewrite():
    assert str(CompileError([Problem("SD902", None, "bad")])) == "SD902 bad"


def test_problems_come_in_source_order_and_once():
    late = Problem("SD203", at(20, 4, 7), "late")
    early = Problem("SD401", at(12, 4, 7), "early")
    other_file = Problem("SD401", at(1, 0, 1, file="a.py"), "in another file")
    placeless = Problem("SD902", None, "nowhere")
    error = CompileError([placeless, late, early, late, other_file, early])
    assert error.problems == (early, late, other_file, placeless)
    assert error.code == "SD401"
    assert str(error) == (
        "m.py:12:5: SD401 early\n\n"
        "m.py:20:5: SD203 late\n\n"
        "a.py:1:1: SD401 in another file\n\n"
        "SD902 nowhere\n\n"
        "4 problems"
    )


def test_source_line_is_looked_up_where_it_is_not_given(tmp_path: Path):
    file = tmp_path / "m.py"
    file.write_text("x = 1\ny = set()\n")
    problem = refuse("SD216", at(2, 4, 9, file=str(file)))
    assert problem.render().splitlines()[1:3] == ["    y = set()", "        ^^^^^"]


@pytest.mark.parametrize(
    ("line", "loc", "shown"),
    [
        ("\ty = f(x)", at(1, 5, 9), ["    y = f(x)", "        ^^^^"]),
        ("y =\tf(\tx)", at(1, 4, 9), ["    y = f(  x)", "        ^^^^^^"]),
        ("y = '名前' + x", at(1, 11, 12), ["    y = '名前' + x", "                 ^"]),
        ("y = '名前' + x", at(1, 5, 7), ["    y = '名前' + x", "         ^^^^"]),
        ("e\N{COMBINING ACUTE ACCENT} = x", at(1, 5, 6), ["    e\N{COMBINING ACUTE ACCENT} = x", "        ^"]),
        ("y = '\x1b[31m' + x", at(1, 14, 15), ["    y = '\N{REPLACEMENT CHARACTER}[31m' + x", "                  ^"]),
        ("  f(a,", at(1, 2, 3, end_line=2), ["    f(a,", "    ^^^^"]),
        ("x = (", at(1, 5, 5), ["    x = (", "         ^"]),
        ("    x", at(1, 0, 0), ["    x", "    ^"]),
        ("x", at(1, 99, 100), ["    x", "     ^"]),
    ],
    ids=["tab", "tab inside", "wide before", "wide under", "combining", "escape", "lines", "end", "indent", "past"],
)
def test_caret(line: str, loc: Loc, shown: list[str]):
    assert caret_lines(line, loc) == shown


def test_long_lines_are_cut_around_the_caret():
    line = "y = " + " + ".join(["a"] * 400) + " + boom"
    shown, under = caret_lines(line, at(1, line.index("boom"), len(line)))
    assert shown.startswith("    …") and shown.endswith(" + boom") and len(shown) < 130
    assert shown[under.index("^") :] == "boom" and under.count("^") == 4
    shown, under = caret_lines(line, at(1, 800, 801))
    assert shown.endswith("…") and shown[under.index("^")] == "a" == line[800]


def test_a_missing_field_is_an_error_of_the_caller():
    with pytest.raises(KeyError, match="name"):
        refuse("SD320")


def test_braces_in_values_are_text():
    assert refuse("SD104", message="{0.__class__}", version="3.11").what == "{0.__class__}"


def test_usage_and_check_errors_are_also_pythons():
    error = UsageError.of("SD703")
    assert isinstance(error, ValueError) and error.code == "SD703"
    assert str(error) == "SD703 give argnums or wrt, not both"
    check = CheckError.of("SD314", name="a", type="np.matrix")
    assert isinstance(check, TypeError) and isinstance(check, SymdiffError)
    assert str(check) == "SD314 a is np.matrix (convert it: `np.array(a, dtype=float)`)"
    assert str(SymdiffError("bare")) == "bare"


def test_compile_error_of_one_problem():
    error = CompileError.of("SD216", loc=at(3, 0, 1), source_line="{1}")
    assert error.problems[0].loc == at(3, 0, 1) and error.code == "SD216"


def test_an_empty_report_is_refused():
    with pytest.raises(ValueError, match="at least one problem"):
        CompileError([])


@pytest.mark.parametrize("error", [CompileError([Problem("SD203", at(1, 0, 3), "x")]), UsageError.of("SD703")])
def test_errors_pickle(error: SymdiffError):
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error) and str(copy) == str(error) and copy.code == error.code


# The table


def test_every_code_is_declared_once():
    text = Path(error_codes.__file__).read_text(encoding="utf-8")
    declared = re.findall(r'^    \("(SD\d+)",', text, re.MULTILINE)
    assert sorted(declared) == sorted(CODES)


def test_every_code_is_used():
    package = Path(error_codes.__file__).parent
    texts = [path.read_text(encoding="utf-8") for path in package.rglob("*.py") if path.name != "error_codes.py"]
    used = {code for text in texts for code in re.findall(r'"(SD\d{3})"', text)}
    assert sorted(used) == sorted(CODES)


def test_codes_are_sorted_within_known_groups():
    assert list(CODES) == sorted(CODES)
    assert {code[:3] for code in CODES} == set(GROUPS)
    assert all(info.code == code and len(code) == 5 for code, info in CODES.items())


@pytest.mark.parametrize("code", CODES)
def test_templates_take_plain_fields(code: str):
    info = CODES[code]
    names = [
        name for text in (info.what, info.why, info.rewrite) for _, name, _, _ in string.Formatter().parse(text) if name
    ]
    assert all(name.isidentifier() for name in names)
    assert not {"code", "loc", "source_line", "notes", "why", "rewrite"} & set(names), "taken by refuse()"
    assert refuse(code, **{name: f"<{name}>" for name in names}).what
    assert not info.title.endswith(".") and not info.what.endswith(".") and info.why


def test_titles_are_unique():
    assert len({info.title for info in CODES.values()}) == len(CODES)


def test_refused_constructs_have_a_reason_and_most_a_rewrite():
    language = [info for info in CODES.values() if info.code.startswith("SD2")]
    assert [info.code for info in language if not info.rewrite] == ["SD299"]


def test_markdown_has_every_code_once():
    table = codes_table_markdown()
    assert [line.split()[1] for line in table.splitlines() if line.startswith("| SD")] == list(CODES)
    assert "| SD703 | argnums and wrt together | they say the same thing |  |" in table
