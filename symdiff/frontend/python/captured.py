"""What a function reads from outside: numbers and arrays become parameters, everything else is known and guarded."""

from __future__ import annotations

import ast
import builtins
import collections
import enum
import keyword
import re
import types as python_types
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from symdiff import trees
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.store import MISSING
from symdiff.frontend.python.values import POISON, Arr, Cell, Foreign, Known, Num, Struct, Val, is_number
from symdiff.frontend.source import Source
from symdiff.ir import types
from symdiff.ir.core import Value
from symdiff.ir.dims import Dim, var
from symdiff.ir.libraries import of_library
from symdiff.ir.types import AVal, Kind, Object
from symdiff.signature import RANDOM, Guard, Param

_LEAVES = "fciub"
_STRUCTURES = (list, tuple, dict)
_CHANGING: tuple[Any, ...] = (set, type({}.keys()), type({}.items()))  # no structure says what they hold
_READING = ("__getitem__", "__iter__", "keys", "values", "items")
_COMPILED = (python_types.BuiltinFunctionType, np.ufunc)
_CONSTANTS = (
    *(type(None), bool, int, float, complex, str, bytes, np.generic, np.dtype, type(...), range, slice, enum.Enum),
    *(python_types.ModuleType, *_COMPILED),
)


def free_name(cx: Context, node: ast.Name) -> Val:
    """A name that is no local: from the closure, the module, or the builtins."""
    source = cx.frame.source
    if node.id in source.closure:
        try:
            obj = source.closure[node.id].cell_contents
        except ValueError:
            return cx.refuse("SD320", node, name=node.id)
        return lift(cx, node, obj, f"{node.id}", (), source)
    if source.stands_for is not None and node.id in source.globals:
        return Known(source.globals[node.id])
    if node.id in source.globals:
        return lift(cx, node, source.globals[node.id], node.id, (), source)
    found = getattr(builtins, node.id, MISSING)
    if found is MISSING:
        return cx.refuse("SD320", node, name=node.id)
    if source.function is not None:  # a global of that name would hide it
        cx.guards[id(source.globals), node.id] = Guard(node.id, (), None, home=source.globals, absent=True)
    return Known(found)


def lift(
    cx: Context, node: ast.AST, obj: Any, name: str, path: tuple[tuple[str, Any], ...], source: Any, fixed: bool = False
) -> Val:
    """A captured object as a value of the evaluator; what is `fixed` nobody replaces."""
    home = _home(cx, source, name, obj, path)
    root = _root(cx, source, name, home)
    key = (root, path)
    if key in cx.captured:
        return cx.captured[key]
    if is_leaf(obj):
        found = _parameter(cx, node, obj, name, path, root, home)
    else:
        tree = trees.container(obj) if isinstance(obj, _STRUCTURES) else None
        if not fixed:
            elements = tuple(obj) if isinstance(obj, _CHANGING) else None
            cx.guards[key] = Guard(name, path, obj, source=root, tree=tree, home=home, elements=elements)
        if tree is None and _grows(obj):
            form, step = trees.contents(obj), (*path, ("contents", None))
            cx.guards[root, step] = Guard(name, step, form, source=root, home=home, elements=form)
        found = Known(obj, (root, path))
    cx.origins[root] = (name, source)
    if isinstance(found, Known) and type(obj) is collections.deque:
        from symdiff.frontend.python import mirrors

        found = mirrors.of_deque(cx, found)
    if found is not POISON:  # what is refused is so at every reading: a loop forgets what its rounds report
        cx.captured[key] = found
    return found


def _grows(obj: Any) -> bool:
    """Whether something that is no plain list, dict or set has a length that may change, without code of the user's."""
    if isinstance(obj, (*_CONSTANTS, *_CHANGING, tuple, frozenset, np.ndarray)):
        return False
    length = getattr(type(obj), "__len__", None)
    return isinstance(obj, _STRUCTURES) or isinstance(length, python_types.WrapperDescriptorType)


