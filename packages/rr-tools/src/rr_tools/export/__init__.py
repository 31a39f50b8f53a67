"""From a trained network to one that runs without torch."""
