"""The call of a function of the program, where it stands: what is passed, and what comes back."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from symdiff.frontend.python import memory, patterns, recursion_arrays
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Bottom, Instance, Pattern
from symdiff.frontend.python.store import MISSING
from symdiff.frontend.python.values import POISON, Arr, Cell, Val
from symdiff.ir import dims
from symdiff.ir.core import Value
from symdiff.ir.dims import Dim
from symdiff.ir.types import AVal


def emit(
    cx: Context, node: ast.AST, instance: Instance, bound: Mapping[str, Val], now: dict[str, Pattern], **rule: Any
) -> Val:
    """The result of a call; `rule` says what its derivative is, if the user does."""
    if instance.failed:
        return POISON
    passed = [val for name, p in now.items() for _, val in patterns.leaves(cx, p, bound[name])]
    if not recursion_arrays.separate(cx, node, instance, passed):
        return POISON
    cx.at(node)
    ins = [cx.scope.use(cx.value(val)) for val in passed]
    outer_arrays = [cx.scope.use(memory.read(cx, Arr(cell))) for cell in instance.outer_arrays]
    if instance.result is None:
        cx.instances.bottoms += 1
        raise Bottom
    sizes: dict[Dim, Dim] = {}
    for taken, given in zip(patterns.leaf_types(instance.params.values()), ins, strict=True):
        assert isinstance(given.type, AVal)
        sizes.update(zip(taken.shape, given.type.shape, strict=True))
    own = instance.own_sizes

    def size(d: Dim) -> Dim:
        if dims.atoms(d) <= own:
            return dims.substitute(d, lambda a: sizes[dims.var(a.name)])
        return sizes.setdefault(d, dims.opaque(f"k{cx.count('opaque')}"))

    result = patterns.resized(instance.result, size)
    written = sorted(instance.written)
    returned = [*patterns.leaf_types([result]), *(v.type for v in (*(ins[k] for k in written), *outer_arrays))]
    outer = [cx.scope.emit("dim", size=dims.var(name))[0] for name in instance.missing]
    outs = cx.at(node).emit(
        "call",
        *ins,
        *outer_arrays,
        *instance.captures,
        *outer,
        function=instance.name,
        types=tuple(returned),
        **rule,
    )
    cx.scope.effects += instance.effects
    into = [*(passed[k] for k in written), *map(Arr, instance.outer_arrays)]
    for arr, new in zip(into, outs[len(outs) - len(into) :], strict=True):
        assert isinstance(arr, Arr)
        if not memory.write(cx, node, arr, new):
            return POISON
    return _returned(cx, instance, result, outs[: len(outs) - len(into)], passed)


def _returned(cx: Context, instance: Instance, result: Pattern, outs: Sequence[Value], passed: Sequence[Val]) -> Val:
    """The result as a value of the caller's; its arrays may share memory with what was passed."""
    values, arrays = iter(outs), list[Arr]()

    def make(p: Pattern, name: str) -> Val:
        made = cx.wrap(next(values))
        if isinstance(made, Arr):
            for source in instance.aliases[len(arrays)]:
                base = passed[source] if isinstance(source, int) else source
                cell = base.cell if isinstance(base, Arr) else base
                if isinstance(cell, Cell) and cx.store.get(cell) is not MISSING:
                    memory.may_alias(made.cell, cell)
            for i, k in instance.shared:
                if k == len(arrays):
                    memory.may_alias(made.cell, arrays[i].cell)
            arrays.append(made)
        return made

    return patterns.rebuilt(result, "", make, cx.store.set)
