"""Computations on Python floats by `math`, twice as fast as by NumPy: -O2.

By hand, once.  `np.exp(x)` of a float is an np.float64, and everything after it runs on NumPy scalars.  Lowered,

    y2 = math.exp(y3);  y1 = 1 + y2;  y = 1 / y1;  return np.float64(y)

runs on Python floats; where a result's type says np.float64 it is converted at the exit.

How the code generator uses it, for the public function `f` of a program at -O2:

    fast = lower_scalars(program)            # None where the lowering does not apply
    if fast is not None:                     # print
        try:
            <body of fast>
        except (OverflowError, ValueError, ZeroDivisionError):
            <body of program>

`math` raises where NumPy gives inf or nan, and Python raises at a division by zero where NumPy warns: the NumPy body
then says what happens, and raises what the user's own Python arithmetic raises.  Nothing before the exception can be
seen from outside: a program with effects is not lowered, nor one whose warnings are exceptions.  Other
handling of warnings is left out, since `math` has none.  Operations marked `math=True` print their `scalar` text.  A
gradient's `float(…)` at the end disappears, since its operand is a float already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from symdiff.ir import errstate, types
from symdiff.ir.build import Builder
from symdiff.ir.core import REGISTRY, Block, Function, Op, Params, Program, Value, walk
from symdiff.ir.steps import Steps, run_steps
from symdiff.ir.types import Alt, AVal, Kind, Opt, Seq, Type
from symdiff.passes.dce import dce

_NUMBERS = {"f8", "b1", "i8"}
_REPEATABLE = {
    "opt_get",
    "raise_if",
    "computed",
}  # effects that are exceptions: running the NumPy body raises them again


class _NotLowered(Exception):
    """The program is not a computation on Python floats throughout."""


def lower_scalars(program: Program, convert_inputs: int | None = None) -> Program | None:
    """The program on Python numbers, or None.

    `convert_inputs` admits np.float64 parameters: that many, the residuals of a backward pass, are converted at entry;
    the others, cotangents, are given as floats.
    """
    if not _plausible(program, convert_inputs is not None):
        return None
    program = dce(program)
    try:
        records = {name: tuple(map(lowered, fields)) for name, fields in program.records.items()}
        functions = {}
        for name, f in program.functions.items():
            body = run_steps(_Lower(f.body).block(f.body, convert_inputs or 0 if name == program.entry else None))
            functions[name] = Function(name, body, f.dims)
    except (_NotLowered, TypeError):
        return None
    return replace(program, functions=functions, records=records)


def python_residuals(saves: Function, reads: Function, n: int) -> tuple[Function, Function]:
    """A forward and a backward function between which the n residuals that are np.float64 travel as Python floats.

    Where both are lowered, `return np.float64(L), (x, np.float64(g))` and `float(g)` become `(x, g)` and `g`.
    """
    b, start = Builder(), len(saves.body.outs) - n
    outs, params, taken = list(saves.body.outs), list(reads.body.params), list[Op]()
    for k, p in enumerate(reads.body.params[:n]):
        if p.type == types.numpy("f8"):
            outs[start + k] = _as(b, outs[start + k], types.FLOAT)
            params[k] = Value(types.FLOAT, p.hint, None, p.origin)
            taken.append(Op(REGISTRY["convert"], (params[k],), (p,), Params(kind=Kind.NUMPY, dtype="f8"), ()))
    if not taken:
        return saves, reads
    forward = Block(saves.body.params, (*saves.body.ops, *b.ops), tuple(outs))
    backward = Block(tuple(params), (*taken, *reads.body.ops), reads.body.outs)
    return Function(saves.name, forward, saves.dims), Function(reads.name, backward, reads.dims)


def _plausible(program: Program, convert_inputs: bool) -> bool:
    """The quick refusals: parameters and results of other kinds, arrays, effects, nothing to gain."""
    for v in program.main.body.params:
        t = v.type
        if not isinstance(t, AVal) or t.dtype not in _NUMBERS:
            return False
        if t.kind is not Kind.PYTHON and not (convert_inputs and t.kind is Kind.NUMPY and t.dtype == "f8"):
            return False
    if not all(isinstance(t, AVal) and t.kind in (Kind.PYTHON, Kind.NUMPY) for t in program.main.out_types):
        return False
    gain = False
    for f in program.functions.values():
        for op in walk(f.body):
            if (op.prim.effect and op.prim.name not in _REPEATABLE) or errstate.strict(errstate.of(op)):
                return False
            if op.prim.name == "call" and op.params["function"] == program.entry:
                return False
            gain = gain or any(isinstance(v.type, AVal) and v.type.kind is Kind.NUMPY for v in op.outs)
            if any(isinstance(v.type, AVal) and v.type.kind is Kind.ARRAY for v in op.outs):
                return False
    return gain


@types.inner_first
def lowered(t: Type) -> Type:
    """The type of a lowered value.  Raises where it has none."""
    if isinstance(t, AVal):
        if t.kind is Kind.ARRAY or t.dtype not in _NUMBERS or (t.kind is Kind.NUMPY and t.dtype == "i8"):
            raise _NotLowered
        return types.python(t.dtype)
    if isinstance(t, (Seq, Opt)):
        return type(t)(lowered(t.elem))
    if isinstance(t, Alt):
        return Alt(tuple(map(lowered, t.then)), tuple(map(lowered, t.orelse)))
    return t


Env = dict[Value, Value]


def _entry(b: Builder, env: Env, params: Sequence[Value], converted: int) -> list[Value]:
    """Parameters of the public function; the first of them keep their types, and NumPy's are converted."""
    found = []
    for k, p in enumerate(params):
        assert isinstance(p.type, AVal)
        given = k >= converted or p.type.kind is Kind.PYTHON
        new = Value(types.python(p.type.dtype) if given else p.type, p.hint)
        found.append(new)
        env[p] = new if given else b.op("convert", new, kind=Kind.PYTHON, dtype=p.type.dtype).value  # under a new name:
        # where `math` raises, the NumPy body reads the parameter
    return found


