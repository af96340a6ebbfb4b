"""A simulated car that talks to the platform over HTTP only."""
