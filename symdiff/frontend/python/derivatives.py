"""Derivatives that the compiled function takes itself: `symdiff.grad(f)(x)`, `symdiff.jvp` and their like.

The function is lowered into a region of its own, as a branch is, and a `derivative` operation says what is wanted of
it; `symdiff.ad.inner` writes that out.  By hand: in

    for _ in range(k):
        w = w - lr * symdiff.grad(lambda u: loss(u, lam))(w)

the region is `(u, lam) -> loss(u, lam)`, u an argument and lam a capture, and the loop's body has
`value, g = derivative(w, lam; grad by u)`.  The region has arrays of its own for its arguments: what the function
writes into them is not seen outside, and what it would write elsewhere is refused.

A derivative object, `symdiff.grad(f)`, is a partial call of what was asked for (a `Derivative`) with f bound.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from symdiff.errors import UsageError
from symdiff.frontend.derivative import FIRST, Derivative, choose, derivative_of, made_by
from symdiff.frontend.python import alternatives, calls, classes, containers, patterns, results
from symdiff.frontend.python.columns import Along, Matrix
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.regions import Part, Region, plan, run, settled, without_known
from symdiff.frontend.python.values import NONE, POISON, Bound, Closure, Known, Num, Partial, Record, Struct, Val
from symdiff.frontend.wrappers import signature_of
from symdiff.ir.core import Value
from symdiff.ir.types import AVal

Args = list[Val]
Kwargs = dict[str, Val]
Plans = tuple[list[Part], dict[str, Part]]


def is_derivative(obj: Any) -> bool:
    """Whether calling an object is symdiff's own work."""
    return isinstance(obj, Derivative | Pull | Along) or bool(made_by(obj)) or derivative_of(obj) is not None


def call(cx: Context, node: ast.AST, function: Known, args: Args, kwargs: Kwargs) -> Val:
    """Call a derivative object, or what makes one."""
    if any(v is POISON for v in (*args, *kwargs.values())):
        return POISON
    obj = function.obj
    if isinstance(obj, Pull | Along):
        return obj(cx, node, args, kwargs)
    if isinstance(obj, Derivative):
        return _take(cx, node, obj, args[0], args[1:], kwargs)
    made = derivative_of(obj)
    if made is not None:
        return _take(cx, node, made, classes.part(cx, function, obj.fun, ("attr", "fun")), args, kwargs)
    try:
        given = inspect.signature(obj).bind(*args, **kwargs).arguments
    except TypeError as error:
        return cx.refuse("SD313", node, function=f"symdiff.{made_by(obj)}", message=str(error))
    return _AT_ONCE.get(made_by(obj), _object)(cx, node, function, **given)


def refuse(cx: Context, node: ast.AST, reason: str) -> Val:
    return cx.refuse("SD411", node, function=cx.text(node), reason=reason)


# --- making a derivative object


def _object(
    cx: Context,
    node: ast.AST,
    function: Known,
    fun: Val | None = None,
    argnums: Val | None = None,
    wrt: Val = NONE,
    has_aux: Val = NONE,
    **rest: Val,
) -> Val:
    """`grad(f)`; without f, `grad(argnums=1)`, a decorator."""
    options = {"argnums": argnums, "wrt": wrt, "has_aux": has_aux}
    if fun is None or (isinstance(fun, Known) and fun.obj is None):
        return Partial(function, (), {k: v for k, v in options.items() if v is not None and v is not NONE})
    found = [_plain(cx, node, v) for v in (argnums or Known(FIRST), wrt, has_aux)]
    if any(v is _UNKNOWN for v in found):
        way_out = "call it in a branch for each, `symdiff.grad(f, argnums=0)(…) if … else …`, or pass a literal"
        reason = "`argnums`, `wrt` and `has_aux` must be known when compiling"
        return cx.refuse("SD411", node, rewrite=way_out, function=cx.text(node), reason=reason)
    names = parameters(cx, fun)
    if names is None:
        return refuse(cx, node, f"the parameters of {cx.describe(fun)} are not known")
    made = made_by(function.obj)
    kind = "jacrev" if made == "jacobian" else made
    try:
        by, bare = _chosen(_name(fun), names, found[0], found[1])
    except UsageError as error:
        return refuse(cx, node, str(error.args[0]))
    return Partial(Known(Derivative(kind, by, bare, bool(found[2]))), (fun,), {})


