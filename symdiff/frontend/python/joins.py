"""Two states become one: what a name or cell holds after a branch, or at the header of a loop.

`Joiner` pairs what the two sides hold.  Where they differ, each side contributes an IR value, and the pair becomes one
result of the operation.  Arrays follow one product rule: a pair (cell on one side, cell on the other) is one new cell,
so names that shared memory still do, and pairs with a common side may alias.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from symdiff.frontend.python import (
    alternatives,
    bounds,
    captured,
    containers,
    grown,
    kinship,
    linked,
    list_numbers,
    may_be_none,
    mirrors,
    nodes,
    one_of_list,
    one_of_several,
    openings,
    together,
    unlike,
)
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.sides import Side, Sides, same_place
from symdiff.frontend.python.store import MISSING
from symdiff.frontend.python.type_joins import becomes, join_types, widen_shapes, zeros_fit
from symdiff.frontend.python.values import (
    BOTTOM,
    DEAD,
    POISON,
    UNBOUND,
    Arr,
    Attributes,
    Bound,
    Cell,
    Closure,
    Conflict,
    DictRef,
    Foreign,
    Grown,
    Known,
    Letter,
    ListRef,
    Maybe,
    Method,
    Node,
    Num,
    ObjRef,
    OneOf,
    Partial,
    Reference,
    Sequence_,
    SetRef,
    SliceVal,
    Struct,
    Super,
    Text,
    Val,
    Zero,
    at_cell,
    same_known,
)
from symdiff.ir.core import Value
from symdiff.ir.types import AVal, Kind

Rebuild = Callable[[Sequence[Value]], Val]


class Joiner(Sides):
    """Collects the pairs of values that two sides contribute."""

    def join(self, a: Any, b: Any) -> Rebuild:
        """Pair what both sides hold; what they hold together, once the operation is there."""
        a, b = (UNBOUND if x is MISSING else x for x in (a, b))
        if a is b:
            return lambda outs: a
        # dropped on one path, since nothing reads it behind that path: anything may stand there
        a, b = (BOTTOM if x is DEAD else x for x in (a, b))
        a, b = self.taken(a, b)
        spoilt = next((x for x in (a, b) if x is POISON or isinstance(x, Conflict)), None)
        if spoilt is not None:
            return lambda outs: spoilt
        a, b = self.narrowed(0, a), self.narrowed(1, b)
        if same_known(a, b) or captured.one_object(self.cx, a, b):
            return lambda outs: a
        a, b = nodes.both(*mirrors.both(self.cx, a, b))
        if isinstance(a, Num) and isinstance(b, Num) and a.value is b.value and a.dim == b.dim:
            return lambda outs: Num(a.value, a.dim, a.tags | b.tags)
        if isinstance(a, Arr) and isinstance(b, Arr) and same_place(a, b) and self.outside(a):
            return lambda outs: a
        found = self._structure(a, b)
        return self._numeric(a, b) if found is None else found

    # --- containers

    def _structure(self, a: Val, b: Val) -> Rebuild | None:
        if a is BOTTOM or b is BOTTOM:
            return self._bottom(a, b)
        if (
            isinstance(a, Struct)
            and isinstance(b, Struct)
            and (a.kind, a.cls, len(a.items)) == (b.kind, b.cls, len(b.items))
        ):
            parts = [self.join(x, y) for x, y in zip(a.items, b.items, strict=True)]
            return lambda outs: Struct(a.kind, tuple(p(outs) for p in parts), a.cls, a.keys)
        if isinstance(a, Reference) and type(a) is type(b):
            return self._references(a, b)
        if bounds.alike(a, b):
            return self._bounds(a, b)
        if one_of_several.alike(a, b) and (isinstance(a, Closure) or not (self.stays(a) and self.stays(b))):
            return one_of_several.one_definition(self, a, b)
        list_numbers.meet(self.cx, a, b)
        if isinstance(a, Node) and isinstance(b, Node) and nodes.alike(a.cls, b.cls):
            return self._node(a.cls, self.join(a.at, b.at), a.none or b.none)
        nullable = self._nullable(a, b)
        if nullable is not None:
            return nullable
        if alternatives.may_be_either(a, b, self.choosable):
            return one_of_several.joined(self, a, b)
        if isinstance(a, Bound) and isinstance(b, Bound) and _of_one_method(a, b):
            receiver = self.join(a.receiver, b.receiver)
            return lambda outs: Bound(receiver(outs), a.function)
        if any(map(alternatives.optional, (a, b))):
            return self._optional(a, b)
        if isinstance(a, _STRUCTURES) or isinstance(b, _STRUCTURES):
            return self._conflict(a, b)
        return None

    def _bounds(self, a: Val, b: Val) -> Rebuild:
        """Two ranges, or two slices."""
        found = [self.join(x, y) for x, y in zip(bounds.parts(a) or (), bounds.parts(b) or (), strict=True)]

        def rebuild(outs: Sequence[Value]) -> Val:
            parts = [part(outs) for part in found]
            return next((p for p in parts if isinstance(p, Conflict)), None) or bounds.put_together(a, parts)

        return rebuild

    def _node(self, cls: type, at: Rebuild, none: bool) -> Rebuild:
        return lambda outs: Node(cls, at(outs), none)

    def _references(self, a: Any, b: Any) -> Rebuild:
        """Two lists (dicts, objects of one class): a new one that may share with both."""
        key = (a.cell, b.cell)
        if a.cell is b.cell:
            return lambda outs: a
        if isinstance(a, ObjRef) and a.cls is not b.cls:
            return one_of_several.joined(self, a, b)
        if key not in self.cells:
            self._element(key, a, b)
        if key not in self.cells:
            cell = Cell(a.cell.kind, a.cell.loc, name=a.cell.name)
            self.hand_on_stale(cell, a, b)
            self.shares(cell, *key)
            self.hand_on_free(cell, a, b)
            one_of_list.noted(self, cell, a, b)
            cell.chosen = None if self.pred is None else (self.pred, *key)
            self.cells[key] = at_cell(a, cell)
            rebuild = self.content(*(self.content_now(k, x) for k, x in enumerate((a, b))))
            if rebuild is None:
                del self.cells[key]
                return self._conflict(a, b)
            self.later.append(lambda outs: self.cx.store.set(cell, rebuild(outs)))
        found = self.cells[key]
        return lambda outs: found

    def _element(self, key: Any, a: Any, b: Any) -> None:
        """Two elements of one list: the element at an index that is one or the other."""
        element = one_of_list.joined(self, a, b)
        if element is not None:
            self.cells[key] = element

    def content(self, a: Any, b: Any) -> Callable[[Sequence[Value]], Any] | None:
        """What a cell holds, where the sides disagree; None where nothing fits both."""
        if a is b:
            return lambda outs: a
        if isinstance(a, tuple) and isinstance(b, tuple):
            if len(a) != len(b):
                return self._growing(a, b)
            parts = [self.join(x, y) for x, y in zip(a, b, strict=True)]
            return lambda outs: tuple(p(outs) for p in parts)
        if isinstance(a, Attributes) and isinstance(b, Attributes):
            attributes = {k: self._attribute(a, b, k) for k in sorted({*a, *b})}
            return lambda outs: Attributes((k, p(outs)) for k, p in attributes.items())
        if isinstance(a, dict) and isinstance(b, dict):
            if list(a) != list(b):
                return None
            items = {k: self.join(a[k], b[k]) for k in a}
            return lambda outs: {k: p(outs) for k, p in items.items()}
        if isinstance(a, Value) and isinstance(b, Value):
            return self._versions(a, b)
        return self._growing(a, b) if isinstance(a, (tuple, Grown)) and isinstance(b, (tuple, Grown)) else None

    def _attribute(self, a: Attributes, b: Attributes, name: str) -> Rebuild:
        """An attribute that one side lacks must not be read before it is set again."""
        if name in a and name in b:
            return self.join(a[name], b[name])
        shown = ["an attribute" if name in side else "not there" for side in (a, b)]
        return lambda outs: Conflict(shown[0], shown[1])

    def _growing(self, a: Any, b: Any) -> Callable[[Sequence[Value]], Any] | None:
        """Lists of different lengths: a staged list, where all elements have one form."""
        contents = (a, b)
        form = self._form_of_both(contents)
        if form is None:
            openings.helps(self.cx, lambda: self._form_of_both(contents))
            for side, content in zip(self.sides, contents, strict=True):
                with side.active(self.cx):
                    linked.note_optional(self.cx, content)
        staged = [content for content in contents if isinstance(content, Grown)]
        if form is None or not all(grown.covers(self.cx, form, content.form) for content in staged):
            return None
        both = [self._as_grown(k, content, form) for k, content in enumerate(contents)]
        at = [self.pair(*pair) for pair in zip(*(content.values for content in both), strict=True)]
        group, shared = Cell("list"), both[0].shared | both[1].shared
        for content in both:
            kinship.unite(group, content.group)
        return lambda outs: Grown(tuple(outs[k] for k in at), form, group, shared)

    def _form_of_both(self, contents: tuple[Any, Any]) -> Pattern | None:
        found = [self._form(k, content) for k, content in enumerate(contents) if content != ()]
        forms = [form for form in found if form is not None]
        if not forms or len(forms) < len(found):
            return None
        return forms[0] if len(forms) == 1 else grown.join(*forms)

    def _form(self, k: int, content: Any) -> Pattern | None:
        with self.sides[k].active(self.cx):
            return grown.form_of_elements(self.cx, content)

    def _as_grown(self, k: int, content: Any, form: Pattern) -> Grown:
        with self.sides[k].active(self.cx):
            made = grown.as_grown(self.cx, content, form)
            self.listed[k].update(kinship.elements_of(self.cx, content))
        if not isinstance(content, Grown):
            self.later.append(lambda outs: self._hold(content))
        return made

    def _hold(self, content: Sequence[Val]) -> None:
        for item in content:
            grown.hold(self.cx, item, self.cx.loc(self.node))

    def _versions(self, a: Value, b: Value) -> Callable[[Sequence[Value]], Any] | None:
        if a.type != b.type:
            return None
        at = self.pair(a, b)
        return lambda outs: outs[at]

    def _conflict(self, a: Val, b: Val) -> Rebuild:
        unlike.note(self.cx, a, b)
        one, other = _length_of_tuple(a), _length_of_tuple(b)
        if one is not None and other is not None and one != other:
            made = Conflict(str(one), str(other), "SD323")
        elif any(isinstance(x, Known) and type(x.obj) is list and isinstance(y, ListRef) for x, y in ((a, b), (b, a))):
            made = Conflict("", "", "SD324")
        else:
            dicts, lists = (isinstance(a, kind) and isinstance(b, kind) for kind in (DictRef, ListRef))
            rewrite = _SAME_KEYS if dicts else _ONE_FORM if lists else _way_out(a, b)
            fields: tuple[tuple[str, str], ...] = (("rewrite", rewrite),) if rewrite else ()
            if any(alternatives.choosable(x) and not self.choosable(x) for x in (a, b)):
                fields = _MADE_THERE
            show = self._keys_of if dicts else self._length_of if lists else lambda _, x: self.shown(x)
            then, orelse = map(show, self.sides, (a, b))
            made = Conflict(then, "another" if rewrite is _LISTS and then == orelse else orelse, "SD310", fields)
        return lambda outs: made

    def _length_of(self, side: Side, val: Val) -> str:
        with side.active(self.cx):
            items = containers.elements(self.cx, val)
        return "a list of any length" if items is None else f"a list of length {len(items)}"

    def _keys_of(self, side: Side, val: Val) -> str:
        with side.active(self.cx):
            keys = [repr(key) for key in containers.entries(self.cx, val) or ()]
        more = ", …" if len(keys) > _MOST_KEYS else ""
        return f"a dict with {', '.join(keys[:_MOST_KEYS])}{more}" if keys else self.shown(val)

    def _nullable(self, a: Val, b: Val) -> Rebuild | None:
        """None, or unbound, on one side, a container or object on the other, or what is either."""
        pairs = alternatives.both_halves(a, b)
        if pairs is None:
            return None
        there = []
        for side, tag in zip(self.sides, pairs[0], strict=True):
            with side.active(self.cx):
                there.append(self.cx.scope.use(self.cx.value(tag)))
        at, found = self.pair(*there), self.join(*pairs[1])
        tags, key = self.cx.tags(pairs[0]), self._states(a, b)

        def rebuild(outs: Sequence[Value]) -> Val:
            val = found(outs)
            if isinstance(val, Conflict):
                return val
            made: Val = together.note(
                self.cx, self.told, key, alternatives.put_together(Num(outs[at], None, tags), val, pairs[2])
            )
            return made

        return rebuild

    def _optional(self, a: Val, b: Val) -> Rebuild:
        """A number or array on one side, None on the other."""
        if any(x is UNBOUND or alternatives.unbound(x) or (isinstance(x, Maybe) and not x.none) for x in (a, b)):
            conflict = Conflict(self.shown(a), self.shown(b), "SD310", (("rewrite", _BIND_BEFORE),))
            return lambda outs: conflict
        if not all(alternatives.optional(x) or self.type_of(x) is not None for x in (a, b)):
            return self._conflict(a, b)
        found = self._numeric(*(UNBOUND if isinstance(x, Known) and x.obj is None else x for x in (a, b)))
        key = self._states(a, b)
        return lambda outs: together.note(self.cx, self.told, key, alternatives.or_none(found(outs)))

    def _states(self, a: Val, b: Val) -> Hashable:
        """What is None together behind the branches: what is so, or there, on either side together."""
        return tuple(together.state(self.cx, x) for x in (a, b))

    # --- numbers and arrays

    def _numeric(self, a: Val, b: Val) -> Rebuild:
        if isinstance(a, Foreign) and isinstance(b, Foreign) and a.value.type == b.value.type:
            which = self.pair(a.value, b.value)
            return lambda outs: Foreign(outs[which])
        maybe = any(x is UNBOUND or isinstance(x, Maybe) for x in (a, b))
        kinds = [self.type_of(x) for x in (a, b)]
        if any(k is None and x is not UNBOUND for k, x in zip(kinds, (a, b), strict=True)):
            return self._conflict(a, b)
        known = [k for k in kinds if k is not None]
        if any(isinstance(x, Zero) for x in (a, b)) and any(isinstance(x, Arr) for x in (a, b)):
            known = [k for k in known if k.kind is Kind.ARRAY and zeros_fit(self.cx, k)] or known
        t = known[0] if len(known) == 1 else join_types(known[0], known[1])
        if t is None and len(known) == 2:
            t = widen_shapes(self.cx, known[0], known[1], (id(self), len(self.outs)))
        if t is None or any(
            isinstance(x, Maybe) and k and not becomes(k, t) for k, x in zip(kinds, (a, b), strict=True)
        ):
            return self._conflict(a, b)
        if t.kind is Kind.ARRAY:
            return self._arrays(a, b, t, maybe)
        pair = [self.contributed(k, x, t, maybe) for k, x in enumerate((a, b))]
        at = self.pair(*pair)
        if maybe:
            return lambda outs: Maybe(outs[at])
        tags = self.cx.tags([a, b])
        dim = a.dim if isinstance(a, Num) and isinstance(b, Num) and a.dim == b.dim else None
        return lambda outs: Num(outs[at], dim, tags)

    def _arrays(self, a: Val, b: Val, t: AVal, maybe: bool) -> Rebuild:
        key = (_place(a), _place(b))
        if key not in self.cells and all(isinstance(x, Arr) and not x.path for x in (a, b)):
            self._element(key, a, b)
        if key not in self.cells or maybe:
            pair = [self.contributed(k, x, t, maybe) for k, x in enumerate((a, b))]
            at = self.pair(*pair)
            two = None if self.pred is None else self.told_of_two(a, b)
            sides = two[1:] if two else self.sides_of_choice(a, b)  # first: these are chosen anew before it
            cell = Cell("array", self.cx.scope.loc, contiguous=t.rank <= 1)
            homes = [x.cell if isinstance(x, Arr | Maybe) else None for x in (a, b)]
            cell.name = next((home.name for home in homes if home is not None and home.name), "")
            self.shares(cell, *homes)
            self.hand_on_free(cell, a, b)
            self.hand_on_stale(cell, a, b)
            if maybe:
                self.later.append(lambda outs: self.cx.store.set(cell, outs[at]))
                return lambda outs: Maybe(outs[at], cell)
            if self.pred is not None and sides:
                self.note_choice(cell, self.pred, sides, at, two and two[0])
            self.cells[key] = Arr(cell)
            self.later.append(lambda outs: self.cx.store.set(cell, outs[at]))
        found = self.cells[key]
        return lambda outs: found

    # --- a path that has left

    def _bottom(self, a: Val, b: Val) -> Rebuild:
        """The value of the other side; the one that left contributes anything of its type."""
        k, live = (0, b) if a is BOTTOM else (1, a)
        if live is BOTTOM or live is UNBOUND or isinstance(live, Known):
            return lambda outs: UNBOUND if live is BOTTOM else live
        if isinstance(live, _HOLDERS):
            return one_of_several.held_by_one_side(self, k, live)
        if isinstance(live, OneOf):
            if self.stays(live):
                return lambda outs: live
            if alternatives.nullable(live):
                missing, inner = live.options
                there, found = (self.join(*((BOTTOM, x) if k == 0 else (x, BOTTOM))) for x in (live.tag, inner))
                return lambda outs: self._as(live, alternatives.put_together(there(outs), found(outs), missing))
            return one_of_several.of_one_side(self, k, live)
        if isinstance(live, Struct):
            items = [self.join(*((BOTTOM, x) if k == 0 else (x, BOTTOM))) for x in live.items]
            return lambda outs: Struct(live.kind, tuple(p(outs) for p in items), live.cls, live.keys)
        if isinstance(live, Node):
            return self._node(live.cls, self.join(*((BOTTOM, live.at) if k == 0 else (live.at, BOTTOM))), live.none)
        if isinstance(live, Arr) and self.outside(live):
            return lambda outs: live
        if isinstance(live, Reference):
            return self._bottom_reference(k, live)
        t = self.type_of(live)
        if t is None:
            return lambda outs: live
        if isinstance(live, Maybe):
            found = self._numeric(*((UNBOUND, live) if k == 0 else (live, UNBOUND)))
            return (lambda outs: self._as(live, alternatives.or_none(found(outs)))) if live.none else found
        with self.sides[k].active(self.cx):
            dummy = may_be_none.nothing(self.cx, t)
        pair = [dummy, dummy]
        pair[1 - k] = self.contributed(1 - k, live, t, False)
        at = self.pair(*pair)
        if t.kind is not Kind.ARRAY:
            return lambda outs: Num(outs[at], live.dim if isinstance(live, Num) else None, self.cx.tags([live]))
        return self._bottom_array(k, live, at)

    def _as(self, live: Val, now: Val) -> Val:
        """What is None whenever the value of the side that goes on is."""
        told = together.teller(live)
        return now if told is None else together.note(self.cx, {None: told}, None, now)

    def _bottom_array(self, k: int, live: Val, at: int) -> Rebuild:
        assert isinstance(live, Arr)
        key = (BOTTOM, _place(live))
        if key not in self.cells:
            cell = Cell(
                "array", self.cx.scope.loc, contiguous=live.cell.contiguous and not live.path, name=live.cell.name
            )
            self.shares(cell, *((None, live.cell) if k == 0 else (live.cell, None)))
            self.hand_on_stale(cell, *((BOTTOM, live) if k == 0 else (live, BOTTOM)))
            self.cells[key] = Arr(cell)
            self.later.append(lambda outs: self.cx.store.set(cell, outs[at]))
        found = self.cells[key]
        return lambda outs: found

    def _bottom_reference(self, k: int, live: Reference) -> Rebuild:
        content = self.content_now(1 - k, live)
        if self.cx.store.get(live.cell) is not MISSING:
            return lambda outs: live  # it existed before: its content is joined as a cell
        key = (BOTTOM, live.cell)
        if key not in self.cells:
            cell = Cell(live.cell.kind, live.cell.loc, name=live.cell.name)
            self.shares(cell, *((None, live.cell) if k == 0 else (live.cell, None)))
            self.hand_on_stale(cell, *((BOTTOM, live) if k == 0 else (live, BOTTOM)))
            self.cells[key] = at_cell(live, cell)
            rebuild = self.bottom_content(k, content)
            if rebuild is None:
                del self.cells[key]
                return self._conflict(UNBOUND, live)
            self.later.append(lambda outs: self.cx.store.set(cell, rebuild(outs)))
        found = self.cells[key]
        return lambda outs: found

    def bottom_content(self, k: int, content: Any) -> Callable[[Sequence[Value]], Any] | None:
        """What a list, dict or object holds where side k has left; None where nothing fits."""
        if isinstance(content, Grown):  # an empty list for it
            return self._growing(*(((), content) if k == 0 else (content, ())))
        sides = [(BOTTOM, x) if k == 0 else (x, BOTTOM) for x in _inside(content)]
        parts = [self.join(a, b) for a, b in sides]
        if isinstance(content, tuple):
            return lambda outs: tuple(p(outs) for p in parts)
        if isinstance(content, dict):
            return lambda outs: type(content)(zip(content, (p(outs) for p in parts), strict=True))
        return None


_PASS_IT = "pass what it is a part of as an argument"
_MOST_KEYS = 6
_SAME_KEYS = "give both dicts the same keys in one order, with None where there is nothing"
_LISTS = "make a list of each: `list(v) if c else list(reversed(v))`"
_ONE_FORM = "give their elements one form, or make objects of a class, whose attributes may be None, of them"
_BIND_BEFORE = "give it the value None before the paths part"
_MADE_THERE = (
    ("why", "what reads it behind the branches has only what was there before them"),
    ("rewrite", "use it in both branches, or choose the numbers that it holds, and make it of these behind them"),
)
_HOLDERS = (Closure, Method, Partial, Bound, Super, Sequence_, SliceVal)
_STRUCTURES = (
    *_HOLDERS,
    ListRef,
    DictRef,
    SetRef,
    ObjRef,
    Node,
    Struct,
    Text,
    OneOf,
    Letter,
)


def _way_out(a: Val, b: Val) -> str:
    if any(isinstance(x, Sequence_) for x in (a, b)) and not any(map(alternatives.not_there, (a, b))):
        return _LISTS
    return _PASS_IT if captured.structure(a) or captured.structure(b) else ""


def _inside(content: Any) -> Sequence[Val]:
    if isinstance(content, dict):
        return tuple(content.values())
    return content if isinstance(content, tuple) else ()


def _of_one_method(a: Bound, b: Bound) -> bool:
    """Whether two methods are one, of two objects of a class."""
    objects = [x.receiver for x in (a, b) if isinstance(x.receiver, ObjRef | Node)]
    return len(objects) == 2 and objects[0].cls is objects[1].cls and alternatives.same(a.function, b.function)


def _place(x: Val) -> Any:
    return (x.cell, tuple(id(s) for s in x.path)) if isinstance(x, Arr) else id(x)


def _length_of_tuple(val: Val) -> int | None:
    if isinstance(val, Struct):
        return len(val.items) if val.kind == "tuple" and val.cls is None else None
    return len(val.obj) if isinstance(val, Known) and type(val.obj) is tuple else None
