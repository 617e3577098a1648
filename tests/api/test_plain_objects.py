"""Objects of plain classes as arguments: taken apart like dataclasses, and gradients are objects of their class."""

from __future__ import annotations

import argparse
import collections
import copy
import dataclasses
import enum
import functools
import logging
import threading
import types
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import numpy as np
import pytest

import symdiff
from symdiff import CompileError, generate, grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from symdiff.errors import CheckError, UsageError
from symdiff.scipy import objective

T = TypeVar("T")


class Params:
    def __init__(self, w: Any, b: Any) -> None:
        self.w = w
        self.b = b


class Slotted:
    __slots__ = ("b", "unset", "w")

    def __init__(self, w: Any, b: Any) -> None:
        self.w = w
        self.b = b


class Mixed(Slotted, Generic[T]):
    """A slot and a dictionary, and an `__init__` of its own, which a gradient is made without."""

    def __init__(self, w: Any, b: Any) -> None:
        if isinstance(w, float):
            raise ValueError("w is an array")
        super().__init__(w, b)
        self.__dict__["b2"] = 0.0


class Called(Params):
    def __call__(self, x: Any) -> Any:
        return self.w @ x

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


def namespace(w: Any, b: Any) -> Any:
    return types.SimpleNamespace(w=w, b=b)


def options(w: Any, b: Any) -> Any:
    return argparse.Namespace(w=w, b=b)


@dataclasses.dataclass
class Fields:
    w: Any
    b: Any


MAKERS: list[Callable[[Any, Any], Any]] = [Params, Slotted, Mixed, Called, namespace, options]
W, X = np.array([0.3, -0.8, 0.5]), np.array([0.5, 1.0, 2.0])


def loss(p, x):
    return np.tanh(p.w @ x) ** 2 * p.b + np.sum(p.w**3)


def scaled(p, x):
    return p.w * p.b * x


def stepped(p, x):
    """In place: the caller's object stays as it was."""
    for k in range(2):
        p.w[k] *= x[k] * p.b
        p.b = p.b + p.w[k + 1]
    return np.sum(p.w) * p.b


def descended(p, x):
    g = grad(loss)(p, x)
    p.w = p.w - 0.1 * g.w
    p.b = p.b - 0.1 * g.b
    return loss(p, x)


def plain(value: Any) -> Any:
    """An object as the dict of what it holds, at any depth."""
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, float | np.ndarray | np.generic | type(None)):
        return value
    return {name: plain(getattr(value, name)) for name in ("w", "b")}


def close(a: Any, b: Any) -> bool:
    if isinstance(a, dict | list):
        keys: Any = a if isinstance(a, dict) else range(len(a))
        return type(a) is type(b) and len(a) == len(b) and all(close(a[k], b[k]) for k in keys)
    return type(a) is type(b) and np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=1e-13, atol=1e-15)


TRANSFORMS: dict[str, Callable[[Any, Any], Any]] = {
    "value_and_grad": lambda make, level: value_and_grad(loss, level=level)(make(W, 0.5), X),
    "both": lambda make, level: grad(loss, (0, 1), level=level)(make(W, 0.5), X),
    "by name": lambda make, level: grad(loss, wrt="p", level=level)(make(W, 0.5), X),
    "in place": lambda make, level: value_and_grad(stepped, level=level)(make(W.copy(), 0.5), X),
    "inner": lambda make, level: value_and_grad(descended, level=level)(make(W, 0.5), X),
    "vjp": lambda make, level: vjp(scaled, make(W, 0.5), X)[1](np.ones(3)),
    "jvp": lambda make, level: jvp(scaled, (make(W, 0.5), X), (make(X, 2.0), W)),
    "hvp": lambda make, level: hvp(loss, (make(W, 0.5), X), (make(X, 2.0), W)),
    "jacobian": lambda make, level: jacobian(scaled, level=level)(make(W, 0.5), X),
    "jacfwd": lambda make, level: symdiff.jacfwd(scaled, level=level)(make(W, 0.5), X),
    "hessian": lambda make, level: hessian(loss, level=level)(make(W, 0.5), X),
    "gradient of gradient": lambda make, level: grad(
        lambda p, x: np.sum(grad(loss, level=level)(p, x).w ** 2), level=level
    )(make(W, 0.5), X),
    "in a list": lambda make, level: grad(lambda ps, x: sum(loss(p, x) for p in ps["a"]), level=level)(
        {"a": [make(W, 0.5), make(2 * W, 1.5)]}, X
    )["a"],
    "single": lambda make, level: grad(loss, level=level)(
        make(W.astype(np.float32), np.float32(0.5)), X.astype(np.float32)
    ),
    "empty": lambda make, level: grad(loss, level=level)(make(W[:0], 0.5), X[:0]),
}


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("name", TRANSFORMS)
def test_every_class_gives_what_a_dataclass_gives(name: str, level: int) -> None:
    expected = plain(TRANSFORMS[name](Fields, level))
    for make in MAKERS:
        assert close(plain(TRANSFORMS[name](make, level)), expected), make


