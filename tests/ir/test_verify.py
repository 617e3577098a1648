"""Every invariant of programs has a program that breaks it."""

import linecache
import re
from dataclasses import replace

import numpy as np
import pytest

import symdiff.primitives  # noqa: F401  (fills the registry)
from symdiff.errors import SymdiffError
from symdiff.ir.core import Block, Function, Op, Program
from symdiff.ir.text import parse_program
from symdiff.ir.verify import INVARIANTS, IRError, verify
from symdiff.passes.buffers import buffers
from tests.ir.random_programs import random_program

LOOP = """\
%a: int = const() {type=type(int), value=0}
%b: int = const() {type=type(int), value=3}
%c: int = const() {type=type(int), value=1}
"""
TRUE = "%p: bool = const() {type=type(bool), value=True}\n"
AT0 = "{spec=(('at', 0),)}"
PART = "{spec=(('slice', None, 1, None, 1),)}"
LENT = f"%p: f8[1], %r: f8[n] = borrow(%x) {PART}\n"
ZEROS = "zeros() {shape=(dim(n),), type=type(f8[n])}"


def program(body: str, head: str = "%x: f8[n], %v: float", dims: str = " dims n", before: str = "") -> Program:
    lines = "\n".join("  " + line for line in body.strip("\n").splitlines())
    return parse_program(f"program @f\n{before}\nfunc @f({head}){dims}\n{lines}\n")


G = "func @g(%x: f8[n], %y: f8[n]) dims n\n  %z: f8[n] = add(%x, %y)\n  return %z\n"

