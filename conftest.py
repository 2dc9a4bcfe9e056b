"""Loaded whichever folder pytest is pointed at, so that the guards always stand."""

pytest_plugins = ["tests.plugin"]

# Not a module of the tests: Python itself loads it, see tests/audit.py.
collect_ignore = ["tests/site"]
