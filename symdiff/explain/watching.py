"""Running a hand-written function and writing down what its variables were.

Python's tracing hook is asked for the local variables after each line of the function and of the helpers in its file;
what counts is the last value of each.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Any

import numpy as np

from symdiff.errors import UsageError


@dataclass(frozen=True, slots=True)
class Variable:
    """A local variable at its last assignment."""

    name: str
    value: Any
    line: int


class Watched:
    """One run: the variables in the order of their last assignments, and the result, or what was raised.

    UsageError SD745 where the function ends the program.
    """

    def __init__(self, function: Callable[..., Any], arguments: Sequence[Any]) -> None:
        self.file = function.__code__.co_filename
        self.parameters = frozenset(function.__code__.co_varnames[: function.__code__.co_argcount])
        self.found: dict[str, Variable] = {}
        self.before: dict[FrameType, tuple[int, dict[str, Any]]] = {}
        self.result: Any = None
        self.raised: Exception | None = None
        tracer = sys.gettrace()
        sys.settrace(self.call)
        try:
            self.result = function(*copy.deepcopy(tuple(arguments)))
        except SystemExit as error:
            raise UsageError.of("SD745", function=function.__name__, status=repr(error.code)) from error
        except Exception as error:  # the student's code runs here and may raise anything
            self.raised = error
        finally:
            sys.settrace(tracer)

    @property
    def variables(self) -> list[Variable]:
        return list(self.found.values())

    def call(self, frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code.co_filename != self.file:
            return None
        self.before[frame] = (frame.f_lineno, dict(frame.f_locals))
        return self.line

    def line(self, frame: FrameType, event: str, argument: Any) -> Any:
        """After a line has run: what it assigned, also into arrays."""
        line, before = self.before[frame]
        now = {name: value for name, value in frame.f_locals.items() if _is_numeric(value)}
        for name, value in now.items():
            if name not in before or not _same(before[name], value):
                self.found.pop(name, None)  # to the end
                self.found[name] = Variable(name, copy.copy(value), line)
        self.before[frame] = (frame.f_lineno, {name: copy.copy(value) for name, value in now.items()})
        if event == "return":
            del self.before[frame]
        return self.line


def _is_numeric(value: Any) -> bool:
    return isinstance(value, int | float | complex | np.generic) or (
        isinstance(value, np.ndarray) and value.dtype.kind in "biufc"
    )


def _same(x: Any, y: Any) -> bool:
    return type(x) is type(y) and np.shape(x) == np.shape(y) and np.array_equal(x, y, equal_nan=True)
