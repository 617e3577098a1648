"""From text to trees: lark's LALR parser with the grammar beside this file, and its complaints in our words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib import resources
from typing import Any

import lark

from symdiff.errors import CompileError, Loc, Problem, refuse
from symdiff.frontend.dsl import nodes
from symdiff.frontend.dsl.layout import Layout, TooMuch, check_text
from symdiff.frontend.dsl.nodes import Node, Span

MAX_DEPTH = 60  # of trees: what is walked recursively
MAX_NAME = 64
MAX_DIGITS = 40

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_OPERATORS = {"×": "*", "⋅": "·", "∘": "⊙", "−": "-", "≤": "<=", "≥": ">=", "≠": "!=", "=": "=="}
_OVER = {"Σ": "sum", "∑": "sum", "Π": "prod", "∏": "prod"}
# What a parser that expects these is said to expect, best first.
_EXPECTED = (
    (("NAME", "NUMBER"), "a number, a name or `(`"),
    (("RPAR",), "`)`"),
    (("RSQB",), "`]`"),
    (("RBRACE",), "`}`"),
    (("BAR_CLOSE",), "`|`"),
    (("NORM_CLOSE",), "`‖`"),
    (("_IF",), "`if` or `otherwise`"),
    (("SUBSCRIPT",), "an index: `_i` or `_{i=1}^n`"),
    (("NAME",), "a name"),
    (("NEWLINE", "$END"), "an operator or the end of the definition"),
    (("EQUAL",), "`=`"),
)


class Refused(Exception):
    """A problem found in a tree, on its way to the report."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.what)
        self.problem = problem


class Text:
    """A formula file's name and lines: what makes problems with a place of spans.

    Without lines nothing has a place: expressions of SymPy.
    """

    def __init__(self, text: str | None, file: str) -> None:
        self.file = file
        self.lines = text.split("\n") if text is not None else []
        self.function, self.first_line = "", 1
        self.calls: tuple[tuple[str, int], ...] = ()  # of `Loc`

    def inside(self, function: str, first_line: int) -> Text:
        """The same text, whose places count from the first line of a function."""
        made = Text("", self.file)
        made.lines, made.function, made.first_line = self.lines, function, first_line
        return made

    def loc(self, span: Span) -> Loc | None:
        if not self.lines:
            return None
        ends = span.end_line, span.end_col
        return Loc(self.file, span.line, span.col, *ends, self.function, self.first_line, calls=self.calls)

    def problem(self, code: str, span: Span, **fields: Any) -> Problem:
        line = self.lines[span.line - 1] if span.line <= len(self.lines) else ""
        return refuse(code, self.loc(span), source_line=line.rstrip("\r"), **fields)

    def between(self, span: Span, token: lark.Token) -> str:
        """What stands on the line between a span and a token behind it, without blanks: a parenthesis, say."""
        return self.lines[span.end_line - 1][span.end_col : (token.column or 1) - 1].strip()

    def quote(self, span: Span) -> str:
        """What stands at a span, on one line and not too long."""
        if isinstance(span, nodes.Written):
            return shortened(str(span.what))
        lines = self.lines[span.line - 1 : span.end_line]
        if not lines:
            return "…"
        lines = [*lines[:-1], lines[-1][: span.end_col]]
        text = " ".join([lines[0][span.col :], *lines[1:]])
        return shortened(text)


