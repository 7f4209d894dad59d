"""Who may open which door: a table of roles by addresses. An address without a row fails; so does an unmarked view."""

import uuid
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.db import connection, transaction
from django.test import Client as Browser
from django.urls import get_resolver, reverse
from django.utils import timezone

from accounts import factors, invitations
from accounts.access import EVERYONE
from accounts.models import Role
from followups import absences, calendars, chart_packages, client_copies, decisions, on_call, overrides, policies
from followups.failed_contacts import Week
from followups.models import FiledPaper, FollowUp, PaperFile
from protocols import drafts, editions
from protocols.models import EditionTranslation
from resources import curator_tasks
from resources.models import Bundle, ImportBatch, Organisation, Resource, SearchGap
from sessions_app import checklist, emergency_access, exercises, help_calls, intakes, levels, practice, reports
from sessions_app.models import ResponseLevel
from tests.accounts.keys import passkey_of
from tests.followups.push_service import device_of

ACTORS = ["therapist", "supervisor", "stranger", "former_supervisor", "admin", None]

# What each of ACTORS gets: the therapist's own rows, seen by their supervisor, by a therapist and supervisor of
# other people, by somebody who supervised them until yesterday, by an admin, and by somebody signed out.
NOT_THEIRS = [403, 403, 403, 403, 403, 302]  # for privacy officers and clinical leads: see test_disposal
STAFF = [200, 200, 200, 200, 200, 302]
CLINICAL = [200, 200, 404, 404, 403, 302]
OWN = [200, 403, 404, 403, 403, 302]
AUTHORS = [200, 404, 404, 404, 403, 302]  # the author's alone: to a supervisor there is none
MY_OWN = [200, 404, 404, 404, 404, 302]  # whatever roles one has
OWN_LIST = [200, 403, 200, 403, 403, 302]
TEAM = [403, 200, 200, 200, 403, 302]
ONE_OF_THE_TEAM = [403, 200, 404, 404, 403, 302]
OF_POLICIES = [403, 200, 200, 200, 200, 302]
OF_THE_ADMIN = [403, 403, 403, 403, 200, 302]
NOBODY_HERE = [403, 403, 403, 403, 403, 302]  # the privacy officer's alone: tests/accounts/test_audit_pages.py
POST_ONLY = [405, 405, 405, 405, 405, 302]
GET_ONLY = POST_ONLY
EVERYBODY = [200] * 6
OF_NOBODY = [404, 404, 404, 404, 404, 302]
SWITCHED_OFF = [404] * 6  # unless DIRECTORY_API is set: then everybody may read (below)
HSDS_LISTS = ["hsds", "hsds-openapi", "hsds-services", "hsds-organizations", "hsds-taxonomies", "hsds-taxonomy-terms"]
HSDS_LISTS += ["hsds-service-at-locations"]
HSDS_SINGLE = ["hsds-service", "hsds-organization", "hsds-taxonomy", "hsds-taxonomy-term", "hsds-service-at-location"]
HSDS = [*HSDS_LISTS, *HSDS_SINGLE]


def but(row, **changes):
    """The same row with another answer for some: `but(OWN, therapist=302)`."""
    return [changes.get(actor or "signed_out", status) for actor, status in zip(ACTORS, row, strict=True)]


