"""What people and apps ask of this package."""
