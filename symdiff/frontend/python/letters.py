"""Letters of a known text at a staged position: `s[i]`, and `c` in a rolled `for c in s`.

A letter is compared where it stands, `'GATTA'[i] == 'GCAT'[j]`.  For everything else it is one of the letters of its
text: `weights[s[i]]` is a branch for each of them.
"""

from __future__ import annotations

import ast
import enum
from collections.abc import Callable, Collection, Sequence

from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import UNBOUND, Known, Letter, Num, OneOf, SliceVal, Val

_MOST_TEXTS, _MOST_LETTERS = 64, 10_000  # of which one is carried by a loop


def at(cx: Context, node: ast.AST, text: str, index: Val) -> Val | None:
    """`text[index]`; None where the index is no staged integer."""
    if not isinstance(index, Num) or index.type.shape or index.type.dtype[0] not in "iu":
        return None
    return Letter(text, Num(cx.value(index), index.dim, index.tags))


def one_of(cx: Context, node: ast.AST, val: Letter) -> OneOf:
    """The letter as one of those that its text has."""
    options = val.options
    letters = "".join(option.obj for option in options)
    tag = cx.emit(node, "letter_number", val.index, text=val.text, letters=letters)
    assert isinstance(tag, Num)
    return OneOf(tag, options)


def compare(cx: Context, node: ast.AST, op: ast.cmpop, left: Val, right: Val) -> Val | None:
    """`==`, `!=`, `in` and `not in` of letters, and of two that are one of several texts; None of everything else."""
    how = _HOW.get(type(op))
    if how is None:
        return None
    if how in ("in", "not in"):
        wanted = _letters(cx, node, right) if isinstance(left, Letter) else None
        if wanted is None or not isinstance(left, Letter):
            return None
        return cx.emit(node, "letter_is", left.index, text=left.text, wanted=wanted, how=how)
    if isinstance(left, Letter) and isinstance(right, Letter):
        return cx.emit(node, "same_letter", left.index, right.index, text=left.text, other=right.text, how=how)
    one, other = (left, right) if isinstance(left, Letter) else (right, left)
    if isinstance(one, Letter) and isinstance(other, Known) and isinstance(other.obj, str):
        return cx.emit(node, "letter_is", one.index, text=one.text, wanted=str.__str__(other.obj), how=how)
    return _same_choice(cx, node, "eq" if how == "==" else "ne", left, right)


_HOW = {ast.Eq: "==", ast.NotEq: "!=", ast.In: "in", ast.NotIn: "not in"}


def _same_choice(cx: Context, node: ast.AST, prim: str, left: Val, right: Val) -> Val | None:
    """Whether two that are each one of several texts are the same one: of the same number."""
    from symdiff.frontend.python import alternatives

    both = (left, right)
    found = [x.options for x in both if isinstance(x, OneOf | Letter)]
    if len(found) < 2 or not alike([x for options in found for x in options]):
        return None
    options = alternatives.base(*found)
    return cx.emit(node, prim, *(Num(alternatives.tag_in(cx, node, x, options)) for x in both))


def is_text(val: Val) -> bool:
    return isinstance(val, Known) and type(val.obj) is str


def alike(vals: Sequence[Val]) -> bool:
    """Whether these are texts, or members of one enum, and None: of such, those are equal that are the same."""
    objs = [v.obj if isinstance(v, Known) else object for v in vals if v is not UNBOUND]
    classes = {type(obj) for obj in objs if obj is not None}
    if not classes:
        return True
    cls = classes.pop()
    plain = issubclass(cls, enum.Enum) and cls.__eq__ in (object.__eq__, str.__eq__, int.__eq__)
    return not classes and (cls is str or plain)


def _is_none(val: Val) -> bool:
    return isinstance(val, Known) and val.obj is None


def too_many(options: Sequence[Val], allowed: Collection[int], first: Sequence[Val]) -> str:
    """What a text would have to be that grows from turn to turn; "" of one that does not, as far as is seen."""
    if len(allowed) > _MOST_TEXTS:
        return f"one of more than {_MOST_TEXTS} texts"
    new = [options[k] for k in allowed if options[k] not in first]
    long = any(isinstance(x, Known) and isinstance(x.obj, str) and len(x.obj) > _MOST_LETTERS for x in new)
    return f"a text of more than {_MOST_LETTERS} letters" if long else ""


