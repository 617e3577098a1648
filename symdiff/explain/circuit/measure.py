"""How wide a text is, about: the widths of a broad sans-serif face, so that no viewer's face needs more room."""

from __future__ import annotations

import unicodedata

_NARROW, _SLIM, _BROAD = frozenset("iljI.,:;|!'` "), frozenset('frt()[]{}/\\-"'), frozenset("mwMWQO@%+=×→∂−Σ≥≤<>")


def text_width(text: str, size: float) -> float:
    """The width in pixels at a font size.

    >>> text_width("il", 10.0) < text_width("ab", 10.0) < text_width("mw", 10.0)
    True
    """
    return size * sum(map(_character, text))


def _character(c: str) -> float:
    if unicodedata.combining(c):
        return 0.0
    if c in _NARROW:
        return 0.34
    if c in _SLIM:
        return 0.43
    if c in _BROAD:
        return 0.92
    if unicodedata.east_asian_width(c) in "WF":
        return 1.05
    return 0.72 if c.isupper() else 0.64


def clipped(text: str, most: int) -> str:
    """At most so many characters, in one line; an ellipsis stands for the rest."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
