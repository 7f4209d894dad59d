"""What the columns of an unknown list hold: a suggestion by their names and by what stands in them."""

import re

from django.utils.translation import gettext_lazy as _

from resources.reading import offers, texts, values

#: What a column can be, in words. The empty one is left out.
TARGETS = {
    "": _("Leave out"),
    "id": _("The list's own number for the entry"),
    "name": _("Name of the service"),
    "organisation": _("Organisation"),
    "aliases": _("Other names"),
    "description": _("Description"),
    "phone": _("Telephone number"),
    "text": _("Number for text messages"),
    "tty": _("TTY number"),
    "whatsapp": _("WhatsApp number"),
    "keyword": _("Keyword to text"),
    "extension": _("Extension"),
    "phone_note": _("About the number"),
    "phone_is_confidential": _("Whether the number is private"),
    "email": _("E-mail address"),
    "url": _("Web page of the service"),
    "chat_url": _("Web page of the chat"),
    "organisation_url": _("Web page of the organisation"),
    "location_name": _("Name of the place"),
    "address_1": _("Street"),
    "address_2": _("Second line of the address"),
    "city": _("Town"),
    "region": _("State or region"),
    "postal_code": _("Postcode"),
    "country": _("Country"),
    "latitude": _("Latitude"),
    "longitude": _("Longitude"),
    "address_is_confidential": _("Whether the address is private"),
    "languages": _("Languages"),
    "hours": _("Hours"),
    "audience": _("For whom"),
    "age_min": _("From age"),
    "age_max": _("To age"),
    "eligibility": _("Who may come"),
    "categories": _("Categories"),
    "cost": _("Cost"),
    "application_process": _("How to get in"),
    "coverage": _("Area it serves"),
    "caveats": _("Good to know"),
    "status": _("State: active, inactive, closed"),
    "modified_at": _("Last changed"),
}
SHORTEST_NUMBER = 7  # digits of one that is told from its cell alone

#: Targets that several columns may hold.
MANY = {"", "phone", "text", "tty", "whatsapp", "email", "aliases", "caveats", "categories", "languages", "audience",
        "phone_is_confidential", "address_is_confidential", "phone_note", "extension", "coverage", "hours"}  # fmt: skip
#: Words in a column's name, the more special first.
HEADINGS = [
    ("", r"mailing|postal_address|_fax|^fax|contact_(name|person)|taxonomy_code|(verified|approved)_by|assurer"),
    ("id", r"^(id|key|uuid|.*agency_num|(record|resource|service|unique|entry)_?id)$"),
    ("", r"_id$"),
    ("phone_is_confidential", r"(phone|tel|number|fax).*(private|confidential)"),
    ("address_is_confidential", r"private|confidential"),
    ("phone_note", r"phone.*(name|description|note|type)"),
    ("extension", r"(^|_)ext(ension)?s?$|durchwahl"),
    ("keyword", r"keyword"),
    ("tty", r"tty|tdd|textphone|minicom"),
    ("whatsapp", r"whats_?app"),
    ("text", r"^(sms|text|texting)(_.*)?$|sms|text_(line|number)"),
    ("chat_url", r"chat"),
    ("email", r"e_?mail|^mail$|courriel|correo"),
    ("organisation_url", r"(organi[sz]ation|agency|provider).*(url|web|site|link)"),
    ("url", r"url|web|link|home_?page|internet|^site$"),
    ("phone", r"phone|^tel|telefon|hot_?line|help_?line|^(number|no|call|mobile|cell|line)s?$|crisis_line|_number$"),
    ("aliases", r"alternate|alias|^aka|also_known|former|other_name"),
    ("caveats", r"alert|caveat|good_to_know|remark|comment|bemerkung|^notes?$"),
    ("description", r"descri|about|summary|overview|beschreibung|what_(they|we)_do"),
    ("latitude", r"^lat|latitude|_lat$"),
    ("longitude", r"^(lon|lng)|longitude|_(lon|lng)$"),
    ("coverage", r"coverage|area_served|service_area|catchment|geograph"),
    ("location_name", r"(location|site|branch|place)_?name"),
    ("address_2", r"address_?(line_?)?2|suite|^unit$"),
    ("", r"address_?(line_?)?[3-9]"),
    ("postal_code", r"zip|post_?code|postal|^plz$"),
    ("city", r"city|town|^ort$|ville|ciudad|locality"),
    ("country", r"country|^land$|pays|pais"),
    ("region", r"state|province|county|region|bundesland"),
    ("address_1", r"address|street|stra(ss|ß)e|adresse|direcci"),
    ("organisation", r"organi[sz]ation|agency|provider|operator|parent|charity|tr(ä|ae)ger|company"),
    ("age_min", r"min.*age|age.*(min|from)|youngest"),
    ("age_max", r"max.*age|age.*(max|to)$|oldest"),
    ("eligibility", r"eligib|criteria|who_can|requirement"),
    ("audience", r"audience|population|for_whom|target|serves|client_group|^ages?$|zielgruppe"),
    ("languages", r"language|sprache|langue|idioma"),
    ("hours", r"hours|opening|^times?$|schedule|availab|zeiten|horario"),
    ("cost", r"cost|fee|price|charge|kosten"),
    ("application_process", r"appl|intake|how_to|referral|access|procedure"),
    ("status", r"status|^active$"),
    ("modified_at", r"modified|updated|verified|last_(checked|change)"),
    ("categories", r"categor|taxonomy|type|topic|need|subject|tags?$|issue|kategorie"),
    ("name", r"name|title|service|program|resource|bezeichnung|nom|nombre"),
]


