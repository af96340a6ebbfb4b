"""What can be wrong with a request for data, a feed or a command.

`code` is for apps that tell the denials apart; a 401 means the token and nothing else.
"""


class StreamsError(Exception):
    """The request was refused."""

    code = ""
    resolution = ""


class TokenInvalidError(StreamsError):
    """The access token is missing, expired or revoked."""

    code = "token_invalid"
    resolution = "Refresh the token, or send the driver through the consent page again."


class TicketInvalidError(StreamsError):
    """The ticket of this live page is not ours, or too old."""

    code = "token_invalid"
    resolution = "Reload the page."


class NotGrantedError(StreamsError):
    """The driver did not allow this, or no longer does."""

    code = "not_granted"
    resolution = "Ask the driver for this scope on the consent page; do not retry before."


class NotSupportedError(StreamsError):
    """The car has no such signal."""

    code = "not_supported_by_vehicle"
    resolution = "Use a path from the signal catalog."


class NoValueYetError(StreamsError):
    """The car has not sent this signal yet."""

    code = "temporarily_unavailable"
    resolution = "Subscribe, or ask again when the car has been driven or charged; asking does not wake it."


class UnavailableError(StreamsError):
    """The data plane cannot check the consent just now, so nothing is sent."""

    code = "temporarily_unavailable"
    resolution = "Try again in a second."


class BadRequestError(StreamsError):
    """The request does not follow the format."""

    code = "bad_request"
    resolution = "Correct the request and send it again."


class MethodNotAllowedError(StreamsError):
    """This address does not take this method."""

    code = "bad_request"
    resolution = "Use the method that the documentation names for this address."


class BodyTooLargeError(StreamsError):
    """The body is larger than this address takes."""

    code = "too_large"
    resolution = "Split the content over several requests."


class FeedNotYoursError(StreamsError):
    """Another organisation provides the prices of this area."""

    resolution = "Ask the carmaker which area is yours."


class FeedNotFoundError(StreamsError):
    """There are no prices for this area."""

    resolution = "Ask for an area that a data partner provides."


class CommandsError(StreamsError):
    """The command was refused."""


class CommandNotFoundError(CommandsError):
    """There is no such command."""

    resolution = "Use the id that the answer to your own request gave."


class NotActuatorError(CommandsError):
    """Only actuators can be set."""

    resolution = "Use the path of an actuator from the signal catalog."


class DeadlineError(CommandsError):
    """The deadline has passed, or is more than seven days ahead."""

    resolution = "Send a `not_after` in the future, at most seven days ahead."


class IdempotencyKeyReusedError(CommandsError):
    """This idempotency key belongs to another command."""

    resolution = "Use one fresh key for each command, and the same key only to repeat it."


class CommandStateError(CommandsError):
    """The command can no longer take this step."""

    resolution = "Ask for the command's state; a finished command stays as it is."
