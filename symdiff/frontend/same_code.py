"""Whether two code objects run the same: the proof that a definition found is the function's own.

Code objects of two compilations of one text differ in file name and perhaps in line numbers; everything that
decides what runs is compared: instructions, constants (with their types: ``1``, ``1.0`` and ``True`` are three),
names, flags, exception table, nested functions.

pytest compiles another text than the one on disk: each ``assert`` of a test module becomes a dozen statements that
build the message.  Their instructions carry the position of the assert they replace.  By hand, for ::

    def f(x):
        assert x > 0
        return x

both streams without what lies on line 2 are ``RESUME, LOAD_FAST x, RETURN_VALUE``: the same function, asserts apart.
"""

from __future__ import annotations

import dis
import re
from types import CodeType
from typing import NamedTuple

_FIELDS = (
    "co_name",
    "co_argcount",
    "co_posonlyargcount",
    "co_kwonlyargcount",
    "co_flags",
    "co_code",
    "co_exceptiontable",
    "co_names",
    "co_varnames",
    "co_freevars",
    "co_cellvars",
)
# What pytest adds to the locals does not change the parameters and closures of a function.
_SIGNATURE_FIELDS = ("co_name", "co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_flags", "co_freevars")
_PYTEST_MARK = "@py"
# Forms of one instruction between which the compiler chooses by control flow, which a rewritten assert changes.
_ONE_FORM = {"LOAD_FAST_CHECK": "LOAD_FAST", "LOAD_FAST_BORROW": "LOAD_FAST"}
_STORES = ("STORE_", "DELETE_")
_JUMPS = frozenset({*dis.hasjrel, *dis.hasjabs})
_LAYOUT = frozenset({"NOP", "EXTENDED_ARG", "CACHE", "NOT_TAKEN"})

Span = tuple[int, int, int, int]  # line, column, end line, end column; columns in UTF-8 bytes as `ast` has them


class Asserts(NamedTuple):
    """The asserts of a text: where each stands, and where every expression inside one does."""

    spans: tuple[Span, ...] = ()
    parts: frozenset[Span] = frozenset()


def same_code(found: CodeType, own: CodeType, asserts: Asserts = Asserts()) -> bool:  # noqa: B008  # immutable
    """Whether `found` runs as `own` does; where pytest rewrote `own`, apart from what lies in `asserts`.

    >>> one, two, three = (compile(text, "m.py", "eval") for text in ("a + 1", "a  +  1", "a + 1.0"))
    >>> same_code(one, two), same_code(one, three)
    (True, False)
    """
    pending: list[tuple[object, object]] = [(found, own)]
    while pending:
        left, right = pending.pop()
        if isinstance(left, CodeType) and isinstance(right, CodeType):
            parts = _code_parts(left, right, asserts)
        else:
            parts = _constant_parts(left, right)
        if parts is None:
            return False
        pending += parts
    return True


def is_pytest_rewritten(code: CodeType) -> bool:
    """Whether pytest's assertion rewriting left its names in `code` or in a function inside it."""
    pending = [code]
    while pending:
        current = pending.pop()
        if any(name.startswith(_PYTEST_MARK) for name in (*current.co_varnames, *current.co_names)):
            return True
        pending += [const for const in current.co_consts if isinstance(const, CodeType)]
    return False


Parts = list[tuple[object, object]] | None  # the pairs still to compare; None: different already


def _code_parts(found: CodeType, own: CodeType, asserts: Asserts) -> Parts:
    if asserts.spans and is_pytest_rewritten(own):
        if any(getattr(found, field) != getattr(own, field) for field in _SIGNATURE_FIELDS):
            return None
        return _parts_apart_from(asserts, found, own)
    if any(getattr(found, field) != getattr(own, field) for field in _FIELDS):
        return None
    return _constant_parts(found.co_consts, own.co_consts)


def _parts_apart_from(asserts: Asserts, found: CodeType, own: CodeType) -> Parts:
    moved = own.co_firstlineno - found.co_firstlineno  # a function that only moved is still the same
    left, left_apart = _instructions(found, asserts.spans, 0)
    right, right_apart = _instructions(own, asserts.spans, moved)
    if [name for name, _ in left] != [name for name, _ in right]:
        return None
    # What pytest adds stands exactly where the assert does and stores only in its own names; all else in there
    # must be part of the assert on disk.  Otherwise an assert that replaced a statement would hide the statement.
    stores = {(name, argument) for name, argument, _ in left_apart}
    for name, argument, span in right_apart:
        added_store = name.startswith(_STORES) and not str(argument).startswith(_PYTEST_MARK)
        if span not in asserts.parts or (added_store and (name, argument) not in stores):
            return None
    return [(a, b) for (_, a), (_, b) in zip(left, right, strict=True)]


def _constant_parts(left: object, right: object) -> Parts:
    if type(left) is not type(right):
        return None
    if isinstance(left, tuple) and isinstance(right, tuple):
        return list(zip(left, right, strict=True)) if len(left) == len(right) else None
    if isinstance(left, frozenset) and isinstance(right, frozenset):
        return [] if _typed(left) == _typed(right) else None
    if isinstance(left, int):
        return [] if left == right else None  # its repr is refused above 4,300 digits
    return [] if repr(left) == repr(right) else None  # repr tells 0.0 from -0.0 and finds nan equal to itself


def _typed(items: frozenset[object]) -> set[tuple[type, str]]:
    return {(type(item), repr(item)) for item in items}


def _instructions(
    code: CodeType, spans: tuple[Span, ...], moved: int
) -> tuple[list[tuple[str, object]], list[tuple[str, object, Span]]]:
    """The instructions outside `spans`, as (name, argument), and those inside, with their spans.

    A jump's argument is the index in the first list that it lands on; lines count `moved` less.
    """
    kept: list[tuple[str, object]] = []
    apart: list[tuple[str, object, Span]] = []
    jumps: list[int] = []
    index_at: dict[int, int] = {}
    last_line = max((end for _, end, _, _ in code.co_positions() if end is not None), default=0)
    spans = tuple(span for span in spans if code.co_firstlineno <= span[0] + moved <= last_line)
    for instruction in dis.get_instructions(code):
        index_at[instruction.offset] = len(kept)
        if instruction.opname in _LAYOUT:
            continue
        span = _span(instruction, moved)
        if span is not None and any(a[:2] <= span[:2] and span[2:] <= a[2:] for a in spans):
            apart += [(name, argument, span) for name, argument in _split(instruction)]
        else:
            if instruction.opcode in _JUMPS:
                jumps.append(len(kept))
            kept += _split(instruction)
    for index in jumps:
        name, target = kept[index]
        kept[index] = (name, index_at.get(target, -1) if isinstance(target, int) else target)
    return kept, apart


def _split(instruction: dis.Instruction) -> list[tuple[str, object]]:
    """Name and argument; one that Python 3.13 joined from two, STORE_FAST_LOAD_FAST, is again two."""
    halves = re.findall("LOAD_FAST|STORE_FAST", instruction.opname)
    if len(halves) == 2 and isinstance(instruction.argval, tuple):
        return list(zip(halves, instruction.argval, strict=True))
    return [(_ONE_FORM.get(instruction.opname, instruction.opname), instruction.argval)]


def _span(instruction: dis.Instruction, moved: int) -> Span | None:
    """Where an instruction stands; None under ``python -X no_debug_ranges``, where asserts cannot be set apart."""
    at = instruction.positions
    if at is None or at.lineno is None or at.end_lineno is None or at.col_offset is None or at.end_col_offset is None:
        return None
    return at.lineno - moved, at.col_offset, at.end_lineno - moved, at.end_col_offset