@pytest.mark.parametrize("make", MAKERS)
def test_a_gradient_is_an_object_of_the_class(make: Any) -> None:
    p = make(W.copy(), 0.5)
    before = copy.deepcopy(p)
    found = grad(stepped)(p, X)
    assert type(found) is type(p) and type(found.b) is float and found.w.shape == (3,)
    assert p.w.tolist() == before.w.tolist() and p.b == before.b
    assert not np.shares_memory(found.w, p.w) and not hasattr(found, "unset")
    if hasattr(p, "__dict__"):
        assert vars(found).keys() == vars(p).keys()
    symdiff.check_grads(stepped, (p, X))


def test_an_optimiser_takes_objects() -> None:
    found = objective(lambda p: np.sum(p.w**2) * p.b, Slotted(W, 0.5))
    value, gradient = found.fun_and_jac(found.x0)
    assert found.x0.tolist() == [0.5, *W] and value == pytest.approx(0.49)
    assert gradient == pytest.approx([0.98, *W])
    assert found.unravel(gradient).b == pytest.approx(0.98)


class Model:
    gain = 2.0

    def __init__(self, w: Any) -> None:
        self.__w = w

    @property
    def w(self) -> Any:
        return self.__w

    @w.setter
    def w(self, value: Any) -> None:
        self.__w = value

    @functools.cached_property
    def norm(self) -> Any:
        return self.w * self.w

    def loss(self, x: Any) -> Any:
        self.w = self.w * x
        return self.gain * self.norm * self.w


def test_methods_properties_and_private_names() -> None:
    model = Model(3.0)
    assert value_and_grad(Model.loss)(model, 2.0)[0] == 2.0 * 36.0 * 6.0
    found = grad(Model.loss)(model, 2.0)
    assert found.w == pytest.approx(3 * 2.0 * 8.0 * 9.0) and vars(found).keys() == {"_Model__w"}
    assert model.norm == 9.0  # kept in the instance: computed from the rest, so no part of it
    again = grad(Model.loss)(model, 2.0)
    assert again.w == found.w and vars(again).keys() == {"_Model__w"}


def test_what_changes_between_calls() -> None:
    """Other shapes, attributes of its own, other classes: each is compiled for, and what was before is found again."""

    class Base:
        k = 2.0

        def __init__(self, w: Any) -> None:
            self.w = w

        def f(self, x: Any) -> Any:
            return np.sum(self.w) * x * self.k

    class Derived(Base):
        def f(self, x: Any) -> Any:
            return np.sum(self.w) * x

    compiled = value_and_grad(lambda p, x: p.f(x))
    p = Base(2.0)

    def found() -> list[Any]:
        value, gradient = compiled(p, 5.0)
        return [value, {name: np.asarray(v).tolist() for name, v in vars(gradient).items()}]

    first = found()
    assert first == [20.0, {"w": 10.0}]
    p.k = 3.0
    assert found() == [30.0, {"w": 15.0, "k": 10.0}]
    p.w = np.array([1.0, 4.0])
    assert found() == [75.0, {"w": [15.0, 15.0], "k": 25.0}]
    del p.k
    p.w = 2.0
    assert found() == first
    p.unused = 1.0
    assert found() == [20.0, {"w": 10.0, "unused": 0.0}]
    p = Derived(2.0)
    assert found() == [10.0, {"w": 5.0}]
    Base.k = 4.0
    p = Base(2.0)
    assert found() == [40.0, {"w": 20.0}]
    slot = value_and_grad(lambda p, x: p.w * x)
    q = Slotted(2.0, 1.0)
    assert plain(slot(q, 5.0)[1]) == {"w": 5.0, "b": 0.0}
    q.unset = 4.0
    assert slot(q, 5.0)[1].unset == 0.0


