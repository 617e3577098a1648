"""Instances of the user's classes: made, read, written; their methods and properties are followed into their source.

By hand: `s = State(x); s.v += 2 * x; s.step()`.  `State(x)` makes a cell without attributes and runs `__init__` with a
reference to it; each assignment to an attribute makes a new content of the cell.  `s.step` is found on the class, and
runs with the same reference, so that what it writes is seen under every name of the object.  Branches join, and loops
carry, the attributes one by one.
"""

from __future__ import annotations

import ast
import dataclasses
import enum
import functools
import types as python_types
from collections.abc import Mapping, Sequence
from typing import Any

from symdiff import plain
from symdiff.frontend.python import (
    alternatives,
    calls,
    captured,
    classes,
    containers,
    kinship,
    lacking,
    linked,
    lodging,
    memory,
    missing_attributes,
    nodes,
    outside,
)
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.store import MISSING
from symdiff.frontend.python.values import (
    NONE,
    POISON,
    Arr,
    Attributes,
    Bound,
    Cell,
    Conflict,
    Flat,
    Known,
    Node,
    ObjRef,
    OneOf,
    Partial,
    Struct,
    Super,
    Val,
)

# --- attributes


def attributes(cx: Context, node: ast.AST, obj: ObjRef) -> Attributes | None:
    """The attributes an object has now; None after a problem."""
    if memory.check_stale(cx, node, obj):
        return None
    content = cx.store.get(obj.cell)
    if isinstance(content, Conflict):
        cx.refuse(content.code, node, name=f"`{cx.text(node)}`", then=content.then, otherwise=content.orelse)
        return None
    assert isinstance(content, Attributes), content
    return content


def put(cx: Context, node: ast.AST, obj: ObjRef, content: Mapping[str, Val]) -> None:
    lodging.change(cx, node, obj.cell, Attributes(sorted(content.items())))


def attribute(cx: Context, node: ast.AST, base: Val, name: str) -> Val | None:
    """`base.name` of an object made in the function or captured, of a class, or of `super()`; None of anything else."""
    if isinstance(base, Super):
        return _behind(cx, node, base, name)
    if isinstance(base, Known) and isinstance(base.obj, type):
        return _of_class(cx, base, name)
    cls = classes.class_of(base)
    if cls is None or name == "__class__":
        return None if cls is None else nodes.class_of(cx, node, base, cls)
    found = classes.lookup(cls, name)
    raw = found[1] if found is not None else MISSING
    if isinstance(base, ObjRef):
        return _of_object(cx, node, base, name, raw)
    if isinstance(base, Node):
        return _of_node(cx, node, base, name, raw)
    if name == "__dict__" and isinstance(base, Known) and plain.objection(base.obj) is None:
        return captured.lift_attribute(cx, base, name, base.obj.__dict__)
    fields = base.keys if isinstance(base, Struct) else getattr(cls, "_fields", ()) if issubclass(cls, tuple) else None
    as_tuple = fields is not None and (name in fields or name.startswith("_") or isinstance(raw, _C_METHODS))
    if as_tuple or raw is MISSING:
        return None
    if isinstance(base, Struct):
        return _found_on(cx, node, base, cls, name, raw)
    assert isinstance(base, Known)
    if name in getattr(base.obj, "__dict__", {}) and not isinstance(raw, property):
        return None
    seen_through = fields is not None or isinstance(base.obj, enum.Enum) or classes.plainly_read(cls)
    if not seen_through or not isinstance(raw, (*_PROPERTIES, python_types.FunctionType, staticmethod, classmethod)):
        return None
    captured.lift_attribute(cx, base, "__class__", cls)
    if base.origin is not None and not isinstance(raw, property):
        captured.rely_on_absence(cx, base.obj, name)
    return _found_on(cx, node, base, cls, name, raw)


def _of_object(cx: Context, node: ast.AST, obj: ObjRef, name: str, raw: Any) -> Val:
    from symdiff.frontend.python import own_attributes

    why = classes.unreadable(obj.cls)
    if why is not None:
        return cx.refuse("SD412", node, name=f"`{obj.cls.__name__}`", reason=why)
    content = attributes(cx, node, obj)
    if content is None:
        return POISON
    if name == "__dict__":
        return own_attributes.of(cx, node, obj)
    if name in content and (not classes.is_data_descriptor(raw) or classes.is_slot(raw)):
        lacking.note(cx, obj, content[name], name)
        return lacking.settled(cx, node, name, content[name])
    hook = classes.lookup(obj.cls, "__getattr__") if raw is MISSING or classes.is_slot(raw) else None
    if hook is not None:
        return missing_attributes.asked(cx, node, obj, hook[1], name)
    if (obj.cls, name) in cx.session.later and cx.problems:  # that it is set there is one of them
        return POISON
    if raw is MISSING or classes.is_slot(raw):
        of_argument = obj.cell.argument is not None and dataclasses.is_dataclass(obj.cls)
        shown = f"{obj.cls.__name__}, of which an argument has the fields alone," if of_argument else obj.cls.__name__
        return cx.refuse("SD404", node, type=shown, name=name)
    return _found_on(cx, node, obj, obj.cls, name, raw)


