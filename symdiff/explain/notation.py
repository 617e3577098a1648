"""The notation of rules, `-1/y1²` or `a1ᵀ · d_f`, and of names, read into LaTeX.

Rules are declared once, as text (`symdiff.primitives`); this is their second form.  By hand: ``2·y2^(2-1)`` is read as
2 · (y2 ^ (2 - 1)) and written ``2 y_2``.  Words that are neither names nor functions stay words:
``1 outside`` is ``1 \\text{ outside}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

SUM, PRODUCT, ATOM = 0, 1, 2


class Tex(NamedTuple):
    """A piece of LaTeX and how tightly it holds together: SUM, PRODUCT or ATOM."""

    text: str
    holds: int = ATOM

    def at_least(self, holds: int) -> str:
        return self.text if self.holds >= holds else parenthesised(self.text)


def parenthesised(text: str) -> str:
    return f"\\left({text}\\right)" if re.search(r"\\frac|\\sum|\\begin", text) else f"({text})"


def product(left: Tex, right: Tex) -> Tex:
    """Juxtaposed; with a dot where a number would run into another."""
    first, second = left.at_least(PRODUCT), right.at_least(PRODUCT)
    if second.startswith("-"):
        second = parenthesised(right.text)
    dot = " \\cdot " if re.match(r"[\d.]", second) else " "
    return Tex(first + dot + second, PRODUCT)


def power(base: Tex, exponent: str) -> Tex:
    if base.holds < ATOM or base.text.startswith("\\frac"):
        inside = parenthesised(base.text)
    else:
        inside = f"{{{base.text}}}" if "^" in base.text else base.text
    return Tex(f"{inside}^{exponent if len(exponent) == 1 else '{' + exponent + '}'}")


# Names ---------------------------------------------------------------------------------------------------------------

_GREEK = frozenset(
    re.findall(
        r"\w+",
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi "
        "omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega",
    )
)
_ACCENTS = {"hat": "\\hat", "bar": "\\bar", "tilde": "\\tilde", "dot": "\\dot", "vec": "\\vec"}
_VERSION = re.compile(r"⁽([⁰¹²³⁴⁵⁶⁷⁸⁹]+)⁾$")
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def symbol(name: str, *indices: str) -> str:
    """A name as a symbol: `w1` is w_1, `y_hat` \\hat{y}, `log_p` \\mathrm{log\\_p}, `x⁽²⁾` x^{(2)}; with more indices.

    >>> symbol("w1"), symbol("y12", "i"), symbol("y_hat"), symbol("alpha"), symbol("loss"), symbol("W_out")
    ('w_1', 'y_{12,i}', '\\\\hat{y}', '\\\\alpha', '\\\\mathrm{loss}', 'W_{out}')
    """
    if " " in name:  # words: `left by return`
        return f"\\text{{{name}}}"
    version = _VERSION.search(name)
    mark = f"^{{({version[1].translate(_DIGITS)})}}" if version else ""
    name = name[: version.start()] if version else name
    base, subscripts = _split(name)
    below = ",".join((*subscripts, *indices))
    if not below:
        return base + mark
    return f"{base}_{below}{mark}" if len(below) == 1 else f"{base}_{{{below}}}{mark}"


def symbols(names: Iterable[str]) -> Callable[..., str]:
    """`symbol` for names that stand together: of those that it writes alike, the plainest keeps it.

    >>> named = symbols(["x_1", "x1", "X"])
    >>> named("x1"), named("x_1"), named("X")
    ('x_1', '\\\\mathrm{x\\\\_1}', 'X')
    """
    kept: dict[str, str] = {}
    for name in sorted(names, key=lambda n: (n.count("_"), len(n), n)):
        kept.setdefault(symbol(name), name)

    def named(name: str, *indices: str) -> str:
        if kept.get(symbol(name), name) == name:
            return symbol(name, *indices)
        word = "\\mathrm{" + name.replace("_", "\\_") + "}"
        return f"{word}_{{{','.join(indices)}}}" if indices else word

    return named


def _split(name: str) -> tuple[str, list[str]]:
    head, _, rest = name.partition("_")
    digits = re.fullmatch(r"([^\W\d_]+?)(\d+)", head)
    letters = digits[1] if digits else head
    if len(letters) == 1 or letters in _GREEK:
        base = f"\\{letters}" if letters in _GREEK else letters
        parts = [p for p in rest.split("_") if p]
        accents = [p for p in parts if p in _ACCENTS]
        if accents:
            base = f"{_ACCENTS[accents[0]]}{{{base}}}"
        return base, [*([digits[2]] if digits else []), *(p for p in parts if p not in accents[:1])]
    return "\\mathrm{" + name.replace("_", "\\_") + "}", []


def number(value: float | complex) -> str:
    """A number with five digits: 1.5 \\cdot 10^{-7}, 0.6 + 0.8 i."""
    if isinstance(value, complex):
        size = number(abs(value.imag))
        imaginary = "i" if size in ("1", "1.0") else f"{size} i"
        if not value.real:
            return f"-{imaginary}" if value.imag < 0 else imaginary
        return f"{number(value.real)} {'-' if value.imag < 0 else '+'} {imaginary}"
    text = str(value) if isinstance(value, int) else f"{value:.5g}"
    mantissa, _, exponent = text.partition("e")
    return f"{mantissa} \\cdot 10^{{{int(exponent)}}}" if exponent else text


# Rules ---------------------------------------------------------------------------------------------------------------

_FUNCTIONS = {
    **{name: f"\\{name}" for name in ("log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "max", "min")},
    **{name: f"\\operatorname{{{name}}}" for name in ("sign", "trunc", "conj", "Re", "Im", "erf", "erfc", "diag")},
}
_MARKS = {"²": "2", "³": "3", "ᵀ": "T", "⁻¹": "-1", "⁻ᵀ": "-T"}
_BIG = {"Σ": "\\sum", "∏": "\\prod"}
_RELATIONS = {"<": "<", ">": ">", "=": "=", "≤": "\\le", "≥": "\\ge", "≠": "\\ne"}
_WORD = r"(?![\dπ])(?:(?![²³ᵀ])\w)+(?:⁽[⁰¹²³⁴⁵⁶⁷⁸⁹]+⁾)?"
_TOKEN = re.compile(rf"\s*(?P<number>\d+(?:\.\d+)?(?:e[-+]?\d+)?j?)|\s*(?P<name>{_WORD})|\s*(?P<mark>⁻[¹ᵀ]|\S)")


class _NotMathematics(Exception):
    """The text is prose."""


def rule(text: str, name: Callable[[str], str | None]) -> Tex:
    """A rule as LaTeX; `name` gives the LaTeX of a name, None for a word that is none (`d_f` is asked for too)."""
    try:
        return _Parser(text, name).parse()
    except _NotMathematics:
        words = re.sub(_WORD, lambda m: f"${name(m[0])}$" if name(m[0]) else m[0], text)
        return Tex(f"\\text{{{words}}}", PRODUCT)


class _Parser:
    def __init__(self, text: str, name: Callable[[str], str | None]) -> None:
        self.tokens = [(m.lastgroup or "", m[m.lastgroup or 0]) for m in _TOKEN.finditer(text.strip())]
        self.at, self.name = 0, name

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        found = self.peek()
        if not found or (wanted and found != wanted):
            raise _NotMathematics
        self.at += 1
        return found

    def parse(self) -> Tex:
        found = self.sum()
        if self.at < len(self.tokens):
            raise _NotMathematics
        return found

    def sum(self) -> Tex:
        negative = self.peek() == "-"
        if negative:
            self.take()
        total = self.product()
        if negative:
            total = Tex("-" + total.at_least(PRODUCT), SUM)
        while self.peek() in ("+", "-"):
            sign, term = self.take(), self.product()
            total = _folded(total, sign, term) or Tex(f"{total.text} {sign} {term.at_least(PRODUCT)}", SUM)
        return total

    def product(self) -> Tex:
        found = self.factor()
        while True:
            if self.peek() in ("·", "*"):
                self.take()
                found = product(found, self.factor())
            elif self.peek() == "∘":
                self.take()
                found = Tex(f"{found.at_least(PRODUCT)} \\circ {self.factor().at_least(PRODUCT)}", PRODUCT)
            elif self.peek() == "/":
                self.take()
                found = Tex(f"\\frac{{{_bare(found)}}}{{{_bare(self.factor())}}}")
            elif self.starts_factor():
                found = product(found, self.factor())
            else:
                return found

    def starts_factor(self) -> bool:
        kind = self.tokens[self.at][0] if self.at < len(self.tokens) else ""
        return kind in ("number", "name") or self.peek() in ("(", "[", "√", "Σ", "∏", "π")

    def factor(self) -> Tex:
        kind = self.tokens[self.at][0] if self.at < len(self.tokens) else ""
        if self.peek() == "√":
            self.take()
            return self.raised(Tex(f"\\sqrt{{{_bare(self.atom())}}}"))
        if self.peek() in _BIG:
            return Tex(f"{_BIG[self.take()]} {self.product().at_least(PRODUCT)}", PRODUCT)
        if kind == "name" and self.name(self.peek()) is None:
            return self.word()
        return self.raised(self.atom())

    def word(self) -> Tex:
        """A function applied to what follows, Euler's number, or words."""
        found = self.take()
        if found == "floor":
            return Tex(f"\\lfloor {_bare(self.atom())} \\rfloor")
        if found in _FUNCTIONS:
            mark = f"^{_MARKS[self.take()]}" if self.peek() in ("²", "³") else ""
            argument = self.factor()
            return Tex(f"{_FUNCTIONS[found]}{mark} {argument.at_least(ATOM)}", PRODUCT)
        if len(found) == 1 or found in _GREEK:
            return self.raised(Tex("\\Phi" if found == "Φ" else symbol(found)))
        words = [found]
        while self.at < len(self.tokens) and self.tokens[self.at][0] == "name" and self.name(self.peek()) is None:
            words.append(self.take())
        start = "" if self.at == len(words) else " "  # after what stands before
        end = " " if self.peek() else ""
        return Tex(f"\\text{{{start}{' '.join(words)}{end}}}", PRODUCT)

    def atom(self) -> Tex:
        kind, text = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
        self.take()
        if kind == "number":
            real, imaginary = text.rstrip("j"), "i" * text.endswith("j")
            shown = number(float(real)) if "e" in real else real
            return Tex(imaginary if imaginary and shown == "1" else shown + imaginary)
        if kind == "name":
            return Tex(self.name(text) or symbol(text))
        if text == "(":
            inside = self.sum()
            self.take(")")
            return Tex(f"({inside.text})") if not inside.text.startswith("\\frac") else inside
        if text == "[":
            return Tex(f"[{self.condition()}]")
        if text == "π":
            return Tex("\\pi")
        raise _NotMathematics

    def condition(self) -> str:
        parts = []
        if self.peek() == "not":
            self.take()
            parts.append("\\neg")
        parts.append(self.sum().text)
        while self.peek() in _RELATIONS:
            parts += [_RELATIONS[self.take()], self.sum().text]
        self.take("]")
        return " ".join(parts)

    def raised(self, base: Tex) -> Tex:
        """A base with its exponents and marks."""
        while self.peek() in ("^", *_MARKS):
            mark = self.take()
            if mark != "^":
                base = power(base, _MARKS[mark])
                continue
            sign = self.take() if self.peek() == "-" else ""
            exponent = sign + _bare(self.atom())
            base = base if exponent == "1" else power(base, exponent)
        return base


def _bare(found: Tex) -> str:
    """Without the parentheses around all of it."""
    text, depth = found.text, 0
    for k, c in enumerate(text):
        depth += (c == "(") - (c == ")")
        if depth == 0:
            return text[1:-1] if 0 < k == len(text) - 1 else text
    return text


def _folded(left: Tex, sign: str, right: Tex) -> Tex | None:
    """A difference of two numbers, as in the exponent 2 - 1."""
    if not (left.text.isdigit() and right.text.isdigit()):
        return None
    return Tex(str(int(left.text) + (int(right.text) if sign == "+" else -int(right.text))))
