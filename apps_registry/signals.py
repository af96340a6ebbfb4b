"""What the registry tells the floors above it, always after commit."""

from django.dispatch import Signal

#: A reviewer approved a release; sent with `release_id: UUID`.
release_approved = Signal()
#: A release was withdrawn, wherever it stood; sent with `release_id: UUID`.
release_withdrawn = Signal()
