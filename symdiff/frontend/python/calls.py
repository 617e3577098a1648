"""Calling a value: the user's functions are followed into their source and compiled in place, others have handlers."""

from __future__ import annotations

import ast
import dataclasses
import functools
import types as python_types
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from symdiff import plain
from symdiff.custom import stop_gradient
from symdiff.errors import CompileError
from symdiff.frontend.derivative import is_foreign
from symdiff.frontend.python import (
    alternatives,
    captured,
    classes,
    enums,
    iterators,
    keyed,
    known_calls,
    letters,
    list_changes,
    list_numbers,
    memory,
    numpy_spelled,
    objects,
    of_none,
    parameters,
    raising,
    special_methods,
    tables,
)
from symdiff.frontend.python.context import Context, Frame
from symdiff.frontend.python.foreign_names import not_followed, spelled
from symdiff.frontend.python.instances import Bottom
from symdiff.frontend.python.liveness import liveness, local_names
from symdiff.frontend.python.store import MISSING
from symdiff.frontend.python.values import (
    NONE,
    POISON,
    Bound,
    Closure,
    Foreign,
    Known,
    ListRef,
    Maybe,
    Method,
    OneOf,
    Partial,
    Struct,
    Val,
)
from symdiff.frontend.source import Source, has_placeholders, is_transparent, load
from symdiff.frontend.spelled.collected import CLASSES
from symdiff.frontend.spelled.members import is_mapping, is_set

MAX_DEPTH = 40
_NOT_CALLABLE = "'{}' object is not callable"


def apply(cx: Context, node: ast.AST, function: Val, args: list[Val], kwargs: dict[str, Val]) -> Val:
    """Call a value."""
    from symdiff.frontend.python import methods

    if isinstance(function, OneOf):
        function = alternatives.present(cx, node, function, "'NoneType' object is not callable")
        return alternatives.each(cx, node, function, lambda f: apply(cx, node, f, args, kwargs))
    if alternatives.involved(*args):
        keyed.takes_argument(cx, node, function, args)
    taken = _takes_any(function) or _takes_texts(cx, function, args) or _is_text_of(function, args)
    taken = taken or keyed.is_method(cx, function, args) or _asks_class(function, args)
    if alternatives.involved(*args, *kwargs.values()) and not taken:
        return _apply_each(cx, node, function, args, kwargs)
    if isinstance(function, Closure):
        return _inline(cx, node, function.source, function.frame, args, kwargs, function)
    if isinstance(function, Partial):
        kept = [iterators.read(cx, node, arg) for arg in function.args]
        named = {name: iterators.read(cx, node, arg) for name, arg in function.kwargs.items()}
        return apply(cx, node, function.function, [*kept, *args], named | kwargs)
    if isinstance(function, Method):
        return methods.call_method(cx, node, function, args, kwargs)
    if isinstance(function, Bound):
        return apply(cx, node, function.function, [function.receiver, *args], kwargs)
    if isinstance(function, Foreign):
        from symdiff.frontend.python import foreign

        return foreign.called(cx, node, function, args, kwargs)
    if not isinstance(function, Known):
        called = special_methods.call(cx, node, function, "__call__", args, kwargs)
        if called is not None:
            return called
        if raising.of_a_number(cx, node, function, _NOT_CALLABLE):
            return POISON
        return cx.refuse("SD321", node, operation="a call", left=cx.describe(function), right="nothing")
    if raising.of_a_number(cx, node, function, _NOT_CALLABLE):
        return POISON
    return _apply_known(cx, node, function, args, kwargs)


def keeps_iterators(function: Val) -> bool:
    """Whether a function only asks of an iterator, or takes its next element."""
    return isinstance(function, Known) and any(
        function.obj is f for f in (next, isinstance, type, callable, is_set, is_mapping)
    )


_ASKED = (next, isinstance, type, callable, bool, hasattr, getattr, id)  # of a list as the one that it is

_STACKED = (np.array, np.asarray, np.stack, np.concatenate, np.vstack, np.hstack, np.sum, np.mean, np.max, np.min)


def _is_text_of(function: Val, args: Sequence[Val]) -> bool:
    """Whether this is `str(x)` of an x that is None or a number, which is shown as the object that it is."""
    shows = isinstance(function, Known) and any(function.obj is f for f in (str, repr))
    return shows and all(isinstance(arg, Maybe) for arg in args)


