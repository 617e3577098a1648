"""The language: what is compiled and what is refused, each with an example that the tests run.

`docs/language.md` is printed from these rows.  An example is the body of a function of x (a float), n (an int),
v (a vector), m (a matrix), p (a dict of a float `a` and a vector `b`); ` ⏎ ` separates its lines.
"""

from __future__ import annotations

from typing import NamedTuple

from symdiff.errors import CODES

PARAMETERS = "x, n, v, m, p"
LINE = " ⏎ "


class Row(NamedTuple):
    construct: str
    example: str
    code: str = ""  # of the refusal


# fmt: off
SUPPORTED = (
    Row("arithmetic, comparisons", "return (x + 1.0) * 2 - x / 3 if x > 0 else -x ** 2"),
    Row("`and`, `or`, `not`, chained comparisons", "return 1.0 if 0 < x < 2 and not x == 1 else x or 3.0"),
    Row("tuple unpacking, starred on known structure", "a, (b, *c) = x, (2.0, x, 3.0) ⏎ return a * b + c[0]"),
    Row("augmented assignment", "s = 0 ⏎ s += x ⏎ s *= 2 ⏎ return s"),
    Row("NumPy under any name", "return np.sum(np.exp(v)) + np.linalg.norm(v) + getattr(np, 'tanh')(x)"),
    Row("array attributes and methods", "return m.T.reshape(-1).sum() * v.shape[0] / m.size + v.mean()"),
    Row("`math` on scalars", "return math.exp(x) + math.pi * math.comb(n, 2) + math.floor(x)"),
    Row("tables of numbers that NumPy and SciPy make of known ones, when compiling",
        "t, w = np.polynomial.legendre.leggauss(3) ⏎ return np.exp(x * t) @ w + np.hanning(5)[1]"),
    Row("elementwise functions of `scipy.special`", "return np.sum(v * special.erf(v)) + math.erf(x)"),
    Row("calls of your functions, defaults, keywords", "return helper(x, k=3) + helper(x)"),
    Row("inner functions and lambdas", "g = lambda t, c=2.0: c * t + x ⏎ return g(x)"),
    Row("defaults of inner functions that these change, made at each call of the function around",
        "def g(t, seen=[]): ⏎     seen.append(t * x) ⏎     return sum(seen) ⏎ return g(x) * g(2.0) + g(v[0])"),
    Row("derivatives that the function takes itself: `symdiff.grad`, `value_and_grad`, `vjp`, `hvp`, …",
        "w = x ⏎ for i in range(n): w = w - 0.1 * symdiff.grad(lambda t: t * t * x)(w) ⏎ return w"),
    Row("`symdiff.jvp`, `jacobian`, `hessian` inside; `symdiff.grad` as a decorator",
        "@symdiff.grad ⏎ def g(w): return np.sum(w * w) * x ⏎ return symdiff.jvp(g, (v,), (v,))[1]"
        " @ symdiff.hessian(lambda w: np.sum(w * w * w))(v) @ v"),
    Row("decorated functions: what the decorator made is compiled",
        "def twice(f): return lambda t: f(f(t)) ⏎ @twice ⏎ def g(t): return t * x ⏎ return g(x)"),
    Row("recursion of any depth, mutual too", "g = lambda k: 1.0 if k == 0 else x * g(k - 1) ⏎ return g(n)"),
    Row("recursion over lists of any length, and with results of any structure",
        "def g(a): return (0.0, 0) if not a else (a[0] * x + g(a[1:])[0], len(a)) ⏎ s, n = g([t for t in v if t > 0])"
        " ⏎ return s * n"),
    Row("recursion that changes lists, dicts and objects, passed or from around it, and `nonlocal` names",
        "out, a = [], Layer(x) ⏎ def g(k): ⏎     out.append(k * x) ⏎     a.w += x ⏎     if k: g(k - 1) ⏎ g(n)"
        " ⏎ return sum(out) * a.w"),
    Row("recursion that returns None or a number, array, tuple, list, dict or object: a search, a memo",
        "def g(k): ⏎     if k == len(v): return None ⏎     return v[k] if v[k] > x else g(k + 1) ⏎ t = g(0) ⏎ "
        "return x if t is None else t * x"),
    Row("recursion over trees whose structure is known: tuples, lists, dicts, named tuples, objects",
        "def g(t): return g(t[0]) * sum(map(g, t[1:])) if isinstance(t, tuple) else t ⏎ return g((x, 2.0, (n, x)))"),
    Row("`while` that walks down a tree whose structure is known, also one from outside",
        "t = (x, (2.0, None, None), (x * x, (n, None, None), None)) ⏎ while t is not None and x < 9: "
        "⏎     x, t = x + t[0], t[1] if x < t[0] else t[2] ⏎ return x"),
    Row("recursion over parts of an array",
        "def g(w): return w[0] if len(w) == 1 else g(w[:len(w) // 2]) * g(w[len(w) // 2:]) ⏎ return g(v)"),
    Row("comparisons of ranges", "return x if range(0, n, 2) == range(n) else x * len(range(n))"),
    Row("nested dict, list, tuple, named tuple, dataclass arguments", "return p['a'] * p['b'][0] + len(p)"),
    Row("objects of plain classes as arguments: gradients are objects of the class",
        "return symdiff.grad(lambda layer: layer(x) * layer.double)(Layer(p['a'])).w"),
    Row("objects of your classes: made, read, changed; `types.SimpleNamespace`",
        "a = Layer(x) ⏎ for i in range(n): a.w += i * x ⏎ s = SimpleNamespace(w=x) ⏎ s.w *= 2.0"
        " ⏎ return a(x) + a.double * s.w"),
    Row("methods, properties, `super()`, operators of a class", "a = Layer(x) + Layer(2.0) ⏎ return Scaled(a.w)(x)"),
    Row("attributes that a branch sets, or a loop in each object of a list: AttributeError where they are not there",
        "q = [Layer(t) for t in v] ⏎ for k, a in enumerate(q): a.k = k * x ⏎ return sum(a.w * a.k for a in q)"),
    Row("`hasattr`, and `getattr` with a default, of attributes that a branch or a loop sets, to None too",
        "q = [Layer(t) for t in v] ⏎ for a in q: ⏎     if a.w > 0: a.k = x if a.w > 1 else None"
        " ⏎ return sum(a.k or x for a in q if hasattr(a, 'k')) + getattr(q[1], 'k', x)"),
    Row("attributes by the dictionary of an object, read and written by names: `vars(a)['w']`",
        "a = Layer(x) ⏎ a.__dict__.update(w=2.0 * x, k=x) ⏎ return vars(a)['w'] * a.k if 'k' in vars(a) else x"),
    Row("objects that are iterated over, by `__iter__` or by `__getitem__`",
        "a, b = Pair(x, n) ⏎ return a * sum(Pair(b, x))"),
    Row("objects that a loop or a branch replaces",
        "a = Layer(x) ⏎ while a.w < 9: a = a + Layer(x) ⏎ b = a if x > 0 else Layer(n) ⏎ return b.w"),
    Row("an object of one of several classes: by a condition, in a loop, at a staged index",
        "a, b = Layer(x), Scaled(x) ⏎ c = a if x > 0 else b ⏎ c.w *= n"
        " ⏎ return c(x) if isinstance(c, Scaled) else [a, b][n % 2](x) * c.w"),
    Row("objects in results, of plain classes too", "return x * x, {'layer': Layer(x), 'row': [Series(x), Layer(n)]}"),
    Row("dicts, sets, lists and tuples of any length in results",
        "s = {int(t) for t in v} ⏎ d = {int(t): [t * x] for t in v} ⏎ return x, (s, d, tuple(t for t in v if t > 0))"),
    Row("deques, counters, ordered dicts, and dicts with defaults of a type, in results",
        "d = defaultdict(float) ⏎ for t in v: d[int(t)] += t * x ⏎ return x, (d, Counter(map(int, v)), deque(v, 3))"),
    Row("dataclasses with defaults, factories, `__post_init__`",
        "s = Series(x) ⏎ for t in v: s.add(t) ⏎ return s.total * replace(s, total=x).total"),
    Row("objects from outside: their numbers are fetched at each call", "return LAYER(x) + LAYER.double"),
    Row("local lists, tuples and dicts",
        "a = [x, 2.0] ⏎ a.append(x) ⏎ d = {'k': a} ⏎ return d['k'][0] * d['k'][1] + d['k'][2]"),
    Row("comprehensions over known structure", "return sum([t * x for t in (1.0, 2.0) if t > 1])"),
    Row("generators that are unpacked at once",
        "a, b = (t * x for t in (1.0, 2.0)) ⏎ return helper(*(k * a for k in (b, 1.0)))"),
    Row("comprehensions of numbers or equal arrays over any size",
        "a = [t * x for t in v if t > 0] ⏎ return a[0] * len(a)"),
    Row("`sum`, `max`, `min`, `any`, `all` of generators, lists and vectors of any size",
        "return sum(t * t for t in v) + max(v) if any(t > x for t in v) else min(v)"),
    Row("a generator under a name, or passed on: read once",
        "g = (t * k for k, t in enumerate(v)) ⏎ a = next(g) ⏎ return a + sum(g) * x"),
    Row("`iter`, `next`, also of a generator; an iterator under a name, read once",
        "it = iter(v) ⏎ a = next(it) ⏎ for t in it: a = a * t + x ⏎ return a + next((t for t in v if t > a), x)"),
    Row("`itertools`: `chain`, `islice`, `product`, `combinations`, `accumulate`, `zip_longest`, `takewhile`, `tee`, …",
        "for i, j in product(range(n), range(2)): x *= i + j + 1 ⏎ s = sum(islice(v, 1, None))"
        " ⏎ return x + s + sum(takewhile(lambda t: t > x, accumulate(v)))"),
    Row("`itertools.groupby` by keys that are known when compiling",
        "for k, g in groupby(range(6), key=lambda i: i // 2): x *= sum(x + i for i in g) + k ⏎ return x"),
    Row("`heapq`, `bisect`, on lists of any length",
        "q = [(x, 0)] ⏎ for i, t in enumerate(v): heappush(q, (t * t, i)) ⏎ a, k = heappop(q)"
        " ⏎ return a * v[k] + sorted(v)[bisect(sorted(v), x) - 1] * nlargest(2, v)[1]"),
    Row("`max(x, *s)` of a list of any length, `sum` of a list of arrays",
        "s = [t * x for t in v] ⏎ q = [v * t for t in s if t > 0] ⏎ return max(x, *s) * np.sum(sum(q))"),
    Row("`:=`", "while (x := x * 0.5) > 0.1: pass ⏎ return x + (y := x * n) * y"),
    Row("sets of known elements, and `n in {1, 3}` of a staged number",
        "s = set() ⏎ for k in (1, 2, 1): ⏎     if k not in s: x *= k ⏎     s.add(k) ⏎ s |= {5, 7}"
        " ⏎ return x * sum(sorted(s)) if n in {1, 3} else x"),
    Row("sets whose elements are found when it runs: numbers, texts, tuples of these; loops over those of numbers",
        "seen, k = {0}, n ⏎ while k not in seen: ⏎     seen.add(k) ⏎     k = (k * 3 + 1) % 7 ⏎     x *= k + 1"
        " ⏎ seen -= {int(t) for t in v} ⏎ return x * len(seen) + sum(v[k % 3] for k in sorted(seen))"),
    Row("`collections.deque`, of any length too",
        "q = deque(maxlen=2) ⏎ for t in v: ⏎     q.append(t * x) ⏎     x += sum(q) / len(q) ⏎ q.rotate(1)"
        " ⏎ while q: x = x * 0.5 + q.popleft() ⏎ return x"),
    Row("keys and attributes by numbered names, in a loop whose turns can be counted: `p[f'w{k}']`, `getattr`",
        "w = {'w0': x, 'w1': 2.0, 'w2': x * x} ⏎ return sum(w[f'w{k}'] for k in range(3)) * w['w' + str(n - 1)]"),
    Row("frozen dataclasses and named tuples of known values as keys of dicts and elements of sets",
        "d = {Site(i, 0): v[0] for i in range(3)} ⏎ d[Site(2, 0)] *= x ⏎ return sum(w * s.i for s, w in d.items())"),
    Row("`collections.defaultdict`, `Counter` and `OrderedDict` of known keys",
        "d = defaultdict(list) ⏎ for k, t in zip('aba', v): d[k].append(t * x)"
        " ⏎ return sum(d['a']) * len(d) + Counter('aba')['a'] * x"),
    Row("dicts, also with defaults, whose keys are found when it runs: numbers, texts (of integers too), tuples",
        "d = defaultdict(list) ⏎ for t in v: d[int(t * 3)].append(t * x)"
        " ⏎ w = {k: sum(g) / len(g) for k, g in d.items()} ⏎ return sum(t * (k + 1) for k, t in w.items()) * len(w)"),
    Row("`update` of dicts, and dicts joined, by keys that are found when it runs",
        "d = {0: x} ⏎ for t in v: d.update({int(t * 3): t * x})"
        " ⏎ d |= zip(range(n), v) ⏎ return sum(t * (k + 1) for k, t in ({1: x} | d).items())"),
    Row("linked lists, trees and graphs of objects that a loop or recursion builds: appended to, inserted into, united",
        "a = b = Chain(x) ⏎ for t in v: ⏎     b.next = Chain(t * x) ⏎     b = b.next"
        " ⏎ while a is not None: ⏎     x = x * 0.5 + a.value ⏎     a = a.next ⏎ return x"),
    Row("`in` with numbers", "return x if n in (1, 2) or x in [0.7, 2.0] else -x"),
    Row("`import` inside the function, of data too", "from math import exp, pi ⏎ return exp(pi * x)"),
    Row("`nonlocal`", "def add(t): ⏎     nonlocal x ⏎     x = x + t ⏎ for t in v: add(t) ⏎ return x"),
    Row("`del` of names and of elements", "a = [x, 2.0] ⏎ y = x ⏎ del a[1], y ⏎ return a[0] * len(a)"),
    Row("captured numbers, arrays and containers", "return SCALE * x + TABLE['w'][1]"),
    Row("a captured dict whose keys are attributes, by `__getattr__`", "return CONFIG.rate * x"),
    Row("`for` over ranges, and slices of them",
        "s = 0.0 ⏎ for i in range(1, n): s += i * x ⏎ for i in range(n)[::-2]: s *= i + x ⏎ return s * range(n)[-1]"),
    Row("ranges and slices that a condition chooses, and slices up to a bound that may be None",
        "s = slice(1) if x > 1 else slice(1, None) ⏎ k = None if x > 1 else n"
        " ⏎ for i in range(n) if x > 1 else range(n - 1, -1, -1): x = x * 0.5 + i"
        " ⏎ return x * (v[s].sum() + v[:k].sum())"),
    Row("`for` over arrays, `enumerate`, `zip`, `reversed`",
        "s = 0.0 ⏎ for i, (a, b) in enumerate(zip(v, v)): s += i * a * b ⏎ return s"),
    Row("`for` over known structure", "for t in (1.0, [x, 2.0]): y = t ⏎ return y[0]"),
    Row("a Python number on one path and a NumPy one on another",
        "for t in v: ⏎     if t > x: y = t; break ⏎ else: y = 1.0 ⏎ return np.sum(np.array([y, 2 * y]))"),
    Row("`else` of a loop",
        "for t in v: ⏎     if t > x: break ⏎     x *= 2 ⏎ else: x = 0 ⏎ while x > 9: x /= 2 ⏎ else: x = 1 ⏎ return x"),
    Row("`match` on values, sequences, mappings, classes, with captures and guards",
        "match (x, n): ⏎     case (a, 1): return a ⏎     case (float(a), b) if b > 2: return a ⏎     case _: return 0"),
    Row("mapping patterns", "match p: ⏎     case {'a': y, **rest}: x = y * len(rest) ⏎ return x"),
    Row("`while` on data", "while x < 5.0: x = x * 2 + 1 ⏎ return x"),
    Row("`while` of a condition that changes something",
        "def more(): ⏎     nonlocal x ⏎     x *= 2 ⏎     return x < 5.0 ⏎ while more(): n += 1 ⏎ return x * n"),
    Row("`if`, `elif`, `else` on data", "if x > 1: y = x ⏎ elif x > 0: y = 2.0 ⏎ else: y = -x ⏎ return y"),
    Row("`break`, `continue`, early `return`", "for t in v: ⏎     if t > x: break ⏎     if t < 0: return t ⏎ return x"),
    Row("lists of scalars that grow in a loop",
        "out = [] ⏎ for t in v: out.append(t * x) ⏎ return np.array(out).sum()"),
    Row("lists that grow by tuples, objects, dicts or lists of one structure",
        "h = [(0, x)] ⏎ while h[-1][1] < 9: h.append((n, h[-1][1] * 2 + 1)) ⏎ return sum(k * y for k, y in h)"),
    Row("lists that a loop inside reads while they grow from nothing: what came before",
        "c = [] ⏎ for t in v: ⏎     for j in range(len(c)): x += c[j] * t ⏎     c.append(t * x) ⏎ return x"),
    Row("changing objects, dicts, lists and arrays in a list that grows, each at one place of it",
        "a = [Layer(t) for t in v] ⏎ for b in a: b.w *= x ⏎ a[0].w += a[-1].w ⏎ return sum(b.w for b in a)"),
    Row("objects at several places of lists, or of which a condition chooses one: changed, compared by `is`",
        "a, b = [], Layer(x) ⏎ for t in v: a.append(b if t > x else Layer(t)) ⏎ b.w *= x ⏎ "
        "return sum(c.w if c is b else x for c in a)"),
    Row("lists at several places of lists or dicts, or of which a condition chooses one: changed, compared by `is`",
        "a, b = [], [x] ⏎ for t in v: a.append(b if t > x else [t]) ⏎ b.append(x) ⏎ return sum(map(sum, a))"),
    Row("lists of lists filled at a staged index: buckets, clusters, neighbours",
        "groups = [[] for _ in range(3)] ⏎ for t in v: groups[int(t) % 3].append(t * x)"
        " ⏎ return sum(sum(g) * len(g) for g in groups)"),
    Row("lists, dicts and objects of a dict, changed by a key of the run",
        "b = {'lo': [], 'hi': []} ⏎ for t in v: b['lo' if t < x else 'hi'].append(t * x)"
        " ⏎ return sum(b['lo']) * len(b['hi'])"),
    Row("lists with one of several texts or functions in each element",
        "out = [] ⏎ for t in v: ⏎     if t > x: out.append(('above', t)) ⏎     else: out.append(('below', t * x))"
        " ⏎ return sum(t * t if name == 'above' else t for name, t in out)"),
    Row("lists of lists that grow in both, rows that change places",
        "rows = [[x]] ⏎ for t in v: ⏎     if t > x: rows.append([t]) ⏎     else: rows[-1].append(t)"
        " ⏎ rows[0], rows[-1] = rows[-1], rows[0] ⏎ rows[0][0] *= x ⏎ return sum(sum(r) * len(r) for r in rows)"),
    Row("lists of any length: slices, `+`, `*`, `in`, `del`, unpacking, `[x, *a, *v]`, every method",
        "a = list(v) * 2 ⏎ a.insert(1, x) ⏎ a.sort() ⏎ b, *c = [x, *a[::-1], *v]"
        " ⏎ return b + sum(c[1:]) if x in a else c[0]"),
    Row("sums of arrays that begin with 0, also if nothing is added, where 0 and zeros are alike (else ValueError)",
        "s = 0 ⏎ while x < 9: ⏎     s += v * x ⏎     x = x * 2 ⏎ rows = [v * t for t in v if t > 0]"
        " ⏎ return s @ s + sum(sum(r * r for r in rows))"),
    Row("`zip` of a list of any length and a list of known arrays, objects or lists",
        "h = [t * x for t in v if t > 0] ⏎ return sum(t * np.sum(r) for t, r in zip(h, [v, v * v]))"),
    Row("columns of a list of any length of tuples, lists or arrays: `zip(*rows)`",
        "rows = [[t * x for t in v] for u in v if u > 0] ⏎ return sum(sum(c) ** 2 for c in zip(*rows))"),
    Row("changes of any slice of a list of any length",
        "a = [t for t in v if t > 0] ⏎ a[1:-1] = [x] ⏎ a[::2] = [t * x for t in a[::2]] ⏎ del a[-1:0:-2]"
        " ⏎ return sum(a) * len(a)"),
    Row("`sorted`, `min`, `max` with `key`, `reverse`, `default`, of staged numbers",
        "a = sorted(v, key=lambda t: -t) ⏎ return a[0] + max(v, key=lambda t: t * x) * min([], default=x)"),
    Row("`sorted`, `sort` of objects by the keys in their class's `__lt__`, with tie-breaks",
        "return sum(k * q.a for k, q in enumerate(sorted([Pair(t * x, n) for t in v])))"),
    Row("`round`, `divmod`, `pow`, `abs`", "return round(x, 1) * x + divmod(x, 0.5)[1] + pow(x, 2) + round(abs(x))"),
    Row("arrays of grown lists: `np.array`, `np.concatenate`, `np.stack` and their like",
        "a = [v * t for t in v] ⏎ return np.concatenate(a).sum() * np.array([(t, x) for t in v])[0, 1]"),
    Row("a staged index into a list of numbers, arrays or structures alike",
        "w = [x, 2.0] ⏎ for i in range(n): w[i % 2] *= w[(i + 1) % 2] ⏎ return w[0]"),
    Row("a staged index into a list or tuple of arrays of any sizes",
        "w, k = [v, v[1:]], 0 ⏎ for i in range(n): ⏎     x += w[k][0] * w[-1][i] ⏎     k = 1 - k ⏎ return x"),
    Row("floats stored in arrays of integers, if nothing is differentiated there (else SD306)",
        "y = np.zeros(3, dtype=int) ⏎ y[0] = np.floor(x) ⏎ y[1] = 7.5 ⏎ return y * x"),
    Row("slices, integer arrays, masks, `None`, `...`",
        "return np.sum(v[1:-1]) + np.sum(v[v > 0]) + np.sum(v[[0, 1]]) + m[..., 0][None].sum()"),
    Row("positions: `np.where` of a condition, `np.nonzero`, `np.ix_`, triangles",
        "i, = np.where(v > 0) ⏎ m[np.ix_([0, 1], [1, 0])] *= x ⏎ return np.sum(v[i]) + m[np.tril_indices(2)].sum()"),
    Row("arrays written in brackets: `np.r_`, `np.c_`, `np.mgrid`, `np.ogrid`",
        "i, j = np.mgrid[0:2, 0:n] ⏎ return np.sum(np.c_[np.ones(3), v] @ np.r_[x, 2.0]) + np.sum(i * v + j)"),
    Row("NumPy functions without a derivative, on what is not differentiated: `np.unique`, `np.isin`, …",
        "k, c = np.unique([n, 2, 2], return_counts=True) ⏎ return x * c[0] * np.isin(n, k)"),
    Row("windows, as a view that is only read",
        "return np.sum(np.lib.stride_tricks.sliding_window_view(v, 2) * np.array([x, 2.0]))"),
    Row("writes into local arrays, through views too",
        "y = np.zeros(3) ⏎ y[0] = x ⏎ r = y[1:] ⏎ r += x ⏎ return y.sum()"),
    Row("`z.real[:] = v`, `z.imag[i] += t`, `z.real = v` of complex arrays: writes through views",
        "z = np.zeros(3, dtype=complex) ⏎ z.real[:] = v ⏎ z.imag[0] += x ⏎ z.imag = z.real * x"
        " ⏎ return np.sum(np.abs(z) ** 2)"),
    Row("`np.add.at`, `out=`, stores through repeated indices: the last value stays",
        "y = np.zeros(2) ⏎ np.add.at(y, [0, 0], x) ⏎ np.exp(y, out=y) ⏎ y[[1, 1]] = x, n ⏎ return y.sum()"),
    Row("writes through a reshape that is certainly a view",
        "y = np.zeros((2, 3)) ⏎ r = y.reshape(-1) ⏎ r[:2] = x ⏎ y[0] *= 2 ⏎ return r @ y.ravel()"),
    Row("writes into one of several arrays, by conditions",
        "y = v + 0 ⏎ z = v * 2 ⏎ u = v * x ⏎ r = y if x > 2 else z if x > 0 else u ⏎ r[0] = x ⏎ return y @ z + u[0]"),
    Row("a name that is another array from some turn on, and is written",
        "a = v * x ⏎ b = v + 0 ⏎ t = a ⏎ for i in range(len(v)): ⏎     t[i] = b[0] * x ⏎     if t[i] > 1: t = b"
        " ⏎ return a @ b"),
    Row("arrays that a condition exchanges: double buffering",
        "a = v * x ⏎ b = v + 0 ⏎ for i in range(len(v)): ⏎     a[i] = b[0] * x ⏎     if a[i] > 1: a, b = b, a"
        " ⏎ return a @ b"),
    Row("recursion that writes into the arrays it is given, or that were there before",
        "def g(w, k): ⏎     w[k] *= x ⏎     if k > 0: g(w, k - 1) ⏎ g(v, 1) ⏎ return v.sum()"),
    Row("reductions and ufuncs of some elements: `where=`, `initial=`, `dtype=`",
        "s = np.sum(v, where=v > 0) + np.max(v, axis=0, initial=0) + np.prod(v, axis=0, initial=x)"
        " ⏎ return s + np.divide(x, v, where=v > 0, out=v).sum()"),
    Row("writes into an argument's array, list, dict or object (of a copy)",
        "v[0] = x ⏎ p['b'] = v * x ⏎ p['c'] = x ⏎ return p['b'].sum() * len(p)"),
    Row("writes into an array of a list by a staged index: two buffers",
        "bufs, k = [v * 1.0, v * x], 0 ⏎ for i in range(n): ⏎     bufs[1 - k][1:] = bufs[k][:-1] * x ⏎     k = 1 - k"
        " ⏎ return bufs[k].sum()"),
    Row("changes of one of several lists, dicts or objects that are alike; `is` of these",
        "a, b = [x, 1.0], [x, 2.0] ⏎ c = a if x > 0 else b ⏎ c[1] = x * x ⏎ return a[1] * b[1] if c is not x else x"),
    Row("`assert`, `raise` of a builtin exception or of one of yours, `from None`, `from ValueError(…)`",
        "if x > 1e9: raise ValueError('too large') from None ⏎ if x > 1e8: raise Diverged(x) ⏎ assert v.ndim == 1"
        " ⏎ return x"),
    Row("`with` of objects of your classes, whose `__exit__` shows and writes nothing",
        "a = Layer(x) ⏎ with Frozen(a) as b: x = b(2.0) ⏎ return x * a.w"),
    Row("`with np.errstate(…)`, `contextlib.nullcontext()`",
        "with np.errstate(over='ignore'): ⏎     for t in v: x = x * np.exp(t) ⏎ return x"),
    Row("`with warnings.catch_warnings(…)`, with filters at its beginning",
        "import warnings ⏎ with warnings.catch_warnings():"
        " ⏎     warnings.simplefilter('ignore', RuntimeWarning) ⏎     y = np.log(v - v[0])"
        " ⏎ return x * np.isfinite(y).sum()"),
    Row("`print`, formatted strings, messages of exceptions: in the forward pass, in order",
        "print(f'x = {x:.3f}', '%.1f' % x, v, sep=': ') ⏎ assert x < 9, f'x = {x}' ⏎ return x"),
    Row("`logging`, `warnings.warn`, `print(…, file=sys.stderr)`, `sys.stdout.write`: as `print`",
        "import logging, sys ⏎ log = logging.getLogger('model') ⏎ log.debug('x is %g', x) ⏎ sys.stdout.write(f'{x}')"
        " ⏎ return x * x"),
    Row("random numbers: drawn in the forward pass, once, in order",
        "rng = np.random.default_rng(0) ⏎ s = rng.normal(size=n) @ rng.uniform(0, 1, n)"
        " ⏎ for _ in range(n): s += rng.random() * x ⏎ return s"),
    Row("draws into an array, and shuffles of arrays and lists",
        "rng = np.random.RandomState(0) ⏎ w, a = v * x, [x, 2.0, 3.0] ⏎ rng.shuffle(w) ⏎ rng.shuffle(a)"
        " ⏎ b = np.zeros(3) ⏎ np.random.default_rng(0).random(out=b) ⏎ return b @ w * a[0]"),
    Row("functions that symdiff does not know, on what is not differentiated: run as they are",
        "import os, time ⏎ start = time.perf_counter() ⏎ cores = int(os.cpu_count()) ⏎ home: str = os.getcwd()"
        " ⏎ print(home, time.perf_counter() - start) ⏎ return x * (cores > 0)"),
    Row("distributions of `scipy.stats` and functions of SciPy, on what is not differentiated",
        "from scipy import stats ⏎ return x * stats.norm.ppf(0.975) + stats.poisson.pmf(n, 2.0)"),
    Row("`symdiff.stop_gradient`, functions with a derivative rule of their own",
        "return symdiff.stop_gradient(x) * np.sum(halved(v))"),
    Row("None or a number: `is None`, `is not None`, its truth",
        "best = None ⏎ for t in v: ⏎     if best is None or t < best: best = t ⏎ return best * x"),
    Row("`[None] * n`, filled with numbers at an index: backpointers, memos",
        "out = [None] * len(v) ⏎ for i, t in enumerate(v): ⏎     if t > x: out[i] = t * x ⏎ "
        "return sum(o for o in out if o is not None) + x"),
    Row("lists and names that are None before a loop, read in a branch where the other one fills them",
        "memo = [None] * len(v) ⏎ for i, t in enumerate(v): memo[i] = x if i < 1 else memo[i - 1] * t ⏎ "
        "return memo[-1]"),
    Row("None or an array: a buffer made on first use",
        "buf = None ⏎ for k, t in enumerate(v): ⏎     if buf is None: buf = np.zeros(len(v)) ⏎     buf[k] += t * x ⏎ "
        "return x if buf is None else np.sum(buf * v)"),
    Row("None or an object, tuple, list or dict: the nearest of some, a search that finds nothing",
        "hit = None ⏎ for t in v: ⏎     if t > x and (hit is None or t < hit[0]): hit = (t, t * x) ⏎ "
        "return x if hit is None else hit[1]"),
    Row("text chosen by a condition: printed, compared, a key of a dict, a result",
        "s = 'a' if x > 0 else 'b' ⏎ print(s, f'{s}: {x}') ⏎ return p[s].sum() if s == 'b' else p[s] * x"),
    Row("texts found when it runs, in heaps and sorts, looked for in lists, in keys that are tuples",
        "q, met = [], [] ⏎ for t in v: heappush(q, (int(t), 'hot' if t > x else 'cold')) ⏎ while q: ⏎     "
        "k, name = heappop(q) ⏎     if name not in met: met.append(name) ⏎     x += k * x * (name < 'd') ⏎ "
        "return x * len(sorted(met))"),
    Row("letters of a known text at a staged index, and loops over texts of any length",
        "s, y = 'GATTACA' * 9, 0.0 ⏎ for i, c in enumerate(s): ⏎     if c == s[i - 1] or c in 'GC': y += x ⏎ return y"),
    Row("a function chosen by a condition, or from a list by a staged index",
        "f = np.sin if x > 0 else helper ⏎ g = [math.cos, helper][int(x)] ⏎ return f(x) * g(x)"),
    Row("a function handed out early, or chosen, with what its branch or turn computed",
        "def pick(): ⏎     for t in v: ⏎         if t > x: ⏎             return lambda u: u * t ⏎     return helper"
        " ⏎ return pick()(x)"),
    Row("members of enums: `.name`, `.value`, methods, iteration; also chosen by a condition",
        "c = Color.RED if x > 0 else Color.BLUE ⏎ w = {Color.RED: x, Color.BLUE: 2.0} ⏎ for k in Color: x += k.value"
        " ⏎ return w[c] * x if c is Color.RED else Color['BLUE'].value * x"),
    Row("every method of a known string",
        "for op in 'sin cos'.split(): x = getattr(math, op)(x) ⏎ k, _, t = 'w=2.5'.partition('=')"
        " ⏎ return x * float(t) if k.isalpha() and k.endswith(('w', 'v')) else x"),
    Row("`functools.cache` of an inner function without effects: each call is computed once",
        "@functools.cache ⏎ def g(k): return x if k < 2 else g(k - 1) * g(k - 2) ⏎ return g(6)"),
    Row("`operator.itemgetter`, `attrgetter`, `methodcaller`, `functools.singledispatch`, `total_ordering`",
        "rows = [(x, 2.0), (1.0, x)] ⏎ best = max(rows, key=operator.itemgetter(0)) ⏎ return best[1]"
        " + operator.attrgetter('w')(Layer(x))"),
    Row("objects in lists of any length: `in`, `index`, `count`, `remove`", "q = [Layer(t) for t in v] ⏎ a = q[-1]"
        " ⏎ q.remove(max(q, key=lambda b: b.w)) ⏎ return q[0].w * x if a in q else x"),
    Row("copies of captured dicts, lists and objects",
        "t = copy.deepcopy(TABLE) ⏎ t['w'][0] = x ⏎ return sum(t['w']) * TABLE['w'][0]"),
    Row("`dataclasses.asdict`, `astuple`, `fields`, `order=True`",
        "d = asdict(Series(x)) ⏎ return d['total'] + sum(getattr(Series(x), f.name) for f in fields(Series)[:1])"),
    Row("Python's complex numbers: `complex(x, y)`, `.real`, `.imag`, `abs`",
        "z = complex(x, 2.0) ** 2 ⏎ return abs(z) * z.real + z.conjugate().imag"),
    Row("`isinstance`, `is None`, `in` on known keys",
        "return x if 'a' in p and isinstance(v, np.ndarray) and p is not None else 0.0"),
)
REFUSED = (
    Row("`yield`", "yield x", "SD201"),
    Row("`try`", "try: return x ⏎ finally: pass", "SD203"),
    Row("`global`", "global SCALE ⏎ return x", "SD204"),
    Row("`eval`, `exec`", "return eval('x')", "SD206"),
    Row("the dictionary of an object as a whole", "return sum(vars(Layer(x)).values())", "SD299"),
    Row("a class inside the function", "class A: pass ⏎ return x", "SD207"),
    Row("`del` of an attribute of what is no object of yours", "del p.a ⏎ return x", "SD209"),
    Row("`with` of other context managers", "with open('numbers.txt'): x = x * 2 ⏎ return x", "SD210"),
    Row("`match` on what an unknown function gave",
        "import json ⏎ match json.loads(str(n)): ⏎     case [_, _]: x = 2.0 ⏎ return x", "SD211"),
    Row("a cached function with an effect, or that returns a list",
        "@functools.cache ⏎ def g(t): return [t] ⏎ return g(x)[0]", "SD299"),
    Row("a cached method", "return Layer(x).cached() * x", "SD412"),
    Row("star arguments of unknown length", "return helper(*v)", "SD212"),
    Row("`:=` in the condition of `while … else`", "while (y := x * 2) < 1: x = y ⏎ else: x = 0.0 ⏎ return x", "SD214"),
    Row("a set of texts of staged values", "return len({str(x), 'a'}) * x", "SD216"),
    Row("a set of elements of several kinds that are found when it runs", "return len({1, x}) * x", "SD299"),
    Row("texts read from a set whose elements are found when it runs",
        "s = set() ⏎ for t in v: s.add('a' if t > x else 'b') ⏎ return x * (sorted(s)[0] == 'a')", "SD299"),
    Row("keys of several kinds that are found when it runs",
        "d = {} ⏎ for t in v: d[int(t)] = x ⏎ d['all'] = x ⏎ return x", "SD299"),
    Row("a plain object as the key of a dict", "a = Layer(x) ⏎ return len({a: x}) * x", "SD299"),
    Row("a dict with defaults that a function makes, as a result", "return x, defaultdict(lambda: x)", "SD322"),
    Row("the order of a set of texts, of a copy, or of what `|` and its like gave; `pop` of a set",
        "for k in {'a', 'b'}: x = x * len(k) + 1 ⏎ return x", "SD233"),
    Row("an `import` inside the function that fails", "from string import nothing ⏎ return x", "SD217"),
    Row("recursion without a base case", "return endless(x)", "SD218"),
    Row("a generator under a name that shows something", "g = (print(t) for t in (1, 2)) ⏎ return x", "SD219"),
    Row("an iterator that is read again",
        "z = zip(v, v) ⏎ return sum(a for a, _ in z) + sum(b for _, b in z)", "SD234"),
    Row("an iterator of what is changed before it is read",
        "z = map(lambda t: t * x, v) ⏎ x = 2.0 ⏎ return sum(z)", "SD235"),
    Row("attribute assignment to what is no object of yours", "p.a = x ⏎ return x", "SD221"),
    Row("the shape of an array, assigned", "y = v * x ⏎ y.shape = (3, 1) ⏎ return y.sum()", "SD236"),
    Row("text of what only one branch computes, chosen by a condition",
        "s = f'{x * 2}' if x > 0 else '' ⏎ print(s) ⏎ return x", "SD310"),
    Row("text of a function", "print(f'{x}', lambda t: t) ⏎ return x", "SD299"),
    Row("comparing the text of a number of the run", "return x if f'{x}' == '1.0' else 2 * x", "SD222"),
    Row("identity of a staged value", "return 1.0 if x is n else x", "SD223"),
    Row("`in` with an array", "return 1.0 if v in (1.0, 2.0) else x", "SD224"),
    Row("a starred target of unknown length", "a, *b = v ⏎ return a", "SD225"),
    Row("unpacking something opaque in a display", "return [*Powers(x)][0]", "SD228"),
    Row("an exception of what is neither text nor a number", "if x > 0: raise ValueError(p) ⏎ return x", "SD230"),
    Row("`while … else` of a condition that changes something",
        "a = [x, x] ⏎ while a.pop() > 1: x *= 2 ⏎ else: x = 0.0 ⏎ return x", "SD299"),
    Row("a loop over something opaque", "for t in Powers(x): pass ⏎ return x", "SD231"),
    Row("a loop over a list or dict that its turns may make longer or shorter",
        "a = [x] ⏎ for t in a: ⏎     if len(a) < 5: a.append(t * x) ⏎ return sum(a)", "SD299"),
    Row("an iterator passed in a recursion",
        "g = lambda t, k: t if k == 0 else g(t, k - 1) ⏎ return x * len(list(g(zip(v, v), n)))", "SD232"),
    Row("shapes that do not fit", "return np.ones(2) + np.ones(3)", "SD301"),
    Row("a static value needed from a float", "return m.sum(axis=x)", "SD303"),
    Row("a loop that changes a type", "y = x ⏎ for i in range(n): y = np.ones(2) * y ⏎ return y", "SD304"),
    Row("sizes that fit only by broadcasting", "return v[1:] + v", "SD308"),
    Row("different things on different paths", "if x > 0: y = x ⏎ else: y = 'none' ⏎ return y", "SD310"),
    Row("tuples of different lengths on different paths", "t = (x, x) if x > 0 else (x,) ⏎ return sum(t)", "SD323"),
    Row("an unbound local", "return y ⏎ y = x", "SD311"),
    Row("the dtype of a scalar of either kind", "s = 0 ⏎ for t in v: s += t ⏎ return np.array([s, s])", "SD312"),
    Row("wrong arguments in a call", "return helper()", "SD313"),
    Row("an index out of known structure", "return (x, 2.0)[5]", "SD315"),
    Row("too many indices", "return v[0, 1]", "SD316"),
    Row("the truth of an array", "return x if v > 0 else 0.0", "SD317"),
    Row("an in-place update that changes the dtype", "y = np.ones(3, dtype=int) ⏎ y /= 2.0 ⏎ return y", "SD318"),
    Row("too many values to unpack", "a, b = x, 2.0, 3.0 ⏎ return a", "SD319"),
    Row("an unknown name", "return wieght * x", "SD320"),
    Row("operands without a meaning", "return x + 'a'", "SD321"),
    Row("a result that is no number", "return helper", "SD322"),
    Row("an unknown function", "return np.spacing(v)", "SD401"),
    Row("an argument of NumPy not supported", "return np.sum(v, axis=0, initial=x, where=v > 0)", "SD402"),
    Row("a wrong use of a NumPy function", "return v.sum(axis=5)", "SD403"),
    Row("an unknown attribute", "return v.strides", "SD404"),
    Row("a name that this NumPy lacks", "return np.bool8(x)", "SD407"),
    Row("an operation on what an unknown function gave", "import os ⏎ return x * os.cpu_count()", "SD420"),
    Row("a list passed to a method that is not known",
        "from io import StringIO ⏎ rows = ['a', 'b'] ⏎ StringIO().writelines(rows) ⏎ return x", "SD421"),
    Row("an array written after an object may keep it",
        "b = np.zeros(2) ⏎ kept = memoryview(b) ⏎ b[0] = 3.0 ⏎ return x * float(kept[0])", "SD422"),
    Row("a derivative of a function that writes what is not its own",
        "def g(t): ⏎     v[0] = t ⏎     return t * t ⏎ return symdiff.grad(g)(x)", "SD411"),
    Row("a class that cannot be seen through", "return Odd().k * x", "SD412"),
    Row("a function declared to have a derivative rule, without one", "return ruleless(x)", "SD413"),
    Row("a wrong derivative rule", "return unpaired(x)", "SD414"),
    Row("a derivative rule that reads from outside", "return outside(x)", "SD415"),
    Row("an iterator passed to a function with a derivative rule", "return halved(zip(v, v))", "SD419"),
    Row("a dict read after a change of what may be it",
        "a, b = {'w': x}, {'w': 1.0} ⏎ c = a if x > 0 else b ⏎ c['z'] = x ⏎ return a['w'] * len(b)", "SD512"),
    Row("a stale element", "r = (m.reshape(-1), 1.0) ⏎ m[0, 0] = x ⏎ return r[0] + 1", "SD501"),
    Row("a stale choice", "y = v + 0 ⏎ r = y if x > 0 else v * 2 ⏎ r[0] = x ⏎ return y", "SD501"),
    Row("a stale view", "r = m.reshape(-1) ⏎ m[0, 0] = x ⏎ return r", "SD501"),
    Row("changing the default of a parameter, made once, in a call that uses it", "return counted(x)", "SD513"),
    Row("writing what existed before the call", "TABLE['w'][0] = x ⏎ return x", "SD503"),
    Row("changing an object that existed before the call", "LAYER.w = x ⏎ return x", "SD503"),
    Row("a list that grows by different things",
        "a = [] ⏎ for t in v: ⏎     a.append(t) ⏎     a.append(m) ⏎ return x", "SD505"),
    Row("writing a read-only view", "y = np.broadcast_to(v, (2, 3)) ⏎ y[0, 0] = x ⏎ return y", "SD506"),
    Row("writing windows", "y = np.lib.stride_tricks.sliding_window_view(v, 2) ⏎ y[0] = x ⏎ return y.sum()", "SD506"),
    Row("a recursive function that knows an array it writes by two names",
        "def g(u, w, k): ⏎     w[0] = u[1] ⏎     return x if k == 0 else g(u, w, k - 1) ⏎ return g(v, v, n)", "SD509"),
    Row("changing a dict that is at several places of a list that grew in a loop",
        "a, b = [], {'w': x} ⏎ while len(a) < x: a.append(b) ⏎ b['w'] = x ⏎ return a[0]['w']", "SD510"),
    Row("unrolling without end", "k = [1] ⏎ for i in range(100000): k = (k, i) ⏎ return x", "SD601"),
    Row("calls nested too deeply", "return deep(x, (0,) * 50)", "SD605"),
)
# fmt: on


