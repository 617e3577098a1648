"""Lists of staged length: slices, sums, insertions, removals, sorting; builtins over them."""

from __future__ import annotations

import itertools
from functools import reduce

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()


def multiples(x, v):
    out = []
    for a in v:
        out.append(a * x)
    return out


@cases(array(3), 2.0)
@cases(array(1), 2.0)
@cases(array(0), 2.0)
def counted_with_its_first(v, x):
    a = [t for t in v]
    return x * (a.count(a[0]) if a else 0.5) + a.count(x)


@cases(2.0)
@cases(7.0)
def drained(x):
    stack = [x, x * 2, 3.0]
    total = 0.0
    while stack and (top := stack.pop()) > 1:
        total = total * 2 + top
        if total < 8:
            stack.append(top - 0.5)
    return total


@cases(0.7, signed(5))
def neighbours_by_slices(x, v):
    a = multiples(x, v)
    return sum(p * q for p, q in zip(a[1:], a[:-1]))


@cases(0.7, signed(5))
def backwards_by_a_slice(x, v):
    a = multiples(x, v)
    return sum(i * p for i, p in enumerate(a[::-1]))


@cases(0.7, signed(5), 4)
def slices_with_staged_ends(x, v, n):
    a = multiples(x, v)
    return sum(a[-2:]) + sum(a[-n:-1]) + sum(a[1:n:2])


@cases(0.7, signed(5))
def inserted_in_front_and_inside(x, v):
    a = multiples(x, v)
    a.insert(0, x * x)
    a.insert(2, x)
    return sum(i * p for i, p in enumerate(a))


@cases(0.7, signed(5))
def popped_from_the_front(x, v):
    a = multiples(x, v)
    b = a.pop(0)
    c = a.pop(1)
    return b * 2 + c * 3 + sum(i * p for i, p in enumerate(a))


@cases(0.7, signed(5))
def cleared(x, v):
    a = multiples(x, v)
    s = sum(a)
    a.clear()
    return s + len(a)


@cases(0.7, signed(5))
def extended_by_lists(x, v):
    a = multiples(x, v)
    a.extend([x, x * x])
    a.extend(multiples(2.0, v))
    a += [3.0 * x]
    return sum(i * p for i, p in enumerate(a))


@cases(0.7, signed(5))
def sums_of_lists(x, v):
    a = multiples(x, v) + multiples(x * x, v)
    return sum(i * p for i, p in enumerate(a))


@cases(0.7, signed(5), 4)
def products_of_lists(x, v, n):
    a = multiples(x, v) * 2 + [x] * n
    return sum(i * p for i, p in enumerate(a))


@cases(0.7, 4)
def a_list_of_zeros_is_filled(x, n):
    a = [0.0] * n
    a[0] = x
    for i in range(1, n):
        a[i] = a[i - 1] * x + 1.0
    return sum(a)


@cases(0.7, signed(5))
def reversed_lists(x, v):
    s = 0.0
    for p in reversed(multiples(x, v)):
        s = s * 0.5 + p
    backwards = list(reversed(multiples(x, v)))
    return s + backwards[0]


@cases(0.7, signed(5))
def reversed_in_place(x, v):
    a = multiples(x, v)
    a.reverse()
    return sum(i * p for i, p in enumerate(a))


@cases(0.7, signed(5))
def copies_are_lists_of_their_own(x, v):
    a = multiples(x, v)
    b = a.copy()
    b[0] = x
    c = list(a)
    return sum(a) * sum(b) + c[1]


@cases(0.7, signed(5), 4)
def elements_are_set(x, v, n):
    a = multiples(x, v)
    for i in range(len(a)):
        a[i] = a[i] * a[i]
    a[n - 1] += x
    return sum(a)


@cases(0.7, signed(5), 4)
def concatenated_parts(x, v, n):
    parts = []
    for i in range(n):
        parts.append(v * x + i)
    y = np.concatenate(parts)
    return np.sum(y * np.arange(len(y)))


@cases(0.7, signed(5), 4)
def stacked_parts(x, v, n):
    parts = []
    for i in range(n):
        parts.append(v * x + i)
    return np.sum(np.vstack(parts) ** 2) + np.sum(np.stack(parts, axis=1)[0])


@cases(0.7, signed(5), 4)
def parts_side_by_side(x, v, n):
    parts = []
    for i in range(n):
        parts.append(v * x + i)
    return np.sum(np.hstack(parts) ** 2)


@cases(0.7, signed(5), 4)
def parts_as_columns(x, v, n):
    parts = []
    for i in range(n):
        parts.append(v * x + i)
    return np.sum(np.column_stack(parts)[0] ** 2)


