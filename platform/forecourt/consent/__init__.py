"""The OAuth server, scopes, grants, receipts."""
