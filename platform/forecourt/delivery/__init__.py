"""Signed metadata, rollouts and the vehicle's API for fetching."""
