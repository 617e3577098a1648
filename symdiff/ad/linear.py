"""Whether a function is linear in some of its arguments: what a `custom_jvp` rule must be in the tangents.

By hand, once: with t taken, `2 * x * t` is linear, `t * t` is not, for a factor of t depends on t, and `t + 1` is not,
for it is not 0 at t = 0.  A value that depends on t may be added to such values, and to zeros; multiplied by what does
not depend on t; and go through operations that are linear in it.  Nothing else may be decided by it.
"""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.ad.activity import Flags, Forward
from symdiff.ir.build import Builder, V
from symdiff.ir.core import Block, Family, Literal, Op, Program, Value, walk
from symdiff.ir.loops import loop

_SIZES = frozenset(("dim", "dim_of", "seq_len"))
_SUMS = frozenset((
    "add", "sub", "where", "select", "concatenate", "stack", "index_set", "index_add", "part_set", "part_add",
    "seq_append", "seq_set", "seq_insert", "seq_put", "seq_splice",
))  # fmt: skip


def _depends(op: Op, flags: Flags) -> Flags:
    return (any(flags) and op.prim.name not in _SIZES,) * len(op.outs)


def why_not_linear(program: Program, name: str, taken: Flags) -> str:
    """Why the results of a function that depend on the arguments taken are not linear in them; empty where they are."""
    analysis = Forward(program, _depends)
    todo, seen = [(name, taken)], {(name, taken)}
    while todo:
        function, flags = todo.pop()
        body = program.functions[function].body
        marked: set[Value] = set()
        analysis.run(body, flags, marked)
        zeros = {v for op in walk(body) for v in op.outs if _is_zero(op)}
        for op in walk(body):
            own = tuple(v in marked for v in op.ins)
            if not any(own) or op.prim.name in _SIZES:
                continue
            if op.prim.name == "call":
                call = (op.params["function"], own)
                todo += [call] if call not in seen else []
                seen.add(call)
                continue
            if not _linear(op, own, marked, zeros):
                return f"`{op.prim.name}`" + (f" at line {op.loc.line}" if op.loc is not None else "")
    return ""


def _is_zero(op: Op) -> bool:
    if op.prim.name == "const":
        return not isinstance(op.outs[0].const, Literal) and op.outs[0].const == 0
    repeated = op.prim.name == "seq_repeat" and op.ins[0].const == 0
    return repeated or op.prim.name in ("zeros", "zeros_ct", "seq_empty")


def _linear(op: Op, own: Sequence[bool], marked: set[Value], zeros: set[Value]) -> bool:
    """Whether one operation is linear in the operands marked."""
    family = op.prim.family
    if family is Family.CONTROL:
        return _control(op, own, marked)
    if op.prim.name in _SUMS and not all(on or v in zeros for v, on in zip(op.ins, own, strict=True) if _number(op, v)):
        return False
    if op.prim.partials is not None:
        return _constant_partials(op, own, marked)
    if family is Family.STRUCTURE:
        return True
    if op.prim.transpose is None:
        return False
    rules = [op.prim.transpose[min(k, len(op.prim.transpose) - 1)] for k in range(len(op.ins))]
    if any(on and rule is None for on, rule in zip(own, rules, strict=True)):
        return False
    return family is Family.LINEAR or sum(own) == 1


def _number(op: Op, v: Value) -> bool:
    """Whether an operand is one of the terms, not a mask, an index or a size."""
    return getattr(v.type, "dtype", "f8")[0] in "fc"


def _constant_partials(op: Op, own: Sequence[bool], marked: set[Value]) -> bool:
    """Whether the partials by the operands marked do not depend on them."""
    assert op.prim.partials is not None
    b = Builder()
    found = op.prim.partials(b, V(b, op.outs[0]), *(V(b, v) for v in op.ins))
    tainted = set(marked)
    for made in b.ops:
        if any(v in tainted for v in made.ins):
            tainted.update(made.outs)
    return all(not isinstance(p, V) or p.value not in tainted for p, on in zip(found, own, strict=True) if on)


def _control(op: Op, own: Sequence[bool], marked: set[Value]) -> bool:
    """Nothing may be decided by a value marked: a branch, the number of turns."""
    if op.prim.name == "cond":
        return not own[0]
    part = loop(op)
    decided: list[Value] = [*part.bounds, *part.exit]
    if op.prim.name == "while":
        before: Block = op.regions[0]
        decided += before.outs
    return not any(v in marked for v in decided)
