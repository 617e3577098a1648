"""The interpreter: what each construct means, in NumPy's terms."""

from typing import Any

import numpy as np
import pytest

import symdiff.primitives  # noqa: F401  (fills the registry)
from symdiff.ir import dims, types
from symdiff.ir.build import Builder
from symdiff.ir.core import Function, Op, Program, Value
from symdiff.ir.interpret import run
from symdiff.ir.text import parse_program

BOUNDS = """\
%zero: int = const() {type=type(int), value=0}
%one: int = const() {type=type(int), value=1}
%two: int = const() {type=type(int), value=2}
%hi: int = dim() {size=dim(n)}
"""


def program(body: str, head: str = "%x: f8[n], %v: float", dims: str = " dims n", before: str = "") -> Program:
    lines = "\n".join("  " + line for line in body.strip("\n").splitlines())
    return parse_program(f"program @f\n{before}\nfunc @f({head}){dims}\n{lines}\n")


def test_arguments_are_not_modified_by_updates() -> None:
    p = program(
        "%y: f8[n] = index_set(%x, %v) {spec=(('at', 0),)}\n"
        "%z: f8[n] = index_add(%y, %v) {spec=(('at', 1),)}\nreturn %y, %z"
    )
    x = np.arange(3.0)
    y, z = run(p, x, 5.0)
    assert x.tolist() == [0, 1, 2] and y.tolist() == [5, 1, 2] and z.tolist() == [5, 6, 2]


def test_repeated_indices_accumulate() -> None:
    p = program(
        "%y: f8[n] = index_add(%x, %w, %i) {spec=(('array',),)}\nreturn %y",
        head="%x: f8[n], %w: f8[m], %i: i8[m]",
        dims=" dims n, m",
    )
    (y,) = run(p, np.zeros(3), np.array([1.0, 2.0, 4.0]), np.array([2, 0, 2]))
    assert y.tolist() == [2, 0, 5]


@pytest.mark.parametrize("n", [0, 1, 4])
@pytest.mark.parametrize("reverse", [False, True])
def test_a_for_reads_stores_and_counts_turn_by_turn(n: int, reverse: bool) -> None:
    loop = f"for(%zero, %hi, %one, %start, %x) {{n_carry=1, n_xs=1, reverse={reverse}}}"
    p = program(BOUNDS + f"""%s: np.f8, %ys: Seq[np.f8], %k: int = {loop}
  region (%i: int, %c: np.f8, %e: np.f8)
    %ten: float = const() {{type=type(float), value=10.0}}
    %t: np.f8 = mul(%c, %ten)
    %d: np.f8 = add(%t, %e)
    yield %d, %d
return %s, %ys, %k""", head="%x: f8[n], %start: np.f8")  # fmt: skip
    x = np.arange(1.0, n + 1)
    total, expected = 0.0, []
    for e in x[::-1] if reverse else x:
        total = 10 * total + e
        expected.append(total)
    s, ys, count = run(p, x, np.float64(0))
    assert s == total and list(ys) == (expected[::-1] if reverse else expected) and count == n


def test_bounds_and_step_are_those_of_range() -> None:
    p = program("""%n: int, %ys: Seq[int], %k: int = for(%lo, %hi, %step, %lo) {n_carry=1, n_xs=0}
  region (%i: int, %c: int)
    yield %i, %i
return %n, %ys, %k""", head="%lo: int, %hi: int, %step: int", dims="")  # fmt: skip
    for bounds in ((0, 5, 2), (5, 0, -2), (3, 3, 1), (4, 1, 1), (-2, 2, 1)):
        last, ys, count = run(p, *bounds)
        turns = list(range(*bounds))
        assert ys == turns and count == len(turns) and last == (turns[-1] if turns else bounds[0])


