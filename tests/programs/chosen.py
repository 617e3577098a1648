"""None or a number, and strings and functions that a condition chooses."""

from __future__ import annotations

import functools
import math

import numpy as np

from tests.programs.cases import Cases, array

cases = Cases()
V = np.array([1.0, 2.0, 0.5, 3.0])
M = np.array([[1.0, 2.0], [0.3, 0.4], [2.0, 1.0]])
WEIGHTS = {"left": 2.0, "right": 3.0}


# --- None or a number


@cases(V)
def the_least_by_hand(v):
    best, where = None, None
    for i, t in enumerate(v):
        if best is None or t * t < best:
            best, where = t * t, i
    return best * v[where]


@cases(V)
@cases(V[:1])
@cases(V[:0])
def both_ends(v):
    lo = hi = None
    for t in v:
        lo = t if lo is None else min(lo, t)
        hi = t if hi is None else max(hi, t)
    if lo is None or hi is None:
        return np.float64(0.0)
    return hi * hi - lo


@cases(V, 1.2)
@cases(V, 10.0)
def forgotten_again(v, x):
    best = None
    for t in v:
        if t > x:
            best = t
        if best is not None and t < x:
            best = None
    return x if best is None else best * x


@cases(V, 1.7)
@cases(V, 9.0)
def found_or_not(v, x):
    def search(limit):
        for t in v:
            if t > limit:
                return t * t
        return None

    first, last = search(x), None
    for i, t in enumerate(v):
        if t > x:
            last = t * i
    if last is None:
        last = x * x
    return last * (x * 3 if first is None else first)


@cases(V)
@cases(V[:2])
@cases(V[:0])
def two_before(v):
    prev = prev2 = None
    s = np.float64(0)
    for t in v:
        if prev2 is not None:
            s = s + t * prev * prev2
        elif prev is not None:
            s = s + t * prev
        prev2, prev = prev, t
    return s


@cases(M, 1.0)
@cases(M, -1.0)
def arrays_or_none(m, x):
    total, last = None, None
    if x > 0:
        total = np.zeros(2)
    for row in m:
        if total is not None:
            total[0] += row[1] * x
            total += row * row
        last = row * 2 if last is None else last * row
    return last.sum() * (x if total is None else total.sum())


@cases(1.5)
@cases(-2.0)
@cases(0.2)
def two_optionals(x):
    a = x if x > 1 else None
    b = x * x if x > 0 else None
    kept = {"a": a, "b": [b, x]}
    c = a
    if x > 2:
        a = None
    if a is None and b is None:
        return x * (kept["b"][1] if kept["a"] is None else 7.0)
    if a is not None and b is not None:
        return a * b * c
    return (b or 3.0) * 3 + (c if c else 0.0)


@cases(1.2)
@cases(-1.7)
def until_it_is_large(x):
    w = None
    while w is None or w < 10:
        w = x if w is None else w * w + 1
    return w


class Best:
    def __init__(self):
        self.best = None
        self.rate = "linear"

    def see(self, t):
        if self.best is None or t > self.best:
            self.best = t
        if t > 2:
            self.rate = "square"

    def score(self, x):
        return self.best * x if self.rate == "linear" else self.best * x * x


@cases(V, 2.0)
@cases(V[:2] * 0.5, 2.0)
def kept_by_an_object(v, x):
    seen = Best()
    for t in v:
        seen.see(t)
    return seen.score(x)


@cases(1.5, 3)
@cases(0.4, 3)
@cases(-1.0, 2)
def handed_to_a_helper(x, n):
    def step(y, prev=None):
        return y * x if prev is None else y * prev

    prev, y = None, x
    for i in range(n):
        y = step(y, prev)
        if i % 2:
            prev = y
        elif y > 2:
            prev = None
    return y


# --- strings


@cases(1.3)
@cases(-1.3)
def a_name_that_decides(x):
    name = "left" if x < 0 else "right"
    if x > 5 or len(name) > 5:
        raise ValueError(f"too {name}")
    assert x < 4, name
    return x * WEIGHTS[name] if name == "left" else x * x


@cases(1.5)
@cases(-1.5)
@cases(0.3)
def three_names(x):
    name = "low" if x < 0 else "mid" if x < 1 else None
    if name is None:
        return x * 7
    parts = {"low": x, "mid": x**3}
    parts[name] *= 2 * x
    match name:
        case "low":
            return parts["low"]
        case _:
            return parts[name] + (x if name in ("low", "mid") else 0.0)


@cases(1.5, 6)
@cases(0.7, 7)
@cases(0.7, 0)
def a_state_machine(x, n):
    state, e, y = "idle", 0.0, x
    for _ in range(n):
        if state == "idle":
            if y > 1:
                state = "run"
            y = y + 0.3 * x
        elif state == "run":
            y = y * 1.1
            e = e + y * y
            if e > 5:
                state = "stop"
        else:
            e = e + y
            break
    return e + y * (2.0 if state != "stop" else x)