def test_objects_that_are_called_are_told_apart_by_what_they_hold() -> None:
    compiled = value_and_grad(lambda f, x: f(x) * f.b, (0, 1))
    assert compiled(Called(W, 2.0), X)[0] == pytest.approx(2 * W @ X)
    value, (by_f, by_x) = compiled(Called(X, 3.0), X)  # equal to the first, says its class
    assert value == pytest.approx(3 * X @ X)
    assert by_f.w == pytest.approx(3 * X) and by_x == pytest.approx(3 * X)


# --- one object at two places


def changed(p, q, x):
    p.b = 2 * p.b
    return p.b * q.b * x


def compared(p, q, x):
    return p.b * x if p is q else q.b


def test_one_object_twice() -> None:
    p = Params(W, 0.5)
    assert [plain(g)["b"] for g in grad(lambda p, q, x: p.b * q.b * x, (0, 1))(p, p, 2.0)] == [1.0, 1.0]
    for function, why in ((changed, "changed"), (compared, "compared by identity")):
        compiled = grad(function, (0, 1))
        compiled(Params(W, 0.5), Params(W, 0.5), 2.0)
        with pytest.raises(ValueError, match=f"p and q are one object, .*{why}"):
            compiled(p, p, 2.0)
    held = grad(lambda d, x: changed(d["a"], d["b"], x))
    with pytest.raises(ValueError, match="one object, which is changed"):
        held({"a": p, "b": p}, 2.0)


OUTSIDE = Params(W, 0.5)


def test_an_argument_that_is_read_from_outside_too() -> None:
    def f(p, x):
        p.b = p.b * x
        return p.b * OUTSIDE.b

    assert value_and_grad(f, 1)(Params(W, 2.0), 3.0) == (3.0, 1.0)
    with pytest.raises(CompileError, match="SD514"):
        value_and_grad(f, 1)(OUTSIDE, 3.0)


class Node:
    def __init__(self, value: float, parent: Node | None = None) -> None:
        self.value = value
        self.parent = parent
        self.children: list[Node] = []
        if parent is not None:
            parent.children.append(self)


def test_what_holds_itself() -> None:
    root = Node(1.0)
    Node(2.0, root)
    with pytest.raises(CheckError, match=r"SD724 argument n is .*Node, which holds itself"):
        grad(lambda n, x: n.value * x)(root, 2.0)
    deep = Params(W, 0.5)
    for _ in range(3000):
        deep = Params(W, deep)
    with pytest.raises(UsageError, match="SD724 argument of the call is nested deeper than Python's"):
        grad(lambda p: p.b.b)(deep)
    owner = types.SimpleNamespace(k=3.0, tree=root)
    assert grad(lambda p, x: p.k * x, 1)(owner, 2.0) == 3.0
    with pytest.raises(CheckError, match=r"SD705 argument p.tree of .* is .*Node"):
        grad(lambda p, x: p.k * x)(owner, 2.0)


# --- attributes that are no numbers


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


def test_attributes_that_are_known() -> None:
    def f(p, x):
        y = p.act(x) if p.flag else x
        return y * (2.0 if p.name == "twice" else 1.0) * (1.0 if p.none is None else p.none) * p.count

    p = types.SimpleNamespace(act=np.sin, flag=True, name="twice", none=None, count=3)
    compiled = value_and_grad(f, 1)
    assert compiled(p, 0.5)[0] == pytest.approx(6 * np.sin(0.5))
    p.flag, p.name, p.none = False, "once", 5.0
    assert compiled(p, 0.5) == (7.5, 15.0)
    p.flag, p.act = True, lambda t: t * t
    assert compiled(p, 0.5) == (3.75, 15.0)
    p.count, p.none = 2.0, None
    for name, shown in (("name", "str"), ("flag", "bool"), ("act", "function")):
        with pytest.raises(CheckError, match=f"SD705 argument p.{name} of f is {shown}"):
            grad(f)(types.SimpleNamespace(**{"w": 1.0, name: getattr(p, name)}), 0.5)
    assert vars(grad(lambda p, x: p.w * x)(types.SimpleNamespace(w=1.0, none=None), 0.5)) == {"w": 0.5, "none": None}


