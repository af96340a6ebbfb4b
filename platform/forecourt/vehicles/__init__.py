"""Cars, pairing, people's roles on a car and vehicle identity."""
