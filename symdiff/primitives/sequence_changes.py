"""Elements put into a list and taken out of it anywhere: `s.insert(i, x)`, `del s[i]`, `s[lo:hi] = t`.

Each is undone by another one, so that both directions cost what Python's own do, and save numbers alone:

    y = s.pop(i)                       d_s.insert(i, d_y)
    s.insert(i, x)                     d_x = d_s.pop(i)
    s[lo:hi] = t                       d_t = d_s[lo:lo + k]; d_s[lo:lo + k] = [0.0] * m

where k elements of t took the place of m others.
"""

from __future__ import annotations

from typing import Any

from symdiff.ir import types
from symdiff.ir.core import Params
from symdiff.ir.types import AVal, Kind, Seq, Type
from symdiff.primitives.declare import CONSTANT, STRUCTURE, prim
from symdiff.primitives.indexing import Spec, subscript
from symdiff.primitives.sequences import listed, on_numbers, or_zeros, weighed

_INSERTED_HELPER = '''
def _inserted(s, i, x):
    """The list s with x in it where `insert` puts it."""
    s = [*s]
    s.insert(i, x)
    return s
'''
_WITHOUT_HELPER = '''
def _without(s, where):
    """The list s without its element, or its slice, at a place."""
    s = [*s]
    del s[where]
    return s
'''
_SPLICED_HELPER = '''
def _spliced(s, where, t):
    """The list s with the elements of t in place of a slice."""
    s = [*s]
    s[where] = t
    return s
'''
INSIDE, FRONT, ANY = "inside", "front", "any"  # what is known of an index: a place of the list, not negative, nothing


def _found(ins: tuple[Type, ...], regions: tuple[()], **params: Any) -> tuple[Type, ...]:
    return (ins[0],)


# --- one element


def _new_place(b: Any, ct: Any, i: Any, where: str) -> Any:
    """The index that an element put in at i has in the longer list."""
    const = i.const
    if const == 0 or (where == INSIDE and (const is None or const > 0)):
        return i
    if where == INSIDE:
        return b.v(const - 1)
    return b.op("seq_place", ct, i, below=where == ANY and (const is None or const < 0), hint="at")


def _taken_back(b: Any, cts: Any, outs: Any, s: Any, i: Any, x: Any, where: str) -> Any:
    at = _new_place(b, cts[0], i, where)
    return (b.op("seq_get", cts[0], at), None, b.op("seq_delete", cts[0], at, below=where == ANY))[::-1]


def _put_back(b: Any, cts: Any, outs: Any, s: Any, i: Any, below: bool) -> Any:
    zero, const = b.zeros(b.before("seq_get", s, i)), i.const
    if const is None and below:
        return b.op("seq_put", cts[0], i, zero), None
    if const == -1:
        return b.op("seq_append", cts[0], zero), None
    at = b.v(const + 1) if const is not None and const < 0 else i
    return b.op("seq_insert", cts[0], at, zero, where=INSIDE), None


