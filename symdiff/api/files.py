"""Writing files: whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from symdiff.errors import UsageError


def write_whole(path: str | os.PathLike[str], text: str) -> None:
    """Replace the file at `path` by `text`, in one step; UsageError SD710 where that cannot be, nothing being left."""
    target = Path(os.path.realpath(path))  # a link stays a link
    if target.is_dir():
        raise UsageError.of("SD710", path=Path(path).as_posix(), reason="it is a folder")
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
        os.chmod(temporary, _mode(target))
        os.replace(temporary, target)
    except (OSError, ValueError) as error:  # ValueError: a null character in the path, a lone surrogate in the text
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        raise UsageError.of("SD710", path=Path(path).as_posix(), reason=_reason(error, target)) from None


def _mode(target: Path) -> int:
    """The permissions of the file that is replaced, or those of a new file."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _reason(error: OSError | ValueError, target: Path) -> str:
    if isinstance(error, FileNotFoundError):
        return f"there is no folder {target.parent.as_posix()}"
    return (error.strerror or str(error)).lower() if isinstance(error, OSError) else str(error)
