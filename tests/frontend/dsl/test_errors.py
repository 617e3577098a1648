"""What is wrong with a formula: each code with its exact text and caret; nothing is taken for something else."""

import os
from pathlib import Path

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError, UsageError
from symdiff.frontend.dsl.load import formula

# code -> (text, the report without the lines `why` and `rewrite`)
REPORTS = {
    "SD801": ("f(x; w) = w * (x + 1", "m:1:21: SD801 the end of the text is not expected here; expected is `)`\n"
              "    f(x; w) = w * (x + 1\n                        ^"),
    "SD802": (f"f(x) = {'(' * 101}x{')' * 101}", None),
    "SD803": ("f(x; wieght) = weight x", "m:1:16: SD803 `weight` is not defined; did you mean `wieght`?\n"
              "    f(x; wieght) = weight x\n                   ^^^^^^"),
    "SD804": ("y = 2", "m:1:1: SD804 the text defines no function\n    y = 2\n    ^"),
    "SD805": ("f(x) = a\na = x\na = 2 x", "m:3:1: SD805 `a` is defined twice\n    a = 2 x\n    ^"),
    "SD806": ("f(x; lambda) = x lambda", "m:1:6: SD806 `lambda` is a word of Python\n    f(x; lambda) = x lambda\n"
              "         ^^^^^^"),
    "SD807": ("f(x) = a\na = b + x\nb = 2 a", "m:3:1: SD807 definitions need each other in a circle: a → b → a\n"
              "    b = 2 a\n    ^"),
    "SD808": ("f(x: [n]) = Σ_{i=1}^n x_{i+1}", "m:1:26: SD808 subscript `i+1` takes values from 2 to n + 1, and the "
              "axis has 1 to n\n    f(x: [n]) = Σ_{i=1}^n x_{i+1}\n                             ^^^"),
    "SD809": ("f(A: [n, m], x: [n]) = A x", "m:1:24: SD809 the inner sizes m and n are not the same\n"
              "    f(A: [n, m], x: [n]) = A x\n                           ^^^"),
    "SD810": ("f(x: [n]) = Σ_i x_i", "m:1:14: SD810 index `i` has no range: `index i = 1..n`, or Σ_{i=1}^n\n"
              "    f(x: [n]) = Σ_i x_i\n                 ^^"),
    "SD811": ("f(A: [n, n], B: [n, n]) = A * B", "m:1:27: SD811 `*` of two arrays may be `A B`, their matrix product, "
              "or `A ⊙ B`, element by element\n"
              "    f(A: [n, n], B: [n, n]) = A * B\n                              ^^^^^"),
    "SD812": ("f(x) = exp(x, 2)", "m:1:8: SD812 exp takes 1, given: 2\n    f(x) = exp(x, 2)\n           ^^^^^^^^^"),
    "SD813": ("f(x, y: [n]) = Σ_{i=1}^x y_1", "m:1:24: SD813 `x` is no size that a declared shape gives\n"
              "    f(x, y: [n]) = Σ_{i=1}^x y_1\n                           ^"),
}  # fmt: skip


def report(text: str) -> str:
    with pytest.raises(CompileError) as caught:
        symdiff.generate(symdiff.from_dsl(text))
    return str(caught.value)


@pytest.mark.parametrize("code", [code for code, (_, expected) in REPORTS.items() if expected])
def test_reports(code: str) -> None:
    text, expected = REPORTS[code]
    assert expected is not None
    lines = report(text).replace("<dsl>", "m").splitlines()
    assert "\n".join(line for line in lines if not line.startswith(("  why:", "  rewrite:"))) == expected


def test_too_many_brackets() -> None:
    found = report(REPORTS["SD802"][0]).splitlines()
    assert found[0] == "<dsl>:1:108: SD802 more than 100 nested brackets: the limit is 100"
    assert found[2].index("^") - 4 < 120


