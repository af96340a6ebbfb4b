"""The people of the story in a real browser: the same steps, but every form is filled and every button clicked."""

import time
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, ConsoleMessage, FilePayload, Locator, Page, Response
from typing_extensions import override

from forecourt.config.demo.errors import StoryError
from forecourt.config.demo.people import Login, Person

TIMEOUT = 30_000  # ms


class BrowserPerson(Person):
    """Somebody in front of Chromium; keeps a picture of every page that answered a form."""

    def __init__(self, site_url: str, login: Login, *, browser: Browser, pictures: Path) -> None:
        super().__init__(site_url, login)
        self._site_url = site_url
        self._context = browser.new_context(base_url=site_url, viewport={"width": 1280, "height": 900})
        self._context.set_default_timeout(TIMEOUT)
        self._page = self._context.new_page()
        self._pictures = pictures
        self.complaints: list[str] = []  #: what the browser's console said was wrong with the site's own pages
        self._page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self._page.on("console", self._hear)

    @property
    def page(self) -> Page:
        """The tab."""
        return self._page

    @override
    def open(self, url: str, **parameters: Any) -> httpx.Response:
        if parameters:  # a program of the person's, with the person's cookies
            answer = self._context.request.get(url, **parameters)
            return httpx.Response(answer.status, text=answer.text(), request=httpx.Request("GET", answer.url))
        return self._seen(self._page.goto(url))

    @override
    def answer(self, page: httpx.Response, fields: dict[str, Any], *, url: str = "", **more: Any) -> httpx.Response:
        form = self._form(url or str(page.url))
        for name, value in fields.items():
            self._fill(form, name, value)
        for name, (filename, content, kind) in more.get("files", {}).items():
            data = content if isinstance(content, bytes) else content.read()
            form.locator(f"[name={name}]").set_input_files(FilePayload(name=filename, mimeType=kind, buffer=data))
        return self._click(_button(form, fields))

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type == "error" and str(said.location.get("url", "")).startswith(self._site_url):
            self.complaints.append(f"{said.text} ({said.location['url']})")

    def _click(self, button: Locator) -> httpx.Response:
        button.scroll_into_view_if_needed()
        self.clicked_at = time.time()
        with self._page.expect_navigation(wait_until="load") as navigation:
            button.click()
        answer = self._seen(navigation.value)
        name = f"{self.login.email.split('@')[0]}-{len(list(self._pictures.iterdir())):02}.png"
        self._page.screenshot(path=self._pictures / name, full_page=True)
        return answer

    def _form(self, url: str) -> Locator:
        """The form that leads to `url`; one without an action leads to its own page."""
        path = httpx.URL(url).path
        named = self._page.locator(f'main form[action="{path}"]')
        return named.first if named.count() else self._page.locator("main form").first

    def _fill(self, form: Locator, name: str, value: Any) -> None:
        if isinstance(value, list):
            for one in value:
                form.locator(f'[name="{name}"][value="{one}"]').check()
            return
        field = form.locator(f'[name="{name}"]').first
        kind = field.evaluate("field => field.tagName + ':' + (field.type || '')")
        if kind.startswith("SELECT"):
            field.select_option(value)
        elif kind.endswith(":radio"):
            form.locator(f'[name="{name}"][value="{value}"]').check()
        elif not kind.startswith("BUTTON") and not kind.endswith(":hidden"):
            field.fill(value)

    def _seen(self, answer: Response | None) -> httpx.Response:
        status = answer.status if answer else 200
        if status >= 400:
            raise StoryError(f"{self.login.name} at {self._page.url}: {status}\n{self._page.inner_text('main')[:600]}")
        request = httpx.Request("GET", self._page.url)
        return self._checked(httpx.Response(status, html=self._page.content(), request=request))


def _button(form: Locator, fields: dict[str, Any]) -> Locator:
    """The button that says one of the fields, else the form's own."""
    for name, value in fields.items():
        named = form.locator(f'button[name="{name}"][value="{value}"]')
        if named.count():
            return named.first
    return form.locator("button[type=submit], button:not([type])").last
