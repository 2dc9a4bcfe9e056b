"""What every story about model hosts begins with."""

import pytest

from portlab import Lab


@pytest.fixture
def lab():
    with Lab(seed=1) as lab:
        yield lab


@pytest.fixture
def pair(lab):
    return lab.hosts("server", "client")
