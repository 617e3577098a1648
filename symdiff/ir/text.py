"""The text form of programs: it prints, and parses back to the same program.

    program @f
    record F: f8[n], Seq[float]

    func @f(%x: f8[n], %w: float) dims n
      %y: f8[n] = mul(%x, %w)
      %zero: int = const() {type=type(int), value=0}
      %1: float, %2: int = for(%zero, %hi, %one, %w) {n_carry=1, n_xs=0} @ model.py:3:5-3:9 in f:1
        region (%i: int, %c: float)
          %d: float = add(%c, %c)
          yield %d
      return %y

A value is called by its hint (`%y`, `%y.2` the second time) or by a number.  Every result shows its type, so text
can also hold wrong programs: what `verify` is tested on.  A name means one value in the whole function.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from symdiff.errors import Loc
from symdiff.ir import dims
from symdiff.ir.core import REGISTRY, Block, Function, Literal, Op, Params, Program, Value
from symdiff.ir.dims import Poly
from symdiff.ir.same import same_constant
from symdiff.ir.types import PLACE, PYTHON_NAMES, Alt, AVal, Kind, Object, Opt, Saved, Seq, Type, member

Line = tuple[Op | None, str]
T = TypeVar("T")

_PLAIN = re.compile(r"[^\W\d]\w*")
_NAME = re.compile(r"[\w.'$<>-]+")
_FILE = re.compile(r"[\w./\\-]+")


# --- printing


def print_program(program: Program, locs: bool = False) -> str:
    """The program as text; with `locs`, operations show where in the user's source they are written.

    Part of that is the `with np.errstate(…)` around them: `… in f:1 under over=ignore`.
    """
    head = [f"program @{_quoted(program.entry, _NAME)}"]
    for name, fields in program.records.items():
        head.append(f"record {_quoted(name, _NAME)}: {', '.join(map(str, fields))}".rstrip())
    functions = ["\n".join(text for _, text in function_lines(f, locs)) for f in program.functions.values()]
    return "\n\n".join(["\n".join(head), *functions]) + "\n"


def function_lines(function: Function, locs: bool = False) -> list[Line]:
    """The lines of a function, each with the operation it prints."""
    names = value_names(function)
    dims_text = f" dims {', '.join(function.dims)}" if function.dims else ""
    lines: list[Line] = [(None, f"func @{_quoted(function.name, _NAME)}({_params(function.body, names)}){dims_text}")]
    lines += _block_lines(function.body, names, locs, 1)
    outs = ", ".join(_use(names, v) for v in function.body.outs)
    lines.append((None, f"  return {outs}".rstrip()))
    return lines


def _block_lines(block: Block, names: Mapping[Value, str], locs: bool, depth: int) -> list[Line]:
    lines: list[Line] = []
    indent = "  " * depth
    for op in block.ops:
        lines.append((op, indent + _op_text(op, names, locs)))
        for region in op.regions:
            lines.append((op, f"{indent}  region ({_params(region, names)})"))
            lines += _block_lines(region, names, locs, depth + 2)
            lines.append((op, f"{indent}    yield {', '.join(_use(names, v) for v in region.outs)}".rstrip()))
    return lines


def _op_text(op: Op, names: Mapping[Value, str], locs: bool) -> str:
    known = op.params.get("value") if op.prim.name == "const" else None
    outs = ", ".join(_typed(v, names, known) for v in op.outs)
    text = f"{outs}{' = ' if outs else ''}{op.prim.name}({', '.join(_use(names, v) for v in op.ins)})"
    if op.params:
        text += " {" + ", ".join(f"{k}={show(v)}" for k, v in op.params.items()) + "}"
    return text + (f" @ {_loc_text(op.loc)}" if locs and op.loc is not None else "")


def _params(block: Block, names: Mapping[Value, str]) -> str:
    return ", ".join(_typed(v, names, None) for v in block.params)


def _typed(v: Value, names: Mapping[Value, str], known: Any) -> str:
    constant = "" if v.const is None or same_constant(v.const, known) else f" is {show(v.const)}"
    return f"{_use(names, v)}: {v.type}{constant}"


def _use(names: Mapping[Value, str], v: Value) -> str:
    """A value that nothing in the function defines (a wrong program) still prints."""
    return names.get(v) or f"%{_quoted(v.hint, _PLAIN) if v.hint else ''}.undefined"


def value_names(function: Function) -> dict[Value, str]:
    """What each value of a function is called in its text."""
    names: dict[Value, str] = {}
    counts: dict[str, int] = {}
    for v in _definitions(function.body):
        if v in names:
            continue
        counts[v.hint] = k = counts.get(v.hint, 0) + 1
        if v.hint:
            names[v] = f"%{_quoted(v.hint, _PLAIN)}" + (f".{k}" if k > 1 else "")
        else:
            names[v] = f"%{k}"
    return names


def _definitions(block: Block) -> Iterator[Value]:
    """Every value defined in a block and its regions, in the order of the text."""
    stack: list[Iterator[Value | Block]] = [iter((block,))]
    while stack:
        item = next(stack[-1], None)
        if item is None:
            stack.pop()
        elif isinstance(item, Block):
            stack.append(_members(item))
        else:
            yield item


def _members(block: Block) -> Iterator[Value | Block]:
    yield from block.params
    for op in block.ops:
        yield from op.outs
        yield from op.regions


def _quoted(name: str, plain: re.Pattern[str]) -> str:
    return name if plain.fullmatch(name) else repr(name)


def _loc_text(loc: Loc) -> str:
    place = f"{_quoted(loc.file, _FILE)}:{loc.line}:{loc.col + 1}-{loc.end_line}:{loc.end_col + 1}"
    under = "".join(" under " + ", ".join(map("=".join, handling)) for handling in loc.under)
    return f"{place} in {_quoted(loc.function, _NAME)}:{loc.first_line}{under}"


def show(value: Any) -> str:
    """A parameter or constant as text; TypeError for what has no text form."""
    if isinstance(value, Kind):
        return f"kind.{value.value}"
    if value is None or (isinstance(value, (bool, int, float, str)) and not isinstance(value, np.generic)):
        return repr(value)
    if isinstance(value, np.generic):
        return f"np.{value.dtype.kind}{value.dtype.itemsize}({show(value.item())})"
    if isinstance(value, complex):
        return f"complex({value.real!r}, {value.imag!r})"
    if isinstance(value, Poly):
        return f"dim({value})"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(show, value)) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, Literal):
        return _literal_text(value)
    if isinstance(value, (AVal, Seq, Opt, Alt, Saved)):
        return f"type({value})"
    raise TypeError(f"a parameter of type {type(value).__name__} has no text form")


def _literal_text(value: Literal) -> str:
    """Numbers where they say everything, else (NaNs have a sign and a payload) the bytes."""
    numbers = tuple(value.array().ravel().tolist())
    exact = all(x == x for x in numbers) and np.array(numbers, dtype=value.dtype).tobytes() == value.data
    return f"literal({value.dtype}, {show(value.shape)}, {show(numbers) if exact else repr(value.data.hex())})"


# --- parsing


def parse_program(text: str) -> Program:
    """Read what `print_program` prints; ValueError with the line where it is not a program."""
    functions: dict[str, Function] = {}
    records: dict[str, tuple[Type, ...]] = {}
    entry: str | None = None
    lines = [(k, line.strip()) for k, line in enumerate(text.splitlines(), 1)]
    rest = iter([(k, line) for k, line in lines if line and not line.startswith("#")])
    for number, line in rest:
        s = _Scanner(line, number)
        if s.word("program"):
            s.expect("@")
            entry = s.name(_NAME)
        elif s.word("record"):
            name = s.name(_NAME)
            s.expect(":")
            records[name] = tuple(s.listed(s.type, ""))
        elif s.word("func"):
            function = _Parser(s, rest).function()
            functions[function.name] = function
        else:
            raise s.error("`program`, `record` or `func` is expected")
        s.end()
    if entry is None:
        raise ValueError("no `program @name` line")
    return Program(functions, entry, records)


class _Scanner:
    """A position in one line of text."""

    def __init__(self, text: str, number: int) -> None:
        self.text, self.number, self.at = text, number, 0

    def error(self, message: str) -> ValueError:
        return ValueError(f"line {self.number}, column {self.at + 1}: {message}: {self.text}")

    def match(self, pattern: str) -> str | None:
        found = re.compile(r"\s*(" + pattern + ")").match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        return found.group(1)

    def word(self, word: str) -> bool:
        return self.match(re.escape(word) + (r"(?!\w)" if word[-1].isalnum() else "")) is not None

    def need(self, pattern: str, what: str) -> str:
        found = self.match(pattern)
        if found is None:
            raise self.error(f"{what} is expected")
        return found

    def expect(self, mark: str) -> None:
        if not self.word(mark):
            raise self.error(f"`{mark}` is expected")

    def end(self) -> None:
        if self.text[self.at :].strip():
            raise self.error("the line should end here")

    def name(self, plain: re.Pattern[str]) -> str:
        quoted = self.match(_STRING)
        return str(ast.literal_eval(quoted)) if quoted else self.need(plain.pattern, "a name")

    def listed(self, item: Callable[[], T], close: str) -> list[T]:
        """Items with commas between, up to `close` (or the end of the line)."""
        found: list[T] = []
        while not (self.word(close) if close else self.at == len(self.text.rstrip())):
            if found:
                self.expect(",")
                if close and self.word(close):
                    break
            found.append(item())
        return found

    def type(self) -> Type:
        word = self.need(r"(?:np|either|mixed)\.\w+|\w+", "a type")
        if word == str(PLACE):
            return PLACE
        if word.startswith("member_"):
            return member(word.removeprefix("member_"))
        if word in _PYTHON:
            return AVal(Kind.PYTHON, (), _PYTHON[word])
        if "." in word:
            kind, dtype = word.split(".")
            return AVal(Kind.NUMPY if kind == "np" else Kind(kind), (), dtype)
        self.expect("[")
        if word == "Saved":
            name = self.need(r"[^\]]*", "a name")
            self.expect("]")
            return Saved(name)
        if word == "Object":
            cls = self.need(r"[^\]]*", "a class")
            self.expect("]")
            return Object(Kind.PYTHON, (), "O8", cls)
        if word in ("Seq", "Opt"):
            elem = self.type()
            self.expect("]")
            return Seq(elem) if word == "Seq" else Opt(elem)
        if word == "Alt":
            return Alt(self._fields("|"), self._fields("]"))
        return AVal(Kind.ARRAY, tuple(self.listed(self.dim, "]")), word)

    def _fields(self, close: str) -> tuple[Type, ...]:
        found: list[Type] = []
        while not self.word(close):
            if found:
                self.expect(";")
            found.append(self.type())
        return tuple(found)

    def dim(self) -> dims.Dim:
        start, depth = self.at, 0
        while self.at < len(self.text):
            c = self.text[self.at]
            if depth == 0 and c in ",])":
                break
            depth += (c == "(") - (c == ")")
            self.at += 1
        return dims.parse(self.text[start : self.at].strip())

    def value(self) -> Any:
        """A parameter: the inverse of `show`."""
        quoted = self.match(_STRING)
        if quoted is not None:
            return ast.literal_eval(quoted)
        number = self.match(r"-?(?:inf|nan|\d[\d.]*(?:e[-+]?\d+)?)(?!\w)")
        if number is not None:
            return int(number) if re.fullmatch(r"-?\d+", number) else float(number)
        if self.word("("):
            return tuple(self.listed(self.value, ")"))
        word = self.need(r"np\.\w+|kind\.\w+|\w+", "a value")
        if word in _WORDS:
            return _WORDS[word]
        if word.startswith("kind."):
            return Kind(word[5:])
        return self._made(word)

    def _made(self, word: str) -> Any:
        self.expect("(")
        if word in ("dim", "type"):
            found: Any = self.dim() if word == "dim" else self.type()
            self.expect(")")
            return found
        if word == "literal":
            dtype = self.need(r"\w+", "a dtype")
            self.expect(",")
            shape, data = self.listed(self.value, ")")
            raw = bytes.fromhex(data) if isinstance(data, str) else np.array(data, dtype=dtype).tobytes()
            return Literal(dtype, shape, raw)
        parts = self.listed(self.value, ")")
        if word == "complex":
            return complex(*parts)
        if word.startswith("np."):
            return np.dtype(word[3:]).type(parts[0])
        raise self.error(f"`{word}` is no value")


_STRING = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_PYTHON = {name: dtype for dtype, name in PYTHON_NAMES.items()}
_WORDS = {"None": None, "True": True, "False": False}


class _Frame:
    """A block being read: its operations so far, and the last one, which may still get regions."""

    def __init__(self, params: tuple[Value, ...]) -> None:
        self.params = params
        self.ops: list[Op] = []
        self.pending: Op | None = None
        self.regions: list[Block] = []

    def flush(self) -> None:
        if self.pending is not None:
            p = self.pending
            self.ops.append(Op(p.prim, p.ins, p.outs, p.params, tuple(self.regions), p.loc))
        self.pending, self.regions = None, []

    def block(self, outs: Sequence[Value]) -> Block:
        self.flush()
        return Block(self.params, tuple(self.ops), tuple(outs))


class _Parser:
    """One function; regions are kept on a stack of frames."""

    def __init__(self, head: _Scanner, lines: Iterator[tuple[int, str]]) -> None:
        self.head, self.lines = head, lines
        self.values: dict[str, Value] = {}

    def function(self) -> Function:
        s = self.head
        s.expect("@")
        name = s.name(_NAME)
        frames = [_Frame(self.block_params(s))]
        sizes = tuple(s.listed(lambda: s.need(r"\w+", "a size"), "")) if s.word("dims") else ()
        for number, line in self.lines:
            s = _Scanner(line, number)
            if s.word("region"):
                frames.append(_Frame(self.block_params(s)))
            elif s.word("yield"):
                block = frames.pop().block(self.uses(s, ""))
                if not frames:
                    raise s.error("`yield` outside of a region")
                frames[-1].regions.append(block)
            elif s.word("return"):
                block = frames.pop().block(self.uses(s, ""))
                if frames:
                    raise s.error("a region is not closed")
                return Function(name, block, sizes)
            else:
                frames[-1].flush()
                frames[-1].pending = self.op(s)
            s.end()
        raise ValueError(f"function {name} has no `return`")

    def block_params(self, s: _Scanner) -> tuple[Value, ...]:
        s.expect("(")
        return tuple(s.listed(lambda: self.define(s), ")"))

    def define(self, s: _Scanner) -> Value:
        name, hint = self.value_name(s)
        s.expect(":")
        type = s.type()
        value = self.values.setdefault(name, Value(type, hint))
        if value.type is _FORWARD:
            value.type = type
        if s.word("is"):
            value.const = s.value()
        return value

    def use(self, s: _Scanner) -> Value:
        """A name used before or without its definition is kept: `verify` says what is wrong with it."""
        name, hint = self.value_name(s)
        return self.values.setdefault(name, Value(_FORWARD, hint))

    def uses(self, s: _Scanner, close: str) -> list[Value]:
        return s.listed(lambda: self.use(s), close)

    def value_name(self, s: _Scanner) -> tuple[str, str]:
        s.expect("%")
        start = s.at
        number = s.match(r"\d+(?!\w)")
        hint = "" if number is not None else s.name(_PLAIN)
        if number is None:
            s.match(r"\.\w+")
        return s.text[start : s.at], hint

    def op(self, s: _Scanner) -> Op:
        outs: list[Value] = []
        while s.text[s.at :].lstrip().startswith("%"):
            outs.append(self.define(s))
            s.expect("=") if not s.word(",") else None
        name = s.need(r"\w+", "a primitive")
        if name not in REGISTRY:
            raise s.error(f"no primitive `{name}`")
        s.expect("(")
        ins = self.uses(s, ")")
        params = Params(**dict(s.listed(lambda: self.param(s), "}"))) if s.word("{") else Params()
        if name == "const":
            outs[0].const = params["value"]
        loc = self.loc(s) if s.word("@") else None
        return Op(REGISTRY[name], tuple(ins), tuple(outs), params, (), loc)

    def param(self, s: _Scanner) -> tuple[str, Any]:
        name = s.need(r"\w+", "a parameter")
        s.expect("=")
        return name, s.value()

    def loc(self, s: _Scanner) -> Loc:
        file = s.name(_FILE)
        numbers = re.match(r":(\d+):(\d+)-(\d+):(\d+) in ", s.text[s.at :])
        if numbers is None:
            raise s.error("a place is written file:line:col-line:col in function:line")
        s.at += numbers.end()
        function = s.name(_NAME) if s.text[s.at] != ":" else ""
        s.expect(":")
        first = int(s.need(r"\d+", "a line"))
        line, col, end_line, end_col = map(int, numbers.groups())
        under = []
        while s.word("under"):
            handling = [self.mode(s)]
            while s.word(","):
                handling.append(self.mode(s))
            under.append(tuple(handling))
        return Loc(file, line, col - 1, end_line, end_col - 1, function, first, tuple(under))

    def mode(self, s: _Scanner) -> tuple[str, str]:
        kind = s.need(r"\w+", "a kind of error")
        s.expect("=")
        return kind, s.need(r"\w+", "how it is handled")


_FORWARD = Saved("undefined")