def _asks_class(function: Val, args: Sequence[Val]) -> bool:
    """Whether this is `isinstance(x, …)` of an x that is one of several things, which says which of them it may be."""
    return isinstance(function, Known) and function.obj is isinstance and bool(args) and isinstance(args[0], OneOf)


def _apply_each(cx: Context, node: ast.AST, function: Val, args: list[Val], kwargs: dict[str, Val]) -> Val:
    """Call a value in a branch for each thing that its arguments may be."""

    def settled(vals: list[Val]) -> Val:
        return apply(cx, node, function, vals[: len(args)], dict(zip(kwargs, vals[len(args) :], strict=True)))

    none = _takes_none(function, args)
    if not none and isinstance(function, Known) and isinstance(function.obj, _CONSUMING):
        missing = of_none.message_of_builtin(function.obj.__name__, args[1:])
        args = [alternatives.present(cx, node, x, *missing) if alternatives.nullable(x) else x for x in args]
    if isinstance(function, Known) and any(function.obj is f for f in (enumerate, zip, reversed)):
        over = [letters.run_over(cx, node, x) for x in args]
        if not all(a is b for a, b in zip(args, over, strict=True)):
            return apply(cx, node, function, over, kwargs)
    of = function.receiver if isinstance(function, Method) and function.name in ("get", "setdefault") else NONE
    found = tables.chosen(cx, node, of, alternatives.narrowed(cx, node, args[0])) if args else None
    if found is not None:
        return found
    return tables.note(cx, of, alternatives.for_all(cx, node, [*args, *kwargs.values()], settled, none))


def _apply_known(cx: Context, node: ast.AST, function: Known, args: list[Val], kwargs: dict[str, Val]) -> Val:
    """Call what is known when compiling: what has a handler, a class, or a function with a source."""
    from symdiff.frontend.python import custom_rules, methods, python_calls
    from symdiff.frontend.python.numpy_calls import call_numpy

    obj = function.obj
    if isinstance(obj, functools.partial) and not has_placeholders(obj):
        base, first, bound = _passed(cx, function)
        return apply(cx, node, base, [*first, *args], {**bound, **kwargs})
    if isinstance(obj, python_types.BuiltinMethodType) and type(obj.__self__) in _METHODS_OF:
        of = classes.part(cx, function, obj.__self__, ("attr", "__self__"))
        return methods.call_method(cx, node, Method(of, obj.__name__), args, kwargs)
    if not keeps_iterators(function):
        args = [iterators.read(cx, node, arg, kept=False) for arg in args]
        kwargs = {name: iterators.read(cx, node, arg, kept=False) for name, arg in kwargs.items()}
    ours = str(getattr(obj, "__module__", "")).startswith("symdiff.")
    if not ours and not _takes_any(function) and not any(obj is f for f in _ASKED):
        put_in = 1 if getattr(obj, "__module__", None) in ("_heapq", "_bisect") else len(args)  # the rest is, into it
        read = list_numbers.plain if any(obj is f for f in _STACKED) else list_numbers.opened
        args = [*(read(cx, node, arg) for arg in args[:put_in]), *args[put_in:]]
        kwargs = {name: read(cx, node, arg) for name, arg in kwargs.items()}
    if obj is stop_gradient:
        return custom_rules.stop_gradient(cx, node, args, kwargs)
    special = objects.call_special(cx, node, obj, args, kwargs)
    if special is not None:
        return special
    for library in (call_numpy, python_calls.call_builtin):
        found = library(cx, node, obj, args, kwargs)
        if found is not None:
            return list_numbers.numbered(cx, node, iterators.begun(cx, found))
    if not_followed(obj):
        return _unknown(cx, node, function, args, kwargs)
    if isinstance(obj, type):
        return _construct(cx, node, function, args, kwargs)
    if _followed(obj):
        called = special_methods.call(cx, node, function, "__call__", args, kwargs)
        if called is not None:
            return called
    return _follow(cx, node, function, args, kwargs)


_METHODS_OF = (np.ufunc, np.ndarray, list, dict, str)  # methods of these under a name: `total = np.add.reduce`


def _followed(obj: Any) -> bool:
    """Whether calling an object is calling the `__call__` of its class."""
    return not is_transparent(obj) and type(obj).__module__.split(".")[0] not in ("numpy", "scipy", "symdiff")


