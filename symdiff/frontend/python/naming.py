"""What messages call memory: by names of the user's, not by the attributes of the classes that sets and dicts are."""

from __future__ import annotations

from types import FunctionType

from symdiff.frontend.python.values import Cell
from symdiff.frontend.spelled.collected import ORIGINALS


def called(cell: Cell) -> str:
    """The name of a cell without such an attribute: `q` of `q_members`, nothing of `_members`."""
    inner = next((name for name in _INNER if cell.name.endswith(name)), "")
    return cell.name.removesuffix(inner)


_INNER = tuple(
    sorted(
        name
        for name in {
            name
            for ours in ORIGINALS
            for cls in ours.__mro__
            for function in vars(cls).values()
            if isinstance(function, FunctionType)
            for name in function.__code__.co_names
        }
        if name.startswith("_") and not name.startswith("__")
    )
)
