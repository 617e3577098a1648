"""The definition of a Python function, found honestly.

A gradient of the wrong text is a wrong gradient, so a definition is used only if it compiles to the function's own
code object.  By hand, for ``f, g = lambda x: x + 1, lambda x: 2 * x`` and ``load(g)``:

1. `_undress`: peel partials, bound methods and declared wrappers off, down to a function with a code object; what an
   ordinary decorator made is such a function, compiled as it is;
2. `_read`: the text of ``g.__code__.co_filename`` (`linecache`: files, notebook cells, doctests; else `notebook`);
3. `_compile`: parse and compile all of it, with the flags the function was compiled with: the nesting in classes and
   functions, hence closures and private names, is then the original one;
4. `_definitions`: pair each ``def`` and ``lambda`` of the tree with its code object, by line, name and column;
5. `_find`: keep the pairs whose code is `same_code` as the function's own (asserts apart, where pytest rewrote them);
   of equal ones take the one in the function's place.  None is left: the file changed, and `g` is refused.
"""

from __future__ import annotations
import __future__ as future_features

import ast
import functools
import inspect
import itertools
import linecache
import os
import platform
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import CellType, CodeType, FunctionType, MethodType
from typing import Any, NamedTuple, NoReturn, TypeAlias, TypeVar

from symdiff.custom import CustomRule
from symdiff.errors import CompileError, Loc, Problem, refuse
from symdiff.frontend import notebook
from symdiff.frontend.same_code import Asserts, Span, is_pytest_rewritten, same_code
from symdiff.frontend.syntax_hash import normalised_hash

FunctionNode: TypeAlias = ast.FunctionDef | ast.Lambda
_AnyDefinition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_Wrapper = TypeVar("_Wrapper", bound=Callable[..., object])

_LAMBDA = "<lambda>"
_MOST_DECORATORS = 100  # an object that invents its attributes has no end of `__wrapped__`
_TRANSPARENT = "__symdiff_transparent__"
_FUTURE_FLAGS = functools.reduce(
    int.__or__, (getattr(future_features, name).compiler_flag for name in future_features.all_feature_names)
)


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A function's definition and what its free names mean.

    `globals` and `closure` are the function's own, not copies: captured data are fetched at each call.  `arguments` and
    `keywords` are what a bound method or a `functools.partial` passes before the caller's.
    `defaults` are values, evaluated when the function was defined; text that was never run has none.
    `stands_for` is the call that the definition is written out for: positions and messages are the call's.
    """

    node: FunctionNode
    file: str
    lines: tuple[str, ...]
    name: str
    qualname: str
    globals: dict[str, object] = field(default_factory=dict)
    closure: Mapping[str, CellType] = field(default_factory=dict)
    defaults: tuple[object, ...] = ()
    kwdefaults: Mapping[str, object] = field(default_factory=dict)
    arguments: tuple[object, ...] = ()
    keywords: Mapping[str, object] = field(default_factory=dict)
    function: FunctionType | None = None
    rule: CustomRule | None = None  # the derivative that the user gave it
    stands_for: tuple[Source, ast.AST] | None = None

    @property
    def first_line(self) -> int:
        """The line of ``def`` (below the decorators) or of ``lambda``: positions in comments count from it."""
        return self.node.lineno

    @property
    def hash(self) -> str:
        """Eight hexadecimal digits of the definition's syntax."""
        return normalised_hash([self.node])

    def loc(self, node: ast.AST) -> Loc:
        """Where `node` stands; a node without a position (`ast.arguments`, an operator) stands where the function does.

        >>> source = from_text("def f(é):\\n    return 'é' + é\\n", "f")
        >>> source.loc(source.node.body[0].value.right).col  # ast says 18, in bytes
        17
        """
        if self.stands_for is not None:
            source, call = self.stands_for
            return source.loc(call)
        return _loc(self.file, self.lines, node if hasattr(node, "lineno") else self.node, self.name, self.first_line)

    def line(self, loc: Loc) -> str:
        """The source line that `loc` begins on, empty where there is none."""
        return self.lines[loc.line - 1] if 0 < loc.line <= len(self.lines) else ""

    def text(self, node: ast.AST) -> str:
        """The source text of `node` on one line, as messages quote it (`ast.unparse` fails on deep trees)."""
        loc = self.loc(node)
        lines = list(self.lines[loc.line - 1 : loc.end_line])
        if not lines:
            return ""
        lines[-1] = lines[-1][: loc.end_col]
        lines[0] = lines[0][loc.col :]
        return " ".join(line.strip() for line in lines)

    def refuse(self, code: str, node: ast.AST, *, notes: Iterable[tuple[Loc, str]] = (), **fields: Any) -> Problem:
        """The problem `code` of the table at `node`, with its source line."""
        loc = self.loc(node)
        return refuse(code, loc, source_line=self.line(loc), notes=notes, **fields)