def _of_node(cx: Context, node: ast.AST, base: Node, name: str, raw: Any) -> Val:
    nodes.present(cx, node, base, name)
    if not classes.is_data_descriptor(raw) or classes.is_slot(raw):
        held = nodes.read(cx, node, base, name)
        if held is not None:
            return lacking.settled(cx, node, name, held)
    if raw is MISSING or classes.is_slot(raw):
        return cx.refuse("SD404", node, type=base.cls.__name__, name=name)
    return _found_on(cx, node, base, base.cls, name, raw)


def _found_on(cx: Context, node: ast.AST, receiver: Val, cls: type, name: str, raw: Any) -> Val:
    """What a class has under a name, as its instance `receiver` gives it."""
    if isinstance(raw, python_types.FunctionType):
        return Bound(receiver, classes.member(cx, cls, name, raw))
    if isinstance(raw, staticmethod):
        return classes.member(cx, cls, name, raw.__func__)
    if isinstance(raw, classmethod):
        return Bound(_class_of(cx, receiver), classes.member(cx, cls, name, raw.__func__, ("attr", "__func__")))
    if isinstance(raw, property):
        if raw.fget is None:
            return cx.refuse("SD404", node, type=cls.__name__, name=name)
        return calls.apply(cx, node, classes.member(cx, cls, name, raw.fget, ("attr", "fget")), [receiver], {})
    if isinstance(raw, functools.cached_property) and isinstance(receiver, Node):
        return cx.refuse("SD412", node, name=f"`{cls.__name__}.{name}`", reason="is kept in an object, once it is read")
    if isinstance(raw, functools.cached_property):
        function = classes.member(cx, cls, name, raw.func, ("attr", "func"))
        found = calls.apply(cx, node, function, [receiver], {})
        if not isinstance(receiver, ObjRef):
            return _kept_outside(cx, node, cls, name, found)
        _write(cx, node, receiver, name, found)
        return found
    if isinstance(raw, functools.partialmethod):
        function = classes.member(cx, cls, name, raw.func, ("attr", "func"))
        return Partial(function, (receiver, *map(Known, raw.args)), {k: Known(v) for k, v in raw.keywords.items()})
    if isinstance(raw, functools.singledispatchmethod):
        return Partial(Known(raw), (receiver,), {})
    if isinstance(raw, functools._lru_cache_wrapper):
        return cx.refuse("SD412", node, name=f"`{cls.__name__}.{name}`", reason="keeps its results from call to call")
    if isinstance(raw, python_types.WrapperDescriptorType) and name == "__init__":
        return Bound(receiver, Known(raw))
    if hasattr(type(raw), "__get__"):
        return cx.refuse("SD412", node, name=f"`{cls.__name__}.{name}`", reason="is a descriptor")
    return classes.member(cx, cls, name, raw)


def _kept_outside(cx: Context, node: ast.AST, cls: type, name: str, found: Val) -> Val:
    """What a cached property of an object from outside gives, which the object would keep: it is not changed."""
    shown = f"{cls.__name__}.{name}"
    for _, part in kinship.inside(cx, found):
        if not isinstance(part, Arr):
            return cx.refuse("SD412", node, name=f"`{shown}`", reason="keeps a list, dict or object from call to call")
        part.cell.external = part.cell.external or shown
    return found


def _class_of(cx: Context, receiver: Val) -> Val:
    """What a class method is called with."""
    if isinstance(receiver, Known) and isinstance(receiver.obj, type):
        return receiver
    cls = classes.class_of(receiver)
    assert cls is not None
    return classes.class_value(cx, cls)


def _of_class(cx: Context, base: Known, name: str) -> Val | None:
    """A class method of a class; everything else is a plain attribute."""
    found = classes.lookup(base.obj, name)
    if found is None or not isinstance(found[1], classmethod) or not isinstance(found[1].__func__, _FUNCTION):
        return None
    if base.origin is None:
        return Bound(base, Known(found[1].__func__))
    return Bound(base, classes.part(cx, base, found[1].__func__, ("attr", name), ("attr", "__func__")))


