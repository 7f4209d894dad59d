"""The mutants fit the source. Trying them is `make mutants`, and `make mutants ARGS=access`."""

import pytest

from tests.faults.mutants import CAMPAIGNS, check_texts


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_every_mutant_fits_and_there_are_enough(name):
    mutants, _tests = CAMPAIGNS[name]
    check_texts(mutants)
    assert len({each.name for each in mutants}) == len(mutants) >= 50
