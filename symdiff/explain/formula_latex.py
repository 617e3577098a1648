"""Formulas of stages in LaTeX: Python's operators as mathematics, primitives as they are declared.

The LaTeX of a primitive is its `formula` printed, or its `latex`, a text in its operands; of an elementwise one
without, SymPy prints its meaning (`explain.latex` has SymPy).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence

from symdiff.explain import formulas
from symdiff.explain.notation import ATOM, PRODUCT, SUM, Tex, number, parenthesised, power, product
from symdiff.explain.stages import Stage
from symdiff.ir import template
from symdiff.ir.core import Op, Prim
from symdiff.ir.types import AVal

AXES = "ijklmnop"  # what runs along the axes of an array
Named = Callable[[str], Tex]
Meaning = Callable[[Prim], str]  # the LaTeX of an elementwise primitive, its operands as they are called there

_OPERATORS = {ast.FloorDiv: "\\mathbin{//}", ast.Mod: "\\bmod"}
_COMPARISONS = {
    ast.Gt: ">", ast.Lt: "<", ast.GtE: "\\ge", ast.LtE: "\\le", ast.Eq: "=", ast.NotEq: "\\ne", ast.Is: "=",
}  # fmt: skip


def stage_formula(stage: Stage, named: Named, meaning: Meaning, notes_order: bool = True) -> Tex:
    """The right-hand side of a stage; `named` writes what it reads.

    `notes_order`: of a sum with a number, the number comes last, y_2 + 1.
    """
    printer = Printer(named, notes_order)
    op = stage.operation
    if op is not None:
        between = _between_arrays(op, [printer.tex(x) for x in stage.operands])
        if between is not None:
            return between
        written = template.formula(op, stage.operands, formulas.dim)
        if written is not None:
            return printer.tex(written)
        declared = _declared(op, meaning)
        if declared:
            return filled(declared, op.prim, [printer.tex(x) for x in stage.operands])
    if stage.expression is None:
        return Tex(f"\\texttt{{{stage.formula}}}")
    return printer.tex(stage.expression)


def _between_arrays(op: Op, operands: Sequence[Tex]) -> Tex | None:
    """Products of arrays and powers of matrices, element by element: side by side they would be matrix products."""
    if formulas.is_elementwise_product(op):
        return Tex(" \\odot ".join(x.at_least(ATOM) for x in operands), SUM)
    if op.prim.name == "pow" and isinstance(op.ins[0].type, AVal) and op.ins[0].type.rank > 1:
        return Tex(f"{operands[0].at_least(ATOM)}^{{\\odot {operands[1].text}}}", PRODUCT)
    return None


def _declared(op: Op, meaning: Meaning) -> str:
    """The LaTeX template of an operation; nothing where its NumPy text is mathematics already: x + y."""
    latex = str(op.prim.info.get("latex", ""))
    if latex:
        return latex.replace("_{axis}", _axes(op))
    text = op.prim.numpy
    if "sympy" not in op.prim.info or (isinstance(text, str) and not re.match(r"(np\.)?\w+(\.\w+)*\(", text)):
        return ""
    if op.prim.name == "pow":  # x ** y
        return ""
    return meaning(op.prim)


def _axes(op: Op) -> str:
    """The axes of a reduction as a subscript: j for the second."""
    axis = op.params.get("axis")
    t = op.ins[0].type if op.ins else None
    if axis is None or not isinstance(t, AVal) or t.rank < 2:
        return ""
    places = axis if isinstance(axis, tuple) else (axis,)
    return f"_{{{''.join(AXES[k % t.rank] for k in places)}}}"


def filled(text: str, prim: Prim, operands: Sequence[Tex]) -> Tex:
    """A template with its operands; one that stands in brackets of its own needs no parentheses."""
    names = template.operand_names(prim, len(operands))
    found = dict(zip(names, operands, strict=True))
    pattern = re.compile(rf"(?<![\\\w])({'|'.join(map(re.escape, names))})(?![\w])" if names else r"(?!)")
    pieces, last = [], 0
    for match in pattern.finditer(text):
        before, after = text[last : match.start()], text[match.end() :]
        operand = found[match[1]]
        if re.search(r"\\left\($", before.rstrip()) and operand.holds == ATOM and re.match(r"\s*\\right\)", after):
            before = re.sub(r"\{?\\left\($", " ", before.rstrip())
            end = re.match(r"\s*\\right\)\}?", after)
            assert end is not None
            pieces += [before, operand.text]
            last = match.end() + end.end()
            continue
        bracketed = re.search(r"[{(|,]\s*$", before) and re.match(r"\s*[}),|\\]", after)
        pieces += [before, operand.text if bracketed else operand.at_least(ATOM)]
        last = match.end()
    pieces.append(text[last:])
    made = re.sub(r"\s+", " ", "".join(pieces)).strip()
    return Tex(made, _holds(made))


_BRACKETS = re.compile(r"\{[^{}]*\}|\([^()]*\)|\[[^\[\]]*\]|\|[^|]*\|")


def _holds(text: str) -> int:
    """How tightly a finished template holds together: by what stands outside of all brackets."""
    outer, before = re.sub(r"\\(left|right)", "", text), ""
    while outer != before:
        before, outer = outer, _BRACKETS.sub("", outer)
    if outer.startswith("-") or re.search(r" [-+] ", outer):
        return SUM
    return PRODUCT if " " in outer.strip() else ATOM


class Printer:
    """Python expressions as LaTeX."""

    def __init__(self, named: Named, notes_order: bool) -> None:
        self.named, self.notes_order = named, notes_order

    def tex(self, node: ast.expr) -> Tex:
        found = getattr(self, type(node).__name__, None)
        return found(node) if found is not None else Tex(f"\\texttt{{{literal(ast.unparse(node))}}}")

    def Name(self, node: ast.Name) -> Tex:  # as in `ast`
        return self.named(node.id)

    def Constant(self, node: ast.Constant) -> Tex:
        if isinstance(node.value, int | float) and not isinstance(node.value, bool):
            return Tex(number(node.value))
        if isinstance(node.value, complex):
            return Tex(number(node.value), SUM if node.value.real or node.value.imag < 0 else PRODUCT)
        return Tex(f"\\texttt{{{literal(repr(node.value))}}}")

    def UnaryOp(self, node: ast.UnaryOp) -> Tex:
        operand = self.tex(node.operand)
        if isinstance(node.op, ast.USub):
            return Tex("-" + operand.at_least(PRODUCT), SUM)
        sign = {ast.Not: "\\neg ", ast.Invert: "\\neg "}.get(type(node.op), "")
        return Tex(sign + operand.at_least(PRODUCT), PRODUCT)

    def BinOp(self, node: ast.BinOp) -> Tex:
        left, right = self.tex(node.left), self.tex(node.right)
        if isinstance(node.op, ast.Mult) and ast.dump(node.left) == ast.dump(node.right):
            return power(left, "2")
        if isinstance(node.op, ast.Add):
            if self.notes_order and isinstance(node.left, ast.Constant) and not isinstance(node.right, ast.Constant):
                left, right = right, left
            shown = right.text if not right.text.startswith("-") else parenthesised(right.text)
            return Tex(f"{left.text} + {shown}", SUM)
        if isinstance(node.op, ast.Sub):
            return Tex(f"{left.text} - {right.at_least(PRODUCT)}", SUM)
        if isinstance(node.op, ast.Mult | ast.MatMult):
            return product(left, right)
        if isinstance(node.op, ast.Div):
            return Tex(f"\\frac{{{left.text}}}{{{right.text}}}")
        if isinstance(node.op, ast.Pow):
            return power(left, right.text)
        sign = _OPERATORS.get(type(node.op), "?")
        return Tex(f"{left.at_least(PRODUCT)} {sign} {right.at_least(ATOM)}", PRODUCT)

    def Compare(self, node: ast.Compare) -> Tex:
        parts = [self.tex(node.left).text]
        for sign, operand in zip(node.ops, node.comparators, strict=True):
            parts += [_COMPARISONS.get(type(sign), "\\in"), self.tex(operand).text]
        return Tex(" ".join(parts), SUM)

    def BoolOp(self, node: ast.BoolOp) -> Tex:
        sign = " \\land " if isinstance(node.op, ast.And) else " \\lor "
        return Tex(sign.join(self.tex(x).at_least(PRODUCT) for x in node.values), SUM)

    def IfExp(self, node: ast.IfExp) -> Tex:
        arms = f"{self.tex(node.body).text} & \\text{{if }} {self.tex(node.test).text} \\\\ "
        return Tex(f"\\begin{{cases}} {arms}{self.tex(node.orelse).text} & \\text{{otherwise}} \\end{{cases}}")

    def Attribute(self, node: ast.Attribute) -> Tex:
        if node.attr == "T":
            return power(self.tex(node.value), "T")
        return Tex(f"\\mathrm{{{literal(node.attr)}}}")

    def Subscript(self, node: ast.Subscript) -> Tex:
        below = self.indices(node)
        base = self.tex(node.value)
        if not below:  # x[()]
            return base
        split = re.fullmatch(r"(\\?\w+?|\\\w+\{[^{}]*\})_(?:\{([^{}]*)\}|(\w))", base.text)
        inside = [split[2] or split[3], *below] if split else below
        return Tex(f"{split[1] if split else base.at_least(ATOM)}_{{{','.join(inside)}}}")

    def indices(self, node: ast.Subscript) -> list[str]:
        items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        rows = bool(items) and isinstance(items[0], ast.Call) and ast.unparse(items[0].func).endswith("arange")
        return [self.index(x, rows) for x in items]

    def index(self, node: ast.expr, rows: bool) -> str:
        """One index; next to `arange(n)`, which is i, an array of indices is taken at i."""
        if isinstance(node, ast.Slice):
            ends = [self.tex(x).text if x is not None else "" for x in (node.lower, node.upper)]
            return ":".join(ends)
        if rows and isinstance(node, ast.Call):
            return "i"
        text = self.tex(node).text
        return f"{text}_i" if rows and isinstance(node, ast.Name) else text

    def Call(self, node: ast.Call) -> Tex:
        name = ast.unparse(node.func).removeprefix("np.").removeprefix("linalg.")
        arguments = ", ".join(self.tex(x).text for x in node.args)
        if name in ("abs", "fabs"):
            return Tex(f"\\left|{arguments}\\right|")
        return Tex(f"\\operatorname{{{literal(name)}}}\\left({arguments}\\right)")

    def Tuple(self, node: ast.Tuple) -> Tex:
        return Tex(f"\\left({', '.join(self.tex(x).text for x in node.elts)}\\right)")

    def List(self, node: ast.List) -> Tex:
        return Tex(f"\\left[{', '.join(self.tex(x).text for x in node.elts)}\\right]")


def literal(text: str) -> str:
    return re.sub(r"([_#%&{}$])", r"\\\1", text)
