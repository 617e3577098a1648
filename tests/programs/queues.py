"""Queues, rings and lists kept in order: elements go in and out anywhere, and each change costs what Python's does."""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort
from collections import deque
from dataclasses import dataclass

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()


# --- taken from the front


@cases(array(7), 0.7)
@cases(array(1), 0.7)
@cases(array(0), 0.7)
def ways_through_a_binary_tree(v, x):
    """Breadth first: each node is reached by way of its parent."""
    n = len(v)
    way = [0.0] * n
    waiting = deque([0])
    while waiting:
        k = waiting.popleft()
        for child in (2 * k + 1, 2 * k + 2):
            if child < n:
                way[child] = way[k] * x + v[child]
                waiting.append(child)
    return sum(w * w for w in way)


@cases(array(6), 0.7, 3)
@cases(array(2), 0.7, 3)
def heat_along_a_grid_in_waves(v, x, n):
    """A list that is a queue of tuples, in which each may put two others."""
    waiting = [(0, x)]
    total = 0.0
    while waiting and len(waiting) < 9:
        depth, heat = waiting.pop(0)
        total = 0.9 * total + heat * heat
        if depth < n:
            waiting.append((depth + 1, heat * v[depth % len(v)]))
            waiting.append((depth + 1, np.sin(heat)))
    return total


@cases(array(9), 0.7)
@cases(array(0), 0.7)
def smallest_of_each_window(v, x):
    """The front of the queue is the smallest of the last three."""
    waiting = deque()
    total = 0.0
    for i, a in enumerate(v):
        while waiting and waiting[-1][0] >= a * x:
            waiting.pop()
        waiting.append((a * x, i))
        if waiting[0][1] <= i - 3:
            waiting.popleft()
        total += waiting[0][0] * (i + 1)
    return total


@cases(array(6), 0.9, 4)
@cases(array(6), 0.9, 9)
def a_plucked_string(v, x, n):
    """Karplus-Strong: what comes out goes in again, damped."""
    string = deque()
    for k in range(n):
        string.append(v[k % len(v)])
    total = 0.0
    for _ in range(8):
        first = string.popleft()
        string.append(x * 0.5 * (first + string[0]))
        total += string[-1] * first
    return total


@cases(array(5), array(4, seed=1), 0.7)
@cases(array(0), array(4, seed=1), 0.7)
def two_queues_merged(v, w, x):
    a, b = sorted([t * x for t in v]), sorted([t + x for t in w])
    merged = []
    while a and b:
        merged.append(a.pop(0) if a[0] <= b[0] else b.pop(0))
    merged += a + b
    return sum(t * (k + 1) for k, t in enumerate(merged))


@cases(array(4), 0.7)
def arrays_wait_in_a_queue(v, x):
    waiting = []
    for k, t in enumerate(v):
        waiting.append(np.array([t, x * k, t * x]))
    total = 0.0
    while waiting:
        first = waiting.pop(0)
        total = 0.5 * total + first @ first
        if first[0] > 0.4:
            waiting.append(first * 0.4)
    return total


@dataclass
class Job:
    size: float
    weight: float

    def done(self, part):
        return Job(self.size - part, self.weight * 0.9)


@cases(array(4, low=1.1, high=2.9), 0.7)
def jobs_take_turns(v, x):
    """Round robin: what is not done in its share goes to the end."""
    waiting = deque()
    for t in v:
        waiting.append(Job(t, t * x))
    clock = 0.0
    cost = 0.0
    while waiting:
        job = waiting.popleft()
        clock += min(job.size, 1.0)
        if job.size > 1.0:
            waiting.append(job.done(1.0))
        else:
            cost += clock * job.weight
    return cost


# --- taken out and put in anywhere


@cases(array(7), 0.7, 3)
@cases(array(1), 0.7, 3)
def the_last_one_in_the_circle(v, x, step):
    """Josephus."""
    circle = [t * x for t in v]
    total = 0.0
    k = 0
    while len(circle) > 1:
        k = (k + step - 1) % len(circle)
        total = total * 0.8 + circle.pop(k)
    return total + circle[0] ** 2


@cases(array(6), 0.7, 2)
@cases(array(6), 0.7, -4)
def the_circle_is_turned(v, x, step):
    circle = deque(v)
    total = x
    while len(circle) > 1:
        circle.rotate(step)
        total = total * x + circle.popleft()
    return total * circle[0]


