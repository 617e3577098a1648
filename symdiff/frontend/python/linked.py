"""Which classes are linked: their objects hold objects of the same class, or of others that hold such.

Objects of the call are known by their attributes, as long as that does.  What a loop builds of them and changes at a
place of the run (a list that is appended to at its end, a tree that is inserted into, sets that are united) does not:
then the function is compiled again, and they are known by numbers: see `nodes`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

from symdiff import plain
from symdiff.errors import CompileError, Loc
from symdiff.frontend.python import alternatives, kinship
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.problems import United
from symdiff.frontend.python.session import Session
from symdiff.frontend.python.values import NONE, Attributes, Cell, DictRef, Grown, Known, ListRef, ObjRef, Val


def note_made(cx: Context, obj: ObjRef) -> None:
    """Note which attributes an object has behind its `__init__`."""
    content = cx.store.get(obj.cell)
    if isinstance(content, Attributes) and _is_users(obj.cls):
        names = cx.session.attributes.setdefault(obj.cls, {})
        names.update(dict.fromkeys(content))
        for val in content.values():
            note_held(cx, obj.cls, val)


def note_later(session: Session, cls: type, name: str) -> None:
    """Note an attribute that an element of a list has from some turn on: objects that are numbers may have none yet."""
    session.later.add((cls, name))
    session.attributes.setdefault(cls, {})[name] = None
    session.meant.add(cls)


def set_before(name: str, to: str = "0.0") -> str:
    """What to write where an attribute may not be there."""
    return f"set it in `__init__`, to what has the same type: `self.{name} = {to}`"


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


class AList(list[Any]):
    """The class of lists that are numbers: one below it for each place where they are made, or for several of these."""


def place_of(loc: Loc | None) -> Hashable:
    """Where a list is made, in every call of a helper."""
    return None if loc is None else (loc.file, loc.line, loc.col, loc.end_line, loc.end_col)


def note_entered(cx: Context, cell: Cell) -> None:
    """Note where a list is made that is put into another one, or one of which is chosen."""
    todo, seen = [cell], set[Cell]()
    while todo:
        one = todo.pop()
        if one not in seen and one.kind == "list":
            seen.add(one)
            todo += sorted(one.may, key=lambda c: c.serial)
            if one.loc is not None:
                cx.session.entered.setdefault(place_of(one.loc))


def note_meant(cx: Context, *vals: Val) -> None:
    """Note of objects that which of several they are is asked and not known: of objects that are numbers it is."""
    for val in vals:
        for _, part in kinship.inside(cx, val):
            content = cx.store.get(part.cell)
            if isinstance(part, ListRef):
                cx.session.lists_meant = True
                note_entered(cx, part.cell)
            if isinstance(part, ObjRef):
                cx.session.meant.add(part.cls)
            if isinstance(content, Grown):
                note_elements(cx, content)


def note_optional(cx: Context, content: Any) -> bool:
    """Note objects that may be None in a list of known structure, which has no form: objects that are numbers may."""
    items = content if isinstance(content, tuple) else ()
    optional = any(alternatives.nullable(item) or alternatives.not_there(item) for item in items)
    if optional:
        note_meant(cx, *items)
    return optional


def note_elements(cx: Context, content: Grown) -> None:
    """Note of the objects in a list that which of several one is is asked and not known."""
    cx.session.meant |= {*_classes(content.form)}


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


_OF_LISTS = ("SD310", "SD322", "SD505")


def begin_again(session: Session, error: CompileError | None = None) -> Session | None:
    """What to begin again with where the objects of such classes are known by numbers; None if there is no more.

    Lists are, where it was asked which one is meant, or an `error` says that one cannot be known by what it holds.
    """
    if session.linked:
        return None
    found, lists = of(session), dict[Hashable, type]()
    if session.lists_meant or (error is not None and any(p.code in _OF_LISTS for p in error.problems)):
        lists = {place: type("list", (AList,), {}) for place in session.entered}
    if not found and not lists:
        return None
    made = dict.fromkeys(lists.values(), ("items",))
    return Session(
        session.sizes, session.statics, session.by_value, sharing=session.sharing, checking=session.checking,
        shared=session.shared,
        linked=found | made, listed=lists, meant=(session.meant - _linked(session)) | set(made),
        ragged=True, texts=[NONE],
    )  # fmt: skip


def unite(session: Session, found: United) -> None:
    """The lists of two places are of one class from now on; what was noted of either is noted again."""
    one, other = (found.one, found.other) if found.one in session.linked else (found.other, found.one)
    session.listed = {place: one if cls is other else cls for place, cls in session.listed.items()}
    session.linked.pop(other, None)
    session.forms_of = {place: form for place, form in session.forms_of.items() if not _of_lists(place[0], form)}
    for home, forms in session.forms.items():
        session.forms[home] = {place: form for place, form in forms.items() if not _of_lists(None, form)}
    if session.filled is not None:
        session.filled = {place: form for place, form in session.filled.items() if not _of_lists(None, form)}


def _of_lists(cls: Any, form: Pattern) -> bool:
    """Whether a class, or one in a form, is of lists that are numbers."""
    mine = any(isinstance(c, type) and issubclass(c, AList) for c in (cls, form.cls))
    return mine or any(_of_lists(None, part) for part in form.parts)
