"""Nested containers of numbers: taken apart into leaves and put together again.

Lists, tuples, named tuples, dicts, dataclasses and objects of plain classes are containers; everything else is a leaf.

>>> leaves, tree = flatten({"w": 1.0, "layers": [2.0, (3.0,)]})
>>> leaves, unflatten(tree, [10 * x for x in leaves])
([1.0, 2.0, 3.0], {'w': 10.0, 'layers': [20.0, (30.0,)]})
"""

from __future__ import annotations

import collections
import dataclasses
import functools
import types
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from symdiff import plain
from symdiff.errors import UsageError

LINKED = ("linked", "linked_to", "arena")
OF_RESULTS = ("choice", "constant", "optional", "text", "rows", "mapping", "set", "collected", *LINKED)
ATTRIBUTED = ("dataclass", "object")  # the kinds of objects, whose attributes may be set
NAMED = ("namedtuple", *ATTRIBUTED)  # the kinds with a class, whose parts are attributes

Path = tuple[tuple[str, Any], ...]  # ("item", key) or ("attr", name), outermost first


@dataclass(frozen=True, slots=True)
class Tree:
    """The structure of a value: `kind` is leaf, list, tuple, dict, namedtuple, dataclass or object.

    An object is an instance of a plain class, with its attributes: see `symdiff.plain`.  Of a result also those of
    `OF_RESULTS`:

    choice      one of its keys, whose number is the leaf
    constant    its only key; it has no leaf
    optional    None or its second child, of which the first says whether it is there
    text        its only key with its leaves put in, as `str.format` does
    rows        a list of any length, or where `cls` says so a tuple, of elements of one structure, its child.  Its
                leaves are lists: of all elements' first leaves, of all second ones, and so on
    mapping     a dict of the elements of its first child by those of its second, both lists
    collected   a `cls` of `collections` made of its child; its only key is the `maxlen` or `default_factory`
    linked      its first child, of which parts may be linked objects; for each of their classes a child besides
    linked_to   None, or an object of `cls`, whose number is the leaf
    arena       all objects of `cls` that are linked: for each attribute the list of what they have there; of lists, for
                each what it holds
    set         a set, or what `cls` says, whose elements have the structure of its child: one leaf; without a child
                its keys are the elements
    """

    kind: str = "leaf"
    cls: type | None = None
    keys: tuple[Hashable, ...] = ()
    children: tuple[Tree, ...] = ()

    @property
    def leaf_count(self) -> int:
        if self.kind == "set":
            return min(1, len(self.children))
        return 1 if self.kind in ("leaf", "choice", "linked_to") else sum(c.leaf_count for c in self.children)

    @property
    def is_open(self) -> bool:
        """Whether it holds what may have any length."""
        return self.kind in ("rows", "mapping", "set", "collected", "linked") or any(c.is_open for c in self.children)

    def __str__(self) -> str:
        if self.kind == "leaf" or self.kind in OF_RESULTS:
            return "*"
        parts = [
            f"{k!r}: {c}" if self.kind == "dict" else f"{k}={c}" if self.kind in NAMED else str(c)
            for k, c in zip(self.keys, self.children, strict=True)
        ]
        inside = ", ".join(parts)
        if self.kind in NAMED and self.cls is not None:
            return f"{self.cls.__name__}({inside})"
        left, right = {"list": ("[", "]"), "dict": ("{", "}")}.get(self.kind, ("(", ")"))
        return f"{left}{inside}{',' if self.kind == 'tuple' and len(parts) == 1 else ''}{right}"


LEAF = Tree()
_LISTED: tuple[Any, ...] = (set, type({}.keys()), type({}.items()), types.MappingProxyType)


def container(value: Any) -> Tree | None:
    """The node of a container with its children still leaves, or None for a leaf."""
    names: tuple[str, ...] | None = getattr(type(value), "_fields", None)
    if isinstance(value, tuple) and names is not None:
        return Tree("namedtuple", type(value), names, (LEAF,) * len(value))
    if type(value) in (list, tuple):
        return Tree(type(value).__name__, None, tuple(range(len(value))), (LEAF,) * len(value))
    if type(value) is dict:
        return Tree("dict", None, tuple(value), (LEAF,) * len(value))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = tuple(f.name for f in dataclasses.fields(value))
        if only_fields(value, names):
            return Tree("dataclass", type(value), names, (LEAF,) * len(names))
    if plain.objection(value) is None:
        names = plain.attributes(value)
        return Tree("object", type(value), names, (LEAF,) * len(names))
    return None


