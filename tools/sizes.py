"""Prints lines per folder, the longest files and the longest functions: a report to be read, not a limit."""

import ast
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("symdiff", "tests", "tools", "examples", "benchmarks", "templates")


def longest_functions(files: dict[Path, str]) -> list[tuple[int, str]]:
    found = []
    for path, text in files.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                found.append((length, f"{path}:{node.lineno} {node.name}"))
    return sorted(found, reverse=True)


def main() -> None:
    paths = [p for folder in FOLDERS for suffix in ("py", "j2") for p in sorted((ROOT / folder).rglob(f"*.{suffix}"))]
    files = {path.relative_to(ROOT): path.read_text(encoding="utf-8") for path in paths}
    lines = {path: len(text.splitlines()) for path, text in files.items()}
    folders: Counter[str] = Counter()
    for path, count in lines.items():
        folders[str(path.parent)] += count
    print("lines per folder")
    for folder, count in sorted(folders.items()):
        print(f"{count:7}  {folder}")
    print("longest files")
    for path, count in Counter(lines).most_common(5):
        print(f"{count:7}  {path}")
    print("longest functions of symdiff")
    package = {path: text for path, text in files.items() if path.parts[0] == "symdiff" and path.suffix == ".py"}
    for count, name in longest_functions(package)[:5]:
        print(f"{count:7}  {name}")


if __name__ == "__main__":
    main()
