"""The indexed file in words: for whom, which kinds of pieces, and how each is treated."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accreditation.casefile.pieces import PieceKind, Purpose, Treatment

PURPOSE_WORDS: dict[str, Any] = {
    Purpose.OBJECTION: _l("For an objection (Awb 7:4)"),
    Purpose.COURT: _l("For the court (Awb 8:42)"),
    Purpose.WOO: _l("For disclosure (Woo)"),
}
PURPOSE_HINTS: dict[str, Any] = {
    Purpose.OBJECTION: _l("Every piece about the case. Internal advice lies in a folder of its own."),
    Purpose.COURT: _l("Every piece about the case. Internal advice lies in a folder of its own."),
    Purpose.WOO: _l(
        "People appear by their role. Internal advice is left out. Files that somebody handed in lie apart: check "
        "them first."
    ),
}
PIECE_WORDS: dict[str, Any] = {
    PieceKind.SUBMISSION: _l("Proposal"),
    PieceKind.EVIDENCE: _l("Document"),
    PieceKind.DOSSIER: _l("Dossier"),
    PieceKind.ASSESSMENT: _l("Assessment"),
    PieceKind.ADVICE: _l("Advice"),
    PieceKind.INTERNAL_NOTE: _l("Internal advice"),
    PieceKind.HEARING: _l("Hearing"),
    PieceKind.DECISION: _l("Decision"),
    PieceKind.LETTER: _l("Letter"),
    PieceKind.OBJECTION: _l("Objection"),
    PieceKind.EVENTS: _l("Trail"),
}
TREATMENT_WORDS: dict[str, Any] = {
    Treatment.GIVEN: "",
    Treatment.APART: _l("Internal: decide first whether it goes along (Awb 7:4, 8:29)"),
    Treatment.TO_CHECK: _l("As it came in: check for names first (Woo 5.1)"),
    Treatment.LEFT_OUT: _l("Left out (Woo 5.2)"),
}
GONE = _l("The file cannot be found. Tell whoever looks after the service.")
CHANGED = _l("The file is not what it was when it came in. Tell whoever looks after the service.")
