"""Lists that grow in a rolled loop: one list of the IR for each number or array in an element.

By hand: `h.append((t, y))` with a float t and an array y.  An element has the form (float, f8[n]), so h is two lists,
of all t and of all y, and the append is two appends.  `h[-1]` is the pair of their last elements.  A list in a list of
unknown length has the form of its own elements: the IR has a list of lists then.  What is known when compiling and no
number (text, None, a function) is in the form, hence the same in every element.

Elements are kept by value: arrays, lists, dicts and objects put in or read out are held (see `memory`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from symdiff.frontend.python import (
    absences,
    captured,
    forms,
    kinship,
    linked,
    list_numbers,
    lodging,
    memory,
    nodes,
    openings,
    sizes,
    texts,
    unfilled,
    unlike,
    written,
)
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.type_joins import join_types
from symdiff.frontend.python.values import (
    Arr,
    Attributes,
    Cell,
    DictRef,
    Grown,
    Known,
    ListRef,
    Maybe,
    Node,
    ObjRef,
    Reference,
    SetRef,
    Struct,
    Text,
    Val,
)
from symdiff.ir import types
from symdiff.ir.core import Value
from symdiff.ir.types import AVal, Kind, Seq, Type

LEAVES = ("scalar", "array")
CHANGEABLE = ("list", "dict", "object")


# --- the form of elements


def form_of(cx: Context, val: Any, around: frozenset[Cell] = frozenset()) -> Pattern | None:
    """The form of a value as an element; None of what cannot be one: of what holds itself, say, in one of `around`."""
    if cx.is_numeric(val):
        t = cx.aval(val)
        return Pattern("array" if t.kind is Kind.ARRAY else "scalar", type=t)
    text, val = texts.form_of(cx, val), captured.spread(cx, val)
    if text is not None:
        return text
    if isinstance(val, Known):
        token = val.obj if isinstance(val.obj, (str, bytes, type(None))) else id(val.obj)
        return Pattern("known", token=(type(val.obj).__name__, token), val=val)
    if isinstance(val, Node):
        return nodes.pattern(val.cls, val.none)
    if isinstance(val, Struct):
        return _container(cx, Pattern(val.kind, cls=val.cls, keys=val.keys), val.items, around)
    if isinstance(val, Text):
        return written.form_of(cx, val)
    if isinstance(val, Maybe):
        return absences.form_of(val)
    if not isinstance(val, Reference) or cx.session.taken_apart is not None or val.cell in around:
        return None
    if memory.outdated(cx, val.cell):
        memory.stale(cx, val)  # an element of another list is read again
    content, around = cx.store.get(val.cell), around | {val.cell}
    if isinstance(content, Grown):
        return Pattern("grown", (content.form,))
    if isinstance(val, ListRef):
        listed = _container(cx, Pattern("list"), content, around)
        return _opened(val.cell, listed) if cx.session.ragged and listed is not None else listed
    if not isinstance(content, dict) or isinstance(val, SetRef):
        return None
    cls = val.cls if isinstance(val, ObjRef) else None
    made_at = Known(val.cell.loc) if cls is None else None
    empty = Pattern("dict" if cls is None else "object", cls=cls, keys=tuple(content), val=made_at)
    return _container(cx, empty, tuple(content.values()), around)


def _opened(cell: Cell, form: Pattern) -> Pattern:
    """The form of a list of any length, where all elements of a list have one form, or there are none."""
    if not form.parts:
        return unfilled.form_of(cell)
    found: Pattern | None = form.parts[0]
    for part in form.parts[1:]:
        found = None if found is None else join(found, part)
    return form if found is None or not any(leaf_types(found)) else Pattern("grown", (found,))


def _container(cx: Context, empty: Pattern, items: Any, around: frozenset[Cell]) -> Pattern | None:
    parts = [form_of(cx, item, around) for item in items] if isinstance(items, tuple) else [None]
    found = tuple(p for p in parts if p is not None)
    return replace(empty, parts=found) if len(found) == len(parts) else None


def form_of_elements(cx: Context, *contents: Any) -> Pattern | None:
    """The form that all elements of some lists have; None where there is none, or nothing staged in it."""
    each: list[Pattern | None] = []
    for content in contents:
        each += [content.form] if isinstance(content, Grown) else [form_of(cx, item) for item in content]
    found: Pattern | None = each[0] if each else None
    for form in each[1:]:
        found = None if found is None or form is None else join(found, form)
    if found is not None and absences.is_none(found):
        return absences.EMPTY
    return found if found is not None and any(leaf_types(found)) else None


def join(a: Pattern, b: Pattern) -> Pattern | None:
    """The least form that covers both; None where none does."""
    if a == b:
        return a
    if unfilled.KIND in (a.kind, b.kind):
        return b if a.kind == unfilled.KIND else a
    if a.kind in LEAVES and b.kind in LEAVES:
        return _join_numbers(a, b)
    if texts.KIND in (a.kind, b.kind):
        return texts.join(a, b)
    if nodes.KIND in (a.kind, b.kind):
        return nodes.join(a, b)
    if absences.KIND in (a.kind, b.kind) or (absences.is_none(a) != absences.is_none(b)):
        return _join_optional(a, b)
    if {a.kind, b.kind} <= {"list", "grown"} and (a.kind, len(a.parts)) != (b.kind, len(b.parts)):
        first, *rest = (*a.parts, *b.parts)
        inner: Pattern | None = first
        for part in rest:
            inner = None if inner is None else join(inner, part)
        return None if inner is None or not any(leaf_types(inner)) else Pattern("grown", (inner,))
    if a.kind == "known" or (a.kind, a.cls, a.keys, len(a.parts)) != (b.kind, b.cls, b.keys, len(b.parts)):
        return None
    parts = [join(x, y) for x, y in zip(a.parts, b.parts, strict=True)]
    found = tuple(p for p in parts if p is not None)
    return replace(a, parts=found) if len(found) == len(parts) else None


def _join_numbers(a: Pattern, b: Pattern) -> Pattern | None:
    assert a.type is not None and b.type is not None
    of_set = isinstance(a.type, types.Member) or isinstance(b.type, types.Member)
    joined = None if of_set else join_types(a.type, b.type)
    return None if joined is None else Pattern(a.kind, type=joined)


def _join_optional(a: Pattern, b: Pattern) -> Pattern | None:
    """None or a number, of forms of which one is None in some places."""
    parts: list[Pattern] = []
    for form in (a, b):
        if form.kind == "scalar":
            parts.append(form)
        elif form.kind == absences.KIND:
            parts += form.parts
        elif not absences.is_none(form):
            return None
    joined = parts[0] if len(parts) == 1 else _join_numbers(*parts) if parts else None
    if joined is None:
        return None if parts else absences.EMPTY
    return replace(absences.EMPTY, parts=(joined,))


def leaf_types(form: Pattern) -> Iterator[Type]:
    """What the lists of an element's numbers hold, in order."""
    if form.type is not None:
        yield form.type
    if form.kind in (absences.KIND, unfilled.KIND, texts.KIND):
        yield types.INT if form.kind == texts.KIND else types.BOOL
    inner = (t for p in form.parts for t in leaf_types(p))
    yield from map(Seq, inner) if form.kind == "grown" else inner


