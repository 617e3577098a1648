"""The report in a headless Chromium (`make test-browser`): what a reader sees, at a desk, on a phone, light and dark.

The page is opened with a script behind it that does what a reader would and writes what it finds into the page; the
browser prints the page (`--dump-dom`).  Screenshots go to the folder SYMDIFF_SHOTS names, for people to look at.
"""

import json
import os
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from symdiff.cli import main

CHROMIUM = next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None)
ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.browser

SOURCE = '''\
import numpy as np


def squash(v):
    """</script><b id="injected">"""
    return np.tanh(v) * v


def cost(w, x: "f8[n]"):
    total = 0.0
    for i in range(len(x)):
        total = total + squash(w * x[i])
    return total * total
'''

PROBE = """
(function () {
  var found = {}, style = getComputedStyle;
  function box(e) { var r = e.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; }
  function lines(pane) { return Array.from(document.querySelectorAll(pane + " li")); }
  var loop = lines(".source").find(function (e) { return e.textContent.includes("for i in"); });
  loop.dispatchEvent(new MouseEvent("mouseenter"));
  found.lit = lines(".generated").filter(function (e) { return e.classList.contains("lit"); })
    .map(function (e) { return e.textContent; });
  loop.dispatchEvent(new MouseEvent("mouseleave"));
  found.left = document.querySelectorAll(".lit").length;
  var sum = lines(".source").find(function (e) { return e.textContent.includes("return total"); });
  sum.dispatchEvent(new MouseEvent("click"));
  found.pinned = lines(".generated").filter(function (e) { return e.classList.contains("pinned"); }).length;
  found.signs = document.querySelectorAll("#picture g.pinned").length;
  found.table = document.querySelectorAll("#stages tr.pinned").length;
  sum.dispatchEvent(new MouseEvent("click"));
  found.unpinned = document.querySelectorAll(".pinned").length;
  found.check = document.getElementById("check").textContent;
  found.ground = style(document.body).backgroundColor;
  found.picture = style(document.querySelector("#picture .ground")).fill;
  found.fraction = box(document.querySelector("math mfrac"));
  found.parts = Array.from(document.querySelector("math mfrac").children).map(box);
  found.wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  found.panes = Array.from(document.querySelectorAll(".pane")).map(box);
  found.scale = box(document.querySelector("#picture svg"))[2] - box(document.querySelector("#picture svg"))[0];
  found.natural = Number(document.querySelector("#picture svg").getAttribute("width"));
  found.injected = document.getElementById("injected") === null;
  found.texts = Array.from(document.querySelectorAll("#picture svg text")).map(function (e) {
    var b = e.getBBox(); return [b.x, b.y + 0.2 * b.height, b.x + b.width, b.y + 0.85 * b.height, e.textContent]; });
  var out = document.createElement("pre");
  out.id = "found";
  out.textContent = JSON.stringify(found);
  document.body.appendChild(out);
})();
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if CHROMIUM is None:
        pytest.fail("no chromium: `apt-get install chromium` (Debian's package)")
    folder = tmp_path_factory.mktemp("report")
    (folder / "cost.py").write_text(SOURCE, encoding="utf-8")
    target, output = f"{folder / 'cost.py'}::cost", folder / "cost.html"
    assert main(["report", target, "--at", "w=0.5", "x=[1.0, -2.0, 0.25]", "-o", str(output)]) == 0
    return output


def browse(page: Path, name: str, width: int, dark: bool) -> dict[str, Any]:
    """What the probe finds; the page without the probe goes to SYMDIFF_SHOTS as an image."""
    probed = page.with_name(f"{name}.html")
    text = page.read_text(encoding="utf-8")
    probed.write_text(text.replace("</body>", f"<script>{PROBE}</script></body>"), encoding="utf-8")
    scheme = f"--blink-settings=preferredColorScheme={0 if dark else 1}"
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", scheme]
    size = f"--window-size={width},1600"
    done = subprocess.run([*command, size, "--dump-dom", probed.as_uri()], capture_output=True, text=True, timeout=120)
    shots = os.environ.get("SYMDIFF_SHOTS")
    if shots:
        image = f"--screenshot={Path(shots).resolve() / name}.png"
        subprocess.run([*command, size, image, page.as_uri()], capture_output=True, timeout=120, check=True)
    _, found, rest = done.stdout.partition('<pre id="found">')
    assert found, done.stderr
    return json.loads(unescape(rest.partition("</pre>")[0]))


@pytest.fixture(scope="module", params=[("desk", 1400, False), ("desk-dark", 1400, True), ("narrow", 500, False)])
def seen(request: pytest.FixtureRequest, page: Path) -> tuple[str, dict[str, Any]]:
    return request.param[0], browse(page, *request.param)


def test_a_line_of_the_source_marks_what_became_of_it(seen: Any) -> None:
    _, found = seen
    assert any(text.strip().startswith("for ") for text in found["lit"]), found["lit"]
    assert found["left"] == 0


def test_a_click_keeps_marked_code_picture_and_table(seen: Any) -> None:
    _, found = seen
    assert found["pinned"] > 1
    assert found["signs"] == found["table"] == 1
    assert found["unpinned"] == 0


def test_formulas_and_check_are_shown(seen: Any) -> None:
    _, found = seen
    assert found["check"].startswith("Forward and reverse mode agree with differences")
    above, below = found["parts"]
    assert above[3] <= below[1] + 4 and found["fraction"][2] > found["fraction"][0]  # one above the other


def test_light_and_dark(seen: Any) -> None:
    name, found = seen
    assert found["ground"] == found["picture"] == ("rgb(13, 17, 23)" if name.endswith("dark") else "rgb(255, 255, 255)")


def test_the_page_is_as_wide_as_the_window(seen: Any) -> None:
    name, found = seen
    assert found["wide"] == 0
    assert 0.74 * found["natural"] < found["scale"] <= found["natural"] + 1  # it can be read, and scrolls by itself
    source, generated = found["panes"]
    if name == "narrow":
        assert source[3] <= generated[1]  # one below the other
    else:
        assert source[2] <= generated[0] and abs(source[1] - generated[1]) < 2


def test_nothing_is_injected_and_no_texts_overlap(seen: Any) -> None:
    """With the fonts of a real browser; the tests of the layout know estimates alone."""
    _, found = seen
    assert found["injected"]
    texts = sorted(found["texts"])
    for k, (_, top, right, bottom, text) in enumerate(texts):
        for left2, top2, _, bottom2, other in texts[k + 1 :]:
            assert left2 > right - 1 or top2 > bottom - 1 or bottom2 < top + 1, (text, other)
