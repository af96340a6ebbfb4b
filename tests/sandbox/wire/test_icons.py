"""Icons: plain shapes pass, everything that could run or reach out does not."""

import pytest

from sandbox.wire import icons
from sandbox.wire.icons import IconError
from tests.sandbox.wire.bundlemaking import ICON

SHAPES = """<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" role="img">
  <!-- a comment is harmless -->
  <title>Charge</title>
  <defs><linearGradient id="g"><stop offset="0" stop-color="#fff"/></linearGradient></defs>
  <g fill="url(#g)" stroke="currentColor"><circle cx="1" cy="1" r="2"/><path d="M1 1L9 9"/></g>
</svg>"""


@pytest.mark.parametrize("icon", [ICON, SHAPES.encode()])
def test_plain_shapes_pass(icon: bytes) -> None:
    icons.check(icon)


def inside(text: str) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg">{text}</svg>'


REFUSED = {
    "a script": inside("<script>alert(1)</script>"),
    "a handler": inside('<path d="" onload="alert(1)"/>'),
    "a handler on the root": '<svg onload="x"/>',
    "a style sheet": inside("<style>*{fill:url(//x)}</style>"),
    "a style attribute": inside('<path style="fill:red"/>'),
    "a link": inside('<a href="https://x"><path/></a>'),
    "a picture": inside('<image href="https://x/y.png"/>'),
    "a reuse of another file": inside('<use href="https://x#y"/>'),
    "HTML inside": inside("<foreignObject><body/></foreignObject>"),
    "an animation": inside('<animate attributeName="href"/>'),
    "an address in a paint": inside('<path fill="url(https://x)"/>'),
    "an address with spaces": inside('<path fill="u r l ( //x )"/>'),
    "an address in CSS escapes": inside('<path fill="\\75rl(x)"/>'),
    "a script address": inside('<path fill="javascript:alert(1)"/>'),
    "data in an address": inside('<path fill="url(data:x)"/>'),
    "two addresses": inside('<path fill="url(#a)url(//x)"/>'),
    "another namespace": '<svg xmlns="http://www.w3.org/1999/xhtml"/>',
    "another prefix": '<svg xmlns:x="http://www.w3.org/1999/xlink"/>',
    "an svg in an svg": inside("<svg/>"),
    "another root": "<g/>",
    "entities": '<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg>&a;</svg>',
    "an outside document type": '<!DOCTYPE svg SYSTEM "https://x"><svg/>',
    "an instruction": '<?xml-stylesheet href="https://x"?><svg/>',
    "another encoding": '<?xml version="1.0" encoding="UTF-7"?><svg/>',
    "not XML": "<svg",
    "nothing": "",
    "deep nesting": "<svg>" + "<g>" * 30 + "</g>" * 30 + "</svg>",
    "many elements": inside("<g/>" * 2_001),
    "many bytes": inside(" " * 65_536),
}


@pytest.mark.parametrize("icon", REFUSED.values(), ids=REFUSED)
def test_an_icon_that_is_more_than_shapes_is_refused(icon: str) -> None:
    with pytest.raises(IconError) as refusal:
        icons.check(icon.encode())
    assert refusal.value.resolution


def test_bytes_in_another_encoding_are_refused() -> None:
    with pytest.raises(IconError, match="not XML"):
        icons.check("<svg><script/></svg>".encode("utf-16"))
