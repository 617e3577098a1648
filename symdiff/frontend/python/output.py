"""Text of staged values: formatted strings, `print`, and messages of exceptions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from symdiff.frontend.python import alternatives, captured, containers, grown, memory, sets_of_the_run
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import (
    POISON,
    Foreign,
    Known,
    Letter,
    ListRef,
    Maybe,
    ObjRef,
    OneOf,
    Piece,
    Struct,
    Text,
    Val,
)
from symdiff.ir.core import Value
from symdiff.primitives.output import TUPLE

Pieces = list[str | Piece]
Texts = tuple[tuple[str | tuple[str, str], ...], ...]
_FORMAT = "a width or precision that is not known when compiling"
_FORMAT_WHY = "how a number is shown is written into the generated code"
_FORMAT_REWRITE = 'write it as a number: `f"{x:8.3f}"`'
_TEXT_WHY = "numbers, arrays, texts, None, and lists, tuples and dicts of these are shown as Python shows them"
_CONVERSIONS: dict[str, Callable[[object], str]] = {"r": repr, "s": str, "a": ascii}


def pieces_of(cx: Context, val: Val, conversion: str = "", spec: str = "") -> Pieces | None:
    """What `format` makes of a value; None for what has no text here.  An array is taken as it is now."""
    if isinstance(val, Known) and val.origin is not None and isinstance(val.obj, (list, tuple, dict)):
        plain = type(val.obj) in (list, tuple, dict) and not spec and conversion != "a"
        return _container(cx, val) if plain else None  # its parts may be others at the next call
    if isinstance(val, Known):
        shown = val.obj if not conversion else _CONVERSIONS[conversion](val.obj)
        return [format(shown, spec)]
    if isinstance(val, Text):
        return list(val.pieces) if not spec and conversion in ("", "s") else None
    if cx.is_numeric(val):
        return [Piece(cx.value(val), conversion, spec, cx.tags([val]))]
    if isinstance(val, Foreign) or (isinstance(val, Maybe) and val.none):
        return [Piece(val.value, conversion, spec)]
    if spec or conversion == "a":
        return None
    grown_ = grown.content_of(cx, val)
    if grown_ is not None:  # a list of numbers is a list where the code runs, too
        plain = grown_.form.kind == "scalar" and isinstance(val, ListRef) and val.cell.kind == "list"
        return [Piece(grown_.values[0], conversion)] if plain else None
    return _container(cx, val)


def text_pieces(val: Val) -> Pieces | None:
    """What a string is made of; None for what is no string."""
    if isinstance(val, Text):
        return list(val.pieces)
    return [val.obj] if isinstance(val, Known) and isinstance(val.obj, str) else None


def _container(cx: Context, val: Val) -> Pieces | None:
    """A list, tuple or dict shows the `repr` of its elements."""
    items = containers.elements(cx, val)
    mapping = containers.entries(cx, val)
    if mapping is not None:
        parts = [(f"{key!r}: ", item) for key, item in mapping.items()]
        return _joined(cx, "{", parts, "}")
    if items is None or (isinstance(val, Struct) and val.kind != "tuple"):
        return None
    is_tuple = isinstance(val, Struct) or (isinstance(val, Known) and isinstance(val.obj, tuple))
    closing = ",)" if is_tuple and len(items) == 1 else ")" if is_tuple else "]"
    return _joined(cx, "(" if is_tuple else "[", [("", item) for item in items], closing)


def _joined(cx: Context, opening: str, parts: Sequence[tuple[str, Val]], closing: str) -> Pieces | None:
    found: Pieces = [opening]
    for k, (label, item) in enumerate(parts):
        shown = pieces_of(cx, as_text(cx, item, "r"), "s" if isinstance(item, ObjRef) else "r")
        if shown is None:
            return None
        found += [", " * (k > 0) + label, *shown]
    return [*found, closing]


def as_text(cx: Context, val: Val, conversion: str) -> Val:
    """An object inside of what is shown, as the string that its class makes of it."""
    from symdiff.frontend.python import dataclass_calls

    if not isinstance(val, ObjRef):
        return val
    loc = cx.scope.loc
    found = dataclass_calls.text(cx, cx.frame.source.node, val, conversion)
    cx.scope.loc = loc
    return found


def text(pieces: Pieces) -> Val:
    """A known string where nothing staged is in it."""
    merged = _merged(pieces)
    if all(isinstance(p, str) for p in merged):
        return Known("".join(p for p in merged if isinstance(p, str)))
    return Text(tuple(merged))


def _merged(pieces: Pieces) -> Pieces:
    found: Pieces = []
    for piece in pieces:
        if isinstance(piece, str) and found and isinstance(found[-1], str):
            found[-1] += piece
        elif piece != "":
            found.append(piece)
    return found or [""]


def f_string(cx: Context, node: ast.JoinedStr) -> Val:
    from symdiff.frontend.python import dataclass_calls, special_methods
    from symdiff.frontend.python.expressions import evaluate

    parts: list[Val] = []
    for piece in node.values:
        if isinstance(piece, ast.Constant):
            parts.append(Known(str(piece.value)))
            continue
        assert isinstance(piece, ast.FormattedValue)
        val = evaluate(cx, piece.value)
        spec = Known("") if piece.format_spec is None else evaluate(cx, piece.format_spec)
        conversion = chr(piece.conversion) if piece.conversion > 0 else ""
        shown_as = None if conversion else special_methods.call(cx, node, val, "__format__", [spec])
        if shown_as is not None:
            spec = Known("")
        else:
            shown_as = dataclass_calls.text(cx, node, val, conversion)
        if memory.is_poison(shown_as, spec):
            return POISON
        if not isinstance(spec, Known):
            return cx.refuse("SD299", node, construct=_FORMAT, why=_FORMAT_WHY, rewrite=_FORMAT_REWRITE)
        val, conversion = shown_as, conversion if shown_as is val else ""
        if not isinstance(val, OneOf | Letter):
            shown = pieces_of(cx, val, conversion, str(spec.obj))
            if shown is None:
                return cx.refuse("SD222", node, construct="formatted string")
            val = text(shown)
        elif conversion not in ("", "s") or spec.obj:
            return cx.refuse("SD222", node, construct="formatted string")
        parts.append(val)
    chosen = [part for part in parts if isinstance(part, OneOf | Letter)]
    if not chosen:
        return _together(cx, parts)
    return alternatives.for_all(cx, node, parts, lambda known: _together(cx, known))


def _together(cx: Context, parts: Sequence[Val]) -> Val:
    """The text of strings and of what is known: an option."""
    return text([piece for part in parts for piece in pieces_of(cx, part) or ()])


def print_(cx: Context, node: ast.AST, args: list[Val], kwargs: dict[str, Val]) -> Val:
    """`print(…)`, in its place in the forward pass."""
    if memory.is_poison(*args, *kwargs.values()):
        return POISON
    from symdiff.frontend.python import dataclass_calls

    args = [dataclass_calls.text(cx, node, arg, "s") for arg in args]
    if memory.is_poison(*args):
        return POISON
    given: dict[str, Any] = {"sep": None, "end": None}
    for name, val in kwargs.items():
        if name not in ("sep", "end", "flush") or not isinstance(val, Known):
            return cx.refuse("SD402", node, argument=name, function="print", detail="")
        given[name] = val.obj
    shown = [pieces_of(cx, arg, "s" if isinstance(arg, Known) else "") for arg in args]
    if None in shown:
        wrong = args[shown.index(None)]
        if sets_of_the_run.holds(wrong):
            return cx.refuse("SD233", node, name="its text")
        what = f"the text of {cx.describe(wrong)} in `{cx.text(node)}`"
        return cx.refuse("SD299", node, construct=what, why=_TEXT_WHY, rewrite="print what is in it")
    texts, operands = _taken_apart([_merged(s) for s in shown if s is not None])
    cx.at(node).emit("print", *operands, texts=texts, sep=given["sep"], end=given["end"])
    return Known(None)


def arguments_of(cx: Context, vals: Sequence[Val]) -> tuple[Texts, list[Value]] | None:
    """The arguments of an exception: numbers and arrays as they are, text, and tuples of these; None for others."""
    found = [_argument(cx, val) for val in vals]
    if None in found:
        return None
    operands = [value for _, values in filter(None, found) for value in values]
    return tuple(texts for texts, _ in filter(None, found)), operands


def _argument(cx: Context, val: Val) -> tuple[Any, list[Value]] | None:
    """What is said of an argument, and the operands in it."""
    val = captured.spread(cx, val)
    if isinstance(val, Struct) and val.kind == "tuple":
        inside = arguments_of(cx, val.items)
        return None if inside is None else ((TUPLE, *inside[0]), inside[1])
    if isinstance(val, Foreign) or cx.is_numeric(val):
        shown: Pieces | None = [Piece(val.value if isinstance(val, Foreign) else cx.value(val))]
    else:
        shown = pieces_of(cx, val) if isinstance(val, Text) or _is_string(val) else None
    if shown is None:
        return None
    if isinstance(val, Text) and len(shown) == 1:  # `f"{x}"` is a string, not x
        shown = [p if isinstance(p, str) or p.spec else p._replace(conversion=p.conversion or "s") for p in shown]
    texts, operands = _taken_apart([_merged(shown)])
    return texts[0], operands


def known_text(pieces: tuple[Any, ...]) -> Any:
    """The argument of an exception that shows no operand: a string, or a tuple of such."""
    return tuple(map(known_text, pieces[1:])) if pieces[:1] == (TUPLE,) else "".join(pieces)


def _is_string(val: Val) -> bool:
    return isinstance(val, Known) and isinstance(val.obj, str)


def _taken_apart(shown: Sequence[Pieces]) -> tuple[Texts, list[Value]]:
    """What is printed of each operand, and the operands."""
    operands = [p.value for pieces in shown for p in pieces if isinstance(p, Piece)]
    texts = tuple(tuple(p if isinstance(p, str) else (p.conversion, p.spec) for p in pieces) for pieces in shown)
    return texts, operands
