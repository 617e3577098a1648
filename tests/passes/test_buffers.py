"""Copies for in-place printing: where they go in programs written by hand, and that random programs run right."""

import copy
import itertools
import time
from collections import Counter
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff import pipeline
from symdiff.ad.reverse import value_and_grad
from symdiff.ir import dims, types
from symdiff.ir.build import Builder
from symdiff.ir.core import Function, Program, Value, walk
from symdiff.ir.interpret import run
from symdiff.ir.text import parse_program, print_program
from symdiff.ir.verify import IRError
from symdiff.passes.buffers import Ownership, buffers, ownership
from tests.ir.random_programs import random_args, random_program
from tests.passes.in_place import arrays, run_in_place


def program(body: str, head: str = "%x: f8[n], %v: float") -> Program:
    lines = "\n".join("  " + line for line in body.strip("\n").splitlines())
    return parse_program(f"program @f\n\nfunc @f({head}) dims n\n{lines}\n")


def after(body: str, head: str = "%x: f8[n], %v: float") -> list[str]:
    """The lines of the function after the pass."""
    return [line[2:] for line in print_program(buffers(program(body, head))).splitlines()[3:]]


def check(body: str, expected: str, head: str = "%x: f8[n], %v: float") -> None:
    assert "\n".join(after(body, head)) == expected.strip("\n")


AT0 = "{spec=(('at', 0),)}"
TAIL = "{spec=(('slice', 1, None, None, dim(n - 1)),)}"
ZEROS = "zeros() {shape=(dim(n),), type=type(f8[n])}"


def test_an_argument_is_copied_before_it_is_written() -> None:
    check(
        f"%y: f8[n] = index_set(%x, %v) {AT0}\nreturn %y",
        f"%x.2: f8[n] = copy(%x)\n%y: f8[n] = index_set(%x.2, %v) {AT0}\nreturn %y",
    )


def test_a_fresh_array_is_written_as_it_is() -> None:
    text = f"%a: f8[n] = {ZEROS}\n%b: f8[n] = index_set(%a, %v) {AT0}\n%c: f8[n] = index_add(%b, %v) {AT0}\nreturn %c"
    check(text, text)


def test_an_array_read_after_its_update_is_copied() -> None:
    check(
        f"%a: f8[n] = {ZEROS}\n%b: f8[n] = index_set(%a, %v) {AT0}\n%c: f8[n] = add(%a, %b)\nreturn %c",
        f"%a: f8[n] = {ZEROS}\n%a.2: f8[n] = copy(%a)\n%b: f8[n] = index_set(%a.2, %v) {AT0}\n"
        "%c: f8[n] = add(%a, %b)\nreturn %c",
    )


def test_a_slice_read_after_the_update_is_copied_instead_of_the_array() -> None:
    check(
        f"%a: f8[n] = {ZEROS}\n%r: f8[n - 1] = index(%a) {TAIL}\n%b: f8[n] = index_set(%a, %v) {AT0}\n"
        "%c: f8[n - 1] = exp(%r)\nreturn %b, %c",
        f"%a: f8[n] = {ZEROS}\n%1: f8[n - 1] = index(%a) {TAIL}\n%r: f8[n - 1] = copy(%1)\n"
        f"%b: f8[n] = index_set(%a, %v) {AT0}\n%c: f8[n - 1] = exp(%r)\nreturn %b, %c",
    )


def test_a_slice_read_before_the_update_is_no_reason_to_copy() -> None:
    text = (
        f"%a: f8[n] = {ZEROS}\n%r: f8[n - 1] = index(%a) {TAIL}\n%c: f8[n - 1] = exp(%r)\n"
        f"%b: f8[n] = index_set(%a, %v) {AT0}\nreturn %b, %c"
    )
    check(text, text)


def test_a_slice_added_to_its_own_array_is_copied() -> None:
    check(
        f"%a: f8[n] = {ZEROS}\n%r: f8[n - 1] = index(%a) {TAIL}\n%b: f8[n] = index_add(%a, %r) {TAIL}\nreturn %b",
        f"%a: f8[n] = {ZEROS}\n%1: f8[n - 1] = index(%a) {TAIL}\n%r: f8[n - 1] = copy(%1)\n"
        f"%b: f8[n] = index_add(%a, %r) {TAIL}\nreturn %b",
    )


