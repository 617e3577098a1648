"""What starting costs: importing symdiff beyond NumPy, and compiling per operation at growing sizes."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

IMPORTS = {"numpy": "import numpy", "symdiff": "import numpy, symdiff", "symdiff.api": "import numpy, symdiff.api"}


def import_milliseconds(rounds: int) -> dict[str, float]:
    """Median wall milliseconds of a fresh interpreter that imports and leaves, interleaved."""
    samples: dict[str, list[float]] = {name: [] for name in IMPORTS}
    for _ in range(rounds):
        for name, text in IMPORTS.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", text], check=True)
            samples[name].append((time.perf_counter() - start) * 1e3)
    return {name: statistics.median(found) for name, found in samples.items()}


def straight_line(n: int) -> str:
    """A function of n statements, one operation each."""
    lines = ["import numpy as np", "def f(x):", "    v0 = x"]
    lines += [f"    v{k + 1} = {'np.sin' if k % 2 else 'np.cos'}(v{k})" for k in range(n)]
    return "\n".join([*lines, f"    return v{n}", ""])


def long_sum(n: int) -> str:
    """One expression of n terms."""
    return "def f(x):\n    return " + " + ".join(["x"] * n) + "\n"


def many_arguments(n: int) -> str:
    names = [f"a{k}" for k in range(n)]
    return f"def f({', '.join(names)}):\n    return " + " + ".join(f"{a} * {a}" for a in names) + "\n"


def early_returns(n: int) -> str:
    body = "".join(f"    if x > {n - k}.0:\n        return x * {k + 1}.0\n" for k in range(n))
    return f"def f(x):\n{body}    return x\n"


PROGRAMS = {
    "first function compiled": (straight_line(10), 10),
    "300 statements": (straight_line(300), 300),
    "3,000 statements": (straight_line(3000), 3000),
    "800-term sum": (long_sum(800), 800),
    "120 arguments": (many_arguments(120), 240),
    "150 early returns": (early_returns(150), 450),
    "1,200 early returns": (early_returns(1200), 3600),
}


def compile_milliseconds(text: str) -> float:
    """CPU milliseconds to compile value and gradient of a function given as text, and to call it once."""
    import tempfile
    from importlib.util import module_from_spec, spec_from_file_location
    from pathlib import Path

    import symdiff

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program.py"
        path.write_text(text)
        spec = spec_from_file_location("program", path)
        assert spec is not None and spec.loader is not None
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        count = module.f.__code__.co_argcount
        start = time.process_time()
        symdiff.value_and_grad(module.f, argnums=tuple(range(count)))(*[0.5] * count)
        return (time.process_time() - start) * 1e3
