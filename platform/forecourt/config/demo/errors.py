"""What can stop the demo, each with what to do next."""


class DemoError(Exception):
    """The demo cannot go on."""

    resolution = ""


class AlreadyRunningError(DemoError):
    """A demo is running in this checkout."""

    resolution = "Use the running one, or stop it with Ctrl-C in its terminal."


class PortInUseError(DemoError):
    """A port that the demo needs is taken."""

    resolution = 'Stop the program that listens there, or choose another with ARGS="--port N".'


class ChildDiedError(DemoError):
    """A process of the demo ended by itself."""

    resolution = "The end of its log is above; all logs are in the logs folder under .local."


class StoryError(DemoError):
    """A step of the story did not happen."""

    resolution = "The logs folder under .local says more."