LOOP_HEAD = """\
%zero: int = const() {type=type(int), value=0}
%one: int = const() {type=type(int), value=1}
%hi: int = dim() {size=dim(n)}"""


def test_a_loop_that_updates_an_argument_copies_it_once() -> None:
    body = f"""{LOOP_HEAD}
%y: f8[n], %k: int = for(%zero, %hi, %one, %X, %v) {{n_carry=1, n_xs=0}}
  region (%i: int, %c: f8[n], %s: float)
    %d: f8[n] = index_set(%c, %s, %i) {{spec=(('at', None),)}}
    yield %d
return %y"""
    lines = after(body.replace("%X", "%x"))
    assert lines[3] == "%x.2: f8[n] = copy(%x)" and "%x.2, %v)" in lines[4]
    assert sum("copy" in line for line in lines) == 1


def test_an_accumulator_passes_through_a_branch_in_place() -> None:
    text = f"""%a: f8[n] = {ZEROS}
{LOOP_HEAD}
%y: f8[n], %k: int = for(%zero, %hi, %one, %a, %v) {{n_carry=1, n_xs=0}}
  region (%i: int, %c: f8[n], %s: float)
    %p: bool = gt(%s, %i)
    %d: f8[n] = cond(%p, %c, %s, %i)
      region (%c.2: f8[n], %s.2: float, %i.2: int)
        %e: f8[n] = index_add(%c.2, %s.2, %i.2) {{spec=(('at', None),)}}
        yield %e
      region (%c.3: f8[n], %s.3: float, %i.3: int)
        yield %c.3
    yield %d
return %y"""
    check(text, text)


def test_buffers_that_change_places_are_not_copied_in_the_loop() -> None:
    lines = after(f"""%a: f8[n] = {ZEROS}
%b: f8[n] = {ZEROS}
{LOOP_HEAD}
%y: f8[n], %z: f8[n], %k: int = for(%zero, %hi, %one, %a, %b, %v) {{n_carry=2, n_xs=0}}
  region (%i: int, %old: f8[n], %new: f8[n], %s: float)
    %r: f8[n - 1] = index(%old) {TAIL}
    %t: f8[n - 1] = exp(%r)
    %d: f8[n] = index_set(%new, %t) {TAIL}
    yield %d, %old
return %y, %z""")
    assert not any("copy" in line for line in lines)


def test_buffers_exchanged_in_a_branch_are_not_copied_in_the_loop() -> None:
    lines = after(f"""%a: f8[n] = {ZEROS}
%b: f8[n] = {ZEROS}
{LOOP_HEAD}
%y: f8[n], %z: f8[n], %k: int = for(%zero, %hi, %one, %a, %b, %v) {{n_carry=2, n_xs=0}}
  region (%i: int, %c: f8[n], %d: f8[n], %s: float)
    %p: bool = gt(%s, %i)
    %e: f8[n], %g: f8[n] = cond(%p, %c, %d)
      region (%c.2: f8[n], %d.2: f8[n])
        yield %d.2, %c.2
      region (%c.3: f8[n], %d.3: f8[n])
        yield %c.3, %d.3
    %h: f8[n] = index_set(%e, %s) {AT0}
    yield %h, %g
return %y, %z""")
    assert not any("copy" in line for line in lines)


def test_what_a_loop_collects_is_not_overwritten_by_the_next_turn() -> None:
    lines = after(f"""%a: f8[n] = {ZEROS}
{LOOP_HEAD}
%y: f8[n], %ys: Seq[f8[n]], %k: int = for(%zero, %hi, %one, %a, %v) {{n_carry=1, n_xs=0}}
  region (%i: int, %c: f8[n], %s: float)
    %d: f8[n] = index_set(%c, %s) {AT0}
    yield %d, %d
return %y, %ys""")
    assert lines[7] == "    %d.2: f8[n] = copy(%d)" and lines[8] == "    yield %d.2, %d"


def test_what_a_loop_may_hand_through_from_an_argument_is_copied() -> None:
    """Without a turn %y is the argument, after one turn %z is."""
    body = f"""{LOOP_HEAD}
%a: f8[n] = exp(%x)
%y: f8[n], %z: f8[n], %k: int = for(%zero, %hi, %one, %x, %a) {{n_carry=2, n_xs=0}}
  region (%i: int, %c: f8[n], %d: f8[n])
    %e: f8[n] = exp(%c)
    yield %e, %c
return %y, %z"""
    assert after(body)[-1] == "return %y.2, %z.2"
    for n in range(3):
        outcome(program(body, head="%x: f8[n]"), [np.full(n, 0.5)])


