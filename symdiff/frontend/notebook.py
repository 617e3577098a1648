"""What IPython ran, where that is not what a file or a cell says.

It compiles a cell statement by statement, which gives other code than the whole text: CPython looks whether `np` is
imported in the text before it compiles `np.sum(x)`.  And `%%time` compiles its cell's rest under a name of its own.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from types import CodeType

TIMED = ("<timed exec>", "<timed eval>")


def statements_alone(tree: ast.Module, file: str, flags: int) -> list[CodeType]:
    """Each top-level statement, compiled as if it were the whole text."""
    return [compile(ast.Module([statement], []), file, "exec", flags, dont_inherit=True) for statement in tree.body]


def timed_texts() -> Iterator[str]:
    """What `%time` and `%%time` may have compiled, the last first: what follows them in the cells that ran."""
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module is not None else None
    for cell in reversed(shell.history_manager.input_hist_raw if shell is not None else []):
        first, _, rest = cell.lstrip("\n").partition("\n")
        if first.startswith("%%time"):
            yield rest
        for line in cell.splitlines():
            if "%time " in line:
                yield line.partition("%time ")[2]
