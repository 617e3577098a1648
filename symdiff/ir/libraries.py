"""The modules that the texts of primitives may name.

A module is imported when a text that names it is run, and by a generated module that contains one: SciPy is there only
where the user's function called it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from typing import Any

from symdiff.ir import errstate
from symdiff.ir.core import Program, walk

IMPORTS = {
    "bisect": "import bisect",
    "collections": "import collections",
    "dataclasses": "import dataclasses",
    "functools": "import functools",
    "math": "import math",
    "types": "import types",
    "typing": "import typing",
    "np": "import numpy as np",
    "scipy": "import scipy.special",
}
# SciPy's other modules are named by the operations that call them; `types` is also a variable.
_NAMED = {"scipy": r"\bscipy\.special\.", "types": r"\btypes\.SimpleNamespace\b"}


def named(text: str) -> list[str]:
    """The libraries that a text names, in the order of their import statements.

    >>> named("np.exp(x) + scipy.special.erf(x)")
    ['np', 'scipy']
    """
    return [name for name in IMPORTS if re.search(_NAMED.get(name, rf"\b{name}\."), text)]


def of_library(module: str) -> bool:
    """Whether a module is NumPy's, SciPy's or the standard library's, whose names nobody replaces."""
    top = module.partition(".")[0]
    return top in ("numpy", "scipy", "symdiff") or top in sys.stdlib_module_names


def asked_for(program: Program) -> list[str]:
    """The modules that the operations of a program say they need, in order: `time`, `scipy.stats`."""
    ops = [op for f in program.functions.values() for op in walk(f.body)]
    filtering = {"warnings" for op in ops if any(map(errstate.filters, errstate.of(op)))}
    return sorted({*filtering, *(name for op in ops for name in op.params.get("modules", ()))})


def statements(text: str, modules: Iterable[str]) -> list[str]:
    """The import statements of a text that needs these modules beside the libraries that it names.

    >>> statements("np.exp(time.time())", ["time"])
    ['import time', 'import numpy as np']
    """
    standard = sorted({f"import {name}" for name in modules if name.split(".")[0] in sys.stdlib_module_names})
    named_here = [IMPORTS[name] for name in named(text)]
    others = sorted({f"import {name}" for name in modules} - {*standard, "import numpy"})
    first = [line for line in named_here if line.split()[1] in sys.stdlib_module_names]
    return [*sorted({*first, *standard}), *[line for line in named_here if line not in first], *others]


def modules(names: Iterable[str]) -> dict[str, Any]:
    """These libraries, by the name that texts give them.

    Raises ImportError where one is not installed.
    """
    space: dict[str, Any] = {}
    for name in names:
        exec(IMPORTS.get(name, f"import {name}"), space)
    space.pop("__builtins__", None)
    return space
