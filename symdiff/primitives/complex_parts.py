"""Writes into the real or the imaginary part of a complex array: `z.real[i] = v`, `z.imag[i] += v`.

NumPy's `z.real` is a view of z.  A write there leaves the other part as it is, bit for bit: neither infinities nor the
signs of zeros survive a product by 1j.  With cotangents transposed, not conjugated, what was stored as a real part has
the real part of the cotangent there, an imaginary part has minus its imaginary part.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symdiff.ir.core import Params
from symdiff.ir.types import Type
from symdiff.primitives.declare import LINEAR, numeric, prim
from symdiff.primitives.indexing import Spec, adding, may_repeat, subscript, update_infer

PARTS = ("real", "imag")


def _infer(ins: tuple[Type, ...], regions: tuple[()], spec: Spec, part: str, unique: bool = False) -> tuple[Type, ...]:
    z, v = numeric(ins[0]), numeric(ins[1])
    if not z.complex or v.dtype[0] != "f":
        raise TypeError(f"a part of a complex array is a float, not {v} of {z}")
    return update_infer(ins, regions, spec)


def _part_of(b: Any, ct: Any, part: str) -> Any:
    return b.real(ct) if part == "real" else -b.imag(ct)


def _overwritten_back(b: Any, ct: Any, z: Any, v: Any, *i: Any, spec: Spec, part: str, unique: bool = False) -> Any:
    return b.part_set(ct, 0.0, *i, spec=spec, part=part, unique=unique)


def _stored_back(b: Any, ct: Any, z: Any, v: Any, *i: Any, spec: Spec, part: str, unique: bool = False) -> Any:
    repeats = may_repeat(spec) and not unique
    return _part_of(b, (b.index_once if repeats else b.index)(ct, *i, spec=spec), part)


def _added_back(b: Any, ct: Any, z: Any, v: Any, *i: Any, spec: Spec, part: str, unique: bool = False) -> Any:
    return _part_of(b, b.index(ct, *i, spec=spec), part)


def _set_text(params: Params, ins: tuple[Type, ...]) -> str:
    return f"x.{params['part']}[{subscript(params['spec'])}] = v"


def _add_text(params: Params, ins: tuple[Type, ...]) -> str:
    return adding(f"x.{params['part']}", params)


def _pure(helper: str) -> Callable[..., str]:
    """A copy updated: only the interpreter runs this form, generated code prints the statement."""
    return lambda params, ins: f"{helper}(x, '{params['part']}', np.index_exp[{subscript(params['spec'])}], v)"


_SET_HELPER = '''
def _put_a_part(x, part, index, v):
    """A copy of x with v as the real or imaginary part at an index."""
    x = x.copy("K")
    getattr(x, part)[index] = v
    return x
'''
_ADD_HELPER = '''
def _add_to_a_part(x, part, index, v):
    """A copy of x with v added to the real or imaginary part at an index; repeated positions add up."""
    x = x.copy("K")
    np.add.at(getattr(x, part), index, v)
    return x
'''


def _samples(rng: np.random.Generator) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
    spec: Spec = (("slice", 1, -1, None, 3),)
    rows: Spec = (("at", None), ("slice", None, None, -2, 2))
    found: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
    for part in PARTS:
        z = rng.normal(size=5) + 1j * rng.normal(size=5)
        found.append(((z, rng.normal(size=3)), {"spec": spec, "part": part}))
        z = rng.normal(size=(3, 4)) + 1j * rng.normal(size=(3, 4))
        found.append(((z, rng.normal(size=2), -1), {"spec": rows, "part": part}))
        z = rng.normal(size=(4, 3)) + 1j * rng.normal(size=(4, 3))
        found.append(((z, rng.normal(size=(4, 3)), np.array([0, 2, 2, 1])), {"spec": (("array",),), "part": part}))
    return found


_MOVES = "moves elements, has no SymPy form"

part_set = prim("part_set", "x v *i", LINEAR, params=("spec", "part", "unique"), infer=_infer,
    numpy=_pure("_put_a_part"), inplace=_set_text, consumes=0, helper=_SET_HELPER, masks=True,
    transpose=(_overwritten_back, _stored_back, None), rule=("1 outside", "", ""), numerical=_MOVES,
    samples=_samples)  # fmt: skip
part_add = prim("part_add", "x v *i", LINEAR, params=("spec", "part", "unique"), infer=_infer,
    numpy=_pure("_add_to_a_part"), inplace=_add_text, consumes=0, helper=_ADD_HELPER,
    transpose=(lambda b, ct, *ins, **p: ct, _added_back, None), rule=("1", "", ""), numerical=_MOVES,
    samples=_samples)  # fmt: skip
