"""Lending a part: no copies where nobody else looks, and which restores have nothing to do."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff.primitives  # noqa: F401  (fills the registry)
from symdiff.ir.core import Program
from symdiff.ir.interpret import run
from symdiff.ir.text import parse_program, print_program
from symdiff.ir.verify import verify
from symdiff.passes.buffers import buffers, ownership
from symdiff.passes.fold import fold
from symdiff.passes.lending import in_place
from tests.passes.in_place import run_in_place

PART = "{spec=(('slice', None, 1, None, 1),)}"
AT0 = "{spec=(('at', 0),)}"
CALL = "{function='g', types=(type(f8[1]),)}"
ZEROS = "zeros() {shape=(dim(n),), type=type(f8[n])}"
LENT = f"%p: f8[1], %r: f8[n] = borrow(%z) {PART}\n"
# what the callee does with the part, and whether it is then certain to return it
CALLEES = [
    (f"%q: f8[1] = index_add(%p, %v) {AT0}\nreturn %q", True),
    ("%q: f8[1] = mul(%p, %v)\nreturn %q", False),
    ("%q: f8[1] = index(%p) {spec=(('slice', None, None, -1, 1),)}\nreturn %q", False),
    (
        "%b: bool = const() {type=type(bool), value=True}\n%q: f8[1] = cond(%b, %p, %v)\n"
        f"  region (%a: f8[1], %c: float)\n    %d: f8[1] = index_set(%a, %c) {AT0}\n    yield %d\n"
        "  region (%a2: f8[1], %c2: float)\n    yield %a2\nreturn %q",
        True,
    ),
    (
        "%b: bool = const() {type=type(bool), value=False}\n%q: f8[1] = cond(%b, %p, %v)\n"
        f"  region (%a: f8[1], %c: float)\n    %d: f8[1] = call(%a, %c) {CALL}\n    yield %d\n"
        f"  region (%a2: f8[1], %c2: float)\n    %d2: f8[1] = index_set(%a2, %c2) {AT0}\n    yield %d2\nreturn %q",
        True,
    ),
    (
        "%l: int = const() {type=type(int), value=0}\n%h: int = const() {type=type(int), value=3}\n"
        "%o: int = const() {type=type(int), value=1}\n"
        "%q: f8[1], %k: int = for(%l, %h, %o, %p, %v) {n_carry=1, n_xs=0}\n"
        f"  region (%i: int, %a: f8[1], %c: float)\n    %d: f8[1] = index_add(%a, %c) {AT0}\n    yield %d\nreturn %q",
        True,
    ),
]  # fmt: skip


def program(body: str, callee: str) -> Program:
    def function(head: str, text: str) -> str:
        return head + "".join(f"\n  {line}" for line in text.strip("\n").splitlines())

    main = function("func @f(%v: float, %x: f8[n]) dims n", body)
    return parse_program(f"program @f\n\n{main}\n\n{function('func @g(%p: f8[1], %v: float)', callee)}\n")


@pytest.mark.parametrize(("callee", "certain"), CALLEES)
def test_a_lent_part_is_not_copied(callee: str, certain: bool) -> None:
    body = f"%z: f8[n] = exp(%x)\n{LENT}%q: f8[1] = call(%p, %v) {CALL}\n%y: f8[n] = restore(%r, %q) {PART}\nreturn %y"
    made = buffers(verify(program(body, callee)))
    verify(made, after_ownership=True)
    assert "copy(" not in print_program(made).split("func @g")[0]
    assert len(in_place(made, {})["f"]) == certain
    args = (2.0, np.arange(3.0))
    np.testing.assert_array_equal(run_in_place(made, *args, into={})[0], run(program(body, callee), *args)[0])


def test_an_elementwise_result_put_into_the_part_is_the_part() -> None:
    body = f"%z: f8[n] = exp(%x)\n{LENT}%q: f8[1] = mul(%p, %v)\n%y: f8[n] = restore(%r, %q) {PART}\nreturn %y"
    made = buffers(program(body, CALLEES[0][0]))
    assert not in_place(made, {})["f"] and len(in_place(made, ownership(made).into)["f"]) == 1


def test_who_keeps_the_part_gets_a_copy_of_the_whole() -> None:
    body = (
        f"%z: f8[n] = exp(%x)\n{LENT}%q: f8[1] = call(%p, %v) {CALL}\n%y: f8[n] = restore(%r, %q) {PART}\n"
        f"%w: f8[n] = index_set(%y, %v) {AT0}\n%e: f8[1] = exp(%q)\nreturn %w, %e"
    )
    made = buffers(program(body, CALLEES[0][0]))
    verify(made, after_ownership=True)
    args = (2.0, np.arange(3.0))
    for found, expected in zip(
        run_in_place(made, *args, into={}), run(program(body, CALLEES[0][0]), *args), strict=True
    ):
        np.testing.assert_array_equal(found, expected)


def test_what_is_read_later_is_copied_before_a_part_is_lent() -> None:
    body = (
        f"%z: f8[n] = exp(%x)\n{LENT}%q: f8[1] = call(%p, %v) {CALL}\n%y: f8[n] = restore(%r, %q) {PART}\n"
        "%s: f8[n] = add(%z, %y)\nreturn %s"
    )
    made = buffers(program(body, CALLEES[0][0]))
    verify(made, after_ownership=True)
    assert print_program(made).count("copy(%z)") == 1


def test_all_of_an_array_is_the_array() -> None:
    whole = "{spec=(('slice', None, None, None, dim(n)),)}"
    body = f"%y: f8[n] = index(%x) {whole}\n%z: f8[n] = exp(%y)\n%w: f8[n] = index_set(%y, %z) {whole}\nreturn %w"
    folded = fold(program(body, CALLEES[0][0]))
    assert [op.prim.name for op in folded.main.body.ops if op.outs[0] in folded.main.body.outs] == ["exp"]


LIST = "%e: Seq[f8[n]] = seq_empty() {elem=type(f8[n])}\n%z: f8[n] = exp(%x)\n%u: f8[n] = sin(%x)\n"
TURNS = (
    "%a: int = const() {type=type(int), value=0}\n%b: int = const() {type=type(int), value=2}\n"
    "%c: int = const() {type=type(int), value=1}\n"
)
APPENDED = "%e2: Seq[f8[n]] = seq_append(%e, %z)\n%s: Seq[f8[n]] = seq_append(%e2, "
# how a list comes to be, and whether changing one of its arrays costs a copy, of this array
LISTS = [
    (APPENDED + "%u)", 0),
    (APPENDED + "%z)", 1),  # the same array twice
    (APPENDED + "%u)\n%f: f8[n] = seq_get(%s, %a)", 1),  # read below
    (APPENDED + "%u)\n%f: f8[n] = add(%z, %u)", 0),
    (APPENDED + "%u)\n%f: f8[n] = mul(%z, %v)\n%t: f8[n] = add(%f, %f)", 0),
    (
        "%s: Seq[f8[n]], %k: int = for(%a, %b, %c, %z) {n_carry=0, n_xs=0}\n"
        "  region (%i: int, %g: f8[n])\n    %h: f8[n] = exp(%g)\n    yield %h",
        0,
    ),
    (
        "%s: Seq[f8[n]], %k: int = for(%a, %b, %c, %z) {n_carry=0, n_xs=0}\n"
        "  region (%i: int, %g: f8[n])\n    yield %g",
        1,
    ),
    (
        "%s: Seq[f8[n]], %k: int = for(%a, %b, %c, %e, %z) {n_carry=1, n_xs=0}\n"
        "  region (%i: int, %d: Seq[f8[n]], %g: f8[n])\n    %h: Seq[f8[n]] = seq_append(%d, %g)\n    yield %h",
        1,
    ),
    (
        "%s: Seq[f8[n]], %o: f8[n], %k: int = for(%a, %b, %c, %e, %z) {n_carry=2, n_xs=0}\n"
        "  region (%i: int, %d: Seq[f8[n]], %g: f8[n])\n    %h: Seq[f8[n]] = seq_append(%d, %g)\n"
        "    %m: f8[n] = sin(%g)\n    yield %h, %m",
        1,
    ),
]


@pytest.mark.parametrize(("made", "copies"), LISTS)
def test_an_array_in_a_list_is_lent_where_no_other_element_is_the_same_array(made: str, copies: int) -> None:
    also = ", %f" if "%f" in made else ""
    body = (
        f"{LIST}{TURNS}{made}\n%p: f8[n], %r: Seq[f8[n]] = borrow(%s) {AT0}\n%q: f8[n] = index_add(%p, %v) {AT0}\n"
        f"%y: Seq[f8[n]] = restore(%r, %q) {AT0}\nreturn %y{also}"
    )
    before = program(body, CALLEES[0][0])
    after = buffers(verify(before))
    verify(after, after_ownership=True)
    text = print_program(after)
    assert text.count("copy(%p)") == copies and "copy(%s)" not in text
    assert text.count("borrow(") == len(in_place(after, {})["f"]) == 1 - copies
    args = (2.0, np.arange(3.0))
    for found, expected in zip(run_in_place(after, *args, into={}), run(before, *args), strict=True):
        np.testing.assert_array_equal(found, expected)
