"""From the text to tokens: limits, where a definition ends, which bars open and which close."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lark import Token

MAX_CHARACTERS = 200_000
MAX_TOKENS = 20_000
MAX_BRACKETS = 100

_OPENING = {"(": ")", "[": "]", "{": "}", "_{": "}"}
_CLOSING = frozenset(")]}")
# After one of these an operand has just ended: a bar closes, if one is open.
_ENDS = frozenset(["NAME", "NUMBER", "SUBSCRIPT", "SUPERSCRIPT", "TRANSPOSE", "BAR_CLOSE", "NORM_CLOSE"])
# A line goes on after these, and before those; none of them ends or begins a definition.
_GOES_ON_AFTER = frozenset(["ADD", "MUL", "CARET", "EQUAL", "COMPARE", "COMMA", "SEMICOLON", "COLON", "RANGE", "OVER"])
_GOES_ON_BEFORE = frozenset(["ADD", "MUL", "CARET", "EQUAL", "COMPARE", "SUPERSCRIPT", "TRANSPOSE", "RPAR", "RANGE"])


class TooMuch(Exception):
    """A limit is passed at a place: `line` from 1, `column` from 0."""

    def __init__(self, what: str, count: str, limit: int, line: int, column: int) -> None:
        super().__init__(what)
        self.what, self.count, self.limit, self.line, self.column = what, count, limit, line, column


def check_text(text: str) -> None:
    """TooMuch for a text that is too long, or whose brackets nest too deeply: before anything looks at it closely."""
    if len(text) > MAX_CHARACTERS:
        raise TooMuch("characters", str(len(text)), MAX_CHARACTERS, 1, 0)
    depth = 0
    for number, line in enumerate(text.split("\n"), start=1):
        for column, char in enumerate(line.partition("#")[0]):
            if char in "([{":
                depth += 1
                if depth > MAX_BRACKETS:
                    raise TooMuch("nested brackets", f"more than {MAX_BRACKETS}", MAX_BRACKETS, number, column)
            elif char in _CLOSING:
                depth = max(depth - 1, 0)


class Layout:
    """What lark calls between lexer and parser."""

    always_accept = ("NEWLINE", "BAR", "NORM")

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        tokens = []
        for token in stream:
            tokens.append(token)
            if len(tokens) > MAX_TOKENS:
                raise TooMuch(
                    "symbols", f"more than {MAX_TOKENS}", MAX_TOKENS, token.line or 1, (token.column or 1) - 1
                )
        return iter(_with_bars(_with_ends(tokens)))


def _with_ends(tokens: list[Token]) -> list[Token]:
    """Without the newlines inside a definition."""
    kept: list[Token] = []
    brackets: list[str] = []
    for k, token in enumerate(tokens):
        if token in _OPENING:
            brackets.append(_OPENING[str(token)])
        elif brackets and token == brackets[-1]:
            brackets.pop()
        if token.type == "NEWLINE" and (brackets or _goes_on(tokens, k) or (kept and kept[-1].type == "NEWLINE")):
            continue
        kept.append(token)
    return kept


def _goes_on(tokens: list[Token], k: int) -> bool:
    before = tokens[k - 1].type if k else ""
    after = tokens[k + 1].type if k + 1 < len(tokens) else ""
    return before in _GOES_ON_AFTER or after in _GOES_ON_BEFORE


def _with_bars(tokens: list[Token]) -> list[Token]:
    """BAR and NORM as opening or closing ones; a bracket inside hides the bars outside."""
    made: list[Token] = []
    open_: list[str] = []
    for token in tokens:
        if token.type in ("BAR", "NORM"):
            ended = bool(made) and (made[-1].type in _ENDS or made[-1] in _CLOSING)
            if token == "||" and ended and open_[-2:] == ["BAR", "BAR"]:  # |a - |b|| closes twice
                made.append(token.update(type="BAR_CLOSE", value="|"))
                open_.pop()
                token = token.update(type="BAR", value="|")
            closes = ended and bool(open_) and open_[-1] == token.type
            if closes:
                open_.pop()
            else:
                open_.append(token.type)
            token = token.update(type=f"{token.type}_{'CLOSE' if closes else 'OPEN'}")
        elif token in _OPENING:
            open_.append(str(token))
        elif token in _CLOSING and open_:
            open_.pop()
        made.append(token)
    return made