def _chosen(name: str, names: Parameters, argnums: Any, wrt: Any) -> tuple[tuple[str | int, ...], bool]:
    """What to differentiate by: names of parameters; places, where stars take any number of arguments."""
    places = (argnums,) if isinstance(argnums, int) else argnums
    plain = isinstance(places, tuple) and all(type(k) in (int, type(FIRST)) for k in places)
    if wrt is None and names.star and plain and len(set(places)) == len(places) > 0:
        return tuple(map(int, places)), isinstance(argnums, int)
    chosen = choose(name, names.positional, names.known, argnums, wrt)
    return chosen.names, chosen.bare


_UNKNOWN: Any = object()


def _plain(cx: Context, node: ast.AST, val: Val) -> Any:
    """A known option as a Python object; begins again where it can become known."""
    items = containers.elements(cx, val)
    if items is not None:
        found = [_plain(cx, node, v) for v in items]
        return _UNKNOWN if _UNKNOWN in found else tuple(found)
    if isinstance(val, Num) and val.tags:
        cx.need_static(node, val, "by which argument to differentiate")
    return val.obj if isinstance(val, Known) else _UNKNOWN


def _name(fun: Val) -> str:
    if isinstance(fun, Closure):
        return fun.source.name
    if isinstance(fun, Partial):
        return _name(fun.args[0] if fun.args and _is_derivative_object(fun) else fun.function)
    return str(getattr(fun.obj, "__name__", type(fun.obj).__name__)) if isinstance(fun, Known) else "the function"


def _is_derivative_object(fun: Partial) -> bool:
    return isinstance(fun.function, Known) and isinstance(fun.function.obj, Derivative)


class Parameters(NamedTuple):
    """The names of the positional parameters of a function, and of all; whether it takes more arguments by position."""

    positional: list[str]
    known: list[str]
    star: bool


def parameters(cx: Context, fun: Val) -> Parameters | None:
    """The parameters of a function; None where they are not known."""
    if isinstance(fun, Closure):
        a = fun.node.args
        positional = [p.arg for p in (*a.posonlyargs, *a.args)]
        return Parameters(positional, [*positional, *(p.arg for p in a.kwonlyargs)], a.vararg is not None)
    if isinstance(fun, Partial):
        if _is_derivative_object(fun):
            return parameters(cx, fun.args[0])
        found = parameters(cx, fun.function)
        return None if found is None else _without(found, len(fun.args), fun.kwargs)
    if isinstance(fun, Bound):
        found = parameters(cx, fun.function)
        return None if found is None else _without(found, 1, {})
    if not isinstance(fun, Known):
        return None
    try:
        known = signature_of(fun.obj.fun if derivative_of(fun.obj) else fun.obj).parameters.values()
    except (TypeError, ValueError):
        return None
    star = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    named = [p for p in known if p.kind not in star]
    by_position = [p.name for p in named if p.kind is not inspect.Parameter.KEYWORD_ONLY]
    return Parameters(by_position, [p.name for p in named], any(p.kind is star[0] for p in known))


def _without(found: Parameters, count: int, given: dict[str, Val]) -> Parameters:
    gone = {*found.positional[:count], *given}
    positional, known = ([n for n in names if n not in gone] for names in (found.positional, found.known))
    return Parameters(positional, known, found.star)


# --- taking a derivative


def _take(cx: Context, node: ast.AST, made: Derivative, fun: Val, args: Args, kwargs: Kwargs) -> Val:
    if made.kind == "hessian":
        fun = Partial(Known(Derivative("grad", made.names, made.bare, made.has_aux)), (fun,), {})
    places = _places(cx, node, made, fun, args, kwargs)
    plans = None if places is None else _plans(cx, node, fun, places, args, kwargs)
    if places is None or plans is None:
        return POISON
    if made.kind == "vjp":
        return _pulled(cx, node, fun, plans, places)
    by = [plans[0][k] if isinstance(k, int) else plans[1][k] for k in places]
    if made.kind in ("grad", "value_and_grad"):
        return _gradient(cx, node, made, fun, plans, by)

    def inside(narrowed: Callable[[Part], Part]) -> Callable[[Region], Val]:
        return _call_in(cx, node, fun, ([narrowed(p) for p in plans[0]], {k: narrowed(p) for k, p in plans[1].items()}))

    return Matrix(cx, node, made, _name(fun), inside, by).found()


