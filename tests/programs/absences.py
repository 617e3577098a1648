"""Lists of as many times None as the run says, filled at an index: backpointers, memos, what comes after."""

from __future__ import annotations

import itertools
import math

import numpy as np

from tests.programs.cases import Cases

cases = Cases()
V = np.array([1.2, 0.5, 1.7, 1.3, 0.4])


@cases(V)
@cases(V[::-1])
@cases(V[:1])
def the_cheapest_path(v):
    n = len(v)
    best, parent = [math.inf] * n, [None] * n
    best[0] = 0.0
    for i in range(n):
        for j in range(i):
            c = best[j] + (v[i] - v[j]) ** 2
            if c < best[i]:
                best[i], parent[i] = c, j
    k, s = n - 1, 0.0
    while parent[k] is not None:
        s += v[k] ** 2
        k = parent[k]
    return best[-1] + s


@cases(V)
@cases(V * 0.1)
def the_way_back(v):
    parent = [None] * len(v)
    for i in range(1, len(v)):
        parent[i] = max(i - 2, 0) if v[i] > v[i - 1] else i - 1
    k, path = len(v) - 1, []
    while k is not None:
        path.append(k)
        k = parent[k]
    return sum(v[j] ** 2 * len(path) for j in path[::-1])


@cases(V)
@cases(np.sort(V))
@cases(V[:0])
def the_next_that_is_greater(v):
    out, stack = [None] * len(v), []
    for i, t in enumerate(v):
        while stack and v[stack[-1]] < t:
            out[stack.pop()] = t
        stack.append(i)
    return sum(o * v[i] for i, o in enumerate(out) if o is not None)


@cases(V)
@cases(V[:1])
def all_filled(v):
    out = [None] * len(v)
    for i in range(len(v)):
        out[i] = v[i] * v[0]
    return sum(out) * max(out) + np.sum(np.array(out) ** 2)


@cases(V, 2)
@cases(V, 5)
def each_from_the_one_before(v, n):
    memo = [None] * (n + 1)
    memo[0] = 1.0
    for i in range(1, n + 1):
        if memo[i] is None:
            memo[i] = memo[i - 1] * v[i - 1]
    return memo[-1] + memo[n - 1]


@cases(V)
@cases(V - 0.6)
def some_are_none_again(v):
    out = [None] * len(v)
    out[0] = v[0]
    for i in range(1, len(v)):
        out[i] = v[i] * v[i - 1]
        if v[i] > 0.9:
            out[i - 1] = None
    s = 0.0
    for k, o in enumerate(out):
        if o is not None and k > 1:
            s += o**2
        elif o is None:
            s += 3 * v[0]
    return s


@cases(V)
@cases(V[:2])
def under_another_name_and_copied(v):
    out = [None] * len(v)
    other = out
    for i in range(0, len(v), 2):
        other[i] = v[i] ** 2
    copied = out[:]
    copied[0] = v[1]
    s = out[0]
    while copied:
        t = copied.pop()
        if t is not None:
            s += t * v[-1]
    return s


@cases(V)
def never_filled(v):
    out, s = [None] * len(v), 0.0
    for i, t in enumerate(v):
        if out[i] is None:
            s += t * t
    return s


@cases(V)
@cases(V[1:])
def filled_on_one_path(v):
    out = [None] * len(v)
    if v[0] > 1.0:
        out[-1] = v[0]
    return v[1] if out[-1] is None else out[-1] * v[1]


@cases(V)
@cases(V * 0.1)
def none_or_a_number_appended(v):
    out = []
    for t in v:
        out.append(t**2 if t > 0.6 else None)
    return sum(o * 1.5 for o in out if o is not None) + v[0] * len(out)


@cases(V)
def pairs(v):
    out = [None] * len(v)
    for i, t in enumerate(v):
        out[i] = (t * t, i)
    return sum(a * (b + 1) for a, b in out)


@cases(V)
def rows(v):
    out = [None] * len(v)
    for i, t in enumerate(v):
        out[i] = v * t
    return sum(np.sum(row) for row in out)


class Tagged:
    def __init__(self, x):
        self.x, self.tag = x, None


