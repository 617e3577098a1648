"""Comprehensions, and builtins that consume what they run over: unrolled where the length is known, else loops.

What cannot be unrolled is the loop that it is short for, run in a frame of its own:

    [f(t) for t in v if t > 0]           $out = []
                                         for t in v:
                                             if t > 0: $out.append(f(t))
    sum(f(t) for t in v)                 $out = 0
                                         for t in v: $out = $out + f(t)
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from symdiff.errors import Loc
from symdiff.frontend.python import (
    containers,
    grown,
    iterated,
    iterators,
    list_numbers,
    openings,
    raising,
    special_methods,
    targets,
)
from symdiff.frontend.python.context import Context, Frame
from symdiff.frontend.python.control import RAISE, RESULT, exit_of
from symdiff.frontend.python.desugar import own_builtins, placed
from symdiff.frontend.python.instances import Bottom
from symdiff.frontend.python.liveness import liveness, local_names
from symdiff.frontend.python.rolled import go_back, mark
from symdiff.frontend.python.sizes import ask_for_all, counts_of
from symdiff.frontend.python.store import MISSING
from symdiff.frontend.python.turns import rolled_turns
from symdiff.frontend.python.values import NONE, POISON, Cell, Known, ListRef, Val
from symdiff.ir.core import nested
from symdiff.ir.effects import may_raise, must_stay, shows

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp

# Before the loops, for each `$item`, and behind them.
_BY = """\
$key = $function($item)
if not $some or $key {} $best:
    $out = $item
    $best = $key
    $some = True"""


def _searches(of: str, test: str) -> dict[str, tuple[str, str, str]]:
    """`in`, `count` and `index` of elements of which the one that is looked for passes a test."""
    missing = "raise ValueError('the value is not in the list')"
    return {
        f"in{of}": ("", f"if {test}: return True", "return False"),
        f"count{of}": ("$out = 0", f"if {test}: $out = $out + 1", "return $out"),
        f"index{of}": ("$out = 0", f"if {test}: return $out\n$out = $out + 1", missing),
    }


_FOLDS = {
    "list": ("$out = []", "$out.append($item)", "return $out"),
    "dict": ("", "$dict[$item[0]] = $item[1]", "return $dict"),
    "set": ("", "$set.add($item)", "return $set"),
    "fromkeys": ("", "$dict[$item] = $value", "return $dict"),
    "map": ("$out = []", "$out.append($function(*$item))", "return $out"),
    "filter": ("$out = []", "if $function($item): $out.append($item)", "return $out"),
    "kept": ("$out = []", "if $item: $out.append($item)", "return $out"),
    "sum": ("$out = $start", "$out = $out + $item", "return $out"),
    "any": ("", "if $item: return True", "return False"),
    "all": ("", "if not $item: return False", "return True"),
    "repeat": ("$out = []", "$out.extend($list)", "return $out"),
    "extend": ("", "$list.append($item)", "return None"),
    **_searches("", "$item == $wanted"),
    **_searches(" of objects", "$item is $wanted or $item == $wanted"),
    "sorted": ("$out = []", "$out.append($list[$item])", "return $out"),
    "next": ("", "return $item", ""),
    "reduce": (
        "$some = False",
        "if $some: $out = $function($out, $item)\nelse:\n    $out = $item\n    $some = True",
        "if not $some: raise TypeError('reduce() of empty iterable with no initial value')\nreturn $out",
    ),
    "reduce from": ("$out = $start", "$out = $function($out, $item)", "return $out"),
    "max by": ("$some = False", _BY.format(">"), ""),
    "min by": ("$some = False", _BY.format("<"), ""),
    "max": ("$some = False", "if not $some or $item > $out:\n    $out = $item\n    $some = True", ""),
    "min": ("$some = False", "if not $some or $item < $out:\n    $out = $item\n    $some = True", ""),
}
_FOLDS |= {  # of a list that says which of others are there: where one is not
    f"{name} of None": (before, each.replace("$item == $wanted", "not $item"), after)
    for name, (before, each, after) in _FOLDS.items()
    if name in ("in", "count", "index")
}
_NEXT = ("raise StopIteration()", "return $default")
_OR_ELSE = "if not $some: return $default\nreturn $out"
_EMPTY = "if not $some: raise ValueError('{0}() arg is an empty sequence')\nreturn $out"
_HIDDEN = "_symdiff_"  # stands for the `$` of hidden names while a template is parsed


class UnknownLength(Exception):
    """The comprehension cannot be unrolled."""

    def __init__(self, cx: Context, generator: ast.comprehension, iterable: Val) -> None:
        super().__init__()
        self.generator = generator
        self.iterable = iterable
        self.counts = counts_of(cx, iterable)  # the iterable itself may be undone: made for the comprehension


class InTurn(Exception):
    """Elements are made one by one, as long as they are asked for: what making one does is seen."""


def unrolled(cx: Context, node: Comprehension, element: Callable[[], None], first: Val | None = None) -> bool:
    """Run `element` for each turn; whether all went well.  Raises UnknownLength.

    `first` is what the first `for` runs over, if it was evaluated before.
    """
    from symdiff.frontend.python import sets
    from symdiff.frontend.python.expressions import condition, evaluate

    names = frozenset(n.id for g in node.generators for n in ast.walk(g.target) if isinstance(n, ast.Name))
    outer = cx.frame
    inner = Frame(
        cx.count("frame"), outer.source, outer.live, outer, outer.path, names, outer.depth, True, calls=outer.calls
    )

    def turn(k: int) -> bool:
        if k == len(node.generators):
            element()
            return True
        generator = node.generators[k]
        iterable = evaluate(cx, generator.iter) if k else begun
        if isinstance(node, ast.SetComp):
            iterable = sets.consumed(cx, node, "any", iterable, {})
        if iterators.refuse_changed(cx, generator.iter, iterable):
            return False
        over = iterable if iterators.is_iterator(iterable) else special_methods.iterated(cx, generator.iter, iterable)
        items = containers.items_of(cx, generator.iter, over)
        if items is None:
            if raising.of_a_number(cx, generator.iter, over, "'{}' object is not iterable"):
                return False
            if iterable is not POISON and not sets.refuse_order(cx, generator.iter, iterable):
                raise UnknownLength(cx, generator, iterable)
            return False
        done = True
        for item in iterated.turn_by_turn(cx, generator.iter, generator.iter, iterable, items):
            targets.assign(cx, generator.target, item)
            tests = [condition(cx, t) for t in generator.ifs]
            if POISON in tests:
                return False
            if any(not isinstance(t, Known) for t in tests):
                raise UnknownLength(cx, generator, iterable)
            if all(isinstance(t, Known) and t.obj for t in tests):
                done = turn(k + 1) and done
        return done and not iterators.refuse_changed_by_a_turn(cx, generator.iter, over)

    begun = evaluate(cx, node.generators[0].iter) if first is None else first  # in the scope around the comprehension
    cx.frames.append(inner)
    try:
        return turn(0)
    finally:
        cx.frames.pop()


def comprehension(cx: Context, node: ast.ListComp | ast.SetComp | ast.DictComp) -> Val:
    """A list, set or dict."""

    if isinstance(node, ast.ListComp):
        return comprehension_list(cx, node)
    return _dict(cx, node) if isinstance(node, ast.DictComp) else _set(cx, node)


def _set(cx: Context, node: ast.SetComp) -> Val:
    from symdiff.frontend.python import sets, sets_of_the_run
    from symdiff.frontend.python.expressions import evaluate

    items: list[Val] = []
    place = mark(cx)
    cx.store.begin()
    try:
        done = unrolled(cx, node, lambda: items.append(evaluate(cx, node.elt)))
    except UnknownLength as unknown:
        go_back(cx, place)
        over = cx.session.short_for(node, "items", lambda: placed(ast.ListComp(node.elt, node.generators), node))
        return rolled_or_static(cx, node, "set", over, {"$set": sets_of_the_run.of_values(cx, node, [])}, unknown)
    cx.store.keep()
    return sets.known_set(cx, node, items) if done else POISON


def _dict(cx: Context, node: ast.DictComp) -> Val:
    """A dict of known keys; one whose keys are found when it runs where these, or how many there are, are not known."""
    from symdiff.frontend.python import keyed
    from symdiff.frontend.python.expressions import evaluate

    entries: list[keyed.Entry] = []
    place = mark(cx)
    cx.store.begin()
    try:
        done = unrolled(cx, node, lambda: entries.append((node.key, evaluate(cx, node.key), evaluate(cx, node.value))))
    except UnknownLength as unknown:
        go_back(cx, place)
        item = ast.Tuple([node.key, node.value], ast.Load())
        over = cx.session.short_for(node, "items", lambda: placed(ast.ListComp(item, node.generators), node))
        return rolled_or_static(cx, node, "dict", over, {"$dict": keyed.empty(cx, node)}, unknown)
    cx.store.keep()
    return keyed.of_entries(cx, node, entries) if done else POISON


def comprehension_list(cx: Context, node: ast.ListComp | ast.GeneratorExp, first: Val | None = None) -> Val:
    """The list of a comprehension, of which `first` may be what its first `for` runs over."""
    try:
        items = attempt(cx, node, first=first)
        return POISON if items is None else containers.new_list(cx, node, items)
    except UnknownLength as unknown:
        found = rolled_or_static(cx, node, "list", node, {} if first is None else {"$first": first}, unknown)
        return _each_once(cx, node, found, unknown.iterable)


def _each_once(cx: Context, node: ast.ListComp | ast.GeneratorExp, made: Val, source: Val) -> Val:
    """`[p for p in ps if c]` has an object twice only if `ps` has; its loop alone does not say so."""
    (first, *others), elt = node.generators, node.elt
    chosen = isinstance(elt, ast.Name) and isinstance(first.target, ast.Name) and elt.id == first.target.id
    of, content = grown.content_of(cx, source), grown.content_of(cx, made)
    if chosen and not others and of is not None and content is not None and isinstance(made, ListRef):
        cx.store.set(made.cell, replace(content, shared=of.shared))
    return made


class Watch:
    """Whether what is evaluated from now on may raise, has an effect, or changes what was there before."""

    def __init__(self, cx: Context) -> None:
        self.cx, self.ops, self.frame, self.cell = cx, len(cx.scope.ops), cx.counters["frame"], Cell("array").serial

    def saw(self, *beside: Loc) -> bool:
        """Of what is in the innermost journal; what may raise is not seen at the places `beside`."""
        ops = nested(self.cx.scope.ops[self.ops :])
        return self.changed() or any((must_stay(op) or may_raise(op)) and op.loc not in beside for op in ops)

    def changed(self) -> bool:
        """The same, without what may raise."""
        ops = nested(self.cx.scope.ops[self.ops :])
        return any(map(self._old, self.cx.store.logs[-1])) or any(shows(op) or op.functions for op in ops)

    def _old(self, key: Any) -> bool:
        if isinstance(key, Cell):
            return key.serial < self.cell
        return isinstance(key[0], int) and key[0] <= self.frame


def attempt(
    cx: Context, node: ast.ListComp | ast.GeneratorExp, early: bool = False, first: Val | None = None
) -> list[Val] | None:
    """The elements, unrolled; None after a problem.  Nothing has happened where it raises UnknownLength.

    Of those that are asked for `early`, not all need be made: raises InTurn where making them is seen.
    """
    from symdiff.frontend.python.expressions import evaluate

    items: list[Val] = []
    place, watch = mark(cx), Watch(cx)
    cx.store.begin()
    try:
        done = unrolled(cx, node, lambda: items.append(evaluate(cx, node.elt)), first)
        if early and len(items) > 1 and watch.saw():
            raise InTurn
    except (UnknownLength, InTurn):
        go_back(cx, place)
        raise
    except Bottom:  # of an element that may never be made
        if not early or not items:
            raise
        go_back(cx, place)
        raise InTurn from None
    cx.store.keep()
    return items if done else None


def rolled_or_static(
    cx: Context,
    node: ast.AST,
    kind: str,
    over: ast.ListComp | ast.GeneratorExp,
    given: Mapping[str, Val],
    unknown: UnknownLength,
) -> Val:
    """The loop; where its elements make no list of one type, the number of turns is asked for."""
    place = mark(cx)
    cx.store.begin()
    found = fold(cx, node, kind, over, given)
    if len(cx.problems) > place.problems:
        openings.use(cx)
        ask_for_all(cx, unknown.counts, cx.problems[place.problems])
    cx.store.keep()
    return found


# --- folds as loops


def fold(
    cx: Context,
    node: ast.AST,
    kind: str,
    over: ast.ListComp | ast.GeneratorExp | Val,
    given: Mapping[str, Val] = {},  # read only
) -> Val:
    """What the builtin `kind` makes of the elements, by a loop; `given` are hidden names that it reads."""
    key = f"{kind}{' else' if '$default' in given else ''}{' of a value' if isinstance(over, Val) else ''}"
    key += " begun" if "$first" in given else ""
    loop = cx.session.short_for(node, key, lambda: _function(node, kind, over, frozenset(given)))
    return _run(cx, node, loop, {**given, "$over": over} if isinstance(over, Val) else given)


def run(cx: Context, node: ast.AST, kind: str, text: str, given: Mapping[str, Val]) -> Val:
    """Statements about the hidden names `given`, run in a frame of their own; what they return."""

    def made() -> ast.FunctionDef:
        return placed(ast.FunctionDef("comprehension", _NO_PARAMETERS, _parsed(text), []), node)

    return _run(cx, node, cx.session.short_for(node, f"{kind}: {text}", made), given)


def _run(cx: Context, node: ast.AST, function: ast.FunctionDef, given: Mapping[str, Val]) -> Val:
    from symdiff.frontend.python.statements import run_block

    if id(function) not in cx.bodies:
        cx.bodies[id(function)] = function, liveness(function)
    outer, (_, live) = cx.frame, cx.bodies[id(function)]
    path = (*outer.path, id(node))
    further_out = {n.target.id for n in ast.walk(function) if isinstance(n, ast.NamedExpr)}
    names = (local_names(function) - further_out) | set(given)
    frame = Frame(cx.count("frame"), outer.source, live, outer, path, names, outer.depth, True, calls=outer.calls)
    cx.frames.append(frame)
    try:
        for name, val in given.items():
            cx.set_name(frame, name, val)
        run_block(cx, function.body, frozenset())
        if exit_of(cx).known == RAISE and cx.leaves is cx.scope:
            raise Bottom
        found = cx.get_name(frame, RESULT)
        return NONE if found is MISSING else found
    finally:
        cx.frames.pop()


def can_fold(cx: Context, node: ast.AST, val: Val) -> bool:
    """Whether the elements can be run over by a loop."""
    return rolled_turns(cx, node, val) is not None


def _function(
    node: ast.AST, kind: str, over: ast.ListComp | ast.GeneratorExp | Val, given: frozenset[str]
) -> ast.FunctionDef:
    """The loops of the comprehension, or one over `$over`, as a function without parameters."""
    before, each, after = _FOLDS[kind]
    default = "$default" in given
    if kind == "next":
        after = _NEXT[default]
    after = after or (_OR_ELSE if default else _EMPTY.format(kind.removesuffix(" by")))
    if isinstance(over, Val):
        generators = _parsed("[0 for $item in $over]")[0].value.generators
        body = _parsed(each)
    else:
        generators = over.generators
        bind = ast.Assign([ast.Name("$item", ast.Store())], over.elt)
        body = [bind, *_parsed(each)]
    for k, generator in reversed([*enumerate(generators)]):
        for test in reversed(generator.ifs):
            body = [ast.If(test, body, [])]
        begun = k == 0 and "$first" in given
        iterable = ast.copy_location(ast.Name("$first", ast.Load()), generator.iter) if begun else generator.iter
        body = [ast.For(generator.target, iterable, body, [])]
    made = ast.FunctionDef("comprehension", _NO_PARAMETERS, [*_parsed(before), *body, *_parsed(after)], [])
    return placed(made, node)


_NO_PARAMETERS = ast.arguments([], [], None, [], [], None, [])


def _parsed(text: str) -> list[Any]:
    """Statements of a template, their hidden names with `$`; without positions."""
    tree = ast.parse(text.replace("$", _HIDDEN))
    own_builtins(tree)
    for n in ast.walk(tree):
        for field in ("lineno", "col_offset", "end_lineno", "end_col_offset"):
            if hasattr(n, field):
                delattr(n, field)
        if isinstance(n, ast.Name):
            n.id = n.id.replace(_HIDDEN, "$")
        if isinstance(n, ast.List | ast.ListComp):
            list_numbers.note_hidden(n)
    return list(tree.body)
