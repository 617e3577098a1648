"""`vars(x)` and `x.__dict__`, as a class around an object: the attributes that it holds, read and written by name.

What depends on their order is not here: an object of the call is compiled by the names of what it holds.
"""

from __future__ import annotations

from typing import Any


def own(of: Any, name: str) -> Any:
    """What an object holds under a name: a primitive of the evaluator."""
    raise NotImplementedError


def has_own(of: Any, name: str) -> Any:
    """Whether it holds something under that name: the same."""
    raise NotImplementedError


def beyond(of: Any) -> Any:
    """What needs the whole dictionary, with its order: refused."""
    raise NotImplementedError


class Dictionary:
    def __init__(self, of: Any) -> None:
        self.of = of

    def __getitem__(self, name: Any) -> Any:
        return own(self.of, name)

    def __setitem__(self, name: Any, value: Any) -> None:
        object.__setattr__(self.of, name, value)

    def __contains__(self, name: Any) -> Any:
        return has_own(self.of, name)

    def get(self, name: Any, default: Any = None) -> Any:
        return own(self.of, name) if has_own(self.of, name) else default

    def update(self, *others: Any, **more: Any) -> None:
        for entries in (*others, more):
            for name, value in entries.items():
                object.__setattr__(self.of, name, value)

    def __eq__(self, other: Any) -> Any:
        return beyond(self.of)

    __hash__ = None  # type: ignore[assignment]

    def __iter__(self) -> Any:
        return beyond(self.of)

    def __len__(self) -> Any:
        return beyond(self.of)

    def __or__(self, other: Any) -> Any:
        return beyond(self.of)

    def __ror__(self, other: Any) -> Any:
        return beyond(self.of)

    def keys(self) -> Any:
        return beyond(self.of)

    def values(self) -> Any:
        return beyond(self.of)

    def items(self) -> Any:
        return beyond(self.of)

    def pop(self, name: Any, *default: Any) -> Any:
        return beyond(self.of)

    def copy(self) -> Any:
        return beyond(self.of)
