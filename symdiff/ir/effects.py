"""Which operations must stay although nobody reads their results.

Effects stay always.  An operation that may raise stays if the user wrote it, since the exception is the user's:
reading `x[i]` and dropping it raises IndexError in Python.  In derivative code it may go, for it repeats an index,
or a division, at which the primal has succeeded.  The two are told apart like this:

- derivative rules divide with `ufunc=True` (`symdiff.ir.build.V`): NumPy's division raises nothing;
- the AD driver marks what it makes itself by a location whose `function` begins with `∂` (see `derived`).

What Python's numbers raise in functions of `math`, and arrays that cannot be reshaped, is asked for once, of what
the user wrote (`raises_unread`): what is then left of a value that nobody reads is the operation `computed`.

Under `with np.errstate(divide="raise")` all that may signal may raise.
An unmarked operation counts as the user's, which is sound.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from symdiff.ir import dims, errstate, types
from symdiff.ir.core import Block, Op, Value, nested, walk
from symdiff.ir.template import all_python
from symdiff.ir.types import AVal

DERIVED = "∂"
_ELEMENTS = {"seq_get", "seq_set", "seq_swap", "seq_last", "seq_rest", "seq_delete"}
_SEQUENCES = {*_ELEMENTS, "opt_get"}
_INDEXING = {"index", "index_set", "index_add", "part_set", "part_add"}
_SLICING = {"seq_slice", "seq_add_part", "span_start", "span_size"}
_PYTHON_ARITHMETIC = {"div", "floordiv", "floor_divide", "mod", "remainder", "pow"}
_OF_SOME = {"max", "min", "argmax", "argmin"}  # ValueError, along an axis without elements
_BINDERS = {"bind_dim"}  # kept where the size that they bind is read
_LINALG = {"cholesky", "solve", "inv", "eigh_values", "eigh_vectors", "eigvalsh", "svd", "lstsq"}


def derived(op: Op) -> bool:
    """Whether the AD driver made this operation: its location's function is `∂f`."""
    return op.loc is not None and op.loc.function.startswith(DERIVED)


def asks_what_is_finite(block: Block) -> bool:
    """Whether the user's code asks which numbers are NaN or infinite: then those that it is given may be.

    Comparing with an infinity, or a number with itself, asks as well.  A rule asks what is NaN of any numbers
    (`maximum`), what is finite where the user did (`nan_to_num`).
    """
    return any(op.prim.name == "isfinite" or (_asks(op) and not derived(op)) for op in walk(block))


def _asks(op: Op) -> bool:
    if op.prim.name not in _COMPARISONS:
        return op.prim.name in _ASKING
    infinite = any(isinstance(v.const, float) and math.isinf(v.const) for v in op.ins)
    return infinite or (op.prim.name in ("eq", "ne") and op.ins[0] is op.ins[1])


_ASKING = frozenset(("isnan", "isinf", "nan_to_num", "fmax", "fmin"))  # the last two leave NaN out
_COMPARISONS = frozenset(("lt", "le", "gt", "ge", "eq", "ne"))


def must_stay(op: Op) -> bool:
    if op.prim.name in _BINDERS or (op.prim.name == "opt_get" and not op.params["name"]):
        return False
    return (op.prim.effect and op.prim.name != "opt_get") or (may_raise(op) and not derived(op) and not _again(op))


def _again(op: Op) -> bool:
    """Whether an operation repeats one that has succeeded: a view is read when it is made, and later as it is then."""
    return op.loc is not None and op.loc.again


def shows(op: Op) -> bool:
    """Whether others see that the operation ran, besides an exception: it prints, or calls what is not compiled."""
    return op.prim.effect and op.prim.name not in _ASSERTING


# Effects that nobody sees unless they raise.
_ASSERTING = frozenset(("raise_if", "check_shape", "computed", "opt_get", "bind_dim"))


def may_raise(op: Op) -> bool:
    """Whether running the operation can end in an exception that Python code would see."""
    name = op.prim.name
    if name == "opt_get" and derived(op):  # the cotangent of what is bound on the path that was taken
        return False
    if name in _SEQUENCES or name in _LINALG or op.prim.info.get("raises") or errstate.observed(op):
        return True
    if name in _INDEXING:
        return _index_may_raise(op)
    if name in _SLICING:
        return any(item[3:4] == ("v",) for item in op.params["spec"])
    if name == "seq_order":  # arrays behind equal numbers have no truth value
        return any(isinstance(v.type, types.Seq) and types.sizes(v.type) for v in op.ins)
    if name == "as_array":  # what NumPy's stack needs one element for
        return bool(op.params.get("needed"))
    if name == "borrow":  # the `restore` is at the same place
        return isinstance(op.ins[0].type, types.Seq) or _index_may_raise(op)
    if name in _OF_SOME:
        return _may_be_empty(op)
    if name in _PYTHON_ARITHMETIC:
        return _division_may_raise(op)
    if name == "convert":
        source = op.ins[0].type
        to_int = op.params["dtype"][0] in "iu" and op.params["kind"] == "python"
        return to_int and isinstance(source, AVal) and source.inexact
    return name == "for" and not op.ins[2].const


