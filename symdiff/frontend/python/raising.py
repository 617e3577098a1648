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
from symdiff.frontend.python.values import Known, Val


def always(cx: Context, node: ast.AST, error: Exception, code: str = "SD403", **fields: Any) -> Val:
    """Where Python raises `error`; `code` and `fields` are the problem where every call gets there."""
    name = exception_name(type(error))
    certain = cx.scope is cx.top or cx.leaves is not cx.scope
    if certain or name is None or not all(map(_is_plain, error.args)):
        return cx.refuse(code, node, **fields)
    operators.raise_if(cx, node, Known(True), name, error.args)
    raise Bottom


def exception_name(cls: object) -> str | None:
    """What generated code calls an exception: a builtin's name, or NumPy's; None for all others."""
    if not isinstance(cls, type) or not issubclass(cls, BaseException):
        return None
    if cls is np.linalg.LinAlgError:
        return "np.linalg.LinAlgError"
    name: str = cls.__name__
    return name if getattr(builtins, name, None) is cls else None


def _is_plain(argument: object) -> bool:
    return argument is None or isinstance(argument, (str, int, float))
