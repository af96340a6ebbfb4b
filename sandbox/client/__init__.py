"""The reference head-unit client: fetch, verify, install, report."""
