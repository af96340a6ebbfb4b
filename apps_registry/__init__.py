"""Apps, releases, bundles, vetting findings, review and listing."""
