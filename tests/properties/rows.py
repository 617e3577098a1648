"""What random expressions are made of: what must be in scope, the construct, and its text with holes.

Holes: `{s}`, `{v}`, `{m}` a float, vector or matrix one level down, `{s0}` a float without operations, `{@v}` a name in
scope, `{x@v}` the same, which `{x}` then repeats, `{a|b|@c}` one of these.  The rest is in `Expressions.holes`.
"""

from __future__ import annotations

Table = tuple[tuple[str, str, str], ...]

ARITHMETIC: Table = (
    ("", "arithmetic", "({s} {+|-|*} {s})"),
    ("", "arithmetic", "({s} {+|-|*} {s})"),
    ("", "division", "({s} / (1.5 + np.abs({s})))"),
    ("", "unary", "(-{s})"),
    ("", "numpy function", "{np.sin|np.tanh|squash|np.cos|np.arctan}({s})"),
    ("", "stable exp", "np.exp(-np.abs({s}))"),
    ("", "power", "np.tanh({s}) ** {2|3}"),
    ("", "builtin abs", "abs({s})"),
    ("", "builtin max", "{max|min}({s}, {s})"),
    ("", "conditional expression", "({s} if {test} else {s})"),
    ("", "conversion", "float({s})"),
    ("", "np.float64", "np.float64({s})"),
    ("", "np.maximum", "np.{maximum|minimum}({s}, {s})"),
    ("", "math", "math.{sin|tanh|atan|erf|cos}({s})"),
    ("", "math of two", "math.{hypot(0.5, |atan2(2.0, }{s})"),
    ("", "stable log and root", "np.{log1p|sqrt}(0.1 + np.abs({s}))"),
    ("", "numpy function of two", "np.{hypot|logaddexp|arctan2}({s}, 1.5)"),
    ("", "piecewise constant", "({s} * {round|np.floor|int|np.sign}({s}))"),
    ("", "divmod and pow", "{remainder}"),
    ("i", "int in float", "({s} * {@i} * 0.1)"),
)

CALLS: Table = (
    ("", "helper call", "square(np.tanh({s}){|, 0.3|, shift=0.1|, k=0.2, shift=0.3})"),
    ("", "helper with branch", "pick({s}, {s})"),
    ("", "star arguments", "starred({s}, *({s}, 0.3), **{{'shift': {s}}})"),
    ("", "helper with while True", "damped(np.tanh({s}))"),
    ("", "partial", "partial(square, k={s})(np.sin({s}))"),
    ("", "reduce", "reduce(lambda u, w: np.tanh(u) + 0.5 * w, [{s}, {s}, 0.3])"),
    ("", "map", "sum(map(lambda u: u * {s}, (0.5, {s})))"),
    ("", "function made by a function", "scaler({s})({s})"),
    ("", "function as argument", "applied({np.sin|gentle|scaler(0.4)|@c}, {s})"),
    ("", "helper with a default", "gentle({s}{|, c=0.1})"),
    ("", "objects in an expression", "Layer({s}).moved({s}).w"),
    ("", "object from outside", "{LAYER(|LAYER.scale * (|LAYER.b - (}{s})"),
    ("", "star of a generator", "pick(*(u * {s} for u in ({s}, 0.7)))"),
    ("i", "recursion", "nested({s}, {@i})"),
    ("i", "mutual recursion", "{even|odd}({@i}, np.sin({s}))"),
    *(("c", "closure called", "{@c}({s})"),) * 3,
)

REDUCTIONS: Table = (
    ("v", "reduction", "np.{sum|mean|max}({v})"),
    ("v", "method reduction", "({v}).{sum|mean|min|std}()"),
    ("v", "dot", "({v} @ {v})"),
    ("v", "slices", "np.sum({x@v}[1:] * {x}[:-1])"),
    ("v", "part", "np.sum({@v}[{1:|:-1|::2|::-1|1:-1}])"),
    ("v", "helper with loop", "norm2(np.tanh({v}))"),
    ("v", "helper that returns from two loops", "first_above(np.tanh({v}), {s})"),
    ("v", "recursion over halves", "halves(np.tanh({v}), {s})"),
    ("v", "captured array", "np.sum(np.cos(WEIGHTS))"),
    ("v", "mask", "np.sum({x@v}[{x} > {s0}])"),
    ("v", "generator sum", "sum({item} for u in {v})"),
    ("v", "generator sum with if", "sum({item} for u in {v} if u > {s0})"),
    ("v", "generator max", "{max|min}({item} for u in {v})"),
    ("v", "positions", "np.sum({v}[np.{nonzero|where}({v} > {s})[0]])"),
    ("v", "some elements", "np.sum({v}, where={v} > {s})"),
    ("v", "initial value", "np.{max|sum|min}({v}, initial=0.1)"),
    ("v", "windows", "np.sum(sliding_window_view(np.append({v}, [0.2, 0.1]), 2) * {s})"),
    ("v", "linalg", "np.linalg.{norm(1.5|norm(0.3} + {v})"),
    ("v", "product", "np.prod(np.tanh({v}))"),
    ("v", "at the greatest", "{x@v}[np.{argmax|argmin}({x})]"),
    ("v", "vector max", "{max|min|sum}({v})"),
    ("v", "zip in a generator", "sum(u * w for u, w in zip({v}, {v}))"),
    ("v", "double sum", "sum({x@v}[j] * 0.5 * {x}[q] for j in range(n) for q in range(j))"),
    ("m", "matrix reduction", "np.sum({m}, axis=1).mean()"),
    ("m", "sum over rows", "sum(norm2(row) for row in {@m})"),
)