@cases(signed(7), 0.7)
@cases(signed(0), 0.7)
def running_medians(v, x):
    seen = []
    total = 0.0
    for k, t in enumerate(v):
        insort(seen, np.sin(t * x))
        total += seen[len(seen) // 2] * (k + 1)
    return total


@cases(signed(9), 0.7, 3)
def running_medians_of_a_window(v, x, width):
    seen = []
    window = deque()
    total = 0.0
    for t in v:
        window.append(t * x)
        insort(seen, t * x)
        if len(window) > width:
            del seen[bisect_left(seen, window.popleft())]
        total = 0.9 * total + seen[len(seen) // 2]
    return total


@cases(array(6), 0.7)
def polygon_cut_at_its_corners(v, x):
    """Chaikin's: two points for each corner, put in its place."""
    points = [(t, t * x) for t in v]
    i = 1
    while i < len(points) - 1:
        (a, b), (c, d), (e, f) = points[i - 1], points[i], points[i + 1]
        points[i : i + 1] = [(0.25 * a + 0.75 * c, 0.25 * b + 0.75 * d), (0.75 * c + 0.25 * e, 0.75 * d + 0.25 * f)]
        i += 2
    return sum((k + 1) * a * b for k, (a, b) in enumerate(points))


@cases(array(6), 0.7)
@cases(array(1), 0.7)
def neighbours_change_places(v, x):
    row = [t * x for t in v]
    for i in range(len(row) - 1):
        row[i : i + 2] = [row[i + 1] * x, row[i]]
    return sum(t * t * (k + 1) for k, t in enumerate(row))


@cases(array(8), 0.7)
def the_two_smallest_are_joined(v, x):
    """Huffman's, on a list in order."""
    weights = sorted(t * x for t in v)
    cost = 0.0
    while len(weights) > 1:
        joined = weights[0] + weights[1]
        del weights[:2]
        insort(weights, joined)
        cost += joined**1.5
    return cost


@cases(array(7), 0.3)
def runs_are_pooled(v, x):
    """Isotonic regression: neighbours out of order become one block."""
    blocks = [(t * x, 1.0) for t in v]
    i = 0
    while i + 1 < len(blocks):
        (a, m), (b, n) = blocks[i], blocks[i + 1]
        if a > b:
            blocks[i : i + 2] = [((m * a + n * b) / (m + n), m + n)]
            i = max(i - 1, 0)
        else:
            i += 1
    return sum(n * a * a * (k + 1) for k, (a, n) in enumerate(blocks))


@cases(signed(5), 0.7, 1)
@cases(signed(5), 0.7, -2)
@cases(signed(5), 0.7, 9)
@cases(signed(5), 0.7, -9)
def put_in_where_it_was_said(v, x, k):
    """`insert` counts from the end where that is negative, and stops at both ends."""
    row = [x]
    for t in v:
        row.insert(k, t * x)
        row.insert(len(row) - 1, row[0] * t)
    return sum(t * (j + 1) for j, t in enumerate(row))


@cases(signed(13), 0.7, 1)
@cases(signed(13), 0.7, -2)
def taken_out_from_either_end(v, x, k):
    row = [t * x for t in v]
    total = 0.0
    for _ in range(3):
        total = total * 0.9 + row.pop(k) + row.pop(-3) * row.pop(k - 1)
    return total + sum(t * (j + 1) for j, t in enumerate(row))


@cases(signed(6), 0.7, 1, 3)
@cases(signed(6), 0.7, 4, 2)
@cases(signed(6), 0.7, -3, -1)
@cases(signed(6), 0.7, -9, 9)
def slices_put_and_deleted(v, x, lo, hi):
    row = [t * x for t in v]
    other = [t + x for t in v]
    row[lo:hi] = other
    del row[lo : hi + 2]
    row[hi:] = row[:lo]
    other[:lo] = [x, x * x]
    del other[hi:]
    return sum(t * (j + 1) for j, t in enumerate(row)) + sum(t * t * (j + 2) for j, t in enumerate(other))


@cases(array(30), 0.7)
@cases(array(0), 0.7)
def an_echo(v, x):
    """A ring of known length, of more elements than are kept each in a variable."""
    ring = deque([0.1] * 12)
    last = deque([0.0] * 10, maxlen=10)
    total = 0.0
    for t in v:
        ring.append(0.9 * ring.popleft() + t * x)
        last.append(ring[0] * t)
        total += ring[-1] * last[0]
    return total + sum(ring) * x


@cases(array(5), 0.7)
def whole_lists_put_in_place(v, x):
    row = [t * x for t in v]
    other = [t + x for t in v]
    row[:] = other
    other.append(3.0 * x)
    row[0:] = [t * t for t in row]
    row.insert(0, other[-1])
    del other[:]
    other.append(x)
    return sum(t * (k + 1) for k, t in enumerate(row)) + sum(other)


@cases(signed(4), 1.3)
@cases(signed(0), 1.3)
def merged_by_a_counter(x, s):
    """A heap whose elements end in arrays, which a counter in front keeps from being compared; then sorted rows."""
    heap = [(t * s, k, t * x) for k, t in enumerate(x)]
    rows = sorted(heap)
    heapq.heapify(heap)
    count = len(heap)
    while len(heap) > 1:
        a, _, p = heapq.heappop(heap)
        b, _, q = heapq.heappop(heap)
        heapq.heappush(heap, (a + b, count, s * p + q))
        count += 1
    return sum(a + np.sum(p) for a, _, p in heap) + sum(k * np.sum(p) for k, (_, _, p) in enumerate(rows))
