"""Parts of lists, lists put together, and the order of their elements: `s[1:]`, `s + t`, `sorted(s)`.

A slice of a list is a list of its own that holds the same elements.  Its transpose adds to a part of a cotangent, in
place: a slice costs its own length in both directions.
"""

from __future__ import annotations

from typing import Any

from symdiff.ir import types
from symdiff.ir.core import Params
from symdiff.ir.types import Seq, Type
from symdiff.primitives.declare import CONSTANT, LINEAR, accumulate, prim
from symdiff.primitives.indexing import Spec, subscript
from symdiff.primitives.kinks import Place
from symdiff.primitives.sequences import listed, on_numbers, weighed

_PART_HELPER = '''
def _add_part(s, x, where):
    """The list s, with the elements of x added to its own at a slice."""
    for k, e in zip(range(len(s))[where], x, strict=True):
        s[k] = _add_part([*s[k]], e, slice(None)) if isinstance(e, list) else s[k] + e
    return s
'''
_TAIL: Spec = (("slice", 1, None, None, None),)
_BACKWARDS: Spec = (("slice", "v", None, -1, None),)


def _add_text(whole: str) -> Any:
    return lambda params, ins: f"_add_part({whole}, x, np.s_[{subscript(params['spec'])}])"


def _slice_text(params: Params, ins: tuple[Type, ...]) -> str:
    return f"s[{subscript(params['spec'])}]"


def _sliced(b: Any, f: Any, *xs: Any) -> Any:
    s = listed(b, *xs)
    return weighed(b, f(s, spec=_TAIL), len(xs) - 1) * weighed(b, f(s, b.v(2), spec=_BACKWARDS), len(xs))


def _added(b: Any, f: Any, x: Any, y: Any, z: Any) -> Any:
    s = f(listed(b, x, y, z), listed(b, z, x), spec=_TAIL)
    return weighed(b, f(s, listed(b, y, y, x), b.v(2), spec=_BACKWARDS), 3)


def _joined(b: Any, f: Any, x: Any, y: Any, z: Any) -> Any:
    return weighed(b, f(listed(b, x, y), listed(b, z, x, z), b.v(2)), 5)


def _first_back(b: Any, ct: Any, s: Any, t: Any, n: Any) -> Any:
    return b.op("seq_slice", ct, n, spec=(("slice", None, "v", None, None),))


def _second_back(b: Any, ct: Any, s: Any, t: Any, n: Any) -> Any:
    return b.op("seq_slice", ct, n, spec=(("slice", "v", None, None, None),))


seq_slice = prim(
    "seq_slice",
    "s *i",
    LINEAR,
    params=("spec",),
    infer=lambda ins, regions, spec: (ins[0],),
    numpy=_slice_text,
    transpose=(accumulate(lambda b, acc, ct, s, *i, spec: b.op("seq_add_part", acc, ct, *i, spec=spec)), None),
    rule=("1", ""),
    programs=on_numbers(3, _sliced),
)
seq_add_part = prim(
    "seq_add_part",
    "s x *i",
    LINEAR,
    params=("spec",),
    infer=lambda ins, regions, spec: (ins[0],),
    numpy=_add_text("[*s]"),
    inplace=_add_text("s"),
    consumes=0,
    helper=_PART_HELPER,
    transpose=(
        lambda b, ct, s, x, *i, spec: ct,
        lambda b, ct, s, x, *i, spec: b.op("seq_slice", ct, *i, spec=spec),
        None,
    ),
    programs=on_numbers(3, _added),
)
# `n` is the length of s, for the way back
seq_join = prim(
    "seq_join",
    "s t n",
    LINEAR,
    infer=lambda ins, regions: (ins[0],),
    numpy="s + t",
    transpose=(_first_back, _second_back, None),
    rule=("1 at the front", "1 at the end", ""),
    programs=on_numbers(3, _joined),
)


SORTED_BY = "_sorted_by({}, {}, reverse=reverse)"
_ORDER_HELPER = '''
def _sorted_by(less, *columns, reverse=False):
    """The places of the rows of these columns in the order of Python's sort, for which a < b is less(a, b)."""
    rows = list(zip(*columns))
    compared = functools.cmp_to_key(lambda i, j: -1 if less(rows[i], rows[j]) else 0)
    return sorted(range(len(rows)), key=compared, reverse=reverse)
'''


def _order_text(params: Params, ins: tuple[Type, ...]) -> str:
    others = "".join(f", t{k}" for k in range(len(ins) - 1))
    if params.get("less"):
        return SORTED_BY.format(params["less"], f"s{others}")
    keys = f"list(zip(s{others}))" if others else "s"
    return f"sorted(range(len(s)), key={keys}.__getitem__, reverse=reverse)"


# The places of the elements in the order of these keys, of which there are several where each is a tuple.  It is
# Python's own, for numbers that it does not compare as one expects: NaN stays where Python's sort leaves it.  If `less`
# is given, the text of a function of two rows, that is how these are compared.
seq_order = prim(
    "seq_order",
    "s *t",
    CONSTANT,
    params=("reverse", "less"),
    infer=lambda ins, regions, reverse=False, less="": (Seq(types.INT),),
    numpy=_order_text,
    helper=_ORDER_HELPER,
    kinks="equal elements keep their order",
    places=(Place("{s}[i] = {s}[j]", lambda out, s, *t: len(set(zip(s, *t, strict=True))) < len(s)),),
)
