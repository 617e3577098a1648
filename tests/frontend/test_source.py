"""Finding definitions: the right one, or an error.

pytest rewrites the asserts of this very module, so that every function with an assert below is a test of that too.
"""

from __future__ import annotations

import ast
import functools
import os
import subprocess
import sys
import textwrap
import types
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from symdiff.frontend.same_code import is_pytest_rewritten
from symdiff.frontend.source import is_transparent, load, transparent
from tests.frontend.sources import body, report, run_file

HERE = __file__


# Ordinary functions


def plain(x, y=2.0, *, k: float = 3.0):
    """Documented."""
    # a comment
    return x * y + k


def test_function_in_a_module():
    source = load(plain)
    assert isinstance(source.node, ast.FunctionDef) and source.node.name == "plain"
    assert source.file == HERE
    assert source.first_line == plain.__code__.co_firstlineno == source.node.lineno
    assert source.lines[source.first_line - 1] == "def plain(x, y=2.0, *, k: float = 3.0):"
    assert (source.name, source.qualname, source.function) == ("plain", "plain", plain)
    assert source.globals is globals()
    assert (source.defaults, source.kwdefaults, source.closure) == ((2.0,), {"k": 3.0}, {})
    loc = source.loc(source.node.body[-1].value.right)
    assert loc.relative == "4:20" and loc.function == "plain"


def make_closure(scale):
    def inner(x):
        return scale * x

    return inner


def test_closure_cells_are_the_functions_own():
    source = load(make_closure(5.0))
    assert source.qualname == "make_closure.<locals>.inner"
    assert source.closure["scale"].cell_contents == 5.0


class Model:
    __weight = 2.0

    def loss(self, x):
        return self.__weight * x  # compiled to _Model__weight: needs the class around it

    @classmethod
    def of_class(cls, x):
        return x

    @staticmethod
    def free(x):
        return -x

    def __call__(self, x):
        return x


def test_methods():
    model = Model()
    bound = load(model.loss)
    assert bound.arguments == (model,) and bound.qualname == "Model.loss"
    assert load(Model.loss).arguments == ()
    assert load(model.of_class).arguments == (Model,)
    assert load(Model.free).arguments == load(Model.__dict__["free"]).arguments == ()
    assert load(model.__call__).node.name == "__call__"


def test_partials_are_peeled_in_calling_order():
    model = Model()
    source = load(functools.partial(functools.partial(plain, 1.0, k=0.0), 2.0, k=9.0))
    assert source.arguments == (1.0, 2.0) and source.keywords == {"k": 9.0}
    assert load(functools.partial(model.loss, 4.0)).arguments == (model, 4.0)


def test_loading_is_cheap_the_second_time():
    assert load(plain).node is load(plain).node


# Lambdas

# fmt: off
add, double = lambda x: x + 1, lambda x: 2 * x
same_a, same_b = lambda x: x * 3, lambda x: x * 3
nested = lambda x: lambda y: x + y
wrapped_lambda = [lambda x:
                  x - 7, lambda x: x - 8]
parenthesised = (lambda x: (x + 10)), (lambda x: ((x) + (11)))
short_circuit = (lambda x: not x and 5), (lambda x: x if x else 6)
constant = (lambda: 1), (lambda: 2), (lambda: 1.0), (lambda: True)
# fmt: on


def test_lambdas_on_one_line_are_told_apart():
    assert [body(load(f)) for f in (add, double)] == ["x + 1", "2 * x"]
    assert [body(load(f)) for f in wrapped_lambda] == ["x - 7", "x - 8"]
    assert [body(load(f)) for f in parenthesised] == ["x + 10", "(x) + (11)"]
    assert [body(load(f)) for f in short_circuit] == ["not x and 5", "x if x else 6"]
    assert [body(load(f)) for f in constant] == ["1", "2", "1.0", "True"]
    assert load(add).name == "<lambda>"


def test_equal_lambdas_keep_their_own_place():
    assert load(same_a).loc(load(same_a).node).col < load(same_b).loc(load(same_b).node).col


def test_lambda_inside_lambda():
    assert body(load(nested)) == "lambda y: x + y"
    inner = load(nested(5.0))
    assert body(inner) == "x + y" and inner.closure["x"].cell_contents == 5.0


