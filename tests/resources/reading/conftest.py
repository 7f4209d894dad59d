import io
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings

from resources import reading

STUDY = Path(settings.BASE_DIR).parent / "shared" / "resources"


@pytest.fixture
def opened():
    """Open an upload from its words or bytes: `opened("services.csv", "id,name")`, or a zip from a dict of files."""

    def open_upload(name, content):
        if isinstance(content, dict):
            content = zipped(content)
        data = content.encode() if isinstance(content, str) else content
        return reading.open_file(io.BytesIO(data), name=name)

    return open_upload


@pytest.fixture
def read(opened):
    """Open an upload and read it to its end; for simple lists the suggested mapping is taken, or the one given."""

    def read_upload(name, content, *, country="US", mapping=None):
        source = opened(name, content)
        if source.needs_mapping:
            source = source.with_mapping(mapping or source.suggestion())
        return told(source, country)

    return read_upload


@pytest.fixture
def study():
    """Read a file of the study from its place: `study("realdata/…")`. Skips where the study is not at hand."""

    def read_file(path, *, country="US"):
        where = STUDY / path
        if not where.exists():
            pytest.skip(f"The study's file {path} is not on this machine.")
        return told(reading.open_file(where, name=where.name), country)

    return read_file


@pytest.fixture
def places():
    """Where the study's files lie."""
    if not STUDY.exists():
        pytest.skip("The study's files are not on this machine.")
    return STUDY


def told(source, country):
    events = list(source.events(country, "America/New_York"))
    rows = [event for event in events if isinstance(event, reading.RowOutcome)]
    of_files = [event for event in events if isinstance(event, reading.Problem)]
    return SimpleNamespace(
        source=source,
        layout=source.layout,
        offers=[event for event in events if isinstance(event, reading.Offer)],
        rows=rows,
        of_files=of_files,
        problems=[*of_files, *(problem for row in rows for problem in row.problems)],
        outcomes={(row.file, row.line): row.outcome for row in rows},
    )


def zipped(files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()
