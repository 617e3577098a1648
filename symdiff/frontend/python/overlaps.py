"""`np.concatenate(parts, out=y)` and np.stack where y shares memory with a part: NumPy copies one after the other.

By hand, once: with y = [1, 2, 3, 4] the parts y[2:] and y[:2] give [3, 4, 3, 4], since y[:2] is read when it is
overwritten already.  Ufuncs, reductions and np.take copy first what they would overwrite.  So do stores, but for those
through a mask of the whole array and through `flat`.
"""

from __future__ import annotations

import ast

from symdiff.frontend.python import grown, kinship, numpy_spelled
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.numpy_calls import is_unknown, known
from symdiff.frontend.python.values import POISON, Arr, Known, ListRef, Struct, Val
from symdiff.frontend.spelled import writing

_BY_PARTS = {"concatenate": writing.concatenated_into, "stack": writing.stacked_into}


def joined(cx: Context, node: ast.AST, name: str, args: list[Val], kwargs: dict[str, Val], out: Val) -> Val | None:
    """What the call gives, None where it is another one or nothing overlaps."""
    parts = args[0] if args else kwargs.get("arrays")
    if name not in _BY_PARTS or not isinstance(out, Arr) or parts is None:
        return None
    if not kinship.related([out.cell]) & kinship.related(kinship.memory_of(cx, parts)):
        return None
    axis = known(cx, node, args[1] if len(args) > 1 else kwargs.get("axis", Known(0)), f"`axis` of np.{name}")
    if is_unknown(axis):
        return POISON
    grows = grown.content_of(cx, parts) is not None
    plain = isinstance(parts, Struct | ListRef) and len(args) <= 2 and kwargs.keys() <= {"arrays", "axis"}
    if grows or not plain or axis is None:
        detail = ": what is joined may share its memory, and NumPy overwrites it part by part"
        return cx.refuse("SD402", node, argument="out", function=f"np.{name}", detail=detail)
    made = numpy_spelled.written_out(cx, node, name, _BY_PARTS[name], [parts, Known(axis), out], {})
    return POISON if made is POISON else out


def one_by_one(cx: Context, node: ast.AST, name: str, args: list[Val], kwargs: dict[str, Val]) -> Val | None:
    """What np.place and np.fill_diagonal of values from the array itself give; None where the call is another one."""
    if name not in ("place", "fill_diagonal") or not args:
        return None
    base, at = args[0], {"place": 2, "fill_diagonal": 1}[name]
    val = args[at] if len(args) > at else kwargs.get("vals" if name == "place" else "val")
    if not isinstance(base, Arr) or not isinstance(val, Arr) or not cx.aval(val).rank or not may_share(base, val):
        return None
    if name == "fill_diagonal" and val.cell is base.cell:
        return numpy_spelled.written_out(cx, node, name, writing.diagonal_in_turn, args, kwargs)
    _refuse(cx, node, f"`np.{name}` of values from `{base.cell.name or 'the array'}` itself")
    return POISON


def may_share(a: Arr, b: Arr) -> bool:
    """Whether two arrays may share memory."""
    return bool(kinship.related([a.cell]) & kinship.related([b.cell]))


def refuse_in_turn(cx: Context, node: ast.AST, base: Arr, val: Val) -> bool:
    """Whether a store of one element after the other reads what it has overwritten; reported."""
    if not isinstance(val, Arr) or not val.path or not may_share(base, val):
        return False
    _refuse(cx, node, f"a store of a view of `{base.cell.name or 'the array'}` into it, through a mask or `flat`,")
    return True


def _refuse(cx: Context, node: ast.AST, what: str) -> None:
    why = "NumPy stores one element after the other, and may read what it has overwritten"
    cx.refuse("SD299", node, construct=what, why=why, rewrite="copy it first: `….copy()`")
