"""The command line: everything the app does on a schedule, and everything scripts need.

Exit 0: done. Exit 1: it could not be done, and one sentence says why. Exit 2: wrong usage.
With --json one JSON object goes to standard output; progress goes to standard error.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from actions import doctor as checks
from actions import keeping, personal
from actions.backup import backup, restore
from actions.churn import backtest
from actions.demo import is_empty, make_demo
from actions.exporting import EXPORTS, FORMATS, export
from actions.import_files import import_files
from actions.progress import Progress as Report
from actions.propose_mapping import propose_mapping
from actions.refresh import RefreshReport, needed, refresh, refresh_weeks
from data_access import people
from data_access.errors import DataError, RoundsError
from data_access.store import Store, open_store
from data_access.viewer import SYSTEM, Viewer
from models.contracts import ContractError
from models.mapping import MappingError, parse
from models.retention_rows import MEASURED, SCOPES

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Rounds, from the command line.")


def _one_of(known: Sequence[str]) -> Callable[[str], str]:
    """Check an argument that names one of a few things."""

    def check(value: str) -> str:
        if value not in known:
            raise typer.BadParameter(f"'{value}' is not one of {', '.join(known)}.")
        return value

    return check


ContactDeed = Annotated[str, typer.Argument(callback=_one_of(("export", "erase")), metavar="export,erase")]
What = Annotated[str, typer.Argument(callback=_one_of(list(EXPORTS)), metavar=",".join(EXPORTS))]
Format = Annotated[str, typer.Option("--format", callback=_one_of(FORMATS), metavar=",".join(FORMATS))]
AsOf = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="the last day that counts")]
AsJson = Annotated[bool, typer.Option("--json", help="print one JSON object")]


@app.command()
def demo(
    accounts: Annotated[int, typer.Option(min=1)] = 400,
    months: Annotated[int, typer.Option(min=1)] = 24,
    seed: int = 1,
    truth: Annotated[Path | None, typer.Option(help="write what was planted here")] = None,
    if_empty: Annotated[bool, typer.Option("--if-empty", help="only where nothing was imported yet")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a believable company, its truth known, and import it like any other."""
    with _work("rows,") as (store, report):
        if if_empty and not is_empty(store):
            _say(as_json, {"accounts": 0, "events": 0}, "There is data already; no demo company was made.")
            return
        made = make_demo(
            store,
            SYSTEM,
            _now(),
            as_of=_today(store) - timedelta(days=1),
            accounts=accounts,
            months=months,
            seed=seed,
            truth=truth,
            progress=report,
        )
    answer = {"accounts": made.accounts, "events": made.events, "tables": made.imported.as_dict()}
    _say(as_json, answer, f"Made {made.accounts:,} accounts with {made.events:,} usage events.")


@app.command("map")
def map_files(
    paths: Annotated[list[Path], typer.Argument(help="files to look at")],
    out: Annotated[Path | None, typer.Option(help="write the mapping here (TOML)")] = None,
    as_json: AsJson = False,
) -> None:
    """Look at files and propose a mapping, saying what is not sure."""
    with _sentences():
        proposal = propose_mapping(paths)
        if out is not None:
            out.write_text(proposal.mapping_toml, encoding="utf-8")
    answer = {
        "tables": list(proposal.tables),
        "unsure": list(proposal.unsure),
        "mapping": proposal.mapping_toml,
    }
    doubts = "".join(f"\nNot sure: {doubt}" for doubt in proposal.unsure)
    _say(as_json, answer, (f"Written to {out}." if out else proposal.mapping_toml) + doubts)


@app.command("import")
def import_(
    mapping: Annotated[Path, typer.Option(help="a mapping, TOML")],
    source: Annotated[str, typer.Option(help="what to call where it comes from")] = "files",
    data: Annotated[Path | None, typer.Option(help="where the files lie, if not beside the mapping")] = None,
    as_json: AsJson = False,
) -> None:
    """Bring files (or a query's rows) into the store: the same again changes nothing."""
    with _work("rows,") as (store, report):
        told = parse(_toml(mapping))
        base = data or mapping.parent
        done = import_files(store, SYSTEM, _now(), told, base, source=source, progress=report)
    _say(as_json, done.as_dict(), done.in_words())


