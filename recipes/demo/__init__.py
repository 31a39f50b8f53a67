"""The main job on real input: prepare, observe, train, deliberate, route, evaluate, report."""
