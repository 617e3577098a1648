"""Dicts whose keys are found when it runs: groups, histograms, tables of what was computed, graphs, sparse matrices."""

from __future__ import annotations

import itertools
from collections import Counter, OrderedDict, defaultdict

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()

LABELS = np.array([2, 0, 2, 1, 0, 2])
NOTHING = np.zeros(0, int)


class Group:
    def __init__(self, v):
        self.total = v
        self.count = 1

    def add(self, v):
        self.total += v
        self.count += 1


@cases(array(6), LABELS)
@cases(array(0), NOTHING)
def histogram(x, labels):
    totals = {}
    for i in range(len(x)):
        k = int(labels[i])
        totals[k] = totals.get(k, 0.0) + x[i] ** 2
    s = 0.0
    for k, v in totals.items():
        s += (k + 1) * v * v
    return s


@cases(array(6), LABELS)
@cases(array(6).astype(np.float32), LABELS)
def totals_by_label(x, labels):
    totals = defaultdict(float)
    for k, t in zip(labels, x):
        totals[k] += t * t
    return 0.05 * x[0] * (sum(v * v for v in totals.values()) + max(totals.values()) * len(totals))


@cases(array(6), LABELS)
def variance_in_groups(x, labels):
    groups = defaultdict(list)
    for k, t in zip(labels, x):
        groups[k].append(t)
    total = 0.0
    for members in groups.values():
        mean = sum(members) / len(members)
        total += sum((t - mean) ** 2 for t in members) * len(members)
    return total


START, STEPS = (0, 0), [(1, 0), (0, 1)]


@cases(0.7, 2)
@cases(0.7, 0)
def cheapest_path_in_a_grid(x, n):
    cost, frontier = {START: 0.0 * x}, [START]
    while frontier:
        i, j = frontier.pop(0)
        for di, dj in STEPS:
            at = (i + di, j + dj)
            if max(at) > n:
                continue
            c = cost[i, j] + x * (1 + at[0] * at[1]) ** 2
            if at not in cost or c < cost[at]:
                cost[at] = c
                frontier.append(at)
    return cost[n, n] * (x + cost.get(START, 1.0)) + len(cost)


@cases(0.7)
def keys_known_first(x):
    table = {(i, ("a", j)): x**i for i in range(2) for j in range(2)}
    for k in range(int(x) + 3):
        table[k, ("a", k)] = x * table.get((k - 1, ("a", k - 1)), 2.0)
    return sum((i + 1) * j * v * v for (i, (_, j)), v in table.items())


@cases(1.3)
@cases(0.7)
def steps_back(x):
    before = {}
    for u, v, c in [("a", "b", 1.0), ("b", "c", 2.0), ("c", "d", 0.5)]:
        if c * x < 3:
            before[v] = u
    total, node = 0.0, "d"
    while node != "a":
        node = before[node]
        total += x * x
    return total


@cases(array(6), LABELS)
def groups_set_by_default(x, labels):
    groups = {}
    for i in range(len(x)):
        groups.setdefault(int(labels[i]), []).append(x[i] ** 2)
    return sum((k + 1) * members[0] * members[-1] for k, members in groups.items())


@cases(array(6), LABELS)
def groups_tested_for(x, labels):
    latest = {}
    for i, k in enumerate(labels):
        if k not in latest:
            latest[k] = [x[i]]
        else:
            latest[k].append(x[i] * latest[k][-1])
            if len(latest[k]) > 2:
                latest[k].pop(0)
    return sum(v[0] * v[-1] for v in latest.values())


@cases(array(6), LABELS)
def sums_of_vectors(x, labels):
    sums = {}
    for i in range(len(x)):
        k = labels[i]
        if k not in sums:
            sums[k] = np.zeros(2)
        sums[k] += x[i] * np.array([1.0, x[i]])
    return sum(np.sum(v * v) for v in sums.values())


@cases(array(6), LABELS)
def means_of_pairs(x, labels):
    means = defaultdict(lambda: np.zeros(2))
    counts = Counter()
    for k, t in zip(labels, x):
        means[k] += np.array([t, t * t])
        counts[k] += 1
    return sum(np.sum(v * v) / counts[k] for k, v in means.items())


