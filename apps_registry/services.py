"""The registry's services."""
