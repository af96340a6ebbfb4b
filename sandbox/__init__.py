"""What a car runs and what both sides speak; nothing here knows Django."""
