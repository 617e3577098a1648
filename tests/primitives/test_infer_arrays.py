"""The inferred type of every array primitive against what NumPy returns, for known and symbolic sizes."""

from __future__ import annotations

import itertools
import warnings
from typing import Any

import numpy as np
import pytest

import symdiff.primitives  # noqa: F401
from symdiff.ir import dims, interpret, types
from symdiff.ir.build import Builder
from symdiff.ir.core import REGISTRY, Function, Program, Value
from symdiff.ir.types import AVal, Kind

MODULES = ("reductions", "shaping", "indexing", "creation", "selection", "linalg")
ARRAY_PRIMITIVES = [p for p in REGISTRY.values() if p.infer.__module__.rpartition(".")[2] in MODULES]
N, M = dims.var("n"), dims.var("m")


def one_op(name: str, operands: tuple[AVal, ...], params: dict[str, Any]) -> Program:
    """A program that is this operation alone."""
    b = Builder()
    ins = tuple(Value(t) for t in operands)
    out = b.op(name, *ins, **params)
    return Program({"f": Function("f", b.block(ins, [out.value]))}, "f")


def check(name: str, args: tuple[Any, ...], params: dict[str, Any]) -> None:
    program = one_op(name, tuple(map(types.type_of, args)), params)
    (found,) = interpret.run(program, *args)
    assert types.type_of(found) == program.main.out_types[0], f"{name}{params} of {[types.type_of(a) for a in args]}"


def as_dtype(args: tuple[Any, ...], dtype: str) -> tuple[Any, ...]:
    def change(a: Any) -> Any:
        if isinstance(a, (np.ndarray, np.generic)) and a.dtype == "f8":
            return (a > 0).astype(bool) if dtype == "b1" else (3 * a).astype(dtype)
        return a

    return tuple(map(change, args))


