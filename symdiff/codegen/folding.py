"""Which operations are printed inside their consumer's line, and until which line each value is needed.

`t = w1 * x1; u = t + b` prints as `u = w1 * x1 + b` when t has no name of the user's, is read once, and moving it down
to its reader changes nothing: no statement in between writes memory that it may read, and operations that may raise
keep their order.  What is read again later is not overwritten before: `y[i]` may move behind `d_y[i] = 0.0`.  The
order of what may raise is a stack discipline: the operands of a line are taken from the right, and one that may raise
is folded only if it is the newest of those not yet printed.  What stands under one `np.errstate` is not folded
into a line under another.

A step from a whole number, `i - 1`, is written again in every line that reads it.  Of `d_t = d_y * w; d_x[i] += d_t`
one line is made: the name of a cotangent that is only added somewhere says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from symdiff.codegen.choices import can_raise, evaluated, joint
from symdiff.codegen.moving import Pending, Tops, Writes, bases, measure
from symdiff.codegen.names import is_renaming
from symdiff.ir import errstate, types
from symdiff.ir.core import Block, Family, Literal, Op, Value
from symdiff.ir.errstate import Stack
from symdiff.ir.types import Alt, Saved, Seq

if TYPE_CHECKING:
    from symdiff.codegen.blocks import Tail

WIDTH = 84  # of an expression, estimated; the line's target and indentation come on top
_AT_RETURN = ("convert", "copy")  # `return float(y), x.copy()`
_SHORT = 8  # known places that are written where they are read
# The first operand that says where.
INDEXED = {"index": 1, "index_once": 1, "index_set": 2, "index_add": 2, "part_set": 2, "part_add": 2}
DEPTH = 12  # of nested operations in one expression

# The operand that goes in.
ADDED = {"index_add": 1, "part_add": 1, "seq_add": 2, "seq_append": 1, "index_set": 1, "seq_set": 2, "part_set": 1}

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
    pops: dict[Op, Op] = field(default_factory=dict)
    steps: dict[Value, list[Op]] = field(default_factory=dict)

    def reads(self, value: Value, position: int) -> bool:
        """Whether a value is read after the operation at this position, or stored behind it."""
        return value in self.stored or self.last.get(value, -1) > position


def read_by_turns(op: Op) -> tuple[bool, list[int]]:
    """What the body of a `for` reads of its turn: whether its number, and which of the rows."""
    body, first = op.regions[0], 1 + op.params["n_carry"]
    used = {v for o in body.ops for v in o.ins} | set(body.outs)
    return body.params[0] in used, [k for k in range(op.params["n_xs"]) if body.params[first + k] in used]


def goes_through_lists(op: Op) -> bool:
    """Whether a loop is printed without a count: `for x in xs`, where one of them is a list."""
    if op.prim.name != "for":
        return False
    number, rows = read_by_turns(op)
    return not number and any(isinstance(op.ins[3 + op.params["n_carry"] + k].type, Seq) for k in rows)


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
        self.updating: Set[Op] = frozenset()  # what lends a part to the update that is printed with it

    def plan(self, block: Block, tail: Tail, owned: Set[Value], appended: Set[Value]) -> Plan:
        """`owned`: values from outside that it may forget; `appended`: outs stored as soon as they are there."""
        plan = Plan(owned=set(owned))
        self.find_roots(block, plan)
        for v, name in tail.targets(block.outs).items():
            plan.wanted.setdefault(self.root(plan, v), name)
        plan.stored = {self.root(plan, v) for v in appended}
        lent = _lent(block)
        self.updating = {op for op in block.ops if op.prim.name == "borrow" and op.outs[0] in lent}
        self.fold(block, plan, appended, tail.folds)
        self.lifetimes(block, plan, tail.reads(block.outs))
        self.wishes(block, plan)
        if self.stacks:
            self.settle(block, plan)
        if self.joins:
            plan.places = _places(block, plan, lent)
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
            if op.prim.name == "same" and op.out.hint not in ("", op.ins[0].hint):  # a line for its name
                continue
            renames = is_renaming(op) or op.prim.name == "opt_some"
            retyped = self.joins and op.prim.name == "retype" and op.out.hint.startswith("d_")  # d_y4 = d_y
            if (renames and op.out.hint == op.ins[0].hint) or retyped or self.nameless(op.out):
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
        converted = {op.out for op in block.ops if op.prim.name in _AT_RETURN and op.out.hint}
        uses = self.uses(block, plan, folds, converted)
        self.find_steps(block, plan, appended)
        pending: dict[Value, Pending] = {}
        made = {v for op in block.ops for v in op.outs}
        base = {v: self.root(plan, u) for v, u in bases(block.ops).items()}
        writes = Writes(lambda v: v not in plan.owned and v not in made, self.last_reads(block, plan), base)
        following = plan.wanted.keys() & made
        added = self.only_added(block, plan, appended) if self.joins else set()
        raised = 0  # how many operations that may raise came before
        tops = Tops()
        for position, op in enumerate(block.ops):
            writes.every = max([writes.every, *(tops.cut[v] for v in op.ins if v in tops.cut)])
            writes.some = max(writes.some, writes.every)
            if op.outs and (op.outs[0] in plan.roots or op.outs[0] in plan.steps):
                if self.may_raise(op):
                    raised += 1
                continue
            last = folds and not converted.isdisjoint(op.outs) and op.out in block.outs
            alone = last and folds != "all" and op.prim.name == "convert"
            operands = set[int]() if alone else _expression_operands(op, self.reused)
            taken = self.take(plan, op, self.evaluated(op), operands, pending, writes, raised)
            low = min([raised, *(p.raises[0] for p in taken if p.raises[0] < p.raises[1])])
            raises = op not in self.updating and can_raise(op, self.may_raise)
            stack = next((p.under for p in taken if p.under is not None), self.stacks.get(op))
            if stack is not None:
                plan.under[op] = stack
            candidate = self.is_candidate(op, added) or last
            if candidate and uses.get(op.out, 0) == 1 and op.out not in appended:
                pending[op.out] = item = measure(op, position, taken, (low, raised + raises), stack)
                item.operands = {self.root(plan, v) for v in item.operands}
                item.memory = None if item.memory is None else {self.root(plan, v) for v in item.memory}
            if not following.isdisjoint(op.outs) and not is_update(op):
                writes.goes_on.update((self.root(plan, v), position) for v in op.ins if v.const is None)
            raised += raises
            tops.look(op, position, pending, writes, (raised - raises, raised))
            if is_update(op) or op in self.reused or op.prim.effect or self.is_control(op):
                writes.happens(op, position)
        plan.pops = tops.folded(plan)
        if folds:
            self.take(plan, None, block.outs, set(range(len(block.outs))), pending, writes, raised)

    def uses(self, block: Block, plan: Plan, folds: str, converted: Set[Value]) -> dict[Value, int]:
        """How often each value is read; more than once where a result must not be an expression."""
        found: dict[Value, int] = {}
        for op in block.ops:
            for v in self.evaluated(op) if plan.roots.keys().isdisjoint(op.outs) else ():
                root = self.root(plan, v)
                found[root] = found.get(root, 0) + 1
        for v in block.outs:
            root = self.root(plan, v)
            bare = not root.hint or isinstance(root.type, (Alt, Saved))
            once = folds == "all" or (folds and (bare or root in converted))
            found[root] = found.get(root, 0) + (1 if once else 2)
        return found

    def find_steps(self, block: Block, plan: Plan, appended: Set[Value]) -> None:
        """Steps from a loop's number, or another that the block is given: folded, however often they are read."""
        given = {v for v in block.params if v.type == types.INT}
        read = {v for op in block.ops for v in op.ins} | set(block.outs)
        made = {op.out: op for op in block.ops if _is_step(op, given) or is_short(op) or op.prim.name == "seq_len"}
        found = {v: list[Op]() for v in made if self.nameless(v) and v not in appended and v not in block.outs}
        for op in block.ops if found else ():
            for v in dict.fromkeys(op.ins):
                if v in found:
                    found[v].append(op)
        for v, readers in found.items():
            if made[v].prim.name == "seq_len":
                folds = all(goes_through_lists(op) and v is op.ins[1] and op.outs[-1] not in read for op in readers)
            else:
                folds = bool(made[v].ins) or all(is_subscript(v, op) for op in readers)
            if readers and folds:
                plan.steps[v] = readers
                plan.folded[v] = readers[-1]

    def evaluated(self, op: Op) -> Sequence[Value]:
        return evaluated(op) if self.joins else op.ins

    def is_control(self, op: Op) -> bool:
        """Whether an operation has statements inside."""
        return op.prim.family is Family.CONTROL and not (self.joins and joint(op) is not None)

    def last_reads(self, block: Block, plan: Plan) -> dict[Value, int]:
        """The position of the operation that reads a value last; the block's end for its results."""
        found = {self.root(plan, v): position for position, op in enumerate(block.ops) for v in op.ins}
        return found | {self.root(plan, v): len(block.ops) for v in block.outs}

    def only_added(self, block: Block, plan: Plan, appended: Set[Value]) -> set[Value]:
        """Cotangents that are one rule's, and are added to an element or put on a list at once."""
        cotangents = {op.out for op in block.ops if len(op.outs) == 1 and op.out.origin and op.prim.name != "add"}
        found = {op.ins[ADDED[op.prim.name]] for op in block.ops if op.prim.name in ADDED}
        return {v for v in found & cotangents if self.root(plan, v) is v and v not in appended}

    def is_candidate(self, op: Op, added: Set[Value]) -> bool:
        if len(op.outs) != 1 or op.prim.effect or self.is_control(op) or is_update(op) or op in self.reused:
            return False
        unnamed = self.nameless(op.out) or op.out in added
        return unnamed and op.prim.name not in (*UNPACKS, "dim", "same") and not is_constant(op.out)

    def take(
        self,
        plan: Plan,
        op: Op | None,
        ins: Sequence[Value],
        open_operands: Set[int],
        pending: dict[Value, Pending],
        writes: Writes,
        raised: int,
    ) -> list[Pending]:
        """Fold what can be folded into one line, from the right; `op` None: the block's end."""
        taken: list[Pending] = []
        width = 12
        stack = self.around if op is None else self.stacks.get(op)
        for number in range(len(ins) - 1, -1, -1):
            value = self.root(plan, ins[number])
            item = pending.pop(value, None)
            if item is None:
                continue
            low, high = item.raises
            fits = width + item.width <= WIDTH and item.depth < DEPTH and number in open_operands
            fits = fits and (stack is None or item.under is None or item.under == stack)
            if fits and writes.spare(item) and (low == high or high == raised):
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


