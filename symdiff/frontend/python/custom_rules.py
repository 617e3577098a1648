"""Calls of functions with a derivative rule of the user's: `symdiff.custom_vjp`, `custom_jvp`, `stop_gradient`.

By hand, once: with `f.defvjp(fwd, bwd)` a call `y = f(x)` of an array becomes

    y = call(x) {function=_f, vjp=(_fwd, _bwd), by=(0,)}

and f, fwd and bwd functions of the program, compiled once for each type of their arguments (`rounds`): `_fwd` of x
returns y and the numbers among the residuals, `_bwd` of these and of the cotangent of y returns that of x.  What is
known when compiling among arguments and residuals is passed without the program.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from symdiff import custom
from symdiff.errors import CompileError
from symdiff.frontend.python import captured, forms, instance_calls, memory, patterns, rounds
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Instance, Pattern, Place
from symdiff.frontend.python.values import NONE, POISON, Arr, Known, Val, is_number
from symdiff.frontend.source import Source, load
from symdiff.ir import types
from symdiff.ir.build import Builder
from symdiff.ir.core import Block, Function, Value
from symdiff.ir.types import AVal

NO_COTANGENT = Pattern("known", token=(type(None), None), val=NONE)


@dataclass(eq=False)
class Ruled:
    """A function with its rule, for arguments of one pattern."""

    primal: Instance
    names: tuple[str, ...]  # of the rule's functions in the program
    by: tuple[int, ...]  # operands, by number, that are differentiated
    passed: tuple[int, ...]  # those of arguments that are not, which the rule's functions get first
    made: tuple[Instance, ...] = ()

    @property
    def instances(self) -> tuple[Instance, ...]:
        return (self.primal, *self.made)


def stop_gradient(cx: Context, node: ast.AST, args: Sequence[Val], kwargs: Mapping[str, Val]) -> Val:
    """Every number and array of the argument, with the derivative 0."""
    if len(args) + len(kwargs) != 1 or kwargs.keys() - {"x"}:
        return cx.refuse("SD313", node, function="stop_gradient", message="takes one argument, x")
    (val,) = (*args, *kwargs.values())
    if val is POISON:
        return POISON
    pattern = patterns.pattern_of(cx, val)
    other = patterns.unsuitable(pattern)
    if other is not None:
        return cx.refuse("SD321", node, operation="stop_gradient", left=cx.describe(other), right="")
    given = iter(patterns.leaves(cx, pattern, val))

    def make(p: Pattern, name: str) -> Val:
        _, leaf = next(given)
        made = cx.emit(node, "stop_gradient", leaf)
        return memory.shares(cx, made, [leaf]) if isinstance(leaf, Arr) else made

    return patterns.rebuilt(pattern, "", make, cx.store.set)


# --- a call


def enter(cx: Context, node: ast.AST, source: Source, bound: Mapping[str, Val]) -> Val:
    """The result of a call of a function with a rule, its parameters bound."""
    assert source.rule is not None
    a = source.node.args
    if a.vararg or a.kwarg or a.kwonlyargs:
        return cx.refuse("SD419", node, name=f"`{source.name}`", argument="star and keyword-only arguments")
    if POISON in bound.values():
        return POISON
    ordered = {p.arg: bound[p.arg] for p in (*a.posonlyargs, *a.args)}
    now = _patterns(cx, ordered, source.rule.nondiff_argnums)
    other = next((val for p in now.values() if (val := patterns.unsuitable(p)) is not None), None)
    if other is not None:
        return cx.refuse("SD419", node, name=f"`{source.name}`", argument=cx.describe(other))
    ruled = _ruled(cx, node, source, now)
    if ruled is None or any(i.failed for i in ruled.instances):
        return POISON
    rule: dict[str, Any] = {source.rule.kind: ruled.names, "by": ruled.by, "passed": ruled.passed}
    return instance_calls.emit(cx, node, ruled.primal, ordered, now, **(rule if _has_derivative(ruled.primal) else {}))


def _patterns(cx: Context, bound: Mapping[str, Val], apart: Sequence[int]) -> dict[str, Pattern]:
    """The patterns of the arguments; floats that are known are passed like others, where they are differentiated."""
    staged: set[Place] = set()
    for k, (name, val) in enumerate(bound.items()):
        todo: list[tuple[Place, Val]] = [((name,), val)] if k not in apart else []
        while todo:
            place, part = todo.pop()
            if isinstance(part, Known) and isinstance(part.obj, (float, complex, np.inexact)):
                staged.add(place)
            todo += [((*place, j), x) for j, x in enumerate(patterns.parts_of(cx, part) or ())]
    return {name: patterns.pattern_of(cx, val, frozenset(staged), (name,)) for name, val in bound.items()}


def _has_derivative(primal: Instance) -> bool:
    """Whether a function returns something that is not known when compiling and can be differentiated."""
    result = primal.result
    return result is None or any(types.cotangent(t) is not None for t in patterns.leaf_types([result]))


def _ruled(cx: Context, node: ast.AST, source: Source, now: dict[str, Pattern]) -> Ruled | None:
    """The functions for arguments of these patterns, compiled where they are not yet."""
    rule, table = source.rule, cx.instances
    assert rule is not None
    if not rule.functions:
        cx.refuse("SD413", node, name=f"`{source.name}`", define=f"def{rule.kind}")
        return None
    key = (id(rule), patterns.canonical(now), cx.errstate)
    ruled = table.ruled.get(key)
    if ruled is None:
        if rounds.nested_too_deep(cx, node, source):
            return None
        ruled = table.ruled[key] = _begun(cx, source, now)
    if ruled.primal in table.active:
        return ruled
    if ruled.primal not in table.done:
        rounds.compiled(cx, node, ruled.primal, lambda: None)
    if any(i in table.active for i in ruled.made) or (ruled.made and all(i in table.done for i in ruled.made)):
        return ruled
    if not ruled.primal.failed and ruled.primal.result is not None and _has_derivative(ruled.primal):
        sources, known = _sources(cx, node, rule), len(cx.problems)
        if sources is None:
            return None
        make = _vjp if rule.kind == "vjp" else _jvp
        make(cx, node, ruled, sources, now, rule.nondiff_argnums)
        _check_closed(cx, source, ruled)
        ruled.primal.problems += tuple(cx.problems[known:])
    return ruled


def _begun(cx: Context, source: Source, now: dict[str, Pattern]) -> Ruled:
    rule = source.rule
    assert rule is not None
    primal = rounds.new_instance(cx, replace(source, rule=None), None, now)
    names = tuple(rounds.free_name(cx, getattr(f, "__name__", "rule")) for f in rule.functions)
    by: list[int] = []
    passed: list[int] = []
    count = 0
    for k, pattern in enumerate(now.values()):
        for t in patterns.leaf_types([pattern]):
            if k in rule.nondiff_argnums:
                passed.append(count)
            elif types.cotangent(t) is not None:
                by.append(count)
            count += 1
    return Ruled(primal, names, tuple(by), tuple(passed))


def _sources(cx: Context, node: ast.AST, rule: custom.CustomRule) -> list[Source] | None:
    found = []
    for function in rule.functions:
        try:
            found.append(load(function))
            captured.rely_on_code(cx, found[-1])
        except CompileError as error:
            cx.problems.extend(replace(p, loc=p.loc or cx.loc(node)) for p in error.problems)
            return None
    return found


def _check_closed(cx: Context, source: Source, ruled: Ruled) -> None:
    """A rule's functions are called where nothing but what they are passed is at hand."""
    for instance in ruled.instances:
        read = [v.hint or "a value" for v in instance.captures] + list(instance.missing)
        if read and not instance.failed:
            reader, names = instance.source, ", ".join(f"`{name}`" for name in read)
            cx.problems.append(
                reader.refuse("SD415", reader.node, name=f"`{source.name}`", function=f"`{reader.name}`", values=names)
            )
            instance.failed = True


