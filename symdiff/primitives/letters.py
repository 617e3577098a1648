"""Letters of a known text at positions found when it runs: `'GATTA'[i] == 'A'`.

The text is a parameter, so a letter is never a value: only what is asked of it is.  A position outside of the text
raises Python's IndexError.
"""

from __future__ import annotations

from symdiff.ir import types
from symdiff.ir.core import Params
from symdiff.ir.types import Type
from symdiff.primitives.declare import CONSTANT, numeric, prim


def _position(t: Type) -> None:
    found = numeric(t)
    if found.shape or found.dtype[0] not in "iu":
        raise TypeError(f"{found} is no position")


def _is_infer(ins: tuple[Type, ...], regions: tuple[()], text: str, wanted: str, how: str) -> tuple[Type, ...]:
    _position(ins[0])
    return (types.BOOL,)


def _is_text(params: Params, ins: tuple[Type, ...]) -> str:
    return f"text[x] {params['how']} wanted"


letter_is = prim("letter_is", "x", CONSTANT, params=("text", "wanted", "how"), infer=_is_infer, numpy=_is_text,
                 raises=True, samples=lambda rng: [
                     ((1,), {"text": "GATTA", "wanted": "A", "how": "=="}),
                     ((-1,), {"text": "GATTA", "wanted": "GC", "how": "in"}),
                     ((0,), {"text": "GATTA", "wanted": "GC", "how": "not in"})])  # fmt: skip


def _same_infer(ins: tuple[Type, ...], regions: tuple[()], text: str, other: str, how: str) -> tuple[Type, ...]:
    for t in ins:
        _position(t)
    return (types.BOOL,)


same_letter = prim("same_letter", "x y", CONSTANT, params=("text", "other", "how"), infer=_same_infer,
                   numpy=lambda params, ins: f"text[x] {params['how']} other[y]", raises=True, samples=lambda rng: [
                       ((1, 0), {"text": "GATTA", "other": "ACT", "how": "=="}),
                       ((2, 2), {"text": "GATTA", "other": "ACT", "how": "!="}),
                       ((-1, 1), {"text": "GATTA", "other": "ACT", "how": "=="})])  # fmt: skip


def _number_infer(ins: tuple[Type, ...], regions: tuple[()], text: str, letters: str) -> tuple[Type, ...]:
    _position(ins[0])
    return (types.INT,)


letter_number = prim("letter_number", "x", CONSTANT, params=("text", "letters"), infer=_number_infer,
                     numpy="letters.index(text[x])", raises=True, samples=lambda rng: [
                         ((1,), {"text": "GATTA", "letters": "AGT"}), ((0,), {"text": "GATTA", "letters": "AGT"}),
                         ((-2,), {"text": "GATTA", "letters": "AGT"})])  # fmt: skip