#: address: (answers to GET, answers to an empty POST)
TABLE = {
    "healthz": (EVERYBODY, [405] * 6),
    "readyz": ([503] * 6, [405] * 6),
    "metrics": (SWITCHED_OFF, [405] * 6),  # unless METRICS_TOKEN is set: tests/config/test_operations.py
    "operations": (OF_THE_ADMIN, GET_ONLY),
    "service-worker": (EVERYBODY, [405] * 6),
    "offline": (EVERYBODY, [405] * 6),
    "manifest": (EVERYBODY, [405] * 6),
    "policy-reports": ([405] * 6, [400] * 6),  # sent by browsers; an empty one is none
    "demo-mail": ([404, 404, 404, 404, 404, 302], GET_ONLY),
    "account_login": ([302, 302, 302, 302, 302, 200], [302, 302, 302, 302, 302, 200]),
    "begin-sign-on": ([405] * 6, SWITCHED_OFF),  # unless there is an identity provider
    "end-sign-on": (SWITCHED_OFF, [405] * 6),
    "sign-on-again": (OF_NOBODY, OF_NOBODY),
    "signed-out": ([302] * 6, [405] * 6),
    "join": ([302] * 6, [405] * 6),
    "accept-invitation": ([410] * 6, [410] * 6),  # without a link that somebody was sent
    "people": (OF_THE_ADMIN, GET_ONLY),
    "invite": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "people-file": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "person": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "enter-supervision": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "end-supervision": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "enter-training": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "end-training": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "move-person": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "teams": (OF_THE_ADMIN, GET_ONLY),
    "add-team": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "team": (OF_THE_ADMIN, GET_ONLY),
    "rename-team": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "close-team": (POST_ONLY, but(OF_THE_ADMIN, admin=422)),
    "enter-cover": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "end-cover": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "leaves": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "stays": (POST_ONLY, but(OF_THE_ADMIN, admin=302)),
    "close-account": (POST_ONLY, but(OF_THE_ADMIN, admin=302)),
    "resend-invitation": (POST_ONLY, but(OF_THE_ADMIN, admin=302)),
    "withdraw-invitation": (POST_ONLY, but(OF_THE_ADMIN, admin=302)),
    "end-device": (POST_ONLY, but(MY_OWN, therapist=302)),
    "end-other-devices": (POST_ONLY, [302] * 6),
    "account_logout": (STAFF, [302] * 6),
    "account_change_password": (STAFF, STAFF),
    "account_reauthenticate": (STAFF, STAFF),
    "account_reset_password": (EVERYBODY, EVERYBODY),
    "account_reset_password_done": (EVERYBODY, [405] * 6),
    "account_reset_password_from_key": (EVERYBODY, EVERYBODY),
    "account_reset_password_from_key_done": (EVERYBODY, [405] * 6),
    "mfa_authenticate": ([302] * 6, [302] * 6),  # nobody is half-way in
    "mfa_login_webauthn": (EVERYBODY, [302] * 6),
    "mfa_reauthenticate": ([302] * 6, [302] * 6),  # nobody has an app or codes, so it leads to another way
    "mfa_reauthenticate_webauthn": (but([302] * 6, therapist=200), but([302] * 6, therapist=422)),
    "mfa_index": (STAFF, [302] * 6),
    "mfa_activate_totp": (STAFF, [*[422] * 5, 302]),
    "mfa_deactivate_totp": ([*[404] * 5, 302], [*[404] * 5, 302]),
    "mfa_add_webauthn": (STAFF, [*[422] * 5, 302]),
    "mfa_edit_webauthn": (MY_OWN, but(MY_OWN, therapist=422)),
    "mfa_remove_webauthn": (MY_OWN, but(MY_OWN, therapist=302)),
    "mfa_view_recovery_codes": ([302] * 6, GET_ONLY),
    "mfa_generate_recovery_codes": (POST_ONLY, [302] * 6),
    "reset-factors": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "me": (STAFF, [302] * 6),
    "time-zone": (STAFF, [302] * 6),
    "session-end": (STAFF, STAFF),
    "resources": (STAFF, GET_ONLY),
    "recalled": ([200, 200, 200, 200, 403, 302], GET_ONLY),
    "answer-recall": (POST_ONLY, [302, 302, 404, 404, 403, 302]),
    "resource": (STAFF, GET_ONLY),
    "resource-card": (STAFF, GET_ONLY),
    "resource-cards": (STAFF, GET_ONLY),
    "my-reports": (STAFF, GET_ONLY),
    "report-contact": (POST_ONLY, [302] * 6),
    "nothing-found": (POST_ONLY, [204, 204, 204, 204, 204, 302]),
    "export-resources": (OF_THE_ADMIN, GET_ONLY),
    "export-file": (OF_THE_ADMIN, GET_ONLY),
    "api": (EVERYBODY, [405] * 6),
    **dict.fromkeys(HSDS, (SWITCHED_OFF, [405] * 6)),
    "check-queue": (OF_THE_ADMIN, GET_ONLY),
    "check-resource": (OF_THE_ADMIN, GET_ONLY),
    "put-page-aside": (POST_ONLY, but(OF_THE_ADMIN, admin=302)),
    "check-contact": (POST_ONLY, but(OF_THE_ADMIN, admin=422)),
    "change-contact": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "change-resource-status": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "add-entry": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "propose-entry": (STAFF, [422, 422, 422, 422, 422, 302]),
    "proposal": (OF_THE_ADMIN, GET_ONLY),
    "take-over-proposal": (POST_ONLY, but(OF_THE_ADMIN, admin=302)),
    "decline-proposal": (POST_ONLY, but(OF_THE_ADMIN, admin=422)),
    "edit-entry": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "entry-hours": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "contact-hours": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "entry-checklist": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "entry-history": (OF_THE_ADMIN, GET_ONLY),
    "entry-parts": (OF_THE_ADMIN, GET_ONLY),
    "add-entry-part": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "remove-entry-part": (POST_ONLY, but(OF_THE_ADMIN, admin=302)),
    "add-contact": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "reorder-contacts": (POST_ONLY, but(OF_THE_ADMIN, admin=302)),
    "remove-contact": (POST_ONLY, but(OF_THE_ADMIN, admin=302)),
    "duplicates": (OF_THE_ADMIN, GET_ONLY),
    "pair": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "inclusion-policy": (STAFF, GET_ONLY),
    "change-inclusion-policy": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "directory-health": (OF_THE_ADMIN, GET_ONLY),
    "look-at-gap": (POST_ONLY, but(OF_THE_ADMIN, admin=302)),
    "bundles": (OF_THE_ADMIN, GET_ONLY),
    "add-bundle": (OF_THE_ADMIN, OF_THE_ADMIN),
    "edit-bundle": (OF_THE_ADMIN, OF_THE_ADMIN),
    "retire-bundle": (POST_ONLY, but(OF_THE_ADMIN, admin=302)),
    "imports": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "import": (OF_THE_ADMIN, GET_ONLY),
    "import-progress": (OF_THE_ADMIN, GET_ONLY),
    "import-table": (OF_THE_ADMIN, GET_ONLY),
    "map-import": (but(OF_THE_ADMIN, admin=302), but(OF_THE_ADMIN, admin=302)),  # it has been said what they mean
    "choose-import-rows": (POST_ONLY, but(OF_THE_ADMIN, admin=302)),
    "decide-import-row": (POST_ONLY, but(OF_THE_ADMIN, admin=302)),
    "keep-ours": (POST_ONLY, but(OF_THE_ADMIN, admin=302)),
    "apply-import": (POST_ONLY, but(OF_THE_ADMIN, admin=302)),
    "undo-import": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=302)),
    "eleven-steps": (STAFF, GET_ONLY),
    "guide": (STAFF, GET_ONLY),
    "review-translation": (POST_ONLY, [403, 302, 302, 302, 403, 302]),
    "trail": (NOBODY_HERE, GET_ONLY),
    "find-client-trail": (POST_ONLY, NOBODY_HERE),
    "client-trail": (NOBODY_HERE, GET_ONLY),
    "client-answer": (NOBODY_HERE, GET_ONLY),
    "client-trail-table": (POST_ONLY, NOBODY_HERE),
    "who-looked": (CLINICAL, GET_ONLY),
    "hand-overs": (TEAM, GET_ONLY),
    "hand-over": (ONE_OF_THE_TEAM, but(ONE_OF_THE_TEAM, supervisor=422)),
    "who-leaves": (TEAM, GET_ONLY),
    "left-open": (ONE_OF_THE_TEAM, GET_ONLY),
    "hand-on-follow-ups": (POST_ONLY, but(ONE_OF_THE_TEAM, supervisor=422)),
    "hand-on-supervisees": (POST_ONLY, but(ONE_OF_THE_TEAM, supervisor=422)),
    "now": ([200, 302, 200, 302, 302, 302], GET_ONLY),
    "start-departure": ([200, 403, 200, 403, 403, 302], [302, 403, 302, 403, 403, 302]),
    "earlier-departure": ([200, 403, 200, 403, 403, 302], [302, 403, 302, 403, 403, 302]),
    "departure": (CLINICAL, GET_ONLY),
    "record-step": (POST_ONLY, but(OWN, therapist=422)),
    "undo-step": (POST_ONLY, but(OWN, therapist=302)),
    "note-details": (OWN, but(OWN, therapist=302)),
    "record-phase": (POST_ONLY, but(OWN, therapist=302)),
    "hung-up": (POST_ONLY, but(OWN, therapist=302)),
    "stayed": (POST_ONLY, but(OWN, therapist=302)),
    "whereabouts": (OWN, but(OWN, therapist=302)),
    "others": (but(OWN, therapist=404), but(OWN, therapist=404)),
    "help-calls": (STAFF, GET_ONLY),
    "help-asked": ([302] * 6, GET_ONLY),
    "my-help-call": ([302] * 6, GET_ONLY),
    "ask-for-help": ([405] * 6, [302, 302, 302, 302, 302, 403]),
    "call-again": (POST_ONLY, [302, 302, 404, 404, 404, 302]),
    "coming": (POST_ONLY, [302, 302, 404, 404, 404, 302]),
    "help-over": (POST_ONLY, [302, 302, 404, 404, 404, 302]),
    "set-level": (POST_ONLY, but(OWN, therapist=422)),
    "lower-level": (ONE_OF_THE_TEAM, but(ONE_OF_THE_TEAM, supervisor=422)),
    "change-setting": (POST_ONLY, but(OWN, therapist=422)),
    "take-break": (POST_ONLY, but(OWN, therapist=302)),
    "came-back": (POST_ONLY, but(OWN, therapist=302)),
    "gone": (POST_ONLY, but(OWN, therapist=302)),
    "undo-gone": (POST_ONLY, but(OWN, therapist=302)),
    "end-departure": (OWN, but(OWN, therapist=422)),
    "void-departure": (OWN, but(OWN, therapist=422)),
    "choose-client": (OWN, but(OWN, therapist=422)),
    "give-resources": (OWN, but(OWN, therapist=422)),
    "report": (OWN, but(OWN, therapist=302)),
    "save-draft": (POST_ONLY, but(OWN, therapist=302)),
    "not-provided": (POST_ONLY, [404, 403, 404, 403, 403, 302]),
    "keep-words": (POST_ONLY, but(OWN, therapist=302)),
    "check-report": (OWN, but(OWN, therapist=302)),
    "add-addendum": (POST_ONLY, but(OWN, therapist=302)),
    "report-comments": (OWN, but(OWN, therapist=422)),
    "feedback-seen": (POST_ONLY, but(OWN, therapist=302)),
    "quality": (CLINICAL, GET_ONLY),
    "private-notes": (AUTHORS, but(AUTHORS, therapist=422)),
    "erase-private-notes": (AUTHORS, but(AUTHORS, therapist=302)),
    "added-to": (TEAM, GET_ONLY),
    "addenda-read": (POST_ONLY, [403, 404, 404, 404, 403, 302]),  # there is nothing to read yet
    "clients": (OWN_LIST, GET_ONLY),
    "add-client": (OWN_LIST, but(OWN_LIST, therapist=422, stranger=422)),
    "bring-in": (OWN_LIST, but(OWN_LIST, therapist=422, stranger=422)),
    "intake": (OWN, but(OWN, therapist=302)),
    "drop-intake": (POST_ONLY, but(OWN, therapist=302)),
    "client": (OWN, but(OWN, therapist=422)),
    "no-contact": (POST_ONLY, but(OWN, therapist=302)),
    "undo-no-contact": (POST_ONLY, but(OWN, therapist=302)),
    "add-session": (OWN_LIST, but(OWN_LIST, therapist=302, stranger=302)),
    "session": (OWN, but(OWN, therapist=302)),
    "practice": (STAFF, GET_ONLY),
    "exercise-script": ([200, 403, 200, 403, 403, 302], GET_ONLY),
    "begin-exercise": (POST_ONLY, [302, 403, 302, 403, 403, 302]),
    "exercise": (MY_OWN, but(MY_OWN, therapist=302)),
    "end-exercise": (POST_ONLY, but(MY_OWN, therapist=302)),
    "debrief": (MY_OWN, GET_ONLY),
    "exercise-of": (but(MY_OWN, therapist=302), GET_ONLY),
    "emergency": ([200, 200, 200, 200, 403, 302], [422, 422, 422, 422, 403, 302]),
    "emergency-record": ([404, 404, 200, 404, 403, 302], GET_ONLY),  # the stranger's, who opened it
    "end-emergency": (POST_ONLY, [404, 404, 302, 404, 403, 302]),
    "emergency-reviews": (TEAM, GET_ONLY),
    "emergency-review": (ONE_OF_THE_TEAM, but(ONE_OF_THE_TEAM, supervisor=422)),
    "review-queue": (TEAM, GET_ONLY),
    "find-report": (POST_ONLY, but(TEAM, supervisor=302, stranger=302, former_supervisor=302)),
    "trends": (TEAM, GET_ONLY),
    "trends-on-paper": (TEAM, GET_ONLY),
    "trends-file": (but(TEAM, supervisor=204, stranger=204, former_supervisor=204), GET_ONLY),
    "review": (ONE_OF_THE_TEAM, but(ONE_OF_THE_TEAM, supervisor=422)),
    "claim-review": (POST_ONLY, but(ONE_OF_THE_TEAM, supervisor=302)),
    "release-review": (POST_ONLY, but(ONE_OF_THE_TEAM, supervisor=302)),
    "reopen-review": (POST_ONLY, but(ONE_OF_THE_TEAM, supervisor=422)),
    "hand-off": (ONE_OF_THE_TEAM, but(ONE_OF_THE_TEAM, supervisor=422)),
    "follow-ups": ([200, 200, 200, 200, 403, 302], GET_ONLY),
    "follow-ups-count": ([302, 302, 302, 302, 403, 302], GET_ONLY),
    "notifications": (STAFF, [422] * 5 + [302]),
    "add-device": (POST_ONLY, [400] * 5 + [302]),
    "remove-device": (POST_ONLY, [302, 404, 404, 404, 404, 302]),
    "renew-calendar": (POST_ONLY, [200, 200, 200, 200, 403, 302]),
    "close-calendar": (POST_ONLY, [302, 302, 302, 302, 403, 302]),
    "calendar": (EVERYBODY, [405] * 6),
    "push-worker": (EVERYBODY, [405] * 6),
    "follow-ups-due": ([302, 302, 302, 302, 403, 302], GET_ONLY),
    "failed-deliveries": (TEAM, GET_ONLY),
    "reminders-working": (but(TEAM, admin=200), GET_ONLY),
    "absences": ([200, 200, 200, 200, 403, 302], [422, 422, 422, 422, 403, 302]),
    "hand-offs": ([302, 302, 302, 302, 403, 302], GET_ONLY),
    "come-back": (POST_ONLY, but(CLINICAL, therapist=302, supervisor=302)),
    "on-call": (TEAM, but(TEAM, supervisor=422, stranger=422, former_supervisor=422)),
    "remove-shift": (POST_ONLY, but(TEAM, supervisor=302, stranger=404, former_supervisor=404)),
    "acknowledge-follow-up": (POST_ONLY, but(CLINICAL, therapist=302, supervisor=302)),
    "snooze-follow-up": (POST_ONLY, but(CLINICAL, therapist=302, supervisor=302)),
    "departure-exchange": (CLINICAL, GET_ONLY),
    "departure-bundle": (but(CLINICAL, therapist=422, supervisor=422), GET_ONLY),  # no version was chosen
    "protocol-exchange": (OF_THE_ADMIN, GET_ONLY),
    "import-protocol": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    **dict.fromkeys(
        ["protocol-versions", "protocol-version", "compare-protocols", "protocol-card", "protocol-file"],
        (OF_POLICIES, GET_ONLY),
    ),
    "preview-protocol": (OF_POLICIES, GET_ONLY),
    "word-list": (OF_POLICIES, GET_ONLY),
    "edit-word-list": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "publish-word-list": (POST_ONLY, NOT_THEIRS),
    **dict.fromkeys(["compare-word-lists", "word-list-file"], (OF_POLICIES, GET_ONLY)),
    "import-word-list": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "plan-word-list": (NOT_THEIRS, NOT_THEIRS),  # a clinical lead's: see tests/sessions_app/test_word_list_changes.py
    "withdraw-word-list": (POST_ONLY, but(OF_THE_ADMIN, admin=302)),
    "draft-protocol": (POST_ONLY, [403, 403, 403, 403, 302, 302]),
    "rename-protocol": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "edit-protocol-step": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "edit-protocol-setting": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "publish-protocol": (NOT_THEIRS, NOT_THEIRS),  # a clinical lead's: see tests/protocols/test_publishing.py
    "protocol-deed": (POST_ONLY, but(OF_THE_ADMIN, admin=302)),
    "plan-definition": (but(OF_THE_ADMIN, admin=422), GET_ONLY),
    "code-system": (EVERYBODY, [405] * 6),
    "plan": (CLINICAL, GET_ONLY),
    "what-when": (CLINICAL, GET_ONLY),
    "setup": (OF_THE_ADMIN, GET_ONLY),
    "organisation": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "add-site": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "edit-site": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "name-lead": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "send-mail-test": (POST_ONLY, but(OF_THE_ADMIN, admin=302)),
    "mail-arrived": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=410)),
    "load-starter": (POST_ONLY, but(OF_THE_ADMIN, admin=302)),
    "adoption": (OF_THE_ADMIN, NOT_THEIRS),  # a clinical lead signs: see tests/followups/test_adoption.py
    "policies": (OF_POLICIES, GET_ONLY),
    "policy": (OF_POLICIES, GET_ONLY),
    "policy-what-when": (OF_POLICIES, GET_ONLY),
    **dict.fromkeys(["compare-policies", "policy-file"], (OF_POLICIES, GET_ONLY)),
    "import-policy": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "schedule-policy": (NOT_THEIRS, NOT_THEIRS),  # a clinical lead's: see tests/followups/test_policy_changes.py
    "policy-deed": (POST_ONLY, but(OF_THE_ADMIN, admin=302)),
    "draft-policy": (POST_ONLY, [403, 403, 403, 403, 302, 302]),
    "adopt-policy": (POST_ONLY, [403, 403, 403, 403, 403, 302]),
    "add-policy-task": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "add-policy-step": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "change-policy-row": (OF_THE_ADMIN, but(OF_THE_ADMIN, admin=422)),
    "remove-policy-row": (POST_ONLY, but(OF_THE_ADMIN, admin=302)),
    "attempts": (CLINICAL, GET_ONLY),
    "respect-no-contact": (POST_ONLY, but(CLINICAL, therapist=302, supervisor=302)),
    "allow-contact": (POST_ONLY, but(CLINICAL, therapist=302, supervisor=302)),
    "relationship": (CLINICAL, but(CLINICAL, therapist=422, supervisor=422)),
    "change-letter": ([302, 302, 404, 404, 403, 302], [302, 302, 404, 404, 403, 302]),  # letters were not asked about
    "last-week": ([403, 302, 302, 302, 403, 302], GET_ONLY),
    "failed-contacts": (TEAM, but(TEAM, supervisor=302, stranger=302, former_supervisor=302)),
    "failed-contacts-table": (TEAM, GET_ONLY),
    "patterns": (OWN_LIST, GET_ONLY),
    "choose-pattern": (POST_ONLY, but(OWN_LIST, therapist=302, stranger=302)),
    "letter": (CLINICAL, but(CLINICAL, therapist=422, supervisor=422)),
    **dict.fromkeys(["keeping", "disposal", "disposal-certificate"], (NOT_THEIRS, POST_ONLY)),
    **dict.fromkeys(["adopt-rule", "holds", "disposals"], (NOT_THEIRS, NOT_THEIRS)),
    **dict.fromkeys(["lift-hold", "answer-disposal"], (POST_ONLY, NOT_THEIRS)),
    "papers": (CLINICAL, GET_ONLY),
    "make-paper": (POST_ONLY, but(CLINICAL, therapist=302, supervisor=302)),
    "paper-file": (CLINICAL, GET_ONLY),
    "chart": (CLINICAL, GET_ONLY),
    "chart-style": (CLINICAL, GET_ONLY),
    "chart-text": (CLINICAL, GET_ONLY),
    "client-copies": (CLINICAL, but(CLINICAL, therapist=422, supervisor=422)),
    "client-copy": (CLINICAL, GET_ONLY),
    "make-copy": (POST_ONLY, but(CLINICAL, therapist=302, supervisor=302)),
    "give-copy": (POST_ONLY, but(CLINICAL, therapist=422, supervisor=422)),
    "ask-for-package": (POST_ONLY, but(CLINICAL, therapist=302, supervisor=302)),
    "fetch-package": (POST_ONLY, [200, 404, 404, 404, 403, 302]),
    "copy-chart": (CLINICAL, GET_ONLY),
    "copy-style": (CLINICAL, GET_ONLY),
    "decide-status": (CLINICAL, but(CLINICAL, therapist=422, supervisor=422)),
    "answer-decision": (POST_ONLY, but(CLINICAL, therapist=302, supervisor=302)),
    "ask-override": (CLINICAL, but(CLINICAL, therapist=422, supervisor=422)),
    "override": ([200, 200, 200, 200, 403, 302], [422, 422, 422, 422, 403, 302]),
    "waiting-for-second": ([200, 200, 200, 200, 403, 302], GET_ONLY),
    "next-attempt": (CLINICAL, but(CLINICAL, therapist=422, supervisor=422)),
    "give-at-follow-up": (CLINICAL, but(CLINICAL, therapist=422, supervisor=422)),
    "record-contact": (CLINICAL, but(CLINICAL, therapist=422, supervisor=422)),
    "complete-follow-up": (POST_ONLY, but(CLINICAL, therapist=302, supervisor=302)),
    "move-follow-up": (CLINICAL, but(CLINICAL, therapist=422, supervisor=422)),
    "drop-follow-up": (CLINICAL, but(CLINICAL, therapist=422, supervisor=422)),
    "change-follow-up": (CLINICAL, but(CLINICAL, therapist=422, supervisor=422)),
}


