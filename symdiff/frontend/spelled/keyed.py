"""A dict whose keys are found when it runs, as a class around two lists: `d[k] += t`, `d.setdefault(k, []).append(t)`.

By hand: the keys are in one list, in the order in which they came, what is kept under them in another.  Where a key is
in both, a Python dict says (`places`): by a number, that of the key among all that came.  Where keys go again, those
behind them move in the lists, and a key is found by its number, which is between those of its neighbours.
"""

from __future__ import annotations

from typing import Any


def places() -> Any:
    """No places yet.  These functions are primitives of the evaluator; here they are what they mean."""
    return {}


def find(places: Any, order: Any, key: Any) -> Any:
    """The place of a key among those in `order`, -1 where it has none."""
    return order.index(key) if key in places else -1


def enter(places: Any, key: Any) -> None:
    """Give a key, that has none, the next place."""
    places[key] = max(places.values(), default=-1) + 1


def leave(places: Any, place: Any, key: Any) -> Any:
    """Take its place from a key, which is the one given."""
    del places[key]
    return place


def put(places: Any, order: Any, held: Any, key: Any, value: Any) -> None:
    """Keep a value in the place of a key, in the next one if it has none."""
    place = find(places, order, key)
    if place < 0:
        enter(places, key)
        order.append(key)
        held.append(value)
    else:
        held[place] = value


def is_keyed(entries: Any) -> Any:
    """Whether a dict is one whose keys are found when it runs."""
    return isinstance(entries, Keyed)


PRIMITIVES = (places, find, enter, leave, put, is_keyed)


class Keyed:
    def __init__(self) -> None:
        self._places = places()
        self._order: Any = []
        self._held: Any = []

    def _place_of(self, key: Any) -> Any:
        """Where in the lists a key is."""
        place = find(self._places, self._order, key)
        if place < 0:
            raise KeyError(tuple(key) if isinstance(key, tuple) else key)  # a named tuple is shown as a tuple
        return place

    def _place_made(self, key: Any, factory: Any) -> Any:
        """The same of a dict that makes what it has not."""
        place = find(self._places, self._order, key)
        if place < 0:
            place = len(self._held)
            value = factory()
            enter(self._places, key)
            self._order.append(key)
            self._held.append(value)
        return place

    def __getitem__(self, key: Any) -> Any:
        return self._held[self._place_of(key)]

    def __setitem__(self, key: Any, value: Any) -> None:
        put(self._places, self._order, self._held, key, value)

    def setdefault(self, key: Any, default: Any = None) -> Any:
        place = find(self._places, self._order, key)
        if place < 0:
            place = len(self._held)
            enter(self._places, key)
            self._order.append(key)
            self._held.append(default)
        return self._held[place]

    def get(self, key: Any, default: Any = None) -> Any:
        place = find(self._places, self._order, key)
        return self._held[place] if place >= 0 else default

    def pop(self, key: Any, *default: Any) -> Any:
        if default and key not in self:
            return default[0]
        place = leave(self._places, self._place_of(key), key)
        self._order.pop(place)
        return self._held.pop(place)

    def popitem(self) -> Any:
        if not self._held:
            raise KeyError("popitem(): dictionary is empty")
        key = self._order.pop()
        leave(self._places, len(self._order), key)
        return key, self._held.pop()

    def __delitem__(self, key: Any) -> None:
        self.pop(key)

    def _count(self) -> None:
        """Find the places anew."""
        self._places = places()
        for key in self._order:
            enter(self._places, key)

    def clear(self) -> None:
        self._places = places()
        self._order = []
        self._held = []

    def update(self, entries: Any = (), **more: Any) -> None:
        pairs = entries.items() if isinstance(entries, dict) else entries
        for key, value in pairs:
            self[key] = value
        for key, value in more.items():
            self[key] = value

    def copy(self) -> Any:
        made = Keyed()
        made._places = self._places.copy()
        made._order = self._order.copy()
        made._held = self._held.copy()
        return made

    def __contains__(self, key: Any) -> Any:
        return find(self._places, self._order, key) >= 0

    def __len__(self) -> Any:
        return len(self._held)

    def __iter__(self) -> Any:
        return iter(self._order)

    def __reversed__(self) -> Any:
        return reversed(self._order)

    def __eq__(self, other: Any) -> Any:
        if len(self) != len(other):
            return False
        return all(key in other and other[key] == value for key, value in self.items())

    __hash__ = None  # type: ignore[assignment]

    def __or__(self, other: Any) -> Any:
        made = self.copy()
        made.update(other)
        return made

    def __ror__(self, other: Any) -> Any:
        made = Keyed()
        made.update(other)
        made.update(self)
        return made

    def __ior__(self, other: Any) -> Any:
        self.update(other)
        return self

    def keys(self) -> Any:
        return Keys(self)

    def values(self) -> Any:
        return Values(self)

    def items(self) -> Any:
        return Items(self)

    def _to_front(self, key: Any) -> None:
        """Let a key be the first."""
        place = self._place_of(key)
        self._order.insert(0, self._order.pop(place))
        self._held.insert(0, self._held.pop(place))
        self._count()


class _View:
    """The entries of such a dict, as they are when they are read."""

    def __init__(self, of: Any) -> None:
        self._of = of

    def __len__(self) -> Any:
        return len(self._of)


class Keys(_View):
    def __iter__(self) -> Any:
        return iter(self._of._order)

    def __reversed__(self) -> Any:
        return reversed(self._of._order)

    def __contains__(self, key: Any) -> Any:
        return key in self._of


class Values(_View):
    def __iter__(self) -> Any:
        return iter(self._of._held)

    def __reversed__(self) -> Any:
        return reversed(self._of._held)

    def __contains__(self, x: Any) -> Any:
        return x in self._of._held


class Items(_View):
    def __iter__(self) -> Any:
        return zip(self._of._order, self._of._held, strict=False)

    def __reversed__(self) -> Any:
        return zip(reversed(self._of._order), reversed(self._of._held), strict=False)


VIEWS = (Keys, Values, Items)
