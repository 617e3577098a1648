"""`collections.deque`, `defaultdict`, `Counter` and `OrderedDict`, as classes around a list or a dict.

By hand: `q = deque([x], maxlen=2); q.append(y)` is compiled as if `deque` were the class below; what is left of it is
the list in it.  Its methods are only what these classes have, and do what the tests find that theirs do.
"""

from __future__ import annotations

import collections
from typing import Any

from symdiff.frontend.spelled.attributes import Dictionary
from symdiff.frontend.spelled.keyed import Keyed, is_keyed
from symdiff.frontend.spelled.members import Frozen, Members


class deque:
    def __init__(self, iterable: Any = (), maxlen: Any = None) -> None:
        self.maxlen = maxlen
        self._items: Any = []
        self.extend(iterable)

    def append(self, x: Any) -> None:
        self._items.append(x)
        if self.maxlen is not None and len(self._items) > self.maxlen:
            del self._items[0]

    def appendleft(self, x: Any) -> None:
        self._items.insert(0, x)
        if self.maxlen is not None and len(self._items) > self.maxlen:
            del self._items[-1]

    def pop(self) -> Any:
        return self._items.pop()

    def popleft(self) -> Any:
        return self._items.pop(0)

    def extend(self, iterable: Any) -> None:
        if self.maxlen is None:
            self._items.extend(iterable._items if isinstance(iterable, deque) else iterable)
        else:
            for x in iterable:
                self.append(x)

    def extendleft(self, iterable: Any) -> None:
        for x in iterable:
            self.appendleft(x)

    def insert(self, i: Any, x: Any) -> None:
        if self.maxlen is not None and len(self._items) >= self.maxlen:
            raise IndexError("deque already at its maximum size")
        self._items.insert(i, x)

    def remove(self, value: Any) -> None:
        self._items.remove(value)

    def clear(self) -> None:
        self._items.clear()

    def reverse(self) -> None:
        self._items.reverse()

    def rotate(self, n: Any = 1) -> None:
        size = len(self._items)
        if size > 1:
            if n > 0:
                first = size - n % size
                last = self._items[first:]
                del self._items[first:]
                self._items[:0] = last
            else:
                count = -n % size
                front = self._items[:count]
                del self._items[:count]
                self._items.extend(front)

    def copy(self) -> deque:
        return deque(self._items, self.maxlen)

    def count(self, x: Any) -> Any:
        return self._items.count(x)

    def index(self, x: Any) -> Any:
        return self._items.index(x)

    def __len__(self) -> Any:
        return len(self._items)

    def __iter__(self) -> Any:
        return iter(self._items)

    def __reversed__(self) -> Any:
        return reversed(self._items)

    def __contains__(self, x: Any) -> Any:
        return x in self._items

    def __getitem__(self, i: Any) -> Any:
        if isinstance(i, slice):
            raise TypeError("sequence index must be integer, not 'slice'")
        return self._items[i]

    def __setitem__(self, i: Any, x: Any) -> None:
        if isinstance(i, slice):
            raise TypeError("sequence index must be integer, not 'slice'")
        self._items[i] = x

    def __delitem__(self, i: Any) -> None:
        if isinstance(i, slice):
            raise TypeError("sequence index must be integer, not 'slice'")
        del self._items[i]

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, deque):
            raise TypeError("can only concatenate deque to deque")
        return deque(self._items + other._items, self.maxlen)

    def __iadd__(self, other: Any) -> Any:
        self.extend(other)
        return self

    def __eq__(self, other: Any) -> Any:
        return self._items == other._items if isinstance(other, deque) else False

    def __repr__(self) -> str:
        return f"deque({self._items!r})" if self.maxlen is None else f"deque({self._items!r}, maxlen={self.maxlen!r})"


