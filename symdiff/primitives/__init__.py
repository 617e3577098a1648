"""Every primitive, declared once: importing this package fills `symdiff.ir.core.REGISTRY`.

Every module of the package is imported, so a new primitive, or a new file of them, needs no other edit.  `proofs`,
which imports SymPy, and `tables` declare nothing.
"""

import importlib
import pkgutil

_NO_DECLARATIONS = {"proofs", "tables"}

for _module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
    if _module not in _NO_DECLARATIONS:
        importlib.import_module(f"{__name__}.{_module}")
