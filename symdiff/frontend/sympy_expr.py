"""SymPy expressions as formulas: `from_sympy`.

An expression is translated, node by node, to the trees that formula files are parsed to, and compiled as these are.
Only expression objects are taken: SymPy would run a string as Python.  Subscripts count from 0, as arrays do.

By hand: Sum(x[i]**2, (i, 0, n - 1)) for x = IndexedBase("x", shape=(n,)) is Σ_{i=0..n-1} x[i]^2 for x: [0..n-1].
"""

from __future__ import annotations

import keyword
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import sympy
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.tensor.indexed import Idx, Indexed, IndexedBase

from symdiff.errors import CompileError, UsageError, refuse
from symdiff.frontend.dsl import nodes
from symdiff.frontend.dsl.files import File, FormulaFunction, Scope
from symdiff.frontend.dsl.lowering import declared_type, lower
from symdiff.frontend.dsl.nodes import NOWHERE, Node
from symdiff.frontend.dsl.parsing import Refused, Text
from symdiff.frontend.formula import Formula

MAX_LEVELS = 60

# SymPy's functions of one and two arguments, and the primitive that each is.
_FUNCTIONS: dict[type, str] = {
    sympy.exp: "exp", sympy.log: "log", sympy.sin: "sin", sympy.cos: "cos", sympy.tan: "tan", sympy.asin: "arcsin",
    sympy.acos: "arccos", sympy.atan: "arctan", sympy.sinh: "sinh", sympy.cosh: "cosh", sympy.tanh: "tanh",
    sympy.asinh: "arcsinh", sympy.acosh: "arccosh", sympy.atanh: "arctanh", sympy.Abs: "abs", sympy.sign: "sign",
    sympy.floor: "floor", sympy.ceiling: "ceil", sympy.atan2: "arctan2", sympy.Mod: "mod", sympy.Max: "maximum",
    sympy.Min: "minimum", sympy.erf: "erf", sympy.erfc: "erfc", sympy.gamma: "gamma",
}  # fmt: skip
# What one over a function is, and functions of one over the argument.
_RECIPROCALS: dict[type, str] = {
    sympy.sec: "cos", sympy.csc: "sin", sympy.cot: "tan", sympy.sech: "cosh", sympy.csch: "sinh", sympy.coth: "tanh",
}  # fmt: skip
_OF_RECIPROCALS: dict[type, str] = {
    sympy.asec: "arccos", sympy.acsc: "arcsin", sympy.asech: "arccosh", sympy.acsch: "arcsinh", sympy.acoth: "arctanh",
}  # fmt: skip
_RELATIONS: dict[type, str] = {
    sympy.StrictLessThan: "<", sympy.LessThan: "<=", sympy.StrictGreaterThan: ">", sympy.GreaterThan: ">=",
    sympy.Equality: "==", sympy.Unequality: "!=",
}  # fmt: skip
_LOGIC: dict[type, str] = {sympy.And: "and", sympy.Or: "or", sympy.Not: "not"}
_FILLED: dict[type, str] = {
    sympy.Identity: "eye", sympy.ZeroMatrix: "zeros", sympy.matrices.expressions.OneMatrix: "ones",
}  # fmt: skip


def formula(expr: Any, args: Sequence[Any], wrt: Any = None, name: str = "f") -> Formula:
    """What `symdiff.from_sympy` gives; see there."""
    if not isinstance(expr, (sympy.Basic, sympy.MatrixBase)):
        raise UsageError.of("SD715", option="expr", value=type(expr).__name__, choices="an expression of SymPy")
    given = [args] if isinstance(args, (sympy.Basic, IndexedBase)) else list(args)
    parameters = [_parameter(symbol) for symbol in given]
    _check_names([*(p.name.id for p in parameters if isinstance(p.name, nodes.Name)), name])
    chosen = _chosen(wrt, given, name)
    text = Text(None, "<sympy>")
    try:
        body = _Translation(given).node(expr, 0)
    except Refused as error:
        raise CompileError([error.problem]) from None
    function = FormulaFunction(name, tuple(parameters), None, "", body, NOWHERE, Scope(), Scope())
    file = File(text, {name: function}, function.shared)
    types = {_name(p): declared_type(file, function, p) for p in parameters}
    source = (formula, expr, tuple(given), wrt, name)
    return Formula(name, types, chosen, partial(lower, file, function), source, "")


def _name(p: nodes.Declared) -> str:
    assert isinstance(p.name, nodes.Name)
    return p.name.id


# --- arguments