def doors():
    """Every address of the URL table, as (name, view)."""
    waiting = list(get_resolver().url_patterns)
    while waiting:
        pattern = waiting.pop()
        if hasattr(pattern, "url_patterns"):
            waiting.extend(pattern.url_patterns)
        else:
            yield pattern.name, pattern.callback


def test_every_address_has_a_row():
    assert {name for name, _ in doors()} == set(TABLE)


def test_every_view_says_who_may_open_it():
    assert [name for name, view in doors() if not hasattr(view, "allowed")] == []


@pytest.fixture
def cast(request):
    """Everybody, by the name their fixture has."""
    return {actor: actor and request.getfixturevalue(actor) for actor in ACTORS}


@pytest.fixture
def resource(db):
    """One entry of the directory, which is enough to find its door."""
    organisation = Organisation.objects.create(name="A helpline")
    facts = {"slug": "a-helpline", "name": "A helpline", "country": "US", "status": Resource.Status.IN_REVIEW}
    made = Resource.objects.create(organisation=organisation, **facts)
    made.contact_points.create(kind="voice", dial="988", dial_region="US")
    return made


@pytest.fixture
def addresses(cast, departure, resource):
    """Each address, filled in with rows of the therapist's; `review` shows a signed report."""
    levels.set_level(departure, level=ResponseLevel.ELEVATED, op_id=uuid.uuid4(), by=departure.therapist)
    draft = policies.draft(by=cast["admin"])
    facts = {
        "policy_number": draft.number,
        "protocol_number": drafts.begin(editions.in_force(), by=cast["admin"]).number,
        "setting": "remote",
        "deed": "send",
        "kind": "task",
        "row_id": draft.tasks.first().pk,
        "level": "elevated",
        "departure_id": departure.pk,
        "client_id": departure.client_id,
        "session_id": departure.session_id,
        "intake_id": intakes.begin(b"Reference\n0500\n", by=departure.therapist).pk,
        "slug": "stay-calm",
        "phase": "connect",
        "call_id": help_calls.ask(id=uuid.uuid4(), by=departure.therapist).pk,
        "absence_id": away_next_month(departure.therapist, cast["supervisor"]).pk,
        "shift_id": on_call_now(departure.therapist).pk,
        "pk": FollowUp.objects.exclude(channel="").first().pk,
        "override_id": override_of(departure).pk,
        "decision_id": decisions.propose(departure, choice="keep_trying", words="Why", by=departure.therapist).pk,
        "paper_id": paper_of(departure).pk,
        "copy_id": (copy := copy_for(departure)).pk,
        "package_id": chart_packages.ask(copy, why="access", by=departure.therapist).pk,
        "site_id": departure.site_id,
        "hold_id": 1,
        "disposal_id": 1,
        "resource_id": resource.pk,
        "contact_id": resource.contact_points.get().pk,
        "form_name": "csv",
        "id": resource.pk,
        "task_id": curator_tasks.open_one("link", by="link check", resource_id=resource.pk).pk,
        "part": "names",
        "part_id": resource.aliases.create(words="A line").pk,
        "first_id": resource.pk,
        "second_id": another_than(resource).pk,
        "gap_id": SearchGap.objects.create(words="sailors", country="US", on=timezone.localdate()).pk,
        "bundle_id": Bundle.objects.create(name="Evening", country="US").pk,
        "batch_id": (listed := list_of(cast["admin"])).pk,
        "import_row_id": listed.rows.get().pk,
        "access_id": opened_in_emergency(departure, by=cast["stranger"]).pk,
        "given_id": given_in(departure, resource).pk,
        "script_slug": "calm-exit",
        "exercise_id": (exercise := practised_by(departure.therapist)).pk,
        "practice_session_id": exercise.session_id,
        "translation_id": EditionTranslation.objects.filter(version=editions.in_force()).first().pk,
        "device_id": device_of(departure.therapist).pk,
        "passkey_id": passkey_of(departure.therapist).pk,
        "session_row_id": signed_in_on_a_phone(departure.therapist).pk,
        "person_id": departure.therapist_id,
        **ties_of(departure.therapist, covered_by=cast["supervisor"]),
        "former_id": departure.therapist_id,
        "invitation_id": asked_in_by(cast["admin"]).pk,
        "system_name": "departure-kind",
        "token": calendars.renew(by=departure.therapist),
        "week": Week.last(departure.site.zone).code,
        "code": "early",
        "uidb36": "1",
        "key": "0-x",
    }
    return {name: reverse(name, kwargs={each: facts[each] for each in parameters_of(name)}) for name in TABLE}


