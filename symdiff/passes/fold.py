"""Constant folding and algebra that change no rounding: -O1.

By hand, once: `y = -(-x) * 1` becomes `y = x`, but `x + 0` stays: at x = -0.0 it is 0.0.  Constants are computed with
the operation's own NumPy text, only where IEEE arithmetic prescribes every bit (never `exp`), and never where it warns.
The rows of arithmetic are in `identities`.
"""

from __future__ import annotations

import ast
import warnings
from typing import Any

import numpy as np

from symdiff.ir import dims, template, types
from symdiff.ir.build import V
from symdiff.ir.core import Block, Op, Program, Value
from symdiff.ir.interpret import compile_lambda
from symdiff.ir.loops import Groups
from symdiff.ir.types import AVal, Kind, Opt, Seq
from symdiff.passes import identities
from symdiff.passes.identities import FLOATS
from symdiff.passes.regions import rebuilt, substitute
from symdiff.passes.report import Report
from symdiff.passes.rules import Rewriter, Row, Site, number_type

_EXACT = (
    *("neg", "positive", "add", "sub", "mul", "div", "floordiv", "floor_divide", "mod", "remainder", "abs", "sign"),
    *("sqrt", "floor", "ceil", "maximum", "minimum", "gt", "lt", "ge", "le", "eq", "ne", "convert"),
    *("logical_not", "logical_and", "logical_or", "not", "truth"),
)
_SCALARS = (Kind.PYTHON, Kind.NUMPY)


def fold(program: Program, report: Report | None = None) -> Program:
    """The program with constants folded; results equal bit for bit."""
    return Rewriter(ROWS, report).program(program)


def tidy(program: Program, report: Report | None = None) -> Program:
    """The part of `fold` that also leaves the program's derivative as it is, bit for bit: no sum of cotangents has its
    terms in another order.
    """
    return Rewriter(TIDY_ROWS, report).program(program)


# --- constants


def _value(v: Value) -> Any:
    """The run-time object of a scalar constant."""
    t = number_type(v)
    return v.const if t.kind is Kind.PYTHON else np.dtype(t.dtype).type(v.const)


def _constant(site: Site) -> V | None:
    op = site.op
    out = op.out.type
    if not op.ins or any(site.number(v) is None for v in op.ins) or not isinstance(out, AVal) or out.shape:
        return None
    if out.kind not in _SCALARS or any(number_type(v).kind not in _SCALARS for v in op.ins):
        return None
    try:
        found = _compute(op)
    except (ArithmeticError, ValueError, TypeError, RuntimeWarning, DeprecationWarning):
        return None
    if types.type_of(found) != out or (isinstance(found, int) and abs(found) >= 2**63):
        return None
    plain = found.item() if isinstance(found, np.generic) else found
    return site.v(site.b.const(plain, out))


def _compute(op: Op) -> Any:
    names = template.operand_names(op.prim, len(op.ins))
    text = template.expression(op, [ast.Name(n, ast.Load()) for n in names], template.int_dim)
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        return compile_lambda(names, text)(*map(_value, op.ins))


def _size(site: Site) -> Any:
    size = site.op.params["size"]
    return size if isinstance(size, int) else None


def _size_of(site: Site) -> Any:
    size = number_type(site.op.ins[0]).shape[site.op.params["axis"]]
    return size if isinstance(size, int) else None


# --- choices between a NumPy and a Python number: `d if x > 0 else 0.0`, converted where it matters


def _loose(site: Site, v: Value) -> Value | None:
    """The Python number that v is, or what it was before it became an np.float64; None of an np.float64."""
    if number_type(v).kind is Kind.PYTHON:
        return v
    if isinstance(site.number(v), float):
        return site.b.const(v.const)
    op = site.source(v, "convert")
    return op.ins[0] if op is not None and number_type(op.ins[0]).pythonic else None


def _conditional(site: Site) -> Any:
    pred, *chosen = site.op.ins
    double = AVal(Kind.NUMPY, (), "f8")
    if site.op.out.type != double or number_type(pred).kind is Kind.ARRAY:
        return None
    if any(number_type(v).dtype != "f8" or number_type(v).kind not in _SCALARS for v in chosen):
        return None
    found = [_loose(site, v) for v in chosen]
    if all(v is None for v in found):
        return None
    sides = [
        site.b.op("convert", old, kind=Kind.MIXED, dtype="f8") if new is None else new
        for old, new in zip(chosen, found, strict=True)
    ]
    return site.b.op("convert", site.b.op("select", pred, *sides), kind=Kind.NUMPY, dtype="f8")