@cases(0.7, 4)
def a_number_in_a_list(x, n):
    idx = []
    for i in range(n):
        idx.append(i * i)
    return x * 2 if 4 in idx else x


@cases(0.7, 4)
def index_and_count(x, n):
    idx = []
    for i in range(n):
        idx.append(i * i)
    return x * idx.index(4) + idx.count(9) * x


@cases(0.7, signed(5))
def the_list_of_a_vector(x, v):
    a = list(v)
    a[0] = x
    a.append(x * x)
    return sum(i * p for i, p in enumerate(a))


@cases(0.7, signed(5))
def tolist(x, v):
    a = v.tolist()
    a.append(x)
    return sum(p * p for p in a)


@cases(0.7, signed(5))
def the_tuple_of_a_list(x, v):
    a = tuple(multiples(x, v))
    return a[0] * a[-1] + sum(a)


@cases(0.7, signed(5))
def first_and_rest(x, v):
    first, *rest = multiples(x, v)
    return first * sum(rest)


@cases(0.7, signed(5))
def lists_in_displays(x, v):
    a = multiples(x, v)
    b = [x, *a, x * x, *a[1:]]
    c = (*a, x)
    first, *rest = [x * 2, *b]
    pairs = [(x, 1.0), *((p, p * p) for p in a)]
    return first * sum(i * p for i, p in enumerate(rest)) + c[-1] * c[0] + sum(p * q for p, q in pairs)


@cases(0.7)
def numbers_are_found_in_a_known_list(x):
    a = [x, 2.0, x * x, 2.0]
    return a.count(x) * x + a.index(x * x) * x**2 + a.count(2.0) * x**3


@cases(0.7, signed(5))
def unpacked_list(x, v):
    a, b, c, d, e = multiples(x, v)
    return a * b * c * d * e


@cases(0.7)
def a_slice_is_replaced(x):
    a = [x, 2.0, x * x]
    a[1:] = [x * 3, x * 4, x]
    return sum(i * p for i, p in enumerate(a))


@cases(0.7, signed(5))
def elements_are_deleted(x, v):
    a = multiples(x, v)
    del a[0]
    del a[-1]
    return sum(i * p for i, p in enumerate(a))


@cases(0.7)
def queue(x):
    q = [x]
    s = 0.0
    k = 0
    while q:
        a = q.pop(0)
        s = s * 0.5 + a
        k += 1
        if k < 6:
            q.append(a * 1.1)
            q.append(a * 0.9)
    return s


@cases(0.7, signed(5))
def window_of_a_list(x, v):
    m = []
    s = 0.0
    for a in v:
        m.append(a * x)
        s += sum(m[-2:])
    return s


@cases(0.7, 4)
def zip_of_the_elements(x, n):
    h = []
    for i in range(n):
        h.append((x * i, x + i))
    a, b = zip(*h)
    return np.sum(np.array(a) * np.array(b))


@cases(0.7, signed(5))
def pairs_as_an_array(x, v):
    pts = []
    for a in v:
        pts.append([a, a * x])
    pts = np.array(pts)
    return np.sum(pts[:, 0] * pts[:, 1])


@cases(0.7, signed(5), 4)
def rows_as_an_array(x, v, n):
    rows = []
    for i in range(n):
        rows.append([a * x + i for a in v])
    A = np.array(rows)
    return np.sum(A * A)


@cases(0.7)
def rounded(x):
    return round(x) * x + round(x * 3.3, 2) + x


@cases(0.7, 4)
def quotient_and_rest(x, n):
    q, r = divmod(x * 7, 2.0)
    a, b = divmod(n, 3)
    return q + r * x + a * b


@cases(0.7, signed(5))
def sorted_numbers(x, v):
    s = sorted([x, v[0], v[1] * 2, x * x])
    return s[0] * 1 + s[1] * 2 + s[2] * 3 + s[3] * 4


@cases(0.7, signed(5))
def sorted_vector(x, v):
    s = sorted(v)
    return sum(i * p * x for i, p in enumerate(s))


@cases(0.7, signed(5))
def sorted_backwards(x, v):
    s = sorted(v, reverse=True)
    return s[0] * s[1] * x


@cases(0.7, signed(5))
def sorted_by_distance(x, v):
    s = sorted(v, key=lambda t: -abs(t - x))
    return s[0] + 2 * s[1]


