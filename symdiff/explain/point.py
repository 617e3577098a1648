"""The point that values are computed at: what was given for each argument, as the numbers the program takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from symdiff.errors import CheckError, UsageError
from symdiff.ir import dims
from symdiff.ir.interpret import bind_sizes
from symdiff.ir.types import AVal, Kind, type_of
from symdiff.signature import Argument, Lowered, Static
from symdiff.trees import NAMED, Tree, child, container, path_text, paths

_NUMBERS = {"f": float, "i": int, "b": bool, "c": complex}


def entry_values(lowered: Lowered, at: Mapping[str, Any]) -> list[Any]:
    """One value per parameter of the program, from one per argument; captured data as it was when compiling.

    Numbers are taken for floats, nested lists of numbers for arrays.  UsageError SD740 for a missing argument, SD741
    for an unknown one, CheckError SD706 or SD707 for one that does not fit.
    """
    names = [a.name for a in lowered.signature.arguments]
    for name in at:
        if name not in names:
            raise UsageError.of("SD741", name=name, function=lowered.name, parameters=", ".join(names) or "none")
    missing = [a.name for a in lowered.signature.arguments if a.name not in at and not _known(a)]
    if missing:
        raise UsageError.of("SD740", function=lowered.name, names=", ".join(missing), example=missing[0])
    leaves = {
        (a.name, path): leaf
        for a in lowered.signature.arguments
        if a.name in at
        for path, leaf in zip(paths(a.tree), _leaves(a.name, a.tree, at[a.name]), strict=True)
    }
    values = []
    sizes: dict[dims.Atom, int] = {}
    for p in lowered.params:
        if p.captured:
            value = p.value
        else:
            value = number(p.argument + path_text(p.path), leaves[p.argument, p.path], p.type)
        bind_sizes(p.type, value, sizes)
        values.append(value)
    for p, value in zip(lowered.params, values, strict=True):
        _check_sizes(p.argument + path_text(p.path), p.type, value, sizes)
    return values


def _known(argument: Argument) -> bool:
    return all(isinstance(leaf, Static) for leaf in argument.leaves)


def _leaves(name: str, tree: Tree, value: Any) -> list[Any]:
    """The leaves of a value that is to have this structure; what is a leaf there may be written as nested lists."""
    if tree.kind == "leaf":
        return [value]
    found = container(value)
    keys = () if found is None else found.keys
    alike = set(keys) == set(tree.keys) if tree.kind == "dict" else keys == tree.keys
    if found is None or found.kind != tree.kind or not alike:
        raise CheckError.of("SD706", name=name, found=str(found or "*"), expected=str(tree))
    return [
        leaf
        for key, part in zip(tree.keys, tree.children, strict=True)
        for leaf in _leaves(name + path_text(((_step(tree), key),)), part, child(value, tree.kind, key))
    ]


def _step(tree: Tree) -> str:
    return "attr" if tree.kind in NAMED else "item"


def number(name: str, value: Any, t: AVal) -> Any:
    """A leaf as a number or array of exactly a type; CheckError SD707 where it is none."""
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths
        raise CheckError.of("SD707", name=name, found="rows of different lengths", expected=str(t)) from None
    order = "biufc"
    fits = array.dtype.kind in order and order.index(array.dtype.kind) <= order.index(t.dtype[0])
    if not fits or array.ndim != t.rank:
        raise CheckError.of("SD707", name=name, found=_described(value, array), expected=str(t))
    if t.kind is Kind.ARRAY:
        return np.array(array, t.dtype)
    if t.kind is Kind.NUMPY:
        return np.dtype(t.dtype).type(array[()])
    return _NUMBERS[t.dtype[0]](array.item())


def _described(value: Any, array: np.ndarray[Any, Any]) -> str:
    if array.dtype.kind not in "biufc":
        return repr(value) if len(repr(value)) < 40 else type(value).__name__
    return str(type_of(array if array.ndim else array.item()))


def _check_sizes(name: str, t: AVal, value: Any, sizes: Mapping[dims.Atom, int]) -> None:
    if t.rank and any(d != dims.evaluate(e, sizes) for d, e in zip(np.shape(value), t.shape, strict=True)):
        known = ", ".join(f"{a.name} = {sizes[a]}" for a in sorted(set().union(*map(dims.atoms, t.shape)), key=str))
        where = f" with {known}" if known else ""
        raise CheckError.of("SD707", name=name, found=str(type_of(value)), expected=f"{t}{where}")