def has_memory(form: Pattern) -> bool:
    """Whether an element of a form has something that can be changed."""
    return form.kind in (*CHANGEABLE, "array", "grown") or any(map(has_memory, form.parts))


# --- elements taken apart and put together


def numbers(cx: Context, form: Pattern, val: Any) -> list[Value]:
    """The numbers of a value that the form covers, in the form's types."""
    if form.type is not None:
        return [_typed(cx, cx.scope.use(cx.value(val)), form.type)]
    if form.kind == "grown":
        return list(as_grown(cx, memory.content(cx, val), form.parts[0]).values)
    if form.kind == absences.KIND:
        return absences.numbers(cx, form, val)
    if form.kind == texts.KIND:
        return [texts.number(cx, val)]
    items = _inside(cx, val) if form.parts else ()
    if len(items) != len(form.parts):  # one list, read at two times of a loop
        openings.open_lists(cx)
        found = f"holds a list of {len(items)} elements besides {forms.described(form)}"
        memory.take_apart(cx, cx.make_problem("SD505", cx.frame.source.node, name="a list of lists", reason=found))
    return [v for part, item in zip(form.parts, items, strict=True) for v in numbers(cx, part, item)]


def _inside(cx: Context, val: Any) -> Sequence[Val]:
    val = captured.spread(cx, val)
    if isinstance(val, Struct | Text):
        return val.items if isinstance(val, Struct) else written.numbers(val)
    if isinstance(val, Node | Known):
        return (nodes.number(val),)
    memory.check_read(cx, val)
    content = cx.store.get(val.cell)
    return tuple(content.values()) if isinstance(content, dict) else content


