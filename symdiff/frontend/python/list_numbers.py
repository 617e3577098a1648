"""Lists of which it is not known which one is meant, each known by a number.

By hand: `rows.append(row); best = rows[0] if c else row; best.append(x)`.  All lists that are made at one place of the
program are the elements of one list, `items`, and each is its number in it: `rows` and `best` hold numbers, and what
`best` holds is `items[best]`, which is changed there (see `lodging`).  So two names of one list are two equal numbers,
and a change under one of them is seen under the other.  They are objects with one attribute, as those of `nodes`.

That is tried where lists that are known by what they hold do not do, see `linked`: the function is compiled again.
"""

from __future__ import annotations

import ast
from typing import Any, TypeGuard

from symdiff.frontend.python import grown, lodging, memory, nodes, of_none
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.linked import AList, place_of
from symdiff.frontend.python.problems import Restart
from symdiff.frontend.python.store import MISSING
from symdiff.frontend.python.values import NONE, POISON, Grown, Known, ListRef, Node, Val


def is_one(val: Any) -> TypeGuard[Node]:
    """Whether it is a list that is a number, or None where such a list may be."""
    return isinstance(val, Node) and issubclass(val.cls, AList)


def holds_lists(form: Pattern) -> bool:
    """Whether elements of this form are lists that are numbers, none of which is None."""
    return form.kind == nodes.KIND and issubclass(form.cls, AList) and not bool(form.token)


def numbered(cx: Context, node: ast.AST, val: Val) -> Val:
    """A list that was just made here, by its number if the lists of this place are known so; all else as it is."""
    if not cx.session.listed or not isinstance(val, ListRef) or val.cell.kind != "list":
        return val
    if getattr(node, _HIDDEN, False) or (not isinstance(node, ast.Call) and cx.frame.source.stands_for is not None):
        return val  # what comprehensions, deques and dicts are made of is theirs
    cell, place = val.cell, place_of(val.cell.loc)
    cls = cx.session.listed.get(place) if place == place_of(cx.loc(node)) else None
    known = memory.held(cx, cell) is not None or lodging.lodged(cx, cell) is not None or cell.may
    if cls is None or known or cx.store.get(("stale", cell)) is not MISSING:
        return val
    return nodes.made_of_list(cx, node, val, cls)


_HIDDEN = "hidden"  # of a display: whether no name of the user's is one of its list


def note_hidden(node: ast.List | ast.ListComp) -> None:
    setattr(node, _HIDDEN, True)


def meet(cx: Context, *vals: Any) -> None:
    """Begin again with the lists of a place as numbers, too, if one thing may be one of these or a list by its number.

    Raises Restart, unless that is this attempt already.
    """
    cls = next((val.cls for val in vals if is_one(val)), None)
    for val in vals:
        place = place_of(val.cell.loc) if isinstance(val, ListRef) and val.cell.kind == "list" else None
        if cls is not None and place is not None and place not in cx.session.listed:
            cx.session.listed[place] = cls
            raise Restart


def opened(cx: Context, node: ast.AST, val: Val, asked: str = "__getitem__") -> Val:
    """The list that a number stands for, as it is now, an element of the list of all; all else as it is.

    What Python says of None, which is `asked` for a method, is raised when it runs.
    """
    if not is_one(val):
        return val
    there = nodes.there(cx, node, val)
    if isinstance(there, Known) and not there.obj:
        return NONE
    if asked.startswith("__") or asked == of_none.UNPACKED:
        nodes.required(cx, node, val, of_none.message(cx, asked, ()))
    else:
        nodes.present(cx, node, val, asked)
    found = nodes.read(cx, node, val, "items")
    return POISON if found is None else found


def both(cx: Context, node: ast.AST, left: Val, right: Val) -> tuple[Val, Val]:
    """The lists that two operands are, where these are numbers and certainly lists."""
    one, other = (opened(cx, node, x) if is_one(x) and _is_there(cx, node, x) else x for x in (left, right))
    return one, other


def _is_there(cx: Context, node: ast.AST, val: Node) -> bool:
    there = nodes.there(cx, node, val)
    return isinstance(there, Known) and bool(there.obj)


def plain(cx: Context, node: ast.AST, val: Val) -> Val:
    """A list with the lists in it as such, which the function returns or hands to a library."""
    if not cx.session.listed or (is_one(val) and not _is_there(cx, node, val)):
        return val
    from symdiff.frontend.python import comprehensions, containers

    found = opened(cx, node, val)
    content = grown.content_of(cx, found)
    items = containers.elements(cx, found) if isinstance(found, ListRef) else None
    if items is not None and any(map(is_one, items)):
        return containers.new_list(cx, node, [plain(cx, node, item) for item in items])
    depth = 0 if content is None else _depth(cx, content.form)
    if not depth:
        return found
    return comprehensions.run(cx, node, f"lists {depth}", f"return {_rows(0, depth)}", {"$x0": found})


def _depth(cx: Context, form: Pattern, around: tuple[type, ...] = ()) -> int:
    """How deep lists that are numbers are in each other, in elements of this form; 0 where one may hold itself."""
    if form.cls in around or form.kind != nodes.KIND or not issubclass(form.cls, AList) or bool(form.token):
        return 0
    inner = cx.store.get(cx.arenas[form.cls, "items"].cell)
    around = (*around, form.cls)
    return 1 + (
        _depth(cx, inner.form.parts[0], around) if isinstance(inner, Grown) and inner.form.kind == "grown" else 0
    )


def _rows(k: int, depth: int) -> str:
    element = _rows(k + 1, depth) if k < depth else f"$x{k + 1}"
    return f"[{element} for $x{k + 1} in $x{k}]"
