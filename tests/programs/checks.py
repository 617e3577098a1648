"""What must hold of every program: value, gradient, forward mode, second order, and the promises about memory."""

from __future__ import annotations

import copy
import inspect
import linecache
from collections.abc import Callable
from typing import Any

import numpy as np

from symdiff.api.transforms import Forward, Grad, Tangent, ValueAndGrad
from symdiff.trees import flatten, path_text, paths, unflatten
from tests.frontend.running import SUM_COMPENSATES
from tests.programs.cases import Case

Function = Callable[..., Any]


def is_float(leaf: Any) -> bool:
    return isinstance(leaf, float | complex | np.ndarray | np.generic) and np.asarray(leaf).dtype.kind in "fc"


def same_leaf(a: Any, b: Any, rtol: float) -> bool:
    if type(a) is not type(b) or np.shape(a) != np.shape(b) or getattr(a, "dtype", None) != getattr(b, "dtype", None):
        return False
    if rtol and is_float(a):
        return bool(np.allclose(a, b, rtol=rtol, atol=rtol, equal_nan=True))
    return bool(np.array_equal(a, b, equal_nan=is_float(a)))


def same(a: Any, b: Any, rtol: float = 0.0) -> bool:
    """Equal in structure, class, dtype, shape and value."""
    (left, tree), (right, other) = flatten(a), flatten(b)
    return tree == other and all(same_leaf(x, y, rtol) for x, y in zip(left, right, strict=True))


def identical(a: Any, b: Any) -> bool:
    """Equal bit for bit, but for which NaN it is."""
    return same(a, b) and all(map(_same_signs, flatten(a)[0], flatten(b)[0]))


def _same_signs(x: Any, y: Any) -> bool:
    if not is_float(x):
        return True
    parts = [(np.asarray(x).real, np.asarray(y).real), (np.asarray(x).imag, np.asarray(y).imag)]
    return all(bool(np.all((np.signbit(p) == np.signbit(q)) | np.isnan(p))) for p, q in parts)


def like(value: Any, make: Callable[[tuple[int, ...]], Any], other: Any = None) -> Any:
    """Numbers drawn for every float leaf, in its kind and dtype; `other` for the others."""
    leaves, tree = flatten(value)
    made: list[Any] = []
    for leaf in leaves:
        if not is_float(leaf):
            made.append(other)
            continue
        drawn = make(np.shape(leaf))
        if np.iscomplexobj(leaf):
            drawn = drawn + 1j * make(np.shape(leaf))
        made.append(_typed(drawn, leaf))
    return unflatten(tree, made)


def _typed(drawn: Any, leaf: Any) -> Any:
    if isinstance(leaf, np.ndarray):
        return np.asarray(drawn).astype(leaf.dtype)
    return type(leaf)(drawn)


def inner(a: Any, b: Any) -> float:
    pairs = zip(flatten(a)[0], flatten(b)[0], strict=True)
    wide = (
        (np.asarray(x, np.complex128), np.asarray(y, np.complex128))
        for x, y in pairs
        if x is not None and y is not None
    )
    return float(sum(np.sum(x * y).real for x, y in wide))


def arrays(value: Any) -> list[Any]:
    return [leaf for leaf in flatten(value)[0] if isinstance(leaf, np.ndarray)]


def separate(results: Any, *others: Any) -> bool:
    """The arrays of a result are writable and share memory with nothing."""
    own, foreign = arrays(results), arrays(others)
    if not all(a.flags.writeable for a in own):
        return False
    pairs = [(a, b) for k, a in enumerate(own) for b in own[k + 1 :] + foreign]
    return not any(np.shares_memory(a, b) for a, b in pairs)


