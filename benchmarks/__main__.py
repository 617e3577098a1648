"""`python -m benchmarks [--quick] [--out FOLDER]`: gradients compared first, then ratios, as Markdown and JSON."""

from __future__ import annotations

import os

for _pool in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_pool] = "1"  # before NumPy is imported: one core, one thread

import argparse  # noqa: E402
import inspect  # noqa: E402
import json  # noqa: E402
import sys  # noqa: E402
from functools import partial  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import symdiff  # noqa: E402
from benchmarks import measure, peers, startup  # noqa: E402
from benchmarks.workloads import Workload, workloads  # noqa: E402

OURS = ("module", "decorator")


def contenders(work: Workload, available: dict[str, bool]) -> dict[str, Any]:
    """The hand-written gradient, the generated module's own function, what the decorator gives, and the peers."""
    made = symdiff.value_and_grad(work.function, argnums=work.argnums)
    names = list(inspect.signature(work.function).parameters)
    example = dict(zip(names, work.args, strict=True))
    space: dict[str, Any] = {"__name__": "generated"}
    exec(symdiff.generate(work.function, wrt=[names[k] for k in work.argnums], example=example), space)
    module = space[f"{work.function.__name__}_value_and_grad"]
    calls: dict[str, Any] = {
        "hand": partial(work.hand, *work.args),
        "module": partial(module, *work.args),
        "decorator": partial(made, *work.args),
    }
    for name in peers.PEERS:
        if available[name]:
            calls[name] = peers.value_and_grad(name, work)
    return calls


def run_workload(work: Workload, available: dict[str, bool], rounds: int, seconds: float) -> dict[str, Any]:
    """Ratios to hand-written NumPy of one workload; raises AssertionError where a gradient differs."""
    calls = contenders(work, available)
    expected = calls["hand"]()
    tolerance = 1e-4 if "float32" in work.name else 1e-9
    for name, call in calls.items():
        found = measure.disagreement(call(), expected)
        assert found < tolerance, f"{work.name}: {name} differs from the hand-written gradient by {found:.1e}"
    times = measure.interleaved(calls, rounds, seconds)
    return {"workload": work.name, "goal": work.goal, "hand_us": times["hand"] * 1e6,
            "ratio": {name: t / times["hand"] for name, t in times.items() if name != "hand"}}  # fmt: skip


def markdown(rows: list[dict[str, Any]], start: dict[str, Any], available: dict[str, bool]) -> str:
    names = [*OURS, *peers.PEERS]
    lines = ["| workload | hand (µs) | " + " | ".join(names) + " | goal |", "|---|---|" + "---|" * (len(names) + 1)]
    for row in rows:
        cells = [f"{row['ratio'][n]:.2f}" if n in row["ratio"] else "not installed" for n in names]
        lines.append(f"| {row['workload']} | {row['hand_us']:.1f} | " + " | ".join(cells) + f" | ≤ {row['goal']} |")
    imports = start["import_ms"]
    lines += ["", f"`import symdiff` beyond NumPy: {imports['symdiff'] - imports['numpy']:.1f} ms; "
              f"`import symdiff.api`: {imports['symdiff.api'] - imports['numpy']:.1f} ms.", "",
              "| compiling value and gradient | operations | ms | ms per operation |", "|---|---|---|---|"]  # fmt: skip
    for name, found in start["compile"].items():
        each = found["ms"] / found["operations"]
        lines.append(f"| {name} | {found['operations']} | {found['ms']:.0f} | {each:.2f} |")
    missing = [name for name, here in available.items() if not here]
    if missing:
        lines += ["", "Not installed, hence not measured: " + ", ".join(missing) + "."]
    return "\n".join(lines) + "\n"


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m benchmarks", description="ratios to hand-written NumPy")
    options.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    options.add_argument("--out", type=Path, help="also write results.md and results.json to this folder")
    chosen = options.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    rounds, seconds = (5, 0.02) if chosen.quick else (25, 0.08)
    available = peers.installed()
    start: dict[str, Any] = {"import_ms": startup.import_milliseconds(3 if chosen.quick else 11), "compile": {}}
    for name, (text, operations) in startup.PROGRAMS.items():
        start["compile"][name] = {"operations": operations, "ms": startup.compile_milliseconds(text)}
    rows = [run_workload(work, available, rounds, seconds) for work in workloads()]
    table = markdown(rows, start, available)
    sys.stdout.write(table)
    if chosen.out:
        chosen.out.mkdir(parents=True, exist_ok=True)
        (chosen.out / "results.md").write_text(table)
        (chosen.out / "results.json").write_text(json.dumps({"rows": rows, **start}, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