def _lent(block: Block) -> dict[Value, Op]:
    """What is lent of lists for one update, or to be lent again for one: the part, and what reads it; the last first.

    `t[i][j] = v` evaluates v first and looks for the part then.
    """
    readers: dict[Value, list[Op]] = {}
    for op in block.ops:
        for v in op.ins:
            readers.setdefault(v, []).append(op)
    found: dict[Value, Op] = {}
    given_back: dict[Value, Value] = {}
    for op in reversed(block.ops):
        if op.prim.name != "borrow" or not isinstance(op.ins[0].type, Seq):
            continue
        part, rest = op.outs
        backs, users = readers.get(rest, ()), readers.get(part, ())
        if len(backs) != 1 or len(users) != 1:
            continue
        (back,), (user,) = backs, users
        if back.ins[1] in block.outs or len(readers[back.ins[1]]) != 1:
            continue
        if user.prim.name == "borrow":
            lent_again = user.ins[0] is part and given_back.get(user.outs[0]) is back.ins[1]
        else:
            k = user.prim.consumes
            lent_again = is_update(user) and k is not None and user.ins[k] is part and user.out is back.ins[1]
        if lent_again and user.ins.count(part) == 1:
            found[part], given_back[part] = user, back.out
    return found


def _places(block: Block, plan: Plan, lent: Mapping[Value, Op]) -> set[Value]:
    """The parts that are lent at an index that has a name or is a number: they need no name."""
    wheres = {op.outs[0]: op.ins for op in block.ops if op.prim.name == "borrow"}
    found = set[Value]()
    for part, user in lent.items():
        named = not any(v in plan.folded and v not in plan.steps for v in wheres[part])
        if named and (user.prim.name != "borrow" or user.outs[0] in found):
            found.add(part)
    return found


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
