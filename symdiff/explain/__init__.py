"""Derivations: the stages of a function with their derivatives, as tables, LaTeX and pictures.

The package has the name of the function that users call, and Python makes it an attribute of `symdiff` when it is
imported: so it can be called too.  ``symdiff.explain(f, 1.0)`` is `symdiff.api.explain` in either case, which says what
it takes, gives and raises.

>>> import symdiff
>>> [stage.name for stage in symdiff.explain(lambda x, y: (x + y) * x, 3.0, 4.0).derivation.stages]
['y0', 'y1']
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


class _Callable(ModuleType):
    def __call__(self, *args: Any, **options: Any) -> Any:
        return import_module("symdiff.api").explain(*args, **options)


sys.modules[__name__].__class__ = _Callable
