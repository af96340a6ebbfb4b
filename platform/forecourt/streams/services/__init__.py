"""What people, apps, partners and cars ask of this package."""
