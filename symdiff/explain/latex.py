"""The derivation in LaTeX, line by line as lecture notes write it: the function, its stages, its derivatives.

Of the neuron: y = 1/y_1, y_1 = y_2 + 1, … from the output backwards, then for each stage and each argument

    ∂y/∂y_2 = ∂y/∂y_1 ∂y_1/∂y_2 = ∂y/∂y_1 * 1

in the order in which they are found, and the gradient.  In a loop a value of turn i has the index i; one that is
carried from turn to turn has the index i before the turn and i + 1 after it.
"""

from __future__ import annotations

import ast
import contextlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
import sympy

from symdiff.explain import formulas
from symdiff.explain.exits import negated
from symdiff.explain.formula_latex import AXES, Named, Printer, literal, stage_formula
from symdiff.explain.notation import ATOM, PRODUCT, Tex, number, parenthesised, product, rule, symbol, symbols
from symdiff.explain.stages import ARGUMENT, PARAMETER, Derivation, Edge, Group, Stage, first_form
from symdiff.explain.table import entered, is_repeated, outline
from symdiff.ir import dims
from symdiff.ir.core import Prim

_ORDER = ("turn before", "inner call", "outer call", "", "last turn", "every turn", "first turn")
_CALL = {turn: f"\\big|_{{\\text{{{turn}}}}}" for turn in ("inner call", "outer call")}
_LONGEST = 400  # characters of the formula of the whole function


@cache
def meaning(prim: Prim) -> str:
    """The LaTeX of what SymPy knows an elementwise primitive to be, in the names of its operands."""
    symbols = {name: sympy.Symbol(name) for name in prim.operands}
    text = str(sympy.latex(sympy.sympify(prim.info["sympy"], locals=symbols)))
    return text.replace("\\\\", "\\\\ ")


def document(derivation: Derivation) -> str:
    """The derivation as one `align*` environment, for a LaTeX document or a notebook cell."""
    body = " \\\\\n".join(lines(derivation))
    return f"% {derivation.function}, {derivation.place}\n\\begin{{align*}}\n{body}\n\\end{{align*}}\n"


def lines(derivation: Derivation) -> list[str]:
    """The lines of the derivation, aligned at `&`."""
    if not derivation.results:
        return [f"&\\text{{the result of {literal(derivation.function)} has no derivative}}"]
    writer = _Writer(derivation)
    return [writer.function(), *writer.stages(), *writer.derivatives(), writer.gradient()]


