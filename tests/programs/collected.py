"""Sets, deques, dicts with defaults and counters, as programs about graphs, windows and groups use them."""

from __future__ import annotations

import math
from collections import Counter, defaultdict, deque

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


# --- deques


@cases(array(6), 0.7)
def moving_average_in_a_window(v, x):
    window = deque(maxlen=3)
    total = 0.0
    for a in v:
        window.append(a * x)
        total += (sum(window) / len(window)) ** 2
    return total


@cases(0.7)
def breadth_first_by_a_deque(x):
    queue = deque([(0, x)])
    total = 0.0
    while queue:
        depth, t = queue.popleft()
        total = total * 0.9 + t * t
        if depth < 3:
            queue.append((depth + 1, t * 0.5))
            queue.append((depth + 1, math.sin(t)))
    return total


@cases(0.4, signed(3))
@cases(-0.4, signed(3))
def every_operation_on_deques(x, v):
    q = deque([x, 2 * x, 3.0])
    q.rotate(1)
    q.appendleft(x * x)
    q.extend(v)
    q.extendleft([x, 1.0])
    q.rotate(-2)
    q[0] *= 2.0
    del q[1]
    q += [x if x > 0 else x * x]
    r = q.copy()
    r.reverse()
    r.insert(1, x)
    p = deque(r, 2)
    p.appendleft(q.pop())
    isolated = isinstance(q, deque) and q.maxlen is None and p.maxlen == 2
    total = sum(i * a for i, a in enumerate(q)) + q[-1] * r[0] * len(r) + max(q) + p[0] * p[1]
    return total + np.mean(q) + np.array(p) @ np.array([1.0, x]) if isolated else 0.0


@cases(array(6), 0.7)
def a_monotonic_deque(v, x):
    q = deque()
    total = 0.0
    for i, a in enumerate(v):
        while q and q[-1][1] > a:
            q.pop()
        q.append((i, a * x))
        if q[0][0] <= i - 3:
            q.popleft()
        total += q[0][1]
    return total


@cases(array(7), 0.6, 4)
def a_delay_line(v, x, n):
    line = deque([0.0] * 4, maxlen=4)
    y = 0.0
    for k in range(n):
        line.append(v[k] + x * line[0])
        y += line[-1] * line[1]
    return y


# --- dicts with defaults, counters


@cases(signed(4), 0.7)
@cases(signed(4), -0.7)
def sums_by_key(v, x):
    totals = defaultdict(float)
    groups = defaultdict(list)
    for k, name in enumerate("abac"):
        totals[name] += v[k] * x
        groups[name].append(v[k] if x > 0 else v[k] * x)
    spread = sum(len(row) * sum(row) for row in groups.values())
    ordered = sum(i * sum(row) for i, (_, row) in enumerate(sorted(groups.items(), reverse=True)))
    return totals["a"] * totals["b"] + spread + ordered + totals["new"] + x * len(totals)


@cases(array(4), 0.7)
def shortest_ways_from_the_first(v, x):
    neighbours = defaultdict(set)
    for a, b in ((0, 1), (1, 2), (0, 2), (2, 3)):
        neighbours[a].add(b)
        neighbours[b].add(a)
    seen = {0}
    queue = deque([0])
    way = {0: x}
    while queue:
        k = queue.popleft()
        for m in sorted(neighbours[k]):
            if m not in seen:
                seen.add(m)
                way[m] = way[k] * v[m] + x
                queue.append(m)
    return sum(way.values())


@cases(signed(3), 0.7)
def a_table_of_tables(v, x):
    table = defaultdict(lambda: defaultdict(float))
    for i in range(3):
        for j in range(2):
            table[i][j] += x * v[i] * j
    return sum(len(row) * sum(row.values()) for row in table.values()) * table[1][1]


@cases(0.7)
def polynomial_of_letter_counts(x):
    counts = Counter("abracadabra")
    counts["z"] += 1
    counts.update({"b": 2})
    counts.subtract(["a"])
    first = sum(n * x**i for i, (_, n) in enumerate(counts.most_common(3)))
    both = counts + Counter(b=1)
    return first + counts["missing"] + counts.total() * x + both["b"] * x * x


@cases(0.7, signed(3))
def weights_in_a_counter(x, v):
    weights = Counter()
    for k, a in zip((1, 2, 1), v):
        weights[k] += a * x
    plain = dict(weights)
    return plain[1] * plain[2] + (x if 3 not in weights else 0.0)


@cases(1.3, np.array([0.7, -0.4, 1.3]))
def tuples_found_and_taken_out(x, v):
    pairs = [(t * x, i) for i, t in enumerate(v)]
    s = pairs.index(max(pairs)) * x + pairs.count(pairs[1]) * x * x
    pairs.remove(min(pairs))
    if (v[0] * x, 0) in pairs and (v[0], 0) not in pairs:
        s += x**3
    rows = [[t * x, i] for i, t in enumerate(v)]
    rows.append([v[0] * x, 0])
    rows.remove([v[0] * x, 0])
    named = [(t * x, "left" if t > 0 else "right") for t in v]
    s += named.index((v[1] * x, "right")) * x
    return s + sum(p * (i + 1) for i, (p, k) in enumerate(pairs)) + sum(p * i for p, i in rows)
