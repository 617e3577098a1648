"""`itertools`: what its functions run over, turn by turn where the number of elements is known at run time only."""

from __future__ import annotations

import ast
import itertools
import math
import operator
from collections.abc import Callable, Iterable
from typing import Any

from symdiff.frontend.python import (
    arrays,
    calls,
    containers,
    grouping,
    iterators,
    list_changes,
    numpy_spelled,
    operators,
    subscripts,
)
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.numpy_calls import bind
from symdiff.frontend.python.sizes import refuse_unknown_count
from symdiff.frontend.python.turns import endless
from symdiff.frontend.python.values import NONE, POISON, Arr, Known, Num, Sequence_, SliceVal, Struct, Val
from symdiff.frontend.spelled import iterating

Args = list[Val]
Kwargs = dict[str, Val]
Handler = Callable[[Context, ast.AST, Args, Kwargs], Val]


def call(cx: Context, node: ast.AST, obj: Any, args: Args, kwargs: Kwargs) -> Val | None:
    """The result; None where `obj` is no function of `itertools` with a meaning here."""
    handler = next((h for f, h in _FUNCTIONS if f == obj), None)
    if handler is None:
        return None
    if obj is itertools.repeat:
        return handler(cx, node, args, kwargs)
    over = [iterators.whole(cx, node, a) for a in args]
    if POISON in (*over, *kwargs.values()):
        return POISON
    if obj in _TAKING_ALL:
        return handler(cx, node, over, kwargs)
    state = iterators.sources(cx, (*args, *kwargs.values()), _RUN_OVER.get(obj, math.inf))
    if handler is _tee:
        return _tee(cx, node, over, kwargs, state)
    return iterators.remembered(cx, handler(cx, node, over, kwargs), state, late=obj is itertools.pairwise)


def _items(cx: Context, node: ast.AST, val: Val) -> list[Val] | None:
    found = containers.items_of(cx, node, val)
    if found is None and val is not POISON:
        refuse_unknown_count(cx, "SD231", node, val, iterable=f"`{cx.text(node)}`")
    return found


def _rows(rows: Iterable[Iterable[Val]]) -> Val:
    return Sequence_("iterator", tuple(Struct("tuple", tuple(row)) for row in rows))


