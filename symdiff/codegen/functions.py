"""The public functions of a module: parameters, entry check, sizes, body, and what is returned in which structure.

A `Layout` knows the user's arguments and results: which leaf is where, how a gradient is put together again.
"""

from __future__ import annotations

import collections
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from symdiff import plain
from symdiff.codegen import checks, defaults, expressions
from symdiff.codegen.blocks import Context, Region, Tail
from symdiff.codegen.control import Printer
from symdiff.codegen.defaults import PRINTABLE, Given
from symdiff.codegen.names import identifier, parameters
from symdiff.codegen.view import FunctionView, Line, aligned, doc_literal
from symdiff.codegen.wrapping import wrapped
from symdiff.errors import UsageError
from symdiff.ir import dims, errstate, types
from symdiff.ir.core import Block, Function, Value, walk
from symdiff.ir.dims import Atom
from symdiff.ir.errstate import Stack
from symdiff.ir.steps import run_steps
from symdiff.ir.types import AVal, Kind, Type
from symdiff.signature import Argument, Lowered, Param, Static, Unread
from symdiff.trees import ATTRIBUTED, LINKED, NAMED, Path, Tree, named, path_text, paths


@dataclass(frozen=True, slots=True)
class Entry:
    """How a generated function begins: parameters, lines before the check, and the variable of each leaf."""

    given: tuple[Given, ...]
    unpack: tuple[Line, ...]
    leaves: tuple[str, ...]
    structure: tuple[Demand, ...] = ()


@dataclass(frozen=True, slots=True)
class Demand:
    """What must hold of an argument, or of a part of one, and how a message says it: `place` must `what`."""

    place: str
    conditions: tuple[str, ...]
    what: str


def annotation(t: Type) -> str:
    if isinstance(t, types.Opt):
        return f"{annotation(t.elem)} | None"
    if t == types.Seq(types.PLACE):
        return "dict"
    if types.is_set(t):
        return "set"
    if not isinstance(t, AVal):
        return "list" if isinstance(t, types.Seq) else "tuple"
    return "np.ndarray" if t.kind is Kind.ARRAY else checks.scalar_name(t)


def path_of(base: str, path: Path) -> str:
    return base + path_text(path)


# --- structures


def container_conditions(base: str, tree: Tree) -> list[str]:
    """What must hold of a container before its leaves are read."""
    found: list[str] = []
    todo = [(base, tree)]
    while todo:
        text, node = todo.pop()
        if node.kind == "leaf":
            continue
        if node.kind in ("list", "tuple"):
            found.append(f"type({text}) is {node.kind} and len({text}) == {len(node.keys)}")
        elif node.kind == "dict":
            found.append(f"type({text}) is dict and {text}.keys() == {{{', '.join(map(repr, node.keys))}}}")
        elif node.kind == "namedtuple":
            found.append(f"getattr(type({text}), '_fields', None) == {tuple(node.keys)!r}")
        elif node.kind == "dataclass":
            found.append(f"tuple(getattr(type({text}), '__dataclass_fields__', ())) == {tuple(node.keys)!r}")
        else:
            assert node.cls is not None
            found += plain.conditions(text, node.cls, node.keys, f"getattr({text}, '__dict__', {{}})")
        todo += reversed(_parts(text, node))
    return found


def classes(base: str, tree: Tree) -> list[str]:
    """The expression of the class of each named tuple and dataclass in a container, outermost first."""
    found: list[str] = []
    todo = [(base, tree)]
    while todo:
        text, node = todo.pop()
        if node.kind in NAMED:
            found.append(f"type({text})")
        todo += reversed(_parts(text, node))
    return found


def _parts(text: str, node: Tree) -> list[tuple[str, Tree]]:
    """The parts of a container, each with its expression."""
    step = "attr" if node.kind in NAMED else "item"
    return [(path_of(text, ((step, key),)), c) for key, c in zip(node.keys, node.children, strict=True)]


Maker = Callable[[Tree], Callable[[Sequence[str]], str]]  # of a part that has a class: its expression from its parts


def build(tree: Tree, leaves: Sequence[str], maker: Maker) -> str:
    """The expression of a container with these leaves; `maker` says how a part that has a class is made."""
    return _build(tree, iter(leaves), maker)


