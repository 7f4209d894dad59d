"""What the application may do with the protocol's tables: they hold no clinical row."""

from accounts.database_rights import EVERYTHING, REST

REST |= {
    "protocols_adoption": "SI",
    "protocols_draft": "SIU",
    "protocols_editiondeed": "SI",
    "protocols_editiontranslation": EVERYTHING,
    "protocols_owntask": EVERYTHING,
    "protocols_protocolstep": EVERYTHING,
    "protocols_protocolversion": EVERYTHING,
    "protocols_retirement": "SI",
    "protocols_steptranslation": EVERYTHING,
}