def ties_of(person, *, covered_by):
    """A team, and a row each of what ties somebody to others from one day to another; two of them are over."""
    then = dict.fromkeys(("starts_on", "ends_on"), timezone.localdate() - timedelta(days=90))
    return {
        "team_id": person.team_id,
        "supervision_id": person.supervisions_received.filter(ends_on=None).first().pk,
        "training_id": person.traineeships.create(**then).pk,
        "cover_id": covered_by.team_covers.create(team=person.team, **then).pk,
    }


def opened_in_emergency(departure, *, by):
    """Somebody else has the client's record open: only they see it, and only the therapist's supervisor judges it."""
    client = departure.client
    facts = {"team": client.team, "reference": client.reference, "reason": "danger", "words": "They called"}
    return emergency_access.begin(emergency_access.ask(by=by, **facts), by=by)


def signed_in_on_a_phone(person):
    return UserSession.objects.create(user=person, ip="198.51.100.7", session_key="phone", user_agent="Firefox")


def asked_in_by(admin):
    who = {"email": "lee@clinic.example", "name": "Lee Park", "roles": ["therapist"], "team": admin.team}
    return invitations.invite(**who, language="en-gb", by=admin)


def practised_by(person):
    """An exercise, which only whoever practises may open."""
    return practice.begin(exercises.find("calm-exit"), id=uuid.uuid4(), by=person)


