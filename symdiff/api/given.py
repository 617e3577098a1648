"""A wrapper that looks at which arguments are given, compiled for each way in which it is called.

`def wrapper(*args, **kw): kw.setdefault("w", 2.0); return fn(*args, **kw)` is another function of `f(x)` than of
`f(x, w=3.0)`: the second is compiled as `def f(x, *, w): return wrapped(x, w=w)`.
"""

from __future__ import annotations

import keyword
import linecache
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

from symdiff.api.parameters import KEYWORD_ONLY, Parameter, name_of

_WRAPPED = "wrapped"


def written_out(
    fun: Callable[..., Any], parameters: Sequence[Parameter], count: int, names: Sequence[str]
) -> tuple[FunctionType, list[str]] | None:
    """`fun` called with so many arguments by position and these by name, and the parameters that this has.

    None where the arguments by position have no names that are free.
    """
    positional = [p.name for p in parameters if p.kind != KEYWORD_ONLY][:count]
    given = [*positional, *names]
    plain = all(name.isidentifier() and not keyword.iskeyword(name) for name in given)
    if len(positional) < count or len(set(given)) < len(given) or not plain:
        return None
    function = _free(_WRAPPED, given)
    arguments = ", ".join([*positional, *(f"{name}={name}" for name in names)])
    written = ", ".join([*positional, *(["*", *names] if names else [])])
    shown = name_of(fun)
    name = shown if shown.isidentifier() and not keyword.iskeyword(shown) else "call"
    text = f"def {_free(name, [function])}({written}):\n    return {function}({arguments})\n"
    file, space = f"<call of {shown} {id(fun)}({arguments})>", {function: fun}
    exec(compile(text, file, "exec", dont_inherit=True), space)
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    made: Any = space[_free(name, [function])]
    return made, given


def _free(name: str, taken: Sequence[str]) -> str:
    while name in taken:
        name += "_"
    return name
