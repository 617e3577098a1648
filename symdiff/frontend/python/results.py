"""Results: containers and objects that the function returns, as their structure and the numbers in it.

By hand: of `return x, {"w": y}` the program returns x and y, and the structure says that they are a pair, of a number
and a dict.  A list of any length is one list for each number in an element; a dict whose keys are found when it runs is
two of them, and a set is itself, where texts are numbers.  An object that is linked is its number, and all that there
are come with it, one list for each attribute.  All are put together where the function returns: `codegen`
writes that down, and `trees.unflatten` does it where a module could not, as it has none of the user's classes.
"""

from __future__ import annotations

import ast
import collections
import dataclasses
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from symdiff.frontend.python import (
    absences,
    alternatives,
    containers,
    forms,
    grown,
    keys,
    linked,
    list_numbers,
    memory,
    nodes,
    objects,
    sets,
    texts,
    unfilled,
    written,
)
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.values import (
    NONE,
    POISON,
    Grown,
    Known,
    ListRef,
    Node,
    ObjRef,
    OneOf,
    Struct,
    Val,
)
from symdiff.frontend.spelled.collected import ORIGINALS
from symdiff.frontend.spelled.keyed import Keyed
from symdiff.frontend.spelled.members import Frozen, Members
from symdiff.ir.core import Value
from symdiff.ir.types import Kind, Member
from symdiff.signature import Static
from symdiff.trees import LEAF, Tree

Leaves = list[Value]
Statics = list[Static | None]
_LITERALS = (str, bytes, type(None))
_NOTHING = Tree("constant", None, (None,))
_CLASSES: dict[Any, type] = {Members: set, Frozen: frozenset}  # of a tree of kind set


def of_function(cx: Context, node: ast.AST, val: Val, leaves: Leaves, statics: Statics) -> Tree:
    """The structure of the whole result, with the linked objects in it; its numbers become the program's results."""
    tree = structure(cx, node, val, leaves, statics)
    first = tree.children[0] if tree.kind == "tuple" and len(tree.children) == 2 else tree
    if first.kind == "leaf" and statics and statics[0] is None:
        leaves[0] = of_nothing(cx, leaves[0])
    classes = _linked_in(cx, tree)
    if not classes or cx.problems:
        return tree
    # behind a value come the auxiliary results, which are one structure for whoever asks for the value alone
    behind = tree.kind == "tuple" and len(tree.children) == 2 and not _linked_in(cx, tree.children[0])
    arenas = tuple(_arena(cx, node, cls, leaves, statics) for cls in classes)
    linked = Tree("linked", None, tuple(range(len(arenas) + 1)), (tree.children[1] if behind else tree, *arenas))
    return replace(tree, children=(tree.children[0], linked)) if behind else linked


def of_nothing(cx: Context, value: Value) -> Value:
    """The int 0 or 1 as one of the values of a function that gives floats of other data: `sum([])`, `math.prod([])`.

    It is carried as the object that it is, as where a condition chooses between 0 and a float.
    """
    if type(value.const) is not int or value.const not in (0, 1):
        return value
    return cx.scope.emit("convert", value, kind=Kind.MIXED, dtype="f8")[0]


def _linked_in(cx: Context, tree: Tree) -> tuple[type, ...]:
    """The classes of the linked objects in a result, and of those that these are linked to."""
    found = {tree.cls: None} if tree.kind == "linked_to" and tree.cls is not None else {}
    for child in tree.children:
        found |= dict.fromkeys(_linked_in(cx, child))
    todo = list(found)
    while todo:
        cls = todo.pop()
        held = (of for name in cx.session.linked[cls] for of in _held_by(cx, cls, name) if of not in found)
        for of in held:
            found[of] = None
            todo.append(of)
    return tuple(found)


def _held_by(cx: Context, cls: type, name: str) -> Iterator[type]:
    """The classes of the linked objects that an attribute holds."""
    content = cx.store.get(cx.arenas[cls, name].cell)
    todo = [content.form] if isinstance(content, Grown) else []
    while todo:
        form = todo.pop()
        if form.kind == nodes.KIND:
            yield form.cls
        todo += form.parts


