"""Running a program and writing down every value, then the derivative of the result by each of them.

`Tape` is the interpreter with nodes in place of numbers: each differentiable value knows the operation that made it,
what that read, and in which turn of which loops.  Back from the result, each operation is pulled back by the program
that `ad.reverse` makes of it alone; so rules, broadcasting and dtypes are those of generated code.

By hand: of `y = x * x` at x = 3 the tape is x, y; y has gradient 1, pulling it back adds 1·3 for either operand: 6.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from symdiff.ad import reverse
from symdiff.errors import UsageError
from symdiff.explain.crossings import Met, met
from symdiff.explain.reading import Border, Reading
from symdiff.explain.stages import Index
from symdiff.ir import types
from symdiff.ir.core import REGISTRY, Block, Family, Function, Literal, Op, Params, Program, Value, walk
from symdiff.ir.dims import Atom
from symdiff.ir.interpret import Compiled, Run
from symdiff.ir.loops import loop
from symdiff.ir.steps import Steps, run_steps

MOST_NODES = 200_000


class Node:
    """One value of one run: a result of `op`, or with `op` None the same as `ins[0]` under another name."""

    __slots__ = ("gradient", "index", "ins", "number", "op", "origin", "sizes", "value")

    def __init__(self, value: Any, ins: Sequence[Any] = (), op: Op | None = None, number: int = 0) -> None:
        self.value, self.ins, self.op, self.number = value, ins, op, number
        self.origin: Value | Border | None = None
        self.index: Index = ()
        self.sizes: Mapping[Atom, int] = {}
        self.gradient: Any = None

    @property
    def shape(self) -> tuple[int, ...]:
        return np.shape(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __getitem__(self, k: int) -> Node:
        """What a loop reads at its turn."""
        return Element(self.value[k], (self,), None, k)

    def pulled(self, runs: Pullbacks) -> Iterator[tuple[Node, Any]]:
        """What this node's gradient contributes to those of the nodes it was made of."""
        if self.op is None:
            yield self.ins[0], self.gradient
        elif not _is_zero(self.gradient):
            for k, contribution in runs.contributions(self, self.gradient):
                yield self.ins[k], contribution


class Element(Node):
    """`ins[0][number]`, as a loop reads it."""

    __slots__ = ()

    def pulled(self, runs: Pullbacks) -> Iterator[tuple[Node, Any]]:
        whole = zeros(self.ins[0].value)
        whole[self.number] = self.gradient
        yield self.ins[0], whole


class Record(Node):
    """A list of `ins`, one for each turn of a loop."""

    __slots__ = ()

    def pulled(self, runs: Pullbacks) -> Iterator[tuple[Node, Any]]:
        yield from ((node, part) for node, part in zip(self.ins, self.gradient, strict=True) if isinstance(node, Node))


def plain(x: Any) -> Any:
    """The number of a node."""
    return x.value if isinstance(x, Node) else x


def zeros(x: Any) -> Any:
    """Zeros of the structure of a number, an array or a list of such; None for what no path has bound."""
    if x is None or isinstance(x, list):
        return x if x is None else [zeros(e) for e in x]
    return np.zeros_like(x) if isinstance(x, np.ndarray) else type(x)(0)


def ones(x: Any) -> Any:
    """Ones of the type of a number or an array, whatever it holds: inf and nan too."""
    return np.ones_like(x) if isinstance(x, np.ndarray) else type(x)(1)


def added(x: Any, y: Any) -> Any:
    """The sum of two gradients of one value."""
    if x is None or y is None:
        return y if x is None else x
    return [added(a, b) for a, b in zip(x, y, strict=True)] if isinstance(x, list) else x + y


def _is_zero(x: Any) -> bool:
    return not isinstance(x, list) and not np.any(x)


