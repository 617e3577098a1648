"""What only differentiation reads goes once nothing is differentiated any more."""

from __future__ import annotations

from symdiff.passes.settled import settled
from tests.passes.helpers import assert_becomes, assert_stays


def test_stopped_gradients_are_the_values() -> None:
    before = """\
func @f(%x: float)
  %s: float = stop_gradient(%x)
  %y: float = mul(%x, %s)
  return %y, %s
"""
    after = """\
func @f(%x: float)
  %y: float = mul(%x, %x)
  return %y, %x
"""
    assert_becomes(settled, before, after, (3.0,))
    assert_stays(settled, after)