def test_a_row_that_a_loop_reads_is_copied_before_it_is_written() -> None:
    body = f"""{LOOP_HEAD}
%ys: Seq[f8[2]], %k: int = for(%zero, %hi, %one, %a) {{n_carry=0, n_xs=1}}
  region (%i: int, %row: f8[2])
    %ten: float = const() {{type=type(float), value=10.0}}
    %e: f8[2] = index_add(%row, %ten) {AT0}
    yield %e
%b: f8[n, 2] = as_array(%ys) {{type=type(f8[n, 2]), shape=(dim(n), 2)}}
%c: f8[n, 2] = add(%a, %b)
return %c"""
    assert "    %row.2: f8[2] = copy(%row)" in after(f"%a: f8[n, 2] = exp(%x)\n{body}", head="%x: f8[n, 2]")
    outcome(program(f"%a: f8[n, 2] = exp(%x)\n{body}", head="%x: f8[n, 2]"), [np.ones((3, 2))])


def test_a_list_grows_without_being_copied() -> None:
    text = f"""%s: Seq[f8[n]] = seq_empty() {{elem=type(f8[n])}}
{LOOP_HEAD}
%a: f8[n] = {ZEROS}
%h: f8[n], %t: Seq[f8[n]], %k: int = for(%zero, %hi, %one, %a, %s) {{n_carry=2, n_xs=0}}
  region (%i: int, %b: f8[n], %u: Seq[f8[n]])
    %c: f8[n] = exp(%b)
    %w: Seq[f8[n]] = seq_append(%u, %c)
    yield %c, %w
%g: f8[n] = seq_last(%t)
%e: f8[n] = exp(%g)
return %e"""
    check(text, text)


def test_a_part_is_read_before_its_whole_is_overwritten() -> None:
    lines = after(f"""{LOOP_HEAD}
%s: Seq[float] = seq_empty() {{elem=type(float)}}
%t: Seq[float] = seq_append(%s, %v)
%u: Seq[float] = seq_rest(%t)
%e: float = seq_last(%t)
%a: f8[n] = {ZEROS}
%b: f8[n] = index_set(%a, %e, %one) {{spec=(('at', None),)}}
%g: np.f8 = index(%a, %one) {{spec=(('at', None),)}}
%h: np.f8 = index(%a, %zero) {{spec=(('at', None),)}}
%c: f8[n] = index_set(%b, %g) {AT0}
return %c, %e, %h""")
    assert not any("copy" in line for line in lines)
    prims = [line.split(" = ")[1].split("(")[0] for line in lines[5:-1]]
    assert prims == ["seq_last", "seq_rest", "zeros", "index", "index", "index_set", "index_set"]


def test_an_element_of_a_list_is_copied_before_it_is_written() -> None:
    lines = after(f"""%s: Seq[f8[n]] = seq_empty() {{elem=type(f8[n])}}
%a: f8[n] = {ZEROS}
%t: Seq[f8[n]] = seq_append(%s, %a)
%g: f8[n] = seq_last(%t)
%b: f8[n] = index_set(%g, %v) {AT0}
return %b""")
    assert "%g.2: f8[n] = copy(%g)" in lines


def test_results_share_no_memory_with_arguments_and_each_other() -> None:
    check(
        f"%a: f8[n] = exp(%x)\n%r: f8[n - 1] = index(%a) {TAIL}\nreturn %x, %a, %a, %r",
        f"%a: f8[n] = exp(%x)\n%r: f8[n - 1] = index(%a) {TAIL}\n%x.2: f8[n] = copy(%x)\n%a.2: f8[n] = copy(%a)\n"
        "%r.2: f8[n - 1] = copy(%r)\nreturn %x.2, %a, %a.2, %r.2",
    )


SAVES = """\
program @f
record F: f8[n], f8[n], float

func @f(%x: f8[n], %v: float) dims n
  %a: f8[n] = exp(%x)
  %s: Saved[F] = saved_pack(%x, %a, %v) {name='F'}
  return %a, %s
"""


