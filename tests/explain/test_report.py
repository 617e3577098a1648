"""The report: well-formed, complete, and safe whatever stands in the user's code."""

import dataclasses
import importlib
import re
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from symdiff.api.explaining import explain
from symdiff.api.modules import differentiable
from symdiff.api.reporting import checked, report_page
from symdiff.api.signatures import declared_signature
from symdiff.explain import report
from symdiff.explain.mathml import derivative, equation, math

ROOT = Path(__file__).resolve().parents[2]
XHTML, MATH, SVG = (
    "{http://www.w3.org/1999/xhtml}",
    "{http://www.w3.org/1998/Math/MathML}",
    "{http://www.w3.org/2000/svg}",
)


def squash(v):
    return np.tanh(v) * v


def cost(w, x: "f8[n]"):  # noqa: F821
    total = 0.0
    for i in range(len(x)):
        if x[i] > 0.0:
            total = total + squash(w * x[i])
    return total * total


SAMPLE = 0.5, np.array([1.0, -2.0, 0.25])


def page_of(fun, point=None, sample=SAMPLE, **options):
    return report_page(fun, declared_signature(fun)[0], point=point, sample=sample, **options)


@pytest.fixture(scope="module")
def root():
    """The page of `cost` at w = 0.5, x = [1, -2, 0.25]."""
    return ElementTree.fromstring(page_of(cost, {"w": 0.5, "x": [1, -2, 0.25]}))


