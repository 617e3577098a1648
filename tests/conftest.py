"""One random seed for the run: chosen here, printed first, the same on every xdist worker."""

import os
import secrets
from collections import Counter
from typing import Any

import pytest

SEED = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    os.environ["SYMDIFF_VERIFY"] = "1"  # every pass is followed by a check of the invariants
    worker = getattr(config, "workerinput", None)
    if worker is not None:
        config.stash[SEED] = worker["symdiff_seed"]
    else:
        config.stash[SEED] = int(os.environ.get("SYMDIFF_SEED") or secrets.randbelow(2**32))


@pytest.hookimpl(optionalhook=True)  # xdist's, absent where xdist is
def pytest_configure_node(node: Any) -> None:
    node.workerinput["symdiff_seed"] = node.config.stash[SEED]


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    # Not pytest_report_header: that is silent under -q, and a failed run must show its seed.
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and not hasattr(session.config, "workerinput"):
        reporter.write_line(f"SYMDIFF_SEED={session.config.stash[SEED]}")


@pytest.fixture(scope="session")
def seed(pytestconfig: pytest.Config) -> int:
    """The seed of this run; `SYMDIFF_SEED=… make pytest` repeats one."""
    return pytestconfig.stash[SEED]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What the random programs were made of: how often each construct, depth and broadcast pattern occurred."""
    used: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            used.update(dict(getattr(report, "user_properties", ())).get("constructs", {}))
    if used:
        terminalreporter.section("constructs of the random programs")
        for name, count in sorted(used.items()):
            terminalreporter.write_line(f"{name:40} {count:6}")