@pytest.mark.parametrize("dtype", ["f8", "f4", "i8", "i4", "u1", "b1", "c16", "c8"])
@pytest.mark.parametrize("prim", ARRAY_PRIMITIVES, ids=lambda p: p.name)
def test_infer_is_what_numpy_returns(prim: Any, dtype: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    for args, params in prim.info["samples"](rng):
        changed = as_dtype(args, dtype)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                check(prim.name, changed, params)
        except np.linalg.LinAlgError:  # a random integer matrix may be singular
            continue
        except TypeError as refused:  # complex numbers, by declaration; booleans and small integers, by NumPy's ufuncs
            assert dtype in ("c16", "c8", "b1", "u1", "i4", "i8"), refused


def test_every_array_primitive_has_three_samples(seed: int) -> None:
    for prim in ARRAY_PRIMITIVES:
        assert len(prim.info["samples"](np.random.default_rng(seed))) >= 3, prim.name


SCALARS = [
    2.0,
    2,
    True,
    1j,
    np.float32(2),
    np.float64(2),
    np.int64(2),
    np.bool_(True),
    np.array(2.0),
    np.array(2, "f4"),
]
OF_SCALARS: list[tuple[str, dict[str, Any]]] = [ *((name, {}) for name in ("sum", "mean", "max", "min", "prod", "var",
    "std", "norm", "any", "all", "argmax", "count_nonzero")), *((name, {"keepdims": True}) for name in ("sum", "mean",
    "max", "prod", "var", "std", "norm", "any", "argmax", "count_nonzero")), ("sum", {"axis": ()}),
    ("sum", {"axis": 0}), ("max", {"axis": -1}), ("cumsum", {}), ("cumprod", {}), ("reshape", {"shape": ()}),
    ("reshape", {"shape": (1, 1)}), ("ravel", {}), ("transpose", {}), ("squeeze", {}), ("expand_dims", {"axis": 0}),
    ("expand_dims", {"axis": (0, 1)}), ("broadcast_to", {"shape": ()}), ("broadcast_to", {"shape": (2, 3)}),
    ("full", {"shape": (2,)}), ("full", {"shape": ()}), ("tile", {"reps": (2,)})]  # fmt: skip


@pytest.mark.parametrize("name, params", OF_SCALARS)
@pytest.mark.parametrize("x", SCALARS, ids=lambda x: f"{type(x).__name__}-{np.asarray(x).dtype}")
def test_scalars(name: str, params: dict[str, Any], x: Any) -> None:
    check(name, (x,), params)


@pytest.mark.parametrize("x, y", list(itertools.product(SCALARS, SCALARS)))
def test_stack_of_scalars(x: Any, y: Any) -> None:
    check("stack", (x, y), {})


ARRAY = AVal(Kind.ARRAY, (N, M), "f8")
VECTOR = AVal(Kind.ARRAY, (N,), "f8")
FULL_N, FULL_M = ("slice", None, None, None, N), ("slice", None, None, None, M)
SYMBOLIC: list[tuple[str, tuple[AVal, ...], dict[str, Any]]] = [ ("sum", (ARRAY,), {}), ("sum", (ARRAY,), {"axis": 0}),
    ("mean", (ARRAY,), {"axis": 1, "keepdims": True}), ("prod", (ARRAY,), {"axis": (0, 1)}),
    ("var", (ARRAY,), {"axis": 1}), ("any", (ARRAY,), {"axis": -1}), ("norm", (ARRAY,), {}),
    ("norm", (ARRAY,), {"axis": 1}), ("logsumexp", (ARRAY,), {"axis": 1}), ("logsumexp", (ARRAY,), {}),
    ("cumsum", (ARRAY,), {}), ("cumprod", (ARRAY,), {"axis": 1}), ("reshape", (ARRAY,), {"shape": (dims.mul(N, M),)}),
    ("reshape", (ARRAY,), {"shape": (M, 1, N)}), ("ravel", (ARRAY,), {}), ("transpose", (ARRAY,), {}),
    ("expand_dims", (ARRAY,), {"axis": 1}), ("broadcast_to", (VECTOR,), {"shape": (M, N)}),
    ("broadcast_to", (types.FLOAT,), {"shape": (N, M)}), ("full", (types.FLOAT,), {"shape": (dims.add(N, 1), M)}),
    ("sum_to", (ARRAY,), {"shape": (M,)}), ("sum_to", (ARRAY,), {"shape": (N, 1)}), ("sum_to", (ARRAY,), {"shape": ()}),
    ("concatenate", (ARRAY, ARRAY), {"axis": 1}), ("concatenate", (VECTOR, AVal(Kind.ARRAY, (dims.add(M, 1),), "f4")),
    {}), ("stack", (ARRAY, ARRAY), {"axis": 2}), ("tile", (ARRAY,), {"reps": (2, 1, 3)}),
    ("tile", (VECTOR,), {"reps": (N,)}), ("repeat", (ARRAY,), {"repeats": 3, "axis": 1}),
    ("repeat", (ARRAY,), {"repeats": N, "axis": 0}), ("flip", (ARRAY,), {"axis": 0}), ("roll", (ARRAY,), {"shift": 1}),
    ("pad", (ARRAY,), {"width": ((1, N), (0, 2))}), ("tril", (ARRAY,), {"k": -1}), ("arange", (), {"size": N}),
    ("linspace", (types.FLOAT, types.FLOAT), {"num": N}), ("eye", (), {"rows": N, "cols": M, "k": 1}),
    ("eye", (), {"rows": N, "cols": N}), ("diagonal", (ARRAY,), {}), ("diagonal", (ARRAY,), {"offset": 2}),
    ("diagonal", (ARRAY,), {"offset": -1}), ("diag", (VECTOR,), {"k": -2}), ("trace", (ARRAY,), {}),
    ("sliding_window_view", (ARRAY,), {"shape": (M,), "axis": (1,)}),
    ("sliding_window_view", (ARRAY,), {"shape": (N, 0)}),
    ("window_add", (ARRAY, AVal(Kind.ARRAY, (N, 1, M), "f8")), {"axis": (1,)}),
    ("sort", (ARRAY,), {}), ("argsort", (ARRAY,), {"axis": 0}), ("matmul", (ARRAY, AVal(Kind.ARRAY, (M, N), "f8")), {}),
    ("matmul", (ARRAY, AVal(Kind.ARRAY, (M,), "f4")), {}), ("matmul", (AVal(Kind.ARRAY, (2, N, M), "f8"),
    AVal(Kind.ARRAY, (M, 3), "f8")), {}), ("outer", (VECTOR, VECTOR), {}), ("dot", (VECTOR, VECTOR), {}),
    ("vdot", (ARRAY, AVal(Kind.ARRAY, (dims.mul(M, N),), "f8")), {}),
    ("tensordot", (ARRAY, ARRAY), {"axes": ((0,), (0,))}), ("einsum", (ARRAY, ARRAY), {"subscripts": "ij,kj->ik"}),
    ("einsum", (ARRAY,), {"subscripts": "ij->j"}), ("index", (ARRAY,), {"spec": (("slice", 1, None, None,
    dims.dmax(dims.sub(N, 1), 0)), ("new",), FULL_M)}), ("index", (ARRAY,), {"spec": (FULL_N, ("slice", None, None, -1,
    M))}), ("index", (ARRAY, AVal(Kind.ARRAY, (0, 2), "i8")), {"spec": (FULL_N, ("array",))})]  # fmt: skip


def test_symbolic_sizes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for name, operands, params in SYMBOLIC:
        program = one_op(name, operands, params)
        (inferred,) = program.main.out_types
        for n, m in itertools.product(range(4), repeat=2):
            env = {dims.Atom("var", "n"): n, dims.Atom("var", "m"): m}
            # the parameters f(x, ...) bind n and m through their shapes; constants need them bound by another
            args = tuple(_value(rng, t, env) for t in operands)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)
                try:
                    found = _run(program, args, n, m)
                except (np.exceptions.AxisError, ValueError) as error:
                    assert "diag" not in name, (name, error)
                    raise
            expected = types.map_dims(inferred, lambda d, env=env: dims.evaluate(d, env))
            assert types.type_of(found) == expected, (name, params, n, m)


