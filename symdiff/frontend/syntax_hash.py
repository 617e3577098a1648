"""A hash of what a function says, not of how it is laid out.

Generated modules carry it in their header, so that `symdiff verify` can tell an edited function from a moved one.
It ignores positions, comments, parentheses, docstrings, and the decorators of the function itself (`load` has seen
through them); it is the same on every Python from 3.11: fields that are empty are left out, since newer
versions add such fields, and neighbouring pieces of f-strings are joined, since versions split them differently.

`ast.dump` and `ast.unparse` recurse and fail on a sum of a thousand terms; this walk does not.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable

_DOCUMENTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
# `u"…"`, `# type: …`, and load or store, which the position in the tree says already.
_IGNORED_FIELDS = frozenset({"kind", "type_comment", "type_ignores", "ctx"})


def normalised_hash(nodes: Iterable[ast.AST]) -> str:
    """Eight hexadecimal digits of the syntax of `nodes`, in the order given.

    >>> def of(text): return normalised_hash([ast.parse(text).body[0]])
    >>> of("def f(x): return x+1") == of("def f(x):\\n  'doc'\\n  return (x + 1)  # one more")
    True
    >>> of("def f(x): return x+1") == of("def f(x): return x+1.0")
    False
    """
    digest = hashlib.sha256()
    for node in nodes:
        for token in _tokens(node):
            digest.update(token.encode("utf-8", "surrogatepass"))
            digest.update(b"\0")
    return digest.hexdigest()[:8]


def _tokens(root: ast.AST) -> Iterable[str]:
    """The tree in prefix order, each node and list closed by a bracket; an explicit stack, since trees are deep."""
    stack: list[object] = [root]
    while stack:
        item = stack.pop()
        if isinstance(item, _Token):
            yield item
        elif isinstance(item, ast.AST):
            yield f"{type(item).__name__}("
            stack.append(_Token(")"))
            for name, value in reversed(_fields(item, is_root=item is root)):
                stack += [value, _Token(f"{name}=")]
        elif isinstance(item, list):
            yield "["
            stack.append(_Token("]"))
            stack += reversed(item)
        elif isinstance(item, int):
            yield f"{type(item).__name__}:{item:x}"  # its repr is refused above 4,300 digits
        else:
            yield f"{type(item).__name__}:{item!r}"


class _Token(str):
    """Text to emit as it is, told from a string that is a value of the tree."""

    __slots__ = ()


def _fields(node: ast.AST, *, is_root: bool) -> list[tuple[str, object]]:
    fields: list[tuple[str, object]] = []
    for name, value in ast.iter_fields(node):
        if name in _IGNORED_FIELDS or (is_root and name == "decorator_list" and isinstance(node, _FUNCTIONS)):
            continue
        if name == "body" and isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            value = value[1:]
        if name == "values" and isinstance(node, ast.JoinedStr):
            value = _joined(value)
        if isinstance(node, ast.Constant) or (value is not None and value != []):
            fields.append((name, value))
    return fields


def _joined(values: list[ast.expr]) -> list[object]:
    """The pieces of an f-string, neighbouring texts joined and empty ones dropped."""
    pieces: list[object] = []
    for value in values:
        if not (isinstance(value, ast.Constant) and isinstance(value.value, str)):
            pieces.append(value)
        elif value.value:
            if pieces and isinstance(pieces[-1], str):
                pieces[-1] += value.value
            else:
                pieces.append(value.value)
    return pieces
