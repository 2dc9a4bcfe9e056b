"""Files in memory: what has room, and where paths lead."""

from hypothesis import given
from hypothesis import strategies as st

from portlab.apps.store import MOST, Store, joined

PATHS = st.lists(st.sampled_from(["a", "b", "..", ".", "", "a b"]), max_size=6).map("/".join)


@given(PATHS, PATHS)
def test_no_path_leads_out(folder: str, path: str) -> None:
    found = joined(joined("/", folder), path)
    assert found.startswith("/")
    assert not {"..", "."} & set(found.split("/"))
    assert joined("/", found) == found


def test_room_is_what_the_others_leave() -> None:
    store = Store({"/a": b"12345", "/b": b"1"}, room=10)
    assert (store.room_for("/new"), store.room_for("/a")) == (4, 9)
    store.put("/a", b"1234567890")
    assert (store.room_for("/new"), store.room_for("/b")) == (0, 0)


def test_no_name_is_a_file_and_a_folder_at_once() -> None:
    store = Store({"/folder/file": "x"})
    assert store.room_for("/folder") == store.room_for("/folder/file/more") == 0
    assert store.room_for("/") == 0
    assert store.room_for("/folder/other") > 0
    store.remove("/folder/file")
    assert not store.is_folder("/folder"), "nothing lies in it any more"


def test_there_are_not_more_files_than_may_be() -> None:
    store = Store({f"/{number}": "" for number in range(MOST)})
    assert store.room_for("/one-more") == 0
    assert store.room_for("/0") > 0
