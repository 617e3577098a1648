"""Sets whose elements are found when it runs: searches of graphs and grids, what occurs twice, what was met."""

from __future__ import annotations

import heapq
from collections import defaultdict, deque

import numpy as np

from tests.programs.cases import Cases, array

cases = Cases()

LABELS = np.array([2, 0, 4, 1, 0, 2])
NOTHING = np.zeros(0, int)


@cases(array(6), LABELS)
def shortest_paths(x, labels):
    edges = defaultdict(list)
    for i in range(len(x)):
        edges[i].append((int(labels[i]), x[i] ** 2))
        edges[int(labels[i])].append((i, x[i] + 1.0))
    distance = [float("inf")] * len(x)
    distance[0] = 0.0
    visited = set()
    heap = [(0.0, 0)]
    while heap:
        d, u = heapq.heappop(heap)
        if u in visited:
            continue
        visited.add(u)
        for v, w in edges[u]:
            if v not in visited and d + w < distance[v]:
                distance[v] = d + w
                heapq.heappush(heap, (distance[v], v))
    return sum(distance[k] for k in sorted(visited)) * len(visited)


@cases(array(9).reshape(3, 3))
def flood_fill(x):
    seen, stack, total = {(0, 0)}, [(0, 0)], 0.0
    while stack:
        i, j = stack.pop()
        total = total * 0.9 + x[i, j] ** 2
        for di, dj in ((1, 0), (0, 1), (-1, 0)):
            p = (i + di, j + dj)
            if 0 <= p[0] < 3 and p[1] < 3 and p not in seen and x[p] > 0.8:
                seen.add(p)
                stack.append(p)
    return total * len(seen)


class Search:
    def __init__(self, x, labels):
        self.x, self.labels, self.seen = x, labels, set()

    def depth_first(self, u):
        if u in self.seen:
            return 0.0
        self.seen.add(u)
        return self.x[u] ** 2 * len(self.seen) + 0.5 * self.depth_first(int(self.labels[u]))


@cases(array(6), LABELS)
@cases(array(6).astype(np.float32), LABELS)
def depth_first_searches(x, labels):
    visited = set()

    def around(u):
        if u in visited:
            return 0.0
        visited.add(u)
        return x[u] * (u + 1) + x[u] * around(int(labels[u]))

    def passed(u, path):
        path.add(u)
        v = int(labels[u])
        s = 1.0 if v in path else x[v] * passed(v, path)
        path.discard(u)
        return s * x[u]

    return around(0) + around(3) + passed(3, set()) + Search(x, labels).depth_first(5)


@cases(array(6), LABELS)
@cases(array(0), NOTHING)
def first_of_each_label(x, labels):
    seen, twice, total = set(), set(), 0.0
    for i, k in enumerate(labels):
        if k not in seen:
            seen.add(k)
            total += x[i] ** 2
        elif x[i] > 0.9:
            twice |= {k}
    return total * (1 + len(twice)) + len(seen - twice)


@cases(array(6), LABELS)
def operations(x, labels):
    s, t = set(labels), {int(k) + 1 for k in labels}
    u = s.copy()
    for k in range(len(x)):
        u.add(k + 3)
    total = sum(s) * x[0] + max(t) * x[1] ** 2 + len(s & t) * x[2] + len(s ^ t) * x[3]
    if s <= u and not u.issubset(s) and s | t == t | s and t.isdisjoint({0}):
        total *= x[4]
    s -= t
    u.intersection_update(t, range(1, 4))
    while u:
        k = min(u)
        u.remove(k)
        total = total * 0.5 + x[k] ** 2
    for k in sorted(s | frozenset({1}), reverse=True):
        total += x[k] * x[k - 1]
    return total * len(s)


@cases(array(6), LABELS)
def neighbours(x, labels):
    around, queue, seen = [set() for _ in x], deque([0]), {0}
    for i, k in enumerate(labels):
        around[i].add(int(k))
        around[k].add(i)
    total = 0.0
    while queue:
        u = queue.popleft()
        total += x[u] ** 2 * len(around[u])
        for v in sorted(around[u] - seen):
            seen.add(v)
            queue.append(v)
    return total


@cases(array(6))
def words_met(x):
    met, total = set(), 0.0
    for t in x:
        word = "long" if t > 1.1 else "short" if t < 0.9 else "middle"
        if word in met:
            total += t * t
        met.add(word)
    return total * len(met) + ("long" in met) * x[0]


@cases(array(6))
def numbers_met(x):
    met = {2.0}
    for t in x:
        met.add(2 * t)
        met.add(2 * t)
    return x[0] ** 2 * len(met) + x[1] * (2 * x[2] in met)


@cases(array(12))
def in_levels(x):
    """Breadth first, by a set for each level: 0 and 8 are in one place of a hash table."""
    seen, level, total = {0}, {0}, 0.0
    while level:
        following = set()
        for u in level:
            total = total * 0.9 + x[u] ** 2
            for step in (5, 8):
                if (v := (u * 7 + step) % 12) not in seen:
                    following.add(v)
        seen |= following
        level = following
    return total


@cases(array(12))
def the_nearest_first(x):
    """A* with a set that is open."""
    cost = [float("inf")] * len(x)
    cost[0] = total = 0.0
    opened = {0}
    while opened:
        u = min(opened, key=lambda k: cost[k])
        opened.remove(u)
        total = total * 0.9 + cost[u]
        for v in (u + 1, u + 8):
            if v < len(x) and cost[u] + x[v] ** 2 < cost[v]:
                cost[v] = cost[u] + x[v] ** 2
                opened.add(v)
    return total
