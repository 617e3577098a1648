"""What `python generated.py` does: compare the derivatives with central differences at seeded sample arguments."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from symdiff.codegen import checks, defaults, functions
from symdiff.codegen.functions import Entry
from symdiff.ir import dims, types
from symdiff.ir.core import RULES, Op, walk
from symdiff.ir.types import AVal, Kind
from symdiff.signature import Argument, Static
from symdiff.trees import Path, named, path_text, paths

if TYPE_CHECKING:
    from symdiff.codegen.parts import Parts

SMALLEST = 3  # the first size variable is 3, the second 4, …


ALONE = "_check"  # the self-check of a module of one function


def text(parts: Parts, public: Mapping[str, str], entry: Entry, name: str = ALONE) -> str:
    """The self-check, or nothing where arguments cannot be made up: classes, functions, gradients of no scalar.

    Nothing, either, where the user says what the derivative is, or calls are run as they are: the derivative need not
    be what differences give.
    """
    if any(_is_said(op) for f in parts.lowered.program.functions.values() for op in walk(f.body)):
        return ""
    arguments = parts.lowered.signature.arguments
    statics = [leaf.value for a in arguments for leaf in a.leaves if isinstance(leaf, Static)]
    classes = any(True for a in arguments for _ in named(a.tree))
    if "value_and_grad" not in parts.kinds or classes or not all(type(s) in defaults.PRINTABLE for s in statics):
        return ""
    single = any(t.dtype in ("f4", "c8") for t in (p.type for p in parts.lowered.params))
    step, tolerance = ("1e-2", "2e-2") if single else ("1e-6", "1e-6")
    entry = replace(entry, leaves=local_names(entry.leaves, {parts.name, *public.values()}))
    rows = comparisons(parts, public, entry, step)
    lines = [
        f"def {name}():",
        '    """Compare the derivatives with central differences at sample arguments; 0 if they agree."""',
        *["    rng = np.random.default_rng(0)", *samples(parts, entry)],
        *["", "    def at(h):", f"        found = {_value(parts, public, call(parts, entry, moved=True))}"],
        *[f"        return float({'found' if parts.lowered.out.kind == 'leaf' else 'found[0]'})", ""],
        *["    def along(gradient):", f"        return {inner(parts, entry)}", ""],
    ]
    if "hvp" in parts.kinds:
        moved = f"along({public['value_and_grad']}({call(parts, entry, moved=True)})[1])"
        lines += ["    def slope(h):", f"        return {moved}", ""]
    if any(op.prim.name == "check_shape" for f in parts.lowered.program.functions.values() for op in walk(f.body)):
        lines += [*_unfit(parts.name), ""]
    lines += [f"    expected = (at({step}) - at(-{step})) / {2 * float(step)!r}", "    rows = ["]
    lines += [f"        ({name!r}, {found}, {expected})," for name, found, expected in rows]
    lines += ["    ]"]
    lines += verdict(tolerance) if name == ALONE else [f"    return _verdict(rows, {tolerance})"]
    return "\n".join(lines)


def _value(parts: Parts, public: Mapping[str, str], arguments: str) -> str:
    """The value, of the function that is in the module."""
    if "primal" in parts.kinds:
        return f"{parts.name}({arguments})"
    return f"{public['value_and_grad']}({arguments})[0]"


def _unfit(name: str) -> list[str]:
    """Says that nothing was compared: of a function that compares sizes when it runs, those made up may not fit."""
    return [
        "    try:",
        "        at(0.0)",
        "    except ValueError as error:",
        f"        print(f'not checked: {name} raises ValueError at the sample arguments: {{error}}')",
        "        return 2",
    ]


def verdict(tolerance: str) -> list[str]:
    """What says, and returns, whether the rows agree."""
    bound = f"abs(found - expected) <= {tolerance} * max(1.0, abs(expected))"
    return [
        "    for name, found, expected in rows:",
        "        print(f'{name}: {found:.9g}, by differences {expected:.9g}')",
        f"    return int(not all({bound} for _, found, expected in rows))",
    ]


def of_all(checks: Sequence[str]) -> str:
    """The self-check of a module of several functions, which has one called `_check_f` for each in `checks`."""
    lines = [
        "def _verdict(rows, tolerance):",
        '    """Print each comparison; 0 if they all agree."""',
        *verdict("tolerance"),
        *["", ""],
        "def _check():",
        '    """Compare all derivatives with central differences at sample arguments; 0 if they agree."""',
        f"    return max([check() for check in ({', '.join(checks)},)])",
    ]
    return "\n".join(lines)


def _is_said(op: Op) -> bool:
    """Whether the user says what the derivative of an operation is, or it may give something else at each call."""
    if op.prim.name == "foreign_call" and not op.params["shows"]:
        return True
    return op.prim.name == "stop_gradient" or any(name in op.params for name in RULES)


def with_call(check: str) -> str:
    """The self-check, and its call where the module is run."""
    return f'{check}\n\n\nif __name__ == "__main__":\n    raise SystemExit(_check())' if check else ""


def comparisons(parts: Parts, public: Mapping[str, str], entry: Entry, step: str) -> list[tuple[str, str, str]]:
    """What is compared: the name of a function, what it finds, and what is expected."""
    plain = call(parts, entry, moved=False)
    rows = [(public["value_and_grad"], f"along({public['value_and_grad']}({plain})[1])", "expected")]
    leaf = parts.lowered.out.kind == "leaf"
    if leaf and {"forward", "backward"} <= set(parts.kinds):
        rows.append((public["backward"], f"along({public['backward']}({public['forward']}({plain})[1]))", "expected"))
    along = call(parts, entry, moved=False, directions=True)
    if leaf and "jvp" in parts.kinds:
        rows.append((public["jvp"], f"float({public['jvp']}({along})[1])", "expected"))
    if "hvp" in parts.kinds:
        difference = f"(slope({step}) - slope(-{step})) / {2 * float(step)!r}"
        rows.append((public["hvp"], f"along({public['hvp']}({along}))", difference))
    return rows


def local_names(leaves: Sequence[str], taken: Collection[str]) -> tuple[str, ...]:
    """A variable per leaf that is none of the check's own, nor a direction's."""
    own = {"rng", "at", "along", "slope", "h", "found", "gradient", "expected", "rows", "name", "_", *taken}
    names: list[str] = []
    for leaf in leaves:
        name = leaf
        while name in own or name in names or (name != leaf and name in leaves) or f"v_{name}" in {*leaves, *names}:
            name += "_"
        names.append(name)
    return tuple(names)


def samples(parts: Parts, entry: Entry) -> list[str]:
    """A line per leaf, and one more for its direction where it is differentiated by."""
    found: dict[dims.Atom, int] = {}
    for p in parts.lowered.params:
        for atom in sorted(types.type_atoms(p.type), key=lambda a: a.name):
            found.setdefault(atom, SMALLEST + len(found))
    lines = []
    captured = [k for k, p in enumerate(parts.lowered.params) if p.captured]
    keywords = [g for g in entry.given if g.captured]
    defaulted = {k for k, g in zip(captured, keywords, strict=True) if g.default}
    for k, (leaf, p) in enumerate(zip(entry.leaves, parts.lowered.params, strict=True)):
        if k in defaulted:
            continue
        shape = tuple(max(dims.evaluate(d, found), 1) for d in p.type.shape)
        lines.append(f"    {leaf} = {sample(p.type, shape)}")
        if k in parts.wrt_params:
            lines.append(f"    v_{leaf} = rng.standard_normal({shape if shape else ''})")
    return lines


def sample(t: AVal, shape: tuple[int, ...]) -> str:
    if isinstance(t, types.Object):  # calls no object, or there is no check: the class of an exception
        return "Exception"
    if t.dtype[0] in "fc":
        drawn = f"rng.uniform(0.5, 1.5{f', {shape}' if t.kind is Kind.ARRAY else ''})"
        return (
            f"{drawn}.astype({t.dtype!r})"
            if t.kind is Kind.ARRAY and t.dtype != "f8" and shape
            else converted(t, drawn)
        )
    if t.kind is Kind.ARRAY:
        return f"np.zeros({shape}, {t.dtype!r})"
    return f"{checks.scalar_name(t)}(1)"


def converted(t: AVal, text: str) -> str:
    if t.kind is Kind.ARRAY:
        return f"np.asarray({text}, {t.dtype!r})"
    return (
        text
        if t.dtype == "f8" and t.kind is Kind.PYTHON and text.startswith("rng")
        else f"{checks.scalar_name(t)}({text})"
    )


def call(parts: Parts, entry: Entry, moved: bool, directions: bool = False) -> str:
    """The arguments of a call, with the leaves differentiated by moved along their directions or not.

    With `directions` the directions follow, as `jvp` and `hvp` take them.
    """
    leaf_text: dict[tuple[str, Path], str] = {}
    captured: list[str] = []
    along: dict[tuple[str, Path], str] = {}
    for k, (leaf, p) in enumerate(zip(entry.leaves, parts.lowered.params, strict=True)):
        wrt = k in parts.wrt_params
        if p.captured:
            captured.append(leaf)
            continue
        leaf_text[(p.argument, p.path)] = converted(p.type, f"{leaf} + h * v_{leaf}") if moved and wrt else leaf
        if wrt:
            along[(p.argument, p.path)] = converted(p.type, f"v_{leaf}")
    arguments = parts.lowered.signature.arguments
    given = [(g, structured(a, leaf_text)) for g, a in zip(entry.given, arguments, strict=False)]
    texts = [text for g, text in given if not g.keyword]
    by_name = {a.name: a for a in arguments}
    texts += [structured(by_name[name], along) for name in parts.wrt if directions]
    texts += [f"{g.name}={text}" for g, text in given if g.keyword]
    keywords = [g for g in entry.given if g.captured]
    texts += [f"{g.name}={leaf}" for g, leaf in zip(keywords, captured, strict=True) if not g.default]
    return ", ".join(texts)


def structured(argument: Argument, leaf_text: Mapping[tuple[str, Path], str]) -> str:
    """An argument whose leaves are these expressions, or known values."""
    pieces = []
    for path, leaf in zip(paths(argument.tree), argument.leaves, strict=True):
        known = repr(leaf.value) if isinstance(leaf, Static) else "None"
        pieces.append(leaf_text.get((argument.name, path), known))
    return functions.build(argument.tree, pieces, functions.in_order(()))


def inner(parts: Parts, entry: Entry) -> str:
    """Σ gradient · direction, as an expression over `gradient`."""
    terms = []
    for number, name in enumerate(parts.wrt):
        base = "gradient" if len(parts.wrt) == 1 else f"gradient[{number}]"
        for k in parts.wrt_params:
            p = parts.lowered.params[k]
            if p.argument == name:
                terms.append(f"np.sum({base}{path_text(p.path)} * v_{entry.leaves[k]})")
    return f"float(np.real({' + '.join(terms)}))"
