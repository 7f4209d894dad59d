"""Words around a number in a cell: what it is, when it is answered, what to press or to send."""

import re

WEEKDAY = (
    r"(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)(?:day|nesday|rsday|urday|sday)?s?|mo|tu|we|th|fr|sa|su|m|t|w|f|"
    r"di|mi|do|so|lun|mar|mer|mie|jeu|jue|ven|vie|sam|dim|dom|daily|weekdays?|weekends?|every ?day"
)
CLOCK = r"\d{1,2}(?:[:.h]\d{2})?"
HALF = r"(?:a\.?m\b\.?|p\.?m\b\.?|uhr\b|h\b|hrs?\b|hours?\b|noon\b|midnight\b)"
TO = r"\s?(?:-|to|bis|until|till|à|a)\s?"
#: Digits that are no telephone number: times, days, ages, rooms.
TIMES = re.compile(
    rf"\b24 ?[/x] ?7(?: ?/ ?365)?\b|\b\d{{1,3}}[ -]?(?:hours?|hrs?|h|std|stunden|heures|horas|uur|時間|小時|小时"
    rf"|days?|nights?|weeks?|years?|yrs?|yo|minutes?|mins?|languages?)\b"
    rf"|\b{CLOCK}(?: ?{HALF})?{TO}{CLOCK} ?{HALF}|\b{CLOCK} ?{HALF}"
    rf"|\b\d{{1,2}}:\d{{2}}\b(?:{TO}\d{{1,2}}:\d{{2}}\b)?"
    rf"|\b(?:{WEEKDAY})\b\.?(?:(?: ?[-&,/] ?| to | through | thru | bis )(?:{WEEKDAY})\b\.?)?[ :,]{{0,2}}"
    rf"\d{{1,2}}(?:[:.h]?\d{{2}})?{TO}\d{{1,2}}(?:[:.h]?\d{{2}})?\b"
    r"|\b(?:ages?|aged|under|over|since|room|rm|suite|ste|floor|box|apt|unit|zip|postcode) ?#?\d+(?: ?- ?\d+)?\+?"
    r"|\b\d{1,2}\+|(?:^|(?<=[ \n;,]))\d{1,2}\)(?= )",
    re.IGNORECASE,
)
ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+|[^\s@]{1,64}@[^\s@]{1,200}|\b[\w-]{1,60}\.(?:org|com|net|gov|edu|info|[a-z]{2})"
    r"(?=[/ ,;).]|$)\S*",
    re.IGNORECASE,
)
EXTENSION = re.compile(
    r"[ ,;(]{0,3}(?:\b(?:ext(?:ension|n)?|extensión|poste|durchwahl|dw|anexo|ramal|interno|toestel)"
    r"|(?:^|(?<=[\d )]))x|#)"
    r"[ .:=#]{0,3}(\d{1,8})\b\)?",
    re.IGNORECASE,
)
PRESS = (
    r"(?:press|push|option|opt|select|choose|then dial|tapez|appuyez sur|taste|drücken sie|marque|oprima|presione|pulse"
    r"|opción|digite|tecle|opção|toets|kies)\.?(?: the| le| la| number| option)?"
)
ONE = r"[\"'#]?([0-9*#])[\"']?(?![-/. ]?\d)"
MENU = re.compile(rf"[ ,;.(]{{0,3}}(?:\b(?:then|and|puis|dann|luego|and then) )?\b{PRESS} {ONE}", re.IGNORECASE)
MORE = re.compile(rf"(?:, ?|,? (?:then|and then|puis|dann) )(?:{PRESS} )?{ONE}", re.IGNORECASE)
SEND = re.compile(
    r"(?:\b(?:text|txt|sms|send|message|textez|envoyez|envía|envia|envie|sende) )(?:the word |le mot |la palabra )?"
    r"[\"'“‘«„]?([^\W\d_][\w &/'-]{0,40}?)[\"'”’»“]? (?:to|au|à|al|an|para|naar):? (?=[+(]?\d)",
    re.IGNORECASE,
)
#: The same without a verb, where the keyword shows by its capitals: “HOME to 741741”.
CAPITALS = re.compile(r"(?:^|(?<=[;,.\n] ))[\"'“‘]?([A-Z][A-Z0-9]{1,19})[\"'”’]? to (?=[\d(+])")
KEYWORD = re.compile(r"[ ,;(]{0,3}\b(?:keyword|mot-clé|code word):? [\"'“‘]?(\w{1,20})[\"'”’]?\)?", re.IGNORECASE)
YOUR = re.compile(r"(?:your|ton|votre|tu|su) (?:(?:zip|post) ?code|zip|postal code|\w+)", re.IGNORECASE)
LONGEST_KEYWORD = 20