def _made(
    cx: Context, node: ast.AST, ruled: Ruled, source: Source, params: dict[str, Pattern], number: int
) -> Instance | None:
    """One function of the rule, compiled; None where it has no result."""
    before = ruled.made[number] if number < len(ruled.made) else None
    if before is None or patterns.canonical(before.params) != patterns.canonical(params):
        before = rounds.new_instance(cx, source, None, params, ruled.names[number])
        ruled.made = (*ruled.made[:number], before)
    instance = before
    if instance not in cx.instances.done:
        rounds.compiled(cx, node, instance, lambda: None)
    return None if instance.failed or instance.result is None else instance


def _parameters(cx: Context, source: Source, given: Sequence[Pattern]) -> dict[str, Pattern] | None:
    """The parameters of a rule's function, given so many arguments."""
    a = source.node.args
    names = [p.arg for p in (*a.posonlyargs, *a.args)]
    if len(names) != len(given) or a.vararg or a.kwarg or a.kwonlyargs:
        message = f"takes {len(names)} parameters, and is given {len(given)}"
        cx.problems.append(source.refuse("SD414", source.node, function=f"`{source.name}`", message=message))
        return None
    return dict(zip(names, given, strict=True))


def _wrong(cx: Context, source: Source, message: str) -> None:
    cx.problems.append(source.refuse("SD414", source.node, function=f"`{source.name}`", message=message))


