"""Values that hold other values: Opt is bound on one path only, Alt is what a branch saves, Saved what a call saves.

Packing and unpacking are each other's transposes, fields without derivative left out, so records of residuals are
differentiated like everything else.
"""

from __future__ import annotations

from typing import Any

from symdiff.ir import types
from symdiff.ir.core import Params
from symdiff.ir.types import Alt, AVal, Kind, Opt, Saved, Seq, Type
from symdiff.primitives.declare import CONSTANT, LINEAR, STRUCTURE, prim
from symdiff.primitives.sequences import element, listed, on_numbers, or_zeros, weighed
from symdiff.primitives.structure import dtype_text

# --- programs for the tests: numbers in, what was packed out


def _alt(tagged: bool, *xs: Any) -> Alt:
    """A record whose first side holds the values and an integer; `tagged` where the other has as many fields."""
    fields = (xs[0].type, types.INT, *(x.type for x in xs[1:]))
    return Alt(fields, (*fields[:-1], types.BOOL)) if tagged else Alt(fields, fields[:1])


def _product(xs: Any) -> Any:
    found, *rest = [x for x in xs if x.type.inexact]
    for k, x in enumerate(rest, 2):
        found = found * (k * x)
    return found


def _packed(b: Any, pack: Any, xs: Any, tagged: bool, side: int) -> Any:
    """The values in the record's first or second side, as far as it has room for them."""
    t = _alt(tagged, *xs)
    given = (xs[0], b.v(2), *xs[1:]) if side == 0 else (xs[0], b.v(2), *xs[1:-1], b.v(True)) if tagged else xs[:1]
    return pack(*given, side=side, type=t)


def _through_alt(pack: Any = None, unpack: Any = None) -> Any:
    """Pack, unpack and multiply, with one of the two under test, for both sides, with and without a tag."""

    def build(b: Any, f: Any, *xs: Any) -> Any:
        def packs(*fields: Any, **params: Any) -> Any:
            return f(*fields, **params) if pack else b.op("alt_pack", *fields, **params)

        def unpacks(record: Any, side: int) -> Any:
            return f(record, side=side) if unpack else b.multi("alt_unpack", record, side=side)

        found = []
        for tagged in (False, True):
            for side in (0, 1):
                fields = unpacks(_packed(b, packs, xs, tagged, side), side)
                found.append(_product(fields if isinstance(fields, list) else [fields]))
        return _product(found)

    return on_numbers(3, build)


def _sum_of_alts(b: Any, f: Any, x: Any, y: Any, z: Any) -> Any:
    first, second = (
        _packed(b, lambda *fields, **params: b.op("alt_pack", *fields, **params), xs, True, 0)
        for xs in ((x, y), (z, z))
    )
    return _product(b.multi("alt_unpack", f(first, second), side=0)) * weighed(b, f(listed(b, x), listed(b, y)), 1)


def _through_saved(b: Any, f: Any, x: Any, y: Any, z: Any) -> Any:
    fields = (x, b.v(2), y, z)
    return _product(b.multi("saved_unpack", f(*fields, name="r"), types=tuple(v.type for v in fields)))


def _from_saved(b: Any, f: Any, x: Any, y: Any, z: Any) -> Any:
    fields = (x, b.v(2), y, z)
    return _product(f(b.op("saved_pack", *fields, name="r"), types=tuple(v.type for v in fields)))


# --- bound on one path only

opt_none = prim(
    "opt_none",
    "",
    STRUCTURE,
    infer=lambda ins, regions, elem: (Opt(elem),),
    params=("elem",),
    numpy="None",
)
opt_some = prim(
    "opt_some",
    "x",
    STRUCTURE,
    infer=lambda ins, regions: (Opt(ins[0]),),
    numpy="x",
    views=0,
    vjp=lambda b, cts, outs, x: (b.op("opt_get", cts[0], name=""),),
    jvp=lambda b, ts, outs, x: (b.op("opt_some", ts[0]),),
    programs=on_numbers(1, lambda b, f, x: b.op("opt_get", f(x), name="v") * x),
)
opt_get = prim(  # raises where there is none: UnboundLocalError, with `none` TypeError; without a name there is one
    "opt_get",
    "o",
    STRUCTURE,
    infer=lambda ins, regions, name, none=False: (element(ins),),
    params=("name", "none"),
    numpy="o",
    views=0,
    effect=True,
    vjp=lambda b, cts, outs, o, name, none=False: (b.op("opt_some", cts[0]),),
    jvp=lambda b, ts, outs, o, name, none=False: (b.op("opt_get", ts[0], name=""),),
    programs=on_numbers(1, lambda b, f, x: f(b.op("opt_some", x), name="v") * x),
)


