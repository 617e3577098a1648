"""How a generated module names a function, class or logger from outside, and which functions are not followed.

A module imports the standard library, NumPy and SciPy alone: what has a name there is called by it, and everything else
is an argument of the module, fetched at each call by the decorator.
"""

from __future__ import annotations

import importlib
import logging
import operator
import random
import sys
import types as python_types
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

# Modules whose functions are run as they are although they are written in Python: they read or change the world
# outside, or are no arithmetic.
NOT_FOLLOWED = frozenset((
    "calendar", "contextvars", "csv", "datetime", "genericpath", "getpass", "glob", "hashlib", "inspect", "io", "json",
    "logging", "ntpath", "os", "pathlib", "pickle", "platform", "posixpath", "pprint", "random", "re", "secrets",
    "shutil", "socket", "statistics", "subprocess", "tempfile", "textwrap", "threading", "traceback", "uuid",
    "warnings",
))  # fmt: skip
_PUBLIC = {"posixpath": "os.path", "ntpath": "os.path", "genericpath": "os.path", "posix": "os", "nt": "os"}
_HIDDEN = {random: "random", np.random: "np.random"}  # modules whose functions are methods of an object of theirs


@dataclass(frozen=True, slots=True)
class Stream:
    """`sys.stdout` or `sys.stderr`, whatever stands there when the code runs."""

    name: str


class Named(NamedTuple):
    """A text with dots, and the modules that must be imported for it."""

    text: str
    modules: tuple[str, ...]


def not_followed(obj: Any) -> bool:
    """Whether a function or class is run as it is, whatever its source says."""
    function = getattr(obj, "__func__", obj)
    if not isinstance(function, (python_types.FunctionType, type)):
        return False
    module = str(getattr(function, "__module__", "") or "")
    if module.split(".")[0] in NOT_FOLLOWED:
        return not (isinstance(obj, type) and issubclass(obj, BaseException))
    return isinstance(obj, type) and module.startswith("numpy.random")


def spelled(obj: Any) -> Named | None:
    """The name of a function or class of the standard library, NumPy or SciPy; None of anything else."""
    if isinstance(obj, logging.Logger):
        name = "" if obj is logging.getLogger() else repr(obj.name)
        return Named(f"logging.getLogger({name})", ("logging",)) if _registered(obj) else None
    if isinstance(obj, Stream):
        return Named(f"sys.{obj.name}", ("sys",))
    if not callable(obj):
        return None
    for owner_of, text in _HIDDEN.items():
        name = str(getattr(obj, "__name__", ""))
        if getattr(obj, "__self__", None) is not None and _same(getattr(owner_of, name, None), obj):
            return Named(f"{text}.{name}", () if text == "np.random" else (text,))
    owner = getattr(obj, "__self__", None)
    if str(type(owner).__module__).startswith("scipy.stats"):
        found = _name_in("scipy.stats", "", owner)
        return Named(f"scipy.stats.{found}.{obj.__name__}", ("scipy.stats",)) if found else None
    home = owner if isinstance(owner, type) else obj
    module, name = str(getattr(home, "__module__", "") or ""), str(getattr(obj, "__qualname__", ""))
    for candidate in _candidates(module):
        if candidate.split(".")[0] in _ALLOWED:
            found = _name_in(candidate, name, obj)
            if found:
                return _named(candidate, found)
    return None


_ALLOWED = sys.stdlib_module_names | {"builtins", "numpy", "scipy"}


def _registered(log: logging.Logger) -> bool:
    return log is logging.getLogger() or logging.Logger.manager.loggerDict.get(log.name) is log


def _candidates(module: str) -> list[str]:
    """Where a function may have its name: in a public module, by preference."""
    parts = module.split(".")
    above = [".".join(parts[:k]) for k in range(1, len(parts) + 1)]
    public = [m for m in above if not any(p.startswith("_") for p in m.split("."))]
    extra = ["numpy.random"] if parts[0] == "numpy" else []
    aliases = [_PUBLIC[module]] if module in _PUBLIC else []
    return ["builtins", *extra, *aliases, *public, module.lstrip("_"), module]


def _name_in(module: str, name: str, obj: Any) -> str:
    """What an object is called in a module: as it calls itself, or as the module has it."""
    try:
        home = importlib.import_module(module)
    except ImportError:
        return ""
    try:
        if name and _same(operator.attrgetter(name)(home), obj):
            return name
    except AttributeError:
        pass
    return next((n for n, x in vars(home).items() if x is obj and not n.startswith("_")), "")


def _same(one: Any, other: Any) -> bool:
    """Whether two are one function; of a method each reading makes a new object."""
    methods = (python_types.MethodType, python_types.BuiltinMethodType)
    return one is other or (type(one) is type(other) and isinstance(one, methods) and one == other)


def _named(module: str, name: str) -> Named:
    if module == "builtins":
        return Named(name, ())
    root, _, rest = module.partition(".")
    if root == "numpy":
        return Named(".".join(["np", *([rest] if rest else []), name]), ())
    return Named(f"{module}.{name}", ("os" if module == "os.path" else module,))
