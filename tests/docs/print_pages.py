"""Write what pages print from the code: `python -m tests.docs.print_pages`.

docs/cli.md, the lists in README.md, and the pages of docs/constructs, which show the texts of tests/golden.
"""

import argparse
import ast

from symdiff.cli.main import _parser
from symdiff.frontend.python import numpy_calls
from symdiff.frontend.python.language import REFUSED, SUPPORTED, Row
from tests.constructs import calls, data, flow, memory
from tests.constructs.bank import BANK
from tests.constructs.excerpts import path, source
from tests.docs.test_docs import ROOT

README, CLI = ROOT / "README.md", ROOT / "docs" / "cli.md"
CLI_HEAD = """# Command line

Printed from the parser; `symdiff COMMAND --help` says the same. Messages go to stderr. The exit code is 0 where all is
in order, 1 where a problem was found (a stale module, a derivative that differs), 2 for wrong use or a function that is
refused. `NO_COLOR` turns colours off. Files are written whole or not at all, and a file that symdiff did not write is
replaced with `--force` only.

{epilog}
"""


def cli_page() -> str:
    parser = _parser()
    parts = [CLI_HEAD.format(epilog=parser.epilog)]
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {choice.dest: choice.help for choice in action._choices_actions}
            parts += [section(name, str(helps[name]), command) for name, command in action.choices.items()]
    return "\n".join(parts)


def section(name: str, purpose: str, command: argparse.ArgumentParser) -> str:
    shown = [action for action in command._actions if action.dest != "help"]
    rows = [f"| {form(action)} | {cell(action.help or '')} |" for action in shown]
    head = [f"## symdiff {name}", "", f"{purpose[0].upper()}{purpose[1:]}."]
    return "\n".join([*head, "", "| | |", "|---|---|", *rows, ""])


def form(action: argparse.Action) -> str:
    """An option or argument as it is typed."""
    if not action.option_strings:
        return f"`{action.metavar or action.dest}`" + (" …" if action.nargs == "+" else "")
    flags = ", ".join(f"`{flag}`" for flag in action.option_strings)
    if action.nargs == 0:
        return flags
    value = "|".join(map(str, action.choices)) if action.choices else str(action.metavar or action.dest.upper())
    return f"{flags} `{cell(value)}`" + (" …" if action.nargs == "+" else "")


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def constructs(rows: tuple[Row, ...]) -> str:
    return "; ".join(row.construct for row in rows) + "."


def functions() -> str:
    """The functions of NumPy, `math` and SciPy that are compiled."""
    return ", ".join(f"`{name}`" for name in numpy_calls.names()) + "."


LISTS = {
    "supported": lambda: constructs(SUPPORTED),
    "refused": lambda: constructs(REFUSED),
    "functions": functions,
}


GROUPS = {
    "flow": (flow, "Loops, exits, branches"),
    "memory": (memory, "Arrays written in place, views"),
    "calls": (calls, "Helpers, recursion, objects, lists"),
    "data": (data, "Tuples, lists, dicts, classes"),
}
GROUP_HEAD = """# {title}: source and generated code

What `symdiff generate -O1` makes of each construct: the forward pass, which is the loop as it was written with its
saved values visible, and the backward pass, which runs it the other way round; without the checks of the arguments.
The numbers are compared with differences, and the work with the size, by the tests that keep these texts.

```python
import functools
import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
```
"""


def group_page(group: str) -> str:
    """One page of docs/constructs."""
    module, title = GROUPS[group]
    parts = [GROUP_HEAD.format(title=title)]
    for name, c in BANK.items():
        if c.function.__module__ == module.__name__:
            kept = path(name).read_text(encoding="utf-8")
            saves = (ast.get_docstring(ast.parse(kept)) or "").splitlines()[0]
            made = kept[kept.index('"""\n', 3) + 4 :].strip()
            title = name.replace("_", " ")
            parts.append(f"## {title}\n\n```python\n{source(name)}```\n\n{saves}\n\n```python no-run\n{made}\n```\n")
    return "\n".join(parts)


def readme() -> str:
    """README.md with its lists as the code has them."""
    text = README.read_text(encoding="utf-8")
    for name, made in LISTS.items():
        begin, end = f"<!-- {name}: printed -->\n", "<!-- end -->"
        if text.count(begin) != 1:
            raise ValueError(f"README.md has {text.count(begin)} places for the list {name}")
        before, after = text.split(begin)
        text = before + begin + made() + "\n" + after[after.index(end) :]
    return text


if __name__ == "__main__":
    CLI.write_text(cli_page(), encoding="utf-8")
    README.write_text(readme(), encoding="utf-8")
    for group in GROUPS:
        (ROOT / "docs" / "constructs" / f"{group}.md").write_text(group_page(group), encoding="utf-8")
