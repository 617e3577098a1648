"""Objects of plain classes: what they hold can be read off them and put into another one, and no code of theirs runs.

By hand: where `__init__` of a class sets `self.w` and `self.b`, an instance has the attributes ("b", "w"), and a
gradient is an instance whose `w` and `b` are the gradients, made without `__init__`.  A class is plain where a `class`
statement made it and all classes that it derives from, so that all that an instance holds is in its dictionary and in
slots, and where reading an attribute is reading it there: no `__getattribute__`, no property of the same name.
"""

from __future__ import annotations

import enum
import functools
import keyword
import types
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Generic

from symdiff.ir.libraries import of_library

_HEAP, _IMMUTABLE = 1 << 9, 1 << 8  # Py_TPFLAGS_HEAPTYPE, …_IMMUTABLETYPE: made by a `class` statement; by C code
_OWN = ("__dict__", "__weakref__")
# Modules of the library whose objects in Python hold what the user gave them: a `Namespace`, a class made by `exec`.
_OF_USERS = ("argparse", "builtins")


def written_in_python(cls: type) -> bool:
    """Whether a `class` statement made the class: Python's own are of both sorts, in each version others."""
    return bool(cls.__flags__ & _HEAP) and not cls.__flags__ & _IMMUTABLE


def lookup(cls: type, name: str) -> Any:
    """What the first class that has the attribute has there; None where none has it."""
    return next((c.__dict__[name] for c in cls.__mro__ if name in c.__dict__), None)


def objection(value: object) -> str | None:
    """Why a value is no object of a plain class, as the end of a sentence about it; None where it is one."""
    cls = type(value)
    if made_by_keywords(cls):
        return _of_attributes(value)
    if not written_in_python(cls) or isinstance(value, (type, enum.Enum)) or not all(map(_adds_nothing, cls.__mro__)):
        return ""
    if of_library(cls.__module__) and cls.__module__ not in _OF_USERS:
        return ""
    for name in ("__getattribute__", "__del__"):
        if lookup(cls, name) is not getattr(object, name, None):
            return f", whose class defines `{name}`"
    return _of_attributes(value)


def _adds_nothing(cls: type) -> bool:
    """Whether instances hold nothing in C structures for being of this class."""
    new = cls.__dict__.get("__new__")
    return cls in (object, Generic) or (written_in_python(cls) and not isinstance(new, types.BuiltinFunctionType))


def _of_attributes(value: Any) -> str | None:
    """The same of the names under which it holds something: what is read there is what its class says."""
    cls = type(value)
    own = lookup(cls, "__dict__")
    if not isinstance(own, (types.NoneType, types.GetSetDescriptorType, types.MemberDescriptorType)):
        return ", whose class defines `__dict__`"
    for name in dictionary(value):
        found = lookup(cls, name) if isinstance(name, str) else name
        if not isinstance(name, str) or hasattr(type(found), "__set__") or hasattr(type(found), "__delete__"):
            return f", whose attribute {name!r} is read as its class says"
    hidden = next((n for n in slots(cls) if not isinstance(lookup(cls, n), types.MemberDescriptorType)), None)
    return None if hidden is None else f", whose attribute {hidden!r} is read as its class says"


def slots(cls: type) -> tuple[str, ...]:
    """The slots that instances have, by the names that they have in the class."""
    found = {n for c in cls.__mro__ for n, raw in c.__dict__.items() if isinstance(raw, types.MemberDescriptorType)}
    return tuple(sorted(found.difference(_OWN)))


def computed(cls: type) -> tuple[str, ...]:
    """What `functools.cached_property` keeps in an instance: it is computed from the rest."""
    every = {name for c in cls.__mro__ for name in c.__dict__}
    return tuple(sorted(n for n in every if isinstance(lookup(cls, n), functools.cached_property)))


def attributes(value: Any) -> tuple[str, ...]:
    """The names of what an object holds, in its dictionary and in slots, but for what is computed from the rest."""
    cls = type(value)
    held = {name for name in slots(cls) if is_set(value, name)}
    return tuple(sorted(held.union(dictionary(value)).difference(computed(cls))))


def dictionary(value: Any) -> Mapping[Any, Any]:
    """What an object holds by name; nothing where it has slots alone, whatever its `__getattr__` says."""
    return {} if lookup(type(value), "__dict__") is None else value.__dict__


def is_set(value: object, slot: str) -> bool:
    """Whether a slot is set: `hasattr` would ask `__getattr__`, too."""
    try:
        lookup(type(value), slot).__get__(value)
    except AttributeError:
        return False
    return True


def conditions(text: str, cls: type, names: Sequence[object], own: str, has: str = "hasattr") -> list[str]:
    """Expressions that hold of an instance, `text`, of a class that has exactly these attributes.

    `own` is the expression of its dictionary, and `has` what stands for `hasattr`.

    >>> conditions("p", type("P", (), {}), ("b", "w"), "vars(p)")
    ["vars(p).keys() == {'b', 'w'}"]
    """
    places, kept = slots(cls), computed(cls)
    tests = [f"{'' if name in names else 'not '}{has}({text}, {name!r})" for name in places]
    if lookup(cls, "__dict__") is not None:
        held = ", ".join(repr(name) for name in names if name not in places)
        found = f"{own}.keys()" + (f" - {{{', '.join(map(repr, kept))}}}" if kept else "")
        tests.append(f"{found} == {{{held}}}" if held else f"not {found}")
    return tests


def made_by_keywords(cls: type | None) -> bool:
    """Whether an instance is made by a call with its attributes, and by nothing else."""
    return cls is types.SimpleNamespace


def construct(cls: type, named: Mapping[str, Any]) -> Any:
    """An instance with these attributes, made without its `__init__`."""
    if made_by_keywords(cls):
        return cls(**named)
    made: Any = object.__new__(cls)
    for name in in_class_order(cls, named):
        object.__setattr__(made, name, named[name])
    return made


def in_class_order(cls: type, names: Iterable[str]) -> list[str]:
    """Attributes in the order in which the class names them in `__init__`, those of its bases first; then the others.

    >>> class P:
    ...     def __init__(self, w, b): self.w, self.b = w, b
    >>> in_class_order(P, ["b", "other", "w"])
    ['w', 'b', 'other']
    """
    places: dict[str, int] = {}
    for c in reversed(cls.__mro__):
        code = getattr(c.__dict__.get("__init__"), "__code__", None)
        for name in code.co_names if isinstance(code, types.CodeType) else ():
            places.setdefault(name, len(places))
    return sorted(names, key=lambda name: places.get(name, len(places)))


def is_written(name: str) -> bool:
    """Whether an attribute of that name is written `x.name`."""
    return name.isidentifier() and not keyword.iskeyword(name)


def read(name: str) -> str:
    """How an attribute is read, behind the object.

    >>> read("w"), read("lambda")
    ('.w', ".__dict__['lambda']")
    """
    return f".{name}" if is_written(name) else f".__dict__[{name!r}]"
