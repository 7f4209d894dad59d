"""What is said and installed where PDFs cannot be made."""

import pytest

from config.local import browser, pdf
from followups import pango


@pytest.fixture
def without_pango(monkeypatch):
    monkeypatch.setattr(pango, "loads", lambda *_names: False)
    monkeypatch.setattr(browser.os, "geteuid", lambda: 1000)
    return monkeypatch


def test_where_all_is_there_nothing_is_said_and_nothing_installed(monkeypatch, capsys):
    monkeypatch.setattr(pango, "loads", lambda *_names: True)
    monkeypatch.setattr(browser, "apt", lambda words: pytest.fail(str(words)))
    pdf.main()
    assert capsys.readouterr() == ("", "")


def test_without_rights_one_line_says_what_is_missing(without_pango, capsys):
    pdf.main()
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    for package in ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-dejavu-core"):
        assert package in said.err
    assert said.out == ""


def test_root_on_debian_gets_the_packages_and_a_font(without_pango, tmp_path, capsys):
    asked = tmp_path / "asked"
    (tmp_path / "apt-get").write_text(f'#!/bin/sh\necho "$@" >> {asked}\n')
    (tmp_path / "apt-get").chmod(0o755)
    without_pango.setenv("PATH", str(tmp_path))
    without_pango.setattr(browser.os, "geteuid", lambda: 0)
    pdf.main()
    installed = [line.rpartition(" ")[2] for line in asked.read_text().splitlines() if line.startswith("install")]
    assert installed == ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-dejavu-core"]
    assert "for PDFs" in capsys.readouterr().out


def test_a_library_that_does_not_load_is_missing_and_one_that_does_is_not(monkeypatch):
    monkeypatch.setattr(pango, "find_library", lambda name: None)
    monkeypatch.setattr(pango, "LIBRARIES", {"c": ("libc.so.6", "libc6"), "x": ("libnowhere.so.9", "libnowhere9")})
    assert pango.missing() == ["libnowhere9"]
