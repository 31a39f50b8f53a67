"""Doctests are collected from the source; without the `train` extra the modules that need torch are left out."""

from importlib.util import find_spec

collect_ignore_glob = (
    [] if find_spec("torch") else ["src/rr_tools/losses.py", "src/rr_tools/recbole/*.py", "src/rr_tools/export/*.py"]
)
