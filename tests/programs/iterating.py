"""Iterators and `itertools`, slices of ranges, `next`, `heapq` and `bisect`, and calls that raise on one path."""

from __future__ import annotations

import bisect
import heapq
import itertools
import math
from itertools import accumulate, chain, combinations, islice, pairwise, product, takewhile, zip_longest

from tests.programs.cases import Cases, array, signed

cases = Cases()


# --- ranges


@cases(array(6), 4)
@cases(array(2), 1)
def slices_of_ranges(v, n):
    total = 0.0
    for i in range(len(v))[2:]:
        total = total * v[i] + i
    for i in range(len(v))[1:-1]:
        total += v[i - 1] * v[i + 1]
    for i in range(len(v) - 1, -1, -1)[n - 1 :: -2]:
        total = total * v[i] + 1.0
    for i in range(1, n)[-2:][::-1]:
        total = total * 0.5 + v[i]
    return total * len(range(1, n)) * len(range(n, 1))


@cases(array(5), 3)
def elements_of_ranges(v, n):
    return v[range(len(v))[-1]] * v[range(1, n)[0]] + v[range(0, len(v), 2)[-2]] * range(n)[n - 1]


@cases(array(5))
def a_range_has_no_such_element(v):
    return v[range(len(v))[-1]] if len(v) < 5 else v[range(1, len(v))[3]] ** 2


# --- iterators


@cases(array(5), 1.2)
def first_and_rest(v, x):
    it = iter(v)
    a = next(it)
    for t in it:
        a = a * t + x
    return a


@cases(array(6), 3)
@cases(array(6), 0)
def some_and_rest(v, n):
    it = iter(v)
    total = 1.0
    for k in range(n):
        total = total * next(it) + k
    if total > 2.0:
        total *= next(it)
    return total + sum(t * t for t in it)


@cases(array(5))
def until_it_is_through(v):
    it, total = iter(v), 0.0
    while (t := next(it, -1.0)) > 0:
        total = total * 0.9 + t * t
    return total


@cases(array(4), array(4, seed=2))
def iterators_of_several(v, w):
    z = zip(v, w, strict=True)
    a, b = next(z)
    n = enumerate(v, 1)
    k, c = next(n)
    return a * b + sum(s * t for s, t in z) + k * c + sum(i * t for i, t in n)


def consumed(it, total):
    for t in it:
        total = total * t + 1.0
    return total


@cases(array(4), 0.7)
def handed_over(v, x):
    twice = map(lambda t: t * x, v)
    same = twice
    return consumed(iter([x, x * x]), x) + consumed(same, 1.0)


@cases(signed(6), 0.3)
@cases(-array(6), 0.3)
def first_that(v, x):
    at = next((i for i, t in enumerate(v) if t > x), -1)
    return next((t * t for t in v if t > x), x) * v[at] + next(t for t in (x, 2.0, v[0]) if t > 1.0)


# --- itertools


@cases(array(5), array(3, seed=3), 3)
def sliced_and_paired(v, w, n):
    total = sum(islice(v, 2)) + sum(islice(v, 1, None, 2)) * sum(islice(v, n))
    for a, b in islice(zip(v, v[::-1]), 1, 3):
        total += a * b
    for a, b in zip_longest(v, w, fillvalue=0.5):
        total += a * b
    for a, b in pairwise(v):
        total += (a - b) ** 2
    for i, j in pairwise(range(len(w))):
        total += w[i] * w[j]
    return total


@cases(array(4), array(3, seed=3), 2)
@cases(array(4), array(0), 0)
def over_products(v, w, n):
    total = 0.0
    for a, b in product(v, w):
        total = total * 0.5 + a * b
    for i, j in product(range(len(v)), repeat=2):
        if i < j:
            total += v[i] * v[j]
    for i, a, j in product(range(n), w, range(2)):
        total += (i + 1) * a**j
    return total


@cases(array(5), 1.5)
def over_combinations(v, x):
    triples = sum(a * b * c for a, b, c in combinations(v, 3))
    return triples + sum(a * b for a, b in combinations((x, v[0], v[1]), 2))


@cases(array(5), 0.8)
def accumulated(v, x):
    sums = list(accumulate(v))
    total = 0.0
    for t in accumulate(v, lambda a, b: a * b + x):
        total += t * t
    for t in accumulate(v, max, initial=x):
        total += t
    return total + sums[-1] * sums[1]


