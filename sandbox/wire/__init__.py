"""Formats that the platform and the car share."""
