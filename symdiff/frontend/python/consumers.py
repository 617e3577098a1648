"""Builtins over a comprehension: `sum(… for t in v)`, `max([…], key=f)`, `any(map(f, v))`.

Python makes a list before it evaluates the other arguments, and calls `key` behind it.  Of a generator it evaluates
what the first `for` runs over, then the other arguments; each element is made when it is asked for.  Where something
is seen of that order (output, or a change of what was there before), it is kept; else the loop is as short as it gets.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from symdiff.frontend.python import containers, telling
from symdiff.frontend.python.comprehensions import (
    InTurn,
    UnknownLength,
    Watch,
    attempt,
    comprehension_list,
    fold,
    rolled_or_static,
)
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.rolled import go_back, mark
from symdiff.frontend.python.values import POISON, Known, Val

Elements = ast.ListComp | ast.GeneratorExp
Given = tuple[list[Val], dict[str, Val]]

_GIVEN = {
    "sum": {"start": "$start"},
    "max": {"key": "$function", "default": "$default"},
    "min": {"key": "$function", "default": "$default"},
}
_EARLY = ("any", "all")  # they ask for no more elements than they need
_KINDS = {id(f): f.__name__ for f in (sum, any, all, max, min)}


def consumer_of(function: Val) -> str:
    """The kind of fold that a called function is, or nothing."""
    return _KINDS.get(id(function.obj), "") if isinstance(function, Known) else ""


def elements_of(cx: Context, node: ast.Call, kind: str) -> Elements | None:
    """The comprehension whose elements a call of such a function takes; `any(map(f, v))` is `any(f(t) for t in v)`."""
    from symdiff.frontend.python.expressions import evaluate

    over = node.args[0] if node.args else None
    if isinstance(over, (ast.ListComp, ast.GeneratorExp)):
        return over
    if kind not in _EARLY or not isinstance(over, ast.Call) or len(over.args) != 2 or over.keywords:
        return None
    name, (function, elements) = over.func, over.args
    if not isinstance(name, ast.Name) or not isinstance(function, ast.Name | ast.Lambda):
        return None
    called = None if isinstance(elements, ast.Starred) else evaluate(cx, name)
    if not isinstance(called, Known) or called.obj is not map:
        return None

    def made() -> ast.GeneratorExp:
        each = ast.Name("$item", ast.Load())
        turns = ast.comprehension(ast.Name("$item", ast.Store()), elements, [], 0)
        found = ast.copy_location(ast.GeneratorExp(ast.Call(function, [each], []), [turns]), over)
        return ast.fix_missing_locations(found)

    return cx.session.short_for(over, "elements", made)


def at_any_time(nodes: Sequence[ast.expr]) -> bool:
    """Whether nothing is seen of when these are evaluated."""
    return all(
        isinstance(n, ast.Constant)
        or (isinstance(n, ast.Lambda) and not n.args.defaults and not any(n.args.kw_defaults))
        for n in nodes
    )


def consume(cx: Context, node: ast.Call, function: Val, kind: str, over: Elements) -> Val:
    """A call such as `sum(… for t in v)`: unrolled, or by a loop that makes no list."""
    if isinstance(over, ast.GeneratorExp):
        return _of_generator(cx, node, function, kind, over)
    try:
        items = attempt(cx, over)
    except UnknownLength as unknown:
        return _of_list(cx, node, function, kind, over, unknown)
    rest = _rest(cx, node)
    return POISON if items is None else _called(cx, node, function, over, items, rest)


def _rest(cx: Context, node: ast.Call) -> Given:
    from symdiff.frontend.python.expressions import evaluate

    return [evaluate(cx, a) for a in node.args[1:]], {k.arg or "**": evaluate(cx, k.value) for k in node.keywords}


def _called(cx: Context, node: ast.Call, function: Val, over: Elements, items: list[Val], rest: Given) -> Val:
    from symdiff.frontend.python.calls import apply

    return apply(cx, node, function, [containers.new_list(cx, over, items), *rest[0]], rest[1])


def _folded(
    cx: Context, node: ast.Call, kind: str, over: Elements, rest: Given, unknown: UnknownLength | None = None
) -> Val:
    """The loop, with the other arguments under hidden names; for elements in turn without `unknown`."""
    given = {**rest[1], **({"start": rest[0][-1]} if rest[0] else {})}
    hidden = {"$first": "$first", **_GIVEN.get(kind, {})}
    wrong = next((name for name in given if name not in hidden), None)
    if wrong is not None:
        return cx.refuse("SD402", node, argument=wrong, function=kind, detail=" over elements made turn by turn")
    named = {hidden[name]: val for name, val in given.items()}
    if kind == "sum":
        named.setdefault("$start", Known(0))
    by = f"{kind} by" if "key" in given else kind
    if unknown is None:
        return fold(cx, node, by, over, named)
    if kind in ("max", "min"):
        return _best_of_structures(cx, node, by, over, rest, named, unknown)
    return rolled_or_static(cx, node, by, over, named, unknown)


def _best_of_structures(
    cx: Context, node: ast.Call, by: str, over: Elements, rest: Given, named: dict[str, Val], unknown: UnknownLength
) -> Val:
    """`max` or `min` where a loop without a list has no place for the best element so far: it is no number."""
    from symdiff.frontend.python.calls import apply
    from symdiff.frontend.python.expressions import evaluate

    place, watch = mark(cx), Watch(cx)
    cx.store.begin()
    found = fold(cx, node, by, over, named)
    if len(cx.problems) == place.problems:
        cx.store.keep()
        return found
    in_turn = isinstance(over, ast.GeneratorExp) and watch.changed()
    go_back(cx, place)
    if in_turn:
        return rolled_or_static(cx, node, by, over, named, unknown)
    cx.store.begin()
    whole = comprehension_list(cx, over, named.get("$first"))
    if whole is not POISON:
        kwargs = {name: val for name, val in rest[1].items() if name != "$first"}
        found = apply(cx, node, evaluate(cx, node.func), [whole, *rest[0]], kwargs)
    if len(cx.problems) == place.problems:
        cx.store.keep()
        return found
    wanted = cx.problems[place.problems :]
    go_back(cx, place)
    found = rolled_or_static(cx, node, by, over, named, unknown)
    telling.unordered(cx, place.problems, wanted)
    return found


def _of_generator(cx: Context, node: ast.Call, function: Val, kind: str, over: ast.GeneratorExp) -> Val:
    first, rest = _begun(cx, node, over)
    in_turn = (rest[0], rest[1] if first is None else {**rest[1], "$first": first})
    place, watch = mark(cx), Watch(cx)
    cx.store.begin()
    try:
        items = attempt(cx, over, kind in _EARLY, first)
        found = POISON if items is None else _called(cx, node, function, over, items, rest)
    except InTurn:
        cx.store.keep()
        return _folded(cx, node, kind, over, in_turn)
    except UnknownLength as unknown:
        cx.store.keep()
        return _folded(cx, node, kind, over, in_turn, unknown)
    numbers = "key" not in rest[1] and all(cx.is_numeric(item) for item in items or ())
    if items is not None and len(items) > 1 and not numbers and watch.changed():
        go_back(cx, place)
        return _folded(cx, node, kind, over, in_turn)
    cx.store.keep()
    return found


def _begun(cx: Context, node: ast.Call, over: ast.GeneratorExp) -> tuple[Val | None, Given]:
    """What the generator runs over, if it must be evaluated before the other arguments; and these."""
    from symdiff.frontend.python.expressions import evaluate

    if at_any_time([*node.args[1:], *(k.value for k in node.keywords)]):
        return None, _rest(cx, node)
    place, watch = mark(cx), Watch(cx)
    cx.store.begin()
    first = evaluate(cx, over.generators[0].iter)
    rest = _rest(cx, node)
    if watch.saw():
        cx.store.keep()
        return first, rest
    go_back(cx, place)
    return None, _rest(cx, node)


def _of_list(cx: Context, node: ast.Call, function: Val, kind: str, over: ast.ListComp, unknown: UnknownLength) -> Val:
    """`any([… for t in v])`, `sum([… for t in v], f(x))`: the whole list is made before, where that is seen."""
    from symdiff.frontend.python.calls import apply

    early = kind in _EARLY
    place, watch = mark(cx), Watch(cx)
    cx.store.begin()
    rest = _rest(cx, node)
    before = watch.saw()
    found = _folded(cx, node, kind, over, rest, unknown)
    others = [*node.args[1:], *(k.value for k in node.keywords)]
    alone = not early and at_any_time(others) and not any(isinstance(n, ast.Lambda) for n in others)
    if alone or not (before or (watch.saw() if early else watch.changed())):
        cx.store.keep()
        return found
    go_back(cx, place)
    whole = comprehension_list(cx, over)
    rest = _rest(cx, node)
    return POISON if whole is POISON else apply(cx, node, function, [whole, *rest[0]], rest[1])


def next_of(cx: Context, node: ast.Call, over: ast.GeneratorExp) -> Val:
    """`next(… for t in v)`, `next((… for t in v), default)`: no element behind the first is computed."""
    first, (rest, _) = _begun(cx, node, over)
    given = {"$default": rest[0]} if rest else {}
    return fold(cx, node, "next", over, given if first is None else {**given, "$first": first})


def reduces(node: ast.Call) -> bool:
    """Whether the second argument is a generator expression: `reduce(f, (… for t in v))`."""
    return 2 <= len(node.args) <= 3 and isinstance(node.args[1], ast.GeneratorExp) and not node.keywords


def reduce_of(cx: Context, node: ast.Call, of_list: Callable[[], Val]) -> Val:
    """`functools.reduce` of a generator: `of_list` calls it with what was made at once, unless that is seen."""
    from symdiff.frontend.python.expressions import evaluate

    place, watch = mark(cx), Watch(cx)
    cx.store.begin()
    found = of_list()
    if len(cx.problems) == place.problems and not watch.changed():
        cx.store.keep()
        return found
    go_back(cx, place)
    function, over, *start = node.args
    assert isinstance(over, ast.GeneratorExp)
    given = {"$function": evaluate(cx, function), "$first": evaluate(cx, over.generators[0].iter)}
    given |= {"$start": evaluate(cx, start[0])} if start else {}
    return fold(cx, node, "reduce from" if start else "reduce", over, given)
