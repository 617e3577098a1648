"""Reading and updating parts of arrays, by NumPy's rules for basic and advanced indices.

`spec` is the static form of the subscript, one item per entry:

    ("at", 3) ("at", None)              an integer, known or the next operand
    ("slice", lo, hi, step, size)       bounds None, an int, or "v" for the next operand; `size` is the resulting size
    ("new",)                            np.newaxis
    ("rest",)                           an Ellipsis that stands for no axis: a 0-d part is a view, not an element
    ("array",)                          an integer array, the next operand
    ("mask", size)                      a boolean array, the next operand; `size` is the number of True

so that `x[i, 1:, idx]` is `index(x, i, idx; spec=(("at", None), ("slice", 1, None, None, n - 1), ("array",)))`.
Reading and accumulating are each other's transposes: repeated indices add.  Where an assignment through index arrays
meets a position twice, the last value stays, and it alone gets the cotangent; who emits an assignment that meets none
twice says so with `unique=True`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from symdiff.ir import types
from symdiff.ir.core import Literal, Params
from symdiff.ir.dims import Dim
from symdiff.ir.types import AVal, Kind, Type
from symdiff.primitives.declare import LINEAR, accumulate, numeric, prim

Spec = tuple[tuple[Any, ...], ...]


def index_shape(shape: tuple[Dim, ...], spec: Spec, operands: tuple[AVal, ...]) -> tuple[Dim, ...]:
    """The shape of `x[spec]`."""
    before, arrays, behind = _index_axes(shape, spec, operands)
    return (*before, *arrays, *behind)


def _index_axes(shape: tuple[Dim, ...], spec: Spec, operands: tuple[AVal, ...]) -> tuple[tuple[Dim, ...], ...]:
    """The axes of `x[spec]`: those before the axes of its index arrays, these, and those behind."""
    dynamic, axis = iter(operands), 0
    out: list[Dim] = []
    arrays: list[tuple[Dim, ...]] = []
    places: list[int] = []  # where an advanced index stands, in positions of `out`
    for item in spec:
        if item[0] == "new":
            out.append(1)
        if item[0] in ("new", "rest"):
            continue
        axis += _axes_of(item, dynamic, arrays, out, places)
    if axis > len(shape):
        raise TypeError(f"too many indices: {axis} for an array of rank {len(shape)}")
    out.extend(shape[axis:])
    if not arrays:
        return tuple(out), (), ()
    start = places[0] if _adjacent(spec) else 0
    return tuple(out[:start]), types.broadcast(arrays), tuple(out[start:])


def _axes_of(item: tuple[Any, ...], dynamic: Any, arrays: Any, out: Any, places: Any) -> int:
    """Consume one entry; how many axes of the array it takes."""
    if item[0] == "at":
        if item[1] is None:
            next(dynamic)
        return 1
    if item[0] == "slice":
        for bound in item[1:4]:
            if bound == "v":
                next(dynamic)
        out.append(item[4])
        return 1
    index = next(dynamic)
    places.append(len(out))
    arrays.append(index.shape if item[0] == "array" else (item[1],))
    return 1 if item[0] == "array" else index.rank


def _adjacent(spec: Spec) -> bool:
    """Whether the advanced indices stand side by side: NumPy then keeps their place (integers count as advanced)."""
    kinds = [item[0] in ("array", "mask", "at") for item in spec]
    first, last = kinds.index(True), len(kinds) - 1 - kinds[::-1].index(True)
    return all(kinds[first : last + 1])


def is_basic(spec: Spec) -> bool:
    """Whether the subscript gives a view."""
    return all(item[0] not in ("array", "mask") for item in spec)


def may_repeat(spec: Spec) -> bool:
    """Whether the subscript can name a position twice."""
    return any(item[0] == "array" for item in spec)


def subscript(spec: Spec, name: str = "i") -> str:
    """The text between the brackets; dynamic entries are the operands i0, i1, …"""
    count, entries = 0, []

    def entry(value: Any) -> str:
        nonlocal count
        if value is None:
            return ""
        if value == "v":
            count += 1
            return f"{name}{count - 1}"
        return str(value)

    for item in spec:
        if item[0] == "at":
            entries.append(entry("v" if item[1] is None else item[1]))
        elif item[0] == "slice":
            lo, hi, step = (entry(bound) for bound in item[1:4])
            entries.append(f"{lo}:{hi}" + (f":{step}" if step else ""))
        else:
            entries.append({"new": "None", "rest": "..."}.get(item[0]) or entry("v"))
    if len(entries) > 1 and "..." not in entries:
        entries = _without_full_tail(entries)
    return ", ".join(entries) if entries else "()"


def _without_full_tail(entries: list[str]) -> list[str]:
    while len(entries) > 1 and entries[-1] == ":":
        entries = entries[:-1]
    return entries


def _index_infer(ins: tuple[Type, ...], regions: tuple[()], spec: Spec) -> tuple[Type, ...]:
    x, *operands = (numeric(t) for t in ins)
    shape = index_shape(x.shape, spec, tuple(operands))
    # an integer for each axis reads an element; a whole slice, an Ellipsis, a new axis or an array of rank > 0 leaves
    # an array
    if not shape and all(item[0] in ("at", "array") for item in spec):
        return (types.numpy(x.dtype),)
    return (AVal(Kind.ARRAY, shape, x.dtype),)


def update_infer(ins: tuple[Type, ...], regions: tuple[()], spec: Spec, unique: bool = False) -> tuple[Type, ...]:
    x, v, *operands = (numeric(t) for t in ins)
    part = index_shape(x.shape, spec, tuple(operands))
    if len(v.shape) > len(part) or types.broadcast([part, v.shape]) != part:
        types.one_beside(part, v.shape)
        raise TypeError(
            f"a value of shape {types.shown(v.shape)} does not fit into a part of shape {types.shown(part)}"
        )
    return (x,)


def _add_text(params: Params, ins: tuple[Type, ...]) -> str:
    return adding("x", params)


def adding(target: str, params: Params) -> str:
    """The statement that adds v to a part of `target`."""
    text = subscript(params["spec"])
    if not may_repeat(params["spec"]) or params.get("unique"):
        return f"{target}[{text}] += v"
    whole = "np.s_[{}]" if ":" in text else "({})" if len(params["spec"]) > 1 else "{}"
    return f"np.add.at({target}, {whole.format(text)}, v)"


def _set_text(params: Params, ins: tuple[Type, ...]) -> str:
    return f"x[{subscript(params['spec'])}] = v"


def _pure(helper: str) -> Callable[..., str]:
    """A copy updated: only the interpreter runs this form, generated code prints the statement."""
    return lambda params, ins: f"{helper}(x, np.index_exp[{subscript(params['spec'])}], v)"


_ADD_HELPER = '''
def _accumulate(x, index, v):
    """A copy of x with v added at an index; repeated positions add up."""
    x = x.copy("K")
    np.add.at(x, index, v)
    return x
'''
_SET_HELPER = '''
def _put(x, index, v):
    """A copy of x with v at an index."""
    x = x.copy("K")
    x[index] = v
    return x
'''

_ONCE_HELPER = '''
def _index_once(x, index, after=0):
    """x[index], the cotangent of what was stored there: of two values stored at one position the last one stayed.

    `after` axes of it come behind those of the index arrays.
    """
    axis, count, place = 0, 1, np.zeros((), int)  # the number that a position has, of so many
    for entry in index:
        if entry is None or entry is ...:
            continue
        entry = entry if isinstance(entry, slice) else np.asarray(entry)
        for found in entry.nonzero() if not isinstance(entry, slice) and entry.dtype == bool else (entry,):
            if not isinstance(found, slice):
                n = x.shape[axis]
                count, place = count * n, place * n + found % n
            axis += 1
    if count > 8 * place.size:  # a few positions of many
        count, place = place.size, np.unique(place, return_inverse=True)[1].reshape(place.shape)
    last, order = np.empty(count, int), np.arange(place.size).reshape(place.shape)
    last[place] = order
    stayed = last[place] == order
    return np.where(stayed.reshape(stayed.shape + (1,) * after), x[index], x.dtype.type(0))
'''


def _once_text(params: Params, ins: tuple[Type, ...]) -> str:
    x, *operands = (numeric(t) for t in ins)
    _, _, behind = _index_axes(x.shape, params["spec"], tuple(operands))
    after = f", {len(behind)}" if behind else ""
    return f"_index_once(x, np.index_exp[{subscript(params['spec'])}]{after})"


def _index_back(b: Any, acc: Any, ct: Any, x: Any, *i: Any, spec: Spec) -> Any:
    return b.index_add(acc, ct, *i, spec=spec, **({"unique": True} if _known_apart(spec, i) else {}))


def _known_apart(spec: Spec, i: Sequence[Any]) -> bool:
    """Whether the places are known when compiling, and no two are the same: `x[[1, 0]]`."""
    known = i[0].value.const if len(spec) == len(i) == 1 and spec[0][0] == "array" else None
    if not isinstance(known, Literal):
        return False
    places = known.array().ravel().tolist()
    return len(set(places)) == len(places) and (min(places, default=0) >= 0 or max(places) < 0)


def _value_back(b: Any, ct: Any, x: Any, v: Any, *i: Any, spec: Spec, unique: bool = False) -> Any:
    return b.index(ct, *i, spec=spec)


def _overwritten_back(b: Any, ct: Any, x: Any, v: Any, *i: Any, spec: Spec, unique: bool = False) -> Any:
    return b.index_set(ct, 0.0, *i, spec=spec, unique=unique)


def _stored_back(b: Any, ct: Any, x: Any, v: Any, *i: Any, spec: Spec, unique: bool = False) -> Any:
    repeats = may_repeat(spec) and not unique and not _known_apart(spec, i)
    return (b.index_once if repeats else b.index)(ct, *i, spec=spec)


def _once_back(b: Any, ct: Any, x: Any, *i: Any, spec: Spec) -> Any:
    return b.index_set(b.zeros(x), ct, *i, spec=spec)


def _sample(*rows: tuple[tuple[int, ...], Spec, tuple[Any, ...]], value: bool = False) -> Any:
    """Samples of (shape, spec, index operands); updates also need a value of the part's shape."""

    def samples(rng: np.random.Generator) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
        found = []
        for shape, spec, given in rows:
            operands = [np.array(g) if isinstance(g, list) else g for g in given]
            part = index_shape(shape, spec, tuple(types.type_of(g) for g in operands))
            parts = [rng.normal(size=tuple(int(str(d)) for d in part))] if value else []
            found.append(((rng.normal(size=shape), *parts, *operands), {"spec": spec}))
        return found

    return samples


