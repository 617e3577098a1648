"""Entry checks: one short chain in the function, and the helper that finds out what is wrong.

    if not (type(X) is type(b) is np.ndarray and X.dtype is b.dtype is _f8 and X.ndim == 2 and b.ndim == 1
            and X.shape[1] == b.shape[0]):
        X, b = _accept('layer', _TYPES, X, b)

A chain that holds costs about 0.1 µs for two arrays.  The helper converts a Python int (no bool) or a NumPy floating
scalar given for a float, and raises TypeError or ValueError with function, parameter, expected and found for the rest.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

import numpy as np

from symdiff.codegen import expressions
from symdiff.codegen.view import Line
from symdiff.ir import dims
from symdiff.ir.dims import Atom, Dim
from symdiff.ir.types import PYTHON_NAMES, AVal, Kind, Object

_WIDTH = 96


@dataclass(slots=True)
class Sizes:
    """Where each size variable of a function is read off: an expression over its parameters."""

    found: dict[Atom, str] = field(default_factory=dict)
    conditions: list[list[str]] = field(default_factory=list)  # groups of equal expressions
    late: list[tuple[str, Dim]] = field(default_factory=list)  # (expression, size) to be compared when sizes have names


@dataclass(frozen=True, slots=True)
class Checks:
    """The lines of an entry check, what the sizes are read from, and which helpers and constants it needs."""

    lines: tuple[Line, ...]
    sizes: Mapping[Atom, str]
    helpers: tuple[str, ...]
    constants: tuple[str, ...]


def dtype_name(dtype: str) -> str:
    return f"_{dtype}"


def scalar_name(t: AVal) -> str:
    """`float`, or `np.float32`; `object` of what is no number."""
    if isinstance(t, Object):
        return "object"
    if t.kind is Kind.PYTHON:
        return PYTHON_NAMES[t.dtype]
    return "np." + np.dtype(t.dtype).name.replace("bool", "bool_")


def described(t: AVal) -> str:
    """A type as the helper's table has it: `'float'`, or `('f8', 'n', 3)`."""
    if t.kind is not Kind.ARRAY:
        return repr(scalar_name(t))
    sizes = [repr(d) if isinstance(d, int) else repr(str(d)) for d in t.shape]
    return f"({', '.join([repr(t.dtype), *sizes])}{',' if not sizes else ''})"


def read_sizes(names: Sequence[str], types: Sequence[AVal]) -> Sizes:
    """Bind each variable where it stands alone, then where it can be solved for; the rest becomes conditions."""
    sizes = Sizes()
    groups: dict[Dim, list[str]] = {}
    for name, t in zip(names, types, strict=True):
        for axis, d in enumerate(t.shape):
            groups.setdefault(d, []).append(f"{name}.shape[{axis}]")
    for d, places in groups.items():
        if isinstance(d, int):
            sizes.conditions.append([*places, str(d)])
            continue
        alone = next(iter(dims.atoms(d)))
        if d == (dims.var(alone.name) if alone.op == "var" else dims.opaque(alone.name)):
            sizes.found[alone] = places[0]
            if len(places) > 1:
                sizes.conditions.append(places)
    for d, places in groups.items():
        if not isinstance(d, int) and not any(sizes.found.get(a) == places[0] for a in dims.atoms(d)):
            _bind_or_compare(sizes, d, places)
    return sizes


def _bind_or_compare(sizes: Sizes, d: Dim, places: list[str]) -> None:
    unknown = [a for a in dims.atoms(d) if a not in sizes.found]
    if len(unknown) == 1 and unknown[0].op == "var":
        rest = dims.sub(d, dims.var(unknown[0].name))
        if unknown[0] not in dims.atoms(rest):
            tree = expressions.dim(rest, lambda a: ast.parse(sizes.found[a], mode="eval").body)
            sizes.found[unknown[0]] = ast.unparse(ast.BinOp(ast.parse(places[0], mode="eval").body, ast.Sub(), tree))
            places = places[1:]
    sizes.late += [(p, d) for p in places]


def conditions(names: Sequence[str], types: Sequence[AVal], sizes: Sizes) -> list[str]:
    """The parts of the chain: kinds, dtypes, ranks, sizes."""
    parts: list[str] = []
    kinds: dict[str, list[str]] = {}
    dtypes: dict[str, list[str]] = {}
    ranks: dict[int, list[str]] = {}
    for name, t in zip(names, types, strict=True):
        array = t.kind is Kind.ARRAY
        kinds.setdefault("np.ndarray" if array else scalar_name(t), []).append(f"type({name})")
        if array:
            dtypes.setdefault(dtype_name(t.dtype), []).append(f"{name}.dtype")
            ranks.setdefault(t.rank, []).append(f"{name}.ndim")
    parts += [" is ".join([*found, kind]) for kind, found in kinds.items()]
    parts += [" is ".join([*found, dtype]) for dtype, found in dtypes.items()]
    parts += [" == ".join([*found, str(rank)]) for rank, found in ranks.items()]
    parts += [" == ".join(group) for group in sizes.conditions]
    return parts