def _value(rng: np.random.Generator, t: AVal, env: dict[dims.Atom, int]) -> Any:
    if not t.shape:
        return 0.5
    shape = tuple(dims.evaluate(d, env) for d in t.shape)
    return np.zeros(shape, t.dtype) if t.dtype[0] == "i" else rng.normal(size=shape).astype(t.dtype)


def _run(program: Program, args: tuple[Any, ...], n: int, m: int) -> Any:
    """Run with one more parameter, an array of shape (n, m), so that both variables are bound."""
    f = program.main
    binder = Value(ARRAY)
    block = type(f.body)((binder, *f.body.params), f.body.ops, f.body.outs)
    widened = Program({"f": Function("f", block)}, "f")
    return interpret.run(widened, np.zeros((n, m)), *args)[0]


REFUSED: list[tuple[str, tuple[AVal, ...], dict[str, Any]]] = [ ("sum", (ARRAY,), {"axis": 2}),
    ("sum", (ARRAY,), {"axis": (0, -2)}), ("reshape", (types.array("f8", 3),), {"shape": (2,)}),
    ("squeeze", (ARRAY,), {"axis": 0}), ("squeeze", (ARRAY,), {}), ("broadcast_to", (VECTOR,), {"shape": (M,)}),
    ("broadcast_to", (ARRAY,), {"shape": (M,)}), ("sum_to", (VECTOR,), {"shape": (N, N)}),
    ("concatenate", (ARRAY, VECTOR), {}), ("concatenate", (ARRAY, types.array("f8", M, M)), {"axis": 1}),
    ("stack", (VECTOR, types.array("f8", M)), {}), ("matmul", (ARRAY, ARRAY), {}), ("matmul", (ARRAY, types.FLOAT), {}),
    ("outer", (ARRAY, VECTOR), {}), ("inv", (ARRAY,), {}), ("einsum", (ARRAY,), {"subscripts": "...ij"}),
    ("einsum", (ARRAY,), {"subscripts": "ijk"}), ("einsum", (ARRAY,), {"subscripts": "ii"}),
    ("einsum", (ARRAY,), {"subscripts": "ij->ii"}), ("einsum", (ARRAY,), {"subscripts": "ij->k"}),
    ("diag", (types.FLOAT,), {}), ("tensordot", (ARRAY, ARRAY), {"axes": ((0,), (1,))}),
    ("transpose", (ARRAY,), {"axes": (0,)}), ("norm", (ARRAY,), {"ord": 2}), ("norm", (VECTOR,), {"ord": 3}),
    ("stack", (AVal(Kind.MIXED, (), "f8"),), {}), ("cholesky", (ARRAY,), {}),
    ("roll", (VECTOR,), {}), ("tril", (VECTOR,), {}), ("linspace", (VECTOR, VECTOR), {"num": 3}),
    ("sort", (types.FLOAT,), {}), ("sliding_window_view", (ARRAY,), {"shape": (2,)}),
    ("sliding_window_view", (types.array("f8", 3),), {"shape": (4,)}),
    ("sliding_window_view", (types.FLOAT,), {"shape": ()}), ("window_add", (ARRAY, ARRAY), {}),
    ("window_add", (VECTOR, ARRAY), {"axis": (0, 0)})]  # fmt: skip


