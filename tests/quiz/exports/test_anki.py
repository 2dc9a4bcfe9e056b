"""Anki itself imports the deck: into an empty collection, and again over what was learnt."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest
from anki.notes import Note

from portlab.quiz.exports import anki, export
from portlab.quiz.question import Question
from tests.quiz.exports.samples import BY_ID, EVERY, seen, tags, words


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    opened = Collection(str(tmp_path / "collection.anki2"))
    yield opened
    opened.close()


def take_over(collection: Collection, questions: list[Question], folder: Path) -> dict[str, int]:
    """Export, import, and how many notes were new, updated, and so on."""
    file = folder / "portlab.apkg"
    export(questions, "anki", file, replace=True)
    request = ImportAnkiPackageRequest(package_path=str(file), options=ImportAnkiPackageOptions())
    log = collection.import_anki_package(request).log
    return {name: len(getattr(log, name)) for name in ("new", "updated", "duplicate")}


def notes(collection: Collection) -> dict[str, Note]:
    there = [collection.get_note(id) for id in collection.find_notes("")]
    return {note["Id"]: note for note in there}


def test_every_question_is_a_card_with_all_its_words(
    collection: Collection, tmp_path: Path
) -> None:
    assert take_over(collection, list(EVERY), tmp_path)["new"] == len(EVERY)
    there = notes(collection)
    assert set(there) == set(BY_ID)
    for id, question in BY_ID.items():
        note = there[id]
        (card,) = note.cards()
        assert words(note["Question"]) == seen(question.prompt)
        assert words(note["Explanation"]) == seen(question.explanation)
        assert words(note["Reference"]) == seen(question.reference)
        front, back = words(card.question()), words(card.answer())
        assert seen(question.prompt) in front
        assert seen(question.explanation) in back
        assert seen(question.explanation) not in front
        assert tags(card.answer()) <= {
            "style", "div", "ol", "ul", "li", "code", "br", "hr", "dl", "dt", "dd", "pre",
        }  # fmt: skip
        assert collection.decks.name(card.did) == f"portlab::{question.lesson}"
        assert {f"portlab::row::{row}" for row in question.covers} <= set(note.tags)


def test_the_front_offers_and_the_back_tells(collection: Collection, tmp_path: Path) -> None:
    take_over(collection, list(EVERY), tmp_path)
    there = notes(collection)
    offered = {
        "odd-one": [c.text for c in BY_ID["odd-one"].choices],
        "odd-many": [c.text for c in BY_ID["odd-many"].choices],
        "odd-match": ["`a<b`", "{b}", "third", *BY_ID["odd-match"].offered],
        "odd-order": list(BY_ID["odd-order"].offered),
        "odd-fill": ["ack", "`<from>`"],
    }
    for id, texts in offered.items():
        assert words(there[id]["Choices"]) == seen(*texts)
    assert words(there["odd-one"]["Key"]) == seen("a) -80 x<y")
    assert words(there["odd-many"]["Key"]) == seen("a) SYN", "b) ACK & more", "c) +RST")
    assert words(there["odd-number"]["Key"]) == "1.5, give or take 0.25"
    assert words(there["odd-text"]["Key"]) == r"a*b {c} (also: a~b#c; x}y\z=50%)"
    order = BY_ID["odd-order"]
    letters = ["abc"[order.offered.index(item)] for item in order.items]
    assert words(there["odd-order"]["Key"]) == seen(
        *(f"{n}. {a}) {i}" for n, (a, i) in enumerate(zip(letters, order.items, strict=True), 1))
    )
    for id in ("odd-one", "odd-many", "odd-number", "odd-text", "odd-match", "odd-fill"):
        assert seen(BY_ID[id].prompt.partition(": ")[2]) in words(there[id]["Whys"])


def test_even_spaces_stay(collection: Collection, tmp_path: Path) -> None:
    take_over(collection, list(EVERY), tmp_path)
    assert "1  seq=&lt;1000&gt;  {x}\n2    ack=?" in notes(collection)["odd-fill"]["Given"]


def test_a_newer_export_brings_new_words_and_keeps_what_was_learnt(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = list(EVERY[:6])
    monkeypatch.setattr(anki, "now", lambda: 1_800_000_000)
    assert take_over(collection, questions, tmp_path)["new"] == 6
    (card,) = notes(collection)[questions[0].id].cards()
    card.due, card.ivl, card.reps, card.type, card.queue = 40, 30, 7, 2, 2
    collection.update_card(card)

    questions[0] = replace(questions[0], prompt="In other words?")
    monkeypatch.setattr(anki, "now", lambda: 1_800_000_060)
    done = take_over(collection, [*questions, EVERY[6]], tmp_path)
    assert (done["new"], done["updated"]) == (1, 6)
    there = notes(collection)
    assert len(there) == 7
    assert there[questions[0].id]["Question"] == "In other words?"
    (again,) = there[questions[0].id].cards()
    assert again.id == card.id
    assert (again.due, again.ivl, again.reps, again.type) == (40, 30, 7, 2)
    decks = [deck.name for deck in collection.decks.all_names_and_ids()]
    assert len(decks) == len(set(decks))
    assert [t.name for t in collection.models.all_names_and_ids()].count(anki.NOTE_TYPE) == 1


def test_what_anki_knows_us_by_never_changes(collection: Collection, tmp_path: Path) -> None:
    """Written down here: another number would make a second deck in every collection."""
    take_over(collection, [BY_ID["odd-one"]], tmp_path)
    (note,) = notes(collection).values()
    assert note.guid == "o6jhVh4TbY"
    assert note.mid == 1942808346
    assert anki.number("portlab::05") == 1877943971
