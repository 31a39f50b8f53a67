"""Reasoning-aware visual instruction tuning."""
