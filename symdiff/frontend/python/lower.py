"""From a Python function and the types of its arguments to IR."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MethodType
from typing import Any

import numpy as np

from symdiff import trees
from symdiff.errors import CompileError
from symdiff.frontend.python import (
    apart,
    calls,
    captured,
    classes,
    containers,
    linked,
    listed,
    loops,
    nodes,
    openings,
    parameters,
    results,
    rounds,
    sharing,
    telling,
    texts,
    unlike,
    which,
)
from symdiff.frontend.python.context import Context, Frame
from symdiff.frontend.python.instances import Bottom
from symdiff.frontend.python.liveness import Liveness, local_names
from symdiff.frontend.python.problems import CannotRoll, NeedStatic, Respecialise, Restart, United
from symdiff.frontend.python.session import Session, Sharing
from symdiff.frontend.python.store import Unseen
from symdiff.frontend.python.values import (
    POISON,
    Attributes,
    Cell,
    DictRef,
    Known,
    ListRef,
    ObjRef,
    Struct,
    Val,
)
from symdiff.frontend.source import Source
from symdiff.frontend.syntax_hash import normalised_hash
from symdiff.frontend.wrappers import signature_of
from symdiff.ir import dims, types
from symdiff.ir.collector import uncollected
from symdiff.ir.core import Block, Function, Program, Value, walk
from symdiff.ir.types import AVal
from symdiff.signature import Lowered, Opaque, Param, Signature, Static, Unread
from symdiff.trees import ATTRIBUTED, NAMED, Path, Tree

_MAX_ATTEMPTS = 200


@uncollected()
def lower(
    source: Source, signature: Signature, *, static: Iterable[str] = (), globals_fetch: bool = True, share: bool = True,
    checking: bool = False,
) -> Lowered:  # fmt: skip
    """The program that computes `source` for arguments of `signature`.

    Raises CompileError with every problem of the function; its subclass `Respecialise` says which leaves or sizes to
    make known first.  `static` are captured names whose integers are taken by value; without `globals_fetch` all
    captured numbers are.  With `share` a helper called in several places may be a function of the program.  With
    `checking` sizes that may be equal are compared when it runs, where they would have to be asked for.
    """
    known: dict[str, Any] = {"by_value": not globals_fetch, "checking": checking}
    for shared in (Sharing.MEMORY, Sharing.VALUES) if share else ():
        session = Session(statics=set(static), **known, sharing=shared)
        try:
            return _settled(source, signature, session)
        except CompileError:
            if not session.shared:
                raise
    return _settled(source, signature, Session(statics=set(static), **known, sharing=Sharing.NONE))


def _settled(source: Source, signature: Signature, session: Session) -> Lowered:
    staged: CompileError | None = None  # why lists of None, or of empty lists, are not of any length
    known: CompileError | None = None  # why linked objects are not known by their attributes
    for _ in range(_MAX_ATTEMPTS):
        session.changed = False
        try:
            return _attempt(source, signature, session)
        except United as found:
            linked.unite(session, found)
        except Restart:
            continue
        except Respecialise as request:
            if session.formed:
                session.formed = False
                continue
            told = telling.not_taken_apart(session, staged or request).problems
            request = Respecialise(told, request.static, request.sizes)
            again = linked.begin_again(session) if request.sizes and known is None else None
            if again is None:
                raise (known or request) from None
            session, staged, known = again, None, request
        except CompileError as error:
            if session.formed:
                session.formed = False
                continue
            if session.filled:
                session.filled = None
                continue
            if session.opened:
                session, staged = session.without_filled(), staged or telling.not_taken_apart(session, error)
                continue
            if session.absences:
                session.absences, staged = False, staged or error
                continue
            error = which.told(session, telling.not_taken_apart(session, staged or error))
            again = linked.begin_again(session, error) if known is None else None
            if again is None:
                raise telling.told_first(session, known, error) from None
            session, staged, known = again, None, error
    raise CompileError.of("SD902", stage="lowering", message="the sizes of the arguments do not settle")


def _attempt(source: Source, signature: Signature, session: Session) -> Lowered:
    texts.begin(session)
    cx = Context(source, session)
    root = Frame(0, source, Liveness(ast.parse("lambda: 0", mode="eval").body), local=frozenset())  # type: ignore[arg-type]  # a lambda
    cx.frames.append(root)
    cx.links, cx.absent = dict(session.links), frozenset(session.absent)
    nodes.begin(cx)
    bound = _arguments(cx, signature)
    try:
        result = _run(cx, source, bound)
    except NeedStatic as error:
        _make_static(cx, error)
        raise Restart from None
    except CannotRoll as error:
        cx.problems.append(error.problem)
        result = POISON
    except Bottom:  # every path raises: a number for what is compiled around it, which nobody sees
        result = cx.wrap(cx.scope.const(0.0))
    except RecursionError:
        raise CompileError([telling.no_room(cx)]) from None
    except Unseen:
        if not cx.problems:
            raise
        result = POISON
    if session.changed and not cx.problems:
        raise Restart
    if not cx.problems and sharing.note_shared(cx):
        raise Restart
    if result is POISON and not cx.problems:
        cx.refuse("SD902", source.node, stage="lowering", message="the result was dropped without a problem")
    if cx.dropped and not cx.problems:
        cx.refuse("SD902", cx.dropped[0], stage="lowering", message="a statement was dropped without a problem")
    leaves: list[Value] = []
    statics: list[Static | None] = []
    tree = Tree()
    if not cx.problems and result is not POISON:
        tree = _result(cx, source.node, result, leaves, statics)
    if cx.problems:
        openings.use(cx)
        unlike.use(cx)
        sizes = rounds.sizes_outside(cx, cx.sizes_needed)
        if sizes:
            _fix_captured_sizes(cx)
            raise Respecialise(cx.problems, sizes=sizes)
        if not session.checking and any(p.code == "SD308" for p in cx.problems):
            session.checking = True  # nobody can be asked for these sizes
            raise Restart
        if which.try_again(cx):
            raise Restart
        if session.changed and all(p.code in ("SD301", "SD308") for p in cx.problems):
            raise Restart
        firsts = {(p.code, p.loc): p for p in reversed(cx.problems)}  # an unrolled loop repeats them
        raise CompileError(p for p in cx.problems if p is firsts[p.code, p.loc])
    return _lowered(cx, source, signature, leaves, tree, statics)


def _run(cx: Context, source: Source, bound: dict[str, Val]) -> Val:
    """Bind what a method or partial passes first, then the arguments, then defaults; run."""
    a = source.node.args
    names = [p.arg for p in (*a.posonlyargs, *a.args)]
    first = [
        captured.lift(cx, source.node, obj, f"{source.name}_{k}", (), source) for k, obj in enumerate(source.arguments)
    ]
    if hasattr(source.function, "__wrapped__"):
        return _run_wrapper(cx, source, first, bound)
    kwargs: dict[str, Val] = dict(zip(names, first, strict=False))
    for name, obj in source.keywords.items():
        kwargs[name] = captured.lift(cx, source.node, obj, name, (), source)
    kwargs.update(bound)
    positional = {p.arg for p in a.posonlyargs}
    args = [kwargs.pop(n) for n in names if n in positional and n in kwargs]
    _star_parameters(cx, source, kwargs, args, names)
    found = parameters.bind(cx, source.node, source, args, kwargs)
    return POISON if found is None else calls.enter(cx, source.node, source, None, found)


def _run_wrapper(cx: Context, source: Source, first: Sequence[Val], bound: Mapping[str, Val]) -> Val:
    """What a decorator made, called with the parameters of the function that it wraps."""
    assert source.function is not None
    rest = {**{n: captured.lift(cx, source.node, obj, n, (), source) for n, obj in source.keywords.items()}, **bound}
    args = list(first)
    by_position = len(source.node.args.posonlyargs) + len(source.node.args.args)
    for p in list(signature_of(source.function).parameters.values())[len(first) :]:
        beyond = len(args) >= by_position and source.node.args.vararg is None
        if p.name not in rest or p.kind is p.KEYWORD_ONLY or beyond:
            break
        args.append(rest.pop(p.name))
    found = parameters.bind(cx, source.node, source, args, rest)
    return POISON if found is None else calls.enter(cx, source.node, source, None, found)


def _star_parameters(
    cx: Context, source: Source, kwargs: dict[str, Val], args: list[Val], names: Sequence[str]
) -> None:
    """A signature gives `*args` as a tuple and `**kw` as a dict."""
    a = source.node.args
    if a.vararg is not None and a.vararg.arg in kwargs:
        rest = containers.elements(cx, kwargs.pop(a.vararg.arg)) or ()
        args += [kwargs.pop(n) for n in names[len(args) :] if n in kwargs]
        args += rest
    if a.kwarg is not None and a.kwarg.arg in kwargs:
        kwargs.update(containers.entries(cx, kwargs.pop(a.kwarg.arg)) or {})


def _make_static(cx: Context, error: NeedStatic) -> None:
    """Start again with a captured integer by value, or with a search at run time; or ask for an argument's value."""
    captured_tags = [t for t in error.tags if isinstance(t, str) and t not in cx.leaf_of]
    if captured_tags:
        cx.session.statics.update(captured_tags)
        return
    leaves = [cx.leaf_of[t] for t in sorted(t for t in error.tags if isinstance(t, str))]
    if leaves:
        raise Respecialise([*cx.problems, error.problem], static=leaves)
    if error.instead is None or error.instead in cx.session.searched:
        if loops.unroll_done(cx, error):
            return
        raise CompileError([*cx.problems, error.problem])
    cx.session.searched.add(error.instead)  # the loop that counted it is done


