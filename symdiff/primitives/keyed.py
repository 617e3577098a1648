"""Dicts whose keys are found when it runs: the places of keys, in the lists that hold what is kept under them.

By hand: `totals[k] += t` is `place = places.get(k, -1)`, and `values[place] += t` where there is one.  A key is one
number or, of a tuple, several, told from others as by Python's dicts.  Nothing here is differentiated: the lists are.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.ir import types
from symdiff.ir.core import Params
from symdiff.ir.types import Seq, Type
from symdiff.primitives.axes import listed
from symdiff.primitives.declare import CONSTANT, STRUCTURE, prim
from symdiff.primitives.hashed import check_numbers, filled, on_two_floats

_FLOAT_HELPER = '''
def _place(p, k):
    """The place of a key with floats in it, -1 where it has none; NaN is none, as it is equal to nothing."""
    if any(e != e for e in (k if isinstance(k, tuple) else (k,))):
        raise ValueError("NaN as the key of a dict: Python tells it from others by which object it is")
    return p.get(k, -1)
'''


_NOW_HELPER = '''
def _place_now(p, number, *keys):
    """Where the key of a number in p is by now, -1 of none: others have gone, and the numbers in p are in order."""
    if number < 0:
        return number
    if not keys:
        return bisect.bisect_left([*p.values()], number)
    of = lambda i: p[keys[0][i] if len(keys) == 1 else tuple(s[i] for s in keys)]
    last = min(number - of(0), len(keys[0]) - 1)
    return last if of(last) == number else bisect.bisect_left(range(last), number, key=of)
'''


def _check_key(ins: tuple[Type, ...], kinds: str = "biuf") -> None:
    if ins[0] != Seq(types.PLACE):
        raise TypeError(f"{ins[0]} is no dict of places")
    check_numbers(ins[1:], "key", kinds)


def _key(ins: tuple[Type, ...]) -> str:
    return "k0" if len(ins) == 2 else listed(len(ins) - 1, "k")


def _find_infer(ins: tuple[Type, ...], regions: tuple[()]) -> tuple[Type, ...]:
    _check_key(ins, "biu")
    return (types.INT,)


def _find_float_infer(ins: tuple[Type, ...], regions: tuple[()]) -> tuple[Type, ...]:
    _check_key(ins)
    return (types.INT,)


def _enter_infer(ins: tuple[Type, ...], regions: tuple[()], again: bool = False) -> tuple[Type, ...]:
    _check_key(ins)
    return (ins[0],)


def _next(params: Params) -> str:
    return "next(reversed(p.values()), -1) + 1" if params.get("again") else "len(p)"


def _entered(b: Any, *keys: Any) -> Any:
    """The places of these keys."""
    return filled(b, b.op("places"), "enter_place", keys)


def _gone(b: Any, f: Any, x: Any, y: Any) -> Any:
    """What is at the places of two of three keys when the first has gone: 0 and 1, if these are asked for."""
    there = b.op("leave_place", _entered(b, 4, 7, 9), 4)
    where = b.op("as_seq", b.const(np.array([7, 9])), elem=types.INT)
    first, second = (f(there, b.op("find_place", there, k), where) for k in (7, 9))
    return x * first + y * second + f(there, b.op("find_place", there, 9)) * x


places = prim("places", "", STRUCTURE, infer=lambda ins, regions: (Seq(types.PLACE),), numpy="{}")
enter_place = prim(
    "enter_place",
    "p *k",
    CONSTANT,
    params=("again",),
    infer=_enter_infer,
    numpy=lambda params, ins: f"{{**p, {_key(ins)}: {_next(params)}}}",
    inplace=lambda params, ins: f"p[{_key(ins)}] = {_next(params)}",
    consumes=0,
    programs=on_two_floats(lambda b, f, x, y: x * b.op("find_place", f(_entered(b, 4, 7), 3), 3) + y),
)


# `again`: keys go, too, so that the next number is not how many there are
leave_place = prim(
    "leave_place",
    "p *k",
    CONSTANT,
    infer=_enter_infer,
    numpy=lambda params, ins: f"{{k: number for k, number in p.items() if k != {_key(ins)}}}",
    inplace=lambda params, ins: f"del p[{_key(ins)}]",
    consumes=0,
    raises=True,
    programs=on_two_floats(lambda b, f, x, y: x * b.op("find_place", f(_entered(b, 4, 7), 4), 4) + y),
)
place_now = prim(
    "place_now",
    "p number *s",
    CONSTANT,
    infer=lambda ins, regions: (types.INT,),
    numpy=lambda params, ins: f"_place_now({', '.join(['p', 'number', *(f's{i}' for i in range(len(ins) - 2))])})",
    helper=_NOW_HELPER,
    programs=on_two_floats(_gone),
)


def _find_text(params: Params, ins: tuple[Type, ...]) -> str:
    return f"p.get({_key(ins)}, -1)"


find_place = prim(
    "find_place",
    "p *k",
    CONSTANT,
    infer=_find_infer,
    numpy=_find_text,
    programs=on_two_floats(lambda b, f, x, y: x * f(_entered(b, 4, 7), 7) + y * f(_entered(b, (1, 2), (2, 1)), 2, 1)),
)
find_float_place = prim(
    "find_float_place",
    "p *k",
    CONSTANT,
    infer=_find_float_infer,
    numpy=lambda params, ins: f"_place(p, {_key(ins)})",
    helper=_FLOAT_HELPER,
    raises=True,
    programs=on_two_floats(
        lambda b, f, x, y: x * f(_entered(b, 0.5, 0.25), 0.25) + y * f(_entered(b, (0.5, 1)), 0.5, 1)
    ),
)
