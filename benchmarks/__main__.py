"""`python -m benchmarks`: everything that is measured, each beside its peer in the same run.

Seconds depend on the machine; read the ratios. The company is made once below the system's
temporary folder and kept there.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import polars as pl

from benchmarks import app, import_and_refresh
from benchmarks.company import files


def main() -> None:
    """Run both parts, or one."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", choices=["data", "app"], help="one part alone")
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--events", type=int, default=10_000_000)
    chosen = parser.parse_args()
    folder = Path(tempfile.gettempdir()) / "rounds-bench"
    company = files(folder, chosen.accounts, chosen.events)
    scratch = folder / "scratch"
    if chosen.only != "app" or not (scratch / "home").exists():
        import_and_refresh.run(company, scratch)
    if chosen.only != "data":
        account = pl.read_parquet(company / "accounts.parquet").filter(pl.col("churned_on").is_null())
        app.run(scratch / "home", account["account_id"][0])


if __name__ == "__main__":
    main()
