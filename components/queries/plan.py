"""Who has taken which call."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import streamlit as st

from data_access import claims

if TYPE_CHECKING:
    from components.queries import Reader

_FEW = 32


def taken(reader: Reader, now: datetime) -> dict[str, dict[str, Any]]:
    """The claims that stand on the viewer's accounts, by account; rows of `data_access.claims.CLAIMS`.

    Each claim is on the audit log, so that what is kept is stale as soon as somebody takes another.
    """
    stamps, scope = reader.stamps, reader.viewer.scope
    known = _taken(str(reader.store.database.url), stamps.changes, stamps.imports, scope, reader, now)
    return {account: row for account, row in known.items() if row["taken_at"] > now - claims.LASTS}


@st.cache_resource(max_entries=_FEW, show_spinner=False)
def _taken(
    store_key: str, changes: int, imports_stamp: int, scope: str, _reader: Reader, _now: datetime
) -> dict[str, dict[str, Any]]:
    standing = claims.standing(_reader.store.database, _reader.viewer, _now)
    return {row["account_id"]: row for row in standing.iter_rows(named=True)}
