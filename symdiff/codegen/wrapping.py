"""Lines that are too long, broken: behind commas inside brackets, else before operators, messages at their blanks."""

from __future__ import annotations

import ast
import contextlib
import re
import tokenize
from collections.abc import Iterator
from dataclasses import replace

from symdiff.codegen.view import Line
from symdiff.tokens import tokens

LONGEST = 116
_MESSAGE = re.compile(r"(raise \w+\()(f?)(['\"])(.*)\3((?: \+ _found\(.+\))?\))")


def wrapped(line: Line) -> list[Line]:
    """A line that is too long, in several; those behind the first stand two steps further right."""
    if len(line.text) + 4 * line.depth <= LONGEST:
        return [line]
    rows = _message(line) or _broken(line)
    depths = [line.depth, *(line.depth + 2 for _ in rows[1:])]
    lines = [replace(line, depth=depth, text=row, comment="") for depth, row in zip(depths, rows, strict=True)]
    lines[-1] = replace(lines[-1], comment=line.comment)
    return lines


def fitted(text: str) -> str:
    """The lines of a text, indented by four, none too long where it can be broken."""
    found = []
    for row in text.split("\n"):
        depth = (len(row) - len(row.lstrip())) // 4
        found += [f"{'    ' * part.depth}{part.text}" for part in wrapped(Line(depth, row.strip()))]
    return "\n".join(found)


def _broken(line: Line) -> list[str]:
    """The rows of a line, each with as much as it takes, broken in the outermost brackets that do."""
    most = LONGEST - 16 - 4 * line.depth
    rows, start = [], 0
    reached: list[tuple[int, int]] = []  # where the row may end, and how many brackets are open there
    for cut, level in [*_cuts(line.text), (len(line.text), 0)]:
        if reached and cut - start > most:
            late = [at for at in reached if at[0] - start > most // 5] or reached
            start, end = min(late, key=lambda at: (at[1], -at[0]))[0], start
            rows.append(line.text[end:start].strip())
            reached = [at for at in reached if at[0] > start]
        reached.append((cut, level))
    return [*rows, line.text[start:].strip()]


def _cuts(text: str) -> list[tuple[int, int]]:
    """Where a text may be broken, inside how many brackets: behind commas, else before operators that join terms."""
    commas: list[tuple[int, int]] = []
    operators: list[tuple[int, int]] = []
    level = 0
    for token in _tokens(text):
        if token.start[0] != 1:
            continue
        if token.type == tokenize.OP:
            level += (token.string in "([{") - (token.string in ")]}")
        if token.string == "," and level > 0:
            commas.append((token.end[1], level))
        elif token.string in ("+", "and", "or") and level > 0 and text[token.start[1] - 1] == " ":
            operators.append((token.start[1], level))
    return commas or operators


def _tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    with contextlib.suppress(tokenize.TokenError):  # one row of a statement of several
        yield from tokens(text + ("pass" if text.endswith(":") else ""))


def _message(line: Line) -> list[str]:
    """The rows of `raise E('a long message')`, or none: strings that stand behind each other are one."""
    found = _MESSAGE.fullmatch(line.text)
    if found is None:
        return []
    head, prefix, quote, text, end = found.groups()
    most = LONGEST - 4 * line.depth - len(head) - len(end) - 3
    parts, start, blank, level = [], 0, 0, 0
    for k, c in enumerate(text):
        if prefix:
            level += (c == "{") - (c == "}")
        if k - start >= most and blank > start:
            parts.append(text[start:blank])
            start = blank
        if c == " " and level == 0:
            blank = k + 1
    parts.append(text[start:])
    rows = [f"{prefix if '{' in part or '}' in part else ''}{quote}{part}{quote}" for part in parts]
    rows[0] = f"{head}{rows[0]}"
    rows[-1] += end
    return rows if _same(line.text, " ".join(rows)) else []


def _same(first: str, second: str) -> bool:
    try:
        return ast.dump(ast.parse(first)) == ast.dump(ast.parse(second))
    except SyntaxError:
        return False
