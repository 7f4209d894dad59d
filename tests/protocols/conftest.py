import pytest

from accounts.models import Role


@pytest.fixture
def lead(hire):
    return hire("Lea Lead", Role.SUPERVISOR, is_clinical_lead=True)


@pytest.fixture
def second_admin(hire):
    return hire("Noa Second", Role.ADMIN)
