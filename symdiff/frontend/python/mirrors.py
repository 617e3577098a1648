"""Lists, dicts, tuples and objects from outside of which a condition chooses one: read like those of the call.

By hand: `node = TREE.left if c else TREE.right`.  Each of the two is mirrored: an object of the call with the
attributes that the one outside has, which nobody may change.  What `node` is behind the branch is then one object that
joins both, as it would be of two made in the call.  What the attributes hold is mirrored where it is chosen in turn.

Two places outside that hold one object have one mirror, and must go on to hold one.  Whether an object that was chosen
is one of those outside is a question to them (`known_apart`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from symdiff import plain, trees
from symdiff.frontend.python import alternatives, captured, classes, containers
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.kinship import related
from symdiff.frontend.python.values import (
    Attributes,
    Cell,
    DictRef,
    Known,
    ListRef,
    Num,
    ObjRef,
    Reference,
    Struct,
    Val,
)
from symdiff.frontend.spelled import collected


def both(cx: Context, a: Any, b: Any) -> tuple[Any, Any]:
    """Two things of which one is to be chosen, as they can be joined."""
    if not any(isinstance(x, Known) and _has_mirror(x) for x in (a, b)):
        return a, b
    if not all(map(_is_container_or_none, (a, b))) or _list_and_new_one(cx, a, b) or _list_and_new_one(cx, b, a):
        return a, b
    return _mirrored(cx, a), _mirrored(cx, b)


def _is_container_or_none(val: object) -> bool:
    if isinstance(val, Known):
        return val.obj is None or _has_mirror(val)
    return isinstance(val, Reference | Struct) or alternatives.nullable(val)


def _list_and_new_one(cx: Context, a: object, b: object) -> bool:
    """A list from outside and one that the call made, which may be meant to be changed."""
    return isinstance(a, Known) and isinstance(b, ListRef) and not _mirrors_of(cx, b)


def _has_mirror(val: Known) -> bool:
    """Whether it is a tuple, list, dict or object of a class that hides nothing, from outside."""
    obj, cls = val.obj, type(val.obj)
    if val.origin is None or callable(obj):
        return False
    if cls in (list, dict, tuple) or _is_named(obj):
        return True
    found = classes.class_of(val)
    return found is cls and plain.written_in_python(cls) and classes.plainly_made(cls) and not classes.opaque(cls)


def _is_named(obj: object) -> bool:
    return isinstance(obj, tuple) and hasattr(type(obj), "_fields")


def _mirrored(cx: Context, val: Any) -> Any:
    if not isinstance(val, Known) or val.origin is None or not _has_mirror(val):
        return val
    first, made = cx.mirrors.get(id(val.obj), (val, None))
    if made is None:
        made = _mirror(cx, val)
        cx.mirrors[id(val.obj)] = val, made
    elif first.origin != val.origin:  # a parent, seen from each of its children
        captured.rely_on_sharing(cx, first, val)
    return made


def _mirror(cx: Context, val: Known) -> Val:
    items = containers.elements(cx, val)
    if isinstance(val.obj, tuple) and items is not None:
        named = _is_named(val.obj)
        cls, fields = (type(val.obj), tuple(val.obj._fields)) if named else (None, ())  # type: ignore[attr-defined]
        return Struct("namedtuple" if named else "tuple", items, cls, fields)
    entries = containers.entries(cx, val)
    kind = "list" if items is not None else "object" if entries is None else "dict"
    content = items if items is not None else _attributes(cx, val) if entries is None else entries
    assert val.origin is not None
    root, path = val.origin
    text = cx.origins[root][0] + trees.path_text(path)
    cell = Cell(kind, cx.scope.loc, external=text, name=text)
    cx.base_set(cell, content)
    return ListRef(cell) if kind == "list" else DictRef(cell) if kind == "dict" else ObjRef(cell, type(val.obj))


def _attributes(cx: Context, val: Known) -> Attributes:
    own: dict[str, Any] = getattr(val.obj, "__dict__", {})
    captured.rely_on_keys(cx, f"{type(val.obj).__name__}.__dict__", own)
    held = dict(own)
    for name in classes.slots(type(val.obj)):
        there = hasattr(val.obj, name)
        captured.rely_on(cx, val, "has", name, there)
        held |= {name: getattr(val.obj, name)} if there else {}
    return Attributes((name, captured.lift_attribute(cx, val, name, held[name])) for name in sorted(held))


def of_deque(cx: Context, val: Known) -> Val:
    """A deque from outside as an object of the class that stands for deques: around a list that nobody may change."""
    found = cx.mirrors.get(id(val.obj))
    if found is not None:
        captured.rely_on_sharing(cx, found[0], val)
        return found[1]
    assert val.origin is not None
    root, path = val.origin
    text = cx.origins[root][0] + trees.path_text(path)
    cell, items = (Cell(kind, cx.scope.loc, external=text, name=text) for kind in ("object", "list"))
    made = ObjRef(cell, collected.deque)
    cx.mirrors[id(val.obj)] = val, made  # it may hold itself
    cx.classes.setdefault(collected.deque, Known(collected.deque))
    cx.base_set(cell, Attributes({"maxlen": Known(val.obj.maxlen), "_items": ListRef(items)}))
    cx.base_set(items, tuple(captured.lift_item(cx, val, k) for k in range(len(val.obj))))
    return made


def searchable(cx: Context, base: Val, index: Val) -> Val:
    """A list or dict from outside, in which a number of the run says which list, dict or object is meant.

    By hand: `ADJACENT[u]` is read from a list of lists as one made in the call would be.
    """
    if not (isinstance(index, Num) and isinstance(base, Known) and type(base.obj) in (list, dict, tuple)):
        return base
    held = base.obj.values() if isinstance(base.obj, dict) else base.obj
    if isinstance(base.obj, dict) or any(type(x) in (list, dict) for x in held):
        return _whole(cx, base)
    return base


def _whole(cx: Context, val: Val) -> Val:
    """The mirror of a container, of which the parts are mirrors too."""
    if not isinstance(val, Known) or type(val.obj) not in (list, dict, tuple):
        return val
    made: Val = _mirrored(cx, val)
    if isinstance(made, ListRef | DictRef):
        content = cx.store.get(made.cell)
        parts = content.items() if isinstance(content, dict) else enumerate(content)
        found = {key: _whole(cx, part) for key, part in parts}
        cx.base_set(made.cell, found if isinstance(content, dict) else tuple(found.values()))
    elif isinstance(made, Struct):
        made = replace(made, items=tuple(_whole(cx, part) for part in made.items))
    return made


def _mirrors_of(cx: Context, val: object) -> list[Known]:
    """What from outside something is, or may be."""
    if isinstance(val, Known):
        return [val]
    if not isinstance(val, Reference):
        return []
    cells = related([val.cell])
    return [known for known, made in cx.mirrors.values() if isinstance(made, Reference) and made.cell in cells]


def known_apart(cx: Context, left: Val, right: Val) -> bool:
    """Whether two containers or objects, one of which was chosen among some from outside, are certainly two."""
    if not any(isinstance(v, Reference) and _mirrors_of(cx, v) for v in (left, right)):
        return True
    ones = _mirrors_of(cx, left), _mirrors_of(cx, right)
    captured.rely_on_sharing(cx, *ones[0], *ones[1])
    return not {id(k.obj) for k in ones[0]} & {id(k.obj) for k in ones[1]}
