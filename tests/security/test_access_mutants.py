"""The mutants of access fit the source. Trying them is `make mutants ARGS=access`."""

from tests.faults.mutants import check_texts
from tests.security.access_mutants import MUTANTS


def test_every_mutant_fits_and_there_are_enough():
    check_texts(MUTANTS)
    assert len({each.name for each in MUTANTS}) == len(MUTANTS) >= 50
