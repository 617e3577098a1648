"""`explain` and `grade`: derivations on the command line."""

from __future__ import annotations

import ast
import contextlib
import copy
import inspect
import sys
import unicodedata
from argparse import Namespace
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from symdiff.api.check import raised_by
from symdiff.api.explaining import Explanation, explained, plain_function
from symdiff.api.parameters import name_of, parameters_of
from symdiff.api.signatures import declared_signature, example_values
from symdiff.api.transforms import lower_function
from symdiff.cli import first_lines
from symdiff.cli.commands import OK, PROBLEM, Say, names_of, note_assumed, sample_of
from symdiff.cli.targets import Target, find
from symdiff.errors import SymdiffError, UsageError
from symdiff.explain import kinks
from symdiff.explain.grade import grade, report
from symdiff.explain.watching import Watched
from symdiff.signature import Signature
from symdiff.trees import flatten, unflatten

_POINTS = 3  # that a hand-written gradient is tried at


def explain(options: Namespace, say: Say) -> int:
    if options.kinks and options.format not in ("text", "md"):
        raise UsageError.of("SD715", option="format", value=options.format, choices="text, md (with --kinks)")
    target = find(options.target)
    function = plain_function(target.function)
    given = {**(example_values(options.example) if options.example else {}), **assigned(options.at or ())}
    signature = signature_at(options, function, given, say)
    point = complete(function, given) if given else None
    made = _explained(options, target, signature, point, say)
    if made is None:
        return PROBLEM
    if options.kinks:
        show = kinks.markdown if options.format == "md" else kinks.text
        sys.stdout.write(show(made.derivation))
    else:
        sys.stdout.write(made.show(options.format))
    return OK


def _explained(
    options: Namespace, target: Target, signature: Signature, point: Mapping[str, Any] | None, say: Say
) -> Explanation | None:
    """The explanation; None, and what is raised is said, where the function has no value at the point."""
    function = plain_function(target.function)
    raised = raised_at(target, function, point) if point is not None else None
    if raised is None:
        file = first_lines.relative_place(target, None)
        lowered = lower_function(function, signature, share=False)
        try:
            return explained(lowered, names_of(options.wrt), point, function, file)
        except SymdiffError:
            raise
        except ValueError as error:  # a value of another type than compiled: -1.0 ** 0.5 is complex in Python
            if point is None:
                raise
            raised = error
    say(f"{target.name} raises {type(raised).__name__} at these values: {raised}")
    return None


def signature_at(options: Namespace, function: Any, given: Mapping[str, Any], say: Say) -> Signature:
    """The declared signature; what nothing declares has the type of the value that is given for it."""
    declared = {n for n, p in inspect.signature(function).parameters.items() if p.annotation is not p.empty}
    by = names_of(options.wrt) or ()
    example = {n: _typed(v, n in by) for n, v in given.items() if n not in declared}
    names = [p.name for p in parameters_of(function)]
    for name in given:
        if name not in names:
            raise UsageError.of("SD741", name=name, function=name_of(function), parameters=", ".join(names) or "none")
    signature, assumed = declared_signature(function, options.types, example)
    if not given:
        note_assumed(options, assumed, "--at", say)
    return signature


def _typed(value: Any, differentiated: bool) -> Any:
    """A value as one means it where nothing is declared: numbers are floats, nested lists of numbers arrays."""
    if type(value) is int:
        return float(value)
    if isinstance(value, list):
        with contextlib.suppress(ValueError):  # rows of different lengths: a list
            array = np.array(value)
            if array.dtype.kind in "biufc":
                return array.astype(float) if differentiated and array.dtype.kind in "iu" else array
    return value


