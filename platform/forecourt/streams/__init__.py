"""Frames in, latest values and subscriptions out, feeds and commands."""
