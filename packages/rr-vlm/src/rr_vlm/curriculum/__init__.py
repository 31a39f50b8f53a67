"""The evidence-horizon curriculum."""
