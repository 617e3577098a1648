"""Limits for what may never end: a random program, or one that lost the statement that ends its loop."""

from __future__ import annotations

import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TooLong(BaseException):
    """Not an Exception: a program that catches those does not catch this one."""


MEMORY = 3 << 30  # bytes that one program may take, beside what the process has


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raises TooLong in what runs longer; within pytest-timeout's limit for the whole test, which goes on after it.

    What takes more than MEMORY gets a MemoryError, where the system would end the process and with it the run.
    """
    with _memory(), _time(seconds):
        yield


@contextmanager
def _time(seconds: float) -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGVTALRM, stop)  # of the process's own time: a busy machine stops nothing
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 1.0)  # again each second, where a callback swallowed the first
    try:
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)
    finally:  # also where the alarm rang in the first
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)
        signal.signal(signal.SIGVTALRM, before)


@contextmanager
def _memory() -> Iterator[None]:
    if sys.platform != "linux":  # the size of the process is read where Linux tells it
        yield
        return
    with open("/proc/self/statm") as file:
        size = int(file.read().split()[0]) * resource.getpagesize()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
