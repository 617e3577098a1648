"""The signature of a function that is not called: from annotations, type texts, an example file, defaults."""

from __future__ import annotations

import ast
import os
import re
import zipfile
from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from symdiff.api.compiled import Compiled
from symdiff.api.parameters import Parameter, name_of, parameters_of
from symdiff.errors import UsageError, why_no_file
from symdiff.frontend.formula import Formula
from symdiff.frontend.source import load
from symdiff.ir import dims
from symdiff.ir.types import AVal
from symdiff.signature import Argument, Signature, SizeNames, Static, from_values, scalar_argument
from symdiff.type_text import from_annotation, parse_type, parse_types

Types = str | Mapping[str, str] | None
Example = str | PathLike[str] | Mapping[str, Any] | None


def declared_signature(
    fun: Callable[..., Any], types: Types = None, example: Example = None
) -> tuple[Signature, list[str]]:
    """The signature that `fun` declares, and the parameters of which nothing says the type: Python floats.

    For each parameter the first that says something: `types`, `example`, its annotation, its default value; a formula
    declares all of its parameters.
    """
    parameters = parameters_of(fun)
    names = [p.name for p in parameters]
    given = _typed(types)
    for name in given:
        _check_known(fun, name, names)
    values = _example(example)
    for name in values:
        _check_known(fun, name, names)
    declared = _declared(fun)
    annotations = {} if declared else _annotations(fun)
    fresh = SizeNames({*names, *_size_names(given), *_words(annotations)})
    arguments: dict[str, Argument] = {}
    assumed = []
    for p in parameters:
        if p.name in given:
            arguments[p.name] = given[p.name]
        elif p.name in values:
            arguments[p.name] = _of_value(p.name, values[p.name], fresh)
        elif p.name in declared:
            arguments[p.name] = declared[p.name]
        elif p.name in annotations:
            arguments[p.name] = _of_annotation(fun, p, annotations[p.name], fresh)
        elif not p.required:
            arguments[p.name] = _of_value(p.name, p.default, fresh)
        else:
            arguments[p.name] = scalar_argument(p.name)
            assumed.append(p.name)
    return Signature(tuple(arguments[name] for name in names)), assumed


def _example(example: Example) -> dict[str, Any]:
    if isinstance(example, str | PathLike):
        return example_values(example)
    if not isinstance(example, Mapping | None):
        raise UsageError.of("SD715", option="example", value=_short(example), choices=".npz file, dict of arguments")
    return dict(example or {})


def _short(value: object) -> str:
    return repr(value) if len(repr(value)) < 40 else f"{type(value).__name__}(...)"


def float_arguments(signature: Signature) -> tuple[str, ...]:
    """The arguments that hold floats and nothing else: what is differentiated by when nothing is said."""
    return tuple(
        a.name
        for a in signature.arguments
        if a.leaves and all(not isinstance(x, Static) and x.inexact for x in a.leaves)
    )


def _check_known(fun: Callable[..., Any], name: str, names: list[str]) -> None:
    if name not in names:
        message = f"{name_of(fun)} has no parameter `{name}`; it has: {', '.join(names) or 'none'}"
        raise UsageError(message, code="SD702")


def _typed(types: Types) -> dict[str, Argument]:
    if types is None:
        return {}
    if isinstance(types, str):
        return parse_types(types)
    given: Any = types  # callers without a type checker give anything
    if not isinstance(given, Mapping) or not all(isinstance(text, str) for text in given.values()):
        raise UsageError.of("SD715", option="types", value=_short(types), choices="text, dict of texts by parameter")
    return {name: Argument(name, *parse_type(text, name)) for name, text in types.items()}


def _of_value(name: str, value: Any, fresh: SizeNames) -> Argument:
    """The type of a value, its sizes under names that are not yet in use."""
    (argument,) = from_values({name: value}).arguments
    renamed: dict[str, dims.Dim] = {}

    def size(d: dims.Dim) -> dims.Dim:
        return d if isinstance(d, int) else renamed.setdefault(str(d), dims.var(fresh.fresh()))

    leaves = (x if isinstance(x, Static) else AVal(x.kind, tuple(map(size, x.shape)), x.dtype) for x in argument.leaves)
    return Argument(name, argument.tree, tuple(leaves))


def _of_annotation(fun: Callable[..., Any], parameter: Parameter, node: ast.expr, fresh: SizeNames) -> Argument:
    written = ast.unparse(node).strip("'\"")
    if written in ("bool", "str") and not parameter.required:  # its value is in the default
        return _of_value(parameter.name, parameter.default, fresh)
    space = getattr(getattr(fun, "func", fun), "__globals__", {})
    typed = from_annotation(node, parameter.name, fresh, space)
    return Argument(parameter.name, typed.tree, typed.leaves)


def _declared(fun: Callable[..., Any]) -> dict[str, Argument]:
    """The parameters of a formula; nothing for a Python function."""
    while isinstance(fun, Compiled):
        fun = fun.fun
    return {a.name: a for a in fun.declared()} if isinstance(fun, Formula) else {}


def _annotations(fun: Callable[..., Any]) -> dict[str, ast.expr]:
    while isinstance(fun, Compiled):
        fun = fun.fun
    node = load(fun).node
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return {a.arg: a.annotation for a in every if a.annotation is not None}


def _words(annotations: Mapping[str, ast.expr]) -> set[str]:
    """Every word of the annotations: a fresh size has none of their names."""
    return {word for node in annotations.values() for word in re.findall(r"\w+", ast.unparse(node))}


def _size_names(arguments: Mapping[str, Argument]) -> set[str]:
    leaves = [x for a in arguments.values() for x in a.leaves if isinstance(x, AVal)]
    return {atom.name for x in leaves for d in x.shape for atom in dims.atoms(d)}


# Example files ------------------------------------------------------------------------------------------------------


def example_values(path: str | PathLike[str]) -> dict[str, Any]:
    """The arguments in an ``.npz`` file, by parameter; ``params.w`` is key `w` of a dict, ``layers.0`` of a list.

    A float64, int64 or complex128 without dimensions is a Python number.
    """
    shown = Path(path).as_posix()
    if not os.path.isfile(path):
        raise UsageError.of("SD716", path=shown, reason=why_no_file(Path(path)))
    if not zipfile.is_zipfile(path):
        raise UsageError.of("SD716", path=shown, reason="it is no .npz file")
    try:
        with np.load(path, allow_pickle=False) as file:
            found = {name: file[name] for name in file.files}
    except (OSError, EOFError, zipfile.BadZipFile) as error:
        raise UsageError.of("SD716", path=shown, reason=str(error) or "it ends too early") from None
    except ValueError:
        raise UsageError.of("SD716", path=shown, reason="it holds Python objects") from None
    nested: dict[str, Any] = {}
    for name, array in found.items():
        *above, last = name.split(".")
        place = nested
        for word in above:
            place = place.setdefault(word, {})
            if not isinstance(place, dict):
                raise UsageError.of("SD716", path=shown, reason=f"{name} is inside of an array")
        place[last] = _number(array)
    return {name: _with_lists(value) for name, value in nested.items()}


def _number(array: np.ndarray[Any, Any]) -> Any:
    plain = array.dtype.kind in "ifc" and array.dtype.itemsize == (16 if array.dtype.kind == "c" else 8)
    return array.item() if array.ndim == 0 and (plain or array.dtype.kind in "bU") else array


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    made = {name: _with_lists(part) for name, part in value.items()}
    if sorted(made) == sorted(str(k) for k in range(len(made))):
        return [made[str(k)] for k in range(len(made))]
    return made