def is_constant(obj: Any) -> bool:
    """Whether nothing that an object holds can change."""
    if isinstance(obj, tuple | frozenset):
        return type(obj) in (tuple, frozenset) and all(map(is_constant, obj))
    return isinstance(obj, _CONSTANTS) or callable(obj)


def default(cx: Context, source: Source, parameter: str, obj: Any) -> Val:
    """A default of a helper that may change in place."""
    name = f"{source.name}_{parameter}"
    found = lift(cx, source.node, obj, name, (), source)
    cx.defaults[_root(cx, source, name, _home(cx, source, name, obj, ()))] = (source, parameter)
    return found


def rely_on_code(cx: Context, source: Source) -> None:
    """A function that is compiled in must still have this code when it is called."""
    function: Any = source.function
    if function is not None:
        _rely(cx, function, "__code__", function.__code__)


def rely_on_default(cx: Context, source: Source, parameter: str) -> None:
    """The same of a default that was used."""
    function: Any = source.function
    if function is None or source.stands_for is not None:
        return
    if parameter in source.kwdefaults:
        _rely(cx, function, "__kwdefaults__", function.__kwdefaults__)
        _rely(cx, function.__kwdefaults__, parameter, source.kwdefaults[parameter])
    else:
        _rely(cx, function, "__defaults__", function.__defaults__)


def rely_on_items(cx: Context, name: str, mapping: Mapping[Any, Any]) -> None:
    """The keys and values of a mapping that is no name of the program's."""
    items = mapping.items()
    cx.guards[id(mapping), "items"] = Guard(name, (), items, home={name: items}, elements=tuple(items))


def rely_on_keys(cx: Context, name: str, mapping: Mapping[Any, Any]) -> None:
    """The same of its keys alone."""
    keys = mapping.keys()
    cx.guards[id(mapping), "keys"] = Guard(name, (), keys, home={name: keys}, elements=tuple(keys))


def rely_on_defaults(cx: Context, function: python_types.FunctionType) -> dict[str, Any]:
    """The defaults of a function, by name: what they are must stay."""
    _rely(cx, function, "__defaults__", function.__defaults__)
    _rely(cx, function, "__kwdefaults__", function.__kwdefaults__)
    for name, obj in (function.__kwdefaults__ or {}).items():
        _rely(cx, function.__kwdefaults__, name, obj)
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    positional = function.__defaults__ or ()
    return dict(zip(names[len(names) - len(positional) :], positional, strict=True)) | (function.__kwdefaults__ or {})


def _rely(cx: Context, home: Any, name: str, obj: object) -> None:
    cx.guards[id(home), name, "relied on"] = Guard(name, (), obj, home=home)


def _home(cx: Context, source: Any, name: str, obj: Any, path: tuple[tuple[str, Any], ...]) -> Any:
    """Where a name is read from at each call: a cell, the globals, or what a partial or method passes always."""
    if name in source.closure:
        return source.closure[name]
    fixed = cx.fixed.get((id(source), name))
    if fixed is not None:
        return fixed
    if name in source.globals and (path or source.globals[name] is obj):
        return source.globals
    return None if path else cx.fixed.setdefault((id(source), name), {name: obj})


def _root(cx: Context, source: Any, name: str, home: Any) -> str:
    """Two closures of one function have cells of their own: the text of the second ends in a number."""
    module = source.function.__module__ if source.function is not None else ""
    number, _ = cx.homes_of.setdefault(id(home), (len(cx.homes_of), home))
    return f"{module}:{source.qualname if name in source.closure else ''}:{name}{f'#{number}' if number else ''}"


def _is_fixed(module: Any, obj: Any) -> bool:
    """Whether `module.name` is a function of NumPy, SciPy or the standard library."""
    if not isinstance(module, python_types.ModuleType) or not isinstance(obj, (*_COMPILED, python_types.ModuleType)):
        return False
    return of_library(module.__name__)