@cases(array(6), LABELS)
def objects_by_label(x, labels):
    groups = {}
    for i in range(len(x)):
        k = int(labels[i])
        if k in groups:
            groups[k].add(x[i] * x[i])
        else:
            groups[k] = Group(x[i])
    return sum(g.total**2 / g.count for g in groups.values())


@cases(array(6), LABELS)
def records_by_label(x, labels):
    table = {}
    for i, k in enumerate(labels):
        row = table.setdefault(k, {"count": 0, "total": 0.0})
        row["count"] += 1
        row["total"] += x[i] ** 2
    best = {}
    for k, t in zip(labels, x):
        s, n = best.get(k, (1.0, 0))
        best[k] = (s * t, n + 1)
    return sum(r["total"] / r["count"] for r in table.values()) + sum(s * s / n for s, n in best.values())


@cases(signed(6), LABELS)
def signs(x, labels):
    by_sign, by_truth = defaultdict(float), {}
    for t in x:
        by_sign["up" if t > 0 else "down"] += t * t
        by_truth[bool(t > 0)] = by_truth.get(bool(t > 0), 1.0) * t
    total = by_truth[True] ** 2 + by_truth.get(False, 2.0)
    for k, v in by_sign.items():
        total += v * v if k == "up" else v
    return total + by_sign["up"] * len(by_sign)


NAMES = ["ann", "bob", "cy"]


@cases(array(6), LABELS)
def names_from_a_table(x, labels):
    scores = {}
    for i in range(len(x)):
        name = NAMES[labels[i]]
        scores[name] = scores.get(name, 0.0) + x[i] ** 2
    return scores["ann"] * scores["bob"] - scores["cy"] ** 2 + len(scores)


@cases(array(6), LABELS)
def pairs_of_labels(x, labels):
    joint = {}
    for i in range(len(x)):
        for j in range(i):
            k = (int(labels[i]), int(labels[j]))
            joint[k] = joint.get(k, 0.0) + x[i] * x[j]
    total = 0.0
    for (a, b), v in joint.items():
        total += (a - 2 * b) * v * v
    return total + (joint[0, 2] if (0, 2) in joint else 1.0 + total)


@cases(array(5), np.array([1, 0, 3, 4, 2]))
def sparse_matrix(x, columns):
    entries = {}
    for i in range(len(x)):
        entries[i, int(columns[i])] = x[i]
        entries[int(columns[i]), i] = x[i] ** 2
    y = np.zeros(len(x))
    for (i, j), a in entries.items():
        y[i] += a * x[j]
    return np.sum(y * y)


@cases(array(7))
@cases(array(2))
def recurrence_in_a_table(x):
    table = {0: x[0], 1: x[1]}
    for i in range(2, len(x)):
        table[i] = table[i - 1] * x[i] + table[i - 2]
    return table[len(x) - 1]


@cases(array(6))
def remembered_recursion(x):
    memo = {}

    def path(n):
        if n < 2:
            return x[n]
        if n in memo:
            return memo[n]
        memo[n] = path(n - 1) * x[n] + path(n - 2)
        return memo[n]

    return path(len(x) - 1)


@cases(array(6), LABELS)
def taken_out_again(x, labels):
    kept = {}
    for k, t in zip(labels, x):
        kept[int(k)] = t * t
    kept.pop(0, None)
    y = kept.pop(2, 5.0) + kept.pop(7, 1.0)
    kept[0] = x[0]
    return sum(kept.values()) + y * 3 + min(kept)


@cases(array(6), LABELS)
def in_order_of_keys_and_values(x, labels):
    totals = defaultdict(float)
    for k, t in zip(labels, x):
        totals[int(k)] += t * t
    s = 0.0
    for k in sorted(totals):
        s = s * 0.5 + totals[k]
    for k, v in sorted(totals.items(), key=lambda pair: pair[1]):
        s = s * 0.5 + v * (k + 1)
    return s + totals[max(totals, key=totals.get)] ** 2 + max(totals)


@cases(array(6), LABELS)
def views_and_copies(x, labels):
    d = {}
    for k, t in zip(labels, x):
        d[int(k)] = t
    values, keys, items = list(d.values()), list(d.keys()), list(d.items())
    e = d.copy()
    e[7] = x[0] ** 2
    both = {**d, **e}
    f = dict(e)
    f.update(d)
    a = np.array(values)
    s = np.sum(a * a) * len(d.keys()) + sum(keys) * values[0] + items[0][1]
    return s + sum(both.values()) + len(d.values()) + sum(f.values()) * len(d | e) + (x[1] if 2 in d else 0.0)


