"""What can go wrong in a head unit."""

from typing_extensions import override


class ClientError(Exception):
    """The head unit could not do this."""

    resolution = ""

    @override
    def __str__(self) -> str:
        """The text given, else the class's docstring."""
        return super().__str__() or (type(self).__doc__ or type(self).__name__)


class PlatformUnavailableError(ClientError):
    """The platform does not answer."""

    resolution = "The head unit tries again at the next poll."


class PlatformRefusedError(ClientError):
    """The platform refused a request."""

    def __init__(self, status: int, problem: str) -> None:
        super().__init__(problem)
        self.status, self.problem = status, problem


class RefusedError(ClientError):
    """The car refuses what it was ordered to install."""


class WrongVehicleError(RefusedError):
    """The director's set is for another car."""


class DelegatingDirectorError(RefusedError):
    """The director delegates, which it never may."""


class MalformedOrderError(RefusedError):
    """The director's set does not follow the format."""


class NotApprovedError(RefusedError):
    """The image repository does not list this bundle."""


class RepositoriesDisagreeError(RefusedError):
    """The two repositories do not say the same about this bundle."""


class WrongHardwareError(RefusedError):
    """The bundle is not made for this head unit."""


class RuntimeTooOldError(RefusedError):
    """The bundle needs a later runtime."""


class CounterWentBackError(RefusedError):
    """The car already had a later release of this app."""


class BadBundleError(RefusedError):
    """The bundle's content is not what was approved."""


class WrongSignerError(RefusedError):
    """The bundle is not signed by the publisher's key."""


class OtherSignerError(RefusedError):
    """The installed app was signed by another key."""


class UntrustedMetadataError(RefusedError):
    """The signed metadata did not verify."""
