"""Derivatives as programs: what `grad(grad(f))` compiles, without a round trip through source.

The gradient of a lowered function is a lowered function again: same parameters, the gradient's structure as result.

    f:      x, w -> y                 reverse:   x, w, d_y -> y, d_x, d_w
    here:   x, w -> d_w               d_y is the constant 1, and of the results those asked for are kept
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from symdiff.ad.inner import keeping, seeded
from symdiff.errors import UsageError
from symdiff.ir.core import Block, Function, Program, Value
from symdiff.ir.types import AVal, Kind, Seq
from symdiff.signature import Argument, Lowered, Static
from symdiff.trees import LEAF, NAMED, Tree, flatten, paths, unflatten


def result_types(lowered: Lowered) -> list[AVal | Seq | Static]:
    """What each leaf of the result is."""
    staged = iter(lowered.program.main.body.outs)
    found: list[AVal | Seq | Static] = []
    for known in lowered.out_static:
        t = next(staged).type if known is None else known
        assert isinstance(t, (AVal, Seq, Static))
        found.append(t)
    return found


def value_leaf(lowered: Lowered, has_aux: bool, name: str) -> None:
    """UsageError where the result is not a real scalar (with `has_aux`: a pair whose first part is one)."""
    types = result_types(lowered)
    tree = lowered.out
    if has_aux:
        if tree.kind != "tuple" or len(tree.children) != 2:
            raise UsageError.of("SD714", function=name, type=described(tree, types))
        tree = tree.children[0]
    if tree.kind != "leaf":
        raise UsageError.of("SD704", function=name, type=described(tree, types))
    t = types[0]
    if isinstance(t, AVal) and t.inexact and not t.rank:
        if t.complex:
            raise UsageError.of("SD717", function=name)
        return
    raise UsageError.of("SD704", function=name, type=described(tree, types[:1]))


_OPEN = {"rows": "a list", "mapping": "a dict", "set": "a set", "collected": "one"}  # what is of any length


def described(tree: Tree, types: Sequence[AVal | Seq | Static]) -> str:
    """A result as messages name it: by its shape, where it is an array."""
    if tree.kind in _OPEN:
        return _OPEN[tree.kind] if tree.cls is None else f"a {tree.cls.__name__}"
    t = types[0]
    if isinstance(t, Seq):
        return "a list"
    if tree.kind != "leaf":
        return f"a {tree.kind} of {len(tree.children)}"
    if isinstance(t, Static):
        return "None" if t.value is None else f"a known {type(t.value).__name__}"
    if t.kind is Kind.ARRAY:
        sizes = ", ".join(map(str, t.shape))
        return f"an array of shape ({sizes}{',' if t.rank == 1 else ''}) and dtype {np.dtype(t.dtype).name}"
    return str(t)


def wrt_params(lowered: Lowered, names: Sequence[str]) -> list[int]:
    """The parameters of the entry that are leaves of these arguments, in the arguments' order."""
    index = {(p.argument, p.path): k for k, p in enumerate(lowered.params) if not p.captured}
    found = []
    for name in names:
        argument = lowered.signature[name]
        found += [index[name, path] for path in paths(argument.tree) if (name, path) in index]
    return found


