"""Iterators, which are read once: `iter(x)`, `next(it)`, and `zip`, `map`, `enumerate` and their like under a name.

    it = iter(v)              taken = 0
    first = next(it)          first = v[taken];  taken = 1
    for t in it: …            for i in range(taken, len(v)): t = v[i]; …

How many elements `next` has taken is kept with the iterator's memory, like an attribute of an object.  Everything else
takes the rest when it reads the name, and reading that once more is refused: Python would go on behind what was taken.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeGuard

from symdiff.frontend.python import containers, control, operators, raising, special_methods, subscripts
from symdiff.frontend.python.context import Context, Frame
from symdiff.frontend.python.liveness import local_names
from symdiff.frontend.python.store import MISSING
from symdiff.frontend.python.values import (
    POISON,
    VIEWS,
    Arr,
    Attributes,
    Bound,
    Cell,
    Closure,
    Conflict,
    DictRef,
    Known,
    ListRef,
    Method,
    ObjRef,
    OneOf,
    Partial,
    Sequence_,
    SetRef,
    SliceVal,
    Struct,
    Val,
)
from symdiff.ir.core import Value, nested
from symdiff.ir.effects import shows

_REUSABLE = ("range", "view", *VIEWS)
_TAKEN = "taken"
GROUP = "a group"  # the name of the memory that says which group `groupby` has come to
_A_GROUP_LEFT = "a group of `itertools.groupby` that is read when the next one has been asked for"
_NOTHING_LEFT = "the groups are iterators that share one: nothing is left of it"
_AT_ONCE = "make a list of each at once: `[(key, list(group)) for key, group in groupby(...)]`"
State = dict[Hashable, Any]  # what places of the store held
_LENGTH = "as long"  # marks a place whose length alone matters, whenever an element is asked for
_LENGTH_AT_THE_END = "as long at the end"  # and one whose length matters where no element is left
_BEGUN = "the place where making the elements began"
_ALL = math.inf  # of containers in each other: whatever they hold
_SHOWN = "what was shown as they were made, which Python shows later"
_SHOWING = "an iterator whose function prints, or calls what is not compiled, here"
_WHEN_ASKED = "Python computes an element when it is asked for, symdiff when the iterator is made"
_LISTED = "make a list of it first: `reversed(list(...))`"
_BY_GETITEM = "Python reads `p[len(p) - 1]`, …, `p[0]`, whatever `__iter__` is"
_A_LIST = "make a list of it at once: `list(map(...))`, or write the loop out"


def is_iterator(val: Val) -> TypeGuard[Sequence_]:
    return isinstance(val, Sequence_) and val.kind not in _REUSABLE


def made(cx: Context, over: Val) -> Val:
    """`iter(over)`."""
    return begun(cx, Sequence_("iter", (over,)))


def begun(cx: Context, val: Val) -> Val:
    """What a call gives: of an iterator nothing is taken yet, which the store has before a loop takes something."""
    if is_iterator(val) and cx.store.get(val.cell) is MISSING:
        cx.store.set(val.cell, Attributes({_TAKEN: Known(0)}))
        cx.eager[val.cell] = cx.eager.get(val.cell, {}) | _lengths(cx, val)
    return val


def _lengths(cx: Context, val: Sequence_) -> State:
    """What must be as long as it was when an iterator was made: a dict, and a list whose end was looked for then."""
    state: State = {}
    for part in val.parts:
        over = part.parts[0] if isinstance(part, Sequence_) and part.kind in VIEWS else part
        if isinstance(over, (ListRef, DictRef)):
            mark = _LENGTH if isinstance(over, DictRef) or val.kind == "reversed" else _LENGTH_AT_THE_END
            state[mark, over.cell] = cx.store.get(over.cell)
            state |= cx.eager.get(over.cell, {})
    return state


def once(val: Val) -> Val:
    """What gives the elements of a list, as an iterator."""
    return val if val is POISON else Sequence_("iter", (val,))


def whole(cx: Context, node: ast.AST, val: Val) -> Val:
    """What `zip` and its like run over, and an iterator as it is."""
    if is_iterator(val):
        return POISON if refuse_changed(cx, node, val) else val
    return special_methods.iterated(cx, node, val)


def backwards(cx: Context, node: ast.AST, val: Val) -> Val:
    """`reversed(val)`: what `__reversed__` gives, else the elements `val[n - 1]`, …, `val[0]`."""
    from symdiff.frontend.python import indexed

    made = special_methods.call(cx, node, val, "__reversed__", [])
    if made is not None:
        return made
    if val is POISON or raising.of_a_number(cx, node, val, "'{}' object is not reversible"):
        return POISON
    if is_iterator(val) or isinstance(val, SetRef):
        what = f"`reversed` of {cx.describe(val)}"
        return cx.refuse(
            "SD299", node, construct=what, why="Python raises TypeError: it has no last element", rewrite=_LISTED
        )
    over = whole(cx, node, val) if not isinstance(val, ObjRef) else indexed.of_a_sequence(cx, node, val)
    if over is None:
        what = f"`reversed` of an object of {cx.describe(val)}, whose elements are not those of one list or array,"
        return cx.refuse("SD299", node, construct=what, why=_BY_GETITEM, rewrite="give it a method `__reversed__`")
    return POISON if over is POISON else Sequence_("reversed", (over,))


def sources(cx: Context, vals: Sequence[Val], depth: float = _ALL) -> State:
    """What the elements of an iterator depend on, as it is now: before they are made."""
    return {_BEGUN: (cx.scope, len(cx.scope.ops)), **dependences(cx, vals, depth)}


def dependences(cx: Context, vals: Sequence[Val], depth: float = _ALL) -> State:
    """What the values are made of, as it is now; of containers in each other so many are run over."""
    state: State = {arena.cell: cx.store.get(arena.cell) for arena in cx.arenas.values()}
    for val in vals:
        _depends(cx, val, state, depth)
    return state


def sources_of(cx: Context, node: ast.GeneratorExp, first: Val) -> State:
    """What the elements of a generator depend on, of which the first `for` runs over what was evaluated already."""
    state = dependences(cx, [first])
    bound = {n.id for g in node.generators for n in ast.walk(g.target) if isinstance(n, ast.Name)}
    begun = set(ast.walk(node.generators[0].iter))
    for name in sorted({n.id for n in ast.walk(node) if isinstance(n, ast.Name) and n not in begun} - bound):
        _depends_on_name(cx, cx.frame, name, state)
    return state


def remembered(cx: Context, found: Val, state: State, late: bool = False) -> Val:
    """An iterator whose elements were computed when it was made: right while what they depend on is as it was before.

    A function that changes it itself is right only where all elements are taken at once.  `late`: elements are read
    when they are asked for, and again, where Python keeps what it read.
    """
    scope, ops = state.pop(_BEGUN, (cx.scope, len(cx.scope.ops)))
    if scope is cx.scope and any(shows(op) for op in nested(scope.ops[ops:])):
        state[_SHOWN] = object()  # which nothing is
    if isinstance(found, Sequence_) and (late or found.kind in ("iterator", "iter", "cycle", "groupby")):
        cx.eager[found.cell] = state
    return found


def _depends(cx: Context, val: Any, state: State, depth: float = _ALL) -> None:
    """Add what the value is made of: memory, the names that functions read from around them, and what these hold."""
    if not depth or (isinstance(val, Arr) and cx.aval(val).rank > depth):
        return  # a row of an array is a view, which is read when it is used
    if isinstance(val, (Arr, ListRef, DictRef, SetRef, ObjRef)):
        if val.cell in state and depth == _ALL:
            return
        content = state[val.cell] = cx.store.get(val.cell)
        state |= cx.eager.get(val.cell, {})  # of a set that it was read of
        for part in content if isinstance(content, tuple) else content.values() if isinstance(content, dict) else ():
            _depends(cx, part, state, depth - (not isinstance(val, ObjRef)))
    elif isinstance(val, (Struct, Sequence_)):
        if isinstance(val, Sequence_):
            state |= cx.eager.get(val.cell, {})
        for part in val.items if isinstance(val, Struct) else val.parts:
            _depends(cx, part, state, depth - isinstance(val, Struct))
    elif isinstance(val, Partial):
        for part in (val.function, *val.args, *val.kwargs.values()):
            _depends(cx, part, state)
    elif isinstance(val, (Bound, Method)):
        _depends(cx, val.receiver, state)
    elif isinstance(val, OneOf):
        for part in val.options:
            _depends(cx, part, state, depth)
    elif isinstance(val, Closure):
        for name in sorted({n.id for n in ast.walk(val.node) if isinstance(n, ast.Name)} - local_names(val.node)):
            _depends_on_name(cx, val.frame, name, state)


def _depends_on_name(cx: Context, frame: Frame | None, name: str, state: State) -> None:
    while frame is not None and cx.store.get((frame.id, name)) is MISSING:
        frame = frame.outer
    if frame is not None and (frame.id, name) not in state:
        state[frame.id, name] = held = cx.store.get((frame.id, name))
        _depends(cx, held, state)


def read(cx: Context, node: ast.AST, val: Val, kept: bool = True) -> Val:
    """What an expression stands for that names `val`: of an iterator the rest, which nobody else may take then.

    What was not `kept` anywhere may run functions that change what it runs over: all is taken at once.
    """
    if not is_iterator(val):
        return val
    taken = _taken(cx, node, val, kept)
    if taken is POISON:
        return POISON
    cx.store.set(("spent", val.cell), cx.loc(node))
    none = isinstance(taken, Known) and taken.obj == 0
    found = Sequence_(val.kind, val.parts) if none else Sequence_("rest", (val, taken))
    cx.eager[found.cell] = cx.eager.get(val.cell, {})
    cx.store.set(found.cell, Attributes({_TAKEN: Known(0)}))
    return found


def read_older(cx: Context, node: ast.AST, val: Val, since: int) -> Val:
    """The same of what a call gives, if it was kept somewhere before the call began, which is when `since` says."""
    return read(cx, node, val) if is_iterator(val) and val.cell.serial < since else val


def now() -> int:
    """A point in time, for `read_older`."""
    return Cell("").serial


def _taken(cx: Context, node: ast.AST, val: Sequence_, kept: bool = True) -> Val:
    """How many elements `next` has taken."""
    spent = cx.store.get(("spent", val.cell))
    if spent is not MISSING:
        return cx.refuse("SD234", node, [(spent, "what is left is taken here")], name=f"`{cx.text(node)}`")
    if kept and refuse_changed(cx, node, val):
        return POISON
    content = cx.store.get(val.cell)
    if isinstance(content, Conflict):
        return cx.refuse("SD234", node, name=f"`{cx.text(node)}`")
    if content is MISSING:  # a branch or a function may be about to take the first: it was none before
        content = Attributes({_TAKEN: Known(0)})
        cx.base_set(val.cell, content)
    taken: Val = content[_TAKEN]
    return taken


def refuse_changed(cx: Context, node: ast.AST, val: Val, lengths: Sequence[str] = (_LENGTH,)) -> bool:
    """Whether what an iterator was made of has changed since, or a length that matters: reported."""
    if not isinstance(val, Sequence_):
        return False
    if refuse_differing(cx, node, cx.eager.get(val.cell, {}), lengths):
        return True
    return any(refuse_changed(cx, node, part, lengths) for part in val.parts)


def refuse_changed_by_a_turn(cx: Context, node: ast.AST, val: Val) -> bool:
    """The same behind a loop, which looks itself at the lengths of what it runs over."""
    return refuse_changed(cx, node, val, ())


def as_long(before: Any, after: Any) -> bool:
    """Whether two contents of a list of known structure have the same number of elements, or of a dict its keys.

    An array keeps its size.
    """
    if isinstance(before, Value) and isinstance(after, Value):
        return True
    if isinstance(before, dict) and isinstance(after, dict):
        return list(before) == list(after)
    return isinstance(before, tuple) and isinstance(after, tuple) and len(before) == len(after)


def _as_it_was(cx: Context, key: Hashable, then: Any, lengths: Sequence[str]) -> bool:
    """Whether a place holds what it held, or as many elements, where its length matters."""
    if isinstance(key, tuple) and key[0] in (_LENGTH, _LENGTH_AT_THE_END):
        now = cx.store.get(key[1])
        return key[0] not in lengths or now is then or as_long(then, now)
    return cx.store.get(key) is then


def refuse_differing(cx: Context, node: ast.AST, state: State, lengths: Sequence[str] = (_LENGTH,)) -> bool:
    """Whether a place does not hold what it held: reported."""
    changed = [key for key, then in state.items() if not _as_it_was(cx, key, then, lengths)]
    if changed:
        if _SHOWN in changed:
            cx.refuse("SD299", node, construct=_SHOWING, why=_WHEN_ASKED, rewrite=_A_LIST)
        elif any(isinstance(key, Cell) and key.name == GROUP for key in changed):
            cx.refuse("SD299", node, construct=_A_GROUP_LEFT, why=_NOTHING_LEFT, rewrite=_AT_ONCE)
        else:
            cx.refuse("SD235", node, name=f"`{cx.text(node)}`")
    return bool(changed)


def grouped(cx: Context, node: ast.AST, args: Sequence[Val]) -> Val | None:
    """`zip(*[iter(x)] * n)`, the elements of x in groups of n, of which a last one that is short is left out."""
    it, count = (args[0], len(args)) if args else (None, 0)
    if count < 2 or not isinstance(it, Sequence_) or it.kind != "iter" or any(other is not it for other in args):
        return None
    rest = read(cx, node, it)
    if not isinstance(rest, Sequence_) or rest.kind != "iter":
        return None if rest is not POISON else POISON
    over = rest.parts[0]
    if not isinstance(over, (Arr, ListRef, Struct, Known)):
        return None
    total = containers.length(cx, node, over)
    stop = operators.binary(cx, node, ast.Sub(), total, operators.binary(cx, node, ast.Mod(), total, Known(count)))
    steps = [SliceVal(Known(k), stop, Known(count)) for k in range(count)]
    columns = [
        subscripts.read(cx, node, over, step) if isinstance(over, Arr) else containers.subscript(cx, node, over, step)
        for step in steps
    ]
    return begun(cx, Sequence_("zip", tuple(columns)))


def next_(cx: Context, node: ast.AST, args: Sequence[Val], kwargs: dict[str, Val]) -> Val:
    """`next(it)`, `next(it, default)`."""
    from symdiff.frontend.python.turns import endless

    if not 1 <= len(args) <= 2 or kwargs or not is_iterator(args[0]):
        return cx.refuse_unknown(node, "next", args)
    it, default = args[0], args[1] if len(args) == 2 else None
    if default is not None and refuse_changed(cx, node, it, (_LENGTH_AT_THE_END,)):
        return POISON  # an iterator that has come to the end stays there, whatever is appended then
    taken = _taken(cx, node, it)
    if taken is POISON:
        return POISON
    cx.store.set(it.cell, Attributes({_TAKEN: operators.binary(cx, node, ast.Add(), taken, Known(1))}))
    item = endless(cx, node, it)
    if item is not None:
        return _around(cx, node, it, lambda: item(taken), default)
    items = containers.items_of(cx, node, it)
    if items is not None and isinstance(taken, Known):
        if taken.obj < len(items):
            found: Val = items[taken.obj]
            return found
        if default is not None:
            return default
        return raising.always(cx, node, StopIteration(), function="next", message="StopIteration")
    return _element(cx, node, it, taken, default)


def _around(cx: Context, node: ast.AST, it: Sequence_, item: Callable[[], Val], default: Val | None) -> Val:
    """What `next` gives of an iterator without an end, which `cycle` of nothing has nevertheless."""
    while it.kind != "cycle":
        if not (it.parts and isinstance(it.parts[0], Sequence_) and it.kind in ("rest", "iter", "enumerate")):
            return item()
        it = it.parts[0]
    empty = operators.compare(cx, node, ast.Eq(), containers.length(cx, node, it.parts[0]), Known(0))
    if default is not None:
        return control.choose(cx, node, empty, lambda: default, item)
    if isinstance(empty, Known) and empty.obj:
        return raising.always(cx, node, StopIteration(), function="next", message="StopIteration")
    operators.raise_if(cx, node, empty, "StopIteration", ())
    return item()


def _element(cx: Context, node: ast.AST, it: Sequence_, taken: Val, default: Val | None) -> Val:
    from symdiff.frontend.python.turns import counted_turns

    turns, items = counted_turns(cx, node, it), containers.items_of(cx, node, it)
    if turns is None and items is None:
        return cx.refuse("SD231", node, iterable=f"`{cx.text(node)}`")

    def item() -> Val:
        if turns is not None:
            return turns.item(taken)
        return containers.subscript(cx, node, Struct("tuple", tuple(items or ())), taken)

    over = operators.compare(cx, node, ast.LtE(), Known(len(items or ())) if turns is None else turns.hi, taken)
    if default is not None:
        return control.choose(cx, node, over, lambda: default, item)
    operators.raise_if(cx, node, over, "StopIteration", ())
    return item()