@app.command("refresh")
def refresh_(
    as_of: AsOf = None,
    weeks: Annotated[int, typer.Option(min=0, help="also make the weekly snapshots before")] = 0,
    if_needed: Annotated[bool, typer.Option("--if-needed", help="only when something came in since")] = False,
    as_json: AsJson = False,
) -> None:
    """Score every account as of a day: one new snapshot."""
    day = as_of.date() if as_of else None
    with _work() as (store, report):
        if if_needed and not needed(store, _now(), day):
            _say(as_json, {"snapshot_id": None}, "The newest snapshot is up to date.")
            return
        if weeks:
            refresh_weeks(store, SYSTEM, _now(), weeks, day, progress=report)
        done = refresh(store, SYSTEM, _now(), day, progress=report)
    _say(as_json, _refreshed(done), done.in_words())


@app.command("export")
def export_(
    what: What,
    out: Annotated[Path, typer.Option(help="the file to write")],
    format_: Format,
    as_of: AsOf = None,
    viewer: Annotated[str | None, typer.Option(help="e-mail of whose book; everyone's if left out")] = None,
    dictionary: Annotated[Path | None, typer.Option(help="CSV for what the columns mean")] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(help="of retention: segment=Small, plan=, region=, csm=, quadrant=, path="),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write what a screen shows, whole, to a file."""
    narrowed = _narrowed(only or [])
    with _work() as (store, _):
        who = _viewer(store, viewer) if viewer else SYSTEM
        day = as_of.date() if as_of else None
        zone = _zone(store)
        rows = export(
            store,
            who,
            _now(),
            what,
            format_,
            out,
            as_of=day,
            dictionary_out=dictionary,
            zone=zone,
            narrowed=narrowed,
        )
    _say(as_json, {"rows": rows}, f"{rows:,} rows written to {out}.")


def _narrowed(only: list[str]) -> dict[str, list[str]]:
    """What `--only NAME=VALUE` asked for; the same name again allows another value."""
    found: dict[str, list[str]] = {}
    for one in only:
        name, sign, value = one.partition("=")
        if not sign or name not in (*SCOPES, *MEASURED):
            known = ", ".join((*SCOPES, *MEASURED))
            raise typer.BadParameter(f"'{one}' is not NAME=VALUE with one of {known}.")
        found.setdefault(name, []).append(value)
    return found


@app.command("backtest")
def backtest_(as_of: AsOf = None, as_json: AsJson = False) -> None:
    """Hold the churn model against the past, honestly."""
    with _work() as (store, _):
        found = backtest(store, as_of.date() if as_of else _today(store))
    warned = "".join(f"\nWarning: {warning}" for warning in found["warnings"])
    _say(as_json, found, f"{found['sentence']}{warned}")


@app.command("backup")
def backup_(file: Annotated[Path, typer.Argument(help="the file to write")], as_json: AsJson = False) -> None:
    """Copy everything into one file, as it is at this moment, while the app serves."""
    with _work() as (store, report):
        done = backup(store, SYSTEM, _now(), file, progress=report)
    answer = {"bytes": done.bytes, "tables": done.tables, "files": done.files}
    _say(as_json, answer, done.in_words("copied to"))


@app.command("restore")
def restore_(
    file: Annotated[Path, typer.Argument(help="a file that backup wrote")],
    replace: Annotated[bool, typer.Option("--replace", help="also where there is data already")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup back, whole or not at all, and hold every row against it."""
    with _work() as (store, report):
        done = restore(store, SYSTEM, _now(), file, replace=replace, progress=report)
    answer = {"bytes": done.bytes, "tables": done.tables, "files": done.files}
    _say(as_json, answer, done.in_words("restored from"))


@app.command("contact")
def contact_(
    what: ContactDeed,
    whom: Annotated[str, typer.Argument(help="contact id or e-mail address")],
    out: Annotated[Path | None, typer.Option(help="the file to write (export)")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="erase; without it only say what would be")] = False,
    as_json: AsJson = False,
) -> None:
    """Give one contact all that is kept of them, or forget them everywhere, with proof."""
    with _work() as (store, report):
        if what == "export":
            body, rows = personal.export(store, SYSTEM, _now(), whom)
            if out is None:
                raise DataError("Say where to write it: --out FILE.json.")
            out.write_bytes(body)
            _say(as_json, {"rows": rows}, f"{rows:,} rows written to {out}.")
        elif not yes:
            found = personal.look(store, SYSTEM, whom)[1]
            lines = [f"{place}: {count:,}" for place, count in found.places.items()]
            lines += [found.files_in_words()] if found.files else []
            told = {"found": found.places, "files": [file.name for file in found.files]}
            _say(as_json, told, "\n".join(["Found; say --yes to erase.", *lines]))
        else:
            done = personal.erase(store, SYSTEM, _now(), whom, report)
            _say(as_json, asdict(done), done.in_words())
            if not done.whole:
                raise typer.Exit(1)