class _Entries:
    """What a dict with defaults and a counter have of the dict in them."""

    _entries: Any

    def __setitem__(self, key: Any, value: Any) -> None:
        self._entries[key] = value

    def __contains__(self, key: Any) -> Any:
        return key in self._entries

    def __len__(self) -> Any:
        return len(self._entries)

    def __iter__(self) -> Any:
        return iter(self._entries)

    def __reversed__(self) -> Any:
        return reversed(self._entries)

    def keys(self) -> Any:
        return self._entries.keys()

    def values(self) -> Any:
        return self._entries.values()

    def items(self) -> Any:
        return self._entries.items()

    def get(self, key: Any, default: Any = None) -> Any:
        return self._entries.get(key, default)

    def pop(self, key: Any, *default: Any) -> Any:
        return self._entries.pop(key, *default)

    def clear(self) -> None:
        self._entries.clear()


class _Mapping(_Entries):
    """What a dict with defaults and an ordered one have, too."""

    copy: Any

    def setdefault(self, key: Any, default: Any = None) -> Any:
        return self._entries.setdefault(key, default)

    def update(self, entries: Any = (), **more: Any) -> None:
        self._entries.update(entries, **more)

    def __or__(self, other: Any) -> Any:
        if not isinstance(other, (dict, _Entries)):
            return NotImplemented
        made = self.copy()
        made.update(other)
        return made

    def __ior__(self, other: Any) -> Any:
        self.update(other)
        return self


class defaultdict(_Mapping):
    def __init__(self, default_factory: Any = None, entries: Any = (), **more: Any) -> None:
        self.default_factory = default_factory
        self._entries = dict(entries)
        self._entries.update(more)

    def __getitem__(self, key: Any) -> Any:
        if is_keyed(self._entries) and self.default_factory is not None:
            return self._entries._held[self._entries._place_made(key, self.default_factory)]
        if key not in self._entries:
            if self.default_factory is None:
                raise KeyError(key)
            self._entries[key] = self.default_factory()
        return self._entries[key]

    def __delitem__(self, key: Any) -> None:
        del self._entries[key]

    def __eq__(self, other: Any) -> Any:
        return self._entries == (other._entries if isinstance(other, (defaultdict, Counter)) else other)

    def popitem(self) -> Any:
        return self._entries.popitem()

    def copy(self) -> Any:
        return defaultdict(self.default_factory, self._entries)


def _entries_beside(changed: Any, other: Any) -> Any:
    """Its keys and counts, as they were before a counter is changed turn by turn, which may be the same."""
    return list(other.items()) if other is changed else other.items()


