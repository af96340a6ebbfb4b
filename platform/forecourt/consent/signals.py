"""What consent announces to the floors above."""

from django.dispatch import Signal

#: Sent after a commit that changed grants; `vehicle_ids` lists the primary keys of the cars concerned.
grants_changed = Signal()
