"""Dicts and sets whose keys are frozen dataclasses, named tuples and texts made in the function."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

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
