"""Demo companies that several tests read; each is made once."""

from __future__ import annotations

from datetime import date

import pytest

from models.demo import Company, company

AS_OF = date(2026, 7, 14)


@pytest.fixture(scope="package")
def usual() -> Company:
    """The company that a new install shows: 400 accounts, 24 months."""
    return company(AS_OF)


@pytest.fixture(scope="package")
def larger() -> Company:
    return company(AS_OF, accounts=2_000, seed=3)
