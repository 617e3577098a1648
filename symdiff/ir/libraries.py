"""The modules that the texts of primitives may name.

A module is imported when a text that names it is run, and by a generated module that contains one: SciPy is there only
where the user's function called it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

IMPORTS = {
    "dataclasses": "import dataclasses",
    "math": "import math",
    "typing": "import typing",
    "np": "import numpy as np",
    "scipy": "import scipy.special",
}


def named(text: str) -> list[str]:
    """The libraries that a text names, in the order of their import statements.

    >>> named("np.exp(x) + scipy.special.erf(x)")
    ['np', 'scipy']
    """
    return [name for name in IMPORTS if re.search(rf"\b{name}\.", text)]


def modules(names: Iterable[str]) -> dict[str, Any]:
    """These libraries, by the name that texts give them.

    Raises ImportError where one is not installed.
    """
    space: dict[str, Any] = {}
    for name in names:
        exec(IMPORTS[name], space)
    space.pop("__builtins__", None)
    return space
