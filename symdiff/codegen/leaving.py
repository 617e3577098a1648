"""What follows a loop that was left stands where it is left.

By hand, once.  The emitter keeps how a loop ended in a variable, and asks for it behind the loop:

    code = 0                                for t in v:
    for t in v:                                 if t > a:
        if t > a:                                   return t * t, (v, False)
            y = t * t                       return s, (v, True)
            code = 3
            break                 ⟹
    y1 = code == 0                      or, where both sides go on: what follows the exit stands before `break`, the
    if y1:                              rest in the loop's `else`
        return s, (v, y1)
    return y, (v, y1)

Where that cannot be, as there are several exits or something else comes in between, the variable is at least the truth
that is asked for: `y1 = True` before the loop, `y1 = False` at each exit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from symdiff.codegen.view import Line

_NAME = re.compile(r"[^\W\d]\w*")
_BEGUN = re.compile(r"code(_\d+)? = 0")
_NUMBER = re.compile(r"(?:np\.float64\()?-?[\d.]+\)?")
_JUMPS = ("return ", "raise ")


def left_directly(lines: Sequence[Line]) -> list[Line]:
    """The lines, without exit codes where one can do without."""
    found = list(lines)
    k = 0
    while k < len(found):
        if _BEGUN.fullmatch(found[k].text) and (code := _Code.of(found, k)) is not None:
            found = code.followed() or code.as_truth() or found
        k += 1
    return found


@dataclass(frozen=True, slots=True)
class _Code:
    """An exit code: where it begins, is set, and is asked for; `truth` is the variable that the answer goes to."""

    lines: list[Line]
    name: str
    start: int
    sets: tuple[int, ...]
    asked: int
    truth: str

    @staticmethod
    def of(lines: list[Line], start: int) -> _Code | None:
        """The code that begins in a line, if it is no more than that."""
        name, depth = lines[start].text.removesuffix(" = 0"), lines[start].depth
        rest = [k for k in range(len(lines)) if k != start and name in _NAME.findall(lines[k].text)]
        sets = tuple(k for k in rest if re.fullmatch(rf"{name} = [1-9]\d*", lines[k].text))
        reads = [k for k in rest if k not in sets]
        if len(reads) != 1 or not sets:
            return None
        (asked,) = reads
        found = re.fullmatch(rf"(?:(\w+) = |if ){name} == 0(:?)", lines[asked].text)
        inside = start < min(sets) and max(sets) < asked and lines[asked].depth == depth
        if found is None or not inside or any(line.depth < depth for line in lines[start:asked]):
            return None
        truth = found.group(1) or ""
        if truth and truth in _names(lines[start:asked]):
            return None
        return _Code(lines, name, start, sets, asked, truth)

    def as_truth(self) -> list[Line]:
        """The lines with a truth in place of the code."""
        if not self.truth:
            return []
        found = list(self.lines)
        found[self.start] = replace(found[self.start], text=f"{self.truth} = True")
        for k in self.sets:
            found[k] = replace(found[k], text=f"{self.truth} = False")
        del found[self.asked]
        return found

    def followed(self) -> list[Line]:
        """The lines with what follows each way out where it is taken; none where that cannot be."""
        lines, depth = self.lines, self.lines[self.start].depth
        branch = self.asked + 1 if self.truth else self.asked
        header = next((k for k in range(self.asked - 1, self.start, -1) if lines[k].depth == depth), self.start)
        if len(self.sets) != 1 or not _is_loop(lines[header]) or branch >= len(lines) or lines[branch].depth != depth:
            return []
        (at,) = self.sets
        leave = next((k for k in range(at, self.asked) if lines[k].text == "break"), at)
        same = all(line.depth == lines[at].depth for line in lines[at : leave + 1])
        if leave == at or not same or _loop_of(lines, leave) != header:
            return []
        if self.truth and lines[branch].text not in (f"if {self.truth}:", f"if not {self.truth}:"):
            return []
        then, orelse, end, otherwise = _sides(lines, branch)
        if lines[branch].text.startswith("if not "):
            then, orelse = orelse, then
        if any(line.text in ("break", "continue") and _loop_of(orelse, k) < 0 for k, line in enumerate(orelse)):
            return []  # of a loop around this one
        body = lines[header:at] + lines[at + 1 : leave]
        before = lines[: self.start] + lines[self.start + 1 : header]
        if _jumps(then) and _jumps(orelse):
            left, done = self.told(orelse, "False"), self.told(then, "True")
            if left is None or done is None:
                return []
            turn = [*body, *_moved(left, lines[at].depth), *lines[leave + 1 : self.asked]]
            return _without_dead([*before, *turn, *_moved(done, depth), *lines[end:]])
        inner = [k for k in range(header, self.asked) if lines[k].text == "break" and _loop_of(lines, k) == header]
        if not otherwise or inner != [leave] or _jumps(then) or _jumps(orelse) or self.truth:
            return []
        last = [*_moved(orelse, lines[at].depth), lines[leave]]
        turn = [*body, *last, *lines[leave + 1 : self.asked]]
        closing = [Line(depth, "else:"), *_moved(then, depth + 1)] if then else []
        return _without_dead([*before, *turn, *closing, *lines[end:]])

    def told(self, lines: Sequence[Line], value: str) -> list[Line] | None:
        """The lines with the truth written out; None where more than returned values, or a string, has its name."""
        if not self.truth:
            return list(lines)
        pattern = re.compile(rf"\b{self.truth}\b")
        mentioned = [line.text for line in lines if pattern.search(line.text)]
        if any(not text.startswith("return ") or "'" in text or '"' in text for text in mentioned):
            return None
        return [replace(line, text=pattern.sub(value, line.text)) for line in lines]


def _names(lines: Sequence[Line]) -> set[str]:
    return {name for line in lines for name in _NAME.findall(line.text)}


def _is_loop(line: Line) -> bool:
    return line.text.startswith(("for ", "while ")) and line.text.endswith(":")


def _loop_of(lines: Sequence[Line], at: int) -> int:
    """The header of the loop that a line stands in."""
    depth = lines[at].depth
    for k in range(at - 1, -1, -1):
        if lines[k].depth < depth:
            depth = lines[k].depth
            if _is_loop(lines[k]):
                return k
    return -1


def _sides(lines: Sequence[Line], branch: int) -> tuple[list[Line], list[Line], int, bool]:
    """Both sides of a branch, the first line behind it, and whether the second side is an `else`.

    Without one the second side is what follows: the first may have jumped.
    """
    depth = lines[branch].depth
    end = _end(lines, branch)
    then = list(lines[branch + 1 : end])
    if end < len(lines) and lines[end].text.startswith("elif "):
        return then, [], end, False
    if end < len(lines) and lines[end].depth == depth and lines[end].text == "else:":
        last = _end(lines, end)
        return then, list(lines[end + 1 : last]), last, True
    last = next((k for k in range(end, len(lines)) if lines[k].depth < depth), len(lines))
    return then, list(lines[end:last]), last, False


def _end(lines: Sequence[Line], header: int) -> int:
    return next((k for k in range(header + 1, len(lines)) if lines[k].depth <= lines[header].depth), len(lines))


def _jumps(lines: Sequence[Line]) -> bool:
    outermost = [line for line in lines if line.depth == lines[0].depth]
    return bool(outermost) and outermost[-1].text.startswith(_JUMPS)


def _moved(lines: Sequence[Line], depth: int) -> list[Line]:
    return [replace(line, depth=line.depth - lines[0].depth + depth) for line in lines]


def _without_dead(lines: list[Line]) -> list[Line]:
    """The lines without numbers that variables begin with and no one reads: each is set again before."""
    dead = set()
    for k, line in enumerate(lines):
        name, _, value = line.text.partition(" = ")
        begins = line.depth > lines[0].depth and lines[k - 1].depth < line.depth  # without it nothing might be left
        if begins or not name.isidentifier() or not _NUMBER.fullmatch(value):
            continue
        places = [j for j, other in enumerate(lines) if j != k and name in _NAME.findall(other.text)]
        first = places[0] if places else -1
        if first < k or name in _NAME.findall(lines[first].text.removeprefix(f"{name} = ")):
            continue
        suite = next((j for j in range(first, len(lines)) if lines[j].depth < lines[first].depth), len(lines))
        if lines[first].text.startswith(f"{name} = ") and places[-1] < suite:
            dead.add(k)
    return [line for k, line in enumerate(lines) if k not in dead]
