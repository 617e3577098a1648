"""Which classes are linked: their objects hold objects of the same class, or of others that hold such.

Objects of the call are known by their attributes, as long as that does.  What a loop builds of them and changes at a
place of the run (a list that is appended to at its end, a tree that is inserted into, sets that are united) does not:
then the function is compiled again, and they are known by numbers: see `nodes`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from symdiff import plain
from symdiff.frontend.python import kinship
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.session import Session
from symdiff.frontend.python.values import NONE, Attributes, DictRef, Grown, Known, ListRef, ObjRef, Val


def note_made(cx: Context, obj: ObjRef) -> None:
    """Note which attributes an object has behind its `__init__`."""
    content = cx.store.get(obj.cell)
    if isinstance(content, Attributes) and _is_users(obj.cls):
        names = cx.session.attributes.setdefault(obj.cls, {})
        names.update(dict.fromkeys(content))
        for val in content.values():
            note_held(cx, obj.cls, val)


def note_held(cx: Context, cls: type, val: Val) -> None:
    """Note what an attribute of an object of a class holds."""
    found = cx.session.holds.setdefault(cls, set())
    found |= {part.cls for _, part in kinship.inside(cx, val) if isinstance(part, ObjRef)}
    if isinstance(val, ListRef | DictRef):
        found.add(list)
    if isinstance(val, Known) and val.obj is None:
        found.add(cls)  # what is not there yet may be one of them


def note_listed(cx: Context, val: Val) -> None:
    """Note what a list takes in: any list that an object holds may be that list."""
    if isinstance(val, ObjRef):
        cx.session.holds.setdefault(list, set()).add(val.cls)


def note_meant(cx: Context, *vals: Val) -> None:
    """Note of objects that which of several they are is asked and not known: of objects that are numbers it is."""
    for val in vals:
        for _, part in kinship.inside(cx, val):
            content = cx.store.get(part.cell)
            found = [part.cls] if isinstance(part, ObjRef) else []
            for cls in (*found, *(_classes(content.form) if isinstance(content, Grown) else ())):
                cx.session.meant.add(cls)


def _classes(form: Pattern) -> Iterator[type]:
    """The classes of the objects in the elements of a list."""
    if form.kind == "object":
        yield form.cls
    for part in form.parts:
        yield from _classes(part)


def _is_users(cls: type) -> bool:
    return plain.written_in_python(cls) and not cls.__module__.startswith("symdiff.frontend.spelled")


def of(session: Session) -> dict[type, tuple[str, ...]]:
    """The classes whose objects may be numbers, with their attributes: the linked ones, and of which one was meant."""
    linked = _linked(session)
    return {cls: tuple(names) for cls, names in session.attributes.items() if names and cls in linked | session.meant}


def _linked(session: Session) -> set[type]:
    """The classes of which an object may hold one of its own class, at any distance."""
    found = set[type]()
    for cls in session.attributes:
        reached, todo = set[Any](), list(session.holds.get(cls, ()))
        while todo:
            other = todo.pop()
            if other not in reached:
                reached.add(other)
                todo += session.holds.get(other, ())
        if cls in reached:
            found.add(cls)
    return found


def begin_again(session: Session) -> Session | None:
    """What to begin again with where the objects of such classes are known by numbers; None if there is no more."""
    if session.linked:
        return None
    found = of(session)
    if not found:
        return None
    return Session(
        session.sizes, session.statics, session.by_value, sharing=session.sharing, checking=session.checking,
        shared=session.shared,
        linked=found, meant=session.meant - _linked(session), ragged=True, texts=[NONE],
    )  # fmt: skip
