"""What can be wrong with a request about consent."""


class ConsentError(Exception):
    """The request about consent was refused."""

    resolution = ""


class ConsentTamperedError(ConsentError):
    """The form is not the one that was shown; nothing was granted."""

    resolution = "Go back to the app and start again."


class ConsentRequestGoneError(ConsentError):
    """This request was answered already, or it is too old."""

    resolution = "Go back to the app and start again."


class NoVehicleChosenError(ConsentError):
    """No car was chosen."""

    resolution = "Tick at least one car, or choose Don't allow."


class NothingChosenError(ConsentError):
    """Nothing was ticked that the app may do."""

    resolution = "Tick at least one thing that the app may do, or choose Don't allow."


class GrantNotFoundError(ConsentError):
    """You have no such permission to change."""

    resolution = "Reload the page to see which apps have access now."


class GrantNotLiveError(ConsentError):
    """This permission has ended and cannot be changed."""

    resolution = "Allow the app again from the store."


class PausedByAnotherError(ConsentError):
    """Somebody else paused this app on the car, and only they can resume it."""

    resolution = "Ask the other person to resume it on their own page of this car."


class ConsentStoreSilentError(ConsentError):
    """The change could not be told to the streams, so nothing was changed."""

    resolution = "Try again in a minute. While the store is silent, no stream delivers data."


class RedirectUriRefusedError(ConsentError):
    """A redirect address must be https, or http on this computer's own loopback address."""

    resolution = "Use https://…, or http://127.0.0.1, http://[::1] or http://localhost for a local app."


class ClientExistsError(ConsentError):
    """The app has its OAuth credentials already; the secret is shown only once."""

    resolution = "Look where you keep the app's secrets."


class PartnerNotAdmittedError(ConsentError):
    """Only an admitted data partner gets credentials for feeds."""

    resolution = "Wait until the carmaker has admitted your organisation."


class TokenInvalidError(ConsentError):
    """The access token is missing, unknown, expired or revoked."""

    resolution = "Use the refresh token, or send the driver through the authorization again."


class ReceiptsBrokenError(ConsentError):
    """A receipt was altered: it does not follow from the one before it."""

    resolution = "Compare the named receipt with a backup; the receipts before it are intact."
