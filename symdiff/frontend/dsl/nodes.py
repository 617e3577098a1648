"""What a formula file says, as trees: the parser makes them, and `frontend.sympy_expr` does too.

Sums and products are flat lists, so a sum of a thousand terms is no deeper than one of two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields


@dataclass(frozen=True, slots=True)
class Span:
    """Where something stands: lines from 1, columns from 0."""

    line: int
    col: int
    end_line: int
    end_col: int

    def to(self, other: Span) -> Span:
        return Span(self.line, self.col, other.end_line, other.end_col)


NOWHERE = Span(1, 0, 1, 1)


@dataclass(frozen=True, slots=True)
class Written(Span):
    """Where something has no place in a text, and what it is there: an expression of SymPy."""

    what: object


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a formula.  `depth` counts the levels below it; whoever walks a tree recursively relies on a limit."""

    span: Span = field(compare=False)
    depth: int = field(init=False, compare=False, default=0)

    def __post_init__(self) -> None:
        deepest = max((child.depth for child in self.children()), default=0)
        object.__setattr__(self, "depth", deepest + 1)

    def children(self) -> Iterator[Node]:
        for f in fields(self):
            yield from _nodes(getattr(self, f.name))


def _nodes(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _nodes(part)


@dataclass(frozen=True, slots=True)
class Number(Node):
    value: int | float


@dataclass(frozen=True, slots=True)
class Name(Node):
    id: str


@dataclass(frozen=True, slots=True)
class Sum(Node):
    """Terms, each with its sign."""

    terms: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Product(Node):
    """Factors, each with the operator before it: "" (written side by side), * · @ ⊙ / ⊘.  The first has ""."""

    factors: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Power(Node):
    base: Node
    exponent: Node


@dataclass(frozen=True, slots=True)
class Transpose(Node):
    base: Node


@dataclass(frozen=True, slots=True)
class Bars(Node):
    """|x| (`norm` False) or ‖x‖."""

    inside: Node
    norm: bool


@dataclass(frozen=True, slots=True)
class Subscript(Node):
    """base[items], base_{items}; `text` is that of a plain `_ij`, to be taken apart when names are known."""

    base: Node
    items: tuple[Node, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Call(Node):
    """function(arguments): also a product, where the name is that of a value.

    `split` counts the arguments before the semicolon; None where there is none.
    """

    function: str
    arguments: tuple[Node, ...]
    split: int | None = None


@dataclass(frozen=True, slots=True)
class Apply(Node):
    """A primitive of one or two operands, element by element; only SymPy expressions are translated to it."""

    primitive: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class OfMatrix(Node):
    """The inverse, trace or determinant of a square matrix."""

    primitive: str
    argument: Node


@dataclass(frozen=True, slots=True)
class Table(Node):
    """A matrix by its entries."""

    rows: tuple[tuple[Node, ...], ...]


@dataclass(frozen=True, slots=True)
class Filled(Node):
    """A matrix of kind eye, zeros or ones."""

    kind: str
    rows: Node
    columns: Node


@dataclass(frozen=True, slots=True)
class Declared(Node):
    """A parameter with its type: dtype ("" for any float), axes as (first or None, last), zero-padded or not."""

    name: Node
    dtype: str
    axes: tuple[tuple[Node | None, Node], ...]
    padded: bool


@dataclass(frozen=True, slots=True)
class Bound(Node):
    """An index of a big operator; the range where it is written there.

    A range that ends before it begins is empty, and `forward` ones are refused where they end further before.
    """

    name: str
    first: Node | None = None
    last: Node | None = None
    forward: bool = False


@dataclass(frozen=True, slots=True)
class Reduce(Node):
    """Σ, Π, max or min over indices."""

    kind: str
    indices: tuple[Bound, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Cases(Node):
    """Values with their conditions; None is `otherwise`."""

    branches: tuple[tuple[Node, Node | None], ...]


@dataclass(frozen=True, slots=True)
class Compare(Node):
    operators: tuple[str, ...]
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """and, or, not."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class IndexSet(Node):
    name: str
    first: Node
    last: Node


@dataclass(frozen=True, slots=True)
class Definition(Node):
    """`a = b` or `a = b = c`: what it defines is for `files` to say."""

    sides: tuple[Node, ...]


def words(root: Node) -> Iterator[str]:
    """What a tree says, without places: equal trees have equal words."""
    stack: list[object] = [root]
    while stack:
        item = stack.pop()
        if isinstance(item, Product) and len(item.factors) == 1:  # parentheses
            stack.append(item.factors[0][1])
        elif isinstance(item, Node):
            yield type(item).__name__
            stack.append(")")
            stack += [getattr(item, f.name) for f in reversed(fields(item)) if f.name not in ("span", "depth")]
        elif isinstance(item, tuple):
            yield "("
            stack.append(")")
            stack += reversed(item)
        else:
            yield repr(item)
