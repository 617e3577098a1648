"""From a function of a formula file and the types of its arguments to IR."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import symdiff.primitives  # noqa: F401  # fills the registry
from symdiff.errors import CompileError, Problem
from symdiff.frontend.dsl import nodes
from symdiff.frontend.dsl.evaluate import Evaluator
from symdiff.frontend.dsl.files import File, FormulaFunction, parameter_name
from symdiff.frontend.dsl.frames import Frame, used_names
from symdiff.frontend.dsl.nodes import Node
from symdiff.frontend.dsl.parsing import Refused
from symdiff.frontend.dsl.stages import stage_order
from symdiff.frontend.dsl.tensors import Label, Tensor
from symdiff.frontend.python.problems import Respecialise
from symdiff.ir import dims, types
from symdiff.ir.build import Builder
from symdiff.ir.core import Block, Function, Op, Program, Value
from symdiff.ir.dims import Atom, Dim
from symdiff.ir.types import AVal, Kind
from symdiff.signature import Argument, Lowered, Param, Signature, SizeNames, Static
from symdiff.trees import LEAF


def declared_type(file: File, function: FormulaFunction, p: nodes.Declared) -> AVal:
    """The type of a parameter as the file declares it."""
    if not p.axes:
        return types.python(p.dtype or "f8")
    sizes = {name: dims.var(name) for name in _axis_names(p)}
    frame = Frame(function, Builder(), sizes=sizes)
    try:
        labels = _labels(Evaluator(file, frame), p, frame)
    except Refused as error:
        raise CompileError([error.problem]) from None
    return types.array(p.dtype or "f8", *(label.size for label in labels))


def lower(file: File, function: FormulaFunction, signature: Signature) -> Lowered:
    """The program of a function for arguments of a signature; CompileError with what is wrong with the formula."""
    file = File(file.text.inside(function.name, _first_line(file, function)), file.functions, file.shared)
    frame = Frame(function, Builder(), entry=True)
    evaluator = Evaluator(file, frame)
    evaluator.calls.append(function.name)
    try:
        params, values = _parameters(evaluator, frame, signature)
        found = evaluator.run(frame)
        out = _result(evaluator, found)
    except Refused as error:
        raise CompileError([error.problem]) from None
    ops = scheduled(frame.builder.ops, out)
    named = {a.name for p in params for a in types.type_atoms(p.type) if a.op == "var"}
    main = Function(function.name, Block(tuple(values), ops, (out,)), tuple(sorted(named)))
    stages = {*function.own.stages, *function.shared.stages}
    return Lowered(
        program=Program({function.name: main}, function.name),
        name=function.name,
        file=file.text.file,
        first_line=file.text.first_line,
        signature=signature,
        params=tuple(params),
        out=LEAF,
        out_static=(None,),
        hash=syntax_hash(file, function),
        user_names=frozenset({*stages, *function.names, *frame.sizes}),
    )


# --- parameters


def _parameters(evaluator: Evaluator, frame: Frame, signature: Signature) -> tuple[list[Param], list[Value]]:
    """The entry's parameters; what the file declares meets what the signature says."""
    function = frame.function
    given = {a.name: _leaf(evaluator, a, p) for a, p in zip(signature.arguments, function.parameters, strict=True)}
    declared = {name for p in function.parameters for name in _axis_names(p)}
    _solve(evaluator, frame, given)
    fresh = SizeNames({*declared, *function.names})
    shared: tuple[Label, ...] = ()  # the axes of arguments that are taken element by element: those of the result
    params, values = [], []
    for p in function.parameters:
        name, t = parameter_name(p), given[parameter_name(p)]
        if p.axes:
            labels = _labels(evaluator, p, frame)
        else:
            labels = _element_axes(evaluator, p, t, shared, fresh)
            shared = shared or tuple(labels)
        t = AVal(t.kind, tuple(label.size for label in labels), t.dtype)
        value = Value(t, name)
        params.append(Param(name, t, name))
        values.append(value)
        axes = tuple(labels) if p.axes else ()
        frame.values[name] = Tensor(value, tuple(labels), axes, padded=p.padded)
    for name in frame.sizes:
        if frame.function.declared(name):
            span = next(p.span for p in function.parameters if name in _axis_names(p))
            evaluator.refuse("SD805", span, name=name)
    frame.elements = shared
    return params, values


