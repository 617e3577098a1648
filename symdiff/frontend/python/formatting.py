"""`"%.3f" % x` and `"{:.3f}".format(x)`: the formatted strings that say the same."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence

from symdiff.frontend.python import output
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import Known, Struct, Val
from symdiff.ir.types import Kind

_DIRECTIVE = re.compile(r"%([-+ 0]*)(\d*)(?:\.(\d+))?([a-zA-Z%])")


def percent(cx: Context, template: str, right: Val) -> Val | None:
    """`template % right`; None for what has no form as a formatted string."""
    given = list(right.items) if isinstance(right, Struct) and right.kind == "tuple" else [right]
    pieces: output.Pieces = []
    end = 0
    for found in [*_DIRECTIVE.finditer(template), None]:
        literal = template[end : found.start() if found else None]
        if "%" in literal:
            return None
        pieces.append(literal)
        if found is None:
            break
        end = found.end()
        if found[4] == "%":
            pieces.append("%")
            continue
        shown = _directive(cx, given.pop(0), *found.groups()) if given else None
        if shown is None:
            return None
        pieces += shown
    return None if given else output.text(pieces)


def _directive(cx: Context, val: Val, flags: str, width: str, precision: str | None, kind: str) -> output.Pieces | None:
    """One `%8.3f`."""
    places = "" if precision is None else f".{precision}"
    if kind in "sr":  # aligned to the right, as `format` aligns numbers only
        align = "" if not width else "<" if "-" in flags else ">"
        spec = f"{align}{width}{places}"
        shown = output.as_text(cx, val, kind)
        return output.pieces_of(cx, shown, kind if shown is val and (spec or kind == "r") else "", spec)
    if kind not in "dieEfFgG" or not cx.is_numeric(val) or cx.aval(val).rank or cx.aval(val).complex:
        return None
    if kind in "di" and precision is not None:
        return None
    if kind in "di" and cx.aval(val).inexact:  # towards zero, as `int`
        if isinstance(val, Known):
            return None
        val = cx.wrap(cx.scope.emit("convert", cx.value(val), kind=Kind.PYTHON, dtype="i8")[0])
    align = "<" if "-" in flags else ""
    sign = "+" if "+" in flags else " " if " " in flags else ""
    zeros = "0" if "0" in flags and not align else ""
    return output.pieces_of(cx, val, "", f"{align}{sign}{zeros}{width}{places}{'d' if kind == 'i' else kind}")


def joined(cx: Context, separator: str, items: Sequence[Val]) -> Val | None:
    """`separator.join(items)`; None where one is no string."""
    pieces: output.Pieces = []
    for k, item in enumerate(items):
        shown = output.text_pieces(item)
        if shown is None:
            return None
        pieces += [separator, *shown] if k else shown
    return output.text(pieces)


def braces(cx: Context, template: str, args: Sequence[Val], kwargs: Mapping[str, Val]) -> Val | None:
    """`template.format(*args, **kwargs)`; None for what has no form as a formatted string."""
    pieces: output.Pieces = []
    count = 0
    for literal, field, spec, conversion in string.Formatter().parse(template):
        pieces.append(literal)
        if field is None:
            continue
        name, count = (field, count) if field else (str(count), count + 1)
        val = args[int(name)] if name.isdigit() and int(name) < len(args) else kwargs.get(name)
        made = None if val is None else output.as_text(cx, val, conversion or "s")
        kept = (conversion or "") if made is val else ""
        shown = None if made is None or "{" in (spec or "") else output.pieces_of(cx, made, kept, spec or "")
        if shown is None:
            return None
        pieces += shown
    return output.text(pieces)
