"""Tangents and cotangents are like their values: the same structure, the same shapes."""

from __future__ import annotations

from typing import Any

from symdiff.errors import CheckError
from symdiff.signature import SizeNames, Static, leaf_type
from symdiff.trees import Tree, flatten, path_text, paths

Shape = tuple[int, ...]


class Like:
    """The structure and shapes of a value; what has no derivative (None) may be anything."""

    __slots__ = ("shapes", "tree")

    def __init__(self, value: Any) -> None:
        leaves, self.tree = flatten(value)
        self.shapes: list[Shape | None] = [None if _discrete(leaf) else getattr(leaf, "shape", ()) for leaf in leaves]

    def check(self, what: str, name: str, given: Any) -> None:
        """CheckError SD719, calling it `what` of `name`, where `given` has another structure or shape."""
        leaves, tree = flatten(given)
        if tree != self.tree:
            raise CheckError.of("SD719", what=what, name=name, found=_structure(given, tree), expected=_wanted(self))
        for path, shape, leaf in zip(paths(tree), self.shapes, leaves, strict=True):
            if shape is None:
                continue
            full = name + path_text(path)
            number = not isinstance(leaf_type(f"{what} {full}", leaf, SizeNames()), Static)
            if not number or getattr(leaf, "shape", ()) != shape:
                raise CheckError.of("SD719", what=what, name=full, found=named(leaf), expected=_of_shape(shape))


def _discrete(leaf: Any) -> bool:
    return (
        leaf is None
        or isinstance(leaf, bool | int | str)
        or (getattr(leaf, "dtype", None) is not None and leaf.dtype.kind not in "fc")
    )


def _wanted(like: Like) -> str:
    shape = like.shapes[0] if like.tree.kind == "leaf" else None
    return str(like.tree) if shape is None else _of_shape(shape)


def _structure(given: Any, tree: Tree) -> str:
    return named(given) if tree.kind == "leaf" else str(tree)


def _of_shape(shape: Shape) -> str:
    return f"an array of shape {shape}" if shape else "a number"


def named(value: Any) -> str:
    """A value as messages name it."""
    shape = getattr(value, "shape", ())
    return f"an array of shape {shape}" if shape else type(value).__name__
