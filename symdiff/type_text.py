"""Types as users write them: in `--types`, in annotations, in `generate(types=…)`.

    float  int  complex                  Python numbers
    np.float32  np.f4                    NumPy scalars
    f8[n, d]  float32[3, n]  f8[]        arrays: a size is a name (the same name is the same size) or a number
    {w: f8[n], b: float}  [f8[n], int]   dicts, lists and tuples of types
    True  3  0.5  'relu'  None           a value known when compiling

By hand, ``x=f8[n, d], w={b: float}`` is cut into the tokens ``x = f8 [ n , d ] , w = { b : float }`` and read by one
function per line of the table, each taking the parser and returning a structure with its leaves.  Nothing is evaluated:
annotations are read from their syntax trees, so a text can name types and nothing else.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, NoReturn

import numpy as np

from symdiff.errors import Loc, UsageError, caret_lines
from symdiff.ir import dims
from symdiff.ir.types import AVal, Kind, numpy, python
from symdiff.signature import SUPPORTED, Argument, SizeNames, Static
from symdiff.trees import LEAF, Tree

_PYTHON = {"float": "f8", "int": "i8", "complex": "c16"}
_VALUES = {"True": True, "False": False, "None": None}
_DTYPES = {
    **{code: code for code in SUPPORTED},
    **{np.dtype(code).name: code for code in SUPPORTED},
    **{"float": "f8", "int": "i8", "complex": "c16", "bool": "b1"},
}
_TOKEN = re.compile(
    r"""\s*(?:(?P<number>[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?)
          |(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)
          |(?P<string>'[^'\\\n]*'|"[^"\\\n]*")
          |(?P<mark>[\[\](){},:=])
          |(?P<other>\S))""",
    re.VERBOSE,
)
_JAXTYPING = {
    "Float": "f8", "Float32": "f4", "Float64": "f8", "Complex": "c16", "Complex64": "c8", "Complex128": "c16",
    "Bool": "b1", "Int": "i8", "Int8": "i1", "Int16": "i2", "Int32": "i4", "Int64": "i8", "Real": "f8", "Inexact": "f8",
    "UInt": "u8", "UInt8": "u1", "UInt16": "u2", "UInt32": "u4", "UInt64": "u8",
}  # fmt: skip
_TOO_VAGUE = {"ndarray", "NDArray", "ArrayLike", "Array", "bool", "str", "list", "dict", "tuple", "Any", "object"}
_DEEPEST = 50


class Typed(NamedTuple):
    """The structure and the leaves that a type text means."""

    tree: Tree
    leaves: tuple[AVal | Static, ...]


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # a group of _TOKEN, or "end"
    text: str
    start: int


def parse_type(text: str, name: str = "the argument") -> Typed:
    """The type that `text` writes; UsageError SD713 with a caret where it is none.

    >>> parse_type("{'w': f8[n, 1], 'b': float}").leaves[0].shape
    (Dim(n), 1)
    >>> parse_type("f8[n, *]", "x")
    Traceback (most recent call last):
        ...
    symdiff.errors.UsageError: SD713 type `f8[n, *]` of x is not understood: a size is a name or a number
        f8[n, *]
              ^
    """
    parser = _Parser(text, name)
    made = parser.type()
    parser.expect_end()
    return made


def parse_types(text: str) -> dict[str, Argument]:
    """The arguments that `--types` lists: ``x=f8[n, d], b=float``.

    >>> str(parse_types("x=f8[n,d], p={'w': f8[d]}, k=3")["p"])
    "p: {'w': f8[d]}"
    """
    parser = _Parser(text, "`--types`")
    found: dict[str, Argument] = {}
    while parser.next.kind != "end":
        name = parser.take("name", "a parameter's name").text
        if name in found:
            parser.fail(f"{name} is given twice", at=parser.previous)
        parser.take("=", "`=`")
        parser.name = name
        found[name] = Argument(name, *parser.type())
        parser.name = "`--types`"
        if parser.next.kind != "end":
            parser.take(",", "`,`")
    return found


class _Parser:
    """Reads one text from left to right; `next` is the token to come."""

    def __init__(self, text: str, name: str) -> None:
        self.text, self.name = text, name
        self._tokens = [_token(match) for match in _TOKEN.finditer(text)]
        self._tokens.append(_Token("end", "", len(text.rstrip())))
        self._position = self._depth = 0

    @property
    def next(self) -> _Token:
        return self._tokens[self._position]

    @property
    def previous(self) -> _Token:
        return self._tokens[self._position - 1]

    def fail(self, reason: str, at: _Token | None = None) -> NoReturn:
        raise not_understood(self.text, self.name, reason, (at or self.next).start, len((at or self.next).text))

    def advance(self) -> _Token:
        self._position += 1
        return self.previous

    def take(self, kind: str, wanted: str) -> _Token:
        if self.next.kind != kind:
            self.fail(f"expected {wanted}")
        return self.advance()

    def taken(self, kind: str) -> bool:
        if self.next.kind != kind:
            return False
        self.advance()
        return True

    def expect_end(self) -> None:
        if self.next.kind != "end":
            self.fail("expected nothing more here")

    def type(self) -> Typed:
        token = self.advance()
        if token.kind == "string":
            return Typed(LEAF, (Static(token.text[1:-1]),))
        if token.kind == "number":
            return Typed(LEAF, (Static(ast.literal_eval(token.text)),))
        if token.kind == "name":
            return Typed(LEAF, (self._named(token),))
        if token.kind not in ("{", "[", "("):
            self._position -= 1
            self.fail("expected a type")
        self._depth += 1
        if self._depth > _DEEPEST:
            self.fail(f"nested more than {_DEEPEST} deep", at=token)
        made = self._dict() if token.kind == "{" else self._sequence(token.kind)
        self._depth -= 1
        return made

    def _named(self, token: _Token) -> AVal | Static:
        name = token.text
        if name in _VALUES:
            return Static(_VALUES[name])
        scalar = name.removeprefix("numpy.").removeprefix("np.")
        if self.taken("["):
            if name not in _DTYPES and scalar not in _DTYPES:
                self.fail(f"{name} is no dtype; the dtypes are {', '.join(sorted(SUPPORTED))}", at=token)
            return AVal(Kind.ARRAY, self._sizes(), _DTYPES[scalar])
        if scalar != name and scalar in _DTYPES and scalar not in _PYTHON:
            return numpy(_DTYPES[scalar])
        if name in _PYTHON:
            return python(_PYTHON[name])
        if scalar in _TOO_VAGUE:
            self.fail(vague(name, self.name), at=token)
        if name in _DTYPES:
            self.fail(f"an array has its sizes in brackets, `{name}[n]`; a NumPy scalar is `np.{name}`", at=token)
        self.fail(f"{name} is no type", at=token)

    def _sizes(self) -> tuple[dims.Dim, ...]:
        sizes: list[dims.Dim] = []
        while not self.taken("]"):
            if sizes:
                self.take(",", "`,` or `]`")
            token = self.advance()
            if token.kind == "name" and "." not in token.text:
                sizes.append(dims.var(token.text))
            elif token.kind == "number" and token.text.isdecimal():
                sizes.append(int(token.text))
            else:
                self._position -= 1
                self.fail("a size is a name or a number")
        return tuple(sizes)

    def _dict(self) -> Typed:
        keys: list[str | int] = []
        parts: list[Typed] = []
        while not self.taken("}"):
            if keys:
                self.take(",", "`,` or `}`")
            token = self.advance()
            if token.kind not in ("name", "string", "number"):
                self._position -= 1
                self.fail("expected a key")
            key = token.text if token.kind == "name" else ast.literal_eval(token.text)
            if key in keys:
                self.fail(f"key {token.text} is given twice", at=token)
            keys.append(key)
            self.take(":", "`:`")
            parts.append(self.type())
        return Typed(Tree("dict", None, tuple(keys), tuple(p.tree for p in parts)), _joined(parts))

    def _sequence(self, opening: str) -> Typed:
        closing = "]" if opening == "[" else ")"
        parts: list[Typed] = []
        comma = True
        while not self.taken(closing):
            if not comma:
                self.fail(f"expected `,` or `{closing}`")
            parts.append(self.type())
            comma = self.taken(",")
        if opening == "(" and len(parts) == 1 and not comma:
            return parts[0]
        kind = "list" if opening == "[" else "tuple"
        return Typed(Tree(kind, None, tuple(range(len(parts))), tuple(p.tree for p in parts)), _joined(parts))


def _joined(parts: list[Typed]) -> tuple[AVal | Static, ...]:
    return tuple(leaf for part in parts for leaf in part.leaves)


def _token(match: re.Match[str]) -> _Token:
    kind = match.lastgroup
    assert kind is not None
    text = match[kind]
    return _Token(text if kind == "mark" else kind, text, match.start(kind))


def vague(annotation: str, name: str) -> str:
    """Why an annotation does not say enough, and what would."""
    if annotation.split(".")[-1] in ("bool", "str"):
        return f'a {annotation} is known when compiling: give its value, `--types "{name}={_example(annotation)}"`'
    return f'{annotation} is too vague: write dtype and sizes, `{name}: "f8[n, d]"`'


def _example(annotation: str) -> str:
    return "True" if annotation == "bool" else "'text'"


def not_understood(text: str, name: str, reason: str, start: int = 0, width: int = 0) -> UsageError:
    """The error for a type text, with the text and a caret under what is wrong with it."""
    message = f"type `{text}` of {name} is not understood: {reason}" if name != "`--types`" else f"`--types`: {reason}"
    if width or start:
        flat = text.replace("\n", " ")
        lines = caret_lines(flat, Loc("", 1, start, 1, start + max(width, 1)))
        message = "\n".join([message, *lines])
    return UsageError(message, code="SD713")


# Annotations, read from their syntax trees ---------------------------------------------------------------------------


def from_annotation(node: ast.expr, name: str, names: SizeNames, aliases: Mapping[str, object] | None = None) -> Typed:
    """The type that a parameter's annotation means.

    Understood are type texts in quotes, `float`, `int`, `complex`, NumPy's scalar types, jaxtyping's
    ``Float64[Array, "n d"]`` and ``Annotated[…, "f8[n, d]"]``; `aliases` (the function's globals) may hold texts.

    >>> annotation = ast.parse('Float32[Array, "batch 3"]', mode="eval").body
    >>> str(from_annotation(annotation, "x", SizeNames()).leaves[0])
    'f4[batch, 3]'
    """
    written = ast.unparse(node)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _quoted(node.value, name, names, aliases)
    if isinstance(node, ast.Name | ast.Attribute):
        alias = (aliases or {}).get(written)
        if isinstance(alias, str):
            return parse_type(alias, name)
        return parse_type(_scalar_name(written), name)
    if isinstance(node, ast.Subscript):
        return _subscript(node, written, name, names)
    raise not_understood(written, name, "it is no type text and no type that symdiff knows")


def _quoted(text: str, name: str, names: SizeNames, aliases: Mapping[str, object] | None) -> Typed:
    """A type text; or a Python annotation that was put in quotes."""
    try:
        return parse_type(text, name)
    except UsageError:
        node = _expression(text)
        if not isinstance(node, ast.Subscript) or _last_name(node.value) not in {*_JAXTYPING, "Annotated"}:
            raise
        return from_annotation(node, name, names, aliases)


def _expression(text: str) -> ast.expr | None:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _scalar_name(written: str) -> str:
    """`np.double` by the name NumPy gives its type; every other name as it is."""
    module, _, last = written.rpartition(".")
    found = getattr(np, last, None) if module in ("np", "numpy") else None
    if isinstance(found, type) and issubclass(found, np.generic) and f"{np.dtype(found).name}" in _DTYPES:
        return f"np.{np.dtype(found).name}"
    return written


def _subscript(node: ast.Subscript, written: str, name: str, names: SizeNames) -> Typed:
    head = _last_name(node.value)
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    last = parts[-1] if parts else node.slice
    text = last.value if isinstance(last, ast.Constant) and isinstance(last.value, str) else None
    if head == "Annotated" and text is not None:
        return parse_type(text, name)
    if head in _JAXTYPING and len(parts) == 2 and text is not None:
        return Typed(LEAF, (AVal(Kind.ARRAY, _jaxtyping_sizes(text, written, name, names), _JAXTYPING[head]),))
    if head in _TOO_VAGUE:
        raise not_understood(written, name, vague(written, name))
    raise not_understood(written, name, "it is no type text and no type that symdiff knows")


def _last_name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _jaxtyping_sizes(text: str, written: str, name: str, names: SizeNames) -> tuple[dims.Dim, ...]:
    sizes: list[dims.Dim] = []
    for word in text.split():
        plain = word.partition("=")[2] or word  # `rows=4`
        if plain.isdecimal():
            sizes.append(int(plain))
        elif plain == "_":
            sizes.append(dims.var(names.fresh()))
        elif plain.isidentifier():
            sizes.append(dims.var(plain))
        else:
            raise not_understood(written, name, f"size {word!r} is neither a name nor a number")
    return tuple(sizes)
