"""The reports on constructs that are refused, to the letter; those of other codes stand with their own tests."""

from __future__ import annotations

import re

import numpy as np
import pytest

from symdiff.frontend.python.language import REFUSED
from tests.frontend.test_language import refusal

# code: what stands behind it, the line, the caret, why and the rewrite
REPORTS = {
    "SD513": """\
the default value of `seen`, a parameter of `counted`, would be changed at `seen.append(t)`
    seen.append(t)
    ^^^^^^^^^^^^^^
  why: Python makes a default once, so that the next call would begin with the change
  rewrite: make it at each call: `seen=None`, and `if seen is None: seen = []`""",
    "SD201": """\
`yield` is not supported
    def f(x, n, v, m, p):
    ^^^^^^^^^^^^^^^^^^^^^
  why: a generator's body runs in pieces, between which the caller may do anything
  rewrite: collect the values in a list and return it""",
    "SD204": """\
`global SCALE` is not supported
    global SCALE
    ^^^^^^^^^^^^
  why: a write to a global outlives the call and would happen again at each differentiation
  rewrite: return the value and assign it outside""",
    "SD207": """\
a class defined inside the function is not supported
    class A: pass
    ^^^^^^^^^^^^^
  why: each call would make a new type
  rewrite: define the class at module level""",
    "SD211": """\
`match` is not supported on what a call gave of which nothing is known
    case [_, _]: x = 2.0
         ^^^^^^
  why: which pattern fits must be known when compiling, or depend on numbers of the run
  rewrite: take it apart outside, or say what it is: `float(…)`, `a: "f8[n]" = …`""",
    "SD212": """\
`*v` in a call needs a structure that is known when compiling
    return helper(*v)
                  ^^
  why: which parameter gets which value must be decided before the call
  rewrite: pass the arguments one by one, or index the array: `f(x[0], x[1])`""",
    "SD214": """\
`:=` is not supported in the condition of a `while ... else`
    while (y := x * 2) < 1: x = y
          ^^^^^^^^^^^^^^^^
  why: the condition is then evaluated inside the loop, whose `else` could not tell it from a `break`
  rewrite: assign before the loop and at the end of its body""",
    "SD217": """\
`from string import nothing` is not supported here: No module named 'string.nothing'; 'string' is not a package
    from string import nothing
    ^^^^^^^^^^^^^^^^^^^^^^^^^^
  why: what is imported inside the function is imported when compiling, as at the first call
  rewrite: import what is there, at the top of the module""",
    "SD219": """\
a generator expression that may raise or show something is supported only directly inside `sum`, `max`, `min`, `any`, \
`all`, `next`, `sorted`, `list`, `tuple`, `dict` and `join`, behind a star, or unpacked
    g = (print(t) for t in (1, 2))
        ^^^^^^^^^^^^^^^^^^^^^^^^^^
  why: Python computes each element when it is asked for, maybe never
  rewrite: use a list comprehension""",
    "SD224": """\
`in` with a staged value is not supported
    return 1.0 if v in (1.0, 2.0) else x
                  ^^^^^^^^^^^^^^^
  why: which element is meant must be known when compiling
  rewrite: use an array or a list, and an integer index""",
    "SD225": """\
`a, *b` takes a number of elements that is not known when compiling
    a, *b = v
    ^^^^^
  why: the length of the list would depend on a size
  rewrite: index and slice: `a, b = x[0], x[1:]`""",
    "SD228": """\
`*Powers(x)` inside a list, tuple or dict needs a structure that is known when compiling
    return [*Powers(x)][0]
            ^^^^^^^^^^
  why: how many elements there are is not visible when compiling
  rewrite: append them in a loop over a list, or use np.concatenate""",
    "SD230": """\
`raise ValueError(p)` is not supported
    if x > 0: raise ValueError(p)
              ^^^^^^^^^^^^^^^^^^^
  why: only an exception made from known text and staged numbers can be raised in the generated code
  rewrite: raise a builtin exception, or one of a class from outside, of text and numbers: `raise ValueError("...")`""",
    "SD231": """\
a loop over `Powers(x)` is not supported
    for t in Powers(x): pass
    ^^^^^^^^^^^^^^^^^^^^^^^^
  why: its number of turns and elements are not visible when compiling
  rewrite: loop over `range(n)`, an array, a list, `zip` or `enumerate` of these""",
    "SD234": """\
what is left of `z`, an iterator, is taken here a second time
    return sum(a for a, _ in z) + sum(b for _, b in z)
                                                    ^
  why: Python would go on behind what the first reading took: nothing, after a whole loop
  rewrite: make a list of it first: `items = list(...)`
  <row an iterator that is read again>:LINE:30: what is left is taken here""",
    "SD311": """\
`y` is read but no path binds it before
    return y
           ^
  why: Python would raise UnboundLocalError""",
    "SD312": """\
`np.array([s, s])` reads the dtype of `s`, which is an int, a float or a NumPy scalar depending on the path
    return np.array([s, s])
           ^^^^^^^^^^^^^^^^
  why: the result's dtype would depend on the path taken
  rewrite: start from a NumPy scalar, such as `np.float64(0)`, or convert it with `float(...)`""",
    "SD316": """\
2 indices for an array of 1 dimensions
    return v[0, 1]
           ^^^^^^^
  why: Python would raise IndexError""",
    "SD317": """\
a condition needs a single number, but `v > 0` has shape (v_0)
    return x if v > 0 else 0.0
                ^^^^^
  why: the truth or conversion of a whole array is ambiguous
  rewrite: use np.where, `.any()`, `.all()`, or index one element""",
    "SD319": """\
3 values are unpacked into 2 names
    a, b = x, 2.0, 3.0
    ^^^^
  why: Python would raise ValueError""",
    "SD407": f"""\
np.bool8 does not exist in NumPy {np.__version__}
    return np.bool8(x)
           ^^^^^^^^
  why: it was removed or never existed""",
    "SD601": """\
the loop would be unrolled 100000 times; the budget is 1000
    for i in range(100000): k = (k, i)
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  why: it cannot stay a loop because `k` is a list before the loop and tuple after a turn
  rewrite: make `k` an array or a staged value""",
    "SD605": """\
a call is nested 40 levels deep; the budget is 40
    return deep(t, k[1:]) if k else t
           ^^^^^^^^^^^^^^
  why: each of these calls is compiled in place, inside the one around it
  rewrite: write a loop, or pass what ends the recursion as a staged number""",
}


@pytest.mark.parametrize("code", REPORTS)
def test_report(code: str) -> None:
    row = next(row for row in REFUSED if row.code == code)
    place, text = str(refusal(row)).split(f": {code} ")
    assert place.startswith(f"<row {row.construct}>:")
    assert re.sub(r">:\d+:", ">:LINE:", text) == REPORTS[code]
