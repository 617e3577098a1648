"""Arguments that are lists of floats of any length: one variant serves them all.

By hand, `grad(f)([1.0, 2.0, …])` for ``def f(xs): return sum(x * x for x in xs)``: the variant takes an array, makes of
it the list that f reads, and gives an array of the gradient; around it

    def call(xs):
        value, gradient = variant(np.array(xs))
        return value, gradient.tolist()

What asks for the number of elements, or takes them apart, is compiled for each length alone: there the first attempt
fails, which is remembered.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from symdiff.errors import CompileError
from symdiff.ir.types import Kind
from symdiff.signature import Listed, Lowered, Signature

if TYPE_CHECKING:
    from symdiff.api.compiled import Compiled

Function = Callable[..., Any]
Back = Callable[[Any], Any]  # from an array of the elements to the list


def found(signature: Signature) -> Mapping[str, Listed]:
    """The arguments that are lists of any length."""
    return {a.name: a.leaves[0] for a in signature.arguments if a.leaves and isinstance(a.leaves[0], Listed)}


def distinct(values: Mapping[str, object]) -> bool:
    """Whether no list is given as two arguments: as arrays they are two in any case."""
    lists = [id(value) for value in values.values() if type(value) is list]
    return len(lists) == len(set(lists))


def around(compiled: Compiled, lowered: Lowered, function: Function) -> Function:
    """The compiled function with lists in the place of its arrays.

    CompileError where one of the lists may not be a list in another argument, or something from outside.
    """
    lists = found(lowered.signature)
    if not lists:
        return function
    outer = [o.problem for o in lowered.outer if o.argument[0] in lists]
    for apart in lowered.apart:
        (name, _), (other, _), *_ = places = (*apart.first, *apart.others)
        if len({path == () and of in lists for of, path in places}) > 1:
            raise CompileError.of("SD514", name=name, other=other, use=apart.why)
    if outer:
        raise CompileError(outer)
    given = [name in lists for name in compiled.call_names()]
    back = {name: _as_list(leaf) for name, leaf in lists.items()}

    @functools.wraps(function)
    def call(*arguments: Any, **captured: Any) -> Any:
        arrays = (np.array(a) if is_list else a for a, is_list in zip(arguments, given, strict=True))
        return compiled.relisted(function(*arrays, **captured), back)

    return call


def _as_list(leaf: Listed) -> Back:
    return np.ndarray.tolist if leaf.elem is Kind.PYTHON else list


def in_gradients(gradients: Any, names: Sequence[str], bare: bool, back: Mapping[str, Back]) -> Any:
    """Gradients by these arguments, those of lists as lists."""
    if bare:
        return back[names[0]](gradients) if names[0] in back else gradients
    return tuple(back[n](g) if n in back else g for n, g in zip(names, gradients, strict=True))


def asks_for_length(signature: Signature, sizes: frozenset[str]) -> bool:
    """Whether a size that must be known is the length of a list."""
    return any(str(d) in sizes for leaf in found(signature).values() for d in leaf.shape)
