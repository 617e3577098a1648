"""Lists of which operations want to know nothing but how long they are.

d_s = [0.0] * len(s)     ⟹     d_s = [0.0] * n_s

Branches and loops that capture such a list capture its length instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from symdiff.ir.build import Builder
from symdiff.ir.core import Block, Op, Value
from symdiff.ir.loops import first_capture
from symdiff.ir.types import INT, AVal, Kind, Seq

_READS = ("zeros_ct", "seq_len")
_DEPTH = 50  # of branches and loops in each other


def known_by_length(ops: Sequence[Op], outs: Sequence[Value], values: Iterable[Value]) -> list[Value]:
    """Those of the values that are lists of numbers of which nothing but the length is asked for: by zeros, too."""
    lists = [v for v in values if is_of_numbers(v) and v not in outs]
    return [v for v in lists if _is_asked(ops, v, _DEPTH) is True] if lists else []


def is_of_numbers(v: Value) -> bool:
    t = v.type
    return isinstance(t, Seq) and isinstance(t.elem, AVal) and t.elem.kind is not Kind.ARRAY


def _is_asked(ops: Sequence[Op], v: Value, depth: int) -> bool | None:
    """Whether a list is asked for its length alone; None where it is not asked for anything."""
    found = None
    for op in ops:
        for k in [k for k, x in enumerate(op.ins) if x is v]:
            if op.regions:
                params = [(region, region.params[k - len(op.ins)]) for region in op.regions]
                if not depth or k < first_capture(op) or any(p in region.outs for region, p in params):
                    return False
                asked = [_is_asked(region.ops, p, depth - 1) for region, p in params]
            else:
                asked = [op.prim.name in _READS]
            if False in asked:
                return False
            found = found or True in asked or None
    return found


def with_lengths(
    ops: Sequence[Op], outs: Sequence[Value], counts: Mapping[Value, Value]
) -> tuple[list[Op], list[Value]]:
    """The operations and results, given these lengths instead of lists."""
    env: dict[Value, Value] = {}
    made: list[Op] = []
    for op in ops:
        ins = tuple(env.get(v, v) for v in op.ins)
        if op.regions:
            made.append(_capturing(op, ins, counts))
        elif op.prim.name not in _READS or op.ins[0] not in counts:
            made.append(op if ins == op.ins else Op(op.prim, ins, op.outs, op.params, (), op.loc))
        elif op.prim.name == "seq_len":
            env[op.out] = counts[op.ins[0]]
        else:
            b = Builder(op.loc)
            env[op.out] = _zeros(b, op, counts[op.ins[0]])
            made += b.ops
    return made, [env.get(v, v) for v in outs]


def _capturing(op: Op, ins: Sequence[Value], counts: Mapping[Value, Value]) -> Op:
    """A branch or loop that captures lengths instead of lists."""
    places = [k for k, v in enumerate(ins) if v in counts]
    regions = []
    for region in op.regions if places else ():
        params, inner = list(region.params), dict[Value, Value]()
        for k in places:
            old = params[k - len(ins)]
            params[k - len(ins)] = inner[old] = Value(INT, counts[ins[k]].hint)
        body, outs = with_lengths(region.ops, region.outs, inner)
        regions.append(Block(tuple(params), tuple(body), tuple(outs)))
    if not places and tuple(ins) == op.ins:
        return op
    found = tuple(counts.get(v, v) for v in ins)
    return Op(op.prim, found, op.outs, op.params, tuple(regions) or op.regions, op.loc)


def _zeros(b: Builder, op: Op, count: Value) -> Value:
    t = op.out.type
    assert isinstance(t, Seq) and isinstance(t.elem, AVal)
    number = 0j if t.elem.complex else 0.0
    if op.params.get("loose") and not t.elem.pythonic:
        zero = b.op("convert", number, kind=t.elem.kind, dtype=t.elem.dtype, loose=True).value
    else:
        zero = b.const(number, t.elem)
    made = b.op("seq_repeat", zero, count, hint=op.out.hint).value
    made.origin = op.out.origin
    return made
