"""The circuit picture as SVG text: no identifiers, no scripts, no other files, so that it can stand inside any page."""

from __future__ import annotations

from html import escape

from symdiff.explain.circuit.graph import Graph, wire_text
from symdiff.explain.circuit.layout import layout
from symdiff.explain.circuit.measure import clipped
from symdiff.explain.circuit.picture import NAME, RADIUS, SIGN, SMALL, WIDEST, Box, Sign, Stroke, Tag

_LIGHT = "--ground:#fff;--ink:#1f2328;--wire:#848d97;--sign:#f3f5f7;--value:#116329;--grad:#cf222e;--local:#0550ae;\
--box:#f0f6ff;--frame:#9fbfe8;--mute:#59636e"
_DARK = "--ground:#0d1117;--ink:#e6edf3;--wire:#768390;--sign:#1c2430;--value:#57cc6b;--grad:#ff7b72;--local:#79c0ff;\
--box:#131d2b;--frame:#35567f;--mute:#9198a1"
_STYLE = f"""
.symdiff-circuit{{{_LIGHT};color-scheme:light dark;font-family:system-ui,"Segoe UI",Helvetica,Arial,sans-serif}}
@media (prefers-color-scheme:dark){{.symdiff-circuit{{{_DARK}}}}}
.symdiff-circuit .ground{{fill:var(--ground)}}
.symdiff-circuit text{{font-size:{NAME:g}px;fill:var(--ink)}}
.symdiff-circuit .wire{{fill:none;stroke:var(--wire);stroke-width:1.5}}
.symdiff-circuit .tip{{fill:var(--wire)}}
.symdiff-circuit .sign{{fill:var(--sign);stroke:var(--ink);stroke-width:1.4}}
.symdiff-circuit text.op{{font-size:{SIGN:g}px;text-anchor:middle}}
.symdiff-circuit text.input{{font-weight:600;text-anchor:end}}
.symdiff-circuit .value{{fill:var(--value)}}
.symdiff-circuit text.grad{{fill:var(--grad)}}
.symdiff-circuit text.local{{font-size:{SMALL:g}px;fill:var(--local);text-anchor:end}}
.symdiff-circuit text.tag{{font-size:{SMALL:g}px;fill:var(--mute)}}
.symdiff-circuit .box{{fill:var(--box);stroke:var(--frame)}}
.symdiff-circuit text.label{{font-size:{SMALL:g}px;fill:var(--mute);font-weight:600}}
.symdiff-circuit .lit .sign{{stroke:var(--local);stroke-width:3}}
""".strip()


def svg(graph: Graph, width: float = 1180.0) -> str:
    """The picture of a circuit, folded at a width in pixels; light or dark as the viewer's page is.

    >>> from symdiff.explain.circuit.graph import Edge, Node
    >>> text = svg(Graph("f", (Node("x"), Node("y", "exp", "y")), (Edge("x", "y", "e^x"),)))
    >>> text.startswith("<svg "), text.count("<circle "), "e^x" in text
    (True, 1, True)
    """
    picture = layout(graph, width)
    w, h = _number(picture.width), _number(picture.height)
    rows = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="symdiff-circuit" role="img" width="{w}" height="{h}" '
        f'viewBox="0 0 {w} {h}" style="--natural:{w}px">',
        f"<title>{_text(graph.title)}</title>",
        f"<style>{_STYLE}</style>",
        f'<rect class="ground" width="{w}" height="{h}"/>',
        *map(_box, picture.boxes),
        *map(_stroke, picture.strokes),
        *map(_tag, picture.tags),
        *map(_sign, picture.signs),
        "</svg>",
    ]
    return "\n".join(rows) + "\n"


def _box(box: Box) -> str:
    label = (
        f'<text class="label" x="{_number(box.x + 10)}" y="{_number(box.y + 16)}">{_shown(box.group.label, 60)}</text>'
    )
    return (
        f'<rect class="box" x="{_number(box.x)}" y="{_number(box.y)}" width="{_number(box.width)}" '
        f'height="{_number(box.height)}" rx="8"/>{label}'
    )


