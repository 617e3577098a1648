"""Evaluating expressions: the syntax tree in, a `Val` out.

Operators, attributes and subscripts nest as deep as Python's parser lets them: they are evaluated in steps.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from symdiff.frontend.python import (
    alternatives,
    call_sites,
    calls,
    captured,
    classes,
    containers,
    control,
    flat,
    foreign,
    handed_out,
    iterators,
    keyed,
    keys,
    letters,
    list_changes,
    list_numbers,
    memory,
    mirrors,
    nothing_added,
    numpy_grids,
    operators,
    raising,
    sets,
    sets_of_the_run,
    subscripts,
    tables,
    targets,
    unlike,
)
from symdiff.frontend.python.arrays import attribute
from symdiff.frontend.python.context import Context, Frame
from symdiff.frontend.python.desugar import HIDDEN
from symdiff.frontend.python.instances import Bottom
from symdiff.frontend.python.store import MISSING
from symdiff.frontend.python.values import (
    DEAD,
    NONE,
    POISON,
    UNBOUND,
    Arr,
    Conflict,
    DictRef,
    Flat,
    Foreign,
    Grown,
    Known,
    ListRef,
    Maybe,
    Method,
    SetRef,
    SliceVal,
    Struct,
    Unsummed,
    Val,
)
from symdiff.ir.steps import Steps, at_once, run_steps

_NOT_BOUND = "cannot access local variable {!r} where it is not associated with a value"


def evaluate(cx: Context, node: ast.expr) -> Val:
    handler = _HANDLERS.get(type(node))
    if handler is not None:
        before = len(cx.held)
        return _held(cx, handler(cx, node), before)
    if type(node) in _NESTING:
        found: Val = run_steps(steps(cx, node))
        return found
    return cx.refuse("SD299", node, construct=f"`{cx.text(node)}`")


def steps(cx: Context, node: ast.expr) -> Steps:
    """`evaluate`, in steps."""
    nesting = _NESTING.get(type(node))
    if nesting is None:
        return (yield from at_once(lambda: evaluate(cx, node)))
    before = len(cx.held)
    return _held(cx, (yield nesting(cx, node)), before)


def _held(cx: Context, val: Val, before: int) -> Val:
    """What an expression gives is held by what it stands in; what was evaluated for it is not any more."""
    del cx.held[before:]
    cx.held.append(val)
    return val


def _constant(cx: Context, node: ast.Constant) -> Val:
    return Known(node.value)


# --- names


def _name(cx: Context, node: ast.Name) -> Val:
    frame = cx.home_of(node.id)
    if frame is None and node.id in HIDDEN:
        return Known(HIDDEN[node.id])
    if frame is None:
        if cx.frame.source.stands_for is None:
            cx.used_names.add(node.id)
        return captured.free_name(cx, node)
    val = _settle(cx, node, frame, cx.get_name(frame, node.id))
    return val if node.id.startswith("$") else iterators.read(cx, node, val)


def evaluate_kept(cx: Context, node: ast.expr) -> Val:
    """An expression that is asked what it is, or for one element: an iterator of that name keeps the rest."""
    frame = cx.home_of(node.id) if isinstance(node, ast.Name) else None
    if frame is None or not isinstance(node, ast.Name):
        return evaluate(cx, node)
    return _settle(cx, node, frame, cx.get_name(frame, node.id))


_HANDED_OUT = "put what is handed out in a name, and `return` that once, at the end"


def _settle(cx: Context, node: ast.Name, frame: Frame, val: Any) -> Val:
    """A local as it can be used: bound, and the same on every path."""
    if handed_out.uncertain(cx, frame, node.id) or (val is DEAD and not cx.running(frame.id)):
        construct = f"`{node.id}`, which a function reads that an early `return` handed out,"
        return cx.refuse("SD299", node, construct=construct, rewrite=_HANDED_OUT)
    if val is MISSING or val is UNBOUND:
        if cx.instances.waiting:  # bound, maybe, behind a call whose result is not known yet
            cx.instances.bottoms += 1
            raise Bottom
        if cx.loops:  # an earlier turn may bind it: Python's error where none did
            error = UnboundLocalError(_NOT_BOUND.format(node.id))
            return raising.always(cx, node, error, "SD311", name=f"`{node.id}`")
        return cx.refuse("SD311", node, name=f"`{node.id}`")
    if val is DEAD:
        return cx.refuse("SD902", node, stage="liveness", message=f"{node.id} is read but was dropped")
    if isinstance(val, Unsummed):
        return nothing_added.settled(cx, node, val)  # type: ignore[no-any-return]  # an Arr
    if isinstance(val, Conflict):
        cx.set_name(frame, node.id, POISON)
        return _clear(cx, node, val)
    if alternatives.unbound(val):
        val = alternatives.present(cx, node, val, _NOT_BOUND.format(node.id), "UnboundLocalError")
    if alternatives.involved(val):
        return alternatives.narrowed(cx, node, val)
    if isinstance(val, Maybe):
        if val.cell is not None and memory.check_stale(cx, node, Arr(val.cell)):
            return POISON
        hint = "" if node.id.startswith("$") else node.id  # a hidden name is bound where its template reads it
        got = cx.at(node).emit("opt_get", val.value, name=hint, hints=(hint,))[0]
        bound = memory.shares(cx, cx.wrap(got), [] if val.cell is None else [Arr(val.cell)])
        cx.set_name(frame, node.id, bound)
        return bound
    if memory.check_stale(cx, node, val):
        return POISON
    if isinstance(val, SetRef) and isinstance(cx.store.get(val.cell), Conflict):
        return sets.refuse_paths(cx, node)
    if isinstance(val, (ListRef, DictRef)) and isinstance(cx.store.get(val.cell), Conflict):
        return unlike.refuse(cx, node, cx.store.get(val.cell))
    assert isinstance(val, Val)
    return val


# --- operators


def _binary(cx: Context, node: ast.BinOp) -> Steps:
    if nothing_added.mentioned(cx, node):
        return nothing_added.settled(cx, node, nothing_added.evaluate(cx, node))
    left = yield steps(cx, node.left)
    found = operators.binary(cx, node, node.op, left, (yield steps(cx, node.right)))
    return list_numbers.numbered(cx, node, found)


def _unary(cx: Context, node: ast.UnaryOp) -> Steps:
    if isinstance(node.op, ast.Not):
        return operators.negate(cx, node, (yield _condition(cx, node.operand)))
    return operators.unary(cx, node, node.op, (yield steps(cx, node.operand)))


def _compare(cx: Context, node: ast.Compare) -> Steps:
    """`a < b < c` is `a < b and b < c` with b evaluated once."""
    first = (
        evaluate_kept(cx, node.left) if isinstance(node.ops[0], (ast.Is, ast.IsNot)) else (yield steps(cx, node.left))
    )
    return (yield _chain(cx, node, first, 0))


def _chain(cx: Context, node: ast.Compare, left: Val, k: int) -> Steps:
    right = yield steps(cx, node.comparators[k])
    found = operators.compare(cx, node, node.ops[k], left, right)
    if k + 1 == len(node.ops):
        return found
    return (yield control.short_circuit_steps(cx, node, found, True, _chain(cx, node, right, k + 1)))


def _bool_op(cx: Context, node: ast.BoolOp, k: int = 0, operand: Callable[..., Steps] = steps) -> Steps:
    """`operand` evaluates one of the values: as it is, or its truth."""
    found = yield operand(cx, node.values[k])
    if k + 1 == len(node.values):
        return found
    both, rest = isinstance(node.op, ast.And), _bool_op(cx, node, k + 1, operand)
    return (yield control.short_circuit_steps(cx, node.values[k], found, both, rest, operand is _condition))


def condition(cx: Context, node: ast.expr) -> Val:
    """What decides a branch: of `a and b` only the truth is asked for, so that `a` may be a list and `b` a bool."""
    found: Val = run_steps(_condition(cx, node))
    return found


def _condition(cx: Context, node: ast.expr) -> Steps:
    if isinstance(node, ast.BoolOp):
        return _bool_op(cx, node, 0, _condition)
    return _truth(cx, node)


def _truth(cx: Context, node: ast.expr) -> Steps:
    return operators.truth(cx, node, (yield steps(cx, node)))


def _if_exp(cx: Context, node: ast.IfExp) -> Steps:
    test = yield _condition(cx, node.test)
    return (yield control.choose_steps(cx, node, test, steps(cx, node.body), steps(cx, node.orelse)))


# --- displays


def _tuple(cx: Context, node: ast.Tuple) -> Val:
    items = containers.display(cx, node, node.elts)
    if isinstance(items, Grown):
        return list_changes.made(cx, node, items, "tuple")
    return POISON if items is None else Struct("tuple", items, own=True)


def _list(cx: Context, node: ast.List) -> Val:
    items = containers.display(cx, node, node.elts)
    return POISON if items is None else list_numbers.numbered(cx, node, list_changes.made(cx, node, items))


def _dict(cx: Context, node: ast.Dict) -> Val:
    found: list[keyed.Entry] = []
    for key, value in zip(node.keys, node.values, strict=True):
        if key is not None:
            found.append((key, evaluate(cx, key), evaluate(cx, value)))
            continue
        spread = evaluate(cx, value)
        if keyed.holds(cx, spread):
            found.append((value, None, spread))
            continue
        merged = containers.mapping(cx, value, spread)
        if merged is None:
            return POISON
        found += [(node, keys.val_of(cx, node, k), val) for k, val in merged.items()]
    return keyed.of_entries(cx, node, found)


def _set(cx: Context, node: ast.Set) -> Val:
    items = containers.display(cx, node, node.elts)
    if isinstance(items, Grown):
        return sets_of_the_run.of_iterable(cx, node, list_changes.made(cx, node, items), False, mixed=True)
    return POISON if items is None else sets.known_set(cx, node, items)


# --- comprehensions


def _comprehension(cx: Context, node: ast.ListComp | ast.SetComp | ast.DictComp) -> Val:
    from symdiff.frontend.python import comprehensions

    return list_numbers.numbered(cx, node, comprehensions.comprehension(cx, node))


_CONSUMERS = (
    "`sum`, `max`, `min`, `any`, `all`, `next`, `sorted`, `list`, `tuple`, `dict` and `join`, behind a star, or "
    "unpacked"
)


def _generator(cx: Context, node: ast.GeneratorExp, first: Val | None = None) -> Val:
    """A generator under a name, or passed on: its elements, computed here, are read once.

    Python computes each when it is asked for: what it reads may not change before, and it may have no effects.
    What the first `for` runs over is evaluated at once.
    """
    from symdiff.frontend.python import comprehensions

    if first is None:
        first = evaluate(cx, node.generators[0].iter)
    state = iterators.sources_of(cx, node, first)
    effects = cx.scope.effects
    made = comprehensions.comprehension_list(cx, node, first)
    if cx.scope.effects > effects:
        return cx.refuse("SD219", node, consumers=_CONSUMERS)
    return iterators.remembered(cx, iterators.once(made), state)


def evaluate_spent(cx: Context, node: ast.expr) -> Val:
    """An expression whose elements are taken at once: a generator is the list it would give."""
    from symdiff.frontend.python import comprehensions

    return comprehensions.comprehension_list(cx, node) if isinstance(node, ast.GeneratorExp) else evaluate(cx, node)


def evaluate_begun(cx: Context, node: ast.GeneratorExp, first: Val, at_once: bool) -> Val:
    """A generator of which is evaluated what its first `for` runs over."""
    from symdiff.frontend.python import comprehensions

    return comprehensions.comprehension_list(cx, node, first) if at_once else _generator(cx, node, first)


# --- attributes, subscripts, calls


def _attribute(cx: Context, node: ast.Attribute) -> Steps:
    base = _clear(cx, node.value, (yield steps(cx, node.value)))
    found = iterators.read(cx, node, attribute(cx, node, base, node.attr))
    if isinstance(found, Method) and isinstance(found.receiver, Foreign) and id(node) not in cx.callees:
        return foreign.read(cx, node, found.receiver, found.name)
    return found


def _clear(cx: Context, node: ast.AST, val: Val) -> Val:
    """What a call gave, if it is one thing."""
    if not isinstance(val, Conflict):
        return val
    fields = {"then": val.then, "otherwise": val.orelse, **dict(val.fields)}
    return cx.refuse(val.code, node, (), name=f"`{cx.text(node)}`", **fields)


def _subscript(cx: Context, node: ast.Subscript) -> Steps:
    base = _clear(cx, node.value, (yield steps(cx, node.value)))
    index = yield steps(cx, node.slice)
    found = iterators.read(cx, node, subscript(cx, node, base, index))
    return list_numbers.numbered(cx, node, found) if isinstance(index, SliceVal) else found


def subscript(cx: Context, node: ast.AST, base: Val, index: Val) -> Val:
    """`base[index]`."""
    if memory.is_poison(base, index):
        return POISON
    base = alternatives.present(cx, node, base, "'NoneType' object is not subscriptable")
    base = list_numbers.opened(cx, node, mirrors.searchable(cx, base, index))
    if isinstance(base, DictRef):
        index = tables.key_of_number(cx, node, base, index)
    keyed.takes(cx, node, base, index, grows=keyed.makes_entries(base))
    if alternatives.involved(base, index) and not (keyed.holds(cx, base) and not alternatives.involved(base)):
        found = tables.chosen(cx, node, base, alternatives.narrowed(cx, node, index)) or letters.sliced(cx, base, index)
        if found is not None:
            return found
        found = alternatives.for_all(cx, node, (base, index), lambda both: subscript(cx, node, *both))
        return tables.note(cx, base, found)
    if containers.entries(cx, base) is not None and alternatives.has_involved(index):
        return alternatives.in_tuple(cx, node, index, lambda key: subscript(cx, node, base, key))
    if isinstance(base, Arr):
        return subscripts.read(cx, node, base, index)
    if isinstance(base, Flat):
        return flat.read(cx, node, base, index)
    if isinstance(base, Foreign):
        return foreign.item(cx, node, base, index)
    if isinstance(base, Known) and isinstance(base.obj, type) and classes.is_generic(base.obj):
        return base  # `Box[float]`: a call of it is a call of the class
    grid = numpy_grids.subscript(cx, node, base, index) if isinstance(base, Known) else None
    if grid is not None:
        return grid
    found = containers.subscript(cx, node, base, index)
    if isinstance(found, Conflict) and found.fields:
        return cx.refuse(found.code, node, (), name=f"`{cx.text(node)}`", **dict(found.fields))
    return found


def _slice(cx: Context, node: ast.Slice) -> Val:
    lo, hi, step = (NONE if part is None else evaluate(cx, part) for part in (node.lower, node.upper, node.step))
    return SliceVal(lo, hi, step)


def _lambda(cx: Context, node: ast.Lambda) -> Val:
    return calls.closure(cx, node)


def _starred(cx: Context, node: ast.Starred) -> Val:
    return cx.refuse("SD228", node, construct=cx.text(node))


def _named(cx: Context, node: ast.NamedExpr) -> Val:
    """`name := value` binds where a comprehension stands, not inside it."""
    val = evaluate(cx, node.value)
    frame = cx.frame
    while frame.comprehension:
        assert frame.outer is not None
        frame = frame.outer
    cx.count("bound")
    targets.bind_name(cx, node.target, val, frame)
    return iterators.read(cx, node, val)  # what stands around it reads the name


def _yield(cx: Context, node: ast.expr) -> Val:
    return cx.refuse("SD201", node)


def _await(cx: Context, node: ast.expr) -> Val:
    return cx.refuse("SD202", node, construct="await")


def _f_string(cx: Context, node: ast.JoinedStr) -> Val:
    from symdiff.frontend.python import output

    return output.f_string(cx, node)


_HANDLERS: dict[type[ast.AST], Callable[[Context, Any], Val]] = {
    ast.Constant: _constant, ast.Name: _name, ast.Tuple: _tuple, ast.List: _list, ast.Dict: _dict, ast.Set: _set,
    ast.SetComp: _comprehension, ast.ListComp: _comprehension, ast.DictComp: _comprehension,
    ast.GeneratorExp: _generator, ast.Slice: _slice, ast.Call: lambda cx, node: call_sites.call(cx, node),
    ast.Lambda: _lambda, ast.Starred: _starred, ast.NamedExpr: _named, ast.Yield: _yield, ast.YieldFrom: _yield,
    ast.Await: _await, ast.JoinedStr: _f_string,
}  # fmt: skip
_NESTING: dict[type[ast.AST], Callable[[Context, Any], Steps]] = {
    ast.BinOp: _binary, ast.UnaryOp: _unary, ast.Compare: _compare, ast.BoolOp: _bool_op, ast.IfExp: _if_exp,
    ast.Attribute: _attribute, ast.Subscript: _subscript,
}  # fmt: skip
