"""A backward half on its own: what it computes, what it reads from the forward half, and how it becomes a block.

By hand, once: the backward half of `y = sin(x); z = y * w` with the cotangent d_z on entry is

    d_y = d_z * w;  d_w = d_z * y;  d_x = d_y * cos(x)          results d_x, d_w; saved w, y, x

In the same block it can be appended as it stands.  As a block of its own its parameters stand for w, y, x and d_z.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass

from symdiff.ad.activity import Flags
from symdiff.ad.backward import Half
from symdiff.ir import types
from symdiff.ir.build import clone_ops
from symdiff.ir.core import Block, Family, Op, Value
from symdiff.ir.loops import loop
from symdiff.ir.types import AVal, Kind, Seq
from symdiff.primitives.indexing import is_basic

Pull = Callable[[Half], None]
Makers = dict[Value, Op]  # how values are made anew
Seeds = list[tuple[Value, Value]]  # (forward value, its cotangent on entry)


def ct_value(v: Value) -> Value:
    """A fresh value for the cotangent of v."""
    t = types.cotangent(v.type)
    assert t is not None
    return Value(t, "d_" + v.hint if v.hint else "")


@dataclass(frozen=True, slots=True)
class Backward:
    """A pruned backward half: operations, results, entry cotangents, and the forward values it reads.

    `saved` are the values that must be kept; those in `again` are passed again by whoever runs the half (captures, xs,
    the index); constants, sizes and what is cheap are made anew.
    """

    ops: list[Op]
    results: list[Value]
    seeds: Seeds
    anew: list[Op]
    again: list[Value]
    saved: list[Value]

    def block(self, params: Sequence[Value], env: dict[Value, Value], head: Sequence[Op] = ()) -> Block:
        """The half as a block of its own; `env` says which value stands for each forward value and entry cotangent.

        To be called once: the regions of the half's operations become the block's, else nested branches would be
        copied again at every level.
        """
        own = dict(env)
        ops = (*head, *clone_ops(self.anew, own), *clone_ops(self.ops, own, deep=False))
        return Block(tuple(params), ops, tuple(own.get(v, v) for v in self.results))


def is_static(op: Op | None) -> bool:
    """Whether an operation is made anew rather than its result saved: a constant or a size."""
    return op is not None and not op.ins and op.prim.family is Family.CONSTANT and not op.prim.effect


def made_anew(ops: Sequence[Op], passed: Set[Value], steady: Set[Value]) -> dict[Value, Op]:
    """What is not worth saving, with how it is made: constants, sizes, and what is cheap given what is passed again.

    Cheap are whole numbers, options that are there, elements of lists, and elements, rows, slices and transposes of
    arrays, where no loop changes the list or array (`steady`): `x[i - 1]` is read again.
    """
    found: dict[Value, Op] = {}
    for op in ops:
        at_hand = all(v in passed or v in found for v in op.ins)
        cheap = _is_count(op) or op.prim.name == "opt_get" or _is_element(op, steady, found)
        if is_static(op) or (op.ins and at_hand and cheap):
            found.update(dict.fromkeys(op.outs, op))
    return found


def computed_again(
    ops: Sequence[Op], free: Sequence[Value], at_hand: Set[Value], makers: Mapping[Value, Op], most: int
) -> Makers:
    """What is computed again from what a turn or branch has saved anyway, with how: a / x, x < 0.1.

    `free` is what is read, `at_hand` what is passed again, `makers` what is made anew already; `most` is how many
    operations one value may cost.  A comparison reads nothing that was computed again with rounding, for it must come
    out as it did.
    """
    made_by = {op.out: op for op in ops if _is_cheap(op)}
    ready = {*at_hand, *makers, *free, *(v for op in ops for v in op.ins if v.const is not None)}
    found: Makers = {}
    wanted = [v for v in free if v in made_by and v not in at_hand and v not in makers]
    for v in sorted(wanted, key=_decides):
        own = made_by[v]
        chain = (*(made_by[u] for u in dict.fromkeys(own.ins) if u not in ready and u in made_by), own)
        known = {*ready, *(op.out for op in chain)}
        rounded = [u for op in chain for u in op.ins if not _decides(u) and (u in found or u not in ready)]
        if len(chain) <= most and all(u in known for op in chain for u in op.ins) and not (_decides(v) and rounded):
            found.update((op.out, op) for op in chain)
    return found


def small_steps(ops: Sequence[Op], free: Sequence[Value], params: Sequence[Value], cts: Sequence[Value]) -> Makers:
    """Numbers that a function would save, one step from others that it saves: -b, 1 - y, x > 0, k == 0.

    A step from a number that the function was given is made again, too: the number is saved instead.  So is
    `k < len(x)` where a cotangent that comes in is as long as x.  An array costs more to make than to save.
    """
    kept, given = set(free), {v for v in params if _is_number(v)}
    sizes = _sizes_of(ops, cts)
    tests = {op.out: op for op in ops if _is_comparison(op) or (op.prim.name in ("abs", "neg") and _is_number(op.out))}
    found: Makers = {}
    for op in ops:
        if len(op.outs) != 1 or op.out not in kept or not _is_small_step(op):
            continue
        chain = [op]
        if _is_condition(op) or _is_comparison(op):
            chain[:0] = [tests[v] for v in op.ins if v in tests and v not in kept]  # a < x of `a < x < b`
        read = {v for step in chain for v in step.ins if v.const is None} - {step.out for step in chain}
        read -= sizes
        if read and found.keys().isdisjoint(read) and (read <= kept or (len(read) == 1 and read <= given)):
            found.update((step.out, step) for step in chain)
    return found


def _sizes_of(ops: Sequence[Op], arrays: Sequence[Value]) -> set[Value]:
    """The sizes that these arrays have, among what the operations make."""
    shapes = {d for v in arrays if isinstance(v.type, AVal) for d in v.type.shape}
    return {op.out for op in ops if op.prim.name == "dim" and op.params["size"] in shapes}


def _is_small_step(op: Op) -> bool:
    if _is_condition(op) or _is_comparison(op):
        return True
    return op.prim.name in _STEPS and _is_number(op.out) and sum(v.const is None for v in op.ins) == 1


def _is_comparison(op: Op) -> bool:
    return op.prim.name in _COMPARISONS and all(map(_is_number, op.ins))


def _is_condition(op: Op) -> bool:
    """Whether an operation is `a < x and x < b`, a branch of which one side compares."""
    if op.prim.name != "cond" or len(op.outs) != 1 or not (_is_number(op.out) and _decides(op.out)):
        return False
    return all(_is_comparison(inner) or is_static(inner) for region in op.regions for inner in region.ops)


def _is_number(v: Value) -> bool:
    return isinstance(v.type, AVal) and v.type.kind is not Kind.ARRAY


def _decides(v: Value) -> bool:
    """Whether a value is no number with a derivative: whole, or true or false."""
    return types.cotangent(v.type) is None


def _is_cheap(op: Op) -> bool:
    values = (*op.ins, *op.outs)
    if op.prim.effect or not all(map(_is_number, values)):
        return False
    as_it_is = op.prim.name == "convert" and len({v.type.dtype for v in values if isinstance(v.type, AVal)}) == 1
    return as_it_is or op.prim.name in _CHEAP or _is_condition(op)


_COMPARISONS = ("lt", "le", "gt", "ge", "eq", "ne", "logical_not", "not_")
_STEPS = frozenset(("add", "sub", "mul", "neg", *_COMPARISONS))
_CHEAP = frozenset(("add", "sub", "mul", "div", "neg", "mod", *_COMPARISONS))


def _is_count(op: Op) -> bool:
    if op.prim.effect or any(v.type != types.INT for v in (*op.ins, *op.outs)):
        return False
    return op.prim.name in _COUNTING or (op.prim.name in _DIVIDING and op.ins[1].const not in (None, 0))


_COUNTING = frozenset(("add", "sub", "mul", "neg"))
_DIVIDING = frozenset(("floordiv", "mod"))


def _is_element(op: Op, steady: Set[Value], anew: Mapping[Value, Op]) -> bool:
    """Whether an operation takes a part of an array or list that no loop changes, or of such a part."""
    if op.prim.name not in ("index", "transpose", "seq_get"):
        return False
    whole = op.ins[0]
    while whole in anew and anew[whole].prim.name == "opt_get":  # the array that is there is the one that may be
        whole = anew[whole].ins[0]
    if whole not in steady and whole not in anew:
        return False
    if op.prim.name != "index":
        return True
    assert isinstance(op.out.type, AVal)
    return not op.out.type.shape or is_basic(op.params["spec"])


def of_saved(ops: Sequence[Op], free: Sequence[Value], at_hand: Set[Value]) -> Makers:
    """What is read again from an array or list that is saved anyway: its sizes, elements, rows and slices."""
    kept = {v for v in free if isinstance(v.type, Seq) or (isinstance(v.type, AVal) and v.type.shape)}
    ready = {*at_hand, *free}
    found: Makers = {}
    for op in ops:
        if op.prim.name not in _READS or op.ins[0] not in kept or ready.isdisjoint(op.outs):
            continue
        basic = op.prim.name != "index" or is_basic(op.params["spec"])
        if basic and all(v in ready or v.const is not None for v in op.ins[1:]):
            found.update(dict.fromkeys(op.outs, op))
    return found


_READS = frozenset(("index", "dim_of", "seq_len", "seq_get", "seq_last"))


def tests_of_results(
    ops: Sequence[Op], back: Sequence[Op], free: Sequence[Value], results: Sequence[Value]
) -> list[Op]:
    """The operations of a backward half, which test `max(x, c)` for `x > c` where that saves x: both say the same.

    `free` are the values that it reads and would have to save.
    """
    readers: dict[Value, list[Op]] = {}
    for op in back:
        for v in op.ins:
            readers.setdefault(v, []).append(op)
    instead: dict[Op, Op] = {}
    for op in ops:
        wanted = _TESTS.get(op.prim.name)
        if wanted is None or op.out not in free or op.out.type != op.ins[0].type:
            continue
        x, bound = op.ins
        tests = readers.get(x, []) if x in free and bound.const is not None and x not in results else []
        if all(t.prim.name == wanted and t.ins[0] is x and t.ins[1].const == bound.const for t in tests):
            instead |= {t: Op(t.prim, (op.out, t.ins[1]), t.outs, t.params, (), t.loc) for t in tests}
    return [instead.get(op, op) for op in back]


_TESTS = {"maximum": "gt", "minimum": "lt"}


def wide_views(ops: Sequence[Op], free: Sequence[Value]) -> dict[Value, Op]:
    """The views among these values that are as large as what they are views of, or larger: that is saved instead."""
    wanted = set(free)
    return {op.out: op for op in ops if op.prim.name in _WIDE and len(op.ins) == 1 and op.out in wanted}


_WIDE = frozenset(("broadcast_to", "sliding_window_view", "stop_gradient"))


def needed_of(makers: dict[Value, Op], free: Sequence[Value]) -> list[Op]:
    """The operations that make these values anew, and those that they need."""
    found: dict[Op, None] = {}
    todo = [makers[v] for v in free if v in makers]
    while todo:
        op = todo.pop()
        if op not in found:
            found[op] = None
            todo += [makers[v] for v in op.ins if v in makers]
    return list(found)


def operands_first(ops: Sequence[Op]) -> list[Op]:
    """The operations in this order, but each behind those that make its operands."""
    made = {v: op for op in ops for v in op.outs}
    found: dict[Op, None] = {}
    todo = [(op, False) for op in reversed(ops)]
    while todo:
        op, ready = todo.pop()
        if ready:
            found.setdefault(op)
        elif op not in found:
            todo += [(op, True), *((made[v], False) for v in reversed(op.ins) if v in made)]
    return list(found)


def steady_values(body: Block) -> set[Value]:
    """The values of a function that no loop changes: those of its outermost block, also where regions capture them."""
    found = {*body.params, *(v for op in body.ops for v in op.outs)}
    todo = [op for op in body.ops if op.regions]
    while todo:
        op = todo.pop()
        for region in op.regions:
            captured = op.ins[1:] if op.prim.name == "cond" else loop(op).caps
            own = region.params[len(region.params) - len(captured) :] if captured else ()
            found.update(p for p, v in zip(own, captured, strict=True) if v in found)
            todo += [inner for inner in region.ops if inner.regions]
    return found


def copies(values: Sequence[Value], env: dict[Value, Value]) -> list[Value]:
    """Fresh values that stand for these in another block, entered into `env`."""
    made = [Value(v.type, v.hint) for v in values]
    env.update(zip(values, made, strict=True))
    return made


@dataclass(frozen=True, slots=True)
class Pattern:
    """How a function is used: its arguments and its results.

    Arguments vary, may be infinite, also by products of many turns, and are infinite because the program has it so;
    results matter, may be masked, and that by a condition.
    """

    varied: Flags
    useful: Flags
    wild: Flags
    grown: Flags
    endless: Flags
    masked: Flags
    chosen: Flags
    lent: Flags = ()  # arguments whose cotangent so far is handed over, to be added to


def prune(ops: Sequence[Op], results: Sequence[Value]) -> list[Op]:
    """The operations that the results need."""
    needed = set(results)
    kept = []
    for op in reversed(ops):
        if (op.prim.effect and op.prim.name != "opt_get") or any(v in needed for v in op.outs):
            kept.append(op)
            needed.update(op.ins)
    return kept[::-1]


def free_values(ops: Sequence[Op], results: Sequence[Value], bound: Sequence[Value]) -> list[Value]:
    """What a block uses and does not define, in order of first use."""
    defined = {*bound, *(v for op in ops for v in op.outs)}
    found: dict[Value, None] = {}
    for v in [v for op in ops for v in op.ins] + list(results):
        if v not in defined:
            found.setdefault(v)
    return list(found)
