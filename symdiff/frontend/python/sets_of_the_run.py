"""Sets made in the function whose elements are found when it runs: `visited.add(u)`, `if u in visited`.

By hand: `set()` is a set of known elements until a number, or one of several texts, is put into it.  Then the function
is compiled again, with it as an object of the class `Members` (see `frontend.spelled.members`) around a Python set:
for the store a list that grows, whose elements are never read one by one.  Which dtypes and texts are in the elements
is in the type of that list, so that two sets of other elements do not meet.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from symdiff.frontend.python import (
    containers,
    grown,
    keyed,
    keys,
    list_changes,
    lodging,
    memory,
    objects,
    special_methods,
    texts,
    unlike,
)
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.problems import Restart
from symdiff.frontend.python.values import (
    NONE,
    POISON,
    Cell,
    Grown,
    Known,
    ListRef,
    ObjRef,
    SetRef,
    Struct,
    Val,
)
from symdiff.frontend.spelled import collected, members
from symdiff.frontend.spelled.members import Frozen, Members
from symdiff.ir import types
from symdiff.ir.core import Value
from symdiff.ir.types import AVal, Kind, Member

CLASSES = (Members, Frozen)
_WHY = "the elements of a set that are found when it runs are numbers of one dtype or texts, or tuples of such"
RUN_OVER = "running over it"
_ORDER_FREE = ("any", "all", "sum", "sorted", "min", "max")


def holds(val: Val) -> bool:
    """Whether it is a set whose elements are found when it runs."""
    return isinstance(val, ObjRef) and val.cls in CLASSES


# --- which sets


def made(cx: Context, node: ast.AST, elements: Iterable[Any]) -> Val | None:
    """The set of these elements, where an earlier attempt found that it takes in elements of the run."""
    if not is_taken(cx, node):
        return None
    return of_values(cx, node, [keys.val_of(cx, node, x) for x in elements], mixed=True)


def is_taken(cx: Context, node: ast.AST) -> bool:
    """Whether an earlier attempt found that the set that is made here takes in elements of the run."""
    return unlike.at(cx.loc(node)) in cx.session.keyed


def of_values(cx: Context, node: ast.AST, items: Sequence[Val], cls: type = Members, mixed: bool = False) -> Val:
    """The set of these elements, put in in this order; where `mixed`, nobody knows in which."""
    found = _new(cx, node, cls, [])
    if not isinstance(found, ObjRef):
        return POISON
    done = [special_methods.call(cx, node, found, "_put_in", [item]) for item in items]
    if POISON in done:
        return POISON
    return _marked(cx, node, found) if mixed and len(items) > 1 else found


def of_iterable(cx: Context, node: ast.AST, val: Val, frozen: bool, mixed: bool = False) -> Val:
    """`set(val)`, of any length; `mixed` as of `of_values`."""
    found = _new(cx, node, Frozen if frozen else Members, [val])
    return _marked(cx, node, found) if mixed else found


def _marked(cx: Context, node: ast.AST, found: Val) -> Val:
    """A set of which nobody knows in which order its elements were put in."""
    if isinstance(found, ObjRef) and cx.session.ordered:
        objects.put(cx, node, found, {**cx.store.get(found.cell), "_mixed": Known("mixed")})
    return found


def _new(cx: Context, node: ast.AST, cls: type, args: list[Val]) -> Val:
    cx.classes.setdefault(cls, Known(cls))
    found = objects.construct(cx, node, cls, args, {})
    return POISON if found is None else found


def takes(cx: Context, receiver: Val) -> None:
    """Begin again with a set of known elements as one that takes in others.  Raises Restart, where that helps."""
    place = unlike.place(receiver.cell) if isinstance(receiver, SetRef) else None
    if place is not None:
        unlike.begin_again(cx, {place})


def takes_order(cx: Context, val: Val, elements: Iterable[Any]) -> None:
    """The same where a set of known numbers is run over: when it runs, it has Python's order.  Raises Restart."""
    if all(isinstance(part, int | float) for x in elements for part in (x if isinstance(x, tuple) else (x,))):
        before, cx.session.ordered = cx.session.ordered, True
        takes(cx, val)
        cx.session.ordered = before


