"""Operators and tests on containers of known structure: `+`, `*`, `in`, `==`, truth."""

from __future__ import annotations

import ast
import collections
from collections.abc import Sequence
from typing import Any

import numpy as np

from symdiff.frontend.python import (
    alternatives,
    captured,
    classes,
    containers,
    control,
    enums,
    formatting,
    grown,
    keyed,
    keys,
    list_changes,
    list_comparisons,
    nodes,
    operators,
    output,
    ranges,
    sets,
    special_methods,
    values,
)
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Bottom
from symdiff.frontend.python.values import (
    POISON,
    Arr,
    DictRef,
    Known,
    ListRef,
    Node,
    Num,
    ObjRef,
    Sequence_,
    SetRef,
    Struct,
    Text,
    Val,
)
from symdiff.ir import dims
from symdiff.ir.types import Kind


def binary(cx: Context, node: ast.AST, op: ast.AST, left: Val, right: Val) -> Val | None:
    """`+` and `*` of lists and tuples; an array with a list makes an array of it.  None where there is no meaning."""
    held = (ListRef, Struct, Known)
    if isinstance(op, ast.Add) and isinstance(left, held) and isinstance(right, held):
        joined = _joined(cx, node, left, right)
        if joined is not None:
            return joined
    if isinstance(op, ast.Add) and any(isinstance(v, Text) for v in (left, right)):
        pieces = [output.text_pieces(v) for v in (left, right)]
        return None if None in pieces else output.text([piece for part in pieces for piece in part or ()])
    if isinstance(op, ast.Mod) and isinstance(left, Known) and isinstance(left.obj, str):
        return formatting.percent(cx, left.obj, right)
    if isinstance(op, ast.Mult):
        repeated = _repeated(cx, node, left, right)
        if repeated is not None:
            return repeated
    if isinstance(op, (ast.BitAnd, ast.BitOr, ast.BitXor, ast.Sub)):  # of the keys of dicts, which are a set
        left, right = (sets.of_keys(cx, node, v) for v in (left, right))
    of_sets = sets.binary(cx, node, op, left, right)
    if of_sets is not None:
        return of_sets
    if isinstance(op, ast.BitOr):
        mappings = containers.entries(cx, left), containers.entries(cx, right)
        if mappings[0] is not None and mappings[1] is not None:
            return containers.new_dict(cx, node, {**mappings[0], **mappings[1]})
    if operators.is_array(left) or operators.is_array(right):
        from symdiff.frontend.python.arrays import is_listed, to_array

        if is_listed(cx, left) or is_listed(cx, right):
            a_, b_ = (v if cx.is_numeric(v) else to_array(cx, node, v) for v in (left, right))
            return operators.binary(cx, node, op, a_, b_)
    return None


def _joined(cx: Context, node: ast.AST, left: Val, right: Val) -> Val | None:
    """Two lists, or two tuples, one behind the other."""
    if _is_list(left) != _is_list(right):
        return None
    a, b = containers.elements(cx, left), containers.elements(cx, right)
    if a is not None and b is not None:
        return containers.new_list(cx, node, a + b) if _is_list(left) else Struct("tuple", a + b)
    parts = list_changes.content_of(cx, left), list_changes.content_of(cx, right)
    if parts[0] is None or parts[1] is None:
        return None
    found = list_changes.joined(cx, node, parts[0], parts[1])
    return POISON if found is None else list_changes.made(cx, node, found, "list" if _is_list(left) else "tuple")


def _repeated(cx: Context, node: ast.AST, left: Val, right: Val) -> Val | None:
    """A list or a tuple so many times."""
    for one, other in ((left, right), (right, left)):
        if output.text_pieces(one) is not None and isinstance(other, Num) and other.type.dtype[0] in "iu":
            return cx.need_static(node, other, "how often a text is repeated")
        items = containers.elements(cx, one)
        if items is not None and isinstance(other, Known) and type(other.obj) is int:
            many = items * other.obj
            return containers.new_list(cx, node, many) if _is_list(one) else Struct("tuple", many)
        whole = list_changes.content_of(cx, one)
        if whole is None or not list_changes.is_index(cx, other):
            continue
        if _is_list(one):
            return list_changes.repeated(cx, node, whole, operators.convert(cx, node, other, Kind.PYTHON, "i8"))
        return cx.need_static(node, other, "how often a tuple is repeated")
    return None