@pytest.mark.parametrize("name, operands, params", REFUSED)
def test_refused(name: str, operands: tuple[AVal, ...], params: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        one_op(name, operands, params)


RANDOM_ENTRIES = ["at", "slice", "new", "array", "mask"]


def random_subscript(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[Any, tuple[Any, ...], list[Any]]:
    """A NumPy index of an array of this shape, the same as a spec, and the operands of the spec."""
    key: list[Any] = []
    spec: list[tuple[Any, ...]] = []
    operands: list[Any] = []
    axis, wide = 0, tuple(rng.integers(0, 4, size=rng.integers(1, 3)))
    while axis < len(shape) and rng.random() < 0.85:
        kind, n = rng.choice(RANDOM_ENTRIES), shape[axis]
        if kind == "new":
            key.append(None)
            spec.append(("new",))
            continue
        if kind == "at":
            i = int(rng.integers(-n - 1, n + 1))
            key.append(i)
            spec.append(("at", i if rng.random() < 0.5 else None))
            operands += [i] if spec[-1][1] is None else []
        elif kind == "slice":
            bounds = [None if rng.random() < 0.3 else int(rng.integers(-n - 2, n + 3)) for _ in range(2)]
            step = [None, 1, 2, -1, -2][rng.integers(5)]
            key.append(slice(*bounds, step))
            dynamic = [b is not None and rng.random() < 0.5 for b in bounds]
            operands += [b for b, d in zip(bounds, dynamic, strict=True) if d]
            given = ["v" if d else b for b, d in zip(bounds, dynamic, strict=True)]
            spec.append(("slice", *given, step, len(range(*key[-1].indices(n)))))
        else:
            rank = int(rng.integers(1, min(2, len(shape) - axis) + 1)) if kind == "mask" else 1
            if kind == "mask":
                value = rng.random(shape[axis : axis + rank]) < 0.5
            else:
                form = [wide, (), wide[-1:]][rng.integers(3)]
                value = rng.integers(-n - (rng.random() < 0.1), n, size=form) if n else np.zeros(0, int)
                value = np.asarray(value)
            key.append(value)
            operands.append(value)
            spec.append(("mask", int(value.sum())) if kind == "mask" else ("array",))
            axis += rank
            continue
        axis += 1
    if axis == len(shape) and rng.random() < 0.3:
        place = int(rng.integers(len(spec) + 1))
        key.insert(place, ...)
        spec.insert(place, ("rest",))
    return tuple(key), tuple(spec), operands


def test_random_subscripts(seed: int) -> None:
    rng = np.random.default_rng(seed)
    read = 0
    for _ in range(3000):
        shape = tuple(int(n) for n in rng.integers(0, 4, size=rng.integers(1, 4)))
        x = rng.normal(size=shape)
        key, spec, operands = random_subscript(rng, shape)
        try:
            expected = x[key]
        except IndexError:
            with pytest.raises((IndexError, TypeError)):
                check("index", (x, *operands), {"spec": spec})
            continue
        read += 1
        check("index", (x, *operands), {"spec": spec})
        (found,) = interpret.run(
            one_op("index", tuple(map(types.type_of, (x, *operands))), {"spec": spec}), x, *operands
        )
        np.testing.assert_array_equal(found, expected)
        _check_update(rng, "index_add", x, key, spec, operands, np.shape(expected))
        _check_update(rng, "index_set", x, key, spec, operands, np.shape(expected))
    assert read > 1000


def _check_update(rng: Any, name: str, x: Any, key: Any, spec: Any, operands: list[Any], part: tuple[int, ...]) -> None:
    v = rng.normal(size=part if rng.random() < 0.7 else ())
    args = (x, v, *operands)
    program = one_op(name, tuple(map(types.type_of, args)), {"spec": spec})
    before = x.copy()
    (found,) = interpret.run(program, *args)
    np.testing.assert_array_equal(x, before)
    expected, printed = x.copy(), x.copy()
    if name == "index_set":
        expected[key] = v
    else:
        np.add.at(expected, key, v)
    np.testing.assert_array_equal(found, expected)
    (op,) = program.main.body.ops
    text = op.prim.inplace(op.params, tuple(v.type for v in op.ins))
    exec(text, {"np": np, "x": printed, "v": v} | {f"i{k}": i for k, i in enumerate(operands)})
    np.testing.assert_array_equal(printed, expected)