def _typed(cx: Context, value: Value, t: Type) -> Value:
    assert isinstance(t, AVal)
    if value.type == t or t.kind is Kind.ARRAY:
        return value
    return cx.scope.emit("convert", value, kind=t.kind, dtype=t.dtype)[0]


def built(cx: Context, node: ast.AST, form: Pattern, found: Iterator[Value]) -> Any:
    """The element that these numbers make: with memory of its own, held."""
    if form.kind == "known":
        assert form.val is not None
        return form.val
    if form.type is not None:
        return memory.hold(cx, cx.wrap(next(found)), cx.loc(node))
    if form.kind == "grown":
        cell = Cell("list", cx.loc(node))
        return _held(cx, node, ListRef(cell), content_of_inner(form.parts[0], found, cell))
    if form.kind == absences.KIND:
        return absences.built(cx, node, form, found)
    if form.kind == texts.KIND:
        return texts.built(cx, form, next(found))
    items = tuple(built(cx, node, part, found) for part in form.parts)
    if form.kind not in CHANGEABLE:
        return assembled(form, items, None)
    made_at = form.val.obj if isinstance(form.val, Known) else None
    cell = Cell(form.kind, made_at or cx.loc(node))
    return _held(cx, node, assembled(form, items, cell), content_like(form, items))


def assembled(form: Pattern, items: Sequence[Val], cell: Cell | None) -> Any:
    """A list, dict or object of a form in this memory, or a tuple."""
    if form.kind == nodes.KIND:
        return Node(form.cls, items[0], bool(form.token))
    if form.kind == written.KIND:
        return written.built(form, items)
    if cell is None:
        return Struct(form.kind, tuple(items), form.cls, tuple(map(str, form.keys)))
    if form.kind == "object":
        return ObjRef(cell, form.cls)
    return ListRef(cell) if form.kind == "list" else DictRef(cell)


def content_like(form: Pattern, items: Sequence[Val]) -> Any:
    """What the memory of a list, dict or object of a form holds."""
    if form.kind == "list":
        return tuple(items)
    if form.kind == "dict":
        return dict(zip(form.keys, items, strict=True))
    return Attributes(zip(map(str, form.keys), items, strict=True))


def content_of_inner(form: Pattern, found: Iterator[Value], group: Cell) -> tuple[()] | Grown:
    """What a list in a list holds, whose elements have this form."""
    values = tuple(next(found) for _ in leaf_types(form))
    return () if form.kind == unfilled.KIND else Grown(values, form, group)


def _held(cx: Context, node: ast.AST, made: Reference, content: Any) -> Val:
    cx.store.set(made.cell, content)
    cx.store.set(("held", made.cell), cx.loc(node))
    return made


def hold(cx: Context, val: Any, loc: Any) -> None:
    """Mark everything that can be changed in an element."""
    for _, part in kinship.inside(cx, val):
        memory.hold(cx, part, loc)


# --- whole lists


def content_of(cx: Context, val: Any) -> Grown | None:
    """What is staged of a list that grows; None of every other value."""
    if not isinstance(val, ListRef):
        return None
    if cx.store.get(val.cell) == ():
        memory.stale(cx, val)  # it may have been filled through the list that it is in
    if not isinstance(cx.store.get(val.cell), Grown):
        return None
    memory.check_read(cx, val)
    found: Grown = cx.store.get(val.cell)
    return found


def empty(cx: Context, form: Pattern) -> Grown:
    values = tuple(cx.scope.emit("seq_empty", elem=t)[0] for t in leaf_types(form))
    return Grown(values, form, Cell("list"))


def appended(cx: Context, content: Grown, item: Any, loc: Any) -> tuple[Grown, lodging.Entered]:
    """The list and one element more, which its form covers; what is taken in."""
    new = numbers(cx, content.form, item)
    entered = lodging.enter(cx, item, content.form, content.group, loc)
    made = (cx.scope.emit("seq_append", s, v)[0] for s, v in zip(content.values, new, strict=True))
    return replace(content, values=tuple(made), shared=content.shared | entered.shared), entered