def _pair(cx: Context, instance: Instance, what: str) -> tuple[Pattern, Pattern] | None:
    """The two parts of what a rule's function returns."""
    assert instance.result is not None
    if instance.result.kind != "tuple" or len(instance.result.parts) != 2:
        _wrong(cx, instance.source, f"returns {forms.passed(instance.result)}, not a pair of {what}")
        return None
    return instance.result.parts[0], instance.result.parts[1]


def _same_result(cx: Context, ruled: Ruled, instance: Instance, found: Pattern) -> bool:
    assert ruled.primal.result is not None
    wanted = ruled.primal.result
    if patterns.separated({"": found}) == patterns.separated({"": wanted}):
        return True
    name = ruled.primal.source.name
    _wrong(cx, instance.source, f"returns {_shown(found)} as the result where `{name}` returns {_shown(wanted)}")
    return False


def _shown(pattern: Pattern) -> str:
    if pattern.parts:
        return f"({', '.join(map(_shown, pattern.parts))})"
    return forms.passed(pattern)


def _dual(pattern: Pattern) -> Pattern:
    """What a cotangent, or a tangent, of a value looks like: None for what has none."""
    if pattern.kind in ("scalar", "array"):
        t = types.cotangent(pattern.type) if pattern.type is not None else None
        return replace(pattern, type=t) if isinstance(t, AVal) else NO_COTANGENT
    if pattern.kind == "known":
        return NO_COTANGENT
    return replace(pattern, parts=tuple(map(_dual, pattern.parts)))


# --- custom_vjp


def _vjp(
    cx: Context, node: ast.AST, ruled: Ruled, sources: list[Source], now: dict[str, Pattern], apart: Sequence[int]
) -> None:
    first, second = sources
    params = _parameters(cx, first, list(now.values()))
    forward = None if params is None else _made(cx, node, ruled, first, params, 0)
    pair = None if forward is None else _pair(cx, forward, "the result and the residuals")
    if forward is None or pair is None or not _same_result(cx, ruled, forward, pair[0]):
        ruled.primal.failed = True
        return
    args = list(forward.params.values())
    params = _parameters(cx, second, [*(args[k] for k in apart), pair[1], _dual(pair[0])])
    backward = None if params is None else _made(cx, node, ruled, second, params, 1)
    if backward is None or not _take_cotangents(cx, backward, [p for k, p in enumerate(args) if k not in apart]):
        ruled.primal.failed = True


