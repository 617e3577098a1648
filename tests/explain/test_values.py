"""Values and gradients of stages at a point, from the notes and from plain arithmetic."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.api.signatures import declared_signature, float_arguments
from symdiff.api.transforms import lower_function
from symdiff.errors import CheckError, UsageError
from symdiff.explain.derive import derivation
from symdiff.explain.stages import Derivation

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples"))

import chain


def at(fun: Any, **point: Any) -> Derivation:
    signature, _ = declared_signature(fun)
    return derivation(lower_function(fun, signature), float_arguments(signature), point)


def test_the_chain_rule_example_of_the_notes():
    """ee367: f = (x + y) z at (-2, 5, -4)."""
    made = at(chain.product, x=-2, y=5, z=-4)
    assert {k: made[k].value for k in ("q", "f")} == {"q": 3, "f": -12}
    assert {k: made[k].gradient for k in made.order} == {"f": 1, "q": -4, "z": 3, "x": -4, "y": -4}


def test_the_scalar_network_of_the_notes():
    """ee367: ∂f/∂w1 = x = 5, ∂g/∂f = 1, ∂ŷ/∂g = w2 = 2, ∂L/∂ŷ = ŷ - y = 8: ∂L/∂w1 = 80."""
    made = at(chain.scalar_network, x=5, w1=1, w2=2, y=2)
    local = {(s.name, e.source): e.value for s in made.stages for e in s.inputs}
    assert (local["f", "w1"], local["g", "f"], local["y_hat", "g"], made["y_hat"].gradient) == (5, 1, 2, 8)
    assert made["w1"].gradient == 80
    assert made["L"].value == 32


def classifier(X: "f8[n, d]", W1: "f8[d, h]", b1: "f8[h]", W2: "f8[h, c]", b2: "f8[c]", labels: "i8[n]"):  # noqa: F821
    a1 = np.maximum(X @ W1 + b1, 0)
    f = a1 @ W2 + b2
    log_p = f - np.log(np.sum(np.exp(f), axis=1, keepdims=True))
    return -np.mean(log_p[np.arange(len(labels)), labels])


def test_the_classifier_of_the_notes():
    """two-layer-softmax-backprop: ∂L/∂f is P - 1 at the label and P elsewhere, over n; ∂L/∂W2 = X2ᵀ ∂L/∂f."""
    rng = np.random.default_rng(7)
    X, W1, b1 = rng.normal(size=(4, 3)), rng.normal(size=(3, 5)), rng.normal(size=5)
    W2, b2, labels = rng.normal(size=(5, 2)), rng.normal(size=2), np.array([0, 1, 1, 0])
    made = at(classifier, X=X, W1=W1, b1=b1, W2=W2, b2=b2, labels=labels)
    hidden = np.maximum(X @ W1 + b1, 0)
    scores = np.exp(hidden @ W2 + b2)
    d_f = scores / scores.sum(axis=1, keepdims=True)
    d_f[np.arange(4), labels] -= 1
    d_f /= 4
    d_hidden = d_f @ W2.T * (hidden > 0)
    for key, expected in {
        "f": d_f, "W2": hidden.T @ d_f, "b2": d_f.sum(axis=0), "W1": X.T @ d_hidden, "b1": d_hidden.sum(axis=0),
    }.items():  # fmt: skip
        np.testing.assert_allclose(made[key].gradient, expected, rtol=1e-10, atol=1e-14)


def decay(a, x: "f8[n]"):  # noqa: F821
    y = np.zeros_like(x)
    y[0] = x[0]
    for i in range(1, len(x)):
        y[i] = a * y[i - 1] + x[i]
    return np.sum(y)


def test_every_turn_of_a_loop():
    """y = 1, 0.5·1 + 2 = 2.5, 0.5·2.5 + 3 = 4.25; back: 1, 1 + 0.5, 1 + 0.75."""
    made = at(decay, a=0.5, x=[1, 2, 3])
    (stage,) = [s for s in made.stages if s.update and s.turns]
    assert [t.index for t in stage.turns] == [(("i", 1),), (("i", 2),)]
    assert np.array_equal(stage.turns[-1].value, [1, 2.5, 4.25])
    (element,) = [s for s in made.stages if s.formula == "x[i]"]
    assert [(t.value, t.gradient) for t in element.turns] == [(2, 1.5), (3, 1)]
    assert made["a"].gradient == 1 * 1.5 + 2.5 * 1
    assert np.array_equal(made["x"].gradient, [1.75, 1.5, 1])


def collect(x: "f8[n]", w):  # noqa: F821
    parts = []
    for v in x:
        if v > 0:
            h = v * w
        else:
            h = np.exp(v)
        parts.append(h)
    return np.sum(np.array(parts) ** 2)


def swap(a, b, n: int):
    for _ in range(n):
        a, b = b, np.sin(a) * b
    return a + b


PROGRAMS = [
    (collect, {"x": np.array([1.0, -0.5, 2.0]), "w": 0.7}),
    (swap, {"a": 0.3, "b": 0.8, "n": 5}),
    (decay, {"a": 0.9, "x": np.array([0.1, -0.7, 2.0, 1.0])}),
]


@pytest.mark.parametrize(("fun", "point"), PROGRAMS, ids=lambda x: getattr(x, "__name__", ""))
def test_gradients_are_those_of_the_module(fun, point):
    made = at(fun, **point)
    expected = symdiff.grad(fun, wrt=made.wrt, level=0)(**point)
    for key, gradient in zip(made.wrt, expected, strict=True):
        np.testing.assert_allclose(made[key].gradient, gradient, rtol=1e-14)


def masked(x):
    return np.where(x > 0, np.sqrt(x), 0.0)[()]


def test_what_was_not_taken_counts_for_nothing():
    assert at(masked, x=0.0)["x"].gradient == 0


@pytest.mark.parametrize(
    ("point", "error", "text"),
    [
        (
            {"x": 1.0, "y": 2.0},
            UsageError,
            "SD740 product is to be explained at a point, and no value is given for: z (give one: `--at z=1.5`)",
        ),
        (
            {"x": 1.0, "y": 2.0, "z": 3.0, "w": 4.0},
            UsageError,
            "SD741 product has no argument `w` to give a value for; it has: x, y, z",
        ),
        ({"x": [1.0], "y": 2.0, "z": 3.0}, CheckError, "SD707 argument x is f8[1], expected float"),
        ({"x": "a", "y": 2.0, "z": 3.0}, CheckError, "SD707 argument x is 'a', expected float"),
    ],
)
def test_a_point_that_does_not_fit(point, error, text):
    with pytest.raises(error) as caught:
        at(chain.product, **point)
    assert str(caught.value) == text


def product_of(a: "f8[n, m]", b: "f8[m]"):  # noqa: F821
    return np.sum(a @ b)


def test_sizes_that_do_not_fit():
    with pytest.raises(CheckError) as caught:
        at(product_of, a=[[1.0, 2.0]], b=[1.0, 2.0, 3.0])
    assert str(caught.value) == "SD707 argument b is f8[3], expected f8[m] with m = 2"
    with pytest.raises(CheckError) as caught:
        at(product_of, a=[[1.0, 2.0], [3.0]], b=[1.0, 2.0])
    assert str(caught.value) == "SD707 argument a is rows of different lengths, expected f8[n, m]"


def long(x, n: int):
    for _ in range(n):
        x = x * 0.5
    return x


def test_too_many_steps(monkeypatch):
    monkeypatch.setattr("symdiff.explain.tape.MOST_NODES", 100)
    with pytest.raises(UsageError) as caught:
        at(long, x=1.0, n=1000)
    assert (
        str(caught.value)
        == "SD743 long takes more than 100 steps at these values (give smaller arrays, or fewer turns)"
    )


@pytest.mark.parametrize(("x", "expected"), [(0.0, np.inf), (-1.0, -1.0)])
def test_gradients_where_the_result_is_no_number(x, expected):
    """1/x, of whatever log(x) is."""

    def log(x):
        return np.log(x)

    with np.errstate(all="ignore"):
        made = at(log, x=x)
    assert made["x"].gradient == expected
    (edge,) = made["y"].inputs
    assert edge.value == expected


def test_a_stage_that_there_is_not():
    def product(x, y):
        return x * y

    with pytest.raises(KeyError, match="product has no stage 'zz'; it has: y0, x, y"):
        at(product, x=2.0, y=3.0)["zz"]


def test_formulas_of_complex_derivatives_give_their_values():
    """∂f/∂x - i ∂f/∂y: of |z| at 3+4i that is (3-4i)/5, of x + 2y + the angle 1-2i - i/z."""

    def modulus(z: "complex"):
        return abs(z)

    def parts(z: "complex"):
        return np.real(z) + 2 * np.imag(z) + np.angle(z)

    z = 3 + 4j
    (edge,) = at(modulus, z=z)["y"].inputs
    assert edge.rule == "conj sign z"
    assert edge.value == pytest.approx((3 - 4j) / 5)
    made = at(parts, z=z)
    assert {edge.rule: edge.value for _, edge in made.uses("z")} == {
        "1": 1, "-1j": -1j, "-1j/z": pytest.approx(-1j / z),
    }  # fmt: skip
    assert made["z"].gradient == pytest.approx(1 - 2j - 1j / z)


def test_conjugates_and_signs_of_complex_numbers():
    """u = z/|z| = 0.6+0.8i turns by Im(dz/z): of Re u that is -Im(u) Im(dz/z), so that d = i·Im(u)/z = 0.8i/(3+4i)."""

    def turned(z: "complex"):
        return np.real(np.sign(z))

    def mirrored(z: "complex", w: "complex"):
        return np.real(np.conj(z) * w)

    z = 3 + 4j
    made = at(turned, z=z)
    (edge,) = made["y1"].inputs
    assert edge.local == "∂y1/∂z: 1j·Im(d_y1·y1) / z" and edge.value is None
    assert made["y1"].gradient == 1
    assert made["z"].gradient == pytest.approx(0.8j / (3 + 4j)) == pytest.approx(0.128 + 0.096j)
    made = at(mirrored, z=z, w=1 + 2j)
    (edge,) = [edge for _, edge in made.uses("z")]
    assert edge.local == "∂y2/∂z: conj d_y2" and edge.value is None
    assert made["y2"].gradient == 1 + 2j and made["z"].gradient == 1 - 2j


def linear(p: "{'b': float, 'w': float}", x: float):  # noqa: F821
    return p["w"] * x + p["b"]


def test_values_in_another_structure() -> None:
    assert at(linear, p={"w": 2.0, "b": 1.0}, x=3.0)["y"].value == 7.0
    with pytest.raises(CheckError) as caught:
        at(linear, p={"w": 2.0}, x=3.0)
    assert str(caught.value) == "SD706 argument p has structure {'w': *}, expected {'b': *, 'w': *}"


def test_operations_of_one_kind_share_their_reverse_program(monkeypatch):
    """Products of two floats have one; with a constant it is another for 0.0 and for -0.0."""
    from symdiff.explain import tape

    made = []
    reverse = tape._reversed
    monkeypatch.setattr(tape, "_reversed", lambda op, number: made.append(op) or reverse(op, number))

    def powers(x):
        a = x
        for _ in range(3):
            a = a * x
        b = a * 0.0
        c = a * -0.0
        return b + c + a * 0.0 + b * c

    found = at(powers, x=2.0)
    assert [op.prim.name for op in made].count("mul") == 3
    signs = {name: np.copysign(1, found[name].inputs[0].value) for name in ("b", "c")}
    assert signs == {"b": 1, "c": -1}


def test_by_an_arm_that_was_not_taken_there_is_no_local_value():
    def chosen(x):
        if x > 1:
            z = x * x
        else:
            z = -x
        return z * z

    made = at(chosen, x=0.5)
    (product,) = (s for s in made.stages if s.formula == "z * z")
    assert {made[e.source].formula: e.value for e in product.inputs} == {"x * x": None, "-x": -1.0}
    assert symdiff.explain(chosen, 0.5, format="mermaid").count('"2·z"') == 0
