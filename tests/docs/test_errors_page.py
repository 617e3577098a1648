"""The page of error codes is the table of the code."""

from tests.docs.print_errors import ERRORS, text


def test_the_page_is_current() -> None:
    assert ERRORS.read_text(encoding="utf-8") == text(), "run: python -m tests.docs.print_errors"
