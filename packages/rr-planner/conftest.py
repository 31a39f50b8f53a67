"""Leaves the doctests of modules out whose extra is not installed."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("ray") else ["src/rr_planner/serve/ray_service.py"]