def _element_axes(
    evaluator: Evaluator, p: nodes.Declared, t: AVal, shared: Sequence[Label], fresh: SizeNames
) -> list[Label]:
    """An argument without a declared shape: a number, or an array that the formula takes element by element."""
    if not shared or not t.shape:
        return [Label(1, d if isinstance(d, int) else dims.var(fresh.fresh())) for d in t.shape]
    fits = len(t.shape) == len(shared)
    if not fits or any((d == 1) is not (s.size == 1) for d, s in zip(t.shape, shared, strict=True)):
        evaluator.refuse("SD816", p.span, name=parameter_name(p), found=str(t), declared="arrays of one shape")
    return list(shared)


def _leaf(evaluator: Evaluator, argument: Argument, p: nodes.Declared) -> AVal:
    """The type of an argument, of the rank and sort that its parameter declares."""
    leaf = argument.leaves[0] if argument.tree.kind == "leaf" else None
    shown = str(argument).partition(": ")[2]
    if leaf is None or isinstance(leaf, Static) or leaf.complex or leaf.dtype == "b1":
        evaluator.refuse("SD816", p.span, name=argument.name, found=shown, declared="numbers or arrays of them")
    if p.axes and leaf.rank != len(p.axes):
        evaluator.refuse("SD816", p.span, name=argument.name, found=shown, declared=f"an array of {len(p.axes)} axes")
    if p.dtype and leaf.inexact:
        evaluator.refuse("SD816", p.span, name=argument.name, found=shown, declared="integers")
    return leaf


def _solve(evaluator: Evaluator, frame: Frame, given: Mapping[str, AVal]) -> None:
    """What each declared size is: a number where the signature says one, else a variable of its own name."""
    known: dict[str, int] = {}
    patterns = [
        (p, axis, d)
        for p in frame.function.parameters
        for axis, d in zip(p.axes, given[parameter_name(p)].shape, strict=bool(p.axes))
    ]
    for p in frame.function.parameters:
        for name in _axis_names(p):
            frame.sizes[name] = dims.var(name)
    for p, axis, actual in sorted(patterns, key=lambda found: len(_names(found[1]))):
        if not isinstance(actual, int):
            continue
        label = _label(evaluator, axis, frame)
        env = {Atom("var", name): n for name, n in known.items()}
        solved = None if isinstance(label.size, int) else dims.solve(label.size, actual, env)
        if solved is not None:
            known[solved[0].name] = solved[1]
            frame.sizes[solved[0].name] = solved[1]
            label = _label(evaluator, axis, frame)
        if dims.equal(label.size, actual) is False:
            raise Refused(_wrong_size(evaluator, p, actual, label.size))
    wrong, names = [], set()
    for p, axis, actual in patterns:
        size = _label(evaluator, axis, frame).size
        if isinstance(size, int) and not isinstance(actual, int):  # ask for the number: it may be this one
            names |= {atom.name for atom in dims.atoms(actual)}
            wrong.append(_wrong_size(evaluator, p, actual, size))
    if wrong:
        raise Respecialise(wrong, sizes=names)


def _wrong_size(evaluator: Evaluator, p: nodes.Declared, found: Dim, declared: Dim) -> Problem:
    fields = {"name": parameter_name(p), "found": f"of size {found}", "declared": str(declared)}
    return evaluator.text.problem("SD816", p.span, **fields)


def _labels(evaluator: Evaluator, p: nodes.Declared, frame: Frame) -> list[Label]:
    return [_label(evaluator, axis, frame) for axis in p.axes]