def only_fields(value: Any, names: tuple[str, ...]) -> bool:
    """Whether everything but a dataclass instance's fields is as its class has it.

    An instance with a method or class attribute of its own is a leaf: its fields do not say what it does.  A value kept
    by `functools.cached_property` is computed from the fields.
    """
    extra = [name for name in plain.dictionary(value) if name not in names]
    found = [getattr(type(value), name) for name in extra if hasattr(type(value), name)]
    return all(isinstance(f, functools.cached_property) for f in found)


def contents(value: Any) -> tuple[Any, ...]:
    """What tells the form of a container that `container` does not take: its keys in order, what is in it, its length.

    No method of the user's is run for it.

    >>> contents(collections.OrderedDict(b=1.0, a=2.0)), contents(collections.deque([3.0])), contents({4.0}.union())
    (('b', 'a'), (1,), (4.0,))
    """
    if isinstance(value, collections.OrderedDict):  # its order is its own
        return tuple(collections.OrderedDict.__iter__(value))
    if isinstance(value, dict):
        return tuple(dict.__iter__(value))
    if isinstance(value, list):
        return (list.__len__(value),)
    if isinstance(value, _LISTED):
        return tuple(value)
    return (len(value),)


def sharing(values: Sequence[object]) -> tuple[int, ...]:
    """Which of these are one object: of each the place of the first that is it.

    >>> sharing([sharing, contents, sharing])
    (0, 1, 0)
    """
    first: dict[int, int] = {}
    return tuple(first.setdefault(id(value), k) for k, value in enumerate(values))


def child(value: Any, kind: str, key: Any) -> Any:
    return getattr(value, key) if kind in NAMED else value[key]


def reached(value: Any, path: Path) -> Any:
    """What is found at the end of a path.

    >>> reached({"w": [1.0, 2.0]}, (("item", "w"), ("item", 1)))
    2.0
    """
    for step, key in path:
        value = getattr(value, key) if step == "attr" else value[key]
    return value


def flatten(value: Any) -> tuple[list[Any], Tree]:
    """The leaves, in order, and the structure.  What holds itself is a leaf: a node that knows its parent.

    UsageError SD724 for what is nested too deeply to be taken apart.
    """
    try:
        return _flatten(value, ())
    except _Circle as circle:
        assert circle.head is value
        return [value], LEAF
    except RecursionError:
        raise UsageError.of("SD724", name="of the call", type="nested deeper than Python's stack") from None


class _Circle(Exception):
    """A container that holds itself was met."""

    def __init__(self, head: Any) -> None:
        super().__init__()
        self.head = head


def _flatten(value: Any, around: tuple[int, ...]) -> tuple[list[Any], Tree]:
    """The same of a part of a value; `around` are the ids of the containers that it is in."""
    node = container(value)
    if node is None:
        return [value], LEAF
    around = (*around, id(value))
    leaves: list[Any] = []
    children = []
    for key in node.keys:
        part = child(value, node.kind, key)
        if id(part) in around:
            raise _Circle(part)
        try:
            found, tree = _flatten(part, around)
        except _Circle as circle:
            if circle.head is not part:
                raise
            found, tree = [part], LEAF
        leaves += found
        children.append(tree)
    return leaves, Tree(node.kind, node.cls, node.keys, tuple(children))


def unflatten(tree: Tree, leaves: Sequence[Any]) -> Any:
    """The value with this structure and these leaves; ValueError where their number differs."""
    rest = iter(leaves)
    made = _build(tree, rest, {})
    if next(rest, rest) is not rest:
        raise ValueError(f"more than {tree.leaf_count} leaves for {tree}")
    return made


Objects = dict[type, list[Any]]  # that are linked, by class


def _build(tree: Tree, leaves: Iterator[Any], linked: Objects) -> Any:
    if tree.kind == "leaf":
        try:
            return next(leaves)
        except StopIteration:
            raise ValueError("too few leaves") from None
    if tree.kind in _BUILT:
        return _BUILT[tree.kind](tree, leaves, linked)
    return construct(tree, [_build(c, leaves, linked) for c in tree.children])


def _chosen(tree: Tree, leaves: Iterator[Any], linked: Objects) -> Any:
    number = next(leaves)
    return number if number is None else tree.keys[number]


def _rows(tree: Tree, leaves: Iterator[Any], linked: Objects) -> Any:
    columns = [next(leaves) for _ in range(tree.leaf_count)]
    rows = (_build(tree.children[0], iter(row), linked) for row in zip(*columns, strict=True))
    return tuple(rows) if tree.cls is tuple else list(rows)