def assigned(texts: Sequence[str]) -> dict[str, Any]:
    """The values that `--at name=value …` gives, several times maybe; UsageError SD742 for a text that is none.

    A name is given once: of `--at x=1 x=2` there is no telling which is meant.
    """
    found: dict[str, Any] = {}
    for text in texts:
        left, separator, written = text.partition("=")
        name = unicodedata.normalize("NFKC", left.strip())  # as Python reads the names of parameters
        if not separator or not name.isidentifier():
            raise UsageError.of("SD742", text=_short(text), reason="it is not of the form name=value")
        if name in found:
            before = _short(repr(found[name]))
            raise UsageError.of("SD742", text=_short(text), reason=f"`{name}` is given a value before, {before}")
        try:
            found[name] = ast.literal_eval(written.strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            reason = f"`{_short(written.strip())}` is no number or list"
            raise UsageError.of("SD742", text=_short(text), reason=reason) from None
    return found


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"


def complete(function: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """The given values with the defaults of the others, in the order of the parameters."""
    parameters = parameters_of(function)
    missing = [p.name for p in parameters if p.required and p.name not in given]
    if missing:
        raise UsageError.of("SD740", function=name_of(function), names=", ".join(missing), example=missing[0])
    return {p.name: given.get(p.name, p.default) for p in parameters}


def raised_at(target: Target, function: Any, point: Mapping[str, Any]) -> Exception | None:
    """What the function itself raises at the point; what it prints goes to stderr."""
    values = [np.asarray(v) if isinstance(v, list) and _typed(v, False) is not v else v for v in point.values()]
    with contextlib.redirect_stdout(sys.stderr):
        return raised_by(function, values, target.name)


# grade --------------------------------------------------------------------------------------------------------------


def grade_command(options: Namespace, say: Say) -> int:
    mine, target = find(options.mine), find(options.against)
    if not inspect.isfunction(mine.function):
        raise UsageError.of("SD744", name=mine.name, reason="it is not a plain function")
    function = plain_function(target.function)
    given = {**(example_values(options.example) if options.example else {}), **assigned(options.at or ())}
    signature = signature_at(options, function, given, say)
    points = [complete(function, given)] if given else _sampled(target, function, signature, options.seed)
    right: tuple[str, ...] = ()
    for point in points:
        explanation = _explained(options, target, signature, point, say)
        if explanation is None:
            return PROBLEM
        made = explanation.derivation
        with contextlib.redirect_stdout(sys.stderr):
            watched = Watched(mine.function, _arguments(mine, function, made, point))
        found = grade(made, watched)
        if found.difference is not None or found.trouble:
            sys.stdout.write(report(made, found, mine.name, mine.place))
            return PROBLEM
        right = found.right
    stages = f"; right on the way: {', '.join(right)}" if right else ""
    count = f"{len(points)} points" if len(points) > 1 else "this point"
    print(f"{mine.name} is the gradient of {target.name} at {count}{stages}")
    return OK


def _sampled(target: Target, function: Any, signature: Signature, seed: int) -> list[dict[str, Any]]:
    """Points to try: positive ones, and ones of both signs where the function has a finite value.

    The latter tell a gradient that forgot where a maximum or a branch changes sides.
    """
    positive = [sample_of(signature, seed + k) for k in range(_POINTS)]
    found = list(positive)
    for point in positive:
        leaves, tree = flatten(point)
        mixed = unflatten(tree, [3 * (x - 0.7) if _is_float(x) else x for x in leaves])
        with np.errstate(all="ignore"), contextlib.redirect_stdout(sys.stderr):
            if raised_by(function, [*mixed.values()], target.name) is None:
                values, _ = flatten(function(*copy.deepcopy([*mixed.values()])))
                if all(np.all(np.isfinite(v)) for v in values if _is_float(v)):
                    found.append(mixed)
    return found


def _is_float(x: Any) -> bool:
    return isinstance(x, float | complex) or getattr(getattr(x, "dtype", None), "kind", "") in ("f", "c")


def _arguments(mine: Target, function: Any, made: Any, point: Mapping[str, Any]) -> list[Any]:
    """The point as the hand-written gradient takes it: by the names of its parameters, else in order."""
    values = {a.name: a.value for a in made.arguments} | {
        n: v for n, v in point.items() if n not in {a.name for a in made.arguments}
    }
    wanted = [
        p.name for p in inspect.signature(mine.function).parameters.values() if p.default is p.empty or p.name in values
    ]
    names = [p.name for p in parameters_of(function)]
    if set(wanted) <= set(values):
        return [values[name] for name in wanted]
    if len(wanted) == len(names):
        return [values[name] for name in names]
    reason = f"it takes {', '.join(wanted) or 'nothing'}, and the function {', '.join(names)}"
    raise UsageError.of("SD744", name=mine.name, reason=reason)
