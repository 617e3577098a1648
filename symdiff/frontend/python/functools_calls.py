"""What `functools` and `operator` make to be called: `itemgetter(1)`, caches, functions that dispatch by class.

`sorted(rows, key=operator.itemgetter(1))`: `itemgetter(1)` is a partial of `frontend.spelled.calling.itemgetter`.
"""

from __future__ import annotations

import ast
import functools
import operator
from typing import Any

from symdiff.frontend.python import caching, calls, captured, containers
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.reflection import SomeIterator, class_of_value
from symdiff.frontend.python.values import Known, Partial, Struct, Val
from symdiff.frontend.spelled import calling

Args = list[Val]
Kwargs = dict[str, Val]
_DISPATCHING = functools.singledispatch(lambda x: x).__code__  # type: ignore[attr-defined]  # a function


def call(cx: Context, node: ast.AST, obj: Any, args: Args, kwargs: Kwargs) -> Val | None:
    """The result; None where `obj` is nothing of these modules with a meaning here."""
    if obj is calling.cached:
        return caching.call(cx, node, args, kwargs)
    if obj in (functools.cache, calling.caching) or (obj is functools.lru_cache and _is_applied(args)):
        return caching.decorated(args[0])
    if obj is functools.lru_cache and "typed" not in kwargs:
        return Known(calling.caching)
    if obj in (operator.itemgetter, operator.attrgetter) and args and not kwargs:
        made = calling.itemgetter if obj is operator.itemgetter else calling.attrgetter
        return Partial(Known(made), (Struct("tuple", tuple(args)),), {})
    if obj is operator.methodcaller and args:
        given = Struct("tuple", tuple(args[1:])), containers.new_dict(cx, node, dict(kwargs))
        return Partial(Known(calling.methodcaller), (args[0], *given), {})
    if isinstance(obj, (operator.itemgetter, operator.attrgetter, operator.methodcaller)):  # made outside
        return calls.apply(cx, node, _again(cx, node, obj), args, kwargs)
    if isinstance(obj, functools.singledispatchmethod) and len(args) > 1:  # of the object that is passed first
        return _dispatched(cx, node, obj.dispatcher, args, kwargs, 1)
    if getattr(obj, "__code__", None) is _DISPATCHING and args:
        return _dispatched(cx, node, obj, args, kwargs, 0)
    return None


def _is_applied(args: Args) -> bool:
    """Whether `lru_cache` is given the function, not the size of the cache."""
    return bool(args) and not (isinstance(args[0], Known) and isinstance(args[0].obj, (int, type(None))))


def _again(cx: Context, node: ast.AST, obj: Any) -> Val:
    """What `itemgetter(1)` was made with, taken from the object that it is."""
    made = obj.__reduce__()
    if isinstance(made[0], functools.partial):  # a method with keywords
        args, kwargs = made[0].args + made[1], made[0].keywords
    else:
        args, kwargs = made[1], {}
    found = call(cx, node, type(obj), [Known(a) for a in args], {k: Known(v) for k, v in kwargs.items()})
    assert found is not None
    return found


def _dispatched(cx: Context, node: ast.AST, obj: Any, args: Args, kwargs: Kwargs, by: int) -> Val:
    """A function of `singledispatch`, by the class of one of its arguments."""
    cls = class_of_value(args[by])
    if cls is None or cls is SomeIterator:
        return cx.refuse("SD312", node, use=f"`{obj.__name__}`", name=f"`{cx.text(node)}`")
    captured.rely_on_items(cx, obj.__name__, obj.registry)
    return calls.apply(cx, node, Known(obj.dispatch(cls)), args, kwargs)
