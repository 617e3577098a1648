"""Tables printed from the registry: what the docs show, and which primitive a NumPy function is."""

from __future__ import annotations

import ast
from collections.abc import Iterable

import numpy as np

from symdiff.ir.core import REGISTRY, Family, Prim
from symdiff.primitives.declare import Known


def kinks_table_markdown() -> str:
    """Every convention at a point where the derivative is not defined, with the values that the tests assert."""
    rows = [(f"`{p.name}`", p.info["kinks"], "; ".join(_points(p))) for p in _sorted() if "kinks" in p.info]
    return _table(("primitive", "convention", "for example"), rows)


def coverage_table_markdown() -> str:
    """Every differentiable primitive: its NumPy text, the form of its rule, and how the rule is checked."""
    rows = []
    for p in _sorted():
        if p.partials or p.transpose or p.vjp:
            kind = "partials" if p.partials else "transpose" if p.transpose else "vjp and jvp"
            rows.append((f"`{p.name}`", kind, _checked(p)))
    return _table(("primitive", "rule", "checked"), rows)


def derivative_text(p: Prim) -> str:
    """The rules of a primitive for each operand, its result written y; nothing where it has none."""
    names = {name.lstrip("*"): name.lstrip("*") for name in p.operands}
    if not p.info.get("rule"):
        return "0" if p.family is Family.CONSTANT and p.info.get("kinks") else ""
    found = []
    for operand, text in zip(p.operands, p.info["rule"], strict=False):
        if text:
            name = operand.lstrip("*")
            out = "z" if "y" in names else "y"
            shown = text.format(**names, out=out) if "{" in text else text
            found.append(f"∂{name}: {shown}")
    return "; ".join(found)


def primitives_rows() -> list[tuple[str, str, str, str]]:
    """name, kind, derivative and convention of every primitive that users' programs are made of."""
    return [(p.name, p.family.value, derivative_text(p), str(p.info.get("kinks", ""))) for p in _sorted()]


def primitives_markdown() -> str:
    """The registry as a Markdown table."""
    rows = [(f"`{name}`", kind, rule and f"`{rule}`", kinks) for name, kind, rule, kinks in primitives_rows()]
    return _table(("primitive", "kind", "derivative", "at kinks"), rows)


def primitives_text() -> str:
    """The registry as lines for a terminal: name, kind, derivative; the convention below."""
    rows = primitives_rows()
    names, kinds = (max(len(row[k]) for row in rows) for k in (0, 1))
    lines = [f"{'name'.ljust(names)}  {'kind'.ljust(kinds)}  derivative (y, or z: the result)"]
    for name, kind, rule, kinks in rows:
        lines.append(f"{name.ljust(names)}  {kind.ljust(kinds)}  {rule}".rstrip())
        if kinks:
            lines.append(" " * (names + kinds + 4) + f"kink: {kinks}")
    return "\n".join(lines) + "\n"


def _checked(p: Prim) -> str:
    if "numerical" in p.info:
        return f"numerical: {p.info['numerical']}"
    if p.family is Family.STRUCTURE:
        return "numerical: moves values in and out of lists and records"
    return "proved by SymPy" if p.info.get("elementwise") else "linear: its own tangent"


def called_functions() -> dict[str, Prim]:
    """The elementwise primitive of each function that a text calls with exactly the operands.

    `np.exp`, `math.exp`: exp; `scipy.special.erf`, `math.erf`: erf.
    """
    found: dict[str, Prim] = {}
    for p in REGISTRY.values():
        for text in (p.ufunc, p.numpy, p.scalar):
            name = _called(text, p.operands) if isinstance(text, str) and p.info.get("elementwise") else None
            if name is not None:
                found[name] = p
    return found


def numpy_functions() -> dict[object, Prim]:
    """The primitive of each NumPy function that is elementwise: `np.exp` is `exp`."""
    return {getattr(np, n[3:]): p for n, p in called_functions().items() if n.startswith("np.")}


def _called(text: str, operands: Iterable[str]) -> str | None:
    """The dotted name of a function where the text is its call with the operands in order."""
    tree = ast.parse(text, mode="eval").body
    if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Attribute):
        return None
    given = [a.id if isinstance(a, ast.Name) else "" for a in tree.args]
    return ast.unparse(tree.func) if given == list(operands) else None


def _sorted() -> list[Prim]:
    return sorted(REGISTRY.values(), key=lambda p: p.name)


def _points(p: Prim) -> Iterable[str]:
    """The first rows of the entry's table, which are those at the kink."""
    for xs, derivatives in p.info.get("table", ())[:2]:
        at = ", ".join(f"constant {x.value:g}" if isinstance(x, Known) else f"{x:g}" for x in xs)
        shown = [f"∂{name} = {d:g}" for name, d in zip(p.operands, derivatives, strict=True) if d is not None]
        yield f"at ({at}): {', '.join(shown)}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in lines) + "\n"
