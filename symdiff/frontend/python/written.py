"""Texts of whole numbers as keys of a dict that are found when it runs: `d[f"cell {i}-{j}"] += t`.

By hand: what tells such a key from others are the numbers in it, i and j, since the letters around them are always the
same.  The list of keys is one of i and one of j, and a key read from it is that text again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.values import Num, Piece, Text, Val
from symdiff.ir.types import AVal

KIND = "written"
_END = "\0"  # stands for no letter of a text that is taken
_SPEC = re.compile(r"(0\d+)?d?")


def numbers(val: Val) -> tuple[Num, ...]:
    """The numbers that tell a text from others that are written like it; none of a text that they do not tell."""
    pieces = val.pieces if isinstance(val, Text) else ()
    found: list[Num] = []
    before: str | Piece = ""
    for piece in pieces:
        if isinstance(piece, str):
            if _END in piece:
                return ()
        elif isinstance(before, Piece) or (found and str(before)[:1].isdigit()) or not _is_whole(piece):
            return ()  # where one number ends and the next begins, nobody could say
        else:
            found.append(Num(piece.value, None, piece.tags))
        before = piece
    return tuple(found)


def _is_whole(piece: Piece) -> bool:
    t = piece.value.type
    whole = isinstance(t, AVal) and not t.rank and t.dtype[0] in "iu"
    return whole and piece.conversion in ("", "s") and _SPEC.fullmatch(piece.spec) is not None


def form_of(cx: Context, val: Text) -> Pattern | None:
    """The form of such a text: what is written around the numbers, and how these are; None of other texts."""
    parts = tuple(Pattern("scalar", type=cx.aval(part)) for part in numbers(val))
    if not cx.session.written or not parts:
        return None
    keys: list[str] = []
    literal = ""
    for piece in val.pieces:
        if isinstance(piece, str):
            literal = piece
        else:
            keys.append(f"{literal}{_END}{piece.spec.removesuffix('d')}{_END}")
            literal = ""
    keys[-1] += literal
    return Pattern(KIND, parts, keys=tuple(keys))


def built(form: Pattern, items: Sequence[Val]) -> Text:
    """The text of these numbers."""
    pieces: list[str | Piece] = []
    for key, item in zip(form.keys, items, strict=True):
        before, spec, after = str(key).split(_END)
        assert isinstance(item, Num) and item.value is not None
        pieces += [before, Piece(item.value, "", spec, item.tags), after]
    return Text(tuple(piece for piece in pieces if piece != ""))


def template(form: Pattern) -> str:
    """How such a text is written, for `str.format`."""
    found = ""
    for key in form.keys:
        before, spec, after = (part.replace("{", "{{").replace("}", "}}") for part in str(key).split(_END))
        found += f"{before}{{:{spec}}}{after}" if spec else f"{before}{{}}{after}"
    return found