def _linked(tree: Tree, leaves: Iterator[Any], _: Objects) -> Any:
    """All objects are there before any of them has its attributes, since these may be the others."""
    first, *arenas = ([next(leaves) for _ in range(c.leaf_count)] for c in tree.children)
    made: Objects = {}
    for arena, found in zip(tree.children[1:], arenas, strict=True):
        assert arena.cls is not None
        new = list if issubclass(arena.cls, list) else functools.partial(object.__new__, arena.cls)
        made[arena.cls] = [new() for _ in range(_count(arena, found))]
    for objects, arena, found in zip(made.values(), tree.children[1:], arenas, strict=True):
        rest = iter(found)
        for name, column in zip(arena.keys, arena.children, strict=True):
            for one, value in zip(objects, _build(column, rest, made), strict=True):
                if isinstance(one, list):
                    one.extend(value)
                else:
                    object.__setattr__(one, str(name), value)
    return _build(tree.children[0], iter(first), made)


def _count(arena: Tree, leaves: Sequence[Any]) -> int:
    """How many objects there are: as many as the first of their lists has elements."""
    return len(leaves[0]) if leaves else 0


def _linked_to(tree: Tree, leaves: Iterator[Any], linked: Objects) -> Any:
    number = next(leaves)
    assert tree.cls is not None
    return linked[tree.cls][number] if number >= 0 else None


def _set(tree: Tree, leaves: Iterator[Any], linked: Objects) -> Any:
    assert tree.cls is not None
    if not tree.children:
        return tree.cls(tree.keys)
    return tree.cls(_element(tree.children[0], x) for x in next(leaves))


def _element(tree: Tree, x: Any) -> Any:
    """The element of a set that one in a set of leaves stands for."""
    return tuple(map(_element, tree.children, x)) if tree.kind == "tuple" else unflatten(tree, [x])


_BUILT: dict[str, Callable[[Tree, Iterator[Any], Objects], Any]] = {
    "choice": _chosen, "rows": _rows, "set": _set, "linked": _linked, "linked_to": _linked_to,
}  # fmt: skip


def construct(tree: Tree, children: Sequence[Any]) -> Any:
    """One container from its children."""
    if tree.kind in ("list", "tuple"):
        return list(children) if tree.kind == "list" else tuple(children)
    if tree.kind == "mapping":
        return dict(zip(children[1], children[0], strict=True))
    if tree.kind == "optional":
        return children[1] if children[0] else None
    if tree.kind == "collected":
        return _collected(tree.cls, tree.keys[0], children[0])
    if tree.kind in ("constant", "text"):
        return tree.keys[0] if tree.kind == "constant" else str(tree.keys[0]).format(*children)
    named = dict(zip(tree.keys, children, strict=True))
    if tree.kind == "dict":
        return named
    assert tree.cls is not None
    if tree.kind == "namedtuple":
        return tree.cls(*children)
    return plain.construct(tree.cls, {str(name): value for name, value in named.items()})


def _collected(cls: Any, option: Any, content: Any) -> Any:
    """A deque, dict with defaults, counter or ordered dict of this content."""
    if cls is collections.deque:
        return cls(content, option)
    return cls(option, content) if cls is collections.defaultdict else cls(content)


def map_leaves(function: Callable[[Any], Any], value: Any) -> Any:
    leaves, tree = flatten(value)
    return unflatten(tree, [function(x) for x in leaves])


def paths(tree: Tree) -> list[Path]:
    """How to reach each leaf: the items and attributes to take."""
    if tree.kind in ("leaf", "choice"):
        return [()]
    if tree.kind == "collected":  # it has the items of what it is made of
        return paths(tree.children[0])
    step = "attr" if tree.kind in NAMED else "item"
    return [((step, key), *path) for key, c in zip(tree.keys, tree.children, strict=True) for path in paths(c)]


def holders(tree: Tree, around: str = "") -> list[str]:
    """Of each leaf the kind of what it is in: of an object, what its attributes hold at any depth is `inside` it.

    >>> holders(flatten({"a": 1.0, "b": [2.0]})[1])
    ['', '']
    """
    if tree.kind in ("leaf", "choice"):
        return [around]
    own = tree.kind if tree.kind in ATTRIBUTED else "inside" if around else ""
    return [kind for c in tree.children for kind in holders(c, own)]


def named(tree: Tree) -> Iterator[Tree]:
    """The parts that have a class, outermost first."""
    if tree.kind in NAMED:
        yield tree
    for part in tree.children:
        yield from named(part)


def path_text(path: Path) -> str:
    """A path as Python writes it: `['layers'][0].w`; `.__dict__['lambda']` of a name that is none."""
    return "".join(f"[{key!r}]" if step != "attr" else plain.read(key) for step, key in path)