def test_an_exit_code_ends_a_loop_after_its_turn() -> None:
    loop = "for(%zero, %hi, %one, %v) {n_carry=1, n_xs=0, exit=True}"
    p = program(BOUNDS + f"%code: int, %s: float, %ys: Seq[int], %k: int = {loop}" + """
  region (%i: int, %c: float)
    %w: float = add(%c, %i)
    %three: float = const() {type=type(float), value=3.0}
    %p: bool = gt(%w, %three)
    %e: int = convert(%p) {dtype='i8', kind=kind.python}
    yield %e, %w, %i
return %code, %s, %ys, %k""")  # fmt: skip
    assert run(p, np.zeros(9), 0.5) == (1, 3.5, [0, 1, 2], 3)
    assert run(p, np.zeros(2), 0.5) == (0, 1.5, [0, 1], 2)


def test_a_while_tests_before_each_turn() -> None:
    p = program("""%s: float, %ys: Seq[float], %k: int = while(%v, %w) {n_carry=1}
  region (%a: float, %b: float)
    %p: bool = gt(%a, %b)
    yield %p
  region (%c: float, %d: float)
    %half: float = const() {type=type(float), value=0.5}
    %e: float = mul(%c, %half)
    yield %e, %c
return %s, %ys, %k""", head="%v: float, %w: float", dims="")  # fmt: skip
    assert run(p, 8.0, 1.0) == (1.0, [8.0, 4.0, 2.0], 3)
    assert run(p, 0.5, 1.0) == (0.5, [], 0)


def test_only_the_branch_taken_runs() -> None:
    p = program("""%y: float = cond(%p, %v)
  region (%a: float)
    %one: float = const() {type=type(float), value=1.0}
    %q: float = div(%one, %a)
    yield %q
  region (%b: float)
    yield %b
return %y""", head="%p: bool, %v: float", dims="")  # fmt: skip
    assert run(p, False, 0.0) == (0.0,) and run(p, True, 4.0) == (0.25,)
    with pytest.raises(ZeroDivisionError):
        run(p, True, 0.0)


def test_recursion_and_sizes_of_each_call() -> None:
    """The sum of an array by halves: every call has its own n."""
    b = Builder()
    n = dims.var("n")
    x = Value(types.array("f8", n), "x")
    size, half = b.op("dim", size=n), b.op("dim", size=dims.floordiv(n, 2)).value
    many = b.op("gt", size, 1).value
    blocks = []
    for split in (True, False):
        inner, caps = Builder(), [Value(x.type, "x"), Value(types.INT, "h")]
        if split:
            left = inner.op("index", *caps, spec=(("slice", None, "v", None, dims.floordiv(n, 2)),)).value
            rest = dims.sub(n, dims.floordiv(n, 2))
            right = inner.op("index", *caps, spec=(("slice", "v", None, None, rest),)).value
            parts = [inner.emit("call", v, function="f", types=(types.numpy("f8"),))[0] for v in (left, right)]
            out = inner.op("add", *parts).value
        else:
            out = inner.op("index", caps[0], spec=(("at", 0),)).value
        blocks.append(inner.block(caps, [out]))
    (y,) = b.emit("cond", many, x, half, regions=blocks)
    p = Program({"f": Function("f", b.block([x], [y]), ("n",))}, "f")
    for count in (1, 2, 5, 8):
        assert run(p, np.arange(float(count))) == (count * (count - 1) / 2,)


@pytest.mark.parametrize("n", [0, 1, 3])
def test_sequences_become_arrays_and_back(n: int) -> None:
    p = program(BOUNDS + """%ys: Seq[f8[2]], %k: int = for(%zero, %hi, %one, %x) {n_carry=0, n_xs=1}
  region (%i: int, %row: f8[2])
    %e: f8[2] = neg(%row)
    yield %e
%a: f8[n, 2] = as_array(%ys) {type=type(f8[n, 2]), shape=(dim(n), 2)}
%s: Seq[f8[2]] = as_seq(%a) {elem=type(f8[2])}
%m: int = seq_len(%s)
return %a, %m""", head="%x: f8[n, 2]")  # fmt: skip
    x = np.arange(2.0 * n).reshape(n, 2)
    a, m = run(p, x)
    assert a.shape == (n, 2) and np.array_equal(a, -x) and m == n


