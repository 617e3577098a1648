"""Sums of arrays that begin with the number 0: `s = 0`, and in a loop of staged length `s = s + r` or `s += r`.

By hand: where a rolled loop only ever adds to `s`, the 0 may as well be an array of zeros of the type that a turn
leaves: 0 + r and zeros + r are the same, bit for bit, where r has that type.  Behind the loop `s` is that array if
something was added at all, which is kept in the store.  Where nothing was, it is a number in Python: see
`nothing_added`.
"""

from __future__ import annotations

import ast
from functools import lru_cache

from symdiff.frontend.python import memory, operators, sizes
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.liveness import REMEMBERED
from symdiff.frontend.python.values import POISON, Arr, Attributes, Cell, Known, Num, Unsummed, Val, Zero

Loop = ast.For | ast.While
Terms = list[tuple[ast.operator, ast.expr]]
_THERE = "there"
_OF_NONE = "sum() of no arrays is a number"
_STILL_A_NUMBER = "{0} is a number where no array is added to it: begin with an array, `{0} = np.zeros(...)`"


# --- what is a sum


def terms(stmt: ast.AST) -> tuple[str, Terms] | None:
    """The name and what is added to it, in order: `s += a`, `s = s + a - b`, `s = a + s`."""
    if isinstance(stmt, ast.AugAssign) and isinstance(stmt.target, ast.Name) and _adds(stmt.op):
        return stmt.target.id, [(stmt.op, stmt.value)]
    if not isinstance(stmt, ast.Assign) or len(stmt.targets) != 1 or not isinstance(stmt.targets[0], ast.Name):
        return None
    name, found, rest = stmt.targets[0].id, Terms(), stmt.value
    while isinstance(rest, ast.BinOp) and _adds(rest.op):
        if _is(rest.right, name) and isinstance(rest.op, ast.Add):
            return name, [(rest.op, rest.left), *found]
        found.insert(0, (rest.op, rest.right))
        rest = rest.left
    return (name, found) if found and _is(rest, name) else None


def _adds(op: ast.operator) -> bool:
    return isinstance(op, (ast.Add, ast.Sub))


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _only_added_to(stmt: Loop, name: str) -> bool:
    """Whether all that a loop does with a name is to add to it."""
    sums = [n for n in ast.walk(stmt) if (found := terms(n)) is not None and found[0] == name]
    own = sum(1 if isinstance(n, ast.AugAssign) else 2 for n in sums)
    named = [n for n in ast.walk(stmt) if isinstance(n, ast.Name) and n.id == name]
    bound = any(isinstance(n, (ast.Global, ast.Nonlocal)) and name in n.names for n in ast.walk(stmt))
    return bool(sums) and len(named) == own and not bound


@lru_cache(REMEMBERED)
def _summed(stmt: Loop) -> tuple[str, ...]:
    names = {found[0] for n in ast.walk(stmt) if (found := terms(n)) is not None}
    return tuple(name for name in sorted(names) if _only_added_to(stmt, name))


# --- the loops that are compiled so


def zeros(cx: Context, stmt: Loop) -> list[str]:
    """Before a loop: the names that are 0 and that it only adds to."""
    names = _summed(stmt)
    return [name for name in names if _zero(cx.get_name(cx.frame, name)) is not None]


def note(cx: Context, stmt: Loop, names: list[str]) -> bool:
    """Whether a loop that cannot be rolled, or one around it, may take these for arrays now."""
    new = False
    around = [loop.node for loop in cx.loops if loop.frame is cx.frame and isinstance(loop.node, Loop)]
    for name in names:
        home = next((loop for loop in around if _only_added_to(loop, name)), stmt)
        noted = cx.session.sums.setdefault(id(home), set())
        new = new or name not in noted
        noted.add(name)
    return new


def _zero(val: object) -> Known | None:
    plain = isinstance(val, Known) and type(val.obj) in (int, float) and val.obj == 0
    return val if plain and isinstance(val, Known) else None


def begin(cx: Context, stmt: Loop, names: list[str]) -> dict[str, Cell]:
    """Before a loop: the names that it adds to, which are 0, each with the memory of whether anything was."""
    found: dict[str, Cell] = {}
    for name in names:
        zero = _zero(cx.get_name(cx.frame, name))
        if zero is not None and name in cx.session.sums.get(id(stmt), ()) and (cx.frame.id, name) not in cx.sums:
            cell = found[name] = Cell("iterator")
            cx.sums[cx.frame.id, name] = cell, Known(zero.obj)
            cx.store.set(cell, Attributes({_THERE: Known(False)}))
            cx.set_name(cx.frame, name, Zero(zero.obj))
    return found


def end(cx: Context, stmt: Loop, found: dict[str, Cell]) -> None:
    """Behind the loop: each is an array, if it is read."""
    for name, cell in found.items():
        del cx.sums[cx.frame.id, name]
        val = cx.get_name(cx.frame, name)
        if isinstance(val, Zero):
            cx.set_name(cx.frame, name, Known(val.obj))
        elif isinstance(val, Arr) and name in cx.frame.live.after[id(stmt)]:
            there = cx.store.get(cell)[_THERE]
            if isinstance(there, Num) and not name.startswith("$"):
                cx.unsummed = True
                cx.set_name(cx.frame, name, Unsummed(val, there, _STILL_A_NUMBER.format(name)))
            elif not (isinstance(there, Known) and there.obj):
                operators.raise_if(cx, stmt, operators.negate(cx, stmt, there), "ValueError", (_OF_NONE,))


def added(cx: Context, stmt: ast.Assign | ast.AugAssign) -> bool:
    """Run a statement that adds to a sum of such a loop; False for every other."""
    found = terms(stmt) if cx.sums else None
    summed = None if found is None else cx.sums.get((cx.frame.id, found[0]))
    if found is None or summed is None:
        return False
    from symdiff.frontend.python.expressions import evaluate
    from symdiff.frontend.python.targets import bind_name

    name, parts = found
    before = total = cx.get_name(cx.frame, name)
    cell, alone = summed  # what the terms make of 0 comes to stand here
    for op, node in parts:
        val = evaluate(cx, node)
        if memory.is_poison(total, alone, val):
            total = POISON
            continue
        alone = operators.binary(cx, stmt, op, alone, val)
        total = operators.binary(cx, stmt, op, total, val)
    if isinstance(before, Arr) and isinstance(total, Arr):
        total = _like_alone(cx, stmt, name, total, alone, val if len(parts) == 1 else alone)
    if total is POISON:
        cx.dropped.append(stmt)
    cx.store.set(cell, Attributes({_THERE: Known(True)}))
    bind_name(cx, ast.copy_location(ast.Name(name, ast.Store()), stmt), total, cx.frame)
    return True


def _like_alone(cx: Context, stmt: ast.AST, name: str, total: Arr, alone: Val, term: Val) -> Val:
    """The new sum, if its terms added to 0 are of its type too."""
    if not isinstance(alone, Arr) or _kind(cx, alone) != _kind(cx, total):
        shown = "the sum" if name.startswith("$") else f"`{name}`"
        return cx.refuse("SD304", stmt, name=shown, before="0", after=str(cx.aval(total)))
    fits = sizes.require(cx, stmt, term, cx.aval(total).shape, lambda: [cx.value(total)])
    return POISON if fits is POISON else total


def _kind(cx: Context, val: Arr) -> tuple[str, int]:
    return cx.aval(val).dtype, cx.aval(val).rank
