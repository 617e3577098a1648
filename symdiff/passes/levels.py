"""What runs at -O0, -O1 and -O2, in order: before a program is differentiated, and after.

`stabilise` comes before differentiation, so that derivatives are those of the stable forms.  -O1 hardly rewrites
anything there: where two values are merged, their cotangents are summed in another order, and the gradient would not be
-O0's bit for bit.  Between two orders of differentiation the passes of `AFTER` run, after the last those of `LAST`.
The lowering to `math` and `buffers` follow, in the pipeline.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from symdiff.ir.core import Program
from symdiff.ir.verify import checked
from symdiff.passes.bound import certainly_bound
from symdiff.passes.branches import merged_branches
from symdiff.passes.cheaper import cheaper
from symdiff.passes.chosen import numbers_of_chosen
from symdiff.passes.compared import compared
from symdiff.passes.cse import cse, same_names
from symdiff.passes.dce import dce
from symdiff.passes.displays import displays_before_loops
from symdiff.passes.elements import elements_of_arrays
from symdiff.passes.exits import exits
from symdiff.passes.fold import fold, tidy
from symdiff.passes.guards import guards
from symdiff.passes.homes import elements_at_home
from symdiff.passes.invariants import invariant_carries
from symdiff.passes.joined import joined
from symdiff.passes.late import late_updates
from symdiff.passes.masks import masks
from symdiff.passes.parts import lent_parts, whole_again
from symdiff.passes.plain import plain_numbers
from symdiff.passes.report import Report
from symdiff.passes.running_sums import running_sums
from symdiff.passes.settled import settled
from symdiff.passes.share import share_exponentials
from symdiff.passes.stabilise import stabilise, stabilise_derivatives
from symdiff.passes.streams import streams
from symdiff.passes.sunk import sunk_additions
from symdiff.passes.views import repeated_views

Pass = Callable[[Program, Report], Program]
REWRITES: Mapping[str, Pass] = {
    "fold": fold,
    "tidy": tidy,
    "names": lambda program, report: same_names(program),
    "exits": exits,
    "bound": lambda program, report: certainly_bound(program),
    "joined": joined,
    "chosen": lambda program, report: numbers_of_chosen(program),
    "displays": lambda program, report: displays_before_loops(program),
    "homes": lambda program, report: elements_at_home(program),
    "elements": lambda program, report: elements_of_arrays(program),
    "parts": lambda program, report: lent_parts(program),
    "wholes": lambda program, report: whole_again(program),
    "cse": cse,
    "stabilise": stabilise,
    "stable derivatives": stabilise_derivatives,
    "share": share_exponentials,
    "cheaper": cheaper,
    "invariants": lambda program, report: invariant_carries(program),
    "views": lambda program, report: repeated_views(program),
    "running sums": lambda program, report: running_sums(program),
    "compared": lambda program, report: compared(program),
    "guards": lambda program, report: guards(program),
    "plain": lambda program, report: plain_numbers(program),
    "sunk": lambda program, report: sunk_additions(program),
    "streams": lambda program, report: streams(program),
    "late": lambda program, report: late_updates(program),
    "settled": lambda program, report: settled(program),
    "branches": lambda program, report: merged_branches(program),
}
_COSTS = ("dce", "chosen", "displays")  # whole arrays that nobody reads hide what is read of them
BEFORE: tuple[tuple[str, ...], ...] = (
    ("bound", *_COSTS, "homes", "parts", "exits", "dce"),
    ("bound", "tidy", *_COSTS, "elements", "homes", "parts", "exits", "invariants", "dce", "names"),
    (
        "bound",
        *("fold", "cse", *_COSTS, "elements", "homes", "parts", "exits", "invariants"),
        "stabilise",
        "fold",
        "cse",
        "fold",
        "dce",
    ),
)
AFTER: tuple[tuple[str, ...], ...] = (
    ("wholes", "joined", "invariants", "dce"),
    ("fold", "cse", "fold", "wholes", "joined", "invariants", "fold", "dce"),
    ("fold", "cse", "stable derivatives", "fold", "cse", "wholes", "joined", "invariants", "dce"),
)
_CLOSING = ("plain", "sunk", "dce", "streams", "late")
LAST: tuple[tuple[str, ...], ...] = (
    ("settled", *AFTER[0], "running sums", "plain", "streams", "late"),
    ("settled", "compared", "branches", *AFTER[1], "branches", "fold", "dce", "views", "running sums", *_CLOSING),
    (
        *(
            "settled",
            "compared",
            "branches",
            *AFTER[2],
            "branches",
            "fold",
            "masks",
            "share",
            "cheaper",
            "dce",
            "cheaper",
        ),
        *("fold", "cse", "dce", "views", "running sums", "guards", *_CLOSING),
    ),
)


def before(program: Program, level: int, report: Report | None = None, keep: Sequence[str] = ()) -> Program:
    """The primal at a level, ready to be differentiated."""
    return run(BEFORE[level], program, report, keep)


def after(program: Program, level: int, report: Report | None = None, keep: Sequence[str] = ()) -> Program:
    """A differentiated program at a level, ready to be differentiated again."""
    return run(AFTER[level], program, report, keep)


def last(
    program: Program,
    level: int,
    report: Report | None = None,
    keep: Sequence[str] = (),
    wild: Collection[int] = (),
) -> Program:
    """A primal or differentiated program at a level, ready for `buffers` and printing.

    `wild` are the numbers of the entry's parameters that may be infinite or NaN.
    """
    return run(LAST[level], program, report, keep, wild)


def run(
    names: Sequence[str],
    program: Program,
    report: Report | None = None,
    keep: Sequence[str] = (),
    wild: Collection[int] = (),
) -> Program:
    """The passes in order; functions named in `keep` keep their signatures, like the entry."""
    found = report if report is not None else Report()
    settled: dict[str, Program] = {}  # by the name of a pass, a program that it leaves as it is
    known: Program | None = None  # checked already
    for name in names:
        if settled.get(name) is program:
            continue
        if name == "dce":
            made = dce(program, keep)
        elif name == "masks":
            made = masks(program, found, wild)
        else:
            made = REWRITES[name](program, found)
        if made is program:
            settled[name] = program
        known = program = made if made is known else checked(made, name)
    return program
