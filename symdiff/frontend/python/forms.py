"""How messages name the forms of elements and what calls pass and return, and how the lists of a form are called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from symdiff.frontend.python import absences, may_be_none, nodes, texts, unfilled
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.values import Known
from symdiff.frontend.spelled.keyed import Keyed

_LONG = 4  # parts of what is told by their number


def passed(pattern: Pattern) -> str:
    """What a call passes or returns, briefly: `int`, `list of float`, `(float, int)`, `tuple of 6`."""
    if pattern.kind == "known":
        assert isinstance(pattern.token, tuple)
        return repr(pattern.token[-1]) if pattern.token[0] in (str, bytes) else str(pattern.token[-1])
    if pattern.kind in ("again", "other"):
        return "a list, dict or object" if pattern.kind == "again" else "another object"
    if pattern.kind == may_be_none.NULLABLE:
        return f"{passed(pattern.parts[1])} or None"
    if pattern.kind == "tuple" and len(pattern.parts) < _LONG:
        return f"({', '.join(map(passed, pattern.parts))}{',' * (len(pattern.parts) == 1)})"
    if pattern.type is None and pattern.kind in ("tuple", "list", "dict", "object"):
        name = pattern.kind if pattern.cls is None else pattern.cls.__name__
        return f"{name} of {len(pattern.parts)}"
    return described(pattern)


_ONE_STRUCTURE = (
    "give all one structure: objects of one class, say, that hold others in attributes of their own, which may be None"
)


def one_structure(*found: Pattern | None) -> dict[str, Any]:
    """What is said of elements that are unlike, some of which are lists, tuples, dicts or objects."""
    return {"rewrite": _ONE_STRUCTURE} if any(form is not None and form.parts for form in found) else {}


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


def leaf_names(form: Pattern, name: str) -> Iterator[str]:
    """What the lists of a form are called: as the list is, and then by attributes, keys or positions."""
    if form.type is not None or form.kind in (unfilled.KIND, texts.KIND):
        yield name
    if form.kind == absences.KIND:
        yield f"has_{name}" if name else ""
        yield from leaf_names(form.parts[0], name) if form.parts else ()
        return
    if form.kind == nodes.KIND:
        yield name
        return
    keys: Sequence[Any] = form.keys or range(len(form.parts))
    for key, part in zip(keys, form.parts, strict=True):
        named = isinstance(key, int) or str(key).isidentifier()
        yield from leaf_names(part, f"{name}_{key}" if name and named and form.kind != "grown" else name)
