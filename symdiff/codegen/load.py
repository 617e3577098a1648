"""Module text to callables: executed once, known to tracebacks and debuggers, pickled as its text."""

from __future__ import annotations

import hashlib
import linecache
from collections.abc import Callable
from typing import Any


class Loaded:
    """The namespace of a generated module.

    >>> loaded = Loaded("def f(x):\\n    return x + 1\\n", "f")
    >>> loaded["f"](1), loaded["f"].__code__.co_filename.startswith("<symdiff f ")
    (2, True)
    """

    __slots__ = ("filename", "name", "namespace", "text")

    def __init__(self, text: str, name: str) -> None:
        self.text, self.name = text, name
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
        self.filename = f"<symdiff {name} {digest}>"
        code = compile(text, self.filename, "exec", dont_inherit=True)
        linecache.cache[self.filename] = (len(text), None, text.splitlines(keepends=True), self.filename)
        self.namespace: dict[str, Any] = {"__name__": f"symdiff.generated.{name}", "__file__": self.filename}
        exec(code, self.namespace)

    def __getitem__(self, function: str) -> Callable[..., Any]:
        found: Callable[..., Any] = self.namespace[function]
        return found

    def __contains__(self, function: str) -> bool:
        return function in self.namespace

    def __reduce__(self) -> tuple[type[Loaded], tuple[str, str]]:
        return Loaded, (self.text, self.name)
