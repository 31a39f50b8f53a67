"""Observe: what pictures, texts and histories say of items."""
