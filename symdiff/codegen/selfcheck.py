"""What `python generated.py` does: compare the gradient with a central difference at seeded sample arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from symdiff.codegen import checks, functions
from symdiff.codegen.functions import Entry
from symdiff.ir import dims, types
from symdiff.ir.types import AVal, Kind
from symdiff.signature import Static
from symdiff.trees import path_text, paths

if TYPE_CHECKING:
    from symdiff.codegen.parts import Parts

SMALLEST = 3  # the first size variable is 3, the second 4, …


def text(parts: Parts, public: Mapping[str, str], entry: Entry) -> str:
    """The self-check, or nothing where arguments cannot be made up: classes, functions, gradients of no scalar."""
    arguments = parts.lowered.signature.arguments
    statics = [leaf.value for a in arguments for leaf in a.leaves if isinstance(leaf, Static)]
    classes = any(kind in str(a.tree.kind) for a in arguments for kind in ("dataclass", "namedtuple"))
    if "value_and_grad" not in parts.kinds or classes or not all(type(s) in functions.PRINTABLE for s in statics):
        return ""
    single = any(t.dtype in ("f4", "c8") for t in (p.type for p in parts.lowered.params))
    step, tolerance = ("1e-2", "2e-2") if single else ("1e-6", "1e-6")
    name = parts.name
    lines = [
        "def _check():",
        '    """Compare the gradient with a central difference at sample arguments; 0 if they agree."""',
    ]
    lines += ["    rng = np.random.default_rng(0)", *samples(parts, entry)]
    lines += ["", "    def at(h):", f"        found = {name}({call(parts, entry, moved=True)})"]
    lines += [f"        return float({'found' if parts.lowered.out.kind == 'leaf' else 'found[0]'})", ""]
    lines += [
        f"    _, gradient = {public['value_and_grad']}({call(parts, entry, moved=False)})",
        f"    found = {inner(parts, entry)}",
    ]
    lines += [f"    expected = (at({step}) - at(-{step})) / {2 * float(step)!r}"]
    lines += [
        f"    print({f'{name}: along a random direction the gradient gives '!r}",
        "          f'{found:.9g}, differences {expected:.9g}')",
    ]
    lines += [f"    return int(not abs(found - expected) <= {tolerance} * max(1.0, abs(expected)))", "", ""]
    lines += ['if __name__ == "__main__":', "    raise SystemExit(_check())"]
    return "\n".join(lines)


def samples(parts: Parts, entry: Entry) -> list[str]:
    """A line per leaf, and one more for its direction where it is differentiated by."""
    found: dict[dims.Atom, int] = {}
    for p in parts.lowered.params:
        for atom in sorted(types.type_atoms(p.type), key=lambda a: a.name):
            found.setdefault(atom, SMALLEST + len(found))
    lines = []
    for k, (leaf, p) in enumerate(zip(entry.leaves, parts.lowered.params, strict=True)):
        if p.captured and any(g.name == leaf and g.default for g in entry.given):
            continue
        shape = tuple(max(dims.evaluate(d, found), 1) for d in p.type.shape)
        lines.append(f"    {leaf} = {sample(p.type, shape)}")
        if k in parts.wrt_params:
            lines.append(f"    v_{leaf} = rng.standard_normal({shape if shape else ''})")
    return lines


def sample(t: AVal, shape: tuple[int, ...]) -> str:
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


def call(parts: Parts, entry: Entry, moved: bool) -> str:
    """The arguments of a call, with the leaves differentiated by moved along their directions or not."""
    leaf_text: dict[tuple[str, object], str] = {}
    for k, (leaf, p) in enumerate(zip(entry.leaves, parts.lowered.params, strict=True)):
        shown = converted(p.type, f"{leaf} + h * v_{leaf}") if moved and k in parts.wrt_params else leaf
        leaf_text[(p.argument, p.path)] = shown
        if p.captured:
            leaf_text[("", leaf)] = shown
    texts = []
    for argument in parts.lowered.signature.arguments:
        pieces = []
        for path, leaf_type in zip(paths(argument.tree), argument.leaves, strict=True):
            known = repr(leaf_type.value) if isinstance(leaf_type, Static) else "None"
            pieces.append(leaf_text.get((argument.name, path), known))
        texts.append(functions.build(argument.tree, pieces, None))
    required = [g.name for g in entry.given if g.keyword and not g.default]
    return ", ".join([*texts, *(f"{name}={name}" for name in required)])


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
