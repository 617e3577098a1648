"""Which names are certainly bound where a loop is left by `break`."""

from __future__ import annotations

import ast

import pytest

from symdiff.frontend.python.at_breaks import bound

LOOPS = [
    ("for t in v:\n  if t: a = 1; break", {"t", "a"}),
    ("for i, (t, u) in v:\n  a, b = t\n  break", {"i", "a", "b"}),
    ("while c:\n  if t:\n    a = 1\n  else:\n    a = b = 2\n  if a: break", {"a"}),
    ("while c:\n  if t: a = 1\n  if b: break", set()),
    ("while c:\n  a = 1\n  if t: b = 1; break\n  if u: b = c = 2; break", {"a", "b"}),
    ("while c:\n  if t: break\n  a = 1", set()),
    ("while c:\n  if t: continue\n  else: a = 1\n  break", {"a"}),
    ("while c:\n  a = b = 1\n  del a\n  break", {"b"}),
    ("while c:\n  a = 1\n  for t in v:\n    b = 1\n    break\n  break", {"a"}),
    ("while c:\n  a = 1\n  for t in v:\n    del a\n  break", set()),
    ("while c:\n  for t in v:\n    break\n  else:\n    break\n  a = 1\n  break", set()),
    ("while c:\n  with w:\n    a = 1\n    if t: break\n  b = 1\n  break", {"a"}),
    ("while c:\n  a: float = 1\n  b: float\n  x.y = z[0] = 1\n  break", {"a"}),
    ("while c:\n  a = 1\n  try:\n    break\n  finally:\n    pass", set()),
    ("while c:\n  a = 1", set()),
]


@pytest.mark.parametrize(("text", "names"), LOOPS)
def test_what_every_break_has_behind_it(text: str, names: set[str]) -> None:
    (loop,) = ast.parse(text).body
    assert isinstance(loop, ast.For | ast.While)
    assert bound(loop) == names
