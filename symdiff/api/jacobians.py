"""`jacobian`, `jacrev`, `jacfwd`, `hessian`: full derivatives, one row or one column at a time.

The layout is JAX's: for a result y and an argument x, arrays or numbers, ``J[i…, j…] = ∂y[i…]/∂x[j…]``, of the shape
``y.shape + x.shape``.  Where they are containers, J has the structure of the result and, in the place of each of its
leaves, that of the arguments.  A pullback gives a row and a tangent a column:

    y = W @ x,  W (2, 3)        rows: Wᵀ e_i = W[i, :]       columns: W e_j = W[:, j]       J = W
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from symdiff.api import listed, nested
from symdiff.api.parameters import name_of
from symdiff.api.transforms import ByArguments, Forward, Function, Grad, Tangent
from symdiff.errors import CheckError, UsageError
from symdiff.frontend.derivative import Derivative
from symdiff.ir.core import walk
from symdiff.ir.types import AVal
from symdiff.signature import Lowered, Signature, Static, leaf_names
from symdiff.trees import LEAF, flatten, map_leaves, unflatten

Backs = Mapping[str, listed.Back]
Row = Callable[[tuple[Any, ...]], Any]


class Jacrev(ByArguments):
    """``f(x, …) -> Jacobian`` by rows; with `has_aux` ``(Jacobian, aux)``."""

    kind: ClassVar[str] = "jacrev"
    lists: ClassVar[bool] = True

    def __symdiff_derivative__(self) -> Derivative:
        return Derivative(self.kind, self.chosen.names, self.chosen.bare, self.has_aux)

    def build(self, signature: Signature) -> tuple[Lowered, Function]:
        _check_arguments(signature, self.chosen.names, name_of(self.fun))
        lowered, function = self.inner(signature)
        _check_results(lowered, self.has_aux, name_of(self.fun))

        lists = listed.backs(signature)

        @functools.wraps(function)
        def call(*arguments: Any, **captured: Any) -> Any:
            return self.jacobian(function, arguments, captured, lists)

        return lowered, call

    def inner(self, signature: Signature) -> tuple[Lowered, Function]:
        """What gives one row (column) at a time, compiled."""
        return Forward(self.fun, wrt=self.chosen.names, level=self.level).build(signature)

    def jacobian(self, function: Function, arguments: Sequence[Any], captured: dict[str, Any], lists: Backs) -> Any:
        value, pullback = function(*arguments, **captured)
        if not self.has_aux:
            return _by_rows(value, pullback, self.row(lists))
        main, aux = value
        rest = map_leaves(_zeros, aux)
        return _by_rows(main, lambda row: pullback((row, rest)), self.row(lists)), aux

    def row(self, lists: Backs) -> Row:
        """A row of the Jacobian from the blocks by each argument."""
        names, bare = self.chosen.names, self.chosen.bare
        return lambda blocks: listed.in_gradients(blocks[0] if bare else blocks, names, bare, lists)


class Jacfwd(Jacrev):
    """``f(x, …) -> Jacobian`` by columns; with `has_aux` ``(Jacobian, aux)``.

    A tangent runs the function for every column.  One with effects is run once instead, and pulled back by rows.
    """

    kind: ClassVar[str] = "jacfwd"

    def build(self, signature: Signature) -> tuple[Lowered, Function]:
        lowered, call = super().build(signature)
        if not _has_effects(lowered):
            return lowered, call
        once = Forward(self.differentiated(), wrt=self.chosen.names, level=self.level).build(signature)[1]
        lists = listed.backs(signature)

        @functools.wraps(once)
        def by_rows(*arguments: Any, **captured: Any) -> Any:
            return Jacrev.jacobian(self, once, arguments, captured, lists)

        return lowered, by_rows

    def differentiated(self) -> Function:
        """The function whose Jacobian it is."""
        return self.fun

    def inner(self, signature: Signature) -> tuple[Lowered, Function]:
        return Tangent(self.differentiated(), wrt=self.chosen.names, level=self.level).build(signature)

    def jacobian(self, function: Function, arguments: Sequence[Any], captured: dict[str, Any], lists: Backs) -> Any:
        names = [p.name for p in self.parameters]
        by = tuple(arguments[names.index(name)] for name in self.chosen.names)

        def along(tangents: Sequence[Any]) -> tuple[Any, Any]:
            value, tangent = function(*arguments, *tangents, **captured)
            return value, tangent[0] if self.has_aux else tangent

        made, value = _by_columns(by, along, self.row(lists))
        return (made, value[1]) if self.has_aux else made


class Hessian(Jacfwd):
    """``f(x, …) -> Hessian`` of a scalar function, columns of the gradient's Jacobian."""

    kind: ClassVar[str] = "hessian"

    def differentiated(self) -> Function:
        return Grad(self.fun, self.argnums, wrt=self.wrt, has_aux=self.has_aux, level=self.level)

    def build(self, signature: Signature) -> tuple[Lowered, Function]:
        lowered, function = super().build(signature)
        by = [signature[name] for name in self.chosen.names]
        if not any(a.listed for a in by):
            return lowered, function

        @functools.wraps(function)
        def call(*arguments: Any, **captured: Any) -> Any:
            found = function(*arguments, **captured)
            made = listed.in_hessian(found[0] if self.has_aux else found, by, self.chosen.bare)
            return (made, found[1]) if self.has_aux else made

        return lowered, call

    def row(self, lists: Backs) -> Row:
        return super().row({})  # the results are arrays for lists as well


