"""`symdiff report`: one page about a function, its derivation, its module and their numerical check."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from symdiff.api.check import check_grads, check_pair, raised_by
from symdiff.api.compiled import check_level
from symdiff.api.modules import chosen_names, shown_as
from symdiff.api.parameters import name_of
from symdiff.api.transforms import lower_function
from symdiff.codegen.load import Loaded
from symdiff.codegen.parts import Module
from symdiff.errors import Loc, SymdiffError
from symdiff.explain import report
from symdiff.explain.derive import derivation
from symdiff.explain.point import number
from symdiff.frontend.derivative import Names
from symdiff.ir.collector import uncollected
from symdiff.ir.core import walk
from symdiff.ir.types import AVal
from symdiff.signature import Argument, Lowered, Signature

Function = Callable[..., Any]
Pair = tuple[Sequence[str], Function, Function]
_LONG = 400  # operations; forward mode and the second order would take longer than all the rest


def report_page(
    fun: Function,
    signature: Signature,
    *,
    wrt: Names = None,
    level: int = 2,
    point: Mapping[str, Any] | None = None,
    sample: Sequence[Any] = (),
    file: str | None = None,
) -> str:
    """The page: values are those at `point`; the check runs there, else at `sample`, one value per parameter.

    Raises UsageError for what is given wrongly, CompileError for a function that cannot be compiled.
    """
    from symdiff.pipeline import compile_module

    names = chosen_names(fun, signature, wrt)
    check_level(level)
    lowered = lower_function(fun, signature)
    sources = source_texts(lowered)
    shown = shown_as(lowered, file)
    module = compile_module(shown, names, level=level)
    args = [_argument(a, (point or {}).get(a.name, x)) for a, x in zip(signature.arguments, sample, strict=True)]
    where = "at the arguments" if point is not None else "at sampled arguments"
    check = checked(fun, args, where, long_pair(shown, module, names))
    if len(lowered.program.functions) > 1:  # a helper that is a function of the module is explained in place
        shown = shown_as(lower_function(fun, signature, share=False), file)
    with uncollected():
        made = derivation(shown, names, point)
        return report.page(report.view(made, module.text, module.origins, sources, check))


def notebook_form(fun: Function, signature: Signature, wrt: Sequence[str]) -> str:
    """The table of stages and the picture; for a function that cannot be compiled, the errors."""
    try:
        made = derivation(lower_function(fun, signature, share=False), wrt)
    except SymdiffError as error:
        return f"<pre>{escape(str(error))}</pre>"
    return report.short(made)


def _argument(argument: Argument, value: Any) -> Any:
    """The value of an argument as the function takes it: nested lists are an array where one is declared."""
    leaf = argument.leaves[0] if argument.tree.kind == "leaf" else None
    return number(argument.name, value, leaf) if isinstance(leaf, AVal) else value


def long_pair(lowered: Lowered, module: Module, wrt: Sequence[str]) -> Pair | None:
    """Of a long program, what is checked in place of all: the names `wrt`, and the module's forward and backward."""
    size = sum(1 for f in lowered.program.functions.values() for _ in walk(f.body))
    if size <= _LONG or lowered.out.kind != "leaf" or any(p.captured for p in lowered.params):
        return None
    loaded = Loaded(module.text, module.name)
    return wrt, loaded[module.functions["forward"]], loaded[module.functions["backward"]]


def checked(fun: Function, args: Sequence[Any], where: str, pair: Pair | None = None) -> report.Check:
    """What `check_grads` finds, as a sentence; where a pair is given, what it finds of that alone."""
    raised = raised_by(fun, args, name_of(fun))
    if raised is not None:
        text = f"the function raises {type(raised).__name__} {where}: {raised}"
        return report.Check("not run", f"Not compared with differences: {text}")
    try:
        if pair is not None:
            check_pair(fun, args, *pair)
        else:
            check_grads(fun, tuple(args))
    except AssertionError as error:
        return report.Check("failed", f"The gradient differs from differences {where}: {error}")
    except SymdiffError as error:  # what cannot be compared says why, and the page shows it
        return report.Check("not run", f"Not compared with differences: {error}")
    if pair is not None:
        text = f"The gradient of this module agrees with differences of the function {where}."
        return report.Check("passed", text)
    text = f"Forward and reverse mode agree with differences of the function {where}, to second order."
    return report.Check("passed", text)


def source_texts(lowered: Lowered) -> list[report.SourceText]:
    """The text of the function, then of the helpers that are compiled into it, as far as it can be found."""
    found: dict[tuple[str, int], str] = {(lowered.file, lowered.first_line): lowered.name}
    last: dict[tuple[str, int], int] = {}
    for function in lowered.program.functions.values():
        for loc in (op.loc for op in walk(function.body) if op.loc is not None):
            place = (loc.file, loc.first_line)
            found.setdefault(place, loc.function)
            last[place] = max(last.get(place, 0), _end(loc))
    return [
        report.SourceText(file, name, first, _lines(file, first, last.get((file, first), first)))
        for (file, first), name in found.items()
    ]


def _end(loc: Loc) -> int:
    return max(loc.line, loc.end_line)


def _lines(file: str, first: int, last: int) -> tuple[str, ...]:
    """The lines of the definition that begins at a line: to its end, or to the last line known to be of it."""
    lines = [line.rstrip("\n") for line in linecache.getlines(file)]
    try:
        tree = ast.parse("\n".join(lines))
    except SyntaxError:
        return tuple(lines[first - 1 : last])
    ends = [
        node.end_lineno or last
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.Lambda) and node.lineno == first
    ]
    return tuple(lines[first - 1 : max([last, *ends])])
