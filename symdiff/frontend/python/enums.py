"""Members of enumerations: known objects, with a name and a value; a condition may choose one."""

from __future__ import annotations

import ast
import enum
from collections.abc import Mapping, Sequence

from symdiff.frontend.python import captured, classes, raising
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import Known, Val


def attribute(cx: Context, base: Val, name: str) -> Val | None:
    """`member.name` and `member.value` where the class means by them what `Enum` does; None of anything else."""
    if not isinstance(base, Known) or not isinstance(base.obj, enum.Enum) or name not in ("name", "value"):
        return None
    found = classes.lookup(type(base.obj), name)
    if found is None or found[0] not in (enum.Enum, enum.Flag):
        return None
    held = getattr(base.obj, f"_{name}_")
    captured.rely_on(cx, base, "get", f"_{name}_", held)
    if isinstance(held, (str, int, float, complex, type(None))):
        return Known(held)
    return classes.part(cx, base, held, ("attr", f"_{name}_"))


def members(cx: Context, val: Val) -> list[Val] | None:
    """What a loop over a class of members runs over; None of anything else."""
    if not isinstance(val, Known) or not isinstance(val.obj, enum.EnumMeta):
        return None
    found: list[enum.Enum] = list(val.obj)
    return [_member(cx, val, m) for m in found]


def contains(item: Val, container: Val) -> Val | None:
    """`item in Color` of a member of some class; None of anything else."""
    if not isinstance(container, Known) or not isinstance(container.obj, enum.EnumMeta):
        return None
    return Known(item.obj in container.obj) if isinstance(item, Known) and isinstance(item.obj, enum.Enum) else None


def by_name(cx: Context, node: ast.AST, base: Val, index: Val) -> Val | None:
    """`Color["RED"]`."""
    if not isinstance(base, Known) or not isinstance(base.obj, enum.EnumMeta) or not isinstance(index, Known):
        return None
    try:
        return _member(cx, base, base.obj[index.obj])
    except KeyError as error:
        return raising.always(cx, node, error, function=f"`{cx.text(node)}`", message=f"KeyError: {index.obj!r}")


def by_value(cx: Context, node: ast.AST, cls: Known, args: Sequence[Val], kwargs: Mapping[str, Val]) -> Val | None:
    """`Color(1)`; None where what is called is no such class."""
    if not isinstance(cls.obj, enum.EnumMeta) or kwargs or len(args) != 1:
        return None
    if not isinstance(args[0], Known):
        return cx.need_static(node, args[0], f"the value of a member of `{cls.obj.__name__}`")
    try:
        return _member(cx, cls, cls.obj(args[0].obj))
    except ValueError as error:
        return raising.always(cx, node, error, function=cls.obj.__name__, message=str(error))


def _member(cx: Context, cls: Known, member: enum.Enum) -> Val:
    """A member of a class; of flags, several together have no name to be read from."""
    if getattr(cls.obj, member.name or "", None) is not member:
        return Known(member)
    return classes.part(cx, cls, member, ("attr", member.name))