def chain(parts: Sequence[str], depth: int) -> list[Line]:
    """`if not (a and b` … `):` in lines of bounded width."""
    if len(parts) == 1 and re.fullmatch(r"type\(\w+\) is [\w.]+", parts[0]):
        return [Line(depth, f"if {parts[0].replace(' is ', ' is not ')}:")]
    rows = [parts[0]]
    for part in parts[1:]:
        joined = f"{rows[-1]} and {part}"
        if len(joined) > _WIDTH:
            rows.append(f"and {part}")
        else:
            rows[-1] = joined
    rows[0] = f"if not ({rows[0]}"
    rows[-1] += "):"
    return [Line(depth if k == 0 else depth + 2, r) for k, r in enumerate(rows)]


def _agreements(sizes: Sizes, seen: Set[str]) -> list[str]:
    """The parts of the chain that compare sizes of the arguments with each other, and with numbers, but those seen."""
    groups = [[p for p in group if p not in seen] if group[-1].isdigit() else group for group in sizes.conditions]
    return [" == ".join(group) for group in groups if len(group) > 1]


def entry(
    function: str, names: Sequence[str], types: Sequence[AVal], table: str, seen: Set[str] | None = None
) -> Checks:
    """The check of a function's leaves, which are variables `names`; `table` is the name of the module's type table.

    `seen`: the caller has looked at each leaf on its own, so that only sizes are left to be compared; those of which
    it saw that they are the number wanted (`x.shape[0]`) are not.
    """
    numbers = [k for k, t in enumerate(types) if not isinstance(t, Object)]
    names, types = [names[k] for k in numbers], [types[k] for k in numbers]
    if not names:
        return Checks((), {}, (), ())
    sizes = read_sizes(names, types)
    parts = conditions(names, types, sizes) if seen is None else _agreements(sizes, seen)
    if not parts:
        return Checks((), sizes.found, (), ())
    lines = chain(parts, 1)
    row = ", ".join(names)
    given = row if len(names) > 1 else f"({row},)"
    floats = all(t.kind is Kind.PYTHON and t.dtype == "f8" for t in types)
    if floats:
        call = f"_floats({function!r}, {', '.join(f'{n}={n}' for n in names)})"
    else:
        call = f"_accept({function!r}, {table}, {row})"
    lines.append(Line(2, f"{given} = {call}"))
    found = sorted({dtype_name(t.dtype): t.dtype for t in types if t.kind is Kind.ARRAY}.items())
    constants = tuple(f"{name} = np.dtype({dtype!r})" for name, dtype in found)
    scalars = ("_scalar",) if any(t.kind is not Kind.ARRAY for t in types) else ()
    return Checks(tuple(lines), sizes.found, ("_floats",) if floats else ("_accept", *scalars), constants)


def with_squares(found: Checks, function: str, names: Sequence[str]) -> Checks:
    """An entry check that first looks whether these arrays are square matrices, where it fails."""
    if not names or not found.lines:
        return found
    line = Line(2, f"_check_square({function!r}, {', '.join(f'{n}={n}' for n in names)})")
    return replace(found, lines=(*found.lines[:-1], line, found.lines[-1]), helpers=(*found.helpers, "_check_square"))


def late_checks(
    function: str, names: Sequence[str], types: Sequence[AVal], size: Mapping[Atom, str]
) -> tuple[list[Line], set[Atom]]:
    """Comparisons that need the sizes' names: `x.shape[0]` against `2 * n + 1`."""
    lines: list[Line] = []
    used: set[Atom] = set()
    for place, d in read_sizes(names, types).late:
        used |= dims.atoms(d)
        expected = ast.unparse(expressions.dim(d, lambda a: expressions.name(size[a])))
        lines.append(Line(1, f"if {place} != {expected}:"))
        message = f"{function}: {place} must be {d}, not "
        lines.append(Line(2, f"raise ValueError({message!r} + str({place}))"))
    return lines, used


_FEW = 3  # pairs that are compared each in a line of its own


def apart(function: str, first: Sequence[str], others: Sequence[str], why: str) -> list[Line]:
    """The check that each of the `first` objects is no other of these; with `_apart` where they are many."""
    pairs = [(a, b) for k, a in enumerate(first) for b in (*first[k + 1 :], *others)]
    if len(pairs) > _FEW:
        given = [f"{{{', '.join(f'{text!r}: {text}' for text in texts)}}}" for texts in (first, others)]
        return [Line(1, f"_apart({function!r}, {why!r}, {', '.join(given)})")]
    lines: list[Line] = []
    for a, b in pairs:
        lines.append(Line(1, f"if {a} is {b}:"))
        lines.append(Line(2, f"raise ValueError({f'{function}: {a} and {b} are one object, {why}'!r})"))
    return lines