def _is_list(val: Val) -> bool:
    if isinstance(val, ListRef):
        return val.cell.kind != "tuple"
    return isinstance(val, Known) and isinstance(val.obj, list)


def truth(cx: Context, node: ast.AST, val: Val) -> Val:
    if isinstance(val, Sequence_):
        return operators.compare(cx, node, ast.Gt(), ranges.length(cx, node, val), Known(0))
    content = grown.content_of(cx, val)
    if content is not None:
        count = cx.wrap(grown.count(cx, content))
        return cx.wrap(cx.scope.emit("gt", cx.value(count), cx.value(Known(0)))[0])
    if isinstance(val, (DictRef, SetRef)):
        return Known(bool(cx.store.get(val.cell)))
    known = containers.elements(cx, val)
    return Known(True if known is None else bool(known))


def contains(cx: Context, node: ast.AST, item: Val, container: Val) -> Val:
    """`item in container`."""
    found = special_methods.call(cx, node, container, "__contains__", [item])
    if found is not None:
        test = operators.truth(cx, node, found)  # `in` gives a bool of Python's, whatever the method does
        return operators.convert(cx, node, test, Kind.PYTHON, "b1") if isinstance(test, Num) else test
    keyed.takes(cx, node, container, item)
    container = special_methods.iterated(cx, node, container)
    mapping_ = containers.entries(cx, container)
    if mapping_ is not None and alternatives.has_involved(item):
        return alternatives.in_tuple(cx, node, item, lambda key: contains(cx, node, key, container))
    if mapping_ is not None:
        key = keys.key_of(cx, node, item)
        return POISON if key is POISON else Known(key in mapping_)
    members = sets.elements(cx, container)
    if members is not None:
        return _in_set(cx, node, item, members)
    plain = isinstance(container, Known) and isinstance(container.obj, (str, range))
    if plain and isinstance(container, Known) and isinstance(item, Known):
        return Known(item.obj in container.obj)
    if isinstance(container, Sequence_) and container.kind == "range" and _scalar(cx, item):
        return ranges.contains(cx, node, container, item)
    found = enums.contains(item, container)
    if found is not None:
        return found
    staged = grown.content_of(cx, container)
    if staged is not None:
        return list_changes.search(cx, node, staged, "in", item)
    known = containers.elements(cx, container)
    if known is None or any(operators.is_array(v) for v in (item, *known)):
        return cx.refuse("SD224", node, construct="`in`")
    return _among(cx, node, item, known)


def same_number(a: Val, b: Val) -> bool:
    """Whether two numbers are certainly one object: one value of the program."""
    return a is b or (isinstance(a, Num) and isinstance(b, Num) and a.value is b.value is not None)


def is_found(cx: Context, node: ast.AST, item: Val, element: Val) -> Val:
    """Whether an element is what is looked for: it is asked.  Of numbers and texts one reads the item first."""
    plain = all(_scalar(cx, x) or _is_text(x) for v in (item, element) for x in alternatives.options_of(v))
    return is_or_equals(cx, node, *((item, element) if plain else (element, item)))


def _is_text(val: Val) -> bool:
    return isinstance(val, Text) or (isinstance(val, Known) and isinstance(val.obj, str | None))


def is_or_equals(cx: Context, node: ast.AST, one: Val, other: Val) -> Val:
    """`one is other or one == other`, as containers compare: a NaN is itself."""
    if same_number(one, other):
        return Known(True)
    if isinstance(one, Known) and isinstance(other, Known):
        captured.rely_on_sharing(cx, one, other)
        return Known(True) if one.obj is other.obj else equals(cx, node, one, other)
    nodes_ = isinstance(other, Node) and isinstance(one, Node) and nodes.has_equality(other.cls)
    objects = isinstance(other, ObjRef) and isinstance(one, ObjRef)
    if not (nodes_ or objects) or keys.is_double(cx, one, other):
        return equals(cx, node, one, other)
    same = special_methods.same_object(cx, node, one, other, True, cx.text(node))
    if same is POISON or (isinstance(same, Known) and same.obj):
        return same
    return control.short_circuit(cx, node, same, False, lambda: equals(cx, node, one, other))


def equals(cx: Context, node: ast.AST, left: Val, right: Val) -> Val:
    return operators.truth(cx, node, operators.compare(cx, node, ast.Eq(), left, right))


