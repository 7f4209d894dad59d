"""Routes by actors by rows by methods: who may not, meets a closed door, and cannot tell what is behind it."""

import pytest
from django.db import transaction

from tests import access_matrix
from tests.access_world import World
from tests.test_access import TABLE

pytestmark = pytest.mark.xdist_group("matrix")


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """One for all tests of this module; nothing of it is left afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)


def test_every_address_is_in_the_table(world):
    assert access_matrix.routes() == set(TABLE)


def test_every_cell_answers_as_it_must(world):
    found = access_matrix.run(world)
    assert found.problems == [], f"{len(found.problems)} of {found.cells}:\n" + "\n".join(found.problems[:60])
    assert found.cells >= 5_000
    print(found.cells, found.opened)
