"""Classes in the results of a module, which imports nothing of the user's.

An object of an argument's class is made by that argument's class, and a namespace is a `types.SimpleNamespace`.  Every
other class is written into the module under its name, with its fields: a named tuple as a `typing.NamedTuple`, a
dataclass or an object of another class as a dataclass, without methods.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from symdiff import plain
from symdiff.codegen import functions
from symdiff.codegen.names import identifier
from symdiff.errors import UsageError
from symdiff.signature import Lowered, Static
from symdiff.trees import LINKED, NAMED, OF_RESULTS, Tree, named

NAMESPACE = "types.SimpleNamespace"


@dataclass(slots=True)
class Written:
    """A class that a module defines."""

    name: str
    kind: str
    frozen: bool
    fields: dict[str, str] = field(default_factory=dict)  # -> annotation

    def text(self) -> str:
        if self.kind == "namedtuple":
            head = f"class {self.name}(typing.NamedTuple):"
        else:
            head = f"@dataclasses.dataclass{'(frozen=True)' if self.frozen else ''}\nclass {self.name}:"
        rows = [f"    {name}: {annotation}" for name, annotation in self.fields.items()]
        return "\n".join(
            [head, f'    """`{self.name}` of a result, with its fields."""', *(["", *rows] if rows else [])]
        )


def of_result(lowered: Lowered, made: dict[type, Written], taken: Set[str]) -> str:
    """The annotation of the result; the classes in it that no argument has are added to `made`.

    `taken` are names that they must not have.  UsageError SD724 for a class whose fields cannot be written.
    """
    given = {tree.cls for a in lowered.signature.arguments for tree in named(a.tree)}
    staged = iter(lowered.program.main.body.outs)
    leaves = [functions.annotation(next(staged).type) if s is None else _known(s) for s in lowered.out_static]
    return _add(lowered.out, iter(leaves), made, given, taken)


def _add(tree: Tree, leaves: Iterator[str], made: dict[type, Written], given: Set[type | None], taken: Set[str]) -> str:
    """The annotation of a part of the result."""
    if tree.kind in LINKED:
        raise UsageError.of("SD749")
    if tree.kind in ("leaf", "choice"):
        leaf = next(leaves)
        return leaf if tree.kind == "leaf" else "str" if all(isinstance(key, str) for key in tree.keys) else "object"
    if tree.kind in ("rows", "set"):
        for _ in range(tree.leaf_count):
            next(leaves)
        for child in tree.children:
            _add(child, iter(("object",) * child.leaf_count), made, given, taken)
        return "list" if tree.cls is None else tree.cls.__name__
    parts = [_add(child, leaves, made, given, taken) for child in tree.children]
    if tree.kind == "collected" and tree.cls is not None:
        return f"collections.{tree.cls.__name__}"
    if tree.kind in OF_RESULTS:
        return "dict" if tree.kind == "mapping" else "object"
    if tree.kind not in NAMED:
        return tree.kind
    assert tree.cls is not None
    if tree.cls in given:
        return "object"
    if plain.made_by_keywords(tree.cls):
        return NAMESPACE
    names = list(map(str, tree.keys))
    hidden = "_" if tree.kind == "namedtuple" else "__"
    if any(not name.isidentifier() or name.startswith(hidden) for name in names):
        message = f"a generated module cannot make the result's class {tree.cls.__name__} with these fields: "
        raise UsageError(message + ", ".join(names), code="SD724")
    found = made.get(tree.cls)
    if found is None:
        others = {w.name for w in made.values()}
        found = Written(identifier(tree.cls.__name__, {*taken, *others}), tree.kind, _frozen(tree.cls))
        made[tree.cls] = found
    annotations = dict(zip(names, parts, strict=True))
    for name in plain.in_class_order(tree.cls, names) if tree.kind == "object" else names:
        annotation = annotations[name]
        if found.fields.setdefault(name, annotation) != annotation or annotation == found.name:
            found.fields[name] = "object"
    return found.name


def maker(arguments: Sequence[tuple[str, Tree]], made: Mapping[type, Written]) -> functions.Maker:
    """How objects of a result are made: by classes of the arguments, given by expression and tree, or the module's."""
    known: dict[type | None, str] = {}
    for base, tree in arguments:
        for text, node in zip(functions.classes(base, tree), named(tree), strict=True):
            known.setdefault(node.cls, text)

    def find(tree: Tree) -> Callable[[Sequence[str]], str]:
        if tree.cls in known or plain.made_by_keywords(tree.cls):
            return functions.made_by(known.get(tree.cls, NAMESPACE), tree)
        assert tree.cls is not None
        name = made[tree.cls].name
        return lambda parts: f"{name}({', '.join(functions.by_name(tree, parts))})"

    return find


def _frozen(cls: type) -> bool:
    parameters = getattr(cls, "__dataclass_params__", None)
    return bool(parameters is not None and parameters.frozen)


def _known(static: Static) -> str:
    return "None" if static.value is None else type(static.value).__name__