def _arena(cx: Context, node: ast.AST, cls: type, leaves: Leaves, statics: Statics) -> Tree:
    """All objects of a class that are linked, by their attributes."""
    names = cx.session.linked[cls]
    later = next((name for name in names if (cls, name) in cx.session.later), None)
    if later is not None:
        what = f"a {cls.__name__} whose attribute `{later}` may not be there"
        cx.refuse("SD322", node, type=what, rewrite=linked.set_before(later))
        return Tree()
    if any(cx.store.get(cx.arenas[cls, name].cell) == () for name in names):
        return Tree("arena", cls)  # none was made
    children = tuple(structure(cx, node, cx.arenas[cls, name], leaves, statics) for name in names)
    if any(child.leaf_count == 0 for child in children[:1]):
        cx.refuse("SD322", node, type=f"a {cls.__name__} whose attribute `{names[0]}` is the same in all")
    return Tree("arena", cls, names, children)


def structure(cx: Context, node: ast.AST, val: Val, leaves: Leaves, statics: Statics) -> Tree:
    """The structure of a part of a result; its numbers become the program's results.  What has none is reported."""
    val = list_numbers.plain(cx, node, val)
    if isinstance(val, Struct):
        children = tuple(structure(cx, node, v, leaves, statics) for v in val.items)
        return Tree(val.kind, val.cls, val.keys or tuple(range(len(children))), children)
    if isinstance(val, ObjRef):
        return _object(cx, node, val, leaves, statics)
    if isinstance(val, Node):
        leaves.append(cx.scope.use(cx.value(val.at)))
        statics.append(None)
        return Tree("linked_to", val.cls, (0,), (LEAF,))
    if isinstance(val, ListRef) and grown.content_of(cx, val) is not None:
        return _list(cx, node, val, leaves, statics)
    items = containers.elements(cx, val)
    if items is not None:
        kind = "list" if isinstance(val, ListRef) or (isinstance(val, Known) and isinstance(val.obj, list)) else "tuple"
        return Tree(kind, None, tuple(range(len(items))), tuple(structure(cx, node, v, leaves, statics) for v in items))
    mapping = containers.entries(cx, val)
    if mapping is not None:
        odd = next((key for key in mapping if not keys.is_literal(key)), None)
        if odd is not None:
            held = f"a dict with {cx.describe(Known(odd))} as a key"
            cx.refuse("SD322", node, type=held, rewrite="return the values: `list(d.values())`")
            return Tree()
        children = tuple(structure(cx, node, v, leaves, statics) for v in mapping.values())
        return Tree("dict", None, tuple(mapping), children)
    known = sets.elements(cx, val)
    if known is not None and all(map(keys.is_literal, known)):
        cls = type(val.obj) if isinstance(val, Known) else set
        return Tree("set", cls, tuple(sorted(known, key=lambda x: (type(x).__name__, repr(x)))))
    if isinstance(val, OneOf):
        return _choice(cx, node, val, leaves, statics)
    return _number(cx, node, alternatives.settled(cx, node, val, "a result"), leaves, statics)


def _number(cx: Context, node: ast.AST, val: Val, leaves: Leaves, statics: Statics) -> Tree:
    if cx.is_numeric(val):
        if memory.check_stale(cx, node, val):
            return LEAF
        leaves.append(cx.scope.use(cx.value(val)))
        statics.append(None)
    elif isinstance(val, Known) and isinstance(val.obj, _LITERALS):
        statics.append(Static(val.obj))
    elif val is not POISON:
        cx.refuse("SD322", node, type=cx.describe(val))
    return LEAF


def _choice(cx: Context, node: ast.AST, val: OneOf, leaves: Leaves, statics: Statics) -> Tree:
    """One of several strings: the program gives its number."""
    options = [x.obj for x in val.options if isinstance(x, Known) and isinstance(x.obj, _LITERALS)]
    if len(options) < len(val.options):
        cx.refuse("SD322", node, type=cx.describe(val))
        return LEAF
    leaves.append(cx.scope.use(cx.value(val.tag)))
    statics.append(None)
    return Tree("choice", None, tuple(options), (LEAF,))


# --- objects


