"""Pages, by who opens them. A view parses, makes one call and renders."""