_FUNCTION = python_types.FunctionType
_PROPERTIES = (property, functools.cached_property)
_C_METHODS = (python_types.WrapperDescriptorType, python_types.MethodDescriptorType)


def _behind(cx: Context, node: ast.AST, base: Super, name: str) -> Val:
    """`super().name`."""
    receiver = base.receiver
    is_class = isinstance(receiver, Known) and isinstance(receiver.obj, type)
    cls = receiver.obj if is_class and isinstance(receiver, Known) else classes.class_of(receiver)
    assert cls is not None
    found = classes.lookup(cls, name, base.cls)
    if found is None:
        return cx.refuse("SD404", node, type="super()", name=name)
    owner, raw = found
    order = cls.__mro__
    for between in order[order.index(base.cls) + 1 : order.index(owner)]:
        captured.rely_on_absence(cx, between, name)
    if isinstance(raw, _FUNCTION) and is_class:
        return classes.member(cx, owner, name, raw)
    return _found_on(cx, node, receiver, owner, name, raw)


def super_(cx: Context, node: ast.AST, args: Sequence[Val]) -> Val:
    """`super()` in a method, or `super(cls, obj)`."""
    frame = cx.frame
    if not args:
        params = frame.source.node.args
        first = next((p.arg for p in (*params.posonlyargs, *params.args)), None)
        cell = frame.source.closure.get("__class__")
        if first is None or cell is None or frame.outer is not None or frame.comprehension:
            return cx.refuse("SD403", node, function="super", message="there is no method around it")
        cls, receiver = cell.cell_contents, cx.get_name(frame, first)
    else:
        cls, receiver = getattr(args[0], "obj", None), args[-1]
    of = receiver.obj if isinstance(receiver, Known) and isinstance(receiver.obj, type) else classes.class_of(receiver)
    if len(args) == 1 or not isinstance(cls, type) or of is None or cls not in of.__mro__:
        return cx.refuse("SD403", node, function="super", message="it needs a class and an instance of it")
    return Super(receiver, cls)


# --- writing


def set_attribute(cx: Context, node: ast.AST, base: Val, name: str, val: Val) -> None:
    """`base.name = val`."""
    base = alternatives.present(cx, node, base, f"'NoneType' object has no attribute '{name}'", "AttributeError")
    if memory.is_poison(base, val):
        if isinstance(base, ObjRef) and lodging.lodged(cx, base.cell) is not None:
            linked.note_later(cx.session, base.cls, name)
        return
    if isinstance(base, OneOf):
        alternatives.in_each(cx, node, base, lambda one: set_attribute(cx, node, one, name, val))
        return
    if isinstance(base, Arr) and name == "flat":
        from symdiff.frontend.python import flat

        flat.write(cx, node, Flat(base), Known(Ellipsis), val)
        return
    if isinstance(base, Node):
        nodes.present(cx, node, base, name)
    if not isinstance(base, ObjRef | Node):
        if isinstance(base, Known) and (classes.class_of(base) or isinstance(base.obj, type)):
            outside.refuse_change(cx, node, base, cx.text(node))
        else:
            cx.refuse("SD236" if cx.is_numeric(base) else "SD221", node, target=cx.text(node))
        return
    found = classes.lookup(base.cls, name)
    raw = found[1] if found is not None else None
    why = classes.opaque(base.cls)
    if isinstance(raw, property) and raw.fset is not None and why is None:
        function = classes.member(cx, base.cls, name, raw.fset, ("attr", "fset"))
        calls.apply(cx, node, function, [base, val], {})
    elif isinstance(raw, property) or classes.frozen(base.cls) or name in ("__class__", "__dict__"):
        cx.refuse("SD221", node, target=cx.text(node))
    elif why is not None:
        cx.refuse("SD412", node, name=f"`{base.cls.__name__}`", reason=why)
    elif isinstance(base, Node):
        nodes.write(cx, node, base, name, val)
    else:
        _write(cx, node, base, name, val)


def _write(cx: Context, node: ast.AST, base: ObjRef, name: str, val: Val) -> None:
    """Set an attribute in the object's own dictionary or slot."""
    found = classes.lookup(base.cls, name)
    if found is not None and classes.is_data_descriptor(found[1]) and not classes.is_slot(found[1]):
        cx.refuse("SD412", node, name=f"`{base.cls.__name__}.{name}`", reason="is a descriptor")
    elif not classes.has_room(base.cls, name):
        cx.refuse("SD404", node, type=base.cls.__name__, name=name)
    elif val is not POISON and containers.changeable(cx, node, base):
        content = attributes(cx, node, base)
        if content is not None:
            cx.name_value(val, name)
            linked.note_held(cx, base.cls, val)
            if name not in content and lodging.lodged(cx, base.cell) is not None:
                _refuse_later(cx, node, base, name)
                cx.store.set(base.cell, Attributes(sorted({**content, name: val}.items())))
                return
            put(cx, node, base, {**content, name: val})


