"""Runs one component of the contract's world, event by event, under limits."""

import json
from collections.abc import Mapping

from wasmtime import Engine, Store, WasmtimeError
from wasmtime.component import Component

from sandbox.runtime.imports import linked
from sandbox.runtime.messages import Budget
from sandbox.runtime.state import Session


class App:
    """One instance of a component. After any exception it must be discarded: its state is half changed."""

    def __init__(self, engine: Engine, component: Component, session: Session, *, budget: Budget) -> None:
        self._budget, self._session, self._store = budget, session, Store(engine)
        self._store.set_limits(memory_size=budget.memory, memories=8, table_elements=20_000, tables=64, instances=64)
        self._linker = linked(engine, self._store, session)
        self.fuel_used = 0
        self._arm()
        handle = self._linker.instantiate(self._store, component).get_func(self._store, "handle")
        if handle is None:
            raise WasmtimeError("component exports no handle")
        self._handle = handle

    def send(self, event: Mapping[str, object]) -> str | None:
        """Deliver one event and answer with the app's own error text.

        Raises:
            WasmtimeError: the engine stopped the app; `engine.classify` names the reason.
            TypeError: the app's types are not the contract's.
        """
        self._arm()
        try:
            answer = self._handle(self._store, json.dumps(event))
            self._handle.post_return(self._store)
        finally:
            self.fuel_used = self._budget.fuel - self._store.get_fuel()
            if self._session.fault:
                raise self._session.fault
        return None if answer is None else str(answer)

    def _arm(self) -> None:
        self._session.begin()
        self._store.set_fuel(self._budget.fuel)
        self._store.set_epoch_deadline(self._budget.ticks)
