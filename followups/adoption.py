"""The gate to live use: a clinical lead has read protocol, policy and wording, and signs them. Once, for good."""

from dataclasses import dataclass
from functools import cached_property

from django.db import transaction
from django.urls import reverse

from followups import policies, policy_adoption, policy_content
from followups.models import FollowUpPolicy
from protocols import adoptions, content, editions
from sessions_app import word_lists, wording


class NotAClinicalLead(PermissionError):
    """Only a clinical lead signs."""


class ReadAgain(Exception):
    """Words have changed since the page was shown."""


@dataclass(frozen=True)
class Edition:
    """One of the three: its number, its title where it has one, a digest of every word, and where to read it."""

    number: int
    title: str
    digest: str
    address: str


class Papers:
    """What would be signed now."""

    def __init__(self):
        self.version, self.found_policy = editions.in_force(), policy_to_sign()

    @cached_property
    def protocol(self):
        number = self.version.number
        digest = content.fingerprint(content.of(self.version))
        return Edition(number, self.version.title, digest, reverse("protocol-version", args=[number]))

    @cached_property
    def policy(self):
        found = self.found_policy
        digest = content.fingerprint(policy_content.of(found))
        return Edition(found.number, found.name, digest, reverse("policy", args=[found.number]))

    @cached_property
    def words(self):
        own = word_lists.in_force()
        standing = {"doorway": wording.read(), "own": word_lists.content_of(own)}
        return Edition(own.number if own else 0, "", content.fingerprint(standing), reverse("word-list"))

    @property
    def fingerprint(self):
        """The same as long as every word of the three is."""
        return content.fingerprint([each.digest for each in (self.protocol, self.policy, self.words)])


def policy_to_sign():
    """The policy in force; where none is, the newest, which signing puts in force."""
    newest = FollowUpPolicy.objects.with_rows().order_by("-number")
    return policies.in_force() or newest.first()


@transaction.atomic
def sign(*, was, by):
    """A clinical lead has read what `was` the fingerprint of: the installation is in live use. Returns the Adoption.

    A policy that was not in force is from now on. Saying it again changes nothing. Raises NotAClinicalLead, ReadAgain,
    and PolicyIsIncomplete when a level has no task.
    """
    if not by.is_clinical_lead:
        raise NotAClinicalLead
    if standing := adoptions.made():
        return standing
    policies.wait_for_the_newest()  # nobody edits it meanwhile
    papers = Papers()
    if papers.fingerprint != was:
        raise ReadAgain
    policy_adoption.adopt(papers.found_policy, by=by)
    return adoptions.sign(
        by=by,
        protocol=papers.version,
        protocol_digest=papers.protocol.digest,
        policy_number=papers.policy.number,
        policy_digest=papers.policy.digest,
        word_list_number=papers.words.number,
        word_list_digest=papers.words.digest,
    )
