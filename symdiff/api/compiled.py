"""Functions that are compiled when they are called: one variant per signature, found by a generated chain of tests."""

from __future__ import annotations

import functools
import inspect
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from types import FunctionType, MethodType
from typing import Any, ClassVar, NoReturn, Self

import numpy as np

from symdiff.api import listed
from symdiff.api.definition import Definition
from symdiff.api.dispatch import AS_IS, Chain, Form, Variant
from symdiff.api.parameters import KEYWORD_ONLY, POSITIONAL_ONLY, Parameter, name_of, parameters_of
from symdiff.errors import CheckError, CompileError, SymdiffError, UsageError
from symdiff.frontend.formula import Formula
from symdiff.frontend.wrappers import counting
from symdiff.signature import ABSENT, Leaf, Lowered, Signature, Static, Unread, from_values, leaf_names
from symdiff.trees import Tree, child, construct, flatten, paths, reached

Reader = Callable[[], Any]
MOST_VARIANTS = 64
_LEVELS = (0, 1, 2)


def check_level(level: object) -> None:
    """UsageError SD715 for what is no optimisation level."""
    if type(level) is not int or level not in _LEVELS:
        raise UsageError.of("SD715", option="level", value=repr(level), choices="0, 1, 2")


class Compiled:
    """A callable with the parameters of `fun` that compiles itself for each new signature.

    Each instance is the only one of a class of its own: Python looks `__call__` up on the class, and the generated
    chain is put there, so that a call costs no wrapper.  Subclasses say what is compiled, by `build`.
    """

    takes: ClassVar[tuple[str, ...]] = ()  # the options that make an equal one, by attribute name
    lists: ClassVar[bool] = False  # whether one variant may serve lists of any length: `relisted` gives them back

    def __new__(cls, *args: Any, **options: Any) -> Self:
        return super().__new__(type(cls.__name__, (cls,), {"__doc__": cls.__doc__, "__module__": cls.__module__}))

    def __init__(self, fun: Callable[..., Any], level: int = 2, static: str | Sequence[str] = ()) -> None:
        check_level(level)
        self.fun = fun
        self.level = level
        self.static = (static,) if isinstance(static, str) else tuple(static)
        self.parameters, self.counting = parameters_of(fun), _looking(fun)
        self.definition = Definition(fun, self.parameters)
        names = [p.name for p in self.parameters]
        for name in self.static:
            if name not in names:
                raise UsageError.of("SD702", function=name_of(fun), name=name, parameters=", ".join(names) or "none")
        functools.update_wrapper(self, fun, updated=())
        self._lock = threading.RLock()
        self._variants: tuple[Variant, ...] = ()
        self._requests: dict[Signature, tuple[set[Leaf], set[str]]] = {}
        self._of_known_length: set[Signature] = set()  # what is compiled for each length of its lists alone
        self._chain: Chain | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The first call; it puts the chain in this method's place."""
        with self._lock:
            if self._chain is None:
                self._rebuild()
        return self(*args, **kwargs)

    # --- what a subclass says

    def build(self, signature: Signature) -> tuple[Lowered, Callable[..., Any]]:
        """Compile: what was lowered, and the function that takes the arguments (and what was captured by keyword)."""
        raise NotImplementedError

    def lowered(self, signature: Signature) -> Lowered:
        """This function as a program, for the derivative of a derivative."""
        raise UsageError.of("SD725", kind=type(self).__name__.lower(), function=name_of(self.fun))

    def form(self) -> Form:
        """What a call gives back of what the compiled function returns."""
        return AS_IS

    def call_names(self) -> list[str]:
        """Of each parameter of a call the argument that it is like."""
        return [p.name for p in self.parameters]

    def relisted(self, result: Any, back: Mapping[str, listed.Back]) -> Any:
        """What the compiled function returns, with lists for what is like an argument in `back`."""
        return result

    def as_given(self, count: int, names: Sequence[str]) -> Compiled | None:
        """What serves calls with so many arguments by position and these by name, of a wrapper that looks at them."""
        return None

    def call_parameters(self) -> tuple[Parameter, ...]:
        """The parameters of a call: those of `fun`, and what a subclass adds."""
        return self.parameters

    # --- variants

    def _rebuild(self) -> None:
        name, parameters = name_of(self.fun), self.call_parameters()
        self._chain = Chain(name, parameters, self.definition, self._variants, self.form(), self, _OTHERS)
        call = self._chain.call if self.counting is None else _every_one(self._chain.call, self, self.counting)
        type(self).__call__ = staticmethod(call)  # type: ignore[method-assign]  # one call less

    def variant(self, values: Sequence[Any]) -> tuple[Variant, Mapping[str, Any]]:
        """The variant for these arguments, compiled if there is none yet, and what it captured as keywords."""
        given = {p.name: value for p, value in zip(self.parameters, values, strict=False)}
        with self._lock:
            general = self._general(given)
            signature = self._narrowed(general, given)
            for variant, read in self._held():
                if variant.signature == signature and (read is None or read() is not None):
                    self._refuse_shared(variant, given, read)
                    return variant, self._captured(variant, read)
            try:
                made = self._compile(general, signature, given)
            except SymdiffError:
                if not listed.found(general):
                    raise
                self._of_known_length.add(general)
                return self.variant(values)
            self._variants = (*self._with_room(made.signature), made)
            self._rebuild()
            read = self._held()[-1][1]
            self._refuse_shared(made, given, read)
            return made, self._captured(made, read)

    def _renew(self) -> None:
        """Forget what was compiled: the function has another code.  UsageError where it has other parameters."""
        found = parameters_of(self.fun)
        before, now = (", ".join(p.name for p in parameters) for parameters in (self.parameters, found))
        if [(p.name, p.kind) for p in found] != [(p.name, p.kind) for p in self.parameters]:
            raise UsageError.of("SD731", function=name_of(self.fun), before=before or "none", now=now or "none")
        self.parameters, self.definition = found, Definition(self.fun, found)
        self.counting = _looking(self.fun)
        self._variants = ()
        self._requests.clear()
        self._of_known_length.clear()
        self._rebuild()

    def _refuse_shared(self, variant: Variant, given: Mapping[str, Any], read: Reader | None) -> None:
        """CompileError where an argument that the function changes is the default, which is made once, or something
        that it reads from outside."""
        problems = [
            problem
            for name, problem in variant.changed
            if name in self.definition.places and given[name] is self.definition.places[name].read()
        ]
        held = (None if read is None else read()) or ()
        for outer, now in zip(variant.outer, held[len(variant.captured) :], strict=False):
            name, path = outer.argument
            if reached(given[name], path) is now:
                problems.append(outer.problem)
        if problems:
            raise CompileError(problems)

    def _held(self) -> list[tuple[Variant, Reader | None]]:
        """The variants, each with what reads the data it captured."""
        readers = self._chain.readers if self._chain is not None else []
        return list(zip(self._variants, readers, strict=True))

    def _captured(self, variant: Variant, read: Reader | None) -> Mapping[str, Any]:
        held = None if read is None else read()
        if held is None:  # changed by another thread just now: what it was when the variant was made
            held = [p.value for p in variant.captured]
        return dict(zip(variant.keywords, held, strict=False))  # behind them: `outer`

    def signature_of(self, given: Mapping[str, Any], lists: bool = False) -> Signature:
        static = [leaf for name in self.static for leaf in _leaves(name, given[name])]
        return from_values(given, static=static, lists=lists)

    def _general(self, given: Mapping[str, Any]) -> Signature:
        """The signature with lists of any length, unless the function was found to ask for what is in them."""
        lists = self.lists and not isinstance(self.fun, (Compiled, Formula)) and listed.distinct(given)
        found = self.signature_of(given, lists)
        return self.signature_of(given) if found in self._of_known_length else found

    def _narrowed(self, general: Signature, given: Mapping[str, Any]) -> Signature:
        """The signature with what the function asked for, when it was compiled for such arguments before."""
        if general not in self._requests:
            return general
        static, sizes = self._requests[general]
        forced = [leaf for name in self.static for leaf in _leaves(name, given[name])]
        return from_values(given, static=[*forced, *static], sizes=sizes, lists=bool(listed.found(general)))

    def _compile(self, general: Signature, signature: Signature, given: Mapping[str, Any]) -> Variant:
        from symdiff.frontend.python.problems import Respecialise

        while True:
            try:
                lowered, function = self.build(signature)
                function = listed.around(self, lowered, function)
            except Respecialise as request:
                if listed.asks_for_length(general, request.sizes):
                    raise
                static, sizes = self._requests.setdefault(general, (set(), set()))
                before = (len(static), len(sizes))
                static.update(request.static)
                sizes.update(request.sizes)
                narrowed = self._narrowed(general, given)
                if (len(static), len(sizes)) == before or narrowed == signature:
                    raise CompileError(request.problems) from None
                signature = narrowed
                continue
            captured = tuple(p for p in lowered.params if p.captured)
            keywords = _keyword_names(function, len(captured))
            return Variant(signature, function, captured, lowered.guards, keywords, lowered.changed, lowered.outer)

    def _with_room(self, signature: Signature) -> tuple[Variant, ...]:
        """The variants to keep; those that no longer hold go first."""
        if len(self._variants) < MOST_VARIANTS:
            return self._variants
        kept = tuple(variant for variant, read in self._held() if read is None or read() is not None)
        if len(kept) < MOST_VARIANTS:
            return kept
        name = _what_varies(kept[-1].signature, signature)
        raise UsageError.of("SD602", function=name_of(self.fun), count=len(kept), budget=MOST_VARIANTS, name=name)

    def last_signature(self) -> Signature | None:
        """What was compiled for last."""
        return self._variants[-1].signature if self._variants else None

    # --- as an object

    def options(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("level", "static", *self.takes)}

    def __reduce__(self) -> str | tuple[Any, ...]:
        """By name where the name means this object (a decorated function), else by function and options."""
        return reached_by_name(self) or (_remade, (type(self).__mro__[1], self.fun, self.options()))

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __repr__(self) -> str:
        chosen = ", ".join(f"{name}={value!r}" for name, value in self.options().items() if value not in ((), None))
        return f"<symdiff {type(self).__name__.lower()} of {name_of(self.fun)}: {chosen}>"


