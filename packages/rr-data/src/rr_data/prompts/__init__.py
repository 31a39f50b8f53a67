"""Prompts, thoughts and tuning examples."""
