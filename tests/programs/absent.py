"""None or an object, list or tuple: the nearest of some things, the last one seen, what is not found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from tests.programs.cases import Cases, array

cases = Cases()
V = np.array([1.0, 2.0, 0.5, 3.0])
P = array(3, 2)


@dataclass(frozen=True)
class Sphere:
    z: float
    r: float


class Event(NamedTuple):
    time: float
    size: float


class Body:
    def __init__(self, x: Any, m: Any) -> None:
        self.x = x
        self.m = m
        self.hits = 0.0

    def energy(self) -> Any:
        return np.sum(self.x**2) * self.m


# --- the nearest


@cases(1.8)
@cases(3.0)
@cases(0.2)
def the_nearest_of_a_known_scene(x):
    scene = [Sphere(x, 1.0), Sphere(2.0, 0.5)]
    best, hit = None, None
    for s in scene:
        t = s.z - s.r
        if t > 1.0 - x and (best is None or t < best):
            best, hit = t, s
    if hit is None:
        return 0.5 * x
    return best * hit.r


@cases(V, V[::-1] * 0.3, 0.4)
@cases(V, V, 5.0)
@cases(V[:0], V[:0], 5.0)
def the_nearest_of_many(zs, rs, least):
    spheres = [Sphere(z, r) for z, r in zip(zs, rs)]
    hit = None
    for s in spheres:
        if s.z - s.r > least and (hit is None or s.z < hit.z):
            hit = s
    if hit is not None:
        return hit.z * hit.r + least
    return least * least


@cases(V, 1.5)
@cases(V, 9.0)
def a_tuple_or_none(v, limit):
    first = None
    for i, t in enumerate(v):
        if t > limit and first is None:
            first = (t * t, i)
    if first is None:
        return limit * 2.0
    square, where = first
    return square * v[where] * (where + 1)


@cases(V, 0.9)
@cases(V, 9.0)
def a_named_tuple_that_is_forgotten(v, limit):
    last, total = None, 0.0
    for k, t in enumerate(v):
        if last is not None:
            total = total + (t - last.size) ** 2 * (k - last.time)
        last = Event(float(k), t) if t > limit else None
    return total if last is None else total * last.size


@cases(P, 0.8)
@cases(P, 9.0)
def an_object_with_an_array(points, limit):
    found = None
    for k in range(len(points)):
        if np.sum(points[k]) > limit:
            found = Body(points[k] * 2.0, limit)
    return limit if found is None else found.energy() + found.m


@cases(P, 0.8)
@cases(P, 9.0)
def changed_where_it_is_there(points, limit):
    found = None
    for k in range(len(points)):
        if np.sum(points[k]) > limit:
            if found is None:
                found = Body(points[k], limit)
            found.hits += points[k, 0]
    if found is not None and found.hits > 1.0:
        return found.hits * found.m
    return limit * 3.0


@cases(V, 1.5)
@cases(V, 9.0)
def a_list_or_none(v, limit):
    pair = None
    for t in v:
        if t > limit:
            pair = [t, t * limit] if pair is None else [pair[0] + t, pair[1]]
    return limit if not pair else pair[0] * pair[1]


# --- by a function


def _search(events, limit):
    for e in events:
        if e.size > limit:
            return e
    return None


@cases(V, 1.5)
@cases(V, 20.0)
def searched_by_a_function(v, limit):
    events = [Event(0.5 * t, t * t) for t in v]
    found = _search(events, limit)
    return found.time * found.size if found else limit


@cases(1.2)
@cases(-1.2)
def chosen_once(x):
    body = Body(x * 3.0, 2.0) if x > 0 else None
    other = body
    if other is None:
        other = Body(x, 1.0)
    weight = 1.0 if body is None else body.m * x
    return other.x * other.m * weight


@cases(V, 1.5)
def while_there_is_a_next(v, x):
    node, total = (0, v[0]), 0.0
    while node is not None:
        k, t = node
        total = total + t * t * x
        node = (k + 1, v[k + 1]) if k + 1 < len(v) else None
    return total


@cases(V, 0.4)
@cases(V, 9.0)
def the_first_of_two(v, limit):
    low = high = None
    for t in v:
        e = Event(t, t * t)
        if low is None or e.size < low.size:
            low = e
        if t > limit and (high is None or t > high.time):
            high = e
    chosen = high or low
    return chosen.time * chosen.size


@cases(P)
def two_fields_that_are_none_at_first(points):
    class_ = Pair()
    for row in points:
        class_.take(row)
    return class_.span()


class Pair:
    def __init__(self) -> None:
        self.first = None
        self.last = None

    def take(self, row: Any) -> None:
        event = Event(row[0], row[1])
        if self.first is None:
            self.first = event
        self.last = event

    def span(self) -> Any:
        if self.first is None or self.last is None:
            return 0.0
        return (self.last.time - self.first.time) ** 2 + self.last.size * self.first.size


# --- None or an array: a buffer made on first use


@cases(V, 0.6)
@cases(V[:1], 0.6)
@cases(V[:0], 0.6)
def a_buffer_made_on_first_use(v, x):
    buffer = None
    for i, t in enumerate(v):
        if buffer is None:
            buffer = np.zeros(len(v))
        buffer[i] = t * x
        buffer[0] += buffer[i] ** 2
    return x * x if buffer is None else np.sum(buffer * v)


class Momentum:
    def __init__(self) -> None:
        self.m: Any = None
        self.turns = 0

    def step(self, w: Any, g: Any) -> Any:
        if self.m is None:
            self.m = np.zeros_like(w)
        self.m *= 0.9
        self.m += g
        self.turns += 1
        return w - 0.1 * self.m


@cases(np.array([1.1, 2.5, -0.7]), 0.6)
@cases(np.array([0.1, 0.2]), 0.6)
def an_optimiser_that_makes_its_state(w, x):
    optimiser = Momentum()
    while np.sum(w * w) > 1.0:
        w = optimiser.step(w, w * x)
    return np.sum(w**3) + x * optimiser.turns


@cases(P, 0.8)
@cases(P[:1], 0.8)
@cases(P[:0], 0.8)
def the_row_before(points, x):
    previous, length = None, x
    for p in points:
        if previous is not None:
            length = length + np.sqrt(np.sum((p - previous) ** 2) + x)
        previous = p
    return length


@cases(P - 0.7, 0.8)
@cases(P[:1], 0.8)
@cases(P[:0], 0.8)
def written_only_where_it_is_there(points, x):
    state, total = None, x
    for p in points:
        if state is not None and p[0] > 0.0:
            state[0] += p[1] * x
            state *= x
        if state is None or p[1] > 1.0:
            state = p * x
        total = total + state[0]
    return total if state is None else total + np.sum(state * state)


@cases(P, 0.8)
@cases(P[:1], 0.8)
def two_buffers_change_places(points, x):
    old = new = None
    for p in points:
        if new is None:
            new, old = p * x, np.zeros_like(p)
        old, new = new, old
        new[:] = old * p + x
    return np.sum(new * old)


# --- None together


@cases(P, np.array([0.3, 0.4]))
@cases(P[:1], np.array([0.3, 0.4]))
@cases(P[:0], np.array([0.3, 0.4]))
def filled_together(points, q):
    best, at = None, None
    for i, p in enumerate(points):
        d = np.sum((p - q) ** 2)
        if best is None or d < best:
            best, at = d, i
    if best is None:
        return q[0] * 2.0
    return best + 0.1 * points[at, 0]


@cases(V, 1.0)
@cases(V, 5.0)
def not_always_together(v, limit):
    first = last = None
    for t in v:
        if first is None:
            first = t * limit
        if t > limit:
            last = t
    if first is None:
        return limit
    return first if last is None else first * last


class Moments:
    def __init__(self) -> None:
        self.mean: Any = None
        self.square: Any = None

    def step(self, w: Any, g: Any) -> Any:
        if self.mean is None:
            self.mean = np.zeros_like(w)
            self.square = np.zeros(w.shape)
        self.mean[:] = 0.9 * self.mean + 0.1 * g
        self.square[:] = 0.99 * self.square + 0.01 * g * g
        return w - 0.5 * self.mean / np.sqrt(self.square + 0.1)


@cases(np.array([1.1, 2.5, -0.7]), 0.6)
@cases(np.array([0.1, 0.2]), 0.6)
def two_buffers_made_together(w, x):
    optimiser, turns = Moments(), 0
    while np.sum(w * w) > 1.0 and turns < 8:
        w = optimiser.step(w, w * x)
        turns += 1
    return np.sum(w**3)


@cases(V, 1.2)
@cases(V, 9.0)
@cases(V[:0], 9.0)
def a_number_an_array_and_a_tuple(v, limit):
    best = row = event = None
    for k, t in enumerate(v):
        if t > limit:
            best, row, event = t, v * t, Event(t * t, k)
    if event is None:
        return limit
    row[0] += best
    return np.sum(row) * event.time


# --- None, an int or a float


@cases(V, 1.2)
@cases(V - 1.0, 0.6)
@cases(V[:0], 0.6)
def a_count_or_an_element(v, x):
    n, last = 0, None
    for t in v:
        if t < 0.8:
            n += 1
            last = n
        elif t > x:
            last = t
    return x if last is None else last * x


@cases(0.4)
@cases(0.6)
@cases(1.6)
def an_int_a_float_or_none(x):
    rate = None
    if x > 1.0:
        rate = 2
    elif x > 0.5:
        rate = x * x
    return x if rate is None else rate * x


@cases(V, 0.6)
@cases(V[::-1], 0.6)
@cases(V[:1], 0.6)
def replaced_by_an_int_and_forgotten(v, x):
    state, total = None, x
    for i, t in enumerate(v):
        if state is not None and t > 0.7:
            total = total + state * t * x
        if t > 2.5:
            state = t * x
        elif t > 1.5:
            state = i
        elif t < 0.7:
            state = None
        else:
            state = 1.5
    return total if state is None else total * state


# --- the next of an iterator, or None


@cases(V, 0.6)
@cases(V[:1], 0.6)
@cases(V[:0], 0.6)
def while_there_is_one_more(v, x):
    it, s = iter(v), x
    while (t := next(it, None)) is not None:
        s = s * 0.5 + t
    return s if t is None else x


@cases(V, 0.6)
@cases(V[:1], 0.6)
def read_in_pairs(v, x):
    it, s = iter(v), x
    while s < 9.0 and (t := next(it, None)) is not None and (u := t * x) < 3.0:
        if (after := next(it, None)) is None:
            break
        s = s + u * after
    return s * u


@cases(np.array([0.6, 1.5, -0.7, 0.3]), 0.9)
@cases(np.array([1.6, 1.5, -0.7, 0.3]), 0.9)
def the_last_of_a_loop_without_end(v, x):
    k = 0
    while True:
        row = v * k * x
        pair = (v[k], [x * k, v[0]])
        k += 1
        if k > 3 or v[k - 1] > 1.0:
            break
    return np.sum(row * row) + pair[0] * pair[1][1] * pair[1][0]


# --- made on the first turn, unbound before


@cases(V, 0.3)
@cases(V, 9.0)
@cases(V[:0], 0.3)
def a_dict_of_the_first_turn(v, x):
    s = x
    for i in range(len(v)):
        if i == 0:
            state = {"sum": v[0], "weights": v * x}
        state["sum"] += state["weights"][i]
        s += state["sum"] * x
        if s > 6.0:
            break
    return s


@cases(V, 0.3)
@cases(V[:0], 0.3)
def a_list_of_the_first_turn(v, x):
    s = x
    for i, t in enumerate(v):
        if i == 0:
            pair = [t, x]
        pair[0] = pair[0] * pair[1] + t
        s += pair[0]
    return s


@cases(V, 0.3)
@cases(V, 1.9)
@cases(V[:0], 0.3)
def an_object_of_the_first_turn_that_is_large(v, x):
    s, seen = x, False
    for t in v:
        if t > x and not seen:
            body, seen = Body(v * t, x), True
        if seen:
            body.x = body.x * 0.5
            body.m += t
            s += body.energy()
    return s


@cases(V, 0.3)
@cases(V, 1.9)
def a_tuple_of_the_branch_taken(v, x):
    if x > 1.0:
        pair = (v * x, [x])
    s = np.sum(v)
    if x > 1.5:
        pair[1].append(s)
        s = np.sum(pair[0]) * pair[1][-1] * pair[1][0]
    return s * x


@cases(array(5), 0.7)
@cases(np.full(3, 0.5), 0.7)
def a_buffer_made_when_one_is_large(v, x):
    sums = last = None
    s = 0.0
    for k in range(len(v)):
        if v[k] > 0.9 and sums is None:
            sums = np.zeros(len(v))
            last = v * x
        if sums is not None:
            sums[k] += v[k] * x
            s += sums[k - 1] * last[k]
    return s if sums is None else s + np.sum(sums * v)


# --- lists that grow from the first turn on


@cases(V, 2.5)
@cases(V, 0.1)
@cases(V[:0], 2.5)
def a_list_made_when_it_is_needed(v, x):
    out = None
    for t in v:
        if t < x:
            if out is None:
                out = [t]
            else:
                out.append(t * x)
    return x if out is None else sum(out) * len(out)


@cases(V, 2.5)
@cases(V[:0], 2.5)
def a_history_of_the_first_turn(v, x):
    s = x
    for i in range(len(v)):
        if i == 0:
            history = {"t": [], "n": 0}
        history["t"].append(v[i] * x)
        history["n"] += 1
        if history["n"] > 2:
            s += sum(history["t"]) * history["n"]
            break
    return s


@cases(V, 2.5)
@cases(V, 0.1)
def a_record_made_when_it_is_needed(v, x):
    record = None
    for t in v:
        if t < x:
            if record is None:
                record = Record()
            record.add(t * x)
    return x if record is None else sum(record.seen) * record.best


class Record:
    def __init__(self) -> None:
        self.seen: list[Any] = []
        self.best: Any = None

    def add(self, t: Any) -> None:
        self.seen.append(t)
        if self.best is None or t > self.best:
            self.best = t


# --- found by a loop that is left, nothing behind its `else`


@cases(V, 1.5)
@cases(V, 9.0)
@cases(V[:0], 1.5)
def found_or_none(v, x):
    for i in range(len(v)):
        if v[i] > x:
            found = v[i]
            break
    else:
        found = None
    for t in v:
        if t < x:
            row, pair = v * t, [t, x]
            break
    else:
        row = pair = None
    s = x if found is None else found * found * i
    return s if row is None or pair is None else s + np.sum(row) * pair[0] * pair[1]


@cases(V, 1.5)
@cases(V, 9.0)
def found_in_rows(v, x):
    s = x
    for i in range(len(v)):
        j = 0
        while j < i:
            t = v[i] - v[j]
            if t > x:
                if t > 2 * x:
                    hit = {"at": j, "t": t * t}
                else:
                    hit = {"at": i, "t": t}
                break
            if t < -2 * x:
                hit = {"at": 0, "t": x}
                break
            j += 1
        else:
            hit = None
        if hit is not None:
            s += hit["t"] * (hit["at"] + 1)
    return s


@cases(V, 1.5)
@cases(V, 9.0)
def the_number_of_the_turn_or_none(v, x):
    for t in v:
        if t > x:
            break
    else:
        t = None
    return x if t is None else t * t
