"""Sets whose elements are found when it runs: `seen.add(u)`, `u in seen`.

By hand: the same on a Python set.  An element is one number or, of a tuple, several; texts are numbers here.  Nothing
is differentiated: whether an element is there is the same nearby, and none is read from a set that has a derivative.
"""

from __future__ import annotations

from typing import Any

from symdiff.ir import types
from symdiff.ir.core import Params
from symdiff.ir.types import AVal, Member, Seq, Type
from symdiff.primitives.axes import listed
from symdiff.primitives.declare import CONSTANT, prim
from symdiff.primitives.hashed import check_numbers, filled, on_two_floats

COMBINED = {"|": "|=", "&": "&=", "-": "-=", "^": "^="}
COMPARED = ("==", "<=", "<", "isdisjoint")

_HELPER = '''
def _element(k):
    """A float in an element of a set; NaN is none, as it is equal to nothing."""
    if k != k:
        raise ValueError("NaN as an element of a set: Python tells it from others by which object it is")
    return k
'''


_ORDER = '''
def _set_order(elements):
    """The order in which Python runs over a set: places of what is put into it and, the second time, taken out."""
    found, places = set(), {}
    for place, x in enumerate(elements):
        if x in found:
            found.remove(x)
        else:
            found.add(x)
            places[x] = place
    return [places[x] for x in found]
'''


def _check_set(t: Type) -> Member:
    if not isinstance(t, Seq) or not isinstance(t.elem, Member):
        raise TypeError(f"{t} is no set")
    return t.elem


def _check(ins: tuple[Type, ...]) -> None:
    _check_set(ins[0])
    check_numbers(ins[1:], "element")


def _is_tuple(t: Type) -> bool:
    return _check_set(t).of.startswith("t") and _check_set(t).of != "text"


def _key(ins: tuple[Type, ...]) -> str:
    return listed(len(ins) - 1, "k") if _is_tuple(ins[0]) else "k0"


def _changed_infer(ins: tuple[Type, ...], regions: tuple[()]) -> tuple[Type, ...]:
    _check(ins)
    return (ins[0],)


def _asked_infer(ins: tuple[Type, ...], regions: tuple[()]) -> tuple[Type, ...]:
    _check(ins)
    return (types.BOOL,)


def _two(ins: tuple[Type, ...]) -> None:
    if _check_set(ins[0]) != _check_set(ins[1]):
        raise TypeError(f"{ins[0]} and {ins[1]} have other elements")


def _combined_infer(ins: tuple[Type, ...], regions: tuple[()], how: str) -> tuple[Type, ...]:
    _two(ins)
    if how not in COMBINED:
        raise TypeError(f"{how} is no operator of sets")
    return (ins[0],)


def _compared_infer(ins: tuple[Type, ...], regions: tuple[()], how: str) -> tuple[Type, ...]:
    _two(ins)
    if how not in COMPARED:
        raise TypeError(f"{how} is no comparison of sets")
    return (types.BOOL,)


def _compared_text(params: Params, ins: tuple[Type, ...]) -> str:
    how = params["how"]
    return f"s.{how}(t)" if how.isidentifier() else f"s {how} t"


def _listed_infer(ins: tuple[Type, ...], regions: tuple[()], elem: AVal, column: int) -> tuple[Type, ...]:
    _check_set(ins[0])
    if elem.shape or elem.dtype[0] not in "biu":
        raise TypeError(f"{elem} has a derivative, or is no number")
    return (Seq(elem),)


def _listed_text(params: Params, ins: tuple[Type, ...]) -> str:
    return f"[k[{params['column']}] for k in sorted(s)]" if _is_tuple(ins[0]) else "sorted(s)"


def _order_infer(ins: tuple[Type, ...], regions: tuple[()], of: str) -> tuple[Type, ...]:
    if not all(isinstance(t, Seq) and isinstance(t.elem, AVal) and not t.elem.shape for t in ins) or "text" in of:
        raise TypeError(f"{', '.join(map(str, ins))} are no elements that have an order in a set")
    return (Seq(types.INT),)


def _order_text(params: Params, ins: tuple[Type, ...]) -> str:
    words = params["of"].split("_")
    if words[0][0] != "t":
        return "_set_order(k0)"
    whole = f"zip({', '.join(f'k{i}' for i in range(len(ins)))}, strict=True)"
    names = [f"e{i}" for i in range(len(ins))]
    shown = _grouped(list(words), list(names))
    flat = len(words) == len(ins) + 1
    return f"_set_order({whole})" if flat else f"_set_order({shown} for {', '.join(names)} in {whole})"