# Functions of `math` that give a number for every number, infinite ones too.
_TOTAL = frozenset((
    "arctan", "arctan2", "arcsinh", "tanh", "hypot", "copysign", "fabs", "cbrt", "erf", "erfc", "degrees", "radians",
    "isfinite", "isnan", "isinf", "gcd", "lcm", "not_", "logical_and", "logical_or", "logical_not", "abs",
))  # fmt: skip
_SHIFTS = ("left_shift", "right_shift")
_MADE = ("zeros", "ones", "full", "eye", "linspace", "tile", "repeat")  # of as many elements as asked for
_LONG = ("pow", "left_shift", "factorial", "comb", "perm")  # they make ints that are no floats


def raises_unread(op: Op, origin: Callable[[Value], Op | None]) -> bool:
    """Whether Python may raise where it computes this, which nobody reads, besides what `may_raise` knows.

    `origin` is the operation that made a value, None of parameters.  That is asked of what the user wrote: where its
    result is read, the operation stands in the code anyway.
    """
    name = op.prim.name
    if op.params.get("math"):
        return name not in _TOTAL
    if name in _SHIFTS or name.startswith(("svd_", "pinv")):  # of a negative count; of NaN
        return op.ins[-1].const is None
    if name in _MADE:
        return _size_may_be_negative(op, origin)
    if name == "reshape":
        x, y = op.ins[0].type, op.out.type
        return isinstance(x, AVal) and isinstance(y, AVal) and not dims.equal(dims.prod(x.shape), dims.prod(y.shape))
    to_float = name in ("add", "sub", "mul", "div", "convert") and len(op.outs) == 1 and op.out.type == types.FLOAT
    return to_float and any(v.type == types.INT and _may_be_long(v, origin) for v in op.ins)


def _size_may_be_negative(op: Op, origin: Callable[[Value], Op | None]) -> bool:
    """Whether an array is asked for with a negative number of elements, or with one that is no size of an array."""
    t = op.out.type
    assert isinstance(t, AVal)
    first = {"zeros": 0, "ones": 0, "linspace": 2}.get(op.prim.name, len(op.ins))  # of the operands that are sizes
    makers = [origin(v) for v in op.ins[first:] if v.type == types.INT and v.const is None]
    return any(dims.compare(d, 0) not in (0, 1) for d in t.shape) or any(
        maker is None or maker.prim.name not in ("dim", "dim_of") for maker in makers
    )


def _may_be_long(v: Value, origin: Callable[[Value], Op | None]) -> bool:
    """Whether an int is made by what makes long ones."""
    seen, todo = set[Value](), [v]
    while todo:
        v = todo.pop()
        op = None if v in seen else origin(v)
        seen.add(v)
        if op is not None and op.prim.name in _LONG:
            return True
        todo += () if op is None or op.regions else [u for u in op.ins if u.type == types.INT]
    return False


def ends_otherwise(ops: Iterable[Op]) -> bool:
    """Whether running the operations may be seen, or end, otherwise than in an IndexError."""
    return any((must_stay(op) and op.prim.name not in _INDEXING | _ELEMENTS) or op.functions for op in nested(ops))


def _may_be_empty(op: Op) -> bool:
    """Whether an axis that the operation reduces may have no elements."""
    array, axis = op.ins[0].type, op.params.get("axis")
    assert isinstance(array, AVal)
    if op.params.get("initial") is not None:
        return False
    gone = array.shape if axis is None else [array.shape[k] for k in (axis if isinstance(axis, tuple) else (axis,))]
    return any((dims.lower_bound(d) or 0) < 1 for d in gone)


def _index_may_raise(op: Op) -> bool:
    array = op.ins[0].type
    assert isinstance(array, AVal)
    axis = 0
    for item in op.params["spec"]:
        if item[0] in ("new", "rest"):
            continue
        if item[0] in ("array", "mask") or item[3:4] == ("v",):  # a step may be 0
            return True
        if item[0] == "at" and (item[1] is None or not _inside(item[1], array.shape[axis])):
            return True
        axis += 1
    return False


def _inside(index: int, size: dims.Dim) -> bool:
    low = dims.lower_bound(size)
    return low is not None and -low <= index < low


def _division_may_raise(op: Op) -> bool:
    if (
        op.params.get("ufunc")
        or (op.prim.name == "div" and op.params.get("safe"))
        or not all_python([v.type for v in op.ins])
    ):
        return False
    divisor = op.ins[1].const
    return op.prim.name == "pow" or not isinstance(divisor, (int, float, complex)) or divisor == 0
