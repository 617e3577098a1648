"""An element of a list that grows, read again from the list into the memory that its parts had."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from symdiff.frontend.python import absences, grown, lodging, memory, texts
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.kinship import Path, unite
from symdiff.frontend.python.store import MISSING
from symdiff.frontend.python.values import Arr, Cell, DictRef, ListRef, ObjRef, Reference
from symdiff.ir.core import Value


@dataclass(frozen=True, slots=True)
class Again:
    """An element read once more into the memory that it had."""

    cx: Context
    view: lodging.View
    group: Cell
    shared: frozenset[Path]

    def built(self, form: Pattern, found: Iterator[Value], old: Any, path: Path) -> Any:
        cx = self.cx
        if form.kind in ("known", "scalar"):
            return form.val if form.val is not None else cx.wrap(next(found))
        if form.kind == "array":
            value = next(found)
            cell = self.cell(old, Arr, path)
            cx.store.set(cell, value)
            return Arr(cell)
        if form.kind in (absences.KIND, texts.KIND):
            return grown.built(cx, cx.frame.source.node, form, found)
        if form.kind == "grown":
            cell = self.cell(old, ListRef, path)
            cx.store.set(cell, grown.content_of_inner(form.parts[0], found, cell))
            lodging.share(cx, cell, self.shared, path)
            return ListRef(cell)
        was = dict(enumerate(self.parts(old)))
        items = [self.built(p, found, was.get(k), (*path, k)) for k, p in enumerate(form.parts)]
        if form.kind not in ("list", "dict", "object"):
            return grown.assembled(form, items, None)
        sort = {"list": ListRef, "dict": DictRef, "object": ObjRef}[form.kind]
        cell = self.cell(old, sort, path)
        made = grown.assembled(form, items, cell)
        cx.store.set(cell, grown.content_like(form, items))
        return made

    def parts(self, old: Any) -> list[Any]:
        content = self.cx.store.get(old.cell) if isinstance(old, Reference) else getattr(old, "items", ())
        return list(content.values() if isinstance(content, dict) else content if isinstance(content, tuple) else ())

    def cell(self, old: Any, sort: Any, path: Path) -> Cell:
        """The memory that the part had in this view; new memory where another part has taken its place."""
        cx = self.cx
        here = cx.store.get(("lodged", old.cell)) if isinstance(old, sort) else None
        kept = isinstance(here, lodging.Lodged) and here.view is self.view and here.path == path
        kind = {Arr: "array", ListRef: "list", DictRef: "dict", ObjRef: "object"}[sort]
        loc = cx.scope.loc
        cell = old.cell if kept else Cell(kind, loc)
        unite(cell, self.group)
        if not kept:
            cx.store.set(("lodged", cell), lodging.Lodged(self.view, path))
        cx.store.set(("stale", cell), MISSING)
        memory.note_held(cx, cell, loc or cx.loc(cx.frame.source.node))
        return cell
