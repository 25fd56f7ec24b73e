"""Every verb on an account, a path or a person done once, by whoever is asked."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from actions import (
    calls,
    exceptions,
    paths,
    people,
    plan,
    pulse,
    renewal_results,
    sending,
)
from actions.calls import Call
from data_access.errors import NotAllowed, NotYours
from data_access.viewer import SYSTEM, Viewer
from models.paths.adopted import tidy
from tests.actions.world import (
    LATER,
    NOW,
    PLAIN,
    TODAY,
    World,
    deed,
    edited,
    found,
    lent,
    listed,
    logged,
    path,
    piece,
    result,
    role,
)


@deed("calls.add_to_list")
def _(w: World, who: Viewer, account: str) -> None:
    calls.add_to_list(w.store, who, NOW, [Call(account)])


@deed("calls.log")
def _(w: World, who: Viewer, account: str) -> None:
    calls.log(w.store, who, NOW, Call(account), "reached", because="a test")


@deed("calls.log_many")
def _(w: World, who: Viewer, account: str) -> None:
    calls.log_many(w.store, who, NOW, [Call(account)], "reached", because="a test")


@deed("calls.describe")
def _(w: World, who: Viewer, account: str) -> None:
    calls.describe(w.store, who, NOW, logged(w, account), 1, note="Well")


@deed("calls.undo")
def _(w: World, who: Viewer, account: str) -> None:
    calls.undo(w.store, who, NOW, logged(w, account), 1)


@deed("plan.take")
def _(w: World, who: Viewer, account: str) -> None:
    plan.take(w.store, who, NOW, account, because="a test")


@deed("plan.let_go")
def _(w: World, who: Viewer, account: str) -> None:
    with suppress(NotAllowed, NotYours):
        plan.take(w.store, who, NOW, account, because="a test")
    plan.let_go(w.store, who, NOW, account)


@deed("plan.put_off")
def _(w: World, who: Viewer, account: str) -> None:
    plan.put_off(w.store, who, NOW, listed(w, account), LATER, "later")


@deed("plan.remove")
def _(w: World, who: Viewer, account: str) -> None:
    plan.remove(w.store, who, NOW, listed(w, account), LATER, "not now")


@deed("plan.hand_over")
def _(w: World, who: Viewer, account: str) -> None:
    plan.hand_over(w.store, who, NOW, listed(w, account), "ben", "Yours", LATER)


@deed("exceptions.judge")
def _(w: World, who: Viewer, account: str) -> None:
    exceptions.judge(w.store, who, NOW, found(w, account), 1, "true")


@deed("exceptions.snooze")
def _(w: World, who: Viewer, account: str) -> None:
    exceptions.snooze(w.store, who, NOW, found(w, account), 1, LATER, "a holiday")


@deed("paths.write_path")
def _(w: World, who: Viewer, _: str) -> None:
    paths.write_path(w.store, who, NOW, PLAIN)


@deed("paths.save_path")
def _(w: World, who: Viewer, _: str) -> None:
    paths.save_path(w.store, who, NOW, path(w), 1, replace(PLAIN, name="Other"))


@deed("paths.adopt_path")
def _(w: World, who: Viewer, _: str) -> None:
    paths.adopt_path(w.store, who, NOW, path(w, adopt=False), 1)


@deed("paths.revert_path")
def _(w: World, who: Viewer, _: str) -> None:
    paths.revert_path(w.store, who, NOW, edited(w), 2, 1)


@deed("paths.retire_path")
def _(w: World, who: Viewer, _: str) -> None:
    paths.retire_path(w.store, who, NOW, path(w), 1)


@deed("paths.tick_step")
def _(w: World, who: Viewer, account: str) -> None:
    paths.tick_step(w.store, who, NOW, path(w), tidy(PLAIN).steps[0].key, account)


@deed("paths.undo_tick")
def _(w: World, who: Viewer, account: str) -> None:
    paths.undo_tick(
        w.store, who, NOW, paths.tick_step(w.store, SYSTEM, NOW, path(w), tidy(PLAIN).steps[0].key, account)
    )


@deed("people.give_role")
def _(w: World, who: Viewer, _: str) -> None:
    people.give_role(w.store, who, NOW, email=f"to{w.n}@example.com", name="To", role="csm", csm_id=None)


@deed("people.take_role")
def _(w: World, who: Viewer, _: str) -> None:
    people.take_role(w.store, who, NOW, role(w))


@deed("people.lend")
def _(w: World, who: Viewer, _: str) -> None:
    people.lend(w.store, who, NOW, email="guest@example.com", csm_id="eva", until=None, reason="Leave")


@deed("people.give_back")
def _(w: World, who: Viewer, _: str) -> None:
    people.give_back(w.store, who, NOW, lent(w))


@deed("people.signed_in")
def _(w: World, who: Viewer, _: str) -> None:
    people.signed_in(w.store, who, NOW)


@deed("pulse.give")
def _(w: World, who: Viewer, account: str) -> None:
    pulse.give(w.store, who, NOW, account, 2, "They said so")


@deed("pulse.withdraw")
def _(w: World, who: Viewer, account: str) -> None:
    pulse.withdraw(w.store, who, NOW, pulse.give(w.store, SYSTEM, NOW, account, 2, "So"), 1)


@deed("renewal_results.record")
def _(w: World, who: Viewer, account: str) -> None:
    renewal_results.record(w.store, who, NOW, account, TODAY + timedelta(days=w.n), "lost", "price")


@deed("renewal_results.change")
def _(w: World, who: Viewer, account: str) -> None:
    renewal_results.change(w.store, who, NOW, result(w, account), 1, "lost", "price", "told")


@deed("renewal_results.undo")
def _(w: World, who: Viewer, account: str) -> None:
    renewal_results.undo(w.store, who, NOW, result(w, account), 1)


@deed("sending.send_by_mail")
def _(w: World, who: Viewer, account: str) -> None:
    sending.send_by_mail(w.store, who, NOW, account, [piece(w)])


@deed("sending.sent_with_call")
def _(w: World, who: Viewer, account: str) -> None:
    sending.sent_with_call(w.store, who, NOW, logged(w, account), [piece(w)])
