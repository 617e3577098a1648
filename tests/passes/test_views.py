"""A transpose for each of its readers, unless it has a name or is a result."""

from __future__ import annotations

import pytest

from symdiff.passes.views import repeated_views
from tests.passes.helpers import assert_stays, names, parsed


def twice(name: str = "%1", results: str = "%y, %z") -> str:
    return f"""\
func @f(%a: f8[n, m], %b: f8[n, k], %c: f8[n, k]) dims k, m, n
  {name}: f8[m, n] = transpose(%a) {{axes=(1, 0)}}
  %y: f8[m, k] = matmul({name}, %b)
  %z: f8[m, k] = matmul({name}, %c)
  return {results}
"""


def test_a_transpose_without_a_name() -> None:
    assert names(repeated_views(parsed(twice()))) == ["transpose", "matmul", "transpose", "matmul"]


@pytest.mark.parametrize("text", [twice(name="%t"), twice(results="%y, %z, %1")], ids=["the user's", "a result"])
def test_a_transpose_that_is_wanted_once(text: str) -> None:
    assert_stays(repeated_views, text)