class Tape(Run):
    """One run of a program on arguments; `nodes` in the order in which they were made."""

    def __init__(self, program: Program, reading: Reading) -> None:
        super().__init__(program, None)
        self.nodes: list[Node] = []
        self.index: list[tuple[str, int]] = []
        self.runs: Counter[tuple[Block, Index]] = Counter()
        self.loops = {op.regions[-1]: op for f in program.functions.values() for op in walk(f.body) if is_loop(op)}
        self.called_blocks = {f.body: name for name, f in program.functions.items() if name != program.entry}
        self.indices = {block: reading.text(loop(op).index[0]) for block, op in self.loops.items() if loop(op).index}
        self.borders: dict[Block, list[Border]] = {}
        self.named = {d.origin for d in (*reading.drafts, *reading.arguments)}
        for origin in self.named:
            if isinstance(origin, Border):
                self.borders.setdefault(origin.block, []).append(origin)
        self.ran: Counter[Block] = Counter()
        self.shown: dict[Block, Index] = {}  # of a loop, an arm: the last turn; of a function the first call
        self.met: dict[Op, list[tuple[Met, ...]]] = {}  # of operations with kinks: was each run at one?
        self.pullbacks = Pullbacks()

    def run(self, arguments: Sequence[Any]) -> list[Any]:
        """Run the entry; its results, nodes where they are differentiable."""
        params = self.program.main.body.params
        given = [self.noted(Node(x), v) if differentiable(v) else x for v, x in zip(params, arguments, strict=True)]
        return list(self.call(self.program.entry, given))

    def noted(self, node: Node, origin: Value | Border | None) -> Node:
        """A node in its place on the tape."""
        if len(self.nodes) >= MOST_NODES:
            raise UsageError.of("SD743", function=self.program.entry, count=MOST_NODES)
        node.origin, node.index = origin, tuple(self.index)
        self.nodes.append(node)
        return node

    def op(self, name: str, op: Op, ins: list[Any], sizes: dict[Atom, int]) -> tuple[Any, ...]:
        ins = [self.noted(Record([plain(e) for e in x], x), None) if isinstance(x, list) else x for x in ins]
        given = [plain(x) for x in ins]
        found = super().op(name, op, given, sizes)
        if "places" in op.prim.info:
            self.met.setdefault(op, []).append(met(op, given, found[0]))
        outs = []
        for number, (v, x) in enumerate(zip(op.outs, found, strict=True)):
            if differentiable(v):
                node = self.noted(Node(x, ins, op, number), v)
                node.sizes = sizes
                x = node
            outs.append(x)
        return tuple(outs)

    def call_op(self, name: str, op: Op, ins: list[Any], sizes: dict[Atom, int]) -> Steps:
        """What a function returns has another name where it was called."""
        found = yield super().call_op(name, op, ins, sizes)
        return tuple(
            self.noted(Node(plain(x), (x,)), v) if isinstance(x, Node) else x
            for v, x in zip(op.outs, found, strict=True)
        )

    def block(self, name: str, block: Block, args: Sequence[Any], sizes: dict[Atom, int]) -> Steps:
        """A region or a body; its turn is written down, and what passes its borders under a name of its own."""
        self.ran[block] += 1
        turn = self.turn(block, args)
        args = list(args)
        if turn is not None:
            first = self.runs[block, tuple(self.index)] == 1
            if first:
                self.pass_borders(block, args, start=True)
            self.index.append(turn)
            self.read_elements(block, args)
        if block not in self.called_blocks or block not in self.shown:
            self.shown[block] = tuple(self.index)
        outs = list((yield super().block(name, block, args, sizes)))
        self.pass_borders(block, outs, start=False)
        if turn is not None:
            self.index.pop()
        return tuple(outs)

    def turn(self, block: Block, args: Sequence[Any]) -> tuple[str, int] | None:
        """Which turn of a loop, or which call of a function, this run of a block is."""
        if block not in self.loops and block not in self.called_blocks:
            return None
        key = (block, tuple(self.index))
        self.runs[key] += 1
        if block in self.called_blocks:
            return self.called_blocks[block], self.runs[key]
        return (self.indices[block], args[0]) if block in self.indices else ("turn", self.runs[key])

    def read_elements(self, block: Block, args: list[Any]) -> None:
        """Parameters that are stages: what a loop reads at its turn, what a function is given."""
        named = loop(self.loops[block]).x_params if block in self.loops else block.params
        for k, v in enumerate(block.params):
            if v in named and v in self.named and isinstance(args[k], Node):
                node = args[k]
                made = node if isinstance(node, Element) and node.origin is None else Node(node.value, (node,))
                args[k] = self.noted(made, v)

    def pass_borders(self, block: Block, values: list[Any], start: bool) -> None:
        for border in self.borders.get(block, ()):
            if border.start is start:
                place = border.position + (len(loop(self.loops[block]).index) if start else 0)
                x = values[place]
                values[place] = self.noted(Node(plain(x), (x,)), border)

    def pull_back(self, result: Node) -> None:
        """Give every node its gradient: the derivative of (the sum of) the result by it."""
        result.gradient = ones(result.value)
        for node in reversed(self.nodes):
            if node.gradient is not None and node.ins:
                for source, contribution in node.pulled(self.pullbacks):
                    if isinstance(source, Node):
                        source.gradient = added(source.gradient, contribution)