def test_unreadable_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from symdiff.cli.targets import find

    monkeypatch.chdir(tmp_path)
    (tmp_path / "bytes.sd").write_bytes(b"f(x) = \xff")
    (tmp_path / "large.sd").write_text("#" * 900_000)
    (tmp_path / "folder.sd").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "pipe.sd").symlink_to("pipe")
    for name, reason in [
        ("bytes.sd", "byte 7 is no UTF-8"),
        ("large.sd", "it has more than 200000 characters"),
        ("folder.sd", "it is a folder"),
        ("pipe.sd", "it is a device or a pipe, no file"),
        ("none.sd", "there is no such file"),
    ]:
        with pytest.raises(UsageError) as caught:
            find(name)
        assert str(caught.value) == f"SD814 cannot read {name}: {reason}"


def test_arguments_that_do_not_fit() -> None:
    f = symdiff.from_dsl("f(x: [n], k: int) = Σ_{i=1}^n x_i")
    with pytest.raises(CompileError) as caught:
        f(2.0, 1)
    assert str(caught.value).splitlines()[:3] == [
        "<dsl>:1:3: SD816 x is float; declared: an array of 1 axes",
        "    f(x: [n], k: int) = Σ_{i=1}^n x_i",
        "      ^^^^^^",
    ]
    with pytest.raises(CompileError, match="SD816 k is float; declared: integers"):
        f(np.ones(2), 2.0)


def test_which_function() -> None:
    text = "f(x) = x\ng(x) = f(x)"
    with pytest.raises(UsageError) as caught:
        symdiff.from_dsl(text)
    assert str(caught.value) == (
        'SD817 <dsl> defines several functions: f, g (say which: `model.sd::f`, or `from_dsl(text, name="f")`)'
    )
    with pytest.raises(UsageError) as caught:
        symdiff.from_dsl(text, "h")
    assert str(caught.value) == "SD708 no function `h` in <dsl>; it defines: f, g"