class Counter(_Entries):
    def __init__(self, iterable: Any = None, **more: Any) -> None:
        self._entries: Any = {}
        self.update(iterable, **more)

    def update(self, iterable: Any = None, **more: Any) -> None:
        if isinstance(iterable, (dict, defaultdict, Counter)):
            for key, count in _entries_beside(self, iterable):
                self[key] = count + self[key]
        elif iterable is not None:
            for key in iterable:
                self[key] = self[key] + 1
        for key, count in more.items():
            self[key] = count + self[key]

    def subtract(self, iterable: Any = None, **more: Any) -> None:
        if isinstance(iterable, (dict, defaultdict, Counter)):
            for key, count in _entries_beside(self, iterable):
                self[key] = self[key] - count
        elif iterable is not None:
            for key in iterable:
                self[key] = self[key] - 1
        for key, count in more.items():
            self[key] = self[key] - count

    def __getitem__(self, key: Any) -> Any:
        return self._entries.get(key, 0)

    def __delitem__(self, key: Any) -> None:
        if key in self._entries:
            del self._entries[key]

    def __eq__(self, other: Any) -> Any:
        if not isinstance(other, Counter):
            return self._entries == other
        return all(self[key] == other[key] for key in [*self._entries, *other.keys()])

    def __add__(self, other: Any) -> Any:
        found = Counter()
        for key in [*self._entries, *[k for k in other if k not in self]]:
            if self[key] + other[key] > 0:
                found[key] = self[key] + other[key]
        return found

    def __sub__(self, other: Any) -> Any:
        found = Counter()
        for key in [*self._entries, *[k for k in other if k not in self]]:
            if self[key] - other[key] > 0:
                found[key] = self[key] - other[key]
        return found

    def __and__(self, other: Any) -> Any:
        if not isinstance(other, Counter):
            return NotImplemented
        found = Counter()
        for key, count in self.items():
            other_count = other[key]
            least = count if count < other_count else other_count
            if least > 0:
                found[key] = least
        return found

    def __or__(self, other: Any) -> Any:
        if not isinstance(other, Counter):
            return NotImplemented
        found = Counter()
        for key, count in self.items():
            other_count = other[key]
            most = other_count if count < other_count else count
            if most > 0:
                found[key] = most
        for key, count in other.items():
            if key not in self and count > 0:
                found[key] = count
        return found

    def __pos__(self) -> Any:
        return self + Counter()

    def __neg__(self) -> Any:
        return Counter() - self

    def __iadd__(self, other: Any) -> Any:
        for key, count in _entries_beside(self, other):
            self[key] = self[key] + count
        return self._keep_positive()

    def __isub__(self, other: Any) -> Any:
        for key, count in _entries_beside(self, other):
            self[key] = self[key] - count
        return self._keep_positive()

    def __iand__(self, other: Any) -> Any:
        for key, count in _entries_beside(self, self):
            if other[key] < count:
                self[key] = other[key]
        return self._keep_positive()

    def __ior__(self, other: Any) -> Any:
        for key, count in _entries_beside(self, other):
            if count > self[key]:
                self[key] = count
        return self._keep_positive()

    def _keep_positive(self) -> Any:
        if not all(count > 0 for count in self._entries.values()):
            kept = +self
            self._entries.clear()
            for key, count in kept.items():
                self[key] = count
        return self

    def __le__(self, other: Any) -> Any:
        return all(self[key] <= other[key] for key in [*self._entries, *other.keys()])

    def __ge__(self, other: Any) -> Any:
        return all(self[key] >= other[key] for key in [*self._entries, *other.keys()])

    def __lt__(self, other: Any) -> Any:
        return self <= other and self != other

    def __gt__(self, other: Any) -> Any:
        return self >= other and self != other

    def copy(self) -> Any:
        return Counter(self)

    def total(self) -> Any:
        return sum(self._entries.values())

    def elements(self) -> Any:
        return [key for key, count in self._entries.items() for _ in range(count)]

    def most_common(self, n: Any = None) -> Any:
        return sorted(self._entries.items(), key=lambda pair: pair[1], reverse=True)[:n]


class OrderedDict(_Mapping):
    def __init__(self, entries: Any = (), **more: Any) -> None:
        self._entries = dict(entries)
        self._entries.update(more)

    def __getitem__(self, key: Any) -> Any:
        return self._entries[key]

    def __delitem__(self, key: Any) -> None:
        del self._entries[key]

    def __eq__(self, other: Any) -> Any:
        if isinstance(other, OrderedDict):
            return list(self._entries) == list(other._entries) and self._entries == other._entries
        return self._entries == other

    def move_to_end(self, key: Any, last: Any = True) -> None:
        if not last and is_keyed(self._entries):
            self._entries._to_front(key)
            return
        value = self._entries.pop(key)
        others = {} if last else self._entries.copy()
        if not last:
            self._entries.clear()
        self._entries[key] = value
        self._entries.update(others)

    def popitem(self, last: Any = True) -> Any:
        if last:
            return self._entries.popitem()
        if not self._entries:
            raise KeyError("dictionary is empty")
        key = next(iter(self._entries))
        return key, self._entries.pop(key)

    def copy(self) -> Any:
        return OrderedDict(self._entries)


CLASSES: dict[type, type] = {
    collections.deque: deque, collections.defaultdict: defaultdict, collections.Counter: Counter,
    collections.OrderedDict: OrderedDict,
}  # fmt: skip
MAPPINGS = (defaultdict, Counter, OrderedDict)
ORIGINALS = {ours: theirs for theirs, ours in CLASSES.items()} | {
    Dictionary: dict,
    Keyed: dict,
    Members: set,
    Frozen: frozenset,
}
