"""Icons: the small safe part of SVG that may appear on our pages and on the dash.

Only listed elements and attributes pass; no script, style, link, entity or picture can ride along.
"""

from typing import Final
from xml.parsers import expat

from sandbox.wire.errors import IconError

__all__ = ["IconError", "check"]

MAX_BYTES: Final = 65_536
MAX_ELEMENTS: Final = 2_000
MAX_DEPTH: Final = 20

# fmt: off
ELEMENTS: Final = frozenset({
    "svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "title", "desc", "defs",
    "linearGradient", "radialGradient", "stop",
})
ATTRIBUTES: Final = frozenset({
    "xmlns", "version", "viewBox", "width", "height", "preserveAspectRatio", "id", "role", "aria-label",
    "aria-hidden", "d", "points", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy",
    "offset", "pathLength", "transform", "gradientUnits", "gradientTransform", "spreadMethod", "opacity", "fill",
    "fill-opacity", "fill-rule", "clip-rule", "stroke", "stroke-width", "stroke-opacity", "stroke-linecap",
    "stroke-linejoin", "stroke-dasharray", "stroke-dashoffset", "stroke-miterlimit", "stop-color", "stop-opacity",
    "color", "vector-effect",
})
# fmt: on
SVG: Final = "http://www.w3.org/2000/svg"


def check(data: bytes) -> None:
    """Refuse anything but plain shapes.

    Raises:
        IconError: too large, not XML, a document type, or an element, attribute or address that is not listed.
    """
    if len(data) > MAX_BYTES:
        raise IconError(f"The icon has {len(data):,} bytes, at most {MAX_BYTES:,} are allowed")
    reader = _Reader()
    parser = expat.ParserCreate("UTF-8")
    parser.XmlDeclHandler = reader.declare
    parser.StartDoctypeDeclHandler = reader.refuse_doctype
    parser.ProcessingInstructionHandler = reader.refuse_instruction
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    try:
        parser.Parse(data.decode(), True)
    except (expat.ExpatError, UnicodeDecodeError) as error:
        raise IconError(f"The icon is not XML: {error}") from error


class _Reader:
    """Judges each part as the parser meets it."""

    def __init__(self) -> None:
        self.depth = 0
        self.elements = 0

    def declare(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.upper() != "UTF-8":
            raise IconError(f"The icon is written in {encoding[:40]!r}, not in UTF-8")

    def refuse_doctype(self, *_: object) -> None:
        raise IconError("The icon has a document type declaration")

    def refuse_instruction(self, *_: object) -> None:
        raise IconError("The icon has a processing instruction")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        self.depth += 1
        if self.elements > MAX_ELEMENTS or self.depth > MAX_DEPTH:
            raise IconError("The icon has too many elements")
        if name not in ELEMENTS or (self.depth == 1) != (name == "svg"):
            raise IconError(f"The icon holds the element {name[:40]!r} where it may not stand")
        for key, value in attributes.items():
            _check_attribute(key, value)

    def end(self, _name: str) -> None:
        self.depth -= 1


def _check_attribute(key: str, value: str) -> None:
    if key not in ATTRIBUTES or (key == "xmlns" and value != SVG):
        raise IconError(f"The icon holds the attribute {key[:40]!r}, which icons may not have")
    address = "".join(value.lower().split())
    if "url(" in address.replace("url(#", "") or "\\" in value or ":" in value.replace(SVG, ""):
        raise IconError(f"The icon's attribute {key} points outside the icon")
