"""Sizes that operations bring together, and the sizes of slices.

By hand: `x + y` with x: f8[n], y: f8[m] at the top of the function means n == m on every call that goes well, so m is
n from the start (the signature then says n twice, and the entry check compares).  Inside a branch or a loop it is a
check at the operation.  `x[1:] + x` can hold only where a size happens to be 1: refused, naming the size.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from symdiff.errors import Problem
from symdiff.frontend.python import checked_sizes, one_or_none
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.problems import NeedStatic
from symdiff.frontend.python.values import POISON, Arr, Known, Num, Sequence_, Struct, Val, static_size
from symdiff.ir import dims
from symdiff.ir.core import Value
from symdiff.ir.dims import Atom, Dim
from symdiff.ir.types import AVal, ShapeError


def reconcile(
    cx: Context, node: ast.AST, prim: str, ins: Sequence[Value], params: Mapping[str, Any], error: ShapeError
) -> list[Value] | None:
    """The operands with the two sizes made one; None where they cannot be, after reporting it."""
    left, right = error.left, error.right
    operation = cx.text(node)
    if isinstance(left, int) and isinstance(right, int):
        shapes = [str(v.type) for v in ins if isinstance(v.type, AVal)]
        ends = {"left": shapes[0], "right": shapes[-1], "left_size": left, "right_size": right}
        ends["rule"] = "neither is 1"
        cx.refuse("SD301", node, (), operation=operation, **ends)
        return None
    fitted = one_or_none.beside(cx, node, prim, ins, params, left, right)
    if fitted is not None:
        return fitted
    small = any(map(dims.at_most_one, (left, right)))
    found_later = any(map(one_or_none.is_one_or_none, (left, right)))
    related = dims.atoms(left) & dims.atoms(right) or (small and not found_later and 1 not in (left, right))
    undecided = related and not _holds_plainly(left, right)
    if dims.equal(left, right) is False or (undecided and not (cx.session.checking and _may_be_equal(left, right))):
        found = dims.atoms(left) | dims.atoms(right)
        found = found.union(*(dims.atoms(end) for a in found for end in cx.turns.get(_plain(a), ())))
        cx.sizes_needed.update(a.name for a in found if a.op == "var")
        cx.refuse("SD308", node, left=str(left), right=str(right), operation=operation)
        return None
    has = {d for v in ins if isinstance(v.type, AVal) for d in v.type.shape}
    if prim == "index" and any(not static_size(d) and d not in has for d in (left, right)):
        cx.refuse("SD303", node, use="how many elements a mask beside index arrays chooses", name=f"`{operation}`")
        return None
    if cx.scope.always:
        _unify(cx, left, right)
    if prim in checked_sizes.STORES:
        stored = checked_sizes.stored(cx, node, ins, params["spec"])
        return stored or checked_sizes.checked(cx, node, ins, left, right)
    if prim in checked_sizes.WIDENING:
        return checked_sizes.widened(cx, node, ins, params["shape"])
    if undecided and len(str(right)) < len(str(left)):
        left, right = right, left  # the plainer one is what the result has
    return checked_sizes.checked(cx, node, ins, left, right)


def _holds_plainly(left: Dim, right: Dim) -> bool:
    """max(n - 1, 0) and n - 1 are one size wherever n - 1 is a size at all; so are ?k and min(?k, n)."""
    return dims.dmax(left, 0) == right or dims.dmax(right, 0) == left or _is_cut(left, right) or _is_cut(right, left)


_TRIED = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12)
_FEW_TRIED = (1, 2, 3, 5, 8)


def _may_be_equal(left: Dim, right: Dim) -> bool:
    """Whether two sizes are equal for some values of what they are made of, and not only where one of them is 1.

    z[n:2*n] is of n elements where z has enough of them; x[1:] is never as long as x.  Sizes of one element at most,
    as of z[:1], need not be longer.
    """
    names = sorted(dims.atoms(left) | dims.atoms(right), key=str)
    tried = _TRIED if len(names) < 4 else _FEW_TRIED if len(names) < 6 else ()
    pairs = []
    for values in itertools.product(tried, repeat=len(names)):
        try:
            env = dict(zip(names, values, strict=True))
            pairs.append((dims.evaluate(left, env), dims.evaluate(right, env)))
        except ZeroDivisionError:
            continue
    least = min(2, max((max(pair) for pair in pairs), default=0))
    return any(a == b >= least for a, b in pairs)


def _is_cut(cut: Dim, whole: Dim) -> bool:
    """Whether a size is that of a slice of as many elements as there are, by a number found at run time."""
    if isinstance(cut, int) or static_size(whole) or dims.at_most_one(cut):
        return False
    least = [m for m, c in cut.terms if c == 1 and len(m) == 1 and m[0].op == "min"]
    return any(dims.add(a, dims.sub(cut, dims.Poly(((m, 1),)))) == whole for m in least for a in m[0].args)


def _unify(cx: Context, left: Dim, right: Dim) -> None:
    """Make the two sizes one for the next attempt, if a variable can be solved for."""
    left, right = cx.session.substitute(left), cx.session.substitute(right)
    difference = dims.sub(left, right)
    if isinstance(difference, int):
        return
    for monomial, coefficient in difference.terms:
        if len(monomial) == 1 and monomial[0].op == "var" and coefficient in (1, -1):
            atom = monomial[0]
            rest = dims.sub(difference, dims.mul(coefficient, dims.var(atom.name)))
            solution = dims.mul(-coefficient, rest)
            if atom not in dims.atoms(solution) and static_size(solution) and _good(solution):
                cx.session.sizes[atom.name] = solution
                cx.session.changed = True
                return


def _good(solution: Dim) -> bool:
    """A parameter's size is written as a number or in one variable: what an entry check can read back."""
    return isinstance(solution, int) or (
        len(dims.atoms(solution)) == 1 and all(a.op == "var" for m, _ in solution.terms for a in m)
    )


