"""Which operations are printed inside their consumer's line, and until which line each value is needed.

`t = w1 * x1; u = t + b` prints as `u = w1 * x1 + b` when t has no name of the user's, is read once, and moving it down
to its reader changes nothing: no statement in between writes memory that it may read, and operations that may raise
keep their order.  The latter is a stack discipline: the operands of a line are taken from the right, and one that may
raise is folded only if it is the newest of those not yet printed.  What stands under one `np.errstate` is not folded
into a line under another.

A step from a whole number, `i - 1`, is written again in every line that reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from symdiff.codegen.choices import can_raise, evaluated, joint
from symdiff.codegen.names import is_renaming
from symdiff.ir import errstate, types
from symdiff.ir.core import Block, Family, Literal, Op, Value
from symdiff.ir.errstate import Stack
from symdiff.ir.types import Alt, AVal, Kind, Saved, Seq

if TYPE_CHECKING:
    from symdiff.codegen.blocks import Tail

WIDTH = 84  # of an expression, estimated; the line's target and indentation come on top
_AT_RETURN = ("convert", "copy")  # `return float(y), x.copy()`
_SHORT = 8  # known places that are written where they are read
INDEXED = {"index": 1, "index_once": 1, "index_set": 2, "index_add": 2}  # the first operand that says where
DEPTH = 12  # of nested operations in one expression

UNPACKS = ("alt_unpack", "saved_unpack")  # their result is several values, even if it is one


def is_update(op: Op) -> bool:
    """Whether the operation prints as a statement that overwrites an operand."""
    return op.prim.inplace is not None and op.prim.consumes is not None


def is_constant(value: Value) -> bool:
    """Whether the value is a number that is written where it is used."""
    return value.const is not None and not isinstance(value.const, Literal)


def doubled(op: Op) -> Iterator[Value]:
    """d of `d_x = 2.0 * d`, where d is half of d_x."""
    if op.prim.name != "mul" or op.out.origin is None:
        return
    d_x = op.out.hint
    if op.ins[0].const == 2 and d_x and op.ins[1].hint == d_x:
        yield op.ins[1]


@dataclass(slots=True)
class Plan:
    """What is known about one block before it is printed.

    `roots`: values that are another value under a second name; `folded`: printed inside their reader;
    `last`: the position of the line that reads an owned value last (the number of operations: the block's end);
    `dying`: the owned values by that position; `wanted`: the name a value should get for the sake of its reader;
    `under`: the `np.errstate` that a line stands in; `stored`: those that go to a list as soon as they are there;
    `places`: elements of lists that are only written: `t[i][j] = v`; `pops`: what takes the last element off a list in
    the line that reads it; `steps`: `i - 1`, folded into all that read it.
    """

    roots: dict[Value, Value] = field(default_factory=dict)
    folded: dict[Value, Op | None] = field(default_factory=dict)
    last: dict[Value, int] = field(default_factory=dict)
    dying: dict[int, list[Value]] = field(default_factory=dict)
    owned: set[Value] = field(default_factory=set)
    wanted: dict[Value, str] = field(default_factory=dict)
    under: dict[Op, Stack] = field(default_factory=dict)
    stored: set[Value] = field(default_factory=set)
    places: set[Value] = field(default_factory=set)
    pops: set[Op] = field(default_factory=set)
    steps: dict[Value, list[Op]] = field(default_factory=dict)

    def reads(self, value: Value, position: int) -> bool:
        """Whether a value is read after the operation at this position, or stored behind it."""
        return value in self.stored or self.last.get(value, -1) > position


@dataclass(slots=True)
class _Pending:
    """A candidate: position, estimated width and depth, where it first reads memory, its raising range."""

    position: int
    width: int
    depth: int
    reads: int | None
    raises: tuple[int, int]
    under: Stack | None


@dataclass(slots=True)
class _Tops:
    """Last elements that are taken off their lists: `y = s[-1]; del s[-1]` may be `s.pop()` in the line that reads y.

    Not behind a line that reads what is left of the list: `cut` has the position from which on that counts as written.
    """

    read: dict[Value, Op] = field(default_factory=dict)  # by the list
    pairs: list[tuple[Op, Op]] = field(default_factory=list)
    cut: dict[Value, int] = field(default_factory=dict)

    def look(
        self, op: Op, position: int, pending: Mapping[Value, _Pending], writes: int, raised: tuple[int, int]
    ) -> None:
        if op.prim.name == "seq_last":
            self.read[op.ins[0]] = op
        elif op.prim.name == "seq_rest" and op.ins[0] in self.read:
            top = self.read[op.ins[0]]
            item = pending.get(top.out)
            if item is None or item.reads is None or item.reads <= writes:
                return
            low, high = item.raises
            if low == high or high == raised[0]:
                item.raises = (low if low < high else raised[0], raised[1])
                item.reads = self.cut[op.out] = position + 1
                self.pairs.append((top, op))

    def folded(self, plan: Plan) -> set[Op]:
        return {op for top, rest in self.pairs if top.out in plan.folded for op in (top, rest)}


class Folder:
    """Makes the plan of one block.

    `resolve` takes a value to what it stands for outside the block; `nameless(value)` says whether a value may go
    without a line of its own; `reused` are the operations that print as an update though the primitive is not one;
    `stacks` says which `np.errstate` an operation must stand in, `around` which the block stands in; `joins`: branches
    that join conditions are expressions.
    """

    def __init__(
        self,
        resolve: Callable[[Value], Value],
        nameless: Callable[[Value], bool],
        may_raise: Callable[[Op], bool],
        reused: Mapping[Op, int],
        stacks: Mapping[Op, Stack],
        around: Stack,
        joins: bool,
    ) -> None:
        self.resolve, self.nameless, self.may_raise, self.reused = resolve, nameless, may_raise, reused
        self.stacks, self.around, self.joins = stacks, around, joins

    def plan(self, block: Block, tail: Tail, owned: Set[Value], appended: Set[Value]) -> Plan:
        """`owned`: values from outside that it may forget; `appended`: outs stored as soon as they are there."""
        plan = Plan(owned=set(owned))
        self.find_roots(block, plan)
        for v, name in tail.targets(block.outs).items():
            plan.wanted.setdefault(self.root(plan, v), name)
        plan.stored = {self.root(plan, v) for v in appended}
        self.fold(block, plan, appended, tail.folds)
        self.lifetimes(block, plan, tail.reads(block.outs))
        self.wishes(block, plan)
        if self.stacks:
            self.settle(block, plan)
        if self.joins:
            plan.places = _places(block, plan)
        return plan

    def root(self, plan: Plan, value: Value) -> Value:
        value = self.resolve(value)
        while value in plan.roots:
            value = self.resolve(plan.roots[value])
        return value

    def find_roots(self, block: Block, plan: Plan) -> None:
        for op in block.ops:
            if len(op.outs) != 1 or len(op.ins) != 1 or not self.is_same(op):
                continue
            renames = is_renaming(op) or op.prim.name == "opt_some"
            if (renames and op.out.hint == op.ins[0].hint) or self.nameless(op.out):
                plan.roots[op.out] = op.ins[0]

    @staticmethod
    def is_same(op: Op) -> bool:
        """Whether the operation's text is its operand alone."""
        effect = op.prim.effect and not is_renaming(op)
        if op.prim.name in UNPACKS or effect or op.prim.family is Family.CONTROL:
            return False
        text = op.prim.numpy
        text = text(op.params, tuple(v.type for v in op.ins)) if callable(text) else text
        return bool(text == op.prim.operands[0].lstrip("*"))

    def fold(self, block: Block, plan: Plan, appended: Set[Value], folds: str) -> None:
        uses: dict[Value, int] = {}
        converted = {op.out for op in block.ops if op.prim.name in _AT_RETURN and op.out.hint}
        for op in block.ops:
            for v in self.evaluated(op) if plan.roots.keys().isdisjoint(op.outs) else ():
                found = self.root(plan, v)
                uses[found] = uses.get(found, 0) + 1
        for v in block.outs:
            found = self.root(plan, v)
            bare = not found.hint or isinstance(found.type, (Alt, Saved))
            once = folds == "all" or (folds and (bare or found in converted))
            uses[found] = uses.get(found, 0) + (1 if once else 2)
        self.find_steps(block, plan, appended)
        pending: dict[Value, _Pending] = {}
        writes = -1  # the last position that writes memory
        raised = 0  # how many operations that may raise came before
        tops = _Tops()
        for position, op in enumerate(block.ops):
            writes = max([writes, *(tops.cut[v] for v in op.ins if v in tops.cut)])
            if op.outs and (op.outs[0] in plan.roots or op.outs[0] in plan.steps):
                if self.may_raise(op):
                    raised += 1
                continue
            last = folds and not converted.isdisjoint(op.outs) and op.out in block.outs
            alone = last and folds != "all" and op.prim.name == "convert"
            operands = set[int]() if alone else _expression_operands(op, self.reused)
            taken = self.take(plan, op, self.evaluated(op), operands, pending, writes, raised)
            low = min([raised, *(p.raises[0] for p in taken if p.raises[0] < p.raises[1])])
            raises = can_raise(op, self.may_raise)
            stack = next((p.under for p in taken if p.under is not None), self.stacks.get(op))
            if stack is not None:
                plan.under[op] = stack
            if (self.is_candidate(op) or last) and uses.get(op.out, 0) == 1 and op.out not in appended:
                pending[op.out] = _measure(op, position, taken, (low, raised + raises), stack)
            raised += raises
            tops.look(op, position, pending, writes, (raised - raises, raised))
            if is_update(op) or op in self.reused or op.prim.effect or self.is_control(op):
                writes = position
        plan.pops = tops.folded(plan)
        if folds:
            self.take(plan, None, block.outs, set(range(len(block.outs))), pending, writes, raised)

    def find_steps(self, block: Block, plan: Plan, appended: Set[Value]) -> None:
        """Steps from a loop's number, or another that the block is given: folded, however often they are read."""
        given = {v for v in block.params if v.type == types.INT}
        made = {op.out: op for op in block.ops if _is_step(op, given) or is_short(op)}
        found = {v: list[Op]() for v in made if self.nameless(v) and v not in appended and v not in block.outs}
        for op in block.ops if found else ():
            for v in dict.fromkeys(op.ins):
                if v in found:
                    found[v].append(op)
        for v, readers in found.items():
            if readers and (made[v].ins or all(is_subscript(v, op) for op in readers)):
                plan.steps[v] = readers
                plan.folded[v] = readers[-1]

    def evaluated(self, op: Op) -> Sequence[Value]:
        return evaluated(op) if self.joins else op.ins

    def is_control(self, op: Op) -> bool:
        """Whether an operation has statements inside."""
        return op.prim.family is Family.CONTROL and not (self.joins and joint(op) is not None)

    def is_candidate(self, op: Op) -> bool:
        if len(op.outs) != 1 or op.prim.effect or self.is_control(op) or is_update(op) or op in self.reused:
            return False
        return (
            self.nameless(op.out) and op.prim.name not in UNPACKS and op.prim.name != "dim" and not is_constant(op.out)
        )

    def take(
        self,
        plan: Plan,
        op: Op | None,
        ins: Sequence[Value],
        open_operands: Set[int],
        pending: dict[Value, _Pending],
        writes: int,
        raised: int,
    ) -> list[_Pending]:
        """Fold what can be folded into one line, from the right; `op` None: the block's end."""
        taken: list[_Pending] = []
        width = 12
        stack = self.around if op is None else self.stacks.get(op)
        for number in range(len(ins) - 1, -1, -1):
            value = self.root(plan, ins[number])
            item = pending.pop(value, None)
            if item is None:
                continue
            low, high = item.raises
            fits = width + item.width <= WIDTH and item.depth < DEPTH and number in open_operands
            still = item.reads is None or item.reads > writes
            fits = fits and (stack is None or item.under is None or item.under == stack)
            if fits and still and (low == high or high == raised):
                plan.folded[value] = op
                taken.append(item)
                width += item.width
                stack = item.under if stack is None else stack
                raised = low if low < high else raised
        return taken

    def lifetimes(self, block: Block, plan: Plan, ends: Sequence[Value]) -> None:
        """Where each owned value is read last; a folded operation reads where its consumer is printed."""
        at: dict[Op, int] = {}
        end = len(block.ops)
        plan.owned |= {v for op in block.ops for v in op.outs}
        for v in ends:
            plan.last[self.root(plan, v)] = end
        for position in range(end - 1, -1, -1):
            op = block.ops[position]
            at[op] = position
            if op.outs and op.outs[0] in plan.folded:
                consumer = plan.folded[op.outs[0]]
                at[op] = end if consumer is None else at[consumer]
                at[op] = max([at[op], *(at[reader] for reader in plan.steps.get(op.outs[0], ()))])
            for v in op.ins:
                found = self.root(plan, v)
                plan.last[found] = max(plan.last.get(found, -1), at[op])
            for v in op.outs:
                if v not in plan.roots:
                    plan.last.setdefault(v, position)
        for v, position in plan.last.items():
            if v in plan.owned:
                plan.dying.setdefault(position, []).append(v)

    def settle(self, block: Block, plan: Plan) -> None:
        """What may stand under any `np.errstate` stands with its neighbours where they agree."""
        unprinted = plan.folded.keys() | plan.roots.keys()
        lines = [op for op in block.ops if not op.outs or op.outs[0] not in unprinted]
        following: dict[Op, Stack] = {}
        after = before = self.around
        for op in reversed(lines):
            following[op] = after = plan.under.get(op, after)
        for op in lines:
            before = plan.under[op] if op in plan.under else errstate.common(before, following[op])
            plan.under[op] = before

    def wishes(self, block: Block, plan: Plan) -> None:
        """An operand that becomes a named result in place takes the result's name from the start."""
        for op in reversed(block.ops):
            for operand, name in self.becomes(op, plan):
                found = self.root(plan, operand)
                if name and found in plan.owned:
                    plan.wanted.setdefault(found, name)

    def becomes(self, op: Op, plan: Plan) -> list[tuple[Value, str]]:
        """Operands of an operation whose storage goes on as one of its results, with the name that result will have."""

        def name(v: Value) -> str:
            return v.hint if not self.nameless(v) else plan.wanted.get(v, "") or v.hint

        if op.prim.name == "borrow":
            return [(op.ins[0], name(op.outs[1])), (op.outs[0], "part")]
        if is_update(op) or op in self.reused:
            number = self.reused.get(op, op.prim.consumes)
            assert number is not None
            given_back = [(op.ins[1], "part")] if op.prim.name == "restore" else []
            return [(op.ins[number], name(op.out)), *given_back]
        if op.prim.name not in ("for", "while"):
            return []
        lead, first = 3 if op.prim.name == "for" else 0, 1 if op.params.get("exit") else 0
        params = op.regions[-1].params[1 if lead else 0 :]
        return [(op.ins[lead + k], name(op.outs[first + k]) or params[k].hint) for k in range(op.params["n_carry"])]


def _places(block: Block, plan: Plan) -> set[Value]:
    """What is lent of lists, at an index that has a name or is a number, for one update or to be lent again for one."""
    readers: dict[Value, list[Op]] = {}
    for op in block.ops:
        for v in op.ins:
            readers.setdefault(v, []).append(op)
    found: dict[Value, Op] = {}  # with what gives it back
    for op in reversed(block.ops):
        if (
            op.prim.name != "borrow"
            or not isinstance(op.ins[0].type, Seq)
            or any(v in plan.folded and v not in plan.steps for v in op.ins)
        ):
            continue
        part, rest = op.outs
        backs, users = readers.get(rest, ()), readers.get(part, ())
        if len(backs) != 1 or len(users) != 1:
            continue
        (back,), (user,) = backs, users
        if back.ins[1] in block.outs or len(readers[back.ins[1]]) != 1:
            continue
        if user.prim.name == "borrow":
            lent_again = user.ins[0] is part and user.outs[0] in found and found[user.outs[0]].out is back.ins[1]
        else:
            k = user.prim.consumes
            lent_again = is_update(user) and k is not None and user.ins[k] is part and user.out is back.ins[1]
        if lent_again and user.ins.count(part) == 1:
            found[part] = back
    return set(found)


def is_subscript(v: Value, op: Op) -> bool:
    """Whether an operation reads a value only as the place of elements."""
    return op.prim.name in INDEXED and v not in op.ins[: INDEXED[op.prim.name]]


def is_short(op: Op) -> bool:
    """Whether an operation is a few known places, `[0, 1]`."""
    if op.prim.name != "const" or not isinstance(op.out.const, Literal):
        return False
    known = op.out.const
    return known.dtype == "i8" and len(known.shape) == 1 and 0 < known.shape[0] <= _SHORT


def _is_step(op: Op, given: Set[Value]) -> bool:
    """Whether an operation is `i + 1` or `i - 1`, of a number given and any that is known."""
    if op.prim.name not in ("add", "sub") or op.out.type != types.INT:
        return False
    left, right = op.ins
    return (left in given and is_constant(right)) or (right in given and is_constant(left))


def _measure(op: Op, position: int, taken: list[_Pending], raises: tuple[int, int], under: Stack | None) -> _Pending:
    text = _own_text(op)
    reads = [p.reads for p in taken if p.reads is not None]
    if any(not (isinstance(v.type, AVal) and v.type.kind is not Kind.ARRAY) for v in op.ins):
        reads.append(position)
    return _Pending(
        position,
        len(text) + 2 + sum(p.width for p in taken),
        1 + max((p.depth for p in taken), default=0),
        min(reads, default=None),
        raises,
        under,
    )


def _own_text(op: Op) -> str:
    """The text of an operation without its operands; of a branch that joins conditions about as much."""
    if op.regions:
        return " and " + "".join(_own_text(o) for r in op.regions for o in r.ops if o.ins)
    text = op.prim.numpy
    return str(text(op.params, tuple(v.type for v in op.ins)) if callable(text) else text)


def _expression_operands(op: Op, reused: Mapping[Op, int]) -> set[int]:
    """The operands that are printed as expressions: not what is overwritten, carried or captured."""
    name = op.prim.name
    if name in ("cond", "while"):
        return {0} if name == "cond" else set()
    if name == "for":
        return {0, 1, 2}
    every = set(range(len(op.ins)))
    if is_update(op):
        assert op.prim.consumes is not None
        every.discard(op.prim.consumes)
    if op in reused:
        every.discard(reused[op])
    if op.prim.name == "borrow":
        every.discard(0)
    return every