def _kind_of_the_other(site: Site) -> Any:
    """Next to an np.float64, or an array of these, a number's own kind does not matter."""
    for k, v in enumerate(site.op.ins):
        other = number_type(site.op.ins[1 - k])
        converted = site.source(v, "convert")
        if converted is None or number_type(v) != AVal(Kind.NUMPY, (), "f8"):
            continue
        loose = converted.ins[0]
        if number_type(loose) in FLOATS and other.dtype == "f8" and other.kind in (Kind.NUMPY, Kind.ARRAY):
            ins = [*site.op.ins]
            ins[k] = loose
            return site.b.op(site.op.prim.name, *ins, **site.op.params)
    return None


# --- conversions and shapes


def _to_own_type(site: Site) -> Any:
    x = site.op.ins[0]
    return x if x.type == site.op.out.type else None


def _of_either_kind(site: Site) -> Any:
    """A known Python float that counts as a number of either kind; what is already of either kind is written as one."""
    x, out = site.op.ins[0], number_type(site.op.out)
    known = isinstance(x.const, float) and number_type(x).kind is not Kind.NUMPY
    return site.b.const(x.const, out) if known and out.either and number_type(x).dtype == out.dtype else None


def _known_float(site: Site) -> Any:
    """A Python float made of one, which counted as a number of either kind: of 1.0, and of 1.0 * x."""
    x, out = site.op.ins[0], site.op.out.type
    if out != types.FLOAT:
        return None
    if isinstance(x.const, float) and number_type(x).either:
        return site.b.const(x.const, out)
    product = site.source(x, "mul")
    factors = product.ins if product is not None else ()
    others = [v for v, w in zip(factors, reversed(factors), strict=True) if w.const == 1 and v.type == out]
    return others[0] if others else None


def _widened(site: Site) -> Any:
    """A conversion of a value that was only widened before."""
    inner = site.source(site.op.ins[0], "convert")
    if inner is None or number_type(inner.out).either or site.op.params["kind"] in (Kind.EITHER, Kind.MIXED):
        return None  # what is of either kind stays the object that it is
    source, between = number_type(inner.ins[0]), number_type(inner.out)
    if (source.either and site.op.params["kind"] is not Kind.PYTHON) or not _keeps_values(source.dtype, between.dtype):
        return None
    return site.b.op("convert", inner.ins[0], **site.op.params)


def _keeps_values(source: str, target: str) -> bool:
    if source[0] in "iu" and target[0] in "fc":
        return int(source[1:]) < 4
    return bool(np.can_cast(np.dtype(source), np.dtype(target), "safe"))


def _checked_twice(site: Site) -> Any:
    """Two comparisons of a shape, the second of which makes the first."""
    x, *sizes = site.op.ins
    first = site.source(x, "check_shape")
    if first is None or site.uses(x) > 1:
        return None
    shapes = (number_type(v).shape for v in (first.ins[0], x, site.op.out))
    if not all(middle in (given, wanted) for given, middle, wanted in zip(*shapes, strict=True)):
        return None
    site.absorbed.append(first)
    return site.b.op("check_shape", first.ins[0], *sizes, **site.op.params)


def _same_shape(site: Site) -> Any:
    return site.op.ins[0] if len(site.op.ins) == 1 and site.op.ins[0].type == site.op.out.type else None


def _reshape_twice(site: Site) -> Any:
    inner = site.source(site.op.ins[0], "reshape", "ravel", "expand_dims", "squeeze")
    if inner is None or len(site.op.ins) > 1 or number_type(inner.ins[0]).kind is not Kind.ARRAY:
        return None
    return site.b.op("reshape", inner.ins[0], **site.op.params)


def _axes(op: Op, rank: int) -> tuple[int, ...]:
    axes = op.params.get("axes")
    return tuple(reversed(range(rank))) if axes is None else tuple(a % rank for a in axes)


def _transposed_twice(site: Site) -> Any:
    op, rank = site.op, number_type(site.op.ins[0]).rank
    outer = _axes(op, rank)
    if outer == tuple(range(rank)):
        return op.ins[0]
    inner = site.source(op.ins[0], "transpose")
    if inner is None:
        return None
    before = _axes(inner, rank)
    joint = tuple(before[a] for a in outer)
    if joint == tuple(range(rank)):
        return inner.ins[0]
    return site.b.op("transpose", inner.ins[0], axes=joint)


def _sum_of_ones(site: Site) -> Any:
    """sum_to undoes a broadcast that only added axes of size 1."""
    inner = site.source(site.op.ins[0], "broadcast_to", "expand_dims")
    if inner is None or inner.ins[0].type != site.op.out.type:
        return None
    small, large = number_type(inner.ins[0]), number_type(inner.out)
    same = dims.equal(dims.prod(small.shape), dims.prod(large.shape))
    return inner.ins[0] if same else None