class _Writer:
    def __init__(self, derivation: Derivation) -> None:
        self.derivation = derivation
        self.symbols = Symbols(derivation)
        self.results = [derivation[key] for key in derivation.results]
        names = {s.name for s in self.results}
        taken = {s.name for s in (*derivation.arguments, *derivation.stages)} - names
        letters = ([derivation.function] if len(derivation.function) == 1 else []) + ["f", "F", "g", "G"]
        self.letter = next((c for c in letters if c not in taken), "f")
        single = len(names) == 1 and not any(map(is_repeated, self.results))
        self.top = self.symbols.symbol(names.pop()) if single else self.letter
        self.uses: dict[str, list[tuple[Stage, Edge]]] = {}
        for stage in derivation.stages:
            for edge in stage.inputs:
                if edge.active:
                    self.uses.setdefault(edge.source, []).append((stage, edge))

    # --- the function and its stages

    def application(self) -> str:
        """`f(x_1,x_2;w_1,w_2,b)`: what is differentiated by stands behind the semicolon."""
        wrt = set(self.derivation.wrt)
        given = [self.symbols.symbol(a.name) for a in self.derivation.arguments if a.key not in wrt]
        by = [self.symbols.symbol(self.derivation[key].name) for key in self.derivation.wrt]
        return f"{self.letter}({';'.join(','.join(part) for part in (given, by) if part)})"

    def function(self) -> str:
        """The first line: the result, and the formula of all of it where that is one and not too long."""
        whole = self.whole(self.results[0]) if len(self.results) == 1 else None
        formula = [whole.text] if whole is not None and len(whole.text) <= _LONGEST else []
        head = [self.application()]
        if self.top != self.letter:
            head.insert(0, self.top)
        elif not formula:
            formula = [self.symbols.of(self.results[0], "stop")]
        return f"{head[0]} &= {' = '.join([*head[1:], *formula])}"

    def whole(self, result: Stage) -> Tex | None:
        """The formula of a stage with the formulas of all that it reads in their places."""
        if any((s.group and any(g.kind != "call" for g in s.group)) or s.update for s in self.derivation.stages):
            return None
        made: dict[str, Tex] = {a.name: Tex(self.symbols.symbol(a.name)) for a in self.derivation.arguments}
        for stage in sorted(self.derivation.stages, key=lambda s: s.order):
            made[stage.name] = stage_formula(
                stage, lambda n: made.get(n, Tex(self.symbols.symbol(n))), meaning, notes_order=False
            )
            if len(made[stage.name].text) > _LONGEST:
                return None
        return made[result.name]

    def stages(self) -> Iterator[str]:
        linked: set[str] = set()
        for item in self.under_heads(lambda stage: stage.op not in (ARGUMENT, PARAMETER)):
            yield item if isinstance(item, str) else self.stage(item)
            if isinstance(item, Stage) and item.name not in linked:
                linked.add(item.name)
                yield from self.symbols.link(item)

    def stage(self, stage: Stage) -> str:
        named = self.symbols.reader(stage)
        if stage.update:
            return self.update(stage, named)
        formula, value = stage_formula(stage, named, meaning).text, self.value(stage.value)
        return f"{self.symbols.of(stage)} &= {formula}{value if value != f' = {formula}' else ''}"

    def update(self, stage: Stage, named: Named) -> str:
        """A write into a part of an array: `y_i = y_{5,i}`, or what is added to it; a list that grows."""
        part, printer = formulas.written_part(stage.statement), Printer(named, True)
        if formulas.appended_to(stage.statement) is not None:
            return f"{self.symbols.of(stage)} &\\text{{: append }} {printer.tex(stage.operands[1]).text}"
        if part is None or not isinstance(stage.statement, ast.Assign | ast.AugAssign):
            return f"{self.symbols.of(stage)} &\\text{{: }} \\texttt{{{literal(stage.formula)}}}"
        left, right = printer.tex(part).text, printer.tex(stage.statement.value).text
        added = f"{left} + " if isinstance(stage.statement, ast.AugAssign) else ""
        return f"{left} &= {added}{right}"

    def value(self, value: Any) -> str:
        """A number at the end of a line, where one is known."""
        return f" = {number(value)}" if value is not None and np.ndim(value) == 0 else ""

    def under_heads(self, wanted: Callable[[Stage], bool]) -> Iterator[str | Stage]:
        """The wanted stages with the heads of the groups they stand in."""
        items = outline(self.derivation)
        for k, (depth, item) in enumerate(items):
            if isinstance(item, Stage):
                if wanted(item):
                    yield item
                continue
            end = next((j for j in range(k + 1, len(items)) if items[j][0] <= depth), len(items))
            if any(isinstance(other, Stage) and wanted(other) for _, other in items[k + 1 : end]):
                yield f"&{self.head(item)}"

    def head(self, group: Group) -> str:
        printer = Printer(lambda name: Tex(self.symbols.tested(name)), True)
        if group.kind == "for":
            lo, hi, step = group.bounds
            down = ast.unparse(step).startswith("-")
            last = printer.tex(ast.BinOp(hi, ast.Add() if down else ast.Sub(), ast.Constant(1))).text
            turns = f"{printer.tex(lo).text}, \\dots, {last}"
            steps = "" if ast.unparse(step) == "1" else f" \\text{{ in steps of }} {printer.tex(step).text}"
            counted = "\\text{, ended after }" if group.ends_early else ",\\ "
            ends = f"{counted} T \\text{{ turns}}" if group.ends_early or steps else ""
            return f"\\text{{for }} {self.symbols.symbol(group.index)} = {turns}{steps}{ends}:"
        if group.test is not None and not group.text.startswith("else"):
            word, test = group.text.partition(" ")[0], negated(group.test) if group.kind == "else" else group.test
            return f"\\text{{{word} }} {printer.tex(test).text}:"
        if group.kind == "function":
            name, _, rest = group.text.rstrip(":").removesuffix(")").partition("(")
            parameters = ", ".join(self.symbols.symbol(p) for p in rest.split(", ") if p)
            return f"\\text{{one call of }} \\operatorname{{{literal(name)}}}({parameters}):"
        return f"\\text{{{'otherwise:' if group.kind == 'else' else literal(group.text)}}}"

    # --- the derivatives

    def derivatives(self) -> Iterator[str]:
        top = {s.key for s in self.results if not is_repeated(s)}
        wrt = self.derivation.wrt
        for item in self.under_heads(lambda stage: (stage.active or stage.key in wrt) and stage.key not in top):
            yield item if isinstance(item, str) else self.derivative(item)

    def partial(self, below: str) -> str:
        return f"\\frac{{\\partial {self.top}}}{{\\partial {below}}}"

    def derivative(self, stage: Stage) -> str:
        """One line: the gradient of a stage as what its readers give, first as the chain rule, then with the rules."""
        if not stage.active:
            return f"{self.partial(self.symbols.of(stage))} &= 0"
        uses = {(r.key, e.operand): (r, e) for r, e in self.uses.get(stage.key, [])}
        terms = [self.term(stage, reader, edge) for reader, edge in uses.values()]
        if stage.key in self.derivation.results:
            terms.insert(0, ("1", Tex("1 \\text{ in the last turn}", PRODUCT)))
        terms = _collected(terms)
        chain = " + ".join(dict.fromkeys(chain for chain, _ in terms))
        rules = " + ".join(rule.text if not rule.text.startswith("-") or k == 0 else parenthesised(rule.text)
                           for k, (_, rule) in enumerate(terms))  # fmt: skip
        sides = [self.partial(self.symbols.of(stage)) + " &", *([chain] if chain != rules and terms else []), rules]
        value = self.value(stage.gradient)
        return "= ".join((sides[0], " = ".join(sides[1:]))) + (value if value != f" = {rules}" else "")

    def term(self, stage: Stage, reader: Stage, edge: Edge) -> tuple[str, Tex]:
        """What one reader gives: by the chain rule, and with its local derivative."""
        shift = self.symbols.shift(edge)
        below = self.symbols.of(reader, shift)
        above, named = self.partial(below) + _CALL.get(edge.turn, ""), self.symbols.reader(reader, shift)
        direct = reader.key in self.derivation.results and not is_repeated(reader)
        sources = {self.derivation[e.source].name for e in reader.inputs}
        known, reads_itself = sources | {reader.name}, reader.name in sources  # y = y * x: the rules have y before

        def name(word: str) -> str | None:
            if word == f"d_{reader.name}":
                return above
            if word == reader.name and not reads_itself:
                return below
            return named(word).text if word in known else None

        sums = self.sums(stage, reader, edge)
        local = rule(first_form(edge.rule), name)
        chain = f"{above} \\frac{{\\partial {below}}}{{\\partial {self.symbols.of(stage)}}}"
        if edge.is_rule:
            return sums + chain, Tex(sums + local.text, local.holds)
        if edge.part is not None:
            part = self.part("" if direct and not reader.update else above, edge, reader, named).strip()
            return sums + (part if direct else chain), Tex(sums + part, PRODUCT)
        if not edge.rule:
            return sums + chain, Tex(sums + chain, PRODUCT)
        if direct:
            found = Tex(sums + (local.at_least(PRODUCT) if sums else local.text), local.holds)
            return found.text, found
        return sums + chain, Tex(sums + times(above, local, reader), PRODUCT)

    def sums(self, stage: Stage, reader: Stage, edge: Edge) -> str:
        """The signs in front of a term: arms as conditions, turns and repeated axes as sums."""
        found = ""
        for group in entered(stage, reader, edge):
            if group.kind in ("for", "while") and edge.turn != "first turn":
                found += f"\\sum_{{{'t' if group.kind == 'while' else self.symbols.symbol(group.index)}}} "
            elif group.kind in ("if", "else"):
                assert group.test is not None
                test = Printer(lambda name: Tex(self.symbols.tested(name)), True).tex(group.test).text
                opposite = test.removeprefix("\\neg ") if test.startswith("\\neg \\text") else f"\\neg ({test})"
                found += f"[{test if group.kind == 'if' else opposite}] "
        if edge.turn == "last turn":
            found += "[\\text{last turn}] "
        for axis, size in edge.summed:
            found += f"\\sum_{{{AXES[axis]}=1}}^{{{symbol(size) if size.isidentifier() else size}}} "
        return found

    def part(self, above: str, edge: Edge, reader: Stage, named: Named) -> str:
        """The gradient of a part: read at an index, it goes there (e_i is 1 at i); written, it comes from there."""
        assert isinstance(edge.part, ast.Subscript)
        index = ",".join(Printer(named, True).indices(edge.part))
        index = simplified(index) if re.fullmatch(r"[a-z0-9+\- ]+", index) else index
        if edge.rule.startswith("1 outside"):
            return f"{above} \\text{{ outside }} {index}"
        if reader.update:
            return f"\\left({above}\\right)_{{{index}}}"
        return f"{above} e_{{{index}}}" if ":" not in index else f"{above} \\text{{ at }} {index}"

    def gradient(self) -> str:
        """The last line: ∇f."""
        by = [self.derivation[key] for key in self.derivation.wrt]
        parts = [self.partial(self.symbols.symbol(a.name)) for a in by]
        if len(parts) == 1:
            below, right = self.symbols.symbol(by[0].name), parts[0]
        else:
            below = f"({','.join(self.symbols.symbol(a.name) for a in by)})"
            arrays = any("[" in a.shape for a in by)
            right = f"\\left({', '.join(parts)}\\right)" if arrays else f"[{' '.join(parts)}]^T"
        return f"\\nabla_{{{below}}} {self.application()} &= {right}"


