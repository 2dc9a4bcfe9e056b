"""environment.yml and pyproject.toml say the same."""

import tomllib

import yaml

from tests.architecture import ROOT

ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_environment_is_named_after_the_project() -> None:
    assert ENVIRONMENT["name"] == PROJECT["name"]


def test_python_is_as_old_in_both() -> None:
    assert f"python{PROJECT['requires-python']}" in ENVIRONMENT["dependencies"]


def test_pip_brings_what_pyproject_names_and_nothing_else() -> None:
    """One place lists the libraries; the environment asks for that list, tests included."""
    (pip,) = (entry["pip"] for entry in ENVIRONMENT["dependencies"] if isinstance(entry, dict))
    assert pip == ["-e .[test]"]
    assert "test" in PROJECT["optional-dependencies"]
    plain = {entry for entry in ENVIRONMENT["dependencies"] if isinstance(entry, str)}
    assert plain == {f"python{PROJECT['requires-python']}", "pip"}


def test_every_library_has_a_lower_bound() -> None:
    test = PROJECT["optional-dependencies"]["test"]
    assert [name for name in PROJECT["dependencies"] + test if ">=" not in name] == []
