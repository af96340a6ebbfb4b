"""What apps, partners and cars ask over HTTP outside the data plane."""