def rely_on(cx: Context, base: Known, step: str, name: str, found: object) -> None:
    """An attribute of a captured object must still be there or not ("has"), or be what it is ("get")."""
    if base.origin is not None:
        root, path = base.origin
        root_name, source = cx.origins[root]
        home = _home(cx, source, root_name, base.obj, path)
        cx.guards[root, path, step, name] = Guard(root_name, (*path, (step, name)), found, source=root, home=home)


class Place(NamedTuple):
    """Where a list, dict, object or array from outside is read at each call, and what was there when compiling."""

    root: str
    home: Any
    name: str
    path: trees.Path
    obj: object


def place_of(cx: Context, val: Val) -> Place | None:
    """The place of something from outside; None of what is made in the call, and of a constant."""
    if isinstance(val, Known) and val.origin is not None and not isinstance(val.obj, _CONSTANTS):
        root, path = val.origin
        name, source = cx.origins[root]
        return Place(root, _home(cx, source, name, val.obj, path), name, path, val.obj)
    if not isinstance(val, Arr) or val.cell.external is None:
        return None
    arrays = (p for p in cx.params if p.captured and isinstance(p.value, np.ndarray))
    param = next((p for p in arrays if p.name == val.cell.name), None)
    return None if param is None else Place(param.origin, param.home, param.argument, param.path, param.value)


def rely_on_sharing(cx: Context, *vals: Val) -> None:
    """Which of several lists, dicts, objects and arrays from outside are one object must stay as it is."""
    found: dict[Any, tuple[tuple[Any, str, Any], object]] = {}
    for val in vals:
        place = place_of(cx, val)
        if place is not None:
            found[place.root, place.path] = (place.home, place.name, place.path), place.obj
    kept = [(place, obj) for place, obj in found.values() if place[0] is not None]
    if len(kept) > 1:
        places = tuple(place for place, _ in kept)
        key = "sharing", *((id(home), name, path) for home, name, path in places)
        value = trees.sharing([obj for _, obj in kept])
        cx.guards[key] = Guard("", (), value, home=places[0][0], together=places)


def one_object(cx: Context, a: object, b: object) -> bool:
    """Whether two known things are one object, by whatever names; then they must stay one."""
    if not isinstance(a, Known) or not isinstance(b, Known) or a.obj is not b.obj or None in (a.origin, b.origin):
        return False
    rely_on_sharing(cx, a, b)
    return True


def structure(val: object) -> bool:
    """Whether it is a dict or an object from outside, of which another cannot be chosen by a condition."""
    if not isinstance(val, Known) or val.origin is None or callable(val.obj) or is_constant(val.obj):
        return False
    return isinstance(val.obj, dict) or hasattr(val.obj, "__dict__")


def settled(obj: object) -> bool:
    """Whether `==` of it says the same at every call: no list, deque or object with an `__eq__` of the user's."""
    if is_constant(obj) or isinstance(obj, (*_STRUCTURES, frozenset, python_types.MappingProxyType)):
        return is_constant(obj)
    cls = type(obj)
    if isinstance(cls.__eq__, python_types.FunctionType) and not of_library(cls.__module__):
        return False
    return cls.__eq__ is object.__eq__ or cls.__hash__ is not None


def array_of(cx: Context, val: Arr) -> np.ndarray | None:
    """The array from outside that this is, as a whole."""
    if val.cell.external is None or val.path:
        return None
    found = (p.value for p in cx.params if p.captured and p.name == val.cell.name)
    return next((array for array in found if isinstance(array, np.ndarray)), None)


def rely_on_absence(cx: Context, obj: object, name: str) -> None:
    """A class or an object may get no attribute of that name of its own."""
    own = getattr(obj, "__dict__", None)
    if own is not None:
        cx.guards[id(obj), name, "absent"] = Guard(name, (), None, home=own, absent=True)


def is_leaf(obj: Any) -> bool:
    if isinstance(obj, (bool, enum.Enum)):
        return False
    if isinstance(obj, np.ndarray):
        return True
    return is_number(obj)