@cases(0.7, signed(5))
def sorted_list(x, v):
    s = sorted(multiples(x, v))
    return s[0] + 2 * s[1] + s[len(s) // 2]


@cases(0.7, signed(5))
def sorted_in_place(x, v):
    a = multiples(x, v)
    a.sort()
    return a[0] + 2 * a[1]


@cases(0.7, signed(5))
def nearest(x, v):
    return min(v, key=lambda t: abs(t - x)) + max([x, v[0], v[1]], key=lambda t: t * t)


@cases(0.7, signed(5))
def default_of_nothing(x, v):
    return max([a for a in v if a > 100.0], default=x) + min([], default=x)


@cases(0.7, signed(5))
def least_pair(x, v):
    best = min([(v[0] * x, 1.0), (v[1], x)])
    return best[0] * best[1]


@cases(0.7, signed(5))
def place_of_the_least(x, v):
    k = min(range(len(v)), key=lambda i: v[i])
    return v[k] * x


@cases(0.7, signed(5))
def methods_that_sort(x, v):
    k = v.argsort()
    return v[k][0] * x + v[v.argmax()]


@cases(0.7, signed(5))
def searchsorted_method(x, v):
    s = np.sort(v)
    return s[s.searchsorted(0.2)] * x


@cases(0.7, signed(5))
def reduced_by_a_function(x, v):
    return reduce(lambda a, b: a * b + x, v)


@cases(0.7, signed(4))
def sorted_pairs(x, v):
    pairs = sorted([(v[0], x), (v[1], x * x), (v[2], 3 * x)], key=lambda p: (p[0], p[1]))
    return pairs[0][1] + 2 * pairs[1][1]


@cases(0.7, signed(5))
def sorted_pairs_of_a_list(x, v):
    pairs = []
    for i, a in enumerate(v):
        pairs.append((i // 2, a * x))
    pairs.sort(reverse=True)
    return sum(k * b for k, (_, b) in enumerate(pairs))


@cases(0.7, signed(3))
def combined_in_pairs(x, v):
    s = sum(v[i] * v[j] * x for i, j in itertools.combinations(range(3), 2))
    for i, j in itertools.product(range(2), repeat=2):
        s += v[i] * v[j + 1] * x
    return s


@cases(0.7, signed(3))
def merged_dicts(x, v):
    d = {"a": x} | {"b": v * x}
    d |= {"a": d["a"] * 2.0, "c": x}
    chosen = {"a", "b"} & {"b", "c"}
    return d["a"] * d["c"] + sum(d["b"]) * len(chosen)


@cases(array(6), 0.7)
def breadth_first(v, x):
    queue, seen = [(0, x)], 0
    y = np.zeros(6)
    while queue and seen < 9:
        k, t = queue.pop(0)
        seen += 1
        y[k] += t * v[k]
        if 2 * k + 1 < 6:
            queue.append((2 * k + 1, t * 0.5))
        if not (queue and t > 100) and 2 * k + 2 < 6:
            queue.append((2 * k + 2, t * v[k]))
    return y


@cases(array(6), 0.7)
def monotonic_stack(v, x):
    stack = []
    s = 0.0
    for t in v:
        while stack and stack[-1] > t:
            s += stack.pop() * x
        stack.append(t)
    return s * stack[0]


@cases(array(6), 0.7)
def popped_before_it_is_filled(v, x):
    stack = []
    s = 0.0
    for t in v:
        while len(stack) > 0:
            s = s * t + stack.pop()
        stack.append(t * x)
    return s


@cases(array(3), 1.3)
@cases(array(3), 0.4)
@cases(array(3), -1.3)
@cases(array(1), 0.4)
def grown_unless_it_returned(x, a):
    rows = [t * a for t in x]
    if a <= 1:
        if a < -1:
            return x @ x
        rows = [*rows[::2], a * 2]
    return rows[-1] * len(rows)


class Weighed:
    def __init__(self, weight, size):
        self.weight = weight
        self.size = size

    def __lt__(self, other):
        return self.weight < other.weight


@cases(array(4), 0.7)
@cases(array(1), -0.7)
def the_best_of_structures(v, x):
    pairs = [(t * x, i) for i, t in enumerate(v)]
    bodies = [Weighed(t * x, t) for t in v]
    bodies.append(Weighed(x * x, x))
    least = min(pairs)
    largest, lightest = max(pairs, default=(x, 2)), min(bodies)
    first = max([(round(t), t * x) for t in v])
    return largest[0] * (largest[1] + 1) + least[0] * x + lightest.size * lightest.weight + first[1] * max(bodies).size


@cases(array(5), 0.7)
@cases(array(1), 0.7)
@cases(array(0), 0.7)
def ends_of_slices_that_change(v, x):
    rows = list(v)
    rows[-2:] = [x, x * x]
    last = [*v, x]
    del last[:-2]
    kept = [*v, x, x * x]
    kept[-2:-1] = [t * x for t in v]
    kept[-1:-2] = [x]
    return sum(i * t for i, t in enumerate(rows)) + sum(last) * x + sum(i * t for i, t in enumerate(kept))


@cases(array(4), 0.7, 2)
@cases(array(4), 0.7, -1)
@cases(array(4), 0.7, 0)
@cases(array(4), 0.7, -9)
def one_computed_end_of_a_slice_that_changes(v, x, k):
    rows, others = list(v), list(v)
    rows[:k] = [x]
    del others[k:]
    return sum(i * t for i, t in enumerate(rows)) + sum(others) * x


@cases([[1.0, 2.0, 0.5], [3.0, 4.0, 1.0], [0.2, 9.0, 1.0]])
@cases([[2.0]])
def determinant_with_pivots(matrix):
    a, found = [row[:] for row in matrix], 1.0
    n = len(a)
    for k in range(n):
        p = max(range(k, n), key=lambda i: abs(a[i][k]))
        if p != k:
            a[k], a[p] = a[p], a[k]
            found = -found
        found *= a[k][k]
        for i in range(k + 1, n):
            f = a[i][k] / a[k][k]
            for j in range(k, n):
                a[i][j] -= f * a[k][j]
    return found


@cases(array(5))
@cases(array(1))
def best_of_each_kind(v):
    best = [None, None]
    for i, t in enumerate(v):
        if best[i % 2] is None or best[i % 2] < t:
            best[i % 2] = t
    return sum(b * b for b in best if b is not None)


@cases(array(6), 3)
def lengthened_by_parts_of_itself(x, n):
    terms = [x[0]]
    for _ in range(n):
        terms.extend(0.5 * t for t in terms[-2:])
    terms += (t * t for t in reversed(terms[1:]))
    return sum(t * (k + 1) for k, t in enumerate(terms))


@cases(array(4))
def generator_over_a_list_that_is_another_later(x):
    parts = [x[0], x[1], x[2]]
    doubled, heads = (2.0 * t for t in parts), (3.0 * t for t in parts[:2])
    parts = [x[3]]
    parts[0] = 5.0 * x[0]
    return sum(doubled) * sum(heads) + parts[0]


@cases(array(4), 0.5)
@cases(array(1), 0.5)
@cases(array(0), 0.5)
def emptied_in_every_turn(v, x):
    kept = []
    for i, t in enumerate(v):
        kept.append(t * x)
        kept.remove(kept[-1])
        del kept[: i - 1], kept[i:0]
        kept[i:] = []
    return x * x + len(kept[int(x) :])


@cases(array(4), 2.0)
@cases(array(4), 0.1)
def cut_at_a_counted_place(v, x):
    kept, above = [x, 2.0 * x, x * x], 0
    for t in v:
        above += t < x
    del kept[above:]
    found = []
    found[above:] = [x, x + above]
    return sum(kept) + found[0] * found[1]


@cases(array(4), 3, 0.5)
@cases(array(1), 3, 0.5)
@cases(array(0), 3, 0.5)
def zipped_with_what_is_empty(v, n, x):
    products, later = [float(t * x) for t in v], [v[k] for k in range(1, len(v))]
    total = x * x
    for k in range(n):
        if k > 1:
            break
        for t, u in zip(products, later):
            total += t * u * k
        for u, t in zip([], products):
            total += t * u
    return total


def cut(points, inside, crossing):
    found = []
    for k in range(len(points)):
        here, before = points[k], points[k - 1]
        if inside(here):
            if not inside(before):
                found.append(crossing(before, here))
            found.append(here)
        elif inside(before):
            found.append(crossing(before, here))
    return found


def at_abscissa(c):
    def crossing(p, q):
        return c, p[1] + (c - p[0]) / (q[0] - p[0]) * (q[1] - p[1])

    return crossing


@cases([(0.1, 0.1), (2.0, 0.3), (1.5, 1.8), (0.3, 1.2)], 1.4)
def clipped_polygon(corners, right):
    found = cut(corners, lambda p: p[0] <= right, at_abscissa(right))
    found = cut(found, lambda p: p[0] >= 0.5, at_abscissa(0.5))
    if len(found) < 3:
        return 0.0
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(found, found[1:] + found[:1]))) / 2


@cases(0.4, np.array([1.1, 2.3, 1.4, 0.2]))
@cases(0.4, array(0))
def clusters_that_are_united(x, v):
    cluster, best = {}, None
    for i in range(len(v)):
        cluster[i] = [v[i]]
    for i in range(len(v) - 1):
        a, b = cluster[i], cluster[i + 1]
        if abs(v[i + 1] - v[i]) < 1.0 and a is not b:
            a.extend(b)
            cluster[i + 1] = a
        if best is None or len(cluster[i]) > len(best):
            best = cluster[i]
    if best is not None:
        best.append(x)
    return sum(sum(c) ** 2 * x for c in cluster.values()) + x
