"""Kinds of organisations and what people do in them. No database, no clock."""

from __future__ import annotations

from enum import StrEnum

from app.core.words import Lazy, _l

MOST_NAME_LETTERS = 120
MOST_SHORT_NAME_LETTERS = 40


class OrganisationKind(StrEnum):
    OFFICE = "office"
    TRAINING_CENTRE = "training_centre"  # BLK, LPK
    NGO = "ngo"
    BANK = "bank"


class Function(StrEnum):
    """What somebody does for an organisation; it opens nothing by itself: what one may do on the site are roles."""

    TRAINER = "trainer"
    COUNSELLOR = "counsellor"
    SUPERVISOR = "supervisor"


KIND_WORDS: dict[OrganisationKind, Lazy] = {
    OrganisationKind.OFFICE: _l("Kantor pemerintah"),
    OrganisationKind.TRAINING_CENTRE: _l("Tempat latihan (BLK atau LPK)"),
    OrganisationKind.NGO: _l("Lembaga masyarakat (LSM, yayasan, komunitas)"),
    OrganisationKind.BANK: _l("Bank atau koperasi"),
}
FUNCTION_WORDS: dict[Function, Lazy] = {
    Function.TRAINER: _l("Pelatih"),
    Function.COUNSELLOR: _l("Konselor"),
    Function.SUPERVISOR: _l("Penanggung jawab"),
}


def function_words(code: str) -> str:
    """The word for a function; a code nobody knows stays as it is."""
    return str(FUNCTION_WORDS[Function(code)]) if code in set(Function) else code
