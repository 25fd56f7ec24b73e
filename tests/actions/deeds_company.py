"""Every verb on what holds for everybody done once, by whoever is asked."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

from actions import (
    backup,
    demo,
    exception_rules,
    exporting,
    goals,
    handed_in,
    import_files,
    keeping,
    path_places,
    personal,
    playbooks,
    propose_mapping,
    quality,
    refresh,
    settings,
    views,
)
from actions.playbooks import Piece
from data_access import suppressions, uploads
from data_access.errors import NotAllowed
from data_access.viewer import SYSTEM, Viewer
from models.ctq import Branch
from models.mapping import parse
from models.playbook import default
from models.sipoc import Line
from tests.actions.world import (
    LATER,
    MAPPING,
    MUCH_LATER,
    NOW,
    RULE,
    TODAY,
    World,
    contact,
    deed,
    files,
    goal,
    no_goal,
    old_files,
    piece,
    rule,
    saved,
    scored,
    sheet,
    tree,
)


@deed("exception_rules.add_rule")
def _(w: World, who: Viewer, _: str) -> None:
    exception_rules.add_rule(w.store, who, NOW, RULE)


@deed("exception_rules.change_rule")
def _(w: World, who: Viewer, _: str) -> None:
    exception_rules.change_rule(w.store, who, NOW, rule(w), 1, RULE)


@deed("exception_rules.switch_rule")
def _(w: World, who: Viewer, _: str) -> None:
    exception_rules.switch_rule(w.store, who, NOW, rule(w), 1, on=True)


@deed("exception_rules.retire_rule")
def _(w: World, who: Viewer, _: str) -> None:
    exception_rules.retire_rule(w.store, who, NOW, rule(w), 1)


@deed("exception_rules.revert_rule")
def _(w: World, who: Viewer, _: str) -> None:
    exception_rules.revert_rule(w.store, who, NOW, rule(w), 1, 1)


@deed("goals.set_goal")
def _(w: World, who: Viewer, _: str) -> None:
    goals.set_goal(no_goal(w), who, NOW, "grr", 0.9, TODAY, LATER)


@deed("goals.change_goal")
def _(w: World, who: Viewer, _: str) -> None:
    goals.change_goal(w.store, who, NOW, goal(w), 1, 0.95, TODAY, LATER)


@deed("goals.retire_goal")
def _(w: World, who: Viewer, _: str) -> None:
    goals.retire_goal(w.store, who, NOW, goal(w), 1)


@deed("playbooks.save_playbook")
def _(w: World, who: Viewer, _: str) -> None:
    playbooks.save_playbook(w.store, who, NOW, replace(default("captive"), goal=f"Goal {w.n}"))


@deed("playbooks.revert_playbook")
def _(w: World, who: Viewer, _: str) -> None:
    playbooks.save_playbook(w.store, SYSTEM, NOW, replace(default("captive"), goal=f"Goal {w.n}"))
    playbooks.revert_playbook(w.store, who, NOW, "captive", 0)


@deed("playbooks.add_content")
def _(w: World, who: Viewer, _: str) -> None:
    playbooks.add_content(w.store, who, NOW, Piece("Guide", "To read"))


@deed("playbooks.edit_content")
def _(w: World, who: Viewer, _: str) -> None:
    playbooks.edit_content(w.store, who, NOW, piece(w), 1, Piece("Guide", "To read twice"))


@deed("playbooks.retire_content")
def _(w: World, who: Viewer, _: str) -> None:
    playbooks.retire_content(w.store, who, NOW, piece(w), 1)


@deed("quality.save_sipoc")
def _(w: World, who: Viewer, _: str) -> None:
    quality.save_sipoc(w.store, who, NOW, "onboarding", [Line("inputs", f"By {w.n}")], sheet(w))


@deed("quality.save_tree")
def _(w: World, who: Viewer, _: str) -> None:
    quality.save_tree(w.store, who, NOW, [Branch(f"Need {w.n}", "Driver")], tree(w))


@deed("quality.revert")
def _(w: World, who: Viewer, _: str) -> None:
    quality.revert(w.store, who, NOW, "sipoc", "onboarding", 0, sheet(w))


@deed("settings.choose")
def _(w: World, who: Viewer, _: str) -> None:
    settings.choose(w.store, who, NOW, saved(w), {"alert_budget": 5 + w.n})


@deed("settings.revert")
def _(w: World, who: Viewer, _: str) -> None:
    settings.revert(w.store, who, NOW, saved(w), 0)


@deed("views.save_view")
def _(w: World, who: Viewer, account: str) -> None:
    views.save_view(w.store, who, NOW, "accounts", f"View {w.n}", "risk=40")


@deed("views.forget_view")
def _(w: World, who: Viewer, _: str) -> None:
    with suppress(NotAllowed):
        views.save_view(w.store, who, NOW, "accounts", "Gone", "risk=40")
    views.forget_view(w.store, who, NOW, "accounts", "Gone")


@deed("import_files.import_files")
def _(w: World, who: Viewer, _: str) -> None:
    import_files.import_files(w.store, who, NOW, parse(MAPPING), files(w))


@deed("propose_mapping.keep_uploads")
def _(w: World, who: Viewer, _: str) -> None:
    propose_mapping.keep_uploads(w.store, who, NOW, [("a.csv", BytesIO(b"id\n1\n"))])


@deed("demo.make_demo")
def _(w: World, who: Viewer, account: str) -> None:
    demo.make_demo(w.fresh(), who, NOW, as_of=TODAY, accounts=12, months=4)


@deed("backup.backup")
def _(w: World, who: Viewer, _: str) -> None:
    backup.backup(w.store, who, NOW, w.folder / f"{w.n}.rounds")


@deed("backup.restore")
def _(w: World, who: Viewer, _: str) -> None:
    file = w.folder / f"{w.n}.rounds"
    backup.backup(w.store, SYSTEM, NOW, file)
    backup.restore(w.store, who, NOW, file, replace=True)


@deed("exporting.exported")
def _(w: World, who: Viewer, account: str) -> None:
    exporting.exported(w.store, who, NOW, "accounts", 3)


@deed("exporting.export")
def _(w: World, who: Viewer, account: str) -> None:
    exporting.export(scored(w), who, NOW, "accounts", "csv", w.folder / "accounts.csv")


@deed("refresh.refresh")
def _(w: World, who: Viewer, _: str) -> None:
    refresh.refresh(scored(w), who, NOW)


@deed("refresh.refresh_weeks")
def _(w: World, who: Viewer, _: str) -> None:
    refresh.refresh_weeks(scored(w), who, NOW, 1, TODAY - timedelta(weeks=w.n))


@deed("personal.export")
def _(w: World, who: Viewer, _: str) -> None:
    personal.export(w.store, who, NOW, contact(w))


@deed("personal.erase")
def _(w: World, who: Viewer, _: str) -> None:
    personal.erase(w.store, who, NOW, contact(w))


@deed("personal.erase_again")
def _(w: World, who: Viewer, _: str) -> None:
    personal.erase_again(w.store, who, NOW)


@deed("handed_in.tidy")
def _(w: World, who: Viewer, _: str) -> None:
    with w.store.database.write() as connection:
        suppressions.add(connection, "E-1", ["zoe@acme.example"])
    folder = uploads.new_folder(w.store, NOW)
    uploads.keep(folder, "a.csv", BytesIO(b"mail\nzoe@acme.example\n"))
    handed_in.tidy(w.store, who, NOW, folder)


@deed("keeping.apply")
def _(w: World, who: Viewer, _: str) -> None:
    keeping.apply(old_files(w), who, MUCH_LATER)


@deed("keeping.apply_if_free")
def _(w: World, who: Viewer, _: str) -> None:
    keeping.apply_if_free(old_files(w), who, MUCH_LATER)


@deed("path_places.place_accounts")
def _(w: World, who: Viewer, _: str) -> None:
    path_places.place_accounts(scored(w), who, NOW)