def test_saved_arguments_and_results_are_copied() -> None:
    text = print_program(buffers(parse_program(SAVES)))
    assert "%x.2: f8[n] = copy(%x)\n  %a.2: f8[n] = copy(%a)\n  %s: Saved[F] = saved_pack(%x.2, %a.2, %v)" in text


def test_arguments_can_be_borrowed() -> None:
    text = print_program(buffers(parse_program(SAVES), borrow=True))
    assert "%s: Saved[F] = saved_pack(%x, %a.2, %v)" in text


def test_residuals_share_memory_among_themselves_only() -> None:
    body = f"%a: f8[n] = exp(%x)\n%b: f8[n] = exp(%a)\n%r: f8[n - 1] = index(%a) {TAIL}\nreturn %b, %a, %r, %b, %x"
    for borrow in (False, True):
        text = print_program(buffers(program(body), residuals=(1, 2, 3, 4), borrow=borrow))
        assert f"return %b, %a, %r, %b.2, {'%x' if borrow else '%x.2'}" in text


CALLS = f"""\
program @f

func @g(%a: f8[n], %k: int) dims n
  %zero: int = const() {{type=type(int), value=0}}
  %p: bool = gt(%k, %zero)
  %b: f8[n] = cond(%p, %a, %k)
    region (%a.2: f8[n], %k.2: int)
      %one: int = const() {{type=type(int), value=1}}
      %c: f8[n] = index_add(%a.2, %k.2) {AT0}
      %m: int = sub(%k.2, %one)
      %d: f8[n] = call(%c, %m) {{function='g', types=(type(f8[n]),)}}
      yield %d
    region (%a.3: f8[n], %k.3: int)
      yield %a.3
  return %b

func @f(%x: f8[n]) dims n
  %three: int = const() {{type=type(int), value=3}}
  %y: f8[n] = call(%x, %three) {{function='g', types=(type(f8[n]),)}}
  return %y
"""


def test_a_recursive_function_updates_its_argument_and_the_caller_copies_once() -> None:
    text = print_program(buffers(parse_program(CALLS)))
    assert text.count("copy") == 1 and "  %x.2: f8[n] = copy(%x)\n  %y: f8[n] = call(%x.2, %three)" in text


def test_elementwise_results_take_over_dead_arrays() -> None:
    p = buffers(
        program(
            "%a: f8[n] = exp(%x)\n%b: f8[n] = add(%a, %x)\n%c: f8[n] = tanh(%b)\n%d: f8[n] = mul(%x, %c)\nreturn %d"
        )
    )
    into = ownership(p).into["f"]
    assert {op.prim.name: k for op, k in into.items()} == {"add": 0, "tanh": 0, "mul": 1}


def test_an_accumulator_is_added_to_in_place_and_an_argument_is_not() -> None:
    body = f"""%a: f8[n] = {ZEROS}
{LOOP_HEAD}
%y: f8[n], %k: int = for(%zero, %hi, %one, %START, %x) {{n_carry=1, n_xs=0}}
  region (%i: int, %c: f8[n], %z: f8[n])
    %e: f8[n] = exp(%z)
    %d: f8[n] = add(%e, %c)
    yield %d
return %y"""
    for start, expected in (("%a", {"add": 1}), ("%x", {"add": 0})):
        p = buffers(program(body.replace("%START", start)))
        assert {op.prim.name: k for op, k in ownership(p).into["f"].items()} == expected


def test_a_lent_part_that_something_else_is_put_in_place_of_is_copied() -> None:
    """What reads the part later reads the copy; the rest is still lent, and made whole again."""
    check(
        """%a: f8[n] = exp(%x)
%p: f8[n], %r: f8[n] = borrow(%a) {spec=(('slice', None, None, -1, dim(n)),)}
%b: f8[n] = restore(%r, %x) {spec=(('slice', None, None, -1, dim(n)),)}
%c: f8[n] = add(%b, %p)
return %c""",
        """%a: f8[n] = exp(%x)
%1: f8[n], %r: f8[n] = borrow(%a) {spec=(('slice', None, None, -1, dim(n)),)}
%p: f8[n] = copy(%1)
%b: f8[n] = restore(%r, %x) {spec=(('slice', None, None, -1, dim(n)),)}
%c: f8[n] = add(%b, %p)
return %c""",
    )