OBJECTS: Table = (
    ("o", "object called", "{@o}({s})"),
    ("o", "method", "{@o}.moved({s}).b"),
    ("o", "method that changes its object", "{@o}.step({s}).w"),
    ("o", "static method", "Layer.square(np.tanh({s}))"),
    ("o", "class method", "Scaled.twice({s})(0.3)"),
    ("o", "operators of a class", "({@o} + -{@o}).w"),
    ("o", "objects compared", "({s} if {@o} < {@o} else {s})"),
    ("o", "helper that changes an object", "shove({@o}, np.tanh({s}))"),
    ("o", "object chosen", "({plain} if {test} else {plain}).w"),
    ("s", "dataclass method", "{@s}.step(np.tanh({s}))"),
    ("s", "list in an object", "sum({@s}.seen)"),
    ("h", "array in an object", "{@h}.{level|h[0]|h[-1]|h.sum()}"),
    ("h", "array written by a method", "{@h}.pour(np.tanh({s}))"),
)

CONTAINERS: Table = (
    ("r", "list folded", "{sum|max|min}({@r}{|[1:]|[::-1]})"),
    ("r", "list length", "(0.1 * len({@r}))"),
    ("r", "comprehension of a list", "sum([{item} for u in {@r}])"),
    ("r", "helper that changes a list", "push({@r}, np.tanh({s}))[0]"),
    ("r", "zip of lists", "sum(u - w for u, w in zip({@r}, {@r}))"),
    ("r", "list sorted", "sorted({@r})[{0|1|-1}]"),
    ("r", "list ordered by a key", "{max|min}({@r}, key=lambda u: -u * u)"),
    ("ri", "staged index into a list", "{x@r}[{@i} % len({x})]"),
    ("d", "dict folded", "sum({@d}.values())"),
    ("d", "dict.get", "{@d}.get('{a|z}', {s})"),
    ("d", "dict items", "sum(u * len(k_) for k_, u in {@d}.items())"),
    ("d", "helper that changes a dict", "advance({@d}, {s})"),
    ("p", "named tuple method", "{@p}.turned().{a|b|gap}"),
    ("p", "named tuple replaced", "{@p}._replace(a={s}).gap"),
    ("p", "star of a named tuple", "pick(*{@p})"),
)

TESTS: Table = (
    ("", "and/or", "({comparison} {and|or} {comparison})"),
    ("", "not", "not {s0} > 0.1"),
    ("", "chained comparison", "-0.6 < {s1} < 0.9"),
    ("", "comparison", "{comparison}"),
    ("", "comparison", "{comparison}"),
    ("i", "in with ints", "{@i} {in|not in} {{1, 3}}"),
    ("v", "any and all", "{any|all}(u > {s0} for u in {@v})"),
    ("v", "array any and all", "({@v} > {s0}).{any|all}()"),
    ("o", "isinstance", "(isinstance({@o}, Layer) and {comparison})"),
)

VECTORS: Table = (
    ("", "vector arithmetic", "({v} {+|-|*} {v})"),
    ("", "vector with scalar", "({s} * {v})"),
    ("", "vector with scalar", "({v} {+|-|*} {s})"),
    ("", "vector division", "({v} / (2.0 + {@v} ** 2))"),
    ("", "vector function", "{np.sin|np.tanh|np.cos}({v})"),
    ("", "where", "np.where({v} > {s}, {v}, {s or v})"),
    ("", "relu", "np.maximum({v}, 0.0)"),
    ("", "clip", "np.clip({v}, -0.8, 1.1)"),
    ("", "reversed slice", "{@v}[::-1]"),
    ("", "zeros_like", "(np.{zeros|ones}_like({@v}) + {s})"),
    ("", "cumsum", "np.cumsum(0.2 * {v})"),
    ("", "stack", "np.stack([{v}, {v}]).sum(axis=0)"),
    ("", "vector power", "({@v} ** 2)"),
    ("", "gather", "{@v}[np.arange(n)[::-1]]"),
    ("", "array of a comprehension", "np.array([np.sin(u) * {s0} for u in {v}], dtype=float)"),
    ("", "recursion on arrays", "mirrored({v}, {2|@i})"),
    ("", "difference", "np.diff({v}, prepend={0.3 or s})"),
    ("", "rolled", "np.{roll|flip}({v}, {0|-1})"),
    ("", "joined", "np.concatenate([{v}[1:], {v}])[:n]"),
    ("", "sorted vector", "np.sort({v})"),
    ("", "gather by argsort", "{v}[np.argsort({v})]"),
    ("", "outer", "(np.outer({v}, {v}) @ {v} * 0.2)"),
    ("", "solve", "np.linalg.solve(4.0 * np.eye(n) + np.tanh(np.outer({v}, {v})) / (n + 1), {v})"),
    ("", "einsum", "np.einsum('i,i->i', {v}, {v})"),
    ("", "cumprod", "np.cumprod(np.tanh({v}))"),
    ("", "helper that writes a copy", "relax({v} + 0.0)"),
    ("", "helper that writes a copy", "normalise({v}.copy(), np.tanh({s}))"),
    ("m", "matvec", "({m@m}.T @ {v} @ {m}.T)"),
    ("m", "matrix column", "{@m}[:, {0|-1}]"),
    ("m", "matrix mean", "{m}.mean(axis=1)"),
    *(("h", "array of an object", "{@h}.h"),) * 2,
)

MATRICES: Table = (
    ("", "matrix arithmetic", "({m} {+|-|*} {m})"),
    ("", "broadcast column", "({m} * {v}[:, None])"),
    ("", "broadcast row", "({m} - {@m}.mean(axis=0))"),
    ("", "broadcast keepdims", "({m} - {m}.max(axis=1, keepdims=True))"),
    ("", "matrix function", "np.tanh({m})"),
    ("", "matrix product", "({m} @ ({@m}.T @ {@m}) * 0.1)"),
)
