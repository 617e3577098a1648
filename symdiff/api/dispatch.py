"""From a call to the variant compiled for it: a chain of type tests, written as Python source.

For ``f(x, w=2.0)`` called with floats, then with arrays, the chain is

    def __call__(x, w=_absent):
        if _f.__code__ is not _code:
            return _replaced(_self, x, w)
        try:
            if w is _absent:
                w = _f.__defaults__[-1]
        except (TypeError, LookupError):
            return _missing(_self, 'w')
        if type(x) is float and type(w) is float:
            return _f0(x, w)
        if (type(x) is _ndarray and (x.dtype is _f8 or x.dtype == _f8) and len(v0 := x.shape) == 1 and 1 not in v0
                and type(w) is float):
            return _f1(x, w)
        return _miss(_self, x, w)

which finds a variant in about 0.1 µs; `inspect.signature(…).bind` alone takes 4.  What a variant captured is read anew
at each call by a function of its own, which gives None when the variant does not hold any more.  What the function was
made from, and its defaults, are looked at in place: see `symdiff.api.definition`.
"""

from __future__ import annotations

import builtins
import itertools
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symdiff import plain, trees
from symdiff.api.definition import Definition
from symdiff.api.listed import fits, found
from symdiff.api.parameters import KEYWORD_ONLY, POSITIONAL_ONLY, Parameter
from symdiff.errors import Problem
from symdiff.ir.types import PYTHON_NAMES, AVal, Kind, Object, object_of
from symdiff.signature import ABSENT, Argument, Guard, Opaque, Outer, Param, Signature, Static, Unread
from symdiff.trees import NAMED, Tree, only_fields

_SIMPLE_KEYS = (str, int)
_BUILTINS = ("type", "len", "tuple", "list", "dict", "float", "int", "complex", "str", "bool")
_IDENTITY = (types.FunctionType, types.BuiltinFunctionType, types.ModuleType, type, np.ufunc)


@dataclass(frozen=True, slots=True)
class Form:
    """What is given back of what a compiled function returns: as an expression, and as a function."""

    text: str
    apply: Callable[[Any], Any]


AS_IS = Form("{}", lambda result: result)


@dataclass(frozen=True, slots=True, eq=False)
class Variant:
    """One compiled function: takes the user's arguments, and what was captured by keyword."""

    signature: Signature
    call: Callable[..., Any]
    captured: tuple[Param, ...] = ()
    guards: tuple[Guard, ...] = ()
    keywords: tuple[str, ...] = ()  # by which `call` takes what was captured
    changed: tuple[tuple[str, Problem], ...] = ()  # parameters that may not have their defaults, which it would change
    outer: tuple[Outer, ...] = ()  # what of the arguments may not be what is read from outside

    @property
    def reads(self) -> bool:
        """Whether anything from outside is looked at; where no name leads to it, it stays as it was."""
        return bool(self.captured or self.outer) or any(guard.home is not None for guard in self.guards)


