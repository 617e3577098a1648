"""Lists whose length is staged: slices, sums and products of lists, insertions, removals, unpacking, searching.

A slice or sum is one operation on each of the lists that a list of structures is (see `grown`); what goes over all of
its elements is a loop (see `comprehensions.fold`).
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from symdiff.alike import SHORT
from symdiff.frontend.python import (
    absences,
    alternatives,
    comprehensions,
    forms,
    grown,
    iterators,
    kinship,
    linked,
    list_numbers,
    lodging,
    memory,
    nodes,
    openings,
    raising,
    sorting,
    texts,
    unfilled,
)
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.order_source import Less
from symdiff.frontend.python.values import (
    NONE,
    POISON,
    Cell,
    Grown,
    Known,
    ListRef,
    Node,
    Num,
    ObjRef,
    Sequence_,
    SliceVal,
    Struct,
    Val,
)
from symdiff.ir import dims, types
from symdiff.ir.core import Op, Value
from symdiff.primitives.indexing import Spec
from symdiff.primitives.sequence_changes import ANY, FRONT, INSIDE

Content = tuple[Val, ...] | Grown


def made(cx: Context, node: ast.AST, content: Content, kind: str = "list") -> ListRef:
    """A new list, or a tuple, as `kind` says."""
    cell = Cell(kind, cx.loc(node))
    if content == () and kind == "list":
        content = unfilled.content(cx, cell)
    if isinstance(content, Grown) and not grown.has_memory(content.form):
        content = replace(content, group=cell)
    cx.store.set(cell, content)
    if isinstance(content, Grown):
        kinship.unite(cell, content.group)
    return ListRef(cell)


def content_of(cx: Context, val: Val) -> Content | None:
    """The elements of a list or tuple, known or staged."""
    from symdiff.frontend.python import containers

    staged = grown.content_of(cx, val)
    return containers.elements(cx, val) if staged is None else staged


def listed(cx: Context, node: ast.AST, val: Val) -> Val | None:
    """The list of what can be run over by a loop alone; None of everything else."""
    from symdiff.frontend.python import containers

    content = grown.content_of(cx, val)
    if content is not None:
        return made(cx, node, content)
    if containers.items_of(cx, node, val) is not None or not comprehensions.can_fold(cx, node, val):
        return None
    return comprehensions.fold(cx, node, "list", val, {})


# --- slices and sums


def checked_step(cx: Context, node: ast.AST, where: SliceVal) -> bool:
    """Whether the step of a slice is an integer, and known not to be 0 where it is known; reported if not."""
    if is_found(where.step):
        return True
    if not isinstance(where.step, Known) or (where.step.obj is not None and type(where.step.obj) is not int):
        cx.need_static(node, where.step, "the step of a slice")
        return False
    if where.step.obj == 0:
        message = "slice step cannot be zero"
        raising.always(cx, node, ValueError(message), function="a slice", message=message)
        return False
    return True


def place_of(cx: Context, node: ast.AST, where: SliceVal) -> tuple[Spec, list[Value]] | None:
    """Which slice of a list that is, with its staged bounds; None after a problem."""
    if not checked_step(cx, node, where):
        return None
    bounds: list[Any] = []
    operands: list[Value] = []
    for bound in (where.lo, where.hi):
        if isinstance(bound, Known) and (bound.obj is None or type(bound.obj) is int):
            bounds.append(bound.obj)
        elif isinstance(bound, Num) and bound.type.dtype[0] in "iu":
            bounds.append("v")
            operands.append(cx.value(bound))
        else:
            cx.refuse("SD321", node, operation="a slice", left="a list", right=cx.describe(bound))
            return None
    step: Any = None if step_of(where) == 1 else step_of(where) or "v"
    if step == "v":
        operands.append(cx.value(where.step))
    return (("slice", *bounds, step, None),), operands


def is_found(val: Val) -> bool:
    """Whether it is an integer that is found when the code runs."""
    return isinstance(val, Num) and not val.type.shape and val.type.dtype[0] in "iu"


def step_of(where: SliceVal) -> int | None:
    """The step of a slice that `checked_step` has looked at; None of one that is found when it runs."""
    if not isinstance(where.step, Known):
        return None
    return 1 if where.step.obj is None else int(where.step.obj)


def sliced(cx: Context, node: ast.AST, content: Grown, where: SliceVal) -> Grown | None:
    """`s[lo:hi:step]`; None after a problem."""
    found = place_of(cx, node, where)
    if found is None:
        return None
    spec, operands = found
    parts = (cx.at(node).emit("seq_slice", s, *operands, spec=spec)[0] for s in content.values)
    return replace(content, values=tuple(parts))


def part(cx: Context, node: ast.AST, content: Grown, lo: Val = NONE, hi: Val = NONE, step: int = 1) -> Grown:
    found = sliced(cx, node, content, SliceVal(lo, hi, Known(step)))
    assert found is not None
    return found


def joined(cx: Context, node: ast.AST, first: Content, second: Content) -> Content | None:
    """The elements of both; None after a problem."""
    if first == () or second == ():
        return second if first == () else first
    if isinstance(first, tuple) and isinstance(second, tuple):
        return first + second
    found = _alike(cx, node, first, second)
    if found is None:
        return None
    a, b = found
    n = grown.count(cx, a)
    pairs = zip(a.values, b.values, strict=True)
    return replace(a, values=tuple(cx.scope.emit("seq_join", s, t, n)[0] for s, t in pairs))


def spliced(cx: Context, node: ast.AST, content: Grown, where: SliceVal, new: Content) -> Content | None:
    """The list after `s[lo:hi] = new`, or `del s[lo:hi]` where there is nothing new; None after a problem."""
    place = place_of(cx, node, where)
    if place is None:
        return None
    spec, operands = place
    if spec[0][1] in (None, 0) and spec[0][2] is None:
        return new
    if new == ():
        values = (cx.at(node).emit("seq_cut", s, *operands, spec=spec)[0] for s in content.values)
        return replace(content, values=tuple(values))
    found = _alike(cx, node, content, new)
    if found is None:
        return None
    a, b = found
    pairs = zip(a.values, b.values, strict=True)
    return replace(a, values=tuple(cx.scope.emit("seq_splice", s, t, *operands, spec=spec)[0] for s, t in pairs))


def _alike(cx: Context, node: ast.AST, first: Content, second: Content) -> tuple[Grown, Grown] | None:
    """Two lists in a form that covers both, for one list of their elements; the first says what that shares."""
    form = grown.form_of_elements(cx, first, second)
    staged = [c.form for c in (first, second) if isinstance(c, Grown)]
    if form is None:
        openings.help_(cx, first, second)
    if form is None or not all(grown.covers(cx, form, have) for have in staged):
        kinds = [forms.described(have) for have in staged]
        cx.refuse("SD505", node, name=cx.listed(node), reason=f"takes elements besides {' and '.join(kinds)}")
        return None
    cx.at(node)
    a, b = grown.as_grown(cx, first, form), grown.as_grown(cx, second, form)
    shared = a.shared | b.shared
    if b.group in kinship.related([a.group]):
        shared |= {()}
    kinship.unite(a.group, b.group)
    return replace(a, shared=shared), b


def repeated(cx: Context, node: ast.AST, content: Content, times: Val) -> Val:
    """`s * n`: a loop that extends an empty list."""
    if content == ():
        return made(cx, node, ())
    over = Sequence_("range", (Known(0), times, Known(1)))
    one = content[0] if isinstance(content, tuple) and len(content) == 1 else None
    if not isinstance(one, Known) or one.obj is not None or cx.session.absences is False:
        return comprehensions.fold(cx, node, "repeat", over, {"$list": made(cx, node, content)})
    cx.session.absences = True
    none = grown.as_grown(cx, (Known(False),), Pattern("scalar", type=types.BOOL))
    many = content_of(cx, comprehensions.fold(cx, node, "repeat", over, {"$list": made(cx, node, none)}))
    return made(cx, node, replace(many, form=absences.EMPTY)) if isinstance(many, Grown) else POISON


# --- changes at a place


def _counts_up(cx: Context, index: Val) -> bool:
    """Whether an index is certainly not negative."""
    if isinstance(index, Known):
        return bool(index.obj >= 0)
    assert isinstance(index, Num)
    low = dims.lower_bound(index.dim) if index.dim is not None else None
    if low is not None and low >= 0:
        return True
    near = {op.out: op for op in cx.scope.ops[-_NEAR:] if len(op.outs) == 1}
    return index.value is not None and _is_count(index.value, near)


_NEAR = 12  # operations before a change in which its index may have been computed


def _is_count(v: Value, made: Mapping[Value, Op]) -> bool:
    """Whether an int is a length, or computed of such: `k % len(s)`, `len(s) // 2`."""
    if v.const is not None:
        return v.type == types.INT and bool(v.const >= 0)
    op = made.get(v)
    if op is None or v.type != types.INT:
        return False
    if op.prim.name in ("mod", "floordiv"):
        return _is_count(op.ins[1], made) and (op.prim.name == "mod" or _is_count(op.ins[0], made))
    return op.prim.name == "seq_len" or (op.prim.name in ("add", "mul") and all(_is_count(x, made) for x in op.ins))


def length(cx: Context, content: Grown) -> Val:
    return cx.wrap(grown.count(cx, content))


def is_index(cx: Context, val: Val) -> bool:
    return cx.is_numeric(val) and cx.aval(val).dtype[0] in "iu" and not cx.aval(val).rank


def taken_when_run(cx: Context, node: ast.AST, index: Val, content: tuple[Val, ...]) -> bool:
    """Whether an element of a list of known structure is taken out as of one of any length.

    Where the index is known when the code runs, or each turn of a loop would move more than a few elements alike, each
    of them a variable of its own.
    """
    from symdiff.frontend.python import containers

    if containers.searched(cx, node, index, content):
        return True
    if not isinstance(index, Known) or index.obj not in range(-len(content), len(content) - 1) or index.obj == -1:
        return False
    many = len(content) > SHORT and any(not loop.unrolled for loop in cx.loops)
    return many and grown.form_of_elements(cx, content) is not None


def removed(cx: Context, node: ast.AST, content: Grown, index: Val, home: Cell) -> tuple[Val, Content] | None:
    """The element at an index of a list, and the list without it; None after a problem."""
    if is_index(cx, index) and isinstance(index, Known) and index.obj == -1:
        return grown.last_popped(cx, node, content, home)
    found = grown.element(cx, node, content, index, home, gone=True) if is_index(cx, index) else POISON
    rest = without(cx, node, content, index)
    return None if rest is None else (found, rest)


def without(cx: Context, node: ast.AST, content: Grown, index: Val) -> Grown | None:
    """`del s[index]`; None after a problem."""
    if not is_index(cx, index):
        cx.refuse("SD321", node, operation="an index", left="a list", right=cx.describe(index))
        return None
    cx.at(node)
    if isinstance(index, Known) and index.obj == -1:
        return replace(content, values=tuple(cx.scope.emit("seq_rest", s)[0] for s in content.values))
    at, below = cx.value(index), not _counts_up(cx, index)
    rest = (cx.scope.emit("seq_delete", s, at, below=below)[0] for s in content.values)
    return replace(content, values=tuple(rest))


def certainly_inside(cx: Context, index: Val) -> Val:
    """An index that is certainly a place of a list, or its end."""
    if not isinstance(index, Num):
        return index
    dim = dims.opaque(f"place{cx.count('opaque')}")
    cx.inside.add(dim)
    return replace(index, dim=dim)


def _where(cx: Context, index: Val) -> str:
    """What is known of the index of an element that is put in."""
    if isinstance(index, Known) and index.obj == 0:
        return INSIDE
    if isinstance(index, Num) and index.dim in cx.inside:
        return INSIDE
    return FRONT if _counts_up(cx, index) else ANY


def inserted(cx: Context, node: ast.AST, content: Grown, index: Val, val: Val) -> Content | None:
    """`s.insert(index, val)`, which counts an index beyond the ends as the end; None after a problem."""
    if not is_index(cx, index):
        cx.refuse("SD321", node, operation="an index", left="a list", right=cx.describe(index))
        return None
    wide = grown.fitted(cx, node, content, val)
    if wide is None:
        return None
    at, new = cx.value(index), grown.numbers(cx, wide.form, val)
    entered = lodging.enter(cx, val, wide.form, wide.group, cx.loc(node))
    where = _where(cx, index)
    made = (cx.at(node).emit("seq_insert", s, at, v, where=where)[0] for s, v in zip(wide.values, new, strict=True))
    return replace(wide, values=tuple(made), shared=wide.shared | entered.shared)


def extend(cx: Context, node: ast.AST, receiver: ListRef, val: Val) -> bool:
    """`s.extend(val)`, element by element; False where the elements of `val` cannot be run over."""
    from symdiff.frontend.python import containers

    val = list_numbers.opened(cx, node, val, "__iter__")
    items = containers.items_of(cx, node, val)
    if items is None:
        if not comprehensions.can_fold(cx, node, val):
            return False
        if isinstance(val, ListRef) and (val.cell is receiver.cell or memory.held(cx, val.cell) is not None):
            content = grown.content_of(cx, val)  # as it is now: its elements are not those that are added
            assert content is not None
            val = made(cx, node, content)
        comprehensions.fold(cx, node, "extend", val, {"$list": receiver})
        return True
    done = [containers.append_value(cx, node, receiver, item) for item in items]
    if done and POISON not in done:
        iterators.refuse_changed(cx, node, val)  # by what was appended
    return True


# --- unpacking, searching, sorting


def unpacked(cx: Context, node: ast.AST, content: Grown, before: int, starred: bool, after: int) -> list[Val]:
    """The elements of `a, b = s` or `a, *b, c = s`; how many there are is checked at run time."""
    least = before + after
    given = {"$list": made(cx, node, content)}
    comprehensions.run(cx, node, f"unpack {least}{starred}", _length_check(least, starred), given)
    found = [grown.element(cx, node, content, Known(k)) for k in range(before)]
    if starred:
        hi = NONE if not after else Known(-after)
        found.append(made(cx, node, part(cx, node, content, Known(before), hi)))
    return found + [grown.element(cx, node, content, Known(k - after)) for k in range(after)]


def _length_check(least: int, starred: bool) -> str:
    expected = f"expected {'at least ' if starred else ''}{least}, got "
    few = f"if len($list) < {least}: raise ValueError(f'not enough values to unpack ({expected}{{len($list)}})')\n"
    many = f"if len($list) > {least}: raise ValueError('too many values to unpack (expected {least})')\n"
    return few if starred else few + many


def columns(cx: Context, node: ast.AST, content: Grown) -> tuple[Val, ...] | None:
    """`zip(*s)` of a list of tuples: a tuple of each position; None where its elements are no tuples."""
    if content.form.kind not in ("tuple", "namedtuple", "list"):
        return None
    found, rest = [], list(content.values)
    for k, form in enumerate(content.form.parts):
        width = sum(1 for _ in grown.leaf_types(form))
        if not width:
            return None
        places = {path[1:] for path in content.shared if path[:1] in ((), (k,))}
        found.append(made(cx, node, Grown(tuple(rest[:width]), form, content.group, frozenset(places)), "tuple"))
        rest = rest[width:]
    return tuple(found)


def column(cx: Context, node: ast.AST, content: Grown, key: Val) -> Val | None:
    """What `operator.itemgetter(k)` gives of each element, where these are tuples; None of other keys."""
    at: Any = key.obj.__reduce__()[1] if isinstance(key, Known) and type(key.obj) is operator.itemgetter else ()
    found = columns(cx, node, content) if len(at) == 1 and type(at[0]) is int else None
    return found[at[0]] if found is not None and 0 <= at[0] < len(found) else None


def search(cx: Context, node: ast.AST, content: Content, name: str, item: Val) -> Val:
    """`item in s`, `s.index(item)`, `s.count(item)` of numbers or None, tuples or lists, compared one by one."""
    if isinstance(content, tuple):
        return cx.refuse("SD224", node, construct=f"`{name}`")
    form = content.form
    if form.kind == "object" or isinstance(item, ObjRef):
        return _not_told(cx, node, content, name, item)
    if form.kind == nodes.KIND and nodes.is_told_by_number(item, form):
        content, item = replace(content, form=form.parts[0]), nodes.number(item)
    elif form.kind == nodes.KIND and (isinstance(item, Node) or nodes.may_be_none(item)):
        return comprehensions.fold(cx, node, f"{name} of objects", made(cx, node, content), {"$wanted": item})
    if content.form.kind == texts.KIND and texts.may_have(cx, content.form, item):
        content, item = replace(content, form=Pattern("scalar", type=types.INT)), Num(texts.number(cx, item))
    if content.form.kind == absences.KIND and isinstance(item, Known) and item.obj is None:
        return comprehensions.fold(cx, node, f"{name} of None", made(cx, node, absences.which_are_there(content)))
    number = alternatives.optional(item) or (cx.is_numeric(item) and not cx.aval(item).rank)
    numbers = content.form.kind in ("scalar", absences.KIND) and number
    structures = content.form.kind in ("tuple", "namedtuple", "list", "grown") and isinstance(item, Struct | ListRef)
    structures |= list_numbers.holds_lists(content.form) and (list_numbers.is_one(item) or isinstance(item, ListRef))
    if not numbers and not structures:
        return cx.refuse("SD224", node, construct=f"`{name}`")
    return comprehensions.fold(cx, node, name, made(cx, node, content), {"$wanted": item})


def _not_told(cx: Context, node: ast.AST, content: Grown, name: str, item: Val) -> Val:
    """Report that objects are looked for that are known by what they hold; of objects that are numbers it is known."""
    linked.note_meant(cx, item)
    linked.note_elements(cx, content)
    return cx.refuse("SD224", node, construct=f"`{name}` of objects", why=_WHICH, rewrite=_BY_NUMBER)


_WHICH = "containers ask first whether two elements are one object, and objects like these are known by what they hold"
_BY_NUMBER = "give each object a number that says which one it is, and ask for that: `any(b.i == a.i for b in items)`"


def holds_texts(cx: Context, val: Val) -> bool:
    """Whether it is a list of any length whose elements are texts, or None."""
    content = grown.content_of(cx, val)
    return content is not None and content.form.kind == texts.KIND


def sorted_(
    cx: Context, node: ast.AST, content: Content, keys: Content, less: Less | None, backwards: bool
) -> Content | None:
    """The elements in the order of their keys, numbers or tuples of such, which `less` compares; None after a problem.

    The order is that of Python's own sort, run on the numbers of the keys.
    """
    pick = None
    if isinstance(content, tuple) and grown.form_of_elements(cx, content) is None:
        pick = sorting.picker(cx, node, content)
        keys = sorting.ranked(keys) if isinstance(keys, tuple) else keys
    a = grown.staged(cx, node, content) if isinstance(content, tuple) and pick is None else content
    k = a if keys is content else grown.staged(cx, node, keys) if isinstance(keys, tuple) else keys
    order = sorting.places(cx, node, k, less, backwards) if a is not None and isinstance(k, Grown) else None
    if a is None or order is None:
        return None
    if isinstance(content, tuple) and pick is not None:
        return sorting.in_order(cx, node, pick, order, len(content))
    listed = comprehensions.fold(cx, node, "sorted", made(cx, node, order), {"$list": made(cx, node, a)})
    return None if memory.is_poison(listed) else content_of(cx, listed)


__all__: Sequence[str] = [
    "checked_step", "column", "columns", "content_of", "extend", "holds_texts", "inserted",
    "is_found", "is_index", "joined", "length", "listed", "made",
    "part", "place_of", "removed", "repeated",
    "search", "sliced", "sorted_", "spliced", "step_of", "taken_when_run", "unpacked", "without",
]  # fmt: skip
