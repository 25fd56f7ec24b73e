"""What to do in one quarter of the quadrant or about one kind of exception: a playbook people edit."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace

from models import quadrant
from models.findings import KINDS, OWN
from models.prescriptions import BY_HAND, PRESCRIPTIONS, talk_track
from models.prescriptions import MEDICINE as MINDS

PLACEHOLDERS: dict[str, str] = {
    "name": "the account",
    "contact": "the person to call",
    "role": "what that person does",
    "reasons": "why the account is on the list",
    "mrr": "what they pay a month",
    "renewal": "the day they decide",
    "quadrant": "its quarter",
}
"""What a talk track may name in braces, and what stands there in a call."""

NOT_KNOWN = "not known"

_BRACES = re.compile(r"\{([^{}\n]*)\}")
_HEADED = re.compile(r"^[A-Z][^:\n]{0,30}: \S")


@dataclass(frozen=True)
class Playbook:
    """One playbook: `name` is a quarter or a kind of exception, `within_days` counts from the trouble.

    `talk` has one line a thought, each with its head ("Open: …"), with `PLACEHOLDERS` in braces.
    `content` holds the ids of the pieces to send.
    """

    name: str
    do: str
    who: str
    within_days: int
    goal: str
    talk: str
    follow_up: str
    content: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Own:
    who: str
    within_days: int
    goal: str
    opens: str
    ends: str
    follow_up: str


_QUARTERS: dict[str, _Own] = {
    quadrant.ADVOCATE: _Own(
        "The CSM",
        30,
        "A reference, a referral or a talk to others, agreed with a day.",
        "You get a lot out of it. Whom do you know who should hear how you do it?",
        "Thank them. Agree what they will do, and what we do for them.",
        "Write within a day with the names and the next step. Ask again in six months, not sooner.",
    ),
    quadrant.CAPTIVE: _Own(
        "The CSM who owns the account",
        7,
        "They name what went wrong, and we say by when it is put right.",
        "You work with us every day, and you are not happy. What went wrong?",
        "Repeat what you heard. Say what you will put right and by when. Sell nothing.",
        "Ring back on the day you named, and ask two weeks later whether it held.",
    ),
    quadrant.FAN: _Own(
        "The CSM",
        14,
        "One task that they do with us next week.",
        "You like working with us, and there is something you have not tried yet. May I show you?",
        "Agree on one thing to try, and send the piece that shows it.",
        "Look after a week whether they did it. If not, offer ten minutes together.",
    ),
    quadrant.ADRIFT: _Own(
        "The CSM with an executive of ours",
        7,
        "A new plan for success: what they want to reach, by when, and who does what.",
        "We have not done enough for you. What did you want to reach when you began?",
        "Agree on a new plan with two or three steps and a day for each.",
        "Send the plan the same day. Meet again after four weeks.",
    ),
    quadrant.SILENT: _Own(
        "The CSM",
        21,
        "We know how they feel, and whom to ask next time.",
        "We have not heard from you for a long time. How is it going?",
        "Ask who else we should hear, and how they like to be reached.",
        "Write down what they said. Ask again in three months.",
    ),
}
_KIND_DAYS = {
    "detractor": 2,
    "renewal_untouched": 7,
    "declined": 7,
    "silent": 21,
    "stalled": 7,
    "never_started": 7,
    "handoff_late": 2,
    "handoff_dropped": 2,
    "handoff_bounced": 7,
    "waiting_on_us": 1,
    "emotion_dropped": 2,
    "champion_quiet": 7,
}


def default(name: str) -> Playbook:
    """The playbook that holds until somebody saves another. Raises `ValueError` for an unknown name.

    >>> default("captive").within_days
    7
    """
    if name in _QUARTERS:
        own = _QUARTERS[name]
        lines = [f'Open: "{own.opens}"', "Know: {reasons}", f"Mind: {MINDS[name]}", f"End: {own.ends}"]
        talk = "\n".join(lines)
        return Playbook(
            name, quadrant.MEDICINE[name], own.who, own.within_days, own.goal, talk, own.follow_up
        )
    if not has(name):
        raise ValueError(f"There is no playbook called {name}; there are {', '.join(names())}.")
    medicine = PRESCRIPTIONS.get(name, BY_HAND)
    return Playbook(
        name,
        medicine.do,
        "The CSM",
        _KIND_DAYS.get(name, 14),
        medicine.end_with,
        talk_track(name, None, ["{reasons}"]),
        "Log what came of it. The next refresh looks whether it helped.",
    )


def has(name: str) -> bool:
    """Whether a playbook can have this name: a quarter, a kind, or the kind of a rule of one's own."""
    return name in names() or (name.startswith(OWN) and name[len(OWN) :].isdigit())