def _in_set(cx: Context, node: ast.AST, item: Val, members: frozenset[Any]) -> Val:
    """A staged number is compared with every element; everything else must be known."""
    if isinstance(item, Num) and all(values.is_number(x) for x in members):
        return _among(cx, node, item, [Known(x) for x in sorted(members, key=repr)])
    found = sets.element(cx, node, item)
    return Known(found.obj in members) if isinstance(found, Known) else POISON


def _scalar(cx: Context, val: Val) -> bool:
    return isinstance(val, Num) or (isinstance(val, Known) and values.is_number(val.obj))


def _among(cx: Context, node: ast.AST, item: Val, known: Sequence[Val]) -> Val:
    """Whether a value is or equals one of several: compared one by one, until one is."""
    numbers = all(_scalar(cx, v) for v in (item, *known))
    if numbers and any(same_number(item, k) for k in known):
        return Known(True)

    def rest(k: int) -> Val:
        if k == len(known):
            return Known(False)
        first = is_found(cx, node, item, known[k])
        return control.short_circuit(cx, node, first, False, lambda: rest(k + 1))

    return rest(0)


CONTAINERS = (list, tuple, dict, set, frozenset)


def compare(cx: Context, node: ast.AST, op: ast.cmpop, left: Val, right: Val) -> Val:
    """Comparisons of what is not numeric: equality of known structure."""
    left, right = sets.of_keys(cx, node, left), sets.of_keys(cx, node, right)
    of_sets = sets.binary(cx, node, op, left, right)
    if of_sets is not None:
        return of_sets
    if isinstance(op, (ast.Eq, ast.NotEq)):
        one, other = ranges.parts(left), ranges.parts(right)
        if one is not None and other is not None:
            equal = ranges.equal(cx, node, one, other)
            return equal if isinstance(op, ast.Eq) else operators.negate(cx, node, equal)
        a, b = containers.elements(cx, left), containers.elements(cx, right)
        if a is not None and b is not None:
            alike = _is_list(left) == _is_list(right) and len(a) == len(b)
            equal = equal_elements(cx, node, a, b) if alike else Known(False)
            return equal if isinstance(op, ast.Eq) else operators.negate(cx, node, equal)
        first, second = containers.entries(cx, left), containers.entries(cx, right)
        if first is not None and second is not None:
            ordered = all(isinstance(v, Known) and isinstance(v.obj, collections.OrderedDict) for v in (left, right))
            if ordered and [*first] != [*second]:
                return Known(isinstance(op, ast.NotEq))
            values_ = tuple(first.values()), tuple(second[k] for k in first if k in second)
            equal = equal_elements(cx, node, *values_) if first.keys() == second.keys() else Known(False)
            return equal if isinstance(op, ast.Eq) else operators.negate(cx, node, equal)
        of_texts = _equal_texts(cx, node, left, right)
        if of_texts is not None:
            return of_texts if isinstance(op, ast.Eq) else operators.negate(cx, node, of_texts)
        if any(isinstance(v, Known) and isinstance(v.obj, (type(None), str)) for v in (left, right)) and not any(
            operators.is_array(v) for v in (left, right)
        ):
            return Known(isinstance(op, ast.NotEq))
        if any(_never_equal(cx, one, other) for one, other in ((left, right), (right, left))):
            return Known(isinstance(op, ast.NotEq))
    of_lists = list_comparisons.compare(cx, node, op, left, right)
    if of_lists is not None:
        return of_lists
    if isinstance(op, (ast.Lt, ast.LtE, ast.Gt, ast.GtE)):
        a, b = containers.elements(cx, left), containers.elements(cx, right)
        if a is not None and b is not None and _is_list(left) == _is_list(right):
            return _in_order(cx, node, op, a, b)
    objects = all(isinstance(v, ObjRef | Node) for v in (left, right))
    more: dict[str, Any] = (
        {"rewrite": "compare a number of each: `a.t < b.t`, `max(items, key=lambda a: a.t)`"} if objects else {}
    )
    return cx.refuse("SD321", node, operation="comparison", left=cx.describe(left), right=cx.describe(right), **more)


