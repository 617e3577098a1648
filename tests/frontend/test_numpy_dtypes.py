"""Results have NumPy's dtypes, for arrays of float32, of complex64 and of integers."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff import trees
from symdiff.errors import CompileError
from tests.frontend.running import compiled, run
from tests.frontend.test_numpy_keywords import ARRAYS, CALLS, programs

MORE = """
quantile(V,[0.1,0.9]) quantile(V,np.float64(0.3)) percentile(M,[10,90],axis=1) nanpercentile(G,[30,40])
vander(V,2) polyadd(V,V[:2]) polyadd(V[:2],V) polysub(V[:2],V) polyfit(W,V,1,w=W)
nanmean(M,axis=0) nanvar(M,axis=1) nanstd(M,ddof=1) mean(M,where=M>0) var(M,where=M>0) std(M,axis=1,where=M>-9)
max(V,initial=np.float64(0.3)) min(V,initial=np.float64(0.3),where=V>0) sum(V,initial=np.float64(0.3))
prod(V,initial=np.float64(0.3)) max(V,initial=9) sum(V,initial=0.5) geomspace(abs(V[0])+1,9,4) geomspace(1,W[0],4)
logspace(V[0],2,4) linspace(V[0],V[1],4) ldexp(V,2) ldexp(V[0],2) ldexp(V,N) gradient(V,np.arange(4.0)**2)
gradient(V,2.0) gradient(V,np.float64(2.0)) average(M,weights=np.abs(M)+1) trapezoid(V,np.arange(4.0)) polyval(V,N)
polynomial.polynomial.polyval(V,N) interp(V,np.arange(3.0),np.arange(3.0)) clip(V,np.float64(0),1)
pad(V,1,constant_values=2.5) insert(V,1,2.5) append(V,2.5) append(V,N) where(V>0,V,0.5) where(V>0,V,np.float64(0))
select([V>0],[V],2.5) linalg.norm(V,3) linalg.norm(V,0) linalg.norm(V,1) linalg.norm(M,1) linalg.norm(V,-np.inf)
modf(N) nanmax(N) nanmin(N) nanmean(N)
nanvar(N) nanmedian(N) heaviside(V,0.5) sum([V[0],V[1]]) array([V[0],N[0]]) stack([V,N]) sum(N,dtype=float)
asarray(np.r_[V[0],1]) asarray(np.r_[V[0],1.0]) asarray(np.r_[V[0],1,2.5]) asarray(np.r_[V[0],True])
asarray(np.r_[V[0],V[1],3]) asarray(np.r_[V,2]) asarray(np.r_[2,V,0.5]) asarray(np.r_[N,2.5]) asarray(np.r_[N[0],2.5])
asarray(np.r_[N[0],V[0],2.5]) asarray(np.r_[V>0,2]) asarray(np.r_[1,2.5]) asarray(np.r_[V[0],1j])
asarray(np.r_[0:3,V[0],1.0]) asarray(np.c_[V,N]) asarray(np.r_[V[0],np.float64(2)])
select([V>0,V<0],[V,1.0]) select([V>0,V<0],[V[0],1],2.0) select([V>0],[V],2.0) select([V>0],[1],0.5)
select([V>0,V<0],[1.0,2],V[0]) select([V>0,V<0],[1.0,V],0) select([V>0,N>0],[N,2.5]) select([V>0],[1.0],np.float64(2))
sum(V,where=V>0,initial=0.5) prod(V,where=V>0,initial=0.5) min(V,initial=0.5,where=V>0) polyval([],V)
polyval([],V[0]) polyval([1,2.5],V[0]) nan_to_num(V[0],nan=1.0) dot(V[0],2) dot(V,2.5) inner(V,2) inner(V[0],2.5)
inner(2,2.5) tensordot(V,0.4,0) tensordot(2,V,0) add.outer(V,0.4) multiply.outer(2,V[0]) subtract.outer(V,V)
clip(2.5,None,V[0]) clip(0.7,V[0],None) clip(0.7,V[0],V[1]) choose(1,[V[0],2.5,3]) choose(0,[1,2.5,V[0]])
choose(0,[2.5]) choose([0,0],[V[0]]) choose(1,[V,2.5]) vectorize(np.negative)(V) vectorize(np.exp)(N[0])
apply_along_axis(np.sum,0,V) apply_along_axis(np.cumsum,0,V) transpose(2.5) transpose(V[0]) fmax(V,0.5) fmin(V[0],N[0])
mean(N,dtype=np.float32) mean(V>0) cumprod(N>0) kron(V,N) power(V,N) float_power(V,2) hypot(V,2.0)
""".split()  # noqa: SIM905


def converted(kind: str) -> tuple[Any, ...]:
    """The arrays of the keyword tests in another dtype."""
    if kind == "i8":
        return tuple((np.nan_to_num(v) * 3 + 5).astype(np.int64) for v in ARRAYS.values())
    return tuple(v.astype(kind) if v.dtype.kind == "f" else v for v in ARRAYS.values())


def types(result: Any) -> list[tuple[type, np.dtype[Any], tuple[int, ...]]]:
    leaves, _ = trees.flatten(result)
    return [(type(x), np.asarray(x).dtype, np.shape(x)) for x in leaves]


COMPLEX = """
corrcoef(V,W) correlate(V,W[:3]) correlate(W[:3],V,'same') correlate(V,W[:3],'full') correlate(V,N) correlate(N,V)
vecdot(V,N) vecdot(N,V) vecdot(C,V) linalg.vecdot(M,M) vecmat(V,S) matvec(S,V) vdot(V,W) vdot(N,V) inner(V,W)
maximum(V,0.5) maximum(0.5,V[0]) fmin(V[0],V[1]) std(V,where=N>1) var(M,axis=0) cov(M,rowvar=False) cov(V[0:1],W[0:1])
""".split()  # noqa: SIM905


def test_complex_numbers_with_imaginary_parts() -> None:
    """What a real number is its own conjugate in: NumPy's numbers to the last digits."""
    rng = np.random.default_rng(4)
    args = [v + 1j * rng.normal(size=v.shape) if v.dtype.kind == "f" else v for v in ARRAYS.values()]
    compared, wrong = 0, []
    for call in CALLS + MORE + COMPLEX:
        f = programs(call, "")[0]
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
                wanted, found = f(*args), run(compiled(f, *args), *args)
        except (TypeError, ValueError, IndexError, CompileError):
            continue  # one of the two takes no complex numbers
        compared += 1
        leaves = zip(trees.flatten(found)[0], trees.flatten(wanted)[0], strict=True)
        if types(found) != types(wanted) or not all(np.allclose(a, b, 1e-9, 1e-12, equal_nan=True) for a, b in leaves):
            wrong.append((call, found, wanted))
    assert wrong == []
    assert compared > 320


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ["f4", "i8", "c8"])
def test_dtypes_of_results(kind: str) -> None:
    """Of everything that NumPy and symdiff compute; the numbers, which are NumPy's at full precision, roughly."""
    args, compared, wrong = converted(kind), 0, []
    for call in CALLS + MORE:
        f = programs(call, "")[0]
        try:
            wanted = f(*args)
            found = run(compiled(f, *args), *args)
        except (TypeError, ValueError, IndexError, CompileError):
            continue  # one of the two does not take this dtype
        compared += 1
        leaves = zip(trees.flatten(found)[0], trees.flatten(wanted)[0], strict=True)
        if types(found) != types(wanted) or not all(np.allclose(a, b, 1e-3, 1e-3, equal_nan=True) for a, b in leaves):
            wrong.append((call, types(found), types(wanted)))
    assert wrong == []
    assert compared > 240


@pytest.mark.parametrize("level", range(3))
def test_derivatives_by_complex_numbers(level: int) -> None:
    """Along directions of both parts, against differences."""
    rng = np.random.default_rng(5)
    v, w, dv, dw = rng.normal(size=(4, 5)) + 1j * rng.normal(size=(4, 5))

    def f(v, w):
        found = np.cov(v, w)[0, 1] * np.conj(np.corrcoef(v, w)[1, 0]) + np.vecdot(v, w) * np.correlate(v, w[:3])[1]
        return np.abs(found) + np.maximum(v[0], 0.1).imag

    value, (gv, gw) = symdiff.value_and_grad(f, (0, 1), level=level)(v, w)
    assert value == pytest.approx(f(v, w), rel=1e-12)
    h = 1e-6
    expected = (f(v + h * dv, w + h * dw) - f(v - h * dv, w - h * dw)) / (2 * h)
    _, tangent = symdiff.jvp(f, (v, w), (dv, dw))
    assert tangent == pytest.approx(expected, rel=1e-6)
    assert np.real(np.sum(gv * dv) + np.sum(gw * dw)) == pytest.approx(expected, rel=1e-6)
