"""The call of a function of the program, where it stands: what is passed, and what comes back."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from symdiff.frontend.python import may_be_none, patterns, recursion_memory
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Bottom, Instance, Pattern
from symdiff.frontend.python.values import POISON, Listed, Val
from symdiff.ir import dims, types
from symdiff.ir.core import Value
from symdiff.ir.dims import Dim
from symdiff.ir.types import Opt, Seq


def emit(
    cx: Context, node: ast.AST, instance: Instance, bound: Mapping[str, Val], now: dict[str, Pattern], **rule: Any
) -> Val:
    """The result of a call; `rule` says what its derivative is, if the user does."""
    if instance not in cx.instances.active:
        cx.problems += [p for p in instance.problems if p not in cx.problems]
    if instance.failed:
        return POISON
    cx.at(node)
    passed = [leaf for name, p in now.items() for leaf in patterns.leaves(cx, p, bound[name])]
    ins = [patterns.converted(cx, p, val, frozenset()) for p, val in passed]
    outside = recursion_memory.outer_values(cx, node, instance)
    given = [v for name, p in now.items() for v in patterns.memory_in(cx, p, bound[name])]
    if outside is None:
        return POISON
    given += recursion_memory.outer_memory(cx, instance)
    if not recursion_memory.separate(cx, node, instance, given):
        return POISON
    if instance.result is None:
        cx.instances.bottoms += 1
        raise Bottom
    sizes: dict[Dim, Dim] = {}
    for taken, value in zip(patterns.value_types(instance.params.values()), ins, strict=True):
        sizes.update(zip(types.sizes(taken), types.sizes(value.type), strict=True))
    own = instance.own_sizes

    def size(d: Dim) -> Dim:
        if dims.atoms(d) <= own:
            return dims.substitute(d, lambda a: sizes[dims.var(a.name)])
        return sizes.setdefault(d, dims.opaque(f"k{cx.count('opaque')}"))

    found = [patterns.resized(p, size) for p in (instance.result, *instance.exits)]
    outer = [cx.scope.emit("dim", size=sizes.get(dims.var(name), dims.var(name)))[0] for name in instance.missing]
    outs = cx.at(node).emit(
        "call",
        *ins,
        *outside,
        *instance.captures,
        *outer,
        function=instance.name,
        types=recursion_memory.types_of(cx, instance, given, found),
        **rule,
    )
    cx.scope.effects += instance.effects
    made = [_given_back(cx, v) for v in outs]
    result = recursion_memory.take_back(cx, node, instance, found, given, iter(made))
    return POISON if result is None else result


def _given_back(cx: Context, value: Value) -> Val:
    if isinstance(value.type, Seq):
        return Listed(value)
    return may_be_none.wrapped(cx, value) if isinstance(value.type, Opt) else cx.wrap(value)
