"""The same from the command line."""

import csv
import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from resources.models import Resource
from tests.databases import database_url

LIST = "Name,Phone\nNight line,(202) 555-0143\n,(202) 555-0144\n"


@pytest.fixture
def listed(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(LIST)
    (tmp_path / "columns.json").write_text(json.dumps({"Name": "name", "Phone": "phone"}))
    return path


def run(path, *options):
    call_command("import_resources", path, "--mapping", path.parent / "columns.json", *options)


def test_a_dry_run_tells_everything_and_changes_nothing(db, listed, capsys):
    report = listed.parent / "report.csv"
    run(listed, "--dry-run", "--report", report)
    said = capsys.readouterr().out
    assert "1  New" in said
    assert "The entry has no name." in said
    rows = list(csv.DictReader(report.open(encoding="utf-8")))
    assert [row["line"] for row in rows if row["outcome"] == "Row with a mistake"] == ["3"]
    assert not Resource.objects.exists()


def test_it_is_taken_over_in_somebodys_name(admin, listed, capsys):
    run(listed, "--apply", "--by", admin.email)
    assert Resource.objects.get().name == "Night line"
    assert "Taken over: 1" in capsys.readouterr().out


def test_nobody_but_an_admin_takes_a_list_over(therapist, listed):
    with pytest.raises(CommandError, match="is no admin"):
        run(listed, "--apply", "--by", therapist.email)
    with pytest.raises(CommandError, match="--by"):
        run(listed, "--apply")


def test_columns_nobody_has_explained_are_shown_with_a_suggestion(db, listed, capsys):
    with pytest.raises(CommandError, match="--mapping"):
        call_command("import_resources", listed)
    assert json.loads(capsys.readouterr().out) == {"Name": "name", "Phone": "phone"}


@pytest.mark.processes
def test_a_file_that_is_not_there_ends_with_status_1(db, tmp_path):
    env = os.environ | {"DATABASE_URL": database_url(), "DEBUG": "true"}
    command = [sys.executable, "manage.py", "import_resources", str(tmp_path / "none.csv")]
    ended = subprocess.run(command, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "cannot be opened" in ended.stderr
