"""Every keyword of NumPy's functions is honoured or refused, also where it decides between a view and a copy."""

from __future__ import annotations

import ast
import inspect
import linecache
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symdiff.errors import CompileError
from symdiff.frontend.python import numpy_calls
from tests.frontend.running import check

RNG = np.random.default_rng(12)
ARRAYS: dict[str, Any] = {
    "V": RNG.normal(size=4), "W": np.cumsum(RNG.uniform(0.5, 2.0, 4)), "M": RNG.normal(size=(3, 4)),
    "S": RNG.normal(size=(4, 4)) + 4 * np.eye(4), "C": RNG.normal(size=(2, 3, 4)), "N": np.array([1, 3, 0, 2]),
    "G": np.array([1.0, np.nan, 3.0, 2.0]),
}  # fmt: skip
CALLS = """
all(M) allclose(V,W) amax(M) amin(M) angle(V+1j) any(M) append(M,M) apply_along_axis(np.cumsum,1,M) argmax(M)
argmin(M) apply_over_axes(np.sum,C,[0]) arange(1,4) argpartition(V,1) argsort(M) argwhere(M) around(M) array(M)
array(V[0]) array_equal(V,W) array_split(V,3) asanyarray(M) asarray(M) ascontiguousarray(M) atleast_1d(V) atleast_2d(V)
atleast_3d(V) average(M) bincount(N,V) block([V,W]) broadcast_arrays(V,M) broadcast_to(V,(3,4)) choose(N%2,[V,W])
clip(V,-0.5,0.5) column_stack([V,W]) compress(N>0,V) concat([M,M]) concatenate([M,M]) convolve(V,W) copy(M)
corrcoef(M) correlate(V,W) count_nonzero(M) cov(M) cov(V,W) cross(M[:,1:],M[:,:3]) cumprod(M) cumsum(M)
cumulative_prod(V) cumulative_sum(V) delete(M,1) diag(M) diag(V) diag_indices(3) diag_indices_from(S) diagflat(V)
diagonal(C) diff(M) digitize(V,W) dot(M,V) dsplit(C,2) dstack([M,M]) ediff1d(V) einsum('ij,j->i',M,V) expand_dims(V,0)
extract(V>0,V) eye(3) fft.fft(M) fft.fft2(M) fft.fftfreq(4) fft.fftn(M) fft.fftshift(M) fft.ifft(M) fft.ifft2(M)
fft.ifftn(M) fft.ifftshift(M) fft.irfft(M+1j) fft.irfft2(M+1j) fft.irfftn(M+1j) fft.rfft(M) fft.rfft2(M)
fft.rfftfreq(4) fft.rfftn(M) fix(V) flatnonzero(M) flip(M) fliplr(M) flipud(M) fromfunction(np.add,(2,3))
fromiter(V,float) full((2,3),V[0]) full_like(M,V[0]) geomspace(1.0,8.0,4) gradient(M) hsplit(M,2) hstack([M,M])
identity(3) imag(M+1j) indices((2,3)) inner(M,M) insert(V,1,2.0) interp(V,W,V) isclose(V,W) ix_([0,2],[1]) kron(M,M)
lexsort((V,N)) nanargmax(M) nanargmin(M) rollaxis(C,2)
lib.stride_tricks.sliding_window_view(M,(2,2)) linalg.cholesky(S@S.T) linalg.cond(S) linalg.cross(M[:,1:],M[:,:3])
linalg.det(S) linalg.diagonal(C) linalg.eigh(S@S.T) linalg.eigvalsh(S@S.T) linalg.inv(S) linalg.lstsq(S,V)[0]
linalg.matmul(M,V) linalg.matrix_norm(M) linalg.matrix_power(S,2) linalg.matrix_transpose(M) linalg.multi_dot([M,S])
linalg.norm(M) linalg.outer(V,W) linalg.pinv(S) linalg.qr(S) linalg.slogdet(S) linalg.solve(S,V) linalg.svd(S)
linalg.svdvals(S) linalg.tensordot(S,S) linalg.tensorinv(C.reshape(4,3,2)[:,:2],1) linalg.tensorsolve(S,V)
linalg.trace(S) linalg.vecdot(M,V) linalg.vector_norm(M) linspace(0.0,V[0],4) logspace(0.0,1.0,4) matrix_transpose(M)
max(M) mean(M) median(M) meshgrid(V,W) min(M) moveaxis(C,0,1) nan_to_num(G) nancumprod(G) nancumsum(G) nanmax(G)
nanmean(G) nanmedian(G) nanmin(G) nanpercentile(G,30) nanprod(G) nanquantile(G,0.3) nanstd(G) nansum(G) nanvar(G)
ndim(M) nonzero(M) ones((2,3)) ones_like(M) outer(V,W) pad(V,1) partition(V,1) percentile(M,30) permute_dims(M)
piecewise(V,[V>0],[1.0,2.0]) polyadd(V,W) polyder(V) polyfit(W,V,1) polyint(V) polymul(V,W)
polynomial.polynomial.polyval(V,W) polysub(V,W) polyval(V,W) prod(M) ptp(M) quantile(M,0.3) ravel(M)
ravel_multi_index((N[:2],N[2:]),(4,4)) real(M) repeat(M,2) reshape(M,(4,3)) resize(V,(2,3)) roll(M,1) rot90(M) round(M)
searchsorted(W,V) select([V>0],[V]) shape(M) sinc(V) size(M) sort(M) split(M,3) squeeze(M[:1]) stack([M,M]) std(M)
sum(M) swapaxes(M,0,1) take(M,[0,2]) take_along_axis(M,np.argsort(M,axis=1)) tensordot(S,S) tile(V,2) trace(C)
transpose(M) trapezoid(M) tril(M) tril_indices(3) tril_indices_from(M) triu(M) triu_indices(3) triu_indices_from(M)
unravel_index(N,(2,2)) unstack(M) unwrap(M) vander(V) var(M) vdot(V,W) vsplit(M,3) vstack([M,M]) where(V>0,V,W)
zeros((2,3)) zeros_like(M) exp(V) add(V,W) matmul(M,V) vecdot(M,V) matvec(M,V) vecmat(V,S) modf(V) divmod(V,W)
""".split()  # noqa: SIM905
# what is given for a keyword; NumPy takes one of them at least
VALUES = {
    "axis": ["0", "1", "-1", "None", "(0,1)"], "keepdims": ["True"], "dtype": ["np.float32", "complex", "int"],
    "order": ["'F'"], "where": ["M>0", "V>0", "True"], "initial": ["2.0"], "ddof": ["1"], "k": ["1", "-1"],
    "copy": ["False", "True", "None"], "count": ["2", "4"],
    "offset": ["1", "-1"], "axis1": ["1", "2"], "axis2": ["0", "2"], "decimals": ["1"], "equal_nan": ["True"],
    "rtol": ["0.5"], "atol": ["0.5"], "deg": ["True"], "kind": ["'stable'", "'introselect'"], "stable": ["True"],
    "ndmin": ["3"], "ndmax": ["1"], "subok": ["True", "False"],
    "weights": ["N", "np.abs(M)", "W", "W,method='inverted_cdf'", "abs(M),method='inverted_cdf'"],
    "returned": ["True"],
    "minlength": ["9"], "mode": ["'wrap'", "'same'", "'reflect'", "'r'", "'clip'"], "casting": ["'unsafe'"],
    "rowvar": ["False"], "y": ["M", "V"], "x": ["W"], "bias": ["True"], "fweights": ["N"], "aweights": ["W"],
    "include_initial": ["True"], "prepend": ["1.0"], "append": ["1.0"], "right": ["True"], "to_end": ["9.0"],
    "to_begin": ["9.0"], "optimize": ["True"], "shape": ["(2,5)", "6"], "d": ["0.5"], "n": ["2", "3", "8"],
    "s": ["(2,3)"], "norm": ["'ortho'", "'forward'"], "endpoint": ["False"], "edge_order": ["2"], "left": ["7.0"],
    "right ": ["7.0"], "period": ["3.0"], "writeable": ["True"], "upper": ["True"], "p": ["1", "np.inf"],
    "UPLO": ["'U'"], "rcond": ["0.5"], "hermitian": ["True"], "full_matrices": ["False"], "compute_uv": ["False"],
    "ord": ["1", "np.inf", "'nuc'"], "axes": ["(1,0)", "1", "(0,)", "((0,),(1,))", "(0,2,1)"], "base": ["2.0"],
    "retstep": ["True"], "overwrite_input": ["True"], "sparse": ["True"], "indexing": ["'ij'"], "nan": ["5.0"],
    "posinf": ["5.0"], "neginf": ["5.0"], "method": ["'lower'", "'hazen'"], "constant_values": ["5.0"], "m": ["2", "5"],
    "correction": ["1"], "mean": ["0.5", "np.array([[0.5]])"], "full": ["True"], "w": ["W"], "cov": ["True"],
    "tensor": ["False"], "side": ["'right'"], "sorter": ["N"], "default": ["5.0"], "discont": ["0.5"],
    "start": ["1"], "increasing": ["True"], "N": ["2"], "M": ["2"], "num": ["5"], "step": ["2"], "stop": ["9"],
    "ndim": ["3"], "descending": ["True"],
    "dx": ["0.5"], "axisa": ["0"], "axisb": ["0"], "axisc": ["0"], "a_min": ["0.0"], "a_max": ["0.0"], "min": ["0.0"],
    "max": ["0.0"], "ind": ["1", "2"], "window_shape": ["2"],
}  # fmt: skip
NEVER = ("out", "like", "device", "args", "kwargs", "kw", "signature")  # `out=` has its own tests
NOT_TAKEN = ("order", "min", "max")  # sorting takes it of records alone; np.clip, where a_min is not given
UFUNCS = ("where", "dtype", "axis", "keepdims", "order", "casting")