# --- what is read of it


def consumed(cx: Context, node: ast.AST, name: str, val: Val, kwargs: dict[str, Val]) -> Val:
    """The elements for a builtin that gives the same in any order, as a list; any other value as it is.

    Floats are not among them: what is read from a set has no derivative.
    """
    if not isinstance(val, ObjRef) or not holds(val) or name not in _ORDER_FREE or "key" in kwargs:
        return val
    content = _content(cx, cx.store.get(val.cell)["_members"])
    if content == ():
        return list_changes.made(cx, node, ())
    kind = _kind(content)
    form, _ = _form(kind.of.split("_"))
    if form is None and "text" not in kind.of:
        return val
    if form is None:
        what = f"`{name}` of a set of elements like `{_shown(kind.of)}`, found when it runs,"
        rewrite = "keep them in a list besides, and read that"
        why = "numbers, and tuples of numbers, are read from a set whose elements are found when it runs"
        return cx.refuse("SD299", node, construct=what, why=why, rewrite=rewrite)
    listed = tuple(
        cx.at(node).emit("member_listed", content.values[0], elem=t, column=k)[0]
        for k, t in enumerate(grown.leaf_types(form))
    )
    return list_changes.made(cx, node, Grown(listed, form, Cell("list", cx.loc(node))))


def _form(of: list[str]) -> tuple[Pattern | None, list[str]]:
    """The form of integers, or of tuples of integers, of a kind; what is left of its words.  None of all others."""
    first, rest = of[0], of[1:]
    if first[0] != "t" or first == "text":
        plain = first in ("i8", "b1")  # of Python or NumPy
        return (Pattern("scalar", type=AVal(Kind.EITHER, (), first)) if plain else None), rest
    parts: list[Pattern | None] = []
    for _ in range(int(first[1:])):
        part, rest = _form(rest)
        parts.append(part)
    flat = all(part is not None and part.kind == "scalar" for part in parts)
    found = tuple(part for part in parts if part is not None)
    return (Pattern("tuple", found) if flat and found else None), rest


# --- what the class is written in


def answer(cx: Context, node: ast.AST, function: Any, args: list[Val]) -> Val:
    """What the functions mean that the class `Members` is written in."""
    return POISON if memory.is_poison(*args) else _ANSWERS[function](cx, node, *args)


def _content(cx: Context, place: ListRef) -> Any:
    staged = grown.content_of(cx, place)
    return cx.store.get(place.cell) if staged is None else staged


def _kind(content: Grown) -> Member:
    found = content.form.type
    assert isinstance(found, Member)
    return found


def _enter(cx: Context, node: ast.AST, place: Any, x: Val) -> Val:
    found = _told(cx, node, x)
    if found is None or not containers.changeable(cx, node, place):
        return POISON
    kind, numbers = found
    content = _content(cx, place)
    if content == ():
        content = grown.empty(cx, Pattern("scalar", type=kind))
    if not _alike(cx, node, kind, _kind(content), strict=True):
        return POISON
    return _change(cx, node, place, content, cx.at(node).emit("member_add", content.values[0], *numbers)[0])


def _change(cx: Context, node: ast.AST, place: ListRef, content: Grown, after: Value) -> Val:
    lodging.change(cx, node, place.cell, Grown((after,), content.form, place.cell))
    return NONE


def _leave(cx: Context, node: ast.AST, place: Any, x: Val) -> Val:
    found, content = _told(cx, node, x), _content(cx, place)
    if found is None or not containers.changeable(cx, node, place):
        return POISON
    if content == ():
        return NONE
    if not _alike(cx, node, found[0], _kind(content)):
        return POISON
    return _change(cx, node, place, content, cx.at(node).emit("member_discard", content.values[0], *found[1])[0])


def _has(cx: Context, node: ast.AST, place: Any, x: Val) -> Val:
    found, content = _told(cx, node, x), _content(cx, place)
    if found is None:
        return POISON
    if content == ():
        return Known(False)
    if not _alike(cx, node, found[0], _kind(content)):
        return POISON
    return cx.wrap(cx.at(node).emit("member_in", content.values[0], *found[1])[0])


