"""The text form: what it looks like, and that it parses back to the same program."""

import math

import numpy as np
import pytest

import symdiff.primitives  # noqa: F401  (fills the registry)
from symdiff.errors import Loc
from symdiff.ir import dims, types
from symdiff.ir.build import Builder
from symdiff.ir.core import Block, Function, Literal, Program, Value
from symdiff.ir.same import same
from symdiff.ir.text import parse_program, print_program, show
from symdiff.ir.types import Alt, AVal, Kind, Opt, Saved, Seq
from tests.ir.random_programs import random_program

LOOP = """\
program @f
record F: f8[n], Seq[float]

func @f(%x: f8[n], %w: float) dims n
  %y: f8[n] = mul(%x, %w)
  %zero: int = const() {type=type(int), value=0}
  %hi: int = dim() {size=dim(n)}
  %one: int = const() {type=type(int), value=1}
  %1: float, %2: int = for(%zero, %hi, %one, %w) {n_carry=1, n_xs=0}
    region (%i: int, %c: float)
      %d: float = add(%c, %c)
      yield %d
  return %y, %1
"""


def test_printed_text_is_what_was_parsed() -> None:
    assert print_program(parse_program(LOOP)) == LOOP


def test_an_empty_region_and_no_results_print() -> None:
    region = "    region ()\n      yield\n"
    text = f"program @f\n\nfunc @f(%p: bool)\n  cond(%p)\n{region}{region}  return\n"
    assert print_program(parse_program(text)) == text


VALUES = [
    *(0, -3, True, None, 1.5, -0.0, 1e300, 5e-324, math.inf, -math.inf, 1j, complex(-0.0, math.inf)),
    *('it\'s\n"x"', "", (), (1,), (1, (2.0, "v")), Kind.EITHER, np.float32(0.1), np.int64(3), np.bool_(True)),
    *(dims.parse("max(n - 1, 0) + 2*m"), dims.parse("2*(n//2)"), dims.parse("(n - 1)//(m + 1)*n")),
    *(Literal.of(np.array([[0.1, -0.0]])), Literal.of(np.zeros((0, 3), np.float32)), Literal.of(np.array(2 + 1j))),
    *(Literal.of(np.array([-np.nan])), Literal.of(np.array([0.1, 3], np.float32)), Literal.of(np.array([True]))),
    *(types.array("f8"), types.array("f4", dims.var("n"), 3), types.numpy("f4"), AVal(Kind.EITHER, (), "f8")),
    *(Saved("F'"), Seq(Opt(types.FLOAT)), Alt((types.FLOAT, Seq(types.INT)), ())),
    Alt((), (types.array("f8", dims.parse("max(n, m)"), 2),)),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_parameters_parse_back_exactly(value: object) -> None:
    text = f"program @f\n\nfunc @f()\n  %x: int = dim() {{size={show(value)}}}\n  return\n"
    (op,) = parse_program(text).main.body.ops
    found = op.params["size"]
    assert type(found) is type(value) and repr(found) == repr(value)


def test_not_a_number_keeps_its_place() -> None:
    (op,) = parse_program("program @f\n\nfunc @f()\n  %x: int = dim() {size=nan}\n  return\n").main.body.ops
    assert math.isnan(op.params["size"])


def test_hints_that_are_no_identifiers_are_quoted() -> None:
    x, y, z = Value(types.FLOAT, "a b"), Value(types.FLOAT, "1"), Value(types.FLOAT, "a b")
    program = Program({"f": Function("f", Block((x, y, z), (), (z, x)))}, "f")
    text = print_program(program)
    assert "%'a b': float, %'1': float, %'a b'.2: float" in text
    assert same(parse_program(text), program)


def test_a_second_value_of_one_hint_is_numbered() -> None:
    b = Builder()
    x = Value(types.FLOAT, "x")
    y = b.op("exp", x, hint="x").value
    text = print_program(Program({"f": Function("f", b.block([x], [y]))}, "f"))
    assert "%x.2: np.f8 = exp(%x)" in text


def test_places_print_and_parse_back() -> None:
    b = Builder(Loc("dir/my model.py", 12, 4, 12, 9, "neuron", 11))
    x = Value(types.FLOAT, "x")
    y = b.op("exp", x).value
    program = Program({"f": Function("f", b.block([x], [y]))}, "f")
    text = print_program(program, locs=True)
    assert "@ 'dir/my model.py':12:5-12:10 in neuron:11" in text
    assert same(parse_program(text), program, locs=True)
    assert not same(parse_program(print_program(program)), program, locs=True)


@pytest.mark.parametrize("k", range(60))
def test_random_programs_round_trip(k: int, seed: int) -> None:
    program = random_program(np.random.default_rng([seed, k]))
    text = print_program(program)
    again = parse_program(text)
    assert print_program(again) == text
    assert same(program, again)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        *(("add(%c, %c)", "mul(%c, %c)"), ("value=1}", "value=2}"), ("yield %d", "yield %c"), (" dims n", "")),
        *(("%w: float", "%w: np.f8"), ("return %y, %1", "return %y"), ("n_xs=0", "n_xs=False")),
        *(("%d: float", "%e: float"), ("record F: f8[n]", "record F: f8[m]"), ("%c: float", "%c: float is 1.0")),
    ],
)
def test_same_sees_every_difference(before: str, after: str) -> None:
    assert before in LOOP
    changed = LOOP.replace(before, after).replace("yield %d", "yield %e" if after.startswith("%e") else "yield %d")
    assert not same(parse_program(LOOP), parse_program(changed))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("func @f()\n  return\n", "no `program @name` line"),
        ("program @f\nfunc @f()\n  %x: int = dim()\n", "function f has no `return`"),
        ("program @f\nfunc @f()\n  %x: int = nonsense()\n  return\n", "no primitive `nonsense`"),
        ("program @f\nfunc @f(%x: f8[n)\n  return\n", "line 2, column"),
        ("program @f\nfunc @f()\n  yield\n", "`yield` outside of a region"),
        ("program @f\nhello\n", "`program`, `record` or `func` is expected"),
    ],
)
def test_what_is_no_program_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(ValueError, match="^.*" + message.replace("(", r"\(")):
        parse_program(text)


def test_ten_thousand_operations_and_deep_nesting_need_no_recursion() -> None:
    b = Builder()
    x = y = Value(types.FLOAT, "x")
    for _ in range(10_000):
        y = b.op("add", y, x).value
    program = Program({"f": Function("f", b.block([x], [y]))}, "f")
    assert same(parse_program(print_program(program)), program)
