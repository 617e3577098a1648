"""The hash of what a function says: layout is not in it, syntax is."""

from __future__ import annotations

import ast
import textwrap

import pytest

from symdiff.frontend.source import from_text
from symdiff.frontend.syntax_hash import normalised_hash


def hash_of(text: str) -> str:
    return from_text(textwrap.dedent(text)).hash


BASE = "def f(x):\n    return x + 1\n"


@pytest.mark.parametrize(
    "text",
    [
        "# c\n\n\ndef f(x):  # c\n    return (x +\n        1)\n",
        "def f(x):\n    '''doc'''\n    return x + 1\n",
        "@deco(1)\ndef f(x):\n    return x + 1\n",
        "def f(x): return x + 0x1\n",
    ],
)
def test_hash_ignores_layout(text: str):
    assert hash_of(text) == hash_of(BASE)


@pytest.mark.parametrize(
    "text",
    [
        "def g(x):\n    return x + 1\n",
        "def f(y):\n    return y + 1\n",
        "def f(x):\n    return 1 + x\n",
        "def f(x):\n    return x + 1.0\n",
        "def f(x):\n    return x + True\n",
        "def f(x):\n    return x - 1\n",
        "def f(x):\n    return x + '1'\n",
        "def f(x):\n    return x + b'1'\n",
        "def f(x: float):\n    return x + 1\n",
        "def f(x=None):\n    return x + 1\n",
        "def f(x):\n    return x + 1\n    'not a docstring'\n",
        "def f(x):\n    return x[1]\n",
        "def f(x):\n    return x[1:]\n",
        "def f(x):\n    return x[:1]\n",
    ],
)
def test_hash_sees_syntax(text: str):
    assert hash_of(text) != hash_of(BASE)


def test_hash_is_the_same_on_every_python():
    """The value is 3.11's; a version that changes it makes every generated file stale."""
    text = """
    def f(x, /, y: float = -1.5e300, *args, k=None, **kw):
        g = [lambda a: a ** 2 for a in x if a is not None]
        def inner(z=1j):
            "doc"
            return z
        with x as y, z: pass
        print(f"a{x!r:>{y}}b" "c" u"d", f"{x = }", b"q", ...)
        x[1:, ..., ::2] += y @ (not x)
        return g if x < y <= 3 else {**kw, 'a': (yield)}
    """
    assert hash_of(text) == "5ff74950"


def test_hash_of_several_nodes_depends_on_their_order():
    f, g = ast.parse("def f(): pass\ndef g(): pass\n").body
    assert normalised_hash([f, g]) != normalised_hash([g, f])
    assert normalised_hash(iter([f, g])) == normalised_hash([f, g])
