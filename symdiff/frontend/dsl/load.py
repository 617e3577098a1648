"""Formula files as functions."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from symdiff.errors import UsageError, why_no_file
from symdiff.frontend.dsl.check import check
from symdiff.frontend.dsl.files import File, FormulaFunction, parameter_name, read
from symdiff.frontend.dsl.layout import MAX_CHARACTERS
from symdiff.frontend.dsl.lowering import declared_type, lower
from symdiff.frontend.formula import Formula


def formula(text: str, name: str | None = None, file: str = "<dsl>") -> Formula:
    """A function of a text; without `name` its only one.

    Raises CompileError for a text that is not in the notation, UsageError SD708 or SD817 for a function that is not
    there, or not said.
    """
    found = read(text, file)
    check(found)
    return _made(found, chosen(found, name), text)


def formulas(text: str, file: str = "<dsl>") -> list[Formula]:
    """All functions of a text, in its order.  Raises CompileError for a text that is not in the notation."""
    found = read(text, file)
    check(found)
    return [_made(found, function, text) for function in found.functions.values()]


def _made(found: File, function: FormulaFunction, text: str) -> Formula:
    types = {parameter_name(p): declared_type(found, function, p) for p in function.parameters}
    source = (formula, text, function.name, found.text.file)
    doc = "\n".join(_said(found, function))
    return Formula(function.name, types, function.wrt, partial(lower, found, function), source, doc)


def chosen(file: File, name: str | None) -> FormulaFunction:
    names = ", ".join(file.functions)
    if name is None:
        if len(file.functions) > 1:
            raise UsageError.of("SD817", place=file.text.file, names=names)
        return next(iter(file.functions.values()))
    if name not in file.functions:
        raise UsageError.of("SD708", name=name, place=f"{file.text.file}; it defines: {names}")
    return file.functions[name]


def _said(file: File, function: FormulaFunction) -> list[str]:
    """The line that begins the function, as it is written."""
    return [file.text.lines[function.span.line - 1].strip()]


def read_text(path: Path, shown: str) -> str:
    """The text of a formula file; UsageError SD814 where it cannot be read as one."""
    if not os.path.isfile(path):
        raise UsageError.of("SD814", path=shown, reason=why_no_file(path))
    try:
        if path.stat().st_size > 4 * MAX_CHARACTERS:  # UTF-8 takes at most four bytes
            raise UsageError.of("SD814", path=shown, reason=f"it has more than {MAX_CHARACTERS} characters")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError.of("SD814", path=shown, reason=f"byte {error.start} is no UTF-8") from None
    except OSError as error:
        raise UsageError.of("SD814", path=shown, reason=error.strerror or str(error)) from None
