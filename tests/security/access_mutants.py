"""Who may see what, broken in one place at a time. The access matrix, or a test of emergency access, notices each."""

from tests.faults.engine_mutants import Mutant

ACCESS, PEOPLE, SUPERVISION, AUDIT = (f"accounts/{name}.py" for name in ("access", "models", "supervision", "audit"))
DATED = "accounts/dated.py"
CLIENTS, DEPARTURES, EMERGENCIES = (
    f"sessions_app/models/{name}.py" for name in ("clients", "departures", "emergency_access")
)
DOORS, EMERGENCY = "sessions_app/emergency_doors.py", "sessions_app/emergency_access.py"
FOLLOW_UPS, RELATIONS, PAPERS, TWO = (
    f"followups/models/{name}.py" for name in ("follow_ups", "relations", "papers", "two_people")
)
VIEWS, ABOVE = "sessions_app/views/", "followups/views/"
VISIBLE = "DepartureEvent.objects.visible_to(request.user)"
FOR_THERAPISTS, FOR_SUPERVISORS = "@allow(Role.THERAPIST)\n", "@allow(Role.SUPERVISOR)\n"
FOR_BOTH = "@allow(Role.THERAPIST, Role.SUPERVISOR)\n"
ALL = "        return self\n"
EVERYTHING = "Q(pk__isnull=False)"  # an empty Q is nothing at all beside an "or"


def unscoped(name, path, *, within, before=VISIBLE, after="DepartureEvent.objects.all()"):
    return Mutant(name, path, before, after, within)


def anybody(name, path, view, before=FOR_THERAPISTS):
    """The door asks for no role any more."""
    return Mutant(name, path, f"{before}def {view}(", f"@allow()\ndef {view}(")