def _object(cx: Context, node: ast.AST, val: ObjRef, leaves: Leaves, statics: Statics) -> Tree:
    """An instance of a class of the user's: the fields of a dataclass, or all attributes of another object."""
    if val.cls is Keyed:
        return _keyed(cx, node, val, leaves, statics)
    if val.cls in _CLASSES:
        return _set(cx, node, val, leaves, statics)
    if val.cls in ORIGINALS:
        return _collected(cx, node, val, leaves, statics)
    if val.cell in cx.pairing:
        cx.refuse("SD322", node, type=f"an instance of {val.cls.__name__} that holds itself")
        return LEAF
    fields = objects.field_values(cx, node, val)
    kind = "object" if fields is None else "dataclass"
    if fields is None:
        fields = objects.all_values(cx, node, val)
    cx.pairing.append(val.cell)
    children = tuple(structure(cx, node, v, leaves, statics) for v in fields.values())
    cx.pairing.pop()
    return Tree(kind, val.cls, tuple(fields), children)


def _collected(cx: Context, node: ast.AST, val: ObjRef, leaves: Leaves, statics: Statics) -> Tree:
    """A deque, a dict with defaults, a counter or an ordered dict."""
    theirs, content = ORIGINALS[val.cls], objects.attributes(cx, node, val)
    if content is None:
        return LEAF
    option, name = _option(theirs, content)
    if option is None:
        like = "list(q)" if theirs is collections.deque else "dict(d)"
        instead = "the object" if theirs is dict else f"a copy of plain type: `{like}`"
        cx.refuse("SD322", node, type=f"a {theirs.__name__}{_MADE_WITH.get(theirs, '')}", rewrite=f"return {instead}")
        return LEAF
    return Tree("collected", theirs, (option.obj,), (structure(cx, node, content[name], leaves, statics),))


def _option(theirs: type, parts: Mapping[Any, Any]) -> tuple[Known | None, str]:
    """What such a class is made with, where it can be written down, and the attribute that has its content."""
    found = parts.get("maxlen", parts.get("default_factory", NONE))
    plain = isinstance(found, Known) and (type(found.obj) is int or found.obj in _FACTORIES)
    return found if plain and theirs is not dict else None, "_items" if theirs is collections.deque else "_entries"


_FACTORIES = (None, int, float, complex, bool, str, list, dict, set, tuple)
_MADE_WITH: dict[Any, str] = {
    collections.deque: " with a `maxlen` that is not known when compiling",
    collections.defaultdict: " whose `default_factory` is no type such as `float` or `list`",
}


def _keyed(cx: Context, node: ast.AST, val: ObjRef, leaves: Leaves, statics: Statics) -> Tree:
    """A dict whose keys are found when it runs."""
    content = objects.attributes(cx, node, val)
    if content is None:
        return LEAF
    children = tuple(structure(cx, node, content[name], leaves, statics) for name in ("_held", "_order"))
    return Tree("mapping", None, (0, 1), children)


def _set(cx: Context, node: ast.AST, val: ObjRef, leaves: Leaves, statics: Statics) -> Tree:
    """A set whose elements are found when it runs."""
    content = objects.attributes(cx, node, val)
    members = None if content is None else grown.content_of(cx, content["_members"])
    if members is None:
        return Tree("set", _CLASSES[val.cls])
    tree = _of_members(cx, val.cls, members.form)
    if tree is None:
        cx.refuse("SD322", node, type="a set of functions or of members of enums", rewrite=_NAMES)
        return LEAF
    leaves += map(cx.scope.use, members.values)
    statics.append(None)
    return tree


_NAMES = "keep their names in it"


def _of_members(cx: Context, cls: type, form: Pattern) -> Tree | None:
    assert isinstance(form.type, Member)
    element = _member(cx, form.type.of.split("_"))
    return None if element is None else Tree("set", _CLASSES[cls], (0,), (element,))


def _member(cx: Context, words: list[str]) -> Tree | None:
    """The structure of an element of this kind; None as of `_one_of_texts`."""
    word = words.pop(0)
    if word == "text":
        return _one_of_texts(cx, range(len(cx.session.texts or ())))
    if word[0] != "t":
        return LEAF
    parts = [_member(cx, words) for _ in range(int(word[1:]))]
    children = tuple(part for part in parts if part is not None)
    return Tree("tuple", None, tuple(range(len(children))), children) if len(children) == len(parts) else None


# --- lists of any length


