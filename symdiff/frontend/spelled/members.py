"""A set whose elements are found when it runs, as a class around a Python set: `seen.add(u)`, `if u in seen`.

By hand: the same.  The order in which Python runs over a set is that in which its elements are in a hash table, which
depends on all that was put in and taken out.  Where a function runs over such a set, each has a list besides of just
that (`_log`): an element is there when it is put in, again when it is taken out, and so on.  Done once more to an empty
set, this gives the order.  What puts in or takes out many at a time (`|=`, a copy) does it in another way, which leaves
the set without an order (`_mixed`).
"""

from __future__ import annotations

from typing import Any


def enter(members: Any, x: Any) -> None:
    """Put an element in.  These functions are primitives of the evaluator; here they are what they mean."""
    if not has(members, x):
        members.append(x)


def leave(members: Any, x: Any) -> None:
    """Take an element out, if it is there."""
    if has(members, x):
        members.remove(x)


def has(members: Any, x: Any) -> Any:
    return x in members


def is_set(x: Any) -> Any:
    """Whether it is a set, of known elements or of such that are found when it runs."""
    return isinstance(x, (set, frozenset, _Elements))


def members_of(x: Any) -> Any:
    """The elements of a set."""
    return x._members if isinstance(x, _Elements) else list(x)


def combine(members: Any, others: Any, how: Any) -> None:
    """Make the elements those of `members how others`, where `how` is an operator of sets."""
    one, other = set(members), set(others)
    members[:] = {"|": one | other, "&": one & other, "-": one - other, "^": one ^ other}[how]


def compare(members: Any, others: Any, how: Any) -> Any:
    """Whether `members how others`; "isdisjoint" is one, too."""
    one, other = set(members), set(others)
    return {"==": one == other, "<=": one <= other, "<": one < other, "isdisjoint": one.isdisjoint(other)}[how]


def as_elements(x: Any) -> Any:
    """A set of known elements as one of such that are found when it runs."""
    return Frozen(x) if isinstance(x, frozenset) else Members(x)


def in_its_order(x: Any, what: Any) -> Any:
    """What depends on the order of a set: refused."""
    raise NotImplementedError(what)


def is_logged() -> Any:
    """Whether sets have a list of what was put in and taken out."""
    return True


def order(members: Any, log: Any, mixed: Any) -> Any:
    """The places in `log` of the elements, in the order in which Python runs over them; refused of a mixed set."""
    found: dict[Any, int] = {}
    again: set[Any] = set()
    for place, x in enumerate(log):
        if x in again:
            again.remove(x)
        else:
            again.add(x)
            found[x] = place
    return [found[x] for x in again]


def is_mapping(x: Any) -> Any:
    """Whether it is a dict, of which Python knows the size before it puts the keys into a set."""
    return isinstance(x, dict)


PRIMITIVES = (
    *(enter, leave, has, is_set, members_of, combine, compare, as_elements, in_its_order),
    *(is_logged, order, is_mapping),
)


def gathered(iterable: Any) -> Any:
    """The elements of what a method of a set runs over."""
    if is_set(iterable):
        return members_of(iterable)
    found: Any = []
    for x in iterable:
        enter(found, x)
    return found


