"""The command line runs in an empty folder, as a user's does."""

import sys
from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, in which targets are looked for; what they put on the path of imports is taken off again."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delenv("SYMDIFF_DEBUG", raising=False)
    return tmp_path