def _opt_convert_text(params: Params, ins: tuple[Type, ...]) -> str:
    """What may be of either kind stays what it is; the sizes of an array are named otherwise."""
    t = params["elem"]
    if t.either or t.kind is Kind.ARRAY:
        return "o"
    name = types.PYTHON_NAMES[t.dtype] if t.kind is Kind.PYTHON else dtype_text(t.dtype)
    return f"None if o is None else {name}(o)"


opt_convert = prim(
    "opt_convert",
    "o",
    LINEAR,
    infer=lambda ins, regions, elem: (Opt(elem),),
    params=("elem",),
    numpy=_opt_convert_text,
    views=0,
    transpose=(lambda b, ct, o, elem: b.op("opt_convert", ct, elem=types.cotangent(element((o.type,)))),),
    programs=on_numbers(1, lambda b, f, x: b.op("opt_get", f(b.op("opt_some", x), elem=x.type), name="v") * x),
)


def _absent_infer(ins: tuple[Type, ...], regions: tuple[()]) -> tuple[Type, ...]:
    for t in ins:
        element((t,))
    return (types.BOOL,)


# further operands are optional values that are there whenever the first is
opt_absent = prim("opt_absent", "o *with", CONSTANT, infer=_absent_infer, numpy="o is None")
opt_present = prim("opt_present", "o *with", CONSTANT, infer=_absent_infer, numpy="o is not None")

# --- records of residuals: pack and unpack are each other's transposes, fields without derivative left out


def _alt_unpack_infer(ins: tuple[Type, ...], regions: tuple[()], side: int) -> tuple[Type, ...]:
    (alt,) = ins
    assert isinstance(alt, Alt)
    return alt.side(side)


def _alt_pack_infer(ins: tuple[Type, ...], regions: tuple[()], side: int, type: Alt) -> tuple[Type, ...]:
    if ins != type.side(side):
        raise TypeError("alt_pack: the fields differ from the record's")
    return (type,)


def _pack_text(params: Params, ins: tuple[Type, ...]) -> str:
    return "(" + "".join(f"xs{k}, " for k in range(len(ins))) + ")"


def _tagged(t: Type) -> bool:
    """Whether a record says which side it is of: where the number of its fields does not."""
    assert isinstance(t, Alt)
    return len(t.then) == len(t.orelse)


def _alt_pack_text(params: Params, ins: tuple[Type, ...]) -> str:
    fields = [*(["side"] if _tagged(params["type"]) else []), *(f"xs{k}" for k in range(len(ins)))]
    return "(" + "".join(f"{f}, " for f in fields) + ")"


def _alt_unpack_text(params: Params, ins: tuple[Type, ...]) -> str:
    return "a[1:]" if _tagged(ins[0]) else "a"


def _alt_side_text(params: Params, ins: tuple[Type, ...]) -> str:
    (alt,) = ins
    assert isinstance(alt, Alt)
    return "a[0] == 1" if _tagged(alt) else f"len(a) == {len(alt.orelse)}"


def differentiable(values: Any) -> list[int]:
    """The positions whose type has a cotangent."""
    return [k for k, v in enumerate(values) if types.cotangent(v.type) is not None]


def _spread(values: Any, fields: Any) -> tuple[Any, ...]:
    """One entry per value: the next field where the value is differentiable, else None."""
    rest = iter(fields)
    return tuple(next(rest) if types.cotangent(v.type) is not None else None for v in values)


def _filled(b: Any, cts: Any, values: Any) -> list[Any]:
    return [or_zeros(b, cts[k], values[k]) for k in differentiable(values)]


def _alt_jvp(b: Any, ts: Any, outs: Any, *xs: Any, side: int, type: Alt) -> tuple[Any, ...]:
    return (b.op("alt_pack", *_filled(b, ts, xs), side=side, type=types.cotangent(type)),)


alt_pack = prim(
    "alt_pack",
    "*xs",
    STRUCTURE,
    infer=_alt_pack_infer,
    params=("side", "type"),
    numpy=_alt_pack_text,
    views=0,
    jvp=_alt_jvp,
    vjp=lambda b, cts, outs, *xs, side, type: _spread(xs, b.multi("alt_unpack", cts[0], side=side)),
    programs=_through_alt(pack=True),
)
alt_unpack = prim(
    "alt_unpack",
    "a",
    STRUCTURE,
    infer=_alt_unpack_infer,
    params=("side",),
    numpy=_alt_unpack_text,
    views=0,
    vjp=lambda b, cts, outs, a, side: (
        b.op("alt_pack", *_filled(b, cts, outs), side=side, type=types.cotangent(a.type)),
    ),
    jvp=lambda b, ts, outs, a, side: _spread(outs, b.multi("alt_unpack", ts[0], side=side)),
    programs=_through_alt(unpack=True),
)