def another_than(resource):
    """A second entry, which could be the same."""
    facts = {"slug": "another-helpline", "name": "Another helpline", "country": "US"}
    return Resource.objects.create(organisation=resource.organisation, status=Resource.Status.IN_REVIEW, **facts)


def list_of(admin):
    """Read, and nothing of it is taken over yet; one row of it needs somebody."""
    facts = {"name": "list.csv", "source": "Helpers", "country": "US", "zone": "UTC", "state": "ready", "by": admin}
    made = ImportBatch.objects.create(**facts)
    made.rows.create(position=1, what="decision", question="conflict")
    return made


def given_in(departure, resource):
    """Once given on a card, the entry can prove wrong."""
    lines = Resource.objects.with_contacts().filter(pk=resource.pk)
    facts = {"way": "card", "taken": "yes", "op_id": uuid.uuid4(), "by": departure.therapist}
    checklist.give(departure, resources=lines, **facts)
    return departure.given_resources.get()


def paper_of(departure):
    """A PDF that was filed a while ago."""
    facts = {"state": "made", "sha256": "0" * 64, "mark": "0" * 64, "finished_at": timezone.now(), "language": "en-gb"}
    made = FiledPaper.objects.create(departure=departure, requested_by=departure.therapist, **facts)
    PaperFile.objects.create(paper=made, content=b"%PDF-")
    return made


