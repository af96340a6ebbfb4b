"""Tags that the templates use."""
