"""The modules in `generated/`: up to date, the same in every process, working where symdiff cannot be imported."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from symdiff.cli import main

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted(ROOT.joinpath("generated").glob("*.py"))
ALL = sorted(ROOT.joinpath("generated").rglob("*.py"))  # tests/lectures checks those in lectures/
BLOCKED = "import sys; sys.modules['symdiff'] = None; import runpy; runpy.run_path(sys.argv[1], run_name='__main__')"


def python(*words: str, folder: Path, seed: str = "0") -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run([sys.executable, *words], cwd=folder, env=env, capture_output=True, encoding="utf-8")


def test_the_examples_are_there() -> None:
    assert {
        "classifier_grad",
        "neuron_grad",
        "neuron_O0_grad",
        "product_grad",
        "scalar_network_grad",
        "two_layers_grad",
    } <= {path.stem for path in MODULES}


def test_they_are_what_symdiff_generates_now(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    code = main(["verify", "generated"])
    printed = capsys.readouterr()
    assert code == 0, printed.out[:4000] + printed.err
    assert printed.out.splitlines() == [f"{path.relative_to(ROOT).as_posix()}: up to date" for path in ALL]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_each_runs_and_checks_itself_where_symdiff_cannot_be_imported(path: Path, tmp_path: Path) -> None:
    shutil.copy(path, tmp_path)
    done = python("-I", "-c", BLOCKED, path.name, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    name = path.stem.removesuffix("_grad").removesuffix("_O0")
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == [f"{name}_value_and_grad", f"{name}_backward"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
@pytest.mark.parametrize("function", ["backward", "value_and_grad"])
def test_each_finds_a_wrong_derivative_in_itself(path: Path, function: str, tmp_path: Path) -> None:
    head, line, rest = re.split(rf"(def \w+_{function}\()", path.read_text(encoding="utf-8"), maxsplit=1)
    wrong = re.sub(r"\n( +)(d_\w+) = (.+?)(?=  #|\n)", r"\n\1\2 = 1.25 * (\3)", rest, count=1)
    if wrong == rest:  # the gradient is made of primal values alone
        wrong = re.sub(r"return (\w+, \()", r"return \g<1>1.25 * ", rest, count=1)
    assert wrong != rest
    (tmp_path / "wrong.py").write_text(head + line + wrong, encoding="utf-8")
    done = python("-I", "wrong.py", folder=tmp_path)
    assert done.returncode == 1 and not done.stderr, done.stdout + done.stderr


def test_the_same_bytes_for_every_hash_seed() -> None:
    command = ["generate", "examples/digits/model.py::classifier"]
    made = [python("-m", "symdiff", *command, folder=ROOT, seed=seed) for seed in ("0", "1", "4242")]
    assert [done.returncode for done in made] == [0, 0, 0]
    assert len({done.stdout for done in made}) == 1 and len(made[0].stdout) > 1000
