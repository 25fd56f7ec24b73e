"""The rules behind the exceptions: how often each was right, the budget, and rules of one's own."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import polars as pl
import streamlit as st

from actions import exception_rules as acts
from actions import settings as choose
from actions.replay import replay_kind, replay_rule, replay_waiting
from components import failures, navigation, session, tables, words
from components.downloads import downloads
from components.queries import Reader
from components.queries import rules as queries_rules
from components.queries import settings as queries_settings
from models.exception_view import BUDGET_SETTING, OPEN, counts, narrowed, precision
from models.exception_waiting import SETTING as REPLY_SETTING
from models.findings import KINDS, WAITING_ON_US
from models.own_rules import Rule, as_body, in_words, rules_of, troubles
from pages import _replay, _rule_form, _rules_kinds
from pages._files import tables as files

WHERE = "rules"
_NEW = "new"
_ASKED = "replay-asked"


def draw(reader: Reader, known: pl.DataFrame, today: date) -> None:
    """Precision of every rule, what the settings say, and the rules people made."""
    failures.tell(WHERE)
    _standing(reader, known, today)
    _rules_kinds.draw(reader)
    _settings(reader)
    _own(reader)


def _standing(reader: Reader, known: pl.DataFrame, today: date) -> None:
    st.subheader("How often was each rule right?", anchor=False)
    names = {**KINDS, **queries_rules.names(reader)}
    rows = _table(known, names, today)
    judged = int(rows["judged"].sum())
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(
            f"{words.count(judged, 'exception')} judged so far by those who looked. The range is where the "
            "true share lies with 95 % confidence; it is wide while few were judged."
        )
        downloads(f"rules-{today}", rows.height, files(reader, "rules", rows))
    tables.plain_table(_shown(rows), "Each kind of exception with how often it was right", _COLUMNS)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox(
            "Look back at a kind",
            list(names),
            index=None,
            format_func=lambda code: names.get(code, code),
            key="replay_kind",
            bind="query-params",
            placeholder="Choose a kind",
            width=300,
        )
    if kind:
        told = _replay.run_here(reader, kind, partial(replay_kind, reader.store, reader.viewer, kind))
        if told is not None:
            _replay.draw(reader, told, kind)


def _table(known: pl.DataFrame, names: dict[str, str], today: date) -> pl.DataFrame:
    is_open = counts(narrowed(known, today, state=OPEN))
    new = counts(known.filter(pl.col("first_seen") > today - timedelta(days=28)))
    rows = pl.DataFrame(
        [(code, name, is_open.get(code, 0), new.get(code, 0) / 4) for code, name in names.items()],
        schema={"kind": pl.String, "rule": pl.String, "open": pl.Int64, "new_a_week": pl.Float64},
        orient="row",
    )
    told = rows.join(precision(known), on="kind", how="left", maintain_order="left")
    return told.with_columns(pl.col("right", "early", "judged").fill_null(0))


def _shown(rows: pl.DataFrame) -> pl.DataFrame:
    low, high = (pl.format("{}", (100 * pl.col(end)).round(0).cast(pl.Int64)) for end in ("low", "high"))
    return rows.select(
        "rule",
        "open",
        "new_a_week",
        "judged",
        "right",
        "early",
        range=pl.when(pl.col("judged") > 0).then(pl.format("{} to {} %", low, high)).otherwise(pl.lit("–")),
    )


_NUMBER = st.column_config.NumberColumn
_COLUMNS = {
    "rule": "Rule",
    "open": _NUMBER("Open", format="localized"),
    "new_a_week": _NUMBER("New a week", format="%.1f", help="Mean of the past 4 weeks"),
    "judged": _NUMBER("Judged", format="localized"),
    "right": _NUMBER("True", format="localized"),
    "early": _NUMBER("Premature", format="localized"),
    "range": st.column_config.TextColumn("Share true, 95 %"),
}


def _settings(reader: Reader) -> None:
    """The alert budget and the service levels for answers: a version of the settings."""
    st.subheader("How many, and how soon?", anchor=False)
    version, may = queries_settings.in_force(reader)[0], acts.may_edit(reader.viewer)
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            most = st.number_input(
                "New a week for each CSM, at most",
                1,
                500,
                queries_rules.budget(reader),
                key=f"budget-{version}",
                disabled=not may,
                width=240,
                help="Those with most at stake; the others stand under “Over the budget”.",
            )
            levels = {
                channel: st.number_input(
                    f"{channel.capitalize()}: working days to an answer",
                    0.0,
                    60.0,
                    float(days),
                    0.5,
                    key=f"reply-{channel}-{version}",
                    disabled=not may,
                    width=240,
                )
                for channel, days in queries_rules.reply_days(reader).items()
                if channel in ("ticket", "email", "chat")
            }
        every = {**queries_rules.reply_days(reader), **levels}
        with st.container(horizontal=True):
            st.button(
                "Save",
                key="save_budget",
                type="primary",
                icon=":material/save:",
                disabled=not may
                or (most == queries_rules.budget(reader) and every == queries_rules.reply_days(reader)),
                on_click=_save_settings,
                args=(version, int(most), every),
            )
            if st.button("Replay these service levels", key="replay_levels", icon=":material/replay:"):
                st.session_state[_ASKED] = f"levels {sorted(every.items())}"
        if not may:
            st.caption("Managers and administrators choose these for everybody.")
    subject = f"levels {sorted(every.items())}"
    if st.session_state.get(_ASKED) == subject:
        told = _replay.run_here(reader, subject, partial(replay_waiting, reader.store, reader.viewer, every))
        if told is not None:
            _replay.draw(reader, told, WAITING_ON_US)


def _save_settings(version: int, most: int, levels: dict[str, float]) -> None:
    reader = session.reader()
    changes = {BUDGET_SETTING: most, REPLY_SETTING: levels}
    deed = partial(choose.choose, reader.store, reader.viewer, session.now_utc(), version, changes)
    failures.attempt(deed, WHERE)


def _own(reader: Reader) -> None:
    """The rules people made: choose one or begin a new one."""
    st.subheader("Rules of your own", anchor=False)
    stored = queries_rules.listing(reader)
    rules, may = rules_of(stored, only_active=False), acts.may_edit(reader.viewer)
    if not rules and not may:
        st.caption("Nobody has made one yet. Managers and administrators make them for everybody.")
        return
    options = [*([_NEW] if may else []), *(str(rule_id) for rule_id in rules)]
    chosen = st.pills(
        "Rule",
        options,
        format_func=lambda code: "+ New rule" if code == _NEW else rules[int(code)].name,
        key="own_rule",
        bind="query-params",
        label_visibility="collapsed",
    )
    if not rules:
        st.caption("Nobody has made one yet: begin with a new rule, replay it, then switch it on.")
    if chosen == _NEW and may:
        _edit(reader, None, 0, _rule_form.NEW, active=False)
    elif chosen is not None and chosen in options:
        row = stored.row(by_predicate=pl.col("rule_id") == int(chosen), named=True)
        rule = rules[int(chosen)]
        state = "On" if row["active"] else "Off"
        st.markdown(f"**{state}**: {words.plain(in_words(rule))}. {words.plain(rule.prescription)}")
        by = f"Version {row['version']}, saved by {words.plain(row['saved_by'])}"
        st.caption(f"{by} on {row['saved_at']:%-d %b %Y %H:%M} UTC. It counts from the next refresh on.")
        said = "Its playbook: who calls, what to say, what to send"
        navigation.link("engagement", said, icon=":material/menu_book:", playbook=rule.name)
        _edit(reader, int(chosen), int(row["version"]), rule, active=bool(row["active"]))


def _edit(reader: Reader, rule_id: int | None, version: int, rule: Rule, *, active: bool) -> None:
    """The form, the replay of what stands in it, and what can be done with it."""
    key, may = f"{rule_id or _NEW}-{version}", acts.may_edit(reader.viewer)
    with st.container(border=True, gap="small"):
        wanted = _rule_form.fields(reader, rule, key) if may else rule
        wrong = troubles(wanted, queries_rules.measures(reader) | {rule.measure: ""})
        subject = f"rule {as_body(wanted)}"
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button(
                "Replay 12 weeks", key=f"replay-{key}", icon=":material/replay:", disabled=bool(wrong)
            ):
                st.session_state[_ASKED] = subject
            if may:
                _deeds(rule_id, version, wanted, changed=wanted != rule, wrong=bool(wrong), active=active)
        if may and wrong and (wanted != rule):
            st.caption(" ".join(wrong))
    if st.session_state.get(_ASKED) == subject and not wrong:
        told = _replay.run_here(reader, subject, partial(replay_rule, reader.store, reader.viewer, wanted))
        if told is not None:
            _replay.draw(reader, told, f"rule-{key}")
    if rule_id is not None:
        _versions(reader, rule_id, version, may=may)


def _deeds(
    rule_id: int | None, version: int, wanted: Rule, *, changed: bool, wrong: bool, active: bool
) -> None:
    st.button(
        "Save" if rule_id else "Save, switched off",
        key=f"save-rule-{rule_id}-{version}",
        type="primary",
        icon=":material/save:",
        disabled=wrong or not changed,
        on_click=_save,
        args=(rule_id, version, wanted),
    )
    if rule_id is None:
        return
    seen = st.session_state.get(_ASKED) == f"rule {as_body(wanted)}"
    st.button(
        "Switch off" if active else "Switch on",
        key=f"switch-{rule_id}-{version}",
        icon=":material/toggle_off:" if active else ":material/toggle_on:",
        disabled=changed or not (active or seen),
        help=None if active or seen else "Replay it first, and save what you changed.",
        on_click=_do,
        args=("switch", rule_id, version, not active),
    )
    st.button(
        "Retire",
        key=f"retire-{rule_id}-{version}",
        icon=":material/archive:",
        type="tertiary",
        on_click=_do,
        args=("retire", rule_id, version, True),
    )


def _versions(reader: Reader, rule_id: int, version: int, *, may: bool) -> None:
    told = queries_rules.versions(reader, rule_id)
    with st.expander(f"{words.count(len(told), 'version')}", icon=":material/history:"):
        for row, rule in told:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.caption(
                    f"Version {row['version']}, {'on' if row['active'] else 'off'}, by "
                    f"{words.plain(str(row['saved_by']))}: {words.plain(in_words(rule))}",
                    width="stretch",
                )
                if may and row["version"] != version:
                    st.button(
                        "Bring back",
                        key=f"back-{rule_id}-{row['version']}-{version}",
                        type="tertiary",
                        on_click=_revert,
                        args=(rule_id, version, row["version"]),
                    )


def _save(rule_id: int | None, version: int, wanted: Rule) -> None:
    reader, now = session.reader(), session.now_utc()
    made: list[int] = []
    if rule_id is not None:
        change = partial(acts.change_rule, reader.store, reader.viewer, now, rule_id, rule=wanted)
        failures.attempt_at(version, lambda at: change(version=at), WHERE)
        return
    add = partial(acts.add_rule, reader.store, reader.viewer, now, wanted)
    if failures.attempt(lambda: made.append(add()), WHERE):
        st.session_state["own_rule"] = str(made[0])


def _do(what: str, rule_id: int, version: int, on: bool) -> None:
    reader, now = session.reader(), session.now_utc()
    if what == "switch":
        deed = partial(acts.switch_rule, reader.store, reader.viewer, now, rule_id, version, on=on)
    else:
        deed = partial(acts.retire_rule, reader.store, reader.viewer, now, rule_id, version, retired=on)
    if failures.attempt(deed, WHERE) and what == "retire":
        st.session_state["own_rule"] = None


def _revert(rule_id: int, version: int, earlier: int) -> None:
    reader, now = session.reader(), session.now_utc()
    deed = partial(acts.revert_rule, reader.store, reader.viewer, now, rule_id, version, earlier)
    failures.attempt(deed, WHERE)
