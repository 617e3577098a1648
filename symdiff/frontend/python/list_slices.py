"""Changes of a slice of a list whose length is staged: `s[lo:hi] = new`, `s[lo:hi:step] = new`, `del s[lo:hi:step]`.

Without a step the list is put together of its two ends, around what is new.  With one, a loop goes over the places, as
Python does: `s[::2] = new` writes them one by one, `del s[::2]` keeps the others.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from symdiff.frontend.python import comprehensions, grown, list_changes, lodging, raising, ranges
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import POISON, Grown, Known, ListRef, Num, SliceVal, Val

# For places `$at` of `$list`, in order.
_COUNTED = """\
$at = range(len($list))[$lo:$hi:$step]
if len($new) != len($at):
    raise ValueError(f'attempt to assign sequence of size {len($new)} to extended slice of size {len($at)}')
"""
_PUT = f"{_COUNTED}for $k, $item in zip($at, $new): $list[$k] = $item\n"
_KEPT = """\
$gone = range(len($list))[$lo:$hi:$step]
$rest = []
for $k, $item in enumerate($list):
    if $k not in $gone: $rest.append($item)
return $rest
"""
# The same where the step is found when it runs, for `$count` places from `$start` on.
_COUNTED_BY = """\
if len($new) != $count:
    raise ValueError(f'attempt to assign sequence of size {len($new)} to extended slice of size {$count}')
"""
_PUT_BY = f"{_COUNTED_BY}for $k, $item in enumerate($new): $list[$start + $k * $step] = $item\n"
_KEPT_BY = """\
$rest = []
for $k, $item in enumerate($list):
    if ($k - $start) % $step or not 0 <= ($k - $start) // $step < $count: $rest.append($item)
return $rest
"""


def known(cx: Context, node: ast.AST, index: Val) -> slice | None:
    """A slice whose bounds are known, None of anything else; where Python has no such slice, that it raises is told."""
    parts = (index.lo, index.hi, index.step) if isinstance(index, SliceVal) else (index,)
    if len(parts) == 1 or not all(isinstance(p, Known) for p in parts):
        return None
    where = slice(*(p.obj for p in parts if isinstance(p, Known)))
    try:
        where.indices(0)
    except (TypeError, ValueError) as error:
        raising.always(cx, node, error, function=f"`{cx.text(node)}`", message=str(error))
        return slice(0)
    return where


def assign(cx: Context, node: ast.AST, base: ListRef, content: Any, where: SliceVal, val: Val) -> None:
    """`base[lo:hi] = val`."""
    from symdiff.frontend.python import containers

    items = containers.items_of(cx, node, val)
    new = list_changes.content_of(cx, val) if items is None else tuple(items)
    place = known(cx, node, where)
    if place is None and content == () and is_slice(cx, node, where) and list_changes.step_of(where) == 1:
        place = slice(None)
    if val is POISON:
        return
    if new is None:
        cx.refuse("SD299", node, construct=f"assignment of {cx.describe(val)} to a slice of a list")
    elif isinstance(content, tuple) and isinstance(new, tuple) and place is not None:
        put_known(cx, node, base, content, place, new)
    else:
        if content == () and isinstance(new, Grown):
            content = grown.empty(cx, new.form)
        staged = grown.staged(cx, node, content) if isinstance(content, tuple) else content
        if staged is not None:
            put(cx, node, base, staged, where, new)


def put_known(
    cx: Context, node: ast.AST, base: ListRef, content: tuple[Val, ...], where: slice, new: tuple[Val, ...]
) -> None:
    """`s[where] = new`, of a list of known structure."""
    changed = list(content)
    try:
        changed[where] = new
    except ValueError as error:  # of another size than every second element
        raising.always(cx, node, error, function=f"`{cx.text(node)}`", message=str(error))
        return
    lodging.change(cx, node, base.cell, tuple(changed))


def put(cx: Context, node: ast.AST, base: ListRef, content: Grown, where: SliceVal, new: list_changes.Content) -> None:
    """`s[where] = new`, of a list that may be changed."""
    if not is_slice(cx, node, where):
        return
    if list_changes.step_of(where) == 1:
        changed = list_changes.spliced(cx, node, content, where, new)
        if changed is not None:
            lodging.change(cx, node, base.cell, changed)
        return
    staged = grown.staged(cx, node, new) if new != () and isinstance(new, tuple) else new
    if staged is not None:
        lodging.change(cx, node, base.cell, content)
        given = {**_given(cx, node, content, where), "$list": base, "$new": list_changes.made(cx, node, staged)}
        counted, put = (_COUNTED, _PUT) if isinstance(where.step, Known) else (_COUNTED_BY, _PUT_BY)
        text = counted if staged == () else put
        comprehensions.run(cx, node, f"put {text}", text, given)


def delete(cx: Context, node: ast.AST, base: ListRef, content: Grown, where: SliceVal) -> None:
    """`del s[where]`, of a list that may be changed."""
    if not is_slice(cx, node, where):
        return
    if list_changes.step_of(where) == 1:
        rest = list_changes.spliced(cx, node, content, where, ())
    else:
        given = {**_given(cx, node, content, where), "$list": list_changes.made(cx, node, content)}
        text = _KEPT if isinstance(where.step, Known) else _KEPT_BY
        rest = list_changes.content_of(cx, comprehensions.run(cx, node, "kept by slice", text, given))
        rest = replace(rest, shared=content.shared) if isinstance(rest, Grown) else rest
    if rest is not None:
        lodging.change(cx, node, base.cell, rest)


def _given(cx: Context, node: ast.AST, content: Grown, where: SliceVal) -> dict[str, Val]:
    if isinstance(where.step, Known):
        return {"$lo": where.lo, "$hi": where.hi, "$step": where.step}
    start, count = ranges.span(cx, node, list_changes.length(cx, content), where)
    return {"$start": start, "$count": count, "$step": where.step}


def is_slice(cx: Context, node: ast.AST, where: SliceVal) -> bool:
    """Whether a list has such a slice, of a step that is an int, and not known to be 0; reported if not."""
    if where.step is POISON or not list_changes.checked_step(cx, node, where):
        return False
    for bound in (where.lo, where.hi):
        whole = isinstance(bound, Known) and (bound.obj is None or type(bound.obj) is int)
        if not whole and not (isinstance(bound, Num) and bound.type.dtype[0] in "iu"):
            cx.refuse("SD321", node, operation="a slice", left="a list", right=cx.describe(bound))
            return False
    return True