@cases(array(6), LABELS)
def comprehensions_of_dicts(x, labels):
    groups = {i: [] for i in range(len(x))}
    for i, k in enumerate(labels):
        groups[k].append(x[i])
    last = {int(k): t * t for k, t in zip(labels, x)}
    zipped, none_yet = dict(zip(labels, x)), dict.fromkeys(labels, 0.0)
    for k, t in zip(labels, x):
        none_yet[k] += t
    s = sum(sum(v) * (k + 1) for k, v in groups.items())
    return s + sum(v * k for k, v in last.items()) + zipped[0] * last[2] + none_yet[1] ** 2


@cases(array(6), LABELS)
def counted_first(x, labels):
    counts = Counter(labels)
    return sum(t**2 / counts[k] for k, t in zip(labels, x)) * len(counts)


@cases(array(6), LABELS)
def nested_dicts(x, labels):
    table = defaultdict(lambda: defaultdict(float))
    plain = {}
    for i, k in enumerate(labels):
        table[k][int(x[i] > 1.0)] += x[i] ** 2
        if k not in plain:
            plain[k] = {}
        plain[k][i] = x[i]
    s = 0.0
    for k, inner in table.items():
        for j, v in inner.items():
            s += v * v * (k - 2 * j)
    return s + sum(sum(inner.values()) ** 2 for inner in plain.values())


@cases(array(6), LABELS)
def walk_through_a_graph(x, labels):
    edges = {}
    for i in range(len(labels)):
        edges.setdefault(i, []).append((int(labels[i]), x[i]))
        edges.setdefault(int(labels[i]), []).append((i, x[i] ** 2))
    seen, queue, total = {}, [0], 0.0
    while queue:
        u = queue.pop(0)
        if u in seen:
            continue
        seen[u] = True
        for v, w in edges[u]:
            if v not in seen:
                total += w * (u + 1)
                queue.append(v)
    return total


@cases(array(6), LABELS)
def spanning_forest(x, labels):
    parent = {}

    def root(a):
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        return a

    for i in range(len(x)):
        parent[i] = i
    total = 0.0
    for i in range(len(x)):
        a, b = root(i), root(int(labels[i]))
        if a != b:
            parent[a] = b
            total += x[i] ** 2 * (b + 1)
    return total


@cases(array(6), LABELS)
def least_recently_used(x, labels):
    cache = OrderedDict()
    s = 0.0
    for k, t in zip(labels, x):
        if k in cache:
            cache.move_to_end(k)
            s += cache[k] * t
        cache[k] = t
        if len(cache) > 2:
            cache.popitem(last=False)
    return s + sum(cache.values())


@cases(signed(6), LABELS)
def begun_anew(x, labels):
    d, i = {}, 0
    while i < len(x):
        if x[i] < -0.5:
            d = {}
        d[i % 3] = d.get(i % 3, 1.0) * x[i]
        i += 1
    return sum(d.values()) * len(d)


@cases(signed(4))
def known_keys_on_some_paths(x):
    d = {}
    if x[0] > 0:
        d["a"] = x[0]
    else:
        d["b"] = x[1]
    for t in x:
        d["last"] = t
        d["sum"] = d.get("sum", 0.0) + t * t
    return d["last"] * d["sum"] + d.get("a", 2.0) * 3 + sum(d.values())


@cases(array(6))
def numbers_as_keys(x):
    d = {}
    for t in x:
        d[2 * t] = d.get(2 * t, 0.0) + t
    return sum(k * k * v for k, v in d.items()) * len({t: 1.0 for t in x})


def add(d, k, t):
    d[k] = d.get(k, 0.0) + t


@cases(array(6), LABELS)
def changed_by_a_helper(x, labels):
    d = {}
    for k, t in zip(labels, x):
        add(d, k, t)
        add(d, k + 1, t * t)
    return sum(v**2 for v in d.values())


@cases(1.3)
def pairs_of_letters(x):
    text, table = "abracadabra", defaultdict(dict)
    for a, b in itertools.pairwise(text):
        table[a][b] = table[a].get(b, 0) + x
    return sum(table["a"].values()) * table["b"]["r"]


