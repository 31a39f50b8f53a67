"""What a router did: which queries it sent where, at what cost, with what result."""