def _written_out(function: Callable[..., Any]) -> Handler:
    """By a body of `frontend.spelled.iterating`, which gives a list."""

    def handler(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
        name = f"itertools.{function.__name__}"
        return iterators.once(numpy_spelled.written_out(cx, node, name, function, args, kwargs))

    return handler


def _combined(kind: str, name: str, signature: str) -> Handler:
    """What `turns` runs over as it is."""

    def handler(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
        found = bind(cx, node, f"itertools.{name}", signature, args, kwargs)
        return POISON if found is None else Sequence_(kind, tuple(found.values()))

    return handler


def _islice(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    """`islice(x, stop)`, `islice(x, start, stop, step)`: bounds that are known are 0 or above."""
    if not 2 <= len(args) <= 4 or kwargs:
        return cx.refuse("SD403", node, function="islice", message=f"{len(args)} arguments given")
    over, *bounds = args
    lo, hi, step = (NONE, bounds[0], NONE) if len(bounds) == 1 else (*bounds, NONE)[:3]
    if any(isinstance(b, Known) and b.obj is not None and not b.obj >= 0 for b in (lo, hi, step)):
        return cx.refuse("SD403", node, function="islice", message="indices must be None or integers from 0")
    for bound in (lo, hi):
        if not isinstance(bound, Known):
            negative = operators.compare(cx, node, ast.Lt(), bound, Known(0))
            operators.raise_if(cx, node, negative, "ValueError", ("Indices for islice() must be None or an integer",))
    item = endless(cx, node, over)
    if item is not None:
        return _of_endless(cx, node, item, lo, hi, step)
    if isinstance(over, Arr):
        return iterators.once(subscripts.read(cx, node, over, SliceVal(lo, hi, step)))
    return Sequence_("islice", (over, lo, hi, step))


def _of_endless(cx: Context, node: ast.AST, item: Callable[[Val], Val], lo: Val, hi: Val, step: Val) -> Val:
    places = [b.obj for b in (lo, hi, step) if isinstance(b, Known)]
    if len(places) < 3 or places[1] is None:
        return cx.refuse("SD231", node, iterable=f"`{cx.text(node)}`")
    numbers = range(places[0] or 0, places[1], places[2] or 1)
    return Sequence_("iterator", tuple(item(Known(k)) for k in numbers))


def _pairwise(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(cx, node, "itertools.pairwise", "iterable", args, kwargs)
    if found is None:
        return POISON
    over = found["iterable"]
    later = Sequence_("islice", (over, Known(1), NONE, NONE))
    if isinstance(over, Arr):
        return Sequence_("zip", (over, subscripts.read(cx, node, over, SliceVal(Known(1), NONE, NONE))))
    items = containers.items_of(cx, node, over)
    return Sequence_("zip", (over, later)) if items is None else _rows(itertools.pairwise(items))


def _accumulate(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(cx, node, "itertools.accumulate", "iterable func=None initial=None", args, kwargs)
    if found is None:
        return POISON
    over, function, first = found.values()
    if isinstance(function, Known) and function.obj is None:
        function = Known(operator.add)
    start = [] if isinstance(first, Known) and first.obj is None else [first]
    items = containers.items_of(cx, node, over)
    if items is not None:
        made = itertools.accumulate([*start, *items], lambda a, b: calls.apply(cx, node, function, [a, b], {}))
        return Sequence_("iterator", tuple(made))
    if start:
        return _written_out(iterating.accumulate)(cx, node, [first, over, function], {})
    return _written_out(iterating.accumulate_from_first)(cx, node, [over, function], {})


def _chain(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    if any(endless(cx, node, a) is not None for a in args):
        return cx.refuse("SD231", node, iterable=f"`{cx.text(node)}`, a part of which has no end,")
    items = [containers.items_of(cx, node, a) for a in args]
    known = [i for i in items if i is not None]
    if kwargs or len(known) == len(items):
        return Sequence_("iterator", tuple(itertools.chain.from_iterable(known)))
    return _written_out(iterating.from_iterable)(cx, node, [Struct("tuple", tuple(args))], kwargs)


def _product(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    times = kwargs.pop("repeat", Known(1))
    if kwargs or not isinstance(times, Known) or not isinstance(times.obj, int):
        return cx.need_static(node, times, "how often the elements are repeated")
    pools = [_pool(cx, node, a) for a in args]
    if POISON in pools:
        return POISON
    return Sequence_("product", tuple(pools * times.obj)) if args and times.obj else _rows([()])


def _pool(cx: Context, node: ast.AST, val: Val) -> Val:
    """What `product` runs over again and again: the elements as they are when it is made."""
    if isinstance(val, Arr):
        return arrays.copy(cx, node, val) if cx.aval(val).rank == 1 else val  # rows are views
    if isinstance(val, Sequence_) and val.kind in _OF_THEIR_PARTS:
        return Sequence_(val.kind, tuple(_pool(cx, node, part) for part in val.parts))
    if isinstance(val, Known | Num) or (isinstance(val, Sequence_) and val.kind == "range"):
        return val
    items = containers.items_of(cx, node, val)
    if items is not None:
        return Struct("tuple", tuple(items))
    listed = list_changes.listed(cx, node, val) if endless(cx, node, val) is None else None
    return cx.refuse("SD231", node, iterable=f"`{cx.text(node)}`") if listed is None else listed


def _choices(choose: Callable[..., Any]) -> Handler:
    def handler(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
        over, *sizes = [*args, *kwargs.values()]
        for size in sizes:
            if not isinstance(size, Known):
                return cx.need_static(node, size, "the number of elements in a choice")
        known = [size.obj for size in sizes if isinstance(size, Known)]
        if choose is itertools.combinations and known in ([2], [3]) and containers.items_of(cx, node, over) is None:
            return _written_out(iterating.combinations)(cx, node, [over, *sizes], {})
        items = _items(cx, node, over)
        if items is None:
            return POISON
        try:
            return _rows(list(choose(items, *known)))
        except (TypeError, ValueError) as error:
            return cx.refuse("SD403", node, function=choose.__name__, message=str(error))

    return handler


def _tee(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs, state: iterators.State | None = None) -> Val:
    """Iterators over the same elements, as these are now: each is refused where they have changed when it is read."""
    found = bind(cx, node, "itertools.tee", "iterable n=2", args, kwargs)
    if found is None:
        return POISON
    over, times = found.values()
    if not isinstance(times, Known):
        return cx.need_static(node, times, "the number of iterators")
    if not isinstance(times.obj, int) or times.obj < 0:
        return cx.refuse("SD403", node, function="itertools.tee", message="n is an integer from 0")
    if iterators.is_iterator(over):
        items = _items(cx, node, over)
        if items is None:
            return POISON
        over = Struct("tuple", tuple(items))
    made = [iterators.remembered(cx, iterators.once(over), state or {}) for _ in range(times.obj)]
    return Struct("tuple", tuple(iterators.begun(cx, it) for it in made))


def _zip_longest(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    fill = kwargs.pop("fillvalue", NONE)
    if kwargs or not args:
        return cx.refuse("SD402", node, argument=next(iter(kwargs), ""), function="itertools.zip_longest", detail="")
    return Sequence_("zip_longest", (fill, *args))


_OF_THEIR_PARTS = ("zip", "enumerate", "reversed", "islice", "zip_longest", "iter", "rest")
_TAKING_ALL = (  # when they are made
    itertools.product, itertools.permutations, itertools.combinations, itertools.combinations_with_replacement,
)  # fmt: skip
# How many containers in each other the elements are looked up in; others may look at whatever these hold.
_RUN_OVER: dict[Any, int] = {
    itertools.pairwise: 1, itertools.chain: 1, itertools.chain.from_iterable: 2, itertools.islice: 1,
    itertools.cycle: 1, itertools.tee: 1,
}  # fmt: skip
_FUNCTIONS: list[tuple[Any, Handler]] = [
    (itertools.groupby, grouping.call),
    (itertools.pairwise, _pairwise), (itertools.accumulate, _accumulate), (itertools.islice, _islice),
    (itertools.chain, _chain), (itertools.chain.from_iterable, _written_out(iterating.from_iterable)),
    (itertools.product, _product), (itertools.zip_longest, _zip_longest),
    (itertools.repeat, _combined("repeat", "repeat", "object times=None")),
    (itertools.count, _combined("count", "count", "start=0 step=1")),
    (itertools.cycle, _combined("cycle", "cycle", "iterable")),
    (itertools.takewhile, _written_out(iterating.takewhile)), (itertools.dropwhile, _written_out(iterating.dropwhile)),
    (itertools.filterfalse, _written_out(iterating.filterfalse)),
    (itertools.compress, _written_out(iterating.compress)), (itertools.starmap, _written_out(iterating.starmap)),
    (itertools.combinations, _choices(itertools.combinations)),
    (itertools.combinations_with_replacement, _choices(itertools.combinations_with_replacement)),
    (itertools.tee, _tee),
    (itertools.permutations, _choices(itertools.permutations)),
]  # fmt: skip
