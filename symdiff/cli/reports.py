"""`symdiff report`: the page about a function, written to a file."""

from __future__ import annotations

import contextlib
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from symdiff.api.explaining import plain_function
from symdiff.api.files import write_whole
from symdiff.api.parameters import parameters_of
from symdiff.api.signatures import example_values
from symdiff.cli import commands, first_lines
from symdiff.cli.explaining import assigned, complete, raised_at, signature_at
from symdiff.cli.targets import find

_HEAD = 4000


def report(options: Namespace, say: Callable[[str], None]) -> int:
    from symdiff.api.reporting import report_page

    output = None if options.output == "-" else Path(options.output)
    target = find(options.target)
    if output is not None:
        commands.check_output(output, target, options.force, is_report)
    function = plain_function(target.function)
    given = {**(example_values(options.example) if options.example else {}), **assigned(options.at or ())}
    signature = signature_at(options, function, given, say)
    point = complete(function, given) if given else None
    raised = raised_at(target, function, point) if point is not None else None
    if raised is not None:
        say(f"{target.name} raises {type(raised).__name__} at these values: {raised}")
        return commands.PROBLEM
    sampled = commands.sample_of(signature, 0)
    with contextlib.redirect_stdout(sys.stderr):  # what the function prints is no part of the page
        text = report_page(
            function,
            signature,
            wrt=commands.names_of(options.wrt),
            level=options.level,
            point=point,
            sample=[sampled[p.name] for p in parameters_of(function)],
            file=first_lines.relative_place(target, None),
        )
    if output is None:
        sys.stdout.write(text)
    else:
        write_whole(output, text)
    return commands.OK


def is_report(path: Path) -> bool:
    """Whether `symdiff report` wrote a file."""
    with path.open(encoding="utf-8", errors="replace") as file:
        head = file.read(_HEAD)
    return head.startswith("<!DOCTYPE html>") and "gradient by symdiff</title>" in head
