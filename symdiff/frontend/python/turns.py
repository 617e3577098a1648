"""What `range`, `zip`, `itertools` and their like run over: the elements, or a loop over integers that gives them.

for a, b in zip(v, w):            for i in range(min(len(v), len(w))): a, b = v[i], w[i]
for a, b in product(v, w):        for i in range(len(v) * len(w)): a, b = v[i // len(w)], w[i % len(w)]
for a in islice(v, 1, None, 2):   for i in range(1, len(v), 2): a = v[i]
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from symdiff.frontend.python import containers, control, grouping, grown, keys, letters, list_changes, operators, ranges
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import POISON, VIEWS, Known, ListRef, Sequence_, SliceVal, Struct, Val
from symdiff.ir import dims

LONG_TEXT = 6  # letters, from which on a loop over a text has one body for all turns


@dataclass(eq=False)
class Turns:
    """A loop over integers: the index of a turn gives what the target is bound to."""

    lo: Val
    hi: Val
    step: Val
    item: Callable[[Val], Val]

    def none(self) -> bool:
        """Whether it certainly makes no turn, as over a list that is empty before a loop around it (see `loops`)."""
        first, end = operators.as_dim(self.lo), operators.as_dim(self.hi)
        if first is None or end is None or not isinstance(self.step, Known) or not self.step.obj:
            return False
        order = dims.compare(end, first) if self.step.obj > 0 else dims.compare(first, end)
        return order is not None and order <= 0


def known_items(cx: Context, node: ast.AST, val: Sequence_) -> list[Val] | None:
    """The elements; None where their number is not known."""
    if val.kind == "range":
        if all(isinstance(p, Known) for p in val.parts):
            return [Known(k) for k in range(*(p.obj for p in val.parts if isinstance(p, Known)))]
        return None
    if val.kind == "cycle":
        return None
    if val.kind in ("iterator", "view"):
        return list(val.parts)
    if val.kind in VIEWS:
        return _viewed(cx, node, val)
    if val.kind == grouping.KIND:
        return grouping.all_at_once(cx, node, val)
    if val.kind == "repeat":
        return [val.parts[0]] * val.parts[1].obj if isinstance(val.parts[1], Known) and val.parts[1].obj else None
    if val.kind in _OPTIONS:
        return _items_by_options(cx, node, val)
    parts = [containers.items_of(cx, node, p) for p in val.parts if endless(cx, node, p) is None]
    found = [p for p in parts if p is not None]
    if val.kind == "zip" and [] in found and all(_may_be_left(cx, p) for p in val.parts):
        return []
    if len(found) < len(parts) or not found:
        return None
    if val.kind == "zip":
        count = min(map(len, found))
        columns = [_first_items(cx, node, p, count) for p in val.parts]
        return [Struct("tuple", row) for row in zip(*columns, strict=True)]
    if val.kind == "product":
        return [Struct("tuple", row) for row in itertools.product(*found)]
    return found[0][::-1] if val.kind == "reversed" else found[0]


def _may_be_left(cx: Context, val: Val) -> bool:
    """Whether it has elements that may stay unread: nothing is computed for them, and no iterator moves on."""
    if operators.is_array(val):
        return bool(cx.aval(val).rank)
    return isinstance(val, ListRef) or (isinstance(val, Sequence_) and val.kind == "range")


def _viewed(cx: Context, node: ast.AST, val: Sequence_) -> list[Val] | None:
    """What a view of a dict shows: the dict as it is now."""
    entries = containers.entries(cx, val.parts[0])
    if entries is None:
        return None
    if val.kind == "items":
        return [Struct("tuple", (keys.val_of(cx, node, k), v)) for k, v in entries.items()]
    return list(entries.values()) if val.kind == "values" else [keys.val_of(cx, node, k) for k in entries]


_OPTIONS = ("enumerate", "rest", "islice", "zip_longest")  # of these, some parts are no iterables


def _items_by_options(cx: Context, node: ast.AST, val: Sequence_) -> list[Val] | None:
    if val.kind == "zip_longest":
        fill, *rest = val.parts
        columns = [containers.items_of(cx, node, p) for p in rest]
        found = [c for c in columns if c is not None]
        if len(found) < len(columns):
            return None
        return [Struct("tuple", row) for row in itertools.zip_longest(*found, fillvalue=fill)]
    items, options = containers.items_of(cx, node, val.parts[0]), val.parts[1:]
    if items is None:
        return None
    if val.kind == "enumerate":
        return [Struct("tuple", (_counted(cx, node, options[0], Known(k)), x)) for k, x in enumerate(items)]
    known = [p.obj for p in options if isinstance(p, Known)]
    if len(known) < len(options):
        return None
    return items[known[0] :] if val.kind == "rest" else items[slice(*known)]


def _first_items(cx: Context, node: ast.AST, val: Val, count: int) -> list[Val]:
    item = endless(cx, node, val)
    if item is not None:
        return [item(Known(k)) for k in range(count)]
    return (containers.items_of(cx, node, val) or [])[:count]


def endless(cx: Context, node: ast.AST, val: Val) -> Callable[[Val], Val] | None:
    """What gives the elements of `repeat(x)`, `count()`, `cycle(x)`, and of these or the rest of them under `iter`,
    `enumerate` or in one `zip`, by their number; None of what has an end."""
    if not isinstance(val, Sequence_):
        return None
    if val.kind in ("rest", "iter", "enumerate"):
        item = endless(cx, node, val.parts[0])
        if item is None:
            return None
        return lambda i: _of_endless(cx, node, val, item, i)
    if val.kind == "zip":
        items = [endless(cx, node, p) for p in val.parts if not _may_be_cycle_of_nothing(cx, node, p)]
        found = [item for item in items if item is not None]
        if not found or len(found) < len(val.parts):
            return None
        return lambda i: Struct("tuple", tuple(item(i) for item in found))
    if val.kind == "repeat" and isinstance(val.parts[1], Known) and val.parts[1].obj is None:
        return lambda i: val.parts[0]
    if val.kind == "count":
        start, step = val.parts
        return lambda i: _counted(cx, node, start, operators.binary(cx, node, ast.Mult(), step, i))
    if val.kind == "cycle":
        over = val.parts[0]
        return lambda i: _around(cx, node, over, i)
    return None


def _may_be_cycle_of_nothing(cx: Context, node: ast.AST, val: Val) -> bool:
    """Whether it goes around in what may have no elements: then it ends at once."""
    while isinstance(val, Sequence_) and val.kind in ("rest", "iter", "enumerate"):
        val = val.parts[0]
    cycle = isinstance(val, Sequence_) and val.kind == "cycle"
    return cycle and isinstance(val, Sequence_) and not containers.items_of(cx, node, val.parts[0])


def _of_endless(cx: Context, node: ast.AST, val: Sequence_, item: Callable[[Val], Val], index: Val) -> Val:
    if val.kind == "enumerate":
        return Struct("tuple", (_counted(cx, node, val.parts[1], index), item(index)))
    return item(operators.binary(cx, node, ast.Add(), index, val.parts[1]) if val.kind == "rest" else index)


def _around(cx: Context, node: ast.AST, over: Val, index: Val) -> Val:
    """An element of what `cycle` goes around in."""
    at = operators.binary(cx, node, ast.Mod(), index, containers.length(cx, node, over))
    if at is POISON:
        return POISON
    return (
        containers.item_at(cx, node, over, at) if operators.is_array(over) else containers.subscript(cx, node, over, at)
    )


def rolled_turns(cx: Context, node: ast.AST, val: Val) -> Turns | None:
    """The loop as one over integers, where its elements are alike."""
    if grown.content_of(cx, val) is not None:
        return _whole(containers.length(cx, node, val), lambda i: containers.subscript(cx, node, val, i))
    if operators.is_array(val) and cx.aval(val).rank:
        return _whole(containers.length(cx, node, val), lambda i: containers.item_at(cx, node, val, i))
    text = text_turns(cx, node, val)
    if text is not None:
        return text
    turns = _ROLLED.get(val.kind) if isinstance(val, Sequence_) else None
    return None if turns is None or not isinstance(val, Sequence_) else turns(cx, node, val)


def text_turns(cx: Context, node: ast.AST, val: Val, least: int = LONG_TEXT) -> Turns | None:
    """The letters of a known text that has at least so many: each turn has the same code."""
    if not isinstance(val, Known) or not isinstance(val.obj, str) or len(val.obj) < least:
        return None
    text = val.obj
    return _whole(Known(len(text)), lambda i: letters.at(cx, node, text, i) or containers.subscript(cx, node, val, i))


def _whole(count: Val, item: Callable[[Val], Val]) -> Turns:
    return Turns(Known(0), count, Known(1), item)


def counted_turns(cx: Context, node: ast.AST, val: Val) -> Turns | None:
    """`rolled_turns` with an index that counts up from 0."""
    turns = rolled_turns(cx, node, val)
    return None if turns is None else _from_zero(cx, node, turns)


def _all_counted(cx: Context, node: ast.AST, parts: Sequence[Val]) -> list[Turns] | None:
    """The turns of each, counted from 0; None where one has no such turns."""
    turns = [rolled_turns(cx, node, p) for p in parts]
    if any(t is not None and not _may_be_told(cx, t.hi) for t in turns):  # no unrolling: the others must be rolled
        turns = [
            t or _alike_rolled(cx, node, p) or text_turns(cx, node, p, 1) for t, p in zip(turns, parts, strict=True)
        ]
    counted = [None if t is None else _from_zero(cx, node, t) for t in turns]
    found = [t for t in counted if t is not None]
    return found if found and len(found) == len(counted) else None


def _may_be_told(cx: Context, count: Val) -> bool:
    """Whether a number of turns is known, or is of sizes that may be asked for."""
    found = operators.as_dim(count)
    return isinstance(found, int) or (found is not None and not cx.session.checking)


def _of_range(cx: Context, node: ast.AST, val: Sequence_) -> Turns:
    lo, hi, step = val.parts
    return Turns(lo, hi, step, lambda i: i)


def _of_enumerate(cx: Context, node: ast.AST, val: Sequence_) -> Turns | None:
    found, first = _all_counted(cx, node, val.parts[:1]), val.parts[1]
    if found is None:
        return None
    return _whole(found[0].hi, lambda i: Struct("tuple", (_counted(cx, node, first, i), found[0].item(i))))


def _of_reversed(cx: Context, node: ast.AST, val: Sequence_) -> Turns | None:
    found = _all_counted(cx, node, val.parts)
    if found is None:
        return None
    last = operators.binary(cx, node, ast.Sub(), found[0].hi, Known(1))
    return Turns(last, Known(-1), Known(-1), found[0].item)


def _of_zip(cx: Context, node: ast.AST, val: Sequence_) -> Turns | None:
    unending = [endless(cx, node, p) for p in val.parts]
    found = _all_counted(cx, node, [p for p, e in zip(val.parts, unending, strict=True) if e is None])
    if found is None:
        return None
    bound = found[0].hi
    for t in found[1:]:
        bound = _shorter(cx, node, bound, t.hi)
    finite = iter(found)
    items = [next(finite).item if e is None else e for e in unending]
    return _whole(bound, lambda i: Struct("tuple", tuple(item(i) for item in items)))


def _of_zip_longest(cx: Context, node: ast.AST, val: Sequence_) -> Turns | None:
    fill, *parts = val.parts
    found = _all_counted(cx, node, parts)
    if found is None:
        return None
    bound = found[0].hi
    for t in found[1:]:
        bound = ranges.most(cx, node, bound, t.hi)

    def item(t: Turns, i: Val) -> Val:
        if operators.as_dim(t.hi) is not None and operators.as_dim(t.hi) == operators.as_dim(bound):
            return t.item(i)
        there = operators.compare(cx, node, ast.Lt(), i, t.hi)
        return control.choose(cx, node, there, lambda: t.item(i), lambda: fill)

    return _whole(bound, lambda i: Struct("tuple", tuple(item(t, i) for t in found)))


def _of_product(cx: Context, node: ast.AST, val: Sequence_) -> Turns | None:
    """The last part runs fastest."""
    found = _all_counted(cx, node, val.parts)
    if found is None:
        return None
    counts = [ranges.most(cx, node, t.hi, Known(0)) for t in found]
    total = counts[0]
    for n in counts[1:]:
        total = operators.binary(cx, node, ast.Mult(), total, n)

    def items(i: Val) -> Val:
        row = []
        for t, n in zip(reversed(found[1:]), reversed(counts[1:]), strict=True):
            row.append(t.item(operators.binary(cx, node, ast.Mod(), i, n)))
            i = operators.binary(cx, node, ast.FloorDiv(), i, n)
        return Struct("tuple", (found[0].item(i), *reversed(row)))

    return _whole(total, items)


def _of_rest(cx: Context, node: ast.AST, val: Sequence_) -> Turns | None:
    whole = counted_turns(cx, node, val.parts[0])
    return None if whole is None else Turns(val.parts[1], whole.hi, whole.step, whole.item)


def _of_islice(cx: Context, node: ast.AST, val: Sequence_) -> Turns | None:
    whole = counted_turns(cx, node, val.parts[0])
    if whole is None:
        return None
    part = ranges.sliced(cx, node, Sequence_("range", (Known(0), whole.hi, Known(1))), SliceVal(*val.parts[1:]))
    if not isinstance(part, Sequence_):
        return None
    lo, hi, step = part.parts
    return Turns(lo, hi, step, whole.item)


def _of_repeat(cx: Context, node: ast.AST, val: Sequence_) -> Turns | None:
    item, times = val.parts
    return None if isinstance(times, Known) and times.obj is None else _whole(times, lambda i: item)


_ROLLED: dict[str, Callable[[Context, ast.AST, Sequence_], Turns | None]] = {
    "range": _of_range, "zip": _of_zip, "enumerate": _of_enumerate, "reversed": _of_reversed,
    "iter": lambda cx, node, val: rolled_turns(cx, node, val.parts[0]), "rest": _of_rest, "islice": _of_islice,
    "zip_longest": _of_zip_longest, "product": _of_product, "repeat": _of_repeat,
}  # fmt: skip


def _alike_rolled(cx: Context, node: ast.AST, val: Val) -> Turns | None:
    """The turns of a list or tuple of known length whose elements are alike.

    Of numbers, and tuples of these, it is one list from here on; elsewhere each turn looks for its element, as `h[i]`.
    """
    items = containers.elements(cx, val)
    form = grown.form_of_elements(cx, items) if items else None
    if items is None or form is None:
        return None
    if grown.has_memory(form):
        return _whole(Known(len(items)), lambda i: containers.subscript(cx, node, val, i))
    cx.at(node)
    content = grown.as_grown(cx, items, form)
    if isinstance(val, ListRef):  # a turn may write its elements
        cx.store.set(val.cell, content)
    return rolled_turns(cx, node, val if isinstance(val, ListRef) else list_changes.made(cx, node, content))


def _from_zero(cx: Context, node: ast.AST, turns: Turns) -> Turns | None:
    """The same turns, their index counting up from 0; None where the step is 0."""
    lo, hi, step = turns.lo, turns.hi, turns.step
    if isinstance(step, Known) and not step.obj:
        return None
    if isinstance(step, Known) and step.obj == 1 and isinstance(lo, Known) and lo.obj == 0:
        return turns

    def calc(op: ast.operator, a: Val, b: Val) -> Val:
        return operators.binary(cx, node, op, a, b)

    def place(i: Val) -> Val:
        return calc(ast.Add(), lo, calc(ast.Mult(), i, step))

    if not isinstance(step, Known):
        count = ranges.length(cx, node, Sequence_("range", (lo, hi, step)))
        return Turns(Known(0), count, Known(1), lambda i: turns.item(place(i)))
    if step.obj == 1:
        return Turns(Known(0), calc(ast.Sub(), hi, lo), step, lambda i: turns.item(calc(ast.Add(), lo, i)))
    if step.obj == -1:
        return Turns(Known(0), calc(ast.Sub(), lo, hi), Known(1), lambda i: turns.item(calc(ast.Sub(), lo, i)))
    # the number of turns is (hi - lo) / step, rounded up
    down = calc(ast.FloorDiv(), calc(ast.Sub(), hi, lo), Known(-step.obj))
    count = calc(ast.Sub(), Known(0), down)
    return Turns(Known(0), count, Known(1), lambda i: turns.item(place(i)))


def _counted(cx: Context, node: ast.AST, first: Val, index: Val) -> Val:
    """What `enumerate` counts, from `first`."""
    plain = isinstance(first, Known) and first.obj == 0
    return index if plain else operators.binary(cx, node, ast.Add(), first, index)


def _shorter(cx: Context, node: ast.AST, a: Val, b: Val) -> Val:
    """The smaller of two counts."""
    found = ranges.of_sizes(dims.dmin, a, b)
    if found is not None:
        return found
    test = operators.compare(cx, node, ast.Lt(), b, a)
    return control.choose(cx, node, test, lambda: b, lambda: a)
