"""`make dev`: what it starts; and that its toolbar is nowhere where people are real."""

import shlex
from pathlib import Path

import pytest
from django.conf import settings

from config.local import demo, dev
from tests.config.test_settings import SAFE, settings_with

NAMES = ["HAS_TOOLBAR", "INSTALLED_APPS", "MIDDLEWARE", "CONTENT_SECURITY_POLICY"]


def with_toolbar(**changes):
    has, apps, middleware, policy = settings_with(NAMES, **changes)
    assert has == ("debug_toolbar" in apps) == any("debug_toolbar" in each for each in middleware)
    return has, policy


@pytest.mark.parametrize("changes", [{}, {"DEMO": "true", "PUBLIC_URL": "http://127.0.0.1:8000"}])
def test_production_and_the_demo_never_load_the_toolbar(changes):
    pytest.importorskip("debug_toolbar")  # it is here, and is not loaded all the same
    assert SAFE["DEBUG"] == "false"
    assert with_toolbar(**changes)[0] is False


def test_with_debug_it_is_there_and_the_policy_for_pages_is_as_strict():
    pytest.importorskip("debug_toolbar")
    has, policy = with_toolbar(DEBUG="true", PUBLIC_URL="http://127.0.0.1:8000")
    assert has is True
    assert policy == with_toolbar()[1]


def test_tests_run_without_it():
    assert settings.HAS_TOOLBAR is False


def test_it_is_no_part_of_what_is_installed_on_a_server():
    runtime = (Path(settings.BASE_DIR) / "requirements.txt").read_text()
    assert "django-debug-toolbar" not in runtime
    assert "watchfiles" not in runtime


def test_every_program_starts_again_when_code_changes(tmp_path):
    chosen, meant = dev.commands(tmp_path, 8000), demo.commands(tmp_path, 8000)
    assert list(chosen) == list(meant), "the web server last: its answer says that all is up"
    assert chosen.pop("web")[1:] == ["manage.py", "runserver", "127.0.0.1:8000"]
    for name, words in chosen.items():
        assert words[1:3] == ["-m", "watchfiles"]
        assert shlex.join(map(str, meant[name])) in words
        assert set(dev.ROOMS) <= set(words)