def _places(
    cx: Context, node: ast.AST, made: Derivative, fun: Val, args: Args, kwargs: Kwargs
) -> list[int | str] | None:
    """Where the arguments to differentiate by are given: by number, or by name."""
    found = parameters(cx, fun)
    if found is None:
        refuse(cx, node, f"the parameters of {cx.describe(fun)} are not known")
        return None
    places: list[int | str] = []
    for name in made.names:
        if isinstance(name, int):
            if not -len(args) <= name < len(args):
                refuse(cx, node, f"argnums={name} does not fit a call of {_name(fun)} with {len(args)} arguments")
                return None
            places.append(name % len(args))
            continue
        k = found.positional.index(name) if name in found.positional else len(args)
        if k >= len(args) and name not in kwargs:
            refuse(cx, node, f"its argument `{name}` is left to its default: give it")
            return None
        places.append(k if k < len(args) else name)
    return places


def _plans(
    cx: Context, node: ast.AST, fun: Val, places: Sequence[int | str], args: Args, kwargs: Kwargs
) -> Plans | None:
    """What the region takes for each argument; None after a problem."""
    before = len(cx.problems)
    found = parameters(cx, fun)
    names = [] if found is None else found.positional
    called = [*names, *("" for _ in args[len(names) :])]  # those of a starred parameter have no name
    first = [plan(cx, node, v, k in places, called[k]) for k, v in enumerate(args)]
    second = {k: plan(cx, node, v, k in places, k) for k, v in kwargs.items()}
    return None if len(cx.problems) > before else (first, second)


def _call_in(cx: Context, node: ast.AST, fun: Val, parts: Plans) -> Callable[[Region], Val]:
    def inside(region: Region) -> Val:
        args = [region.enter(p) for p in parts[0]]
        return calls.apply(cx, node, fun, args, {k: region.enter(p) for k, p in parts[1].items()})

    return inside


def _gradient(cx: Context, node: ast.AST, made: Derivative, fun: Val, plans: Plans, by: Sequence[Part]) -> Val:
    aux: list[Pattern] = []

    def finish(region: Region, found: Val) -> list[Value] | None:
        if made.has_aux:
            items = containers.elements(cx, found)
            if items is None or len(items) != 2:
                cx.refuse("SD714", node, function=_name(fun), type=cx.describe(found))
                return None
            found = items[0]
            rest = region.results(items[1])
            if rest is None:
                return None
            aux.append(rest[0])
            return None if (value := _scalar(cx, node, fun, found)) is None else [value, *rest[1]]
        return None if (value := _scalar(cx, node, fun, found)) is None else [value]

    outs = run(cx, node, _call_in(cx, node, fun, plans), finish, kind="grad", name=_name(fun))
    if outs is None:
        return POISON
    rest = iter(outs)
    value = cx.wrap(next(rest))
    extra = _outside(cx, aux[0], rest) if aux else None
    grads = _rebuilt(cx, node, plans, by, rest)
    gradient = grads[0] if made.bare else Struct("tuple", tuple(grads))
    if made.kind == "grad":
        return gradient if extra is None else Struct("tuple", (gradient, extra))
    first = value if extra is None else Struct("tuple", (value, extra))
    return Struct("tuple", (first, gradient))


def _rebuilt(cx: Context, node: ast.AST, plans: Plans, by: Sequence[Part], values: Iterator[Value]) -> list[Val]:
    """The gradients by the arguments `by`; a region gives them in the order in which it takes the arguments."""
    found = {id(p): p.rebuilt(cx, node, values) for p in _entered(plans, by)}
    return [found[id(p)] for p in by]


def _entered(plans: Plans, by: Sequence[Part]) -> list[Part]:
    """The arguments `by` in the order in which a region takes them."""
    chosen = {id(p) for p in by}
    return [p for p in (*plans[0], *plans[1].values()) if id(p) in chosen]


def _scalar(cx: Context, node: ast.AST, fun: Val, found: Val) -> Value | None:
    """The result that is differentiated, a real scalar."""
    found = alternatives.settled(cx, node, found)
    if found is POISON:
        return None
    value = results.of_nothing(cx, cx.value(found)) if cx.is_numeric(found) else None
    t = None if value is None else value.type
    if not isinstance(t, AVal) or not t.inexact or t.rank:
        cx.refuse("SD704", node, function=_name(fun), type=cx.describe(found))
        return None
    if t.complex:
        cx.refuse("SD717", node, function=_name(fun))
        return None
    return value


def _outside(cx: Context, pattern: Pattern, values: Iterator[Value]) -> Val:
    """What a function returned, outside of its region: its numbers and arrays are new."""
    return patterns.rebuilt(pattern, "", lambda p, name: cx.wrap(next(values)), cx.store.set)


def _tangents(cx: Context, pattern: Pattern, values: Iterator[Value]) -> Val:
    """A tangent in the structure of a result; None where there is none."""
    return _outside(cx, without_known(pattern), values)


