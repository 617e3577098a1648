"""`check_grads`: derivatives against differences of the function itself, which runs as plain Python.

By hand for ``f(x, w)`` at order 1, with unit directions e: reverse mode gives the gradient, whose product with e is
compared with (f(x + h e, w) - f(x - h e, w)) / 2h, extrapolated once more from h and h/2; forward mode gives the
derivative along e directly.  At order 2 the same is done with the gradient in place of the function.  Results that are
no scalar are first summed with fixed random weights.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symdiff.api.given import for_call
from symdiff.api.parameters import name_of, parameters_of
from symdiff.api.transforms import Forward, Grad, Tangent
from symdiff.errors import SymdiffError, UsageError
from symdiff.trees import flatten, path_text, paths, unflatten

_MODES = ("fwd", "rev")
_MOST_ELEMENTS = 200  # of one argument; of larger ones, as many are chosen at random
_SEED = 20240229


class GradientMismatch(SymdiffError, AssertionError):
    """A derivative and its numerical estimate differ."""


@dataclass(frozen=True, slots=True)
class Place:
    """One real direction to move in: an element of a leaf of an argument, or its imaginary part."""

    argument: int
    leaf: int
    element: tuple[int, ...]
    imaginary: bool
    name: str


def check_grads(
    fun: Callable[..., Any],
    args: Sequence[Any],
    order: int = 2,
    modes: Sequence[str] = _MODES,
    atol: float | None = None,
    rtol: float | None = None,
    eps: float | None = None,
) -> None:
    """Compare the derivatives of `fun` at `args` with differences, up to `order` 1 or 2, in the given `modes`.

    Checked are the arguments that hold floats and nothing else.  Tolerances follow the coarsest dtype among them.

    >>> check_grads(lambda x, w: np.sum(np.tanh(x @ w)), (np.ones((2, 3)), np.arange(3.0)))

    Raises GradientMismatch (an AssertionError), naming the argument and element and both numbers; where the function
    has a kink at `args`, that is the differences' fault.
    """
    modes = (modes,) if isinstance(modes, str) else tuple(modes)
    if not modes or not set(modes) <= set(_MODES):
        raise UsageError.of("SD715", option="modes", value=modes, choices="'fwd', 'rev'")
    if order not in (1, 2):
        raise UsageError.of("SD715", option="order", value=order, choices="1, 2")
    if not isinstance(args, tuple | list):
        raise UsageError(f"args is {type(args).__name__}, expected a tuple of arguments", code="SD719")
    check = _Check(fun, tuple(args), atol, rtol, eps)
    if "rev" in modes:
        check.reverse()
    if "fwd" in modes:
        check.forward()
    if order == 2:
        check.second(modes)


def check_pair(
    fun: Callable[..., Any],
    args: Sequence[Any],
    wrt: Sequence[str],
    forward: Callable[..., Any],
    backward: Callable[..., Any],
) -> None:
    """Compare the gradients of a generated pair, by the arguments `wrt`, with differences of `fun` at `args`.

    Raises GradientMismatch, as `check_grads` does.
    """
    check = _Check(fun, tuple(args), wrt=wrt)

    def both(*arguments: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
        value, saved = forward(*arguments)

        def pullback(cotangent: Any) -> tuple[Any, ...]:
            made = backward(saved, cotangent)
            named = dict(zip(wrt, made if len(wrt) > 1 else (made,), strict=True))
            return tuple(named[name] for name in check.wrt)

        return value, pullback

    check.reverse(both)


def raised_by(fun: Callable[..., Any], args: Sequence[Any], name: str) -> Exception | None:
    """What the function `name` of the user's raises at copies of the arguments, if anything.

    Raises UsageError SD745 where it ends the program.
    """
    try:
        fun(*copy.deepcopy(list(args)))
    except SystemExit as error:
        raise UsageError.of("SD745", function=name, status=repr(error.code)) from error
    except Exception as error:  # the user's code runs here and may raise anything
        return error
    return None


class _Check:
    def __init__(
        self,
        fun: Callable[..., Any],
        args: tuple[Any, ...],
        atol: float | None = None,
        rtol: float | None = None,
        eps: float | None = None,
        wrt: Sequence[str] | None = None,
    ) -> None:
        self.fun, self.args, self.name = for_call(fun, len(args)), args, name_of(fun)
        single = any(getattr(leaf, "dtype", None) in (np.float32, np.complex64) for leaf in flatten(args)[0])
        self.atol = (2e-2 if single else 1e-6) if atol is None else atol
        self.rtol = (2e-2 if single else 1e-6) if rtol is None else rtol
        self.eps = (2e-2 if single else 1e-3) if eps is None else eps
        self.rng = np.random.default_rng(_SEED)
        self.names = [p.name for p in parameters_of(self.fun)][: len(args)]
        self.checked = [k for k, arg in enumerate(args) if _floats(arg) and (wrt is None or self.names[k] in wrt)]
        if not self.checked:
            raise UsageError.of("SD705", name="of any position", function=self.name, type="no float")
        self.wrt = [self.names[k] for k in self.checked]
        self.places = [place for k in self.checked for place in self.places_of(k)]

    def places_of(self, k: int) -> Iterator[Place]:
        leaves, tree = flatten(self.args[k])
        for number, (leaf, path) in enumerate(zip(leaves, paths(tree), strict=True)):
            if leaf is None:
                continue
            shape = np.shape(leaf)
            elements = list(np.ndindex(*shape))
            if len(elements) > _MOST_ELEMENTS:
                chosen = self.rng.choice(len(elements), _MOST_ELEMENTS, replace=False)
                elements = [elements[i] for i in sorted(chosen)]
            for element in elements:
                index = f"[{', '.join(map(str, element))}]" if element else ""
                name = self.names[k] + path_text(path) + index
                yield Place(k, number, element, False, name)
                if np.iscomplexobj(leaf):
                    yield Place(k, number, element, True, f"{name} (imaginary part)")

    # --- the checks

    def reverse(self, forward: Callable[..., Any] | None = None) -> None:
        """`forward` gives the value and a pullback for `self.wrt`."""
        value, pullback = (forward or Forward(self.fun, wrt=self.wrt))(*self.args)
        weights = self.weights(value)
        leaves, tree = flatten(value)
        gradients = pullback(unflatten(tree, [_taken(w, leaf) for w, leaf in zip(weights, leaves, strict=True)]))
        for place in self.places:
            expected = self.difference(lambda *args: _inner(weights, self.value(args)), place)
            self.compare(place, self.element(gradients, place), expected, "reverse mode")

    def forward(self) -> None:
        weights = self.weights(self.value(self.args))
        derivative = Tangent(self.fun, wrt=self.wrt)
        for place in self.places:
            _, tangent = derivative(*self.args, *self.direction(place))
            expected = self.difference(lambda *args: _inner(weights, self.value(args)), place)
            self.compare(place, _inner(weights, tangent), expected, "forward mode")

    def second(self, modes: Sequence[str]) -> None:
        """The gradient of a real scalar function is checked as the function was; others end at the first order."""
        value = self.value(self.args)
        leaves, tree = flatten(value)
        complex_somewhere = any(np.iscomplexobj(leaf) for leaf in [*leaves, *flatten(self.args)[0]] if leaf is not None)
        if tree.kind != "leaf" or np.ndim(leaves[0]) or complex_somewhere:
            return
        gradient = Grad(self.fun, wrt=tuple(self.wrt))
        weights = self.weights(gradient(*self.args))
        along = unflatten(flatten(tuple(self.args[k] for k in self.checked))[1], weights)
        hessian: dict[str, Any] = {}
        if "fwd" in modes:
            made = Tangent(self.fun, wrt=self.wrt, kind="hvp")(*self.args, *along)
            hessian["forward over reverse"] = made if len(self.checked) > 1 else (made,)
        if "rev" in modes:
            _, pullback = Forward(gradient, wrt=self.wrt)(*self.args)
            hessian["reverse over reverse"] = pullback(along)
        for place in self.places:
            expected = self.difference(lambda *args: _inner(weights, gradient(*args)), place)
            for how, product in hessian.items():
                self.compare(place, self.element(product, place), expected, how)

    # --- numbers

    def value(self, args: Sequence[Any]) -> Any:
        """The function as plain Python; it may write into its arguments, which others still need."""
        return self.fun(*copy.deepcopy(list(args)))

    def element(self, gradients: Sequence[Any], place: Place) -> float:
        """The derivative in a direction, from a gradient in JAX's convention (∂f/∂x - i ∂f/∂y)."""
        gradient = gradients[self.checked.index(place.argument)]
        number = complex(np.asarray(flatten(gradient)[0][place.leaf])[place.element])
        return -number.imag if place.imaginary else number.real

    def weights(self, value: Any) -> list[Any]:
        """Random weights, one array (or number) per leaf of a result; None where it has no derivative."""
        return [None if not _inexact(leaf) else self.like(leaf) for leaf in flatten(value)[0]]

    def like(self, leaf: Any) -> Any:
        drawn = self.rng.uniform(0.5, 1.5, np.shape(leaf))
        if np.iscomplexobj(leaf):
            drawn = drawn + 1j * self.rng.uniform(0.5, 1.5, np.shape(leaf))
        return _typed_like(drawn, leaf)

    def moved(self, place: Place, step: float) -> list[Any]:
        leaves, tree = flatten(self.args[place.argument])
        leaf = leaves[place.leaf]
        array = np.array(leaf)
        array[place.element] += step * (1j if place.imaginary else 1)
        leaves[place.leaf] = _typed_like(array, leaf)
        args = list(self.args)
        args[place.argument] = unflatten(tree, leaves)
        return args

    def direction(self, place: Place) -> tuple[Any, ...]:
        """Zeros, and one at the place."""
        tangents = []
        for k in self.checked:
            leaves, tree = flatten(self.args[k])
            made = []
            for number, leaf in enumerate(leaves):
                array = np.zeros_like(np.asarray(leaf)) if leaf is not None else None
                if array is not None and (k, number) == (place.argument, place.leaf):
                    array[place.element] = 1j if place.imaginary else 1
                made.append(None if array is None else _typed_like(array, leaf))
            tangents.append(unflatten(tree, made))
        return tuple(tangents)

    def difference(self, function: Callable[..., float], place: Place) -> float:
        """Central differences at two steps, extrapolated: the error is of fourth order in the step."""
        value = abs(complex(np.asarray(flatten(self.args[place.argument])[0][place.leaf])[place.element]))
        h = self.eps * max(1.0, value)
        wide, narrow = (
            (function(*self.moved(place, s)) - function(*self.moved(place, -s))) / (2 * s) for s in (h, h / 2)
        )
        return (4 * narrow - wide) / 3

    def compare(self, place: Place, found: float, expected: float, how: str) -> None:
        if abs(found - expected) <= self.atol + self.rtol * abs(expected):
            return
        text = f"{found:.9g}", f"{expected:.9g}"
        message = str(
            GradientMismatch.of("SD721", function=self.name, name=place.name, found=text[0], expected=text[1])
        )
        raise GradientMismatch(f"{message.removeprefix('SD721 ')} ({how})", code="SD721")


