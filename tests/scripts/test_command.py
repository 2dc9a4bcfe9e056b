"""`portlab script` as it is typed: what it prints, and how it ends."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from portlab.cli import main
from tests.scripts.ours import FILES, FOLDER

GOOD = "0 < S 0:0(0) win 9\n+0 > R. 0:0(0) ack 1\n"
BAD = "0 < S 0:0(0) win 9\n+0 > S. 0:0(0) ack 1\n"
BEYOND = "0 < SEW 0:0(0) win 9\n"
CALL = """0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
+0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)
+0 > S 0:0(0) win {} <{}>
"""


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)

    def write(name: str, text: str) -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return name

    return write


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str]]:
    status = main(["script", *arguments])
    return status, capsys.readouterr().out.splitlines()


def test_pass_fail_and_skip_and_the_sum_last(script, capsys) -> None:  # type: ignore[no-untyped-def]
    files = script("good", GOOD), script("bad", BAD), script("beyond", BEYOND)
    status, lines = run(capsys, *files)
    assert status == 1
    assert lines[0] == "pass  good"
    assert lines[1:3] == ["fail  bad", "  line 2: +0 > S. 0:0(0) ack 1"]
    assert "  flags: expected S., seen R." in lines
    assert any(" RST,ACK seq=0 ack=1 " in line for line in lines), "the story so far"
    assert lines[-2:] == ["skip  beyond (line 1 uses ECN)", "1 passed, 1 failed, 1 skipped"]


def test_without_a_failure_the_status_is_0(script, capsys) -> None:  # type: ignore[no-untyped-def]
    assert run(capsys, script("good", GOOD), script("beyond", BEYOND))[0] == 0


def test_what_cannot_be_read_has_failed_and_the_others_are_played(script, capsys) -> None:  # type: ignore[no-untyped-def]
    status, lines = run(capsys, script("slip", "0 > X 0:0(0)\n"), script("good", GOOD))
    assert status == 1
    assert "  It cannot be read: slip, line 1, column 5: there is no flag 'X'" in lines[1]
    assert lines[-1] == "1 passed, 1 failed, 0 skipped"


def test_json_has_everything_and_nothing_else_is_printed(script, capsys) -> None:  # type: ignore[no-untyped-def]
    status, lines = run(capsys, script("good", GOOD), script("bad", BAD), "--json")
    good, bad = json.loads("\n".join(lines))
    assert status == 1
    assert (good["script"], good["status"], good["differences"]) == ("good", "pass", [])
    assert (bad["status"], bad["line"], bad["seen"]) == ("fail", 2, "R. 0:0(0) ack 1 win 0")
    assert bad["differences"][0] == {"field": "flags", "expected": "S.", "seen": "R."}
    assert [packet["flags"] for packet in good["packets"]] == ["SYN", "RST,ACK"]


@pytest.mark.parametrize(
    ("options", "window", "shown"),
    [
        ((), 65535, "mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 8"),
        (("--mss", "1000"), 65535, "mss 1000,sackOK,TS val 1 ecr 0,nop,wscale 8"),
        (("--window", "5000"), 5000, "mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 8"),
        (("--wscale", "3"), 65535, "mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 3"),
        (("--no-sack",), 65535, "mss 1460,TS val 1 ecr 0,nop,wscale 8"),
        (("--no-timestamps",), 65535, "mss 1460,nop,nop,sackOK,nop,wscale 8"),
        (("--ip-version", "ipv6"), 65535, "mss 1440,sackOK,TS val 1 ecr 0,nop,wscale 8"),
    ],
)
def test_the_options_set_what_scripts_assume(script, capsys, options, window, shown) -> None:  # type: ignore[no-untyped-def]
    file = script("call", CALL.format(window, shown))
    assert run(capsys, file, *options) == (0, ["pass  call", "1 passed, 0 failed, 0 skipped"])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--mss", "0"), "'0' is not a whole number from 1 to 65535"),
        (("--wscale", "15"), "'15' is not a whole number from 0 to 14"),
        (("--window", "much"), "'much' is not a whole number"),
        (("--ip-version", "5"), "--ip-version"),
    ],
)
def test_an_option_that_cannot_be_is_refused(script, capsys, options, said) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SystemExit) as ended:
        main(["script", script("good", GOOD), *options])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_a_folder_is_every_script_below_it_and_a_pattern_what_it_fits(
    script,  # type: ignore[no-untyped-def]
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Shells of Windows hand patterns on as they are."""
    (tmp_path / "deep" / "er [1]").mkdir(parents=True)
    inner = str(Path("deep", "er [1]", "b.pkt"))
    for name in ("a.pkt", inner, "deep/c.pkt", "deep/notes.txt"):
        script(name, GOOD)
    played = [f"pass  {name}" for name in (str(Path("deep", "c.pkt")), inner)]
    assert run(capsys, "deep")[1] == [*played, "2 passed, 0 failed, 0 skipped"]
    assert run(capsys, "?.pkt")[1][:-1] == ["pass  a.pkt"]
    assert sorted(run(capsys, "**/*.pkt")[1][:-1]) == sorted(["pass  a.pkt", *played])
    assert run(capsys, inner)[1][:-1] == [f"pass  {inner}"]  # a name may look like a pattern


@pytest.mark.parametrize("meant", ["empty", "*.script"])
def test_what_stands_for_no_script_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], meant: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    assert main(["script", meant]) == 2
    assert f"No script is meant by {meant}: a folder stands for" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["script", "nowhere.pkt"]) == 2
    assert "nowhere.pkt cannot be read" in capsys.readouterr().err


def test_all_of_ours_in_one_go() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "portlab", "script", *map(str, FILES)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd=FOLDER,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert done.stdout.splitlines()[-1] == f"{len(FILES)} passed, 0 failed, 0 skipped"
