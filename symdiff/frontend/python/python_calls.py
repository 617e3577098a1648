"""Python's builtins and the few modules of the standard library that functions of numbers use."""

from __future__ import annotations

import ast
import builtins
import copy
import dataclasses
import functools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from symdiff.frontend.python import (
    calls,
    classes,
    comprehensions,
    containers,
    copies,
    dataclass_calls,
    desugar,
    folds,
    foreign,
    iterated,
    iterators,
    keyed,
    keys,
    library_calls,
    list_changes,
    memory,
    objects,
    operators,
    ordering,
    output,
    raising,
    reflection,
    rolled,
    sets,
    sets_of_the_run,
    special_methods,
    values,
)
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.foreign_names import Stream
from symdiff.frontend.python.values import (
    NONE,
    POISON,
    Cell,
    Foreign,
    Known,
    ListRef,
    Num,
    ObjRef,
    Partial,
    Sequence_,
    SliceVal,
    Struct,
    Val,
)
from symdiff.frontend.spelled import collected
from symdiff.frontend.spelled.keyed import Keyed
from symdiff.ir.types import Kind

Args = list[Val]
Kwargs = dict[str, Val]
_REFUSED = {"eval", "exec", "compile", "globals", "locals", "__import__", "dir"}
_PURE = (
    str,
    repr,
    format,
    chr,
    ord,
    hash,
    slice,
    complex,
    bytes,
    hex,
    oct,
    bin,
    divmod,
    pow,
    isinstance,
    issubclass,
    callable,
)


def call_builtin(cx: Context, node: ast.AST, obj: Any, args: Args, kwargs: Kwargs) -> Val | None:
    """A builtin's result; None where `obj` is no builtin with a meaning here."""
    name = _NAMES.get(id(obj))
    if name == "reversed" and len(args) == 1 and not kwargs:
        return iterators.backwards(cx, node, args[0])
    before: dict[Cell, Any] = {}  # of sets that are run over
    if name in _ITERATING and not (name in ("max", "min") and len(args) > 1):  # of objects, which are compared
        over = iterators.whole if name in _COMBINING else special_methods.iterated
        given = 1 if name in ("sum", "enumerate") else len(args)  # the rest is no iterable
        if any(raising.of_a_number(cx, node, a, "'{}' object is not iterable") for a in args[:given]):
            return POISON
        if name == "sorted" and not kwargs and args and sets_of_the_run.holds(args[0]):
            return sets_of_the_run.consumed(cx, node, name, args[0], kwargs)
        kwargs = keyed.sorted_by_keys(args, kwargs) if name == "sorted" else kwargs
        before = sets_of_the_run.contents(cx, args)
        elements = [sets.consumed(cx, node, name, a, kwargs) for a in args[:given]]
        args = [*(sets.consumed(cx, node, name, over(cx, node, a), kwargs) for a in elements), *args[given:]]
    if name is not None:
        made = POISON if memory.is_poison(*args, *kwargs.values()) else _BUILTINS[name](cx, node, args, kwargs)
        changed = any(cx.store.get(cell) is not content for cell, content in before.items())
        return iterated.refuse(cx, node, "set") if changed else made
    if getattr(obj, "__module__", None) == "builtins" and getattr(obj, "__name__", "") in _REFUSED:
        return cx.refuse("SD206", node, name=obj.__name__)
    if obj is vars:
        return _vars(cx, node, args, kwargs)
    if obj in (copy.copy, copy.deepcopy) and len(args) == 1:
        return (copies.copied if obj is copy.copy else copies.deeply_copied)(cx, node, args[0])
    if obj is dataclasses.replace and len(args) == 1:
        return objects.replaced(cx, node, args[0], kwargs)
    if obj is functools.partial and args:
        return Partial(args[0], tuple(args[1:]), kwargs)
    found = dataclass_calls.call(cx, node, obj, args, kwargs) or library_calls.call(cx, node, obj, args, kwargs)
    if found is not None:
        return found
    if any(obj is p for p in _PURE):
        return _pure(cx, node, obj, args, kwargs)
    if isinstance(obj, type) and issubclass(obj, BaseException):
        return cx.refuse("SD230", node, construct=cx.text(node))
    return None


