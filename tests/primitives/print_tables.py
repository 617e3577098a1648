"""Write the registry's tables into docs/conventions.md: `python -m tests.primitives.print_tables`."""

import re
from pathlib import Path

import symdiff.primitives  # noqa: F401  (fills the registry)
from symdiff.primitives.tables import coverage_table_markdown, kinks_table_markdown

CONVENTIONS = Path(__file__).resolve().parents[2] / "docs" / "conventions.md"


def replaced(text: str, heading: str, table: str) -> str:
    """The text with the first table after a heading replaced."""
    before, after = text.split(f"## {heading}\n", 1)
    return f"{before}## {heading}\n" + re.sub(r"(\|.*\n)+", lambda _: table, after, count=1)


def main() -> None:
    text = CONVENTIONS.read_text(encoding="utf-8")
    text = replaced(text, "Kinks and singular points", kinks_table_markdown())
    CONVENTIONS.write_text(replaced(text, "Coverage", coverage_table_markdown()), encoding="utf-8")


if __name__ == "__main__":
    main()