@cases(signed(6), LABELS)
@cases(array(0), NOTHING)
def groups_filled_under_conditions(x, labels):
    d, positive, found = {}, defaultdict(list), {"lo": [], "hi": []}
    for k, t in zip(labels, x):
        if t > -1.0:
            d.setdefault(int(k), []).append(t * t)
        if t > 0:
            positive[k].append(t)
            if t > 1:
                positive[-k].append(t**3)
        found["lo" if t < 0 else "hi"].append(t)
    s = sum(sum(q) * q[0] for q in d.values()) + sum(sum(q) * len(q) for q in positive.values())
    for t in found["lo"]:
        s = s * 0.5 + t * t
    return s + np.array(found["hi"]).sum() ** 2 + sum(t**3 for t in found["hi"])


def level(t):
    return "mid" if t < 0 else "low" if t < 0.8 else "high"


@cases(signed(6), LABELS)
@cases(array(0), NOTHING)
def groups_in_order(x, labels):
    """Sorted by their keys, as no two of these are equal: texts by their letters, whatever the groups hold."""
    lists, sums, cells, rows = defaultdict(list), {}, {}, {}
    for k, t in zip(labels, x):
        lists[int(k)].append(t)
        sums[level(t)] = sums.get(level(t), 0.0) + t * t
        cells.setdefault((int(k), level(t)), []).append(t)
        rows[-k] = rows.get(-k, np.zeros(2)) + np.array([t, t * t])
    s = 0.0
    for k, group in sorted(lists.items()):
        s = s * 0.5 + sum(group) ** 2 + k
    for _, v in sorted(sums.items()):
        s = s * 0.5 + v
    for name in sorted(sums, reverse=True):
        s = s * 0.5 + sums[name] * len(name)
    for (_, name), group in sorted(cells.items(), reverse=True):
        s = s * 0.5 + sum(group) * len(name)
    for _, row in sorted(rows.items()):
        s = s * 0.5 + np.sum(row * row)
    return s + sum(v for _, v in [*sums.items(), ("more", 1.0)]) + len(rows.items())


@cases(array(6), LABELS)
def views_of_what_is_there(x, labels):
    """Views show a dict as it is when they are read: cleared, filled again, in another order."""
    d, ordered = {}, OrderedDict()
    for k, t in zip(labels, x):
        d[k] = d.get(k, 0.0) + t
        ordered[k] = t
    values, items, before = d.values(), d.items(), list(d.items())
    placed = ordered.values()
    ordered.move_to_end(labels[3], last=False)
    known = OrderedDict(a=x[0], b=x[1], c=x[2])
    shown = known.values()
    known.move_to_end("c", last=False)
    d.clear()
    d[5] = x[0] ** 2
    s = sum(values) + sum(k * v for k, v in items) + sum(v * v for _, v in before)
    for t in [*placed, *shown]:
        s = s * 0.5 + t
    return s


@cases(array(6), LABELS)
def edges_both_ways(x, labels):
    """The numbers of a key in another order, or one of them twice, are another key."""
    flow = {}
    for i, k in enumerate(labels):
        flow[int(k), i] = x[i]
        flow[i, int(k)] = x[i] ** 2
        flow[i, i] = flow.get((i, i), 0.0) + x[i] ** 3
    s = 0.0
    for i, j in flow:
        s = s * 0.9 + flow[j, i] * (i + 1) + flow[i, i]
    return s + sum(v * flow[j, j] for (i, j), v in flow.items() if (j, i) in flow)


@cases(array(6), LABELS)
@cases(array(0), NOTHING)
def rows_of_a_sparse_matrix(x, labels):
    rows = defaultdict(lambda: defaultdict(float))
    for i, k in enumerate(labels):
        rows[int(k)][i % 3] += x[i]
        rows[i][int(k)] -= x[i] ** 2
    s = 0.0
    for i in rows:
        for j in rows[i]:
            s = s * 0.9 + rows[i][j] ** 2 * (j + 1)
    return s


