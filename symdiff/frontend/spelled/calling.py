"""What `operator` and `functools` make to be called, written out: each takes first what it was made with."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any


def itemgetter(keys: tuple[Any, ...], obj: Any) -> Any:
    if len(keys) == 1:
        return obj[keys[0]]
    return tuple([obj[key] for key in keys])


def attrgetter(names: tuple[str, ...], obj: Any) -> Any:
    found = []
    for name in names:
        part = obj
        for word in name.split("."):
            part = getattr(part, word)
        found.append(part)
    return found[0] if len(found) == 1 else tuple(found)


def methodcaller(name: str, args: tuple[Any, ...], kwargs: dict[str, Any], obj: Any) -> Any:
    return getattr(obj, name)(*args, **kwargs)


def cached(function: Callable[..., Any], memo: dict[Any, Any], *args: Any, **kwargs: Any) -> Any:
    """`functools.cache(function)`; compiled by `frontend.python.caching`."""
    key = args, tuple(kwargs.items())
    if key not in memo:
        memo[key] = function(*args, **kwargs)
    return memo[key]


def caching(function: Callable[..., Any]) -> Any:
    """`functools.lru_cache(…)`, not yet applied."""
    return functools.partial(cached, function, {})
