"""Names: stages numbered from the output backwards, and identifiers that shadow nothing.

`name_stages` runs once on the primal program, before anything else, and writes each name into `Value.hint`, from
where it survives every pass: 1/(1 + exp(-(w1*x1 + w2*x2 + b))) becomes the lecture's

    y = 1/y1   y1 = 1 + y2   y2 = exp(y3)   y3 = -y4   y4 = y5 + b   y5 = y6 + y7   y6 = w1*x1   y7 = w2*x2

breadth first, at the first visit, operands in order.  A value that the user named keeps the name and uses up no
number.  Bodies of loops and branches go on with the numbering.
"""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections import deque
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from symdiff.codegen.variables import tell_apart
from symdiff.ir.build import clone_block
from symdiff.ir.core import REGISTRY, Block, Function, Op, Program, Value, walk
from symdiff.ir.types import Kind

# What generated code itself says; a parameter of such a name is renamed too.
SPOKEN = frozenset(
    [
        "np",
        "bisect",
        "math",
        "scipy",
        "collections",
        "dataclasses",
        "types",
        "typing",
        "float",
        "int",
        "bool",
        "complex",
        "type",
        "len",
        "range",
        "zip",
        "reversed",
        "enumerate",
        "list",
        "tuple",
        "dict",
        "any",
        "all",
        "isinstance",
        "repr",
        "print",
        "getattr",
        "TypeError",
        "ValueError",
        "UnboundLocalError",
        "sorted",
        "set",
        "slice",
        "sum",
        "abs",
        "str",
    ]
)
RESERVED = frozenset(keyword.kwlist) | frozenset(keyword.softkwlist) | frozenset(dir(builtins)) | SPOKEN


# What a value is called that neither the user nor the numbering named, by the operation that makes it; else `t`.
CALLED = {
    **dict.fromkeys(("gt", "ge", "lt", "le", "eq", "ne", "logical_and", "logical_or", "isfinite"), "mask"),
    **dict.fromkeys(("sum", "vdot"), "total"),
    **dict.fromkeys(("max", "peak"), "top"),
    **{"arange": "places", "exp": "e", "logsumexp": "log_sum", "softmax": "p"},
}

# What a generated module defines beside its functions; the primitives' helpers join them.
_OWN = frozenset(["_TYPES", "_accept", "_check", "_floats", "_found", "_rebuilt", "_scalar", "_verdict"])
_DTYPE = re.compile(r"_[biufc]\d+")
_DEFINED = re.compile(r"^def (\w+)", re.MULTILINE)
_PREFIXES = ("_TYPES_", "_check_")  # of what a module of several functions has for each


def is_private(name: str) -> bool:
    """Whether a module may define a helper or a constant of this name."""
    return name.startswith("_") and (
        name in _OWN
        or name.startswith(_PREFIXES)
        or _DTYPE.fullmatch(name) is not None
        or name in _helpers(len(REGISTRY))
    )


@lru_cache(maxsize=1)
def _helpers(_size: int) -> frozenset[str]:
    """The names of all primitives' helpers; made again when the registry has grown."""
    texts = (str(p.info.get("helper", "")) for p in REGISTRY.values())
    return frozenset(name for text in texts for name in helpers_in(text))


@lru_cache
def helpers_in(source: str) -> Mapping[str, str]:
    """The functions that a text defines, each with its own text."""
    starts = [found.start() for found in _DEFINED.finditer(source)]
    parts = [source[a:b].strip() for a, b in pairwise([*starts, len(source)])]
    return {part[4 : part.index("(")]: part for part in parts}


def identifier(text: str, avoid: Set[str] = frozenset()) -> str:
    """The nearest identifier to `text` that is not reserved."""
    name = re.sub(r"\W", "_", unicodedata.normalize("NFKC", text)) or "v"
    if name[0].isdigit():
        name = "_" + name
    while name in RESERVED or name in avoid or is_private(name):
        name = _other(name)
    return name


def _other(name: str) -> str:
    return f"v{name}" if name.startswith(_PREFIXES) else f"{name}_"


def parameters(names: Sequence[str], avoid: Set[str] = frozenset()) -> dict[str, str]:
    """What the parameters of the user's function are called: as they are, unless generated code would break."""
    found: dict[str, str] = {}
    for name in names:
        free = name
        while free in SPOKEN or free in avoid or is_private(free) or (free != name and free in names):
            free = _other(free)
        found[name] = free
    return found


@dataclass(frozen=True, slots=True)
class Named:
    """A program all of whose values have a hint; `stages` are the hints that were given here."""

    program: Program
    stages: frozenset[str]