def test_lambdas_inside_an_assert_and_a_call():
    assert body(load((lambda f: f)(lambda x: x**2))) == "x**2"
    assert [body(load(f)) for f in (lambda x: x + 20, lambda x: x + 21)] == ["x + 20", "x + 21"]


@pytest.mark.parametrize("f", [lambda x: x + 30, lambda x: x + 31])
def test_lambdas_in_decorators(f):
    assert body(load(f)) in ("x + 30", "x + 31")
    assert eval(body(load(f)), {"x": 0}) == f(0)


def test_a_lambda_that_moved_is_still_its_own(tmp_path: Path):
    module = run_file(tmp_path / "m.py", "f = lambda x: x + 1\n")
    (tmp_path / "m.py").write_text("# a comment\n\nf = lambda x: x + 1\n")
    assert load(module["f"]).first_line == 3


def run_python(*arguments: str, stdin: str = "") -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(HERE).parents[2]), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    return done.stdout + done.stderr


LOAD_AND_PRINT = """
from symdiff.frontend.source import load
from symdiff.errors import CompileError
for fun in functions:
    try:
        source = load(fun)
        print(source.text(source.node))
    except CompileError as error:
        print(error)
"""


def test_lambdas_that_positions_cannot_tell_apart(tmp_path: Path):
    file = tmp_path / "m.py"
    file.write_text("functions = [lambda x: x + 1, lambda x: x + 2]\nfunctions += [lambda x: x + 3]\n" + LOAD_AND_PRINT)
    assert run_python("-X", "no_debug_ranges", str(file)) == textwrap.dedent(
        f"""\
        {file}:1:14: SD102 2 lambdas here compile to the same code and positions do not tell them apart
            functions = [lambda x: x + 1, lambda x: x + 2]
                         ^^^^^^^^^^^^^^^
          why: compiling the wrong one would give a wrong gradient
          rewrite: put each on a line of its own, or use `def`
          {file}:1:31: another
        {file}:1:14: SD102 2 lambdas here compile to the same code and positions do not tell them apart
            functions = [lambda x: x + 1, lambda x: x + 2]
                         ^^^^^^^^^^^^^^^
          why: compiling the wrong one would give a wrong gradient
          rewrite: put each on a line of its own, or use `def`
          {file}:1:31: another
        lambda x: x + 3
        """
    )


# pytest's rewriting


def checked(x, n=3):
    assert x > 0, f"positive, not {x}"
    total = 0.0
    for i in range(n):
        assert i >= 0
        if i == 1:
            continue
        assert (lambda v: v > -1)(x) and not x < 0
        total += x * i
    while total > 1e9:
        assert total
    assert total >= 0
    if total:
        x.sort()
        assert n
        return total
    else:
        assert n == 3
    return None


def only_asserts(x):
    assert x == x
    assert [i for i in range(3) if i != x] != []


def helper_inside(x):
    def inner(y):
        assert y != 7
        return y * y

    return inner(x)


def returns_after_try(x):
    try:
        assert x
        return x
    finally:
        assert x != 3


@pytest.mark.parametrize("fun", [checked, only_asserts, helper_inside, returns_after_try])
def test_functions_whose_asserts_pytest_rewrote(fun):
    assert is_pytest_rewritten(fun.__code__), "else this tests nothing"
    source = load(fun)
    assert source.node.name == fun.__name__ and source.first_line == fun.__code__.co_firstlineno


EDITS = {
    "total += x * i": "total += x * i * i",
    "total = 0.0\n": "total = 1.0\n",
    "if i == 1:": "if i != 1:",
    "            continue": "            break",
    "return total": "return x",
    "return None": "return 1",
    "range(n)": "range(n + 1)",
    "n=3": "n=3, m=4",
    "while total": "if total",
    "    else:\n        assert n == 3\n": "",
    "        total += x * i\n": "        assert x * i\n",
    "        total += x * i\n    while": "        assert 1; x\n    while",
    "total = 0.0": "assert 0.0",
    "  x.sort()": "  assert x",
}


@pytest.mark.parametrize("old", EDITS)
def test_rewritten_functions_are_compared_apart_from_asserts(old: str, tmp_path: Path):
    """Every edit outside the asserts is noticed, also a statement that became an assert."""
    text = Path(HERE).read_text(encoding="utf-8")
    text = text[text.index("def checked") : text.index("def only_asserts")]
    assert old in text
    same, other = tmp_path / "same.py", tmp_path / "other.py"
    same.write_text(text)
    other.write_text(text.replace(old, EDITS[old]))
    for file in (same, other):
        moved = types.FunctionType(checked.__code__.replace(co_filename=str(file)), globals())
        if file is same:
            assert load(moved).file == str(same)
        else:
            assert "SD103" in report(moved)