seq_place = prim(
    "seq_place",
    "s i",
    CONSTANT,
    params=("below",),
    infer=lambda ins, regions, below: (types.INT,),
    numpy=lambda params, ins: "min(i, len(s) - 1)" + " if i >= 0 else max(i - 1, -len(s))" * params["below"],
)
seq_insert = prim(
    "seq_insert",
    "s i x",
    STRUCTURE,
    params=("where", "queue"),
    infer=_found,
    numpy="_inserted(s, i, x)",
    inplace=lambda params, ins: "s.appendleft(x)" if params.get("queue") else "s.insert(i, x)",
    consumes=0,
    helper=_INSERTED_HELPER,
    vjp=_taken_back,
    jvp=lambda b, ts, outs, s, i, x, where: (
        b.op("seq_insert", or_zeros(b, ts[0], s), i, or_zeros(b, ts[2], x), where=where),
    ),
    rule=("1 outside", "", "1"),
    programs=on_numbers(
        3,
        lambda b, f, x, y, z: weighed(
            b, f(f(f(listed(b, x, y), b.v(0), z, where=INSIDE), b.v(-9), y, where=ANY), b.v(7), x, where=FRONT), 5
        ),
    ),
)
# a list as a deque, and back: see `passes.queues`, which runs when all derivatives are taken
seq_queue = prim(
    "seq_queue",
    "s",
    STRUCTURE,
    infer=_found,
    numpy="collections.deque(s)",
    inplace="s = collections.deque(s)",
    consumes=0,
)
seq_list = prim("seq_list", "s", STRUCTURE, infer=_found, numpy="list(s)", inplace="s = list(s)", consumes=0)
# the inverse of `del s[i]`, also of an index that counts from the end: the list that has x at i, and is s without it
seq_put = prim(
    "seq_put",
    "s i x",
    STRUCTURE,
    infer=_found,
    numpy="_inserted(s, i if i >= 0 else len(s) + 1 + i, x)",
    inplace="s.insert(i if i >= 0 else len(s) + 1 + i, x)",
    consumes=0,
    helper=_INSERTED_HELPER,
    vjp=lambda b, cts, outs, s, i, x: (
        b.op("seq_get", cts[0], i),
        None,
        b.op("seq_delete", cts[0], i, below=True),
    )[::-1],
    jvp=lambda b, ts, outs, s, i, x: (b.op("seq_put", or_zeros(b, ts[0], s), i, or_zeros(b, ts[2], x)),),
    rule=("1 outside", "", "1"),
    programs=on_numbers(3, lambda b, f, x, y, z: weighed(b, f(f(listed(b, x, y), b.v(-1), z), b.v(1), x), 4)),
)
seq_delete = prim(
    "seq_delete",
    "s i",
    STRUCTURE,
    params=("below", "queue"),
    infer=_found,
    numpy="_without(s, i)",
    inplace=lambda params, ins: "s.popleft()" if params.get("queue") else "del s[i]",
    consumes=0,
    helper=_WITHOUT_HELPER,
    vjp=_put_back,
    jvp=lambda b, ts, outs, s, i, below: (b.op("seq_delete", ts[0], i, below=below),),
    rule=("1 outside", ""),
    programs=on_numbers(
        3,
        lambda b, f, x, y, z: weighed(
            b, f(f(f(listed(b, x, y, z, z, x), b.v(1), below=False), b.v(-2), below=True), b.v(-1), below=True), 2
        ),
    ),
)


# --- a slice

_FIRST: Spec = (("slice", None, "v", None, None),)
_PART: Spec = (("slice", "v", "v", None, None),)


def _range_text(params: Params, ins: tuple[Type, ...]) -> str:
    return f"range(n)[{subscript(params['spec'])}]"


# where a slice of a list of n elements begins, and how many it has
span_start = prim(
    "span_start",
    "n *i",
    CONSTANT,
    params=("spec",),
    infer=lambda ins, regions, spec: (types.INT,),
    numpy=lambda params, ins: f"{_range_text(params, ins)}.start",
)
span_size = prim(
    "span_size",
    "n *i",
    CONSTANT,
    params=("spec",),
    infer=lambda ins, regions, spec: (types.INT,),
    numpy=lambda params, ins: f"len({_range_text(params, ins)})",
)
# how many numbers a range has whose step is found when it runs
range_size = prim(
    "range_size",
    "lo hi step",
    CONSTANT,
    infer=lambda ins, regions: (types.INT,),
    numpy="len(range(lo, hi, step))",
    raises=True,
    samples=lambda rng: [((1, 8, 3), {}), ((8, 1, -3), {}), ((3, 3, 2), {})],
)


def _start(b: Any, s: Any, i: Any, spec: Spec) -> Any:
    return b.v(0) if spec[0][1] in (None, 0) else b.op("span_start", b.before("seq_len", s), *i, spec=spec, hint="lo")