class _Lower:
    def __init__(self, body: Block) -> None:
        self.body = body

    def block(self, block: Block, entry: int | None = None) -> Steps:
        """The block lowered; `entry`: that of the public function, of whose parameters that many are converted."""
        b, env = Builder(), dict[Value, Value]()
        if entry is not None:
            params = _entry(b, env, block.params, entry)
        else:
            params = [Value(lowered(p.type), p.hint, None, p.origin) for p in block.params]
            env.update(zip(block.params, params, strict=True))
        for op in block.ops:
            b.loc = errstate.outside(op.loc)
            regions = []
            for region in op.regions:
                regions.append((yield self.block(region)))
            _emit(b, env, op, regions)
        outs = [env[v] for v in block.outs]
        if entry is not None:
            outs = [_as(b, new, old.type) for new, old in zip(outs, block.outs, strict=True)]
        return b.block(params, outs)


def _as(b: Builder, v: Value, t: Type) -> Value:
    if v.type == t:
        return v
    assert isinstance(t, AVal)
    return b.op("convert", v, kind=t.kind, dtype=t.dtype, hint=v.hint).value


def _emit(b: Builder, env: Env, op: Op, regions: Sequence[Block]) -> None:
    ins = _as_floats(b, op, [env[v] for v in op.ins])
    name = op.prim.name
    if name == "convert" and lowered(op.out.type) == ins[0].type:
        env[op.out] = same = ins[0]
        if not same.hint and same.const is None:
            same.hint, same.origin = op.out.hint, op.out.origin
        return
    if name in _EXPANSIONS and not op.prim.scalar:
        outs: Sequence[Value] = (b.value(_EXPANSIONS[name](b, *map(b.v, ins))),)
        outs[0].hint = outs[0].hint or op.out.hint
    else:
        outs = b.emit(op.prim, *ins, regions=regions, hints=[v.hint for v in op.outs], **_params(op))
    for old, new in zip(op.outs, outs, strict=True):
        if new.type != lowered(old.type):
            raise _NotLowered
        new.origin = new.origin or old.origin
        env[old] = new


def _as_floats(b: Builder, op: Op, ins: list[Value]) -> list[Value]:
    """An integer constant next to a float is the float it is converted to: `1.0 - y` is faster than `1 - y`."""
    if op.prim.name not in ("add", "sub", "mul", "div", "maximum", "minimum") or not any(
        v.type == types.FLOAT for v in ins
    ):
        return ins
    return [b.const(float(v.const)) if type(v.const) is int and abs(v.const) < 2**53 else v for v in ins]


def _params(op: Op) -> Mapping[str, Any]:
    params = dict(op.params)
    if op.prim.scalar and op.params.get("math") is None and not op.prim.ufunc:
        params["math"] = True
    params.pop("ufunc", None)
    if op.prim.name == "pow" and not _users_own(op):
        if not _never_complex(op):
            raise _NotLowered
        params["safe"] = True
    for key, value in params.items():
        if isinstance(value, (AVal, Seq, Opt, Alt)):
            params[key] = lowered(value)
        elif key == "types":
            params[key] = tuple(map(lowered, value))
    if op.prim.name == "convert":
        params["kind"] = Kind.PYTHON
    return Params(**params)


def _users_own(op: Op) -> bool:
    """Whether an operation works on Python numbers, and raises as they do, before it is lowered too."""
    numbers = all(isinstance(v.type, AVal) and v.type.kind is Kind.PYTHON for v in op.ins)
    return numbers and not op.params.get("ufunc")


def _never_complex(op: Op) -> bool:
    """Python's power of a negative number to a fraction is complex, where NumPy's is nan."""
    base, exponent = (v.const for v in op.ins)
    whole = isinstance(exponent, (int, float)) and float(exponent).is_integer()
    return whole or (isinstance(base, (int, float)) and base > 0)


def _masked_mul(b: Builder, d: Any, p: Any) -> Any:
    taken = b.op("logical_or", b.op("isfinite", p, math=True), b.ne(d, 0.0), math=True)
    return b.select(taken, d * p, 0.0)


def _extremum(b: Builder, x: Any, y: Any, beyond: str, within: str) -> Any:
    """The greater or smaller of two, of zeros of both signs the second, as NumPy has it; NaN where one is."""
    if x.value.const is not None:
        return b.select(b.op(within, y, x), x, y)
    if y.value.const is not None:
        return b.select(b.op(within.replace("t", "e"), x, y), y, x)
    return b.select(b.op(beyond, x, y), x, b.select(b.ne(x, x), x, y))


# What has no text in terms of `math`, by what has: of floats, or of bools, with NaN as in NumPy.
_EXPANSIONS: Mapping[str, Callable[..., Any]] = {
    "logistic": lambda b, x: b.op("div", 1.0, b.op("add", 1.0, b.op("exp", b.neg(x), math=True))),
    "square": lambda b, x: b.op("mul", x, x),
    "reciprocal": lambda b, x: b.op("div", 1.0, x),
    "maximum": lambda b, x, y: _extremum(b, x, y, "gt", "lt"),
    "minimum": lambda b, x, y: _extremum(b, x, y, "lt", "gt"),
    "masked_mul": _masked_mul,
}
