"""What `python generated.py` does: compare the gradients with central differences on seeded sample inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from symdiff.codegen.functions import Entry

if TYPE_CHECKING:
    from symdiff.codegen.module import Parts


def text(parts: Parts, public: Mapping[str, str], entry: Entry) -> str:
    return ""