def _list(cx: Context, node: ast.AST, val: ListRef, leaves: Leaves, statics: Statics) -> Tree:
    """A list of a length that is not known when compiling: a leaf for each number of an element."""
    content = cx.store.get(val.cell)
    columns = list(map(cx.scope.use, content.values))
    found: Leaves = []
    tree = _element(cx, content.form, iter(columns), found)
    if tree is None:
        held = forms.described(content.form)
        cx.refuse("SD322", node, type=f"a {val.cell.kind} of {held}, of a length that is not known when compiling")
        return LEAF
    leaves += found
    statics += [None] * len(found)
    return _rows(tree, tuple if val.cell.kind == "tuple" else None)


def _rows(element: Tree, cls: type | None = None) -> Tree:
    return element if element.kind == "leaf" and cls is None else Tree("rows", cls, (0,), (element,))


def _element(cx: Context, form: Pattern, columns: Iterator[Value], found: Leaves) -> Tree | None:
    """The structure of an element; None where it holds what is no number.

    `columns` are the lists of the numbers in it, in the order of the form; those that the structure has are put in
    `found`, in its order.
    """
    if form.kind in (*grown.LEAVES, unfilled.KIND):
        found.append(next(columns))
        return LEAF
    if form.kind == texts.KIND:
        found.append(next(columns))
        return _one_of_texts(cx, texts.numbers_of(form))
    if form.kind == "known":
        known = isinstance(form.val, Known) and isinstance(form.val.obj, _LITERALS)
        return Tree("constant", None, (form.val.obj,)) if known and isinstance(form.val, Known) else None
    if form.kind == nodes.KIND:
        found.append(next(columns))
        return Tree("linked_to", form.cls, (0,), (LEAF,))
    if form.cls in ORIGINALS and form.cls not in (Keyed, *_CLASSES):
        return _collected_element(cx, form, columns, found)
    if form.kind == absences.KIND:
        found.append(next(columns))
        inside = [_element(cx, part, columns, found) for part in form.parts] or [_NOTHING]
        return None if inside[0] is None else Tree("optional", None, (0, 1), (LEAF, inside[0]))
    parts: dict[Any, tuple[Tree, Leaves]] = {}
    for key, part in zip(form.keys or range(len(form.parts)), form.parts, strict=True):
        own: Leaves = []
        tree = _element(cx, part, columns, own)
        if tree is None:
            return None
        parts[key] = tree, own
    return _assembled(cx, form, parts, found)


def _collected_element(cx: Context, form: Pattern, columns: Iterator[Value], found: Leaves) -> Tree | None:
    theirs, parts = ORIGINALS[form.cls], dict(zip(form.keys, form.parts, strict=True))
    option, name = _option(theirs, {key: part.val for key, part in parts.items()})
    content = None if option is None else _element(cx, parts[name], columns, found)
    return None if option is None or content is None else Tree("collected", theirs, (option.obj,), (content,))


def _assembled(cx: Context, form: Pattern, parts: dict[Any, tuple[Tree, Leaves]], found: Leaves) -> Tree | None:
    """The structure of an element of these parts, of which it may have others in another order than the form."""
    kind, order = form.kind, tuple(parts)
    if form.cls is Keyed:
        kind, order = "mapping", ("_held", "_order")
    elif form.kind == "object" and dataclasses.is_dataclass(form.cls):
        fields = tuple(f.name for f in dataclasses.fields(form.cls))
        kind, order = ("dataclass", fields) if set(fields) == set(parts) else (kind, order)
    for key in order:
        found += parts[key][1]
    children = tuple(parts[key][0] for key in order)
    if form.kind == "grown":
        return _rows(children[0])
    if form.cls in _CLASSES:
        return _of_members(cx, form.cls, form.parts[0].parts[0])
    if form.kind == written.KIND:
        return Tree("text", None, (written.template(form),), children)
    return Tree(kind, None if kind == "mapping" else form.cls, tuple(map(str, order)) if form.cls else order, children)


def _one_of_texts(cx: Context, numbers: Collection[int]) -> Tree | None:
    """One of the texts of these numbers; None where there are functions or members of enums among them."""
    held = [(cx.session.texts or ())[k] if k in numbers else NONE for k in range(max(numbers, default=-1) + 1)]
    known = [x.obj for x in held if isinstance(x, Known) and isinstance(x.obj, _LITERALS)]
    return Tree("choice", None, tuple(known), (LEAF,)) if len(known) == len(held) else None
