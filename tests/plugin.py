"""What holds for every test: the guard over the network, and quiet surroundings for notebooks.

The guard also stands in the processes that tests start. What it refused anywhere, even where the
exception was swallowed, fails the test that was running.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests import audit

# What hypothesis draws is the same every time, so that a change is judged by itself and not by
# luck; and nothing is judged by how long it takes. Others: pytest --hypothesis-profile=luck
settings.register_profile("luck", derandomize=False, deadline=None)
settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")


def pytest_configure(config: pytest.Config) -> None:
    audit.install()
    folder = tempfile.TemporaryDirectory(prefix="portlab-tests-", ignore_cleanup_errors=True)
    config.add_cleanup(folder.cleanup)
    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)
    for name, value in audit.environment(Path(folder.name) / "refused.log").items():
        patch.setenv(name, value)
    # Whoever runs the tests keeps their own files, and is nobody to the exercises.
    patch.setenv("PORTLAB_HOME", str(Path(folder.name) / "home"))
    for name in ("PORTLAB_STUDENT", "NBGRADER_EXECUTION"):
        patch.delenv(name, raising=False)
    # A learner's own IPython start-up files must not speak in the lessons.
    patch.setenv("IPYTHONDIR", str(Path(folder.name) / "ipython"))
    if config.option.nbval_sanitize_with is None:
        config.option.nbval_sanitize_with = str(Path(__file__).parent / "notebooks/sanitize.cfg")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """A notebook's kernel starts in the setup of its first cell, and starts static."""
    with pytest.MonkeyPatch.context() as patch:
        if item.path.suffix == ".ipynb":
            patch.setenv("PORTLAB_STATIC", "1")
        yield


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fail a test during which anything was refused."""
    yield
    log = Path(os.environ[audit.LOG])
    if log.exists():
        refused = log.read_text()
        log.unlink()
        pytest.fail(f"the guard of the tests refused:\n{refused}", pytrace=False)