def _loc(file: str, lines: tuple[str, ...], node: ast.AST, function: str, first_line: int) -> Loc:
    line, byte, end_line, end_byte = _span(node)
    start, end = _characters(lines, line, byte), _characters(lines, end_line, end_byte)
    return Loc(file, line, start, end_line, end, function, first_line)


def _span(node: ast.AST) -> Span:
    line, column = node.lineno, node.col_offset  # type: ignore[attr-defined]  # of what is reported
    end_line, end_column = getattr(node, "end_lineno", None), getattr(node, "end_col_offset", None)
    return line, column, line if end_line is None else end_line, column if end_column is None else end_column


def _characters(lines: tuple[str, ...], line: int, column: int) -> int:
    """A column in UTF-8 bytes as one in characters."""
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    return column if text.isascii() else len(text.encode()[:column].decode(errors="replace"))


def transparent(wrapper: _Wrapper) -> _Wrapper:
    """Declare that `wrapper` computes what its ``__wrapped__`` does, so that `load` may see through it.

    The mark is the wrapper itself: `functools.wraps` of a decorator above copies the attribute, and does not inherit
    the declaration.  A class of callables declares all its instances by ``__symdiff_transparent__ = True``.
    """
    setattr(wrapper, _TRANSPARENT, wrapper)
    return wrapper


def is_transparent(wrapper: object) -> bool:
    """Whether `wrapper` was declared by `transparent`, or its class declares its instances so."""
    return getattr(type(wrapper), _TRANSPARENT, False) is True or getattr(wrapper, _TRANSPARENT, None) is wrapper


def load(fun: object, *, text: str | None = None) -> Source:
    """The definition of `fun`: function, lambda, bound method, or `functools.partial` of one.

    `text` gives the source of a function that has none (made by ``exec``, typed at a prompt); it must compile to the
    function's own code all the same, so a closure is given with its enclosing function.

    >>> import symdiff.frontend.source as here
    >>> load(here.load).name, load(here.load).lines[load(here.load).first_line - 1][:13]
    ('load', 'def load(fun:')
    """
    function, arguments, keywords, rule = _undress(fun)
    code = function.__code__
    if text is None:
        file, text = _read(function)
    else:
        file, text = "<text>", _clean(text)
    unit = _compile(text, file, _flags(code))
    node = _find(unit, code, function.__qualname__)
    if isinstance(node, ast.AsyncFunctionDef):
        _refuse_async(node, unit)
    return Source(
        node,
        file,
        unit.lines,
        function.__name__ if hasattr(function, "__wrapped__") else code.co_name,
        function.__qualname__,
        function.__globals__,
        dict(zip(code.co_freevars, function.__closure__ or (), strict=True)),
        function.__defaults__ or (),
        function.__kwdefaults__ or {},
        arguments,
        keywords,
        function,
        rule,
    )


