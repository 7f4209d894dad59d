"""What no edition may say or lack, whoever wrote it.

Doorway never advises to hold, block or follow anybody: emergency holds are a matter of law and of a local procedure,
not of a phrase on a screen. And step 2 always asks about danger and says whom to call. The check reads words and is no
judge of meaning: a clinical lead reads every edition before it takes effect.
"""

import re

from django.utils.translation import gettext_lazy as _

WORD = r"[^.;:!?•\n]"  # within one sentence
WHOM = r"(?:them|him|her|the (?:person|client|patient|child|young person|door|exit|way)|their (?:way|arm|exit)|"
WHOM += r"an? (?:person|client|patient|child)|anyone|anybody|somebody|someone|people|clients|patients|door|exit)"
QUIEN = r"(?:a (?:la|el|los|las|un|una|su)? ?(?:persona|cliente|clienta|paciente|niñ[oa]|menor|joven)|al \w+|alguien|"
QUIEN += r"la puerta|la salida|el paso|el camino)"

#: What is refused unless the same sentence says not to do it.
ADVICE = {
    "en": [
        rf"\b(?:hold|holding|block|blocking|restrain|restraining|grab|grabbing|detain|pin|corner|trap)\b"
        rf"(?! (?:the line|on\b)){WORD}{{0,25}}?\b{WHOM}\b",
        r"\b(?:hold|pin) (?:them|him|her) (?:down|back)\b",
        rf"\b(?:follow|chase|pursue|run after|go after|tail)(?!-| up| the emergency)\b(?! (?:your|our|their) (?:policy|"
        rf"plan|rule)){WORD}{{0,12}}?\b(?:them|him|her|the (?:person|client|patient|child)|clients?|patients?)\b"
        r"(?! up)",
        rf"\b(?:lock|bolt|bar|guard)\b{WORD}{{0,15}}?\b(?:door|exit|gate|way)\b",
        rf"\b(?:stand|step|get|sit|stay|put yourself|place yourself)\b{WORD}{{0,15}}?\b(?:in front of|in the way|"
        rf"between)\b{WORD}{{0,30}}?\b{WHOM}\b",
        r"\b(?:stop|prevent|keep)\b (?:them|him|her|the (?:person|client|patient|child)|anyone|clients?)"
        r"(?: from)? (?:leaving|going|walking)\b",
        r"\b(?:make|force|compel)\b (?:them|him|her|the \w+)(?: to)? stay\b",
    ],
    "es": [
        rf"\b(?:sujet[ea]n?|sujetar|retenga|retener|bloque[ea]n?|bloquear|inmovilic[ea]|inmovilizar|agarr[ea]|agarrar|"
        rf"detenga|detener|acorral[ea]|encierre|encerrar){WORD}{{0,25}}?\b{QUIEN}",
        r"\b(?:sujét|retén|retenga|bloqué|inmovilíc|agárr|deténga|enciérr)\w*(?:l[aeo]s?)\b",
        rf"\b(?:siga|seguir|persiga|perseguir|corra tras|vaya tras|ir tras)\b{WORD}{{0,12}}?\b{QUIEN}",
        r"\b(?:sígal|persígal|síguel|seguirl|perseguirl)[aeo]s?\b",
        rf"\b(?:cierre|cerrar|eche|echar)\b{WORD}{{0,20}}?\b(?:con llave|la llave|el cerrojo|el paso)\b",
        rf"\b(?:póngase|ponerse|colóquese|quédese|siéntese)\b{WORD}{{0,15}}?\b(?:delante de|frente a|entre)\b"
        rf"{WORD}{{0,25}}?\b(?:puerta|salida)\b",
        rf"\b(?:impida|impedir|evite|evitar)\b{WORD}{{0,12}}?\b(?:salg?an?|salir|se vaya|irse|la salida)\b",
        r"\boblíguel[aeo]s? a quedarse\b",
    ],
}
#: What is refused because it says not to let them go.
NEVER = {
    "en": [r"\b(?:do not|don['’]t|never) let (?:them|him|her|the (?:person|client|patient|child)) (?:leave|go|out)\b"],
    "es": [
        r"\bno (?:l[aeo]s? )?(?:deje|permita|dejes|permitas)\b(?: que)?(?: \w+){0,3}? "
        r"(?:salir|salga|irse|ir|se vaya|se marche)\b"
    ],
}
NOT = {
    "en": r"\b(?:not(?! hesitate)|never|no|nobody|without|avoid|don['’]t(?! hesitate)|cannot|can['’]t|instead of|"
    r"rather than)\b",
    "es": r"\b(?:no|nunca|jamás|sin|ni|nadie|evite|en vez de|en lugar de)\b",
}
#: What step 2 says in each of its languages: (what it has to match, what to say when it does not).
SAFETY = {
    "en": [
        (r"\b(?:danger|safe|safety|harm)\b", _("This step has to ask whether anybody is in danger or safe.")),
        (r"\b(?:emergency|crisis)\b", _("This step has to say: in danger, call the emergency or crisis service.")),
        (
            r"(?:\bnot|n['’]t|\bnever)\b[^.]*\b(?:hold|block)",
            _("This step has to say: do not hold or block the person."),
        ),
    ],
    "es": [
        (r"\b(?:peligro|a salvo|segur[oa])\b", _("This step has to ask whether anybody is in danger or safe.")),
        (r"\b(?:emergencias?|crisis)\b", _("This step has to say: in danger, call the emergency or crisis service.")),
        (
            r"\b(?:no|nunca|ni)\b[^.]*\b(?:sujet|reten|bloque|cierre el paso)",
            _("This step has to say: do not hold or block the person."),
        ),
    ],
}
EMERGENCY = 1  # its place in SAFETY: said in every setting
ADVISES = _("Doorway never advises to hold, block or follow anybody. Say what to do instead.")


def advises(words, language):
    """Whether a text tells somebody to hold, block or follow a person, or not to let them go."""
    return any(is_advice(sentence, language) for sentence in re.split(r"[.;:!?•\n]", words))


def is_advice(sentence, language):
    if any(re.search(pattern, sentence, re.IGNORECASE) for pattern in NEVER[language]):
        return True
    for pattern in ADVICE[language]:
        if found := re.search(pattern, sentence, re.IGNORECASE):
            return not re.search(NOT[language], sentence[: found.end()], re.IGNORECASE)
    return False


def missing_from(lines):
    """What step 2 lacks, from `lines` as (words, their language): what to say about each."""
    return [words for place, (_pattern, words) in enumerate(SAFETY["en"]) if not is_told(lines, place)]


def lacks_emergency(lines):
    return not is_told(lines, EMERGENCY)


def is_told(lines, place):
    return any(re.search(SAFETY[language][place][0], words, re.IGNORECASE) for words, language in lines)
