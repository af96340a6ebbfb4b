"""Everything that the registry refuses, by name."""

from typing_extensions import override


class RegistryError(Exception):
    """The registry refused the request."""

    resolution: str = ""

    @override
    def __str__(self) -> str:
        """The text given, else the first line of the class's docstring."""
        return super().__str__() or (type(self).__doc__ or type(self).__name__).splitlines()[0]


class BadAppError(RegistryError):
    """The app's details are not valid."""

    resolution = "Correct the named fields and send the form again."


class SlugTakenError(RegistryError):
    """Another app already has this short name."""

    resolution = "Choose another short name; they are never given out twice."


class NameTakenError(RegistryError):
    """Another app already has this name, perhaps in other capitals."""

    resolution = "Choose another name."


class BadPublicKeyError(RegistryError):
    """A publisher key is the 64 hexadecimal digits of an Ed25519 public key."""

    resolution = "Paste the line that the toolchain's `keygen` prints."


class KeyTakenError(RegistryError):
    """This publisher key is already registered."""

    resolution = "Make a new key pair; a key belongs to one publisher and is never registered twice."


class AppNotFoundError(RegistryError):
    """There is no such app."""

    resolution = "Check the app's short name."


class ReleaseNotFoundError(RegistryError):
    """There is no such release."""

    resolution = "Check the app's short name and the version."


class BundleRejectedError(RegistryError):
    """The uploaded bundle was refused."""

    def __init__(self, *, rule: str, text: str, hint: str) -> None:
        super().__init__(f"{text} ({rule})")
        self.rule = rule
        self.resolution = hint


class WrongPublisherError(RegistryError):
    """The bundle's manifest names another publisher."""

    resolution = "Set `publisher` in manifest.json to your organisation's short name."


class NotYourAppError(RegistryError):
    """The bundle's manifest names an app that is not yours."""

    resolution = "Register the app first, and set `app` in manifest.json to its short name."


class UnknownPublisherKeyError(RegistryError):
    """The bundle is signed with a key that is not one of your current publisher keys."""

    resolution = "Add the public key under Keys, or sign the bundle with a key that is listed there."


class VersionUsedError(RegistryError):
    """This version was submitted before; a version is never used twice."""

    resolution = "Raise `version` in manifest.json and build again."


class IllegalMoveError(RegistryError):
    """A release cannot move from where it stands to where it was sent."""

    resolution = "Reload the page to see where the release stands now."


class ReleaseNotReviewableError(IllegalMoveError):
    """The release is not waiting for review."""


class SelfReviewError(RegistryError):
    """Nobody reviews what they submitted or signed themselves."""

    resolution = "Ask another reviewer."


class ReasonMissingError(RegistryError):
    """A decision needs a reason."""

    resolution = "Write one sentence that the developer can act on."


class TrailBrokenError(RegistryError):
    """The trail was altered: an entry does not follow from the one before it."""

    resolution = "Compare the named entry with a backup; the entries before it are intact."


class BlobNotFoundError(RegistryError):
    """The blob store has nothing under this name."""


class BadBlobNameError(RegistryError):
    """A blob is named by 64 hexadecimal digits, a public file by a plain relative path."""


class HashMismatchError(RegistryError):
    """The content is not what its hash says."""


class BlobStoreUnavailableError(RegistryError):
    """The blob store did not answer."""

    resolution = "Nothing was changed; try again in a minute."
