"""`python -m benchmarks.churn`: what the churn model reaches, beside what it has to beat.

Real data are read from --data: `oulad/learners.csv`, `oulad/clicks.csv.gz` and
`telco/Telco-Customer-Churn.csv` below it.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks import churn_demo, churn_oulad, churn_ratio, churn_telco

PARTS = ("telco", "oulad", "demo", "none", "ratio")


def main() -> None:
    """Run all parts, or one."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.churn", description=__doc__)
    parser.add_argument("--only", choices=PARTS, help="one part alone")
    parser.add_argument("--data", type=Path, help="folder with oulad/ and telco/")
    chosen = parser.parse_args()
    for part in [chosen.only] if chosen.only else PARTS:
        if part in ("telco", "oulad"):
            _real(part, chosen.data, parser)
        elif part == "ratio":
            churn_ratio.run(Path(tempfile.gettempdir()) / "rounds-bench")
        else:
            churn_demo.run() if part == "demo" else churn_demo.run_without()


def _real(part: str, data: Path | None, parser: argparse.ArgumentParser) -> None:
    if data is None or not (data / part).is_dir():
        parser.error(f"{part} needs its data: give --data FOLDER with {part}/ in it")
    if part == "telco":
        churn_telco.run(data / "telco" / "Telco-Customer-Churn.csv")
    else:
        churn_oulad.run(data / "oulad")


if __name__ == "__main__":
    main()
