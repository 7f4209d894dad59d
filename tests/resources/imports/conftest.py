"""Lists on their way into the directory."""

from pathlib import Path

import pytest
from django.conf import settings

from resources import batches, imports

STUDY = Path(settings.BASE_DIR).parent / "shared" / "resources"


@pytest.fixture
def study():
    """A file of the study the directory was made from: `study("realdata", "x.zip")`. Those are not part of Doorway."""

    def find(*parts):
        path = STUDY.joinpath(*parts)
        if not path.exists():
            pytest.skip(f"{path.name} is not on this machine: it belongs to the study, not to Doorway")
        return path

    return find


def work_on(batch):
    """Turn after turn until nothing is left to do for it."""
    batch.refresh_from_db()
    while batch.is_working:
        assert imports.work()
        batch.refresh_from_db()


@pytest.fixture
def upload(admin):
    """Upload a list and have it read: `upload(b"Name,Phone…", mapping={…})`. Returns the batch."""

    def bring(content, *, name="list.csv", source="Helpers of the town", country="US", mapping=None, **facts):
        facts = {"zone": "America/New_York", "by": admin, **facts}
        batch = batches.add(content, name=name, source=source, country=country, **facts)
        work_on(batch)
        if mapping:
            batches.set_mapping(batch, mapping, by=admin)
            work_on(batch)
        return batch

    return bring


@pytest.fixture
def take_over(admin):
    """Apply a batch as the admin and have it done. Returns the batch as it is then."""

    def apply(batch, **facts):
        batches.apply(batch, by=admin, **facts)
        work_on(batch)
        return batch

    return apply


@pytest.fixture
def take_back(admin):
    """Undo a batch as the admin and have it done."""

    def undo(batch):
        batches.undo(batch, by=admin)
        work_on(batch)
        return batch

    return undo