class Checked:
    """One case with a direction and a cotangent, and the tolerance of its coarsest dtype."""

    def __init__(self, case: Case) -> None:
        self.function, self.args, self.reverse_only = case.function, case.args, case.reverse_only
        rng = np.random.default_rng(5)
        draw = lambda shape: rng.uniform(-1.0, 1.0, shape)
        names = list(inspect.signature(self.function).parameters)
        defaults = inspect.signature(self.function).parameters.values()
        self.names = names
        self.args = (*self.args, *(p.default for p in list(defaults)[len(self.args) :]))
        self.wrt = [k for k, arg in enumerate(self.args) if all(map(is_float, flatten(arg)[0]))]
        self.by = tuple(self.names[k] for k in self.wrt)
        self.direction = tuple(like(self.args[k], draw) for k in self.wrt)
        self.value = self.plain()
        self.cotangent = like(self.value, draw, 0.75)
        single = any(
            a.dtype in (np.float32, np.complex64)
            for a in map(np.asarray, flatten(self.args)[0])
            if a.dtype.kind in "fc"
        )
        self.single = single
        self.tolerance = 2e-3 if single else 2e-6
        self.exact = 1e-4 if single else 1e-9

    def plain(self, *args: Any) -> Any:
        return self.function(*copy.deepcopy(args or self.args))

    def moved(self, step: float) -> tuple[Any, ...]:
        args = list(self.args)
        for k, direction in zip(self.wrt, self.direction, strict=True):
            leaves, tree = flatten(args[k])
            moved = [_typed(x + step * v, x) for x, v in zip(leaves, flatten(direction)[0], strict=True)]
            args[k] = unflatten(tree, moved)
        return tuple(args)

    def difference(self, f: Callable[[tuple[Any, ...]], float]) -> float:
        """Central differences at two steps, extrapolated."""
        h = 1e-2 if self.single else 2e-4
        wide, narrow = ((f(self.moved(s)) - f(self.moved(-s))) / (2 * s) for s in (h, h / 2))
        return (4 * narrow - wide) / 3

    def close(self, found: float, expected: float, what: str, rtol: float | None = None) -> None:
        rtol = self.tolerance if rtol is None else rtol
        assert abs(found - expected) <= rtol * (1 + abs(expected)), f"{what}: {found} instead of {expected}"

    def call(self, compiled: Function, *more: Any) -> Any:
        """The result of a call, which must leave the arguments as they were."""
        args = copy.deepcopy(self.args)
        found = compiled(*args, *more)
        assert same(args, self.args), "an argument was changed"
        return found, args

    def first_order(self, level: int) -> Any:
        (value, pullback), args = self.call(Forward(self.function, wrt=self.by, level=level))
        assert same(value, self.value, self.rounding(level)), f"value {value!r} instead of {self.value!r}"
        gradient = pullback(self.cotangent)
        for name, part, arg in zip(self.by, gradient, (self.args[k] for k in self.wrt), strict=True):
            assert same(like(part, np.zeros), like(arg, np.zeros)), f"kind of the gradient by {name}: {part!r}"
        assert separate(gradient, value, args, self.cotangent), "a gradient shares memory"
        assert separate(value, args), "the value shares memory"
        expected = self.difference(lambda moved: inner(self.cotangent, self.plain(*moved)))
        self.close(inner(gradient, self.direction), expected, "gradient")
        kept = copy.deepcopy(gradient)
        for leaf in [*arrays(gradient), *arrays(value), *arrays(args)]:
            leaf[...] = 77
        assert same(pullback(self.cotangent), kept), "the second call of the pullback differs"
        if self.reverse_only:
            return kept
        other = like(self.cotangent, lambda shape: np.full(shape, 0.5), 0.5)
        _, tangent = self.call(Tangent(self.function, wrt=self.by, level=level), *self.direction)[0]
        self.close(inner(pullback(other), self.direction), inner(other, tangent), "another cotangent", self.exact)
        self.close(inner(self.cotangent, tangent), inner(kept, self.direction), "forward mode", self.exact)
        return kept

    def fused(self, level: int, gradient: Any) -> Any:
        """`value_and_grad` of a real scalar gives what the two passes give; None where the value is none."""
        if not isinstance(self.value, float | np.floating):
            return None
        (value, found), args = self.call(ValueAndGrad(self.function, wrt=self.by, level=level))
        assert same(value, self.value, self.rounding(level)), f"value {value!r} instead of {self.value!r}"
        ends = zip(found, gradient, strict=True)
        scaled = tuple(like(a, lambda shape: np.ones(shape)) for a in found)
        assert separate(found, args) and all(same(like(a, np.zeros), like(b, np.zeros)) for a, b in ends)
        self.close(float(self.cotangent) * inner(found, scaled), inner(gradient, scaled), "value_and_grad", self.exact)
        return value, found

    def rounding(self, level: int) -> float:
        """How far the value may be off: where Python's `sum` compensates for roundings, at every level."""
        return (1e-5 if self.single else 1e-12) if level == 2 else 1e-12 if SUM_COMPENSATES else 0.0

    def second_order(self, level: int) -> Any:
        loss = weighted(self.function, self.names, self.value)
        gradient = Grad(loss, wrt=self.by, level=level)
        weights = tuple(
            like(d, lambda shape: np.linspace(0.5, 1.5, np.prod(shape, dtype=int)).reshape(shape))
            for d in self.direction
        )
        expected = self.difference(lambda moved: inner(weights, gradient(*moved)))
        (_, pullback), _ = self.call(Forward(gradient, wrt=self.by, level=level))
        reverse = pullback(weights)
        self.close(inner(reverse, self.direction), expected, "reverse over reverse")
        if self.reverse_only:
            return reverse
        product, args = self.call(Tangent(loss, wrt=self.by, kind="hvp", level=level), *self.direction)
        product = product if len(self.by) > 1 else (product,)
        self.close(inner(product, weights), inner(reverse, self.direction), "forward over reverse", self.exact)
        for name, part, arg in zip(self.by, product, (self.args[k] for k in self.wrt), strict=True):
            assert same(like(part, np.zeros), like(arg, np.zeros)), f"kind of the product by {name}: {part!r}"
        assert separate(product, args, self.direction), "a Hessian product shares memory"
        return reverse


def weighted(function: Function, names: list[str], value: Any) -> Function:
    """The function with its results made one smooth real number."""
    leaves, tree = flatten(value)
    terms = []
    for leaf, path in zip(leaves, paths(tree), strict=True):
        out = "out" + path_text(path)
        if is_float(leaf) and np.iscomplexobj(leaf):
            terms.append(f"np.sum(np.sin(np.real({out})) + np.cos(np.imag({out})))")
        elif is_float(leaf):
            terms.append(f"np.sum(np.sin({out}))")
    row = ", ".join(names)
    text = f"def loss({row}):\n    out = function({row})\n    return {' + '.join(terms) or '0.0'}\n"
    file = f"<loss of {function.__name__} {id(function)} {hash(text)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    space: dict[str, Any] = {"np": np, "function": function}
    exec(compile(text, file, "exec"), space)
    loss: Function = space["loss"]
    return loss