def _collected(terms: list[tuple[str, Tex]]) -> list[tuple[str, Tex]]:
    """Equal terms as one, with their number: 2 d·z for d·z + d·z; the chain rule has one term for each reader."""
    counts = Counter(terms)
    found = []
    for (chain, local), count in counts.items():
        number = Tex(str(count))
        found.append((chain, product(number, local) if count > 1 else local))
    return found


class Symbols:
    """What stages are called in the lines of loops: with the turn as an index."""

    def __init__(self, derivation: Derivation) -> None:
        self.derivation = derivation
        every = (*derivation.stages, *derivation.arguments)
        self.symbol = symbols({s.name for s in every} | {g.index for s in every for g in s.group if g.index})
        edges = [e for s in derivation.stages for e in s.inputs]
        updates = {s.name for s in derivation.stages if s.update}
        self.carried = {e.source for e in edges if e.turn == "turn before" and derivation[e.source].name not in updates}
        self.updates = updates
        self.starts: dict[str, list[str]] = {}
        for stage in derivation.stages:
            for e in stage.inputs:
                loops = [g for g in stage.group if g.kind in ("for", "while")]
                source = derivation[e.source]
                if e.turn == "first turn" and loops and source.op != ARGUMENT and source.name not in updates:
                    entered = [g for g in loops if g not in source.group]
                    self.starts[e.source] = [_turn(g, False, "start") for g in entered]

    def link(self, stage: Stage) -> list[str]:
        """Of a variable that two loops carry and the inner one alone writes: where the inner loop goes on."""
        loops = [g for g in stage.group if g.kind in ("for", "while")]
        others = [s for s in self.derivation.stages if s.name == stage.name and s.key not in self.starts]
        begun = [len(at) for key, at in self.starts.items() if self.derivation[key].name == stage.name]
        alone = len(loops) > 1 and all(g in s.group for s in others for g in loops[-2:])
        if stage.key not in self.carried or begun != [2] or not alone:
            return []
        before = [_turn(g, False, "") for g in loops[:-2]]
        begin = self.symbol(stage.name, *before, _turn(loops[-2], True, ""), _turn(loops[-1], False, "start"))
        end = self.symbol(stage.name, *before, _turn(loops[-2], False, ""), _turn(loops[-1], True, "stop"))
        return [f"{begin} &= {end}"]

    def tested(self, name: str) -> str:
        """How a condition writes what it reads: `y_{5,i}` in a loop; without an index what has two values in a turn."""
        found = [s for s in self.derivation.stages if s.name == name]
        one_value = len(found) == 1 and found[0].key not in self.carried
        return self.of(found[0]) if one_value else self.symbol(name)

    def of(self, stage: Stage, shift: str = "", around: Sequence[Group] = ()) -> str:
        """The symbol of a stage; `shift` "next", "start" or "stop": in which turn, else in this one.

        "stop" is the last turn of all loops but those `around` the reader.
        """
        if stage.name in self.updates:
            return self.symbol(stage.name)
        indices = []
        loops = [g for g in stage.group if g.kind in ("for", "while")]
        for k, group in enumerate(loops):
            innermost = k == len(loops) - 1
            ended = shift == "stop" and group not in around
            indices.append(_turn(group, stage.key in self.carried and innermost, shift if innermost or ended else ""))
        if stage.key in self.starts:
            indices += self.starts[stage.key]
        return self.symbol(stage.name, *indices)

    def shift(self, edge: Edge) -> str:
        return {"turn before": "next", "first turn": "start"}.get(edge.turn, "")

    def reader(self, stage: Stage, shift: str = "") -> Named:
        """How a stage writes what it reads, by name."""
        found: dict[str, str] = {}
        for edge in sorted(stage.inputs, key=lambda e: _ORDER.index(e.turn)):
            source = self.derivation[edge.source]
            found.setdefault(source.name, self.read(source, edge, shift, stage.group))
        loops = [g for g in stage.group if g.kind == "for"]
        if loops and shift:
            found[loops[-1].index] = _turn(loops[-1], False, shift)
        return lambda name: Tex(found.get(name) or self.symbol(name))

    def read(self, source: Stage, edge: Edge, shift: str, around: Sequence[Group]) -> str:
        if source.name in self.updates:
            return self.symbol(source.name)
        if edge.turn == "turn before":
            loops = [g for g in source.group if g.kind in ("for", "while")]
            return self.symbol(source.name, *[_turn(g, False, shift if g is loops[-1] else "") for g in loops])
        return self.of(source, "stop" if edge.turn == "last turn" else shift if edge.turn == "" else "", around)


