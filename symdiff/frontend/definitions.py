"""The definitions of a compiled text, each with its code object, and the one that is a function's own.

Steps 3 to 5 of `symdiff.frontend.source`, which says by hand what they are.
"""

from __future__ import annotations
import __future__ as future_features

import ast
import functools
import itertools
import os
import platform
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import CodeType
from typing import NamedTuple, NoReturn, TypeAlias

from symdiff.errors import CompileError, Loc, Problem, refuse
from symdiff.frontend import notebook, private_names
from symdiff.frontend.same_code import Asserts, Span, is_pytest_rewritten, same_code
from symdiff.frontend.syntax_hash import normalised_hash

AnyDefinition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

_LAMBDA = "<lambda>"
_FUTURE_FLAGS = functools.reduce(
    int.__or__, (getattr(future_features, name).compiler_flag for name in future_features.all_feature_names)
)


# Positions -----------------------------------------------------------------------------------------------------------


def loc_of(file: str, lines: tuple[str, ...], node: ast.AST, function: str, first_line: int) -> Loc:
    line, byte, end_line, end_byte = span_of(node)
    start, end = _characters(lines, line, byte), _characters(lines, end_line, end_byte)
    return Loc(file, line, start, end_line, end, function, first_line)


def span_of(node: ast.AST) -> Span:
    line, column = node.lineno, node.col_offset  # type: ignore[attr-defined]  # of what is reported
    end_line, end_column = getattr(node, "end_lineno", None), getattr(node, "end_col_offset", None)
    return line, column, line if end_line is None else end_line, column if end_column is None else end_column


def _characters(lines: tuple[str, ...], line: int, column: int) -> int:
    """A column in UTF-8 bytes as one in characters."""
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    return column if text.isascii() else len(text.encode()[:column].decode(errors="replace"))


def walk(root: ast.AST) -> Iterator[ast.AST]:
    """All nodes under and including `root`, in source order (prefix), without recursion: a long sum is a deep tree."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack += reversed(list(ast.iter_child_nodes(node)))


# 3. From text to tree and code ---------------------------------------------------------------------------------------


class Definition(NamedTuple):
    node: AnyDefinition
    code: CodeType


class Unit(NamedTuple):
    """A compiled text, its definitions by name; shared between calls, so never changed."""

    file: str
    lines: tuple[str, ...]
    tree: ast.Module
    definitions: Mapping[str, list[Definition]]


@functools.lru_cache(maxsize=16)
def compiled(text: str, file: str, flags: int) -> Unit:
    # Notebook cells may await at their top level; the flag changes nothing inside functions.
    flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python has shown them at import
            tree = ast.parse(text, file)
            # From the text, not from the tree: that way in takes deeper sums (2,900 terms against 1,000 in 3.11).
            code = compile(text, file, "exec", flags, dont_inherit=True)
    except SyntaxError as error:
        raise CompileError([_syntax_problem(error, text, file)]) from None
    except ValueError as error:  # a null byte or a lone surrogate
        place = Loc(file, 1, 0, 1, 0)
        raise CompileError.of("SD104", loc=place, message=str(error), version=platform.python_version()) from None
    except (RecursionError, MemoryError):
        raise CompileError.of("SD108") from None
    private_names.mangle(tree)
    return Unit(file, tuple(text.split("\n")), tree, _definitions(tree, [code]))


@functools.lru_cache(maxsize=16)
def _by_statement(unit_text: str, file: str, flags: int) -> Mapping[str, list[Definition]]:
    """The definitions of a text that ran statement by statement: nodes of `compiled`'s tree with codes of their own."""
    tree = compiled(unit_text, file, flags).tree
    return _definitions(tree, notebook.statements_alone(tree, file, flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT))


def flags_of(code: CodeType) -> int:
    """What the text was compiled with."""
    return int(code.co_flags & _FUTURE_FLAGS)


def _syntax_problem(error: SyntaxError, text: str, file: str) -> Problem:
    line = error.lineno or 1
    col = max((error.offset or 1) - 1, 0)
    end_line = error.end_lineno or line
    end_col = (error.end_offset or 0) - 1
    if end_line == line and end_col <= col:
        end_col = col + 1
    lines = text.split("\n")
    shown = lines[line - 1] if line <= len(lines) else ""
    loc = Loc(file, line, col, end_line, max(end_col, 0))
    return refuse("SD104", loc, source_line=shown, message=error.msg, version=platform.python_version())


# 4. Which definition belongs to which code ---------------------------------------------------------------------------


def _definitions(tree: ast.Module, modules: Iterable[CodeType]) -> dict[str, list[Definition]]:
    """Each definition with its code object, by name.

    Name and first line identify a ``def``; lambdas of one line are told apart by the columns of their instructions.
    A lambda alone on its line needs no columns (``python -X no_debug_ranges`` has none).
    """
    nodes: dict[tuple[str, int], list[AnyDefinition]] = {}
    for node in walk(tree):
        if isinstance(node, ast.Lambda):
            nodes.setdefault((_LAMBDA, node.lineno), []).append(node)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.decorator_list[0] if node.decorator_list else node
            nodes.setdefault((node.name, first.lineno), []).append(node)
    pairs: dict[str, list[Definition]] = {}
    for code in itertools.chain.from_iterable(map(_code_objects, modules)):
        here = nodes.get((code.co_name, code.co_firstlineno), [])
        candidates = here if len(here) == 1 else _containing(here, code)
        pairs.setdefault(code.co_name, []).extend(Definition(node, code) for node in candidates)
    return pairs


