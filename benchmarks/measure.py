"""Interleaved rounds of CPU time, and the ratio of medians: absolute times differ from machine to machine."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

Call = Callable[[], Any]


def leaves(value: Any) -> list[np.ndarray]:
    """The numbers of a nested result, as arrays."""
    if isinstance(value, (tuple, list)):
        return [x for part in value for x in leaves(part)]
    return [np.asarray(value)]


def disagreement(found: Any, expected: Any) -> float:
    """The largest difference relative to the size of the expected arrays."""
    pairs = list(zip(leaves(found), leaves(expected), strict=True))
    return max(_largest(a - b) / max(1.0, _largest(b)) for a, b in pairs)


def _largest(x: np.ndarray) -> float:
    return float(np.max(np.abs(x), initial=0.0))


def repeats(call: Call, seconds: float) -> int:
    """How many calls fill a sample of this many seconds."""
    n = 1
    while True:
        start = time.process_time()
        for _ in range(n):
            call()
        spent = time.process_time() - start
        if spent > seconds / 4:
            return max(1, round(n * seconds / spent))
        n *= 4


def interleaved(calls: dict[str, Call], rounds: int, seconds: float) -> dict[str, float]:
    """Median CPU seconds per call of each contender, all of them in turn in every round."""
    counts = {name: repeats(call, seconds) for name, call in calls.items()}
    samples: dict[str, list[float]] = {name: [] for name in calls}
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for name, call in calls.items():
                n = counts[name]
                start = time.process_time()
                for _ in range(n):
                    call()
                samples[name].append((time.process_time() - start) / n)
    finally:
        gc.enable()
    return {name: statistics.median(found) for name, found in samples.items()}
