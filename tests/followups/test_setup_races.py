"""Two at once while an installation is set up: two leads who sign, an edit meanwhile, two who come in together."""

import threading

import pytest
from django.db import connection

from accounts import invitations, mail_tests, people_files
from accounts.models import AuditEntry, Invitation, Role, Supervision
from followups import adoption, policies, policy_adoption, policy_content
from followups.models import FollowUpPolicy
from protocols import content
from protocols.models import Adoption
from tests.accounts.test_people_files import GOOD
from tests.followups.races import Held, both, meet_after

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lead(nothing_signed, hire):
    return hire("Nora Berg", Role.SUPERVISOR, is_clinical_lead=True)


def sign(by):
    return adoption.sign(was=adoption.Papers().fingerprint, by=by)


def test_of_two_leads_who_sign_at_once_one_has_signed(lead, hire, monkeypatch):
    other = hire("Lea Two", Role.SUPERVISOR, is_clinical_lead=True)
    meet_after(monkeypatch, adoption.adoptions, "made")
    first, second = both(lambda: sign(lead), lambda: sign(other))
    assert first.by == second.by == Adoption.objects.get().by
    assert AuditEntry.objects.filter(action="adopted").count() == 1


def test_nobody_edits_what_a_lead_is_signing(lead, admin, monkeypatch):
    row, problems = FollowUpPolicy.objects.get(number=1).tasks.first(), []
    held = Held(monkeypatch, policy_adoption, "adopt")
    signing = threading.Thread(target=closing(lambda: sign(lead)))
    editing = threading.Thread(target=closing(lambda: policies.change(row, title="Other", by=admin), problems))
    signing.start()
    held.reached.wait(20)
    editing.start()
    editing.join(1)
    held.let_go.set()
    for each in (signing, editing):
        each.join(20)
    assert [type(each) for each in problems] == [policies.PolicyStands]
    standing = content.fingerprint(policy_content.of(FollowUpPolicy.objects.with_rows().get(number=1)))
    assert Adoption.objects.get().policy_digest == standing


def closing(deed, problems=None):
    """In a thread of its own, whose connection ends with it."""

    def run():
        try:
            deed()
        except Exception as error:  # told by whoever looks
            (problems if problems is not None else []).append(error)
        finally:
            connection.close()

    return run


def test_supervisor_and_supervisee_who_come_in_at_once_find_each_other(admin, supervisor, monkeypatch):
    people_files.ask_in(GOOD, language="en-gb", by=admin)
    tokens = [link_for(f"{name}@clinic.example") for name in ("ida", "leo")]
    meet_after(monkeypatch, invitations.people, "add")
    both(*[lambda token=token: invitations.accept(token, password="a" * 20) for token in tokens])
    made = Supervision.objects.get(supervisee__email="leo@clinic.example")
    assert made.supervisor.email == "ida@clinic.example"


def link_for(email):
    link = invitations.new_link(Invitation.objects.get(email=email))
    return invitations.fingerprint(link.rstrip("/").rpartition("/")[2])


def test_a_proof_that_is_given_twice_at_once_is_one(admin, monkeypatch):
    made = mail_tests.ask(by=admin)
    token = mail_tests.new_link(made.pk).rstrip("/").rpartition("/")[2]
    meet_after(monkeypatch, mail_tests.timezone, "now")
    both(lambda: mail_tests.arrived(token, by=admin))
    assert AuditEntry.objects.filter(action="mail_arrived").count() == 1