def _looking(fun: Callable[..., Any]) -> FunctionType | None:
    """The wrapper in `fun` that looks at which arguments are given, also under derivatives."""
    return fun.counting if isinstance(fun, Compiled) else counting(fun)


def _missed(compiled: Compiled, *values: Any) -> Any:
    """What the chain calls when no variant fits."""
    values = _in_memory(values)
    variant, captured = compiled.variant(values)
    return compiled.form().apply(variant.call(*values, **captured))


def _replaced(compiled: Compiled, *values: Any) -> Any:
    """What the chain calls where the function has another code: a new chain, and that is called."""
    with compiled._lock:
        if not compiled.definition.holds():
            compiled._renew()
    args, named = [], {}
    for p, value in zip(compiled.call_parameters(), values, strict=True):
        if value is not ABSENT and p.kind == POSITIONAL_ONLY:
            args.append(value)
        elif value is not ABSENT:
            named[p.name] = value
    return compiled(*args, **named)


def _missing(compiled: Compiled, name: str) -> NoReturn:
    """What the chain calls where an argument is not given and has no default any more."""
    raise TypeError(f"{name_of(compiled.fun)}() missing 1 required argument: {name!r}")


def _every_one(call: Any, compiled: Compiled, wrapper: FunctionType) -> Callable[..., Any]:
    """The chain of what a wrapper looks at by its stars, where every argument is given as it is.

    Another call is one of another function, if there is one for it, else UsageError SD732.
    """
    parameters, function = compiled.call_parameters(), name_of(compiled.fun)
    by_position = [p.name for p in parameters if p.kind == POSITIONAL_ONLY]
    by_name = {p.name for p in parameters} - set(by_position)
    most = sum(p.kind != KEYWORD_ONLY for p in parameters)
    required = {p.name for p in parameters if p.kind == KEYWORD_ONLY and p.required}
    others: dict[tuple[int, tuple[str, ...]], Compiled | None] = {}

    def every_one(*args: Any, **kwargs: Any) -> Any:
        if not len(by_position) <= len(args) <= most or kwargs.keys() - by_name or required - kwargs.keys():
            key = len(args), tuple(kwargs)
            if key not in others:
                others[key] = compiled.as_given(*key)
            other = others[key]
            if other is not None:
                return other(*args, **kwargs)
            given = ", ".join([*by_position, *(f"{p.name}={p.name}" for p in parameters if p.name in by_name)])
            place = f"{wrapper.__code__.co_filename}:{wrapper.__code__.co_firstlineno}"
            raise UsageError.of("SD732", function=function, given=given, place=place)
        return call(*args, **kwargs)

    return every_one


