"""The market-need dossier: what is counted, how it is put down, and what each reader may see (letter rec. 4 and 9).

Pure: rows and records go in, a JSON value comes out. It holds codes, numbers and days; sentences are made when shown.
"""

from __future__ import annotations

from hubs.accreditation.dossier.counting import Cell, Counted, PartRow, QuestionRow, count_questions
from hubs.accreditation.dossier.payload import FORMAT, Scope, TradeRow, dossier_payload, payload_sha256
from hubs.accreditation.dossier.periods import Periods, periods_before
from hubs.accreditation.dossier.reading import Reader, shown_dossier
from hubs.accreditation.dossier.supply import ServiceFacts, SupplierFacts, supply_map

__all__ = [
    "FORMAT",
    "Cell",
    "Counted",
    "PartRow",
    "Periods",
    "QuestionRow",
    "Reader",
    "Scope",
    "ServiceFacts",
    "SupplierFacts",
    "TradeRow",
    "count_questions",
    "dossier_payload",
    "payload_sha256",
    "periods_before",
    "shown_dossier",
    "supply_map",
]
