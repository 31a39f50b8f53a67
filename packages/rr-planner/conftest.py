"""Leaves out what has no doctests, and the doctests of modules whose extra is not installed."""

from importlib.util import find_spec

collect_ignore = ["bench", *([] if find_spec("ray") else ["src/rr_planner/serve/ray_service.py"])]