def _floats(value: Any) -> bool:
    leaves = [leaf for leaf in flatten(value)[0] if leaf is not None]
    return bool(leaves) and all(_inexact(leaf) for leaf in leaves)


def _inexact(leaf: Any) -> bool:
    return isinstance(leaf, float | complex | np.ndarray | np.generic) and np.asarray(leaf).dtype.kind in "fc"


def _taken(weight: Any, leaf: Any) -> Any:
    """What a pullback takes for a leaf: an int may be one on this path alone, and a float in what was compiled."""
    return 1.0 if weight is None and isinstance(leaf, int | np.integer) else weight


def _typed_like(array: Any, leaf: Any) -> Any:
    """The numbers in the kind and dtype of `leaf`."""
    if isinstance(leaf, np.ndarray):
        return np.asarray(array, leaf.dtype)
    if isinstance(leaf, np.generic):
        return leaf.dtype.type(array)
    return complex(array) if isinstance(leaf, complex) else float(array)


def _inner(weights: Sequence[Any], value: Any) -> float:
    """Re Σ w·y over the leaves, in double precision."""
    total = 0.0
    for w, leaf in zip(weights, flatten(value)[0], strict=True):
        if w is not None:
            wide = np.asarray(w).astype(np.complex128), np.asarray(leaf).astype(np.complex128)
            total += float(np.sum(wide[0] * wide[1]).real)
    return total