def ask_for_count(cx: Context, over: Val, problem: Problem) -> None:
    """Ask for the sizes of arguments that say how many elements `over` has, which `problem` is about.

    Raises NeedStatic where the count depends on integers among the arguments, or on an outer loop's index.
    """
    ask_for_all(cx, counts_of(cx, over), problem)


def counts_of(cx: Context, over: Val) -> list[Num]:
    """What says how many elements a value has."""
    numbers: list[Num] = []
    todo = [over]
    while todo:
        val = todo.pop()
        if isinstance(val, Sequence_):
            todo += val.parts
        elif isinstance(val, Num):
            numbers.append(val)
        elif isinstance(val, Arr) and cx.aval(val).rank:
            numbers.append(Num(None, cx.aval(val).shape[0]))
    return numbers


def ask_for_all(cx: Context, numbers: Sequence[Num], problem: Problem) -> None:
    """`ask_for_count`, of these."""
    tags = cx.tags(numbers)
    if tags:
        raise NeedStatic(tags, problem)
    for number in numbers:
        cx.sizes_needed.update(a.name for a in dims.atoms(number.dim or 0) if a.op == "var")


def ask_for_integers(cx: Context, content: Sequence[Val], problem: Problem) -> None:
    """Ask for the values of the integers in it, where those are all that is not known: `Counter.most_common`.

    Raises NeedStatic.
    """
    numbers, todo = [], list(content)
    while todo:
        val = todo.pop()
        if isinstance(val, Struct):
            todo += val.items
        elif not isinstance(val, Known):
            numbers.append(val)
    if numbers and all(isinstance(v, Num) and v.tags for v in numbers):
        raise NeedStatic(cx.tags(numbers), problem)


def refuse_unknown_count(cx: Context, code: str, node: ast.AST, over: Val, **fields: str) -> Val:
    """Report what needs the number of elements of `over`; see `ask_for_count`."""
    problem = cx.make_problem(code, node, (), **fields)
    ask_for_count(cx, over, problem)
    cx.problems.append(problem)
    return POISON


# --- slices


