"""The tree of everything that can be wrong with a shared format."""

from typing import Final

from typing_extensions import override


class WireError(Exception):
    """The document does not follow the format."""

    resolution: str = "Correct the document and send it again."

    @override
    def __str__(self) -> str:
        """The text given, else the first line of the class's docstring."""
        return super().__str__() or (type(self).__doc__ or type(self).__name__).splitlines()[0]


class CanonicalError(WireError):
    """The value has no canonical JSON form, or the JSON is not strict."""

    resolution = "Send strict UTF-8 JSON: no duplicate keys, no NaN or Infinity, no lone surrogates."


class TimeError(WireError):
    """The text is not an RFC 3339 time in UTC."""

    resolution = "Write times like 2026-01-31T22:15:00Z."


class ScopeError(WireError):
    """The scope does not follow the grammar."""

    resolution = "Write scopes as action:Path.To.Signal or action:Path.To.Branch@precision."


class UnknownScopeError(ScopeError):
    """The scope names nothing in the signal catalog."""

    resolution = "Use a path from the signal catalog; branches, * and ** are allowed."


class VinError(WireError):
    """The vehicle identification number is not valid."""

    resolution = "Check the 17 characters against the vehicle's papers: I, O and Q never occur, position 9 is a check."


class ManifestError(WireError):
    """The manifest does not follow the format."""

    resolution = "Correct manifest.json, build the bundle again and upload it."


class MissingPurposeError(ManifestError):
    """A permission in the manifest has no purpose from the list."""

    resolution = "Give every permission a purpose from the list; drivers read it on the consent page."


class SignatureError(WireError):
    """The bundle is not signed by the key it names."""

    resolution = "Sign the bundle again with the publisher's key after its last change."


class IconError(WireError):
    """The icon is not the plain part of SVG that icons may use."""

    resolution = "Export the icon as plain SVG shapes of at most 64 KiB, without scripts, styles, links or pictures."


class UnknownSignalError(WireError):
    """The signal is not in the catalog."""

    resolution = "Use a path from the signal catalog."


class WrongTypeError(WireError):
    """The value's type is not the signal's datatype."""

    resolution = "Send the value in the datatype that the catalog gives for the signal."


class OutOfRangeError(WireError):
    """The value is outside the signal's range."""

    resolution = "Send a value inside the range, or one of the allowed values, of the signal."


class FrameError(WireError):
    """The frame does not follow the format."""

    resolution = "Send {seq, source, points: [{path, value, ts}]} as JSON."


class FrameTooLargeError(FrameError):
    """The frame is larger than 1 MiB or has more than 5,000 points."""

    resolution = "Split the points over several frames, each with its own sequence number."


class FutureTimeError(FrameError):
    """A point's time lies more than 60 seconds in the future."""

    resolution = "Set the clock of the vehicle; nothing of this frame was kept."


class CardError(WireError):
    """The card does not follow the format."""

    resolution = "Keep to the card format: plain text, at most 6 rows and 96 bars."


class PriceError(WireError):
    """The prices do not follow the format."""

    resolution = "Send slots with start and end in UTC and the price as a decimal text in EUR per MWh."


class OverlapError(PriceError):
    """Two price slots overlap."""

    resolution = "Send every quarter-hour once."


class MissingSlotError(PriceError):
    """A price slot is missing."""

    resolution = "Send the whole run of quarter-hours without a gap."


class WrongLengthError(PriceError):
    """A price slot is not one quarter-hour long."""

    resolution = "Split the prices into slots of 15 minutes that start at 00, 15, 30 or 45."


class BundleRefused(WireError):  # noqa: N818  (it reads as a sentence)
    """The bundle was refused.

    `rule` names the check for machines (`archive.bomb`), `text` says what was found, `hint` what to do.
    """

    def __init__(self, rule: str, text: str, hint: str) -> None:
        super().__init__(text)
        self.rule: Final = rule
        self.text: Final = text
        self.hint: Final = hint
        self.resolution = hint
