"""What the pages themselves refuse."""


class WebError(Exception):
    """The page was refused."""

    resolution = ""


class NotAMemberError(WebError):
    """This page belongs to an organisation that you are not a member of."""

    resolution = "Apply for an organisation of your own, or ask an owner to add you."


class NotAdmittedError(WebError):
    """Your organisation waits to be admitted."""

    resolution = "The carmaker looks at every application; come back when it has admitted yours."