# name of the invariant, a word of the detail, the program
BAD = [
    ("single definition", "again", program("%y: f8[n] = exp(%x)\n%y: f8[n] = exp(%x)\nreturn %y")),
    ("single definition", "again", program("return %x", head="%x: f8[n], %x: f8[n]")),
    ("isolation", "operand", program("%y: f8[n] = exp(%z)\nreturn %y")),
    ("isolation", "operand", program("%y: f8[n] = exp(%z)\n%z: f8[n] = exp(%x)\nreturn %y")),
    ("isolation", "operand", program(
        TRUE + "%y: f8[n] = cond(%p)\n  region ()\n    %e: f8[n] = exp(%x)\n"
        "    yield %e\n  region ()\n    %g: f8[n] = exp(%x)\n    yield %g\nreturn %y"
    )),
    ("isolation", "ends in", program("return %q")),
    ("primitive", "operands", program("%y: f8[n] = exp(%x, %x)\nreturn %y")),
    ("primitive", "undeclared", program("%y: f8[n] = exp(%x) {speed=3}\nreturn %y")),
    ("carry types", "leaves", program(
        LOOP + "%y: float, %n: int = for(%a, %b, %c, %v) {n_carry=1, n_xs=0}\n  region (%i: int, %s: float)\n"
        "    yield %i\nreturn %y"
    )),
    ("carry types", "takes", program(
        LOOP + "%y: float, %n: int = for(%a, %b, %c, %v) {n_carry=1, n_xs=0}\n  region (%i: int, %s: np.f8)\n"
        "    yield %s\nreturn %y"
    )),
    ("region arity", "1 regions", program(
        TRUE + "%y: float = cond(%p, %v)\n  region (%w: float)\n    yield %w\n"
        "return %y"
    )),
    ("region arity", "takes", program(
        LOOP + "%y: float, %n: int = for(%a, %b, %c, %v) {n_carry=1, n_xs=0}\n  region (%s: float)\n"
        "    yield %s\nreturn %y"
    )),
    ("branch types", "then ends", program(
        TRUE + "%y: float = cond(%p, %v)\n  region (%w: float)\n    yield %w\n"
        "  region (%u: float)\n    %t: np.f8 = exp(%u)\n    yield %t\nreturn %y"
    )),
    ("turns", "read turn by turn", program(
        LOOP + "%n: int = for(%a, %b, %c, %v) {n_carry=0, n_xs=1}\n  region (%i: int, %s: float)\n    yield\nreturn %n"
    )),
    ("turns", "collects", program(
        LOOP + "%y: f8[3], %n: int = for(%a, %b, %c, %v) {n_carry=0, n_xs=0}\n  region (%i: int, %s: float)\n"
        "    yield %s\nreturn %y"
    )),
    ("turns", "rows", program(
        LOOP + "%n: int = for(%a, %b, %c, %x, %y) {n_carry=0, n_xs=2}\n  region (%i: int, %s: np.f8, %t: np.f8)\n"
        "    yield\nreturn %n", head="%x: f8[n], %y: f8[n + 1]",
    )),
    ("before", "yields", program(
        "%y: float, %n: int = while(%v) {n_carry=1}\n  region (%w: float)\n    yield %w\n  region (%u: float)\n"
        "    yield %u\nreturn %y"
    )),
    ("before", "effect", program(
        "%y: float, %n: int = while(%v, %o) {n_carry=1}\n  region (%w: float, %q: Opt[bool])\n"
        "    %p: bool = opt_get(%q) {name='p'}\n    yield %p\n  region (%u: float, %q.2: Opt[bool])\n    yield %u\n"
        "return %y",
        head="%v: float, %o: Opt[bool]",
    )),
    ("cotangent", "no cotangent", program("%y: int = zeros_ct(%k)\nreturn %y", head="%k: int")),
    ("cotangent", "no cotangent", program("%y: int = add_ct(%k, %k)\nreturn %y", head="%k: int")),
    ("cotangent", "no cotangent", program("%y: Seq[bool] = add_ct(%k, %k)\nreturn %y", head="%k: Seq[bool]")),
    ("inference", "inferred (f8[n])", program("%y: f8[n + 1] = exp(%x)\nreturn %y")),
    ("inference", "do not fit", program("%y: f8[n] = add(%x, %z)\nreturn %y", head="%x: f8[n], %z: f8[n + 1]")),
    ("call", "no function", program("%y: f8[n] = call(%x) {function='h', types=(type(f8[n]),)}\nreturn %y")),
    ("call", "takes", program("%y: f8[n] = call(%x) {function='g', types=(type(f8[n]),)}\nreturn %y", before=G)),
    ("call", "takes", program(
        "%y: f8[n] = call(%x, %z) {function='g', types=(type(f8[n]),)}\nreturn %y",
        before=G, head="%x: f8[n], %z: f8[n + 1]",
    )),
    ("call", "returns", program(
        "%y: f8[n + 1] = call(%x, %x) {function='g', types=(type(f8[n + 1]),)}\nreturn %y", before=G
    )),
    ("record", "not declared", program("%s: Saved[F] = saved_pack(%x) {name='F'}\nreturn %s")),
    ("record", "holds", program("%s: Saved[F] = saved_pack(%x) {name='F'}\nreturn %s", before="record F: float\n")),
    ("record", "holds", program(
        "%y: f8[n], %z: f8[n] = saved_unpack(%s) {types=(type(f8[n]), type(f8[n]))}\nreturn %y",
        before="record F: f8[n]\n", head="%s: Saved[F]",
    )),
    ("lending", "is no rest", program(LENT + f"%y: f8[n] = restore(%x, %p) {PART}\nreturn %y")),
    ("lending", "is no rest", program(
        LENT + f"%y: f8[n] = restore(%r, %p) {PART}\n%z: f8[n] = restore(%r, %p) {PART}\nreturn %y, %z"
    )),
    ("lending", "another part", program(
        LENT + "%y: f8[n] = restore(%r, %p) {spec=(('slice', 1, 2, None, 1),)}\nreturn %y"
    )),
    ("lending", "is used", program(LENT + "%y: f8[n] = exp(%r)\nreturn %y")),
    ("lending", "ends in", program(LENT + "return %r")),
    ("sizes", "does not declare", program("return %x", dims="")),
    ("sizes", "no parameter", program(
        "%y: f8[m] = zeros() {shape=(dim(m),), type=type(f8[m])}\nreturn %y", dims=" dims n, m"
    )),
    ("sizes", "does not declare", program("%y: int = dim() {size=dim(m)}\nreturn %y")),
]  # fmt: skip