OPAQUE = {
    "lock": threading.Lock(),
    "logger": logging.getLogger("tests"),
    "bytes": b"abc",
    "set": {"a", "b"},
    "texts": np.array(["a", "b"]),
    "records": np.ones(2, [("a", "f8")]),
    "matrix": np.ma.array([1.0]),
    "deque": collections.deque([1.0]),
    "ordered": collections.OrderedDict(a=1.0),
}


@pytest.mark.parametrize("name", OPAQUE)
def test_an_attribute_that_nothing_is_known_of_may_be_there(name: str) -> None:
    """It may be another at each call, without compiling anew, as long as the function does not read it."""
    compiled = value_and_grad(lambda p, x: p.w * x, 1)
    assert compiled(types.SimpleNamespace(w=2.0, other=OPAQUE[name]), 3.0) == (6.0, 2.0)
    for other in OPAQUE.values():
        assert compiled(types.SimpleNamespace(w=4.0, other=other), 3.0) == (12.0, 4.0)
    assert len(compiled._variants) == 1
    with pytest.raises(CheckError, match=r"SD705 argument p\.other of <lambda> is "):
        grad(lambda p, x: p.w * x)(types.SimpleNamespace(w=2.0, other=OPAQUE[name]), 3.0)


def test_an_attribute_that_is_read_is_known_by_identity() -> None:
    """What is read of it is looked at anew at each call, as of what a function reads from outside."""
    compiled = value_and_grad(lambda p, x: (p.w if "a" in p.tags else p.table["k"][0]) * x, 1)
    p = types.SimpleNamespace(w=2.0, tags={"a"}, table=collections.OrderedDict(k=[5.0]), unread=b"")
    assert compiled(p, 3.0) == (6.0, 2.0)
    p.tags.remove("a")
    assert compiled(p, 3.0) == (15.0, 5.0)
    p.table["k"][0] = 7.0
    assert compiled(p, 3.0) == (21.0, 7.0)
    p.table = collections.OrderedDict(k=[9.0])
    assert compiled(p, 3.0) == (27.0, 9.0)
    p.tags = {"a"}
    assert compiled(p, 3.0) == (6.0, 2.0)
    nested = value_and_grad(lambda p, x: p.held[1]["a"] * x, 1)
    assert nested(types.SimpleNamespace(held=[b"", collections.Counter(a=2)]), 3.0) == (6.0, 2.0)


def test_an_attribute_of_a_result_is_read() -> None:
    returned = value_and_grad(lambda p, x: (p.w * x, p), 1, has_aux=True)
    ((value, held), gradient) = returned(types.SimpleNamespace(w=2.0, other="text"), 3.0)
    assert (value, held, gradient) == (6.0, types.SimpleNamespace(w=2.0, other="text"), 2.0)
    with pytest.raises(CompileError, match="SD322"):
        returned(types.SimpleNamespace(w=2.0, other=threading.Lock()), 3.0)
    changed = value_and_grad(lambda p, x: copy.copy(p).w * x, 1)
    assert changed(types.SimpleNamespace(w=2.0, other=threading.Lock()), 3.0) == (6.0, 2.0)


def test_a_member_of_an_enum_is_known() -> None:
    compiled = grad(lambda p, x: x * (2.0 if p.colour is Colour.RED else p.colour.value), 1)
    assert compiled(types.SimpleNamespace(colour=Colour.RED), 1.0) == 2.0
    p = types.SimpleNamespace(colour=Colour.BLUE)
    assert compiled(p, 1.0) == 2.0 and grad(lambda p, x: x * p.colour.value, 1)(p, 1.0) == 2.0


# --- classes that are not plain


class Reading:
    def __init__(self) -> None:
        self.w = 2.0

    def __getattribute__(self, name: str) -> Any:
        return object.__getattribute__(self, name)


class Ending:
    def __init__(self) -> None:
        self.w = 2.0

    def __del__(self) -> None:
        pass


class Doubling:
    def __init__(self, w: float) -> None:
        self.__dict__["w"] = w

    @property
    def w(self) -> float:
        return 2 * self.__dict__["w"]


class Listed(list[float]):
    pass


class Odd(Params):
    pass


ODD = Odd(2.0, 1.0)
ODD.__dict__[1] = 2.0  # type: ignore[index]