def slice_size(n: Dim, lo: Dim | None, hi: Dim | None, step: int) -> Dim | None:
    """The length of range(*slice(lo, hi, step).indices(n)); None where signs are undecided."""
    if step < 0:
        return _backwards(n, lo, hi, step)
    start = 0 if lo is None else _clip(lo, n)
    stop = n if hi is None else _clip(hi, n)
    if start is None or stop is None:
        return None
    if hi is None and isinstance(lo, int):
        length = dims.dmax(dims.sub(n, lo), 0) if lo >= 0 else dims.dmin(n, -lo)
    elif isinstance(lo, int) and lo >= 0 and isinstance(hi, int) and hi < 0:
        length = dims.dmax(dims.sub(dims.add(n, hi), lo), 0)
    elif isinstance(lo, int) and isinstance(hi, int) and 0 < lo < hi:
        length = dims.dmin(dims.dmax(dims.sub(n, lo), 0), hi - lo)
    elif isinstance(lo, int) and isinstance(hi, int) and lo < hi < 0:
        length = dims.dmin(dims.dmax(dims.add(n, hi), 0), hi - lo)
    else:
        length = dims.dmax(dims.sub(stop, start), 0)
    return length if step == 1 else dims.floordiv(dims.add(length, step - 1), step)


def _backwards(n: Dim, lo: Dim | None, hi: Dim | None, step: int) -> Dim | None:
    if lo is None and hi is None:
        return dims.floordiv(dims.add(n, -step - 1), -step)
    if isinstance(n, int) and isinstance(lo, (int, type(None))) and isinstance(hi, (int, type(None))):
        return len(range(*slice(lo, hi, step).indices(n)))
    return None


def slice_in_turns(cx: Context, n: Dim, lo: Dim | None, hi: Dim | None, step: int) -> Dim | None:
    """The length of a slice, in the turns of loops that count up: `x[i:i+1]` has one element if i is below n.

    With i = first + j and i = last - j, j >= 0, minima and maxima are decided as those of other sizes are.  After
    `y = np.zeros(n - k + 1)` that size is one more such number m, and n = m + k - 1: `x[i:i+n-k+1]` for i < k has m.
    In the one turn of a loop i is the first index.
    """
    found = slice_size(n, lo, hi, step)
    over = {a for d in (n, lo, hi) if d is not None for a in dims.atoms(d) if _plain(a) in cx.turns}
    if not over:
        return found
    inner_first = sorted(over, key=lambda a: -int(a.name[1:]))
    once = [(_plain(a), cx.turns[_plain(a)][0]) for a in inner_first if len(set(cx.turns[_plain(a)])) == 1]
    if once:
        n, lo, hi = _replaced(n, once), *(None if d is None else _replaced(d, once) for d in (lo, hi))
        return slice_in_turns(cx, n, lo, hi, step)
    made, kept = _made_sizes(cx)
    n, lo, hi = _replaced(n, made), *(None if d is None else _replaced(d, made) for d in (lo, hi))
    found = slice_size(n, lo, hi, step) if found is None else _replaced(found, made)
    for end, sign in ((0, 1), (1, -1)):
        ends = {a: _replaced(cx.turns[_plain(a)][end], made) for a in inner_first}
        pairs = [(_plain(a), dims.opaque(f"{a.name}{'+-'[end]}"), ends[a]) for a in inner_first]
        there = [(index, dims.add(first, dims.mul(sign, j))) for index, j, first in pairs]
        back = [(j, dims.mul(sign, dims.sub(index, first))) for index, j, first in reversed(pairs)]
        if found is None:
            bounds = [None if d is None else _replaced(d, there) for d in (lo, hi)]
            found = slice_size(_replaced(n, there), bounds[0], bounds[1], step)
        else:
            found = _replaced(found, there)
        found = None if found is None else _replaced(found, back)
    return None if found is None else _replaced(found, kept)


def _made_sizes(cx: Context) -> tuple[list[tuple[Dim, Dim]], list[tuple[Dim, Dim]]]:
    """Size variables by sizes that are not negative, and the way back: n by m + k - 1, m by n - k + 1."""
    there: list[tuple[Dim, Dim]] = []
    back: list[tuple[Dim, Dim]] = []
    for number, size in enumerate(cx.scope.sizes_around()):
        d = _replaced(size, there)
        if dims.lower_bound(d) is None and (v := _linear(d)) is not None:
            m = dims.opaque(f"made{number}")
            there.append((v, dims.add(m, dims.sub(v, d))))
            back.insert(0, (m, size))
    return there, back


