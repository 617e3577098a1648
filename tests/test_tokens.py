"""Tokens are the same on every Python: generated modules are, which are laid out by them."""

import tokenize

import pytest

from symdiff.codegen.view import Line
from symdiff.codegen.wrapping import wrapped
from symdiff.tokens import tokens


def strings(text: str) -> list[str]:
    return [t.string for t in tokens(text) if t.type == tokenize.STRING]


@pytest.mark.parametrize(
    "text", ["f'{a, (b, c)}'", 'rf"{x:{width},}, y"', 'f\'{d["k"], f"{e}"}\'', 'f"""a {b,\n c} d"""', "'plain, text'"]
)
def test_a_formatted_string_is_one_token(text: str) -> None:
    assert strings(f"g(1, {text}) + 2") == [text]
    assert [t.string for t in tokens(f"g(1, {text}) + 2") if t.string][:3] == ["g", "(", "1"]


def test_no_line_breaks_inside_a_string() -> None:
    message = "f'must have shape {(X.shape[0] - F.shape[0] + 1, X.shape[1] - F.shape[1] + 1)}, not {d_y.shape}'"
    rows = wrapped(Line(1, f"raise ValueError({message}, {message}, X.shape[0] - F.shape[0] + 1)"))
    assert len(rows) == 3
    assert sum(row.text.count("'") % 2 for row in rows) == 0
