"""People who need a second factor, as outside of the demo everybody does."""

import pytest

from accounts.models import Role


@pytest.fixture
def factors_needed(settings):
    settings.MFA_REQUIRED_ROLES = Role.values
