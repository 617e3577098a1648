"""Whole programs, each against differences and, where it runs there, against autograd.

The levels are taken in turn; every third program is also differentiated twice.
"""

from __future__ import annotations

import copy
import inspect
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from symdiff.trees import flatten
from tests.programs.cases import Case
from tests.programs.checks import Checked
from tests.programs.science import dynamics, finance, geometry, imaging, learning, linear_algebra, statistics

MODULES = (dynamics, finance, geometry, imaging, learning, linear_algebra, statistics)
CASES = [case for module in MODULES for case in module.cases]
NUMBERED = list(enumerate(CASES))
IDS = [c.id for c in CASES]


@pytest.mark.parametrize(("number", "case"), NUMBERED, ids=IDS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_against_differences_and_autograd(number: int, case: Case) -> None:
    checked = Checked(case)
    gradient = checked.first_order(number % 3)
    if case.id not in NOT_IN_AUTOGRAD:
        for ours, theirs in zip(flatten(gradient)[0], flatten(by_autograd(checked, case))[0], strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-10)
    if number % 3 == 0:
        checked.fused((number // 3) % 3, gradient)
        checked.second_order((number // 3 + 1) % 3)


def test_there_are_many() -> None:
    assert len(CASES) >= 90 and len(set(IDS)) == len(IDS)
    assert len(CASES) - len(NOT_IN_AUTOGRAD) >= 30


# What autograd raises at: numbers stored in an array (ValueError); `math` and `int` of a traced number, in-place
# operators, objects as arguments (TypeError); methods its arrays lack (AttributeError).
NOT_IN_AUTOGRAD = {
    name: error
    for error, names in {
        "ValueError": """
            lorenz_fit wave_2d hodgkin_huxley gauss_seidel american_put rebalanced_portfolio longstaff_schwartz
            gaussian_blur edges bilateral_filter affine_warp richardson_lucy volume_rendering tomography
            multi_head_attention convolution_network policy_gradient soft_dynamic_time_warping
            connectionist_temporal k_means cholesky_by_hand jacobi_eigenvalues spline arnoldi strassen
            hmm_forward gaussian_mixture_em garch gaussian_process arma_css metropolis_energy
        """,
        "TypeError": """
            n_body spring_chain molecular_dynamics implied_volatility expected_shortfall inverse_kinematics
            bundle_adjustment ray_tracer gyroscope tour_length mlp_with_momentum lu_with_pivoting
            weibull_survival negative_binomial hamiltonian_trajectory
        """,
        "AttributeError": """
            crank_nicolson implicit_van_der_pol perona_malik total_variation seam graph_network gram_schmidt
            householder conjugate_gradient
        """,
    }.items()
    for name in names.split()
}


@pytest.mark.parametrize("name", sorted(NOT_IN_AUTOGRAD))
@pytest.mark.filterwarnings("ignore")
def test_what_autograd_does_not_run(name: str) -> None:
    case = CASES[IDS.index(name)]
    with pytest.raises((TypeError, ValueError, AttributeError, AssertionError)) as caught:
        by_autograd(Checked(case), case)
    assert type(caught.value).__name__ == NOT_IN_AUTOGRAD[name]


def by_autograd(checked: Checked, case: Case) -> Any:
    """The pullback of the cotangent by autograd, through the same text over its NumPy."""
    import autograd

    with over_autograd(sys.modules[case.function.__module__]) as module:
        function = getattr(module, case.function.__name__)
        outs, weights = flatten(checked.cotangent)[0], []
        weights = [w for w in outs if w is not None]

        def loss(wrt: Any) -> Any:
            args = list(copy.deepcopy(checked.args))
            for k, arg in zip(checked.wrt, wrt):
                args[k] = arg
            leaves = _leaves(function(*args))
            assert len(leaves) == len(outs)
            return sum(module.np.sum(w * leaf) for w, leaf in zip(weights, leaves))

        return autograd.grad(loss)(tuple(checked.args[k] for k in checked.wrt))


def _leaves(out: Any) -> list[Any]:
    if isinstance(out, tuple):
        return [leaf for part in out for leaf in _leaves(part)]
    return [out]


@contextmanager
def over_autograd(module: types.ModuleType) -> Iterator[types.ModuleType]:
    """The module again, `np` being autograd's."""
    name = module.__name__ + "_by_autograd"
    made = types.ModuleType(name)
    sys.modules[name] = made
    text = inspect.getsource(module)
    assert "import numpy as np\n" in text
    try:
        exec(
            compile(text.replace("import numpy as np\n", "import autograd.numpy as np\n"), name, "exec"), made.__dict__
        )
        yield made
    finally:
        del sys.modules[name]
