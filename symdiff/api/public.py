"""`grad`, `value_and_grad`, `vjp`, `jvp`, `hvp` and the Jacobians, as functions and decorators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdiff.api.given import Starred, takes_any
from symdiff.api.jacobians import Hessian, Jacfwd, Jacrev
from symdiff.api.like import Like, named
from symdiff.api.parameters import name_of
from symdiff.api.transforms import Function, Grad, Pullback, ValueAndGrad, compiled_for
from symdiff.errors import UsageError
from symdiff.frontend.derivative import FIRST, Names, maker


@maker
def grad(
    fun: Function | None = None,
    argnums: int | Sequence[int] = FIRST,
    *,
    wrt: Names = None,
    has_aux: bool = False,
    level: int = 2,
    static: str | Sequence[str] = (),
) -> Any:
    """The gradient of `fun`, a function with the same parameters.  Also a decorator, with and without arguments.

    `argnums` are positions, `wrt` names of the arguments to differentiate by: one gives its gradient, several (or a
    sequence of one) a tuple.  A gradient has the structure, shape, dtype and kind of its argument.  `fun` returns a
    real scalar; with `has_aux` a pair (scalar, aux), and the result is (gradient, aux).  `static` names arguments to
    compile for by value; `level` is 0, 1 or 2 (see the guide).

    >>> grad(lambda x, y: (x + y) * x)(3.0, 4.0)
    10.0
    >>> @grad(wrt=("x", "y"))
    ... def f(x, y):
    ...     return (x + y) * x
    >>> f(3.0, y=4.0)
    (10.0, 3.0)

    Raises UsageError for wrong `argnums` or `wrt` and for a result that is no scalar, CheckError for an argument that
    cannot be differentiated, CompileError for a function that cannot be compiled.
    """
    return _decorate(Grad, fun, argnums, wrt=wrt, has_aux=has_aux, level=level, static=static)


@maker
def value_and_grad(
    fun: Function | None = None,
    argnums: int | Sequence[int] = FIRST,
    *,
    wrt: Names = None,
    has_aux: bool = False,
    level: int = 2,
    static: str | Sequence[str] = (),
) -> Any:
    """Value and gradient of `fun`, computed together; parameters and errors are those of `grad`.

    The value is what `fun` returns, the gradient what `grad` gives.  With `has_aux` the result is
    ((value, aux), gradient).

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """
    return _decorate(ValueAndGrad, fun, argnums, wrt=wrt, has_aux=has_aux, level=level, static=static)


@maker
def jacrev(
    fun: Function | None = None,
    argnums: int | Sequence[int] = FIRST,
    *,
    wrt: Names = None,
    has_aux: bool = False,
    level: int = 2,
    static: str | Sequence[str] = (),
) -> Any:
    """The Jacobian of `fun`, by rows of the pullback: for few results and many arguments.  Parameters as in `grad`.

    For a result y and an argument x the Jacobian is ``J[i…, j…] = ∂y[i…]/∂x[j…]``, an array of the shape
    ``y.shape + x.shape`` and the dtype of x; a number by a number gives a number of the kind of x.  A container of
    results gives the same container of Jacobians, several arguments a tuple, a container of arguments its structure
    in the place of each result.  With `has_aux` `fun` returns a pair (results, aux), and the result is (Jacobian, aux).
    It is also a decorator, with and without arguments.

    The notes call ∂y/∂x the matrix "input × output": the transpose of this one, if y and x are vectors.

    >>> import numpy as np
    >>> W = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    >>> jacrev(lambda x: W @ x)(np.ones(3))
    array([[1., 2., 3.],
           [4., 5., 6.]])
    >>> jacrev(lambda x, y: {"product": x * y}, argnums=(0, 1))(2.0, 3.0)
    {'product': (3.0, 2.0)}

    Raises UsageError for wrong `argnums` or `wrt` and for a result that is no real float, CheckError for an argument
    that is none, CompileError for a function that cannot be compiled.
    """
    return _decorate(Jacrev, fun, argnums, wrt=wrt, has_aux=has_aux, level=level, static=static)


@maker
def jacobian(
    fun: Function | None = None,
    argnums: int | Sequence[int] = FIRST,
    *,
    wrt: Names = None,
    has_aux: bool = False,
    level: int = 2,
    static: str | Sequence[str] = (),
) -> Any:
    """`jacrev` by another name: parameters, shapes and errors are the same.

    >>> import numpy as np
    >>> jacobian(lambda f, g: f * g)(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    array([[3., 0.],
           [0., 4.]])
    """
    return _decorate(Jacrev, fun, argnums, wrt=wrt, has_aux=has_aux, level=level, static=static)


@maker
def jacfwd(
    fun: Function | None = None,
    argnums: int | Sequence[int] = FIRST,
    *,
    wrt: Names = None,
    has_aux: bool = False,
    level: int = 2,
    static: str | Sequence[str] = (),
) -> Any:
    """The Jacobian of `fun`, by columns of the tangent: for many results and few arguments.

    Parameters, shapes and errors are those of `jacrev`.

    >>> import numpy as np
    >>> jacfwd(lambda t: np.array([t, t * t]))(3.0)
    array([1., 6.])
    """
    return _decorate(Jacfwd, fun, argnums, wrt=wrt, has_aux=has_aux, level=level, static=static)


@maker
def hessian(
    fun: Function | None = None,
    argnums: int | Sequence[int] = FIRST,
    *,
    wrt: Names = None,
    has_aux: bool = False,
    level: int = 2,
    static: str | Sequence[str] = (),
) -> Any:
    """The Hessian of the scalar function `fun`: the Jacobian of its gradient, forward over reverse.

    For one argument x it has the shape ``x.shape + x.shape``; for several it is a tuple of rows, each a tuple; for
    containers the structure of the argument twice.  With `has_aux` the result is (Hessian, aux).  To multiply by a
    vector, `hvp` is cheaper.  Raises as `grad` does, and CheckError for a complex argument.

    >>> import numpy as np
    >>> hessian(lambda x: x[0] * x[0] * x[1])(np.array([3.0, 5.0]))
    array([[10.,  6.],
           [ 6.,  0.]])
    """
    return _decorate(Hessian, fun, argnums, wrt=wrt, has_aux=has_aux, level=level, static=static)


def _decorate(made: type[ValueAndGrad | Jacrev], fun: Function | None, argnums: Any, **options: Any) -> Any:
    if fun is None:
        return lambda decorated: _decorate(made, decorated, argnums, **options)
    if not callable(fun):
        raise UsageError.of("SD726", type=type(fun).__name__)
    if takes_any(fun) is not None:
        return Starred(made, made.kind, fun, argnums, **options)
    return made(fun, argnums, **options)


@maker
def vjp(fun: Function, *primals: Any) -> tuple[Any, Pullback]:
    """The value of ``fun(*primals)``, and a function from a cotangent of it to the tuple of the primals' cotangents.

    The cotangent has the structure and shapes of the value; the primals' cotangents have structure, shapes, dtypes and
    kinds of the primals.  The pullback may be called again.

    >>> y, pullback = vjp(lambda x, w: x * w, 2.0, 3.0)
    >>> y, pullback(1.0)
    (6.0, (3.0, 2.0))

    Raises CheckError for a primal that holds no floats and for a cotangent that does not fit, CompileError for a
    function that cannot be compiled, UsageError for what is no function.
    """
    made: tuple[Any, Pullback] = compiled_for("forward", fun, len(primals))(*primals)
    return made


@maker
def jvp(fun: Function, primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """The value of ``fun(*primals)`` and its derivative along `tangents`, which are like the primals.

    Both are tuples, an entry for each argument; the derivative has the structure, shapes and dtypes of the value.

    >>> jvp(lambda x, w: x * w, (2.0, 3.0), (1.0, 0.0))
    (6.0, 3.0)

    Raises UsageError for what are no two tuples of one length, else as `vjp` does.
    """
    made: tuple[Any, Any] = _along("jvp", fun, primals, tangents)
    return made


@maker
def hvp(fun: Function, primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
    """The Hessian of the scalar function `fun` at `primals` times `tangents`: like the primal, a tuple for several.

    Forward over reverse: about four times the cost of `fun`, at any size.

    >>> hvp(lambda x: x * x * x, (2.0,), (1.0,))
    12.0

    Raises UsageError for a result that is no real scalar, else as `jvp` does.
    """
    return _along("hvp", fun, primals, tangents)


def _along(kind: str, fun: Function, primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
    if not isinstance(primals, tuple | list) or not isinstance(tangents, tuple | list):
        wrong = primals if not isinstance(primals, tuple | list) else tangents
        raise UsageError.of("SD719", what="primals and", name="tangents", found=named(wrong), expected="tuples")
    if len(primals) != len(tangents):
        found, expected = (f"a tuple of {len(part)}" for part in (tangents, primals))
        raise UsageError.of("SD719", what="the tangents of", name=name_of(fun), found=found, expected=expected)
    made = compiled_for(kind, fun, len(primals))
    for p, primal, tangent in zip(made.parameters, primals, tangents, strict=False):
        Like(primal).check("the tangent of", p.name, tangent)
    for p in made.parameters[len(primals) :]:
        if p.required:
            raise UsageError.of("SD727", function=name_of(fun), name=p.name)
    rest = [made.definition.default(p) for p in made.parameters[len(primals) :]]
    return made(*primals, *rest, *tangents)
