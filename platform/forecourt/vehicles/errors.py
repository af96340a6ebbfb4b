"""What can be wrong with a request about a car."""


class VehiclesError(Exception):
    """The request about a car was refused."""

    resolution = ""


class VehicleNotEnrolledError(VehiclesError):
    """The car's key is not enrolled."""

    resolution = "The carmaker enrols a car with the factory record of its head unit."


class SessionInvalidError(VehiclesError):
    """The car's session token is missing, wrong or too old."""

    resolution = "Ask for a challenge and sign it again."


class EnrolmentError(VehiclesError):
    """A factory record is wrong; nothing was enrolled."""

    resolution = "Mend the named line and upload the whole file again."


class PairingCodeError(VehiclesError):
    """This code is not shown by any car, or it is too old."""

    resolution = "Look at the head unit again: it shows a new code after ten minutes."


class VehicleNotYoursError(VehiclesError):
    """This car is not paired with you."""

    resolution = "Pair the car with the code on its head unit."


class TooManyAttemptsError(VehiclesError):
    """Too many codes were tried."""

    resolution = "Wait ten minutes and type the code from the head unit."
