"""Helpers and methods each of which calls the next one twice: compiled once each, not as often as they run."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

import symdiff

DEEP = 12  # as many helpers: the last one runs 2 ** 11 times
FUNCTIONS = "def h{0}(x):\n    return x * 0.1 + {1}\n"
LAMBDAS = "h{0} = lambda x: x * 0.1 + {1}\n"
INSIDE = "    def h{0}(x):\n        return x * 0.1 + {1}\n"
TWICE = "h{0}(x) * h{0}(x + 1) * 0.1"
IN_BRANCHES = "(h{0}(x) if x > 0.5 else h{0}(x + 1))"


@pytest.mark.parametrize(
    ("form", "body"), [(FUNCTIONS, TWICE), (LAMBDAS, TWICE), (INSIDE, TWICE), (FUNCTIONS, IN_BRANCHES)]
)
def test_a_chain_is_compiled_once(form: str, body: str, tmp_path: Path) -> None:
    helpers = "".join(form.format(k, body.format(k - 1) if k else "1.0") for k in range(DEEP))
    call = f"    return h{DEEP - 1}(x)\n"
    _check(f"def f(x):\n{helpers}{call}" if form is INSIDE else f"{helpers}def f(x):\n{call}", tmp_path)


CLASS = "class Model:\n    def __init__(self, k):\n        self.k, self.calls = k, [k]\n{0}"
METHOD = "    def h{0}(self, x):\n        return x * 0.1 + {1}\n"
WRITES = "    def h{0}(self, x):\n        self.k = self.k * 0.99 + x * 0.01\n        return x * 0.1 + {1}\n"
OPERATOR = "    def h{0}(self, x):\n        return self @ x * 0.1 + {1}\n"
DEFINED = "    def __matmul__(self, x):\n        return self.k * x\n"
MADE = "Model(self.k).h{0}(x) * Model(x).h{0}(self.k) * 0.1"


@pytest.mark.parametrize(
    ("form", "body"),
    [
        (METHOD, TWICE.replace("h{0}", "self.h{0}")),
        (WRITES, TWICE.replace("h{0}", "self.h{0}")),
        (OPERATOR, IN_BRANCHES.replace("h{0}", "self.h{0}")),
        (METHOD, MADE),
    ],
    ids=["reading", "writing", "operators", "of new objects"],
)
def test_a_chain_of_methods_is_compiled_once(form: str, body: str, tmp_path: Path) -> None:
    methods = "".join(form.format(k, body.format(k - 1) if k else "self.k") for k in range(DEEP))
    _check(f"{CLASS.format(methods + DEFINED)}def f(x):\n    return Model(x * x).h{DEEP - 1}(x)\n", tmp_path)


def _check(text: str, folder: Path) -> None:
    (folder / "chain.py").write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("chain", folder / "chain.py")
    assert spec is not None and spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    value, gradient = symdiff.value_and_grad(module.f)(0.13)
    assert value == pytest.approx(module.f(0.13), rel=1e-12)
    assert gradient == pytest.approx((module.f(0.13 + 1e-6) - module.f(0.13 - 1e-6)) / 2e-6, rel=1e-6)
    primal = symdiff.generate(module.f, functions=("primal",), level=0)
    assert len(primal.splitlines()) < 800
