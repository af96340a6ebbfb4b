"""Pages for people, the table of problems, middleware."""
