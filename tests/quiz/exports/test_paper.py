"""Chromium prints the paper, and pypdf reads what is printed."""

import re
import subprocess
from pathlib import Path
from unicodedata import normalize

import pypdf
import pytest

from portlab.quiz.exports import export
from portlab.quiz.exports.rendering import key, offered
from portlab.quiz.question import ManyChoices, Match, OneChoice, Order
from tests.browser.conftest import QUIET
from tests.quiz.exports import samples
from tests.quiz.exports.samples import BY_ID, EVERY, MADE, ODD, seen
from tests.requires import browser, needs

ASKED = (*EVERY[:40], *MADE, *ODD)


def printed(file: Path) -> list[str]:
    """The words of each page, which has its number, without any space."""
    needs("browser")
    sheet = file.with_suffix(".pdf")
    subprocess.run(
        [str(browser()), "--headless", *QUIET, "--no-pdf-header-footer",
         f"--user-data-dir={file.parent / 'chromium'}", f"--print-to-pdf={sheet}", file.as_uri()],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    reader = pypdf.PdfReader(sheet)
    for page in reader.pages:
        assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842], "no A4"
    texts = [_squeezed(page.extract_text()) for page in reader.pages]
    assert all(text.startswith(str(number)) for number, text in enumerate(texts, 1))
    return [text.removeprefix(str(number)) for number, text in enumerate(texts, 1)]


def squeezed(text: str) -> str:
    """A text of the bank, as a reader sees it, squeezed too."""
    return _squeezed(seen(text))


def _squeezed(text: str) -> str:
    """Without space and ligatures, which a printed page may have anywhere."""
    return normalize("NFKC", "".join(text.split()))


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("paper") / "exam.html"
    export(ASKED, "paper", made, title="TCP & <UDP>", seed=3)
    return made


@pytest.fixture(scope="module")
def pages(file: Path) -> list[str]:
    """With the key: the box above the paper is ticked."""
    ticked = file.with_name("with-key.html")
    html = file.read_text(encoding="utf-8")
    assert html.count('id="with-key"') == 1
    ticked.write_text(html.replace('id="with-key"', 'id="with-key" checked'), encoding="utf-8")
    return printed(ticked)


def test_the_key_is_printed_for_nobody_who_did_not_ask_for_it(file: Path, pages: list[str]) -> None:
    assert printed(file) == pages[: key_page(pages)]


def key_page(pages: list[str]) -> int:
    (first,) = [n for n, page in enumerate(pages) if "Key:TCP&<UDP>,version3" in page]
    return first


def test_every_prompt_and_choice_is_printed_and_then_the_key(pages: list[str]) -> None:
    first = key_page(pages)
    exam, answers = "".join(pages[:first]), "".join(pages[first:])
    assert pages[first].startswith("Key:")
    for question in ASKED:
        assert squeezed(question.prompt) in exam
        assert squeezed(getattr(question, "shown", "")) in exam
        for text in offered(question):
            assert squeezed(text) in exam
        assert squeezed(question.explanation) in answers
        assert squeezed(question.explanation) not in exam
        assert f"({question.id})" in answers
        assert f"({question.id})" not in exam
        if not isinstance(question, OneChoice | ManyChoices):
            for line in key(question):
                assert squeezed(line) in answers


def test_the_key_names_the_letters_as_they_are_printed(file: Path) -> None:
    """Choices are mixed for each version, so the letters are read from the paper itself."""
    html = file.read_text(encoding="utf-8")
    asked, _, answers = html.partition('<section class="key">')
    for question in ASKED:
        if not isinstance(question, OneChoice | ManyChoices):
            continue
        (answer,) = [a for a in answers.split("<li>") if f"({question.id})" in a]
        right = [words(line) for line in re.findall(r'<p class="right">(.*?)</p>', answer)]
        texts = {squeezed(c.text) for c in question.choices if c.right}
        assert {line[2:] for line in right} == texts
        (shown,) = [
            q
            for q in re.split(r"<li><p>", asked)
            if words(q.partition("</p>")[0]) == squeezed(question.prompt)
            and all(squeezed(c.text) in words(q) for c in question.choices)
        ]
        letters = re.findall(r'<span class="letter">(.)</span><span>(.*?)</span>', shown, re.S)
        printed_as = {words(text): letter for letter, text in letters}
        assert {line[0] for line in right} == {printed_as[text] for text in texts}


def words(html: str) -> str:
    return "".join(samples.words(html).split())


def test_no_question_is_divided_between_pages(pages: list[str]) -> None:
    for question in ASKED:
        last = (offered(question) or (question.prompt,))[-1]
        start = [n for n, page in enumerate(pages) if squeezed(question.prompt) in page]
        assert start, question.id
        assert any(squeezed(last) in pages[n] for n in start)


def test_a_paper_needs_nothing_but_itself(file: Path) -> None:
    html = file.read_text(encoding="utf-8")
    assert not re.search(r"""(?:src|href|url|@import)\s*[=(]""", html.partition("<body>")[0])
    assert not re.search(r"<(?:script|img|link|iframe)\b", html)
    assert 'lang="en"' in html
    colours = set(re.findall(r"#[0-9a-f]{3,6}\b", html.partition("</style>")[0]))
    assert colours == {"#000", "#fff"}


def test_a_name_and_a_line_to_write_on(pages: list[str]) -> None:
    assert pages[0].startswith("TCP&<UDP>Name:Date:")
    assert not any("Name:Date:" in page for page in pages[1:])


def test_a_seed_is_a_version(file: Path, tmp_path: Path) -> None:
    once, again, other = (tmp_path / f"{name}.html" for name in ("once", "again", "other"))
    export(ASKED, "paper", once, title="TCP & <UDP>", seed=3)
    export(ASKED, "paper", again, title="TCP & <UDP>", seed=4)
    export(reversed(EVERY[:3]), "paper", other, seed=3)
    assert once.read_bytes() == file.read_bytes()

    def prompts(page: Path) -> list[int]:
        html = page.read_text(encoding="utf-8").partition('<section class="key">')[2]
        ids = re.findall(r"\(([a-z0-9-]+)\)</p></li>", html)
        return [list(BY_ID).index(id) for id in ids]

    assert sorted(prompts(once)) == sorted(prompts(again))
    assert prompts(once) != prompts(again)


def test_parts_are_written_as_letters(pages: list[str]) -> None:
    match, order = BY_ID["odd-match"], BY_ID["odd-order"]
    assert isinstance(match, Match)
    assert isinstance(order, Order)
    answers = "".join(pages[key_page(pages) :])
    for pair in match.pairs:
        letter = "abcdef"[match.offered.index(pair.right)]
        assert squeezed(f"{pair.left}: {letter}) {pair.right}") in answers
