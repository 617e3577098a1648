"""Nodes that a program links with each other as it runs: lists with an end, trees that are inserted into, graphs."""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()

PLACES = np.array([2, 0, 3, 1, 0, 2])


class Link:
    def __init__(self, value, following=None):
        self.value = value
        self.next = following


class Tree:
    def __init__(self, key, weight=1.0):
        self.key = key
        self.weight = weight
        self.left = None
        self.right = None


def weighted(head):
    total = 0.0
    while head is not None:
        total = total * 0.5 + head.value
        head = head.next
    return total


@cases(array(6))
@cases(array(1))
def appended_at_the_end(x):
    head = tail = Link(x[0])
    for t in x[1:]:
        node = Link(t * t)
        tail.next = node
        tail = node
    return weighted(head)


@cases(array(6))
@cases(array(0))
def behind_a_first_node(x):
    head = Link(1.0)
    tail = head
    for t in x:
        tail.next = Link(t * t)
        tail = tail.next
    return weighted(head.next) + head.value


@cases(array(6))
@cases(array(0))
def with_or_without_a_head(x):
    head, tail, count = None, None, 0
    for t in x:
        node = Link(t * t)
        if head is None:
            head = node
        else:
            tail.next = node
        tail = node
        count += 1
    return weighted(head) + (tail.value * count if tail else 1.0)


@cases(signed(7))
def kept_in_order(x):
    head = None
    for t in x:
        if head is None or t < head.value:
            head = Link(t, head)
        else:
            node = head
            while node.next is not None and node.next.value < t:
                node = node.next
            node.next = Link(t, node.next)
    return weighted(head)


@cases(array(6))
def turned_around(x):
    head = None
    for t in x:
        head = Link(t * t, head)
    before = None
    while head is not None:
        following = head.next
        head.next = before
        before, head = head, following
    node = before
    while node:
        node.value = node.value**2 * 0.5
        node = node.next
    return weighted(before)


@cases(signed(7))
def taken_out(x):
    head = None
    for t in x:
        head = Link(t, head)
    while head is not None and head.value < 0:
        head = head.next
    node = head
    while node is not None and node.next is not None:
        if node.next.value < 0:
            node.next = node.next.next
        else:
            node = node.next
    return weighted(head)


class Queue:
    def __init__(self):
        self.head = None
        self.tail = None
        self.count = 0

    def push(self, value):
        node = Link(value)
        if self.head is None:
            self.head = node
        else:
            self.tail.next = node
        self.tail = node
        self.count += 1

    def pop(self):
        value = self.head.value
        self.head = self.head.next
        if self.head is None:
            self.tail = None
        self.count -= 1
        return value

    def __len__(self):
        return self.count


@cases(array(6))
def queue_of_links(x):
    waiting, total = Queue(), 0.0
    for k, t in enumerate(x):
        waiting.push(t)
        if k % 3 == 2:
            total = total * 0.5 + waiting.pop() ** 2 * waiting.pop()
    while waiting:
        total = total * 0.7 + waiting.pop()
    return total


class Both:
    def __init__(self, value):
        self.value = value
        self.before = None
        self.after = None


@cases(array(6), PLACES)
def linked_both_ways(x, places):
    nodes = [Both(t) for t in x]
    for k in range(len(x) - 1):
        nodes[k].after, nodes[k + 1].before = nodes[k + 1], nodes[k]
    gone = nodes[places[2]]
    gone.before.after = gone.after
    gone.after.before = gone.before
    total, node = 0.0, nodes[0]
    while node.after is not None:
        node = node.after
    while node is not None:
        total = total * 0.5 + node.value**2
        node = node.before
    return total


def inserted(node, key, weight):
    if node is None:
        return Tree(key, weight)
    if key < node.key:
        node.left = inserted(node.left, key, weight)
    elif key > node.key:
        node.right = inserted(node.right, key, weight)
    else:
        node.weight += weight
    return node


def summed(node, depth):
    if node is None:
        return 0.0
    return node.weight * node.key**2 * depth + summed(node.left, depth + 1) - summed(node.right, depth + 1)


