"""Sets, deques, dicts with defaults and counters, as programs about graphs, windows and groups use them."""

from __future__ import annotations

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()


# --- sets


@cases(array(5), 0.7)
@cases(array(5), -0.7)
def depth_first_through_a_graph(weights, x):
    graph = {0: [1, 2], 1: [3], 2: [3, 4], 3: [0], 4: []}
    seen = set()
    stack = [0]
    total = x
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        total = np.tanh(total) * weights[node] + node * x
        for follower in graph[node]:
            if follower not in seen:
                stack.append(follower)
    return total * len(seen) if x > 0 else total


@cases(0.7)
def terms_of_a_symmetric_sum(x):
    done = set()
    total = 0.0
    for i in range(3):
        for j in range(3):
            if (j, i) not in done:
                done.add((i, j))
                total += np.sin(x * (i + j))
    return total * len(done)


@cases(0.7, 4)
def remainders_of_staged_numbers(x, n):
    found = set()
    for i in range(n):
        found.add(i * i % 3)
    return sum(x**k for k in sorted(found)) * max(found)


@cases(0.7)
def primes_by_a_set(x):
    primes = set()
    for i in range(2, 20):
        if all(i % p for p in sorted(primes)):
            primes.add(i)
    return sum(x**p for p in sorted(primes)[:3]) * len(primes)


@cases(0.7)
def every_operation_on_sets(x):
    a = {1, 2} | {3}
    b = a
    a.discard(7)
    a.remove(2)
    a |= {9}
    c = a.copy()
    c.update([4, 5], (6,))
    c -= {1}
    d = {k % 4 for k in c} ^ frozenset((1, 2))
    inside = (a & c) <= c and a != c and not d.isdisjoint({3}) and a.issubset(b)
    return x * sum(c) * len(b) + (x**2 if inside else 0.0) + x * min(a - {1})


@cases(0.7, signed(3))
def named_parts_once(x, v):
    used = set()
    total = 0.0
    for name, value in (("a", v[0]), ("b", v[1] * x), ("a", v[2])):
        if name in used:
            value = value * value
        used.add(name)
        total += value
    return total * len(used | {"c"})


@cases(0.7, 2)
@cases(0.7, 5)
def a_staged_number_is_looked_for(x, n):
    wanted = set()
    for k in (1, 2, 3):
        wanted.add(k)
    return x * x if n in wanted else x
