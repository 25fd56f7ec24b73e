"""Reading what a team has: delimited text, workbooks, JSON lines, Parquet, and database queries."""

from data_access.files.errors import InputError
from data_access.files.sample import sample
from data_access.files.source import Source, open_file, open_table

__all__ = ["InputError", "Source", "open_file", "open_table", "sample"]
