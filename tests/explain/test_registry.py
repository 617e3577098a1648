"""Every primitive has its LaTeX: its formula, and the rules that it declares."""

import ast
import re

import pytest

import symdiff.primitives  # noqa: F401  # fills the registry
from symdiff.codegen.assignments import statement_text
from symdiff.codegen.folding import is_update
from symdiff.explain import formulas, mathml
from symdiff.explain.formula_latex import Printer, filled
from symdiff.explain.latex import meaning
from symdiff.explain.notation import Tex, rule, symbol
from symdiff.ir import template
from symdiff.ir.core import REGISTRY, Family, walk
from tests.primitives.cases import cases, is_sampled, program

# rules that are a sentence, or an operator on nothing
PROSE = {
    *("angle", "conj", "cumsum", "einsum", "imag", "real", "fft", "ifft", "rfft", "irfft"),
    *("svd_left", "svd_right", "pinv", "lstsq", "qr_q", "qr_r", "running_max", "running_min"),
}


@pytest.mark.parametrize("name", [p.name for p in REGISTRY.values() if p.info.get("rule")])
def test_every_rule_is_mathematics_or_known_prose(name: str) -> None:
    prim = REGISTRY[name]
    names = {x: f"{x}1" for x in template.operand_names(prim, len(prim.operands))}
    names |= {x[1:]: f"{x[1:]}1" for x in prim.operands if x.startswith("*")}
    words = {*names.values(), "z"}
    for text in filter(None, prim.info["rule"]):
        shown = text.format(**{**names, **{x.lstrip("*"): y for x, y in names.items()}}, out="z")
        shown = shown if "[" in shown else shown.partition(" = ")[0]
        found = rule(shown, lambda w: r"\delta" if w == "d_z" else symbol(w) if w in words else None)
        assert found.text.startswith("\\text{") <= (name in PROSE or "{" not in text), f"{shown} became {found.text}"
        assert found.text.count("{") == found.text.count("}")


@pytest.mark.parametrize("name", [p.name for p in REGISTRY.values() if p.family is Family.ELEMENTWISE])
def test_elementwise_primitives_are_written_as_sympy_writes_them(name: str) -> None:
    prim = REGISTRY[name]
    operands = [Tex(f"u_{k}") for k in range(len(prim.operands))]
    text = filled(prim.info.get("latex") or meaning(prim), prim, operands).text
    assert all(operand.text in text for operand in operands)
    assert text.count("{") == text.count("}") and text.count("\\left") == text.count("\\right")


HELPERS = {name for p in REGISTRY.values() for name in re.findall(r"def (\w+)", p.info.get("helper", ""))}
SAMPLED = [p for p in REGISTRY.values() if is_sampled(p)]


@pytest.mark.parametrize("prim", [p for p in SAMPLED if p.info.get("helper")], ids=lambda p: p.name)
def test_no_formula_names_a_helper_of_generated_modules(prim) -> None:
    """`x ** y`, not `_pow(x, y)`."""
    shown = []
    for case in cases(prim):
        for op in walk(program(prim, case).main.body):
            if op.prim is prim:
                operands = [ast.Name(f"x{k}") for k in range(len(op.ins))]
                if is_update(op):
                    shown.append(statement_text(formulas.statement(op, operands, "y")))
                    continue
                tree = formulas.expression(op, operands)
                shown += [formulas.text(tree), Printer(Tex, True).tex(tree).text, mathml.text(tree)]
    assert shown
    for text in shown:
        assert not re.search(rf"(?<!\w)({'|'.join(HELPERS)})(?!\w)", text.replace("\\_", "_")), text


def test_there_are_helpers_and_each_is_private() -> None:
    assert {"_pow", "_softmax", "_deep_copy"} <= HELPERS
    assert all(name.startswith("_") for name in HELPERS)