def _is_set(cx: Context, node: ast.AST, x: Val) -> Val:
    known = isinstance(x, Known) and isinstance(x.obj, set | frozenset)
    return Known(known or isinstance(x, SetRef) or holds(x))


def as_elements(cx: Context, node: ast.AST, x: Val) -> Val:
    from symdiff.frontend.python import sets

    known = sets.elements(cx, x)
    if known is None:
        return sets.refuse_paths(cx, node)
    frozen = isinstance(x, Known) and isinstance(x.obj, frozenset)
    items = [keys.val_of(cx, node, e) for e in known]
    return of_values(cx, node, items, Frozen if frozen else Members, mixed=True)


def _members_of(cx: Context, node: ast.AST, x: Val) -> Val:
    of = x if isinstance(x, ObjRef) else as_elements(cx, node, x)
    found: Val = cx.store.get(of.cell)["_members"] if isinstance(of, ObjRef) else POISON
    return found


def _combine(cx: Context, node: ast.AST, place: Any, other: Any, how: Any) -> Val:
    a, b = _content(cx, place), _content(cx, other)
    if not containers.changeable(cx, node, place):
        return POISON
    if b == () or (a == () and how.obj in "&-"):
        if how.obj == "&" and a != ():
            lodging.change(cx, node, place.cell, grown.empty(cx, a.form))
        return NONE
    if a == ():  # a set does not change where one that was as it changes
        return _change(cx, node, place, b, b.values[0])
    if not _alike(cx, node, _kind(b), _kind(a), strict=True):
        return POISON
    after = cx.at(node).emit("member_combine", a.values[0], b.values[0], how=how.obj)[0]
    return _change(cx, node, place, a, after)


def _compare(cx: Context, node: ast.AST, place: Any, other: Any, how: Any) -> Val:
    a, b = _content(cx, place), _content(cx, other)
    if a == () and b == ():
        return Known(how.obj != "<")
    if () in (a, b):
        form = (b if a == () else a).form
        a, b = (grown.empty(cx, form) if x == () else x for x in (a, b))
    if not _alike(cx, node, _kind(b), _kind(a), strict=True):
        return POISON
    return cx.wrap(cx.at(node).emit("member_compare", a.values[0], b.values[0], how=how.obj)[0])


def _in_its_order(cx: Context, node: ast.AST, x: Val, what: Any) -> Val:
    if what.obj != RUN_OVER or cx.session.ordered:
        return cx.refuse("SD233", node, name=what.obj)
    cx.session.ordered = True
    cx.session.unrolled.clear()  # it may have been for the order alone
    raise Restart


def _is_logged(cx: Context, node: ast.AST) -> Val:
    return Known(cx.session.ordered)


def _is_mapping(cx: Context, node: ast.AST, x: Val) -> Val:
    mapping = isinstance(x, ObjRef) and (keyed.holds(cx, x) or issubclass(x.cls, collected.MAPPINGS))
    return Known(mapping or containers.entries(cx, x) is not None)


def _order(cx: Context, node: ast.AST, place: Any, log: Any, mixed: Val) -> Val:
    """The places in the log of the elements, in Python's order."""
    members, content = _content(cx, place), cx.store.get(log.cell)
    if not isinstance(mixed, Known) or mixed.obj is not None:
        return cx.refuse("SD233", node, name=RUN_OVER)
    if members == () or content == ():
        return list_changes.made(cx, node, ())
    kind, form = _kind(members), grown.form_of_elements(cx, content)
    if form is None or "text" in kind.of:
        return cx.refuse("SD233", node, name=RUN_OVER)
    found = cx.at(node).emit("set_order", *grown.as_grown(cx, content, form).values, of=kind.of)[0]
    return list_changes.made(cx, node, Grown((found,), Pattern("scalar", type=types.INT), Cell("list", cx.loc(node))))


