"""What the parts of the generator share: random choices, the lines said so far, and the names in scope."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

Text = Callable[[], str]
Options = list[tuple[str, Text]]
_HOLE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")


@dataclass
class Names:
    """What is in scope, by type.  `fresh` lists may be used anywhere; their structure changes at depth 1 only."""

    f: list[str] = field(default_factory=list)  # floats of either kind
    i: list[str] = field(default_factory=list)  # ints ≥ 0
    v: list[str] = field(default_factory=list)  # vectors of the common length
    m: list[str] = field(default_factory=list)  # matrices with as many rows
    own: list[str] = field(default_factory=list)  # vectors that may be written: no views of arguments
    grid: list[str] = field(default_factory=list)  # matrices that may be written
    o: list[str] = field(default_factory=list)  # Layers
    s: list[str] = field(default_factory=list)  # States
    h: list[str] = field(default_factory=list)  # Tanks
    r: list[str] = field(default_factory=list)  # lists of two or more floats
    g: list[str] = field(default_factory=list)  # lists of floats that grew
    q: list[str] = field(default_factory=list)  # lists of structures alike that grew
    d: list[str] = field(default_factory=list)  # dicts of floats with the keys a and b
    p: list[str] = field(default_factory=list)  # Pairs
    c: list[str] = field(default_factory=list)  # functions of a float

    def copy(self) -> Names:
        return replace(self, **{x.name: list(getattr(self, x.name)) for x in fields(self)})


class Writer:
    """Random choices and the text made of them."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.seed = seed
        self.used: Counter[str] = Counter()
        self.deepest = 0
        self.lines: list[str] = []
        self.fresh = 0
        self.reserved: set[str] = set()  # names that a loop needs as they are
        self.loops = 0
        # either a dict is captured, or the one among the arguments is changed: they may be the same dict
        self.captures = self.rng.random() < 0.7

    def one(self, *choices: Any) -> Any:
        return self.rng.choice(choices)

    def note(self, construct: str) -> None:
        self.used[construct] += 1

    def pick(self, options: Options) -> str:
        name, make = self.rng.choice(options)
        self.note(name)
        return make()

    def filled(self, text: str, n: Names, holes: Mapping[str, Text]) -> str:
        """A text of `rows` with its holes filled, from the left."""
        kept: dict[str, str] = {}

        def fill(match: re.Match[str]) -> str:
            hole = match[1]
            if hole is None:  # a doubled brace
                return match[0][0]
            if hole in kept or hole in holes:
                return kept[hole] if hole in kept else holes[hole]()
            repeated = re.fullmatch(r"(\w)(@\w)", hole)
            parts = (repeated[2],) if repeated else hole.split("|")
            found = str(self.one(*(x for p in parts for x in (getattr(n, p[1:]) if p.startswith("@") else (p,)))))
            if repeated:
                kept[repeated[1]] = found
            return found

        return _HOLE.sub(fill, text)

    def new(self, prefix: str) -> str:
        self.fresh += 1
        return f"{prefix}{self.fresh}"

    def say(self, depth: int, *lines: str) -> None:
        self.deepest = max(self.deepest, depth)
        self.lines += ["    " * depth + line for line in lines]

    def say_one(self, depth: int, statements: list[tuple[str, str]]) -> None:
        """One of several statements, each behind its name."""
        name, line = self.rng.choice(statements)
        self.say(depth, line)
        self.note(name)

    def free(self, names: list[str]) -> list[str]:
        return [x for x in names if x not in self.reserved]

    def target(self, names: list[str], prefix: str) -> str:
        """A name to assign: half of the time one that is there."""
        free = self.free(names)
        if free and self.rng.random() < 0.5:
            return str(self.rng.choice(free))
        return self.new(prefix)