def suggest(columns, samples=()):
    """What each column probably holds: a target for each name in `columns`, "" where nothing fits.

    `samples` are some rows (lists of cells); columns whose name says nothing are told by what stands in them. A target
    that one column can hold only is given to the first.
    """
    found, taken = {}, set()
    for position, column in enumerate(columns):
        cells = [row[position] for row in samples if position < len(row) and row[position]]
        target = by_heading(column)
        if target is None:
            target = by_cells(cells)
        if target in taken and target not in MANY:
            target = ""
        taken.add(target)
        found[column] = target
    if "name" not in taken:
        name_it(found, columns, samples)
    return found


def by_heading(column):
    """The target whose words are in a column's name, or None. Phone1Number is a number like any other."""
    word = texts.word(column)
    word = word if "address" in word else re.sub(r"_?\d+(?=_|$)", "", word)
    return next((target for target, words in HEADINGS if re.search(words, word)), None)


def by_cells(cells):
    """What a column holds by most of its cells."""
    tests = [
        ("email", lambda cell: "@" in cell and not values.email(cell)[1]),
        ("url", lambda cell: re.match(r"https?://|www\.", cell) and not values.link(cell)[1]),
        ("phone", lambda cell: len(re.sub(r"\D", "", cell)) >= SHORTEST_NUMBER and is_number(cell)),
    ]
    for target, fits in tests:
        if cells and sum(bool(fits(cell)) for cell in cells) > len(cells) * 0.6:
            return target
    return ""


def is_number(cell):
    return bool(re.fullmatch(r"[\d\s()+./\-]+(\s*(x|ext\.?)\s*\d+)?", cell)) and not values.NUMERIC.match(cell)


def name_it(found, columns, samples):
    """Without a column called so, the name is the first one with different words in each row, else the organisation."""
    for position, column in enumerate(columns):
        cells = [row[position] for row in samples if position < len(row) and row[position]]
        if found[column] == "" and cells and len(set(cells)) == len(cells) and all(is_name(cell) for cell in cells):
            found[column] = "name"
            return
    for column, target in found.items():
        if target == "organisation":
            found[column] = "name"
            return


def is_name(cell):
    return len(cell) <= offers.LONGEST["name"] and bool(re.search(r"[^\W\d_]{2}", cell))