def _fix_captured_sizes(cx: Context) -> None:
    """Start again with the sizes of captured arrays as numbers where they are asked for."""
    for p in cx.params:
        if not p.captured or not isinstance(p.value, np.ndarray):
            continue
        own = {f"{p.name}_{k}": n for k, n in enumerate(p.value.shape) if p.type.shape[k] == dims.var(f"{p.name}_{k}")}
        asked = {name: n for name, n in own.items() if name in cx.sizes_needed}
        if asked:
            cx.session.sizes.update(asked)
            raise Restart


# --- arguments


def _arguments(cx: Context, signature: Signature) -> dict[str, Val]:
    """The arguments; their containers may be changed, since the caller's are taken apart."""
    found = {}
    for a in signature.arguments:
        apart.enter(cx, a)
        made = _build(cx, a.name, a.tree, iter(a.leaves), ())
        found[a.name] = listed.argument(cx, a, made) if a.listed else made
    return found


def _build(cx: Context, name: str, tree: Tree, leaves: Iterator[AVal | Static], path: Path) -> Val:
    if tree.kind == "leaf":
        leaf = next(leaves)
        return _static(cx, name, leaf, path) if isinstance(leaf, Static) else _leaf(cx, name, leaf, path)
    step = "attr" if tree.kind in NAMED else "item"
    inside = zip(tree.keys, tree.children, strict=True)
    parts = tuple(_build(cx, name, c, leaves, (*path, (step, key))) for key, c in inside)
    if tree.kind == "list":
        cell = Cell("list", argument=(name, path), name=name)
        cx.base_set(cell, parts)
        return ListRef(cell)
    if tree.kind == "dict":
        cell = Cell("dict", argument=(name, path), name=name)
        cx.base_set(cell, dict(zip(tree.keys, parts, strict=True)))
        return DictRef(cell)
    keys = tuple(str(k) for k in tree.keys)
    if tree.kind in ATTRIBUTED:
        assert tree.cls is not None
        cell = Cell("object", argument=(name, path), name=name)
        cx.base_set(cell, Attributes(sorted(zip(keys, parts, strict=True))))
        return _object(cx, ObjRef(cell, tree.cls))
    made = Struct(tree.kind, parts, tree.cls, keys if tree.cls is not None else (), own=True)
    cx.tuples[made] = name, path
    return made