def in_order(known: Sequence[str]) -> Maker:
    """Parts are made by these classes, in the order of `classes`."""
    rest = iter(known)
    return lambda tree: made_by(next(rest), tree)


def made_by(cls: str, tree: Tree) -> Callable[[Sequence[str]], str]:
    """An object of the class of an argument: without its `__init__`, which may take other things than fields."""
    if tree.kind == "namedtuple":
        return lambda parts: f"{cls}({', '.join(parts)})"
    if plain.made_by_keywords(tree.cls):
        return lambda parts: f"{cls}({', '.join(by_name(tree, parts))})"
    return lambda parts: f"_rebuilt({', '.join([cls, *by_name(tree, parts)])})"


def needs_rebuilding(tree: Tree) -> bool:
    """Whether a structure has a part that is made by `_rebuilt`."""
    return any(node.kind in ATTRIBUTED and not plain.made_by_keywords(node.cls) for node in named(tree))


def by_name(tree: Tree, parts: Sequence[str]) -> list[str]:
    """The parts as keywords; behind them, those of a name that is none."""
    named = dict(zip(map(str, tree.keys), parts, strict=True))
    order = plain.in_class_order(tree.cls, named) if tree.kind == "object" and tree.cls is not None else named
    found = [(name, named[name]) for name in order]
    odd = ", ".join(f"{key!r}: {part}" for key, part in found if not plain.is_written(key))
    return [f"{key}={part}" for key, part in found if plain.is_written(key)] + ([f"**{{{odd}}}"] if odd else [])


def _build(tree: Tree, leaves: Iterator[str], maker: Maker, depth: int = 0) -> str:
    if tree.kind == "leaf":
        return next(leaves)
    if tree.kind in LINKED:
        raise UsageError.of("SD749")
    if tree.kind in _OF_RESULTS:
        return _OF_RESULTS[tree.kind](tree, leaves, maker, depth)
    whole = maker(tree) if tree.kind in NAMED else None  # makers come outermost first
    parts = [_build(child, leaves, maker, depth) for child in tree.children]
    if whole is not None:
        return whole(parts)
    if tree.kind == "list":
        return f"[{', '.join(parts)}]"
    if tree.kind == "dict":
        return "{" + ", ".join(f"{key!r}: {part}" for key, part in zip(tree.keys, parts, strict=True)) + "}"
    return expressions.tuple_text(parts)


def _choice(tree: Tree, leaves: Iterator[str], maker: Maker, depth: int) -> str:
    number = next(leaves)
    return number if number == "None" else f"{expressions.tuple_text(list(map(repr, tree.keys)))}[{number}]"


def _constant(tree: Tree, leaves: Iterator[str], maker: Maker, depth: int) -> str:
    return repr(tree.keys[0])


def _optional(tree: Tree, leaves: Iterator[str], maker: Maker, depth: int) -> str:
    there, found = (_build(child, leaves, maker, depth) for child in tree.children)
    return f"{found} if {there} else None"


def _text(tree: Tree, leaves: Iterator[str], maker: Maker, depth: int) -> str:
    return f"{tree.keys[0]!r}.format({', '.join(_build(child, leaves, maker, depth) for child in tree.children)})"


def _rows(tree: Tree, leaves: Iterator[str], maker: Maker, depth: int) -> str:
    """A list or tuple of structures from the lists of their leaves."""
    columns = [next(leaves) for _ in range(tree.leaf_count)]
    names = [f"{'efghk'[depth % 5]}{k}" for k in range(len(columns))]
    text = _build(tree.children[0], iter(names), maker, depth + 1)
    listed = "tuple" if tree.cls is tuple else "list"
    if [text] == names:
        return f"{listed}({columns[0]})"
    whole = columns[0] if len(columns) == 1 else f"zip({', '.join(columns)}, strict=True)"
    if len(columns) > 1 and text == expressions.tuple_text(names):
        return f"{listed}({whole})"
    inside = f"{text} for {', '.join(names)} in {whole}"
    return f"tuple({inside})" if tree.cls is tuple else f"[{inside}]"


def _mapping(tree: Tree, leaves: Iterator[str], maker: Maker, depth: int) -> str:
    held, keys = (_build(child, leaves, maker, depth) for child in tree.children)
    return f"dict(zip({keys}, {held}, strict=True))"