@cases(signed(7))
@cases(signed(0))
def tree_by_recursion(x):
    root = None
    for t in x:
        root = inserted(root, t, t * t)
    return summed(root, 1)


@cases(signed(7))
def tree_by_loops(x):
    root = Tree(x[0])
    for t in x[1:]:
        node = root
        while True:
            if t < node.key:
                if node.left is None:
                    node.left = Tree(t, t * x[0])
                    break
                node = node.left
            else:
                if node.right is None:
                    node.right = Tree(t, t * x[1])
                    break
                node = node.right
    return summed(root, 1)


def lookup(node, key):
    while node is not None and node.key != key:
        node = node.left if key < node.key else node.right
    return node


def in_order(node, found):
    if node is not None:
        in_order(node.left, found)
        found.append(node.weight)
        in_order(node.right, found)


@cases(array(6), PLACES)
def counts_in_a_tree(x, places):
    root = None
    for k, t in zip(places, x):
        root = inserted(root, int(k), t)
    found = lookup(root, 3)
    missing = lookup(root, 7)
    found.weight *= 2.0
    order = []
    in_order(root, order)
    total = 0.0
    for w in order:
        total = total * 0.5 + w * w
    return total * found.weight if missing is None else 0.0


class Set:
    def __init__(self, weight):
        self.parent = self
        self.weight = weight
        self.size = 1

    def root(self):
        node = self
        while node.parent is not node:
            node.parent = node.parent.parent
            node = node.parent
        return node


@cases(array(6), PLACES)
def united_sets(x, places):
    sets = [Set(t) for t in x]
    total = 0.0
    for k, p in enumerate(places):
        a, b = sets[k].root(), sets[p].root()
        if a is not b:
            if a.size < b.size:
                a, b = b, a
            b.parent = a
            a.size += b.size
            a.weight += b.weight * 0.5
            total += x[k] * a.weight
    return total + sum(s.weight for s in sets if s.root() is s)


class Vertex:
    def __init__(self, value):
        self.value = value
        self.edges = []
        self.seen = False

    def join(self, other, weight):
        self.edges.append((other, weight))
        other.edges.append((self, weight * 0.5))


@cases(array(6), PLACES)
def walk_of_a_graph(x, places):
    vertices = [Vertex(t) for t in x]
    for k, p in enumerate(places):
        if k != p:
            vertices[k].join(vertices[p], x[k] * x[p])
    waiting, total = deque([vertices[0]]), 0.0
    vertices[0].seen = True
    while waiting:
        vertex = waiting.popleft()
        total = total * 0.7 + vertex.value
        for other, weight in vertex.edges:
            if not other.seen:
                other.seen = True
                other.value += weight * vertex.value
                waiting.append(other)
    return total


@dataclass
class Branch:
    weight: float
    left: Any = None
    right: Any = None


def code_length(node, depth):
    if node.left is None:
        return node.weight**2 * depth
    return code_length(node.left, depth + 1) + code_length(node.right, depth + 1)


@cases(array(6))
def huffman(x):
    heap = []
    for k, t in enumerate(x):
        heapq.heappush(heap, (t, k, Branch(t)))
    count = len(x)
    while len(heap) > 1:
        w, _, a = heapq.heappop(heap)
        v, _, b = heapq.heappop(heap)
        heapq.heappush(heap, (w + v, count, Branch(w + v, a, b)))
        count += 1
    return code_length(heap[0][2], 0)


@cases(array(3, 3), array(6), PLACES)
def layers_in_a_chain(W, x, places):
    """Nodes with arrays, which are changed in place."""
    head = None
    for k in range(len(places)):
        head = Link(W[places[k] % 3] * x[k], head)
    node = head
    while node.next is not None:
        node.next.value += np.tanh(node.value)
        node = node.next
    return np.sum(node.value**2)