class Chain:
    """The generated functions over some variants: `call` (a ``__call__``), and per variant its `readers`."""

    def __init__(
        self,
        name: str,
        parameters: Sequence[Parameter],
        definition: Definition,
        variants: Sequence[Variant],
        form: Form,
        own: object,
        others: Mapping[str, Callable[..., Any]],
    ) -> None:
        """`others` are called with `own` first: where no variant fits (`miss`), where the function has another code
        (`replaced`), and where a default is not there any more (`missing`)."""
        self.parameters, self.definition, self.form = parameters, definition, form.text
        names = [p.name for p in parameters]
        self.prefix = "_"
        while any(name.startswith(self.prefix) for name in names):
            self.prefix += "_"
        self.space: dict[str, Any] = {f"{self.prefix}ndarray": np.ndarray, f"{self.prefix}self": own}
        self.space |= {f"{self.prefix}{name}": function for name, function in others.items()}
        self._count = 0
        # A parameter may be called `type` or `len`.
        self.builtin = {b: b if b not in names else self.constant(getattr(builtins, b)) for b in _BUILTINS}
        self._same = self.constant(_same)
        lines = [line for k, v in enumerate(variants) for line in self.reader(k, v)]
        lines += self.call_lines(variants)
        text = "\n".join(lines) + "\n"
        exec(compile(text, f"<symdiff call of {name}>", "exec", dont_inherit=True), self.space)
        self.text = text
        self.call: Any = self.space["__call__"]
        self.call.__qualname__ = name  # in the messages for missing arguments and for too many
        self.readers: list[Callable[[], Any] | None] = [
            self.space.get(f"{self.prefix}read{k}") for k in range(len(variants))
        ]

    # --- names

    def fresh(self, stem: str) -> str:
        self._count += 1
        return f"{self.prefix}{stem}{self._count}"

    def constant(self, value: object) -> str:
        """A name for an object, in the namespace of the chain."""
        for name, known in self.space.items():
            if known is value:
                return name
        name = self.fresh("c")
        self.space[name] = value
        return name

    # --- the chain

    def call_lines(self, variants: Sequence[Variant]) -> Iterator[str]:
        own = f"{self.prefix}self"
        yield f"def __call__({self.header()}):"
        given = [p.name for p in self.parameters]
        miss = f"{self.prefix}miss({', '.join([own, *given])})"
        replaced = list(self.definition_tests())
        if replaced:
            yield f"    if {' or '.join(replaced)}:"
            yield f"        return {self.prefix}replaced({', '.join([own, *given])})"
        yield from self.default_lines(own)
        for k, variant in enumerate(variants):
            function = f"{self.prefix}f{k}"
            self.space[function] = variant.call
            tests = [t for a in variant.signature.arguments for t in self.argument_tests(a)]
            tests += [f"{n} is not {self.place(n)}" for n, _ in variant.changed if n in self.definition.places]
            tests += [f"{a} is not {b}" for a, b in itertools.combinations(found(variant.signature), 2)]
            extra = []
            if variant.reads:
                held = f"{self.prefix}held"
                tests.append(f"({held} := {self.prefix}read{k}()) is not None")
                extra = [f"{name}={held}[{i}]" for i, name in enumerate(variant.keywords)]
                for i, outer in enumerate(variant.outer, len(variant.captured)):
                    tests.append(f"{self.stepped(*outer.argument)} is not {held}[{i}]")
            yield f"    if {' and '.join(tests) or 'True'}:"
            call = f"{function}({', '.join([*given, *extra])})"
            yield f"        return {self.form.format(call)}"
        yield f"    return {miss}"

    def default_lines(self, own: str) -> Iterator[str]:
        """Statements that read the defaults that are used, as they are now."""
        for name in (p.name for p in self.parameters if self.kept(p)):
            yield "    try:"
            yield f"        if {name} is {self.constant(ABSENT)}:"
            yield f"            {name} = {self.place(name)}"
            yield "    except (TypeError, LookupError):"
            yield f"        return {self.prefix}missing({own}, {name!r})"

    def kept(self, parameter: Parameter) -> bool:
        """Whether a parameter has a default that may be replaced."""
        return not parameter.required and parameter.name in self.definition.places

    def place(self, name: str) -> str:
        home, attribute, key = self.definition.places[name]
        return f"{self.constant(home)}.{attribute}[{key!r}]"

    def definition_tests(self) -> Iterator[str]:
        """Conditions under which the function is another than when this chain was made."""
        for home, attribute, value in self.definition.parts:
            yield f"{self.constant(home)}.{attribute} is not {self.constant(value)}"
        for made, names in self.definition.keywords:
            yield f"{self.builtin['tuple']}({self.constant(made)}.keywords) != {self.constant(names)}"

    def header(self) -> str:
        """The user's parameter list, defaults taken from the namespace."""
        parts: list[str] = []
        before = ""
        for p in self.parameters:
            if before == POSITIONAL_ONLY != p.kind:
                parts.append("/")
            if p.kind == KEYWORD_ONLY != before:
                parts.append("*")
            before = p.kind
            parts.append(p.name if p.required else f"{p.name}={self.default(p)}")
        if before == POSITIONAL_ONLY:
            parts.append("/")
        return ", ".join(parts)

    def default(self, parameter: Parameter) -> str:
        if self.kept(parameter):
            return self.constant(ABSENT)
        name = self.fresh("d")
        self.space[name] = parameter.default
        return name

    # --- tests of one argument

    def argument_tests(self, argument: Argument) -> Iterator[str]:
        if argument.listed:
            yield f"{self.constant(fits)}({argument.name}, {self.constant(argument)})"
        else:
            yield from self.tree_tests(argument.name, argument.tree, iter(argument.leaves))

    def tree_tests(self, value: str, tree: Tree, leaves: Iterator[AVal | Static]) -> Iterator[str]:
        if tree.kind == "leaf":
            yield from self.leaf_tests(value, next(leaves))
            return
        yield self.container_test(value, tree)
        for key, child in zip(tree.keys, tree.children, strict=True):
            part = self.fresh("v")
            tests = list(self.tree_tests(part, child, leaves))
            if not tests:
                continue
            reached = self.step(value, "attr" if tree.kind in NAMED else "item", key)
            yield tests[0].replace(part, f"({part} := {reached})", 1)
            yield from tests[1:]

    def container_test(self, value: str, tree: Tree) -> str:
        if tree.kind == "dataclass":
            names = self.constant(tree.keys)
            return (
                f"{self.type_test(value, self.constant(tree.cls))} and {self.constant(only_fields)}({value}, {names})"
            )
        if tree.kind == "object":
            assert tree.cls is not None
            has = self.constant(hasattr if plain.lookup(tree.cls, "__getattr__") is None else plain.is_set)
            own = plain.conditions(value, tree.cls, tree.keys, f"{value}.__dict__", has)
            return " and ".join([self.type_test(value, self.constant(tree.cls)), *own])
        if tree.kind == "namedtuple":
            return self.type_test(value, self.constant(tree.cls))
        test = self.type_test(value, self.builtin[tree.kind])
        if tree.kind == "dict":
            return f"{test} and {self.builtin['tuple']}({value}) == {self.constant(tree.keys)}"
        return f"{test} and {self.builtin['len']}({value}) == {len(tree.keys)}"

    def type_test(self, value: str, cls: str) -> str:
        return f"{self.builtin['type']}({value}) is {cls}"

    def step(self, value: str, step: str, key: Any) -> str:
        if step == "attr":
            return value + plain.read(key)
        if step == "has":
            return f"{self.constant(hasattr)}({value}, {key!r})"
        if step == "contents":
            return f"{self.constant(trees.contents)}({value})"
        if step == "get":
            return f"{self.constant(getattr)}({value}, {key!r}, {self.constant(ABSENT)})"
        return f"{value}[{repr(key) if type(key) in _SIMPLE_KEYS else self.constant(key)}]"

    def leaf_tests(self, value: str, leaf: AVal | Static) -> Iterator[str]:
        if isinstance(leaf, Opaque):
            yield f"{value} is {self.constant(leaf.value)}"
        elif isinstance(leaf, Static):
            if not isinstance(leaf.value, Unread):
                yield self.static_test(value, leaf.value)
        elif isinstance(leaf, Object):
            yield f"{self.constant(_is_of)}({value}, {leaf.cls!r})"
        elif leaf.kind is Kind.PYTHON:
            yield self.type_test(value, self.builtin[PYTHON_NAMES[leaf.dtype]])
        elif leaf.kind is Kind.NUMPY:
            yield self.type_test(value, self.constant(np.dtype(leaf.dtype).type))
        else:
            yield from self.array_tests(value, leaf)

    def static_test(self, value: str, known: object) -> str:
        if known is None or isinstance(known, bool):
            return f"{value} is {known}"
        if isinstance(known, _IDENTITY):
            return f"{value} is {self.constant(known)}"
        if type(known) in (int, str):
            return f"{self.type_test(value, self.builtin[type(known).__name__])} and {value} == {known!r}"
        return f"{self._same}({value}, {self.constant(known)})"

    def array_tests(self, value: str, t: AVal) -> Iterator[str]:
        """Sizes of 1 are 1 and the others are not: a size that happens to be 1 may broadcast."""
        yield self.type_test(value, f"{self.prefix}ndarray")
        dtype = self.constant(np.dtype(t.dtype))
        yield f"({value}.dtype is {dtype} or {value}.dtype == {dtype})"
        if not t.rank:
            yield f"{value}.ndim == 0"
            return
        shape = self.fresh("v")
        yield f"{self.builtin['len']}({shape} := {value}.shape) == {t.rank}"
        if not any(isinstance(d, int) for d in t.shape):
            yield f"1 not in {shape}"
            return
        for axis, d in enumerate(t.shape):
            yield f"{shape}[{axis}] == {d}" if isinstance(d, int) else f"{shape}[{axis}] != 1"

    # --- what was captured

    def reader(self, k: int, variant: Variant) -> Iterator[str]:
        """A function that reads what variant `k` captured; it returns None where that is no more what it was."""
        if not variant.reads:
            return
        yield f"def {self.prefix}read{k}():"
        yield "    try:"
        yield "        pass"
        for guard in (g for g in variant.guards if g.home is not None):
            yield f"        if not ({self.guard_test(guard)}):"
            yield "            return None"
        values = []
        for param in variant.captured:
            if param.home is None:
                values.append(self.constant(param.value))
                continue
            values.append(self.fresh("h"))
            yield f"        {values[-1]} = {self.reached(param.home, param.argument, param.path)}"
            yield f"        if not ({' and '.join(self.leaf_tests(values[-1], param.type))}):"
            yield "            return None"
        for outer in variant.outer:
            values.append(self.fresh("h"))
            found = self.constant(outer.value)
            if outer.home is not None:
                found = self.reached(outer.home, outer.name, outer.path)
            yield f"        {values[-1]} = {found}"
        yield "    except (LookupError, AttributeError, TypeError, ValueError):"
        yield "        return None"
        yield f"    return ({''.join(v + ', ' for v in values)})"

    def reached(self, home: object, name: str, path: trees.Path) -> str:
        found = self.constant(home)
        if isinstance(home, types.FunctionType):
            found += f".{name}"
        else:
            found += ".cell_contents" if isinstance(home, types.CellType) else f"[{name!r}]"
        return self.stepped(found, path)

    def stepped(self, found: str, path: trees.Path) -> str:
        for step, key in path:
            found = self.step(found, step, key)
        return found

    def guard_test(self, guard: Guard) -> str:
        if guard.absent:
            return f"{guard.name!r} not in {self.constant(guard.home)}"
        if guard.together:
            every = ", ".join(self.reached(*place) for place in guard.together)
            return f"{self.constant(trees.sharing)}(({every})) == {guard.value}"
        found = self.reached(guard.home, guard.name, guard.path)
        if guard.by_identity:
            return f"{found} is {self.constant(guard.value)}"
        return f"{self.constant(guard)}.holds({found})"


def _is_of(value: object, cls: str) -> bool:
    return object_of(type(value)).cls == cls


def _same(value: object, known: object) -> bool:
    return Static(value) == Static(known)