@cases(array(6), LABELS)
@cases(array(0), NOTHING)
def keys_written_as_texts(x, labels):
    """Texts of whole numbers: these tell them apart, negative ones and ones of more digits too."""
    groups, cells = defaultdict(list), {}
    for i, (k, t) in enumerate(zip(labels, x)):
        groups[str(k)].append(t)
        name = f"cell {k - 1}-{i * 7 % 12:02d}"
        cells[name] = cells.get(name, 1.0) * t
        cells[f"cell {i - 1:d}-{k:02d}"] = cells.get(f"cell {i - 1}-{k:02d}", 0.0) + t**2
    s = 0.0
    for name, v in cells.items():
        s = s * 0.9 + v * cells[name]
    for name in groups:
        s = s * 0.9 + sum(groups[name]) ** 2
    return s + len(cells) * len(groups) + sum(cells.values())


@cases(array(6), LABELS)
def groups_that_change_places(x, labels):
    d, e = defaultdict(list), {}
    for k, t in zip(labels, x):
        d[k].append(t)
        e.setdefault(int(k), {"total": 0.0, "all": []})["total"] += t
        e[int(k)]["all"].append(t * t)
        if t > 0.9:
            d[k], d[7] = d[7], d[k]
            d[7].append(x[0] * t)
            d[k].append(t**3)
    a, b = int(labels[0]), int(labels[1])
    e[a], e[b] = e[b], e[a]
    e[a]["all"].append(x[1])
    s = sum(sum(q) * (k + 1) for k, q in d.items())
    return s + sum((q["total"] + sum(q["all"]) ** 2) * (k + 2) for k, q in e.items())


@cases(0.7, signed(9))
@cases(0.7, array(0))
def entries_that_come_and_go(a, x):
    """Keys taken out of the middle, the front and the end, and put in again behind the others."""
    kept = {}
    for i in range(len(x)):
        kept[i % 5, i] = x[i] * a
        if i % 3 == 2:
            kept.pop(((i - 1) % 5, i - 1), 0.0)
            kept[i % 5, 0] = kept.pop((i % 5, i), 1.0) * a
        if i % 4 == 3:
            kept.pop(((i - 3) % 5, i - 3), 0.0)
            kept[9, i] = kept.popitem()[1]
    s = 0.0
    for j, (key, t) in enumerate(kept.items()):
        s += (j + 1) * key[1] * t
    return s


@cases(0.7, signed(4))
@cases(0.7, array(0))
def taken_out_in_turn(a, x):
    waiting = {}
    for i in range(len(x)):
        waiting[i] = x[i] * a
    s = 0.0
    for i in range(len(x)):
        s = s * a + waiting.pop(i)
    return s


@cases(0.7, array(6), LABELS)
@cases(0.7, array(0), NOTHING)
def from_the_last_entry(a, x, labels):
    """What a turn writes of an entry that is still to come is read, as in Python."""
    totals, counts = {}, Counter(int(k) for k in labels)
    for k, t in zip(labels, x):
        totals[int(k)] = totals.get(int(k), 0.0) + t * a
    s = 0.0
    for k, t in reversed(totals.items()):
        s = s * a + (k + 1) * t
        if k - 1 in totals:
            totals[k - 1] *= 1.5
    for j, (k, n) in enumerate(reversed(counts.items())):
        s = s * a + k * n * j
    for t in reversed(totals.values()):
        s = s * a + t
    return s + sum(k * s for k in reversed(counts.keys()))


@cases(0.7, array(6), LABELS)
@cases(0.7, -array(6), LABELS)
@cases(0.7, array(0), NOTHING)
def counters_as_multisets(a, x, labels):
    """Operators of counters; one that is written in place is seen by its other name, and drops what is not positive."""
    have, need = Counter(), Counter(int(k) // 2 for k in labels)
    other = have
    for k, t in zip(labels, x):
        have[int(k)] += t * a
    s = 0.0
    for j, (k, n) in enumerate([*(have & need).items(), *(have | need).items(), *(-have).items()]):
        s = s * a + (j + k) * n
    have += Counter({0: a, 5: a * a})
    have -= Counter({5: 1, 2: 3 * a})
    for k, n in other.items():
        s = s * a + (k + 1) * n
    have |= need
    have &= Counter({0: 2 * a, 1: 1, 2: a})
    return s + sum((k + 1) * n * n for k, n in other.items()) + a * ((other <= need) + 2 * (need < other))