def _collected(tree: Tree, leaves: Iterator[str], maker: Maker, depth: int) -> str:
    """A deque, dict with defaults, counter or ordered dict of its own."""
    assert tree.cls is not None
    option = getattr(tree.keys[0], "__name__", repr(tree.keys[0]))
    content = _build(tree.children[0], leaves, maker, depth)
    given = [option, content] if tree.cls is collections.defaultdict else [content]
    given += [option] if tree.cls is collections.deque and option != "None" else []
    return f"collections.{tree.cls.__name__}({', '.join(given)})"


def _set(tree: Tree, leaves: Iterator[str], maker: Maker, depth: int) -> str:
    """A set of its own, of the elements in a set of leaves."""
    assert tree.cls is not None
    made = tree.cls.__name__
    if not tree.children:
        shown = f"{{{', '.join(map(repr, tree.keys))}}}" if tree.keys else ""
        return shown if shown and made == "set" else f"{made}({shown})"
    count = itertools.count()
    target, text = _element(tree.children[0], "efghk"[depth % 5], count)
    inside = next(leaves) if target == text else f"{text} for {target} in {next(leaves)}"
    return f"{{{inside}}}" if target != text and made == "set" else f"{made}({inside})"


def _element(tree: Tree, letter: str, count: Iterator[int]) -> tuple[str, str]:
    """An element in a set of leaves as a target, and what it stands for."""
    if tree.kind != "tuple":
        name = f"{letter}{next(count)}"
        return name, build(tree, [name], in_order(()))
    parts = [_element(child, letter, count) for child in tree.children]
    return expressions.tuple_text([p[0] for p in parts]), expressions.tuple_text([p[1] for p in parts])


_OF_RESULTS: dict[str, Callable[[Tree, Iterator[str], Maker, int], str]] = {
    "choice": _choice, "constant": _constant, "optional": _optional, "text": _text, "rows": _rows,
    "mapping": _mapping, "set": _set, "collected": _collected,
}  # fmt: skip


REBUILT = '''
def _rebuilt(cls, **fields):
    """An instance of a class with these attributes, made without its `__init__`."""
    made = object.__new__(cls)
    for name, value in fields.items():
        object.__setattr__(made, name, value)
    return made
'''


def check_printable(tree: Tree, where: str) -> None:
    """Dict keys end up in the module's text."""
    todo = [tree]
    while todo:
        node = todo.pop()
        for key in node.keys if node.kind == "dict" else ():
            if not _printable(key):
                raise UsageError(f"the key {key!r:.40} of {where} cannot be written into a module", code="SD724")
        todo.extend(node.children)


def _printable(key: object) -> bool:
    """Whether `repr` of a key is Python's text of it."""
    if isinstance(key, tuple) and type(key) is tuple:
        return all(map(_printable, key))
    return type(key) in PRINTABLE and not (isinstance(key, float) and not math.isfinite(key))


# --- entry


def known_value(text: str, value: object) -> Demand:
    """That a leaf known when compiling has the value it had."""
    shown = repr(value)
    if value is None or isinstance(value, bool):
        condition = f"{text} is {value!r}"
    elif type(value) in PRINTABLE:
        condition = f"type({text}) is {type(value).__name__} and {text} == {value!r}"
    else:
        shown = getattr(value, "__qualname__", getattr(value, "__name__", type(value).__qualname__))
        found = f"getattr({text}, '__qualname__', getattr({text}, '__name__', type({text}).__qualname__))"
        condition = f"{found} == {shown!r}"
    return Demand(text, (condition,), f"be {shown}, which this module was compiled for")


