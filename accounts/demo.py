"""Made-up people for the demo and for development. Every address ends in `.example`, which no mail can reach."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import Role, Site, SiteRule, Supervision, Team, User

PASSWORD = "doorway-demo-only"  # noqa: S105 # pragma: allowlist secret
SITES = {
    "Riverside Clinic": {
        "country": "US",
        "time_zone": "America/New_York",
        "emergency_number": "911",
        "on_call_name": "Riverside on-call",
        "on_call_phone": "+1 555 0100",
        "safeguarding_name": "Lena Ortiz",
        "safeguarding_phone": "+1 555 0121",
        "terminology": Site.Terminology.CONCERN,
    },
    "Harbour Practice": {
        "country": "GB",
        "time_zone": "Europe/London",
        "emergency_number": "999",
        "on_call_name": "Harbour duty lead",
        "on_call_phone": "020 7946 0100",
        "safeguarding_name": "Harbour safeguarding lead",
        "safeguarding_phone": "020 7946 0121",
        "terminology": Site.Terminology.RESPONSE,
    },
}
PEOPLE = [
    ("ana@doorway.example", "Ana Reyes", "+1 555 0117", "Riverside Clinic", [Role.THERAPIST]),
    ("tom@doorway.example", "Tom Okafor", "020 7946 0118", "Harbour Practice", [Role.THERAPIST]),
    ("sam@doorway.example", "Sam Lindqvist", "+1 555 0119", "Riverside Clinic", [Role.SUPERVISOR]),
    ("kim@doorway.example", "Kim Novak", "", "Riverside Clinic", [Role.ADMIN]),
    ("pat@doorway.example", "Pat Moreno", "", "Riverside Clinic", [Role.PRIVACY]),
]
#: Told when a colleague asks for help at their site.
SITE_CONTACTS = ["kim@doorway.example"]
#: Adopts the follow-up policy.
CLINICAL_LEADS = ["sam@doorway.example"]
RULE = (
    "Made-up rule of this demo. Call the on-call supervisor first. Offer a ride, a call to somebody who can fetch "
    "them, and time to sit. Nobody outside is told without the supervisor's word, and what the law here allows."
)


def people():
    """The demo's people, made if they are missing, as {first name in small letters: User}."""
    for name, facts in SITES.items():
        site, _ = Site.objects.get_or_create(name=name, defaults=facts)
        Team.objects.get_or_create(name="Adults", site=site)
    ids = [person(email, *facts).pk for email, *facts in PEOPLE]
    User.objects.filter(email__in=SITE_CONTACTS).update(is_site_contact=True)
    User.objects.filter(email__in=CLINICAL_LEADS).update(is_clinical_lead=True)
    made = {each.email.partition("@")[0]: each for each in User.objects.filter(pk__in=ids)}
    adopted = {"words": RULE, "adopted_by": made["sam"].name, "adopted_on": timezone.localdate() - timedelta(days=90)}
    for site in Site.objects.filter(name__in=SITES):
        SiteRule.objects.get_or_create(site=site, topic=SiteRule.Topic.IMPAIRED_DRIVING, defaults=adopted)
    for therapist in ("ana", "tom"):
        Supervision.objects.get_or_create(
            supervisor=made["sam"],
            supervisee=made[therapist],
            defaults={"starts_on": timezone.localdate() - timedelta(days=90)},
        )
    return made


def person(email, name, phone, site, roles):
    found = User.objects.filter(email=email).first()
    team = Team.objects.get(site__name=site, name="Adults")
    return found or User.objects.create_user(email, PASSWORD, name=name, phone=phone, team=team, roles=roles)