def lift_item(cx: Context, base: Known, key: Any) -> Val:
    """One element of a known container: a parameter where the container is captured."""
    cx.note_read(id(base.obj))
    if base.origin is None:
        return Known(base.obj[key])
    root, path = base.origin
    name, source = cx.origins[root]
    own = [n for n in _READING if isinstance(getattr(type(base.obj), n, None), python_types.FunctionType)]
    if own:  # the elements are not what is stored
        shown = f"`{type(base.obj).__name__}`"
        return cx.refuse("SD412", source.node, name=shown, reason=f"defines `{own[0]}`")
    return lift(cx, source.node, base.obj[key], name, (*path, ("item", key)), source)


def spread(cx: Context, val: Any) -> Any:
    """A tuple that is known, of numbers, texts and None, as one of its parts; everything else as it is."""
    if not isinstance(val, Known) or not _is_plain_tuple(val.obj):
        return val
    cls = None if type(val.obj) is tuple else type(val.obj)
    items = tuple(spread(cx, lift_item(cx, val, k)) for k in range(len(val.obj)))
    return Struct("tuple" if cls is None else "namedtuple", items, cls, getattr(cls, "_fields", ()))


def spread_inside(cx: Context, val: Any) -> Any:
    """The same of what a name or cell holds: of the elements of a list, and of attributes."""
    if isinstance(val, Val):
        return spread(cx, val)
    parts = val.values() if isinstance(val, dict) else val if type(val) is tuple else ()
    made = [spread_inside(cx, part) for part in parts]
    if all(new is old for new, old in zip(made, parts, strict=True)):
        return val
    return type(val)(zip(val, made, strict=True)) if isinstance(val, dict) else tuple(made)


def _is_plain_tuple(obj: object) -> bool:
    named = isinstance(obj, tuple) and hasattr(type(obj), "_fields")
    if not named and type(obj) is not tuple:
        return False
    return all(is_number(x) or isinstance(x, (str, type(None))) or _is_plain_tuple(x) for x in obj)  # type: ignore[attr-defined]


def rely_on_numbers(cx: Context, known: Known) -> None:
    """A captured tuple whose parts are compiled in must still hold these."""
    if known.origin is None or not isinstance(known.obj, tuple):
        return
    root, path = known.origin
    name, source = cx.origins[root]
    for k, part in enumerate(known.obj):
        if not is_leaf(part):
            found = lift_item(cx, known, k)
            if isinstance(found, Known):
                rely_on_numbers(cx, found)
            continue
        at = (*path, ("item", k))
        home = _home(cx, source, name, part, at)
        cx.guards[root, at, "value"] = Guard(name, at, part, source=root, by_value=True, home=home)


def free_home(cx: Context, stem: str, obj: object) -> str:
    """A name that is no other object's: no name of the program leads to this one."""
    name, number = stem, 1
    while cx.fixed.get((id(cx.source), name), {name: obj})[name] is not obj:
        number += 1
        name = f"{stem} {number}"
    return name


def anchored(cx: Context, base: Known) -> Known:
    """A function, class or module of the user's to which no name leads, of the arguments or a default, as captured."""
    obj = base.obj
    owner = obj.__name__ if isinstance(obj, python_types.ModuleType) else str(getattr(obj, "__module__", ""))
    kinds = (python_types.FunctionType, python_types.ModuleType, type)
    if base.origin is not None or not isinstance(obj, kinds) or owner == "builtins" or of_library(owner):
        return base
    qualified = f".{obj.__qualname__}" if hasattr(obj, "__qualname__") else ""
    name = free_home(cx, owner + qualified, obj)
    found = lift(cx, cx.source.node, obj, name, (), cx.source)
    assert isinstance(found, Known)
    return found


def lift_attribute(cx: Context, base: Known, name: str, obj: Any) -> Val:
    cx.note_read(id(base.obj))
    base = anchored(cx, base)
    if base.origin is None:
        return Known(obj)
    root, path = base.origin
    root_name, source = cx.origins[root]
    return lift(cx, source.node, obj, root_name, (*path, ("attr", name)), source, _is_fixed(base.obj, obj))


