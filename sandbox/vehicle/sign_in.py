"""Signs the car's line in with the head unit's key, which only the client knows."""

import asyncio

from sandbox.client.errors import ClientError
from sandbox.client.head_unit import HeadUnit
from sandbox.vehicle.errors import SignInError


class SignIn:
    """Answers the header that proves who the car is, fresh each time."""

    def __init__(self, unit: HeadUnit) -> None:
        self._unit = unit

    async def __call__(self) -> str:
        """Sign in.

        Raises:
            SignInError: the platform did not let this car in, or did not answer.
        """
        return await asyncio.to_thread(self._header)

    def _header(self) -> str:
        try:
            self._unit.sign_in()
            return self._unit.platform.headers()["Authorization"]
        except ClientError as error:
            raise SignInError(str(error)) from error