@cases(1.5)
@cases(0.2)
def an_attribute_by_name(x):
    kind = "sum" if x > 1 else "prod"
    z = np.array([x, 2 * x, 3.0])
    return getattr(np, kind)(z) * (1.0 if kind == "sum" else x)


# --- functions


@cases(2.0)
@cases(-2.0)
def an_activation(x):
    act = np.tanh if x > 0 else np.sin
    return act(x) * act(2 * x)


@cases(V * 2)
def one_that_changes_in_a_loop(v):
    act, s = np.sin, 0.0
    for t in v:
        s = s + act(t)
        act = np.cos if s > 1 else np.sin
    return s


@cases(1.2, 4)
@cases(2.2, 5)
def functions_by_a_number(x, n):
    def square(t):
        return t * t * x

    y = x
    for _ in range(n):
        y = [square, lambda t: t + 1, np.exp][int(y) % 3](y) * 0.3
    return y


@cases(1.2)
@cases(0.7)
@cases(-0.7)
def inner_functions(x):
    k = 2.0 * x
    f = math.sin if x > 1 else (lambda t: t * k)
    g = f if x > 0 else math.cos
    k = 3.0 * x

    def applied(h, y):
        return h(y)

    return applied(f, x) * g(x) + sum(map(f, [x, 2 * x])) + functools.reduce(np.add if x > 0 else np.multiply, [x, 2.0])


def scaled(c):
    z = np.ones(2) * c

    def g(t):
        z[0] += t
        return z.sum() * c

    return g


@cases(1.2)
@cases(0.7)
@cases(-0.7)
def functions_with_a_state(x):
    f = scaled(x) if x > 1 else scaled(2 * x) if x > 0 else (lambda t: t)
    return f(x) * 2 + f(2 * x)


class Law:
    def __init__(self, a):
        self.a = a

    def linear(self, t):
        return self.a * t

    def square(self, t):
        return self.a * t * t


class Spring:
    """A force, by a number of its own that may be changed."""

    def __init__(self, k):
        self.k = k

    def force(self, x):
        return -self.k * x

    def weaker(self, x):
        self.k *= 0.5
        return self.force(x)


@cases(0.8, V)
@cases(-0.8, V)
@cases(-0.8, V[:0])
def a_method_of_what_a_branch_made(x, v):
    """The branches and the turns make objects of their own, of which one method is called behind them."""
    if x > 0:
        spring = Spring(2 * x).force
    else:
        spring = Spring(x * x).force
    steep, total = None, spring(x)
    for t in v:
        if steep is None or steep(1.0) > spring(t):
            steep = Spring(t * x).force
        spring = Spring(0.3 * spring(t)).force
        total += spring(t) * x
    return total if steep is None else total * steep(x)


@cases(0.8, V)
@cases(-0.8, V)
def a_method_that_changes_what_a_branch_chose(x, v):
    near, far = Spring(x), Spring(2 * x)
    if x > 0:
        near.k += 1.0
        step = near.weaker
    else:
        far.k *= x
        step = far.weaker
    total = 0.0
    for t in v:
        total = total * x + step(t)
    return total + near.k * far.k


@cases(0.8, V)
@cases(-0.8, V)
def a_method_of_a_new_object_or_an_old_one(x, v):
    """What is changed behind the branches may be the object that is read then."""
    old = Spring(3 * x)
    step = old.weaker
    if x > 0:
        step = Spring(2 * x).weaker
    total = step(x)
    for t in v:
        total = total * 0.5 + step(t)
    return total + old.k * x


@cases(1.2, 2)
@cases(0.7, 3)
def methods_and_none(x, n):
    law, f = Law(x), None
    move = law.linear if x > 1 else law.square
    law.a = 3 * x
    y = move(x)
    for _ in range(n):
        if y > 2:
            f = np.sin
        elif y > 1:
            f = lambda t: t * x
        if f is not None:
            y = f(y)
        y = y * 1.3
    return y


@cases(array(4))
def layers_of_several_functions(w):
    y = w[0]
    for i in range(1, len(w)):
        y = (np.tanh, np.exp, lambda t: t * t)[i % 3](y * w[i])
    return y


@cases(array(3, 3), 1)
@cases(array(3, 3), 6)
def power_by_squaring(a, n):
    found, square = None, None
    while n > 0:
        square = a if square is None else square @ square
        if n % 2:
            found = square if found is None else found @ square
        n = n // 2
    return found


@cases(1.2, array(3))
def named_in_an_operand(x, v):
    s = 0.0
    for u in (v[0], x):
        i = 0
        while i < 2:
            i += 1
            s = s + (t := u * x) * t + t
    return s


# --- letters of a known text


@cases("GCA", "", 2.0, 1.0)
def distance_to_an_empty_text(s, t, gap, price):
    total = 0.0
    for i in range(1, len(s) + 1):
        total += gap * i
        for j in range(1, len(t) + 1):
            total += price if s[i - 1] != t[j - 1] else {"A": gap}[t[j - 1]]
    return total * total - price


READ = "GATTACAGATTACAGATT"


