"""Loops, branches and what is bound where."""

from __future__ import annotations

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()


@cases(array(4))
@cases(array(0))
@cases(array(1))
def sum_from_int(x):
    s = 0
    for i in range(len(x)):
        s += x[i]
    return s


@cases(array(4))
@cases(array(0))
def sum_over_array(x):
    s = 0.0
    for t in x:
        s = s + t * t
    return s


@cases(array(3, 2))
@cases(array(0, 2))
def sum_over_rows(x):
    s = np.zeros(2)
    for row in x:
        s = s * row + row
    return s


@cases(array(5), 0.5)
@cases(array(0), 0.5)
def recurrence(x, a):
    y = np.zeros_like(x)
    for i in range(len(x)):
        if i == 0:
            y[i] = x[i]
        else:
            y[i] = a * y[i - 1] + x[i]
    return y


@cases(array(5), 0.5)
def backward_recurrence(x, a):
    y = x.copy()
    for i in range(len(x) - 2, -1, -1):
        y[i] += a * y[i + 1] ** 2
    return y


@cases(1.2, 10)
@cases(2.0, 0)
def power_loop(x, n):
    p = 1.0
    for _ in range(n):
        p *= x
    return p


@cases(1.2, 10)
@cases(2.0, 0)
def power_from_int(x, n):
    p = 1
    for _ in range(n):
        p = p * x
    return p


@cases(10.0)
@cases(0.5)
def halving(x):
    n = 0
    while x > 1:
        x = x / 2
        n += 1
    return x * x + n


@cases(5.0)
def newton(a):
    x = a
    for _ in range(50):
        new = 0.5 * (x + a / x)
        if abs(new - x) < 1e-13:
            break
        x = new
    return x


@cases(signed(6), 0.8)
@cases(signed(6), 100.0)
@cases(signed(6), -100.0)
def early_return(x, t):
    s = 0.0
    for i in range(len(x)):
        s += x[i] ** 2
        if s > t:
            return s * t
    return s / t


@cases(signed(8))
def continue_and_break(x):
    s = 1.0
    for t in x:
        if t < -0.5:
            continue
        if t > 1.3:
            break
        s = s * (1 + t)
    return s


@cases(signed(8), 0.4)
def nested_ifs(x, k):
    s = 0.0
    for i in range(len(x)):
        if x[i] > 0:
            if x[i] > k:
                s += x[i] * k
            else:
                s -= np.sin(x[i])
        elif x[i] < -1:
            s *= x[i]
        else:
            continue
        s += 0.1 * k
    return s


@cases(signed(3, 4))
def nested_loops(x):
    n, m = x.shape
    s = 0.0
    for i in range(n):
        r = 1.0
        for j in range(m):
            if x[i, j] < -1.2:
                break
            r *= x[i, j] + i
        s += r
    return s


@cases(0.7, 1)
@cases(0.7, 3)
def bound_in_one_branch(x, n):
    if n > 2:
        y = x * 2
    if n > 2:
        return y * x
    return x


@cases(0.7)
@cases(-0.7)
def bound_in_both(x):
    if x > 0:
        y = x * x
        z = 3
    else:
        y = -x
        z = 4.0
    return y * z


@cases(array(4))
@cases(array(1))
def last_loop_variable(x):
    for t in x:
        u = t * 2
    return t * u


@cases(signed(5))
def running_maximum(x):
    best = -np.inf
    for t in x:
        if t > best:
            best = t
    return best * 2


@cases(signed(5))
def builtin_maximum(x):
    best = x[0]
    for t in x[1:]:
        best = max(best, t)
    return best


@cases(array(3, 3) + 3 * np.eye(3))
def cholesky_by_hand(a):
    n = a.shape[0]
    L = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            s = a[i, j] - np.dot(L[i, :j], L[j, :j])
            if i == j:
                L[i, j] = np.sqrt(s)
            else:
                L[i, j] = s / L[j, j]
    return L


@cases(array(4), array(4, seed=2))
def horner(c, x):
    r = np.zeros_like(x)
    for k in range(len(c) - 1, -1, -1):
        r = r * x + c[k]
    return r


@cases(signed(5), 0.9)
def count_and_mean(x, t):
    n = 0
    s = 0.0
    for v in x:
        if v < t:
            n += 1
            s += v
    if n == 0:
        return 0.0
    return s / n


@cases(array(4))
def zip_and_enumerate(x):
    s = 0.0
    for i, (a, b) in enumerate(zip(x[1:], x[:-1])):
        s += (i + 1) * a * b
    return s


@cases(array(5))
def collected(x):
    out = []
    s = 0.0
    for t in x:
        s = s + t**2
        out.append(s)
    return np.array(out)


@cases(1.7, 4)
@cases(1.7, 0)
def fibonacci(x, n):
    a, b = 0, x
    for _ in range(n):
        a, b = b, a * x + b
    return a


@cases(27.3)
def collatz_like(x):
    k = 0
    while x > 1.5 and k < 30:
        if int(x * 0.7) % 2 == 0:
            x = x / 2
        else:
            x = 1.1 * x - 3
        k += 1
    return x


@cases(array(3), array(3, 3))
def hidden_state(h, W):
    hs = np.zeros((4, 3))
    for t in range(4):
        h = np.tanh(W @ h)
        hs[t] = h
    return (hs**2).sum()


@cases(0.3)
def while_true(x):
    i = 0
    while True:
        x = x * x + 0.3
        i += 1
        if i >= 5:
            break
    return x