TTY = re.compile(r"\b(?:tty|tdd|ttd|text ?phones?|minicom|text telephones?)\b", re.IGNORECASE)
SMS = re.compile(r"\b(?:text(?:s|ing|line)?|txt|sms|textez|texto)\b(?! ?(?:phone|telephone|relay))", re.IGNORECASE)
VOICE = re.compile(r"\b(?:call|voice|ring|phone|appelez|llame|ligue|anrufen)\b|^v ?(?=/)", re.IGNORECASE)
NO_WAY_TO_TALK = re.compile(
    r"\b(?:fax|facsimile|telefax|télécopie(?:ur)?|whatsapp|whats app|pager|signal|telegram|viber)\b", re.IGNORECASE
)
RESTRICTED = re.compile(r"\b(?:only|seulement|uniquement|nur|solo|solamente|somente|alleen)\b", re.IGNORECASE)
GENERIC = re.compile(
    r"\b(?:please|call|dial|ring|phone|phones|telephone|tel|t|ph|p|no|nr|num|number|numbers|at|on|us|to|v|voice|tty|tdd|ttd"
    r"|textphone|minicom|text|sms|txt|or|and|main|tél|téléphone|teléfono|telefon|numéro|número|nummer|appelez|llame|ligue|bel|al|au|an|ou|oder"
    r"|und|et|y|the|our|is|also|toll|free)\b",
    re.IGNORECASE,
)
AND = re.compile(r"[;\n|,·•]|\.(?= |$)| / |^ ?/ ?|\b(?:or|and|ou|oder|und|et|o|y|of|en|e)\b", re.IGNORECASE)
FIRM = re.compile(r"[;\n|,·•]|\.(?= |$)")  # of the separators, those that no label has inside
EDGES = " :;,.·•|/&()[]-–\n\"'"


def label(words):
    """The words before a number as its label, without those that only say that a number follows."""
    text = re.sub(r"^(?:please |or |and )?(?:call|dial|ring)(?: us| the| our)?\b", "", words.strip(EDGES), flags=re.I)
    text = text.strip(EDGES)
    return text if says_something(text) and re.search(r"[^\W\d_]", text) else ""


def says_something(words):
    """Whether the words say more than that a number follows."""
    return bool(GENERIC.sub("", words).strip(EDGES))


def kinds(words):
    """The kinds of contact that the words name, in their order of use; empty where they name none."""
    found = [("voice", VOICE), ("sms", SMS), ("tty", TTY)]
    return [kind for kind, pattern in found if pattern.search(words)]


def keywords(words):
    """What to send, as it is shown: “HOME”, or “(zip)” where it is each sender's own. Empty where that is unclear."""
    if own := YOUR.fullmatch(words.strip(EDGES)):
        found = [f"({own[0].split()[1].lower()})"]
    else:
        found = [each.strip(EDGES) for each in re.split(r" or | ou | o | oder |/|,", words)]
    return found if all(0 < len(each) <= LONGEST_KEYWORD for each in found) else []


def menu(text):
    """What to press, and where the words begin and end: (“1, then 2”, start, end). None where nothing is, or where
    there is a choice: that is for the note.
    """
    found = MENU.search(text)
    if not found:
        return None
    pressed, end = [found[1]], found.end()
    while more := MORE.match(text, end):
        pressed.append(more[1])
        end = more.end()
    return None if MENU.search(text, end) else (", then ".join(pressed), found.start(), end)


def without_times(text):
    """The text, as long as it was, with addresses, times, menus, extensions and keywords made unreadable as numbers."""
    for pattern in (ADDRESS, TIMES, MENU, EXTENSION, SEND, CAPITALS, KEYWORD):
        text = pattern.sub(hidden, text)
    return text


def hidden(found):
    return re.sub(r"\d", "¤", found[0])