def _equal_texts(cx: Context, node: ast.AST, left: Val, right: Val) -> Val | None:
    """Of a string of staged parts and a string: known once its parts are; None of other things."""
    texts = [v for v in (left, right) if isinstance(v, Text)]
    known = [v for v in (left, right) if isinstance(v, Known) and type(v.obj) is str]
    if not texts or len(texts) + len(known) < 2:
        return None
    staged = next((v for v in texts if not v.tags), None)
    if staged is not None:
        return cx.refuse("SD222", node, construct="comparison with the text")
    return cx.need_static(node, texts[0], "a text that is compared")


def _never_equal(cx: Context, number: Val, container: Val) -> bool:
    """Whether one is a number and the other a dict, list or tuple; of a list NumPy's number makes an array."""
    if isinstance(number, Known):
        scalar, python = values.is_number(number.obj), not isinstance(number.obj, np.generic)
    else:
        scalar = isinstance(number, Num)
        python = scalar and cx.aval(number).kind is Kind.PYTHON
    if containers.entries(cx, container) is not None:
        return scalar
    return scalar and python and containers.elements(cx, container) is not None


def _in_order(cx: Context, node: ast.AST, op: ast.cmpop, a: tuple[Val, ...], b: tuple[Val, ...]) -> Val:
    """`a < b` of sequences: decided by the first elements that differ, else by the lengths."""

    def rest(k: int) -> Val:
        if k == min(len(a), len(b)):
            return operators.compare(cx, node, op, Known(len(a)), Known(len(b)))
        x, y = (_only_elements(cx, node, a[k], b[k]) if k else None) or (a[k], b[k])
        same = operators.compare(cx, node, ast.Is(), x, y) if _without_order(x, y) else is_or_equals(cx, node, x, y)
        return control.choose(cx, node, same, lambda: rest(k + 1), lambda: _ordered(cx, node, op, x, y))

    return rest(0)


_ONLY = """\
if $a.size > 1:
    raise ValueError('The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()')
if not $a.size:
    raise ValueError('The truth value of an empty array is ambiguous. Use `array.size > 0` to check '
                     'that an array is not empty.')
return $a.reshape(-1)[0], $b.reshape(-1)[0]"""


def _only_elements(cx: Context, node: ast.AST, a: Val, b: Val) -> tuple[Val, Val] | None:
    """The elements of two arrays that have one each, with NumPy's error for others: what was compared before is equal.

    None of what are not two arrays of one shape.
    """
    from symdiff.frontend.python import comprehensions

    if not (isinstance(a, Arr) and isinstance(b, Arr)):
        return None
    one, other = cx.aval(a).shape, cx.aval(b).shape
    if not one or len(one) != len(other) or not all(dims.equal(m, n) is True for m, n in zip(one, other, strict=True)):
        return None
    found = comprehensions.run(cx, node, "the only elements", _ONLY, {"$a": a, "$b": b})
    return (found.items[0], found.items[1]) if isinstance(found, Struct) else (POISON, POISON)


def _without_order(left: Val, right: Val) -> bool:
    """Whether both are nodes, neither of which is the smaller one: what equals another is that other, too."""
    both = isinstance(left, Node) and isinstance(right, Node)
    return both and not any(classes.ordered(v.cls) for v in (left, right) if isinstance(v, Node))


def _ordered(cx: Context, node: ast.AST, op: ast.cmpop, left: Val, right: Val) -> Val:
    """`left < right` of elements: TypeError, when it runs, for nodes of a class without an order."""
    if _without_order(left, right) and isinstance(left, Node) and isinstance(right, Node):
        names = f"'{left.cls.__name__}' and '{right.cls.__name__}'"
        message = f"'{_SIGNS[type(op)]}' not supported between instances of {names}"
        operators.raise_if(cx, node, Known(True), "TypeError", (message,))
        raise Bottom
    return operators.compare(cx, node, op, left, right)


_SIGNS: dict[type[ast.cmpop], str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


def equal_elements(cx: Context, node: ast.AST, a: Sequence[Val], b: Sequence[Val], itself: bool = True) -> Val:
    """Whether all elements of two equally long sequences equal each other, or with `itself` are one object."""

    def rest(k: int) -> Val:
        if k == len(a):
            return Known(True)
        same = is_or_equals if itself else equals
        return control.short_circuit(cx, node, same(cx, node, a[k], b[k]), True, lambda: rest(k + 1))

    return rest(0)
