"""Elements of a list of any length that are, or hold, one of several texts: a list of numbers says which.

By hand: `out.append(("pos", a))` and, on another path, `out.append(("neg", b))`.  The list is one of the numbers of the
texts, 1 for "pos" and 2 for "neg", and one of floats.  An element read from it is `("pos" or "neg", float)`, chosen by
the number: see `alternatives`.  The texts of a function are numbered as they come; 0 is None.

Functions and members of enums are told apart in the same way.
"""

from __future__ import annotations

from typing import Any

from symdiff.frontend.python import alternatives
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.values import Known, Num, OneOf, Val
from symdiff.ir.core import Value

KIND = "text"


def form_of(cx: Context, val: Any) -> Pattern | None:
    """The form of a text, or of one of several, where texts are told apart; None of everything else."""
    options = alternatives.may_be(cx, val) if isinstance(val, Known | OneOf) else ()
    if cx.session.texts is None or not options or not all(map(_told_apart, options)):
        return None
    if isinstance(val, Known) and val.obj is None:
        return None
    return Pattern(KIND, token=frozenset(_number(cx, option) for option in options))


def _told_apart(val: Val) -> bool:
    return isinstance(val, Known) and alternatives.choosable(val)


def _number(cx: Context, val: Val) -> int:
    """The number of a text."""
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

    if not all(form.kind == KIND or absences.is_none(form) for form in (a, b)):
        return None
    return Pattern(KIND, token=numbers_of(a) | numbers_of(b))


def numbers_of(form: Pattern) -> frozenset[int]:
    """Which texts a form has; that of None, number 0, where it is None's."""
    return form.token if form.kind == KIND and isinstance(form.token, frozenset) else frozenset({0})


def number(cx: Context, val: Val) -> Value:
    """Which of the texts a value is."""
    assert cx.session.texts is not None
    for option in alternatives.options_of(val):
        _number(cx, option)
    return cx.scope.use(alternatives.tag_in(cx, cx.frame.source.node, val, cx.session.texts))


def built(cx: Context, form: Pattern, found: Value) -> Val:
    """The text of this number, one of those that the form has."""
    assert cx.session.texts is not None
    cx.scope.facts = {**cx.scope.facts, alternatives.told_by(cx, found): numbers_of(form)}
    return alternatives.narrowed(cx, cx.frame.source.node, OneOf(Num(found), tuple(cx.session.texts)))