def _grouped(words: list[str], names: list[str]) -> str:
    """The element of these names that the words describe."""
    word = words.pop(0)
    if word[0] != "t":
        return names.pop(0)
    parts = [_grouped(words, names) for _ in range(int(word[1:]))]
    return f"({', '.join(parts)}{',' * (len(parts) == 1)})"


def _made(b: Any, of: str, *keys: Any) -> Any:
    return filled(b, b.op("seq_empty", elem=types.member(of)), "member_add", keys)


def _programs(build: Any) -> Any:
    """Programs with a set of two numbers, and one of a pair."""
    return on_two_floats(lambda b, f, x, y: build(b, f, x, y, _made(b, "i8", 4, 7)))


def _number(b: Any, truth: Any) -> Any:
    return b.op("select", truth, 2.0, 3.0)


member_add = prim(
    "member_add",
    "s *k",
    CONSTANT,
    infer=_changed_infer,
    numpy=lambda params, ins: f"{{*s, {_key(ins)}}}",
    inplace=lambda params, ins: f"s.add({_key(ins)})",
    consumes=0,
    programs=_programs(lambda b, f, x, y, s: x * _number(b, b.op("member_in", f(s, 5), 5)) + y),
)
member_discard = prim(
    "member_discard",
    "s *k",
    CONSTANT,
    infer=_changed_infer,
    numpy=lambda params, ins: f"s - {{{_key(ins)}}}",
    inplace=lambda params, ins: f"s.discard({_key(ins)})",
    consumes=0,
    programs=_programs(lambda b, f, x, y, s: x * _number(b, b.op("member_in", f(s, 4), 4)) + y),
)
member_in = prim(
    "member_in",
    "s *k",
    CONSTANT,
    infer=_asked_infer,
    numpy=lambda params, ins: f"{_key(ins)} in s",
    programs=_programs(
        lambda b, f, x, y, s: x * _number(b, f(s, 7)) + y * _number(b, f(_made(b, "t2_i8_i8", (1, 2)), 2, 1))
    ),
)
member_number = prim(
    "member_number",
    "k",
    CONSTANT,
    infer=lambda ins, regions: (ins[0],),
    numpy="_element(k)",
    helper=_HELPER,
    raises=True,
    programs=on_two_floats(lambda b, f, x, y: x * _number(b, b.op("lt", f(y), 1.0))),
)
member_combine = prim(
    "member_combine",
    "s t",
    CONSTANT,
    infer=_combined_infer,
    params=("how",),
    numpy=lambda params, ins: f"s {params['how']} t",
    inplace=lambda params, ins: f"s {COMBINED[params['how']]} t",
    consumes=0,
    programs=_programs(
        lambda b, f, x, y, s: x * _number(b, b.op("member_in", f(s, _made(b, "i8", 7, 9), how="-"), 7)) + y
    ),
)
member_compare = prim(
    "member_compare",
    "s t",
    CONSTANT,
    infer=_compared_infer,
    params=("how",),
    numpy=_compared_text,
    programs=_programs(lambda b, f, x, y, s: x * _number(b, f(s, _made(b, "i8", 7, 4, 9), how="<=")) + y),
)
member_listed = prim(
    "member_listed",
    "s",
    CONSTANT,
    infer=_listed_infer,
    params=("elem", "column"),
    numpy=_listed_text,
    programs=_programs(lambda b, f, x, y, s: x * b.op("seq_get", f(s, elem=types.INT, column=0), 1) + y),
)
set_order = prim(
    "set_order",
    "*k",
    CONSTANT,
    infer=_order_infer,
    params=("of",),
    numpy=_order_text,
    helper=_ORDER,
    programs=on_two_floats(lambda b, f, x, y: _first_of_order(b, f, x, y)),
)


def _first_of_order(b: Any, f: Any, x: Any, y: Any) -> Any:
    """What stands first in a set into which 8, 0 and 9 are put, and 0 is taken out."""
    log = b.op("seq_empty", elem=types.FLOAT)
    for number in (x + 8.0, y, x + 9.0, y):
        log = b.op("seq_append", log, number)
    return b.op("seq_get", log, b.op("seq_get", f(log, of="f8"), 0)) * y