def shortened(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"


def parse(text: str, file: str) -> tuple[nodes.Node, ...]:
    """The definitions and index sets of a text; CompileError SD801, SD802 or SD803 with a caret."""
    source = Text(text, file)
    try:
        check_text(text)
        found = _parser().parse(text)
        made: tuple[nodes.Node, ...] = _Trees(source).transform_file(found)
    except TooMuch as error:
        span = Span(error.line, error.column, error.line, error.column + 1)
        problem = source.problem("SD802", span, what=error.what, count=error.count, limit=error.limit)
        raise CompileError([problem]) from None
    except lark.UnexpectedInput as error:
        raise CompileError([_unexpected(source, error)]) from None
    except Refused as error:
        raise CompileError([error.problem]) from None
    return made


@lru_cache(maxsize=1)
def _parser() -> lark.Lark:
    grammar = resources.files(__package__).joinpath("grammar.lark").read_text(encoding="utf-8")
    layout: Any = Layout()
    return lark.Lark(grammar, parser="lalr", lexer="basic", start="file", propagate_positions=True, postlex=layout)


def _unexpected(source: Text, error: lark.UnexpectedInput) -> Problem:
    if isinstance(error, lark.UnexpectedToken) and error.token.type != "$END":
        span = _span_of(error.token)
        found = "the end of the line" if error.token.type == "NEWLINE" else f"`{source.quote(span)}`"
    elif isinstance(error, lark.UnexpectedCharacters):
        span = Span(error.line, error.column - 1, error.line, error.column)
        char = source.lines[error.line - 1][error.column - 1]
        shown = char if char.isprintable() else f"U+{ord(char):04X}"
        return source.problem("SD801", span, found=f"`{shown}`", expected="a symbol of the notation")
    else:
        last = len(source.lines)
        while last > 1 and not source.lines[last - 1].strip():
            last -= 1
        end = len(source.lines[last - 1].rstrip())
        span, found = Span(last, end, last, end + 1), "the end of the text"
    accepted: set[str] = set(getattr(error, "accepts", None) or getattr(error, "expected", None) or ())
    expected = next((text for names, text in _EXPECTED if accepted.issuperset(names)), "something else")
    rewrite = ""
    if isinstance(error, lark.UnexpectedToken) and (error.token.type in ("_IF", "_OTHERWISE") or "_IF" in accepted):
        rewrite = _CASES
        if error.token.type in ("_IF", "_OTHERWISE") and _in_braces(source, span):
            expected = "`;` in front of this case: the end of a line does not end a case"
    return replace(source.problem("SD801", span, found=found, expected=expected), rewrite=rewrite)


_CASES = "cases stand in braces, with `;` or `,` between them: `{ x if x > 0; -x if x < 0; 0 otherwise }`"


def _in_braces(source: Text, span: Span) -> bool:
    """Whether the innermost bracket that is open at a place is a brace."""
    open_: list[str] = []
    for line in [*source.lines[: span.line - 1], source.lines[span.line - 1][: span.col]]:
        for char in line.partition("#")[0]:
            if char in "([{":
                open_.append(char)
            elif char in ")]}" and open_:
                open_.pop()
    return open_[-1:] == ["{"]


def _span_of(token: lark.Token) -> Span:
    line, column = token.line or 1, (token.column or 1) - 1
    if token.type == "NEWLINE" or token.end_line != line:
        return Span(line, column, line, column + 1)
    return Span(line, column, line, (token.end_column or column + 2) - 1)


def plain_name(text: str) -> str:
    """A name as Python writes it: compatibility forms (subscript digits) made plain, y′ is y_prime, y⋆ is y_star."""
    plain = unicodedata.normalize("NFKC", text.replace("′", "'"))
    return plain.replace("'", "_prime").replace("⋆", "_star")


def token_of(part: Any) -> lark.Token | None:
    return part if isinstance(part, lark.Token) else None


class _Trees:
    """Lark's trees as ours, from the leaves up and without recursion."""

    def __init__(self, source: Text) -> None:
        self.source = source

    def transform_file(self, tree: lark.Tree[Any]) -> tuple[Node, ...]:
        for subtree in tree.iter_subtrees():  # children before parents
            if subtree is not tree:
                subtree.children = [self.made(c) if isinstance(c, lark.Tree) else c for c in subtree.children]
        found: list[Node] = []
        for child in tree.children:
            if isinstance(child, lark.Tree):
                value = self.made(child)
                found += value if isinstance(value, list) else [value]
        return tuple(found)

    def made(self, tree: lark.Tree[Any]) -> Any:
        meta = tree.meta
        span = nodes.NOWHERE
        if not meta.empty:
            span = Span(meta.line, meta.column - 1, meta.end_line, meta.end_column - 1)
        build: Callable[[Span, list[Any]], Any] = getattr(self, f"build_{tree.data}")
        node = build(span, tree.children)
        if isinstance(node, Node) and node.depth > MAX_DEPTH:
            problem = self.source.problem("SD802", span, what="levels", count=f"more than {MAX_DEPTH}", limit=MAX_DEPTH)
            raise Refused(problem)
        return node

    def name_of(self, token: lark.Token) -> str:
        text = plain_name(str(token))
        if len(text) > MAX_NAME:
            problem = self.source.problem(
                "SD802", _span_of(token), what="letters in a name", count=len(text), limit=MAX_NAME
            )
            raise Refused(problem)
        if not text.isidentifier():
            raise Refused(self.source.problem("SD801", _span_of(token), found=f"`{token}`", expected="a name"))
        return text

    # --- leaves

    def build_number(self, span: Span, parts: list[Any]) -> Node:
        text = str(parts[0])
        if text == "½":
            return nodes.Number(span, 0.5)
        value = float(text) if len(text) <= MAX_DIGITS else float("inf")
        if value == float("inf"):
            raise Refused(self.source.problem("SD802", span, what="digits", count=text[:12] + "…", limit=MAX_DIGITS))
        exact = text.isascii() and text.isdigit() and value < 2**53
        return nodes.Number(span, int(text) if exact else value)

    def build_name(self, span: Span, parts: list[Any]) -> Node:
        return nodes.Name(span, self.name_of(parts[0]))

    def build_parenthesised(self, span: Span, parts: list[Any]) -> Node:
        node: Node = parts[0]
        # (a(b))^2 is a square for certain; a(b)^2 is a·b² where a turns out to be a number
        # … and a (2) is a product, where a 2 is refused
        return nodes.Product(span, (("", node),)) if isinstance(node, (nodes.Call, nodes.Number)) else node

    def build_braced(self, span: Span, parts: list[Any]) -> Node:
        node: Node = parts[1]
        return node

    def build_limit(self, span: Span, parts: list[Any]) -> Node:
        if len(parts) == 3:
            return self.build_braced(span, parts)
        return (self.build_number if parts[0].type == "NUMBER" else self.build_name)(span, parts)

    # --- sums and products

    def build_sum(self, span: Span, parts: list[Any]) -> Node:
        if len(parts) == 1:
            node: Node = parts[0]
            return node
        terms = [("+", parts[0])]
        for sign, term in zip(parts[1::2], parts[2::2], strict=True):
            terms.append((_OPERATORS.get(sign, str(sign)), term))
        return nodes.Sum(span, tuple(terms))

    def build_signed(self, span: Span, parts: list[Any]) -> Node:
        sign, node = parts
        return node if sign == "+" else nodes.Sum(span, (("-", node),))

    def build_factors(self, span: Span, parts: list[Any]) -> list[tuple[str, Node]]:
        if len(parts) == 1:
            return [("", parts[0])]
        found: list[tuple[str, Node]] = parts[0]
        operator = _OPERATORS.get(parts[1], str(parts[1])) if len(parts) == 3 else ""
        found.append((operator, parts[-1]))
        return found

    def build_term(self, span: Span, parts: list[Any]) -> Node:
        found: list[tuple[str, Node]] = list(parts[0]) if isinstance(parts[0], list) else [("", parts[0])]
        if len(parts) > 1:
            operator = _OPERATORS.get(parts[1], str(parts[1])) if len(parts) == 3 else ""
            found.append((operator, parts[-1]))
        return found[0][1] if len(found) == 1 else nodes.Product(span, tuple(found))

    def build_big(self, span: Span, parts: list[Any]) -> Node:
        over, bound, _, limit, body = parts
        if limit is not None:
            last = bound[-1]
            if last.first is None or last.last is not None:
                problem = self.source.problem("SD801", limit.span, found="an upper limit", expected="`_{i=1}^n`")
                raise Refused(problem)
            bound = [*bound[:-1], nodes.Bound(last.span, last.name, last.first, limit)]
        for b in bound:
            if b.first is not None and b.last is None:
                raise Refused(
                    self.source.problem("SD801", b.span, found="no upper limit", expected="`_{i=1}^n` or `_{i=1..n}`")
                )
        return nodes.Reduce(span, _OVER.get(over, str(over)), tuple(bound), body)

    def build_index_list(self, span: Span, parts: list[Any]) -> list[nodes.Bound]:
        if parts[0].type == "SUBSCRIPT":
            return [nodes.Bound(span, plain_name(str(parts[0]).removeprefix("_")))]
        return [p for p in parts if isinstance(p, nodes.Bound)]

    def build_index_item(self, span: Span, parts: list[Any]) -> nodes.Bound:
        first, last, *_ = *(p for p in parts[1:] if isinstance(p, Node)), None, None
        return nodes.Bound(span, self.name_of(parts[0]), first, last)  # `i=1` has its end above the sign

    # --- powers, subscripts, calls

    def build_raised(self, span: Span, parts: list[Any]) -> Node:
        self.check_base(parts[0], parts[1])
        return nodes.Power(span, parts[0], parts[2])

    def check_base(self, base: Node, token: lark.Token) -> None:
        """Refuse `√x²`, which some read as √(x²), and `a^{b}²`; `e^x²` is e^(x²), as e^x^2 is."""
        reason = ""
        if isinstance(base, nodes.Call) and re.match(r"√\s*[^\s(]", self.source.quote(base.span)):
            reason = "the power may be that of the root, or stand under it: write `(√x)^2` or `√(x^2)`"
        elif isinstance(base, nodes.Power) and not self.source.between(base.span, token):
            reason = "it may be an exponent of the power, or of its exponent: write parentheses"
        if reason:
            raise Refused(self.source.problem("SD811", _span_of(token), reason=reason))

    def build_superscript(self, span: Span, parts: list[Any]) -> Node:
        token = parts[1]
        self.check_base(parts[0], token)
        number = str(token).translate(_SUPERSCRIPTS)
        if len(number) > 3:
            raise Refused(self.source.problem("SD802", _span_of(token), what="digits", count=len(number), limit=3))
        exponent: Node = nodes.Number(_span_of(token), abs(int(number)))
        if number.startswith("-"):
            exponent = nodes.Sum(_span_of(token), (("-", exponent),))
        return nodes.Power(span, parts[0], exponent)

    def build_transposed(self, span: Span, parts: list[Any]) -> Node:
        return nodes.Transpose(span, parts[0])

    def build_subscripted(self, span: Span, parts: list[Any]) -> Node:
        return nodes.Subscript(span, parts[0], tuple(p for p in parts[1:] if isinstance(p, Node)))

    def build_plain_subscript(self, span: Span, parts: list[Any]) -> Node:
        return nodes.Subscript(span, parts[0], text=plain_name(str(parts[1]).removeprefix("_")))

    def build_bars(self, span: Span, parts: list[Any]) -> Node:
        return nodes.Bars(span, parts[1], parts[0].type == "NORM_OPEN")

    def build_root(self, span: Span, parts: list[Any]) -> Node:
        return nodes.Call(span, "sqrt", (parts[1],))

    def build_call(self, span: Span, parts: list[Any]) -> Node:
        name, _, first, second, _ = parts
        given = tuple(first or ()), tuple(second or ())
        return nodes.Call(span, self.name_of(name), (*given[0], *given[1]), None if second is None else len(given[0]))

    def build_arguments(self, span: Span, parts: list[Any]) -> Sequence[Node]:
        return parts

    def build_argument(self, span: Span, parts: list[Any]) -> Node:
        node, declared = parts
        return node if declared is None else nodes.Declared(span, node, *declared)

    def build_type(self, span: Span, parts: list[Any]) -> tuple[str, tuple[Any, ...], bool]:
        axes = tuple(p for p in parts if isinstance(p, tuple))
        before = token_of(parts[0])
        after = token_of(parts[-1]) if len(parts) > 1 else None
        if after is not None and after != "padded":
            raise Refused(self.source.problem("SD801", _span_of(after), found=f"`{after}`", expected="`padded`"))
        if before is not None and before not in ("int", "float"):
            raise Refused(
                self.source.problem("SD801", _span_of(before), found=f"`{before}`", expected="`int`, `float` or `[n]`")
            )
        return ("i8" if before == "int" else ""), axes, after is not None

    def build_axis(self, span: Span, parts: list[Any]) -> tuple[Node | None, Node]:
        found = [p for p in parts if isinstance(p, Node)]
        return (None, found[0]) if len(found) == 1 else (found[0], found[1])

    # --- cases and conditions

    def build_cases(self, span: Span, parts: list[Any]) -> Node:
        return nodes.Cases(span, tuple(p for p in parts if isinstance(p, tuple)))

    def build_case(self, span: Span, parts: list[Any]) -> tuple[Node, Node | None]:
        return parts[0], parts[1] if len(parts) > 1 else None

    def build_condition(self, span: Span, parts: list[Any]) -> Node:
        node: Node = parts[0] if len(parts) == 1 else nodes.Logic(span, "or", tuple(parts))
        return node

    def build_conjunction(self, span: Span, parts: list[Any]) -> Node:
        node: Node = parts[0] if len(parts) == 1 else nodes.Logic(span, "and", tuple(parts))
        return node

    def build_negated(self, span: Span, parts: list[Any]) -> Node:
        return nodes.Logic(span, "not", (parts[0],))

    def build_comparison(self, span: Span, parts: list[Any]) -> Node:
        operators = tuple(_OPERATORS.get(p, str(p)) for p in parts[1::2])
        return nodes.Compare(span, operators, tuple(parts[0::2]))

    # --- statements

    def build_index_sets(self, span: Span, parts: list[Any]) -> list[Node]:
        return parts

    def build_index_set(self, span: Span, parts: list[Any]) -> Node:
        return nodes.IndexSet(span, self.name_of(parts[0]), parts[2], parts[4])

    def build_definition(self, span: Span, parts: list[Any]) -> Node:
        return nodes.Definition(span, tuple(p for p in parts if isinstance(p, Node)))
