"""What the user's function does besides computing: output, in the order of the program, in the forward pass alone."""

from __future__ import annotations

import ast
from typing import Any

from symdiff.ir import types
from symdiff.ir.core import Params
from symdiff.ir.types import Type
from symdiff.primitives.declare import CONSTANT, prim

Piece = str | tuple[str, str]  # literal text, or how the next operand is formatted: conversion and format spec
TUPLE = ("(", "")  # before the texts of the elements of a tuple


def text_node(pieces: tuple[Any, ...], first: int) -> ast.expr:
    """The text as an expression of the operands `xs{first}`, …: a name, a literal, an f-string, or a tuple of these.

    >>> ast.unparse(text_node(("x = ", ("r", ".3f")), 0))
    "f'x = {xs0!r:.3f}'"
    """
    if pieces == (("", ""),):
        return ast.Name(f"xs{first}", ast.Load())
    parts: list[ast.expr] = []
    if pieces[:1] == (TUPLE,):
        for text in pieces[1:]:
            parts.append(text_node(text, first))
            first += _count(text)
        return ast.Tuple(parts, ast.Load())
    for piece in pieces:
        if isinstance(piece, str):
            parts.append(ast.Constant(piece))
            continue
        conversion, spec = piece
        form = ast.JoinedStr([ast.Constant(spec)]) if spec else None
        operand = ast.Name(f"xs{first}", ast.Load())
        parts.append(ast.FormattedValue(operand, ord(conversion) if conversion else -1, form))
        first += 1
    literal = all(isinstance(p, str) for p in pieces)
    return ast.Constant("".join(p for p in pieces if isinstance(p, str))) if literal else ast.JoinedStr(parts)


def list_texts(texts: tuple[tuple[Piece, ...], ...], first: int = 0) -> list[str]:
    """The texts that share the operands from `first` on among them, in order."""
    found = []
    for pieces in texts:
        found.append(ast.unparse(text_node(pieces, first)))
        first += _count(pieces)
    return found


def _count(pieces: tuple[Any, ...]) -> int:
    """How many operands a text shows."""
    if pieces[:1] == (TUPLE,):
        return sum(map(_count, pieces[1:]))
    return sum(not isinstance(p, str) for p in pieces)


def _print_text(params: Params, ins: tuple[Type, ...]) -> str:
    arguments = list_texts(params["texts"])
    arguments += [f"{name}={params[name]!r}" for name in ("sep", "end") if params[name] is not None]
    return f"print({', '.join(arguments)})"


print_ = prim("print", "*xs", CONSTANT, infer=lambda ins, regions, texts, sep, end: (types.BOOL,),
              params=("texts", "sep", "end"), numpy=_print_text, effect=True)  # fmt: skip
