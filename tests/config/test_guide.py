"""The guides: everybody finds their own, in plain words, with pictures that are there and small."""

import re
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.models import Role
from config import guide
from config.local import guides as camera
from config.local.processes import DidNotStart
from tests.protocols.test_reading import grade, words_in

FOLDER = Path(settings.BASE_DIR) / "static" / "guide"
HARDEST, LONGEST = 6, 16  # school grade; words in a sentence
ALL_TOGETHER = 600 * 1024  # bytes of all pictures
PARTS = [(each.role, part) for each in guide.GUIDES for part in each.parts]


def page_of(browser):
    return browser.get(reverse("guide")).content.decode()


@pytest.mark.parametrize(
    ("who", "title"),
    [
        ("therapist", "Guide for therapists"),
        ("supervisor", "Guide for supervisors"),
        ("admin", "Guide for admins"),
        ("privacy_officer", "Guide for privacy officers"),
    ],
)
def test_ones_own_guide_stands_open_and_those_of_others_can_be_opened(request, signed_in, who, title):
    page = page_of(signed_in(request.getfixturevalue(who)))
    assert re.findall(r"<h2 [^>]*>(Guide for [^<]+)<", page) == [title]
    assert set(re.findall(r"<summary>(Guide for [^<]+)<", page)) == {each.title for each in guide.GUIDES} - {title}


def test_who_does_two_kinds_of_work_finds_both(signed_in, stranger):
    page = page_of(signed_in(stranger))
    assert re.findall(r"<h2 [^>]*>(Guide for [^<]+)<", page) == ["Guide for therapists", "Guide for supervisors"]


def test_every_role_has_a_guide():
    assert {each.role for each in guide.GUIDES} == set(Role.values)


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("therapist", ["me", "now"]),
        ("supervisor", ["me", "review-queue"]),
        ("admin", ["me", "policies"]),
        ("privacy_officer", ["me", "trail"]),
    ],
)
def test_it_is_found_on_ones_own_page_and_where_one_begins(request, signed_in, who, names):
    browser = signed_in(request.getfixturevalue(who))
    for name in names:
        assert f'href="{reverse("guide")}"' in browser.get(reverse(name)).content.decode(), name


def test_nothing_of_a_client_is_on_it(signed_in, therapist, departure, client_0417):
    page = page_of(signed_in(therapist))
    main = re.search(r"<main.*?</main>", page, re.DOTALL).group()
    assert client_0417.preferred_name not in page
    assert client_0417.reference not in main


@pytest.mark.parametrize(("role", "part"), PARTS, ids=[f"{role}: {part.title}" for role, part in PARTS])
def test_the_words_are_plain(role, part):
    lines = [str(line) for line in part.lines]
    assert grade(" ".join(lines)) <= HARDEST, grade(" ".join(lines))
    for line in lines:
        for sentence in re.split(r"[.?!:]", line):
            assert len(words_in(sentence)) <= LONGEST, sentence


def test_each_picture_is_there_and_all_of_them_are_small():
    files = {each.stem: each for each in FOLDER.glob("*.webp")}
    assert set(files) == set(guide.pictures()), "run `make guides`"
    assert len(guide.pictures()) == len(set(guide.pictures()))
    assert all(each.read_bytes()[8:12] == b"WEBP" for each in files.values())
    assert sum(each.stat().st_size for each in files.values()) <= ALL_TOGETHER


def test_the_camera_takes_just_the_pictures_that_are_shown():
    taken = [name for looks in camera.PICTURES.values() for name in looks]
    assert sorted(taken) == sorted(guide.pictures())


def test_no_picture_is_taken_of_a_database_that_was_there_before(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1/clinic")
    with pytest.raises(DidNotStart, match="made-up people only"), ExitStack() as running:
        camera.run(running, tmp_path / "demo")
    assert list(tmp_path.iterdir()) == []


def test_each_picture_can_be_heard():
    with_pictures = [part for _role, part in PARTS if part.picture]
    assert len(with_pictures) >= 12
    assert all(len(str(part.alt)) > 20 for part in with_pictures)
    assert all(not part.alt for _role, part in PARTS if not part.picture)


def test_what_a_guide_puts_in_quotes_stands_on_some_page():
    """A button that was renamed would leave its old name here."""
    said = {word for _role, part in PARTS for line in part.lines for word in re.findall(r"“([^”]+)”", str(line))}
    rooms = ["accounts", "config", "followups", "protocols", "resources", "sessions_app", "templates"]
    paths = [each for room in rooms for each in (Path(settings.BASE_DIR) / room).rglob("*")]
    paths = [each for each in paths if each.suffix in (".py", ".html") and each.name != "guide.py"]
    texts = "\n".join(each.read_text() for each in paths)
    assert len(said) > 15
    assert [word for word in said if not re.search(rf"[\"'>]{re.escape(word)}[\"'<]", texts)] == []