@cases(0.7, V)
@cases(0.7, V[:0])
def lists_and_attributes_that_begin_as_none(x, v):
    m = None
    for t in v:
        if m is None:
            m = [t * x]
        else:
            m.append(m[-1] * t)
    ps = [Tagged(t * x) for t in v]
    for p in ps:
        if p.x > 0:
            p.tag = p.x * x
    return (x if m is None else sum(m)) + sum(p.x if p.tag is None else p.tag for p in ps)


@cases(0.7, np.array([0.3, 0.2, 0.7]))
@cases(0.7, np.array([0.1, 0.4, 0.8]))
@cases(0.7, V[:0])
def slots_that_are_searched_for_none(x, v):
    slots = [None] * 3
    for t in v:
        slots[int(3 * t) % 3] = t * x
    if None not in slots:
        return x * x * slots.index(slots[1])
    s = slots.count(None) + 2 * slots.index(None)
    slots.remove(None)
    return x * s + x * x * len(slots) + slots.count(v[0] * x if len(v) else None)


@cases(0.7, V, 1.0)
@cases(0.7, V, 9.0)
def none_or_a_number_looked_for(x, v, limit):
    scaled, filled, best, last = [t * x for t in v], [None] * len(v), None, None
    for i, t in enumerate(v):
        if t > limit:
            best, last = t * x, i
            filled[i] = i
    s = x * scaled.count(best) + 2 * x * (best in scaled) + 4 * x * (best in (1, None)) + 8 * x * (last not in filled)
    if last in filled:
        s += x * x * filled.index(last)
        filled.remove(last)
    return s + x * x * filled.count(last)


class Bound:
    def __init__(self, v):
        self.v = v

    def __eq__(self, other):
        return other is None or self.v == other


@cases(0.7, V)
@cases(0.7, V * 0.1)
@cases(0.7, np.array([0.8]))
def what_may_be_none_compared_with_such(x, v):
    """Two that are None are equal, and an object is asked whether it equals None."""
    first = second = None
    for t in v:
        if t > 0.5:
            first = t
        if t > 0.9:
            second = t
    s = x * (first == second) + 2 * x * (first != second) + 4 * x * ((1, first) == (1, second))
    large = [None] * len(v)
    for i, t in enumerate(v):
        large[i] = float(t) if t > 0.6 else None
    s += 8 * x * sum(a == b for a, b in itertools.pairwise(large)) + 16 * x * large.count(large[-1])
    return s + 32 * x * x * (large[0] == Bound(0.5)) + 64 * x * x * (Bound(0.5) != large[0])


@cases(0.8, V)
@cases(0.8, V[:2])
@cases(0.8, V[:1])
def memos_in_conditional_expressions(x, v):
    """In the first turn the list is None everywhere: what the other branch puts in tells what may be read."""
    n = len(v)
    memo, back = [None] * n, [None] * (n + 1)
    for i in range(n):
        memo[i] = x if i < 2 else max(memo[i - 1], v[i]) + memo[i - 2] * v[i]
    for i in range(n, -1, -1):
        back[i] = x * x if i == n else np.tanh(-abs(back[i + 1])) + v[i]
    return memo[-1] * back[0]


@cases(0.8, V)
@cases(0.8, V[:1])
def the_cheapest_of_all_before(x, v):
    cost = [None] * len(v)
    for i in range(len(v)):
        cost[i] = x * v[0] if i == 0 else min(cost[j] + (v[i] - v[j]) ** 2 for j in range(i))
    return cost[-1]


@cases(0.8, V)
def a_table_of_none(x, v):
    n = len(v)
    t = [[None] * n for _ in v]
    for i in range(n):
        for j in range(n):
            if i == 0 or j == 0:
                c = x * v[j] + i
            else:
                c = min(t[i - 1][j], t[i][j - 1]) + abs(v[i] - v[j]) * x
            t[i][j] = c + (t[i][j - 1] if j > 0 else x * x)
    return t[-1][-1]


@cases(0.8, V)
@cases(2.0, V)
@cases(0.8, V[:1])
def none_before_the_first_turn(x, v):
    best = pair = None
    for i in range(len(v)):
        best = x * x if i == 0 else max(best, v[i])
        if i == 0:
            pair = (x, v[0])
        else:
            pair = (pair[0] * v[i], pair[1] + pair[0])
    return best + pair[0] * pair[1]
