"""Measurements of the packages, one file each; `nox -s bench -- NAME` runs one."""
