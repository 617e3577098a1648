"""Elementwise arithmetic and functions."""

from __future__ import annotations

from symdiff.primitives.declare import ELEMENTWISE, prim

neg = prim("neg", "x", ELEMENTWISE, numpy="-x", ufunc="np.negative(x)", partials=lambda b, y, x: (-1,))
add = prim("add", "x y", ELEMENTWISE, numpy="x + y", ufunc="np.add(x, y)", commutative=True, partials=lambda b, z, x, y: (1, 1))
sub = prim("sub", "x y", ELEMENTWISE, numpy="x - y", ufunc="np.subtract(x, y)", partials=lambda b, z, x, y: (1, -1))
mul = prim("mul", "x y", ELEMENTWISE, numpy="x * y", ufunc="np.multiply(x, y)", commutative=True, partials=lambda b, z, x, y: (y, x))
div = prim("div", "x y", ELEMENTWISE, dtype="div", numpy="x / y", ufunc="np.divide(x, y)", unbounded=True,
           partials=lambda b, z, x, y: (1 / y, -x / (y * y)))  # fmt: skip
exp = prim("exp", "x", ELEMENTWISE, dtype="inexact", numpy="np.exp(x)", scalar="math.exp(x)", unbounded=True,
           partials=lambda b, y, x: (y,))  # fmt: skip
log = prim("log", "x", ELEMENTWISE, dtype="inexact", numpy="np.log(x)", scalar="math.log(x)", unbounded=True,
           partials=lambda b, y, x: (1 / x,))  # fmt: skip
sqrt = prim("sqrt", "x", ELEMENTWISE, dtype="inexact", numpy="np.sqrt(x)", scalar="math.sqrt(x)", unbounded=True,
            partials=lambda b, y, x: (0.5 / y,))  # fmt: skip
tanh = prim("tanh", "x", ELEMENTWISE, dtype="inexact", numpy="np.tanh(x)", scalar="math.tanh(x)", partials=lambda b, y, x: (1 - y * y,))
sin = prim("sin", "x", ELEMENTWISE, dtype="inexact", numpy="np.sin(x)", scalar="math.sin(x)", partials=lambda b, y, x: (b.cos(x),))
cos = prim("cos", "x", ELEMENTWISE, dtype="inexact", numpy="np.cos(x)", scalar="math.cos(x)", partials=lambda b, y, x: (-b.sin(x),))
gt = prim("gt", "x y", ELEMENTWISE, dtype="bool", numpy="x > y", ufunc="np.greater(x, y)")
lt = prim("lt", "x y", ELEMENTWISE, dtype="bool", numpy="x < y", ufunc="np.less(x, y)")
ge = prim("ge", "x y", ELEMENTWISE, dtype="bool", numpy="x >= y", ufunc="np.greater_equal(x, y)")
le = prim("le", "x y", ELEMENTWISE, dtype="bool", numpy="x <= y", ufunc="np.less_equal(x, y)")
eq = prim("eq", "x y", ELEMENTWISE, dtype="bool", numpy="x == y", ufunc="np.equal(x, y)")