@cases(array(4), 0.9, 3)
def endless_beside_others(v, x, n):
    total = 0.0
    for k, t, s in zip(itertools.count(1), v, itertools.cycle([1.0, -1.0])):
        total += k * t * s
    for t, y in zip(v, itertools.repeat(x)):
        total += t * y
    for y in itertools.repeat(x, n):
        total = total * y + 1.0
    return total + sum(islice(itertools.count(x, 0.5), 3))


@cases(signed(6), 0.4)
def chosen(v, x):
    total = sum(takewhile(lambda t: t < x + 1, v)) + sum(itertools.dropwhile(lambda t: t < x, v))
    total += sum(itertools.filterfalse(lambda t: t < x, v)) + sum(itertools.compress(v, v > 0))
    total += sum(itertools.starmap(lambda i, t: i * t, enumerate(v)))
    return total + math.prod(chain([x], (2.0, x))) + sum(chain.from_iterable([v, v * v]))


# --- calls that raise where the arguments of the call here never lead


@cases(array(3), 1.0)
def raises_elsewhere(v, x):
    if x > 10:
        return min([]) * x
    if x < -10:
        return next(iter(())) + x
    return x * v.sum()


# --- conditions that change something


@cases(array(4), 0.7)
def conditions_with_effects(v, x):
    count, rest, total = 0, list(v), x

    def more():
        nonlocal count
        count += 1
        return total * count < 6.0

    while more():
        total = total * 1.25 + v[0]
    it = iter(v)
    while next(it, 0.0) > 0.4:
        total = total * 0.5 + rest.pop()
    return total * count


@cases(array(5), 1.2)
@cases(array(4), 1.2)
def one_element_in_each_turn(v, x):
    back, pairs, squares = reversed([1.0, x, 3.0, 0.5, x * x]), zip(v, v[::-1]), map(lambda t: t * t, v)
    sums, joined, part = accumulate(v), chain([x, 2.0], v), islice(v, 1, None)
    total = 0.0
    for t in v:
        a, b = next(pairs)
        total = total * 0.5 + t * next(back) + a * b * next(squares)
        total += next(sums) * next(joined) * next(part, x)
    return total


@cases(array(5), 1.2)
def going_around(v, x):
    signs, around, numbered = itertools.cycle([1.0, -1.0, x]), itertools.cycle(v), enumerate(itertools.cycle(v), 2)
    total = next(signs) * next(signs) + 0.0
    for t, s in zip(v, signs):  # begins with x
        i, u = next(numbered)
        total = total * 0.5 + s * t * next(around) + i * u
    while total < 30.0:
        total += next(around) ** 2
    return total * next(around)


@cases(array(3), 1.2)
def some_of_a_cycle(v, x):
    w = itertools.cycle([1.0, x, 4.0])
    a = [next(w) for _ in range(2)]
    return sum(v) * a[1] * sum(islice(w, 3)) ** 2 * x


# --- lists kept in order


@cases(array(4, 4), 0)
def shortest_paths(weights, start):
    n = len(weights)
    distances = [math.inf] * n
    distances[start] = 0.0
    queue = [(0.0, start)]
    while queue:
        d, i = heapq.heappop(queue)
        if d > distances[i]:
            continue
        for j in range(n):
            if d + weights[i, j] < distances[j]:
                distances[j] = d + weights[i, j]
                heapq.heappush(queue, (distances[j], j))
    return sum(d * d for d in distances)


@cases(1.2, array(5))
@cases(1.2, array(0))
def inserted_by_hand(x, v):
    kept = [x]
    for t in v:
        kept.append(t * x)
        k = len(kept) - 1
        while k > 0 and t < kept[k - 1]:
            kept[k] = kept[k - 1]
            k -= 1
        kept[k] = t
    return sum((k + 1) * t for k, t in enumerate(kept))


@cases(1.2, array(5))
def a_heap_that_begins_with_one(x, v):
    queue = [(x, 0)]
    for i, t in enumerate(v):
        heapq.heappush(queue, (t * t, i))
    a, i = heapq.heappop(queue)
    return a * v[i] + queue[0][0]


@cases(array(8), 0.3)
@cases(array(2), 0.3)
@cases(array(1), 0.3)
def heaps(v, x):
    heap = list(v)
    heapq.heapify(heap)
    total = 2 * heapq.heappushpop(heap, x) + 3 * heapq.heapreplace(heap, x * x)
    for t in heap:  # in the order that heapq keeps
        total = total * 0.5 + t
    while heap:
        total = total * 0.5 + heapq.heappop(heap)
    return total * sum(heapq.nlargest(2, v)) + heapq.nsmallest(2, v, key=abs)[-1]


