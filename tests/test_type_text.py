"""Types as users write them, and as annotations say them."""

import ast

import pytest

from symdiff.errors import UsageError
from symdiff.signature import SizeNames, tree_text
from symdiff.type_text import from_annotation, parse_type, parse_types


def shown(text: str) -> str:
    made = parse_type(text, "x")
    return tree_text(made.tree, iter(made.leaves))


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("float", "float"),
        (" int ", "int"),
        ("complex", "complex"),
        ("f8[n, d]", "f8[n, d]"),
        ("f8[ n,3 ,1]", "f8[n, 3, 1]"),
        ("float32[n]", "f4[n]"),
        ("np.float32[n]", "f4[n]"),
        ("bool[n]", "b1[n]"),
        ("f8[]", "f8[]"),
        ("np.float32", "np.f4"),
        ("np.f8", "np.f8"),
        ("numpy.int64", "np.i8"),
        ("{w: f8[n], 'b': float}", "{'w': f8[n], 'b': float}"),
        ("[f8[n], (int, float)]", "[f8[n], (int, float)]"),
        ("(f8[n],)", "(f8[n],)"),
        ("(f8[n])", "f8[n]"),
        ("{}", "{}"),
        ("True", "True"),
        ("None", "None"),
        ("-3", "-3"),
        ("0.5", "0.5"),
        ("'relu'", "'relu'"),
        ("f8[größe]", "f8[größe]"),
    ],
)
def test_a_type_text(text: str, meaning: str) -> None:
    assert shown(text) == meaning
    assert shown(meaning) == meaning


@pytest.mark.parametrize(
    ("text", "reason", "caret"),
    [
        ("f8[n, *]", "a size is a name or a number", 6),
        ("f8[n", "expected `,` or `]`", 4),
        ("f8[n m]", "expected `,` or `]`", 5),
        ("f8[-1]", "a size is a name or a number", 3),
        ("f8[2.5]", "a size is a name or a number", 3),
        ("f8", "an array has its sizes in brackets, `f8[n]`; a NumPy scalar is `np.f8`", 0),
        ("f9[n]", None, 0),
        ("tensor", "tensor is no type", 0),
        ("", "expected a type", 0),
        ("float float", "expected nothing more here", 6),
        ("{1 float}", "expected `:`", 3),
        ("{a: float, a: int}", "key a is given twice", 11),
        ("np.ndarray", 'np.ndarray is too vague: write dtype and sizes, `x: "f8[n, d]"`', 0),
        ("bool", 'a bool is known when compiling: give its value, `--types "x=True"`', 0),
        ("[float int]", "expected `,` or `]`", 7),
        ("__import__('os')", "__import__ is no type", 0),
    ],
)
def test_what_is_not_understood_has_a_caret(text: str, reason: str | None, caret: int) -> None:
    with pytest.raises(UsageError) as caught:
        parse_type(text, "x")
    first, *lines = str(caught.value).split("\n")
    assert first.startswith(f"SD713 type `{text}` of x is not understood: {reason or ''}")
    if lines:
        assert lines[1].index("^") == 4 + caret


def test_deep_nesting_is_an_error_and_no_recursion_limit() -> None:
    with pytest.raises(UsageError, match="nested more than 50 deep"):
        parse_type("[" * 5000, "x")


def test_the_list_of_types() -> None:
    made = parse_types("x = f8[n, d], p={w: f8[d], k: 2}, b=float,")
    assert [str(a) for a in made.values()] == ["x: f8[n, d]", "p: {'w': f8[d], 'k': 2}", "b: float"]
    assert parse_types("") == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x", "SD713 `--types`: expected `=`\n    x\n     ^"),
        ("x=f8[n", "SD713 type `x=f8[n` of x is not understood: expected `,` or `]`\n    x=f8[n\n          ^"),
        ("x=int, x=int", "SD713 `--types`: x is given twice\n    x=int, x=int\n           ^"),
        ("x=int y=int", "SD713 `--types`: expected `,`\n    x=int y=int\n          ^"),
    ],
)
def test_a_wrong_list_of_types(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_types(text)
    assert str(caught.value) == message


def annotated(text: str, aliases: dict[str, object] | None = None) -> str:
    made = from_annotation(ast.parse(text, mode="eval").body, "x", SizeNames(), aliases)
    return tree_text(made.tree, iter(made.leaves))


@pytest.mark.parametrize(
    ("annotation", "meaning"),
    [
        ("float", "float"),
        ("int", "int"),
        ('"f8[n, d]"', "f8[n, d]"),
        ('"float"', "float"),
        ("np.float32", "np.f4"),
        ("np.double", "np.f8"),
        ('Float64[Array, "n d"]', "f8[n, d]"),
        ('jaxtyping.Float32[np.ndarray, "batch 3 _"]', "f4[batch, 3, n]"),
        ('Int64[Array, ""]', "i8[]"),
        ('Float[Array, "rows=4 n"]', "f8[4, n]"),
        ("'Float64[Array, \"n d\"]'", "f8[n, d]"),
        ('Annotated[np.ndarray, "f8[n]"]', "f8[n]"),
        ("Vector", "f8[n]"),
    ],
)
def test_an_annotation(annotation: str, meaning: str) -> None:
    assert annotated(annotation, {"Vector": "f8[n]"}) == meaning


@pytest.mark.parametrize(
    ("annotation", "message"),
    [
        (
            "np.ndarray",
            'type `np.ndarray` of x is not understood: np.ndarray is too vague: write dtype and sizes, `x: "f8[n, d]"`',
        ),
        (
            "NDArray[np.float64]",
            "type `NDArray[np.float64]` of x is not understood: NDArray[np.float64] is too vague: "
            'write dtype and sizes, `x: "f8[n, d]"`',
        ),
        (
            'Float64[Array, "*batch n"]',
            "type `Float64[Array, '*batch n']` of x is not understood: size '*batch' is neither a name nor a number",
        ),
        ("int | None", "type `int | None` of x is not understood: it is no type text and no type that symdiff knows"),
        ("3", "type `3` of x is not understood: it is no type text and no type that symdiff knows"),
    ],
)
def test_an_annotation_that_does_not_say_enough(annotation: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        annotated(annotation)
    assert str(caught.value).split("\n")[0] == f"SD713 {message}"
