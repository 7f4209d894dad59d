"""What HSDS has no field for, as attributes that other programs can show and Doorway reads back without loss."""

import json
from uuid import uuid5

#: Codes of our own in `link_type` begin with this, so that nobody else's attribute is taken for one.
OURS = "doorway:"
#: What each of them says, in words for people who read the data elsewhere.
LABELS = {
    # of a service
    "slug": "Short name in web addresses",
    "description": "Description without what follows from other facts",
    "country": "Country",
    "region": "Part of the country",
    "language_note": "About languages",
    "hours_text": "Hours in words",
    "hours": "Hours, with time zone, as JSON",
    "is_always_open": "Always open",
    "audience": "For whom",
    "category": "Category",
    "is_crisis_line": "Crisis line",
    "is_free": "Free of charge",
    "is_anonymous": "Anonymous",
    "is_answered_by_people": "Answered by people",
    "is_open_to_everybody": "Turns nobody away for who they are",
    "may_act_without_consent": "May call the police or an ambulance without asking",
    "caveat": "Good to know",
    "also": "Also called",
    "former": "Once called",
    "former_number": "Once had the number",
    "alias_digits": "Digits of a name or number",
    "check_days": "Days until it is checked again",
    "status": "Status in the directory it comes from",
    "status_reason": "Reason for the status",
    "closed_until": "Closed until",
    "successor": "Replaced by",
    "successor_name": "Name of what it is replaced by",
    "variant_of": "Another way into",
    "verification": "Checked by people",
    "checked_by": "Checked by",
    "organisation_url": "Web page of the organisation",
    # of a contact
    "kind": "Kind of contact",
    "position": "Place in the order in which to try",
    "dial_region": "Country it is dialled in",
    "dial": "Digits as dialled there",
    "e164": "International form",
    "display": "As shown",
    "extension": "Extension",
    "keyword": "Word to text",
    "menu_option": "Menu option to press",
    "url": "Address",
    "note": "Note",
    "cost": "Cost",
    "language": "Language",
    "checked_on": "Found working on",
    "last_result": "What the last check found",
    "is_in_doubt": "Reported as not working, not looked at yet",
    # of a page on which facts were seen, and of a place
    "evidence_kind": "Kind of page",
    "seen_on": "Seen on",
    "dated_on": "Date of the page",
    "subdivision": "Part of the country it serves",
}
JSON_CODES = {"hours"}
TRUE_OR_FALSE = {True: "true", False: "false"}


def attributes(owner, entity, said):
    """Attributes of the object with the id `owner`, for `said`: codes of LABELS and their values.

    A list becomes one attribute for each value. What is not known (None or empty) is left out.
    """
    made = []
    for code, value in said.items():
        for number, each in enumerate(value if isinstance(value, list) else [value]):
            if each is not None and each not in ("", {}):
                made.append(attribute(owner, entity, code, text_of(each), number))
    return made


def attribute(owner, entity, code, text, number):
    return {
        "id": str(uuid5(owner, f"attribute:{code}:{number}")),
        "link_id": str(owner),
        "link_type": OURS + code,
        "link_entity": entity,
        "value": text,
        "label": LABELS[code],
    }


def text_of(value):
    if isinstance(value, bool):
        return TRUE_OR_FALSE[value]
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if isinstance(value, dict) else str(value)


class Said:
    """What the attributes of one object say, read by their codes."""

    def __init__(self, thing):
        self.found = {}
        for each in thing.get("attributes", []):
            code = each.get("link_type", "")
            if code.startswith(OURS):
                self.found.setdefault(code.removeprefix(OURS), []).append(each)

    def __contains__(self, code):
        return code in self.found

    def all(self, code):
        return [each.get("value", "") for each in self.found.get(code, [])]

    def text(self, code):
        return next(iter(self.all(code)), "")

    def flag(self, code):
        """True, False, or None where nothing is said."""
        return {"true": True, "false": False}.get(self.text(code))

    def number(self, code):
        return int(self.text(code)) if self.text(code).isdecimal() else None

    def data(self, code):
        """The JSON that stands there; an empty dict where there is none, or none that can be read."""
        try:
            found = json.loads(self.text(code) or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}