def entry(lowered: Lowered, embed: bool, avoid: Set[str] = frozenset()) -> Entry:
    """The parameters of `f` itself: the user's arguments, then captured data by keyword."""
    own = parameters([a.name for a in lowered.signature.arguments], avoid)
    staged: dict[tuple[str, Path], Param] = {(p.argument, p.path): p for p in lowered.params if not p.captured}
    unpack, structure, given = [], [], []
    variable: dict[tuple[str, Path], str] = {}
    for argument in lowered.signature.arguments:
        base = own[argument.name]
        check_printable(argument.tree, argument.name)
        if containers := container_conditions(base, argument.tree):
            structure.append(Demand(base, tuple(containers), f"have the structure {argument.tree}"))
        for path, leaf in zip(paths(argument.tree), argument.leaves, strict=True):
            text = path_of(base, path)
            if isinstance(leaf, Static):
                if not isinstance(leaf.value, Unread):
                    structure.append(known_value(text, leaf.value))
                continue
            p = staged.get((argument.name, path))
            if p is None:  # read nowhere: accepted as it is
                continue
            variable[(argument.name, path)] = base if not path else identifier(p.name, frozenset(own.values()))
            if path:
                unpack.append(Line(1, f"{variable[(argument.name, path)]} = {text}"))
        default, named = defaults.of_the_user(lowered, argument), argument.name in lowered.keyword_only
        given.append(Given(base, argument_annotation(argument), default, named))
    given = defaults.in_a_row(given)
    captured: dict[int, str] = {}  # a name may be captured from several places, and be that of an argument
    for k, p in enumerate(lowered.params):
        if p.captured:
            name = identifier(p.name, frozenset(own.values()))
            captured[k] = name
            default = defaults.embedded(p.value) if embed else ""
            given.append(Given(name, annotation(p.type), default, keyword=True, captured=True))
    leaves = tuple(captured.get(k) or variable[(p.argument, p.path)] for k, p in enumerate(lowered.params))
    return Entry(tuple(given), tuple(unpack), leaves, tuple(structure))


def argument_annotation(argument: Argument) -> str:
    if argument.tree.kind == "leaf":
        leaf = argument.leaves[0]
        return annotation(leaf) if isinstance(leaf, AVal) else "object"
    return argument.tree.kind if argument.tree.kind in ("list", "tuple", "dict") else "object"


def header(name: str, given: Sequence[Given], returns: str = "") -> str:
    """The `def` line, wrapped one parameter a line where it is too long."""
    parts = []
    for k, g in enumerate(given):
        if g.keyword and not any(h.keyword for h in given[:k]):
            parts.append("*")
        parts.append(f"{g.name}: {g.annotation}" + (f" = {g.default}" if g.default else ""))
    arrow = f" -> {returns}" if returns else ""
    line = f"def {name}({', '.join(parts)}){arrow}:"
    if len(line) <= 120:
        return line
    return f"def {name}(\n" + "".join(f"    {p},\n" for p in parts) + f"){arrow}:"


# --- bodies


@dataclass(slots=True)
class Body:
    """What is needed to print the body of one function."""

    function: Function
    names: Sequence[str]  # of the parameters
    check: checks.Checks
    late: str  # the function's name, if its sizes are checked
    before: Sequence[Line]
    tail: Tail
    after_check: Sequence[Line] = ()
    around: Stack = ()  # what it is called under


def opaque_sizes(body: Block) -> frozenset[Atom]:
    """Sizes that are only known at run time and that an operation's parameters mention."""
    found: set[Atom] = set()
    for op in walk(body):
        for value in op.params.values():
            found |= sizes_in(value)
    return frozenset(a for a in found if a.op == "opaque")


def sizes_in(value: object) -> frozenset[Atom]:
    if isinstance(value, tuple):
        return frozenset().union(*map(sizes_in, value)) if value else frozenset()
    if isinstance(value, dims.Poly):
        return dims.atoms(value)
    if isinstance(value, (AVal, types.Seq, types.Opt, types.Alt)):
        return types.type_atoms(value)
    return frozenset()


def print_body(context: Context, body: Body) -> tuple[list[Line], dict[Value, str]]:
    """The lines of a function, and the names its values got."""
    printer, sizes = print_block(context, body, 1)
    return [*opening(body, printer, sizes), *printer.finished()], printer.names


def with_fallback(
    fast_context: Context, fast: Body, context: Context, body: Body
) -> tuple[list[Line], dict[Value, str]]:
    """The body on Python floats, and behind it the NumPy body for where `math` raises."""
    first, sizes = print_block(fast_context, fast, 2)
    second, _ = print_block(context, body, 1)
    one, two = first.finished(), second.finished()
    if [x.text for x in one] == [x.text for x in two]:
        return [*opening(body, second, sizes), *two], second.names
    caught = Line(1, "except (OverflowError, ValueError, ZeroDivisionError):", "NumPy's inf and nan")
    return [*opening(body, second, sizes), Line(1, "try:"), *one, caught, Line(2, "pass"), *two], first.names


