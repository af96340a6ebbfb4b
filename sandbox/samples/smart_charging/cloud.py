"""The half of Smart Charging that runs at its developer's: consent in, streams in, commands out. A stock client.

`CLIENT_SECRET=… python -m sandbox.samples.smart_charging.cloud --platform URL --port N --client-id ID`
"""

import argparse
import asyncio
import json
import os
import sys
import threading
import time
from importlib import resources
from typing import Any

import httpx

from .cloud_charger import Charger
from .cloud_oauth import Client, Consents, Tokens
from .cloud_web import Site


def tell(event: str, **facts: Any) -> None:
    """Report one event on standard output."""
    sys.stdout.write(json.dumps({"event": event, **facts}) + "\n")
    sys.stdout.flush()


def scopes() -> str:
    """What the manifest asks for, and may therefore be consented to."""
    manifest = json.loads(resources.files(__package__ or "").joinpath("manifest.json").read_text("utf-8"))
    return " ".join(permission["scope"] for permission in manifest["permissions"])


class Cloud:
    """Everything that the app does for all of its drivers."""

    def __init__(self, client: Client, *, period_ms: int) -> None:
        self._client, self._period_ms = client, period_ms
        self._consents = Consents(client)
        self._http = httpx.AsyncClient(base_url=client.platform, timeout=20.0, trust_env=False)
        self._loop = asyncio.get_running_loop()
        self._chargers: dict[str, Charger] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self, query: dict[str, str]) -> str:
        """A driver comes from the store: where to send them."""
        return self._consents.request(iss=query.get("iss"), now=time.time())

    def callback(self, query: dict[str, str]) -> str:
        """A driver comes back: what to tell them; runs in a thread of the web site."""
        code, verifier = self._consents.answer(query, now=time.time())
        cars = asyncio.run_coroutine_threadsafe(self._welcome(code, verifier), self._loop).result(timeout=30)
        return f"It now plans the cheapest hours for {cars} car{'s' * (cars != 1)}."

    def status(self) -> dict[str, Any]:
        """All cars."""
        return {"cars": [charger.status() for charger in self._chargers.values()]}

    async def close(self) -> None:
        """Hang up everywhere."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        await self._http.aclose()

    async def _welcome(self, code: str, verifier: str) -> int:
        tokens = Tokens(self._client, self._http)
        await tokens.redeem(code, verifier)
        answer = await self._http.get("/v1/vehicles", headers=await tokens.header())
        answer.raise_for_status()
        cars = answer.json()
        tell("consented", vehicles=[car["id"] for car in cars])
        for car in cars:
            self._adopt(car["id"], tokens)
        return len(cars)

    def _adopt(self, vehicle: str, tokens: Tokens) -> None:
        """Charge this car from now on, with its newest consent."""
        if vehicle in self._tasks:
            self._tasks[vehicle].cancel()
        charger = Charger(self._http, self._client.platform, vehicle, header=tokens.header, tell=tell)
        self._chargers[vehicle] = charger
        self._tasks[vehicle] = self._loop.create_task(charger.run(period_ms=self._period_ms))
        self._tasks[vehicle].add_done_callback(_report)


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        tell("failed", text=f"{type(error).__name__}: {error}")


async def serve(arguments: argparse.Namespace) -> None:
    """Run until the process is ended."""
    platform = arguments.platform.rstrip("/")
    site = Site(arguments.port, back=f"{platform}/cars/")
    client = Client(
        platform=platform,
        client_id=arguments.client_id,
        client_secret=os.environ["CLIENT_SECRET"],
        redirect_uri=f"http://127.0.0.1:{site.server_port}/callback",
        scope=scopes(),
    )
    cloud = Cloud(client, period_ms=arguments.period_ms)
    site.start, site.callback, site.status = cloud.start, cloud.callback, cloud.status
    threading.Thread(target=site.serve_forever, name="web", daemon=True).start()
    tell("listening", port=site.server_port)
    try:
        await asyncio.Event().wait()
    finally:
        site.shutdown()
        site.server_close()
        await cloud.close()


def main(argv: list[str] | None = None) -> int:
    """Run the app's cloud half."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.samples.smart_charging.cloud", description=__doc__)
    parser.add_argument("--platform", required=True, help="address of the platform")
    parser.add_argument("--port", required=True, type=int, help="where drivers reach this app")
    parser.add_argument("--client-id", required=True, help="from the developer portal; the secret is CLIENT_SECRET")
    parser.add_argument("--period-ms", default=100, type=int, help="how often to look at a car's signals")
    arguments = parser.parse_args(argv)
    if not os.environ.get("CLIENT_SECRET"):
        parser.error("set CLIENT_SECRET to the app's client secret")
    try:
        asyncio.run(serve(arguments))
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        sys.stderr.write(f"Cannot listen on port {arguments.port}: {error.strerror}. Choose another with --port.\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
