"""Functions that are compiled for each way in which they are called: so many arguments by position, these by name.

`def wrapper(*args, **kw): kw.setdefault("w", 2.0); return fn(*args, **kw)` is another function of `f(x)` than of
`f(x, w=3.0)`: the second is compiled as `def f(x, *, w): return wrapped(x, w=w)`.  `def total(*xs)` has parameters in a
call alone: `total(x, y)` is compiled as `def total(xs_0, xs_1): return wrapped(xs_0, xs_1)`.
"""

from __future__ import annotations

import functools
import inspect
import keyword
import linecache
from collections.abc import Callable, Sequence
from types import FunctionType, MethodType
from typing import Any

from symdiff.api.compiled import Compiled, check_level, reached_by_name
from symdiff.api.parameters import KEYWORD_ONLY, name_of, parameters_of
from symdiff.errors import UsageError
from symdiff.frontend import derivative
from symdiff.frontend.derivative import FIRST, Derivative, Names
from symdiff.frontend.source import load
from symdiff.frontend.stand_ins import with_options
from symdiff.frontend.wrappers import counting, signature_of

Function = Callable[..., Any]
_WRAPPED = "wrapped"
_P = inspect.Parameter
_BY_POSITION = (_P.POSITIONAL_ONLY, _P.POSITIONAL_OR_KEYWORD)
_STARS = (_P.VAR_POSITIONAL, _P.VAR_KEYWORD)


# What a call means ---------------------------------------------------------------------------------------------------


def takes_any(fun: Function) -> inspect.Signature | None:
    """The parameters of a function that has its own in a call alone: one with stars, or of NumPy's with options.

    None for others; CompileError for one with stars that cannot be compiled.
    """
    if isinstance(fun, Starred):
        return fun.signature
    try:
        found = with_options(fun) or signature_of(fun)
    except (TypeError, ValueError):  # making a derivative of it says so
        return None
    if not any(p.kind in _STARS for p in found.parameters.values()):
        return with_options(fun)
    if with_options(fun) is None:
        load(fun)
    return found


def for_call(fun: Function, count: int, names: Sequence[str] = ()) -> Function:
    """What is compiled for calls with so many arguments by position and these by name: mostly `fun` itself."""
    found = takes_any(fun)
    if found is not None:
        made = called(fun, by_position(found, count, names), names)
    elif (isinstance(fun, Compiled) and fun.counting) or counting(fun):
        made = called(fun, [p.name for p in parameters_of(fun) if p.kind != KEYWORD_ONLY][:count], names)
    else:
        return fun
    return fun if made is None else made


def by_position(signature: inspect.Signature, count: int, names: Sequence[str]) -> list[str]:
    """A name for each of the first `count` arguments: the parameter's own, or `xs_0` behind a star; none of `names`."""
    own = [p.name for p in signature.parameters.values() if p.kind in _BY_POSITION][:count]
    star = next((p.name for p in signature.parameters.values() if p.kind is _P.VAR_POSITIONAL), "args")
    found: list[str] = []
    for name in [*own, *(f"{star}_{k}" for k in range(count - len(own)))]:
        found.append(_free(name, [*found, *names]))
    return found


def called(fun: Function, positional: Sequence[str], names: Sequence[str]) -> Function | None:
    """`fun` called with arguments by position, which get names here, and others by name, as a function of these alone.

    None where the names are not free, and for a derivative by what is not given.
    """
    if isinstance(fun, Compiled | Starred):
        return fun.as_given(len(positional), names)
    given = [*positional, *names]
    plain = all(name.isidentifier() and not keyword.iskeyword(name) for name in given)
    if len(set(given)) < len(given) or not plain:
        return None
    function = _free(_WRAPPED, given)
    arguments = ", ".join([*positional, *(f"{name}={name}" for name in names)])
    written = ", ".join([*positional, *(["*", *names] if names else [])])
    shown = name_of(fun)
    name = shown if shown.isidentifier() and not keyword.iskeyword(shown) else "call"
    text = f"def {_free(name, [function])}({written}):\n    return {function}({arguments})\n"
    file, space = f"<call of {shown}({arguments})>", {function: fun}
    exec(compile(text, file, "exec", dont_inherit=True), space)
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    made: Any = space[_free(name, [function])]
    assert isinstance(made, FunctionType)
    return made


