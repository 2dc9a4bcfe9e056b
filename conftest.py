"""Loaded whichever folder pytest is pointed at, so that the guards always stand."""

pytest_plugins = ["tests.plugin"]

# No modules to be imported: Python itself loads the first (see tests/audit.py), and the second is a
# program, which finds what it needs beside itself.
collect_ignore = ["tests/site", "portlab/worlds/kernel/helper.py"]