def _code_objects(root: CodeType) -> Iterator[CodeType]:
    stack = [root]
    while stack:
        code = stack.pop()
        yield code
        stack += reversed([const for const in code.co_consts if isinstance(const, CodeType)])


def _containing(nodes: list[AnyDefinition], code: CodeType) -> list[AnyDefinition]:
    """The innermost of the lambdas whose body holds the instructions of `code`; all where there are no columns."""
    spans = [
        (line, col, end_line, end_col)
        for line, end_line, col, end_col in code.co_positions()
        if line is not None
        and end_line is not None
        and col is not None
        and end_col is not None
        and (line, col) != (end_line, end_col)  # where Python marks the entry of a function
    ]
    if not spans and all(col is None for _, _, col, _ in code.co_positions()):
        return nodes
    if not spans:  # Python 3.12 gives `lambda: 1` no columns
        return [n for n in nodes if isinstance(n.body, ast.Constant) and repr(n.body.value) == repr(code.co_consts[-1])]
    start, end = min(span[:2] for span in spans), max(span[2:] for span in spans)
    holding = []
    for node in nodes:
        body = span_of(node.body if isinstance(node, ast.Lambda) else node)
        if body[:2] <= start and end <= body[2:]:
            holding.append(node)
    return holding[-1:]  # in source order the inner one comes later


# 5. The definition that is the function's own ------------------------------------------------------------------------


def find(unit: Unit, own: CodeType, qualname: str) -> AnyDefinition:
    """The node whose code is `own`; equal ones are told apart by qualified name, line and columns, in this order."""
    asserts = _asserts(unit.tree) if is_pytest_rewritten(own) else Asserts()
    named = unit.definitions.get(own.co_name, [])
    equal = [pair for pair in named if same_code(pair.code, own, asserts)]
    if not equal and not os.path.isfile(unit.file):
        alone = _by_statement("\n".join(unit.lines), unit.file, flags_of(own)).get(own.co_name, [])
        equal = [pair for pair in alone if same_code(pair.code, own, asserts)]
    if not equal:
        _refuse_changed(unit, own, qualname, named)
    if len(equal) == 1:
        return equal[0].node
    preferences: tuple[Callable[[CodeType], bool], ...] = (
        lambda code: code.co_qualname == own.co_qualname,
        lambda code: code.co_firstlineno == own.co_firstlineno,
        lambda code: list(code.co_positions()) == list(own.co_positions()),
    )
    for preferred in preferences:
        equal = [pair for pair in equal if preferred(pair.code)] or equal
    # Where nothing tells them apart any of them will do, as long as they say the same.
    if len({normalised_hash([pair.node]) for pair in equal}) > 1:
        _refuse_ambiguous(unit, [pair.node for pair in equal])
    return equal[0].node


def _asserts(tree: ast.Module) -> Asserts:
    asserts = [node for node in walk(tree) if isinstance(node, ast.Assert)]
    parts = {span_of(part) for node in asserts for part in walk(node) if hasattr(part, "lineno")}
    return Asserts(tuple(span_of(node) for node in asserts), frozenset(parts))


def _refuse_changed(unit: Unit, own: CodeType, qualname: str, named: list[Definition]) -> NoReturn:
    """Point at the definition of that name where there is one, else at the line where it was."""
    near = [pair.node for pair in named if pair.code.co_qualname == own.co_qualname]
    if near:
        loc = loc_of(unit.file, unit.lines, near[0], own.co_name, near[0].lineno)
        line = unit.lines[loc.line - 1]
    elif unit.file == "<string>":  # Python 3.13 keeps the text of `python -c`, and exec has the same file name
        raise CompileError.of("SD101", name=f"`{qualname}`", reason=why_no_source(unit.file))
    else:
        loc, line = Loc(unit.file, own.co_firstlineno, 0, own.co_firstlineno, 0, own.co_name), ""
    raise CompileError([refuse("SD103", loc, source_line=line, name=f"`{qualname}`")])


def _refuse_ambiguous(unit: Unit, nodes: list[AnyDefinition]) -> NoReturn:
    distinct = list(dict.fromkeys(nodes))
    locs = [loc_of(unit.file, unit.lines, node, _LAMBDA, node.lineno) for node in distinct]
    notes = [(loc, "another") for loc in locs[1:]]
    line = unit.lines[locs[0].line - 1]
    raise CompileError([refuse("SD102", locs[0], source_line=line, count=len(distinct), notes=notes)])


def why_no_source(file: str) -> str:
    if file == "<stdin>":
        return "it was typed at a prompt or piped in"
    if file == "<string>":
        return "it was made by exec, eval or `python -c`"
    if file.startswith("<"):
        return f"{file} is no file"
    return f"{file} cannot be read" if os.path.exists(file) else f"{file} does not exist"
