"""The garbage collector stands aside while a program is compiled.

Compiling makes some hundred small objects per operation, most of which live until it ends and nearly none of which are
in cycles.  Looking through all of them again and again, as there come to be more, took half of the time of a large
program.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """No collection inside; a decorator as well.

    Where threads compile at once, the first to end lets the collector run again: the others are slower for it.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