def gradient(
    lowered: Lowered, names: Sequence[str], *, bare: bool, has_aux: bool = False, value: bool = False, level: int = 2
) -> Lowered:
    """The gradient of `lowered` by the arguments `names`.

    The result has the structure that the API gives it: ``grads``, ``(grads, aux)``, ``(value, grads)`` or
    ``((value, aux), grads)``; `bare` says whether the gradient by a single argument comes without a tuple.
    """
    from symdiff.ad.reverse import value_and_grad
    from symdiff.passes import levels
    from symdiff.pipeline import prepared

    arguments = [lowered.signature[name] for name in names]
    primal = prepared(lowered.program, level)  # second derivatives are those of the stable forms, too
    outs = primal.main.body.outs
    wrt = wrt_params(lowered, names)
    alone = value_and_grad(keeping(primal, outs[:1]), wrt)
    program, results = seeded(alone, len(lowered.params), outs[1:])
    by_param = dict(zip(wrt, results[1:], strict=False))
    grad_tree, grad_leaves = _gradient_tree(lowered, arguments, by_param, bare)
    value_part: tuple[Tree, list[Any]] = (LEAF, results[:1])
    if has_aux:
        rest = iter(results[1 + len(wrt) :])
        aux_part = (lowered.out.children[1], [next(rest) if s is None else s for s in lowered.out_static[1:]])
        first, second = (_pair(value_part, aux_part), (grad_tree, grad_leaves))
        tree, leaves = _pair(first, second) if value else _pair(second, aux_part)
    else:
        tree, leaves = _pair(value_part, (grad_tree, grad_leaves)) if value else (grad_tree, grad_leaves)
    main = program.main
    kept = tuple(leaf for leaf in leaves if isinstance(leaf, Value))
    entry = Function(f"{lowered.name}_grad", Block(main.body.params, main.body.ops, kept), main.dims)
    functions = {k: f for k, f in program.functions.items() if k != main.name} | {entry.name: entry}
    return dataclasses.replace(
        lowered,
        program=levels.after(Program(functions, entry.name, program.records), level),
        name=entry.name,
        out=tree,
        out_static=tuple(leaf if isinstance(leaf, Static) else None for leaf in leaves),
        doc="",
    )


def _pair(left: tuple[Tree, list[Any]], right: tuple[Tree, list[Any]]) -> tuple[Tree, list[Any]]:
    return Tree("tuple", None, (0, 1), (left[0], right[0])), [*left[1], *right[1]]


def _gradient_tree(
    lowered: Lowered, arguments: Sequence[Argument], by_param: dict[int, Value], bare: bool
) -> tuple[Tree, list[Any]]:
    """The structure of the gradients, and their leaves; None where an argument has None."""
    index = {(p.argument, p.path): by_param[k] for k, p in enumerate(lowered.params) if k in by_param}
    leaves = [index.get((a.name, path), Static(None)) for a in arguments for path in paths(a.tree)]
    trees = [a.tree for a in arguments]
    return (trees[0] if bare else Tree("tuple", None, tuple(range(len(trees))), tuple(trees))), leaves


def flat(lowered: Lowered) -> tuple[Lowered, Callable[[Any], Any]]:
    """The function with its results in a flat tuple, and how to put the user's structure together from that.

    Classes and functions among the results cannot be written into a module's text; a tuple of numbers can.
    """
    staged = [k for k, known in enumerate(lowered.out_static) if known is None]
    tuple_tree = Tree("tuple", None, tuple(range(len(staged))), (LEAF,) * len(staged))
    simple = dataclasses.replace(lowered, out=tuple_tree, out_static=(None,) * len(staged))

    def structured(results: Sequence[Any]) -> Any:
        rest = iter(results)
        return unflatten(lowered.out, [next(rest) if known is None else known.value for known in lowered.out_static])

    return simple, structured


def has_classes(tree: Tree) -> bool:
    """Whether instances of the user's classes are in a result: a module's text cannot make them."""
    return tree.kind in NAMED or any(map(has_classes, tree.children))


def check_has_cotangent(lowered: Lowered) -> None:
    """UsageError SD748 for a result of which a part may have any length."""
    if lowered.out.is_open:
        raise UsageError.of("SD748", function=lowered.name)


def flat_cotangent(lowered: Lowered, cotangent: Any) -> tuple[Any, ...]:
    """A cotangent of the user's result as one of `flat`'s."""
    leaves = flatten(cotangent)[0]
    return tuple(leaf for leaf, known in zip(leaves, lowered.out_static, strict=True) if known is None)


def tangent_of(lowered: Lowered, tangents: Sequence[Any]) -> Any:
    """A tangent of `flat`'s result in the user's structure; None where the result is known when compiling."""
    rest = iter(tangents)
    return unflatten(lowered.out, [next(rest) if known is None else None for known in lowered.out_static])
