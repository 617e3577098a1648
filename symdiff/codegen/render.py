"""The layout of a module: Jinja2 templates over the view-model, found installed or in the checkout."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from symdiff.codegen.view import ModuleView

if TYPE_CHECKING:
    import jinja2

_PACKAGE = Path(__file__).resolve().parent.parent
FOLDERS = (_PACKAGE / "_templates", _PACKAGE.parent / "templates")


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    import jinja2  # 35 ms, paid by the first function compiled in a process

    loader = jinja2.FileSystemLoader([str(f) for f in FOLDERS])
    return jinja2.Environment(
        loader=loader,
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def render(module: ModuleView) -> str:
    """The module's text."""
    return environment().get_template("module.py.j2").render(module=module)