def name_stages(program: Program, taken: Set[str] = frozenset(), parameters: Sequence[str] = ()) -> Named:
    """The program with every value named; `taken` are the names the user owns, `parameters` those of the entry's."""
    functions, stages = {}, set()
    for key, function in program.functions.items():
        body = clone_block(function.body)
        for v, name in zip(body.params, parameters if key == program.entry else (), strict=False):
            v.hint = name
        numbering = _Numbering(body, taken)
        numbering.run()
        tell_apart(body)
        stages |= numbering.given
        functions[key] = Function(function.name, body, function.dims)
    return Named(Program(functions, program.entry, program.records), frozenset(stages))


class _Numbering:
    def __init__(self, body: Block, taken: Set[str]) -> None:
        self.body = body
        self.hints = set(_hints(body))
        self.taken = set(taken) | self.hints
        self.given: set[str] = set()
        self.count = 0
        self.done: set[Value] = set()

    def fresh(self) -> str:
        self.count += 1
        while f"y{self.count}" in self.taken:
            self.count += 1
        name = f"y{self.count}"
        self.given.add(name)
        return name

    def size(self, op: Op) -> str:
        """What a size is called, if no other value has that name."""
        name = str(op.params["size"]) if op.prim.name == "dim" else ""
        return name if name.isidentifier() and name not in self.hints and identifier(name) == name else ""

    def run(self) -> None:
        for value in (*self.body.params, *_outs(self.body)):
            if value.hint:
                value.hint = identifier(value.hint)
        results = [v for v in self.body.outs if v not in self.body.params and not v.hint and v.const is None]
        if results:
            results[0].hint = next(n for n in ("y", "y0", "y_") if n not in self.taken)
            self.given.add(results[0].hint)
        blocks = deque([self.body])
        while blocks:
            blocks.extend(self.block(blocks.popleft()))

    def block(self, block: Block) -> list[Block]:
        """Name the values of one block; the regions to name next, in the order they were met."""
        made = {v: op for op in block.ops for v in op.outs}
        queue: deque[Value] = deque()
        regions: list[Block] = []
        seeds = [*block.outs, *(v for op in reversed(block.ops) for v in op.outs)]
        for seed in seeds:
            self.visit(seed, made, queue)
            while queue:
                op = made.get(queue.popleft())
                if op is None:
                    continue
                if op.regions and op.regions[0] not in regions:
                    regions.extend(op.regions)
                for operand in op.ins:
                    self.visit(operand, made, queue)
        return regions

    def visit(self, value: Value, made: dict[Value, Op], queue: deque[Value]) -> None:
        if value in self.done:
            return
        self.done.add(value)
        op = made.get(value)
        if value.const is None and op is not None:
            twins = [v for v in _twins(op, op.outs.index(value)) if v.const is None]
            if not value.hint:
                value.hint = next((v.hint for v in twins if v.hint), "") or self.size(op) or self.fresh()
            for twin in twins:
                twin.hint = twin.hint or value.hint
        queue.append(value)


def is_renaming(op: Op) -> bool:
    """Whether an operation gives on its operand as it is, under a type that says less, or that it is there."""
    if op.prim.name == "opt_get":
        return not op.params["name"]
    return op.prim.name == "convert" and op.params["kind"] in (Kind.EITHER, Kind.MIXED)


def _hints(body: Block) -> Iterator[str]:
    """What values are called that are no sizes."""
    sizes = {op.out for op in walk(body) if op.prim.name == "dim"}
    return (v.hint for v in (*body.params, *_outs(body)) if v.hint and v not in sizes)


def _outs(body: Block) -> Iterator[Value]:
    for op in walk(body):
        yield from op.outs
        for region in op.regions:
            yield from region.params


def _twins(op: Op, number: int) -> list[Value]:
    """The values, inside regions mostly, that become this result: one variable in the printed code."""
    if is_renaming(op):
        return [op.ins[0]]
    if op.prim.name == "cond":
        return [v for r in op.regions if (v := r.outs[number]) not in r.params]
    if op.prim.name not in ("for", "while"):
        return []
    first = 1 if op.params.get("exit") else 0
    body, carry = op.regions[-1], number - first
    if not 0 <= carry < op.params["n_carry"]:
        return []
    lead = 1 if op.prim.name == "for" else 0
    inside = [body.params[lead + carry]]
    if op.prim.name == "while":
        inside.append(op.regions[0].params[carry])
    out = body.outs[number]
    return [*inside, out] if out not in body.params else inside