def _free(name: str, taken: Sequence[str]) -> str:
    while name in taken:
        name += "_"
    return name


# A derivative of what takes any arguments ----------------------------------------------------------------------------


class Starred:
    """A derivative of a function whose parameters are those of a call: `made` makes one for each way to call it.

    Positions in `argnums` count the arguments of the call that are given by position.
    """

    def __init__(
        self,
        made: Callable[..., Compiled],
        kind: str,
        fun: Function,
        argnums: int | Sequence[int] = FIRST,
        *,
        wrt: Names = None,
        **options: Any,
    ) -> None:
        found = takes_any(fun)
        assert found is not None
        check_level(options.get("level", 2))
        static = options.get("static", ())
        self.static = (static,) if isinstance(static, str) else tuple(static)
        named = [p.name for p in found.parameters.values() if p.kind not in _STARS]
        if not any(p.kind is _P.VAR_KEYWORD for p in found.parameters.values()):
            for name in (name for name in self.static if name not in named):
                raise UsageError.of("SD702", function=name_of(fun), name=name, parameters=", ".join(named) or "none")
        self.fun, self.signature, self.kind = fun, found, kind
        self._made, self._options = made, options
        self.argnums, self.wrt = argnums, wrt
        self._of_calls: dict[tuple[int, tuple[str, ...]], Compiled | None] = {}
        functools.update_wrapper(self, fun, updated=())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        key = len(args), tuple(kwargs)
        if key not in self._of_calls:
            self.signature.bind(*args, **kwargs)  # TypeError, as in a call of the function
            self._of_calls[key] = self.as_given(*key)
        other = self._of_calls[key]
        if other is None:
            text = f"the names of the arguments of {name_of(self.fun)} are not all names in Python: {', '.join(kwargs)}"
            raise UsageError(text, code="SD741")
        return other(*args, **kwargs)

    def as_given(self, count: int, names: Sequence[str]) -> Compiled | None:
        """The derivative for calls with so many arguments by position and these by name."""
        positional = by_position(self.signature, count, names)
        fun = called(self.fun, positional, names)
        if fun is None:
            return None
        named = [p.name for p in self.signature.parameters.values() if p.kind in _BY_POSITION and p.name in names]
        known = [*positional, *names]
        chosen = derivative.choose(name_of(self.fun), [*positional, *named], known, self.argnums, self.wrt)
        wrt = chosen.names[0] if chosen.bare else chosen.names
        static = [name for name in self.static if name in known]
        return self._made(fun, wrt=wrt, **{**self._options, "static": static})

    def __symdiff_derivative__(self) -> Derivative:
        return Derivative(self.kind, *self._by(), self._options.get("has_aux", False))

    def _by(self) -> tuple[tuple[int | str, ...], bool]:
        """The places or the names of the arguments to differentiate by; whether it is one, without a tuple."""
        given: Any = self.argnums if self.wrt is None else self.wrt
        bare = isinstance(given, str) or hasattr(type(given), "__index__")
        return ((given,) if bare else tuple(given)), bare

    def __reduce__(self) -> str | tuple[Any, ...]:
        options = {"wrt": self.wrt, **self._options}
        return reached_by_name(self) or (_remade, (self._made, self.kind, self.fun, self.argnums, options))

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __repr__(self) -> str:
        return f"<symdiff {self.kind} of {name_of(self.fun)}, for each way to call it>"


def _remade(made: Any, kind: str, fun: Function, argnums: Any, options: dict[str, Any]) -> Starred:
    return Starred(made, kind, fun, argnums, **options)
