"""The signals that this car can measure, by their path in the catalog."""

from typing import Final

_BATTERY: Final = "Vehicle.Powertrain.TractionBattery"

SPEED: Final = "Vehicle.Speed"
GEAR: Final = "Vehicle.Powertrain.Transmission.CurrentGear"
DISTANCE: Final = "Vehicle.TraveledDistance"
OUTSIDE: Final = "Vehicle.Exterior.AirTemperature"
LATITUDE: Final = "Vehicle.CurrentLocation.Latitude"
LONGITUDE: Final = "Vehicle.CurrentLocation.Longitude"
ALTITUDE: Final = "Vehicle.CurrentLocation.Altitude"

CHARGE: Final = f"{_BATTERY}.StateOfCharge.Current"
CHARGE_SHOWN: Final = f"{_BATTERY}.StateOfCharge.Displayed"
ENERGY: Final = f"{_BATTERY}.StateOfCharge.CurrentEnergy"
CAPACITY: Final = f"{_BATTERY}.NetCapacity"
RANGE: Final = f"{_BATTERY}.Range"
CHARGING: Final = f"{_BATTERY}.Charging.IsCharging"
START_STOP: Final = f"{_BATTERY}.Charging.StartStopCharging"
POWER: Final = f"{_BATTERY}.Charging.AveragePower"
MAX_POWER: Final = f"{_BATTERY}.Charging.MaxPower"
TIME_TO_FULL: Final = f"{_BATTERY}.Charging.TimeToComplete"
CABLE: Final = f"{_BATTERY}.Charging.ChargingPort.AnyPosition.IsChargingCableConnected"

PRICE_NOW: Final = "Energy.Price.Current"
PRICE_FORECAST: Final = "Energy.Price.Forecast"
PRICE_AREA: Final = "Energy.Price.Area"