def _parameter(symbol: Any) -> nodes.Declared:
    """A symbol is a number, a MatrixSymbol a matrix, an IndexedBase an array; they count from 0."""
    if isinstance(symbol, sympy.Symbol):
        axes: tuple[Any, ...] = ()
    elif isinstance(symbol, sympy.MatrixSymbol) or (isinstance(symbol, IndexedBase) and symbol.shape is not None):
        axes = tuple(_axis(n, symbol) for n in symbol.shape)
    else:
        what = "an IndexedBase without `shape=`" if isinstance(symbol, IndexedBase) else type(symbol).__name__
        choices = "symbols, MatrixSymbols and IndexedBases with a shape"
        raise UsageError.of("SD715", option="args", value=what, choices=choices)
    name = nodes.Name(NOWHERE, str(symbol.label if isinstance(symbol, IndexedBase) else symbol.name))
    dtype = "i8" if isinstance(symbol, sympy.Symbol) and symbol.is_integer else ""
    return nodes.Declared(NOWHERE, name, dtype, axes, False)


def _axis(size: Any, symbol: Any) -> tuple[Node | None, Node]:
    last = sympy.sympify(size) - 1 if isinstance(size, (int, sympy.Basic)) else None
    if last is None:
        raise UsageError.of("SD715", option="args", value=str(symbol), choices="shapes of integers and symbols")
    return nodes.Number(NOWHERE, 0), _Translation(()).node(last, 0)


def _check_names(names: Sequence[str]) -> None:
    """UsageError for a name that Python could not have, or that two arguments share."""
    for name in names[:-1]:
        if names[:-1].count(name) > 1:
            raise UsageError(f"two arguments are called {name!r}", code="SD715")
    for name in names:
        if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("_"):
            choices = "names that are Python identifiers, no keywords, and begin with a letter"
            raise UsageError.of("SD715", option="name", value=repr(name), choices=choices)


def _chosen(wrt: Any, given: Sequence[Any], name: str) -> tuple[str, ...]:
    if wrt is None:
        return ()
    several = [wrt] if isinstance(wrt, (str, sympy.Basic)) else list(wrt)
    known = [str(s.label if isinstance(s, IndexedBase) else s) for s in given]
    names = [str(s.label if isinstance(s, IndexedBase) else s) for s in several]
    for n in names:
        if n not in known:
            raise UsageError.of("SD702", function=name, name=n, parameters=", ".join(known) or "none")
    return tuple(names)


# --- expressions