def _turn(group: Group, after: bool, shift: str) -> str:
    """The index of a turn, and `after` it the next; a `while` counts its turns from 1 to T."""
    start, stop, step = map(ast.unparse, group.bounds) if group.bounds else ("1", "T + 1", "1")
    index = group.index if group.bounds else "t"
    if shift == "start":
        index = start
    elif shift == "stop" and ((group.ends_early and group.bounds) or step != "1"):
        turns = ("" if step.strip("-") == "1" else simplified(step.strip("-"))) + ("T" if after else "(T-1)")
        return (
            turns if (start, step[0]) == ("0", "1") else f"{simplified(start)}{'-' if step[0] == '-' else '+'}{turns}"
        )
    elif shift == "stop":
        return simplified(stop) if after else simplified(f"{stop} - ({step})")
    return simplified(index + f" + ({step})" * ((shift == "next") + after))


def simplified(index: str) -> str:
    """Index arithmetic in LaTeX: `i + 1 - 1` is i; what is no arithmetic of names and integers stays as it is."""
    with contextlib.suppress(ValueError):
        index = str(dims.parse(index))
    return Printer(lambda name: Tex(symbol(name)), True).tex(ast.parse(index, mode="eval").body).text.replace(" ", "")


def times(above: str, local: Tex, reader: Stage) -> str:
    """Upstream times local: `* 1` for a number as in the notes, side by side else; ⊙ between arrays."""
    if re.fullmatch(r"-?[\d.]+", local.text):
        return f"{above} * {local.text}"
    if "[" in reader.shape and not local.text.startswith(("\\frac{1}{n", "\\text")):
        return f"{above} \\odot {local.at_least(ATOM)}"
    return product(Tex(above), local).text
