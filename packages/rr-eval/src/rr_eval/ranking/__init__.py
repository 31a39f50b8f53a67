"""Ranking metrics, one relevant item a query: each a function of the target's rank."""
