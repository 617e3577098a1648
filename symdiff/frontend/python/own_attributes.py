"""The dictionary of an object of the call: `vars(x)`, `x.__dict__`, read and written by names that are known.

By hand: `vars(p)["w"]` asks a `Dictionary` (see `frontend.spelled.attributes`) that is made around p; its `__getitem__`
is what p itself, not its class, holds under the name "w".
"""

from __future__ import annotations

import ast
import dataclasses
from typing import Any

from symdiff import plain
from symdiff.frontend.python import classes, lacking, memory, objects
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import POISON, Known, ObjRef, Val
from symdiff.frontend.spelled.attributes import Dictionary, beyond, has_own, own


def of(cx: Context, node: ast.AST, obj: ObjRef) -> Val:
    """`obj.__dict__`."""
    if classes.lookup(obj.cls, "__dict__") is None:
        return cx.refuse("SD404", node, type=obj.cls.__name__, name="__dict__")
    cx.classes.setdefault(Dictionary, Known(Dictionary))
    made = objects.construct(cx, node, Dictionary, [obj], {})
    assert isinstance(made, ObjRef)
    cx.doubles.add(made.cell)  # another reading of it is the same dictionary
    return made


def is_asked(function: Any) -> bool:
    """Whether a function is one that `answer` gives the meaning of."""
    return function in (own, has_own, beyond)


def answer(cx: Context, node: ast.AST, function: Any, obj: ObjRef, name: Val | None = None) -> Val:
    """What an object holds under a name (`own`), or whether it does (`has_own`); anything `beyond` is refused."""
    if function is beyond or name is None:
        what = f"the whole dictionary of an object of {obj.cls.__name__}"
        why = "an object of the call is compiled by the names of its attributes, whatever their order"
        return cx.refuse("SD299", node, construct=what, why=why, rewrite="read the attributes by name: `vars(x)['w']`")
    content = objects.attributes(cx, node, obj)
    if content is None or memory.is_poison(name):
        return POISON
    if not isinstance(name, Known):
        return cx.need_static(node, name, "the name of an attribute")
    if name.obj in content and name.obj not in plain.slots(obj.cls):
        found = lacking.settled(cx, node, name.obj, content[name.obj])
        return found if function is own or found is POISON else Known(True)
    # what a cached property may keep, or an instance of a dataclass have beside its fields, is not looked at
    beside = obj.cell.argument is not None and dataclasses.is_dataclass(obj.cls)
    if function is has_own and not beside and name.obj not in plain.computed(obj.cls):
        return Known(False)
    return cx.refuse("SD404", node, type=f"the dictionary of {obj.cls.__name__}", name=str(name.obj))
