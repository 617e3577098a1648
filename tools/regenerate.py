"""Write the generated modules anew, each by the command in its first line.

    python tools/regenerate.py [FOLDER]

After a change of the emitter; `git diff` then shows what changed, to be read line by line.
"""

import sys
from pathlib import Path

from symdiff.cli import main
from symdiff.cli.first_lines import recorded


def regenerate(folder: Path) -> int:
    """Run the command of every generated module in a folder; the worst exit code."""
    worst = 0
    for path in sorted(folder.rglob("*.py")):
        words = recorded(path)
        if words is not None:
            worst = max(worst, main(["generate", *words, "--quiet", "-o", str(path)]))
    return worst


if __name__ == "__main__":
    raise SystemExit(regenerate(Path(sys.argv[1] if len(sys.argv) > 1 else "generated")))