_ROWS: tuple[Any, ...] = (
    ((5,), (("slice", 1, -1, None, 3),), ()),
    ((3, 4), (("at", None), ("slice", None, None, -2, 2)), (-1,)),
    ((3, 4), (("slice", "v", None, None, 2), ("new",), ("at", 1)), (1,)),
    ((3, 2), (("mask", 2),), ([True, False, True],)),
)
_REPEATING = (((4, 3), (("array",),), ([0, 2, 2, 1],)), ((3, 4), (("array",), ("array",)), ([[0], [2]], [1, 1, 3])))
_MOVES = "moves elements, has no SymPy form"

index = prim("index", "x *i", LINEAR, params=("spec",), infer=_index_infer,
    numpy=lambda p, ins: f"x[{subscript(p['spec'])}]", views=0, masks=True, transpose=(accumulate(_index_back), None),
    rule=("1", ""), numerical=_MOVES, samples=_sample(*_ROWS, *_REPEATING))  # fmt: skip
index_once = prim("index_once", "x *i", LINEAR, params=("spec",), infer=_index_infer, numpy=_once_text,
    helper=_ONCE_HELPER, formula=lambda p, ins: f"x[{subscript(p['spec'])}]", masks=True,
    transpose=(_once_back, None), rule=("1 where it stayed", ""), numerical=_MOVES,
    samples=_sample(((4, 3), (("array",),), ([0, 3, 1],)), ((3,), (("array",),), ([[2, 0]],)),
    ((2, 4), (("at", 1), ("array",)), ([3, 0],)), ((2, 3, 4), (("array",), ("new",), ("array",)), ([1, 0, 1], 2)),
    ((3, 2, 90), (("slice", 1, None, None, 2), ("mask", 1), ("array",)), ([False, True], [5, 89, 5])),
    *_REPEATING))  # fmt: skip
index_add = prim("index_add", "x v *i", LINEAR, params=("spec", "unique"), infer=update_infer,
    numpy=_pure("_accumulate"), inplace=_add_text, consumes=0, helper=_ADD_HELPER,
    transpose=(lambda b, ct, *ins, **p: ct, _value_back, None), rule=("1", "1", ""), numerical=_MOVES,
    samples=_sample(*_ROWS, *_REPEATING, value=True))  # fmt: skip
index_set = prim("index_set", "x v *i", LINEAR, params=("spec", "unique"), infer=update_infer, numpy=_pure("_put"),
    inplace=_set_text, consumes=0, helper=_SET_HELPER, masks=True, transpose=(_overwritten_back, _stored_back, None),
    rule=("1 outside", "1", ""), numerical=_MOVES, samples=_sample(*_ROWS, *_REPEATING, value=True))  # fmt: skip