def test_a_picture_that_nobody_could_read_is_left_out(tmp_path, monkeypatch):
    lines = [f"    a{k + 1} = a{k} * x" for k in range(1001)]
    text = "\n".join(["def product(x: float) -> float:", "    a0 = x", *lines, "    return a1001", ""])
    (tmp_path / "long_product.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    product = importlib.import_module("long_product").product
    root = ElementTree.fromstring(page_of(product, {"x": 1.0}, (1.0,)))
    assert not list(root.iter(f"{SVG}svg"))
    assert "A picture of 1001 operations is too large to be read" in shown(section(root, "picture"))
    assert len(list(section(root, "stages").iter(f"{XHTML}tr"))) > 1001


def shown(element):
    return "".join(element.itertext())


def section(root, name):
    (found,) = [e for e in root.iter(f"{XHTML}section") if e.get("id") == name]
    return found


def test_the_page_is_well_formed_and_whole(root):
    assert root.tag == f"{XHTML}html"
    ids = Counter(e.get("id") for e in root.iter() if e.get("id"))
    assert set(ids.values()) == {1} and {"picture", "stages", "code", "saved", "check"} <= set(ids)
    assert len(list(section(root, "picture").iter(f"{SVG}svg"))) == 1
    assert section(root, "stages").find(f".//{MATH}mfrac") is not None


def test_the_page_needs_no_network(root):
    for element in root.iter():
        assert not {"src", "href", "{http://www.w3.org/1999/xlink}href"} & set(element.keys()), element.tag
        assert element.tag not in (f"{XHTML}link", f"{XHTML}img", f"{XHTML}iframe", f"{XHTML}base")
    styles = "".join(shown(e) for e in root.iter() if e.tag.endswith("}style"))
    assert "url(" not in styles and "@import" not in styles
    assert "default-src 'none'" in ElementTree.tostring(root, encoding="unicode")


def test_the_table_has_the_numbers(root):
    """u = 0.5 · 1 and 0.5 · 0.25; total = Σ u tanh u; y = total²."""
    total = sum(u * np.tanh(u) for u in (0.5, 0.125))
    slope = sum((np.tanh(u) + u * (1 - np.tanh(u) ** 2)) * x for u, x in ((0.5, 1.0), (0.125, 0.25)))
    values = [shown(e) for e in section(root, "stages").iter(f"{XHTML}td") if e.get("class") == "value"]
    gradients = [shown(e) for e in section(root, "stages").iter(f"{XHTML}td") if e.get("class") == "grad"]
    assert f"{total**2:.4g}" in values
    assert f"{2 * total * slope:.4g}" in gradients  # of w


def test_generated_lines_point_at_the_lines_they_come_from(root):
    lines = {}
    for pane in section(root, "code").iter(f"{XHTML}div"):
        for line in pane.iter(f"{XHTML}li"):
            lines.setdefault(pane.get("class"), []).append((line.get("data-from"), shown(line)))
    source = {mark: text.strip() for mark, text in lines["pane source"]}
    assert {'def cost(w, x: "f8[n]"):  # noqa: F821', "def squash(v):", "return np.tanh(v) * v"} <= set(source.values())
    pointed = {source[m] for marks, _ in lines["pane generated"] if marks for m in marks.split()}
    assert {"for i in range(len(x)):", "return np.tanh(v) * v", "return total * total"} <= pointed
    assert all(marks is None for marks, text in lines["pane generated"] if text.startswith("def "))


def test_lines_are_counted_as_the_table_counts_them(root):
    """`return total * total` is the sixth line of `cost`, wherever in its file that stands."""
    numbers = {shown(line).strip(): line.get("value") for line in section(root, "code").iter(f"{XHTML}li")}
    assert numbers["return total * total"] == "6"
    assert "6:12" in [shown(e) for e in section(root, "stages").iter(f"{XHTML}td")]


def test_what_is_saved_and_the_check_are_there(root):
    text = shown(section(root, "saved"))
    assert "saves" in text and "forward" in text and "backward" in text
    (check,) = [e for e in root.iter() if e.get("id") == "check"]
    assert check.get("class") == "check passed"
    assert shown(check) == (
        "Forward and reverse mode agree with differences of the function at the arguments, to second order."
    )


def test_a_check_that_fails_is_said():
    def kinked(x):
        return np.abs(x)[()] if False else abs(x)

    found = checked(kinked, (1e-5,), "here")  # the differences reach across the kink
    assert found.state == "failed" and "here: SD721" in found.text
    halved = checked(kinked, (2.0,), "here", (("x",), lambda x: (abs(x), x), lambda saved, d_y: 0.5 * d_y))
    assert halved.state == "failed" and "SD721" in halved.text and "(reverse mode)" in halved.text
    assert checked(len, ([1.0],), "here").state == "not run"
    assert checked(lambda x: 1 / x, (0.0,), "here").text == (
        "Not compared with differences: the function raises ZeroDivisionError here: float division by zero"
    )


def hostile(a, b=1.0):
    """</script><script>alert("doc")</script>{{ 7 * 7 }}{% raw %}<!-- ]]> -->"""
    s = "</code></li><img src=x onerror=alert(1)>{{ 7 * 7 }}"  # <b>&amp;</b> {# #} ' " `
    return a * b * len(s)


def test_nothing_of_the_users_is_markup():
    text = page_of(hostile, sample=(1.0, 1.0))
    root = ElementTree.fromstring(text)
    allowed = {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "header",
        "h1",
        "h2",
        "h3",
        "p",
        "span",
        "dl",
        "dt",
        "dd",
        "main",
        "section",
        "div",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "small",
        "code",
        "ol",
        "li",
        "script",
    }
    assert {e.tag.removeprefix(XHTML) for e in root.iter() if e.tag.startswith(XHTML)} <= allowed
    assert len(list(root.iter(f"{XHTML}script"))) == 1
    assert "{{ 7 * 7 }}" in shown(section(root, "code")) and "49" not in shown(section(root, "code"))
    assert "<img src=x onerror=alert(1)>" in shown(section(root, "code"))


def test_control_characters_are_replaced():
    line = report.CodeLine(1, (report.Piece("", "a\x00b\x1b\u202ec\ufffe<"),), "")
    view = report.SourceView("\x07", (line,))
    made = report.Report(
        title="\x00<", place="", first="s0-", first_line=1, has_values=False, facts=(), costs=(), rows=(),
        signs=0, picture=report.Markup(""), sources=(view,), code=(), check=report.Check("not run", "]]>"),
    )  # fmt: skip
    root = ElementTree.fromstring(report.page(made))
    assert "a\ufffdb\ufffd\ufffdc\ufffd<" in shown(root)
    (check,) = [e for e in root.iter() if e.get("id") == "check"]
    assert (check.get("class"), shown(check)) == ("check not-run", "]]>")


def test_templates_use_each_field_of_the_view():
    """StrictUndefined catches what is not there; this, what is not shown."""
    text = "".join(p.read_text(encoding="utf-8") for p in sorted((ROOT / "templates").glob("report*.j2")))
    variables = {
        "report": report.Report, "row": report.Row, "line": report.CodeLine, "piece": report.Piece,
        "source": report.SourceView, "local": report.Local, "fact": report.Fact, "report.check": report.Check,
    }  # fmt: skip
    for name, cls in variables.items():
        used = set(re.findall(rf"(?<![\w.\"]){re.escape(name)}\.(\w+)", text))
        assert used == {f.name for f in dataclasses.fields(cls)}, name


def test_the_short_form_is_table_and_picture():
    from symdiff.api.transforms import lower_function
    from symdiff.explain.derive import derivation

    made = derivation(lower_function(squash, declared_signature(squash)[0]), ("v",))
    root = ElementTree.fromstring(report.short(made))
    assert len(list(root.iter(f"{SVG}svg"))) == 1 and root.find(".//tr") is not None
    assert " id=" not in report.short(made)  # many stand in one notebook


def test_pages_are_the_same_every_time():
    assert page_of(squash, sample=(0.5,)) == page_of(squash, sample=(0.5,))


# MathML


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("1 / (1 + y2)", "mfrac mn1 mrow mn1 mo+ msub miy mn2"),
        ("(a + b) * c", "mrow mrow mo( mrow mia mo+ mib mo) mo· mic"),
        ("a - (b - c)", "mrow mia mo− mrow mo( mrow mib mo− mic mo)"),
        ("(-a) ** 2", "msup mrow mo( mrow mo− mia mo) mn2"),
        ("np.exp(-x)", "msup mie mrow mo− mix"),
        ("np.sqrt(x)", "msqrt mix"),
        ("abs(x)", "mrow mo| mix mo|"),
        ("X @ W.T", "mrow miX mspace msup miW mo⊤"),
        ("np.sum(x, axis=0)", "mrow misum mrow mo( mix mo, miaxis mo= mn0 mo)"),
        ("y.sum()", "mrow misum mrow mo( miy mo)"),
        ("x[i, 1:]", "msub mix mrow mii mo, mtext1:"),
        ("x > 0", "mrow mix mo> mn0"),
        ("'<b>'", "mtext'<b>'"),
        ("lambda q: q", "mtextlambda q: q"),
    ],
)
def test_formulas(formula, words):
    import ast

    tree = ElementTree.fromstring(math(equation("y", ast.parse(formula, mode="eval").body)))
    (row,) = tree
    assert [e.tag.removeprefix(MATH) for e in row][:2] == ["mi", "mo"]
    found = [e.tag.removeprefix(MATH) + (e.text or "") for e in row[2].iter()]
    assert found == re.split(r" (?=m[a-z])", words)


