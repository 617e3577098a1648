"""A cotangent that comes as a Python float is divided as the NumPy scalar that it stands for.

By hand, once.  The mean of no elements is NaN with NumPy's warning, and its gradient is empty.  A backward function may
be given a Python float for the cotangent of an np.float64, and Python raises where NumPy warns:

    d_v = np.full(n, d_y / n)    ⟹    d_v = np.full(n, np.float64(d_y) / n)
"""

from __future__ import annotations

from symdiff.ir import dims
from symdiff.ir.build import Builder
from symdiff.ir.core import Block, Function, Op, Program, Value, walk
from symdiff.ir.types import AVal, Kind
from symdiff.passes.regions import rebuilt, same_block, substitute

_OPERATORS = frozenset(("add", "sub", "mul", "neg", "pos", "select"))  # Python's, of Python floats


def numpy_quotients(program: Program, first: int) -> Program:
    """A backward program, right where its parameters from `first` on, cotangents, are given as Python floats."""
    main = program.main
    plain = {v for v in main.body.params[first:] if _is_double(v)}
    if not plain or not any(_divides(op) for f in program.functions.values() for op in walk(f.body)):
        return program
    body = _block(main.body, plain)
    functions = {**program.functions, program.entry: Function(main.name, body, main.dims)}
    return program if body is main.body else Program(functions, program.entry, program.records)


def _is_double(v: Value) -> bool:
    """Whether a value is an np.float64, of which a Python float may take the place."""
    t = v.type
    return isinstance(t, AVal) and t.kind is Kind.NUMPY and t.dtype == "f8"


def _is_python(v: Value) -> bool:
    return v.const is not None or (isinstance(v.type, AVal) and v.type.kind is Kind.PYTHON)


def _divides(op: Op) -> bool:
    """Whether this is a division by a Python number, of what may be one, too."""
    return op.prim.name == "div" and _is_double(op.out) and _is_python(op.ins[1]) and not op.ins[1].const


def _may_divide(op: Op) -> bool:
    return bool(op.functions) or _divides(op) or any(_divides(inner) for r in op.regions for inner in walk(r))


def _stays_python(op: Op, plain: set[Value]) -> bool:
    return op.prim.name in _OPERATORS and all(v in plain or _is_python(v) for v in op.ins)


def _block(block: Block, plain: set[Value]) -> Block:
    """The block; `plain` are the values that may be Python floats."""
    b, numpy = Builder(), dict[Value, Value]()
    never_zero: set[Value] = set()
    for op in block.ops:
        given = [v for v in op.ins if v in plain]
        if op.prim.name == "dim" and (dims.lower_bound(op.params["size"]) or 0) > 0:
            never_zero.add(op.out)
        if given and _may_divide(op) and not (op.prim.name == "div" and op.ins[1] in never_zero):
            b.loc = op.loc
            numpy |= {v: b.op("convert", v, kind=Kind.NUMPY, dtype="f8").value for v in given if v not in numpy}
            op = rebuilt(op, substitute(op.ins, numpy), op.outs, op.regions)
        elif given and (op.regions or _stays_python(op, plain)):
            plain.update(v for v in op.outs if _is_double(v))
        b.ops.append(op)
    return same_block(block, block.params, b.ops, block.outs)
