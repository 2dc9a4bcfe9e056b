"""Found on PYTHONPATH by every Python process the tests start: puts their guard up there too.

Hands on to the sitecustomize it stands before, if the computer has one of its own.
"""

import importlib
import importlib.util
import sys
from pathlib import Path

_here = Path(__file__).parent
_spec = importlib.util.spec_from_file_location("tests.audit", _here.parent / "audit.py")
assert _spec is not None
assert _spec.loader is not None
_audit = importlib.util.module_from_spec(_spec)
sys.modules["tests.audit"] = _audit  # so that the tests, run in such a process, see the same one
_spec.loader.exec_module(_audit)
_audit.install()

_path = sys.path[:]
sys.path[:] = [entry for entry in sys.path if not entry or Path(entry) != _here]
_this = sys.modules.pop("sitecustomize", None)
try:
    importlib.import_module("sitecustomize")
except ModuleNotFoundError as error:
    if error.name != "sitecustomize":
        raise
    if _this is not None:
        sys.modules["sitecustomize"] = _this
finally:
    sys.path[:] = _path