def test_without_pytest_an_edited_assert_is_noticed(tmp_path: Path):
    module = run_file(tmp_path / "m.py", "def f(x):\n    assert x > 0\n    return x\n")
    assert load(module["f"]).name == "f"
    (tmp_path / "m.py").write_text("def f(x):\n    assert x > 1\n    return x\n")
    assert "SD103" in report(module["f"])


# Changed sources


def test_changed_file(tmp_path: Path):
    file = tmp_path / "m.py"
    module = run_file(file, "def f(x):\n    return x + 1\n")
    assert load(module["f"]).first_line == 1
    file.write_text("# new\ndef f(x):\n    return x + 2\n")
    assert report(module["f"]) == (
        f"{file}:2:1: SD103 the source found for `f` is not what is running: the file changed on disk since import, "
        "or an import hook rewrote the function\n"
        "    def f(x):\n"
        "    ^^^^^^^^^\n"
        "  why: the definition found does not compile to the function's own code\n"
        "  rewrite: import the module again"
    )


@pytest.mark.parametrize(
    "edit",
    [
        "def f(x, n=1):\n    return x + 1.0 * n\n",
        "def f(x, n=1):\n    return x + True * n\n",
        "def f(x, m=1):\n    return x + 1 * n\n",
        "def f(x, n=1):\n    return x - 1 * n\n",
        "def f(x, n=1, *, k=0):\n    return x + 1 * n\n",
        "def f(x, n=1):\n    yield x + 1 * n\n",
        "def g(x, n=1):\n    return x + 1 * n\n",
        "",
    ],
)
def test_every_edit_that_changes_the_code_is_noticed(edit: str, tmp_path: Path):
    file = tmp_path / "m.py"
    module = run_file(file, "def f(x, n=1):\n    return x + 1 * n\n")
    file.write_text(edit + "# end\n")
    assert "SD103" in report(module["f"])


def test_edits_that_do_not_change_the_function(tmp_path: Path):
    file = tmp_path / "m.py"
    module = run_file(file, "def f(x):\n    return x + 1\n")
    file.write_text("import math\n\n\ndef g(x):\n    return 1\n\n\ndef f(x):\n    # why not\n    return (x + 1)\n")
    source = load(module["f"])
    assert source.first_line == 8
    assert source.loc(source.node.body[0]).relative == "3:5"


def test_the_definition_in_the_functions_place_is_taken(tmp_path: Path):
    text = "if {}:\n    def f(x):\n        return x\nelse:\n    def f(x):\n        return x\n"
    assert load(run_file(tmp_path / "a.py", text.format(1))["f"]).first_line == 2
    assert load(run_file(tmp_path / "b.py", text.format(0))["f"]).first_line == 5


def test_a_deleted_file(tmp_path: Path):
    file = tmp_path / "m.py"
    module = run_file(file, "def f(x):\n    return x\n")
    file.unlink()
    assert report(module["f"]).startswith(f"SD101 no source found for `f`: {file} does not exist\n")


def test_a_file_that_no_longer_parses(tmp_path: Path):
    file = tmp_path / "m.py"
    module = run_file(file, "def f(x):\n    return x\n")
    file.write_text("def f(x):\n    return 'é' + * x\n")
    assert report(module["f"]).splitlines()[:3] == [
        f"{file}:2:18: SD104 invalid syntax",
        "    return 'é' + * x",
        "                 ^",
    ]


# No source


def test_exec():
    module: dict[str, object] = {}
    exec("def f(x): return x", module)
    assert report(module["f"]) == (
        "SD101 no source found for `f`: it was made by exec, eval or `python -c`\n"
        "  why: symdiff compiles a function from its text\n"
        "  rewrite: define it in a file or a notebook cell, or give its text"
    )


def test_exec_with_its_text():
    module: dict[str, object] = {}
    exec("def f(x): return x", module)
    assert load(module["f"], text="# moved\ndef f(x):\n  return x\n").first_line == 2
    assert "SD103" in report(module["f"], text="def f(x): return x + 1")


