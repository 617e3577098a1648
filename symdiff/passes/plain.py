"""Numbers of cotangents that are zero or given as Python floats stay Python floats: `d_s[i] = 0.0`.

By hand, once.  The cotangent of a list of np.float64 is such a list, and what is put into it is converted:

    d_held.append(np.float64(d_x))                       d_held.append(d_x)
    d_a[i] = np.float64(0.0)                 ⟹           d_a[i] = 0.0

No bit changes where all that the function does with cotangents that are numbers is the same for both kinds: it adds,
subtracts and multiplies them, puts them into places of arrays and lists, and hands them on.  Where it divides them,
returns them as they are, calls a function, or computes in float32, the conversions stay.
"""

from __future__ import annotations

from symdiff.ir.build import Builder
from symdiff.ir.core import Block, Function, Op, Params, Program, Value, walk
from symdiff.ir.effects import derived
from symdiff.ir.types import Alt, AVal, Kind, Opt, Saved, Seq, Type
from symdiff.passes.regions import map_blocks, map_functions, rebuilt, same_block, substitute

_SAME = frozenset(("add", "sub", "mul", "neg", "masked_mul", "convert", "same", "index_add", "index_set", "full",
                   "broadcast_to", "seq_append", "seq_set", "seq_add", "seq_insert", "seq_put", "seq_repeat",
                   "cond", "for", "select", "ne"))  # fmt: skip
_SINGLE = ("f2", "f4", "c8")


def plain_numbers(program: Program) -> Program:
    """The program without conversions of cotangents that nobody can tell."""
    return map_functions(program, _function)


def _function(f: Function) -> Function:
    ops = list(walk(f.body))
    if not any(map(_is_dropped, ops)) or not all(map(_is_as_good, ops)):
        return f
    made = _made(f.body)
    if any(v in made and _holds_double(v.type) for v in f.body.outs):
        return f
    return map_blocks(f, _block)


def _made(block: Block) -> set[Value]:
    """The values that the derivative makes, also in branches and loops that it shares with the user's code."""
    made: set[Value] = set()
    for op in block.ops:
        if derived(op):
            made.update(op.outs)
        for region in op.regions:
            inside = _made(region)
            made.update(out for out, v in zip(op.outs, region.outs, strict=False) if v in inside)
    return made


def _is_double(v: Value) -> bool:
    t = v.type
    return isinstance(t, AVal) and t.kind is Kind.NUMPY and t.dtype == "f8"


def _is_dropped(op: Op) -> bool:
    """Whether this is a Python float taken for an np.float64, or zeros of a list of those."""
    if not derived(op) or len(op.outs) != 1:
        return False
    if op.prim.name == "zeros_ct":
        of = op.out.type
        return isinstance(of, Seq) and _is_number(of.elem)
    if op.prim.name == "const":
        return _is_double(op.out)
    return op.prim.name == "convert" and _is_double(op.out) and _is_number(op.ins[0].type)


def _is_number(t: Type) -> bool:
    return isinstance(t, AVal) and t.kind is not Kind.ARRAY and t.dtype == "f8"


def _is_as_good(op: Op) -> bool:
    """Whether an operation does with Python floats what it does with cotangents that are np.float64."""
    if any(isinstance(v.type, AVal) and v.type.dtype in _SINGLE for v in (*op.ins, *op.outs)):
        return False
    made = [v for v in op.ins if _is_double(v)] if derived(op) else []
    return not made or op.prim.name in _SAME


def _holds_double(t: Type) -> bool:
    todo: list[Type] = [t]
    while todo:
        t = todo.pop()
        if isinstance(t, (Alt, Saved)):
            return True
        if isinstance(t, (Seq, Opt)):
            todo.append(t.elem)
        elif t.kind is Kind.NUMPY and t.dtype == "f8":
            return True
    return False


def _block(block: Block) -> Block:
    env: dict[Value, Value] = {}
    b = Builder()
    for op in block.ops:
        op = rebuilt(op, substitute(op.ins, env), op.outs, op.regions)
        if not _is_dropped(op):
            b.ops.append(op)
            continue
        b.loc = op.loc
        if op.prim.name == "const":
            number = b.const(float(op.out.const))
            env[op.out] = b.op("convert", number, kind=Kind.NUMPY, dtype="f8", loose=True).value
        else:
            b.ops.append(Op(op.prim, op.ins, op.outs, Params(**{**op.params, "loose": True}), (), op.loc))
    return same_block(block, block.params, b.ops, substitute(block.outs, env))