@pytest.mark.parametrize(
    ("local", "shown_as"),
    [
        ("∂y/∂y1 = -1/y1²", "∂y∂y1=−1y12"),
        ("∂y2/∂y3 = e^y3 = y2", "∂y2∂y3=ey3=y2"),
        ("∂f/∂W2: a1ᵀ · d_f", "∂f∂W2:a1⊤·d_f"),
        ("∂h/∂x = cos x", "∂h∂x=cos x"),
        ("<no rule>", "<no rule>"),
    ],
)
def test_local_derivatives(local, shown_as):
    assert shown(ElementTree.fromstring(math(derivative(local)))) == shown_as


# in notebooks


def test_a_differentiable_function_shows_its_stages():
    root = ElementTree.fromstring(differentiable(squash)._repr_html_())
    assert root.get("class") == "symdiff-report"
    assert {"v", "y1", "y"} == {e.get("data-stage") for e in root.iter(f"{SVG}g")}


def test_one_that_cannot_be_compiled_says_why():
    def refused(x):
        try:
            return x
        except ValueError:
            return "<b>"

    shown_as = differentiable(refused)._repr_html_()
    assert shown_as.startswith("<pre>") and "SD203" in shown_as and "<b>" not in shown_as


@pytest.mark.parametrize(
    ("format", "start"), [("svg", "<svg "), ("mermaid", "flowchart LR\n"), ("dot", 'digraph "squash" {')]
)
def test_explain_gives_the_picture(format, start):
    assert explain(squash, 0.5, format=format).startswith(start)
    assert differentiable(squash).explain(0.5, format=format) == explain(squash, 0.5, format=format)
