"""Pages that are printed from the code are current; the site has every page; links of the site lead somewhere."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import symdiff
from tests.docs import print_pages
from tests.docs.test_docs import ROOT
from tools import site_hooks

DOCS = ROOT / "docs"
RUN = "run: python -m tests.docs.print_pages"


class Loose(yaml.SafeLoader):
    """YAML with tags of mkdocs as nothing."""


Loose.add_multi_constructor("tag:", lambda loader, suffix, node: None)


def test_the_page_of_the_command_line_is_current() -> None:
    assert print_pages.CLI.read_text(encoding="utf-8") == print_pages.cli_page(), RUN


def test_the_lists_of_the_readme_are_current() -> None:
    assert print_pages.README.read_text(encoding="utf-8") == print_pages.readme(), RUN


@pytest.mark.parametrize("group", print_pages.GROUPS)
def test_the_pages_of_constructs_are_current(group: str) -> None:
    page = DOCS / "constructs" / f"{group}.md"
    assert page.read_text(encoding="utf-8") == print_pages.group_page(group), RUN


def test_every_command_has_its_section() -> None:
    for name in ("generate", "show", "check", "verify", "explain", "report", "grade", "primitives"):
        assert f"\n## symdiff {name}\n" in print_pages.cli_page()


def test_the_reference_has_every_public_name() -> None:
    shown = re.findall(r"^::: symdiff\.([\w.]+)$", (DOCS / "api.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(shown) == sorted([*(set(symdiff.__all__) - {"__version__"}), "scipy.objective"])


def test_the_readme_repeats_the_measured_ratios() -> None:
    table = re.compile(r"^\| .*autograd.*$\n\|.*\n((?:\|.*\n)+)", re.MULTILINE)
    rows = table.findall(print_pages.README.read_text(encoding="utf-8"))
    measured = (DOCS / "performance.md").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 and rows[0].splitlines()
    assert [row for row in rows[0].splitlines() if row not in measured] == []


def navigation(entry: Any) -> list[str]:
    if isinstance(entry, str):
        return [entry]
    parts = entry if isinstance(entry, list) else list(entry.values())
    return [page for part in parts for page in navigation(part)]


def test_the_navigation_has_every_page_once() -> None:
    config = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), Loose)
    named = navigation(config["nav"])
    kept = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    decisions = {page for page in kept if re.match(r"decisions/\d{4}-", page)}  # their table of contents lists them
    assert sorted(named) == sorted((kept - decisions) | set(site_hooks.OUTSIDE) | site_hooks.MADE)


def test_every_decision_is_listed() -> None:
    """The pages are not in the navigation: their list is the way to them."""
    folder = DOCS / "decisions"
    rows = []
    for path in sorted(folder.glob("0*.md")):
        number, title = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ").split(": ", 1)
        rows += [f"- [{number}]({path.name}): {title}"] if number != "0000" else []
    lines = (folder / "README.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("- ")] == rows


@pytest.mark.parametrize("source", site_hooks.OUTSIDE.values())
def test_a_page_from_outside_exists(source: str) -> None:
    assert (ROOT / source).is_file()


PAGES = {
    "gallery.md",
    "images/x.svg",
    "lectures/index.md",
    "lectures/activations.md",
    "decisions/README.md",
    "contributing.md",
}


@pytest.mark.parametrize(
    ("page", "text", "expected"),
    [
        ("gallery.md", "[a](../examples/lectures/README.md)", "[a](lectures/index.md)"),
        ("gallery.md", "![a](images/x.svg) [b](gallery.md#c)", "![a](images/x.svg) [b](gallery.md#c)"),
        ("lectures/index.md", "[activations.md](activations.md)", "[activations.md](activations.md)"),
        ("contributing.md", "[why](docs/decisions)", "[why](decisions/README.md)"),
        ("contributing.md", "[`pipeline.py`](symdiff/pipeline.py)", "`pipeline.py`"),
        ("gallery.md", "[the model](../examples/digits/model.py)", "the model (`examples/digits/model.py`)"),
        ("gallery.md", "`[a](../b)` [web](https://example.org)", "`[a](../b)` [web](https://example.org)"),
        ("gallery.md", "```text\n[a](../b)\n```", "```text\n[a](../b)\n```"),
        ("gallery.md", "```python no-run\ny[1:][i]\n```", "```python\ny[1:][i]\n```"),
    ],
)
def test_links_are_those_of_the_site(page: str, text: str, expected: str) -> None:
    assert site_hooks.relinked(text, page, PAGES) == expected


def test_the_hook_is_an_option_of_verify() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert (hook["id"], hook["entry"], hook["pass_filenames"]) == ("symdiff-verify", "symdiff verify", False)
    assert "symdiff-verify" in Path(DOCS / "guide" / "modules.md").read_text(encoding="utf-8")
