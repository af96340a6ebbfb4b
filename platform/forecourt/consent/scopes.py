"""Scopes for the OAuth toolkit: a grammar, not a list."""

from typing import Any, Final

from oauth2_provider.scopes import BaseScopes
from typing_extensions import override

from apps_registry import sentences
from sandbox.wire.errors import ScopeError
from sandbox.wire.scopes import OIDC, Scope

#: The one thing a data partner may do.
PARTNER_SCOPE: Final = "provide:Energy.Price"


class Descriptions(dict[str, str]):
    """Descriptions of every scope of the grammar, written when asked for; empty when listed."""

    @override
    def __contains__(self, scope: object) -> bool:
        if not isinstance(scope, str):
            return False
        try:
            return scope in OIDC or bool(Scope.parse(scope))
        except ScopeError:
            return False

    def __missing__(self, scope: str) -> str:
        """A sentence for any text, also for one that is no scope: the toolkit asks before it checks."""
        return sentences.sentence(Scope.parse(scope)) if scope in self and scope not in OIDC else scope


class VssScopes(BaseScopes):
    """No scope is listed and none is given by default: the validator checks each against the app's manifest."""

    @override
    def get_all_scopes(self) -> dict[str, str]:
        return Descriptions()

    @override
    def get_available_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return []

    @override
    def get_default_scopes(self, *_args: Any, **_kwargs: Any) -> list[str]:
        return []
