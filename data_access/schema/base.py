"""What every table of the store shares: its naming, its types and its kind of number."""

from __future__ import annotations

from typing import Any

import polars as pl
import sqlalchemy as sa

METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

SQL_TYPES: dict[pl.DataType, sa.types.TypeEngine[Any]] = {
    pl.String(): sa.Text(),
    pl.Date(): sa.Date(),
    pl.Datetime("us"): sa.DateTime(),
    pl.Float64(): sa.Double(),
    pl.Int64(): sa.BigInteger(),
    pl.Boolean(): sa.Boolean(),
}

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
