"""Every primitive has its LaTeX: its formula, and the rules that it declares."""

import pytest

import symdiff.primitives  # noqa: F401  # fills the registry
from symdiff.explain.formula_latex import filled
from symdiff.explain.latex import meaning
from symdiff.explain.notation import Tex, rule, symbol
from symdiff.ir import template
from symdiff.ir.core import REGISTRY, Family

# rules that are a sentence, or an operator on nothing
PROSE = {
    *("angle", "conj", "cumsum", "einsum", "imag", "real", "fft", "ifft", "rfft", "irfft"),
    *("svd_left", "svd_right", "pinv", "lstsq"),
}


@pytest.mark.parametrize("name", [p.name for p in REGISTRY.values() if p.info.get("rule")])
def test_every_rule_is_mathematics_or_known_prose(name: str) -> None:
    prim = REGISTRY[name]
    names = {x: f"{x}1" for x in template.operand_names(prim, len(prim.operands))}
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
