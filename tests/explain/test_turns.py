"""Variables that a loop writes anew from what they were: the rules are in the value before the turn."""

import re
from typing import Any

import numpy as np

import symdiff
from symdiff.explain import mathml


def lines(fun: Any, *args: Any) -> list[str]:
    """The lines of the LaTeX, without blanks and alignment marks."""
    text = symdiff.explain(fun, *args, format="tex")
    return [re.sub(r"[\s&]", "", line) for line in text.split("\\\\\n")]


def grown(x):
    y = x
    while y < 10.0:
        y = y * x
    return y + x


def test_the_local_derivatives_of_a_product_with_itself_are_in_the_value_before():
    """y ← y · x: ∂/∂x is the y before the turn, ∂/∂(y before) is x; 1.7, 2.89, 4.913, 8.3521, then 14.19857."""
    made = symdiff.explain(grown, 1.7).derivation
    (product,) = (s for s in made.stages if s.formula == "y * x")
    assert {e.local for e in product.inputs} == {"∂y/∂y = x", "∂y/∂x = y"}
    by_x = next(k for k, e in enumerate(product.inputs) if e.source == "x")
    assert np.allclose([turn.locals[by_x] for turn in product.turns], [1.7, 2.89, 4.913, 8.3521])
    table = str(symdiff.explain(grown, 1.7))
    assert "∂y0/∂y = 1 + ∂y0/∂y[next turn] · x" in table
    assert "∂y0/∂x = 1 + ∂y0/∂y · y + ∂y0/∂y · 1 = 42.76" in table  # 1 + 5 · 1.7⁴


def test_in_latex_the_value_before_has_the_index_of_the_turn_before():
    written = lines(grown, 1.7)
    (by_x,) = (line for line in written if line.startswith(r"\frac{\partialy_0}{\partialx}"))
    assert r"\sum_{t}\frac{\partialy_0}{\partialy_{t+1}}y_t" in by_x
    assert r"\frac{\partialy_0}{\partialy_{t+2}}x" in "".join(written)


def powered(a, n: int):
    y = 0.5
    for _ in range(n):
        y = a**y
    return y


def test_a_rule_that_has_the_value_after_only_is_not_said_in_the_value_before():
    """y ← a^y: ∂/∂(y before) is a^y · log a, of which a^y is the y after; only one of both is called y."""
    made = symdiff.explain(powered, 1.3, 3).derivation
    (power,) = (s for s in made.stages if s.formula == "a ** y")
    assert [e.local for e in power.inputs if made[e.source].name == "y"] == ["", ""]


def chosen(x):
    return np.max(x) * np.sum(x)


def test_a_condition_in_a_rule_is_not_cut_at_its_sign():
    table = symdiff.explain(chosen, np.array([1.0, 3.0, 2.0]))
    (row,) = (line for line in str(table).splitlines() if line.startswith("x "))
    assert "∂y/∂y1 · ([x = y1] / ties)" in row
    written = mathml.derivative("∂y1/∂x = [x = y1] / ties")
    assert written.endswith("<mo>=</mo><mtext>[x = y1] / ties</mtext></mrow>")


def stopped(x):
    s = 0.0
    for i in range(10):
        s = s + x * i
        if s > 5.0:
            break
    return s * s


def stepped(x, n: int):
    s = x
    for i in range(n, 0, -2):
        s = s * x + i
    return s * s


def summed(A, x):
    t = 0.0
    for i in range(A.shape[0]):
        for j in range(A.shape[1]):
            t = t * x + A[i, j]
    return t


def test_a_loop_that_ends_early_ends_after_t_turns():
    """0.7 · (1 + 2 + 3 + 4) = 7 is above 5: five turns, not ten."""
    written = lines(stopped, 0.7)
    assert "y=s_T^2=49" in written
    assert (
        r"\text{fori}=0,\dots,10-1\text{,endedafter}T\text{turns}:".replace(r"\text{fori}", r"\text{for}i") in written
    )


