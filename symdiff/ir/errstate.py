"""How errors and warnings are handled: the `np.errstate(…)` or `warnings.catch_warnings(…)` an operation stands in.

It is part of an operation's place (`Loc.under`), so that every pass that keeps places keeps it, and the derivative of
an operation stands where the operation does.  By hand, once: in

    with np.errstate(divide="ignore"):
        y = 1 / x
    return y * x

the division stands under `(("divide", "ignore"),)` and the product under nothing; `∂y/∂x = -1/x²` is computed under the
division's.  Printing opens one `with` for neighbouring statements that want it; what cannot signal stands anywhere.

Under `raise` or `print` what an operation signals is seen: `strict`.  Such an operation stays, in order, as written.
"""

from __future__ import annotations

import builtins
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import numpy as np

from symdiff.errors import Loc
from symdiff.ir.core import Block, Family, Op, walk
from symdiff.ir.types import AVal, Kind

Handling = tuple[tuple[str, str], ...]  # of one `with`, as written: ("over", "ignore"), … or ("warnings", "ignore"), …
Stack = tuple[Handling, ...]  # outermost first

KINDS = ("divide", "over", "under", "invalid")
MODES = ("ignore", "warn", "raise", "print")
ACTIONS = ("ignore", "error", "always", "default", "module", "once")  # of a warning
_SEEN = ("raise", "print", "error")

# Operations that move numbers, or compare, and never signal.
_QUIET = frozenset((
    "const", "zeros", "ones", "full", "eye", "arange", "dim", "bind_dim", "dim_of", "same", "copy", "retype",
    "stop_gradient", "check_shape", "where", "select", "neg", "pos", "conj", "real", "imag", "diagonal", "diag",
    "index", "index_once", "index_set", "part_set", "as_array", "as_seq", "reshape", "ravel", "expand_dims", "squeeze",
    "broadcast_to", "spread", "tile", "repeat", "concatenate", "stack", "transpose", "flip", "roll", "pad", "tril",
    "triu", "sliding_window_view", "eq", "ne", "lt", "le", "gt", "ge", "logical_and", "logical_or", "logical_xor",
    "logical_not", "not_", "isfinite", "isnan", "isinf", "signbit", "seq_len", "alt_side", "zeros_ct", "argmax",
    "argmin", "any", "all", "count_nonzero", "argsort", "sort", "peak", "max", "min", "print", "raise_if",
    "seq_order", "seq_place", "seq_repeat", "span_start", "span_size", "computed",
))  # fmt: skip


def of(op: Op) -> Stack:
    """What an operation stands under."""
    return op.loc.under if op.loc is not None else ()


def text(handling: Handling) -> str:
    """
    >>> text((("over", "ignore"), ("invalid", "raise")))
    "np.errstate(over='ignore', invalid='raise')"
    >>> text((("warnings", "ignore"), ("category", "UserWarning")))
    "warnings.catch_warnings(action='ignore', category=UserWarning)"
    """
    if filters(handling):
        action, category = (value for _, value in handling)
        return f"warnings.catch_warnings(action={action!r}{f', category={category}' * (category != 'Warning')})"
    return f"np.errstate({', '.join(f'{kind}={mode!r}' for kind, mode in handling)})"


def filters(handling: Handling) -> bool:
    """Whether it says what is done with warnings: the action, and the class of warnings."""
    return handling[0][0] == "warnings"


def modes(stack: Stack) -> Mapping[str, str]:
    """What the handlings come to: the mode of each kind that they set, the action for each class of warnings."""
    found: dict[str, str] = {}
    for handling in stack:
        if filters(handling):
            found.pop(handling[1][1], None)  # the last one is asked first
            found[handling[1][1]] = handling[0][1]
            continue
        given = dict(handling)
        if "all" in given:
            found.update(dict.fromkeys(KINDS, given.pop("all")))
        found.update(given)
    return found


def inside(stack: Stack, handling: Handling) -> Stack:
    """The stack within one more `with`; the same where that changes nothing."""
    deeper = (*stack, handling)
    return stack if list(modes(deeper).items()) == list(modes(stack).items()) else deeper


def strict(stack: Stack) -> bool:
    """Whether what is signalled there ends in an exception or is printed."""
    return bool(stack) and any(mode in _SEEN for mode in modes(stack).values())


def common(first: Stack, *others: Stack) -> Stack:
    """What all of them stand under."""
    for stack in others:
        k = 0
        while k < min(len(first), len(stack)) and first[k] == stack[k]:
            k += 1
        first = first[:k]
    return first


def signals(op: Op) -> bool:
    """Whether NumPy may report an overflow, a division by zero and the like in an operation without regions."""
    if op.prim.name in _QUIET or op.prim.family in (Family.STRUCTURE, Family.CONTROL):
        return False
    if op.prim.name == "convert" and _widens(op):
        return False
    values = [v.type for v in (*op.ins, *op.outs) if isinstance(v.type, AVal)]
    return bool(op.params.get("ufunc")) or any(t.kind is not Kind.PYTHON for t in values)


def _widens(op: Op) -> bool:
    source, target = op.ins[0].type, op.outs[0].type
    assert isinstance(source, AVal) and isinstance(target, AVal)
    return bool(np.can_cast(np.dtype(source.dtype), np.dtype(target.dtype), "safe"))


def observed(op: Op) -> bool:
    """Whether what an operation signals is seen."""
    return strict(of(op)) and signals(op)


def outside(loc: Loc | None) -> Loc | None:
    """The place without the handling: for operations that never signal."""
    return replace(loc, under=()) if loc is not None and loc.under else loc


@contextmanager
def entered(stack: Stack) -> Iterator[None]:
    """Under the handlings, while running."""
    with ExitStack() as entering:
        for handling in stack:
            if filters(handling):
                category = getattr(builtins, handling[1][1])
                entering.enter_context(warnings.catch_warnings(action=handling[0][1], category=category))  # type: ignore[call-overload]  # one of ACTIONS
            else:
                entering.enter_context(np.errstate(**dict(handling)))  # type: ignore[arg-type]  # kinds and modes of KINDS, MODES
        yield


def stacks(body: Block) -> dict[Op, Stack]:
    """Where each operation of a body must be printed; those that may stand anywhere are left out.

    A loop or a branch stands in what all that it encloses stands in.
    """
    ops = list(walk(body))
    found: dict[Op, Stack] = {}
    if not any(map(of, ops)):
        return found
    for op in reversed(ops):  # inner ones first
        if op.regions:
            within = [found[o] for region in op.regions for o in region.ops if o in found]
            if within:
                found[op] = common(of(op), *within)
        elif op.prim.name in ("call", "foreign_call") or signals(op):
            found[op] = of(op)
    return found
