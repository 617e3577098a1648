"""Elements of a list of any length that are, or hold, one of several texts: a list of numbers says which.

By hand: `out.append(("pos", a))` and, on another path, `out.append(("neg", b))`.  The list is one of the numbers of the
texts, 1 for "pos" and 2 for "neg", and one of floats.  An element read from it is `("pos" or "neg", float)`, chosen by
the number: see `alternatives`.  The texts of a function are numbered as they come; 0 is None.  Where their order is
asked for, `heappush(q, (d, "pos"))`, another attempt numbers them in that order: `<` of texts is `<` of numbers.

Functions and members of enums are told apart in the same way.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from symdiff.frontend.python import alternatives, letters
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.session import Session
from symdiff.frontend.python.values import Known, Letter, Num, OneOf, Val
from symdiff.ir.core import Value

KIND = "text"


def form_of(cx: Context, val: Any) -> Pattern | None:
    """The form of a text, or of one of several, where texts are told apart; None of everything else.

    Texts that are equal to others without being these, as members of an enum of texts are, are not told apart.
    """
    options = alternatives.may_be(cx, val) if isinstance(val, Known | OneOf) else ()
    if cx.session.texts is None or not options or not all(map(_told_apart, options)):
        return None
    if any(_is_double(text, option) for text in cx.session.texts for option in options):
        return None
    if isinstance(val, Known) and val.obj is None:
        return None
    return Pattern(KIND, token=frozenset(_number(cx, option) for option in options))


def _told_apart(val: Val) -> bool:
    return isinstance(val, Known) and alternatives.choosable(val)


def _is_double(a: Val, b: Val) -> bool:
    if not isinstance(a, Known) or not isinstance(b, Known):
        return False
    both = isinstance(a.obj, str) and isinstance(b.obj, str)
    return both and str.__eq__(a.obj, b.obj) and not alternatives.same(a, b)


def _number(cx: Context, val: Val) -> int:
    """Which text it is, as forms have it: the same in each attempt."""
    texts = cx.session.texts
    assert texts is not None
    found = next((k for k, text in enumerate(texts) if alternatives.same(text, val)), None)
    if found is None:
        texts.append(val)
        return len(texts) - 1
    return found


def join(a: Pattern, b: Pattern) -> Pattern | None:
    """The form of what has one of two forms, of which at least one is of texts; the other may be that of None."""
    from symdiff.frontend.python import absences

    if not all(form.kind == KIND or absences.is_none(form) or form == absences.EMPTY for form in (a, b)):
        return None
    return Pattern(KIND, token=numbers_of(a) | numbers_of(b))


def numbers_of(form: Pattern) -> frozenset[int]:
    """Which texts a form has; that of None, the first, where it is None's."""
    return form.token if form.kind == KIND and isinstance(form.token, frozenset) else frozenset({0})


def number(cx: Context, val: Val) -> Value:
    """Which of the texts a value is."""
    for option in alternatives.may_be(cx, val):
        _number(cx, option)
    return cx.scope.use(alternatives.tag_in(cx, cx.frame.source.node, val, numbered(cx)))


def built(cx: Context, form: Pattern, found: Value) -> Val:
    """The text of this number, one of those that the form has."""
    ids, allowed = _ids(cx.session), numbers_of(form)
    made = alternatives.limited(cx, Num(found), numbered(cx), frozenset(n for n, k in enumerate(ids) if k in allowed))
    return alternatives.narrowed(cx, cx.frame.source.node, made)


# --- their numbers


def numbered(cx: Context) -> tuple[Val, ...]:
    """The texts of the function, each at its number."""
    assert cx.session.texts is not None
    return tuple(cx.session.texts[k] for k in _ids(cx.session))


def _ids(session: Session) -> tuple[int, ...]:
    first = session.numbered_texts
    return (*first, *range(len(first), len(session.texts or ())))


def begin(session: Session) -> None:
    """Number the texts met so far in their order, where that was asked for."""
    texts = session.texts
    if texts is None or not session.sorted_texts:
        session.numbered_texts = ()
        return
    found = [(k, v.obj) for k, v in enumerate(texts) if isinstance(v, Known) and type(v.obj) is str]
    ordered = [k for k, text in sorted(found, key=lambda pair: pair[1])]
    session.numbered_texts = (0, *ordered, *(k for k in range(1, len(texts)) if k not in ordered))


def order_by_number(cx: Context, wanted: Collection[int]) -> bool:
    """Whether these texts are in the order of their numbers, here or in another attempt, which is asked for then."""
    texts = cx.session.texts or []
    found = [(v.obj if isinstance(v := texts[k], Known) else None) for k in _ids(cx.session) if k in wanted]
    strings = [text for text in found if type(text) is str]
    if len(strings) < len(found):
        return False
    if strings != sorted(strings):
        cx.session.sorted_texts = cx.session.changed = True
    return True


def may_have(cx: Context, form: Pattern, val: Val) -> bool:
    """Whether a value is like what a form has, so that `==` of them is that of their numbers."""
    if not isinstance(val, Known | OneOf | Letter):
        return False
    texts = cx.session.texts or []
    return letters.alike([*(texts[k] for k in numbers_of(form)), *alternatives.may_be(cx, val)])


def known_numbers(cx: Context, vals: Collection[Val]) -> frozenset[int] | None:
    """Which texts of the function these are; None where one is none of them."""
    texts = cx.session.texts or []
    found = [next((k for k, text in enumerate(texts) if alternatives.same(text, val)), None) for val in vals]
    return None if None in found else frozenset(k for k in found if k is not None)
