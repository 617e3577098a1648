"""The definition of a Python function, found honestly.

A gradient of the wrong text is a wrong gradient, so a definition is used only if it compiles to the function's own
code object.  By hand, for ``f, g = lambda x: x + 1, lambda x: 2 * x`` and ``load(g)``:

1. `_undress`: peel partials, bound methods and declared wrappers off, down to a function with a code object; what an
   ordinary decorator made is such a function, compiled as it is;
2. `_read`: the text of ``g.__code__.co_filename`` (`linecache`: files, notebook cells, doctests; else `notebook`);
3. `definitions.compiled`: parse and compile all of it, with the flags the function was compiled with: the nesting in
   classes and functions, hence closures and private names, is then the original one;
4. in it, pair each ``def`` and ``lambda`` of the tree with its code object, by line, name and column;
5. `definitions.find`: keep the pairs whose code is `same_code` as the function's own (asserts apart, where pytest
   rewrote them); of equal ones take the one in the function's place.  None is left: the file changed, and `g` is
   refused.
"""

from __future__ import annotations

import ast
import functools
import inspect
import linecache
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import CellType, FunctionType, MethodType
from typing import Any, NoReturn, TypeAlias, TypeVar

from symdiff.custom import CustomRule
from symdiff.errors import CompileError, Loc, Problem, refuse
from symdiff.frontend import notebook
from symdiff.frontend.definitions import Unit, compiled, find, flags_of, loc_of, why_no_source
from symdiff.frontend.stand_ins import of_scipy, stand_in
from symdiff.frontend.syntax_hash import normalised_hash

FunctionNode: TypeAlias = ast.FunctionDef | ast.Lambda
_Wrapper = TypeVar("_Wrapper", bound=Callable[..., object])

_MOST_DECORATORS = 100  # an object that invents its attributes has no end of `__wrapped__`
_TRANSPARENT = "__symdiff_transparent__"


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

    def is_of(self, other: Source) -> bool:
        """Whether both are of one function: closures of one definition are several."""
        return self.node is other.node and self.function is other.function

    def loc(self, node: ast.AST) -> Loc:
        """Where `node` stands; a node without a position (`ast.arguments`, an operator) stands where the function does.

        >>> source = from_text("def f(é):\\n    return 'é' + é\\n", "f")
        >>> source.loc(source.node.body[0].value.right).col  # ast says 18, in bytes
        17
        """
        if self.stands_for is not None:
            source, call = self.stands_for
            return source.loc(call)
        return loc_of(self.file, self.lines, node if hasattr(node, "lineno") else self.node, self.name, self.first_line)

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
    unit = compiled(text, file, flags_of(code))
    node = find(unit, code, function.__qualname__)
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
    unit = compiled(_clean(text), filename, 0)
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


# 1. From what the user passed to a function with code ----------------------------------------------------------------


_Undressed: TypeAlias = tuple[FunctionType, tuple[object, ...], dict[str, object], CustomRule | None]


def _undress(fun: object) -> _Undressed:
    """The innermost function, the arguments that partials and methods on the way pass first, and a rule on the way."""
    arguments: tuple[object, ...] = ()
    keywords: dict[str, object] = {}
    rule: CustomRule | None = None
    for layer in layers(fun):
        if isinstance(layer, functools.partial):
            arguments, keywords = (*layer.args, *arguments), {**layer.keywords, **keywords}
        elif isinstance(layer, MethodType):
            arguments = (layer.__self__, *arguments)
        elif isinstance(layer, CustomRule):
            rule = rule or layer
    assert isinstance(layer, FunctionType)
    return layer, arguments, keywords, rule


def layers(fun: object) -> Iterator[object]:
    """`fun` and what is under it, outermost first: partials, methods, declared wrappers, and a function with code.

    Of a function of NumPy's or math's that is the one written out for it.
    """
    passed: list[functools.partial[object]] = []
    while not isinstance(fun, FunctionType) or is_transparent(fun) or of_scipy(fun):
        if isinstance(fun, functools.partial):
            passed.append(fun)
            if has_placeholders(fun):
                raise CompileError.of("SD106", name=_name(fun), kind="a partial with placeholders")
            inner: object = fun.func
        elif isinstance(fun, MethodType):
            inner = fun.__func__
        elif isinstance(fun, CustomRule):
            inner = fun.fun
        elif isinstance(fun, staticmethod | functools._lru_cache_wrapper) or is_transparent(fun):
            inner = fun.__wrapped__  # type: ignore[attr-defined]  # what `transparent` requires
        elif is_called_by_method(fun):
            inner = MethodType(type(fun).__call__, fun)
        else:
            inner = stand_in(fun, *passed) or _refuse_callable(fun)
        yield fun
        fun = inner
    yield fun


def is_called_by_method(fun: object) -> bool:
    """Whether `fun` is an instance of a user's class with `__call__`."""
    mine = type(fun).__module__.partition(".")[0] == "symdiff"
    called = inspect.isfunction(inspect.getattr_static(type(fun), "__call__", None))
    return called and not mine and not isinstance(fun, type) and not hasattr(fun, "__wrapped__")


def has_placeholders(fun: functools.partial[object]) -> bool:
    """Whether a partial has arguments that are still to be given, as in Python 3.14."""
    placeholder = getattr(functools, "Placeholder", None)
    return placeholder is not None and any(argument is placeholder for argument in fun.args)


def _refuse_callable(fun: object) -> NoReturn:
    of_numpy = type(fun).__module__ == "numpy" and callable(fun)  # a ufunc, or what `__array_function__` may take over
    if hasattr(fun, "__wrapped__") and not of_numpy:
        _refuse_wrapper(fun)
    if isinstance(fun, type):
        kind = "a class"
    elif of_numpy:
        kind = "a function of NumPy"
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


def _refuse_async(node: ast.AsyncFunctionDef, unit: Unit) -> NoReturn:
    loc = loc_of(unit.file, unit.lines, node, node.name, node.lineno)
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
            find(compiled(text, file, flags_of(function.__code__)), function.__code__, function.__qualname__)
        except CompileError:
            continue
        return file, text
    raise CompileError.of("SD101", name=_name(function), reason=why_no_source(file))


def _clean(text: str) -> str:
    """Newlines and byte order mark as Python's own reader leaves them."""
    return text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").replace("\r\n", "\n").replace("\r", "\n")