def _refuse_later(cx: Context, node: ast.AST, base: ObjRef, name: str) -> None:
    """Report an attribute that one element of a list gets, and others have not yet."""
    linked.note_later(cx.session, base.cls, name)
    reason = f"holds objects of `{base.cls.__name__}`, which begin without that"
    cx.refuse("SD505", node, name=cx.listed(node), reason=reason, rewrite=linked.set_before(name))


def delete_attribute(cx: Context, node: ast.AST, base: Val, name: str) -> None:
    """`del base.name`."""
    if base is POISON:
        return
    if not isinstance(base, ObjRef) or classes.frozen(base.cls) or classes.opaque(base.cls):
        cx.refuse("SD209", node, target=cx.text(node))
        return
    found = classes.lookup(base.cls, name)
    if found is not None and isinstance(found[1], property) and found[1].fdel is not None:
        function = classes.member(cx, base.cls, name, found[1].fdel, ("attr", "fdel"))
        calls.apply(cx, node, function, [base], {})
        return
    content = attributes(cx, node, base)
    if content is None or not containers.changeable(cx, node, base):
        return
    if name not in content or (found is not None and isinstance(found[1], property)):
        cx.refuse("SD404", node, type=base.cls.__name__, name=name)
    elif lacking.settled(cx, node, name, content[name]) is not POISON:
        put(cx, node, base, {key: val for key, val in content.items() if key != name})


# --- making


def construct(cx: Context, node: ast.AST, cls: type, args: list[Val], kwargs: dict[str, Val]) -> Val | None:
    """`cls(…)`; None where the class is not written in Python."""
    if plain.made_by_keywords(cls):
        if args:
            return cx.refuse("SD313", node, function=cls.__name__, message="takes its attributes by keyword")
        made = empty(cx, node, cls)
        put(cx, node, made, kwargs)
        return made
    if not plain.written_in_python(cls) or cls.__module__.split(".")[0] == "numpy":
        return None
    why = classes.unmakeable(cls)
    if why is not None:
        return cx.refuse("SD412", node, name=f"`{cls.__name__}`", reason=why)
    made = empty(cx, node, cls)
    found = classes.lookup(cls, "__init__")
    assert found is not None
    init = classes.member(cx, cls, "__init__", found[1]) if isinstance(found[1], _FUNCTION) else Known(found[1])
    returned = calls.apply(cx, node, init, [made, *args], kwargs)
    if returned is POISON:
        return POISON
    if not isinstance(returned, Known) or returned.obj is not None:
        return cx.refuse("SD313", node, function=f"{cls.__name__}.__init__", message="should return None")
    linked.note_made(cx, made)
    return nodes.made(cx, node, made) if cls in cx.session.linked else made


def empty(cx: Context, node: ast.AST, cls: type) -> ObjRef:
    cell = Cell("object", cx.loc(node))
    cx.store.set(cell, Attributes())
    return ObjRef(cell, cls)


def call_special(cx: Context, node: ast.AST, function: Any, args: list[Val], kwargs: dict[str, Val]) -> Val | None:
    """What `object` and `dataclasses` define, which has no source; None for every other function."""
    from symdiff.frontend.python import dataclass_calls, own_attributes

    compared = dataclass_calls.compared(cx, node, function, args)
    if compared is not None:
        return compared
    if not args or not isinstance(args[0], ObjRef):
        return None
    obj = args[0]
    if own_attributes.is_asked(function):
        return own_attributes.answer(cx, node, function, obj, *args[1:])
    if function is object.__init__:
        if len(args) + len(kwargs) > 1:
            return cx.refuse("SD313", node, function=obj.cls.__name__, message="takes no arguments")
        return NONE
    if function is object.__setattr__ and len(args) == 3 and isinstance(args[1], Known) and not kwargs:
        _write(cx, node, obj, args[1].obj, args[2])
        return NONE
    if not classes.generated(function):
        return None
    owner = next((c for c in obj.cls.__mro__ if c.__dict__.get(function.__name__) is function), None)
    if owner is not None and function.__name__ == "__init__":
        return _fields(cx, node, owner, obj, args[1:], kwargs)
    name = f"`{obj.cls.__name__}.{function.__name__}`"
    return cx.refuse("SD412", node, name=name, reason="is written by `dataclasses`, without a source")


