"""What the rewriting passes did: the rule's name and the place in the user's source, once per firing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from symdiff.errors import Loc


@dataclass(slots=True)
class Report:
    """`fired` in the order of firing; passes are given one to write into, and work without."""

    fired: list[tuple[str, Loc | None]] = field(default_factory=list)

    def add(self, rule: str, loc: Loc | None) -> None:
        self.fired.append((rule, loc))

    def __iter__(self) -> Iterator[tuple[str, Loc | None]]:
        return iter(self.fired)

    @property
    def names(self) -> set[str]:
        return {rule for rule, _ in self.fired}

    def text(self) -> str:
        """One line per rule and place: `stable softplus  model.py:3:12`."""
        rows = dict.fromkeys((rule, str(loc) if loc else "") for rule, loc in self.fired)
        width = max((len(rule) for rule, _ in rows), default=0)
        return "\n".join(f"{rule:<{width}}  {loc}".rstrip() for rule, loc in rows)
