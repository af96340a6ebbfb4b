"""What can go wrong in the simulated car: one root, each with a way out where there is one."""


class VehicleError(Exception):
    """The simulated car cannot go on."""

    resolution: str = ""


class FileLineError(VehicleError):
    """A line of an input file cannot be used, or, with line 0, the whole file."""

    def __init__(self, *, name: str, line: int, text: str) -> None:
        super().__init__(f"{name}, line {line}: {text}" if line else f"{name}: {text}")
        self.name, self.line, self.text = name, line, text


class DriveFileError(FileLineError):
    """A line of a recorded drive cannot be used."""

    resolution = "Mend or remove the line named above, or start with DRIVE unset to use the simulated drive."


class PriceFileError(FileLineError):
    """A line of a price series cannot be used."""

    resolution = "Mend the line named above, or start with PRICES unset to use the built-in price day."


class UnknownProfileError(VehicleError):
    """There is no car of that profile."""

    resolution = "Choose one of the profiles listed by --help."


class ControlError(VehicleError):
    """A line on standard input is not an order that the car knows."""

    resolution = 'Send one JSON object per line, such as {"do":"drive"}.'


class FutureSessionError(VehicleError):
    """The replay would run past the present, and no platform accepts data from the future."""

    resolution = "Start the replay further in the past with --starts-at."


class LinkError(VehicleError):
    """The platform did not answer as a platform does."""

    resolution = "Check the address of the platform, and that the site is running."


class SignInError(LinkError):
    """The car could not sign in."""

    resolution = "It tries again by itself; check that the carmaker has enrolled it."


class RefusedError(LinkError):
    """The platform refused a request for good."""

    def __init__(self, *, status: int, title: str, detail: str) -> None:
        super().__init__(f"{status} {title}: {detail}" if detail else f"{status} {title}")
        self.status, self.title, self.detail = status, title, detail