@cases(array(5))
def copied_by_recursion(x):
    def copy(node):
        return None if node is None else Link(node.value * x[0], copy(node.next))

    head = None
    for t in x:
        head = Link(t, head)
    other = copy(head)
    head.value = 3.0
    return weighted(head) * weighted(other)


@cases(0.7)
@cases(0.2)
def which_of_two_is_meant(x):
    a, b, c = Link(x), Link(2.0 * x), Link(3.0)
    first, chosen = a, b if x > 0.5 else c
    if x > 0.4:
        a, b = b, a
    a.value *= x
    total = 3.0 * b.value if a is not first else 2.0 * a.value
    return total + (chosen.value**2 if chosen in [a, b] else x)


def balanced(keys, lo, hi):
    if lo > hi:
        return None
    middle = (lo + hi) // 2
    node = Tree(keys[middle], 0.5)
    node.left = balanced(keys, lo, middle - 1)
    node.right = balanced(keys, middle + 1, hi)
    return node


@cases(array(5))
@cases(array(0))
def balanced_tree_of_an_array(x):
    return summed(balanced(x, 0, len(x) - 1), 1)


def _merged(a, b):
    if a is None:
        return b
    if b is None:
        return a
    if a.value < b.value:
        a.next = _merged(a.next, b)
        return a
    b.next = _merged(a, b.next)
    return b


def _sorted_links(head):
    """A recursion that calls another one, where both change the links."""
    if head is None or head.next is None:
        return head
    slow, fast = head, head.next
    while fast is not None and fast.next is not None:
        slow, fast = slow.next, fast.next.next
    second = slow.next
    slow.next = None
    return _merged(_sorted_links(head), _sorted_links(second))


@cases(0.7, signed(4))
def merge_sort_of_links(x, v):
    head = None
    for t in v:
        head = Link(t * x, head)
    return weighted(_sorted_links(head)) ** 2


@cases(0.7, np.array([0.3, 0.2, 0.7]))
@cases(0.7, np.array([0.4, 0.4, 0.4]))
def rows_that_are_looked_for(x, v):
    """A list of which the run says which one it is equals another by what it holds, as rows of any length do."""
    rows, seen = [[int(10 * t + 0.5)] for t in v], []
    best = rows[1] if x > 0.3 else rows[2]
    best.append(1)
    rows[0].append(1)
    s = x * rows.index(best) + 2 * x * rows.count(best) + 4 * x * (best in rows[:1]) + 8 * x * (rows[0] in [best])
    rows.remove(best)
    for t in v:
        path = list(range(int(10 * t + 0.5)))
        if path not in seen:
            seen.append(path)
    return s * sum(r[0] * t for r, t in zip(rows, v)) + x * len(seen) + x * x * seen.index(path) * ([1] not in seen)


class Cluster:
    def __init__(self, at, weight=1.0):
        self.at, self.weight = at, weight


@cases(0.7, signed(5))
@cases(0.3, signed(1))
def merged_clusters(x, v):
    """Agglomerative clustering: the two nearest are taken out of the list, one for both is put in."""
    alive, cost = [Cluster(t) for t in v], 0.0
    while len(alive) > 1:
        least, pair = np.inf, (alive[0], alive[0])
        for i, a in enumerate(alive):
            for b in alive[:i]:
                distance = (a.at - b.at) ** 2 * (a.weight + b.weight) ** x
                if distance < least:
                    least, pair = distance, (a, b)
        a, b = pair
        alive.remove(a)
        alive.remove(b)
        weight = a.weight + b.weight
        alive.append(Cluster((a.at * a.weight + b.at * b.weight) / weight, weight))
        cost = cost * x + least
    return cost + alive[0].at


@cases(0.7, array(5))
@cases(0.7, array(0))
def visited_once(x, v):
    """A walk over places that a staged index gives: what was seen before is not seen again."""
    every, seen, total = [Cluster(t) for t in v], [], 0.0
    for k in PLACES:
        c = every[k % len(every)] if every else Cluster(x)
        if c not in seen:
            seen.append(c)
            total += c.at * x
        c.at = c.at * x + len(seen)
    return total + sum(c.at for c in every)
