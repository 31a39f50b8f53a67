"""Doctests are collected from the source; without the `train` extra the modules that need torch are left out."""

from importlib.util import find_spec

TORCH = ("losses", "quiet_trainer", "ctr/*", "explanation/*", "export/*", "layers/*", "recbole/*")
collect_ignore_glob = [] if find_spec("torch") else [f"src/rr_tools/{name}.py" for name in TORCH]
