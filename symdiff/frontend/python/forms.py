"""The forms of elements of lists as messages name them."""

from __future__ import annotations

from symdiff.frontend.python import absences, nodes, texts, unfilled
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.values import Known
from symdiff.frontend.spelled.keyed import Keyed


def described(form: Pattern) -> str:
    """A form as messages name it: `(float, f8[n])`, `list of float`, `State(t=float, y=float)`."""
    if form.type is not None:
        return str(form.type)
    if form.kind == "known":
        assert isinstance(form.val, Known)
        return repr(form.val.obj)
    parts = [described(p) for p in form.parts]
    if form.kind in (unfilled.KIND, texts.KIND):
        return "a text" if form.kind == texts.KIND else ""
    if form.kind == absences.KIND:
        return f"{parts[0]} or None" if parts else "None"
    if form.kind == nodes.KIND:
        return str(form.cls.__name__)
    if form.kind == "grown":
        return f"list of {parts[0]}" if parts[0] else "empty list"
    if form.keys:
        shown = form.kind == "dict"
        parts = [f"{k!r}: {p}" if shown else f"{k}={p}" for k, p in zip(form.keys, parts, strict=True)]
    if form.cls is Keyed:
        return f"dict of {described(form.parts[form.keys.index('_held')]).removeprefix('list of ')}"
    around = {"list": "[]", "dict": "{}"}.get(form.kind, "()")
    return f"{'' if form.cls is None else form.cls.__name__}{around[0]}{', '.join(parts)}{around[1]}"
