"""What to do and what to say, by kind of exception and engagement quadrant, in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from models.findings import (
    BREADTH_LOST,
    CHAMPION_QUIET,
    DECLINED,
    DETRACTOR,
    DEVIATED,
    EMOTION_DROPPED,
    HANDOFF_BOUNCED,
    HANDOFF_DROPPED,
    HANDOFF_LATE,
    HANDOFF_OVERLAP,
    NEVER_STARTED,
    PERCEPTION_GAP,
    RENEWAL_UNTOUCHED,
    SILENT,
    STALLED,
    WAITING_ON_US,
)


@dataclass(frozen=True)
class Prescription:
    """Medicine for one kind of exception: what to do, the question to open with, how to end the call.

    `saveability` is the share of such risk a call is thought to save until outcomes are measured.
    """

    do: str
    open_with: str
    end_with: str
    saveability: float


PRESCRIPTIONS: dict[str, Prescription] = {
    DECLINED: Prescription(
        do="Call and ask what changed in their work. Agree one thing to use again.",
        open_with="I saw that your team works with us less than it used to. What has changed?",
        end_with="Agree one task to do with us next week, and who does it.",
        saveability=0.20,
    ),
    DETRACTOR: Prescription(
        do="Call within 48 hours. Thank them, hear them out, and put right what you can.",
        open_with="Thank you for your honest answer. What happened?",
        end_with="Say what you will put right and by when. Ring back that day.",
        saveability=0.25,
    ),
    SILENT: Prescription(
        do="Ask in person. A call, not another survey.",
        open_with="We have not heard from you for a long time. How is it going?",
        end_with="Ask who else we should hear, and how they like to be reached.",
        saveability=0.10,
    ),
    RENEWAL_UNTOUCHED: Prescription(
        do="Call before the renewal. Review what they got, and ask what they need next.",
        open_with="Your renewal is near. What did you get from us this year, and what was missing?",
        end_with="Agree the next step to the renewal, and who decides.",
        saveability=0.20,
    ),
    STALLED: Prescription(
        do="Call and ask what keeps them from the next step. Do it with them, or send what shows how.",
        open_with="You came a good part of the way. What keeps you from the next step?",
        end_with="Agree a day for the step, and who does it.",
        saveability=0.20,
    ),
    DEVIATED: Prescription(
        do="Ask what they set out to reach, and whether what they left out would help. Then agree a way.",
        open_with="You go about it another way than most. What are you after?",
        end_with="Agree which of the steps they left out is worth doing, or note that they need none.",
        saveability=0.10,
    ),
    NEVER_STARTED: Prescription(
        do="Call and take the first step together. Ask who on their side is in charge of starting.",
        open_with="You have signed, and I would like to see you get going. What stands in the way?",
        end_with="Fix a day this week on which you take the first step together.",
        saveability=0.25,
    ),
    HANDOFF_LATE: Prescription(
        do="Ask the team that should take over who does, and by when. Tell the customer the name today.",
        open_with="Who from us is looking after you now, and what are you waiting for?",
        end_with="Name the person who takes over, and when they will ring.",
        saveability=0.15,
    ),
    HANDOFF_DROPPED: Prescription(
        do="Take it over yourself or name who does. Call the customer: nobody has been in charge of them.",
        open_with="Your new contact did not come forward, and that is our mistake. Where do you stand?",
        end_with="Name the person in charge from today, and meet all three within a week.",
        saveability=0.20,
    ),
    HANDOFF_BOUNCED: Prescription(
        do="Bring both teams to one table, find out what was missing, and hand it over once, complete.",
        open_with="You were passed to and fro between us. What did you have to tell us twice?",
        end_with="Say who stays in charge, and what is still missing.",
        saveability=0.10,
    ),
    HANDOFF_OVERLAP: Prescription(
        do="Settle which team is in charge, and have the other hand over.",
        open_with="Two teams of ours are in touch with you. Whom do you turn to, and for what?",
        end_with="Name the one person to turn to.",
        saveability=0.05,
    ),
    BREADTH_LOST: Prescription(
        do="Ask what they do instead for the work they dropped. Show it once more, or note why not.",
        open_with="There is something that you used every week and have left. What do you do instead?",
        end_with="Agree who tries it again, and on which task.",
        saveability=0.15,
    ),
    CHAMPION_QUIET: Prescription(
        do="Find out whether they are still there and in that role. If not, ask who follows them.",
        open_with="We have not seen you for a while. Do you still work with this, or does somebody else?",
        end_with="Name the person who carries it from now on, and meet them.",
        saveability=0.20,
    ),
    EMOTION_DROPPED: Prescription(
        do="Call, and ask what happened since their last answer. Put right what you can.",
        open_with="You were happier with us before. What happened?",
        end_with="Say what you will put right and by when. Ring back that day.",
        saveability=0.25,
    ),
    WAITING_ON_US: Prescription(
        do="Answer today, or say by when. Tell them who is at it.",
        open_with="You wrote to us and have not had an answer. I am sorry. Where do you stand?",
        end_with="Give the answer, or the day on which it comes, and keep it.",
        saveability=0.15,
    ),
    PERCEPTION_GAP: Prescription(
        do="Look at both: what the data cannot see, and what you may have missed. If unclear, call.",
        open_with="I would like to see with fresh eyes how you work with us. What goes well, what does not?",
        end_with="Give a new pulse after the call, with the reason.",
        saveability=0.10,
    ),
}

MEDICINE: dict[str, str] = {
    "advocate": "They use it and like it: ask whether they would be a reference or refer somebody.",
    "captive": "They depend on it and are unhappy: repair the relation first, sell nothing.",
    "forgetful fan": "They like it and forget it: show one thing worth coming back for.",
    "adrift": "They neither use it nor like it: offer to start over with a new plan for success.",
    "silent": "We do not know how they feel: ask, and listen.",
}
"""What each quadrant needs, whatever the exception."""

BY_HAND = Prescription(
    do="Call as planned.",
    open_with="I wanted to hear how you are doing.",
    end_with="Agree the next step and its day.",
    saveability=0.15,
)
"""For calls added by hand, and for kinds that have no prescription of their own yet."""


def prescription(kind: str, quadrant: str | None = None) -> str:
    """Say what to do about `kind` in an account of this quadrant.

    >>> prescription("silent")
    'Ask in person. A call, not another survey.'
    """
    do = PRESCRIPTIONS.get(kind, BY_HAND).do
    medicine = MEDICINE.get((quadrant or "").lower())
    return f"{do} {medicine}" if medicine else do


def talk_track(kind: str, quadrant: str | None, reasons: list[str]) -> str:
    """Lay out a call in lines: open, know, mind, end. Reasons are facts for the caller, not lines to read.

    >>> print(talk_track("detractor", None, ["Gave 3 of 10 on 1 Nov 2025."]))
    Open: "Thank you for your honest answer. What happened?"
    Know: Gave 3 of 10 on 1 Nov 2025.
    End: Say what you will put right and by when. Ring back that day.
    """
    medicine = PRESCRIPTIONS.get(kind, BY_HAND)
    lines = [f'Open: "{medicine.open_with}"', f"Know: {' '.join(reasons)}"]
    mind = MEDICINE.get((quadrant or "").lower())
    if mind:
        lines.append(f"Mind: {mind}")
    return "\n".join([*lines, f"End: {medicine.end_with}"])