def _fields(cx: Context, node: ast.AST, owner: type, obj: ObjRef, args: list[Val], kwargs: dict[str, Val]) -> Val:
    """The `__init__` that `dataclasses` wrote for `owner`."""
    fields = classes.dataclass_fields(owner)
    order = [f.name for f in fields if f.init and not f.kw_only]
    given = dict(zip(order, args, strict=False))
    allowed = {f.name for f in fields if f.init}
    needed = {f.name for f in fields if f.init and f.default is f.default_factory is dataclasses.MISSING}
    if len(args) > len(order) or given.keys() & kwargs.keys() or not needed <= (given | kwargs).keys() <= allowed:
        return cx.refuse("SD313", node, function=owner.__name__, message=f"takes {', '.join(sorted(allowed))}")
    given |= kwargs
    init = classes.function_of(owner, "__init__")
    held = {} if init is None else captured.rely_on_defaults(cx, init)
    for field in fields:
        if field.name not in given:
            if field.init and field.default is not dataclasses.MISSING and held.get(field.name) is not field.default:
                return cx.refuse("SD412", node, name=f"`{owner.__name__}`", reason="has other defaults than its fields")
            default = _default(cx, node, owner, field)
            if default is None:
                continue
            given[field.name] = default
        if given[field.name] is POISON:
            return POISON
        if classes.stored(field):
            _write(cx, node, obj, field.name, given[field.name])
    if classes.lookup(owner, "__post_init__") is None:
        return NONE
    after = attribute(cx, node, obj, "__post_init__")
    extra = [given[f.name] for f in fields if not classes.stored(f)]
    return NONE if after is None else _none(calls.apply(cx, node, after, extra, {}))


def _none(val: Val) -> Val:
    return POISON if val is POISON else NONE


def _default(cx: Context, node: ast.AST, owner: type, field: dataclasses.Field[Any]) -> Val | None:
    """What `__init__` sets a field to that was not given; None where it leaves the class's own attribute."""
    path = (("item", field.name),)
    if field.default_factory is not dataclasses.MISSING:
        steps = (*path, ("attr", "default_factory"))
        factory = classes.member(cx, owner, "__dataclass_fields__", field.default_factory, *steps)
        return calls.apply(cx, node, factory, [], {})
    if not field.init and (field.default is dataclasses.MISSING or not classes.made_with_slots(owner)):
        return None
    if captured.is_constant(field.default):
        return Known(field.default)
    return classes.member(cx, owner, "__dataclass_fields__", field.default, *path, ("attr", "default"))


def field_values(cx: Context, node: ast.AST, obj: ObjRef) -> dict[str, Val] | None:
    """The fields of a dataclass, where they are all that the object has; None otherwise."""
    if not dataclasses.is_dataclass(obj.cls):
        return None
    content = attributes(cx, node, obj)
    names = [f.name for f in dataclasses.fields(obj.cls)]
    if content is None or set(names) != set(content):
        return None
    return {name: lacking.settled(cx, node, name, content[name]) for name in names}


def all_values(cx: Context, node: ast.AST, obj: ObjRef) -> dict[str, Val]:
    """What an object holds, by attribute."""
    content = attributes(cx, node, obj)
    return {} if content is None else {name: lacking.settled(cx, node, name, val) for name, val in content.items()}


def read(cx: Context, node: ast.AST, base: Val, name: str) -> Val:
    """`base.name`, whatever the base is."""
    from symdiff.frontend.python import arrays

    fake = ast.copy_location(ast.Attribute(value=ast.Constant(None), attr=name, ctx=ast.Load()), node)
    return arrays.attribute(cx, fake, base, name)


def replaced(cx: Context, node: ast.AST, obj: Val, changes: dict[str, Val]) -> Val:
    """`dataclasses.replace`: a new instance, made by `__init__` from the fields that are not changed."""
    cls = classes.class_of(obj)
    if cls is None or not dataclasses.is_dataclass(cls):
        return cx.refuse("SD403", node, function="dataclasses.replace", message="it needs an instance of a dataclass")
    given = dict(changes)
    for field in classes.dataclass_fields(cls):
        if field.init and classes.stored(field) and field.name not in given:
            given[field.name] = read(cx, node, obj, field.name)
        elif not field.init and field.name in given:
            return cx.refuse("SD403", node, function="dataclasses.replace", message=f"{field.name} has init=False")
    return calls.apply(cx, node, classes.class_value(cx, cls), [], given)