def _parameter(
    cx: Context, node: ast.AST, obj: Any, name: str, path: tuple[tuple[str, Any], ...], root: str, home: Any
) -> Val:
    """A captured number or array: an implicit argument, fetched at each call."""
    text = name + trees.path_text(path)
    tag = f"{root}{trees.path_text(path)}"
    if isinstance(obj, np.ndarray):
        problem = array_problem(obj)
        if problem is not None:
            return cx.refuse("SD314", node, name=text, type=problem)
    by_value = tag in cx.session.statics or cx.session.by_value or _is_infinite(obj)
    if by_value and not isinstance(obj, np.ndarray):
        cx.guards[(root, path, "value")] = Guard(name, path, obj, source=root, by_value=True, home=home)
        return Known(obj)
    shape: tuple[Dim, ...] = ()
    clean = identifier(cx, text)
    if isinstance(obj, np.ndarray):
        shape = tuple(1 if n == 1 else cx.session.substitute(var(f"{clean}_{k}")) for k, n in enumerate(obj.shape))
    kind = types.type_of(obj).kind
    t = AVal(
        kind, shape, types.code(obj.dtype) if isinstance(obj, (np.ndarray, np.generic)) else types.type_of(obj).dtype
    )
    return add_parameter(cx, Param(clean, t, name, path, True, obj, root, home), text, tag)


def _is_infinite(obj: Any) -> bool:
    """Whether it is an infinity, as it came from `from math import inf`: what the program has infinite stays so."""
    return isinstance(obj, (float, np.floating)) and bool(np.isinf(obj))


def object_parameter(cx: Context, known: Known) -> Val | None:
    """An object from outside that calls are given as it is, fetched at each call; None where no name leads to it."""
    if known.origin is None:
        return None
    root, path = known.origin
    key = (root, path, "object")
    if key not in cx.captured:
        name, source = cx.origins[root]
        home = _home(cx, source, name, known.obj, path)
        t = types.object_of(type(known.obj))
        param = Param(identifier(cx, name + trees.path_text(path)), t, name, path, True, known.obj, root, home)
        value = cx.top.param(Value(t, param.name))
        cx.params.append(param)
        cx.param_values.append(value)
        cx.captured[key] = Foreign(value)
        if isinstance(known.obj, RANDOM):  # another generator of the class does as well
            cx.guards.pop((root, path), None)
    return cx.captured[key]


def array_problem(obj: np.ndarray) -> str | None:
    """Why an array is refused, by name."""
    if type(obj) is not np.ndarray:
        return f"a {type(obj).__name__}"
    if obj.dtype.kind not in _LEAVES:
        return f"an array of dtype {obj.dtype}"
    if not obj.dtype.isnative:
        return f"an array of byte order {obj.dtype.byteorder}"
    return None


def add_parameter(cx: Context, param: Param, text: str, tag: str) -> Val:
    """A parameter of the entry, as a value."""
    value = cx.top.param(Value(param.type, param.name))
    cx.params.append(param)
    cx.param_values.append(value)
    t = param.type
    if isinstance(t, Object):
        return cx.wrap(value)
    if t.kind is not Kind.ARRAY:
        return Num(value, None, frozenset({tag}) if t.dtype[0] in "iu" else frozenset())
    cell = Cell("array", None, external=text, contiguous=t.rank <= 1, name=param.name)
    if not param.captured:
        cell.param = len(cx.params) - 1
    cx.base_set(cell, value)
    return Arr(cell)


def identifier(cx: Context, text: str) -> str:
    """A free Python identifier that reads like the path: `W1` for `params['W1']`."""
    words = [w for w in re.split(r"\W+", text) if w]
    last = words[-1] if words and not words[-1].isdigit() else "_".join(words)
    taken = {p.name for p in cx.params}
    for candidate in (last, "_".join(words)):
        name = candidate if candidate.isidentifier() else f"p_{candidate}"
        if keyword.iskeyword(name):
            name += "_"
        if name not in taken:
            return name
    name, k = "_".join(words), 2
    name = name if name.isidentifier() else f"p_{name}"
    while f"{name}_{k}" in taken:
        k += 1
    return f"{name}_{k}"