def _stroke(stroke: Stroke) -> str:
    x0, y0, x1, x2, y2, x3 = map(
        _number, (stroke.x0, stroke.y0, stroke.x1, stroke.x2, stroke.y2, stroke.x3 - (7 if stroke.tip else 0))
    )
    bend = ""
    if y0 != y2:
        middle = _number((stroke.x1 + stroke.x2) / 2)
        bend = f"H{x1}C{middle} {y0} {middle} {y2} {x2} {y2}"
    path = f'<path class="wire" d="M{x0} {y0}{bend}H{x3}"/>'
    if stroke.tip:
        end, back = _number(stroke.x3), _number(stroke.x3 - 8)
        low, high = _number(stroke.y2 - 4), _number(stroke.y2 + 4)
        path += f'<path class="tip" d="M{end} {y2}L{back} {low}V{high}Z"/>'
    return path


def _tag(tag: Tag) -> str:
    x, y = (tag.x + 4, tag.y - 4) if tag.above else (tag.x, tag.y + 4)
    return f'<text class="tag" x="{_number(x)}" y="{_number(y)}">{_text(tag.text)}</text>'


def _sign(sign: Sign) -> str:
    node = sign.node
    x, right = _number(sign.x), sign.x + sign.width / 2
    line = f' data-line="{node.line}"' if node.line else ""
    rows = [f'<g data-stage="{_text(node.name)}"{line}>']
    if node.title:
        rows.append(f"<title>{_text(node.title)}</title>")
    if not node.op:
        rows.append(f'<text class="input" x="{_number(right - 4)}" y="{_number(sign.y + 4.5)}">'
                    f"{_shown(node.label or node.name, WIDEST)}</text>")  # fmt: skip
    else:
        rows.append(_outline(sign))
        rows.append(f'<text class="op" x="{x}" y="{_number(sign.y + 5)}">{_shown(node.op, WIDEST)}</text>')
    rows += _wire_texts(sign, right + 7)
    for edge, height in sign.ports:
        if edge.local:
            left = sign.x - sign.width / 2 - 9
            title = f"<title>{_text(edge.title)}</title>" if edge.title else ""
            rows.append(f'<text class="local" x="{_number(left)}" y="{_number(height - 4)}">'
                        f"{_shown(edge.local, WIDEST)}{title}</text>")  # fmt: skip
    return "".join([*rows, "</g>"])


def _outline(sign: Sign) -> str:
    if sign.round:
        return f'<circle class="sign" cx="{_number(sign.x)}" cy="{_number(sign.y)}" r="{_number(RADIUS)}"/>'
    return (
        f'<rect class="sign" x="{_number(sign.x - sign.width / 2)}" y="{_number(sign.y - sign.height / 2)}" '
        f'width="{_number(sign.width)}" height="{_number(sign.height)}" rx="{_number(min(14.0, sign.height / 2))}"/>'
    )


def _wire_texts(sign: Sign, x: float) -> list[str]:
    """Above the wire its name and value, below it the gradient."""
    node, rows = sign.node, []
    above = clipped(wire_text(node), WIDEST)
    if above:
        named = len(wire_text(node)) - len(node.value)  # so much of it is the name
        value = f'<tspan class="value">{_text(above[named:])}</tspan>' if above[named:] else ""
        rows.append(f'<text x="{_number(x)}" y="{_number(sign.y - 5)}">{_text(above[:named])}{value}</text>')
    if node.gradient:
        rows.append(
            f'<text class="grad" x="{_number(x)}" y="{_number(sign.y + 15)}">{_shown(node.gradient, WIDEST)}</text>'
        )
    return rows


def _shown(text: str, most: int) -> str:
    return _text(clipped(text, most))


def _text(text: str) -> str:
    """Text as XML: markup escaped, and no character that XML forbids."""
    return escape("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text))


def _number(x: float) -> str:
    return f"{x:.1f}".rstrip("0").rstrip(".")
