"""What no edition may say: told by its words, in both languages, and silent about what Doorway itself says."""

import pytest

from protocols import content, editions, red_lines, rules
from protocols.models import ProtocolVersion

REFUSED = {
    "en": [
        "Hold the person until help comes.",
        "Block the door.",
        "Follow them to the car.",
        "Stand between them and the door.",
        "Lock the door.",
        "Do not let them leave.",
        "Stop them from leaving.",
        "Go after the client.",
        "Hold them down gently.",
        "Make them stay.",
        "Restrain the client if needed.",
        "Stay calm and block the exit.",
        "Don't worry: follow him outside.",
        "Do not hesitate to hold the child.",
    ],
    "es": [
        "Sujete a la persona.",
        "Bloquee la puerta.",
        "Siga a la persona hasta el coche.",
        "Sígalo.",
        "No deje que se vaya.",
        "No le deje salir.",
        "Cierre con llave.",
        "Póngase delante de la puerta.",
        "Impida que salga.",
        "Reténgala hasta que llegue ayuda.",
        "Persiga al cliente.",
    ],
}
FINE = {
    "en": [
        "Hold the line open.",
        "Follow up with them tomorrow.",
        "Follow your policy on minors.",
        "Do not follow them.",
        "Keep the door open for them.",
        "Walk with them to the door if they like.",
        "Never stand between them and the door.",
        "Follow nobody through the home. Block no door.",
        "Follow the emergency plan you agreed on with the client.",
    ],
    "es": ["Siga en la línea con la persona.", "No siga a la persona.", "No se ponga entre la persona y la puerta."],
}


@pytest.mark.parametrize(("language", "words"), [(each, words) for each, rows in REFUSED.items() for words in rows])
def test_advice_to_hold_block_or_follow_is_refused(language, words):
    assert red_lines.advises(words, language)


@pytest.mark.parametrize(("language", "words"), [(each, words) for each, rows in FINE.items() for words in rows])
def test_the_same_words_in_another_sense_are_not(language, words):
    assert not red_lines.advises(words, language)


@pytest.mark.parametrize("number", editions.EDITIONS)
def test_what_comes_with_doorway_keeps_its_own_rules(db, number):
    assert rules.problems_in(content.of(ProtocolVersion.objects.get(number=number))) == []
