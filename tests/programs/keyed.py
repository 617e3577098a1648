"""Dicts and sets whose keys are frozen dataclasses, named tuples and texts made in the function."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

import numpy as np

from tests.programs.cases import Cases, array

cases = Cases()


@dataclass(frozen=True)
class Site:
    i: int
    j: int
    label: str = field(default="", compare=False)
    SPIN: ClassVar[float] = 0.5

    def next(self):
        return Site(self.i, self.j + 1, "next")

    @property
    def parity(self):
        return (self.i + self.j) % 2


@dataclass(frozen=True, slots=True)
class Bond:
    a: Site
    b: Site


class Edge(NamedTuple):
    tail: int
    head: int

    def reversed(self):
        return Edge(self.head, self.tail)


@cases(array(2, 3), 0.7)
def spins_on_a_lattice(a, x):
    spins = {Site(i, j): a[i, j] for i in range(2) for j in range(3)}
    energy = 0.0
    for site, spin in spins.items():
        right = site.next()
        if right in spins:
            energy += x * spin * spins[right] * Site.SPIN
        energy += (1 + site.parity) * spin**2 * site.SPIN
    return energy


@cases(array(3), 0.7)
def one_bond_by_two_ways(v, x):
    strength = defaultdict(float)
    for a, b in [(0, 1), (1, 2), (0, 1)]:
        strength[Bond(Site(a, 0), Site(b, 0, f"to {b}"))] += v[b] * x
    return sum(w**2 * (bond.b.i + len(bond.b.label)) for bond, w in strength.items())


@cases(array(3), 0.7)
def edges_and_tuples(v, x):
    flow = {Edge(i, i + 1): v[i] for i in range(3)}
    flow[0, 1] *= x
    for edge in list(flow):
        flow[edge.reversed()] = -flow[edge] * edge.head
    return flow[Edge(0, 1)] * flow[1, 0] + sum(w * edge.tail for edge, w in flow.items())


@cases(array(4), 0.7)
def visited(v, x):
    seen, queue, total = set(), [Site(0, 0), Site(0, 1), Site(0, 0)], 0.0
    while queue:
        site = queue.pop(0)
        if site in seen:
            continue
        seen.add(site)
        if site.j < 3:
            queue.append(site.next())
        total = total * x + v[site.j] ** 2
    return total + len(seen)


@cases(array(3), 0.7)
def texts_of_the_turn(v, x):
    params = {}
    for i in range(3):
        params[f"w{i}"] = v[i] * x**i
        params["b" + str(i)] = v[i]
    return params["w0"] * params["b2"] + params["w2"]


class Result(NamedTuple):
    name: str
    score: float
    rank: int


@cases(0.7, 1.1, 0.4)
@cases(1.3, 0.2, 0.9)
def ranking_table(x, y, z):
    """Names beside numbers, sorted by these: each place of the table chooses among all names."""
    table = {"ann": x * y, "bob": y - z, "cy": z * z}
    total = 0.0
    for place, (name, score) in enumerate(sorted(table.items(), key=lambda item: item[1], reverse=True)):
        total += score * (place + 1) + (x if name == "bob" else 0.0)
    best, *others = sorted(table, key=table.get)
    return total, table[best] ** 2 + sum(table[name] * len(name) for name in others)


@cases(0.7, 1.1, 1.4)
@cases(1.3, 0.2, 0.9)
def records_in_order(x, y, z):
    rows = [Result("a", x, 1), Result("b", y, 2), Result("c", z, 3)]
    rows.sort(key=lambda row: (row.score > 1.0, -row.score))
    applied = sorted([(np.sin, x), (np.cos, y)], key=lambda pair: pair[1])
    zipped = sorted(zip([x, x, y], ["q", "p", "r"], [y, z, x], strict=True))  # x twice: the texts decide
    found = rows[0].score * rows[1].rank + rows[2].score * (2.0 if rows[2].name == "a" else 3.0)
    return found, applied[0][0](applied[0][1]) + applied[1][0](z), sum(row[2] * (k + 2) for k, row in enumerate(zipped))
