"""Which code made a snapshot."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

NUMBER = "0.1.0"


@cache
def code_version() -> str:
    """The release and a short digest of the mathematics, equal exactly when `models/` is equal."""
    digest = hashlib.sha256()
    for path in sorted((Path(__file__).parent.parent / "models").rglob("*.py")):
        digest.update(path.read_bytes())
    return f"{NUMBER}+{digest.hexdigest()[:10]}"