def _object(cx: Context, obj: ObjRef) -> Val:
    """An object of the arguments; its number, where its class is linked: no other of them may then be the same one."""
    if obj.cls not in cx.session.linked:
        linked.note_made(cx, obj)
        return obj
    apart.numbered(cx, cx.frame.source.node, obj.cell)
    return nodes.made(cx, cx.frame.source.node, obj)


def _static(cx: Context, name: str, leaf: Static, path: Path) -> Val:
    """A function or another object as an argument: the numbers that it brings along are fetched at each call."""
    text = name + trees.path_text(path)
    if isinstance(leaf.value, Unread):
        cx.leaf_of["argument " + text] = (name, path)
    elif isinstance(leaf, Opaque) or isinstance(leaf.value, MethodType) or classes.class_of(Known(leaf.value)):
        return captured.lift(cx, cx.source.node, leaf.value, f"argument {text}", (), cx.source)
    return Known(leaf.value)


def _leaf(cx: Context, name: str, leaf: AVal, path: Path) -> Val:
    text = name + trees.path_text(path)
    tag = "argument " + text
    cx.leaf_of[tag] = (name, path)
    t = leaf
    if leaf.shape:
        t = AVal(leaf.kind, tuple(map(cx.session.substitute, leaf.shape)), leaf.dtype)
    return captured.add_parameter(cx, Param(captured.identifier(cx, text), t, name, path), text, tag)