@cases("GATTA", "GCAT", 1.0, -0.8, -0.3)
@cases(READ, "GATTTTACAGATACACA", 1.2, -0.8, -0.35)
def needleman_wunsch(first, second, match, mismatch, gap):
    best = np.zeros((len(first) + 1, len(second) + 1))
    for i in range(1, len(first) + 1):
        for j in range(1, len(second) + 1):
            score = match if first[i - 1] == second[j - 1] else mismatch
            best[i, j] = max(best[i - 1, j - 1] + score * (i + j), best[i - 1, j] + gap, best[i, j - 1] + gap * 1.1)
    return best[-1, -1]


@cases(READ, {"A": 1.0, "C": 3.0, "G": 1.5, "T": 2.0}, 0.3)
@cases(READ[:9], {"A": 1.0, "C": 3.0, "G": 1.5, "T": 2.0}, 0.3)
def folded(read, energy, x):
    total, last, pairs = 0.0, None, 0
    for i, letter in enumerate(read):
        if letter in "GC":
            total = total + x * energy[letter]
        if letter != "T" and letter not in {"C", "G"} and read[i - 1] in ["T", "AT"]:
            total = total * x + energy["T"]
        if last is not None and last != letter:
            pairs += 1
        last = letter
    return total * pairs if last == "T" else total * energy[last]


@cases(READ, V, 0.7)
def letters_beside_numbers(read, v, x):
    total = 0.0
    for letter, t in zip(read, v):
        total = total + (x * t if letter == "A" else t)
    for k in range(len(v)):
        total = total + (v[k] * x if read[k].lower() in "gc" else v[k] ** 2)
    return total


@cases("ATGGCCATT", 0.7)
def codons_of_a_read(read, x):
    weights = {"ATG": 1.0, "GCC": 2.0, "ATT": 3.0}
    total = 0.0
    for i in range(0, len(read), 3):
        total = total * x + weights[read[i : i + 3]] * x
    return total


@cases(READ * 3, 0.7)
def a_long_text_whose_letters_are_names(read, x):
    counts = {"A": 0.0, "C": 0.0, "G": 0.0, "T": 0.0}
    for k, letter in enumerate(reversed(read)):
        counts[letter] += x**k
    return counts["A"] * counts["T"] + counts["G"]


@cases(READ[:9], 0.9)
def a_text_that_grows_from_letters(read, x):
    turned = ""
    for letter in read:
        turned = letter + turned
    return x * (turned == read[::-1]) + x * x * turned.count("A")


@cases(READ[:9], 0.9)
def letters_of_which_a_message_speaks(read, x):
    at = int(x > 0)
    if read[at] != "A":
        raise ValueError(f"no {read[at]} at {at}")
    assert read[at] == read[-5], f"{read[at]} is not {read[-5]}"
    for k, letter in enumerate(read):
        print(letter, f"{k}: {letter}, {x:.2f}")
    return x * ord(read[at])


# --- arrays that a condition chooses in every turn


@cases(array(5), array(6, seed=1))
def an_array_in_turns(x, y):
    """The sizes differ; elements, slices, index arrays, and an element that is read again after a write."""
    z = y * 1.0
    s = 0.0
    for i in range(1, 5):
        t = x if x[i] > 1 else z
        s += t[i] * t[i - 1] + np.sum(t[i - 1 : i + 1]) ** 2 + np.sum(t[[0, i]] * t[-1])
        z[i] = s * 0.1
        s = s + t[i]
    return s * z


@cases(array(4, 2), array(4, 2, seed=1))
def rows_in_turns(X, Y):
    s = 0.0
    for i in range(1, 4):
        t = X if X[i, 0] > 1 else Y
        r = t[i]
        s += r @ t[i - 1] * r[0] + np.sum(t[:, 1]) * t.T[1][0]
    return s


@cases(array(5), np.arange(5))
def of_two_dtypes(x, k):
    s = 0.0
    for i in range(5):
        t = x if i % 2 else k
        s += t[i] * x[i - 1]
    return s


@cases(0.7, "", "GA")
@cases(0.7, "GA", "")
@cases(0.7, "", "")
@cases(0.7, "A", "GA")
def texts_that_may_be_empty(x, a, b):
    costs = np.zeros((len(a) + 1, len(b) + 1))
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            costs[i, j] = costs[i - 1, j - 1] + (x if a[i - 1] == b[j - 1] else -x * x)
    return costs[-1, -1] + x


@cases(array(6), 0.7)
@cases(array(1), 0.7)
@cases(array(0), 0.7)
def writes_into_one_of_several(v, x):
    low, middle, high = v * 0, v * x, v + x
    s = 0.0
    for i in range(len(v)):
        if v[i] < 0.7:
            t = low
        elif v[i] < 1.0:
            t = middle
        elif i % 2:
            t = high
        else:
            t = v
        u = low if i % 3 else t
        t[i] = t[i - 1] * x + v[0]
        u[i // 2] += x
        s += u[i] * t[0] + middle[i - 1] ** 2
    return np.sum(low + middle * high) * x + s
