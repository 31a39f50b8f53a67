"""How much is known about whom: evidence horizons and their levels."""