# --- along a direction, and back


def _jvp(cx: Context, node: ast.AST, function: Known, fun: Val, primals: Val, tangents: Val) -> Val:
    """`jvp(f, primals, tangents) -> (value, tangent)`."""
    points, along = containers.elements(cx, primals), containers.elements(cx, tangents)
    names = parameters(cx, fun)
    if points is None or along is None or names is None or len(points) != len(along) or _beyond(names, len(points)):
        return refuse(cx, node, "the primals and tangents must be tuples of one length, at most one for each parameter")
    places = list(range(len(points)))
    parts = _plans(cx, node, fun, places, list(points), {}) if points else None
    if parts is None:
        return POISON if points else refuse(cx, node, "there is no primal")
    seeds: list[Value] = []
    for part, tangent in zip(parts[0], along, strict=True):
        found = part.seeds(cx, node, tangent)
        if found is None:
            return POISON
        seeds += found
    made: list[Pattern] = []
    outs = run(cx, node, _call_in(cx, node, fun, parts), _all_results(node, made), seeds, kind="jvp", name=_name(fun))
    if outs is None:
        return POISON
    rest = iter(outs)
    value = _outside(cx, made[0], rest)
    return Struct("tuple", (value, _tangents(cx, made[0], rest)))


def _beyond(names: Parameters, count: int) -> bool:
    """Whether these are more arguments than a function takes by position."""
    return count > len(names.positional) and not names.star


def _all_results(node: ast.AST, made: list[Pattern]) -> Callable[[Region, Val], list[Value] | None]:
    def finish(region: Region, found: Val) -> list[Value] | None:
        results = region.results(settled(region.cx, node, found))
        if results is None:
            return None
        made.append(results[0])
        return results[1]

    return finish


def _hvp(cx: Context, node: ast.AST, function: Known, fun: Val, primals: Val, tangents: Val) -> Val:
    """`hvp(f, primals, tangents)`: the tangent of the gradient."""
    points, names = containers.elements(cx, primals), parameters(cx, fun)
    if points is None or names is None or not points or _beyond(names, len(points)):
        return refuse(cx, node, "the primals must be a tuple, at most one for each parameter")
    asked = Derivative("grad", tuple(range(len(points))), len(points) == 1)
    found = _jvp(cx, node, function, Partial(Known(asked), (fun,), {}), primals, tangents)
    return found.items[1] if isinstance(found, Struct) else found


def _vjp(cx: Context, node: ast.AST, function: Known, fun: Val, primals: tuple[Val, ...] = ()) -> Val:
    """`vjp(f, *primals) -> (value, pullback)`."""
    names = parameters(cx, fun)
    if names is None or not primals or _beyond(names, len(primals)):
        return refuse(cx, node, "there must be a primal, and at most one for each parameter")
    asked = Derivative("vjp", tuple(range(len(primals))), False)
    return _take(cx, node, asked, fun, list(primals), {})


def _pulled(cx: Context, node: ast.AST, fun: Val, parts: Plans, places: Sequence[int | str]) -> Val:
    made: list[Pattern] = []
    name = f"{_name(fun)}_pullback{cx.count('pullback')}"
    outs = run(cx, node, _call_in(cx, node, fun, parts), _all_results(node, made), kind="vjp", name=name)
    if outs is None:
        return POISON
    value = _outside(cx, made[0], iter(outs[:-1]))
    by = [parts[0][k] if isinstance(k, int) else parts[1][k] for k in places]
    pull = Pull(Part.of_result(made[0], iter(outs)), parts, by)
    return Struct("tuple", (value, Partial(Known(pull), (Record(outs[-1]),), {})))


class Pull:
    """What a pullback inside the function needs to know beside its record."""

    def __init__(self, result: Part, plans: Plans, by: Sequence[Part]) -> None:
        self.result, self.plans, self.by = result, plans, by
        self.types = tuple(t for p in _entered(plans, by) for t in p.types())

    def __call__(self, cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
        record, *cotangents = args
        assert isinstance(record, Record)
        if len(cotangents) != 1 or kwargs:
            return cx.refuse("SD313", node, function="the pullback", message="takes one cotangent")
        seeds = self.result.seeds(cx, node, cotangents[0])
        if seeds is None:
            return POISON
        outs = iter(cx.at(node).emit("pullback", record.value, *seeds, types=self.types))
        return Struct("tuple", tuple(_rebuilt(cx, node, self.plans, self.by, outs)))


_AT_ONCE: dict[str, Callable[..., Val]] = {"jvp": _jvp, "hvp": _hvp, "vjp": _vjp}