def print_block(context: Context, body: Body, depth: int) -> tuple[Printer, dict[Atom, str]]:
    """The printer of a function after its work, and the names of sizes."""
    block = body.function.body
    bound = {op.ins[0]: dims_atom(op.params["name"]) for op in block.ops if op.prim.name == "bind_dim"}
    made = [v for op in walk(block) if op.prim.name != "dim" for v in op.outs]  # sizes are called as they are below
    hints = {v.hint for v in made if v not in bound} | set(body.names)
    atoms = {*body.check.sizes, *bound.values()}
    atoms |= {a for v in block.params for a in types.type_atoms(v.type)} | {dims_atom(n) for n in body.function.dims}
    own = user_sizes(block, context.stages.union(body.names, context.reserved), atoms)
    sizes = {
        a: own.get(a) or _size_name(a, hints | context.reserved)
        for a in atoms
        if a.op == "var" or a in body.check.sizes
    }
    sizes |= saved_sizes(body)
    printer = Printer(context, sizes, opaque_sizes(block))
    printer.taken = hints
    printer.stacks = errstate.stacks(block)
    printer.under = errstate.common(body.around, *printer.stacks.values())
    printer.given = {v: sizes[a] for v, a in bound.items()}
    for v, name in zip(block.params, body.names, strict=True):
        printer.define(v, name)
    run_steps(printer.block(block, depth, body.tail, Region(frozenset(block.params))))
    return printer, sizes


def opening(body: Body, printer: Printer, sizes: Mapping[Atom, str]) -> list[Line]:
    """Unpacking, the check, and the sizes that the body mentions."""
    late: list[Line] = []
    if body.late:
        leaves = [
            (n, v.type) for v, n in zip(body.function.body.params, body.names, strict=True) if isinstance(v.type, AVal)
        ]
        late, used = checks.late_checks(body.late, [n for n, _ in leaves], [t for _, t in leaves], sizes)
        printer.sizes |= used
    given = saved_sizes(body)
    read = [a for a in sorted(printer.sizes, key=lambda a: a.name) if a in body.check.sizes and a not in given]
    bound = [Line(1, f"{sizes[a]} = {body.check.sizes[a]}") for a in read if sizes[a] != body.check.sizes[a]]
    return [*body.before, *body.check.lines, *body.after_check, *bound, *late]


def user_sizes(block: Block, others: Set[str], atoms: Set[Atom]) -> dict[Atom, str]:
    """Size variables that the user named: `n = len(x)`; `others` are names of stages and of parameters."""
    found: dict[Atom, str] = {}
    for op in block.ops:
        if op.prim.name == "dim" and op.out.hint and op.out.hint not in others:
            for a in atoms:
                if op.params["size"] == dims.var(a.name) and op.out.hint not in found.values():
                    found.setdefault(a, op.out.hint)
    return found


def saved_sizes(body: Body) -> dict[Atom, str]:
    """Size variables whose values are parameters: saved by the forward pass."""
    block = body.function.body
    names = dict(zip(block.params, body.names, strict=True))
    return {
        dims_atom(op.params["name"]): names[op.ins[0]]
        for op in block.ops
        if op.prim.name == "bind_dim" and op.ins[0] in names
    }


def dims_atom(name: str) -> Atom:
    return next(iter(dims.atoms(dims.var(name))))


def _size_name(atom: Atom, taken: set[str]) -> str:
    name = identifier(atom.name)
    while name in taken:
        name += "_size" if not name.endswith("_size") else "_"
    return name


def tidy(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Comments aligned; of lines with one position the last has it, or a header that they begin with."""
    kept = []
    said = ""  # the position of a header, until another comes
    for k, line in enumerate(lines):
        following = lines[k + 1].comment if k + 1 < len(lines) else ""
        header = line.text.endswith(":")
        again = line.comment.isdigit() and (line.comment == said or (line.comment == following and not header))
        said = line.comment if header or line.comment == said else ""
        kept.append(replace(line, comment="") if again and not header else line)
    return aligned([part for line in kept for part in wrapped(line)])


def view(head: str, doc: str, lines: Sequence[Line]) -> FunctionView:
    return FunctionView(head, doc_literal(doc), tidy(lines))
