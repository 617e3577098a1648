"""From a target to the function: `file.py::function` and `module:function` are imported and run, `file.sd` is read."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import inspect
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from symdiff.errors import CompileError, Loc, UsageError, refuse, why_no_file
from symdiff.frontend.formula import SUFFIX

_loaded: dict[Path, ModuleType] = {}


@dataclass(frozen=True, slots=True)
class Target:
    """A function to compile: where it was asked for, and where its source file is."""

    text: str
    place: str  # the file or module, as it was written
    name: str
    function: Callable[..., Any]
    file: Path | None  # of a target `file.py::function`


def find(text: str) -> Target:
    """The target that `text` writes, relative paths starting at the working directory.

    Raises UsageError SD708, SD709 or SD720, CompileError SD104 or SD108 for a file that does not parse.
    """
    place, separator, name = text.partition("::")
    if place.endswith(SUFFIX):
        return _formula(text, place, name if separator else None, Path.cwd() / place)
    if separator and place:
        file = Path.cwd() / place
        module = _from_file(file, place)
    else:
        file = None
        place, separator, name = text.partition(":")
        if not separator or not place.replace(".", "").isidentifier() or place.endswith(".py"):
            raise UsageError.of("SD709", target=text)
        module = _from_name(place)
    if not name or not name.replace(".", "").isidentifier():
        raise UsageError.of("SD709", target=text)
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part, None)
    if not callable(found):
        raise UsageError.of("SD708", name=name, place=f"{place}{_instead(module)}")
    return Target(text, place, name, found, file)


def find_all(text: str) -> list[Target]:
    """What `text` writes: all functions of a formula file where it names none, else one target.  Raises as `find`."""
    if not text.endswith(SUFFIX):
        return [find(text)]
    from symdiff.frontend.dsl.load import formulas, read_text

    file = Path.cwd() / text
    return [Target(text, text, made.__name__, made, file) for made in formulas(read_text(file, text), text)]


def _formula(text: str, place: str, name: str | None, file: Path) -> Target:
    """A function of a formula file, which is read and not run."""
    if name is not None and not name.isidentifier():
        raise UsageError.of("SD709", target=text)
    from symdiff.frontend.dsl.load import formula, read_text

    function = formula(read_text(file, place), name, place)
    return Target(text, place, function.__name__, function, file)


def _instead(module: ModuleType) -> str:
    """The functions that a module does define."""
    own = [n for n, f in vars(module).items() if inspect.isfunction(f) and f.__module__ == module.__name__]
    return f"; it defines: {', '.join(own)}" if own else ""


def _from_file(file: Path, shown: str) -> ModuleType:
    if not os.path.isfile(file):
        raise UsageError.of("SD720", module=shown, reason=why_no_file(file))
    file = file.resolve()
    if file in _loaded:
        return _loaded[file]
    name = file.stem if file.stem not in sys.modules else f"{file.stem}_{len(_loaded)}_of_symdiff"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise UsageError.of("SD720", module=shown, reason="it is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickle look it up
    folder = str(file.parent)
    if folder not in sys.path:  # as `python file.py` does
        sys.path.insert(0, folder)
    loader = spec.loader
    _run(lambda: loader.exec_module(module), shown, file)
    _loaded[file] = module
    return module


def _from_name(name: str) -> ModuleType:
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    module: ModuleType = _run(lambda: importlib.import_module(name), name)
    return module


def _check_depth(file: Path) -> None:
    """Raise CompileError where it was Python's own compiler that ended for want of room."""
    try:
        compile(file.read_bytes(), str(file), "exec", dont_inherit=True)
    except (RecursionError, MemoryError):
        raise CompileError.of("SD108", loc=Loc(str(file), 1, 0, 1, 0)) from None


def _run(load: Callable[[], Any], shown: str, file: Path | None = None) -> Any:
    """Import; what the module prints goes to stderr, since stdout may be the generated text."""
    try:
        with contextlib.redirect_stdout(sys.stderr):
            return load()
    except SyntaxError as error:
        if file is not None and error.filename is not None and Path(error.filename) == file:
            raise _does_not_parse(error, shown) from None
        where = f"{error.filename}, line {error.lineno}: " if error.filename is not None else ""
        raise UsageError.of("SD720", module=shown, reason=f"{where}{error.msg}") from None
    except (RecursionError, MemoryError) as error:
        if file is not None:
            _check_depth(file)
        raise UsageError.of("SD720", module=shown, reason=type(error).__name__) from error
    except ModuleNotFoundError as error:
        missing = f"there is no module {error.name}"
        raise UsageError.of("SD720", module=shown, reason=missing) from error
    except (Exception, SystemExit) as error:  # the user's code runs here and may raise anything
        text = f"{type(error).__name__}: {error}".removesuffix(": ")
        raise UsageError.of("SD720", module=shown, reason=text) from error


def _does_not_parse(error: SyntaxError, shown: str) -> CompileError:
    line, column = error.lineno or 1, max((error.offset or 1) - 1, 0)
    end = max((error.end_offset or 0) - 1, column + 1) if error.end_lineno == error.lineno else column + 1
    text = (error.text or "").rstrip("\n")
    loc = Loc(shown, line, column, line, end)
    problem = refuse("SD104", loc, source_line=text, message=error.msg, version=platform.python_version())
    return CompileError([problem])