# whether a record is of the second side
alt_side = prim("alt_side", "a", CONSTANT, infer=lambda ins, regions: (types.BOOL,), numpy=_alt_side_text)


def _field_cts(values: Any) -> tuple[Any, ...]:
    return tuple(types.cotangent(values[k].type) for k in differentiable(values))


def _prime(name: str) -> str:
    return name if name.endswith("'") else name + "'"


saved_pack = prim(
    "saved_pack",
    "*xs",
    STRUCTURE,
    infer=lambda ins, regions, name: (Saved(name),),
    params=("name",),
    numpy=_pack_text,
    views=0,
    vjp=lambda b, cts, outs, *xs, name: _spread(xs, b.multi("saved_unpack", cts[0], types=_field_cts(xs))),
    jvp=lambda b, ts, outs, *xs, name: (b.op("saved_pack", *_filled(b, ts, xs), name=_prime(name)),),
    programs=on_numbers(3, _through_saved),
)
saved_unpack = prim(
    "saved_unpack",
    "a",
    STRUCTURE,
    infer=lambda ins, regions, types: types,
    params=("types",),
    numpy="a",
    views=0,
    vjp=lambda b, cts, outs, a, types: (b.op("saved_pack", *_filled(b, cts, outs), name=_prime(a.type.name)),),
    jvp=lambda b, ts, outs, a, types: _spread(outs, b.multi("saved_unpack", ts[0], types=_field_cts(outs))),
    programs=on_numbers(3, _from_saved),
)


_ZEROS_HELPER = '''
def _zeros_like(x):
    """Zeros of the structure of a saved record, a list, or an array; None for what has no derivative."""
    if isinstance(x, (list, tuple)):
        found = [_zeros_like(e) for e in x]
        return found if isinstance(x, list) else tuple(e for e in found if e is not None)
    if x is None or np.asarray(x).dtype.kind not in "fc":
        return None
    return np.zeros_like(x) if isinstance(x, np.ndarray) else type(x)(0)
'''
_ADD_HELPER = '''
def _add(x, y):
    """The sum of two cotangents of one structure."""
    if isinstance(x, (list, tuple)):
        return type(x)(_add(a, b) for a, b in zip(x, y, strict=True))
    return x if x is None or isinstance(x, int) else x + y  # an int says which side a record is of
'''


def _ct_infer(ins: tuple[Type, ...], regions: tuple[()], loose: bool = False) -> tuple[Type, ...]:
    found = types.cotangent(ins[0])
    if found is None:
        raise TypeError(f"{ins[0]} has no cotangent")
    return (found,)


def _zeros_text(params: Params, ins: tuple[Type, ...]) -> str:
    """Zeros of Python's floats, in a list or bound on some paths, do not ask what they are: an int may stand there.

    `loose`: where Python floats do as well as NumPy scalars, see `passes.plain`.
    """
    t, text, name = ins[0], "{}", "x"
    while isinstance(t, Seq) and isinstance(t.elem, Seq):
        t, text, name = t.elem, text.format(f"[{{}} for {name}_ in {name}]"), f"{name}_"
    if (zero := _python_zero(t)) is not None:
        return text.format(f"None if x is None else {zero}")
    if isinstance(t, Seq) and (zero := _python_zero(t.elem)) is not None:
        return text.format(f"[None if {name}_ is None else {zero} for {name}_ in {name}]").replace("x_", "e")
    if not isinstance(t, Seq) or not isinstance(t.elem, AVal):
        return "_zeros_like(x)"
    if t.elem.kind is Kind.ARRAY:
        return text.format(f"[np.zeros_like({name}_) for {name}_ in {name}]").replace("x__", "g").replace("x_", "e")
    if params.get("loose") or t.elem.pythonic:
        return text.format(f"[{'0j' if t.elem.complex else '0.0'}] * len({name})").replace("x_", "e")
    return "_zeros_like(x)"


def _python_zero(t: Type) -> str | None:
    """The zero of what is a Python number on some paths, for which an int may stand."""
    if not isinstance(t, Opt) or not isinstance(t.elem, AVal) or not t.elem.pythonic:
        return None
    return "0j" if t.elem.complex else "0.0"


zeros_ct = prim("zeros_ct", "x", CONSTANT, infer=_ct_infer, params=("loose",), numpy=_zeros_text, helper=_ZEROS_HELPER)
add_ct = prim(
    "add_ct",
    "x y",
    STRUCTURE,
    infer=lambda ins, regions: (ins[0],),
    numpy="_add(x, y)",
    formula="x + y",
    helper=_ADD_HELPER,
    vjp=lambda b, cts, outs, x, y: (cts[0], cts[0]),
    jvp=lambda b, ts, outs, x, y: (b.op("add_ct", or_zeros(b, ts[0], x), or_zeros(b, ts[1], y)),),
    programs=on_numbers(3, _sum_of_alts),
)
