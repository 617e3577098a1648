"""The pictures of the documentation are what their commands print, byte for byte."""

import pytest

from tools import pictures


@pytest.mark.parametrize("name", pictures.COMMANDS)
def test_a_picture_is_current(name: str) -> None:
    shown = (pictures.IMAGES / f"{name}.svg").read_text(encoding="utf-8")
    assert shown == pictures.picture(name), "run: python -m tools.pictures"


def test_no_other_pictures_are_kept() -> None:
    assert {path.stem for path in pictures.IMAGES.iterdir()} == set(pictures.COMMANDS)