REFUSED = [
    (Reading(), "Reading, whose class defines `__getattribute__`"),
    (Ending(), "Ending, whose class defines `__del__`"),
    (Doubling(2.0), "Doubling, whose attribute 'w' is read as its class says"),
    (ODD, "Odd, whose attribute 1 is read as its class says"),
    (Listed([1.0]), "Listed"),
    (logging.getLogger("tests"), "logging.Logger"),
    (object(), "object"),
]


@pytest.mark.parametrize(("value", "message"), REFUSED, ids=[m.split(",")[0] for _, m in REFUSED])
def test_classes_that_are_not_plain(value: Any, message: str) -> None:
    with pytest.raises(CheckError) as caught:
        grad(lambda p, x: p.w * x, 1)(value, 2.0)
    shown = str(caught.value)
    assert shown.startswith("SD724 argument p is ") and f"{message} (pass the numbers it holds" in shown


class Delegating:
    """What it has not is asked of the dict that it holds; nothing else may be set."""

    def __init__(self, **values: Any) -> None:
        self.__dict__["values"] = values

    def __getattr__(self, name: str) -> Any:
        return self.values[name]

    def __setattr__(self, name: str, value: Any) -> None:
        self.values[name] = value


class Positive:
    def __set_name__(self, owner: type, name: str) -> None:
        self.name = "_" + name

    def __get__(self, instance: Any, owner: type) -> Any:
        return getattr(instance, self.name)

    def __set__(self, instance: Any, value: Any) -> None:
        setattr(instance, self.name, value)


class Described:
    w = Positive()

    def __init__(self, w: float) -> None:
        self.w = w


class Asking:
    """Slots alone; asked for anything else, it answers with a KeyError."""

    __slots__ = ("unset", "w")

    def __init__(self, w: float) -> None:
        self.w = w

    def __getattr__(self, name: str) -> float:
        return {"k": 2.0}[name]


def test_no_code_of_a_class_runs_to_find_what_an_object_holds() -> None:
    compiled = value_and_grad(lambda p, x: p.w * x * p.k)
    for w in (3.0, 4.0):
        value, gradient = compiled(Asking(w), 5.0)
        assert value == w * 10.0 and gradient.w == 10.0
    assert len(compiled._variants) == 1


def test_attributes_that_a_class_decides_about() -> None:
    assert grad(lambda p, x: p.w * p.w * x)(Delegating(w=3.0), 2.0).w == 12.0

    def written(p, x):
        p.w = 2.0 * x
        return p.w

    with pytest.raises(CompileError, match="SD412"):
        grad(written, 1)(Delegating(w=3.0), 2.0)
    with pytest.raises(CompileError, match=r"SD412 `Described.w` is a descriptor"):
        grad(lambda p, x: p.w * x)(Described(3.0), 2.0)
    assert grad(lambda p, x: p._w * x)(Described(3.0), 2.0)._w == 2.0


# --- generated modules


def module(text: str) -> dict[str, Any]:
    space: dict[str, Any] = {"__name__": "generated"}
    exec(compile(text, "generated", "exec", dont_inherit=True), space)
    return space


@pytest.mark.parametrize("make", MAKERS)
def test_a_module_takes_objects_and_gives_gradients_of_their_class(make: Any) -> None:
    kinds = ("primal", "forward", "backward", "value_and_grad", "jvp", "hvp")
    space = module(generate(loss, example={"p": make(W, 0.5), "x": X}, wrt="p", functions=kinds))
    p = make(W, 0.5)
    value, gradient = space["loss_value_and_grad"](p, X)
    expected = value_and_grad(loss)(p, X)
    assert value == expected[0] and type(gradient) is type(p) and close(plain(gradient), plain(expected[1]))
    out, saved = space["loss_forward"](p, X)
    assert out == space["loss"](p, X) == value and close(plain(space["loss_backward"](saved)), plain(gradient))
    tangent = make(X, 2.0)
    along = jvp(lambda p: loss(p, X), (p,), (tangent,))[1]
    assert space["loss_jvp"](p, X, tangent)[1] == pytest.approx(along)
    assert close(plain(space["loss_hvp"](p, X, tangent)), plain(hvp(lambda p: loss(p, X), (p,), (tangent,))))