def _is_zero(lo: Any) -> bool:
    return bool(lo.const == 0)


def _is_empty(i: Any, spec: Spec) -> bool:
    """Whether a slice has certainly no element: `[:0]`, `[k:k]`."""
    _, lo, hi, *_ = spec[0]
    return (lo in (None, 0) and hi == 0) or (lo == hi == "v" and i[0].value is i[1].value)


def _zeros_between(b: Any, s: Any, i: Any, spec: Spec) -> Any:
    """Zeros for the elements that a slice has: as many, where they are numbers."""
    t = types.cotangent(s.type.elem)
    if isinstance(t, AVal) and t.kind is not Kind.ARRAY:
        count = b.op("span_size", b.before("seq_len", s), *i, spec=spec)
        return b.op("seq_repeat", b.const(0j if t.complex else 0.0, t), count)
    return b.zeros(b.before("seq_slice", s, *i, spec=spec))


def _replaced_back(b: Any, cts: Any, outs: Any, s: Any, t: Any, *i: Any, spec: Spec) -> Any:
    lo, count = _start(b, s, i, spec), b.before("seq_len", t)
    hi = count if _is_zero(lo) else b.op("add", lo, count, hint="hi")
    back = b.op("seq_slice", cts[0], lo, hi, spec=_PART)
    if _is_empty(i, spec):
        return (b.op("seq_cut", cts[0], lo, hi, spec=_PART), back, *(None for _ in i))
    zeros = _zeros_between(b, s, i, spec)
    return (b.op("seq_splice", cts[0], zeros, lo, hi, spec=_PART), back, *(None for _ in i))


def _cut_back(b: Any, cts: Any, outs: Any, s: Any, *i: Any, spec: Spec) -> Any:
    lo = _start(b, s, i, spec)
    zeros = _zeros_between(b, s, i, spec)
    return (b.op("seq_splice", cts[0], zeros, lo, lo, spec=_PART), *(None for _ in i))


seq_repeat = prim(
    "seq_repeat",
    "x n",
    CONSTANT,
    infer=lambda ins, regions: (Seq(ins[0]),),
    numpy="[x] * n",
)
seq_splice = prim(
    "seq_splice",
    "s t *i",
    STRUCTURE,
    params=("spec",),
    infer=_found,
    numpy=lambda params, ins: f"_spliced(s, np.s_[{subscript(params['spec'])}], t)",
    inplace=lambda params, ins: f"s[{subscript(params['spec'])}] = t",
    consumes=0,
    helper=_SPLICED_HELPER,
    vjp=_replaced_back,
    jvp=lambda b, ts, outs, s, t, *i, spec: (
        b.op("seq_splice", or_zeros(b, ts[0], s), or_zeros(b, ts[1], t), *i, spec=spec),
    ),
    rule=("1 outside", "1", ""),
    programs=on_numbers(
        3,
        lambda b, f, x, y, z: weighed(
            b, f(f(listed(b, x, y), listed(b, z), b.v(1), spec=_FIRST), listed(b, y, x), b.v(1), b.v(9), spec=_PART), 3
        ),
    ),
)
seq_cut = prim(
    "seq_cut",
    "s *i",
    STRUCTURE,
    params=("spec",),
    infer=_found,
    numpy=lambda params, ins: f"_without(s, np.s_[{subscript(params['spec'])}])",
    inplace=lambda params, ins: f"del s[{subscript(params['spec'])}]",
    consumes=0,
    helper=_WITHOUT_HELPER,
    vjp=_cut_back,
    jvp=lambda b, ts, outs, s, *i, spec: (b.op("seq_cut", ts[0], *i, spec=spec),),
    rule=("1 outside", ""),
    programs=on_numbers(3, lambda b, f, x, y, z: weighed(b, f(listed(b, x, y, z, y), b.v(1), b.v(3), spec=_PART), 2)),
)