FLOATS = '''
def _floats(function, **values):
    """The arguments as floats: ints and NumPy floating scalars are converted, everything else raises TypeError."""
    for name, x in values.items():
        if isinstance(x, bool) or not isinstance(x, (int, float, np.integer, np.floating)):
            raise TypeError(f"{function}: {name} must be a float, not {_found(x)}")
    return [float(x) for x in values.values()]
'''

FOUND = '''
def _found(x):
    """What was given, for an error message."""
    if isinstance(x, np.ndarray):
        kind = "an array" if type(x) is np.ndarray else f"a {type(x).__name__}"
        return f"{kind} of {x.dtype.str if not x.dtype.isnative else x.dtype} and shape {x.shape}"
    return f"{type(x).__name__} {x!r:.60}"
'''

ACCEPT = '''
def _accept(function, types, *values):
    """The arguments as their types must be; raises TypeError or ValueError for the first that cannot be."""
    sizes, accepted = {}, []
    for (name, wanted), x in zip(types.items(), values):
        where = f"{function}: {name} must be "
        if isinstance(wanted, str):
            accepted.append(_scalar(where, wanted, x))
            continue
        dtype, *shape = wanted
        expected = f"an array of {np.dtype(dtype)} and shape ({', '.join(map(str, shape))}{',' * (len(shape) == 1)})"
        if isinstance(x, np.memmap):
            x = x.view(np.ndarray)
        if type(x) is not np.ndarray or x.dtype != np.dtype(dtype):
            raise TypeError(f"{where}{expected}, not {_found(x)}")
        known = [n if isinstance(n, str) and not n.isidentifier() else sizes.get(n, n) for n in shape]
        if x.ndim != len(shape) or any(n != m for n, m in zip(known, x.shape) if isinstance(n, int)):
            raise ValueError(f"{where}{expected}, not {_found(x)}" + "".join(f"; {n} = {m}" for n, m in sizes.items()))
        sizes.update((n, m) for n, m in zip(shape, x.shape) if isinstance(n, str))
        if any(sizes[n] != m for n, m in zip(shape, x.shape) if isinstance(n, str)):
            raise ValueError(f"{where}{expected}, not {_found(x)}")
        accepted.append(x)
    return accepted
'''

_OF_NUMBERS = """        if isinstance(wanted, str):
            accepted.append(_scalar(where, wanted, x))
            continue
"""
ACCEPT_ARRAYS = ACCEPT.replace(_OF_NUMBERS, "")  # where a module takes no numbers

SQUARE = '''
def _check_square(function, **arrays):
    """Raises LinAlgError, as NumPy does, where what is inverted or factored is no square matrix."""
    for name, x in arrays.items():
        if isinstance(x, np.ndarray) and x.ndim > 1 and x.shape[-2] != x.shape[-1]:
            raise np.linalg.LinAlgError(f"{function}: {name} must be square, not {_found(x)}")
'''

SCALAR = '''
def _scalar(where, wanted, x):
    """A number of the type wanted, converted where nothing is lost."""
    given = {"float": (int, float, np.integer, np.floating), "int": (int, np.integer), "bool": (bool, np.bool_)}
    given["complex"] = (*given["float"], complex, np.complexfloating)
    numpy = wanted.startswith("np.")
    kind = np.dtype(wanted[3:]).kind if numpy else wanted[0]
    allowed = given[{"f": "float", "i": "int", "u": "int", "b": "bool", "c": "complex"}[kind]]
    if not isinstance(x, allowed) or (isinstance(x, bool) and kind != "b"):
        raise TypeError(f"{where}{wanted}, not {_found(x)}")
    if numpy:
        return np.dtype(wanted[3:]).type(x)
    return {"float": float, "int": int, "bool": bool, "complex": complex}[wanted](x)
'''

APART = '''
def _apart(function, why, first, others):
    """ValueError where one of the first objects is another of these."""
    names = {}
    for name, x in [*first.items(), *others.items()]:
        if id(x) in names:
            raise ValueError(f"{function}: {names[id(x)]} and {name} are one object, {why}")
        if name in first:
            names[id(x)] = name
'''

HELPERS = {
    "_floats": FLOATS, "_found": FOUND, "_accept": ACCEPT, "_scalar": SCALAR, "_apart": APART, "_check_square": SQUARE,
}  # fmt: skip
NEEDS = {"_floats": ("_found",), "_accept": ("_found",), "_check_square": ("_found",)}
