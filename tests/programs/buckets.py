"""Lists of lists filled at a place that is known when it runs: buckets, clusters, neighbours in a graph."""

from __future__ import annotations

import copy

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()


class Bin:
    def __init__(self):
        self.items = []
        self.total = 0.0

    def add(self, v):
        self.items.append(v)
        self.total += v


class Particle:
    def __init__(self, v):
        self.v = v
        self.w = 1.0


@cases(array(6), 3)
@cases(array(0), 2)
def as_many_groups_as_asked_for(x, k):
    groups = [[] for _ in range(k)]
    for i in range(len(x)):
        groups[int(x[i] * 2) % k].append(x[i])
    s = 0.0
    for g in groups:
        for v in g:
            s = s + v * v * len(g)
    return s


@cases(array(6), np.array([0, 2, 1, 0, 2, 2]))
def variance_within_labels(x, labels):
    groups = [[], [], []]
    for v, label in zip(x, labels, strict=True):
        groups[label] += [v]
    total = 0.0
    for g in groups:
        if len(g) > 0:
            m = np.mean(np.array(g))
            for v in g:
                total += (v - m) ** 2
    return total


@cases(array(6, 2))
def k_means_cost(x):
    centers = np.array([[0.4, 0.4], [1.0, 1.2], [1.5, 0.7]])
    groups = [[] for _ in range(3)]
    for p in x:
        d = [np.sum((p - c) ** 2) for c in centers]
        groups[int(np.argmin(d))].append(p)
    cost = 0.0
    for g in groups:
        if g:
            m = sum(g) / len(g)
            for p in g:
                cost += np.sum((p - m) ** 2)
    return cost


@cases(array(5), np.array([[0, 1], [1, 2], [2, 0], [3, 4], [0, 3]]), 5)
def messages_between_neighbours(w, edges, n):
    adj = [[] for _ in range(n)]
    for k in range(len(edges)):
        u, v = edges[k, 0], edges[k, 1]
        adj[u].append((v, w[k]))
        adj[v].append((u, w[k]))
    h = np.ones(n)
    for _ in range(3):
        new = np.zeros(n)
        for u in range(n):
            for v, weight in adj[u]:
                new[u] += h[v] * weight
        h = np.tanh(new)
    return np.sum(h)


@cases(array(6), np.array([0, 0, 1, 1, 2]))
def subtrees_summed_by_children(x, parent):
    n = len(x)
    children = [[] for _ in range(n)]
    for i in range(1, n):
        children[parent[i - 1]].append(i)
    val = np.zeros(n)
    for i in reversed(range(n)):
        s = 0.0
        for c in children[i]:
            s += val[c]
        val[i] = x[i] * (1.0 + s)
    return val[0]


@cases(array(6))
def bucket_sort(x):
    n = 4
    buckets = [[] for _ in range(n)]
    for v in x:
        buckets[min(int(v / 2 * n), n - 1)].append(v)
    out = []
    for b in buckets:
        out.extend(sorted(b))
    return sum(v * (k + 1) for k, v in enumerate(out))


@cases(array(6))
def each_bucket_in_order(x):
    buckets = [[] for _ in range(4)]
    for v in x:
        b = buckets[int(v * 2)]
        j = 0
        while j < len(b) and b[j] < v:
            j += 1
        b.insert(j, v)
    out = [v for b in buckets for v in b]
    return sum(v * (k + 1) for k, v in enumerate(out))


@cases(array(6))
def last_of_each_group(x):
    groups = [[] for _ in range(4)]
    for v in x:
        g = groups[int(v * 2)]
        if g:
            g.append(g[-1] * v)
        else:
            g.extend([v, v * v])
    return sum(g[-1] for g in groups if g)


@cases(array(6))
def the_last_taken_and_put_back(x):
    b = [[1.0], [2.0], [3.0], [4.0]]
    for v in x:
        j = int(v * 2)
        b[j].append(v * b[j].pop())
    return sum(sum(g) * len(g) for g in b)


@cases(array(6))
def bins_with_totals(x):
    bins = [Bin() for _ in range(3)]
    for v in x:
        bins[int(v * 2) % 3].add(v)
    return sum(b.total * len(b.items) + sum(t * t for t in b.items) for b in bins)


@cases(array(6))
def bins_as_dicts(x):
    bins = [{"items": [], "total": 0.0} for _ in range(3)]
    for v in x:
        b = bins[int(v * 2) % 3]
        b["items"].append(v)
        b["total"] += v
    return sum(b["total"] * len(b["items"]) for b in bins)


@cases(array(6), 3)
def cells_of_a_grid(x, m):
    grid = [[[] for _ in range(m)] for _ in range(m)]
    for v in x:
        grid[int(v * 2) % m][int(v * 5) % m].append((v, v * v))
    return sum(a * b * (k + 1) * (j + 2) for k, r in enumerate(grid) for j, c in enumerate(r) for a, b in c)