def _take_cotangents(cx: Context, instance: Instance, args: Sequence[Pattern]) -> bool:
    """Make the function return one value for each number differentiated: 0.0 where the user returns None."""
    found, function = instance.result, instance.function
    assert found is not None and function is not None
    if found.kind not in ("tuple", "list") or len(found.parts) != len(args):
        _wrong(
            cx, instance.source, f"returns {_shown(found)}, not a tuple of {len(args)}: a cotangent for each argument"
        )
        return False
    b = Builder(cx.scope.loc)
    values = iter(function.body.outs)
    outs: list[Value] = []
    for number, (arg, part) in enumerate(zip(args, found.parts, strict=True), 1):
        wrong = _take(b, arg, part, values, outs)
        if wrong:
            _wrong(cx, instance.source, f"returns {wrong} as the cotangent of argument {number}, {_shown(arg)}")
            return False
    instance.function = _returning(function, b, outs)
    return True


def _returning(function: Function, b: Builder, outs: Sequence[Value]) -> Function:
    """The function with the builder's operations behind its own, and other results."""
    body = Block(function.body.params, (*function.body.ops, *b.ops), tuple(outs))
    return Function(function.name, body, function.dims)


def _take(b: Builder, arg: Pattern, part: Pattern, values: Any, outs: list[Value]) -> str:
    """Append the values for one argument; what is wrong, if something is."""
    t = types.cotangent(arg.type) if arg.type is not None else None
    if part.kind == "known" and isinstance(part.val, Known):
        nothing = part.val.obj is None or (is_number(part.val.obj) and part.val.obj == 0)
        if not nothing and any(types.cotangent(u) is not None for u in patterns.leaf_types([arg])):
            if not isinstance(t, AVal) or t.shape or not is_number(part.val.obj):
                return _shown(part)
            outs.append(b.const(part.val.obj))
            return ""
        for u in patterns.leaf_types([arg]):
            zero = types.cotangent(u)
            if isinstance(zero, AVal):
                outs.append(b.const(0j if zero.complex else 0.0))
        return ""
    if arg.kind in ("scalar", "array", "known"):
        if part.parts or part.kind not in ("scalar", "array"):
            return _shown(part)
        value, found = next(values), part.type
        if not isinstance(t, AVal):
            return ""
        assert found is not None
        if found.rank != t.rank or (found.complex and not t.complex):
            return str(found)
        outs.append(value)
        return ""
    if (part.kind, len(part.parts), part.keys) != (arg.kind, len(arg.parts), arg.keys):
        return _shown(part)
    wrong = [_take(b, x, y, values, outs) for x, y in zip(arg.parts, part.parts, strict=True)]
    return next(filter(None, wrong), "")


# --- custom_jvp


def _jvp(
    cx: Context, node: ast.AST, ruled: Ruled, sources: list[Source], now: dict[str, Pattern], apart: Sequence[int]
) -> None:
    (source,) = sources
    args = list(now.values())
    primals = Pattern("tuple", tuple(p for k, p in enumerate(args) if k not in apart))
    given = [*(args[k] for k in apart), primals, _dual(primals)]
    params = _parameters(cx, source, given)
    rule = None if params is None else _made(cx, node, ruled, source, params, 0)
    pair = None if rule is None else _pair(cx, rule, "the result and its tangent")
    if rule is None or pair is None or not _same_result(cx, ruled, rule, pair[0]) or not _fits(cx, rule, pair):
        ruled.primal.failed = True


def _fits(cx: Context, instance: Instance, pair: tuple[Pattern, Pattern]) -> bool:
    """Make the function return the result's numbers and then a tangent for each; 0.0 where the user returns None."""
    function = instance.function
    assert function is not None
    count = len(list(patterns.leaf_types([pair[0]])))
    b = Builder(cx.scope.loc)
    outs = list(function.body.outs[:count])
    wrong = _take(b, pair[0], pair[1], iter(function.body.outs[count:]), outs)
    if wrong:
        _wrong(cx, instance.source, f"returns {wrong} as the tangent of {_shown(pair[0])}")
        return False
    instance.function = _returning(function, b, outs)
    return True
