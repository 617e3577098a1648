"""Objects of classes that are linked with each other, each known by a number: lists, trees and graphs of any size.

By hand: of `class Node` all objects of the call are in lists, one for each attribute.  `Node(v)` appends to each, and
the object is its number in them; `node.next.value` is `values[nexts[node]]`, `node.next = other` is `nexts[node] =
other`.  None, where an object may be, is the number -1.  So two names of one object are two equal numbers, and a change
under one of them is seen under the other.

That is tried where objects that are known by their attributes do not do, see `linked`: the function is compiled again.
What an object is in `__init__` ends with it: the numbers are given behind it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import takewhile
from typing import Any

from symdiff.frontend.python import (
    absences,
    alternatives,
    classes,
    containers,
    grown,
    lodging,
    memory,
    operators,
    raising,
)
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.linked import AList
from symdiff.frontend.python.problems import Restart, United
from symdiff.frontend.python.values import (
    NONE,
    POISON,
    Attributes,
    Cell,
    Grown,
    Known,
    ListRef,
    Maybe,
    Node,
    Num,
    ObjRef,
    Placed,
    Val,
    static_size,
)
from symdiff.ir import types

KIND = "node"  # of what an object is as an element of a list, or where it is passed
NOTHING = Known(-1)  # the number of None
_SET = "$set "  # begins the name of an attribute that says whether another one is there


def begin(cx: Context) -> None:
    """Make the lists of each class, before anything is run."""
    for cls, names in cx.session.linked.items():
        text = cls.__name__.lower()
        for name in names:
            cell = Cell("list", name=f"{text}_{name.removeprefix(_SET)}{'_set' * name.startswith(_SET)}")
            form = cx.session.forms_of.get((cls, name))
            cx.base_set(cell, () if form is None else grown.empty(cx, form))
            cx.arenas[cls, name] = ListRef(cell)
            cx.attributes.add(cell)


def contents(cx: Context, given: set[Any]) -> Iterator[Any]:
    """What is in the lists, but for those that a function was given."""
    for arena in cx.arenas.values():
        if arena.cell not in given:
            yield cx.store.get(arena.cell)


def made(cx: Context, node: ast.AST, obj: ObjRef) -> Val:
    """The number of an object behind its `__init__`, which was an object like others in it."""
    content = cx.store.get(obj.cell)
    names = cx.session.linked[obj.cls]
    assert isinstance(content, Attributes)
    this = Node(obj.cls, _next(cx, obj.cls), none=False)
    for name in names:
        val = _begun(cx, node, obj.cls, content, name)
        if isinstance(val, ObjRef) and val.cell is obj.cell:
            val = this
        if not _appended(cx, node, obj.cls, name, val):
            return POISON
    cx.store.set(("stale", obj.cell), (f"{obj.cls.__name__}()", cx.loc(node)))  # it is its number from now on
    return this


def _appended(cx: Context, node: ast.AST, cls: type, name: str, val: Val) -> bool:
    """Whether an attribute of a new object was put into its list; else it is reported."""
    val = _linked(cx, cls, name, val)
    arena = cx.arenas[cls, name]
    if cx.store.get(arena.cell) == ():
        empty = grown.staged(cx, node, (), val)
        if empty is None:
            return False
        lodging.change(cx, node, arena.cell, empty)
    if val is POISON or containers.append_value(cx, node, arena, val) is POISON:
        return False
    _note_form(cx, cls, name)
    return True


def made_of_list(cx: Context, node: ast.AST, val: ListRef, cls: type) -> Val:
    """The number of a list that nothing holds yet: see `list_numbers`."""
    place = _next(cx, cls)
    if not _appended(cx, node, cls, "items", val):
        return POISON
    cx.store.set(("stale", val.cell), ("[…]", cx.loc(node)))  # it is its number from now on
    return Node(cls, place, none=False)


def _next(cx: Context, cls: type) -> Val:
    """The number that the next object of a class has."""
    names = cx.session.linked[cls]
    counted = next((name for name in names if (cls, name) in cx.session.asked), names[0])  # it is there anyway
    first = cx.store.get(cx.arenas[cls, counted].cell)
    known = 0 if _is_begun(cx, first) else len(first) if isinstance(first, tuple) else None
    place = cx.wrap(grown.count(cx, first)) if known is None else Known(known)
    return place if isinstance(place, Known) else _placed(cx, place)


def _is_begun(cx: Context, content: tuple[Val, ...] | Grown) -> bool:
    """Whether nothing was put into a list yet since the program began."""
    begun = takewhile(lambda op: op.prim.name == "seq_empty", cx.top.ops)
    return isinstance(content, Grown) and any(op.out is content.values[0] for op in begun)


def _note_form(cx: Context, cls: type, name: str) -> None:
    """Note what an attribute holds, so that its list is of that from its beginning."""
    content, forms = cx.store.get(cx.arenas[cls, name].cell), cx.session.forms_of
    if not isinstance(content, Grown):
        return
    old = forms.get((cls, name), content.form)
    form = grown.join(old, content.form)
    sizes = [d for t in grown.leaf_types(content.form) for d in types.sizes(t)]
    if form is not None and all(map(static_size, sizes)) and forms.get((cls, name)) != form:
        forms[cls, name] = form
        cx.session.formed = True


def _begun(cx: Context, node: ast.AST, cls: type, content: Attributes, name: str) -> Val:
    """What an attribute holds behind `__init__`."""
    if name.startswith(_SET):
        return Known(name.removeprefix(_SET) in content)
    return content[name] if name in content else _of_class(cx, node, cls, name)


def _not_of_class(cls: type, name: str) -> bool:
    """Whether an attribute is not there where an object has none of its own."""
    found = classes.lookup(cls, name)
    return (found is None or classes.is_slot(found[1])) and not classes.opaque(cls)


def _of_class(cx: Context, node: ast.AST, cls: type, name: str) -> Val:
    """What an attribute is before it is set: that of the class, else nothing, for which None stands.

    Raises Restart where that was not known: whoever reads the attribute asks.
    """
    found = classes.lookup(cls, name)
    if _not_of_class(cls, name):
        if (cls, name) not in cx.session.later:
            cx.session.later.add((cls, name))
            raise Restart
        return NONE
    if found is None or hasattr(type(found[1]), "__get__"):
        return cx.refuse("SD310", node, name=f"`{name}`", then="an attribute", otherwise="not there")
    return classes.member(cx, cls, name, found[1])


def _linked(cx: Context, cls: type, name: str, val: Val) -> Val:
    """What an attribute is to hold: None as the number that it is, where the attribute holds objects.

    Raises Restart where it was not known that it holds objects, or that these may be None.
    """
    of = cx.links.get((cls, name))
    if of is not None and isinstance(val, Known) and val.obj is None:
        val = Node(of, NOTHING)
    if not isinstance(val, Node) or (of is not None and of is not val.cls):
        return val
    if of is None or (val.none and (cls, name) not in cx.absent):
        cx.session.links[cls, name] = val.cls
        cx.session.forms_of.pop((cls, name), None)
        cx.session.absent |= {(cls, name)} if val.none else set()
        raise Restart
    return val


def _placed(cx: Context, place: Any) -> Placed:
    """The number of an object, which stays what it is: one for each value."""
    assert isinstance(place, Num) and place.value is not None
    return cx.placed.setdefault(place.value, Placed(place.value, place.dim, place.tags))


# --- None or an object


def both(a: Any, b: Any) -> tuple[Any, Any]:
    """Two things of which one is to be chosen: None as the object that is nothing, where the other is one."""
    for one, other in ((a, b), (b, a)):
        if isinstance(one, Node) and isinstance(other, Known) and other.obj is None:
            return (one, Node(one.cls, NOTHING)) if one is a else (Node(one.cls, NOTHING), one)
    return a, b


def alike(a: type, b: type) -> bool:
    """Whether objects of two classes are in the same lists; Raises United where both are of lists that are numbers."""
    if a is not b and issubclass(a, AList) and issubclass(b, AList):
        raise United(a, b)
    return a is b


def number(val: Any) -> Val:
    """The number of an object or None."""
    return val.at if isinstance(val, Node) else NOTHING


def may_be_none(val: Any) -> bool:
    return val.none if isinstance(val, Node) else isinstance(val, Known) and val.obj is None


def pattern(cls: type, none: bool) -> Pattern:
    """What an object is as an element of a list, or where it is passed."""
    return Pattern(KIND, (Pattern("scalar", type=types.INT),), cls=cls, token=none)


def one_of(form: Pattern) -> Node:
    """Some object of this form."""
    return Node(form.cls, NOTHING)


def passed(cx: Context, val: Node) -> Pattern:
    """The pattern of an object that is passed: one function serves those that are None and those that are not."""
    absent = any(cx.links.get(place) is val.cls for place in cx.absent)
    return pattern(val.cls, val.none or absent)


def is_in(form: Pattern) -> bool:
    """Whether an element of this form is or holds such an object."""
    return form.kind == KIND or any(map(is_in, form.parts))


def join(a: Pattern, b: Pattern) -> Pattern | None:
    """The pattern of what is an object of a class, or None, in both cases; None of others."""
    found = [p for p in (a, b) if p.kind == KIND]
    absent = [p for p in (a, b) if p.kind == "known" and isinstance(p.val, Known) and p.val.obj is None]
    if not found or len(found) + len(absent) < 2 or not alike(found[0].cls, found[-1].cls):
        return None
    return pattern(found[0].cls, bool(absent) or any(p.token for p in found))


def is_told_by_number(val: Val, form: Pattern) -> bool:
    """Whether a value equals an object of this form if their numbers are equal."""
    plain = form.cls is None or not has_equality(form.cls)
    return plain and (val.cls is form.cls if isinstance(val, Node) else may_be_none(val))


def there(cx: Context, node: ast.AST, val: Node, positive: bool = True) -> Val:
    """Whether it is an object, and not None."""
    if isinstance(val.at, Known) or not val.none:
        return Known((not isinstance(val.at, Known) or val.at.obj >= 0) == positive)
    assert isinstance(val.at, Num) and val.at.value is not None
    allowed = cx.scope.fact(val.at.value, alternatives.EITHER)
    if len(allowed) == 1:
        return Known((allowed == alternatives.PRESENT) == positive)
    test = operators.compare(cx, node, ast.GtE() if positive else ast.Lt(), Num(val.at.value), Known(0))
    sides = (alternatives.PRESENT, alternatives.ABSENT)
    return alternatives.note(cx, test, val.at.value, *(sides if positive else sides[::-1]))


def present(cx: Context, node: ast.AST, val: Node, name: str) -> None:
    """AttributeError, when it runs, where it is None."""
    required(cx, node, val, f"'NoneType' object has no attribute '{name}'", "AttributeError")


def class_of(cx: Context, node: ast.AST, val: Val, cls: type) -> Val:
    """`val.__class__`, which is another one where it is None."""
    is_there = there(cx, node, val) if isinstance(val, Node) else Known(True)
    if isinstance(is_there, Known) and is_there.obj:
        return classes.class_value(cx, cls)
    why, rewrite = "which class it is depends on the path", "ask before: `if item is not None`"
    return cx.refuse("SD299", node, construct="`__class__` of what may be None", why=why, rewrite=rewrite)


def required(cx: Context, node: ast.AST, val: Node, message: str, exception: str = "TypeError") -> None:
    """What Python raises of None, when it runs, where it is None."""
    absent = there(cx, node, val, positive=False)
    if isinstance(absent, Known) and not absent.obj:
        return
    operators.raise_if(cx, node, absent, exception, (message,))
    if isinstance(val.at, Num) and val.at.value is not None:
        cx.scope.facts = {**cx.scope.facts, val.at.value: alternatives.PRESENT}


def same(cx: Context, node: ast.AST, left: Val, right: Val, positive: bool) -> Val:
    """`left is right`, where one of them is such an object, or may be."""
    both_ = [v for v in (left, right) if isinstance(v, Node)]
    if len(both_) == 2 and both_[0].cls is not both_[1].cls:
        none = [there(cx, node, v, positive=False) for v in both_]
        if any(isinstance(n, Known) and not n.obj for n in none):
            return Known(not positive)  # of lists: they were made at different places
        if all(issubclass(v.cls, AList) for v in both_):
            raise United(both_[0].cls, both_[1].cls)
    if len(both_) == 2 and both_[0].cls is both_[1].cls:
        op = ast.Eq() if positive else ast.NotEq()
        return operators.compare(cx, node, op, *(Num(v.at.value) if isinstance(v.at, Num) else v.at for v in both_))
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Node) and isinstance(other, Known) and other.obj is None:
            return there(cx, node, one, not positive)
        if isinstance(one, Node) and isinstance(other, Known):
            return Known(not positive)
    return cx.refuse("SD223", node, operator="is" if positive else "is not")


def equal(cx: Context, node: ast.AST, op: ast.cmpop, left: Val, right: Val) -> Val | None:
    """`==` and `!=` where the class says what is equal, and the object that is asked may be None, which says it itself.

    None where the object that is asked is certainly there.
    """
    from symdiff.frontend.python import control

    asked = right if isinstance(left, Known) and left.obj is None else left
    if not isinstance(asked, Node) or not has_equality(asked.cls):
        return None
    is_there = there(cx, node, asked)
    if isinstance(is_there, Known) and is_there.obj:
        return None
    without = (NONE, right) if asked is left else (left, NONE)

    def absent() -> Val:
        return operators.compare(cx, node, op, *without)

    if isinstance(is_there, Known):
        return absent()
    return control.choose(cx, node, is_there, lambda: operators.compare(cx, node, op, left, right), absent)


def has_equality(cls: type) -> bool:
    """Whether a class says itself which of its objects are equal."""
    found = [classes.lookup(cls, name) for name in ("__eq__", "__ne__")]
    return any(f is not None and f[0] is not object for f in found)


def truth(cx: Context, node: ast.AST, val: Node) -> Val:
    """`if node`: whether it is there, and what its class says of it."""
    from symdiff.frontend.python import control, special_methods

    is_there = there(cx, node, val)
    if not any(classes.lookup(val.cls, name) for name in ("__bool__", "__len__")):
        return is_there
    if issubclass(val.cls, AList):
        return control.short_circuit(cx, node, is_there, True, lambda: _filled(cx, node, val))

    def said() -> Val:
        found = special_methods.truth(cx, node, val)
        return POISON if found is None else found

    return control.choose(cx, node, is_there, said, lambda: Known(False))


def _filled(cx: Context, node: ast.AST, val: Node) -> Val:
    found = read(cx, node, val, "items")
    return POISON if found is None else operators.truth(cx, node, found)


# --- attributes


def holds(cx: Context, cls: type, name: str) -> bool:
    """Whether an attribute is or holds objects that are numbers, which may hold others without end."""
    arena = cx.arenas.get((cls, name))
    content = None if arena is None else cx.store.get(arena.cell)
    return (cls, name) in cx.links or (isinstance(content, Grown) and is_in(content.form))


def read(cx: Context, node: ast.AST, base: Node, name: str) -> Val | None:
    """`base.name` of what its lists hold; None of everything else."""
    arena = cx.arenas.get((base.cls, name))
    if arena is None:
        return None
    cx.session.asked.add((base.cls, name))
    found = _again(cx, base.cls, name, containers.subscript(cx, node, arena, _index(cx, base)))
    return _once_set(cx, node, base, name, found) if may_lack(cx, base, name) else found


def _once_set(cx: Context, node: ast.AST, base: Node, name: str, val: Val) -> Val:
    """What an attribute holds that is there once it is set: AttributeError, when it runs, where it is not."""
    cls = base.cls
    message = f"'{cls.__name__}' object has no attribute '{name}'"
    told = cx.arenas.get((cls, _SET + name))
    if told is not None:
        is_set = operators.truth(cx, node, containers.subscript(cx, node, told, _index(cx, base)))
        if isinstance(is_set, Known) and not is_set.obj:
            return raising.always(cx, node, AttributeError(message), "SD404", type=cls.__name__, name=name)
        if not isinstance(is_set, Known):
            operators.raise_if(cx, node, operators.negate(cx, node, is_set), "AttributeError", (message,))
        return val
    if isinstance(val, Node):
        required(cx, node, val, message, "AttributeError")
        return Node(val.cls, val.at, none=False)
    absent = alternatives.is_none(cx, node, val) if isinstance(val, Maybe) else None
    if absent is not None and isinstance(val, Maybe):
        operators.raise_if(cx, node, absent, "AttributeError", (message,))
        cx.scope.facts = {**cx.scope.facts, alternatives.told_by(cx, val.value): alternatives.PRESENT}
    found = alternatives.present(cx, node, val, message, "AttributeError")
    if isinstance(found, Known) and found.obj is None:
        return raising.always(cx, node, AttributeError(message), "SD404", type=cls.__name__, name=name)
    return found


def _again(cx: Context, cls: type, name: str, val: Val) -> Val:
    """An object read out of a list, its number as one that stays."""
    if not isinstance(val, Node) or isinstance(val.at, Known):
        return val
    return Node(val.cls, _placed(cx, val.at), (cls, name) in cx.absent)


def _index(cx: Context, base: Node) -> Val:
    return base.at if isinstance(base.at, Known) else _placed(cx, base.at)


def _nullable(val: Val) -> bool:
    return may_be_none(val) or alternatives.optional(val) or alternatives.nullable(val)


def write(cx: Context, node: ast.AST, base: Node, name: str, val: Val) -> None:
    """`base.name = val`."""
    arena = cx.arenas.get((base.cls, name))
    if arena is None and classes.has_room(base.cls, name):
        cx.session.linked[base.cls] += (name,)
        raise Restart
    if arena is None:
        cx.refuse("SD404", node, type=base.cls.__name__, name=name)
        return
    if memory.is_poison(val):
        return
    if may_lack(cx, base, name) and _nullable(val):
        _tell(cx, base.cls, name)
    containers.set_item(cx, node, arena, _index(cx, base), _linked(cx, base.cls, name, val))
    _note_form(cx, base.cls, name)
    told = cx.arenas.get((base.cls, _SET + name))
    if told is not None:
        containers.set_item(cx, node, told, _index(cx, base), Known(True))


def may_lack(cx: Context, val: Node, name: str) -> bool:
    """Whether an attribute is there once it is set."""
    return (val.cls, name) in cx.session.later and _not_of_class(val.cls, name)


def is_set(cx: Context, node: ast.AST, val: Node, name: str) -> Val:
    """Whether an attribute is there that is once it is set."""
    told, arena = cx.arenas.get((val.cls, _SET + name)), cx.arenas[val.cls, name]
    if told is not None:
        return operators.truth(cx, node, containers.subscript(cx, node, told, _index(cx, val)))
    content = cx.store.get(arena.cell)
    if isinstance(content, Grown) and content.form.kind == absences.KIND:
        return grown.element(cx, node, absences.which_are_there(content), _index(cx, val))
    held = containers.subscript(cx, node, arena, _index(cx, val))
    if isinstance(held, Node):
        return there(cx, node, held)
    test = alternatives.is_none(cx, node, held, positive=False)
    return Known(not may_be_none(held)) if test is None else test


def _tell(cx: Context, cls: type, name: str) -> None:
    """Let another attribute say whether this one is there, which may be None where it is.

    Raises Restart where there was none.
    """
    if (cls, _SET + name) not in cx.arenas:
        cx.session.linked[cls] += (_SET + name,)
        raise Restart