_OF_ANYTHING = (isinstance, type, print, str, repr, format, bool, callable, hasattr)
_SEARCHES = ("index", "count", "remove")  # of a list or tuple: they compare its elements
_CONSUMING = (type, python_types.BuiltinFunctionType)  # of builtins: `sorted`, `list`, `len`


def _takes_none(function: Val, args: Sequence[Val]) -> bool:
    """Whether a function that is called in a branch for each thing takes None as any other of them."""
    if isinstance(function, Method):
        return function.name in _SEARCHES and isinstance(function.receiver, ListRef | Struct)
    if not isinstance(function, Known):
        return False
    return function.obj in _OF_ANYTHING or (function.obj is getattr and len(args) > 2)  # with a default


def _takes_any(function: Val) -> bool:
    """Whether a function takes what is one of several things as it is: the user's, and what puts it into a list."""
    if isinstance(function, Method):
        return isinstance(function.receiver, ListRef) and function.name in ("append", "insert")
    if not isinstance(function, Known):
        return True
    obj = function.obj
    if isinstance(obj, type):
        return obj in (functools.partial, map, filter) or plain.written_in_python(obj)
    return isinstance(obj, (python_types.FunctionType, python_types.MethodType, functools.partial)) and not is_numpy(
        obj
    )


def _takes_texts(cx: Context, function: Val, args: Sequence[Val]) -> bool:
    """Whether it puts one of several texts into a sorted list or heap, or looks for it in a list of such."""
    if any(isinstance(arg, Maybe) for arg in args):
        return False
    if isinstance(function, Method):
        return function.name in _SEARCHES and list_changes.holds_texts(cx, function.receiver)
    return isinstance(function, Known) and getattr(function.obj, "__module__", "") in ("_heapq", "_bisect")


def is_numpy(obj: Any) -> bool:
    return str(getattr(obj, "__module__", "")).split(".")[0] in ("numpy", "scipy", "symdiff")


# --- the user's functions


def closure(cx: Context, node: ast.FunctionDef | ast.Lambda) -> Val:
    """An inner function: its defaults are evaluated here, its free names where it is called."""
    from symdiff.frontend.python.expressions import evaluate

    name = "<lambda>" if isinstance(node, ast.Lambda) else node.name
    outer = cx.frame.source
    source = dataclasses.replace(
        outer, node=node, name=name, qualname=f"{outer.qualname}.<locals>.{name}", arguments=(), keywords={}
    )
    defaults = tuple(evaluate(cx, d) for d in node.args.defaults)
    kwdefaults = {
        a.arg: evaluate(cx, d)
        for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        if d is not None
    }
    return Closure(node, source, cx.frame, defaults, kwdefaults)


def _follow(cx: Context, node: ast.AST, function: Known, args: list[Val], kwargs: dict[str, Val]) -> Val:
    """A function from outside: compiled in from its source."""
    from symdiff.frontend.python import derivatives

    if keyed.is_asked(function.obj):
        return keyed.answer(cx, node, function.obj, args)
    if numpy_spelled.is_written_out(function.obj):
        return numpy_spelled.helper(cx, node, function.obj, args, kwargs)
    base = _passed(cx, function)
    if derivatives.is_derivative(base[0].obj):
        return derivatives.call(cx, node, base[0], [*base[1], *args], {**base[2], **kwargs})
    obj = function.obj
    if str(getattr(obj, "__module__", "")).startswith(("numpy.", "scipy.")):
        found = known_calls.run(cx, node, obj, args, kwargs) or _pure(cx, node, obj, args, kwargs)
        return _unknown(cx, node, function, args, kwargs) if found is None else found
    if is_foreign(base[0].obj) and not is_transparent(base[0].obj):
        return cx.refuse("SD411", node, function=cx.text(node), reason="symdiff does not follow its own functions")
    if isinstance(
        obj, python_types.BuiltinFunctionType | python_types.WrapperDescriptorType | np.ufunc
    ) or not callable(obj):
        return _unknown(cx, node, function, args, kwargs)
    try:
        source = _loaded(cx, obj)
    except CompileError as error:
        if _staged(cx, [*args, *kwargs.values()]):
            _report(cx, node, error)
            return POISON
        return _unknown(cx, node, function, args, kwargs)
    _, first, bound = base
    return _inline(cx, node, source, None, [*first, *args], {**bound, **kwargs}, None)


def source_of(cx: Context, node: ast.AST, function: Any) -> Source | None:
    """The definition of a function from outside; None after a problem."""
    try:
        return _loaded(cx, function)
    except CompileError as error:
        _report(cx, node, error)
        return None