def as_grown(cx: Context, content: Any, form: Pattern) -> Grown:
    """A list, staged or of known structure, as one whose elements have a form that covers theirs."""
    if isinstance(content, Grown):
        used = map(cx.scope.use, content.values)
        return replace(content, values=tuple(_refitted(cx, content.form, form, used)), form=form)
    rows = [numbers(cx, form, item) for item in content]
    made = []
    for k, t in enumerate(leaf_types(form)):
        s = cx.scope.emit("seq_empty", elem=t)[0]
        for row in rows:
            s = cx.scope.emit("seq_append", s, row[k])[0]
        made.append(s)
    for item in content:
        hold(cx, item, cx.scope.loc or cx.loc(cx.frame.source.node))
    group, shared = lodging.taken(cx, content, form)
    return Grown(tuple(made), form, group, shared)


def _refitted(cx: Context, have: Pattern, want: Pattern, found: Iterator[Value], depth: int = 0) -> Iterator[Value]:
    """The lists of a staged list, or at a `depth` of lists in it, in another form that covers its own."""
    if have.kind == unfilled.KIND and want.kind != unfilled.KIND:
        unfilled.note(cx, have, want)
        none = next(found)
        yield from (absences.begun(cx, none, t, depth) for t in leaf_types(want))
    elif want.kind == absences.KIND and have.type is not None:
        s, t = next(found), next(leaf_types(want.parts[0]))
        yield absences.all_there(cx, s, have)
        yield s if t == have.type else cx.scope.emit("seq_convert", s, elem=t)[0]
    elif want.kind == absences.KIND and want.parts and not have.parts:
        there = next(found)
        yield there
        yield from (absences.begun(cx, there, t, depth) for t in leaf_types(want.parts[0]))
    elif have.parts:
        if have.kind == absences.KIND:
            yield next(found)
        for a, b in zip(have.parts, want.parts, strict=True):
            yield from _refitted(cx, a, b, found, depth + (have.kind == "grown"))
    else:
        for t, new, s in zip(leaf_types(have), leaf_types(want), found, strict=False):
            yield s if t == new else cx.scope.emit("seq_convert", s, elem=absences.in_lists(new, depth))[0]


def covers(cx: Context, wide: Pattern, form: Pattern) -> bool:
    """Whether a staged list of the one form becomes one of the other by converting its numbers.

    Raises Restart where the other has lists of any length in it, and lists of known length were taken apart.
    """
    if _fits(wide, form):
        return True
    openings.open_lists(cx)
    return False


def _fits(wide: Pattern, form: Pattern, inner: bool = False) -> bool:
    if form.kind == unfilled.KIND or (form == absences.EMPTY and wide.kind in (absences.KIND, texts.KIND)):
        return True  # the number of None among texts is 0
    if not inner and wide.kind == absences.KIND and form.kind == "scalar":
        return True
    if wide.kind != form.kind or len(wide.parts) != len(form.parts):
        return wide.kind in LEAVES and form.kind in LEAVES
    inner |= form.kind == "grown"
    return all(_fits(a, b, inner) for a, b in zip(wide.parts, form.parts, strict=True))


def _takes(cx: Context, wide: Pattern, form: Pattern) -> bool:
    """Whether a value of the one form can be an element of the other: the staged lists in it are converted."""
    if form.kind == "grown":
        return wide.kind == "grown" and covers(cx, wide.parts[0], form.parts[0])
    if wide.kind == "grown":
        return all(_takes(cx, wide.parts[0], part) for part in form.parts)
    return len(wide.parts) != len(form.parts) or all(map(partial(_takes, cx), wide.parts, form.parts))


def fitted(cx: Context, node: ast.AST, content: Grown, val: Val) -> Grown | None:
    """The list in a form that covers one value more; None after a problem."""
    if content.form.kind == nodes.KIND:
        list_numbers.meet(cx, nodes.one_of(content.form), val)
    form = form_of(cx, val)
    joined = None if form is None else join(content.form, form)
    if joined is None:
        openings.helps(cx, lambda: _with(cx, content.form, val))
    if form is None or joined is None or not covers(cx, joined, content.form) or not _takes(cx, joined, form):
        unlike.note(cx, *(part for _, part in kinship.inside(cx, val)))
        besides = forms.described(content.form)
        takes = f"takes {cx.describe(val) if form is None else forms.described(form)} besides {besides}"
        cx.refuse("SD505", node, name=cx.listed(node), reason=takes, **forms.one_structure(form, content.form))
        return None
    cx.at(node)
    return as_grown(cx, content, joined)