@cases(array(6))
def particles_of_each_cell(x):
    cells = [[] for _ in range(3)]
    for v in x:
        p = Particle(v)
        cells[int(v * 2) % 3].append(p)
        p.w = v * 3.0
    for c in cells:
        for p in c:
            p.v = p.v * len(c)
    return sum(p.v * p.w * (k + 1) for k, c in enumerate(cells) for p in c)


@cases(array(6))
def arrays_of_each_group_scaled(x):
    groups = [[] for _ in range(3)]
    for v in x:
        a = np.array([v, v * v])
        groups[-1 - int(v * 2) % 3].append(a)
        a[0] = 7.0 * v
    for g in groups:
        for a in g:
            a *= 2.0
    return sum(np.sum(a) * (k + 1) for k, g in enumerate(groups) for a in g)


@cases(array(6))
def emptied_when_full(x):
    groups = [[] for _ in range(3)]
    s = 0.0
    for v in x:
        j = int(v * 2) % 3
        groups[j].append(v)
        if len(groups[j]) == 2:
            s += groups[j][0] * groups[j][1]
            groups[j] = []
    return s + sum(sum(g) for g in groups)


@cases(array(6))
def groups_copied_before(x):
    groups = [[] for _ in range(3)]
    for v in x:
        groups[int(v * 2) % 3].append(v)
    before = copy.deepcopy(groups)
    for k in range(2):
        while groups[k]:
            groups[k + 1].append(groups[k].pop() * 2.0)
    return sum(sum(g) * (k + 1) for k, g in enumerate(before)) + sum(v * v for g in groups for v in g)


@cases(array(6))
def filled_by_a_helper(x):
    def put(row, v):
        row.append(v)
        return len(row)

    groups = [[] for _ in range(3)]
    s = 0.0
    for v in x:
        s += put(groups[int(v * 2) % 3], v) * v
    return s + sum(sum(g) * (k + 1) for k, g in enumerate(groups))


@cases(array(6))
def filled_without_a_loop(x):
    groups = [[] for _ in range(3)]
    j = int(x[0] * 2) % 3
    groups[j].append(x[1])
    groups[(j + 1) % 3].append(x[2] * 2)
    return sum(sum(g) * (k + 1) for k, g in enumerate(groups))


@cases(array(6))
def begun_with_an_int(x):
    groups = [[] for _ in range(3)]
    for v in x:
        j = int(v * 2) % 3
        groups[j].append(1 if len(groups[j]) == 0 else v)
    return sum(sum(g) * (k + 1) for k, g in enumerate(groups))


@cases(array(6))
def never_filled(x):
    groups = [[] for _ in range(3)]
    s = 0.0
    for v in x:
        s += v * (1 + len(groups[int(v * 2) % 3]))
    return s


@cases(array(5).astype(np.float32))
def in_single_precision(x):
    groups = [[] for _ in range(3)]
    for v in x:
        groups[int(v * 2) % 3].append(v)
    return sum(sum(g) * (k + 1) for k, g in enumerate(groups)) * x[0]


# --- dicts whose lists are filled by a key of the run


@cases(array(6))
def named_buckets(x):
    buckets = {name: [] for name in ("low", "middle", "high")}
    for v in x:
        key = "low" if v < 0.7 else "middle" if v < 1.2 else "high"
        buckets[key].append(v)
    return sum(sum(b) * len(b) for b in buckets.values())


@cases(array(6))
def numbered_buckets_and_totals(x):
    buckets = {3: [], 7: [], -1: []}
    totals, counts = {k: 0.0 for k in range(3)}, dict.fromkeys(range(3), 0)
    for v in x:
        j = int(v * 2) % 3
        buckets[3 if j == 0 else 7 if j == 1 else -1].append(v)
        totals[j] += v * v
        counts[j] += 1
    found = sum(sum(b) * k for k, b in buckets.items())
    return found + sum(totals[k] / max(counts[k], 1) for k in totals)


@cases(array(6))
def buckets_read_while_they_are_filled(x):
    buckets = {"low": [], "high": [0.5]}
    s = 0.0
    for v in x:
        key = "low" if v < 1.0 else "high"
        buckets[key].append(v)
        buckets["low"].append(v * v)
        s += len(buckets["low"]) * v + buckets["high"][-1] + len(buckets.get(key))
    return s + sum(sum(b) for b in buckets.values())


@cases(array(6))
def bins_by_name(x):
    bins = {"a": Bin(), "b": Bin()}
    held = {"a": {"items": [], "n": 0}, "b": {"items": [], "n": 0}}
    for v in x:
        key = "a" if v < 1.0 else "b"
        bins[key].add(v)
        held[key]["items"].append(v * v)
        held[key]["n"] += 1
    return sum(b.total * len(b.items) for b in bins.values()) + sum(sum(h["items"]) * h["n"] for h in held.values())


@cases(array(6), 2)
def messages_along_edges_by_node(x, n):
    adj = {i: [] for i in range(5)}
    for k in range(len(x)):
        u = int(x[k] * 2) % 5
        adj[u].append(((u + 1) % 5, x[k]))
    h = np.ones(5)
    for _ in range(n):
        new = np.zeros(5)
        for u in adj:
            for v, w in adj[u]:
                new[v] += h[u] * w
        h = np.tanh(new)
    return np.sum(h)