def _loaded(cx: Context, function: Any) -> Source:
    """The definition of a function, which must have this code at each call."""
    memo = cx.sources.get(id(function))
    if memo is None or memo[0] is not function:
        cx.sources[id(function)] = memo = (function, load(function))
    captured.rely_on_code(cx, memo[1])
    return memo[1]


def _report(cx: Context, node: ast.AST, error: CompileError) -> None:
    cx.problems.extend(dataclasses.replace(p, loc=p.loc or cx.loc(node)) for p in error.problems)


def _passed(cx: Context, function: Known) -> tuple[Known, list[Val], dict[str, Val]]:
    """The function under methods and partials, and what these pass first, captured where it was."""
    args: list[Val] = []
    kwargs: dict[str, Val] = {}
    obj = function.obj
    steps: tuple[tuple[str, Any], ...] = ()
    while isinstance(obj, python_types.MethodType | functools.partial):
        if isinstance(obj, python_types.MethodType):
            args = [classes.part(cx, function, obj.__self__, *steps, ("attr", "__self__")), *args]
            obj, steps = obj.__func__, (*steps, ("attr", "__func__"))
            continue
        given, named = (*steps, ("attr", "args")), (*steps, ("attr", "keywords"))
        classes.part(cx, function, obj.keywords, *named)  # it must go on passing these
        args = [*(classes.part(cx, function, a, *given, ("item", k)) for k, a in enumerate(obj.args)), *args]
        kwargs = {k: classes.part(cx, function, a, *named, ("item", k)) for k, a in obj.keywords.items()} | kwargs
        obj, steps = obj.func, (*steps, ("attr", "func"))
    origin = None if function.origin is None else (function.origin[0], (*function.origin[1], *steps))
    return (Known(obj, origin) if steps else function), args, kwargs


def _staged(cx: Context, vals: Sequence[Val]) -> bool:
    return any(not isinstance(v, Known) for v in vals)


def _pure(cx: Context, node: ast.AST, obj: Any, args: list[Val], kwargs: dict[str, Val]) -> Val | None:
    """A function of SciPy that has no effect, on staged values."""
    from symdiff.frontend.python import foreign_writes, opaque_calls

    written = foreign_writes.output_of(cx, node, obj, args, kwargs, functools.partial(_pure, cx, node, obj))
    if written is not None:
        return written
    obj, given = known_calls.bound(obj, args)
    named = spelled(obj) if known_calls.is_pure(obj) else None
    return None if named is None else opaque_calls.call_named(cx, node, named, obj, given, kwargs)


def _unknown(cx: Context, node: ast.AST, function: Known, args: list[Val], kwargs: dict[str, Val]) -> Val:
    """A function without a meaning here: run as it is, where it can be."""
    from symdiff.frontend.python import foreign

    found = foreign.call(cx, node, function, args, kwargs) if callable(function.obj) else None
    if found is None:
        return cx.refuse_unknown(node, foreign.shown(function.obj), [*args, *kwargs.values()])
    return found


def _inline(
    cx: Context,
    node: ast.AST,
    source: Source,
    outer: Frame | None,
    args: list[Val],
    kwargs: dict[str, Val],
    inner: Closure | None,
) -> Val:
    """Run a function's body in a frame of its own."""
    bound = parameters.bind(cx, node, source, args, kwargs, inner)
    if bound is None:
        return POISON
    return enter(cx, node, source, outer, bound)


def enter(cx: Context, node: ast.AST, source: Source, outer: Frame | None, bound: Mapping[str, Val]) -> Val:
    """The result of a call with its parameters bound: of a function that calls itself, or compiled in place."""
    from symdiff.frontend.python import custom_rules, recursion, sharing

    if source.rule is not None:
        return custom_rules.enter(cx, node, source, bound)
    found = recursion.enter(cx, node, source, outer, bound)
    if found is not None:
        return found
    if cx.frame.depth >= MAX_DEPTH:
        return recursion.refuse_depth(cx, node, source, bound, MAX_DEPTH)
    key, cx.noted, before = cx.noted, None, cx.inlined
    result = run_function(cx, node, source, outer, bound)
    cx.inlined += sharing.weight(source.node)
    if key is not None:
        cx.weights[key] = cx.inlined - before
    return result


