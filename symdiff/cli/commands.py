"""What each subcommand does; each returns the exit code."""

from __future__ import annotations

import difflib
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from symdiff.api.check import GradientMismatch, check_grads, raised_by
from symdiff.api.files import check_writable, is_generated, write_whole
from symdiff.api.modules import chosen_names, module_of_all, module_text, shown_as
from symdiff.api.parameters import KEYWORD_ONLY, parameters_of
from symdiff.api.signatures import declared_signature, example_values
from symdiff.api.transforms import lower_function
from symdiff.cli import first_lines
from symdiff.cli.targets import Target, find, find_all
from symdiff.errors import SymdiffError, UsageError
from symdiff.frontend.formula import SUFFIX
from symdiff.ir import dims
from symdiff.ir.types import AVal, Kind
from symdiff.signature import Signature, Static
from symdiff.trees import unflatten

OK, PROBLEM, WRONG = 0, 1, 2
Say = Callable[[str], None]

# generate -----------------------------------------------------------------------------------------------------------


def generate(options: Namespace, say: Say) -> int:
    output = None if options.output == "-" else Path(options.output)
    targets = find_all(options.target)
    if output is not None:
        check_output(output, targets[0], options.force)
    text = _generated(options, targets, output, say)
    if output is None:
        sys.stdout.write(text)
    else:
        write_whole(output, text)
    return OK


def _generated(options: Namespace, targets: Sequence[Target], output: Path | None, say: Say) -> str:
    target = targets[0]
    if len(targets) > 1:
        return _all_generated(options, targets, output)
    signature = signature_of(options, target, say)
    place = first_lines.relative_place(target, output)
    shown = f"{place}::{target.name}" if target.file is not None else target.text
    words = first_lines.command(options, shown, signature)
    file = place if target.file is not None else None
    text = module_text(
        target.function,
        signature,
        wrt=names_of(options.wrt),
        level=options.level,
        functions=_kinds(options),
        name=options.name,
        file=file,
        borrow=options.borrow,
    )
    return first_lines.with_command(text, words)


def _all_generated(options: Namespace, targets: Sequence[Target], output: Path | None) -> str:
    """One module of all functions of a formula file."""
    if options.types or options.example or options.wrt or options.name:
        raise UsageError.of("SD817", place=targets[0].place, names=", ".join(t.name for t in targets))
    place = first_lines.relative_place(targets[0], output)
    words = first_lines.command(options, place, None)
    functions = [t.function for t in targets]
    text = module_of_all(functions, level=options.level, kinds=_kinds(options), file=place, borrow=options.borrow)
    return first_lines.with_command(text, words)


def _kinds(options: Namespace) -> tuple[str, ...] | None:
    from symdiff.pipeline import DEFAULT

    extra = tuple(kind for kind in ("jvp", "hvp") if getattr(options, kind))
    return (*DEFAULT, *extra) if extra else None


def check_output(output: Path, target: Target, force: bool, ours: Callable[[Path], bool] = is_generated) -> None:
    """UsageError where a file is not to be written: a folder, the source itself, a file that is not `ours`."""
    shown = output.as_posix()
    check_writable(output)
    if target.file is not None and output.resolve() == target.file.resolve():
        raise UsageError.of("SD723", path=shown)
    if os.path.isfile(output) and not force and not ours(output):
        raise UsageError.of("SD711", path=shown)


def names_of(wrt: str | None) -> tuple[str, ...] | None:
    return tuple(name.strip() for name in wrt.split(",")) if wrt else None


def signature_of(options: Namespace, target: Target, say: Say) -> Signature:
    signature, assumed = declared_signature(target.function, options.types, options.example)
    note_assumed(options, assumed, "--example", say)
    return signature


def note_assumed(options: Namespace, names: Sequence[str], further: str, say: Say) -> None:
    """Say which parameters have the type that is assumed; `further` is what could declare it, as --types does."""
    if names and not options.quiet:
        verb = "is taken as a Python float" if len(names) == 1 else "are taken as Python floats"
        say(f"note: {', '.join(names)} {verb}: no annotation, no --types, no {further}")


# show ---------------------------------------------------------------------------------------------------------------


def show(options: Namespace, say: Say) -> int:
    from symdiff.pipeline import stage

    target = find(options.target)
    signature = signature_of(options, target, say)
    names = chosen_names(target.function, signature, names_of(options.wrt))
    lowered = shown_as(lower_function(target.function, signature), first_lines.relative_place(target, None))
    text = stage(lowered, names, options.stage, level=options.level)
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
    return OK


# check --------------------------------------------------------------------------------------------------------------


