"""The registry's jobs."""