def test_steps_count_down_to_their_last_turn():
    """n, n - 2, …, in T turns: s_n is x, and what is returned is after the turn of index n - 2(T - 1)."""
    written = lines(stepped, 0.7, 5)
    assert any(line.startswith(r"y=s_{n-2T}^2") for line in written)
    assert r"s_n=x=0.7" in written and r"s_{i-2}=y_{2,i}+i" in written
    assert any(line.startswith(r"\text{for}i=n,\dots,0+1") for line in written)


def test_a_variable_of_two_loops_ends_in_the_last_turn_of_both():
    written = lines(summed, np.ones((2, 3)), 0.5)
    assert r"f(A,x)=t_{n-1,m}" in "".join(written)
    assert {"t_{0,0}=0", "t_{i+1,0}=t_{i,m}"} <= set(written)


def recurred(x, n: int):
    return 1.0 if n == 0 else x * recurred(x, n - 1)


def test_gradients_of_other_calls_are_told_apart():
    written = "".join(lines(recurred, 1.5, 3))
    assert r"\frac{\partialy}{\partialx^{(2)}}\big|_{\text{innercall}}*1" in written
    assert r"\big|_{\text{outercall}}" in written


def positive(A):
    t = 0.0
    for i in range(A.shape[0]):
        if A[i] > 0.0:
            t += A[i] ** 2
    return t


def test_conditions_have_the_index_of_the_turn():
    written = lines(positive, np.array([1.0, -2.0]))
    (test,) = {line for line in written if line.startswith(r"\text{if}")}
    number = re.fullmatch(r"\\text\{if\}y_\{(\d+),i\}>0:", test)
    assert number and f"y_{{{number[1]},i}}=A_{{i}}" in written


def listed(x: "f8[n]", a: float):  # noqa: F821
    squares = []
    for v in x:
        squares.append(v * a)
    return sum(squares)


def test_an_append_passes_the_gradient_of_the_last_element_on():
    """squares[-1] is v a; of the list what stands before it comes from the turn before; 3 · (1 + 2), ∂/∂a = 1 + 2."""
    made = symdiff.explain(listed, np.array([1.0, 2.0]), 3.0)
    (append,) = (s for s in made.derivation.stages if s.formula.startswith("squares.append"))
    assert {e.local for e in append.inputs} == {"∂squares/∂y8 = 1 at [-1]", "∂squares/∂squares = 1 outside [-1]"}
    rows = str(made)
    assert "∂listed/∂y8 = ∂listed/∂squares at [-1] = 1" in rows
    assert re.search(r"\nsquares +\[\] +\[\]\n", rows)
    assert made.derivation["a"].gradient == 3.0
    written = "".join(lines(listed, np.array([1.0, 2.0]), 3.0))
    assert r"\text{:append}y_{8,i}" in written


def popped(x: float, n: int):
    held = [x]
    for i in range(n):
        held.append(held[i] * x)
    rest = held[1:] + held
    total = 0.0
    while rest:
        total = total * 0.5 + rest.pop()
    return total + np.sum(np.array(held))


def test_every_operation_of_a_list_has_a_rule():
    made = symdiff.explain(popped, 3.0, 2).derivation
    assert [s.formula for s in made.stages for e in s.inputs if e.active and not e.local] == []
    table = symdiff.explain(popped, 3.0, 2)
    assert "1 outside [-1]" in str(table)


def switched(x, n: int):
    s = x
    for i in range(n):
        if i % 2 == 0:
            s = s * x
        else:
            s = s + x
    return s


def test_the_picture_shows_one_turn_and_an_arm_that_was_not_taken_in_it_nothing():
    """x = 2, n = 3: 4, 6, 12; the last turn multiplies."""
    written = symdiff.explain(switched, 2.0, 3, format="mermaid")
    assert "else #40;not in this turn#41;" in written
    assert "#43; → s<br/>" not in written
    assert "s = 12" in written
