"""A number that is repeated and then copied fills an array."""

from __future__ import annotations

import numpy as np
import pytest

from symdiff.passes.fills import fills
from tests.passes.helpers import assert_becomes, assert_stays


def copied(t: str = "np.f8", results: str = "%y") -> str:
    return f"""\
func @f(%x: {t}, %v: f8[n]) dims n
  %r: f8[n] = broadcast_to(%x) {{shape=(dim(n),)}}
  %y: f8[n] = copy(%r)
  return {results}
"""


def test_a_copy_of_what_is_repeated() -> None:
    after = """\
func @f(%x: np.f8, %v: f8[n]) dims n
  %y: f8[n] = full(%x) {shape=(dim(n),)}
  return %y
"""
    assert_becomes(fills, copied(), after, (np.float64(3.0), np.ones(4)), (np.float64(3.0), np.ones(0)))


@pytest.mark.parametrize("text", [copied(results="%y, %r"), copied().replace("copy(%r)", "mul(%r, %v)")])
def test_what_is_read_otherwise(text: str) -> None:
    assert_stays(fills, text)
