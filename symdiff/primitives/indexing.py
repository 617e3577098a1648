"""Reading and updating parts of arrays, by NumPy's rules for basic and advanced indices.

`spec` is the static form of the subscript, one item per entry:

    ("at", 3) ("at", None)              an integer, known or the next operand
    ("slice", lo, hi, step, size)       bounds None, an int, or "v" for the next operand; `size` is the resulting size
    ("new",)                            np.newaxis
    ("array",)                          an integer array, the next operand
    ("mask", size)                      a boolean array, the next operand; `size` is the number of True

so that `x[i, 1:, idx]` is `index(x, i, idx; spec=(("at", None), ("slice", 1, None, None, n - 1), ("array",)))`.
Reading and accumulating are each other's transposes: repeated indices add.
"""

from __future__ import annotations

from typing import Any

from symdiff.ir import types
from symdiff.ir.core import Params
from symdiff.ir.dims import Dim
from symdiff.ir.types import AVal, Kind, Type
from symdiff.primitives.declare import LINEAR, accumulate, numeric, prim

Spec = tuple[tuple[Any, ...], ...]


def index_shape(shape: tuple[Dim, ...], spec: Spec, operands: tuple[AVal, ...]) -> tuple[Dim, ...]:
    """The shape of `x[spec]`."""
    dynamic, axis = iter(operands), 0
    out: list[Dim] = []
    arrays: list[tuple[Dim, ...]] = []
    places: list[int] = []  # where an advanced index stands, in positions of `out`
    for number, item in enumerate(spec):
        if item[0] == "new":
            out.append(1)
            continue
        axis += _axes_of(item, operands, dynamic, arrays, out, places, number)
    if axis > len(shape):
        raise TypeError(f"too many indices: {axis} for an array of rank {len(shape)}")
    out.extend(shape[axis:])
    if not arrays:
        return tuple(out)
    start = places[0] if _adjacent(spec) else 0
    return (*out[:start], *types.broadcast(arrays), *out[start:])


def _axes_of(item: tuple[Any, ...], operands: Any, dynamic: Any, arrays: Any, out: Any, places: Any, number: int) -> int:
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
            entries.append("None" if item[0] == "new" else entry("v"))
    if len(entries) > 1:
        entries = _without_full_tail(entries)
    return ", ".join(entries) if entries else "()"


def _without_full_tail(entries: list[str]) -> list[str]:
    while len(entries) > 1 and entries[-1] == ":":
        entries = entries[:-1]
    return entries


def _index_infer(ins: tuple[Type, ...], regions: tuple[()], spec: Spec) -> tuple[Type, ...]:
    x, *operands = (numeric(t) for t in ins)
    shape = index_shape(x.shape, spec, tuple(operands))
    if not shape and is_basic(spec) and len(spec) >= x.rank and all(item[0] == "at" for item in spec):
        return (types.numpy(x.dtype),)
    return (AVal(Kind.ARRAY, shape, x.dtype),)


def _update_infer(ins: tuple[Type, ...], regions: tuple[()], spec: Spec, unique: bool = False) -> tuple[Type, ...]:
    x, v, *operands = (numeric(t) for t in ins)
    part = index_shape(x.shape, spec, tuple(operands))
    if types.broadcast([part, v.shape]) != part:
        raise TypeError(f"a value of shape {v.shape} does not fit into a part of shape {part}")
    return (x,)


def _add_text(params: Params, ins: tuple[Type, ...]) -> str:
    text = subscript(params["spec"])
    if is_basic(params["spec"]) or params.get("unique"):
        return f"x[{text}] += v"
    return f"np.add.at(x, ({text},), v)" if len(params["spec"]) > 1 else f"np.add.at(x, {text}, v)"


def _set_text(params: Params, ins: tuple[Type, ...]) -> str:
    return f"x[{subscript(params['spec'])}] = v"


# a copy updated: only the interpreter runs this form, generated code prints the statement
def _pure(text: Any) -> Any:
    return lambda params, ins: f"_updated(x, lambda x: {_call_text(text(params, ins))})"


def _call_text(statement: str) -> str:
    for sign, method in ((" += ", "__iadd__"), (" = ", "__setitem__")):
        if sign in statement:
            target, value = statement.split(sign)
            index = target[2:-1]
            if method == "__setitem__":
                return f"x.__setitem__({_index_object(index)}, {value})"
            return f"x.__setitem__({_index_object(index)}, x[{index}] + {value})"
    return statement


def _index_object(text: str) -> str:
    return f"np.index_exp[{text}]"


_HELPER = '''
def _updated(x, update):
    """A copy of x after an update in place."""
    x = x.copy()
    update(x)
    return x
'''

index = prim(
    "index", "x *i", LINEAR, infer=_index_infer, params=("spec",), numpy=lambda p, ins: f"x[{subscript(p['spec'])}]", views=0, masks=True,
    transpose=(accumulate(lambda b, acc, ct, x, *i, spec: b.op("index_add", acc, ct, *i, spec=spec)), None),
)  # fmt: skip
index_add = prim(
    "index_add", "x v *i", LINEAR, infer=_update_infer, params=("spec", "unique"), numpy=_pure(_add_text), inplace=_add_text, consumes=0,
    helper=_HELPER, transpose=(lambda b, ct, *ins, **p: ct, lambda b, ct, x, v, *i, **p: b.op("index", ct, *i, spec=p["spec"]), None),
)  # fmt: skip
index_set = prim(
    "index_set", "x v *i", LINEAR, infer=_update_infer, params=("spec", "unique"), numpy=_pure(_set_text), inplace=_set_text, consumes=0,
    helper=_HELPER,
    transpose=(
        lambda b, ct, x, v, *i, **p: b.op("index_set", ct, 0.0, *i, **p),
        lambda b, ct, x, v, *i, **p: b.op("index", ct, *i, spec=p["spec"]),
        None,
    ),
)  # fmt: skip