def test_stdin():
    output = run_python("-", stdin="def f(x):\n    return x\nfunctions = [f]\n" + LOAD_AND_PRINT)
    assert output.startswith("SD101 no source found for `f`: it was typed at a prompt or piped in\n")


def test_script_with_a_relative_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "s.py").write_text(
        "import os\ndef f(x): return x + 40\nos.chdir('/')\nfunctions = [f]\n" + LOAD_AND_PRINT
    )
    monkeypatch.chdir(tmp_path)
    assert run_python("s.py") == "def f(x): return x + 40\n"


@pytest.mark.parametrize(
    ("fun", "message"),
    [
        (len, "SD106 `len` is a function written in C, not a Python function"),
        (np.frexp, "is a function of NumPy, not a Python function"),
        (functools.partial(np.sum, axis=0), "SD106 `sum` is a function of NumPy, not a Python function"),
        (Model, "SD106 `Model` is a class, not a Python function"),
        (3, "SD106 the argument is an object of type int, not a Python function"),
        (functools.partial(max, 1), "SD106 `max` is a function written in C, not a Python function"),
    ],
)
def test_not_a_function(fun: object, message: str):
    assert message in report(fun)


def test_a_callable_object_is_its_method():
    model = Model()
    source = load(model)
    assert source.qualname == "Model.__call__" and source.arguments == (model,)


async def waits(x):
    return x


def test_async_is_refused():
    assert "SD202 `async def` is not supported\n    async def waits(x):\n    ^^^" in report(waits)


# Decorators


def doubled(f: Callable[[float], float]) -> Callable[[float], float]:
    @functools.wraps(f)
    def wrapper(x):
        return 2 * f(x)

    return wrapper


def untouched(f):
    @functools.wraps(f)
    def wrapper(*args):
        return f(*args)

    return transparent(wrapper)


def anonymous(f):
    def wrapper(x):
        return 2 * f(x)

    return wrapper


@untouched
@doubled
def opaque(x):
    return x


@doubled
@untouched
def opaque_above(x):
    return x


@untouched
@untouched
def clear(x):
    return x


@functools.lru_cache
def cached(x):
    return x


class Opaque:
    def __init__(self, fun):
        self.__wrapped__ = fun

    def __call__(self, x):
        return 2 * self.__wrapped__(x)


@Opaque
def hidden(x):
    return x


@anonymous
def replaced(x):
    return x


def test_declared_wrappers_are_seen_through():
    source = load(clear)
    assert source.node.name == "clear" and source.lines[source.first_line - 1] == "def clear(x):"
    assert source.text(source.node.decorator_list[0]) == "untouched"


def test_the_declaration_is_not_inherited():
    assert is_transparent(clear) and not is_transparent(opaque_above)


class Declared:
    __symdiff_transparent__ = True

    def __init__(self, fun):
        self.__wrapped__ = fun


def test_a_class_may_declare_its_instances():
    assert load(Declared(plain)).node.name == "plain"
    assert load(Declared(Model().loss)).name == "loss"


def test_what_a_decorator_made_is_the_function():
    """Its text is the wrapper's, its name the decorated function's."""
    for function in (opaque, opaque_above, doubled(plain)):
        source = load(function)
        assert source.text(source.node.body[0]) == "return 2 * f(x)"
        assert source.name == source.qualname == function.__name__


def test_a_cache_is_seen_through():
    assert load(cached).text(load(cached).node.body[0]) == "return x"
    assert "SD106 `max` is a function written in C" in report(functools.lru_cache(max))


def test_other_decorators_are_refused_at_their_line():
    text = Path(HERE).read_text(encoding="utf-8").splitlines()
    line = text.index("def hidden(x):")  # the line above it, 1-based
    assert report(hidden) == (
        f"{HERE}:{line}:2: SD105 decorator `Opaque` of hidden cannot be seen through\n"
        "    @Opaque\n"
        "     ^^^^^^\n"
        "  why: it may change what the function computes, and its wrapper is not known to symdiff\n"
        "  rewrite: apply symdiff to the undecorated function, nearest to the `def`"
    )
    assert "SD105 decorator `Opaque` of plain cannot be seen through\n    def plain" in report(Opaque(plain))


def test_a_wrapper_without_wraps_is_the_function_itself():
    source = load(replaced)
    assert source.qualname == "anonymous.<locals>.wrapper" and source.text(source.node.body[0]) == "return 2 * f(x)"
