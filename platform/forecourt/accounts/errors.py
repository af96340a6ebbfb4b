"""What can be wrong with a request about people and organisations."""


class AccountsError(Exception):
    """The request about people or organisations was refused."""

    resolution = ""


class EmailTakenError(AccountsError):
    """There is already a person with this e-mail address."""

    resolution = "Sign in instead, or use another address."


class WeakPasswordError(AccountsError):
    """The password is too easy to guess."""

    resolution = "Use at least ten characters that are not a common word."


class WrongSignInError(AccountsError):
    """The e-mail address and the password do not belong together."""

    resolution = "Check both and try again."


class TooManySignInsError(AccountsError):
    """Too many wrong passwords were tried for this address, or from where you are."""

    resolution = "Wait five minutes and try again. Whoever is signed in stays signed in."


class OrganisationNameTakenError(AccountsError):
    """There is already an organisation with this name."""

    resolution = "Ask a member of it to add you, or choose another name."


class NotPermittedError(AccountsError):
    """Your role does not allow this."""

    resolution = "Ask an owner of your organisation."


class PersonUnknownError(AccountsError):
    """Nobody has signed up with this e-mail address."""

    resolution = "Ask them to sign up first."


class OrganisationNotWaitingError(AccountsError):
    """The organisation is not waiting to be admitted."""

    resolution = "Reload the list: it may have been decided already."
