"""Sample apps with their source."""
