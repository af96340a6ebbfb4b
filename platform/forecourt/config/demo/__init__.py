"""`make demo`: starts everything, plays the whole story over HTTP, and says what happened."""
