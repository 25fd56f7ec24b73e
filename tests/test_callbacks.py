"""No expression calls back into Python: the server would stand still.

A table on its way to a browser holds the interpreter (Polars' `to_pandas`) and waits for Polars' threads; if
these wait for the interpreter to run a function of ours, neither ever goes on.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ("shell", "pages", "components", "actions", "data_access", "models")
CALLS_BACK = re.compile(r"\b(map_elements|map_batches|map_groups|map_rows|rolling_map|register_io_source)\(")


@pytest.mark.parametrize("layer", LAYERS)
def test_no_expression_calls_back(layer: str) -> None:
    files = sorted((ROOT / layer).rglob("*.py"))
    assert files
    found = [path.relative_to(ROOT) for path in files if CALLS_BACK.search(path.read_text(encoding="utf-8"))]
    assert found == [], "loop over the values instead, as components.tables.told does"
