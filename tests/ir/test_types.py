"""Types against NumPy itself: promotion, kinds, broadcasting."""

import itertools
import operator
from typing import Any

import numpy as np
import pytest

from symdiff.ir import dims, types
from symdiff.ir.types import Alt, AVal, Kind, KindError, Opt, Saved, Seq, ShapeError

SCALARS: list[Any] = [
    *(True, 2, 1.5, 1 + 2j),
    *(np.bool_(True), np.int32(2), np.int64(2), np.float32(1.5), np.float64(1.5), np.complex64(1j), np.complex128(1j)),
]
ARRAYS: list[Any] = [np.ones((2, 3), d) for d in ("b1", "i4", "i8", "f4", "f8", "c8", "c16")]
N, M = dims.var("n"), dims.var("m")


def test_the_type_of_a_value() -> None:
    assert [str(types.type_of(x)) for x in SCALARS[:7]] == [
        "bool",
        "int",
        "float",
        "complex",
        "np.b1",
        "np.i4",
        "np.i8",
    ]
    assert types.type_of(np.zeros((2, 0), "f4")) == types.array("f4", 2, 0)
    assert types.type_of(np.array(1.0)) == types.array("f8")
    with pytest.raises(TypeError, match="not a number or array: str"):
        types.type_of("x")


@pytest.mark.parametrize("operation", [operator.mul, operator.add])
def test_promotion_is_numpys(operation: Any) -> None:
    """Python numbers are weak beside arrays and NumPy scalars (NEP 50); bool + bool of Python is an int there."""
    for x, y in itertools.product([*SCALARS, *ARRAYS], repeat=2):
        if isinstance(x, bool) and isinstance(y, bool):
            continue
        expected = types.type_of(operation(x, y))
        found = types.promote([types.type_of(x), types.type_of(y)])
        assert found == expected.dtype, (x, y)


def test_a_scalar_of_either_kind_promotes_where_the_kind_does_not_matter() -> None:
    either = AVal(Kind.EITHER, (), "f8")
    assert types.promote([either, types.array("f8", N)]) == "f8"
    with pytest.raises(KindError, match="depending on the path"):
        types.promote([either, types.array("f4", N)])


@pytest.mark.parametrize("k", range(20))
def test_broadcasting_is_numpys(k: int, seed: int) -> None:
    rng = np.random.default_rng([seed, k])
    for _ in range(100):
        shapes = [tuple(map(int, rng.choice([0, 1, 2, 3], rng.integers(0, 4)))) for _ in range(rng.integers(1, 4))]
        try:
            expected = np.broadcast_shapes(*shapes)
        except ValueError:
            with pytest.raises(ShapeError):
                types.broadcast(shapes)
            continue
        assert types.broadcast(shapes) == expected


def test_broadcasting_never_assumes_a_size() -> None:
    assert types.broadcast([(N, 3), (3,)]) == (N, 3) == types.broadcast([(N, 1), (1, 3)])
    assert types.broadcast([(N,), ()]) == (N,)
    with pytest.raises(ShapeError, match="n and m are not known to be equal"):
        types.broadcast([(N,), (M,)])
    with pytest.raises(ShapeError, match=r"n and n \+ 1 differ"):
        types.broadcast([(N,), (dims.add(N, 1),)])
    with pytest.raises(ShapeError, match="n and 2 are not known to be equal"):
        types.broadcast([(N,), (2,)])


def test_cotangents_leave_out_what_has_none() -> None:
    assert types.cotangent(types.array("f4", N)) == types.array("f4", N)
    assert types.cotangent(types.INT) is None and types.cotangent(Seq(types.BOOL)) is None
    assert types.cotangent(Seq(Opt(types.FLOAT))) == Seq(Opt(types.FLOAT))
    mixed = Alt((types.FLOAT, types.INT), (types.BOOL,))
    assert types.cotangent(mixed) == Alt((types.FLOAT,), ()) and types.cotangent(Alt((types.INT,), ())) is None
    assert types.cotangent(Saved("F")) == Saved("F'") == types.cotangent(Saved("F'"))


def test_kinds_and_shapes_that_do_not_go_together_are_refused() -> None:
    with pytest.raises(ValueError, match="has no shape"):
        AVal(Kind.NUMPY, (3,), "f8")
    with pytest.raises(ValueError, match="no Python number"):
        types.python("f4")


def test_sizes_are_found_and_replaced_in_every_type() -> None:
    t = Alt((Seq(types.array("f8", N)), types.INT), (Opt(types.array("f4", dims.mul(N, M))),))
    assert {str(a) for a in types.type_atoms(t)} == {"n", "m"}
    assert str(types.map_dims(t, lambda d: dims.substitute(d, lambda a: 2))) == "Alt[Seq[f8[2]]; int | Opt[f4[4]]]"
