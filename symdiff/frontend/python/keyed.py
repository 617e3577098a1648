"""Dicts made in the function whose keys are found when it runs: `totals[labels[i]] += t`.

By hand: `d = {}` is a dict of known structure until a number, or one of several texts, is a key of it.  Then the
function is compiled again, with `{}` as an object of the class `Keyed` (see `frontend.spelled.keyed`): two lists, and
the places of the keys in them.  A loop that counts the keys is unrolled before that, where it can be.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from symdiff.frontend.python import (
    alternatives,
    captured,
    comprehensions,
    containers,
    control,
    grown,
    list_changes,
    lodging,
    memory,
    objects,
    operators,
    special_methods,
    texts,
    unlike,
    written,
)
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.problems import Restart
from symdiff.frontend.python.values import (
    NONE,
    POISON,
    UNBOUND,
    Cell,
    DictRef,
    Grown,
    Known,
    Letter,
    ListRef,
    Method,
    Num,
    ObjRef,
    OneOf,
    SetRef,
    Struct,
    Text,
    Val,
)
from symdiff.frontend.spelled import collected, members
from symdiff.frontend.spelled.keyed import PRIMITIVES, VIEWS, Items, Keyed, enter, find, is_keyed, leave, places, put
from symdiff.ir import dims, types
from symdiff.ir.core import Value
from symdiff.ir.types import AVal

# Where the key is written, the key and what is kept under it; without a key, a dict of which all entries are taken.
Entry = tuple[ast.AST, Val | None, Val]
_FORM = Pattern("scalar", type=types.PLACE)


# --- which dicts


def made(cx: Context, node: ast.AST, items: Mapping[Any, Val]) -> Val | None:
    """The dict of these entries, where an earlier attempt found a key of the run in it."""
    from symdiff.frontend.python import keys

    if unlike.at(cx.loc(node)) not in cx.session.keyed:
        return None
    found = empty(cx, node)
    for key, val in items.items():
        special_methods.call(cx, node, found, "__setitem__", [keys.val_of(cx, node, key), val])
    return found


def empty(cx: Context, node: ast.AST) -> Val:
    """A dict whose keys are found when it runs, without any."""
    cx.classes.setdefault(Keyed, Known(Keyed))
    found = objects.construct(cx, node, Keyed, [], {})
    return POISON if found is None else found


def of_entries(cx: Context, node: ast.AST, entries: Sequence[Entry]) -> Val:
    """The dict of these entries: of known keys if they are."""
    from symdiff.frontend.python import keys

    plain = [(at, key, val) for at, key, val in entries if key is not None and is_known(cx, key)]
    if len(plain) == len(entries):
        return containers.new_dict(cx, node, {keys.key_of(cx, at, key): val for at, key, val in plain})
    if memory.is_poison(*(v for _, *both in entries for v in both if v is not None)):
        return POISON
    found = empty(cx, node)
    for _, key, val in entries:
        name, args = ("update", [val]) if key is None else ("__setitem__", [key, val])
        special_methods.call(cx, node, found, name, args)
    return found


def is_known(cx: Context, key: Val) -> bool:
    staged = [part for part in _parts(key) if not isinstance(part, Known)]
    return not any(isinstance(part, OneOf | Letter) or is_number(cx, part) for part in staged)


def is_long(cx: Context, node: ast.AST, val: Val) -> bool:
    """Whether it is something to run over, no dict, of which no length is known."""
    if _is_items(val):
        return True
    if containers.entries(cx, val) is not None or (isinstance(val, ObjRef) and issubclass(val.cls, collected.MAPPINGS)):
        return False
    return containers.items_of(cx, node, val) is None and comprehensions.can_fold(cx, node, val)


def sorted_by_keys(args: Sequence[Val], kwargs: dict[str, Val]) -> dict[str, Val]:
    """The arguments of `sorted`: the items of such a dict are in the order of their keys, no two of which are equal."""
    decided = len(args) == 1 and _is_items(args[0]) and "key" not in kwargs
    return {**kwargs, "key": Known(operator.itemgetter(0))} if decided else kwargs


def is_view(val: Val) -> bool:
    """Whether it is such a dict, or a view of one."""
    return isinstance(val, ObjRef) and val.cls in (Keyed, *VIEWS)


def counted(cx: Context, over: Val) -> Val:
    """The list whose elements are counted by a loop over such a dict or a view of one: that of its keys."""
    if not isinstance(over, ObjRef) or not is_view(over):
        return over
    content = cx.store.get(over.cell)
    return content["_order"] if over.cls is Keyed else counted(cx, content["_of"])


def _is_items(val: Val) -> bool:
    return isinstance(val, ObjRef) and val.cls is Items


def keys_now(cx: Context, val: Val) -> dict[Hashable, Any]:
    """What an iterator of such a dict depends on, by memory: its keys must be these until all of them are taken."""
    found: dict[Hashable, Any] = {}
    while isinstance(val, ObjRef) and val.cell not in found:
        content = found[val.cell] = cx.store.get(val.cell)
        order = content.get("_order", NONE)
        found |= {order.cell: cx.store.get(order.cell)} if isinstance(order, ListRef) else {}
        val = content.get("_entries", NONE)
    return found


def name(cx: Context, val: Val, text: str) -> None:
    """The lists of such a dict, or of a deque, and the elements of a set are called as it is."""
    if isinstance(val, ObjRef) and val.cls in (collected.deque, members.Members, members.Frozen):
        content = cx.store.get(val.cell)
        for part, end in (("_items", ""), ("_members", ""), ("_log", "_log")):
            if isinstance(content.get(part), ListRef):
                cx.name_value(content[part], text + end)
    while isinstance(val, ObjRef) and holds(cx, val):
        content = cx.store.get(val.cell)
        for part, end in (("_held", ""), ("_order", "_keys"), ("_places", "_places")) if val.cls is Keyed else ():
            if isinstance(content[part], ListRef):  # not what is none after a problem
                content[part].cell.name = content[part].cell.name or text + end
        first = content["_places"] if val.cls is Keyed else None
        begun = cx.store.get(first.cell) if isinstance(first, ListRef) else None
        if isinstance(begun, Grown) and not begun.values[0].hint:
            begun.values[0].hint = f"{text}_places"
        val = content.get("_entries", NONE)


def holds(cx: Context, val: Val) -> bool:
    """Whether it is such a dict, or one with defaults, or a counter, around such a dict."""
    if isinstance(val, ObjRef) and issubclass(val.cls, collected.MAPPINGS):
        content = cx.store.get(val.cell)
        return isinstance(content, dict) and holds(cx, content.get("_entries", NONE))
    return isinstance(val, ObjRef) and val.cls is Keyed


@dataclass(frozen=True)
class Element:
    """Where an entry of such a dict is: in a list, at an index; `version` says which keys it has."""

    of: ListRef
    at: Val
    table: ObjRef
    version: Any

    def stands(self, cx: Context) -> bool:
        """Whether its key is where it was, as no other came or went."""
        return bool(_version(cx, self.table) == self.version)


def element(cx: Context, node: ast.AST, base: Val, key: Val) -> Element | None:
    """Where `base[key]` is, to be read and written; None of what is no such dict."""
    if not isinstance(base, ObjRef) or not holds(cx, base) or base.cls is collected.Counter:
        return None
    table, factory = base, NONE
    if base.cls is not Keyed:
        content: dict[str, Any] = cx.store.get(base.cell)
        table, factory = content["_entries"], content.get("default_factory", NONE)
    plain = getattr(factory, "obj", factory) is None
    name, args = ("_place_of", [key]) if plain else ("_place_made", [key, factory])
    at = special_methods.call(cx, node, table, name, args)
    held = cx.store.get(table.cell)["_held"]
    return None if at is None or at is POISON else Element(held, at, table, _version(cx, table))


def _version(cx: Context, table: ObjRef) -> Any:
    content = cx.store.get(table.cell)
    return content["_held"].cell, cx.store.get(content["_places"].cell).values[0]


def is_method(cx: Context, function: Val, args: Sequence[Val]) -> bool:
    """Whether a function is a method of such a dict, or what its class is written in: a key may be one of several."""
    of = _module(function) if isinstance(function, Known) else ""
    return of in (PRIMITIVES[0].__module__, members.PRIMITIVES[0].__module__) or (
        of == collected.__name__ and bool(args) and holds(cx, args[0])
    )


def takes(cx: Context, node: ast.AST, base: Val, key: Val, grows: bool = False) -> None:
    """Begin again with a dict made here as one whose keys are found when it runs, if such a key is looked up in it.

    Where `grows`, a key that it does not have is put in.  Raises Restart, or NeedStatic for the loop that counts keys.
    """
    if isinstance(base, ObjRef) and issubclass(base.cls, collected.MAPPINGS):
        content = cx.store.get(base.cell)
        base = content.get("_entries", NONE) if isinstance(content, dict) else NONE
    if not isinstance(base, DictRef | SetRef) or not _of_the_run(cx, base, key, grows):
        return
    if isinstance(base, SetRef) and _has_text(key):
        return
    place = unlike.place(base.cell)
    if place is None or cx.session.filled is None or place in cx.session.keyed:
        return
    ask_to_unroll(cx, node, key, _A_KEY[type(base)])
    cx.session.written |= _has_text(key)
    unlike.begin_again(cx, {place})


def ask_to_unroll(cx: Context, node: ast.AST, key: Val, use: str) -> None:
    """Unroll the loop that counts a key, where that was not in vain before.  Raises NeedStatic."""
    site = (cx.frame.path, id(node))
    tagged = next((part for part in _parts(key) if isinstance(part, Num) and part.tags), None)
    if tagged is not None and site not in cx.session.searched:
        cx.need_static(node, tagged, use, site)


_A_KEY = {DictRef: "the key of a dict", SetRef: "an element of a set"}


def _parts(key: Val) -> list[Val]:
    if isinstance(key, Text):
        return list(written.numbers(key)) or [key]
    return [part for item in key.items for part in _parts(item)] if isinstance(key, Struct) else [key]


def _has_text(key: Val) -> bool:
    return isinstance(key, Text) or (isinstance(key, Struct) and any(map(_has_text, key.items)))


def _of_the_run(cx: Context, base: DictRef | SetRef, key: Val, grows: bool) -> bool:
    parts = _parts(key)
    if any(isinstance(part, Num) for part in parts):
        return all(isinstance(part, Known) or is_number(cx, part) or is_text(part) for part in parts)
    told = all(is_text(part) or (isinstance(key, Struct) and is_number(cx, part)) for part in parts)
    if not grows or not any(isinstance(part, OneOf | Letter) for part in parts) or not told:
        return False
    held = cx.store.get(base.cell)
    if isinstance(key, Struct) or not isinstance(held, dict):
        return isinstance(held, dict)
    return not all(isinstance(x, Known) and x.obj in held for x in alternatives.options_of(key))


def is_number(cx: Context, val: Val) -> bool:
    return isinstance(val, Num | Known) and cx.is_numeric(val) and cx.aval(val).dtype[0] in "biuf"


def is_text(val: Val) -> bool:
    options = [x for x in alternatives.options_of(val) if x is not UNBOUND]
    return all(isinstance(x, Known) and alternatives.choosable(x) for x in options)


def makes_entries(base: Val) -> bool:
    """Whether to read a key that a dict does not have puts it in."""
    return isinstance(base, ObjRef) and base.cls is collected.defaultdict


def takes_argument(cx: Context, node: ast.AST, function: Val, args: Sequence[Val]) -> None:
    """The same where a method of the dict is called with a key."""
    if isinstance(function, Method) and args:
        in_tuple = function.name == "add" and isinstance(args[0], Struct)
        takes(cx, node, function.receiver, args[0], function.name in _CHANGING or in_tuple)
    elif isinstance(function, Known) and _module(function) == collected.__name__ and len(args) > 1:
        takes(cx, node, args[0], args[1], function.obj.__name__ in _CHANGING)


_CHANGING = ("setdefault", "pop", "__getitem__", "__setitem__", "__delitem__")  # the third of a dict with defaults


def _module(function: Known) -> str:
    return str(getattr(function.obj, "__module__", ""))


# --- what the class is written in


def is_asked(function: Any) -> bool:
    """Whether a function is one that `answer` gives the meaning of."""
    return function in PRIMITIVES or function in members.PRIMITIVES


def answer(cx: Context, node: ast.AST, function: Any, args: list[Val]) -> Val:
    """What the functions mean that the classes of such dicts and sets are written in."""
    from symdiff.frontend.python import sets_of_the_run

    args = [captured.spread(cx, arg) for arg in args]
    if function in members.PRIMITIVES:
        return sets_of_the_run.answer(cx, node, function, args)
    if function is is_keyed:
        return Known(holds(cx, args[0]))
    if function is places:
        cell = Cell("list", cx.loc(node))
        cx.store.set(cell, Grown((cx.at(node).emit("places")[0],), _FORM, cell))
        return ListRef(cell)
    return POISON if memory.is_poison(*args) else _ANSWERS[function](cx, node, *args)


def _find(cx: Context, node: ast.AST, where: Any, order: Any, key: Val) -> Val:
    """The place of a key, -1 if it has none."""
    if not _fits(cx, node, order, key):
        return POISON
    if cx.store.get(order.cell) == ():
        return Known(-1)
    listed = _listed_at(cx, order, key)
    if listed is not None:
        return listed
    numbers = _numbers(cx, node, key)
    if numbers is None:
        return POISON
    floats = any(isinstance(v.type, AVal) and v.type.inexact for v in numbers)
    prim = "find_float_place" if floats else "find_place"
    entered = cx.store.get(where.cell).values[0]
    number = cx.at(node).emit(prim, entered, *numbers)[0]
    if not cx.session.leaves:
        return cx.wrap(number)
    content = cx.store.get(order.cell)
    lists = content.values if isinstance(content, Grown) and len(content.values) == len(numbers) else ()
    return cx.wrap(cx.at(node).emit("place_now", entered, number, *lists)[0])


def _listed_at(cx: Context, order: Any, key: Val) -> Num | None:
    """The place of a key that was read of the list of keys, by a loop over it; None of others."""
    content = cx.store.get(order.cell)
    parts = [part.tag if isinstance(part, OneOf) else part for part in _parts(key)]
    found = [cx.elements.get(cx.value(part)) for part in parts if isinstance(part, Num)]
    if not isinstance(content, Grown) or not found or not len(found) == len(parts) == len(content.values):
        return None
    index = found[0][1] if found[0] is not None else NONE
    same = all(
        x is not None and x[1] is index and _same_list(cx, x[0], s) for x, s in zip(found, content.values, strict=True)
    )
    return index if same and isinstance(index, Num) and _counts(index) else None


def _same_list(cx: Context, a: Value, b: Value) -> bool:
    """Whether two lists are one, or were read from one place of a list."""
    if a is b:
        return True
    one, other = cx.elements.get(a), cx.elements.get(b)
    return one is not None and other is not None and one[1] is other[1] and _same_list(cx, one[0], other[0])


def _counts(index: Num) -> bool:
    """Whether an index is that of a loop that counts up from 0 or more, or a size: never negative."""
    found = [a for a in dims.atoms(index.dim) if a.op == "opaque"] if index.dim is not None else []
    return len(found) == 1 and index.dim == dims.opaque(found[0].name)


def _enter(cx: Context, node: ast.AST, where: Any, key: Val) -> Val:
    numbers = _numbers(cx, node, key)
    if numbers is None or not containers.changeable(cx, node, where):
        return POISON
    content = cx.store.get(where.cell)
    again: dict[str, Any] = {"again": True} if cx.session.leaves else {}
    after = cx.at(node).emit("enter_place", content.values[0], *numbers, **again)[0]
    lodging.change(cx, node, where.cell, replace(content, values=(after,)))
    return NONE


def _leave(cx: Context, node: ast.AST, where: Any, place: Val, key: Val) -> Val:
    """Take a key out.  Raises Restart where it was not known that keys go."""
    if not cx.session.leaves:
        cx.session.leaves = True
        raise Restart
    numbers = _numbers(cx, node, key)
    if numbers is None or not containers.changeable(cx, node, where):
        return POISON
    content = cx.store.get(where.cell)
    after = cx.at(node).emit("leave_place", content.values[0], *numbers)[0]
    lodging.change(cx, node, where.cell, replace(content, values=(after,)))
    return list_changes.certainly_inside(cx, place)


def _put(cx: Context, node: ast.AST, where: Any, order: Any, held: Any, key: Val, val: Val) -> Val:
    """Keep a value under a key: it is taken in once, whichever of the two is done with it."""
    place = _find(cx, node, where, order, key)
    if place is POISON or not containers.changeable(cx, node, held):
        return POISON
    if place is _listed_at(cx, order, key):
        containers.set_item(cx, node, held, place, val)
        return NONE
    if isinstance(place, Known):
        _enter(cx, node, where, key)
        containers.append_value(cx, node, order, key)
        return containers.append_value(cx, node, held, val)
    before = cx.store.get(held.cell)
    fitted = grown.staged(cx, node, before, val) if isinstance(before, tuple) else grown.fitted(cx, node, before, val)
    if fitted is None:
        return POISON
    numbers = grown.numbers(cx, fitted.form, val)
    entered = lodging.enter(cx, val, fitted.form, fitted.group, cx.loc(node))

    def kept(prim: str, *at: Value) -> None:
        lists = zip(fitted.values, numbers, strict=True)
        values = tuple(cx.at(node).emit(prim, s, *at, v)[0] for s, v in lists)
        cx.store.set(held.cell, replace(fitted, values=values))

    def appended() -> Val:
        at = Num(grown.count(cx, fitted))
        _enter(cx, node, where, key)
        containers.append_value(cx, node, order, key)
        kept("seq_append")
        return at

    def replaced() -> Val:
        kept("seq_set", cx.value(place))
        return place

    new = operators.compare(cx, node, ast.Lt(), place, Known(0))
    at = control.choose(cx, node, new, appended, replaced)
    after = cx.store.get(held.cell)
    cx.store.set(held.cell, before)
    shared = fitted.shared | entered.shared
    lodging.change(cx, node, held.cell, replace(after, shared=shared))
    lodging.lodge(cx, entered, lodging.View(held.cell, at, val, True))
    return NONE


_ANSWERS: dict[Any, Callable[..., Val]] = {find: _find, enter: _enter, leave: _leave, put: _put}


def _numbers(cx: Context, node: ast.AST, key: Val) -> list[Value] | None:
    """What tells a key from others of its form; None after a problem."""
    found: list[Value] = []
    for part in _parts(key):
        if is_number(cx, part):
            found.append(cx.scope.use(cx.value(part)))
        elif is_text(part):
            found.append(texts.number(cx, part))
        else:
            _refuse(cx, node, f"{cx.describe(part)} as the key of a dict")
            return None
    return found or [cx.scope.const(0)]


def _fits(cx: Context, node: ast.AST, order: Val, key: Val) -> bool:
    """Whether a key is like the others of a dict, so that it is told from them; reported if not."""
    from symdiff.frontend.python import keys

    if keys.refuse_unhashable(cx, node, key):
        return False
    if any(map(is_text, _parts(key))) and cx.session.texts is None:
        cx.session.texts = [NONE]
        raise Restart
    content = cx.store.get(order.cell) if isinstance(order, ListRef) else ()
    form = grown.form_of(cx, key)
    forms = [content.form] if isinstance(content, Grown) else [grown.form_of(cx, item) for item in content]
    if form is None or any(other is None or not _alike(form, other) for other in forms):
        _refuse(cx, node, f"{cx.describe(key)} as the key of a dict of other keys")
        return False
    return True


def _alike(a: Pattern, b: Pattern) -> bool:
    kinds = {"known": texts.KIND}
    if kinds.get(a.kind, a.kind) != kinds.get(b.kind, b.kind) or len(a.parts) != len(b.parts):
        return False
    if a.kind == written.KIND and a.keys != b.keys:
        return False
    return all(map(_alike, a.parts, b.parts))


def _refuse(cx: Context, node: ast.AST, what: str) -> None:
    why = "keys that are found when it runs are numbers or texts, or tuples of such, all of one kind"
    fix = "use the numbers in such texts themselves as keys" if cx.session.written else "make a number or a text of it"
    cx.refuse("SD299", node, construct=what, why=why, rewrite=fix)
