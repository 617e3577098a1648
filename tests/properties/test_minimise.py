"""Failing programs are made small in the time there is, whatever the smaller ones do."""

import resource
import signal
import sys

import pytest

from tests.properties import minimise
from tests.properties.limits import TooLong, at_most

COUNTS = """\
def f(x):
    i = 0
    while i < 3:
        i = i + 1
        x = 2.0 * x
    y = x - x
    return x
"""


def doubles(text: str) -> bool:
    names: dict[str, object] = {}
    exec(text, names)
    f = names["f"]
    assert callable(f)
    try:
        return bool(f(1.0) == 8.0)
    except NameError:
        return False


def test_a_smaller_program_that_does_not_end_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `i = i + 1` the loop does not end: the statement stays, and the rest goes on."""
    monkeypatch.setattr(minimise, "SECONDS_EACH", 0.05)
    assert minimise.minimised(COUNTS, doubles, 40) == COUNTS.replace("    y = x - x\n", "")


def test_no_time_left_gives_the_smallest_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minimise, "SECONDS", 0.0)
    assert minimise.minimised(COUNTS, lambda text: True, 400).count("\n") < COUNTS.count("\n")


def test_at_most_stops_what_catches_every_exception_and_leaves_no_alarm() -> None:
    with pytest.raises(TooLong), at_most(0.05):
        while True:
            try:
                while True:
                    pass
            except Exception:
                pass
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


@pytest.mark.skipif(sys.platform != "linux", reason="set where Linux tells a size")
def test_at_most_gives_what_takes_too_much_memory_an_error_and_leaves_no_limit() -> None:
    limits = resource.getrlimit(resource.RLIMIT_AS)
    with pytest.raises(MemoryError), at_most(20.0):
        taken = [b""]
        while True:
            taken.append(bytes(1 << 28))
    assert resource.getrlimit(resource.RLIMIT_AS) == limits