class Pullbacks:
    """The reverse programs of single operations; operations of one kind share one."""

    def __init__(self) -> None:
        self.made: dict[Hashable, tuple[Program, list[int]]] = {}
        self.compiled: Compiled = {}

    def contributions(self, node: Node, cotangent: Any) -> list[tuple[int, Any]]:
        """What a cotangent of a node adds to each of its operands, by number."""
        assert node.op is not None
        key = _kind(node.op, node.number)
        if key not in self.made:
            self.made[key] = _reversed(node.op, node.number)
        program, wanted = self.made[key]
        if not wanted:
            return []
        given = [plain(x) for v, x in zip(node.op.ins, node.ins, strict=True) if v.const is None]
        run = Run(program, None, self.compiled)
        with np.errstate(all="ignore"):  # a derivative at a singular point is inf or nan: it is shown
            found = run_steps(run.block(program.entry, program.main.body, [*given, cotangent], dict(node.sizes)))
        return list(zip(wanted, found[1:], strict=True))

    def local(self, node: Node, operand: int) -> Any:
        """The local derivative by one operand, where it is one number for each element of the result; else None."""
        if node.op is None:
            return 1.0 if type(node) is Node else None
        source = node.ins[operand]
        if node.op.prim.family is not Family.ELEMENTWISE or np.shape(plain(source)) != node.shape:
            return None
        return dict(self.contributions(node, ones(node.value))).get(operand)


def _kind(op: Op, number: int) -> Hashable:
    """What the reverse program of an operation depends on; of constants -0.0 is another than 0.0, and 1 than 1.0."""
    ins = tuple((v.type, v.const if isinstance(v.const, Literal) else repr(v.const)) for v in op.ins)
    return op.prim.name, op.params, ins, tuple(v.type for v in op.outs), number


def _reversed(op: Op, number: int) -> tuple[Program, list[int]]:
    """(operands, cotangent of a result) -> (the result, a contribution for each of the operands with these numbers).

    Each operand is a value of its own: of x · x there are two contributions.
    """
    own = [v if v.const is not None else Value(v.type, f"x{k}") for k, v in enumerate(op.ins)]
    outs = tuple(Value(v.type, v.hint) for v in op.outs)
    known = [
        Op(REGISTRY["const"], (), (v,), Params(value=v.const, type=v.type))
        for v in dict.fromkeys(own)
        if v.const is not None
    ]
    params = tuple(v for v in own if v.const is None)
    body = Block(params, (*known, Op(op.prim, tuple(own), outs, op.params, (), op.loc)), (outs[number],))
    wanted = [k for k, v in enumerate(own) if v.const is None and differentiable(v)]
    if op.prim.family is Family.CONSTANT or not wanted:
        return Program({}, ""), []
    single = Program({op.prim.name: Function(op.prim.name, body)}, op.prim.name)
    return reverse.value_and_grad(single, [params.index(own[k]) for k in wanted], lists=True), wanted


def is_loop(op: Op) -> bool:
    return op.prim.name in ("for", "while")


def differentiable(v: Value) -> bool:
    return types.cotangent(v.type) is not None
