"""Arguments that are lists of any length, of elements alike: one variant serves them all.

By hand, `grad(f)([1.0, 2.0, …])` for ``def f(xs): return sum(x * x for x in xs)``: the variant takes an array, makes of
it the list that f reads, and gives an array of the gradient; around it

    def call(xs):
        value, gradient = variant(np.array(xs))
        return value, gradient.tolist()

Of a list of tuples it takes a tuple of arrays.  What asks for the number of elements, takes them apart, or changes
arrays in the list, is compiled for each length alone: there the first attempt fails, which is remembered.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from symdiff.alike import Each, columns, of_any_length, rows
from symdiff.errors import CompileError
from symdiff.ir.types import AVal, Kind
from symdiff.signature import KINDS, Argument, Listed, Lowered, Signature, Static
from symdiff.trees import Tree, child, construct, flatten, map_leaves, unflatten

if TYPE_CHECKING:
    from symdiff.api.compiled import Compiled

Function = Callable[..., Any]
Back = Callable[[Any], Any]  # from arrays of what is in the elements to the list


def found(signature: Signature) -> Mapping[str, Argument]:
    """The arguments that are lists of any length."""
    return {a.name: a for a in signature.arguments if a.listed}


def fits(value: object, argument: Argument) -> bool:
    """Whether a value is such a list, of the elements that a variant was compiled for."""
    now = of_any_length(value)
    return now is not None and now.tree == argument.tree and all(map(_fits, now.leaves, argument.leaves))


def _fits(now: Each, leaf: AVal | Static) -> bool:
    """Sizes of 1 are 1 and the others are not: a size that happens to be 1 may broadcast."""
    assert isinstance(leaf, Listed)
    same = (KINDS.get(now.cls, Kind.NUMPY), now.dtype, len(now.shape) + 1) == (leaf.elem, leaf.dtype, leaf.rank)
    sizes = zip(now.shape, leaf.shape[1:], strict=False)
    return same and all(n == d if isinstance(d, int) else n != 1 for n, d in sizes)


def distinct(values: Mapping[str, object]) -> bool:
    """Whether no list is given as two arguments: as arrays they are two in any case."""
    lists = [id(value) for value in values.values() if type(value) is list]
    return len(lists) == len(set(lists))


def around(compiled: Compiled, lowered: Lowered, function: Function) -> Function:
    """The compiled function with lists in the place of its arrays.

    CompileError where one of the lists may not be a list in another argument, or something from outside, or where an
    array in it may be one that is changed.
    """
    lists = found(lowered.signature)
    if not lists:
        return function
    of_arrays = next((name for name, argument in lists.items() if argument.listed_arrays), None)
    if of_arrays is not None and lowered.written:
        other = lowered.params[lowered.written[0]].argument
        raise CompileError.of("SD514", name=of_arrays, other=other, use="which is changed")
    outer = [o.problem for o in lowered.outer if o.argument[0] in lists]
    for apart in lowered.apart:
        (name, _), (other, _), *_ = places = (*apart.first, *apart.others)
        if len({path == () and of in lists for of, path in places}) > 1:
            raise CompileError.of("SD514", name=name, other=other, use=apart.why)
    if outer:
        raise CompileError(outer)
    given = [lists.get(name) for name in compiled.call_names()]
    back = backs(lowered.signature)

    @functools.wraps(function)
    def call(*arguments: Any, **captured: Any) -> Any:
        arrays = (a if of is None else columns(a, of.tree) for a, of in zip(arguments, given, strict=True))
        return compiled.relisted(function(*arrays, **captured), back)

    return call


def backs(signature: Signature) -> Mapping[str, Back]:
    """What makes a list of arrays, by argument."""
    return {name: functools.partial(_as_list, argument) for name, argument in found(signature).items()}


def _as_list(argument: Argument, found: Any) -> list[Any]:
    """The list that stands for arrays with an axis for its elements: in a Jacobian behind those of the result."""
    lists = (_elements(array, leaf) for array, leaf in zip(flatten(found)[0], argument.leaves, strict=True))
    return rows(lists, argument.tree)


def _elements(array: Any, leaf: Any) -> list[Any]:
    if array.ndim > leaf.rank:
        array = np.ascontiguousarray(np.moveaxis(array, array.ndim - leaf.rank, 0))
    made: list[Any] = array.tolist() if array.ndim == 1 and leaf.elem is Kind.PYTHON else list(array)
    return made


def in_gradients(gradients: Any, names: Sequence[str], bare: bool, back: Mapping[str, Back]) -> Any:
    """Gradients by these arguments, or a row of a Jacobian, those of lists as lists."""
    if bare:
        return back[names[0]](gradients) if names[0] in back else gradients
    return tuple(back[n](g) if n in back else g for n, g in zip(names, gradients, strict=True))


def in_hessian(found: Any, by: Sequence[Argument], bare: bool) -> Any:
    """A Hessian by these arguments, with lists twice."""

    def row(blocks: Any) -> Any:
        made = [_block(b, a) for b, a in zip((blocks,) if bare else blocks, by, strict=True)]
        return made[0] if bare else tuple(made)

    made = [_rows_of(part, a, a.tree, row) for part, a in zip((found,) if bare else found, by, strict=True)]
    return made[0] if bare else tuple(made)


def _rows_of(found: Any, argument: Argument, tree: Tree, row: Callable[[Any], Any]) -> Any:
    """The rows of a Hessian by one argument: in the structure of it, `tree` here."""
    if tree.kind != "leaf":
        keys = zip(tree.keys, tree.children, strict=True)
        parts = [_rows_of(child(found, tree.kind, key), argument, part, row) for key, part in keys]
        if not argument.listed:
            return construct(tree, parts)
        return [construct(tree, element) for element in zip(*parts, strict=True)]
    if not argument.listed or found is None:
        return found if found is None else row(found)
    count = next(len(a) for a in flatten(found)[0] if a is not None)
    return [row(map_leaves(functools.partial(_element, k), found)) for k in range(count)]


def _element(k: int, array: Any) -> Any:
    return None if array is None else array[k]


def _block(found: Any, argument: Argument) -> Any:
    if argument.listed:
        return _as_list(argument, found)
    leaves, tree = flatten(found)
    return unflatten(tree, [_of_kind(x, leaf) for x, leaf in zip(leaves, argument.leaves, strict=True)])


def _of_kind(found: Any, leaf: AVal | Static) -> Any:
    """An element of an array as it would be alone."""
    if not isinstance(found, np.generic) or isinstance(leaf, Static):
        return found
    return found.item() if leaf.kind is Kind.PYTHON else np.asarray(found) if leaf.kind is Kind.ARRAY else found


def asks_for_length(signature: Signature, sizes: frozenset[str]) -> bool:
    """Whether a size that must be known is the length of a list."""
    leaves = (leaf for a in found(signature).values() for leaf in a.leaves)
    return any(str(leaf.shape[0]) in sizes for leaf in leaves if isinstance(leaf, Listed))
