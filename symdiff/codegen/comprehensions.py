"""A loop that only puts elements on a list it has just begun, as a comprehension.

By hand, once:

    a = []
    for t in v:                 a = [t * x for t in v if t > 0]
        if t > 0:
            a.append(t * x)

An element that has a line of its own, and is read nowhere else, is written into the comprehension; one that is the same
in all turns makes `[x] * n`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from symdiff.codegen.view import Line

_LONGEST = 84
_NAME = re.compile(r"[^\W\d]\w*")
_WORD = re.compile(r"[\w.]+")
_BEGUN = re.compile(r"(\w+) = \[\]")
_LOOP = re.compile(r"for (.+?) in (.+):")


def comprehended(lines: Sequence[Line]) -> list[Line]:
    """The lines, loops inside others first."""
    uses = Counter(name for line in lines for name in _NAME.findall(line.text))
    kept: list[Line] = []
    for k, line in enumerate(lines):
        kept.append(line)
        following = lines[k + 1].depth if k + 1 < len(lines) else 0
        while (found := _joined(kept, following, uses)) is not None:
            first, made = found
            uses.subtract(name for old in kept[first:] for name in _NAME.findall(old.text))
            uses.update(_NAME.findall(made.text))
            kept[first:] = [made]
    return kept


def _joined(lines: Sequence[Line], following: int, uses: Counter[str]) -> tuple[int, Line] | None:
    """The last lines as one, and where they begin; `following` is the depth of the line that comes next."""
    last = len(lines) - 1
    if last < 2 or not (added := re.fullmatch(r"(\w+)\.append\((.+)\)", lines[last].text)):
        return None
    name, element = added.groups()
    depth, at = lines[last].depth, last - 1
    whole = re.fullmatch(rf"{element} = (.+)", lines[at].text) if element.isidentifier() else None
    if whole and lines[at].depth == depth and uses[element] == 2:
        element, at = whole.group(1), at - 1
    condition = ""
    if lines[at].text.startswith("if ") and lines[at].depth == depth - 1:
        condition, depth, at = f" {lines[at].text[:-1]}", depth - 1, at - 1
    header = _LOOP.fullmatch(lines[at].text)
    begun = _BEGUN.fullmatch(lines[at - 1].text) if at > 0 else None
    if header is None or begun is None or begun.group(1) != name:
        return None
    if name in _NAME.findall(f"{element}{condition} {header.group(2)}"):
        return None
    if (lines[at].depth, lines[at - 1].depth) != (depth - 1, depth - 1) or following >= depth:
        return None
    parts = lines[at - 1 :]
    text = f"{name} = {_made(element, header.group(1), header.group(2), condition)}"
    comment = next((line.comment for line in reversed(parts) if line.comment), "")
    origins = tuple(dict.fromkeys(origin for line in parts for origin in line.origins))
    return (at - 1, Line(depth - 1, text, comment, origins=origins)) if len(text) <= _LONGEST else None


def _made(element: str, target: str, source: str, condition: str) -> str:
    repeated = re.fullmatch(r"range\(([^,]+)\)", source)
    if repeated and target == "_" and not condition and _WORD.fullmatch(element):
        count = repeated.group(1)
        return f"[{element}] * {count}" if _WORD.fullmatch(count) else f"[{element}] * ({count})"
    return f"[{element} for {target} in {source}{condition}]"