# --- results


def _result(cx: Context, node: ast.AST, val: Val, leaves: list[Value], statics: list[Static | None]) -> Tree:
    """The structure of the whole result; its numbers become the program's results."""
    try:
        return results.of_function(cx, node, val, leaves, statics)
    except NeedStatic as error:
        _make_static(cx, error)
        raise Restart from None


def _lowered(
    cx: Context, source: Source, signature: Signature, leaves: list[Value], tree: Tree, statics: list[Static | None]
) -> Lowered:
    name = source.name if source.name.isidentifier() else "function"
    names = {a.name for p in cx.params for a in types.type_atoms(p.type) if a.op == "var"}
    body = Block(tuple(cx.param_values), tuple(cx.top.ops), tuple(leaves))
    function = Function(name, body, tuple(sorted(names)))
    nodes = [s.node for s in cx.compiled.values()]
    owned = {n for s in cx.compiled.values() for n in local_names(s.node)} | cx.used_names
    doc = "" if isinstance(source.node, ast.Lambda) else ast.get_docstring(source.node) or ""
    return Lowered(
        program=Program({name: function, **_called(cx, function)}, name),
        name=name,
        file=source.file,
        first_line=source.first_line,
        signature=signature,
        params=tuple(cx.params),
        out=tree,
        out_static=tuple(statics),
        guards=tuple(cx.guards.values()),
        hash=normalised_hash(nodes),
        written=tuple(sorted(cx.written)),
        apart=apart.found(cx),
        outer=apart.captured_ones(cx),
        changed=tuple(cx.changed_arguments.items()),
        doc=doc,
        user_names=frozenset(owned),
    )


def _called(cx: Context, entry: Function) -> dict[str, Function]:
    """The functions that the entry calls, and that those call, in the order they were met."""
    made = {i.name: i.function for i in cx.instances.every if i.function is not None}
    found: dict[str, Function] = {}
    todo = [entry]
    while todo:
        for op in walk(todo.pop().body):
            for name in op.functions:
                if name not in found:
                    found[name] = made[name]
                    todo.append(made[name])
    return found
