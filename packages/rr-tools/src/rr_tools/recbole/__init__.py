"""Models trained through RecBole 1.2.1: the only folder that imports it."""