def test_lists_are_values() -> None:
    p = program("""%s: Seq[float] = seq_empty() {elem=type(float)}
%t: Seq[float] = seq_append(%s, %v)
%u: Seq[float] = seq_append(%t, %w)
%zero: int = const() {type=type(int), value=0}
%x: Seq[float] = seq_set(%u, %zero, %w)
%y: float = seq_last(%u)
%r: Seq[float] = seq_rest(%u)
return %s, %t, %u, %x, %y, %r""", head="%v: float, %w: float", dims="")  # fmt: skip
    assert run(p, 1.0, 2.0) == ([], [1.0], [1.0, 2.0], [2.0, 2.0], 2.0, [1.0])


def test_an_unbound_optional_raises_as_python_does() -> None:
    p = program("%y: float = opt_get(%o) {name='total'}\nreturn %y", head="%o: Opt[float]", dims="")
    assert run(p, 2.5) == (2.5,)
    with pytest.raises(UnboundLocalError, match="cannot access local variable 'total'"):
        run(p, None)


def test_records_of_a_branch() -> None:
    p = program("""%a: Alt[f8[n]; float | int] = alt_pack(%x, %v) {side=0, type=type(Alt[f8[n]; float | int])}
%y: f8[n], %w: float = alt_unpack(%a) {side=0}
return %y, %w""")  # fmt: skip
    y, w = run(p, np.arange(2.0), 3.0)
    assert y.tolist() == [0, 1] and w == 3


def test_kinds_are_kept() -> None:
    p = program("""%a: float = add(%v, %v)
%b: np.f8 = exp(%v)
%c: np.f8 = add(%v, %v) {ufunc=True}
%d: np.f4 = convert(%v) {dtype='f4', kind=kind.numpy}
%e: f8[] = convert(%v) {dtype='f8', kind=kind.array}
return %a, %b, %c, %d, %e""", head="%v: float", dims="")  # fmt: skip
    assert [type(r) for r in run(p, 1.0)] == [float, np.float64, np.float64, np.float32, np.ndarray]


def test_a_copy_shares_nothing() -> None:
    p = program("""%y: f8[n] = copy(%x)
%t: Seq[f8[n]] = copy(%s)
%u: Seq[f8[n]] = copy(%s) {deep=True}
return %y, %t, %u""", head="%x: f8[n], %s: Seq[f8[n]]")  # fmt: skip
    x, s = np.ones(2), [np.ones(2)]
    y, shallow, deep = run(p, x, s)
    assert not np.shares_memory(x, y) and shallow is not s and shallow[0] is s[0]
    assert not np.shares_memory(deep[0], s[0]) and deep[0].tolist() == [1, 1]


def test_an_observer_sees_every_operation_that_runs() -> None:
    p = program(BOUNDS + """%s: float, %k: int = for(%zero, %hi, %one, %v) {n_carry=1, n_xs=0}
  region (%i: int, %c: float)
    %d: float = add(%c, %i)
    yield %d
return %s""")  # fmt: skip
    seen: list[str] = []

    def observe(op: Op, outs: tuple[Any, ...]) -> None:
        seen.append(op.prim.name)

    run(p, np.zeros(4), 0.0, observer=observe)
    assert seen.count("add") == 4 and seen[-1] == "for"


def test_long_programs_need_no_recursion() -> None:
    b = Builder()
    x = y = Value(types.FLOAT, "x")
    for _ in range(5000):
        y = b.op("add", y, 1).value
    assert run(Program({"f": Function("f", b.block([x], [y]))}, "f"), 0.0) == (5000.0,)


def test_deep_recursion_needs_no_recursion() -> None:
    p = parse_program("""\
program @f

func @f(%k: int)
  %zero: int = const() {type=type(int), value=0}
  %more: bool = gt(%k, %zero)
  %y: int = cond(%more, %k)
    region (%j: int)
      %one: int = const() {type=type(int), value=1}
      %less: int = sub(%j, %one)
      %r: int = call(%less) {function='f', types=(type(int),)}
      %s: int = add(%r, %j)
      yield %s
    region (%e: int)
      yield %e
  return %y
""")
    assert run(p, 20_000) == (200_010_000,)
