"""Which lines of the source each generated line comes from."""

from pathlib import Path

import numpy as np

from symdiff.api.signatures import declared_signature
from symdiff.api.transforms import lower_function
from symdiff.pipeline import compile_module


def scale(v):
    return 2.0 * v


def summed(w, x: "f8[n]"):  # noqa: F821
    total = 0.0
    for i in range(len(x)):
        total += scale(w) * x[i]
    return np.exp(total)


def text_lines(fun, wrt, level):
    """The generated lines, each with the texts of the lines of this file that it comes from."""
    module = compile_module(lower_function(fun, declared_signature(fun)[0]), wrt, level=level)
    own = Path(__file__).read_text(encoding="utf-8").split("\n")
    rows = module.text.split("\n")
    return [
        (rows[k - 1].split("#")[0].strip(), {own[n - 1].strip() for _, n in at}) for k, at in module.origins.items()
    ]


def test_each_line_knows_the_lines_it_comes_from():
    found = text_lines(summed, ("w",), 0)
    assert ("for i in range(n):", {"for i in range(len(x)):"}) in found
    origins = {text: at for text, at in found}
    (read,) = {text for text in origins if text.endswith("= x[i]")}
    assert origins[read] == {"total += scale(w) * x[i]"}
    assert any(text.endswith("= 2.0 * w") and at == {"return 2.0 * v"} for text, at in found)
    (exp,) = {text for text in origins if "np.exp" in text}
    assert origins[exp] == {"return np.exp(total)"}
    assert any(text.startswith("d_w") and at for text, at in found)


def test_a_folded_line_comes_from_several():
    found = dict(text_lines(summed, ("w",), 2))
    assert any(len(at) > 1 for at in found.values()), found


def test_lines_without_origin_are_checks_and_returns():
    module = compile_module(lower_function(summed, declared_signature(summed)[0]), ("w",))
    for k, row in enumerate(module.text.split("\n"), start=1):
        if row.strip().startswith(("def ", "raise", '"""', "import", "__all__")):
            assert k not in module.origins, row
