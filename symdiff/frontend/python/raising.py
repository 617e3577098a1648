"""Calls that are known to raise: an error when compiling where every call gets there, else raised at run time.

return min([])                        SD403: Python would raise here, whatever the arguments are
if n < 0: return min([])              if n < 0: raise ValueError('min() arg is an empty sequence')
"""

from __future__ import annotations

import ast
import builtins
from typing import Any

import numpy as np

from symdiff.frontend.python import operators
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Bottom
from symdiff.frontend.python.values import Known, Num, Val
from symdiff.ir.types import PYTHON_NAMES, Kind


def always(cx: Context, node: ast.AST, error: Exception, code: str = "SD403", **fields: Any) -> Val:
    """Where Python raises `error`; `code` and `fields` are the problem where every call gets there."""
    name = exception_name(type(error))
    certain = cx.scope is cx.top or cx.leaves is not cx.scope
    if certain or name is None or not all(map(_is_plain, error.args)):
        return cx.refuse(code, node, **fields)
    operators.raise_if(cx, node, Known(True), name, error.args)
    raise Bottom


def out_of_range(cx: Context, node: ast.AST, index: Val, count: int, error: str) -> Val:
    """Where the text, tuple or list of `count` elements that is read or changed at `node` has none at `index`."""
    staged = f"`{cx.text(node.slice)}`" if isinstance(node, ast.Subscript) else cx.describe(index)
    shown = index.obj if isinstance(index, Known) else staged
    return always(cx, node, IndexError(error), "SD315", index=shown, size=count)


def of_a_number(cx: Context, node: ast.AST, val: Val, message: str) -> bool:
    """Whether `val` is None or a number, of which `message` is then Python's TypeError: reported, or raised.

    In the message stand its type, `'float' object is not iterable`.
    """
    name = _scalar_name(val)
    if name is not None:
        text = message.format(name)
        always(cx, node, TypeError(text), function=f"`{cx.text(node)}`", message=text)
    return name is not None


def _scalar_name(val: Val) -> str | None:
    if isinstance(val, Known):
        cls = type(val.obj)
        plain = val.obj is None or cls in (bool, int, float, complex)
        return cls.__name__ if plain else f"numpy.{cls.__name__}" if isinstance(val.obj, np.generic) else None
    if not isinstance(val, Num) or val.type.rank:
        return None
    if val.type.kind is Kind.PYTHON:
        return PYTHON_NAMES[val.type.dtype]
    return f"numpy.{np.dtype(val.type.dtype).name}" if val.type.kind is Kind.NUMPY else None


def exception_name(cls: object) -> str | None:
    """What generated code calls an exception: a builtin's name, or NumPy's; None for all others."""
    if not isinstance(cls, type) or not issubclass(cls, BaseException):
        return None
    if cls is np.linalg.LinAlgError:
        return "np.linalg.LinAlgError"
    name: str = cls.__name__
    return name if getattr(builtins, name, None) is cls else None


def _is_plain(argument: object) -> bool:
    if type(argument) is tuple:  # the key of a KeyError
        return all(map(_is_plain, argument))
    return argument is None or isinstance(argument, (str, int, float))