def _label(evaluator: Evaluator, axis: tuple[Node | None, Node], frame: Frame) -> Label:
    first, last = axis
    return Label(1 if first is None else evaluator.size(first, frame), evaluator.size(last, frame))


def _names(axis: tuple[Node | None, Node]) -> list[str]:
    return [name for node in axis if node is not None for name in used_names(node)]


def _axis_names(p: nodes.Declared) -> list[str]:
    return [name for axis in p.axes for name in _names(axis)]


# --- the result


def _result(evaluator: Evaluator, found: Tensor) -> Value:
    elements = evaluator.frame.elements
    if elements and not found.axes and set(found.labels) == set(elements):
        found = replace(found, axes=elements)
    if found.loose:
        body = evaluator.frame.function.span
        evaluator.refuse("SD810", body, name=found.loose[0].name, reason="is free in the result")
    evaluator.b = evaluator.frame.builder
    made = evaluator.arranged(found, found.axes)
    if made.value is None:
        made = evaluator.as_kind(made, Kind.PYTHON)
    value = evaluator.value(made)
    assert isinstance(value.type, AVal)
    return value


def scheduled(ops: Sequence[Op], out: Value) -> tuple[Op, ...]:
    """The operations that a result needs, operands first and from left to right, after those that may raise.

    So a formula has one program, however it is split into stages and in whatever order they stand.
    """
    made = {v: op for op in ops for v in op.outs}
    order: dict[Op, None] = {}
    for root in [*(v for op in ops if op.prim.effect for v in op.outs), out]:
        stack: list[tuple[Op, Iterator[Value]]] = []
        if root in made and made[root] not in order:
            stack.append((made[root], iter(made[root].ins)))
        while stack:
            op, rest = stack[-1]
            following = next((made[v] for v in rest if v in made and made[v] not in order), None)
            if following is None:
                order[op] = None
                stack.pop()
            else:
                stack.append((following, iter(following.ins)))
    return tuple(order)


# --- what the header says


def compiled_in(file: File, function: FormulaFunction) -> list[tuple[FormulaFunction, list[str]]]:
    """The functions that a function needs, itself first, each with the stages that it needs."""
    found: dict[str, tuple[FormulaFunction, list[str]]] = {}
    todo = [function]
    while todo:
        f = todo.pop()
        if f.name in found:
            continue
        stages = stage_order(file.text, f)
        found[f.name] = f, stages
        bodies = [s.body for name in stages if (s := f.stage(name)) is not None]
        called = [n for body in (*bodies, *([f.body] if f.body else [])) for n in used_names(body)]
        todo += [file.functions[n] for n in called if n in file.functions]
    return list(found.values())


def _first_line(file: File, function: FormulaFunction) -> int:
    """Where positions count from: the first line of what the function is made of."""
    lines = []
    for f, stages in compiled_in(file, function):
        lines += [f.span.line, *(s.span.line for name in stages if (s := f.stage(name)) is not None)]
    return min(lines)


def syntax_hash(file: File, function: FormulaFunction) -> str:
    """Eight hexadecimal digits of what a function says: of every function, stage and index set compiled in."""
    digest = hashlib.sha256()

    def add(*texts: str) -> None:
        for text in texts:
            digest.update(text.encode("utf-8", "surrogatepass") + b"\0")

    for f, stages in compiled_in(file, function):
        add(f.name, f.result, str(f.split))
        for tree in (*f.parameters, *([f.body] if f.body is not None else [])):
            add(*nodes.words(tree))
        for name in sorted(stages):
            stage = f.stage(name)
            assert stage is not None
            add(name, *stage.indices, *nodes.words(stage.body))
        for index in sorted({*f.own.indices, *f.shared.indices}):
            found = f.index_set(index)
            assert found is not None
            add(index, *nodes.words(found))
    return digest.hexdigest()[:8]
