"""What can go wrong in delivery."""


class DeliveryError(Exception):
    """The request about a delivery was refused."""

    resolution = ""


class KeyMissingError(DeliveryError):
    """A signing key is not here."""

    resolution = "Run `manage.py keys init`, or put the key into the keys folder."


class KeysIncompleteError(DeliveryError):
    """The keys folder holds files, but not a whole set of keys."""

    resolution = "Restore the folder, or move it away and run `manage.py keys init` for a new trust root."


class SignerUnavailableError(DeliveryError):
    """The signer process does not answer."""

    resolution = "Start it with `manage.py signer`; publishing is tried again by itself."


class SignerRunsError(DeliveryError):
    """Another signer process listens on this socket."""

    resolution = "Stop the other one first, or set SIGNER_SOCKET."


class ApprovalRefusedError(DeliveryError):
    """The signer does not sign this release."""

    resolution = "Only releases with an approving review by somebody else than the submitter are signed."


class PublishingContendedError(DeliveryError):
    """Other publishers were always faster."""

    resolution = "Publishing is tried again by itself."


class MetadataNotFoundError(DeliveryError):
    """There is no such metadata file."""

    resolution = "Walk the repository from timestamp.json."


class BundleNotListedError(DeliveryError):
    """No listed bundle has this name and hash."""

    resolution = "Take the name and hash from the image repository's current metadata."


class NotThisVehicleError(DeliveryError):
    """A car may only fetch its own set."""

    resolution = "Use the public id that came with the session."


class ForgedReportError(DeliveryError):
    """The vehicle report is not signed by this car, or names another one."""

    resolution = "Sign the report with the enrolled key of the head unit that holds the session."


class ReplayedReportError(DeliveryError):
    """A vehicle report with this counter, or a higher one, was already taken."""

    resolution = "Raise the counter with every report and keep it across restarts."


class MalformedReportError(DeliveryError):
    """The vehicle report does not follow the format."""

    resolution = "Send {report, signature} as the head unit signed it."
