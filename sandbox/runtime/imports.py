"""Offers a session's functions to a component under the names of the contract."""

import weakref
from collections.abc import Callable
from typing import Final

from wasmtime import Engine, Store
from wasmtime.component import Linker, Variant

from sandbox.runtime.state import DeniedError, Session
from sandbox.wire import wit

CALL_FUEL: Final = 50_000  # the guest pays for the host's work, or a flood of calls would cost it nothing
CHARACTER_FUEL: Final = 10
HostFunction = Callable[..., object]


def linked(engine: Engine, store: Store, session: Session) -> Linker:
    """A linker that knows the contract's interfaces and nothing else."""
    guard = _Guard(store, session)
    offered: dict[str, dict[str, HostFunction]] = {
        "signals": {
            "get-number": guard.wrap(session.read_number),
            "get-json": guard.wrap(
                lambda path: Variant("ok", session.read_json(path)), lambda code: Variant("err", code)
            ),
        },
        "actuators": {"set": guard.wrap(session.actuate)},
        "ui": {"show": guard.wrap(session.show)},
        "log": {"write": guard.wrap(session.log, lambda _code: None)},
    }
    linker = Linker(engine)
    with linker.root() as root:
        for interface, functions in offered.items():
            with root.add_instance(wit.import_name(interface)) as instance:
                for name, function in functions.items():
                    instance.add_func(name, function)
    return linker


class _Guard:
    """Charges fuel for host calls and lets no exception pass through the engine, which would mix them up."""

    def __init__(self, store: Store, session: Session) -> None:
        # Host functions sit in a global table until the store is gone: a strong reference would keep it forever.
        self._tank = weakref.proxy(store)
        self._session = session

    def wrap(self, call: HostFunction, refuse: Callable[[str], object] = str) -> HostFunction:
        """The call as the engine may make it; `refuse` turns an error code into the contract's answer."""

        def run(_context: object, *args: object) -> object:
            try:
                self._charge(args)
                return call(*args)
            except DeniedError as denied:
                return refuse(str(denied))
            except BaseException as fault:  # noqa: BLE001 - kept, and raised once the guest has returned
                self._session.fault = self._session.fault or fault
                return refuse("invalid")

        return run

    def _charge(self, args: tuple[object, ...]) -> None:
        characters = sum(len(argument) for argument in args if isinstance(argument, str))
        cost = CALL_FUEL + CHARACTER_FUEL * characters
        self._tank.set_fuel(max(0, self._tank.get_fuel() - cost))
