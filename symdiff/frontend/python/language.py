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
    Row("derivatives that the function takes itself: `symdiff.grad`, `value_and_grad`, `vjp`, `hvp`, …",
        "w = x ⏎ for i in range(n): w = w - 0.1 * symdiff.grad(lambda t: t * t * x)(w) ⏎ return w"),
    Row("`symdiff.jvp`, `jacobian`, `hessian` inside; `symdiff.grad` as a decorator",
        "@symdiff.grad ⏎ def g(w): return np.sum(w * w) * x ⏎ return symdiff.jvp(g, (v,), (v,))[1]"
        " @ symdiff.hessian(lambda w: np.sum(w * w * w))(v) @ v"),
    Row("decorated functions: what the decorator made is compiled",
        "def twice(f): return lambda t: f(f(t)) ⏎ @twice ⏎ def g(t): return t * x ⏎ return g(x)"),
    Row("recursion of any depth, mutual too", "g = lambda k: 1.0 if k == 0 else x * g(k - 1) ⏎ return g(n)"),
    Row("recursion over parts of an array",
        "def g(w): return w[0] if len(w) == 1 else g(w[:len(w) // 2]) * g(w[len(w) // 2:]) ⏎ return g(v)"),
    Row("nested dict, list, tuple, named tuple, dataclass arguments", "return p['a'] * p['b'][0] + len(p)"),
    Row("objects of your classes: made, read, changed",
        "a = Layer(x) ⏎ for i in range(n): a.w += i * x ⏎ return a(x) + a.double"),
    Row("methods, properties, `super()`, operators of a class", "a = Layer(x) + Layer(2.0) ⏎ return Scaled(a.w)(x)"),
    Row("objects that a loop or a branch replaces",
        "a = Layer(x) ⏎ while a.w < 9: a = a + Layer(x) ⏎ b = a if x > 0 else Layer(n) ⏎ return b.w"),
    Row("objects in results, of plain classes too", "return x * x, {'layer': Layer(x), 'row': [Series(x), Layer(n)]}"),
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
    Row("`:=`", "while (x := x * 0.5) > 0.1: pass ⏎ return x + (y := x * n) * y"),
    Row("sets of known elements", "return x * len({1, 2, 2}) if n in {1, 3} else x"),
    Row("`in` with numbers", "return x if n in (1, 2) or x in [0.7, 2.0] else -x"),
    Row("`import` of modules and functions inside the function", "from math import exp ⏎ return exp(x)"),
    Row("`nonlocal`", "def add(t): ⏎     nonlocal x ⏎     x = x + t ⏎ for t in v: add(t) ⏎ return x"),
    Row("`del` of names and of elements", "a = [x, 2.0] ⏎ y = x ⏎ del a[1], y ⏎ return a[0] * len(a)"),
    Row("captured numbers, arrays and containers", "return SCALE * x + TABLE['w'][1]"),
    Row("`for` over ranges", "s = 0.0 ⏎ for i in range(1, n): s += i * x ⏎ return s"),
    Row("`for` over arrays, `enumerate`, `zip`, `reversed`",
        "s = 0.0 ⏎ for i, (a, b) in enumerate(zip(v, v)): s += i * a * b ⏎ return s"),
    Row("`for` over known structure", "for t in (1.0, [x, 2.0]): y = t ⏎ return y[0]"),
    Row("`else` of a loop",
        "for t in v: ⏎     if t > x: break ⏎     x *= 2 ⏎ else: x = 0 ⏎ while x > 9: x /= 2 ⏎ else: x = 1 ⏎ return x"),
    Row("`match` on values, sequences, classes, with captures and guards",
        "match (x, n): ⏎     case (a, 1): return a ⏎     case (float(a), b) if b > 2: return a ⏎     case _: return 0"),
    Row("`while` on data", "while x < 5.0: x = x * 2 + 1 ⏎ return x"),
    Row("`if`, `elif`, `else` on data", "if x > 1: y = x ⏎ elif x > 0: y = 2.0 ⏎ else: y = -x ⏎ return y"),
    Row("`break`, `continue`, early `return`", "for t in v: ⏎     if t > x: break ⏎     if t < 0: return t ⏎ return x"),
    Row("lists of scalars that grow in a loop",
        "out = [] ⏎ for t in v: out.append(t * x) ⏎ return np.array(out).sum()"),
    Row("lists that grow by tuples, objects, dicts or lists of one structure",
        "h = [(0, x)] ⏎ while h[-1][1] < 9: h.append((n, h[-1][1] * 2 + 1)) ⏎ return sum(k * y for k, y in h)"),
    Row("lists of any length: slices, `+`, `*`, `in`, `del`, unpacking, `[x, *a]`, every method",
        "a = list(v) * 2 ⏎ a.insert(1, x) ⏎ a.sort() ⏎ b, *c = [x, *a[::-1]]"
        " ⏎ return b + sum(c[1:]) if x in a else c[0]"),
    Row("`sorted`, `min`, `max` with `key`, `reverse`, `default`, of staged numbers",
        "a = sorted(v, key=lambda t: -t) ⏎ return a[0] + max(v, key=lambda t: t * x) * min([], default=x)"),
    Row("`round`, `divmod`, `pow`, `abs`", "return round(x, 1) * x + divmod(x, 0.5)[1] + pow(x, 2) + round(abs(x))"),
    Row("arrays of grown lists: `np.array`, `np.concatenate`, `np.stack` and their like",
        "a = [v * t for t in v] ⏎ return np.concatenate(a).sum() * np.array([(t, x) for t in v])[0, 1]"),
    Row("a staged index into a list of numbers, arrays or structures alike",
        "w = [x, 2.0] ⏎ for i in range(n): w[i % 2] *= w[(i + 1) % 2] ⏎ return w[0]"),
    Row("slices, integer arrays, masks, `None`, `...`",
        "return np.sum(v[1:-1]) + np.sum(v[v > 0]) + np.sum(v[[0, 1]]) + m[..., 0][None].sum()"),
    Row("positions: `np.where` of a condition, `np.nonzero`, `np.ix_`, triangles",
        "i, = np.where(v > 0) ⏎ m[np.ix_([0, 1], [1, 0])] *= x ⏎ return np.sum(v[i]) + m[np.tril_indices(2)].sum()"),
    Row("windows, as a view that is only read",
        "return np.sum(np.lib.stride_tricks.sliding_window_view(v, 2) * np.array([x, 2.0]))"),
    Row("writes into local arrays, through views too",
        "y = np.zeros(3) ⏎ y[0] = x ⏎ r = y[1:] ⏎ r += x ⏎ return y.sum()"),
    Row("`np.add.at`, `out=`, stores through repeated indices: the last value stays",
        "y = np.zeros(2) ⏎ np.add.at(y, [0, 0], x) ⏎ np.exp(y, out=y) ⏎ y[[1, 1]] = x, n ⏎ return y.sum()"),
    Row("writes through a reshape that is certainly a view",
        "y = np.zeros((2, 3)) ⏎ r = y.reshape(-1) ⏎ r[:2] = x ⏎ y[0] *= 2 ⏎ return r @ y.ravel()"),
    Row("writes into one of two arrays, by a condition",
        "y = v + 0 ⏎ z = v * 2 ⏎ r = y if x > 0 else z ⏎ r[0] = x ⏎ return y @ z"),
    Row("recursion that writes into the arrays it is given, or that were there before",
        "def g(w, k): ⏎     w[k] *= x ⏎     if k > 0: g(w, k - 1) ⏎ g(v, 1) ⏎ return v.sum()"),
    Row("reductions and ufuncs of some elements: `where=`, `initial=`, `dtype=`",
        "s = np.sum(v, where=v > 0) + np.max(v, initial=0) ⏎ return s + np.divide(x, v, where=v > 0, out=v).sum()"),
    Row("writes into an argument's array, list, dict or dataclass (of a copy)",
        "v[0] = x ⏎ p['b'] = v * x ⏎ p['c'] = x ⏎ return p['b'].sum() * len(p)"),
    Row("`assert`, `raise` of a builtin exception",
        "if x > 1e9: raise ValueError('too large') ⏎ assert v.ndim == 1 ⏎ return x"),
    Row("`with np.errstate(…)`, `contextlib.nullcontext()`",
        "with np.errstate(over='ignore'): ⏎     for t in v: x = x * np.exp(t) ⏎ return x"),
    Row("`print`, formatted strings, messages of exceptions: in the forward pass, in order",
        "print(f'x = {x:.3f}', '%.1f' % x, v, sep=': ') ⏎ assert x < 9, f'x = {x}' ⏎ return x"),
    Row("`symdiff.stop_gradient`, functions with a derivative rule of their own",
        "return symdiff.stop_gradient(x) * np.sum(halved(v))"),
    Row("`isinstance`, `is None`, `in` on known keys",
        "return x if 'a' in p and isinstance(v, np.ndarray) and p is not None else 0.0"),
)
REFUSED = (
    Row("`yield`", "yield x", "SD201"),
    Row("`try`", "try: return x ⏎ finally: pass", "SD203"),
    Row("`global`", "global SCALE ⏎ return x", "SD204"),
    Row("`eval`, `exec`", "return eval('x')", "SD206"),
    Row("a class inside the function", "class A: pass ⏎ return x", "SD207"),
    Row("`del` of an attribute of what is no object of yours", "del p.a ⏎ return x", "SD209"),
    Row("`with` of other context managers", "with open('numbers.txt'): x = x * 2 ⏎ return x", "SD210"),
    Row("mapping patterns", "match p: ⏎     case {'a': y}: x = y ⏎ return x", "SD211"),
    Row("star arguments of unknown length", "return helper(*v)", "SD212"),
    Row("a dict or set comprehension over a staged size", "return len({t: x for t in v}) * x", "SD213"),
    Row("`:=` in the condition of `while … else`", "while (y := x * 2) < 1: x = y ⏎ else: x = 0.0 ⏎ return x", "SD214"),
    Row("a set of staged elements", "return len({1, x}) * x", "SD216"),
    Row("`import` of data inside the function", "from string import nothing ⏎ return x", "SD217"),
    Row("recursion without a base case", "return endless(x)", "SD218"),
    Row("a generator outside a consumer", "g = (t for t in (1, 2)) ⏎ return x", "SD219"),
    Row("attribute assignment to what is no object of yours", "p.a = x ⏎ return x", "SD221"),
    Row("text chosen by a staged condition", "s = f'{x}' if x > 0 else f'{n}' ⏎ print(s) ⏎ return x", "SD310"),
    Row("text of a function", "print(f'{x}', lambda t: t) ⏎ return x", "SD222"),
    Row("identity of a staged value", "return 1.0 if x is n else x", "SD223"),
    Row("`in` with an array", "return 1.0 if v in (1.0, 2.0) else x", "SD224"),
    Row("a starred target of unknown length", "a, *b = v ⏎ return a", "SD225"),
    Row("unpacking an array in a display", "return [*v][0]", "SD228"),
    Row("an exception that is not builtin, or of staged parts", "if x > 0: raise ValueError(p) ⏎ return x", "SD230"),
    Row("a loop over something opaque", "for t in x: pass ⏎ return x", "SD231"),
    Row("a loop over a list that its turns make longer or shorter",
        "a = [x] ⏎ for t in a: ⏎     if len(a) < 5: a.append(t * x) ⏎ return sum(a)", "SD299"),
    Row("an iterator passed in a recursion",
        "g = lambda t, k: t if k == 0 else g(t, k - 1) ⏎ return x * len(list(g(zip(v, v), n)))", "SD232"),
    Row("a list of unknown length passed in a recursion",
        "def g(a): return x if len(a) < 2 else g([t for t in a if t > a[0]]) ⏎ return g(list(v))", "SD232"),
    Row("shapes that do not fit", "return np.ones(2) + np.ones(3)", "SD301"),
    Row("a static value needed from a float", "return m.sum(axis=x)", "SD303"),
    Row("a loop that changes a type", "y = x ⏎ for i in range(n): y = np.ones(2) * y ⏎ return y", "SD304"),
    Row("a float stored in an integer array", "y = np.zeros(3, dtype=int) ⏎ y[0] = x ⏎ return y", "SD306"),
    Row("sizes that fit only by broadcasting", "return v[1:] + v", "SD308"),
    Row("different things on different paths", "if x > 0: y = x ⏎ else: y = None ⏎ return y", "SD310"),
    Row("an unbound local", "return y ⏎ y = x", "SD311"),
    Row("the dtype of a scalar of either kind", "s = 0.0 ⏎ for t in v: s += t ⏎ return np.array([s, 1.0])", "SD312"),
    Row("wrong arguments in a call", "return helper()", "SD313"),
    Row("an index out of known structure", "return (x, 2.0)[5]", "SD315"),
    Row("too many indices", "return v[0, 1]", "SD316"),
    Row("the truth of an array", "return x if v > 0 else 0.0", "SD317"),
    Row("an in-place update that changes the dtype", "y = np.ones(3, dtype=int) ⏎ y /= 2.0 ⏎ return y", "SD306"),
    Row("too many values to unpack", "a, b = x, 2.0, 3.0 ⏎ return a", "SD319"),
    Row("an unknown name", "return wieght * x", "SD320"),
    Row("operands without a meaning", "return x + 'a'", "SD321"),
    Row("a result that is no number", "return helper", "SD322"),
    Row("an unknown function", "return np.partition(v, 1)", "SD401"),
    Row("an argument of NumPy not supported", "return np.sum(v, axis=0, initial=x)", "SD402"),
    Row("a wrong use of a NumPy function", "return v.sum(axis=5)", "SD403"),
    Row("an unknown attribute", "return v.strides", "SD404"),
    Row("a name that this NumPy lacks", "return np.bool8(x)", "SD407"),
    Row("drawing random numbers", "return x * np.random.rand()", "SD409"),
    Row("a derivative of a function that writes what is not its own",
        "def g(t): ⏎     v[0] = t ⏎     return t * t ⏎ return symdiff.grad(g)(x)", "SD411"),
    Row("a class that cannot be seen through", "return Odd().k * x", "SD412"),
    Row("an attribute that is set on one path only", "a = Layer(x) ⏎ if x > 0: a.k = x ⏎ return a.k", "SD310"),
    Row("a function declared to have a derivative rule, without one", "return ruleless(x)", "SD413"),
    Row("a wrong derivative rule", "return unpaired(x)", "SD414"),
    Row("a derivative rule that reads from outside", "return outside(x)", "SD415"),
    Row("an iterator passed to a function with a derivative rule", "return halved(zip(v, v))", "SD419"),
    Row("a stale element", "r = (m.reshape(-1), 1.0) ⏎ m[0, 0] = x ⏎ return r[0] + 1", "SD501"),
    Row("a stale choice", "y = v + 0 ⏎ r = y if x > 0 else v * 2 ⏎ r[0] = x ⏎ return y", "SD501"),
    Row("a stale view", "r = m.reshape(-1) ⏎ m[0, 0] = x ⏎ return r", "SD501"),
    Row("writing what existed before the call", "TABLE['w'][0] = x ⏎ return x", "SD503"),
    Row("changing an object that existed before the call", "LAYER.w = x ⏎ return x", "SD503"),
    Row("a list that grows by different things",
        "a = [] ⏎ for t in v: ⏎     a.append(t) ⏎     a.append(m) ⏎ return x", "SD505"),
    Row("writing a read-only view", "y = np.broadcast_to(v, (2, 3)) ⏎ y[0, 0] = x ⏎ return y", "SD506"),
    Row("writing windows", "y = np.lib.stride_tricks.sliding_window_view(v, 2) ⏎ y[0] = x ⏎ return y.sum()", "SD506"),
    Row("a recursive function that knows an array it writes by two names",
        "def g(u, w, k): ⏎     w[0] = u[1] ⏎     return x if k == 0 else g(u, w, k - 1) ⏎ return g(v, v, n)", "SD509"),
    Row("changing an object in a list that grew in a loop",
        "a = [] ⏎ while len(a) < x: a.append(Layer(x)) ⏎ a[0].w = x ⏎ return a[0].w", "SD510"),
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
