"""The command line, called."""

from symdiff.cli import main


def run(*words: object) -> int:
    """The exit status of `symdiff words…`."""
    return main([str(word) for word in words])