def numpys(call: str) -> Any:
    found: Any = np
    for part in call.partition("(")[0].split("."):
        found = getattr(found, part)
    return found


def keywords(call: str) -> list[str]:
    """The keywords of NumPy's function that the call leaves at their default."""
    function = numpys(call)
    if isinstance(function, np.ufunc):
        return list(UFUNCS)
    given = next(len(n.args) for n in ast.walk(ast.parse(call)) if isinstance(n, ast.Call))
    parameters = list(inspect.signature(function).parameters.values())[given:]
    return [p.name for p in parameters if p.default is not p.empty and p.name not in NEVER]


def made(text: str) -> Callable[..., Any]:
    """The function with this text, which can be read back."""
    name = f"<keywords {text}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    found: dict[str, Any] = {"np": np}
    exec(compile(text, name, "exec"), found)
    return found["f"]


def programs(call: str, given: str) -> list[Callable[..., Any]]:
    """The call; and the call, after which its arguments are written."""
    head, _, tail = call.rpartition(")")
    whole = f"np.{head}{given and ', ' + given}){tail}"
    used = [name for name in ARRAYS if any(name == c for c in whole.replace("np.", ""))]
    copies = "".join(f"    {name} = {name} * 1\n" for name in used)
    writes = "".join(f"    {name} += 1\n" for name in used)
    header = f"def f({', '.join(ARRAYS)}):\n"
    return [made(f"{header}    return {whole}\n"), made(f"{header}{copies}    r = {whole}\n{writes}    return r\n")]


