"""Write the generated functions that pages show beside their source: `python -m tests.docs.print_generated`.

After a change of the emitter.  A block keeps its commands and the names of the functions below them; to show a function
anew, write `...`, a line `def NAME(` and `...` below the command.
"""

import ast
import os
import re
import shlex
import subprocess
import tempfile
from pathlib import Path

from tests.docs.test_docs import PAGES, PROGRAMS, ROOT, Command, blocks, commands, write_code

FUNCTION = re.compile(r"^def (\w+)\(", re.MULTILINE)


def printed(command: Command, folder: Path) -> str:
    env = os.environ | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    program = [*PROGRAMS[command.words[0]], *command.words[1:]]
    done = subprocess.run(program, cwd=folder, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{shlex.join(command.words)}\n{done.stderr}")
    return done.stdout


def excerpt(module: str, names: list[str]) -> str:
    """The functions of a module's text, with `...` for what stands around them."""
    lines = module.splitlines()
    found = {node.name: node for node in ast.parse(module).body if isinstance(node, ast.FunctionDef)}
    parts = ["\n".join(lines[found[name].lineno - 1 : found[name].end_lineno]) for name in names]
    return "...\n" + "\n...\n".join(parts) + "\n...\n"


def current(page: Path) -> str:
    """The text of a page with the generated functions that symdiff prints now."""
    text = page.read_text(encoding="utf-8")
    found = list(blocks(text))
    with tempfile.TemporaryDirectory() as folder:
        write_code(page, found, Path(folder))
        for name in ("examples", "generated"):
            (Path(folder) / name).symlink_to(ROOT / name)
        for command in (c for block in found if block.info == "console" for c in commands(block)):
            names = FUNCTION.findall(command.output)
            if command.words[:2] == ["symdiff", "generate"] and names:
                text = text.replace(command.output, excerpt(printed(command, Path(folder)), names), 1)
    return text


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(current(page), encoding="utf-8")
