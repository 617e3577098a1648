"""The command `symdiff`."""

from symdiff.cli.main import main

__all__ = ["main"]