def run_function(cx: Context, node: ast.AST, source: Source, outer: Frame | None, bound: Mapping[str, Val]) -> Val:
    """The result of a function whose parameters are bound."""
    from symdiff.frontend.python.control import RAISE, RESULT, exit_of
    from symdiff.frontend.python.expressions import evaluate
    from symdiff.frontend.python.statements import check_declared, run_block

    if id(source.node) not in cx.bodies:
        rewritten = cx.session.rewritten(source.node)
        cx.bodies[id(source.node)] = rewritten, liveness(rewritten)
        if source.stands_for is None:
            cx.compiled[id(source.node)] = source
    body, live = cx.bodies[id(source.node)]
    caller = cx.frames[-1] if cx.frames else None
    path = (
        *(caller.path if caller else ()),
        id(node),
        *(("loop", x.turn) for x in cx.loops if x.unrolled and x.frame is caller),
    )
    depth = caller.depth + 1 if caller else 0
    number = cx.count("frame")
    calls = caller.calls if caller else ()
    if len(cx.frames) > 1 and source.stands_for is None:  # the entry is called by nobody
        calls = (*calls, (source.name, number))
    local = local_names(body).union(bound)
    frame = Frame(number, source, live, outer, path, local, depth, bound=bound, scope=cx.scope, calls=calls)
    cx.frames.append(frame)
    loc = cx.scope.loc
    try:
        check_declared(cx, body)
        for name, val in bound.items():
            cx.set_name(frame, name, val)
        if isinstance(body, ast.Lambda):
            return evaluate(cx, body.body)
        if body.type_comment is None and _is_generator(body):
            return cx.refuse("SD201", source.node)
        end = ast.copy_location(ast.Return(value=None), body.body[-1])
        bottoms = cx.instances.bottoms
        run_block(cx, [*body.body, end], frozenset(live.always))
        if exit_of(cx).known == RAISE and (cx.instances.bottoms > bottoms or cx.leaves is cx.scope):
            raise Bottom
        found: Val = cx.get_name(frame, RESULT)
        if found is MISSING or exit_of(cx).known is None:
            return NONE if found is MISSING else found
        return found
    finally:
        cx.frames.pop()
        cx.scope.loc = loc


def _is_generator(node: ast.FunctionDef) -> bool:
    stack: list[ast.AST] = list(node.body)
    while stack:
        n = stack.pop()
        if isinstance(n, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(n, (ast.FunctionDef, ast.Lambda)):
            stack.extend(ast.iter_child_nodes(n))
    return False


# --- classes


def _construct(cx: Context, node: ast.AST, function: Known, args: list[Val], kwargs: dict[str, Val]) -> Val:
    """An instance of a class, made inside the function."""
    cls: type[Any] = function.obj
    if memory.is_poison(*args, *kwargs.values()):
        return POISON
    member = enums.by_value(cx, node, function, args, kwargs)
    if member is not None:
        return member
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        return _named_tuple(cx, node, cls, args, kwargs)
    if cls in CLASSES:
        cls = CLASSES[cls]
        cx.classes[cls] = Known(cls)
    elif function.origin is not None:
        cx.classes.setdefault(cls, function)
    made = objects.construct(cx, node, cls, args, kwargs)
    return _unknown(cx, node, function, args, kwargs) if made is None else made


def _field_default(cx: Context, cls: Any, field: str) -> Val:
    default = cls._field_defaults[field]
    if captured.is_constant(default):
        return Known(default)
    return classes.member(cx, cls, "_field_defaults", default, ("item", field))


def _named_tuple(cx: Context, node: ast.AST, cls: Any, args: list[Val], kwargs: dict[str, Val]) -> Val:
    fields = tuple(cls._fields)
    made = classes.lookup(cls, "__new__")
    if made is None or "_fields" not in made[0].__dict__ or cls.__init__ is not object.__init__:
        return cx.refuse("SD412", node, name=f"`{cls.__name__}`", reason="has a `__new__` or `__init__` of its own")
    found = {**cls._field_defaults, **dict.fromkeys(kwargs), **dict.fromkeys(fields[: len(args)])}
    if set(found) != set(fields) or len(args) > len(fields) or kwargs.keys() & set(fields[: len(args)]):
        return cx.refuse("SD313", node, function=cls.__name__, message=f"takes {', '.join(fields)}")
    given = dict(zip(fields, args, strict=False)) | kwargs
    items = tuple(given[f] if f in given else _field_default(cx, cls, f) for f in fields)
    return Struct("namedtuple", items, cls, fields, own=True)