class _Translation:
    """SymPy's trees as ours; what is free in them must be among the arguments."""

    def __init__(self, given: Sequence[Any]) -> None:
        self.given = {s.label if isinstance(s, IndexedBase) else s for s in given}
        self.bound: list[Any] = []
        self.sizes = {s for arg in given for n in (getattr(arg, "shape", None) or ()) for s in _symbols(n)}
        self.open = not given

    def refuse(self, what: object) -> Refused:
        return Refused(refuse("SD815", None, what=_short(what)))

    def node(self, e: Any, level: int) -> Node:
        if level > MAX_LEVELS:
            problem = refuse("SD802", None, what="levels", count=f"more than {MAX_LEVELS}", limit=MAX_LEVELS)
            raise Refused(problem)
        for cls, translate in _CASES:
            if isinstance(e, cls):
                made: Node = translate(self, e, level + 1)
                return made
        prim = _FUNCTIONS.get(type(e))
        if prim is not None and e.args:
            return nodes.Apply(NOWHERE, prim, tuple(self.node(a, level + 1) for a in e.args))
        raise self.refuse(e if isinstance(e, sympy.Basic) else type(e).__name__)

    # --- leaves

    def number(self, e: Any, level: int) -> Node:
        if isinstance(e, sympy.Rational):
            if abs(e.p) < 2**53 and e.q == 1:
                return nodes.Number(NOWHERE, int(e.p))
            try:
                return nodes.Number(NOWHERE, int(e.p) / int(e.q))
            except OverflowError:
                raise self.refuse("a number above 1e308") from None
        value = complex(e)
        if value.imag or value.real != value.real or value.real in (float("inf"), float("-inf")):
            raise self.refuse(e)
        return nodes.Number(NOWHERE, value.real)

    def symbol(self, e: Any, level: int) -> Node:
        if not self.open and e not in self.given and e not in self.bound and e not in self.sizes:
            known = sorted(map(str, self.given))
            other = "; a symbol with other assumptions is another" if str(e) in known else ""
            raise Refused(refuse("SD803", None, name=str(e), hint=f": args are {', '.join(known) or 'none'}{other}"))
        name = str(e.label if isinstance(e, Idx) else e)
        if not name.isidentifier():
            raise self.refuse(f"the name {name!r}")
        return nodes.Name(NOWHERE, name)

    # --- arithmetic

    def add(self, e: Any, level: int) -> Node:
        terms = []
        for term in e.args:
            negative = term.could_extract_minus_sign() and not isinstance(e, sympy.MatAdd)
            terms.append(("-" if negative else "+", self.node(-term if negative else term, level)))
        if terms[0][0] == "-" and any(sign == "+" for sign, _ in terms):  # y - x rather than -x + y
            first = next(k for k, (sign, _) in enumerate(terms) if sign == "+")
            terms.insert(0, terms.pop(first))
        return nodes.Sum(NOWHERE, tuple(terms))

    def mul(self, e: Any, level: int) -> Node:
        negative = e.could_extract_minus_sign()
        parts = sympy.Mul.make_args(-e if negative else e)
        below = [a for a in parts if isinstance(a, sympy.Pow) and a.exp.is_number and a.exp.is_negative]
        factors = [("*", self.node(a, level)) for a in parts if a not in below] or [("*", nodes.Number(NOWHERE, 1))]
        factors[0] = ("", factors[0][1])
        factors += [("/", self.node(a.base**-a.exp, level)) for a in below]
        made = factors[0][1] if len(factors) == 1 else nodes.Product(NOWHERE, tuple(factors))
        return nodes.Sum(NOWHERE, (("-", made),)) if negative else made

    def power(self, e: Any, level: int) -> Node:
        base, exponent = e.base, e.exp
        if exponent == sympy.Rational(1, 2):
            return nodes.Apply(NOWHERE, "sqrt", (self.node(base, level),))
        if exponent.is_number and exponent.is_negative:
            return _one_over(self.node(base**-exponent, level))
        if base is sympy.E:
            return nodes.Apply(NOWHERE, "exp", (self.node(exponent, level),))
        return nodes.Power(NOWHERE, self.node(base, level), self.node(exponent, level))

    def reciprocal(self, e: Any, level: int) -> Node:
        """1 over a function, or a function of 1 over its argument."""
        below, argument = _RECIPROCALS.get(type(e)), self.node(e.args[0], level)
        if below is not None:
            return _one_over(nodes.Apply(NOWHERE, below, (argument,)))
        return nodes.Apply(NOWHERE, _OF_RECIPROCALS[type(e)], (_one_over(argument),))

    # --- choices

    def kronecker(self, e: Any, level: int) -> Node:
        """1 where the two are equal, else 0."""
        same = nodes.Compare(NOWHERE, ("==",), tuple(self.node(a, level) for a in e.args[:2]))
        if len(e.args) > 2:
            raise self.refuse(e)
        return nodes.Cases(NOWHERE, ((nodes.Number(NOWHERE, 1), same), (nodes.Number(NOWHERE, 0), None)))

    def piecewise(self, e: Any, level: int) -> Node:
        branches = [
            (self.node(value, level), None if test == True else self.condition(test, level))  # noqa: E712  # SymPy's
            for value, test in e.args
        ]
        return nodes.Cases(NOWHERE, tuple(branches))

    def condition(self, e: Any, level: int) -> Node:
        relation, logic = _RELATIONS.get(type(e)), _LOGIC.get(type(e))
        if relation is not None:
            return nodes.Compare(NOWHERE, (relation,), tuple(self.node(a, level) for a in e.args))
        if logic is not None:
            return nodes.Logic(NOWHERE, logic, tuple(self.condition(a, level + 1) for a in e.args))
        raise self.refuse(e)

    def heaviside(self, e: Any, level: int) -> Node:
        return nodes.Apply(NOWHERE, "heaviside", (self.node(e.args[0], level), self.node(e.args[1], level)))

    # --- sums and subscripts

    def reduce(self, e: Any, level: int) -> Node:
        kind = "sum" if isinstance(e, sympy.Sum) else "prod"
        body = e.function
        inner: list[nodes.Bound] = []
        self.bound += [limit[0] for limit in e.limits]
        for limit in reversed(e.limits):  # the last is the outermost
            if len(limit) != 3:
                raise self.refuse(f"{e}: a range is needed")
            if (limit[2] - limit[1] + 1).is_negative:  # SymPy takes what lies between, with a minus (Karr's convention)
                raise self.refuse(f"{e}: a range that runs backwards")
            first, last = self.node(limit[1], level), self.node(limit[2], level)
            inner.append(nodes.Bound(_written(e), str(limit[0]), first, last, forward=True))
        made = self.node(body, level)
        del self.bound[len(self.bound) - len(e.limits) :]
        for bound in reversed(inner):
            made = nodes.Reduce(NOWHERE, kind, (bound,), made)
        return made

    def indexed(self, e: Any, level: int) -> Node:
        base = nodes.Name(NOWHERE, str(e.base.label))
        if e.base.label not in self.given:
            raise Refused(refuse("SD803", None, name=base.id, hint=": it is not among args"))
        return nodes.Subscript(_written(e), base, tuple(self.position(i, level) for i in e.indices))

    def element(self, e: Any, level: int) -> Node:
        places = (self.position(e.i, level), self.position(e.j, level))
        return nodes.Subscript(_written(e), self.node(e.parent, level), places)

    def position(self, e: Any, level: int) -> Node:
        """A subscript, which errors quote."""
        return replace(self.node(e, level), span=_written(e))

    # --- matrices

    def product_of_matrices(self, e: Any, level: int) -> Node:
        scalar, matrices = e.as_coeff_matrices()
        factors = [("@", self.node(m, level)) for m in matrices]
        factors[0] = ("", factors[0][1])
        made = factors[0][1] if len(factors) == 1 else nodes.Product(NOWHERE, tuple(factors))
        return made if scalar == 1 else nodes.Product(NOWHERE, (("", self.node(scalar, level)), ("*", made)))

    def hadamard(self, e: Any, level: int) -> Node:
        first, *rest = (self.node(a, level) for a in e.args)
        return nodes.Product(NOWHERE, (("", first), *(("⊙", a) for a in rest)))

    def hadamard_power(self, e: Any, level: int) -> Node:
        return nodes.Apply(NOWHERE, "pow", (self.node(e.base, level), self.node(e.exp, level)))

    def power_of_matrix(self, e: Any, level: int) -> Node:
        if e.exp == -1:
            return self.of_matrix("inv", e.base, level)
        if not (isinstance(e.exp, sympy.Integer) and 1 <= int(e.exp) <= 16):
            raise self.refuse(e)
        base = self.node(e.base, level)
        return nodes.Product(NOWHERE, (("", base), *(("@", base),) * (int(e.exp) - 1)))

    def of_matrix(self, function: str, argument: Any, level: int) -> Node:
        return nodes.OfMatrix(NOWHERE, function, self.node(argument, level))

    def table(self, e: Any, level: int) -> Node:
        if not e.rows or not e.cols:
            raise self.refuse("a matrix without entries")
        return nodes.Table(
            NOWHERE, tuple(tuple(self.node(e[i, j], level) for j in range(e.cols)) for i in range(e.rows))
        )

    def filled(self, e: Any, level: int) -> Node:
        kind = next(k for cls, k in _FILLED.items() if isinstance(e, cls))
        return nodes.Filled(NOWHERE, kind, self.node(e.rows, level), self.node(e.cols, level))