BAD_AFTERWARDS = [
    ("borrowed", "not this function's", program(f"%y: f8[n] = index_set(%x, %v) {AT0}\nreturn %y")),
    ("borrowed", "not this function's", program(
        f"%s: Seq[f8[n]] = seq_empty() {{elem=type(f8[n])}}\n%z: f8[n] = {ZEROS}\n%t: Seq[f8[n]] = seq_append(%s, %z)\n"
        f"%e: f8[n] = seq_last(%t)\n%y: f8[n] = index_set(%e, %v) {AT0}\nreturn %y"
    )),
    ("overwritten", "read again", program(
        f"%z: f8[n] = {ZEROS}\n%y: f8[n] = index_set(%z, %v) {AT0}\n%w: f8[n] = add(%z, %y)\nreturn %w"
    )),
    ("shared", "also held", program(
        f"%z: f8[n] = {ZEROS}\n%r: f8[n - 1] = index(%z) {{spec=(('slice', 1, None, None, dim(n - 1)),)}}\n"
        f"%y: f8[n] = index_set(%z, %v) {AT0}\n%w: f8[n - 1] = exp(%r)\nreturn %w"
    )),
    ("collected", "also held", program(
        f"%s: Seq[f8[n]] = seq_empty() {{elem=type(f8[n])}}\n%z: f8[n] = {ZEROS}\n%t: Seq[f8[n]] = seq_append(%s, %z)\n"
        f"%y: f8[n] = index_set(%z, %v) {AT0}\nreturn %t, %y"
    )),
    ("overwritten", "end of a turn", program(
        LOOP + f"%z: f8[n] = {ZEROS}\n"
        "%y: f8[n], %ys: Seq[f8[n]], %k: int = for(%a, %b, %c, %z, %v) {n_carry=1, n_xs=0}\n"
        f"  region (%i: int, %u: f8[n], %s: float)\n    %w: f8[n] = index_set(%u, %s) {AT0}\n    yield %w, %w\n"
        "return %y"
    )),
    ("overwritten", "read again", program(
        f"%x2: f8[n] = exp(%x)\n{LENT.replace('%x', '%x2')}%y: f8[n] = restore(%r, %p) {PART}\nreturn %y, %x2"
    )),
    ("shared", "also held", program(
        f"%x2: f8[n] = exp(%x)\n{LENT.replace('%x', '%x2')}%q: f8[1] = index_set(%p, %v) {AT0}\n"
        f"%y: f8[n] = restore(%r, %q) {PART}\n%w: f8[n] = index_set(%y, %v) {AT0}\n%e: f8[1] = exp(%q)\nreturn %w, %e"
    )),
    ("results", "result 0", program("return %x")),
    ("results", "result 1", program("%y: f8[n] = exp(%x)\nreturn %y, %y")),
    ("results", "field 0", program("%s: Saved[F] = saved_pack(%x) {name='F'}\nreturn %s", before="record F: f8[n]\n")),
]  # fmt: skip


def ids(rows: list[tuple[str, str, Program]]) -> list[str]:
    return [f"{name}-{k}" for k, (name, _, _) in enumerate(rows)]


@pytest.mark.parametrize(("name", "detail", "bad"), BAD, ids=ids(BAD))
def test_a_program_that_breaks_an_invariant_is_found(name: str, detail: str, bad: Program) -> None:
    with pytest.raises(IRError, match=re.escape(INVARIANTS[name])) as info:
        verify(bad)
    assert info.value.invariant == name and detail in str(info.value)
    assert isinstance(info.value, SymdiffError) and info.value.code == "SD901"


