"""The story, step by step; each through the HTTP interfaces that the real parties use, in the right role."""
