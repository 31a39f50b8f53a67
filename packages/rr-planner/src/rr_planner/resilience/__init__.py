"""What keeps a failing model from failing a query."""
