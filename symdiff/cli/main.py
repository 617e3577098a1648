"""Options, and from exceptions to exit codes: 0 in order, 1 a problem was found, 2 wrong use or a refused function."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from symdiff import __version__
from symdiff.api.explaining import FORMATS
from symdiff.cli import commands, explaining, reports
from symdiff.codegen.parts import STAGES
from symdiff.errors import SymdiffError, UsageError

_EPILOG = (
    "A target is `file.py::function` or `module:function`, which is imported, hence run,"
    " or `file.sd::function`, a file of formulas, which is not."
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (without the program's name); the exit code."""
    parser = _parser()
    try:
        options = parser.parse_args(argv)
    except SystemExit as done:  # argparse printed help, version or what is wrong
        return done.code if isinstance(done.code, int) else commands.WRONG
    debug = options.traceback or bool(os.environ.get("SYMDIFF_DEBUG"))
    try:
        code = _run(options)
        sys.stdout.flush()
    except SymdiffError as error:
        if debug:
            raise
        _say(str(error), "error")
        return commands.WRONG
    except SystemExit as left:  # a function that ran more than once ended the program in a later run
        _say(str(UsageError.of("SD745", function=f"what `{options.command}` runs", status=repr(left.code))), "error")
        return commands.WRONG
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `symdiff show … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return commands.OK
    except Exception as error:  # a bug of symdiff's: users see a sentence, and how to see more
        if debug:
            raise
        message = f"{type(error).__name__}: {error}"
        _say(f"{UsageError.of('SD902', stage=options.command, message=message)}; --traceback shows where", "error")
        return commands.WRONG
    return code


def _run(options: argparse.Namespace) -> int:
    if options.command == "verify":
        return commands.verify(options, _note, _Strict.parse)
    run = {
        "generate": commands.generate,
        "show": commands.show,
        "check": commands.check,
        "explain": explaining.explain,
        "grade": explaining.grade_command,
        "report": reports.report,
        "primitives": commands.primitives,
    }[options.command]
    return run(options, _note)


def _note(text: str) -> None:
    _say(text)


def _say(text: str, kind: str = "") -> None:
    """One message on stderr; the word `error` is red on a terminal."""
    colored = kind and sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    label = f"\033[1;31m{kind}\033[0m: " if colored else f"{kind}: " if kind else ""
    print(f"symdiff: {label}{text}", file=sys.stderr)


def _parser(cls: type[argparse.ArgumentParser] = argparse.ArgumentParser) -> argparse.ArgumentParser:
    common = cls(add_help=False)
    common.add_argument("--traceback", action="store_true", help="show where an error comes from")
    typed = cls(add_help=False)
    typed.add_argument("target", help="file.py::function, module:function or file.sd::function")
    typed.add_argument("--types", metavar="TYPES", help='types of parameters: "x=f8[n,d], w=f8[d], b=float"')
    typed.add_argument("--example", metavar="FILE.npz", help="a file with one array per parameter")
    typed.add_argument("--quiet", action="store_true", help="do not say which types are assumed")
    level = cls(add_help=False)
    level.add_argument("--wrt", metavar="A,B", help="parameters to differentiate by (all that hold floats)")
    level.add_argument("-O", dest="level", type=int, choices=(0, 1, 2), default=2, help="optimisation level (2)")

    parser = cls(prog="symdiff", description="Gradients of Python functions, as NumPy source.", epilog=_EPILOG)
    parser.add_argument("--version", action="version", version=f"symdiff {__version__}")
    add = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=cls)
    made = add.add_parser("generate", parents=[typed, level, common], help="write a module with the derivatives")
    made.add_argument("--jvp", action="store_true", help="with the derivative along a direction")
    made.add_argument("--hvp", action="store_true", help="with the product of the Hessian and a vector")
    made.add_argument("--borrow", action="store_true", help="save the caller's arrays, not copies of them")
    made.add_argument("-o", "--output", metavar="FILE", default="-", help="where to (-: standard output)")
    made.add_argument("--force", action="store_true", help="replace a file that symdiff did not write")
    made.add_argument("--name", metavar="NAME", help="what the functions are called (as the function)")
    shown = add.add_parser("show", parents=[typed, level, common], help="print a stage of the compilation")
    shown.add_argument("--stage", choices=STAGES, default="source", help="which (source)")
    checked = add.add_parser("check", parents=[typed, common], help="compare derivatives with differences")
    checked.add_argument("--order", type=int, choices=(1, 2), default=2, help="up to which order (2)")
    checked.add_argument("--seed", type=_seed, default=0, help="of the sampled arguments (0)")
    told = add.add_parser("report", parents=[typed, level, common], help="write a page that shows and explains it")
    told.add_argument(
        "--at", metavar="NAME=VALUE", nargs="+", action="extend", help="values to show, and to check the gradient at"
    )
    told.add_argument("-o", "--output", metavar="FILE.html", required=True, help="where to (-: standard output)")
    told.add_argument("--force", action="store_true", help="replace a file that symdiff did not write")
    verified = add.add_parser("verify", parents=[common], help="fail where a generated module is stale")
    verified.add_argument("paths", nargs="+", metavar="PATH", help="generated modules, or folders of such")
    listed = add.add_parser("primitives", parents=[common], help="list the operations and their derivatives")
    listed.add_argument("--format", choices=("text", "md"), default="text", help="text or Markdown (text)")
    _add_explaining(add, typed, common)
    return parser


def _add_explaining(add: Any, typed: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    """The commands for those who learn: derivations, and whether a gradient by hand is right."""
    cls = type(common)
    point = cls(add_help=False)
    point.add_argument("--wrt", metavar="A,B", help="parameters to differentiate by (all that hold floats)")
    point.add_argument(
        "--at", nargs="+", action="extend", metavar="NAME=VALUE", help="values: --at x=1.5 W=[[1.0,2.0],[3.0,4.0]]"
    )
    made = add.add_parser("explain", parents=[typed, point, common], help="print the stages and their derivatives")
    shown = "a table as text or Markdown, LaTeX, or the circuit as a picture or text (text)"
    made.add_argument("--format", choices=FORMATS, default="text", help=shown)
    made.add_argument("--kinks", action="store_true", help="where the function is not smooth, and its derivative there")
    graded = add.add_parser("grade", parents=[point, common], help="find the first wrong stage of a gradient by hand")
    graded.add_argument("mine", help="the gradient: file.py::function or module:function")
    graded.add_argument("--against", required=True, metavar="TARGET", help="the function that it is the gradient of")
    graded.add_argument("--types", metavar="TYPES", help='types of parameters: "x=f8[n,d], w=f8[d], b=float"')
    graded.add_argument("--example", metavar="FILE.npz", help="a file with one array per parameter")
    graded.add_argument("--quiet", action="store_true", help="do not say which types are assumed")
    graded.add_argument("--seed", type=_seed, default=0, help="of the sampled arguments (0)")


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no natural number")
    return int(text)


class _Strict(argparse.ArgumentParser):
    """Reads the command in a generated file: what is wrong with it is an error, not the end of the program."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"the command in its first line is not understood: {message}", code="SD728")

    @classmethod
    def parse(cls, words: Sequence[str]) -> argparse.Namespace:
        return _parser(cls).parse_args(words)