@cases(array(7), 0.3)
@cases(array(2), 0.3)
def the_largest_few(v, x):
    first, second = heapq.nlargest(2, [x, v[0], v[1] * x], key=abs)
    few = heapq.nsmallest(3, (t * x for t in v))
    return first * second + sum((k + 1) * t for k, t in enumerate(few)) * heapq.nlargest(1, v)[0]


@cases(array(5), 0.3)
@cases(array(1), 0.3)
def split_iterators(v, x):
    here, ahead = itertools.tee(v)
    next(ahead)
    steps = sum(a * b * b for a, b in zip(here, ahead))
    one, two, three = itertools.tee(iter([x, v[0], x * x]), 3)
    return steps + next(one) * sum(one) * max(two) + sum(three)


@cases(array(6), 0.3)
@cases(array(0), 0.3)
def kept_in_order(v, x):
    kept = []
    for t in v:
        bisect.insort(kept, t)
    i = bisect.bisect_left(kept, x)
    bisect.insort_left(kept, x * x, key=abs)
    return sum((k + 1) * t for k, t in enumerate(kept)) * (i + 1)


@cases(array(5), array(5), 0.4)
def a_table_interpolated(knots, values, x):
    grid = [0.0]
    for k in knots:
        grid.append(grid[-1] + k * k + 0.1)
    i = min(bisect.bisect(grid, x, 1, len(grid) - 1), 4)
    return values[i - 1] + (x - grid[i - 1]) / (grid[i] - grid[i - 1]) * (values[i] - values[i - 1])


# --- what changes while it is run over


@cases(array(3), 0.7)
def views_show_a_dict_as_it_is(v, x):
    d = {"a": x, "b": v[0], "c": v[1]}
    items, total = d.items(), 0.0
    d["a"] = x * x
    for _, t in items:
        total = total * 0.5 + t
        d["c"] = total
    for t in d.values():
        total += t
        d["b"] = 3 * x
    return total + len(d.keys()) * sum(t for _, t in items)


@cases(array(3), 0.7)
def arrays_written_while_they_are_zipped(v, x):
    w, total = v + 0, x
    for f, (i, t) in zip((math.sin, math.cos, math.exp), enumerate(w)):
        w[-1] = total
        total += f(t) * (i + 1)
    return total


@cases(0.7, signed(3))
def loops_without_end(x, v):
    s = 0.0
    for a in itertools.cycle(v * v):
        s = s + a * x
        if s > 9.0:
            break
    for i in itertools.count(1, 2):
        if i == 3:
            continue
        for b in itertools.cycle([x, 2.0]):
            s = s + b * i
            if s > 10.0 * i:
                break
        else:
            s = 0.0
        if i > 4:
            return s * i


@cases(0.7, array(3), 0)
@cases(0.7, array(3), 2)
def next_behind_a_loop(x, v, n):
    """Of a display that a loop took from, and of what `cycle` goes around in, which may be nothing."""
    a, again = iter([x, 2.0, x * x]), itertools.cycle(v[:n])
    s = next(itertools.cycle([]), x)
    for t in v:
        if t > x:
            s += next(a, 0.5) * t
        s = s * x + next(again, x)
    return s + next(a, 0.5)


@cases(0.7, array(3))
@cases(-9.0, array(3))
def at_what_was_counted(x, v):
    i = 0
    for t in v:
        if t < x:
            i += 1
    powers = [1.0, x, x * x, x**3]
    return powers[i] + powers[bisect.bisect([0.0, 0.5, 1.0], x)] * (2 * x, x, x * x, 1.0)[-i]


@cases(0.7)
@cases(0.05)
def a_generator_advanced_in_a_branch(x):
    powers = (x * k for k in range(1, 5))
    s = next(powers) if x > 0.1 else next(powers) + next(powers)
    return s * next(powers)


@cases(0.7, 3)
def a_generator_advanced_in_some_turns(x, n):
    powers = (x * k for k in range(1, 5))
    s = 0.0
    for i in range(n):
        if i != 1:
            s += next(powers) * x
    return s * next(powers)


@cases(array(3))
def a_generator_of_rows_advanced_in_a_branch(v):
    squares = (t * t for t in v)
    s = 1.0
    if v[0] > 0:
        s = next(squares)
    return s * next(squares)
