"""The platform: control plane and data plane."""
