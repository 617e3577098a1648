"""Recursion as deep as the data say over lists, dicts and objects: passed, returned, changed, captured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()


@cases(array(5))
@cases(array(0))
def sum_of_the_rest(v):
    def total(a):
        if not a:
            return 0.0
        return a[0] * a[0] + total(a[1:])

    return total(list(v)) + np.sum(v)


@cases(array(5))
def value_and_count(v):
    def go(a):
        if not a:
            return 0.0, 0
        s, n = go(a[1:])
        return s + a[0] ** 2, n + 1

    s, n = go([t for t in v])
    return s / n


@cases(array(6))
def merge_sorted(v):
    s = _merge_sort(list(v))
    total = 0.0
    for i, a in enumerate(s):
        total += i * a * a
    return total


def _merge_sort(a):
    if len(a) <= 1:
        return a
    m = len(a) // 2
    left, right = _merge_sort(a[:m]), _merge_sort(a[m:])
    out = []
    i = j = 0
    while i < len(left) and j < len(right):
        if left[i] < right[j]:
            out.append(left[i])
            i += 1
        else:
            out.append(right[j])
            j += 1
    return out + left[i:] + right[j:]


@cases(array(5))
def quick_sorted(v):
    def ordered(a):
        if len(a) <= 1:
            return a
        p = a[0]
        return [*ordered([t for t in a[1:] if t < p]), p, *ordered([t for t in a[1:] if t >= p])]

    s = ordered(list(v))
    return s[0] * 3.0 - s[-1] * s[-1]


@cases(array(5, 2))
def product_of_rows(m):
    def product(rows):
        if len(rows) == 1:
            return rows[0]
        k = len(rows) // 2
        return product(rows[:k]) * product(rows[k:])

    return np.sum(product(list(m)))


@cases(array(4))
def weighted_pairs(v):
    def total(pairs):
        if not pairs:
            return 0.0
        (w, t), *rest = pairs
        return w * t + total(rest)

    return total([(t, np.sin(t)) for t in v])


@cases(array(5), 2)
def elementary_symmetric(v, k):
    def go(i, chosen):
        if len(chosen) == k:
            p = 1.0
            for c in chosen:
                p *= c
            return p
        if i == len(v):
            return 0.0
        return go(i + 1, [*chosen, v[i]]) + go(i + 1, chosen)

    return go(0, [])


@cases(1.1, 4)
@cases(1.1, 0)
def orbit_collected(x, n):
    out = []

    def go(k, t):
        out.append(t * t)
        if k > 0:
            go(k - 1, np.sin(t) * x)

    go(n, x)
    return sum(out) * len(out)


@cases(1.1, 3)
def accumulator_passed(x, n):
    def go(out, k, t):
        if k == 0:
            return out
        out.append(t * x)
        return go(out, k - 1, np.sin(t))

    found = go([], n, x)
    found.append(x)
    return sum(found) * found[0]


@cases(array(4))
def path_of_the_search(v):
    path = []

    def go(i):
        if i == len(v):
            return sum(p * p for p in path)
        path.append(v[i])
        below = go(i + 1)
        path.pop()
        return below * v[i] + len(path)

    return go(0)


@cases(signed(3))
def permanent_by_permutations(v):
    terms = []

    def go(path, rest):
        if not rest:
            terms.append(path)
            return
        for i in range(len(rest)):
            go([*path, rest[i]], rest[:i] + rest[i + 1 :])

    go([], [v[0], v[1], v[2]])
    total = 0.0
    for t in terms:
        total += t[0] * t[1] ** 2 - t[2]
    return total


@dataclass
class Walk:
    length: float
    step: float
    turns: int = 0

    def go(self, k):
        self.length = self.length + self.step
        self.turns += 1
        self.step *= 0.75
        if k > 0 and self.length < 9.0:
            self.go(k - 1)


@cases(1.2, 0.7, 4)
def object_that_walks(a, b, n):
    w = Walk(a, b)
    w.go(n)
    return w.length * w.turns + w.step


@cases(0.9, 4)
def object_passed_on(x, n):
    def step(w, k):
        w.length *= x
        if k == 0:
            return w
        w.step += w.length
        return step(w, k - 1)

    w = Walk(x, 1.0)
    return step(w, n).step * w.length


@cases(0.7, 4)
def dict_and_list_around(x, n):
    state = {"s": 0.0, "p": 1.0}
    last = [x, x]

    def go(k, t):
        if k == 0:
            return
        state["s"] += t
        state["p"] *= t
        last[k % 2] = t
        go(k - 1, t * t)

    go(n, x)
    return state["s"] * state["p"] + last[0] * last[1]


@cases(0.6, 3)
def total_around(x, n):
    total = x

    def go(k):
        nonlocal total
        total = total * 1.5
        return 1.0 if k == 0 else go(k - 1) * total

    return total + go(n) * total


@cases(0.8, 3)
def children_of_nodes(x, n):
    def grow(k, t):
        return {"value": t, "sums": [t * t] if k == 0 else [*grow(k - 1, np.sin(t))["sums"], t * t]}

    root = grow(n, x)
    return root["value"] * sum(root["sums"])


def _cycle(u, f):
    if len(u) > 3:
        coarse = _cycle(np.zeros((len(u) + 1) // 2), f)
        u[1::2] += coarse[1:]
    else:
        u[1] += f[1] * u[0]
        u[0] += f[0]
    return u


@cases(array(5))
@cases(array(9))
def multigrid_cycles(f):
    u = np.zeros(len(f))
    for _ in range(2):
        u = _cycle(u, f)
    return np.sum((u + f) ** 2)


@cases(array(4))
@cases(array(0))
def skipped_then_taken(x):
    """Subsets by backtracking, whose first call stands before the list grows."""
    sums = []

    def go_on(i, taken):
        if i == len(x):
            sums.append(sum(taken))
            return
        go_on(i + 1, taken)
        taken.append(x[i])
        go_on(i + 1, taken)
        taken.pop()

    go_on(0, [])
    return sum((k + 1) * t * t for k, t in enumerate(sums))


@cases(array(4), 5)
def knapsack(x, room: int):
    """A number known in one call and found in another, a list and a name from around both."""
    best = 0.0
    chosen = []

    def solve(i, left):
        nonlocal best
        if i == len(x):
            best = max(best, sum(x[k] ** (k + 1) for k in chosen))
            return
        solve(i + 1, left)
        if left > i:
            chosen.append(i)
            solve(i + 1, left - i - 1)
            chosen.pop()

    solve(0, 3)
    solve(0, room)
    return best


def _scaled(s, x, k):
    if k == len(x):
        return
    if x[k] > 0.0:
        s[0] = s[0] * x[k]
        _scaled(s, x, k + 1)
    else:
        _scaled(s, x, k + 1)


@cases(signed(5))
@cases(array(0))
def element_scaled_on_one_of_two_paths(x):
    s = [1.0, 2.0]
    _scaled(s, x, 0)
    return s[0] * s[1] + np.sum(x)


@cases(0.7, signed(4))
@cases(0.7, array(1))
def path_of_a_search(a, x):
    """A list that is longer in deeper calls, and whole in the last one."""
    path = []
    best = 0.0

    def go(k):
        nonlocal best
        if k == len(x):
            best += path[0] * path[-1]
            return sum(t * t for t in path)
        path.append(x[k] * a)
        found = go(k + 1)
        return found + path.pop()

    return go(0) + best


@cases(0.7, signed(4))
@cases(0.7, array(1))
def state_put_back(a, x):
    """An element that is another one in deeper calls."""
    state = [1.0] * len(x)

    def go(k):
        if k == len(x):
            return state[0] * state[-1] + sum(state)
        before = state[k]
        state[k] = x[k] * a
        found = go(k + 1)
        state[k] = before
        return found + state[k] * a

    return go(0)


@cases(0.7, signed(2))
def flood_fill_of_rows_that_were_appended(x, v):
    grid = []
    for t in v:
        grid.append([u + t * x for u in v])

    def fill(i, j):
        if not (0 <= i < len(grid) and 0 <= j < len(grid[i])) or grid[i][j] > 2.5:
            return 0.0
        here = grid[i][j]
        grid[i][j] = 3.0
        return x * here + fill(i + 1, j) + fill(i - 1, j) + fill(i, j + 1) + fill(i, j - 1)

    return fill(0, 0) + sum(grid[-1]) * x


@cases(0.7, signed(3), 1)
def knapsack_of_known_results(x, v, room: int):
    """Versions for each number that is known in a call, which read and change what each other's calls left."""
    known = {}

    def best(i, left):
        if i == len(v):
            return 0.0
        if (i, left) in known:
            return known[i, left]
        found = best(i + 1, left)
        if left >= 1:
            found = max(found, best(i + 1, left - 1) + v[i] * x * x)
        known[i, left] = found
        return found

    return best(0, room) + x * len(known)


def _orders(a):
    if not a:
        return [[]]
    out = []
    for i in range(len(a)):
        for rest in _orders(a[:i] + a[i + 1 :]):
            out.append([a[i]] + rest)  # noqa: RUF005  # as it is written
    return out


@cases(0.7, signed(3))
def every_order(x, v):
    """A list of lists returned, which begins with an empty one."""
    return sum(sum(t * x**i for i, t in enumerate(order)) ** 2 for order in _orders(list(v)))
