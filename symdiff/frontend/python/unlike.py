"""Dicts and sets made in the function that have other keys on another path, or after a turn of a loop.

Where that is read, the function is compiled again, with each of them as a dict whose keys are found when it runs: see
`keyed` and `members`.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Hashable

from symdiff.errors import Loc
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.problems import Restart
from symdiff.frontend.python.values import Cell, Conflict, DictRef, ObjRef, SetRef, Text, Val
from symdiff.frontend.spelled.collected import MAPPINGS
from symdiff.frontend.spelled.keyed import Keyed


def at(loc: Loc | None) -> Hashable:
    """What tells a place where a dict or a set is made from others, in each attempt: calls by what is called."""
    return None if loc is None else (loc, tuple(name for name, _ in loc.calls))


def place(cell: Cell) -> Hashable:
    """Where a dict or a set was made in the function; None of others."""
    outside = cell.external is not None or cell.argument is not None
    return None if outside or cell.kind not in ("dict", "set") else at(cell.loc)


def note(cx: Context, *dicts: object) -> None:
    """Note dicts and sets that have other keys on another path."""
    cells = [found.cell if isinstance(found, DictRef | SetRef) else found for found in dicts]
    cx.unlike |= {place(cell) for cell in cells if isinstance(cell, Cell)} - {None}


def one_class(before: object, after: object) -> str:
    """How to make dicts of two classes alike, which a turn exchanges; "" of everything else."""
    if not all(isinstance(x, DictRef) or (isinstance(x, ObjRef) and x.cls in _DICTS) for x in (before, after)):
        return ""
    return "let both be of one class: end the turn with `y = dict(z)`, or begin with `y = defaultdict(float, y)`"


_DICTS = (Keyed, *MAPPINGS)


def contents(a: object, b: object) -> Conflict:
    """What a list, tuple or dict holds behind branches that leave something else in it each."""
    made = any(isinstance(x, Text) for content in (a, b) if isinstance(content, tuple) for x in content)
    return Conflict("one content", "another", fields=_OF_TEXTS if made else ())


_OF_TEXTS = (
    ("reason", "is longer on one path, and holds texts of numbers"),
    ("why", "a list whose length is known when it runs holds numbers, arrays and texts that are known when compiling"),
    ("rewrite", "print each text where it is made, or collect the numbers and print them: `print(f'{t:.2f}')`"),
)


def refuse(cx: Context, node: ast.AST, content: object) -> Val:
    """A list, tuple or dict that holds something else on another path is read."""
    fields = dict(content.fields) if isinstance(content, Conflict) else {}
    return cx.refuse(
        "SD505", node, (), name=cx.listed(node), **{"reason": "has another form on another path", **fields}
    )


def use(cx: Context) -> None:
    """Begin again with those that were noted.  Raises Restart."""
    begin_again(cx, cx.unlike)


def begin_again(cx: Context, places: Collection[Hashable]) -> None:
    """Begin again with the dicts and sets made there, if that is not this attempt already.  Raises Restart."""
    new = set(places) - cx.session.keyed
    if new and cx.session.filled is not None:
        cx.session.keyed |= new
        cx.session.opened = True
        cx.session.unrolled.clear()  # it may have been for a dict alone
        raise Restart
