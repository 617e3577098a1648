"""A limit of time for what may never end: a random program, or one that lost the statement that ends its loop."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TooLong(BaseException):
    """Not an Exception: a program that catches those does not catch this one."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raises TooLong in what runs longer; within pytest-timeout's limit for the whole test, which goes on after it."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGVTALRM, stop)  # of the process's own time: a busy machine stops nothing
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 1.0)  # again each second, where a callback swallowed the first
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)
        signal.signal(signal.SIGVTALRM, before)
