"""Programs that read something lazily and change what it reads: every lazy thing × what it runs over × a change.

A program is put together from a row of each table below.  `Y` stands for what is run over, `N(a)` for the number that
is made of an element `a`.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass


class Body:
    def __init__(self, p, q):
        self.p, self.q = p, q


class Over:
    def __init__(self, items):
        self.items = items

    def __iter__(self):
        return iter(self.items)


class Indexed:
    def __init__(self, items):
        self.items = items

    def __len__(self):
        return len(self.items)

    def __getitem__(self, k):
        return self.items[k]


@dataclass(frozen=True)
class Source:
    """What is run over: how `y` is made, the number of an element, changes of it, and changes of an element `a`."""

    made: str
    number: str
    changes: tuple[str, ...]
    own: tuple[str, ...] = ()
    name: str = "y"


_SAME_LENGTH = ("y[1] = 5 * x", "y[0], y[-1] = y[-1], y[0]", "y[-1] += x", "y.reverse()", "y = [x, x]")
_LIST = (*_SAME_LENGTH, "y.append(x)", "y.pop()", "del y[0]", "y.insert(0, x)", "y[:] = [x, x]", "y.clear()")
_ARRAY = ("y[1] = 5 * x", "y *= 1.5", "y[-1] += x", "y[:] = y[::-1].copy()", "y = y * 2")
_ROWS = ("y[1] = [x, x]", "y[1][0] = 5 * x", "y[2] = y[0]", "y[-1][1] += x", "y.append([x, x])", "y[0].append(x)")
_MATRIX = ("y[1] = 2 * x", "y[1, 0] = 5 * x", "y *= 2", "y[-1, 1] += x", "y = y * 2")
_BODIES = ("y[1] = Body(x, x)", "y[1].p = 5 * x", "y[-1].q += x", "y[0] = y[1]", "y.append(Body(x, 1.0))")
_ARRAYS = ("y[1] = v * 3 * x", "y[1][0] = 5 * x", "y[-1] *= 2", "y[0], y[1] = y[1], y[0]")
_HELD = ("y[1] = 5 * x", "o.items[1] = x", "o.items = [x, x]", "y = [x]")
_ROW, _BODY = "({0}[0] + 2 * {0}[1])", "({0}.p + 2 * {0}.q)"
_OWN_ROW, _OWN_ARRAY = ("a[0] = 5 * x", "a[1] += x"), ("a[0] = 5 * x", "a *= 2")
_OWN_BODY = ("a.p = 5 * x", "a.q += x")

SOURCES = {
    "array": Source("y = v * x", "{0}", _ARRAY),
    "argument": Source("y = w", "{0}", ("w[1] = 5 * x", "y *= x", "y[-1] += x")),
    "view": Source("z = v * x; y = z[1:]", "{0}", ("z[2] = 5 * x", "z *= 2", "y[0] = x", "z = z * 2")),
    "column": Source("z = np.outer(v, v) * x; y = z[:, 1]", "{0}", ("z[1] = 2 * x", "y[1] = 5 * x", "z *= 2")),
    "chosen": Source("z = v * x; u = v + x; y = z if v[0] > 0.1 else u", "{0}", ("z[1] = 2 * x", "y *= 2", "u *= 2")),
    "list": Source("y = [x, 2 * x, x * x]", "{0}", _LIST),
    "grown list": Source("y = [t * x for t in v if t > 0]", "{0}", _LIST),
    "rows": Source("y = [[x, 1.0], [2 * x, x], [x * x, 0.5]]", _ROW, _ROWS, _OWN_ROW),
    "grown rows": Source("y = [[t * x, t] for t in v if t > 0]", _ROW, _ROWS[:-1], _OWN_ROW),
    "tuples": Source("y = [(t * x, t) for t in v if t > 0]", _ROW, ("y[1] = (x, x)", "y.append((x, x))")),
    "matrix": Source("y = np.outer(v, v) * x", _ROW, _MATRIX, _OWN_ARRAY),
    "transposed": Source("z = np.outer(v, v[:3]) * x; y = z.T", _ROW, ("z[1] = 2 * x", "z *= 2", *_MATRIX), _OWN_ARRAY),
    "dict": Source(
        "y = {'a': x, 'b': 2 * x, 'c': x * x}",
        "{0}",
        ("y['b'] = 5 * x", "y['c'] += x", "y['d'] = x", "del y['c']", "y = {}"),
        name="y.values()",
    ),
    "objects": Source("y = [Body(x, 1.0), Body(2 * x, x), Body(x * x, 0.5)]", _BODY, _BODIES, _OWN_BODY),
    "grown objects": Source("y = [Body(t * x, t) for t in v if t > 0]", _BODY, _BODIES, _OWN_BODY),
    "arrays": Source("y = [v * x, v + x, v * v * x]", "{0}.sum()", _ARRAYS, _OWN_ARRAY),
    "grown arrays": Source("y = [v * t * x for t in v if t > 0]", "{0}.sum()", _ARRAYS, _OWN_ARRAY),
    "iterable": Source("y = [x, 2 * x, x * x]; o = Over(y)", "{0}", (*_HELD, "y.append(x)"), name="o"),
    "indexed": Source("y = [x, 2 * x, x * x]; o = Indexed(y)", "{0}", (*_HELD, "y.append(x)"), name="o"),
    "iterable array": Source("y = v * x; o = Over(y)", "{0}", (*_HELD, "y *= 2"), name="o"),
}

# The expression, what a turn binds, and the number that it makes of that.
_ONE, _TWO = ("a", "N(a)"), ("a, b", "N(a) * 2 + N(b) * N(a)")
LAZY = {
    "iter": ("iter(Y)", *_ONE),
    "enumerate": ("enumerate(Y, 1)", "k, a", "k * N(a)"),
    "reversed": ("reversed(Y)", *_ONE),
    "zip": ("zip(Y, w)", "a, b", "N(a) * b"),
    "zip of one twice": ("zip(Y, Y)", *_TWO),
    "zip of a part": ("zip(Y, Y[1:])", *_TWO),
    "zip of reversed": ("zip(reversed(Y), Y)", *_TWO),
    "zip of rows": ("zip(*Y)", "c", "c[0] + 2 * c[1] * c[-1]"),
    "map": ("map(lambda a: N(a) * x, Y)", "t", "t"),
    "map of two": ("map(lambda a, b: N(a) * b, Y, w)", "t", "t"),
    "filter": ("filter(lambda a: N(a) > 1.0, Y)", *_ONE),
    "generator": ("(N(a) * x for a in Y)", "t", "t"),
    "generator with a condition": ("(a for a in Y if N(a) > 1.0)", *_ONE),
    "generator of reads": ("(N(y[i]) for i in range(2))", "t", "t"),
    "islice": ("itertools.islice(Y, 0, 3, 2)", *_ONE),
    "zip_longest": ("itertools.zip_longest(Y, w[:2], fillvalue=1.0)", "a, b", "N(a) * b"),
    "starmap": ("itertools.starmap(lambda a, b: N(a) * b, zip(Y, w))", "t", "t"),
    "cycle": ("itertools.islice(itertools.cycle(Y), 7)", *_ONE),
    "cycle beside": ("zip(range(7), itertools.cycle(Y))", "k, a", "k * N(a)"),
    "tee": ("zip(*itertools.tee(Y))", *_TWO),
    "groupby": ("itertools.groupby(Y, key=lambda a: 1)", "k, g", "sum(N(a) for a in g)"),
    "accumulate": ("itertools.accumulate(Y, lambda s, a: s * 0.5 + N(a), initial=x)", "t", "t"),
    "permutations": ("itertools.permutations(Y, 2)", *_TWO),
    "combinations": ("itertools.combinations(Y, 2)", *_TWO),
    "combinations with replacement": ("itertools.combinations_with_replacement(Y, 2)", *_TWO),
    "product": ("itertools.product(Y, w)", "a, b", "N(a) * b"),
    "product with itself": ("itertools.product(Y, repeat=2)", *_TWO),
    "product of ranges": ("itertools.product(range(2), enumerate(Y))", "i, (k, a)", "(i + k + 1) * N(a)"),
    "product of zip": ("itertools.product(zip(Y, w), reversed(w))", "(a, b), c", "N(a) * b + c"),
    "product of a generator": ("itertools.product((N(a) for a in Y), w)", "t, c", "t * c"),
    "chain": ("itertools.chain(Y, Y)", *_ONE),
    "chain of a list": ("itertools.chain.from_iterable([Y, Y])", *_ONE),
    "chain of rows": ("itertools.chain.from_iterable(Y)", "t", "t"),
    "pairwise": ("itertools.pairwise(Y)", *_TWO),
    "enumerated pairwise": ("enumerate(itertools.pairwise(Y))", "k, (a, b)", "k * N(a) + N(b)"),
    "takewhile": ("itertools.takewhile(lambda a: N(a) > -9.0, Y)", *_ONE),
    "dropwhile": ("itertools.dropwhile(lambda a: N(a) < 1.0, Y)", *_ONE),
    "filterfalse": ("itertools.filterfalse(lambda a: N(a) > 1.0, Y)", *_ONE),
    "compress": ("itertools.compress(Y, [1, 0, 1])", *_ONE),
    "repeat": ("itertools.repeat(Y, 2)", "c", "sum(N(a) for a in c)"),
    "a list at once": ("list(Y)", *_ONE),
    "enumerated zip": ("enumerate(zip(Y, w))", "k, (a, b)", "k * N(a) * b"),
    "items": ("Y.items()", "k, a", "N(a)"),
    "keys": ("Y.keys()", "k", "N(y[k])"),
    "ndenumerate": ("np.ndenumerate(Y)", "k, t", "t * (1 + k[0])"),
    "flat": ("Y.flat", "t", "t"),
}
_OF_DICTS, _OF_ARRAYS, _OF_ROWS = ("items", "keys"), ("ndenumerate", "flat"), ("zip of rows", "chain of rows")

# When it changes, and how it is read.
TIMES = {
    "before": "it = {over}\n    {change}\n    for {target} in it:\n        s = s * 0.9 + {value}",
    "before a sum": "it = {over}\n    {change}\n    s += sum({value} for {target} in it)",
    "in a turn": "for {target} in {over}:\n        s = s * 0.9 + {value}\n        {change}",
    "in some turns": "for {target} in {over}:\n        s = s * 0.9 + {value}\n"
    "        if s > 1.5:\n            {change}",
    "in the first turn": "it = {over}\n    for {target} in it:\n        s = s * 0.9 + {value}\n        if m == 0:\n"
    "            {change}\n        m += 1",
    "behind the first": "it = {over}\n    {target} = next(it)\n    s += {value}\n    {change}\n"
    "    for {target} in it:\n        s = s * 0.9 + {value}",
    "between two": "it = {over}\n    {target} = next(it)\n    s = s * 0.9 + {value}\n    {change}\n"
    "    {target} = next(it)\n    s = s * 0.7 + {value}",
    "in a while": "it = {over}\n    while m < 2:\n        {target} = next(it)\n        s = s * 0.7 + {value}\n"
    "        {change}\n        m += 1",
    "behind a list": "l = list({over})\n    {change}\n    for {target} in l:\n        s = s * 0.9 + {value}",
}


def drawn(rng: random.Random) -> tuple[str, str]:
    """The name and the text of one such program, a function `f(x, v, w)` of a float and two arrays."""
    kind, when = rng.choice([*SOURCES]), rng.choice([*TIMES])
    source = SOURCES[kind]
    fitting = [k for k in LAZY if _fits(k, source)]
    lazy = rng.choice(fitting)
    over, target, value = LAZY[lazy]
    own = source.own if re.search(r"\ba\b", target) and not when.startswith(("before", "behind a")) else ()
    change = rng.choice([*source.changes, *own])
    return f"{lazy} of {kind}, {when}: {change}", text(source, (over, target, value), when, change)


def _fits(lazy: str, source: Source) -> bool:
    """Whether there is such a thing of it."""
    over = LAZY[lazy][0]
    if lazy in _OF_DICTS:
        return source.name == "y.values()"
    if lazy in _OF_ARRAYS:
        return "np." in source.made or source.made == "y = v * x"
    if lazy in _OF_ROWS:
        return source.number != "{0}" and source.number != _BODY
    subscripted = "Y[" in over or "y[" in over
    return not (subscripted and source.name != "y")


def text(source: Source, lazy: tuple[str, str, str], when: str, change: str) -> str:
    over, target, value = (_filled(part, source) for part in lazy)
    if ".items()" in over or ".keys()" in over:
        over = over.replace("y.values()", "y")
    body = TIMES[when].format(over=over, target=target, value=value, change=change)
    setup = "\n    ".join(source.made.split("; "))
    rest = f"for a in {source.name}:\n        s += {source.number.format('a')}"
    return f"def f(x, v, w):\n    {setup}\n    s, m = 0.5, 0\n    {body}\n    {rest}\n    return s\n"


def _filled(part: str, source: Source) -> str:
    """An expression with what `Y` and `N(…)` stand for."""
    part = re.sub(r"\bY\b", source.name, part)
    return re.sub(r"\bN\((\w+(?:\[\w+\])?)\)", lambda found: source.number.format(found[1]), part)
