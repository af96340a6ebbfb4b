"""The sample app that charges when electricity is cheapest: one half in the car, one in the cloud."""
