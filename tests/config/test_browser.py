"""Which browser the journeys drive, and what is said when there is none."""

import stat

import pytest

from config.local import browser


@pytest.fixture
def program(tmp_path):
    """Put a program there: `program("chromium")` runs, with `exits=1` it does not."""

    def put(name, *, exits=0):
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\nexit {exits}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return str(path)

    return put


@pytest.fixture
def bare_machine(monkeypatch, tmp_path):
    """No browser anywhere, and nobody who may install one."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(browser, "ON_MACOS", str(tmp_path / "no such thing"))
    monkeypatch.setattr(browser.os, "geteuid", lambda: 1000)
    return monkeypatch


def test_the_one_that_is_named_comes_first(bare_machine, program):
    program("chromium")
    mine = program("my-browser")
    bare_machine.setenv("CHROMIUM", mine)
    assert browser.find() == mine


@pytest.mark.parametrize("broken", ["exits", "missing", "not a program"])
def test_one_that_does_not_run_is_passed_over(bare_machine, program, tmp_path, broken):
    named = {"exits": lambda: program("named", exits=1), "missing": lambda: "/nowhere/chrome"}
    bare_machine.setenv("CHROMIUM", named.get(broken, lambda: str(tmp_path))())
    program("chromium", exits=127)  # Ubuntu's: a script that says to install a snap
    other = program("google-chrome")
    assert browser.find() == other


def test_one_without_a_window_is_quicker_and_the_one_that_is_named_comes_before_it(bare_machine, program):
    whole, quick = program("chromium"), program("chromium-headless-shell")
    assert (browser.find(), browser.find_quick()) == (whole, quick)
    program("chromium-headless-shell", exits=1)
    assert browser.find_quick() == whole
    program("chromium-headless-shell")
    mine = program("my-browser")
    bare_machine.setenv("CHROMIUM", mine)
    assert browser.find_quick() == mine


def test_without_a_browser_and_without_rights_it_says_one_line(bare_machine, capsys):
    assert browser.main() == 1
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert "set CHROMIUM to its path" in said.err
    assert said.out == ""


def test_whoever_may_install_packages_gets_one(bare_machine, program, tmp_path, capsys):
    bare_machine.setattr(browser.os, "geteuid", lambda: 0)
    apt = tmp_path / "apt-get"
    program("apt-get")
    there = tmp_path / "chromium"
    apt.write_text(f'#!/bin/sh\n[ "$1" = install ] && printf "#!/bin/sh\\n" > {there} && /bin/chmod +x {there}\n')
    assert browser.main() == 0
    assert "Installing Debian's chromium, chromium-headless-shell" in capsys.readouterr().out


def test_a_second_engine_is_welcome_and_never_needed(bare_machine, program, tmp_path, capsys):
    bare_machine.setattr(browser.os, "geteuid", lambda: 0)
    for name in ("chromium", "chromium-headless-shell", "Xvfb"):
        program(name)
    asked = tmp_path / "asked"
    (tmp_path / "apt-get").write_text(f'#!/bin/sh\necho "$@" >> {asked}\nexit 100\n')
    (tmp_path / "apt-get").chmod(0o755)
    assert browser.main() == 0
    assert asked.read_text().splitlines()[1:] == ["install -y -qq --no-install-recommends webkit2gtk-driver"]
    assert capsys.readouterr().err == ""


def test_nothing_is_installed_where_all_is_there(bare_machine, program, capsys):
    bare_machine.setattr(browser.os, "geteuid", lambda: 0)
    for name in ("chromium", "chrome-headless-shell", "apt-get", *browser.SECOND_ENGINE):
        program(name)
    assert browser.main() == 0
    assert capsys.readouterr().out == ""


def test_an_installation_that_fails_is_said_too(bare_machine, program, capsys):
    bare_machine.setattr(browser.os, "geteuid", lambda: 0)
    program("apt-get", exits=100)
    assert browser.main() == 1
    assert "No browser for the journeys" in capsys.readouterr().err