def _repeated(site: Site, v: Value) -> Value | None:
    """The scalar that v repeats, where its shape says all sizes."""
    op = site.source(v, "broadcast_to")
    return op.ins[0] if op is not None and len(op.ins) == 1 and not number_type(op.ins[0]).shape else None


def _operand_repeated(site: Site) -> Any:
    """An elementwise operation broadcasts by itself."""
    op = site.op
    scalars = [_repeated(site, v) for v in op.ins]
    if op.prim.name == "index_add":
        scalars = [None, scalars[1], *[None] * (len(op.ins) - 2)]
    ins = [v if scalar is None else scalar for v, scalar in zip(op.ins, scalars, strict=True)]
    if ins == list(op.ins):
        return None
    found = site.b.emit(op.prim, *ins, **op.params)
    same = number_type(op.out)
    if found[0].type == same:
        return found
    if number_type(found[0]).shape or op.prim.name == "index_add" or opaque(same):
        return None
    return site.b.op("broadcast_to", found[0], shape=same.shape)


def opaque(t: AVal) -> bool:
    return any(a.op == "opaque" for d in t.shape for a in dims.atoms(d))


def _reshaped_scalar(site: Site) -> Any:
    scalar = _repeated(site, site.op.ins[0])
    if scalar is None or len(site.op.ins) > 1 or opaque(number_type(site.op.out)):
        return None
    return site.b.op("broadcast_to", scalar, shape=number_type(site.op.out).shape)


def _stacked(site: Site) -> Any:
    """Reading an element of what was just stacked."""
    spec = site.op.params["spec"]
    inner = site.source(site.op.ins[0], "stack")
    if inner is None or len(spec) != 1 or spec[0][0] != "at" or not isinstance(spec[0][1], int):
        return None
    if inner.params.get("axis", 0) != 0 or not -len(inner.ins) <= spec[0][1] < len(inner.ins):
        return None
    return inner.ins[spec[0][1]]


def _whole(site: Site) -> Any:
    """Reading or overwriting all of an array: `x[:] = v`."""
    op = site.op
    if any(item[:4] != ("slice", None, None, None) for item in op.params["spec"]):
        return None
    found = op.ins[0 if op.prim.name == "index" else 1]
    return found if found.type == op.out.type else None


def _overwritten(site: Site) -> Any:
    """Overwriting all of an array by a value that is read here alone: `h[:] = v`."""
    return _whole(site) if site.uses(site.op.ins[1]) == 1 else None


def _distinct_places(site: Site) -> Any:
    """An update at arange(n), …: no element is met twice, so `x[i] += v` will do."""
    op = site.op
    if op.params.get("unique") or any(item[0] != "array" for item in op.params["spec"]):
        return None
    shape = types.broadcast([number_type(i).shape for i in op.ins[2:]])
    for i in op.ins[2:]:
        source = site.source(i, "arange")
        if source is None or number_type(i).shape != shape or len(source.ins) > 1:
            continue
        if _at_least(source.params.get("start", 0), 0) and _at_least(source.params.get("step", 1), 1):
            return site.b.emit(op.prim, *op.ins, **{**op.params, "unique": True})
    return None


def _at_least(d: Any, bound: int) -> bool:
    low = dims.lower_bound(d)
    return low is not None and low >= bound


# --- records, sequences, options


def _unpacked(site: Site) -> Any:
    pack = site.source(site.op.ins[0], site.op.prim.name.replace("unpack", "pack"))
    if pack is None or pack.params.get("side") != site.op.params.get("side"):
        return None
    return pack.ins


def _known_side(site: Site) -> Any:
    pack = site.source(site.op.ins[0], "alt_pack")
    return None if pack is None else site.b.const(pack.params["side"] == 1)


def _last_appended(site: Site) -> Any:
    append = site.source(site.op.ins[0], "seq_append")
    return append.ins[0 if site.op.prim.name == "seq_rest" else 1] if append else None


def _bound(site: Site) -> Any:
    some = site.source(site.op.ins[0], "opt_some")
    return some.ins[0] if some else None


def _zero_of_optional(site: Site) -> Any:
    """Zeros of what is not there, or of a number that is: None, or 0."""
    t, of = site.op.out.type, site.op.ins[0]
    if not isinstance(t, Opt):
        return None
    if site.source(of, "opt_none"):
        return site.b.op("opt_none", elem=t.elem)
    if not isinstance(t.elem, AVal) or t.elem.kind is Kind.ARRAY or not site.source(of, "opt_some"):
        return None
    return site.b.op("opt_some", site.b.const(0j if t.elem.complex else 0.0, t.elem))


# --- control flow