MUTANTS = [
    # Doors
    Mutant("no door asks for a role", ACCESS, "if roles and not request.user.has_role(*roles):", "if False:"),
    Mutant(
        "a wrong role meets 404",
        ACCESS,
        "                raise PermissionDenied\n",
        "                from django.http import Http404\n\n                raise Http404\n",
    ),
    Mutant(
        "one needs every role that is named", PEOPLE, "return any(role in self.roles", "return all(role in self.roles"
    ),
    Mutant("everybody is a supervisor", PEOPLE, "return self.has_role(Role.SUPERVISOR)", "return True"),
    Mutant("nobody has to sign in", "config/settings.py", '    "accounts.middleware.SignInRequiredMiddleware",\n', ""),
    Mutant(
        "who left goes on in their session",
        "config/settings.py",
        '["allauth.account.auth_backends.AuthenticationBackend"]',
        '["django.contrib.auth.backends.AllowAllUsersModelBackend"]',
    ),
    Mutant(
        "calls for help are public",
        VIEWS + "help_calls.py",
        "@allow()\n@shows_nobody\ndef calls(",
        "@allow_everyone\ndef calls(",
    ),
    anybody("ending is for any role", VIEWS + "departures.py", "end"),
    anybody("a mistake is marked by any role", VIEWS + "departures.py", "void"),
    anybody("choosing a client is for any role", VIEWS + "clients.py", "choose"),
    anybody("clients are listed for any role", VIEWS + "caseload.py", "clients"),
    anybody("a client is open to any role", VIEWS + "caseload.py", "client"),
    anybody("the queue is for any role", VIEWS + "reviews.py", "queue", FOR_SUPERVISORS),
    anybody("a review is for any role", VIEWS + "reviews.py", "review", FOR_SUPERVISORS),
    anybody("the rota is for any role", ABOVE + "on_call.py", "rota", FOR_SUPERVISORS),
    anybody("the chart is for any role", ABOVE + "papers.py", "papers_page", FOR_BOTH),
    anybody("letters are for any role", ABOVE + "letters.py", "letter", FOR_BOTH),
    anybody("copies are for any role", ABOVE + "client_copies.py", "client_copies_page", FOR_BOTH),
    anybody(
        "admins' export is for any role", "resources/views_of_export.py", "export_resources", "@allow(Role.ADMIN)\n"
    ),
    anybody("drafting policy is for any role", ABOVE + "policies.py", "draft", "@allow(Role.ADMIN)\n"),
    Mutant(
        "judging is for therapists too",
        VIEWS + "emergency_reviews.py",
        "@allow(Role.SUPERVISOR, Role.PRIVACY)\ndef reviews(",
        "@allow()\ndef reviews(",
    ),
    # Methods
    Mutant(
        "looking stops contact",
        VIEWS + "caseload.py",
        "@require_POST\n@allow(Role.THERAPIST)\ndef no_contact(",
        "@allow(Role.THERAPIST)\ndef no_contact(",
    ),
    Mutant(
        "looking acknowledges",
        ABOVE + "escalations.py",
        f"@require_POST\n{FOR_BOTH}def acknowledge(",
        f"{FOR_BOTH}def acknowledge(",
    ),
    Mutant(
        "a page takes any method",
        ABOVE + "papers.py",
        f"@require_safe\n{FOR_BOTH}def papers_page(",
        f"{FOR_BOTH}def papers_page(",
    ),
    Mutant("the first page takes any method", VIEWS + "now.py", "@require_safe\n", ""),
    # Who answers for whom
    Mutant(
        "supervision never ends or begins",
        SUPERVISION,
        "supervisees = Supervision.objects.on().filter",
        "supervisees = Supervision.objects.filter",
    ),
    Mutant(
        "covering a team never ends",
        SUPERVISION,
        "covered = TeamCover.objects.on().filter",
        "covered = TeamCover.objects.filter",
    ),
    Mutant(
        "supervision the other way round",
        SUPERVISION,
        'Supervision.objects.on().filter(supervisor=user).values("supervisee")',
        'Supervision.objects.on().filter(supervisee=user).values("supervisor")',
    ),
    Mutant(
        "a supervisor answers for everybody",
        SUPERVISION,
        "User.objects.filter(Q(pk__in=supervisees) | Q(team__in=covered))",
        "User.objects.all()",
    ),
    Mutant(
        "covering one team covers all",
        SUPERVISION,
        "Q(team__in=covered)",
        "Q(team__isnull=False)",
    ),
    Mutant("supervision before its first day", DATED, ", starts_on__lte=day)", ")"),
    Mutant("supervision after its last day", DATED, "Q(ends_on=None) | Q(ends_on__gte=day), ", ""),
    # The one filter, and each that does not go by it
    Mutant(
        "the filter lets everything through to supervisors",
        CLIENTS,
        'own | Q(**{f"{path}__in": answers_for(user)}',
        'own | Q(**{f"{path}__isnull": False}',
    ),
    Mutant("exercises are seen by who supervises", CLIENTS, ", **({mark: False} if mark else {}))", ")"),
    Mutant(
        "whoever is no therapist owns everything",
        CLIENTS,
        "if user.is_therapist else Q(pk__in=[])",
        f"if user.is_therapist else {EVERYTHING}",
    ),
    Mutant("every therapist owns everything", CLIENTS, "own = Q(**{path: user.pk}) if", f"own = {EVERYTHING} if"),
    Mutant(
        "clients are everybody's",
        CLIENTS,
        '        return self.filter(own_or_supervised(user, "therapist", client="pk"))\n',
        ALL,
    ),
    Mutant(
        "departures are everybody's",
        DEPARTURES,
        '        return self.filter(own_or_supervised(user, "therapist", client="client"))\n',
        ALL,
    ),
    Mutant(
        "sessions are everybody's",
        VIEWS + "caseload.py",
        "TherapySession.objects.visible_to(request.user).of(request.user)",
        "TherapySession.objects.all()",
    ),
    Mutant("promises are everybody's", FOLLOW_UPS, "visible = Q(owner=user)\n", f"visible = {EVERYTHING}\n"),
    Mutant("own promises hang on the departure", FOLLOW_UPS, "visible = Q(owner=user)\n", "visible = Q(pk__in=[])\n"),
    Mutant(
        "promises of others' exercises",
        FOLLOW_UPS,
        "of_others.filter(Q(departure__is_practice=False) | Q(departure__therapist=user))",
        "of_others",
    ),
    Mutant(
        "promises of all whom nobody supervises",
        FOLLOW_UPS,
        "Q(departure__therapist__in=answers_for(user))",
        "Q(departure__therapist__isnull=False)",
    ),
    Mutant(
        "papers are everybody's",
        PAPERS,
        "return self.filter(Q(departure__in=DepartureEvent.objects.visible_to(user)) | copies)",
        "return self",
    ),
    Mutant(
        "requests for copies are everybody's",
        PAPERS,
        "return self.filter(client__in=Client.objects.visible_to(user))",
        "return self",
    ),
    Mutant(
        "decisions are everybody's",
        TWO,
        "return self.filter(departure__in=DepartureEvent.objects.visible_to(user))",
        "return self",
    ),
    Mutant(
        "overrides of every site",
        TWO,
        "may_confirm |= Q(departure__site=user.site)",
        "may_confirm |= Q(pk__isnull=False)",
    ),
    Mutant(
        "absences are everybody's",
        "followups/models/absences.py",
        "return self.filter(visible | Q(person__in=answers_for(user)) if user.is_supervisor else visible)",
        "return self",
    ),
    Mutant(
        "calls for help are everybody's",
        "sessions_app/models/help_calls.py",
        "return self.filter(visible | Q(site=user.site) if user.is_site_contact else visible)",
        "return self",
    ),
    Mutant(
        "everybody is a site's contact",
        "sessions_app/models/help_calls.py",
        "if user.is_site_contact else",
        "if True else",
    ),
    Mutant(
        "what was given is everybody's",
        "sessions_app/models/responses.py",
        "return self.filter(departure__in=DepartureEvent.objects.visible_to(user))",
        "return self",
    ),
    Mutant(
        "reviews are every supervisor's",
        "sessions_app/models/review_tasks.py",
        "self.filter(Q(author__in=answers_for(user)) | asked)",
        "self",
    ),
    Mutant(
        "shifts of every site",
        ABOVE + "on_call.py",
        "OnCallShift.objects.filter(site=request.user.site)",
        "OnCallShift.objects.all()",
        "def remove(",
    ),
    Mutant(
        "devices are everybody's",
        ABOVE + "channels.py",
        "request.user.push_subscriptions.live()",
        "__import__('followups.models', fromlist=['x']).PushSubscription.objects.all()",
    ),
    Mutant(
        "private notes are the supervisor's too",
        VIEWS + "private_notes.py",
        "    own = hand_overs.to_keep_notes_on(request.user)\n",
        "    from sessions_app.models import DepartureEvent\n\n    own = " + VISIBLE + "\n",
    ),
    # Views
    unscoped("the page of a departure is unscoped", VIEWS + "departures.py", within="def departure(request"),
    unscoped(
        "one's own list is everybody's",
        VIEWS + "departures.py",
        within="def own_departures(",
        before=VISIBLE + ".of(request.user)",
    ),
    unscoped(
        "writing to departures is unscoped",
        VIEWS + "departures.py",
        within="def own_departure(",
        before=VISIBLE + ".writable_by(request.user)",
    ),
    Mutant(
        "who supervises writes to departures",
        VIEWS + "departures.py",
        ".writable_by(request.user).standing()",
        ".standing()",
        "def own_departure(",
    ),
    Mutant(
        "anybody's clients are handed over",
        VIEWS + "hand_overs.py",
        "User.objects.filter(pk__in=answers_for(request.user)), pk=former_id",
        "User.objects.all(), pk=former_id",
    ),
    Mutant(
        "what anybody left open is shown",
        ABOVE + "leaving.py",
        "User.objects.filter(pk__in=answers_for(request.user)), pk=former_id",
        "User.objects.all(), pk=former_id",
    ),
    unscoped("the plan is unscoped", ABOVE + "plans.py", within="def plan_page("),
    unscoped("what happens when is unscoped", ABOVE + "plans.py", within="def what_when("),
    unscoped("stopping contact is unscoped", ABOVE + "plans.py", within="def about_contact("),
    unscoped("letters are unscoped", ABOVE + "letters.py", within="def asked_for("),
    unscoped("where the work stands is unscoped", ABOVE + "relations.py", within="def relationship("),
    unscoped("deciding together is unscoped", ABOVE + "decisions.py", within="def decide("),
    unscoped("the chart is unscoped", ABOVE + "papers.py", within="def charted("),
    unscoped("the file for other systems is unscoped", ABOVE + "exchange.py", within="def to_hand_on("),
    unscoped("lowering a level is unscoped", VIEWS + "levels.py", within="def lower("),
    unscoped("the quality panel is unscoped", VIEWS + "quality.py", within="def quality("),
    Mutant(
        "copies of clients are unscoped",
        ABOVE + "client_copies.py",
        "Client.objects.visible_to(request.user)",
        "Client.objects.all()",
    ),
    Mutant(
        "a filed paper is unscoped",
        ABOVE + "papers.py",
        "FiledPaper.objects.visible_to(request.user), pk=paper_id",
        "FiledPaper.objects.all(), pk=paper_id",
    ),
    Mutant(
        "clients of supervisees are changed",
        VIEWS + "caseload.py",
        "return Client.objects.visible_to(request.user).of(request.user)",
        "return Client.objects.visible_to(request.user)",
    ),
    Mutant(
        "a foreign promise is forbidden, not absent",
        ABOVE + "pages.py",
        "    return get_object_or_404(FollowUp.objects.visible_to(request.user).for_list(), pk=pk)\n",
        "    from django.core.exceptions import PermissionDenied\n\n"
        "    found = FollowUp.objects.visible_to(request.user).for_list().filter(pk=pk).first()\n"
        "    if found is None:\n        raise PermissionDenied\n    return found\n",
    ),
    Mutant(
        "the team's late ones are everybody's",
        ABOVE + "lists.py",
        "FollowUp.objects.visible_to(request.user).late(",
        "FollowUp.objects.late(",
    ),
    Mutant("own promises are everybody's", ABOVE + "lists.py", ".owned_by(user).open()", ".open()"),
    Mutant(
        "what waits for two is everybody's",
        "followups/decisions.py",
        "StatusDecision.objects.visible_to(person).waiting()",
        "StatusDecision.objects.waiting()",
    ),
    Mutant(
        "calls listed are everybody's",
        VIEWS + "help_calls.py",
        "HelpCall.objects.visible_to(request.user).open()",
        "HelpCall.objects.open()",
    ),
    Mutant(
        "any session of any client is chosen",
        VIEWS + "departures.py",
        "TherapySession.objects.visible_to(request.user).in_use()",
        "TherapySession.objects.in_use()",
    ),
    Mutant(
        "any client is chosen for a departure",
        VIEWS + "clients.py",
        "Client.objects.visible_to(request.user).of(request.user)",
        "Client.objects",
    ),
    # Emergencies
    Mutant(
        "an emergency never runs out",
        EMERGENCIES,
        "self.filter(ended_at=None, ends_at__gt=Now())",
        "self.filter(ended_at=None)",
    ),
    Mutant(
        "an emergency cannot be ended",
        EMERGENCIES,
        "self.filter(ended_at=None, ends_at__gt=Now())",
        "self.filter(ends_at__gt=Now())",
    ),
    Mutant("an emergency of one is everybody's", EMERGENCIES, "        return self.filter(by=user)\n", ALL),
    Mutant(
        "no emergency opens everything",
        CLIENTS,
        "    if user.emergency_access_id is None:\n        return Q(pk__in=[])\n",
        f"    if user.emergency_access_id is None:\n        return {EVERYTHING}\n",
    ),
    Mutant(
        "an emergency opens every client",
        CLIENTS,
        'return Q(**{f"{client}__in": opened.values("client")})',
        'return Q(**{f"{client}__isnull": False})',
    ),
    Mutant(
        "pages in an emergency leave no mark",
        DOORS,
        '    user.audit_marks = MappingProxyType({"emergency": access.pk, "emergency_reason": access.reason})\n',
        "",
    ),
    Mutant("the trail forgets the marks", AUDIT, "{**facts, **by.audit_marks}", "facts"),
    Mutant("admins open in an emergency", EMERGENCY, " and not person.has_role(Role.ADMIN, Role.PRIVACY)", ""),
    Mutant(
        "nobody is asked who they are",
        VIEWS + "emergency_access.py",
        "if recheck.is_due(request)",
        "if False",
    ),
    Mutant(
        "wrong references are not counted",
        EMERGENCY,
        "    if in_vain(by) >= MOST_IN_VAIN:\n        raise TooManyTries\n",
        "",
    ),
    Mutant(
        "an emergency looks in every team",
        EMERGENCY,
        "client_numbers.find(reference=reference, team_id=team)",
        "client_numbers.find(reference=reference)",
    ),
    Mutant(
        "nobody hears of an emergency",
        EMERGENCY,
        "    signals.emergency_opened.send(EmergencyAccess, access=access)\n",
        "",
    ),
    Mutant(
        "every supervisor judges",
        EMERGENCIES,
        "begun.filter(client__therapist__in=answers_for(user)) if user.is_supervisor else begun.none()",
        "begun if user.is_supervisor else begun.none()",
    ),
    Mutant(
        "one judges oneself",
        EMERGENCIES,
        "begun.exclude(by=user).exclude(by__in=judges)",
        "begun.exclude(by__in=judges)",
    ),
    Mutant(
        "one judges one's own supervisor",
        EMERGENCIES,
        "begun.exclude(by=user).exclude(by__in=judges)",
        "begun.exclude(by=user)",
    ),
    Mutant(
        "judged twice",
        EMERGENCY,
        ".unreviewed().select_for_update(",
        ".select_for_update(",
    ),
    Mutant(
        "an own emergency's page is anybody's",
        EMERGENCY,
        "EmergencyAccess.objects.of(person).for_page().filter(pk=pk)",
        "EmergencyAccess.objects.for_page().filter(pk=pk)",
    ),
    Mutant(
        "rights are not looked at again before telling",
        "followups/emergency_notices.py",
        "return waiting.visible_to(delivery.recipient).exists()",
        "return waiting.exists()",
    ),
]