@pytest.mark.parametrize(("name", "detail", "bad"), BAD_AFTERWARDS, ids=ids(BAD_AFTERWARDS))
def test_a_program_that_overwrites_what_is_read_is_found_and_cured_by_buffers(
    name: str, detail: str, bad: Program
) -> None:
    verify(bad)
    with pytest.raises(IRError, match=re.escape(INVARIANTS[name])) as info:
        verify(bad, after_ownership=True)
    assert info.value.invariant == name and detail in str(info.value)
    verify(buffers(bad), after_ownership=True)


@pytest.mark.parametrize(
    ("where", "rest", "detail"),
    [
        (f"%a: f8[n] = {ZEROS}\n%b: f8[n] = exp(%a)\n", "%c: f8[n] = add(%a, %b)\nreturn %c", "read again"),
        (
            f"%a: f8[n] = {ZEROS}\n%r: f8[1] = index(%a) {{spec=(('slice', 0, 1, None, 1),)}}\n%b: f8[n] = exp(%a)\n",
            "%c: f8[n] = add(%b, %r)\nreturn %c",
            "also held",
        ),
        ("%b: f8[n] = exp(%x)\n", "return %b", "not this function's"),
    ],
    ids=["overwritten", "shared", "borrowed"],
)
def test_an_elementwise_result_written_over_what_is_read_is_found(where: str, rest: str, detail: str) -> None:
    bad = program(where + rest)
    exp = next(op for op in bad.main.body.ops if op.prim.name == "exp")
    verify(bad, after_ownership=True)
    with pytest.raises(IRError, match=detail):
        verify(bad, after_ownership=True, into={"f": {exp: 0}})


def test_a_copied_list_holds_the_same_arrays_unless_it_is_copied_deep() -> None:
    text = (
        "%a: int = const() {type=type(int), value=0}\n%b: int = const() {type=type(int), value=3}\n"
        "%c: int = const() {type=type(int), value=1}\n%xs: Seq[f8[n]], %k: int = for(%a, %b, %c, %x) "
        "{n_carry=0, n_xs=0}\n  region (%i: int, %u: f8[n])\n    yield %u\n%ys: Seq[f8[n]] = copy(%xs)DEEP\nreturn %ys"
    )
    verify(program(text.replace("DEEP", " {deep=True}")), after_ownership=True)
    with pytest.raises(IRError, match=INVARIANTS["results"]):
        verify(program(text.replace("DEEP", "")), after_ownership=True)


def test_every_operation_has_a_place_where_the_program_comes_from_source() -> None:
    text = "program @f\n\nfunc @f(%x: float)\n  %y: np.f8 = exp(%x){}\n  return %y\n"
    verify(parse_program(text.format(" @ m.py:1:1-1:2 in f:1")), locs=True)
    with pytest.raises(IRError, match=INVARIANTS["place"]) as info:
        verify(parse_program(text.format("")), locs=True)
    assert info.value.invariant == "place"


def test_a_primitive_that_is_not_the_registered_one_is_found() -> None:
    good = program("%y: f8[n] = exp(%x)\nreturn %y")
    (op,) = good.main.body.ops
    body = good.main.body
    other = Op(replace(op.prim), op.ins, op.outs)
    with pytest.raises(IRError, match="not registered"):
        verify(Program({"f": replace(good.main, body=Block(body.params, (other,), body.outs))}, "f"))


