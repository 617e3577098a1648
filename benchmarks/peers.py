"""The same gradients by other systems; one that is not installed is reported as such, never skipped in silence."""

from __future__ import annotations

import types
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from benchmarks.workloads import Workload

PEERS = ("autograd", "jax", "torch")


def installed() -> dict[str, bool]:
    return {name: find_spec(name) is not None for name in PEERS}


def value_and_grad(peer: str, work: Workload) -> Callable[[], Any]:
    """A call that computes value and gradients with a peer."""
    return {"autograd": _autograd, "jax": _jax, "torch": _torch}[peer](work)


def _renamed(function: Any, numpy: Any) -> Any:
    """The user's function with `np` bound to the peer's NumPy."""
    return types.FunctionType(function.__code__, {**function.__globals__, "np": numpy}, function.__name__)


def _autograd(work: Workload) -> Callable[[], Any]:
    autograd, numpy = import_module("autograd"), import_module("autograd.numpy")
    made = autograd.value_and_grad(_renamed(work.function, numpy), argnum=work.argnums)
    return lambda: made(*work.args)


def _jax(work: Workload) -> Callable[[], Any]:
    jax = import_module("jax")
    jax.config.update("jax_enable_x64", True)
    made = jax.jit(jax.value_and_grad(_renamed(work.function, import_module("jax.numpy")), argnums=work.argnums))
    return lambda: jax.block_until_ready(made(*work.args))


def _torch(work: Workload) -> Callable[[], Any]:
    torch = import_module("torch")
    torch.set_num_threads(1)
    numpy = types.SimpleNamespace(
        exp=torch.exp,
        log=torch.log,
        mean=torch.mean,
        arange=torch.arange,
        maximum=lambda x, y: torch.clamp(x, min=y),
        sum=lambda x, axis, keepdims: torch.sum(x, dim=axis, keepdim=keepdims),
    )
    function = _renamed(work.function, numpy)
    args = [torch.tensor(np.asarray(a)) for a in work.args]
    for k in work.argnums:
        args[k].requires_grad_(True)

    def call() -> Any:
        value = function(*args)
        grads = torch.autograd.grad(value, [args[k] for k in work.argnums])
        return value.detach().numpy(), tuple(g.numpy() for g in grads)

    return call