def copy_for(departure):
    """The client asked for a copy of the record."""
    asked = {"asked_by": "client", "asked_how": "phone", "asked_on": timezone.localdate()}
    return client_copies.ask(departure.client, by=departure.therapist, **asked)


def away_next_month(person, cover):
    first = timezone.localdate() + timedelta(days=30)
    return absences.enter(person=person, cover=cover, starts_on=first, ends_on=first, note="Away", by=person)


def on_call_now(person):
    now = timezone.now()
    return on_call.add(site=person.site, person=person, starts_at=now, ends_at=now + timedelta(hours=1), by=person)


def override_of(departure):
    """Asked for by the therapist: any supervisor of the site may be the second person."""
    facts = {"channels": ["phone"], "grounds": ["client"], "words": "Why now"}
    return overrides.ask(departure.follow_ups.exclude(channel="").first(), by=departure.therapist, **facts)


def parameters_of(name):
    """The names between the angle brackets of an address."""
    [[[_, parameters]], *_] = get_resolver().reverse_dict.getlist(name)[0]
    return parameters


@pytest.fixture
def knock(cast, addresses, signed_in):
    """Try one door as everybody and undo what came of it: `knock("now", "get")` gives {actor: status}."""
    in_hand = {actor: signed_in(person).cookies if person else {} for actor, person in cast.items()}

    def try_as_everybody(name, method):
        found = {}
        with transaction.atomic():
            for actor, cookies in in_hand.items():
                browser = Browser()  # another one for each door, with the session that began before the first
                browser.cookies.load({each: cookies[each].value for each in cookies})
                found[actor] = getattr(browser, method)(addresses[name]).status_code
            transaction.set_rollback(True)
        return found

    return try_as_everybody


