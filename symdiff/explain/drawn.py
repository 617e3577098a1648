"""From a derivation to a circuit: what is written in each sign and beside each wire.

By hand, of ``y1 = 1 + y2`` at y2 = 0.37: the sign is "1 + x" (constants stand in the sign, as in the notes), above its
wire stands "y1 = 1.37", below it the gradient, and where y2 comes in the local gradient 1.  A value from the turn
before is an input of the loop's box.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from symdiff.explain.circuit.graph import Edge, Graph, Group, Node
from symdiff.explain.stages import REPEATED, Derivation, Index, Stage, Turn
from symdiff.explain.stages import Edge as Use
from symdiff.explain.stages import Group as Around
from symdiff.explain.table import says

_CALLS = ("inner call", "outer call")
_SIGNS = {
    ast.Add: "+",
    ast.Sub: "−",
    ast.Mult: "×",
    ast.Div: "÷",
    ast.MatMult: "@",
    ast.Pow: "^",
    ast.FloorDiv: "//",
    ast.Mod: "mod",
}
_UNORDERED = ("+", "×")
_FEW = 3  # elements of an array that are shown
_TURNS_SHOWN = 6
_LONGEST_SIGN = 22
_LONGEST_RULE = 16  # of a rule in several forms the shortest is shown


def circuit(made: Derivation) -> Graph:
    """The circuit of a derivation."""
    return _Drawer(made).graph()


@dataclass(slots=True)
class _Drawer:
    made: Derivation
    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    groups: dict[str, Group] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # of stages, by key
    groups_of: dict[str, tuple[Around, ...]] = field(default_factory=dict)
    drawn: set[str] = field(default_factory=set)

    def graph(self) -> Graph:
        stages = _called_first(self.made.forward())
        self.names = {s.key: s.name for s in (*self.made.arguments, *stages)}
        self.groups_of = {s.key: s.group for s in (*self.made.arguments, *stages)}
        used = {e.source for s in stages for e in s.inputs}
        for argument in self.made.arguments:
            if argument.key in used or argument.key in self.made.results:
                self.nodes.append(self.node(argument, argument, "", ""))
                self.drawn.add(argument.key)
        for stage in stages:
            self.stage(stage, self.box(stage.group))
        return Graph(self.made.function, tuple(self.nodes), tuple(self.edges), tuple(self.groups.values()))

    def stage(self, stage: Stage, box: str) -> None:
        shown = stage.shown if stage.turns else stage
        values = shown.locals if isinstance(shown, Turn) else [shown and use.value for use in stage.inputs]
        operands: dict[int, list[tuple[Use, Any]]] = {}
        again = any(use.turn in _CALLS for use in stage.inputs)
        for use, value in zip(stage.inputs, values, strict=True):
            if use.turn in _CALLS or (stage.op == "call" and use.operand and not again):
                continue  # within one call of the function; a call of another is drawn by what it returns
            operands.setdefault(use.operand, []).append((use, value))
        edges = []
        for uses in operands.values():
            (use, value), others = next((pair for pair in uses if pair[1] is not None), uses[0]), uses[1:]
            alone = not others and use.source in self.drawn
            source = use.source if alone else self.join(stage, [u for u, _ in uses])
            edges.append(Edge(source, stage.key, local_text(use, value), use.local))
        sign = sign_of(stage, {self.names[e.source] for e in stage.inputs})
        self.nodes.append(self.node(stage, shown, sign, box))
        self.drawn.add(stage.key)
        self.edges += edges

    def join(self, stage: Stage, uses: Sequence[Use]) -> str:
        """A node where the ways of a value meet: of the first turn and of later ones, of the arms of a branch.

        It stands in the innermost box that holds all of them, but for what comes in from outside a loop.
        """
        name = " | ".join(f"{u.source} {u.when}" for u in uses)
        inside = [self.groups_of[u.source] for u in uses if not u.when.startswith("first turn")]
        around = list(_common([stage.group, *inside]))
        name += f" in {around[-1].key}" if around else ""
        if name in self.drawn:
            return name
        self.drawn.add(name)
        box, label = self.box(around), self.names[uses[0].source]
        again = any(u.source not in self.drawn for u in uses)
        made = Node(name, "⟳" if again else "if", label, title=f"{label}: {', '.join(u.when for u in uses)}", group=box)
        if again:
            self.nodes.append(Node(f"before {name}", label=f"{label}, before", group=box))
            self.edges.append(Edge(f"before {name}", name))
        self.nodes.append(made)
        for use in uses:
            if use.source in self.drawn:
                self.edges.append(Edge(use.source, name, " and ".join(dict.fromkeys(use.when.split(" and ")))))
        return name

    def node(self, stage: Stage, shown: Stage | Turn | None, sign: str, box: str) -> Node:
        if shown is None:  # not run in the turn that is shown
            value = gradient = ""
        elif self.made.has_values:
            value, gradient = number_text(shown.value), number_text(shown.gradient)
        else:
            value, gradient = "", f"d_{stage.name}" if stage.active else ""
        rows = [f"{stage.name} = {stage.formula}" if sign and not stage.update else stage.formula, stage.shape]
        rows += [_turn_text(t) for t in stage.turns[:_TURNS_SHOWN]]
        rows += [f"… {len(stage.turns)} turns"] if len(stage.turns) > _TURNS_SHOWN else []
        inside = any(g.kind in ("call", "function") for g in stage.group)
        line = int(stage.position.split(":")[0]) if stage.position and not inside else 0
        title, ordered = " · ".join(rows), sign not in _UNORDERED
        return Node(stage.key, sign, stage.name, value, gradient, title, box, line, ordered)

    def box(self, groups: Sequence[Around]) -> str:
        """The box that groups stand for, made where it is first met."""
        parent = ""
        turn: Index | None = ()
        for around in groups:
            name = f"{parent}/{around.key}"
            turn = around.shown if around.kind in REPEATED else turn
            if name not in self.groups:
                self.groups[name] = Group(name, _box_text(around, turn), parent)
            parent = name
        return parent


def _called_first(stages: Sequence[Stage]) -> list[Stage]:
    """The stages in their order, but functions that are called stand before the first call of one."""
    inside = [s for s in stages if s.group and s.group[0].kind == "function"]
    outside = [s for s in stages if not (s.group and s.group[0].kind == "function")]
    first = next((k for k, s in enumerate(outside) if s.op == "call"), len(outside))
    return [*outside[:first], *inside, *outside[first:]]


def _common(groups: Sequence[tuple[Around, ...]]) -> Iterator[Around]:
    """What all of them begin with."""
    for level in zip(*groups, strict=False):
        if len({g.key for g in level}) > 1:
            return
        yield level[0]


def _box_text(around: Around, turn: Index | None) -> str:
    """The head of a box; `turn` is the one that is shown of the loop around."""
    text = around.text.rstrip(":")
    if around.runs is None or around.kind == "call":
        return text
    if around.kind in ("if", "else"):
        idle = "" if around.shown == turn else " (not in this turn)" if around.runs else " (not taken)"
        return text + idle
    if around.kind == "function":
        return f"{text}: called {around.runs} times, the first is shown" if around.runs > 1 else text
    return f"{text}: {around.runs} turns, the last is shown"


# Texts ---------------------------------------------------------------------------------------------------------------


def sign_of(stage: Stage, operands: set[str]) -> str:
    """What is written in the sign of an operation; its operands are `x` where a constant stands beside them.

    >>> from symdiff.explain.stages import Stage
    >>> def sign(text):
    ...     tree = ast.parse(text, mode="eval").body
    ...     return sign_of(Stage("y", "y", text, "", "", expression=tree), {"a", "b"})
    >>> [sign(t) for t in ("a + b", "1 + a", "1 / a", "-a", "np.exp(a)", "np.sum(a, axis=0)", "a[i]", "a.T", "a")]
    ['+', '1 + x', '1 / x', '−x', 'exp', 'sum(axis=0)', '[i]', '.T', '=']
    """
    tree = stage.expression
    if stage.update or tree is None:
        return (
            stage.formula.split("=")[0].rstrip("+-*/@ ").removeprefix(stage.name) + " ←" if stage.update else stage.op
        )
    if isinstance(tree, ast.BinOp):
        if all(isinstance(t, ast.Name) and t.id in operands for t in (tree.left, tree.right)):
            same = ast.unparse(tree.left) == ast.unparse(tree.right)
            if same and isinstance(tree.op, ast.Mult):
                return "x²"
            sign = _SIGNS.get(type(tree.op), stage.op)
            return f"x {sign} x" if same and len(stage.inputs) == 1 else sign
        return _short(tree, operands, stage.op)
    if isinstance(tree, ast.Name):
        return "="
    if isinstance(tree, ast.Subscript) and _is_operand(tree.value, operands):
        return f"[{_index_text(tree.slice)}]"
    if isinstance(tree, ast.Attribute) and _is_operand(tree.value, operands):
        return f".{tree.attr}"
    if isinstance(tree, ast.Call):
        return _call_sign(tree, operands)
    return _short(tree, operands, stage.op)


def _index_text(tree: ast.expr) -> str:
    parts = tree.elts if isinstance(tree, ast.Tuple) else [tree]
    return ", ".join(ast.unparse(t).replace("np.", "") for t in parts)


def _is_operand(tree: ast.expr, operands: set[str]) -> bool:
    return isinstance(tree, ast.Name) and tree.id in operands


def _call_sign(tree: ast.Call, operands: set[str]) -> str:
    """`exp`; what is known stands behind it: `sum(axis=0)`, `maximum(x, 0)`."""
    function = ast.unparse(tree.func).removeprefix("np.").removeprefix("linalg.")
    if isinstance(tree.func, ast.Attribute) and _is_operand(tree.func.value, operands):
        function = tree.func.attr
    known = [a for a in tree.args if not _is_operand(a, operands)]
    if not known and not tree.keywords:
        return function
    if len(known) == len(tree.args) and known:
        return function
    args = ["x" if _is_operand(a, operands) else ast.unparse(a).removeprefix("np.") for a in tree.args] if known else []
    text = f"{function}({', '.join([*args, *map(ast.unparse, tree.keywords)])})"
    return text if len(text) <= _LONGEST_SIGN else function


def _short(tree: ast.expr, operands: set[str], otherwise: str) -> str:
    """An expression with `x` for its operand, if that is short."""
    nodes = list(ast.walk(tree))
    if len(nodes) > _LONGEST_SIGN or len({n.id for n in nodes if isinstance(n, ast.Name)} & operands) > 1:
        return otherwise
    text = ast.unparse(_Anonymous(operands).visit(copy.deepcopy(tree)))
    text = text.replace("np.", "").replace("x ** 2", "x²").replace("**", "^").replace("*", "×").replace("-", "−")
    return text if len(text) <= _LONGEST_SIGN else otherwise


class _Anonymous(ast.NodeTransformer):
    def __init__(self, operands: set[str]) -> None:
        self.operands = operands

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name("x") if node.id in self.operands else node


def local_text(use: Use, value: Any) -> str:
    """The local gradient beside a wire: the rule without its left side, and its value where that is one number."""
    if not use.active or not use.local:
        return ""
    rule = use.rule if len(use.rule) <= _LONGEST_RULE else min(use.rule.split(" = "), key=len)
    return " = ".join(text for text in (rule, local_value(use, value)) if text)


def local_value(use: Use, value: Any) -> str:
    """The value of a local gradient, where it is one number and the rule does not say it."""
    shown = number_text(value) if value is not None and np.ndim(value) == 0 else ""
    return "" if says(use.rule, shown) else shown


def number_text(value: Any) -> str:
    """A number with four digits; of an array the elements, or its shape where it has many.

    >>> number_text(0.7310585786300049), number_text(np.ones(2)), number_text(np.ones((20, 3))), number_text(None)
    ('0.7311', '[1, 1]', '20×3', '')
    """
    if value is None:
        return ""
    array = np.asarray(value)
    if array.dtype.kind not in "biufc":
        return ""
    if array.ndim == 0:
        return _number(array[()])
    if array.ndim == 1 and array.size <= _FEW:
        return f"[{', '.join(map(_number, array))}]"
    return "×".join(map(str, array.shape)) + (" elements" if array.ndim == 1 else "")


def _number(x: Any) -> str:
    if np.iscomplexobj(x):
        return f"{x:.4g}"
    return f"{float(x):.4g}" if np.asarray(x).dtype.kind == "f" else str(x)


def _turn_text(turn: Turn) -> str:
    index = ", ".join(f"{name} = {k}" for name, k in turn.index)
    gradient = number_text(turn.gradient)
    return f"{index}: {number_text(turn.value)}" + (f", gradient {gradient}" if gradient else "")
