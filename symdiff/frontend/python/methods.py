"""Methods of arrays, lists, dicts, strings and the user's objects."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial

import numpy as np

from symdiff.frontend.python import (
    arrays,
    comprehensions,
    container_methods,
    containers,
    copies,
    foreign,
    foreign_results,
    formatting,
    grown,
    inplace,
    list_changes,
    memory,
    operators,
    outside,
    raising,
    ranges,
    sets,
    subscripts,
    texts,
    ufuncs,
)
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.expressions import subscript
from symdiff.frontend.python.foreign_arguments import known_plain
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.numpy_calls import by_name, dtype_of
from symdiff.frontend.python.numpy_shapes import reshape
from symdiff.frontend.python.sizes import refuse_unknown_count
from symdiff.frontend.python.values import (
    NONE,
    POISON,
    Arr,
    Cell,
    DictRef,
    Foreign,
    Grown,
    Known,
    Letter,
    ListRef,
    Method,
    Num,
    OneOf,
    SetRef,
    Struct,
    Val,
)
from symdiff.ir import types
from symdiff.ir.types import Kind

_OF_TEXT = (
    "capitalize casefold center count endswith expandtabs find index isalnum isalpha isascii isdecimal isdigit "
    "isidentifier islower isnumeric isprintable isspace istitle isupper ljust lower lstrip partition removeprefix "
    "removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase title "
    "translate upper zfill"
)
_PURE_METHODS = {
    str: frozenset([*_OF_TEXT.split(), "encode", "format", "isidentifier", "join"]),
    bytes: frozenset([*_OF_TEXT.split(), "decode", "hex", "join"]),
    dict: frozenset(["keys", "values", "items", "get"]),
    list: frozenset(["index", "count"]),
    tuple: frozenset(["index", "count"]),
    float: frozenset(["is_integer", "conjugate", "as_integer_ratio", "hex"]),
    int: frozenset(["bit_length", "bit_count", "conjugate", "as_integer_ratio", "is_integer"]),
    np.ndarray: arrays.ARRAY_METHODS - {"fill", "sort", "put", "partition"},
    np.generic: arrays.ARRAY_METHODS - {"fill", "sort", "put", "partition"},
}


def call_method(cx: Context, node: ast.AST, method: Method, args: list[Val], kwargs: dict[str, Val]) -> Val:
    receiver, name = method.receiver, method.name
    if memory.is_poison(receiver, *args, *kwargs.values()):
        return POISON
    if isinstance(receiver, (Num, Arr)):
        return _array_method(cx, node, receiver, name, args, kwargs)
    run = ranges.parts(receiver)
    if run is not None and not all(isinstance(a, Known) for a in (receiver, *args)):
        return ranges.method(cx, node, run, name, args, kwargs)
    if isinstance(receiver, Foreign) or (isinstance(receiver, Known) and foreign_results.is_method(receiver.obj, name)):
        found = foreign.method(cx, node, receiver, name, args, kwargs)
        return cx.refuse("SD404", node, type=cx.describe(receiver), name=name) if found is None else found
    if isinstance(receiver, Known):
        return _known_method(cx, node, receiver, name, args, kwargs)
    if isinstance(receiver, ListRef):
        return container_methods.list_method(cx, node, receiver, name, args, kwargs)
    if isinstance(receiver, DictRef):
        return container_methods.dict_method(cx, node, receiver, name, args, kwargs)
    if isinstance(receiver, SetRef):
        return sets.method(cx, node, receiver, name, args, kwargs)
    assert isinstance(receiver, Struct)
    return _struct_method(cx, node, receiver, name, args, kwargs)


# --- objects known when compiling


def _known_method(
    cx: Context, node: ast.AST, receiver: Known, name: str, args: list[Val], kwargs: dict[str, Val]
) -> Val:
    obj = receiver.obj
    if isinstance(obj, np.ufunc):
        return ufuncs.method(cx, node, obj, name, args, kwargs)
    if isinstance(obj, dict) and name in ("items", "keys", "values", "get"):
        return container_methods.dict_method(cx, node, receiver, name, args, kwargs)
    if type(obj) in (list, dict) and name == "copy" and not args and not kwargs:
        return copies.copied(cx, node, receiver)
    if isinstance(obj, (set, frozenset)):
        return sets.method(cx, node, receiver, name, args, kwargs)
    if isinstance(obj, (np.ndarray, np.generic)) and not all(isinstance(a, Known) for a in (*args, *kwargs.values())):
        return _array_method(cx, node, receiver, name, args, kwargs)
    if isinstance(obj, str) and name == "format" and not all(isinstance(a, Known) for a in (*args, *kwargs.values())):
        made = formatting.braces(cx, obj, args, kwargs)
        return cx.refuse("SD222", node, construct="`format`") if made is None else made
    if isinstance(obj, str) and name == "join" and len(args) == 1 and not kwargs:
        return _join(cx, node, obj, args[0])
    if isinstance(obj, (list, tuple)) and name in ("index", "count"):
        items = containers.elements(cx, receiver)
        assert items is not None
        return container_methods.search(cx, node, items, name, args)
    if isinstance(obj, (str, bytes)):  # of `endswith((".py", ".txt"))`, the tuple
        plain = [(a, known_plain(cx, a)) for a in args]
        args = [a if isinstance(a, Known) or x is POISON else Known(x) for a, x in plain]
    allowed = next((names for kind, names in _PURE_METHODS.items() if isinstance(obj, kind)), frozenset())
    if name not in allowed or not all(isinstance(a, Known) for a in (*args, *kwargs.values())):
        if not isinstance(obj, (list, dict, np.ndarray)):
            return cx.refuse("SD404", node, type=type(obj).__name__, name=name)
        outside.refuse_change(cx, node, receiver, cx.text(node))
        return POISON
    try:
        found = getattr(obj, name)(
            *(a.obj for a in args if isinstance(a, Known)),
            **{k: v.obj for k, v in kwargs.items() if isinstance(v, Known)},
        )
    except (TypeError, ValueError, LookupError) as error:
        return raising.always(cx, node, error, function=f"{type(obj).__name__}.{name}", message=str(error))
    return containers.new_list(cx, node, [Known(x) for x in found]) if type(found) is list else Known(found)


# --- tuples and other structures


def _join(cx: Context, node: ast.AST, separator: str, over: Val) -> Val:
    items = containers.items_of(cx, node, over)
    content = grown.content_of(cx, over)
    if content is not None and content.form.kind == texts.KIND:
        return _refuse_join(cx, node, "texts whose number is known when it runs")
    if items is None:
        return refuse_unknown_count(cx, "SD231", node, over, iterable=f"`{cx.text(node)}`")
    found = formatting.joined(cx, separator, items)
    if found is None and any(isinstance(item, OneOf | Letter) for item in items):
        return _refuse_join(cx, node, "texts of which a condition or an index chooses one")
    return cx.refuse("SD222", node, construct="`join`") if found is None else found


def _refuse_join(cx: Context, node: ast.AST, what: str) -> Val:
    why = "how long the joined text is, and of what it is made, is then not known when compiling"
    rewrite = "print them one by one: `for text in texts: print(text, end=' ')`"
    return cx.refuse("SD299", node, construct=f"`join` of {what}", why=why, rewrite=rewrite)


def _struct_method(
    cx: Context, node: ast.AST, receiver: Struct, name: str, args: list[Val], kwargs: dict[str, Val]
) -> Val:
    if name in ("index", "count"):
        return container_methods.search(cx, node, receiver.items, name, args)
    if name == "_replace" and set(kwargs) <= set(receiver.keys):
        items = tuple(kwargs.get(k, v) for k, v in zip(receiver.keys, receiver.items, strict=True))
        return Struct(receiver.kind, items, receiver.cls, receiver.keys)
    if name == "_asdict":
        return containers.new_dict(cx, node, dict(zip(receiver.keys, receiver.items, strict=True)))
    return cx.refuse("SD404", node, type=cx.describe(receiver), name=name)


# --- arrays


def _array_method(cx: Context, node: ast.AST, receiver: Val, name: str, args: list[Val], kwargs: dict[str, Val]) -> Val:
    t = cx.aval(receiver)
    special: dict[str, Callable[..., Val]] = {"astype": _astype, "item": _item, "copy": _copy, "flatten": _flatten,
    "fill": _fill, "sort": partial(_in_order, "sort"), "view": _view,
    "partition": partial(_in_order, "partition"), "searchsorted": _searchsorted, "resize": _resize,
                                              "tolist": _tolist, "reshape": _reshape, "transpose": _transpose,
                                              "is_integer": _is_integer}  # fmt: skip
    if t.either:
        return cx.refuse("SD312", node, use=f"`.{name}`", name="a scalar")
    if name == "conjugate" and t.kind is Kind.PYTHON and t.complex and not args:
        return cx.emit(node, "conj", receiver)
    if name in ("conj", "conjugate") and not t.complex and not args:
        return receiver  # the method gives the array itself, np.conj a new one
    if name in special:
        return special[name](cx, node, receiver, args, kwargs)
    name = "conj" if name == "conjugate" else name
    args = [args[0], receiver, *args[1:]] if name == "compress" and args else [receiver, *args]
    out = kwargs.pop("out", NONE)
    if isinstance(out, Known) and out.obj is None:
        return by_name(cx, node, name, args, kwargs)
    return inplace.into(cx, node, f"np.{name}", out, False, lambda: by_name(cx, node, name, args, kwargs))


def _view(cx: Context, node: ast.AST, receiver: Val, args: list[Val], kwargs: dict[str, Val]) -> Val:
    """`x.view()`, of the same dtype, is `x[...]`."""
    if args or kwargs:
        argument = next(iter(kwargs), "dtype")
        return cx.refuse("SD402", node, argument=argument, function="view", detail=": of another dtype")
    return Arr(receiver.cell, receiver.path, receiver.cache) if isinstance(receiver, Arr) else receiver


def _resize(cx: Context, node: ast.AST, receiver: Val, args: list[Val], kwargs: dict[str, Val]) -> Val:
    why = "all names of an array keep its shape"
    return cx.refuse("SD299", node, construct="`resize` of an array in its place", why=why, rewrite=_MAKE_NEW)


_MAKE_NEW = "make a new array: `y = np.zeros(n)`, then `y[: len(x)] = x`"


def _in_order(name: str, cx: Context, node: ast.AST, receiver: Val, args: list[Val], kwargs: dict[str, Val]) -> Val:
    """`x.sort()` and `x.partition(k)` write into the array and give None, unlike the functions."""
    if not isinstance(receiver, Arr):
        return cx.refuse("SD404", node, type=cx.describe(receiver), name=name)
    made = by_name(cx, node, name, [receiver, *args], kwargs)
    return NONE if made is not POISON and memory.write(cx, node, receiver, cx.value(made)) else POISON


def _astype(cx: Context, node: ast.AST, receiver: Val, args: list[Val], kwargs: dict[str, Val]) -> Val:
    code = dtype_of(cx, node, (args or [kwargs.get("dtype", NONE)])[0])
    if code is None:
        return POISON
    copies, others = kwargs.get("copy", Known(True)), kwargs.keys() - {"dtype", "copy"}
    if not isinstance(copies, Known) or not isinstance(copies.obj, bool) or others or len(args) > 1:
        argument = ", ".join(k for k in kwargs if k != "dtype") or "order"
        return cx.refuse("SD402", node, argument=argument, function="astype", detail="")
    t = cx.aval(receiver)
    if t.complex and code[0] not in "cb":
        return cx.refuse("SD402", node, argument="dtype", function="astype", detail=": take the real part first")
    if t.dtype == code:
        return arrays.copy(cx, node, receiver) if copies.obj else receiver
    return cx.emit(node, "convert", receiver, kind=t.kind, dtype=code)


def _item(cx: Context, node: ast.AST, receiver: Val, args: list[Val], kwargs: dict[str, Val]) -> Val:
    t = cx.aval(receiver)
    if args:
        index = args[0] if len(args) == 1 else Struct("tuple", tuple(args))
        flat = t.rank > 1 and cx.is_numeric(index)
        receiver = subscript(cx, node, by_name(cx, node, "ravel", [receiver], {}) if flat else receiver, index)
        if receiver is not POISON and (not cx.is_numeric(receiver) or cx.aval(receiver).rank):
            return cx.refuse("SD403", node, function="item", message="incorrect number of indices for array")
    elif t.rank:
        return cx.refuse("SD317", node, use="`.item()`", name=f"`{cx.text(node)}`", shape=str(t))
    if receiver is POISON or (t.dtype not in types.PYTHON_NAMES and t.dtype not in ("f4", "c8")):
        return POISON
    return cx.emit(node, "convert", receiver, kind=Kind.PYTHON, dtype=_AS_PYTHON.get(t.dtype[0], "i8"))


_AS_PYTHON = {"f": "f8", "c": "c16", "b": "b1"}  # the dtype of Python's number for NumPy's; of all others "i8"


def _copy(cx: Context, node: ast.AST, receiver: Val, args: list[Val], kwargs: dict[str, Val]) -> Val:
    made = arrays.copy(cx, node, receiver)
    if isinstance(made, Arr) and not args and not kwargs:
        made.cell.contiguous = True
    return made


def _flatten(cx: Context, node: ast.AST, receiver: Val, args: list[Val], kwargs: dict[str, Val]) -> Val:
    if args or kwargs:
        return cx.refuse("SD402", node, argument="order", function="flatten", detail="")
    return cx.emit(node, "ravel", receiver)


def _fill(cx: Context, node: ast.AST, receiver: Val, args: list[Val], kwargs: dict[str, Val]) -> Val:
    if isinstance(receiver, Arr):
        if args and cx.is_numeric(args[0]) and cx.aval(args[0]).rank:
            return cx.refuse("SD403", node, function="fill", message="setting an array element with a sequence.")
        subscripts.write(cx, node, receiver, Known(Ellipsis), args[0])
    return NONE


def _searchsorted(cx: Context, node: ast.AST, receiver: Val, args: list[Val], kwargs: dict[str, Val]) -> Val:
    return by_name(cx, node, "searchsorted", [receiver, *args], kwargs)


def _tolist(cx: Context, node: ast.AST, receiver: Val, args: list[Val], kwargs: dict[str, Val]) -> Val:
    """An array as a list of Python's numbers, or of such lists."""
    t = cx.aval(receiver)
    if not t.rank:
        return _item(cx, node, receiver, [], {})
    if t.rank > 1:
        text = "return [$row.tolist() for $row in $array]"
        return comprehensions.run(cx, node, "tolist", text, {"$array": receiver})
    wide = _AS_PYTHON.get(t.dtype[0], "i8")
    if wide != t.dtype:
        receiver = cx.emit(node, "convert", receiver, kind=Kind.ARRAY, dtype=wide)
    elem = types.python(wide)
    listed = cx.at(node).emit("as_seq", cx.value(receiver), elem=elem)[0]
    return list_changes.made(cx, node, Grown((listed,), Pattern("scalar", type=elem), Cell("list")))


def _is_integer(cx: Context, node: ast.AST, receiver: Val, args: list[Val], kwargs: dict[str, Val]) -> Val:
    whole = operators.binary(cx, node, ast.FloorDiv(), receiver, Known(1))
    return operators.compare(cx, node, ast.Eq(), whole, receiver)


def _reshape(cx: Context, node: ast.AST, receiver: Val, args: list[Val], kwargs: dict[str, Val]) -> Val:
    if kwargs:
        return cx.refuse("SD402", node, argument=", ".join(kwargs), function="reshape", detail="")
    return reshape(cx, node, receiver, args[0] if len(args) == 1 else Struct("tuple", tuple(args)))


def _transpose(cx: Context, node: ast.AST, receiver: Val, args: list[Val], kwargs: dict[str, Val]) -> Val:
    if len(args) > 1:
        args = [Struct("tuple", tuple(args))]
    return by_name(cx, node, "transpose", [receiver, *args], kwargs)