def from_text(text: str, name: str | None = None, filename: str = "<text>") -> Source:
    """The function `name` of `text` (its only one without `name`), never run.

    >>> from_text("def f(x):\\n    return x * x\\n").text(from_text("def f(x):\\n    return x * x\\n").node)
    'def f(x): return x * x'
    """
    unit = _compile(_clean(text), filename, 0)
    found = {node.name: node for node in unit.tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    if name is None and len(found) == 1:
        (name,) = found
    node = found.get(name or "")
    if node is None:
        known = ", ".join(found) or "none"
        raise CompileError.of("SD107", name=name or "that is the only one", found=known)
    if isinstance(node, ast.AsyncFunctionDef):
        _refuse_async(node, unit)
    return Source(node, filename, unit.lines, node.name, node.name)


def walk(root: ast.AST) -> Iterator[ast.AST]:
    """All nodes under and including `root`, in source order (prefix), without recursion: a long sum is a deep tree."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack += reversed(list(ast.iter_child_nodes(node)))


# 1. From what the user passed to a function with code ----------------------------------------------------------------


_Undressed: TypeAlias = tuple[FunctionType, tuple[object, ...], dict[str, object], CustomRule | None]


def _undress(fun: object) -> _Undressed:
    """The innermost function, the arguments that partials and methods on the way pass first, and a rule on the way."""
    arguments: tuple[object, ...] = ()
    keywords: dict[str, object] = {}
    rule: CustomRule | None = None
    while not isinstance(fun, FunctionType) or is_transparent(fun):
        if isinstance(fun, functools.partial):
            _refuse_placeholders(fun)
            arguments, keywords = (*fun.args, *arguments), {**fun.keywords, **keywords}
            fun = fun.func
        elif isinstance(fun, MethodType):
            arguments = (fun.__self__, *arguments)
            fun = fun.__func__
        elif isinstance(fun, CustomRule):
            rule = rule or fun
            fun = fun.fun
        elif isinstance(fun, staticmethod | functools._lru_cache_wrapper) or is_transparent(fun):
            fun = fun.__wrapped__  # type: ignore[attr-defined]  # what `transparent` requires
        elif _is_called_by_method(fun):
            fun = MethodType(type(fun).__call__, fun)
        else:
            _refuse_callable(fun)
    return fun, arguments, keywords, rule


def _is_called_by_method(fun: object) -> bool:
    """Whether `fun` is an instance of a user's class with `__call__`."""
    mine = type(fun).__module__.partition(".")[0] == "symdiff"
    called = inspect.isfunction(inspect.getattr_static(type(fun), "__call__", None))
    return called and not mine and not isinstance(fun, type) and not hasattr(fun, "__wrapped__")


def _refuse_placeholders(fun: functools.partial[object]) -> None:
    placeholder = getattr(functools, "Placeholder", None)  # Python 3.14
    if placeholder is not None and any(argument is placeholder for argument in fun.args):
        raise CompileError.of("SD106", name=_name(fun), kind="a partial with placeholders")


def _refuse_callable(fun: object) -> NoReturn:
    if hasattr(fun, "__wrapped__"):
        _refuse_wrapper(fun)
    if isinstance(fun, type):
        kind = "a class"
    elif inspect.isbuiltin(fun):
        kind = "a function written in C"
    else:
        kind = f"an object of type {type(fun).__qualname__}"
    raise CompileError.of("SD106", name=_name(fun), kind=kind)


def _refuse_wrapper(wrapper: object) -> NoReturn:
    """Refuse at the decorator's line, where the decorated function can be found; else by the wrapper's name."""
    inner, depth = wrapper, 0
    while hasattr(inner, "__wrapped__") and depth < _MOST_DECORATORS:
        inner, depth = inner.__wrapped__, depth + 1
    made_by = wrapper.__code__.co_qualname if isinstance(wrapper, FunctionType) else type(wrapper).__qualname__
    decorator = made_by.split(".<locals>")[0]
    try:
        source = load(inner)
    except CompileError:
        raise CompileError.of("SD105", decorator=decorator, name=_name(wrapper)) from None
    decorators = source.node.decorator_list if isinstance(source.node, ast.FunctionDef) else []
    if len(decorators) < depth:  # applied by a call, not by `@`
        raise CompileError([source.refuse("SD105", source.node, decorator=decorator, name=source.name)])
    # Declared ones above are seen through already: the first that is not is `depth` from the function.
    node = decorators[len(decorators) - depth]
    raise CompileError([source.refuse("SD105", node, decorator=source.text(node), name=source.name)])


def _refuse_async(node: ast.AsyncFunctionDef, unit: _Unit) -> NoReturn:
    loc = _loc(unit.file, unit.lines, node, node.name, node.lineno)
    raise CompileError([refuse("SD202", loc, source_line=unit.lines[node.lineno - 1], construct="async def")])


def _name(fun: object) -> str:
    name = getattr(fun, "__qualname__", None)
    return f"`{name}`" if isinstance(name, str) else "the argument"


# 2. From a function to its file's text -------------------------------------------------------------------------------


def _read(function: FunctionType) -> tuple[str, str]:
    """File name and text; relative names (a script run as ``python f.py``) are also looked for as ``__file__``."""
    file = function.__code__.co_filename
    module_file = function.__globals__.get("__file__")
    names = [file]
    if isinstance(module_file, str) and os.path.basename(module_file) == os.path.basename(file):
        names.append(module_file)
    for name in names:
        linecache.checkcache(name)
        lines = linecache.getlines(name, function.__globals__)
        if lines:
            return name, _clean("".join(lines))
    for text in notebook.timed_texts() if file in notebook.TIMED else ():
        try:
            _find(_compile(text, file, _flags(function.__code__)), function.__code__, function.__qualname__)
        except CompileError:
            continue
        return file, text
    raise CompileError.of("SD101", name=_name(function), reason=_why_no_source(file))


def _why_no_source(file: str) -> str:
    if file == "<stdin>":
        return "it was typed at a prompt or piped in"
    if file == "<string>":
        return "it was made by exec, eval or `python -c`"
    if file.startswith("<"):
        return f"{file} is no file"
    return f"{file} cannot be read" if os.path.exists(file) else f"{file} does not exist"


def _clean(text: str) -> str:
    """Newlines and byte order mark as Python's own reader leaves them."""
    return text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").replace("\r\n", "\n").replace("\r", "\n")


# 3. From text to tree and code ---------------------------------------------------------------------------------------


class _Definition(NamedTuple):
    node: _AnyDefinition
    code: CodeType


class _Unit(NamedTuple):
    """A compiled text, its definitions by name; shared between calls, so never changed."""

    file: str
    lines: tuple[str, ...]
    tree: ast.Module
    definitions: Mapping[str, list[_Definition]]


@functools.lru_cache(maxsize=16)
def _compile(text: str, file: str, flags: int) -> _Unit:
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
    return _Unit(file, tuple(text.split("\n")), tree, _definitions(tree, [code]))


@functools.lru_cache(maxsize=16)
def _by_statement(unit_text: str, file: str, flags: int) -> Mapping[str, list[_Definition]]:
    """The definitions of a text that ran statement by statement: nodes of `_compile`'s tree with codes of their own."""
    tree = _compile(unit_text, file, flags).tree
    return _definitions(tree, notebook.statements_alone(tree, file, flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT))


def _flags(code: CodeType) -> int:
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


def _definitions(tree: ast.Module, modules: Iterable[CodeType]) -> dict[str, list[_Definition]]:
    """Each definition with its code object, by name.

    Name and first line identify a ``def``; lambdas of one line are told apart by the columns of their instructions.
    A lambda alone on its line needs no columns (``python -X no_debug_ranges`` has none).
    """
    nodes: dict[tuple[str, int], list[_AnyDefinition]] = {}
    for node in walk(tree):
        if isinstance(node, ast.Lambda):
            nodes.setdefault((_LAMBDA, node.lineno), []).append(node)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.decorator_list[0] if node.decorator_list else node
            nodes.setdefault((node.name, first.lineno), []).append(node)
    pairs: dict[str, list[_Definition]] = {}
    for code in itertools.chain.from_iterable(map(_code_objects, modules)):
        here = nodes.get((code.co_name, code.co_firstlineno), [])
        candidates = here if len(here) == 1 else _containing(here, code)
        pairs.setdefault(code.co_name, []).extend(_Definition(node, code) for node in candidates)
    return pairs


def _code_objects(root: CodeType) -> Iterator[CodeType]:
    stack = [root]
    while stack:
        code = stack.pop()
        yield code
        stack += reversed([const for const in code.co_consts if isinstance(const, CodeType)])


def _containing(nodes: list[_AnyDefinition], code: CodeType) -> list[_AnyDefinition]:
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
        body = _span(node.body if isinstance(node, ast.Lambda) else node)
        if body[:2] <= start and end <= body[2:]:
            holding.append(node)
    return holding[-1:]  # in source order the inner one comes later


# 5. The definition that is the function's own ------------------------------------------------------------------------


def _find(unit: _Unit, own: CodeType, qualname: str) -> _AnyDefinition:
    """The node whose code is `own`; equal ones are told apart by qualified name, line and columns, in this order."""
    asserts = _asserts(unit.tree) if is_pytest_rewritten(own) else Asserts()
    named = unit.definitions.get(own.co_name, [])
    equal = [pair for pair in named if same_code(pair.code, own, asserts)]
    if not equal and not os.path.isfile(unit.file):
        alone = _by_statement("\n".join(unit.lines), unit.file, _flags(own)).get(own.co_name, [])
        equal = [pair for pair in alone if same_code(pair.code, own, asserts)]
    if not equal:
        _refuse_changed(unit, own, qualname, named)
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
    parts = {_span(part) for node in asserts for part in walk(node) if hasattr(part, "lineno")}
    return Asserts(tuple(_span(node) for node in asserts), frozenset(parts))


def _refuse_changed(unit: _Unit, own: CodeType, qualname: str, named: list[_Definition]) -> NoReturn:
    """Point at the definition of that name where there is one, else at the line where it was."""
    near = [pair.node for pair in named if pair.code.co_qualname == own.co_qualname]
    if near:
        loc = _loc(unit.file, unit.lines, near[0], own.co_name, near[0].lineno)
        line = unit.lines[loc.line - 1]
    elif unit.file == "<string>":  # Python 3.13 keeps the text of `python -c`, and exec has the same file name
        raise CompileError.of("SD101", name=f"`{qualname}`", reason=_why_no_source(unit.file))
    else:
        loc, line = Loc(unit.file, own.co_firstlineno, 0, own.co_firstlineno, 0, own.co_name), ""
    raise CompileError([refuse("SD103", loc, source_line=line, name=f"`{qualname}`")])


def _refuse_ambiguous(unit: _Unit, nodes: list[_AnyDefinition]) -> NoReturn:
    distinct = list(dict.fromkeys(nodes))
    locs = [_loc(unit.file, unit.lines, node, _LAMBDA, node.lineno) for node in distinct]
    notes = [(loc, "another") for loc in locs[1:]]
    line = unit.lines[locs[0].line - 1]
    raise CompileError([refuse("SD102", locs[0], source_line=line, count=len(distinct), notes=notes)])