def test_what_held_in_another_program_is_checked_again_against_what_it_refers_to() -> None:
    """Functions and operations that held are not looked at twice, but for what others say of them."""
    text = "%y: f8[n] = call(%x, %x) {function='g', types=(type(f8[n]),)}\nreturn %y"
    good = verify(program(text, before=G))
    narrow = program(text, before=G.replace("f8[n]", "f4[n]")).functions["g"]
    with pytest.raises(IRError, match=INVARIANTS["call"]):
        verify(replace(good, functions={**good.functions, "g": narrow}))
    packs = "%s: Saved[F] = saved_pack(%x) {name='F'}\nreturn %s"
    good = verify(program(packs, before="record F: f8[n]\n"))
    with pytest.raises(IRError, match=INVARIANTS["record"]):
        verify(replace(good, records={}))
    sized = verify(program("%y: f8[n] = zeros() {shape=(dim(n),), type=type(f8[n])}\nreturn %y", head="%s: Saved[F]",
                           before="record F: f8[n]\n"))  # fmt: skip
    with pytest.raises(IRError, match=INVARIANTS["sizes"]):
        verify(replace(sized, records={"F": ()}))


def test_what_held_is_checked_again_where_it_stands() -> None:
    good = verify(program("%y: f8[n] = exp(%x)\n%z: f8[n] = exp(%y)\nreturn %z"))
    body, dims = good.main.body, good.main.dims
    first, second = body.ops
    for name, ops, of in [
        ("isolation", (second, first), dims),
        ("single definition", (first, first, second), dims),
        ("sizes", body.ops, ()),
    ]:
        with pytest.raises(IRError, match=INVARIANTS[name]):
            verify(Program({"f": Function("f", Block(body.params, ops, body.outs), of)}, "f"))
    with pytest.raises(IRError, match=INVARIANTS["place"]):
        verify(good, locs=True)


def test_every_invariant_has_a_bad_program() -> None:
    tested = {name for name, _, _ in [*BAD, *BAD_AFTERWARDS]} | {"place"}
    assert tested == set(INVARIANTS)
    assert all(re.fullmatch(r"[A-Z][^.]*\.", sentence) for sentence in INVARIANTS.values())


def test_an_error_shows_sentence_operation_source_line_and_ten_operations_around() -> None:
    linecache.cache["shown.py"] = (1, None, ["def f(x):\n", "    return exp(exp(x))\n"], "shown.py")
    lines = [f"%y{k + 1}: f8[n] = exp(%y{k}) @ shown.py:2:12-2:23 in f:1" for k in range(20)]
    lines[12] = lines[12].replace("f8[n]", "f4[n]")
    with pytest.raises(IRError) as info:
        verify(program("\n".join(lines) + "\nreturn %y20", head="%y0: f8[n]"), stage="fold")
    assert str(info.value) == "\n".join([
        "SD901 internal error: The types of an operation's results are what its primitive infers. broken after fold",
        "inferred (f8[n]), not (f4[n])",
        "at shown.py:2:12: return exp(exp(x))",
        *(f"    %y{k + 1}: f8[n] = exp(%y{k})" for k in range(7, 12)),
        ">   %y13: f4[n] = exp(%y12)",
        *(f"    %y{k + 1}: f8[n] = exp(%y{k})" for k in range(13, 18)),
    ])  # fmt: skip


@pytest.mark.parametrize("k", range(40))
def test_random_programs_are_valid_before_and_after_buffers(k: int, seed: int) -> None:
    good = random_program(np.random.default_rng([seed, k]))
    verify(good)
    verify(buffers(good), after_ownership=True)


def test_a_recursive_record_is_valid() -> None:
    verify(program(
        "%s: Saved[F] = saved_pack(%x, %o) {name='F'}\nreturn %s", head="%x: f8[n], %o: Opt[Saved[F]]",
        before="record F: f8[n], Opt[Saved[F]]\n",
    ))  # fmt: skip


def test_a_size_bound_by_a_residual_is_valid() -> None:
    verify(program(
        "bind_dim(%k) {name='n'}\n%y: f8[n] = zeros() {shape=(dim(n),), type=type(f8[n])}\nreturn %y", head="%k: int"
    ))  # fmt: skip
