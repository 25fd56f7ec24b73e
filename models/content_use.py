"""Where each piece of content is sent from: the playbooks and the steps of paths that name it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from models.findings import KINDS
from models.paths.adopted import HappyPath
from models.playbook import Playbook


def sent_by(playbooks: Mapping[str, Playbook], paths: Iterable[HappyPath]) -> dict[int, list[str]]:
    """Every place that sends a piece, in words, by the piece's id; a piece that nobody sends is left out.

    >>> from models.playbook import default
    >>> from dataclasses import replace
    >>> sent_by({"captive": replace(default("captive"), content=(4,))}, [])
    {4: ['the playbook Captive']}
    """
    places: dict[int, list[str]] = {}
    for name, playbook in playbooks.items():
        for piece in playbook.content:
            places.setdefault(piece, []).append(f"the playbook {KINDS.get(name, name.capitalize())}")
    for path in paths:
        for step in path.steps:
            for piece in step.content:
                places.setdefault(piece, []).append(f"the step {step.name} of {path.name}")
    return places