_OTHERS = {"miss": _missed, "replaced": _replaced, "missing": _missing}


def _in_memory(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """The values with files mapped to memory as plain arrays, which is what compiled functions take."""
    leaves, structure = flatten(values)
    if not any(isinstance(leaf, np.memmap) for leaf in leaves):
        return values
    made: dict[int, Any] = {}  # what is one object stays one

    def plain(value: Any, tree: Tree) -> Any:
        if id(value) not in made:
            if tree.kind == "leaf":
                made[id(value)] = value.view(np.ndarray) if isinstance(value, np.memmap) else value
            else:
                parts = zip(tree.keys, tree.children, strict=True)
                made[id(value)] = construct(tree, [plain(child(value, tree.kind, key), c) for key, c in parts])
        return made[id(value)]

    return tuple(map(plain, values, structure.children))


def reached_by_name(decorated: Any) -> str:
    """The qualified name of an object, if its module has it there; else nothing."""
    found: Any = sys.modules.get(getattr(decorated, "__module__", ""))
    for part in getattr(decorated, "__qualname__", "").split("."):
        found = getattr(found, part, None)
    return str(decorated.__qualname__) if found is decorated else ""


def _remade(cls: type[Compiled], fun: Callable[..., Any], options: Mapping[str, Any]) -> Compiled:
    return cls(fun, **options)


def _leaves(name: str, value: Any) -> list[Leaf]:
    return [(name, path) for path in paths(flatten(value)[1])]


def _keyword_names(function: Callable[..., Any], count: int) -> tuple[str, ...]:
    """The keyword-only parameters of a generated function: the names it gave to what was captured, in order."""
    if not count:
        return ()
    code = inspect.unwrap(function).__code__
    return tuple(code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount])


