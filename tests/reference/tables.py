"""The tables a loader needs, without those of areas to the right: what is loaded is found, so also the index."""

from __future__ import annotations

from sqlalchemy import Table

import hubs.core.searching.models
import hubs.core.stamps
import hubs.directory.models  # noqa: F401
from hubs.extensions import Base

AREAS = ("hubs.core.stamps", "hubs.core.searching.", "hubs.reference.", "hubs.accounts.", "hubs.directory.")


def loaded_tables() -> list[Table]:
    """Tables of the reference data and the directory, parents first."""
    mappers = [mapper for mapper in Base.registry.mappers if mapper.class_.__module__.startswith(AREAS)]
    names = {mapper.local_table.name for mapper in mappers}
    names |= {key.column.table.name for mapper in mappers for key in mapper.local_table.foreign_keys}
    return [Base.metadata.tables[name] for name in sorted(names)]