def language_markdown() -> str:
    """The page `docs/language.md`."""
    lines = [
        "# The language",
        "",
        "What symdiff compiles today and what it refuses, printed from `symdiff/frontend/python/language.py`.",
        "Everything not listed as supported is an error: with its code, the line, a caret, the reason and the smallest",
        "rewrite; all problems of a function come in one report.",
        "",
        "One list, dict, object or array may be at several places of the arguments, `f([b, b])`: each place has a",
        "gradient of its own, as in JAX. One that is changed, compared by `is`, copied by `copy.deepcopy`, or one of",
        "those that the run chooses from (objects that are numbers in lists) must be at one place: a call that passes",
        "it twice raises ValueError, and names the places.",
        "",
        f"Each example is the body of a function of `{PARAMETERS}`: a float, an int, a vector, a matrix, a dict.",
        "",
        "## Supported",
        "",
        "| construct | example |",
        "|---|---|",
        *(f"| {row.construct} | {_code(row.example)} |" for row in SUPPORTED),
        "",
        "## Refused",
        "",
        "| construct | example | code | rewrite |",
        "|---|---|---|---|",
        *(f"| {r.construct} | {_code(r.example)} | {r.code} | {_rewrite(r.code)} |" for r in REFUSED),
        "",
    ]
    return "\n".join(lines)


def _code(example: str) -> str:
    return "<br>".join(f"`{line.replace('|', chr(92) + '|')}`" for line in example.split(LINE))


def _rewrite(code: str) -> str:
    found = CODES[code].rewrite or CODES[code].why
    return found.replace("{{", "{").replace("}}", "}").replace("|", "\\|")


if __name__ == "__main__":
    print(language_markdown(), end="")