class _Elements:
    def __init__(self, iterable: Any = ()) -> None:
        self._members: Any = []
        if is_logged():
            self._log: Any = []
            self._mixed: Any = None
        self._unite(iterable)

    def _put_in(self, x: Any) -> None:
        if is_logged() and not has(self._members, x):
            self._log.append(x)
        enter(self._members, x)

    def _take_out(self, x: Any) -> None:
        if is_logged() and has(self._members, x):
            self._log.append(x)
        leave(self._members, x)

    def _mix(self, members: Any, how: Any) -> None:
        if is_logged():
            self._mixed = "mixed"
        combine(self._members, members, how)

    def _unite(self, iterable: Any) -> None:
        if is_set(iterable):
            self._mix(members_of(iterable), "|")
        else:
            for x in iterable:
                self._put_in(x)
            if is_logged() and is_mapping(iterable):
                self._mixed = "mixed"

    def copy(self) -> Any:
        return Frozen(self)

    def __contains__(self, x: Any) -> Any:
        return has(self._members, x)

    def __len__(self) -> Any:
        return len(self._members)

    def __iter__(self) -> Any:
        places = order(self._members, self._log, self._mixed) if is_logged() else in_its_order(self, "running over it")
        return iter([self._log[place] for place in places])

    def union(self, *others: Any) -> Any:
        made = self.copy()
        for other in others:
            made._unite(other)
        return made

    def _combined(self, others: Any, how: Any) -> Any:
        made = self.copy()
        for other in others:
            made._mix(gathered(other), how)
        return made

    def intersection(self, *others: Any) -> Any:
        return self._combined(others, "&")

    def difference(self, *others: Any) -> Any:
        return self._combined(others, "-")

    def symmetric_difference(self, other: Any) -> Any:
        return self._combined((other,), "^")

    def issubset(self, other: Any) -> Any:
        return compare(self._members, gathered(other), "<=")

    def issuperset(self, other: Any) -> Any:
        return compare(gathered(other), self._members, "<=")

    def isdisjoint(self, other: Any) -> Any:
        return compare(self._members, gathered(other), "isdisjoint")

    def __or__(self, other: Any) -> Any:
        return self._combined((other,), "|") if is_set(other) else NotImplemented

    def __and__(self, other: Any) -> Any:
        return self._combined((other,), "&") if is_set(other) else NotImplemented

    def __sub__(self, other: Any) -> Any:
        return self._combined((other,), "-") if is_set(other) else NotImplemented

    def __xor__(self, other: Any) -> Any:
        return self._combined((other,), "^") if is_set(other) else NotImplemented

    def __ror__(self, other: Any) -> Any:
        return as_elements(other) | self if is_set(other) else NotImplemented

    def __rand__(self, other: Any) -> Any:
        return as_elements(other) & self if is_set(other) else NotImplemented

    def __rsub__(self, other: Any) -> Any:
        return as_elements(other) - self if is_set(other) else NotImplemented

    def __rxor__(self, other: Any) -> Any:
        return as_elements(other) ^ self if is_set(other) else NotImplemented

    def __eq__(self, other: Any) -> Any:
        return is_set(other) and compare(self._members, members_of(other), "==")

    def __ne__(self, other: Any) -> Any:
        return not (is_set(other) and compare(self._members, members_of(other), "=="))

    __hash__ = None  # type: ignore[assignment]

    def __le__(self, other: Any) -> Any:
        return compare(self._members, members_of(other), "<=") if is_set(other) else NotImplemented

    def __lt__(self, other: Any) -> Any:
        return compare(self._members, members_of(other), "<") if is_set(other) else NotImplemented

    def __ge__(self, other: Any) -> Any:
        return compare(members_of(other), self._members, "<=") if is_set(other) else NotImplemented

    def __gt__(self, other: Any) -> Any:
        return compare(members_of(other), self._members, "<") if is_set(other) else NotImplemented


class Frozen(_Elements):
    """The same of a frozenset."""


class Members(_Elements):
    """The same of a set."""

    def copy(self) -> Any:
        return Members(self)

    def add(self, x: Any) -> None:
        self._put_in(x)

    def discard(self, x: Any) -> None:
        self._take_out(x)

    def remove(self, x: Any) -> None:
        if not has(self._members, x):
            raise KeyError(x)
        self._take_out(x)

    def pop(self) -> Any:
        return in_its_order(self, "`pop`")

    def clear(self) -> None:
        combine(self._members, [], "&")  # the same set: a loop over it sees that it changes
        if is_logged():
            self._log = []
            self._mixed = None

    def update(self, *others: Any) -> None:
        for other in others:
            self._unite(other)

    def difference_update(self, *others: Any) -> None:
        for other in others:
            self._mix(gathered(other), "-")

    def intersection_update(self, *others: Any) -> None:
        for other in others:
            self._mix(gathered(other), "&")

    def symmetric_difference_update(self, other: Any) -> None:
        self._mix(gathered(other), "^")

    def __ior__(self, other: Any) -> Any:
        if not is_set(other):
            return NotImplemented
        self._unite(other)
        return self

    def __iand__(self, other: Any) -> Any:
        if not is_set(other):
            return NotImplemented
        self._mix(members_of(other), "&")
        return self

    def __isub__(self, other: Any) -> Any:
        if not is_set(other):
            return NotImplemented
        self._mix(members_of(other), "-")
        return self

    def __ixor__(self, other: Any) -> Any:
        if not is_set(other):
            return NotImplemented
        self._mix(members_of(other), "^")
        return self