def _linear(d: Dim) -> Dim | None:
    """A size variable v of which d is v plus something without it."""
    own = (dims.var(a.name) for a in dims.atoms(d) if a.op == "var")
    return next((v for v in sorted(own, key=str) if dims.atoms(dims.sub(d, v)).isdisjoint(dims.atoms(v))), None)


def _replaced(d: Dim, pairs: Sequence[tuple[Dim, Dim]]) -> Dim:
    for old, new in pairs:
        d = dims.substitute(d, lambda a, old=old, new=new: new if _plain(a) == old else _plain(a))  # type: ignore[misc]
    return d


def _plain(atom: Atom) -> Dim:
    return dims.var(atom.name) if atom.op == "var" else dims.opaque(atom.name)


def _clip(bound: Dim, n: Dim) -> Dim | None:
    """A slice bound as a position from 0 to n."""
    low = dims.lower_bound(bound)
    if low is not None and low >= 0:
        return dims.dmin(bound, n)
    high = dims.lower_bound(dims.mul(-1, bound))
    if high is not None and high >= 1:
        return dims.dmax(dims.add(n, bound), 0)
    if (
        dims.compare(bound, 0) is None
        and isinstance(bound, dims.Poly)
        and dims.lower_bound(dims.add(bound, 1)) is not None
    ):
        return _clip_below_one(bound, n)
    return None


def _clip_below_one(bound: Dim, n: Dim) -> Dim | None:
    """n - 1 as a bound of size n: where n is 0 it means position max(0 - 1 + 0, 0) = 0, and n - 1 otherwise."""
    if dims.equal(dims.add(bound, 1), n) is True:
        return dims.dmax(bound, 0)
    return None


def fresh_opaque(cx: Context, key: Any) -> Dim:
    """An opaque size; the same question has the same answer."""
    if key not in cx.opaque_memo:
        cx.opaque_memo[key] = dims.opaque(f"k{cx.count('opaque')}")
    return cx.opaque_memo[key]


def product(shape: Sequence[Dim]) -> Dim:
    return dims.prod(shape)


def quotient(total: Dim, part: Dim) -> Dim:
    """total // part, where it divides: n*m by n is m."""
    if isinstance(total, int) or isinstance(part, int):
        return dims.floordiv(total, part)
    if len(part.terms) == 1:
        (monomial, coefficient), out = part.terms[0], {}
        for found, c in total.terms:
            rest = _without(found, monomial)
            if rest is None or c % coefficient:
                return dims.floordiv(total, part)
            out[rest] = c // coefficient
        return dims._make(out)
    return dims.floordiv(total, part)


def _without(monomial: tuple[Atom, ...], factors: tuple[Atom, ...]) -> tuple[Atom, ...] | None:
    rest = list(monomial)
    for f in factors:
        if f not in rest:
            return None
        rest.remove(f)
    return tuple(rest)


def require(
    cx: Context, node: ast.AST, val: Val, shape: tuple[Dim, ...], others: Callable[[], Sequence[Value]] = tuple
) -> Val:
    """`val`, whose shape must be `shape`: decided, made so from the start, or checked at run time.

    `others` gives arrays of that shape, which know the sizes that no size variable makes.
    """
    found = cx.aval(val).shape
    for have, want in zip(found, shape, strict=True):
        if dims.equal(have, want) is False:
            return cx.refuse(
                "SD301",
                node,
                left=str(found),
                right=str(shape),
                operation=cx.text(node),
                left_size=have,
                right_size=want,
                rule="nothing is broadcast here",
            )
        if dims.equal(have, want) is None and cx.scope.always:
            _unify(cx, want, have)
    if found == shape:
        return val
    return cx.wrap(checked_sizes.check_shape(cx, node, cx.value(val), shape, others()))
