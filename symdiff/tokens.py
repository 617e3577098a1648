"""Tokens of Python text, the same on every Python: since 3.12 a formatted string is split into its parts."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator

_BEGIN = {getattr(tokenize, name, None) for name in ("FSTRING_START", "TSTRING_START")} - {None}
_END = {getattr(tokenize, name, None) for name in ("FSTRING_END", "TSTRING_END")} - {None}


def tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    """The tokens of a text; a formatted string is one STRING, whatever stands in it.

    Raises `tokenize.TokenError` or `IndentationError` where the text ends inside a bracket or is indented oddly, after
    the tokens before.

    >>> [token.string for token in tokens("f'{a, b}' + c")][:3]
    ["f'{a, b}'", '+', 'c']
    """
    opened: list[tokenize.TokenInfo] = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in _BEGIN:
            opened.append(token)
        elif token.type in _END:
            begin = opened.pop()
            if not opened:
                string = _between(text, begin.start, token.end)
                yield tokenize.TokenInfo(tokenize.STRING, string, begin.start, token.end, begin.line)
        elif not opened:
            yield token


def _between(text: str, start: tuple[int, int], end: tuple[int, int]) -> str:
    lines = text.split("\n")[start[0] - 1 : end[0]]
    lines[-1] = lines[-1][: end[1]]
    lines[0] = lines[0][start[1] :]
    return "\n".join(lines)