def made_of(cx: Context, vals: Sequence[Val], run: Callable[[list[Known]], Val | None]) -> OneOf | None:
    """A text made of one of several texts and what is known, by hand `"x_" + name`: chosen by the number of that text.

    None where two numbers choose, where two texts would become one, and of everything else.
    """
    from symdiff.frontend.python import alternatives

    first = next((v for v in vals if isinstance(v, OneOf)), None)
    if first is None or not all(_chosen_with(v, first) for v in vals):
        return None
    made = list(first.options)
    for x in alternatives.may_be(cx, first):
        k = first.options.index(x)
        parts = [v.options[k] if isinstance(v, OneOf) else v for v in vals]
        known = [part for part in parts if isinstance(part, Known)]
        found = run(known) if len(known) == len(parts) else None
        if found is None or not is_text(found):
            return None
        made[k] = found
    texts = [x.obj for x in made if isinstance(x, Known)]
    return OneOf(first.tag, tuple(made)) if len(texts) == len(made) == len(set(texts)) else None


def _chosen_with(val: Val, other: OneOf) -> bool:
    if not isinstance(val, OneOf):
        return isinstance(val, Known) and type(val.obj) in (str, int)
    together = val.tag.value is other.tag.value and len(val.options) == len(other.options)
    return together and all(is_text(x) or _is_none(x) for x in val.options)


def sliced(cx: Context, base: Val, index: Val) -> OneOf | None:
    """A known part of one of several texts: see `made_of`."""
    parts = [index.lo, index.hi, index.step] if isinstance(index, SliceVal) else []
    bounds = [part.obj for part in parts if isinstance(part, Known) and type(part.obj) in (int, type(None))]
    if len(bounds) < 3 or bounds[2] == 0:
        return None
    return made_of(cx, [base], lambda text: Known(text[0].obj[slice(*bounds)]))


def run_over(cx: Context, node: ast.AST, val: Val) -> Val:
    """What a loop over one of several texts runs over: the text, if the loop that makes it can be unrolled, or a list.

    That has the letters of the text, in a branch for each of the texts.
    """
    from symdiff.frontend.python import alternatives, containers

    texts = alternatives.may_be(cx, val)
    if not isinstance(val, OneOf) or not all(map(is_text, texts)):
        return val
    place = cx.frame.path, id(node), "letters"
    if val.tag.tags and place not in cx.session.searched:
        return cx.need_static(node, val.tag, "a text that is run over", place)

    def listed(text: Val) -> Val:
        assert isinstance(text, Known)
        return containers.new_list(cx, node, tuple(map(Known, text.obj)))

    return alternatives.each(cx, node, val, listed)


def ordered(cx: Context, node: ast.AST, op: ast.cmpop, sign: str, left: Val, right: Val) -> Val | None:
    """`<` and its like of two of which one is one of several texts: of their numbers; None of everything else.

    Texts that lists hold are numbered in their order; others get such numbers here.
    """
    from symdiff.frontend.python import alternatives, operators

    both = left, right
    if not all(is_text(x) or _is_none(x) for v in both for x in alternatives.may_be(cx, v)):
        return None
    if any(all(map(_is_none, alternatives.may_be(cx, v))) for v in both):
        return None
    message = f"'{sign}' not supported between instances of {{}} and {{}}"
    left = alternatives.present(cx, node, left, message.format("'NoneType'", "'str'"))
    right = alternatives.present(cx, node, right, message.format("'str'", "'NoneType'"))
    options = _in_order(cx, left, right)
    if not isinstance(left, OneOf | Letter) and not isinstance(right, OneOf | Letter):
        return operators.compare(cx, node, op, left, right)
    tags = [Num(alternatives.tag_in(cx, node, x, options)) for x in (left, right)]
    return operators.compare(cx, node, op, *tags)


def _in_order(cx: Context, *both: Val) -> tuple[Val, ...]:
    """The texts that these may be, in order: as they are numbered where that is so, or will be."""
    from symdiff.frontend.python import alternatives, texts

    possible = [x for v in both for x in alternatives.may_be(cx, v)]
    known = None if any(isinstance(v, Letter) for v in both) else texts.known_numbers(cx, possible)
    if known is not None and texts.order_by_number(cx, known):
        return texts.numbered(cx)
    options = alternatives.base(*map(alternatives.options_of, both))
    if not _sorted([options[k] for k in sorted(alternatives.places(options, possible))]):
        options = tuple(map(Known, sorted({str(x.obj) for x in possible if isinstance(x, Known)})))
    return options


def _sorted(vals: Sequence[Val]) -> bool:
    found = [str(x.obj) for x in vals if isinstance(x, Known)]
    return found == sorted(found)


def _letters(cx: Context, node: ast.AST, val: Val) -> str | None:
    """The letters in a known text, or in a list, tuple, set or dict of known things."""
    from symdiff.frontend.python import containers

    if isinstance(val, Known) and isinstance(val.obj, str):
        return str.__str__(val.obj)
    items: Sequence[Val] | None = containers.items_of(cx, node, val)
    if items is None or not all(isinstance(item, Known) for item in items):
        return None
    found = [item.obj for item in items if isinstance(item, Known)]
    return "".join(str.__str__(x) for x in found if isinstance(x, str) and len(x) == 1)
