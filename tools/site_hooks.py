"""What mkdocs cannot do by itself: pages that live outside docs/, and plots made when the site is built.

A link from a page to a file that has no page (a source file, a folder) becomes its name in code: the site has no copy
of the repository.
"""

import os
import posixpath
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# page of the site -> file of the repository
OUTSIDE = {
    "contributing.md": "CONTRIBUTING.md",
    "changelog.md": "CHANGELOG.md",
    "lectures/index.md": "examples/lectures/README.md",
    "lectures/activations.md": "examples/lectures/activations.md",
    "lectures/errata.md": "examples/lectures/errata.md",
}
PLOTS = {
    "activations": "Activation functions and their derivatives",
    "landscape": "Gradient descent on the mean squared error of a line",
    "differences": "The error of numerical differentiation",
}
MADE = {"plots.md"}
FENCE = re.compile(r"^( *```\w+) .*$", re.MULTILINE)  # what follows the language is for the tests, and no option here
LINK = re.compile(
    r"(?P<text>!?\[(?:[^\]\[]|\[[^\]]*\])*\])\((?P<target>(?!https?:|#|mailto:)[^)#\s]+)(?P<anchor>#[^)\s]*)?\)"
)


def on_files(files: Any, config: Any) -> Any:
    from mkdocs.structure.files import File

    for page, source in OUTSIDE.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text(encoding="utf-8")))
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "examples/lectures/plots.py", folder], cwd=ROOT, check=True)
        for name in PLOTS:
            image = Path(folder, f"{name}.png").read_bytes()
            files.append(File.generated(config, f"images/plots/{name}.png", content=image))
    files.append(File.generated(config, "plots.md", content=plots_page()))
    return files


def plots_page() -> str:
    parts = [
        "# Plots",
        "",
        "Made by `examples/lectures/plots.py` when this site was built; every derivative is symdiff's.",
        "",
    ]
    for name, title in PLOTS.items():
        parts += [f"## {title}", "", f"![{title}](images/plots/{name}.png)", ""]
    return "\n".join(parts)


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    uri = page.file.src_uri
    return relinked(markdown, uri, {file.src_uri for file in files})


def relinked(markdown: str, page: str, pages: set[str]) -> str:
    """The text of a page with its links as the site needs them."""
    source = OUTSIDE.get(page, f"docs/{page}")
    homes = {home: name for name, home in OUTSIDE.items()}

    def new(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(source), link["target"]))
        name = homes.get(target, target.removeprefix("docs/") if target.startswith("docs/") else target)
        name = f"{name}/README.md" if f"{name}/README.md" in pages else name
        if name in pages and (target in homes or target.startswith("docs/")):
            return f"{link['text']}({os.path.relpath(name, posixpath.dirname(page) or '.')}{link['anchor'] or ''})"
        return link["text"][1:-1] if link["text"].startswith("[`") else f"{link['text'][1:-1]} (`{target}`)"

    outside_code = re.split(r"(^ *```.*?^ *```$|`[^`\n]+`(?!\]))", markdown, flags=re.DOTALL | re.MULTILINE)
    return "".join(FENCE.sub(r"\1", part) if k % 2 else LINK.sub(new, part) for k, part in enumerate(outside_code))
