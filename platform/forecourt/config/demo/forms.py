"""Reads the forms and links of a page, as a browser would see them."""

from html.parser import HTMLParser

from typing_extensions import override


class Fields(HTMLParser):
    """Every named input, form action and link of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.actions: list[str] = []
        self._inputs: list[tuple[str, str, str]] = []
        self._links: list[str] = []
        self.feed(html)

    def one(self, name: str) -> str:
        """The first value of a field, or an empty text."""
        return next((value for field, value, _ in self._inputs if field == name), "")

    def optional(self, name: str, *, without: str) -> list[str]:
        """The values of a field that may be left out, but those whose `data-scope` mentions `without`."""
        return [value for field, value, scope in self._inputs if field == name and scope and without not in scope]

    def links(self, prefix: str) -> list[str]:
        """Links below `prefix`, in order, each once."""
        return list(dict.fromkeys(link for link in self._links if link.startswith(prefix) and link != prefix))

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "form" and attributes.get("action"):
            self.actions.append(attributes["action"] or "")
        elif tag == "a" and attributes.get("href"):
            self._links.append(attributes["href"] or "")
        elif tag in {"input", "button"} and attributes.get("name"):
            scope = "" if "disabled" in attributes else attributes.get("data-scope") or ""
            self._inputs.append((attributes["name"] or "", attributes.get("value") or "", scope))