OF_A_SIGNED_REPORT = ["review", "claim-review", "release-review", "reopen-review", "hand-off", "report-comments"]
DOORS = sorted(set(TABLE) - set(OF_A_SIGNED_REPORT))


def test_each_door_is_open_to_whom_the_table_says(knock):
    """To look, which changes nothing (below): all doors of one day."""
    found = {name: knock(name, "get") for name in DOORS}
    assert found == {name: as_the_table_says(name, "get") for name in DOORS}


PARTS = 6  # for as many processors as there may be


@pytest.mark.parametrize("part", range(PARTS))
def test_each_deed_is_for_whom_the_table_says(knock, part):
    """All of them meet the same day."""
    names = DOORS[part::PARTS]
    assert {name: knock(name, "post") for name in names} == {name: as_the_table_says(name, "post") for name in names}


def test_the_directory_is_open_to_everybody_to_read_where_that_was_switched_on(knock, settings):
    settings.DIRECTORY_API = True
    for name in [*HSDS_LISTS, "hsds-service"]:
        assert set(knock(name, "get").values()) == {200}, name
        assert set(knock(name, "post").values()) == {405}, name


#: Where somebody signed in gets who still has to set up a second factor; and to what is open to everybody.
TO_SET_UP = {"mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate", "account_logout"}
TO_SET_UP |= {"mfa_reauthenticate", "mfa_reauthenticate_webauthn", "session-end", "sign-on-again"}


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_still_has_to_set_up_a_second_factor_gets_nowhere_else(addresses, departure, signed_in, settings, method):
    """In every role at once; only doors that are open to everybody, signed out as well, are open too."""
    settings.MFA_REQUIRED_ROLES = Role.values
    person = departure.therapist
    person.roles = Role.values
    person.save()
    factors.of(person).delete()
    opened, walked = set(), 0
    for name, view in doors():
        if view.allowed == EVERYONE:
            continue
        answer = getattr(signed_in(person), method)(addresses[name])
        walked += 1
        if (answer.status_code, answer.get("Location")) != (302, "/account/factors/"):
            opened.add(name)
        assert departure.client.reference not in answer.content.decode(), name
    assert opened - TO_SET_UP == set()
    assert walked > 150


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", OF_A_SIGNED_REPORT)
def test_a_signed_report_opens_for_whom_the_table_says(knock, departure, name, method):
    reports.sign(reports.draft_for(departure, by=departure.therapist), by=departure.therapist)
    assert knock(name, method) == as_the_table_says(name, method)


def as_the_table_says(name, method):
    return dict(zip(ACTORS, TABLE[name][0 if method == "get" else 1], strict=True))


def test_not_yours_looks_like_not_there(cast, addresses, departure, signed_in):
    """A stranger cannot tell somebody else's row from one that does not exist."""
    browser = signed_in(cast["stranger"])
    foreign = browser.get(reverse("departure", args=[departure.pk]))
    missing = browser.get(reverse("departure", args=[uuid.uuid4()]))
    assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content)


def test_looking_changes_nothing(cast, addresses, signed_in):
    browsers, changed = [signed_in(cast[actor]) for actor in ("therapist", "supervisor", "admin")], []
    for name in sorted(TABLE):
        before = counts()
        for browser in browsers:
            browser.get(addresses[name])
        if counts() != before:
            changed.append(name)
    assert changed == []


def counts():
    """Rows of every table but those that looking is meant to add to."""
    leaves_a_trace = {"accounts_auditentry", "django_session"}
    tables = {model._meta.db_table for model in apps.get_models() if model._meta.managed and not model._meta.proxy}
    asked = [f"SELECT '{table}', count(*) FROM \"{table}\"" for table in tables - leaves_a_trace]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        return dict(cursor.fetchall())