# What has a Jacobian ------------------------------------------------------------------------------------------------


def _check_arguments(signature: Signature, names: Sequence[str], function: str) -> None:
    """CheckError SD729 for a complex argument; what has no derivative at all is refused with every other gradient."""
    for name in names:
        argument = signature[name]
        for written, leaf in zip(leaf_names(argument), argument.leaves, strict=True):
            if isinstance(leaf, AVal) and leaf.complex:
                raise CheckError.of("SD729", what=f"argument {written} of {function}", type=str(leaf))


def _has_effects(lowered: Lowered) -> bool:
    """Whether a run can be told from two: something is shown, or a call is run as it is."""
    functions = lowered.program.functions.values()
    return any(op.prim.name in ("print", "foreign_call") for f in functions for op in walk(f.body))


def _check_results(lowered: Lowered, has_aux: bool, function: str) -> None:
    """UsageError SD729 for a result that is no real float, SD714 where `has_aux` has no pair; None stays None."""
    types, tree = nested.result_types(lowered), lowered.out
    if has_aux:
        if tree.kind != "tuple" or len(tree.children) != 2:
            raise UsageError.of("SD714", function=function, type=nested.described(tree, types))
        tree = tree.children[0]
    for t in types[: tree.leaf_count]:
        known = isinstance(t, Static) and (t.value is None or isinstance(t.value, float))
        if not known and not (isinstance(t, AVal) and t.inexact and not t.complex):
            raise UsageError.of("SD729", what=f"a result of {function}", type=nested.described(LEAF, [t]))


# One row, one column at a time --------------------------------------------------------------------------------------


def _by_rows(value: Any, pullback: Callable[[Any], tuple[Any, ...]], row: Row) -> Any:
    leaves, tree = flatten(value)
    zeros = [_zeros(leaf) for leaf in leaves]
    found: list[Any] = []
    for k, leaf in enumerate(leaves):
        if leaf is None:
            found.append(None)
            continue
        rows = [pullback(unflatten(tree, [*zeros[:k], unit, *zeros[k + 1 :]])) for unit in _units(leaf)]
        # an empty result has no rows; the row of zeros says their structure
        parts, inner = flatten(rows[0] if rows else pullback(unflatten(tree, zeros)))
        lists = [[flatten(row)[0][j] for row in rows] for j in range(len(parts))]
        made = unflatten(inner, [_stacked(s, p, np.shape(leaf)) for s, p in zip(lists, parts, strict=True)])
        found.append(row(made))
    return unflatten(tree, found)


def _stacked(rows: Sequence[Any], like: Any, shape: tuple[int, ...]) -> Any:
    """Rows as an array of `shape` + that of a row; of a result that is one number, the row itself."""
    if like is None or not shape:
        return like if like is None else rows[0]
    return np.array(rows, dtype=np.asarray(like).dtype).reshape(shape + np.shape(like))


def _by_columns(by: tuple[Any, ...], along: Callable[[Any], tuple[Any, Any]], row: Row) -> tuple[Any, Any]:
    """The Jacobian, and the value."""
    leaves, inner = flatten(by)
    zeros = [_zeros(leaf) for leaf in leaves]
    units = [() if leaf is None else _units(leaf) for leaf in leaves]
    runs = [[along(unflatten(inner, [*zeros[:k], u, *zeros[k + 1 :]])) for u in us] for k, us in enumerate(units)]
    # empty arguments have no columns; the column of zeros says their structure
    value, column = next((run for one in runs for run in one), None) or along(unflatten(inner, zeros))
    likes, tree = flatten(column)
    columns = [[flatten(tangent)[0] for _, tangent in one] for one in runs]
    found: list[Any] = []
    for j, like in enumerate(likes):
        blocks = [_beside([c[j] for c in own], like, leaf) for own, leaf in zip(columns, leaves, strict=True)]
        made = unflatten(inner, blocks)
        found.append(None if like is None else row(made))
    return unflatten(tree, found), value


def _beside(columns: Sequence[Any], like: Any, leaf: Any) -> Any:
    """Columns as an array of the shape of one + that of the argument's leaf, of the leaf's dtype and kind."""
    if leaf is None or like is None:
        return None
    if not np.shape(leaf) and not np.shape(like):
        made = np.asarray(columns[0], dtype=np.asarray(leaf).dtype)
        return made if isinstance(leaf, np.ndarray) else type(leaf)(made)
    made = np.empty((*np.shape(like), np.size(leaf)), dtype=np.asarray(leaf).dtype)
    for k, column in enumerate(columns):
        made[..., k] = column
    return made.reshape(np.shape(like) + np.shape(leaf))


def _units(leaf: Any) -> list[Any]:
    """The unit vectors of a leaf: one per element, in row-major order."""
    if not np.shape(leaf):
        return [_like(np.ones((), np.asarray(leaf).dtype), leaf)]
    found: list[Any] = []
    for k in range(np.size(leaf)):
        unit = np.zeros(np.shape(leaf), leaf.dtype)
        unit.flat[k] = 1
        found.append(unit)
    return found


def _zeros(leaf: Any) -> Any:
    """The zero cotangent or tangent of a leaf; of what has none, None."""
    kind = getattr(np.asarray(leaf), "dtype", np.dtype(object)).kind
    return _like(np.zeros(np.shape(leaf), np.asarray(leaf).dtype), leaf) if kind in "fc" else None


def _like(array: np.ndarray[Any, Any], leaf: Any) -> Any:
    return array if isinstance(leaf, np.ndarray) else type(leaf)(array)