def test_all_unknown_names_at_once() -> None:
    found = report("f(x) = x + p\n  + q(x) - r_s\n")
    assert [line.split()[1:3] for line in found.splitlines() if " SD" in line] == [
        ["SD803", f"`{name}`"] for name in ("p", "q", "r_s")
    ]
    assert found.endswith("3 problems")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("f(a, b, c) = a / b c", "SD811"),
        ("f(a) = a 2", "SD811"),
        ("f(a) = √a²", "SD811"),  # a, or the root of a²
        ("f(a) = √a_1^2", "SD811"),
        ("f(a) = e^{a}²", "SD811"),
        ("f(a) = 2½", "SD811"),  # two and a half, or one
        ("f(a) = 2½ a", "SD811"),
        ("f(a) = a½", "SD811"),
        ("f(a) = ½½a", "SD811"),
        ("f(½) = ½", "SD801"),
        ("f(a_½) = a", "SD801"),
        ("f(x, y) = log x y", "SD811"),
        ("f(x: [n]) = x^2", "SD811"),
        ("f(x: [n], T) = xᵀ x + x^T x T", "SD811"),
        ("f(A: [n, n]) = ‖A‖_2", "SD811"),
        ("f(A: [n, n]) = ‖A‖_2^2", "SD811"),
        ("f(A: [n, n]) = ‖A‖_1", "SD811"),
        ("f(x) = sin^-1(x)", "SD811"),
        ("f(x) = sin⁻¹(x)", "SD811"),
        ("f(x, n) = sin^n(x)", "SD811"),
        ("f(x) = sin^2(x)^2", "SD811"),
        ("f(x, y) = sin^2 x y", "SD811"),
        ("f(x) = sin^2", "SD811"),
        ("f(x) = sin + x", "SD811"),
        ("f(x) = e^sin(x)", "SD811"),
        ("f(x: [n]) = |x|", "SD811"),
        ("f(x: [n]) = 1 / x", "SD811"),
        ("f(x: [n], y: [n]) = x y", "SD809"),
        ("f(x: [n], y: [n]) = x + yᵀ", "SD809"),
        ("f(A: [n, m], b: [n]) = A + b", "SD809"),
        ("f(A: [n, m]) = A^-1", "SD809"),
        ("f(x: [n], y: [m]) = x + y", "SD809"),
        ("f(x: [n]) = { 1 if x > 0; 0 otherwise }", "SD809"),
        ("f(x: [n]) = x_{1,2}", "SD809"),
        ("f(x) = x_1", "SD809"),
        ("f(x: [n]) = Σ_{i=1}^n Σ_{i=1}^n x_i", "SD810"),
        ("f(i, x: [n]) = Σ_{i=1}^n x_i", "SD810"),
        ("f(n, x: [n]) = n sum(x)", "SD805"),
        ("index i = 1..n\nf(x: [n]) = x_i", "SD810"),
        ("index i = 1..n\nf(x: [n]) = y\ny = x_i", "SD810"),
        ("f(x: [n]) = Σ_{i=0}^n x_i", "SD808"),
        ("f(x: [n], y: [m]) = Σ_{i=1}^n y_i", "SD808"),
        ("f(x: [3]) = x_4", "SD808"),
        ("f(x: [0..3]) = x_4", "SD808"),
        ("f(x: [n]) = x_0", "SD808"),
        ("f(x, y: [n]) = y_x", "SD808"),
        ("f(x, x) = x", "SD805"),
        ("f(x) = x\nf(x) = 2 x", "SD805"),
        ("f(x) = g(x, x)\ng(t) = t", "SD812"),
        ("f(x) = f(x - 1)", "SD807"),
        ("f(x) = g(x)\ng(x) = f(x)", "SD807"),
        ("f(x) = x + 1/0", "SD812"),
        ("f(x) = x = 2 = 3", "SD801"),
        ("f(x)", "SD801"),
        ("x + 1 = f(x)", "SD801"),
        ("f(x + 1) = x", "SD801"),
        ("f(x: complex) = x", "SD801"),
        ("f(x) = { x otherwise; 2 if x > 0 }", "SD811"),
    ],
)
def test_refused(text: str, code: str) -> None:
    with pytest.raises(CompileError) as caught:
        name = "f" if "\ng(" in text or text.count("f(x)") > 1 else None
        symdiff.generate(symdiff.from_dsl(text, name))
    assert caught.value.code == code, caught.value
    assert "^" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("f(x, α) = x / √(1 + αx²)", "α x"),
        ("f(x_1, w_1) = w_1x_1 + 1", "w_1 x_1"),
        ("f(x, λ) = 2λxx", "λ x x"),
        ("f(x) = sinx", "sin x"),
        ("f(weight) = wieght", "weight"),
    ],
)
def test_a_product_without_its_blanks_is_guessed(text, meant):
    with pytest.raises(CompileError, match=rf"is not defined; did you mean `{meant}`\?"):
        symdiff.from_dsl(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("f(x) = { x if x > 0\n         -x if x <= 0 }",
         "m:2:13: SD801 `if` is not expected here; expected is `;` in front of this case: the end of a line does not "
         "end a case\n    -x if x <= 0 }\n       ^^\n"),
        ("f(x) = { x if x > 0\n         0 otherwise }",
         "m:2:12: SD801 `otherwise` is not expected here; expected is `;` in front of this case: the end of a line "
         "does not end a case\n    0 otherwise }\n      ^^^^^^^^^\n"),
        ("f(x) = x if x > 0 else 0",
         "m:1:10: SD801 `if` is not expected here; expected is an operator or the end of the definition\n"
         "    f(x) = x if x > 0 else 0\n             ^^\n"),
        ("f(x) = { x : x > 0; 0 : x <= 0 }",
         "m:1:12: SD801 `:` is not expected here; expected is `if` or `otherwise`\n"
         "    f(x) = { x : x > 0; 0 : x <= 0 }\n               ^\n"),
    ],
)  # fmt: skip
def test_cases_that_are_not_separated_say_what_to_write(text, found):
    with pytest.raises(CompileError) as caught:
        formula(text, file="m")
    rewrite = "cases stand in braces, with `;` or `,` between them: `{ x if x > 0; -x if x < 0; 0 otherwise }`"
    assert str(caught.value) == (f"{found}  why: the text is not in the notation of docs/dsl.md\n  rewrite: {rewrite}")