def agrees_or_is_refused(call: str, given: str) -> bool:
    """Whether NumPy takes the call."""
    args = tuple(ARRAYS.values())
    for program in programs(call, given):
        try:
            with np.errstate(all="ignore"):
                program(*args)
        except (TypeError, ValueError, IndexError, AttributeError, NotImplementedError, np.linalg.LinAlgError):
            return False
        try:
            check(program, args, rtol=1e-13)
        except CompileError:
            return True
    return True


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("call", CALLS)
def test_each_keyword_is_honoured_or_refused(call: str) -> None:
    assert agrees_or_is_refused(call, "")
    for keyword in keywords(call):
        taken = [agrees_or_is_refused(call, f"{keyword}={value}") for value in VALUES[keyword]]
        assert any(taken) or keyword in NOT_TAKEN or isinstance(numpys(call), np.ufunc), keyword


def test_every_function_is_called() -> None:
    """But those that write into an argument, what is refused whole, and elementwise functions, which are all alike."""
    others = {"copyto", "fill_diagonal", "put", "put_along_axis", "putmask", "place", "empty", "empty_like",
              "linalg.eig", "linalg.eigvals", "trapz"}  # fmt: skip
    called = {call.partition("(")[0] for call in CALLS} | others
    names = {n for n in numpy_calls.names() if not n.startswith(("math.", "scipy.", "itertools."))}
    assert {n for n in names - called if not isinstance(numpys(n), np.ufunc)} == set()
