"""Leaves the doctests of modules out whose extra is not installed."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("torchmetrics") else ["src/rr_eval/torch_metric.py"]
