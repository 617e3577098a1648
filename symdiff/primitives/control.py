"""Structured control flow.  The AD drivers, the interpreter and the code generator know the first four by name.

    cond  (pred, *caps)                        {then} {else}                  -> *outs
    for   (lo, hi, step, *carry, *xs, *caps)   {(i, *carry, *x_i, *caps) -> [exit], *carry, *ys_i}
                                                                              -> [exit], *carry, *ys, count
    while (*carry, *caps)                      {before -> pred} {after -> [exit], *carry, *ys_i}
                                                                              -> [exit], *carry, *ys, count
    call  (*args)                              -> *outs
    derivative  (*seeds, *args, *caps)  {(*args, *caps) -> *outs}             -> *outs, *derivatives

`reverse=True` runs the turns of a `for` in the opposite order; xs are read and ys stored at the turn's own number
either way.  A non-zero exit code ends the loop after its turn; count is the number of turns that ran.

A `derivative` is one that the user's function takes itself; `symdiff.ad.inner` writes it out before anything else
happens.  It differentiates by the arguments that `wrt` numbers.  `kind` "value" gives the results alone, "grad" also
the gradient of the first; "jvp" takes a tangent per argument of `wrt` and gives one per result; "vjp" gives a record
named `name`, which `pullback` turns into a gradient per argument of `wrt`, for a cotangent per result.

A call may say what its derivative is: `vjp=(forward, backward)` names two functions, the one of the same operands to
the results and residuals, the other of (*passed, *residuals, *cotangents) to a cotangent for each of the operands `by`;
`jvp=(rule,)` names one of (*passed, *the other operands, *tangents of the operands `by`) to the results and their
tangents.  `by` and `passed` are numbers of operands.
"""

from __future__ import annotations

from symdiff.ir import types
from symdiff.ir.core import Block
from symdiff.ir.types import AVal, Kind, Saved, Seq, Type
from symdiff.primitives.declare import CONTROL, prim


def elem_type(t: Type) -> Type:
    """What one turn reads from an xs operand: a Seq's element or an array's row."""
    if isinstance(t, Seq):
        return t.elem
    if isinstance(t, AVal) and t.shape:
        return AVal(Kind.ARRAY, t.shape[1:], t.dtype) if t.rank > 1 else types.numpy(t.dtype)
    raise TypeError(f"a loop cannot read {t} turn by turn")


def _cond(ins: tuple[Type, ...], regions: tuple[Block, ...]) -> tuple[Type, ...]:
    then, orelse = regions
    for block in regions:
        if tuple(v.type for v in block.params) != ins[1:]:
            raise TypeError("cond: the parameters of a branch differ from the captures")
    found = tuple(v.type for v in then.outs)
    if found != tuple(v.type for v in orelse.outs):
        raise TypeError(f"cond: the branches end in different types: {_row(then)} and {_row(orelse)}")
    return found


def _row(block: Block) -> str:
    return "(" + ", ".join(str(v.type) for v in block.outs) + ")"


def _loop_outs(body: Block, carry: tuple[Type, ...], exit: bool) -> tuple[Type, ...]:
    outs = tuple(v.type for v in body.outs)
    skip = 1 if exit else 0
    if exit and (not outs or outs[0] != types.INT):
        raise TypeError("a loop's exit code is an int")
    if outs[skip : skip + len(carry)] != carry:
        raise TypeError(f"a carry enters as {_list(carry)} and leaves as {_list(outs[skip : skip + len(carry)])}")
    ys = tuple(Seq(t) for t in outs[skip + len(carry) :])
    return (*outs[:skip], *carry, *ys, types.INT)


def _list(found: tuple[Type, ...]) -> str:
    return "(" + ", ".join(map(str, found)) + ")"


def _for(
    ins: tuple[Type, ...],
    regions: tuple[Block, ...],
    n_carry: int,
    n_xs: int,
    exit: bool = False,
    reverse: bool = False,
) -> tuple[Type, ...]:
    (body,) = regions
    if ins[:3] != (types.INT,) * 3:
        raise TypeError("for: lo, hi and step are ints")
    carry, xs, caps = ins[3 : 3 + n_carry], ins[3 + n_carry : 3 + n_carry + n_xs], ins[3 + n_carry + n_xs :]
    expected = (types.INT, *carry, *map(elem_type, xs), *caps)
    found = tuple(v.type for v in body.params)
    if found != expected:
        raise TypeError(f"for: the body takes {_list(found)}, not {_list(expected)}")
    return _loop_outs(body, carry, exit)


def _while(ins: tuple[Type, ...], regions: tuple[Block, ...], n_carry: int, exit: bool = False) -> tuple[Type, ...]:
    before, after = regions
    for block in regions:
        if tuple(v.type for v in block.params) != ins:
            raise TypeError("while: the parameters of a region differ from the operands")
    if tuple(v.type for v in before.outs) != (types.BOOL,):
        raise TypeError("while: `before` yields one Python bool")
    return _loop_outs(after, ins[:n_carry], exit)


def _call(
    ins: tuple[Type, ...], regions: tuple[()], function: str, types: tuple[Type, ...], **rule: tuple[str | int, ...]
) -> tuple[Type, ...]:
    return types


def _derivative(
    ins: tuple[Type, ...], regions: tuple[Block, ...], kind: str, wrt: tuple[int, ...], name: str = ""
) -> tuple[Type, ...]:
    (body,) = regions
    taken = tuple(v.type for v in body.params)
    lead = len(ins) - len(taken)
    if ins[max(lead, 0) :] != taken:
        raise TypeError(f"derivative: the region takes {_list(taken)}, not {_list(ins)}")
    by = _cotangents(tuple(taken[k] for k in wrt))
    if len(by) < len(wrt):
        raise TypeError("derivative: an argument to differentiate by has no cotangent")
    outs = tuple(v.type for v in body.outs)
    if ins[:lead] != (by if kind == "jvp" else ()):
        raise TypeError(f"derivative: the seeds are {_list(ins[:lead])}")
    if kind == "vjp":
        return (*outs, Saved(name))
    return (*outs, *{"value": (), "grad": by, "jvp": _cotangents(outs)}[kind])


def _cotangents(found: tuple[Type, ...]) -> tuple[Type, ...]:
    return tuple(c for t in found if (c := types.cotangent(t)) is not None)


def _pullback(ins: tuple[Type, ...], regions: tuple[()], types: tuple[Type, ...]) -> tuple[Type, ...]:
    return types


cond = prim("cond", "pred *caps", CONTROL, infer=_cond)
for_ = prim("for", "lo hi step *rest", CONTROL, infer=_for, params=("n_carry", "n_xs", "exit", "reverse"))
while_ = prim("while", "*rest", CONTROL, infer=_while, params=("n_carry", "exit"))
call = prim("call", "*args", CONTROL, infer=_call, params=("function", "types", "vjp", "jvp", "by", "passed"))
derivative = prim("derivative", "*rest", CONTROL, infer=_derivative, params=("kind", "wrt", "name"))
pullback = prim("pullback", "record *cotangents", CONTROL, infer=_pullback, params=("types",))
