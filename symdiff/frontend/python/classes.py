"""What a class says about its instances, looked up without running any code of it.

A class is seen through where reading an attribute means what `object` means by it: the instance's own dictionary, the
classes in their order, functions bound to the instance.  Whatever could change that (`__getattr__`, a metaclass, a
descriptor) is named, for the refusal.
"""

from __future__ import annotations

import abc
import dataclasses
import enum
import types as python_types
from typing import Any, Generic

from symdiff import plain
from symdiff.frontend.python import captured
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import Known, Node, ObjRef, Struct, Val, is_number

_NO_OBJECTS = (type, python_types.ModuleType, python_types.FunctionType, python_types.MethodType)


def class_of(val: Val) -> type | None:
    """The class of an object of the user's; None for numbers, arrays, plain containers, functions, classes."""
    if isinstance(val, (ObjRef, Node, Struct)):
        return val.cls if val.cls is None or not issubclass(val.cls, list) else None
    if not isinstance(val, Known) or isinstance(val.obj, _NO_OBJECTS):
        return None
    if is_number(val.obj) and not isinstance(val.obj, enum.Enum):
        return None
    cls = type(val.obj)
    return cls if plain.written_in_python(cls) or plain.made_by_keywords(cls) else None


def lookup(cls: type, name: str, after: type | None = None) -> tuple[type, Any] | None:
    """The first class that has the attribute, and what stands there; with `after`, behind that class."""
    order = cls.__mro__ if after is None else cls.__mro__[cls.__mro__.index(after) + 1 :]
    return next(((c, c.__dict__[name]) for c in order if name in c.__dict__), None)


def function_of(cls: type | None, name: str) -> python_types.FunctionType | None:
    """The special method of that name, where it is written in Python."""
    found = None if cls is None else lookup(cls, name)
    return found[1] if found is not None and isinstance(found[1], python_types.FunctionType) else None


def ordered(cls: type) -> bool:
    """Whether a class says which of its objects is the smaller one."""
    return any(lookup(cls, name) is not None and lookup(cls, name)[0] is not object for name in _ORDER)  # type: ignore[index]


def compared_in_python(cls: Any) -> bool:
    """Whether methods that are written in Python say which of its objects is the smaller one, or are equal."""
    return any(function_of(cls, name) is not None for name in (*_ORDER, "__eq__"))


_ORDER = ("__lt__", "__le__", "__gt__", "__ge__")


def generated(function: object) -> bool:
    """Whether `dataclasses` made the function: its text is in no file."""
    code = getattr(function, "__code__", None)
    return code is not None and code.co_filename == "<string>" and code.co_qualname.startswith("__create_fn__.<locals>")


def frozen(cls: type) -> bool:
    return generated(getattr(cls, "__setattr__", None))


def opaque(cls: type) -> str | None:
    """What keeps the attributes of its instances from being known, if anything does."""
    if lookup(cls, "__getattr__") is not None:
        return "defines `__getattr__`"
    return _defined(cls, "__getattribute__", "__setattr__", "__delattr__")


def unreadable(cls: type) -> str | None:
    """The same where what an instance holds is known, as of an argument, and is only read."""
    return _defined(cls, "__getattribute__")


def _defined(cls: type, *names: str) -> str | None:
    """The first of these methods of `object` that a class has another of."""
    if cls is python_types.SimpleNamespace:  # which has its own wrappers of what `object` does
        return None
    own = (n for n in names if not _of(object, cls, n) and not generated(getattr(cls, n)))
    return next((f"defines `{name}`" for name in own), None)


def plainly_read(cls: type) -> bool:
    """Whether what its instances and classes have is found as `object` finds it; `__getattr__` says the rest."""
    found = lookup(cls, "__getattribute__")
    return found is not None and isinstance(found[1], python_types.WrapperDescriptorType)


def _of(base: type, cls: type, name: str) -> bool:
    """Whether a class has the attribute of `base`."""
    return getattr(cls, name) is getattr(base, name)


def unmakeable(cls: type) -> str | None:
    """Why calling the class is not just `__init__`, if it is not."""
    meta = type(cls)
    if meta not in (type, abc.ABCMeta) and not (_of(type, meta, "__call__") and _of(type, meta, "__getattribute__")):
        return f"has the metaclass `{meta.__name__}`"
    if not plainly_made(cls):
        return "does not make its instances by `object.__new__`"
    if getattr(cls, "__abstractmethods__", None):
        return "is abstract"
    return "defines `__del__`" if lookup(cls, "__del__") is not None else opaque(cls)


def is_generic(cls: type) -> bool:
    """Whether `cls[float]` is what `typing.Generic` makes of it."""
    found = lookup(cls, "__class_getitem__")
    return found is not None and found[0] is Generic and not hasattr(type(cls), "__getitem__")


def plainly_made(cls: type) -> bool:
    """Whether instances are made by `object.__new__`."""
    return _of(object, cls, "__new__")


def is_data_descriptor(raw: object) -> bool:
    return hasattr(type(raw), "__set__") or hasattr(type(raw), "__delete__")


def is_slot(raw: object) -> bool:
    return isinstance(raw, python_types.MemberDescriptorType)


def slots(cls: type) -> list[str]:
    """The names of the slots that instances have."""
    return [name for c in cls.__mro__ for name, raw in c.__dict__.items() if is_slot(raw)]


def has_room(cls: type, name: str) -> bool:
    """Whether instances can have an attribute of that name: a dictionary, or a slot."""
    found = lookup(cls, name)
    return lookup(cls, "__dict__") is not None or (found is not None and is_slot(found[1]))


# --- the class as something captured


def class_value(cx: Context, cls: type) -> Known:
    """The class as it is read at each call, so that what is taken from it is guarded, or fetched anew."""
    found = cx.classes.get(cls)
    if found is None:
        source, name = cx.source, cls.__name__
        cell = source.closure.get(name)
        known = cell.cell_contents if cell is not None else source.globals.get(name)
        name = name if known is cls else captured.free_home(cx, f"{cls.__module__}.{cls.__qualname__}", cls)
        made = captured.lift(cx, source.node, cls, name, (), source)
        assert isinstance(made, Known)
        cx.classes[cls] = found = made
    return found


def part(cx: Context, base: Known, obj: Any, *steps: tuple[str, Any]) -> Val:
    """What is reached from a captured object by attributes and items."""
    if base.origin is None:
        return Known(obj)
    root, path = base.origin
    name, source = cx.origins[root]
    return captured.lift(cx, source.node, obj, name, (*path, *steps), source)


def member(cx: Context, cls: type, name: str, obj: Any, *steps: tuple[str, Any]) -> Val:
    """What is reached from an attribute of a class."""
    return part(cx, class_value(cx, cls), obj, ("attr", name), *steps)


# --- dataclasses


def dataclass_fields(cls: type) -> list[dataclasses.Field[Any]]:
    """The fields of a dataclass with the `InitVar`s among them, in the order of `__init__`."""
    found = cls.__dataclass_fields__.values()  # type: ignore[attr-defined]  # of a dataclass
    return [f for f in found if f._field_type.name != "_FIELD_CLASSVAR"]


def made_with_slots(cls: Any) -> bool:
    """Whether a dataclass has `slots=True`, which only later versions of Python note."""
    return bool(getattr(cls.__dataclass_params__, "slots", "__slots__" in cls.__dict__))


def stored(field: dataclasses.Field[Any]) -> bool:
    """Whether a field is an attribute, not only a parameter of `__init__`."""
    return bool(field._field_type.name == "_FIELD")  # type: ignore[attr-defined]  # as `dataclasses` has it