def check(options: Namespace, say: Say) -> int:
    target = find(options.target)
    signature = signature_of(options, target, say)
    values = example_values(options.example) if options.example else {}
    sampled = sample_of(signature, options.seed)
    parameters = parameters_of(target.function)
    if any(p.kind == KEYWORD_ONLY for p in parameters):
        names = ", ".join(p.name for p in parameters if p.kind == KEYWORD_ONLY)
        raise UsageError(f"`check` passes arguments by position, and {names} cannot be passed so", code="SD719")
    args = [values.get(p.name, sampled[p.name]) for p in parameters]
    raised = raised_by(target.function, args, target.name)
    if raised is not None:
        say(f"{target.name} raises {type(raised).__name__} at the sampled arguments: {raised}; give --example")
        return PROBLEM
    try:
        check_grads(target.function, args, order=options.order)
    except GradientMismatch as error:
        say(str(error))
        return PROBLEM
    print(f"{target.name}: forward and reverse mode agree with differences, order {options.order}")
    return OK


def sample_of(signature: Signature, seed: int) -> dict[str, Any]:
    """Arguments of the signature: small sizes, floats in (0.2, 1.2), integers 0 and 1."""
    rng = np.random.default_rng(seed)
    sizes: dict[dims.Atom, int] = {}

    def size(d: dims.Dim) -> int:
        for atom in sorted(dims.atoms(d), key=str):
            sizes.setdefault(atom, 2 + len(sizes) % 3)
        return dims.evaluate(d, sizes)

    def leaf(t: AVal | Static) -> Any:
        if isinstance(t, Static):
            return t.value
        shape = tuple(map(size, t.shape))
        drawn: Any = rng.uniform(0.2, 1.2, shape) if t.inexact else rng.integers(0, 2, shape)
        if t.complex:
            drawn = drawn + 1j * rng.uniform(0.2, 1.2, shape)
        array = np.asarray(drawn, t.dtype)
        return array if t.kind is Kind.ARRAY else array.item() if t.kind is Kind.PYTHON else array[()]

    return {a.name: unflatten(a.tree, [leaf(t) for t in a.leaves]) for a in signature.arguments}


# verify -------------------------------------------------------------------------------------------------------------


def verify(options: Namespace, say: Say, parse: Callable[[Sequence[str]], Namespace]) -> int:
    worst = OK
    for path in [file for name in options.paths for file in _modules(Path(name))]:
        try:
            worst = max(worst, _verified(path, parse, say))
        except SymdiffError as error:
            say(f"{path.as_posix()}: {error}")
            worst = WRONG
    return worst


def _modules(path: Path) -> list[Path]:
    """The generated modules at a path: the file itself, or those in a folder."""
    if os.path.isdir(path):
        found = [file for file in sorted(path.rglob("*.py")) if first_lines.recorded(file) is not None]
        if not found:
            raise UsageError.of("SD728", path=path.as_posix(), reason="holds no module made by `symdiff generate`")
        return found
    if not os.path.isfile(path):
        raise UsageError.of("SD728", path=path.as_posix(), reason="does not exist")
    if first_lines.recorded(path) is None:
        raise UsageError.of("SD728", path=path.as_posix(), reason="was not made by `symdiff generate`")
    return [path]


def _verified(path: Path, parse: Callable[[Sequence[str]], Namespace], say: Say) -> int:
    words = first_lines.recorded(path) or []
    options = parse(["generate", *words])
    place, separator, name = options.target.partition("::")
    if separator or place.endswith(SUFFIX):
        source = first_lines.found_from(path, place)
        if source is None:
            raise UsageError.of("SD728", path=place, reason="does not exist in any folder above")
        place = f"{source}{separator}{name}"
    else:
        place = options.target
    expected = _generated(options, find_all(place), path, lambda note: None)
    found = path.read_text(encoding="utf-8")
    if found == expected:
        print(f"{path.as_posix()}: up to date")
        return OK
    shown = path.as_posix()
    old, new = found.splitlines(keepends=True), expected.splitlines(keepends=True)
    sys.stdout.writelines(difflib.unified_diff(old, new, shown, f"{shown} (generated now)"))
    say(str(UsageError.of("SD712", path=shown)))
    return PROBLEM


# primitives ---------------------------------------------------------------------------------------------------------


def primitives(options: Namespace, say: Say) -> int:
    import symdiff.primitives  # noqa: F401  # fills the registry
    from symdiff.primitives.tables import primitives_markdown, primitives_text

    sys.stdout.write(primitives_markdown() if options.format == "md" else primitives_text())
    return OK