def _stored_in_reverse(v):
    a = v * 2.0
    b = a[::-1]
    b[:] = v
    return np.sum(a * a)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_an_argument_stored_whole_through_a_view(level: int) -> None:
    v = np.array([0.3, -0.7, 1.2, 0.5])
    value, slope = symdiff.value_and_grad(_stored_in_reverse, level=level)(v)
    assert value == pytest.approx(v @ v, rel=1e-15)
    np.testing.assert_allclose(slope, 2 * v, rtol=1e-15)


# --- random programs, run in place


def outcome(p: Program, args: list[Any]) -> None:
    expected = run(p, *copy.deepcopy(args))
    made = buffers(p)
    pure = run(made, *copy.deepcopy(args))
    for into in ({}, ownership(made).into):
        given = copy.deepcopy(args)
        found = run_in_place(made, *given, into=into)
        for e, q, f in zip(expected, pure, found, strict=True):
            np.testing.assert_array_equal(np.asarray(e), np.asarray(q))
            np.testing.assert_array_equal(np.asarray(e), np.asarray(f))
        for a, b in zip(args, given, strict=True):
            np.testing.assert_array_equal(a, b)
        results = [a for f in found for a in arrays(f)]
        assert all(a.flags.writeable for a in results)
        for a, b in itertools.combinations([*results, *arrays(given)], 2):
            assert not np.shares_memory(a, b)


@pytest.mark.parametrize("k", range(150))
def test_random_programs_run_in_place_as_they_run_purely(k: int, seed: int) -> None:
    rng = np.random.default_rng([seed, k])
    p = random_program(rng)
    outcome(p, random_args(p, rng, 3))


def test_random_programs_get_few_copies(seed: int) -> None:
    """A pass that copied every operand would pass the test above; here it shows."""
    count: Counter[str] = Counter()
    for k in range(60):
        made = buffers(random_program(np.random.default_rng([seed, k])))
        for f in made.functions.values():
            count.update(op.prim.name for op in walk(f.body))
        count["into"] += sum(map(len, ownership(made).into.values()))
    updates = sum(count[name] for name in ("index_set", "index_add", "seq_append", "seq_set"))
    assert count["copy"] < updates and count["into"] > 0.2 * (count["tanh"] + count["mul"])


def test_a_buffered_program_needs_no_more_copies(seed: int) -> None:
    for k in range(20):
        once = buffers(random_program(np.random.default_rng([seed, k])))
        assert print_program(buffers(once)) == print_program(once)


@pytest.mark.parametrize("k", range(30))
def test_gradients_of_random_programs_run_in_place_as_they_run_purely(k: int, seed: int) -> None:
    rng = np.random.default_rng([seed, k])
    p = random_program(rng)
    args = random_args(p, rng, 3)
    cts = [np.ones_like(out) if isinstance(out, np.ndarray) else type(out)(1) for out in run(p, *args)]
    outcome(value_and_grad(p, list(range(len(args)))), [*args, *cts])


def test_time_is_linear_in_the_program() -> None:
    """Many updates of one array with slices of it live: no pair of them is looked at."""

    def seconds(count: int) -> float:
        b = Builder()
        x = Value(types.array("f8", dims.var("n")), "x")
        a, total = b.op("exp", x), b.v(0.0)
        for _ in range(count):
            r = b.op("index", a, spec=(("at", 0),))
            a = b.op("index_set", a, r, spec=(("at", 1),))
            total = total + r
        p = Program({"f": Function("f", b.block([x], [a.value, total.value]), ("n",))}, "f")
        start = time.perf_counter()
        ownership(buffers(p))
        return time.perf_counter() - start

    small = min(seconds(500) for _ in range(3))
    assert min(seconds(5000) for _ in range(3)) < 40 * small


def _first_replaced(x):
    y = x * 2.0
    y[0] = x[1]
    return np.sum(y * x)


@pytest.mark.parametrize("name", ["buffers", "ownership"])
def test_the_pipeline_checks_ownership(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a pass that copies nothing, or takes everything for dead."""

    def all_dead(program: Program, *_: object) -> Ownership:
        return Ownership({program.entry: {op: 0 for op in walk(program.main.body) if op.prim.name == "mul"}})

    monkeypatch.setattr(pipeline, name, {"buffers": lambda program, **_: program, "ownership": all_dead}[name])
    with pytest.raises(IRError) as info:
        symdiff.generate(_first_replaced, types="x=f8[n]", wrt=("x",))
    assert info.value.invariant in ("borrowed", "overwritten", "results")
