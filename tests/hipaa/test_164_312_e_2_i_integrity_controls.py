"""164.312(e)(2)(i), integrity controls, addressable: what was changed on its way is noticed.

TLS does it between browser and server. A copy that is carried elsewhere has it in itself.
"""

import pytest

from config.backup.streams import Refused
from tests.config.test_backup import read, sealed


def test_a_copy_that_was_changed_on_its_way_is_refused():
    archive = sealed(b"0417, Robin: left at nine")
    assert read(archive) == b"0417, Robin: left at nine"
    changed = archive[:-1] + bytes([archive[-1] ^ 1])
    with pytest.raises(Refused):
        read(changed)