def run_over(cx: Context, node: ast.AST, val: Val, found: Val) -> Val:
    """What is run over of a set: a list, made as of now, of a set that must not change until all of it is taken."""
    if isinstance(val, ObjRef) and holds(val) and isinstance(found, ListRef):
        place = cx.store.get(val.cell)["_members"].cell
        cx.eager[found.cell] = {place: cx.store.get(place)}
    return found


def contents(cx: Context, vals: Sequence[Val]) -> dict[Cell, Any]:
    """What such sets among these hold, by memory."""
    cells = [cx.store.get(val.cell)["_members"].cell for val in vals if isinstance(val, ObjRef) and holds(val)]
    return {cell: cx.store.get(cell) for cell in cells}


def counted(cx: Context, over: Val) -> Val:
    """The elements of such a set, which no turn of a loop over it may change; anything else as it is."""
    found: Val = cx.store.get(over.cell)["_members"] if isinstance(over, ObjRef) and holds(over) else over
    return found


_ANSWERS: dict[Any, Callable[..., Val]] = {
    members.enter: _enter, members.leave: _leave, members.has: _has, members.is_set: _is_set,
    members.members_of: _members_of, members.combine: _combine, members.compare: _compare,
    members.as_elements: as_elements, members.in_its_order: _in_its_order, members.is_logged: _is_logged,
    members.order: _order, members.is_mapping: _is_mapping,
}  # fmt: skip


# --- elements


def _told(cx: Context, node: ast.AST, x: Val) -> tuple[Member, list[Value]] | None:
    """The kind of an element, and the numbers that tell it from others of its kind; None after a problem."""
    words: list[str] = []
    numbers: list[Value] = []
    if not (holds(x) or isinstance(x, SetRef)) and keys.refuse_unhashable(
        cx, node, x
    ):  # a set is looked for as a frozenset
        return None
    if not _describe(cx, node, x, words, numbers):
        cx.refuse("SD299", node, construct=f"{cx.describe(x)} as an element of a set", why=_WHY, rewrite=_REWRITE)
        return None
    return types.member("_".join(words)), numbers


_REWRITE = "put in a number, or a text, that tells it from others"


def _describe(cx: Context, node: ast.AST, x: Val, words: list[str], numbers: list[Value]) -> bool:
    if isinstance(x, Known) and type(x.obj) is tuple:
        x = Struct("tuple", tuple(Known(part) for part in x.obj))
    if isinstance(x, Struct) and x.kind == "tuple":
        words.append(f"t{len(x.items)}")
        return all(_describe(cx, node, part, words, numbers) for part in x.items)
    if keyed.is_number(cx, x):
        value = cx.scope.use(cx.value(x))
        dtype = cx.aval(x).dtype
        words.append(dtype)
        numbers.append(cx.at(node).emit("member_number", value)[0] if dtype[0] == "f" else value)
        return True
    if not keyed.is_text(x):
        return False
    if cx.session.texts is None:
        cx.session.texts = [NONE]
        raise Restart
    if texts.form_of(cx, x) is None:  # else it has a number from here on
        return False
    words.append("text")
    numbers.append(texts.number(cx, x))
    return True


def _alike(cx: Context, node: ast.AST, kind: Member, other: Member, strict: bool = False) -> bool:
    """Whether an element can be one of a set, or where not `strict` be equal to one; reported if not."""
    one, many = kind.of.split("_"), other.of.split("_")
    if one == many or (not strict and [_class(w) for w in one] == [_class(w) for w in many]):
        return True
    what = f"an element like `{_shown(kind.of)}`, of a set of such like `{_shown(other.of)}`,"
    cx.refuse("SD299", node, construct=what, why=_WHY, rewrite="use a set for each kind")
    return False


def _shown(of: str) -> str:
    """A kind of elements as messages name it: "(int, text)"."""

    def shown(words: list[str]) -> str:
        word = words.pop(0)
        if word == "text" or word[0] != "t":
            return {"i8": "int", "f8": "float", "b1": "bool", "text": "text"}.get(word, f"np.{word}")
        inner = [shown(words) for _ in range(int(word[1:]))]
        return f"({', '.join(inner)}{',' * (len(inner) == 1)})"

    return shown(of.split("_"))


def _class(word: str) -> str:
    return word if word[0] == "t" else "number"