@cases(array(4))
def two_loops(x):
    s = 0
    for t in x:
        s += t
    m = s / len(x)
    v = 0
    for t in x:
        v += (t - m) ** 2
    return v / (len(x) - 1)


@cases(signed(4), 2)
@cases(signed(4), -1)
def early_return_of_kinds(x, n):
    if n < 0:
        return 0.0
    return x[0] * n


@cases(signed(4))
def if_on_array_element(x):
    y = x.copy()
    for i in range(len(y)):
        if y[i] < 0:
            y[i] = -y[i]
    return y


@cases(signed(4))
def any_and_all(x):
    if (np.any(x > 1) and not np.all(x > 0)) or x.sum() > 100:
        return x.sum()
    return x.prod()


@cases(2.0, "square")
@cases(2.0, "cube")
@cases(2.0, None)
def option(x, mode):
    if mode == "square":
        return x**2
    if mode is None:
        return x
    return x**3


@cases(array(3), True)
@cases(array(3), False)
def flag(x, twice):
    if twice:
        x = x * 2
    return x.sum()


def _tree(x, depth):
    if depth == 0:
        return x * x
    return _tree(x / 2, depth - 1) + _tree(x * 2, depth - 1)


@cases(1.3)
def recursion(x):
    return _tree(x, 3)


@cases(array(4), 1.5)
def loop_with_view(x, k):
    y = np.zeros((2, 4))
    row = y[1]
    for i in range(4):
        row[i] = x[i] * k
        y[0] += row
    return y


@cases(array(4))
def loop_slices(x):
    s = 0.0
    for i in range(len(x)):
        s += np.sum(x[i:] * x[: len(x) - i])
    return s


@cases(array(4))
def steps_of_two(x):
    s = 0.0
    for i in range(0, len(x), 2):
        s += x[i] * (i + 1)
    for i in range(len(x))[::-1]:
        s += x[i] ** 2
    for i in reversed(range(3)):
        s *= x[i]
    return s


@cases(signed(5), 0.3)
def viterbi(x, a):
    best = 0.0
    other = 0.0
    for t in x:
        best, other = max(best + t, other), max(best, other + a * t)
    return max(best, other)


@cases(array(4), 2)
def loop_until_index(x, k):
    s = 0.0
    i = 0
    while i < len(x):
        if i == k:
            i += 1
            continue
        s += x[i] ** 2
        i += 1
    return s


@cases(array(3))
def float_from_array(x):
    s = float(x[0]) * 2
    for i in range(3):
        s += float(x[i]) ** 2
    return s


@cases(signed(3, 4))
def product_until_break(x):
    s = 0.0
    for row in x:
        r = 1.0
        for t in row:
            if t < -1.2:
                break
            if t > 1.2:
                continue
            r *= t
        s += r
    return s


@cases(signed(6))
def writes_until_return(x):
    y = np.ones(6)
    for i in range(1, 6):
        y[i] = y[i - 1] * x[i]
        if y[i] < -0.3:
            return y[i] * y[i - 1]
    return y.sum()


@cases(signed(4), 5)
def returned_when_small(x, n):
    """What is returned early is an argument, or a view of it, that the loop goes on writing."""
    for _ in range(n):
        x[0] = x[0] * 0.5
        if x[0] < 0.3:
            return x, [x[1:], x[0]]
    x[1] = x[0] * x[2]
    return x, [x[1:], 2.0]


def _halved(w, limit):
    for _ in range(4):
        w[0] = w[0] * 0.5
        if w[0] < limit:
            return w[1:]
    return w[1:]


@cases(array(3), 0.1)
@cases(array(3), 0.0)
def a_view_returned_by_a_helper(x, limit):
    y = x * 1.0
    rest = _halved(y, limit)
    rest[0] = 7 * y[0]
    return y


@cases(0.7)
@cases(-0.7)
def a_stack_that_is_popped_in_the_condition(x):
    stack = [x * 5.0, x * 7.0]
    total = x
    while stack and (t := stack.pop()) > 1.0:
        total += t * t
        if t > 2.0:
            stack.append(t * 0.6)
            stack.append(t * 0.3)
    return total


@cases(0.7, signed(3))
def dicts_of_generators(x, v):
    squares = dict((k, x**k) for k in range(4))
    named = dict((name, a * x) for name, a in zip("abc", v))
    return sum(squares.values()) * named["b"] + named["c"]


@cases(array(5), array(4, 3))
def bound_in_the_first_turn(x, m):
    """A name that an earlier turn binds, read on another path."""
    s = 0.0
    for i in range(len(x)):
        if i == 0:
            y = x[i]
        elif i == 1:
            y = y * x[i]
        else:
            y = np.sin(y)
        s = s + y
    for k, row in enumerate(m):
        if k == 0:
            h = np.zeros(3)
        h = np.tanh(h + row)
    return s * np.sum(h)


@cases(np.array([0.5, -1.2, 2.0, 0.3]), 1.1)
@cases(np.array([0.5, -1.2, 2.0, 0.3]), -2.0)
@cases(np.array([0.5, 1.2]), 0.4)
def breaks_and_raises(v, c):
    s, i = c, 0
    while True:
        if i < len(v):
            if v[i] > c:
                break
            if v[i] > 2 * c:
                return s * v[i]
        else:
            raise IndexError("none is so large")
        s += v[i] * c
        i += 1
    return s * v[i]