def _with(cx: Context, form: Pattern, val: Val) -> Pattern | None:
    """The form that covers a value too, where texts in elements of the given form are told apart."""
    new = form_of(cx, val)
    return None if new is None else join(_told_apart(cx, form), new)


def _told_apart(cx: Context, form: Pattern) -> Pattern:
    if form.val is not None and form.kind == "known":
        return form_of(cx, form.val) or form
    return replace(form, parts=tuple(_told_apart(cx, part) for part in form.parts))


def staged(cx: Context, node: ast.AST, content: Sequence[Val], *more: Val) -> Grown | None:
    """A list of known structure as one that grows, with room for `more`; None after a problem."""
    form = form_of_elements(cx, (*content, *more))
    if form is None:
        openings.help_(cx, (*content, *more))
    each = [form_of(cx, item) for item in (*content, *more)]
    if form is None or not all(p is not None and _takes(cx, form, p) for p in each):
        _refuse_unlike(cx, node, (*content, *more))
        return None
    cx.at(node)
    return as_grown(cx, tuple(content), form)


def _refuse_unlike(cx: Context, node: ast.AST, items: Sequence[Val]) -> None:
    """Report that elements have no form in common, and ask for the sizes of their arrays, which may be equal."""
    list_numbers.meet(cx, *items)
    found = zip(items, [form_of(cx, item) for item in items], strict=True)
    shown = [cx.describe(v) if form is None else forms.described(form) for v, form in found]
    inside = [part for item in items for _, part in kinship.inside(cx, item)]
    unlike.note(cx, *inside)
    arrays = [part for part in inside if isinstance(part, Arr)]
    cx.sizes_needed.update(a.name for part in arrays for a in types.type_atoms(cx.aval(part)) if a.op == "var")
    kinds = " besides ".join(dict.fromkeys(shown)) or "nothing"
    fields: dict[str, Any] = {"name": cx.listed(node), "reason": f"holds {kinds}"}
    fields |= (
        {"rewrite": "make objects of a class of them, which may be None in a list"}
        if linked.note_optional(cx, items)
        else {}
    )
    sizes.ask_for_integers(cx, items, cx.make_problem("SD505", node, **fields))
    cx.refuse("SD505", node, **fields)


def element(
    cx: Context, node: ast.AST, content: Grown, index: Val, home: Cell | None = None, gone: bool = False
) -> Val:
    """`h[index]`, an integer; lodged in the memory of `h` where that is given, and it is not `gone` from there."""
    at = cx.value(index)
    values = [cx.at(node).emit("seq_get", s, at)[0] for s in content.values]
    cx.elements.update((v, (s, index)) for s, v in zip(content.values, values, strict=True))
    return lodging.read_out(cx, content, built(cx, node, content.form, iter(values)), home, index, gone)


def last_popped(cx: Context, node: ast.AST, content: Grown, home: Cell) -> tuple[Val, Grown]:
    """`h.pop()`: the last element, and the others."""
    lasts = [cx.at(node).emit("seq_last", s)[0] for s in content.values]
    rest = replace(content, values=tuple(cx.scope.emit("seq_rest", s)[0] for s in content.values))
    found = built(cx, node, content.form, iter(lasts))
    return lodging.read_out(cx, content, found, home, Known(-1), gone=True), rest


def replaced(cx: Context, node: ast.AST, content: Grown, index: Val, val: Val) -> tuple[Grown, lodging.Entered] | None:
    """The list after `h[index] = val`, and what is taken in; None after a problem."""
    wide = fitted(cx, node, content, val)
    if wide is None:
        return None
    at, new = cx.value(index), numbers(cx, wide.form, val)
    entered = lodging.enter(cx, val, wide.form, wide.group, cx.loc(node))
    made = (cx.at(node).emit("seq_set", s, at, v)[0] for s, v in zip(wide.values, new, strict=True))
    return replace(wide, values=tuple(made), shared=wide.shared | entered.shared), entered


def count(cx: Context, content: Grown) -> Value:
    return cx.scope.emit("seq_len", content.values[0])[0]