def test_a_module_takes_objects_with_the_same_attributes_alone() -> None:
    more = Params(W, 0.5)
    more.c = 1.0  # type: ignore[attr-defined]
    set_too, empty = Slotted(W, 0.5), Slotted.__new__(Slotted)
    set_too.unset = 1.0
    refused = {Params: [more, set_too, 3.0, None, {"w": W, "b": 0.5}], Slotted: [set_too, empty, 3.0, None]}
    for make, others in refused.items():
        call = module(generate(loss, example={"p": make(W, 0.5), "x": X}, wrt="p"))["loss_grad"]
        assert type(call(make(W, 0.5), X)) is make
        for other in others:
            message = rf"p must have the structure {make.__name__}\(b=\*, w=\*\), not {type(other).__name__}"
            with pytest.raises(TypeError, match=message):
                call(other, X)


def test_a_module_with_a_cached_property_and_a_name_that_is_no_name() -> None:
    def f(p, x):
        return p.norm * x * getattr(p, "lambda")

    class Kept:
        def __init__(self, w: float, other: float) -> None:
            self.w = w
            setattr(self, "lambda", other)

        @functools.cached_property
        def norm(self) -> float:
            return self.w * self.w

    p = Kept(3.0, 0.5)
    text = generate(f, example={"p": p, "x": 2.0}, wrt="p")
    call = module(text)["f_grad"]
    assert "getattr(p, '__dict__', {}).keys() - {'norm'} == {'lambda', 'w'}" in text
    for _ in range(2):
        assert vars(call(p, 2.0)) == vars(grad(f)(p, 2.0)) == {"w": 6.0, "lambda": 18.0}
        assert p.norm == 9.0


def test_a_module_makes_a_namespace() -> None:
    def f(x, types):
        made = types_of(x, types)
        made.c = made.a * 2.0
        return made

    text = generate(f, functions=("primal", "forward", "backward"))
    assert "import types\n" in text
    space = module(text)
    assert space["f"](2.0, 3.0) == types.SimpleNamespace(a=6.0, c=12.0)
    saved = space["f_forward"](2.0, 3.0)[1]
    assert space["f_backward"](saved, types.SimpleNamespace(a=1.0, c=1.0)) == (9.0, 6.0)


def test_a_module_imports_no_more_than_it_needs() -> None:
    text = generate(scaled, example={"p": namespace(W, 0.5), "x": X}, wrt="p", functions=("forward", "jvp"))
    assert "types.items()" in text and "import types" not in text


def types_of(x, y):
    return types.SimpleNamespace(a=x * y)


def test_a_module_asks_for_the_attribute_it_would_read() -> None:
    p = types.SimpleNamespace(w=2.0, log=logging.getLogger("tests"))
    assert module(generate(lambda p, x: p.w * x, name="f", example={"p": p}, wrt="x"))["f_grad"](p, 3.0) == 2.0
    with pytest.raises(CompileError, match=r"SD724 argument p\.log is logging.Logger"):
        generate(lambda p, x: p.log.level * x, name="f", example={"p": p}, wrt="x")


class Oscillator:
    def __init__(self, mass, damping, force):
        self.mass, self.damping = mass, damping
        self.force = force


class Driven(Oscillator):
    def __init__(self, amplitude, *args):
        super().__init__(*args)
        self.amplitude = amplitude


@pytest.mark.parametrize("level", [0, 2])
def test_attributes_of_gradients_are_in_the_order_of_the_class(level: int) -> None:
    def f(p):
        return p.mass * p.damping**2 + p.force * p.mass + getattr(p, "amplitude", 0.0)

    for p in (Oscillator(2.0, 0.5, 3.0), Driven(7.0, 2.0, 0.5, 3.0)):
        gradient = grad(f, level=level)(p)
        assert list(vars(gradient)) == list(vars(p))
        assert gradient.mass == pytest.approx(3.25, rel=1e-14)
        other = Oscillator.__new__(type(p))
        for name in sorted(vars(p)):
            setattr(other, name, vars(gradient)[name])
        assert jvp(f, (p,), (other,)) == jvp(f, (p,), (gradient,))  # a tangent's may be in any order


def test_attributes_of_results_are_in_the_order_of_the_class() -> None:
    def f(x):
        return x, Oscillator(x * 2, x * 3, x * 4)

    assert list(vars(symdiff.grad(f, has_aux=True)(1.5)[1])) == ["mass", "damping", "force"]
    text = symdiff.generate(f, name="f")
    assert "Oscillator(mass=" in text and text.index("    mass: ") < text.index("    damping: ") < text.index(
        "    force: "
    )