def _known_branch(site: Site) -> Any:
    op = site.op
    taken = op.ins[0].const
    if not isinstance(taken, (bool, int)):
        return None
    region = op.regions[0 if taken else 1]
    env = dict(zip(region.params, op.ins[1:], strict=True))
    site.b.ops.extend(rebuilt(o, substitute(o.ins, env), o.outs, o.regions) for o in region.ops)
    return substitute(region.outs, env)


def _no_turns(site: Site) -> Any:
    op = site.op
    bounds = [v.const for v in op.ins[:3]]
    if not all(type(n) is int for n in bounds) or not bounds[2] or len(range(*bounds)):
        return None
    loop = Groups.of(op)
    exit, _, ys = loop.results(op.outs[:-1])
    empty = [site.b.op("seq_empty", elem=y.type.elem) for y in ys if isinstance(y.type, Seq)]
    return (*[site.b.const(0) for _ in exit], *loop.operands(op)[1], *empty, site.b.const(0))


def _no_exit(site: Site) -> Any:
    """A loop whose body always says 0 has no exit."""
    op = site.op
    if not op.params.get("exit"):
        return None
    body = op.regions[-1]
    code = next((o.out.const for o in body.ops if o.prim.name == "const" and o.out is body.outs[0]), None)
    if code != 0:
        return None
    inner = Block(body.params, body.ops, body.outs[1:])
    params = {k: v for k, v in op.params.items() if k != "exit"}
    hints = [v.hint for v in op.outs[1:]]
    return (site.b.const(0), *site.b.emit(op.prim, *op.ins, regions=(*op.regions[:-1], inner), hints=hints, **params))


_BROADCASTING = ("neg", "add", "sub", "mul", "div", "select", "index_add")
_RESHAPES = ("reshape", "ravel", "squeeze", "expand_dims", "broadcast_to", "sum_to", "retype")
ROWS = (
    Row("constant", _EXACT, _constant, "operations whose bits IEEE 754 prescribes, where they neither raise nor warn"),
    Row("known size", ("dim",), _size, "always"),
    Row("known size", ("dim_of",), _size_of, "always"),
    *identities.ROWS,
    Row("conditional", ("select",), _conditional, "numbers of one dtype: the result is converted"),
    Row("kind of the other operand", ("add", "sub", "mul", "div"), _kind_of_the_other, "float64: no bit depends on it"),
    Row("conversion to the own type", ("convert",), _to_own_type, "always"),
    Row("known float of either kind", ("convert",), _of_either_kind, "the object that goes on is the same float"),
    Row("conversion of a known float", ("convert",), _known_float, "1.0 and 1.0 * x: the product is x to the bit"),
    Row("conversion after widening", ("convert",), _widened, "the first conversion keeps every value"),
    Row("shape compared twice", ("check_shape",), _checked_twice, "sizes of the first are the array's or the second's"),
    Row("reshape to the own shape", _RESHAPES, _same_shape, "always"),
    Row("reshape of reshape", ("reshape",), _reshape_twice, "always: both keep the elements in order"),
    Row("transpose of transpose", ("transpose",), _transposed_twice, "always: permutations compose"),
    Row("sum of broadcast", ("sum_to",), _sum_of_ones, "no axis is longer than 1, hence nothing is added"),
    Row("broadcasting operand", _BROADCASTING, _operand_repeated, "elementwise: each result has the same operands"),
    Row("shape of a repeated number", ("reshape", "ravel", "squeeze", "expand_dims"), _reshaped_scalar, "always"),
    Row("element of a stack", ("index",), _stacked, "elements of the stack's own type"),
    Row("all of an array", ("index", "index_set"), _whole, "slices without bounds, and the array's own type"),
    Row("distinct places", ("index_add",), _distinct_places, "indices from a range of numbers >= 0"),
    Row("unpack of pack", ("alt_unpack", "saved_unpack"), _unpacked, "always"),
    Row("side of pack", ("alt_side",), _known_side, "always"),
    Row("last of append", ("seq_last", "seq_rest"), _last_appended, "always"),
    Row("value of a bound name", ("opt_get",), _bound, "always"),
    Row("zeros of what is not there, or is", ("zeros_ct",), _zero_of_optional, "always"),
    Row("known branch", ("cond",), _known_branch, "always"),
    Row("loop without turns", ("for",), _no_turns, "bounds known"),
    Row("loop without exit", ("for", "while"), _no_exit, "the exit code is the constant 0"),
)  # fmt: skip
TIDY_ROWS = (
    Row("shape compared twice", ("check_shape",), _checked_twice, "sizes of the first are the array's or the second's"),
    Row("all of an array", ("index_set",), _overwritten, "slices without bounds, the array's own type, one reader"),
    Row("loop without turns", ("for",), _no_turns, "bounds known"),
    Row("loop without exit", ("for", "while"), _no_exit, "the exit code is the constant 0"),
)
