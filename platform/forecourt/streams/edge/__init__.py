"""The data plane: plain ASGI callables in front of Django."""
