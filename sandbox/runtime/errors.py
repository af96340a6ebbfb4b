"""What can go wrong on the runtime floor."""


class RuntimeFloorError(Exception):
    """The sandbox could not do its work."""

    resolution = "Try again; if it stays, look at the log of the sandbox."


class ChildDiedError(RuntimeFloorError):
    """The limited child process died before it answered."""

    resolution = "Make the content smaller or simpler: it took more than the sandbox gives."

    def __init__(self, *, cause: str, log: str = "") -> None:
        """Name the process signal or exit status that ended the child."""
        super().__init__(f"the limited child process died: {cause}")
        self.cause, self.log = cause, log


class ComponentRefusedError(RuntimeFloorError):
    """The component cannot be compiled or run."""

    resolution = "Build the component again with the tool chain of this platform."

    def __init__(self, *, code: str, text: str = "") -> None:
        """Carry the code of the refusal, as `engine.classify` gives it."""
        super().__init__(f"{code}: {text}" if text else code)
        self.code, self.text = code, text