def names() -> tuple[str, ...]:
    """Every name a playbook can have: the quarters, then the kinds of exceptions.

    A name that is both (silent) is one playbook.
    """
    return tuple(dict.fromkeys((*_QUARTERS, *KINDS)))


def troubles(playbook: Playbook) -> list[str]:
    """What has to be mended before this can be saved, a sentence each; empty when nothing has.

    >>> troubles(replace(default("captive"), talk="Open: Hello {nmae}"))[0].split(";")[0]
    'The talk track names {nmae}, which nothing fills'
    """
    said = []
    if not has(playbook.name):
        said.append(f"There is no quarter or kind called {playbook.name}; there are {', '.join(names())}.")
    unknown = [word for word in _BRACES.findall(playbook.talk) if word not in PLACEHOLDERS]
    if unknown:
        words = ", ".join(f"{{{word}}}" for word in dict.fromkeys(unknown))
        known = ", ".join(f"{{{word}}}" for word in PLACEHOLDERS)
        said.append(f"The talk track names {words}, which nothing fills; it can name {known}.")
    headless = [line for line in _lines(playbook.talk) if not _HEADED.match(line)]
    if headless:
        said.append(
            f"Begin each line of the talk track with a word and a colon, as in “Open: …”; "
            f"this one does not: “{headless[0][:60]}”."
        )
    said += [f"Say {what}." for field, what in _NEEDED.items() if not str(getattr(playbook, field)).strip()]
    if not 0 < playbook.within_days <= 365:
        said.append("The days to call within lie between 1 and 365.")
    return said


def filled(talk: str, facts: Mapping[str, object]) -> str:
    """The text with each placeholder replaced; what is not known of this account reads "not known".

    One pass: braces in an account's own name are never filled again.

    >>> filled("Ask {contact} of {name}", {"name": "Nord {mrr}", "contact": None})
    'Ask not known of Nord {mrr}'
    """
    return "".join(str(facts.get(text) or NOT_KNOWN) if named else text for text, named in parts(talk))


def tidy(playbook: Playbook) -> Playbook:
    """The same without empty lines and stray spaces."""
    return replace(
        playbook,
        do=playbook.do.strip(),
        who=playbook.who.strip(),
        goal=playbook.goal.strip(),
        talk="\n".join(_lines(playbook.talk)),
        follow_up=playbook.follow_up.strip(),
    )


def sending(playbook: Playbook, pieces: Mapping[int, str]) -> Playbook:
    """The same with a line in the talk track for each piece to send; `pieces` holds their words by id."""
    lines = [f"Send: {pieces[piece]}" for piece in playbook.content if piece in pieces]
    return replace(playbook, talk="\n".join([playbook.talk, *lines]))


def parts(talk: str) -> list[tuple[str, bool]]:
    """The talk track cut at its placeholders: each part, and whether it is the name of one.

    >>> parts("Ask {contact} {why}.")
    [('Ask ', False), ('contact', True), (' {why}.', False)]
    """
    cut: list[tuple[str, bool]] = []
    at = 0
    for match in _BRACES.finditer(talk):
        if match.group(1) in PLACEHOLDERS:
            cut += [(talk[at : match.start()], False), (match.group(1), True)]
            at = match.end()
    return [(text, named) for text, named in [*cut, (talk[at:], False)] if text]


def as_body(playbook: Playbook) -> str:
    """The playbook as the JSON that is stored."""
    return json.dumps(asdict(playbook), ensure_ascii=False)


def from_body(body: str) -> Playbook:
    """A stored playbook; a field that was not there when it was saved is taken from the default."""
    given = json.loads(body)
    known = {field.name for field in fields(Playbook)}
    values = {name: value for name, value in given.items() if name in known}
    return replace(default(given["name"]), **values | {"content": tuple(given.get("content", ()))})


_NEEDED = {
    "do": "what to do",
    "who": "who calls",
    "goal": "what the call should reach",
    "talk": "at least one line for the talk track",
}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
