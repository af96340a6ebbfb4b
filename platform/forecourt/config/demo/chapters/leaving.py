"""The driver takes one car's permission back; its stream ends and the car removes the app."""

from forecourt.config.demo.errors import StoryError
from forecourt.config.demo.stage import APP, Stage


def revoke(stage: Stage) -> None:
    """Revoke for the first car, measured from the click to the last byte at the app; the other car stays."""
    vehicle, driver, cloud = stage.vehicles[0], stage.driver, stage.notes["cloud"]
    driver.send(f"/cars/{vehicle}/apps/{APP}/revoke/", {}, form=f"/cars/{vehicle}/")
    ended = cloud.wait("stream-ended", seconds=10, where=lambda event: event["vehicle"] == vehicle)
    if not ended["reason"]:
        raise StoryError("The stream ended without a reason.")
    stage.result.revoked_in_ms = round((ended["last_byte_at"] - driver.clicked_at) * 1000, 1)
    stage.cars[0].wait("removed", seconds=30)