def _what_varies(left: Signature, right: Signature) -> str:
    for a, b in zip(left.arguments, right.arguments, strict=True):
        if a != b:
            return a.name
    return "the captured data"


# What can be differentiated by --------------------------------------------------------------------------------------


def check_differentiable(signature: Signature, names: Sequence[str], function: str) -> None:
    """CheckError SD705 naming the first leaf of the arguments `names` that is no float."""
    for name in names:
        argument = signature[name]
        for written, leaf in zip(leaf_names(argument), argument.leaves, strict=True):
            if not _is_float(leaf) and not (_is_none(leaf) and written != name):
                found = CheckError.of("SD705", name=written, function=function, type=_type_text(leaf))
                way_out = "" if written == name else f" (pass what has no derivative in another argument than {name})"
                raise CheckError(f"{found.args[0]}{way_out}", code=found.code)


def _is_float(leaf: object) -> bool:
    return not isinstance(leaf, Static) and bool(getattr(leaf, "inexact", False))


def _is_none(leaf: object) -> bool:
    return isinstance(leaf, Static) and leaf.value is None


def _type_text(leaf: object) -> str:
    if not isinstance(leaf, Static):
        return str(leaf)
    if isinstance(leaf.value, Unread):
        return leaf.value.type
    return "None" if leaf.value is None else type(leaf.value).__name__