@app.command("expire")
def expire_(
    yes: Annotated[bool, typer.Option("--yes", help="do it; without it only say what would go")] = False,
    as_json: AsJson = False,
) -> None:
    """Take away raw data that is older than the settings keep it; a refresh does so too."""
    with _work() as (store, _):
        found = keeping.apply(store, SYSTEM, _now()) if yes else keeping.due(store, _now())
    lines = [one.in_words(done=yes) for one in found] or ["Nothing is older than the settings keep it."]
    _say(as_json, {"removed" if yes else "due": [asdict(one) for one in found]}, "\n".join(lines))


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Look at configuration, stores and freshness, and say what to do next."""
    found = checks.examine(_now())
    lines = [f"{check.state:6} {check.name}: {check.sentence}" for check in found]
    _say(as_json, {"checks": [asdict(check) for check in found]}, "\n".join(lines))
    if any(check.state == "failed" for check in found):
        raise typer.Exit(1)


def _refreshed(done: RefreshReport) -> dict[str, Any]:
    return {
        "snapshot_id": done.snapshot_id,
        "as_of": done.as_of.isoformat(),
        "accounts": done.accounts,
        "seconds": done.seconds,
    }


def _viewer(store: Store, email: str) -> Viewer:
    return people.viewer_of(store.database, email, _now().date(), store.configuration.first_admins)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _zone(store: Store) -> tzinfo:
    """The chosen time zone, or else this machine's own."""
    return store.configuration.zone or datetime.now().astimezone().tzinfo or UTC


def _today(store: Store) -> date:
    return _now().replace(tzinfo=UTC).astimezone(_zone(store)).date()


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MappingError(f"There is no mapping at {path}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(f"{path.name} is not TOML that can be read: {error}.") from error


def _say(as_json: bool, answer: dict[str, Any], words: str) -> None:
    print(json.dumps(answer, default=str, ensure_ascii=False) if as_json else words)


@contextmanager
def _sentences() -> Iterator[None]:
    """One sentence on standard error and exit 1 in place of a trace."""
    try:
        yield
    except (RoundsError, MappingError, ContractError) as error:
        print(str(error), file=sys.stderr)
        raise typer.Exit(1) from error


@contextmanager
def _work(unit: str = "") -> Iterator[tuple[Store, Report]]:
    """An open store, and a progress bar on standard error."""
    with _sentences():
        store = open_store()
        try:
            with _bar(unit) as report:
                yield store, report
        finally:
            store.close()


@contextmanager
def _bar(unit: str) -> Iterator[Report]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(f"{unit} left".strip()),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        stages: dict[str, Any] = {}

        def report(stage: str, done: int, total: int | None) -> None:
            if stage not in stages:
                stages[stage] = bar.add_task(stage, total=total)
            bar.update(stages[stage], completed=done, total=total)

        yield report


if __name__ == "__main__":
    app()
