"""The carmaker admits a developer firm and a data partner; the partner pushes prices."""

import httpx

from forecourt.config.demo import people
from forecourt.config.demo.errors import StoryError
from forecourt.config.demo.forms import Fields
from forecourt.config.demo.stage import AREA, Stage


def gather(stage: Stage) -> None:
    """People sign up and their organisations apply; the carmaker's administrator admits them and names a reviewer."""
    for login in (people.DEVELOPER, people.PARTNER, people.REVIEWER, people.DRIVER):
        stage.person(login).sign_up()
    _apply(stage, people.DEVELOPER, name="Nordlys Apps", kind="developer")
    _apply(stage, people.PARTNER, name="Fjord Energi", kind="data_partner")
    administrator = stage.person(people.ADMINISTRATOR)
    administrator.sign_in()
    page = administrator.open("/carmaker/partners/").text
    for organisation in _waiting(page):
        administrator.send(f"/carmaker/partners/{organisation}/admit/", {}, form="/carmaker/partners/")
    administrator.send("/carmaker/people/", {"email": people.REVIEWER.email, "role": "reviewer"})


def push_prices(stage: Stage) -> None:
    """The partner takes credentials in the portal, and pushes the day of the drive and the day after."""
    partner = stage.person(people.PARTNER)
    credentials = partner.credentials(partner.send("/partner/credentials/", {}, form="/partner/"))
    with httpx.Client(base_url=stage.site.url, timeout=30) as http:
        token = _partner_token(http, credentials)
        for day in stage.evening.days:
            slots = [slot.to_dict() for slot in day]
            body = {"source": stage.evening.source, "label": stage.evening.label, "slots": slots}
            answer = http.put(f"/v1/feeds/{AREA}/prices", json=body, headers={"Authorization": f"Bearer {token}"})
            if answer.is_error:
                raise StoryError(f"The price push was refused: {answer.text[:400]}")
    stage.result.price_source = stage.evening.source


def _apply(stage: Stage, login: people.Login, *, name: str, kind: str) -> None:
    stage.person(login).send("/organisations/apply/", {"name": name, "kind": kind})


def _waiting(page: str) -> list[str]:
    prefix, suffix = "/carmaker/partners/", "/admit/"
    actions = [action for action in Fields(page).actions if action.startswith(prefix) and action.endswith(suffix)]
    return [action.removeprefix(prefix).removesuffix(suffix) for action in actions]


def _partner_token(http: httpx.Client, credentials: dict[str, str]) -> str:
    form = {"grant_type": "client_credentials", "scope": "provide:Energy.Price"}
    answer = http.post("/o/token/", data=form, auth=(credentials["client_id"], credentials["client_secret"]))
    if answer.is_error:
        raise StoryError(f"The partner got no token: {answer.text[:400]}")
    token: str = answer.json()["access_token"]
    return token
