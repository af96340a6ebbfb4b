"""The people of the story, each with a browser of their own: pages, forms, cookies, nothing else."""

import re
import time
from dataclasses import dataclass
from html import unescape
from typing import Any, Final

import httpx

from forecourt.config.demo.errors import StoryError

PASSWORD: Final = "night charge 2026"  # noqa: S105 - printed on the demo's sign-in page
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_CREDENTIAL = re.compile(r'data-credential="(\w+)"[^>]*>([^<]+)<')
_PROBLEM = re.compile(r'id="problem".*?<div>(.*?)</div>', re.DOTALL)


@dataclass(frozen=True)
class Login:
    """Who plays a role."""

    role: str
    email: str
    name: str


ADMINISTRATOR: Final = Login("Carmaker, administrator", "ada@meridian.example", "Ada Lindqvist")
REVIEWER: Final = Login("Carmaker, reviewer", "rune@meridian.example", "Rune Holt")
DEVELOPER: Final = Login("Developer, Nordlys Apps", "nora@nordlys.example", "Nora Dahl")
PARTNER: Final = Login("Data partner, Fjord Energi", "finn@fjord.example", "Finn Aas")
DRIVER: Final = Login("Driver", "dana@drivers.example", "Dana Berg")
EVERYBODY: Final = (ADMINISTRATOR, REVIEWER, DEVELOPER, PARTNER, DRIVER)


class Person:
    """Somebody with a browser: opens pages and sends their forms."""

    def __init__(self, site_url: str, login: Login) -> None:
        self.login = login
        self.clicked_at = 0.0  #: seconds since the epoch when the last form was sent
        self._http = httpx.Client(base_url=site_url, timeout=30)

    def sign_up(self) -> None:
        """Make an account and be signed in."""
        self.send("/sign-up/", {"email": self.login.email, "name": self.login.name, "password": PASSWORD})

    def sign_in(self) -> None:
        """Sign in with the demo's password."""
        self.send("/sign-in/", {"email": self.login.email, "password": PASSWORD})

    def open(self, url: str, **parameters: Any) -> httpx.Response:
        """Open a page, following redirects.

        Raises:
            StoryError: the answer is an error.
        """
        return self._checked(self._http.get(url, follow_redirects=True, **parameters))

    def send(self, url: str, fields: dict[str, Any], *, form: str | None = None, **more: Any) -> httpx.Response:
        """Open the page `form` (or `url`) for its token, send the form, and follow redirects within the site.

        Raises:
            StoryError: the answer is an error or shows a problem.
        """
        return self.answer(self.open(form or url), fields, url=url, **more)

    def answer(self, page: httpx.Response, fields: dict[str, Any], *, url: str = "", **more: Any) -> httpx.Response:
        """Send the form of a page that is open already, to `url` or to the page's own address.

        Raises:
            StoryError: the page has no form, or the answer is an error or shows a problem.
        """
        token = _TOKEN.search(page.text)
        if token is None:
            raise StoryError(f"{page.url} has no form.")
        fields = {**fields, "csrfmiddlewaretoken": token.group(1)}
        self.clicked_at = time.time()
        answer = self._http.post(url or str(page.url), data=fields, headers={"Referer": str(page.url)}, **more)
        return self._followed(answer)

    def credentials(self, page: httpx.Response) -> dict[str, str]:
        """The credentials that a page shows once."""
        found = {name: unescape(value.strip()) for name, value in _CREDENTIAL.findall(page.text)}
        if not found:
            raise StoryError(f"{page.url} shows no credentials.")
        return found

    def _followed(self, answer: httpx.Response) -> httpx.Response:
        while answer.is_redirect:
            answer = self._http.get(str(answer.next_request.url if answer.next_request else ""))
        return self._checked(answer)

    def _checked(self, answer: httpx.Response) -> httpx.Response:
        problem = _PROBLEM.search(answer.text) if "html" in answer.headers.get("content-type", "") else None
        if answer.is_error or problem:
            said = " ".join(
                unescape(re.sub(r"<[^>]+>", " ", problem.group(1) if problem else answer.text[:600])).split()
            )
            raise StoryError(f"{self.login.name} at {answer.request.method} {answer.url}: {answer.status_code} {said}")
        return answer
