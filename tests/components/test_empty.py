"""What stands where there is nothing to show: whose book is empty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from components import empty
from components.queries import EVERYONE
from data_access.viewer import Viewer


@dataclass(frozen=True)
class _Reader:
    viewer: Viewer
    as_of: date = date(2026, 3, 3)


@pytest.mark.parametrize(
    ("viewer", "whose"), [(EVERYONE, "anybody's book"), (Viewer("eva@x.se", "Eva", "csm"), "Eva's book")]
)
def test_it_says_whose_book_is_empty(viewer: Viewer, whose: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(empty, "nothing", lambda sentence, *_: said.append(sentence))

    empty.nobody(_Reader(viewer))  # type: ignore[arg-type]  # who looks and the day are all it reads

    assert said == [f"There is no account in {whose} on 3 Mar 2026."]