@cases(0.7)
@cases(1.3)
def filled_by_name_without_a_loop(x):
    parts = {"a": [x], "b": []}
    kept = parts["b"]
    parts["a" if x > 1 else "b"].append(x * x)
    return sum(parts["a"]) * 2 + sum(parts["b"]) + sum(kept)


@cases(array(6))
def buckets_by_letters_between_changes(x):
    buckets = {name: [] for name in "abc"}
    s = 0.0
    for i, v in enumerate(x):
        key = "a" if v < 0.8 else "b" if v < 1.2 else "c"
        buckets[key].append(v)
        s += len(buckets["abc"[int(v * 2) % 3]]) * v
        buckets[key].append(v * v)
        for e in buckets["abc"[i % 3]]:
            s += e
    return s


def halved(pair, n):
    """What the first of a pair adds up to, halved n times by recursion."""
    return sum(pair[0]) * pair[1] if n == 0 else halved(pair, n - 1) * 0.5


@cases(signed(4))
@cases(array(1))
def rows_in_tuples_made_before(x):
    """A row that is known by a tuple as well is as long as it was made since, wherever the tuple goes."""
    rows = {"lo": [], "hi": []}
    lists = [[], [x[0]]]
    pair, other, none_yet = (rows["lo"], 0.5), (lists[1], 0.3), (lists[0], 2.0)
    for i, t in enumerate(x):
        rows["lo" if t < 0 else "hi"].append(t)
        lists[i % 2].append(t * t)
    rows["lo" if x[0] < 0.5 else "hi"].append(x[0])
    kept = []
    for t in x:
        kept.append(([t], 0.7))
    kept += [pair, other, none_yet]
    chosen = pair if x[0] < 0 else ([x[0]], 3.0)
    s = sum(weight * sum(row) for row, weight in kept) + sum(chosen[0]) * chosen[1]
    return s + halved(pair, len(x)) * halved((rows["hi"], 2.0), 2)


@cases(0.7, signed(7))
@cases(0.7, array(0))
def rows_changed_in_branches(a, x):
    """A row is longer, shorter or other by a condition, and read behind it."""
    rows = [[a, 1.0], [1.0], [a]]
    s = 0.0
    for i in range(len(x)):
        row = rows[i % 3]
        if x[i] > 0:
            row.append(x[i] * a)
        elif len(row) > 2:
            s += row.pop()
        else:
            row[0] = row[-1] * a
        s = s * a + row[-1]
    return s + sum(sum(row) ** 2 for row in rows)


@cases(0.7, signed(7))
@cases(0.7, array(1))
def dicts_in_a_dict(a, x):
    of = {}
    for i in range(len(x)):
        of.setdefault(i % 3, {})[i // 2] = x[i] * a
    s = 0.0
    for k in of:
        for j in of[k]:
            s += of[k][j] * (j + 1) * (k + 1)
    return s


@cases(0.7, signed(7))
def begun_by_the_first(a, x):
    of = {}
    for i in range(len(x)):
        if i % 3 in of:
            of[i % 3].append(x[i] * a)
        else:
            of[i % 3] = [x[i], a]
        if i == 4:
            of[1] = [a]
    return sum(sum(row) ** 2 for row in of.values())


@cases(array(5, 2), array(2, seed=3))
@cases(array(1, 2), array(2))
@cases(array(0, 2), array(2))
def k_means_by_pairs(points, c):
    """A cluster has any length, a centre is one of two arrays that are known."""
    cents = [c * 1.0, c * -1.0 + 0.5]
    for _ in range(3):
        groups = [[] for _ in cents]
        for p in points:
            k = min(range(len(cents)), key=lambda k: np.sum((p - cents[k]) ** 2))
            groups[k].append(p)
        cents = [sum(g) / len(g) if g else c for g, c in zip(groups, cents)]
    return np.sum(cents[0] * cents[1])


@cases(array(6), 0.8)
@cases(-array(3), 0.8)
@cases(array(6)[:1], 0.8)
def elements_of_known_lists_beside_what_grew(x, a):
    """Arrays, objects and lists of known places, as many as the other list lets: they are changed in it."""
    grown = [t * a for t in x if t > 0]
    rows, held, pairs = [x * a, x + 1.0, x**2], [Particle(a), Particle(a * a)], [[a, 2.0], [x[0], a], [1.0, a]]
    s = 0.0
    for k, (t, row, pair) in enumerate(zip(grown, rows, pairs, strict=False)):
        s += t * np.sum(row) * pair[1]
        pair[0] *= t
        rows[-1 - k] = row * t
    for p, t in zip(held, grown, strict=False):
        p.w = p.v * t + p.w
    return s + np.sum(rows[0] * rows[2]) + held[0].w * held[1].w + sum(p[0] * p[1] for p in pairs)
