"""Elements changed in place in lists of staged length: objects, dicts, lists and arrays, under every name they have."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()


@dataclasses.dataclass
class Particle:
    x: Any
    v: Any

    def step(self, dt):
        self.x += self.v * dt
        return self

    def kick(self, force, dt):
        self.v = self.v + force * dt


class Body:
    """A point with arrays of its own."""

    def __init__(self, place, speed, mass):
        self.place = place
        self.speed = speed
        self.mass = mass
        self.log = [mass, 0.0]


def particles(x, v):
    return [Particle(a, b) for a, b in zip(x, v)]


@cases(signed(4), signed(4, seed=1), 0.1)
def moved(x, v, dt):
    ps = []
    for i in range(len(x)):
        ps.append(Particle(x[i], v[i]))
    for _ in range(3):
        for p in ps:
            p.v -= np.sin(p.x) * dt
            p.x += p.v * dt
    return sum(p.x**2 + 0.5 * p.v for p in ps)


@cases(signed(4), signed(4, seed=1), 0.1)
def by_index_and_by_method(x, v, dt):
    ps = particles(x, v)
    for i in range(len(ps)):
        ps[i].v = ps[i].v * 1.5 + ps[i - 1].x
        ps[i].step(dt).kick(-ps[i].x, dt)
    ps[0].x *= ps[-1].v
    return sum(k * p.x + p.v for k, p in enumerate(ps))


@cases(signed(5), signed(5, seed=1), 0.1)
def springs_between_neighbours(x, v, dt):
    """Neighbours are read together, then everything moves, again and again."""
    ps = particles(x, v)
    energy = 0.0
    for _ in range(4):
        energy = 0.0
        for p, q in zip(ps, ps[1:]):  # noqa: RUF007  # the slice is what is tested
            energy += 0.5 * (q.x - p.x - 1.0) ** 2
        for i in range(1, len(ps) - 1):
            ps[i].kick(ps[i + 1].x - 2.0 * ps[i].x + ps[i - 1].x, dt)
        for p in ps:
            p.step(dt)
    return energy + sum(0.5 * p.v**2 for p in ps)


@cases(signed(4), signed(4, seed=1), 0.3)
def walls(x, v, dt):
    """Written on one path only, and read behind it."""
    ps = particles(x, v)
    for _ in range(5):
        for p in ps:
            p.x += p.v * dt
            if p.x > 1.0:
                p.x = 2.0 - p.x
                p.v = -0.9 * p.v
            elif p.x < -1.0:
                p.x, p.v = -2.0 - p.x, -0.9 * p.v
            p.v *= 0.99
    return sum(p.x * p.v for p in ps)


@cases(array(3, 2), array(3), 0.05)
def gravity(places, masses, dt):
    """Arrays in objects, every pair but a body with itself."""
    bodies = [Body(p.copy(), np.zeros(2), m) for p, m in zip(places, masses)]
    for _ in range(3):
        for a in bodies:
            for b in bodies:
                if a is not b:
                    d = b.place - a.place
                    a.speed += dt * b.mass * d / (np.sum(d * d) + 0.1)
        for a in bodies:
            old = a.place
            a.place = a.place + dt * a.speed
            a.log[1] += np.sum((a.place - old) ** 2)
    return sum(np.sum(b.place**2) + b.log[0] * b.log[1] for b in bodies)


@cases(0.7, 4)
def rows_of_a_table(x, n):
    """`rows[i][j]` of lists of lists, each entry from earlier ones."""
    t = [[0.0] * (n + 1) for _ in range(n + 1)]
    for i in range(n + 1):
        t[i][0] = x * i
        t[0][i] = x + i
    for i in range(1, n + 1):
        for j in range(1, n + 1):
            t[i][j] = np.sin(t[i - 1][j - 1]) + 0.5 * t[i - 1][j] / (1.0 + t[i][j - 1] ** 2)
    return t[n][n] + t[n][1]


@cases(0.7, signed(4))
def rows_and_entries(x, v):
    rows, entries = [], []
    for a in v:
        rows.append([a, x, 0.0])
        entry = {"a": a * x, "seen": [x, a]}
        entries.append(entry)
        entry["a"] += 1.0
    for i in range(len(rows)):
        rows[i][0] += rows[i - 1][1] * x
        rows[i][2] = rows[i][0] ** 2
        entries[i]["seen"][0] *= entries[i - 1]["a"]
        entries[i].update(a=rows[i][2])
    for entry in entries:
        entry["a"] *= entry["seen"][1]
    return sum(r[0] + r[2] for r in rows) + sum(e["a"] * e["seen"][0] for e in entries)


@cases(0.7, signed(4))
def rows_that_go_on_growing(x, v):
    """An inner list of staged length, appended to in place."""
    rows = []
    for k in range(len(v)):
        rows.append([x * a for a in v[k:]])
    for i, a in enumerate(v):
        for k in range(i + 1):
            rows[k].append(rows[k][-1] * a + x)
    return sum(len(r) * r[-1] for r in rows) + rows[0][1]


@cases(0.7, 4)
def arrays_in_a_list(x, n):
    rows = []
    for i in range(n):
        rows.append(0.2 * x * np.arange(3.0) + 0.1 * i)
    for i, row in enumerate(rows):
        row *= rows[i - 1][1]
        row[0] = x * i
        rows[i - 1][2] += row[1]
    return sum(np.sum(r * r) for r in rows)


@cases(signed(4), signed(4, seed=1))
def one_element_under_several_names(x, v):
    ps = particles(x, v)
    p, q = ps[1], ps[-1]
    p.x = 2.0 * q.v
    first = ps[1]
    first.v += p.x
    p.x *= first.v
    for r in ps:
        r.v += 0.1 * q.x
    ps.append(Particle(p.v, q.v))
    p.x += ps[4].x
    best = ps[0]
    for r in ps:
        if r.x > best.x:
            best = r
    return sum(k * r.x + r.v for k, r in enumerate(ps)) + best.v


@cases(signed(5), signed(5, seed=1))
def kept_removed_and_made_anew(x, v):
    """The list is cut, sorted and filled between the changes; elements are reached through it alone."""
    ps = particles(x, v)
    for p in ps:
        p.x *= 2.0
    ps.sort(key=lambda r: -r.x)
    ps[0].v += ps[1].x
    ps.reverse()
    ps.insert(1, Particle(x[0], 1.0))
    ps[1].v *= x[1]
    weight = ps.pop().x
    for q in ps:
        q.v += 0.5 * q.x
    ps[0] = Particle(x[2], v[2])
    ps[0].x += ps[2].v
    return sum(k * p.x + p.v for k, p in enumerate(ps)) + weight


@cases(signed(4), signed(4, seed=1), 3)
def lists_in_an_object_in_a_loop(x, v, n):
    """The object that holds the list is built by a method, the list is replaced in every turn."""

    class_of = Particle
    swarm = particles(x, v)
    for k in range(n):
        swarm = [class_of(p.x + 0.1 * p.v, p.v) for p in swarm]
        for p in swarm:
            p.v -= 0.1 * p.x * k
        swarm[k].x = swarm[k].x ** 2
    return sum(p.x * p.v for p in swarm)


@cases(0.6, 3)
def by_a_helper_and_a_closure(x, n):
    def push(p, f):
        p.v += f * x
        return p

    def settle():
        for p in ps:
            p.x = 0.5 * (p.x + p.v)

    ps = []
    for i in range(n):
        ps.append(push(Particle(x * i, x), 1.0 + i))
        settle()
    push(ps[0], push(ps[-1], 2.0).x)
    return sum(p.x * p.v for p in ps)


@cases(0.7, 4)
def one_row_under_a_name(x, n):
    """The row and the list are read and written in one loop, the row on one path only."""
    t = [[x * k] * n for k in range(n)]
    for i in range(n):
        row = t[i]
        for j in range(1, n):
            row[j] = 0.5 * row[j - 1] + x
            if j > i:
                row[j] *= t[i - 1][j]
            for k in range(j):
                row[k] += 0.1 * row[j]
        row[0] = t[i][n - 1]
    return sum(k * r[0] + r[n - 1] for k, r in enumerate(t))


@cases(0.7, 3)
def a_table_of_three_indices(x, n):
    t = [[[0.0] * n for _ in range(n)] for _ in range(n)]
    for i in range(n):
        for j in range(n):
            for k in range(n):
                t[i][j][k] = x * (t[i - 1][j][k - 1] + 1.0)
            t[i][j][0] *= t[j][i][n - 1]
    return sum(t[i][i][n - i - 1] for i in range(n))


# --- what is begun anew once it is in a list


@cases(array(4, seed=2) * np.array([1.0, 1.0, -1.0, 1.0]), 1.3)
def runs_of_a_buffer(v, x):
    """The list that is filled is never one of those put away."""
    runs, run = [], []
    for t in v:
        if run and t < run[-1]:
            runs.append(run)
            run = []
        run.append(t * x)
    runs.append(run)
    return sum(sum(r) * len(r) for r in runs)


@cases(array(4, seed=2) * np.array([1.0, 1.0, -1.0, 1.0]), 1.3)
def sums_begun_anew(v, x):
    """Objects, dicts and arrays so, and after the loop."""
    bodies, tables, rows = [], [], []
    body, table, row = Particle(x, 0.0), {"w": x}, np.zeros(2)
    for t in v:
        if t < 0:
            bodies.append(body)
            tables.append(table)
            rows.append(row)
            body, table, row = Particle(x * x, t), {"w": 0.0}, np.ones(2)
        body.x += t * x
        table["w"] += t * body.x
        row[1] += table["w"]
    body.x *= 2.0
    found = sum(b.x for b in bodies) * sum(t["w"] for t in tables)
    return found + body.x * table["w"] + sum(np.sum(r) for r in rows) * np.sum(row)


@cases(array(5), array(5, seed=1), array(4, seed=2), 0.7)
@cases(array(1), array(1, seed=1), array(1, seed=2), 0.7)
@cases(array(0), array(0, seed=1), array(0, seed=2), 0.7)
def tables_chosen_in_turns(v, w, short, x):
    s, k, kept = 0.0, 0, v
    for i in range(len(v)):
        if v[i] < 0.7:
            table = v
        elif i % 2:
            table = w
        else:
            table = short
        if v[i] > 1.2:
            kept = w
        s += table[i - i // 4] * x + kept[i] ** 2 + (v, short, w)[k][0]
        k = (k + 1) % 3
    return s * x


@cases(array(10).tolist(), 0.7)
@cases(array(17, seed=1).tolist(), 0.7)
@cases(array(8, seed=1).tolist(), 0.7)
def an_argument_of_many_floats(coefficients, x):
    value = 0.0
    for c in reversed(coefficients):
        value = value * x + c
    for i in range(1, len(coefficients)):
        coefficients[i] += coefficients[i - 1] * x
    return value + sum(c * c for c in coefficients) / len(coefficients)


# --- elements of a list of known length, at an index of the run


@cases(array(5), 0.1)
@cases(array(5) + 2.0, 0.1)
def cells_of_two_numbers(v, x):
    cells = [[x, 1.0] for _ in range(2)]
    for t in v:
        j = 0 if t < x else 1
        cells[j][0] += t
        cells[1][1] *= t * 0.5
        cells[j][1] += cells[j][0] * 0.5
    return sum(s * p for s, p in cells)


@cases(array(5), 0.1)
@cases(array(5) - 2.0, 0.1)
def the_dict_of_the_bin(v, x):
    bins = [{"sum": 0.0, "count": 0} for _ in range(3)]
    for t in v:
        found = bins[min(max(int(t + 1.0), 0), 2)]
        found["sum"] += t * x
        found["count"] += 1
    return sum(b["sum"] ** 2 / b["count"] for b in bins if b["count"])


@cases(array(5), 0.1)
def the_object_that_was_replaced(v, x):
    some = [Particle(t, x) for t in (1.0, 2.0)]
    for k, t in enumerate(v):
        some[int(t > x)].kick(t, 0.5)
        if k == 1:
            some[1] = Particle(x, t)
    return sum(p.x * p.v for p in some)


@cases(signed(6), 0.3)
@cases(signed(1), 0.3)
def one_of_two_by_a_condition(v, x):
    ps = particles(v, v * x)
    total = 0.0
    for i in range(1, len(v)):
        q = ps[i]
        p = q if v[i] > 0 else ps[i - 1]
        p.x += x * p.v
        total += q.x * ps[i - 1].x * p.v
        q.v *= 1.5
        total += p.v * v[i] if p is ps[i] else p.x
    return total + sum(p.x * p.v for p in ps)


@cases(signed(6), 0.3)
def one_of_three_and_names_that_change_places(v, x):
    ps = particles(v, v * x)
    for i in range(1, len(v) - 1):
        p, q = ps[i] if v[i] > 0 else ps[i - 1] if v[i] > -0.7 else ps[i + 1], ps[0]
        if p.x > q.x:
            p, q = q, p
        p.x += x * q.v
        q.v *= p.x
    return sum(p.x * p.v for p in ps)


@cases(signed(6), 0.3)
def changed_on_the_way_to_the_choice(v, x):
    ps = particles(v, v * x)
    for i in range(1, len(v)):
        if v[i] > 0:
            p = ps[i]
            p.x *= 2.0
        else:
            p = ps[i - 1]
            ps.append(Particle(v[i], p.x))
        p.v += p.x
    return sum(p.x * p.v for p in ps)


@cases(signed(6), 0.3)
def lists_and_arrays_by_a_condition(v, x):
    rows, lists = [t * np.ones(2) for t in v], [[t] for t in v]
    total = 0.0
    for i in range(1, len(v)):
        row, some = (rows[i], lists[i]) if v[i] > 0 else (rows[i - 1], lists[i - 1])
        row *= 1.5
        some.append(v[i] * some[0] + row[1])
        total += rows[i][0] * rows[0][1]
        rows[i - 1][1] += row[0] * x
    for row, some in zip(rows, lists):
        for t in some:
            total = total * 0.9 + t * row[1]
    return total


@cases(signed(6), 0.3)
@cases(-array(6), 0.3)
def the_best_so_far_of_three(v, x):
    ps = particles(v, v * x)
    for i in range(len(v) - 2):
        best = ps[i]
        if ps[i + 1].x > best.x:
            best = ps[i + 1]
        if ps[i + 2].x > best.x:
            best = ps[i + 2]
        best.x -= x * best.v**2
    return sum(p.x * p.v for p in ps)