def _vars(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    """`vars(x)` of an object; without one it is all names there are."""
    if len(args) != 1 or kwargs:
        return cx.refuse("SD206", node, name="vars")
    return objects.read(cx, node, args[0], "__dict__")


def _pure(cx: Context, node: ast.AST, obj: Any, args: Args, kwargs: Kwargs) -> Val:
    if memory.is_poison(*args):
        return POISON
    if obj in (isinstance, issubclass) and len(args) == 2:
        return reflection.isinstance_(cx, node, args, obj is issubclass)
    if obj is callable and len(args) == 1:
        return reflection.callable_(cx, node, args)
    if obj is slice:
        lo, hi, step = (NONE, args[0], NONE) if len(args) == 1 else (*args, NONE)[:3]
        return SliceVal(lo, hi, step)
    if all(isinstance(a, Known) for a in (*args, *kwargs.values())):
        try:
            return Known(
                obj(
                    *(a.obj for a in args if isinstance(a, Known)),
                    **{k: v.obj for k, v in kwargs.items() if isinstance(v, Known)},
                )
            )
        except (ArithmeticError, TypeError, ValueError) as error:
            return raising.always(cx, node, error, function=obj.__name__, message=str(error))
    if obj is complex and 1 <= len(args) <= 2 and not kwargs:
        return _complex(cx, node, args)
    if obj is pow and len(args) == 2:
        return operators.binary(cx, node, ast.Pow(), args[0], args[1])
    if obj is pow and len(args) == 3:
        return cx.refuse("SD402", node, argument="mod", function="pow", detail=": write `pow(x, y) % mod`")
    if obj is divmod and len(args) == 2:
        parts = (operators.binary(cx, node, op, args[0], args[1]) for op in (ast.FloorDiv(), ast.Mod()))
        return Struct("tuple", tuple(parts))
    if obj in (str, repr, format):
        return _text(cx, node, obj, args, kwargs)
    return cx.refuse_unknown(node, obj.__name__, args)


def _complex(cx: Context, node: ast.AST, args: Args) -> Val:
    """`complex(z)`, `complex(x, y)` of real numbers."""
    if not all(cx.is_numeric(a) and not cx.aval(a).rank for a in args):
        return cx.refuse_unknown(node, "complex", args)
    if len(args) == 1 and cx.aval(args[0]).complex:
        return operators.convert(cx, node, args[0], Kind.PYTHON, "c16")
    if any(cx.aval(a).complex for a in args):
        return cx.refuse("SD402", node, argument="imag", function="complex", detail=": of two numbers, both are real")
    x, y = (operators.convert(cx, node, a, Kind.PYTHON, "f8") for a in (*args, Known(0.0))[:2])
    return cx.emit(node, "make_complex", x, y)


def _text(cx: Context, node: ast.AST, obj: Any, args: Args, kwargs: Kwargs) -> Val:
    """`str(x)`, `repr(x)`, `format(x, spec)`."""
    if not 1 <= len(args) <= (2 if obj is format else 1) or kwargs:
        return cx.refuse("SD222", node, construct="text")
    spec = args[1] if len(args) == 2 else Known("")
    own = special_methods.call(cx, node, args[0], "__format__", [spec]) if obj is format else None
    if own is not None:
        return own
    val = dataclass_calls.text(cx, node, args[0], "r" if obj is repr else "s")
    if val is POISON or (val is not args[0] and len(args) == 1):
        return val
    conversion = "" if obj is format or (cx.is_numeric(val) and obj is str) else obj.__name__[0]
    shown = output.pieces_of(cx, val, conversion, str(spec.obj)) if isinstance(spec, Known) else None
    return cx.refuse("SD222", node, construct="text") if shown is None else output.text(shown)


# --- conversions


def _number(name: str) -> Callable[[Context, ast.AST, Args, Kwargs], Val]:
    dtype = {"float": "f8", "int": "i8", "bool": "b1"}[name]

    def convert(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
        if len(args) != 1 or kwargs:
            return (
                Known(getattr(builtins, name)())
                if not args
                else cx.refuse("SD403", node, function=name, message="one argument is needed")
            )
        if isinstance(args[0], Foreign):
            return foreign.as_number(cx, node, args[0], dtype)
        made = special_methods.call(cx, node, args[0], f"__{name}__", []) if name != "bool" else None
        if made is not None:
            return made
        if isinstance(args[0], Known) and not isinstance(args[0].obj, np.ndarray):
            try:
                return Known(getattr(builtins, name)(args[0].obj))
            except (TypeError, ValueError, OverflowError) as error:
                return raising.always(cx, node, error, function=name, message=str(error))
        if name == "bool":
            found = operators.truth(cx, node, args[0])
            return found if not isinstance(found, Num) else operators.convert(cx, node, found, Kind.PYTHON, "b1")
        if not cx.is_numeric(args[0]):
            return cx.refuse("SD321", node, operation=name, left=cx.describe(args[0]), right="")
        t = cx.aval(args[0])
        if t.rank or t.complex:
            return cx.refuse("SD317", node, use=name, name=f"`{cx.text(node)}`", shape=str(t))
        return operators.convert(cx, node, args[0], Kind.PYTHON, dtype)

    return convert


def _abs(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    if len(args) != 1:
        return cx.refuse("SD403", node, function="abs", message="one argument is needed")
    made = special_methods.call(cx, node, args[0], "__abs__", [])
    if made is not None:
        return made
    if not cx.is_numeric(args[0]):
        return cx.refuse("SD321", node, operation="abs", left=cx.describe(args[0]), right="nothing")
    if isinstance(args[0], Known):
        return Known(abs(args[0].obj))
    t = cx.aval(args[0])
    if t.complex and not t.rank and t.kind is not Kind.PYTHON:
        # `abs` of a NumPy complex number takes the hypotenuse; np.abs differs from it in the last bit.
        return cx.emit(node, "hypot", cx.emit(node, "real", args[0]), cx.emit(node, "imag", args[0]))
    return cx.emit(node, "abs", operators._counted(cx, node, args[0]))


def _round(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    """`round(x)` is an int, `round(x, digits)` a number of x's kind; both are piecewise constant."""
    digits = args[1] if len(args) == 2 else kwargs.pop("ndigits", NONE)
    if not 1 <= len(args) <= 2 or kwargs:
        return cx.refuse("SD403", node, function="round", message="a number, and its digits, are needed")
    if not isinstance(digits, Known):
        return cx.need_static(node, digits, "how many digits `round` keeps")
    made = special_methods.call(cx, node, args[0], "__round__", [] if digits is NONE else [digits])
    if made is not None:
        return made
    if isinstance(args[0], Known) and values.is_number(args[0].obj):
        return _pure(cx, node, round, [args[0], digits], {})
    if not cx.is_numeric(args[0]):
        return cx.refuse("SD321", node, operation="round", left=cx.describe(args[0]), right="")
    t = cx.aval(args[0])
    if t.rank and digits.obj is not None:
        return cx.emit(node, "round", args[0], decimals=digits.obj)
    if t.rank or t.complex:
        return cx.refuse("SD317", node, use="round", name=f"`{cx.text(node)}`", shape=str(t))
    if t.dtype[0] not in "fb" and digits.obj is not None and digits.obj >= 0:
        return args[0]
    return cx.emit(node, "rounded", args[0], digits=digits.obj)


# --- iteration


def _range(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    parts: list[Val] = []
    for a in args:
        if isinstance(a, Num) and a.type.dtype[0] in "iu":
            parts.append(operators.convert(cx, node, a, Kind.PYTHON, "i8"))
        elif isinstance(a, Known) and isinstance(a.obj, (int, np.integer)):
            parts.append(Known(operator.index(a.obj)))
        else:
            return cx.refuse("SD321", node, operation="range", left=cx.describe(a), right="")
    if not 1 <= len(parts) <= 3:
        return cx.refuse("SD403", node, function="range", message=f"{len(parts)} arguments given")
    lo, hi, step = (Known(0), parts[0], Known(1)) if len(parts) == 1 else (*parts, Known(1))[:3]
    if isinstance(step, Known) and step.obj == 0:
        return cx.refuse("SD403", node, function="range", message="the step is zero")
    return Sequence_("range", (lo, hi, step))


def _print(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    file = kwargs.get("file", NONE)
    if isinstance(file, Known) and isinstance(file.obj, Stream):
        return foreign.print_to(cx, node, args, kwargs)
    if isinstance(file, Known) and file.obj is None:
        kwargs.pop("file", None)
    return output.print_(cx, node, args, kwargs)


def _len(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    if isinstance(args[0], Foreign):
        return foreign.length(cx, node, args[0])
    return containers.length(cx, node, args[0])


def _enumerate(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    return Sequence_("enumerate", (args[0], args[1] if len(args) > 1 else kwargs.get("start", Known(0))))


def _zip(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    strict = kwargs.pop("strict", Known(False))
    if kwargs or not isinstance(strict, Known):
        return cx.refuse("SD402", node, argument=next(iter(kwargs), "strict"), function="zip", detail="")
    if strict.obj:
        known = [containers.items_of(cx, node, a) for a in args]
        counts = [
            containers.length(cx, node, a) if k is None else Known(len(k)) for a, k in zip(args, known, strict=True)
        ]
        for k, other in enumerate(counts[1:], 1):
            before = f"argument{'s 1-' if k > 1 else ' '}{k}"
            for op, word in ((ast.Lt(), "shorter"), (ast.Gt(), "longer")):
                differs = operators.compare(cx, node, op, other, counts[0])
                if not isinstance(differs, Known) or differs.obj:
                    message = f"zip() argument {k + 1} is {word} than {before}"
                    operators.raise_if(cx, node, differs, "ValueError", (message,))
    if any(iterators.refuse_changed(cx, node, a) for a in args):
        return POISON
    return Sequence_("zip", tuple(args))


def _reversed(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    message = f"reversed expected 1 argument, got {len(args)}"
    return cx.refuse("SD403", node, function="reversed", message=message)


def _map(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    over, state = Sequence_("zip", tuple(args[1:])), iterators.sources(cx, args)
    rows = containers.items_of(cx, node, over)
    if rows is None and comprehensions.can_fold(cx, node, over):
        folded = comprehensions.fold(cx, node, "map", over, {"$function": args[0]})
        return iterators.remembered(cx, iterators.once(folded), state)
    if rows is None:
        return cx.refuse("SD231", node, iterable=f"`{cx.text(node)}`")
    before = iterators.dependences(cx, args[1:])
    made = tuple(calls.apply(cx, node, args[0], list(r.items), {}) for r in rows if isinstance(r, Struct))
    if iterators.refuse_differing(cx, node, before):
        return POISON
    return iterators.remembered(cx, Sequence_("iterator", made), state)


def _list(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = list_changes.listed(cx, node, args[0]) if args else None
    if found is not None:
        return found
    items = ordering.known_items(cx, node, args[0]) if args else []
    return POISON if items is None else containers.new_list(cx, node, items)


def _tuple(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    staged = list_changes.listed(cx, node, args[0]) if args else None
    if isinstance(staged, ListRef):
        staged.cell.kind = "tuple"
    if staged is not None:
        return staged
    found = ordering.known_items(cx, node, args[0]) if args else []
    return POISON if found is None else Struct("tuple", tuple(found))


def _has_keys(val: Val) -> bool:
    """Whether it is an object that says its keys: a dict of it has these, whatever it gives turn by turn."""
    cls = classes.class_of(val)
    return cls is not None and not issubclass(cls, (dict, Keyed, *collected.MAPPINGS)) and hasattr(cls, "keys")


def _dict(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    if args and _has_keys(args[0]):
        args = [comprehensions.run(cx, node, "dict", "return {k: $of[k] for k in $of.keys()}", {"$of": args[0]})]
    if args and (keyed.holds(cx, args[0]) or keyed.is_long(cx, node, args[0])):
        made = keyed.empty(cx, node)
        special_methods.call(cx, node, made, "update", [args[0]], kwargs)
        return made
    found: dict[Any, Val] = {}
    entries: list[keyed.Entry] = []
    if args:
        of_ours = isinstance(args[0], ObjRef) and issubclass(args[0].cls, collected.MAPPINGS)
        merged = containers.entries(cx, objects.read(cx, node, args[0], "_entries") if of_ours else args[0])
        if merged is None:
            items = ordering.known_items(cx, node, args[0])
            if items is None:
                return POISON
            for item in items:
                key, val = containers.elements(cx, item) or (POISON, POISON)
                entries.append((node, key, val))
        else:
            found.update(merged)
    entries += [(node, keys.val_of(cx, node, key), val) for key, val in {**found, **kwargs}.items()]
    return keyed.of_entries(cx, node, entries)


def _set(name: str) -> Callable[[Context, ast.AST, Args, Kwargs], Val]:
    def set_(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
        if len(args) > 1 or kwargs:
            return cx.refuse("SD313", node, function=name, message="takes at most 1 positional argument")
        return sets.construct(cx, node, args, name == "frozenset")

    return set_


def _filter(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    """The elements for which the function, or the element itself, is true."""
    keeps = args[0]
    plain = isinstance(keeps, Known) and keeps.obj is None
    items, state = containers.items_of(cx, node, args[1]), iterators.sources(cx, args)
    place = rolled.mark(cx)
    cx.store.begin()
    before = iterators.dependences(cx, args[1:])
    tests = [
        operators.truth(cx, node, item if plain else calls.apply(cx, node, keeps, [item], {})) for item in items or ()
    ]
    if items is None or not all(isinstance(t, Known) or t is POISON for t in tests):
        rolled.go_back(cx, place)
        if items is None and not comprehensions.can_fold(cx, node, args[1]):
            return cx.refuse("SD231", node, iterable=f"`{cx.text(node)}`")
        kind = "kept" if plain else "filter"
        folded = comprehensions.fold(cx, node, kind, args[1], {"$function": keeps})
        return iterators.remembered(cx, iterators.once(folded), state)
    cx.store.keep()
    if memory.is_poison(*tests) or iterators.refuse_differing(cx, node, before):
        return POISON
    kept = [item for item, t in zip(items, tests, strict=True) if isinstance(t, Known) and t.obj]
    return iterators.remembered(cx, Sequence_("iterator", tuple(kept)), state)


_BUILTINS: dict[str, Callable[[Context, ast.AST, Args, Kwargs], Val]] = {
    "float": _number("float"), "int": _number("int"), "bool": _number("bool"), "abs": _abs, "range": _range,
    "len": _len, "round": _round,
    "enumerate": _enumerate, "zip": _zip, "reversed": _reversed, "map": _map, "list": _list, "tuple": _tuple,
    "dict": _dict, "sum": folds.sum_, "set": _set("set"), "frozenset": _set("frozenset"),
    "max": ordering.extreme("max"), "min": ordering.extreme("min"), "any": folds.any_("any"), "all": folds.any_("all"),
    "sorted": ordering.sorted_,
    "filter": _filter,
    "type": reflection.type_,
    "super": lambda cx, node, args, kwargs: objects.super_(cx, node, args), "iter": special_methods.iter_,
    "next": iterators.next_,
    "getattr": reflection.getattr_, "hasattr": reflection.hasattr_, "setattr": reflection.setattr_,
    "print": _print,
    "$bound": lambda cx, node, args, kwargs: Known(True), "$sequence": reflection.is_sequence,
    "$match_part": reflection.match_part, "$mapping": reflection.is_mapping, "$without": reflection.without,
}  # fmt: skip
_COMBINING = ("enumerate", "zip", "map")  # their elements are made of others'
_ITERATING = frozenset([*_COMBINING, "list", "tuple", "sum", "max", "min", "any", "all", "sorted"])
_NAMES = {id(getattr(builtins, name)): name for name in _BUILTINS if hasattr(builtins, name)} | {
    id(desugar.bound): "$bound", id(desugar.sequence): "$sequence", id(desugar.match_part): "$match_part",
    id(desugar.mapping): "$mapping", id(desugar.without): "$without",
}  # fmt: skip
