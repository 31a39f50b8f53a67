"""Who decides the route of a query."""
