"""People, organisations, roles and second factors."""