_Case = Callable[[_Translation, Any, int], Node]
# The first class that fits decides.
_CASES: tuple[tuple[Any, _Case], ...] = (
    (sympy.Number, _Translation.number),
    (sympy.NumberSymbol, _Translation.number),
    (Idx, _Translation.symbol),
    (sympy.MatrixSymbol, _Translation.symbol),
    (sympy.Symbol, _Translation.symbol),
    (sympy.MatrixBase, _Translation.table),
    (tuple(_FILLED), _Translation.filled),
    (sympy.matrices.expressions.HadamardPower, _Translation.hadamard_power),
    (sympy.HadamardProduct, _Translation.hadamard),
    (sympy.Inverse, lambda t, e, level: t.of_matrix("inv", e.arg, level)),
    (sympy.MatPow, _Translation.power_of_matrix),
    (sympy.Transpose, lambda t, e, level: nodes.Transpose(NOWHERE, t.node(e.arg, level))),
    (sympy.Trace, lambda t, e, level: t.of_matrix("trace", e.arg, level)),
    (sympy.Determinant, lambda t, e, level: t.of_matrix("det", e.arg, level)),
    (sympy.MatMul, _Translation.product_of_matrices),
    (sympy.MatAdd, _Translation.add),
    (MatrixElement, _Translation.element),
    (Indexed, _Translation.indexed),
    ((sympy.Sum, sympy.Product), _Translation.reduce),
    (sympy.Piecewise, _Translation.piecewise),
    (sympy.Heaviside, _Translation.heaviside),
    (sympy.KroneckerDelta, _Translation.kronecker),
    ((*_RECIPROCALS, *_OF_RECIPROCALS), _Translation.reciprocal),
    (sympy.Add, _Translation.add),
    (sympy.Mul, _Translation.mul),
    (sympy.Pow, _Translation.power),
)


def _one_over(below: Node) -> Node:
    return nodes.Product(NOWHERE, (("", nodes.Number(NOWHERE, 1)), ("/", below)))


def _symbols(size: Any) -> set[Any]:
    return set(size.free_symbols) if isinstance(size, sympy.Basic) else set()


def _written(e: Any) -> nodes.Written:
    at = NOWHERE
    return nodes.Written(at.line, at.col, at.end_line, at.end_col, e)


def _short(what: object) -> str:
    text = str(what)
    return text if len(text) <= 80 else text[:77] + "…"
