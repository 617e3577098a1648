"""Which operations may raise, and which stay for it although nobody reads them."""

from __future__ import annotations

import pytest

import symdiff.primitives  # noqa: F401  (fills the registry)
from symdiff.ir.effects import may_raise, must_stay
from symdiff.ir.text import parse_program
from symdiff.ir.verify import verify

HEAD = "%x: float, %s: np.f8, %k: int, %v: f8[3], %w: f8[n], %q: Seq[float], %m: b1[3], %rows: Seq[Seq[float]]"
TWO = "  %c: float = const() {type=type(float), value=2.0}\n"
ZERO = "  %c: float = const() {type=type(float), value=0.0}\n"
AT = "{spec=(('at', None),)}"

# the operation, and whether it may raise
CASES = [
    ("%y: float = add(%x, %x)", False),
    ("%y: float = div(%x, %x)", True),  # ZeroDivisionError
    (TWO.strip() + "\n  %y: float = div(%x, %c)", False),
    (ZERO.strip() + "\n  %y: float = div(%x, %c)", True),
    ("%y: np.f8 = div(%x, %s)", False),  # NumPy warns
    ("%y: np.f8 = div(%x, %x) {ufunc=True}", False),
    ("%y: int = mod(%k, %k)", True),
    ("%y: np.f8 = index(%v, %k) " + AT, True),
    ("%y: np.f8 = index(%v) {spec=(('at', 2),)}", False),
    ("%y: np.f8 = index(%v) {spec=(('at', -3),)}", False),
    ("%y: np.f8 = index(%v) {spec=(('at', 3),)}", True),
    ("%y: np.f8 = index(%w) {spec=(('at', 0),)}", True),  # n may be 0
    ("%y: f8[1] = index(%v, %m) {spec=(('mask', 1),)}", True),
    ("%y: float = seq_get(%q, %k)", True),
    ("%y: f8[2], %r: f8[3] = borrow(%v) {spec=(('slice', 1, 3, None, 2),)}", False),
    ("%y: np.f8, %r: f8[3] = borrow(%v, %k) " + AT, True),
    ("%y: Seq[float], %r: Seq[Seq[float]] = borrow(%rows, %k) " + AT, True),
    ("%y: Seq[float] = seq_append(%q, %x)", False),
    ("%y: int = convert(%x) {kind='python', dtype='i8'}", True),  # int(nan)
    ("%y: float = convert(%k) {kind='python', dtype='f8'}", False),
    ("%y: np.f8 = max(%v)", False),
    ("%y: np.f8 = max(%w)", True),  # of no elements
]


@pytest.mark.parametrize(("lines", "raises"), CASES, ids=[lines.splitlines()[-1].strip() for lines, _ in CASES])
@pytest.mark.parametrize("function", ["f", "∂f"])
def test_an_operation_that_may_raise_stays_if_the_user_wrote_it(lines: str, raises: bool, function: str) -> None:
    text = f"program @f\n\nfunc @f({HEAD}) dims n\n  {lines} @ m.py:1:1-1:2 in {function!r}:1\n  return %y\n"
    op = verify(parse_program(text)).main.body.ops[-1]
    assert may_raise(op) is raises
    assert must_stay(op) is (raises and function == "f")
