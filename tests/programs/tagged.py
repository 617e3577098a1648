"""Lists whose elements are, or hold, one of several texts or functions, or None, as conditions have it."""

from __future__ import annotations

import numpy as np

from tests.programs.cases import Cases, array

cases = Cases()


@cases(0.7, -0.4)
@cases(0.7, 0.4)
@cases(-0.7, 0.4)
@cases(-0.7, -0.4)
def two_that_may_be_there(a, b):
    out = []
    if a > 0:
        out.append(("positive", a))
    if b > 0:
        out.append(("other", b))
    s = 0.0
    for name, v in out:
        s += v * v if name == "positive" else 3 * v
    return s + a * len(out)


@cases(0.7, 0.4)
@cases(-0.7, -0.4)
def dicts_of_two_kinds(a, b):
    out = []
    if a > 0:
        out.append({"kind": "linear", "v": a})
    if b > 0:
        out.append({"kind": "square", "v": b})
    return sum(o["v"] ** (2 if o["kind"] == "square" else 1) for o in out) + a


@cases(array(6))
def small_machine(x):
    program = []
    for v in x:
        if v > 1.2:
            program.append(("push", v))
        elif v > 0.9:
            program.append(("add", 0.0))
        else:
            program.append(("multiply", v))
    total, stack = 1.0, []
    for name, v in program:
        if name == "push":
            stack.append(v)
        elif name == "add":
            total = total + (stack[-1] if stack else 1.0)
        else:
            total = total * v
    return total + sum(stack)


@cases(array(6))
def weights_by_name(x):
    weights = {"high": 2.0, "low": 3.0}
    out = []
    for v in x:
        out.append(("high" if v > 1.2 else "low", v))
    out.sort(key=lambda pair: pair[1])
    best = max(out, key=lambda pair: pair[1])
    return sum((k + 1) * weights[name] * v * v for k, (name, v) in enumerate(out)) * weights[best[0]]


@cases(array(6))
def functions_with_their_arguments(x):
    out = []
    for v in x:
        if v > 1.2:
            out.append((np.sin, v))
        else:
            out.append((np.exp, v * 2))
    return sum(f(v) for f, v in out)


@cases(array(6))
def names_alone_and_none(x):
    out = []
    for v in x:
        if v > 1.2:
            out.append("high")
        elif v > 0.8:
            out.append(None)
        else:
            out.append("low")
    s = 0.0
    for k, name in enumerate(out):
        if name is None:
            s += x[k]
        else:
            s += x[k] ** (2 if name == "high" else 3)
    return s + out.count("low") * x[0]


@cases(array(6))
def names_in_groups(x):
    groups = [[] for _ in range(3)]
    for v in x:
        groups[int(v * 2) % 3].append(("high" if v > 1 else "low", v))
    s = 0.0
    for k, g in enumerate(groups):
        for name, v in g:
            s += v * v if name == "high" else v * k
    return s


@cases(array(6))
def none_or_a_number_on_some_paths(x):
    out = []
    for v in x:
        if v < 0.6:
            out.append(None)
        elif v > 1.0:
            out.append(v)
    return sum(0.25 if v is None else v * v for v in out) * len(out)


@cases(array(6))
def none_behind_numbers(x):
    out, pairs = [], []
    for v in x:
        out.append(v)
        pairs.append(("first", v))
    for v in x:
        out.append(None if v > 1 else v * 2)
        pairs.append(("second", None if v > 1 else v * 2))
    s = sum(v * v for v in out if v is not None) * len(out)
    return s + sum(v * v * (2 if name == "first" else 1) for name, v in pairs if v is not None)


@cases(0.7, -0.4)
@cases(-0.7, -0.4)
@cases(-0.7, 0.4)
def nothing_but_none_on_one_path(a, b):
    out = []
    if a > 0:
        out.append(None)
    if b < 0:
        out.append(b)
    s = 0.0
    for v in out:
        s += 1.0 if v is None else v * v
    return s + a
