"""Calls that are run as they are, in the forward pass: of functions without a meaning here, and of what shows values.

`time.perf_counter()`, `rng.normal(size=n)`, `logging.info("loss %g", y)`: an effect, in the order of the program, once.
Such a call has no derivative, not even 0: where an operand is differentiated, `symdiff.ad.activity` refuses it.  What
only shows values, as `print` does, takes any (`shows`).

An argument is a *form*, a tuple: ("x",) the next operand, ("copy",) a copy of it, ("locked",) one that cannot be
written, ("=", value) a literal, ("name", text) a name with dots, ("text", pieces) a string of operands, ("tuple",
forms), ("list", forms), ("dict", pairs).  `modules` are those that the names begin with, to be imported.

By hand: `log.info("x is %g", x)` is `foreign_call(x) {callee='logging.getLogger(…).info', given=(('', ('=', 'x is
%g')), ('', ('x',))), …}`, and prints as the text it is made of.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from symdiff.ir import types
from symdiff.ir.core import Function, Params, walk
from symdiff.ir.types import AVal, Kind, Object, Type
from symdiff.primitives.declare import CONSTANT, prim
from symdiff.primitives.opaque import AS_COMPILED, described
from symdiff.primitives.output import text_node

Form = tuple[Any, ...]
ITEM = "xs0[…]"  # as a callee: the element of the first operand
RECEIVER = "xs0"  # in a callee: the first operand, whose method is called, or which is called itself


def called(params: Params) -> str:
    """The call in the operand names.

    >>> given = (("", ("=", "x is %g")), ("", ("x",)), ("extra", ("dict", (("y", ("copy",)),))))
    >>> called(Params(callee="logging.info", given=given))
    "logging.info('x is %g', xs0, extra={'y': xs1.copy()})"
    """
    count = iter(range(int(RECEIVER in params["callee"]), 10**6))
    texts = [f"{name}=" * bool(name) + _written(form, count) for name, form in params["given"]]
    if params["callee"].endswith(", "):  # a call of a helper that is begun: `_order(xs0.shuffle, `
        return f"{params['callee']}{', '.join(texts)})"
    if params["callee"].startswith("("):  # no call: an attribute, an operator
        return str(params["callee"])
    if params["callee"] == ITEM:
        return f"{RECEIVER}[{', '.join(texts)}]"
    return f"{params['callee']}({', '.join(texts)})"


def _written(form: Form, count: Iterator[int]) -> str:
    kind = form[0]
    if kind == "=":
        return repr(form[1])
    if kind == "name":
        return str(form[1])
    if kind == "text":
        return _string(form[1], count)
    if kind == "dict":
        return "{" + ", ".join(f"{key!r}: {_written(part, count)}" for key, part in form[1]) + "}"
    if kind in ("tuple", "list"):
        inside = ", ".join(_written(part, count) for part in form[1])
        return f"[{inside}]" if kind == "list" else f"({inside}{',' * (len(form[1]) == 1)})"
    operand = f"xs{next(count)}"
    return {"x": operand, "copy": f"{operand}.copy()", "locked": f"_locked({operand})"}[kind]


def _string(pieces: tuple[Any, ...], count: Iterator[int]) -> str:
    operands = [p for p in pieces if not isinstance(p, str)]
    if pieces == (("", ""),):  # a string of one operand is no operand
        return f"str(xs{next(count)})"
    first = 0
    for k, _ in enumerate(operands):
        number = next(count)
        first = number if k == 0 else first
    return ast.unparse(text_node(pieces, first))


def modules(function: Function) -> frozenset[str]:
    """The modules that the calls of a function name: what is imported for them."""
    return frozenset(m for op in walk(function.body) for m in op.params.get("modules", ()))


def _text(params: Params, ins: tuple[Type, ...]) -> str:
    text = called(params)
    return f"_as_compiled({text}, {described(params['result'])!r})" if params["checked"] else text


def _infer(
    ins: tuple[Type, ...], regions: tuple[()], function: str, callee: str, given: tuple[Any, ...],
    modules: tuple[str, ...], result: AVal, checked: bool, shows: bool,
) -> tuple[Type, ...]:  # fmt: skip
    return (result,)


NOTHING = types.BOOL  # the type of a result that nobody reads

foreign_call = prim("foreign_call", "*xs", CONSTANT, infer=_infer, effect=True, numpy=_text, raises=True,
    params=("function", "callee", "given", "modules", "result", "checked", "shows"),
    formula=lambda params, ins: called(params), helper=AS_COMPILED + """

def _locked(x):
    \"\"\"A copy of an array that cannot be written.\"\"\"
    copied = x.copy()
    copied.flags.writeable = False
    return copied

def _order(shuffle, n):
    \"\"\"The places of n elements in the order in which a function shuffles them.\"\"\"
    order = np.arange(n)
    shuffle(order)
    return order
""")  # fmt: skip


def _number_of(ins: tuple[Type, ...], regions: tuple[()], dtype: str) -> tuple[Type, ...]:
    if not isinstance(ins[0], Object):
        raise TypeError(f"an object is needed, not {ins[0]}")
    return (types.python(dtype),)


number_of = prim("number_of", "x", CONSTANT, infer=_number_of, params=("dtype",), raises=True, effect=True,
    numpy=lambda params, ins: f"{types.PYTHON_NAMES[params['dtype']]}(x)")  # fmt: skip


def _declared_text(params: Params, ins: tuple[Type, ...]) -> str:
    checked = f"_as_compiled(x, {described(params['result'])!r})"
    return f"{checked}.copy()" if params["result"].kind is Kind.ARRAY else checked


declared = prim("declared", "x", CONSTANT, infer=lambda ins, regions, result: (result,), params=("result",),
    raises=True, effect=True, numpy=_declared_text, helper=AS_COMPILED)  # fmt: skip

is_none = prim("is_none", "x", CONSTANT, infer=lambda ins, regions: (types.BOOL,), numpy="x is None")
