"""The arguments of calls that are run as they are: the form of `symdiff.primitives.foreign` that each is passed in."""

from __future__ import annotations

import ast
import sys
import types as python_types
from typing import Any, NamedTuple

import numpy as np

from symdiff.frontend.python import captured, containers, output
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.foreign_names import spelled
from symdiff.frontend.python.values import POISON, DictRef, Foreign, Known, ListRef, Struct, Text, Val
from symdiff.ir.core import Value
from symdiff.ir.types import Kind
from symdiff.primitives.foreign import Form


class Callee(NamedTuple):
    """What is called: its text, the modules it needs, and the object it is a method of, or it is itself."""

    text: str
    modules: tuple[str, ...] = ()
    receiver: Value | None = None
    shows: bool = False
    reads: bool = False


def _is_fresh(node: ast.expr | None) -> bool:
    """Whether an argument is a list or dict that was made for the call."""
    if isinstance(node, ast.Call):
        return _called(node) in ("list", "dict", "sorted", "copy", "deepcopy")
    return isinstance(node, (ast.List, ast.Dict, ast.ListComp, ast.DictComp))


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else str(getattr(node.func, "id", ""))


def _inside(node: ast.expr | None, count: int) -> list[ast.expr | None]:
    """Where the elements of a container are written that an argument is."""
    found: list[ast.expr | None] = []
    if isinstance(node, (ast.List, ast.Tuple)) and not any(isinstance(e, ast.Starred) for e in node.elts):
        found = [*node.elts]
    elif isinstance(node, ast.Dict) and None not in node.keys:
        found = [*node.values]
    elif isinstance(node, ast.Call) and _called(node) == "deepcopy":
        found = [node] * count
    return found if len(found) == count else [None] * count


class Arguments:
    """The forms of the arguments of one call; `operands` and `modules` collect what they need."""

    def __init__(self, cx: Context, callee: Callee, operands: list[Value], modules: list[str]) -> None:
        self.cx, self.callee, self.operands, self.modules = cx, callee, operands, modules
        self.arrays: list[Val] = []  # which an object that comes out may keep

    def form(self, val: Val, source: ast.expr | None = None) -> Form | None:
        """How a value is passed, which is written as `source`; None for what such a call cannot be given."""
        cx = self.cx
        if isinstance(val, Known) and (val.obj is None or type(val.obj) in (bool, int, str)):
            return ("=", val.obj)
        if isinstance(val, Known) and type(val.obj) is bytes:
            return ("name", repr(val.obj))
        if isinstance(val, Known) and type(val.obj) is float and np.isfinite(val.obj):
            return ("=", val.obj)
        if cx.is_numeric(val):
            return self.number(val)
        if isinstance(val, Foreign):
            return self.operand(val.value)
        if isinstance(val, Text):
            return self.text(val)
        if self.callee.shows and not _is_container(val):
            pieces = output.pieces_of(cx, val)
            return None if pieces is None or (isinstance(val, Known) and self.named(val) is None) else self.shown(val)
        if _is_container(val):
            return self.container(val, source)
        return self.named(val) if isinstance(val, Known) else None

    def operand(self, value: Value, how: str = "x") -> Form:
        self.operands.append(value)
        return (how,)

    def number(self, val: Val) -> Form | None:
        t = self.cx.aval(val)
        if t.either and not self.callee.shows:
            return None
        array = t.kind is Kind.ARRAY
        self.arrays += [val] if array else []
        how = "x" if not array or self.callee.reads else "copy" if self.callee.shows else "locked"
        return self.operand(self.cx.value(val), how)

    def text(self, val: Text) -> Form:
        pieces: list[str | tuple[str, str]] = []
        for piece in val.pieces:
            if isinstance(piece, str):
                pieces.append(piece)
                continue
            self.operands.append(piece.value)
            pieces.append((piece.conversion, piece.spec))
        return ("text", tuple(pieces))

    def shown(self, val: Val) -> Form | None:
        """What is only shown: a name, or the text of it."""
        named = self.named(val) if isinstance(val, Known) else None
        if named is not None:
            return named
        pieces = output.pieces_of(self.cx, val)
        found = None if pieces is None else output.text(pieces)
        if found is None:
            return None
        return ("=", found.obj) if isinstance(found, Known) else self.text(found) if isinstance(found, Text) else None

    def container(self, val: Val, source: ast.expr | None) -> Form | None:
        cx = self.cx
        entries, items = containers.entries(cx, val), containers.elements(cx, val)
        is_tuple = (isinstance(val, Struct) and val.kind == "tuple") or (
            isinstance(val, Known) and type(val.obj) is tuple
        )
        if not (is_tuple or self.callee.shows or self.callee.reads or _is_fresh(source)):
            return None
        if entries is not None:
            if not all(k is None or type(k) in (str, int, bool) for k in entries):
                return None
            sources = _inside(source, len(entries))
            pairs = [(k, self.form(v, n)) for (k, v), n in zip(entries.items(), sources, strict=True)]
            return None if any(form is None for _, form in pairs) else ("dict", tuple(pairs))
        if items is None or (not is_tuple and isinstance(val, Struct)):
            return None
        forms = [self.form(x, n) for x, n in zip(items, _inside(source, len(items)), strict=True)]
        return None if None in forms else ("tuple" if is_tuple else "list", tuple(forms))

    def named(self, val: Known) -> Form | None:
        """A function, a class or another object from outside."""
        found = spelled(val.obj)
        if found is not None:
            self.modules += found.modules
            return ("name", found.text)
        if _changes(val.obj):
            return None
        made = captured.object_parameter(self.cx, val)
        return self.operand(made.value) if isinstance(made, Foreign) else None


def _is_container(val: Val) -> bool:
    return isinstance(val, (Struct, ListRef, DictRef)) or (
        isinstance(val, Known) and isinstance(val.obj, (list, tuple, dict))
    )


def _changes(obj: Any) -> bool:
    """Whether an object may be changed by a call, and be read by compiled code too: one of a class in Python."""
    if isinstance(obj, (set, frozenset, bytearray)):
        return True
    if isinstance(obj, (python_types.FunctionType, python_types.MethodType, python_types.BuiltinFunctionType, type)):
        return False
    written = (isinstance(x, python_types.FunctionType) for c in type(obj).__mro__ for x in vars(c).values())
    library = type(obj).__module__.split(".")[0] in (sys.stdlib_module_names | {"numpy", "scipy"})
    return not library and any(written)


def known_plain(cx: Context, val: Val) -> Any:
    """A known value, or a container of such that was made here; POISON for anything else."""
    if isinstance(val, Known) and (val.obj is None or isinstance(val.obj, (bool, int, float, str, bytes))):
        return val.obj
    entries, items = containers.entries(cx, val), containers.elements(cx, val)
    if entries is not None:
        parts = {key: known_plain(cx, x) for key, x in entries.items()}
        return POISON if any(x is POISON for x in parts.values()) else parts
    if items is None or (isinstance(val, Struct) and val.kind != "tuple"):
        return POISON
    found = [known_plain(cx, x) for x in items]
    tuple_ = isinstance(val, Struct) or (isinstance(val, Known) and isinstance(val.obj, tuple))
    return POISON if any(x is POISON for x in found) else tuple(found) if tuple_ else found
