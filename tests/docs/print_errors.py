"""Write the table of error codes into docs/errors.md: `python -m tests.docs.print_errors`."""

from pathlib import Path

from symdiff.errors import codes_table_markdown

ERRORS = Path(__file__).resolve().parents[2] / "docs" / "errors.md"
HEAD = """# Error codes

Printed from `symdiff/error_codes.py`. Every compile error shows the code, the place in your file with a caret, why, and
the smallest rewrite that works; all problems of a function are reported at once.

"""


def text() -> str:
    return HEAD + codes_table_markdown()


if __name__ == "__main__":
    ERRORS.write_text(text(), encoding="utf-8")
