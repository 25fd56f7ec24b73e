"""Which file holds which fact, and which of its columns fills which of ours."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from models.contracts import Column
from models.facts import FACTS
from models.mapping import DERIVED
from models.normalise_rules import KINDS
from models.propose_profile import Profile, SampledFile, profiles
from models.propose_words import FILES, SIGNS, likeness, plain
from models.shares import percent

OVERLAP = 0.9
"""Share of a column's values that must be known accounts before it is taken for their id."""

GROUPS = ("event", "segment", "plan", "region", "kind", "channel")
"""Columns that name groups: their values stand again and again."""

CONSTANT = ("name", "segment", "region", "plan", "industry")
"""What may be learned about accounts from a file of something else, where it never changes."""


@dataclass
class Looked:
    """A sampled file and its profiles."""

    file: SampledFile
    columns: list[Profile]


@dataclass
class Match:
    """A file taken for a fact: canonical name → their column, constants, and doubts to tell."""

    table: str
    looked: Looked
    columns: dict[str, Profile] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)

    @property
    def missing(self) -> list[str]:
        """Required columns that nothing fills."""
        derived = DERIVED.get(self.table, ())
        have = {*self.columns, *self.constants, *derived}
        return [name for name in FACTS[self.table].required if name not in have]


def look(files: list[SampledFile]) -> list[Looked]:
    return [Looked(file, profiles(file)) for file in files]


def match(looked: list[Looked]) -> list[Match]:
    """Take every file for the fact that it suits best, and find the accounts behind them all."""
    found = [Match(table, one) for one in looked if (table := _table(one))]
    accounts = next((one for one in found if one.table == "accounts"), None)
    for one in found:
        _fill(one)
    key = _account_key(accounts)
    for one in found:
        if one is not accounts and "account_id" in FACTS[one.table].names:
            _link(one, key)
    if accounts is None and found:
        found += _accounts_from(found)
    return found


def _table(one: Looked) -> str | None:
    """The fact whose tell-tale columns the file has; accounts when only an id tells its rows apart."""
    scores = {name: score for name in SIGNS if (score := _score(one, name))}
    if not scores:
        return None
    return max(scores, key=lambda name: scores[name])


def _score(one: Looked, table: str) -> float:
    words = set(plain(one.file.name).split("_"))
    named = 150.0 * bool(words & set(FILES[table].split()))
    best = [_best(one, table, sign) for sign in SIGNS[table]]
    if table == "accounts":
        return named + 50 if _own_key(one) else 0.0
    if any(profile is None for profile, _ in best):
        return 0.0
    return named + 60 + sum(score for _, score in best) / len(best)


_ONE_A_ROW = ("features", "event")
"""A catalog names each event once; a log of usage with names names them again and again."""


def _best(one: Looked, table: str, canonical: str) -> tuple[Profile | None, int]:
    """The column that suits a canonical column best by name, among those of a type that can."""
    column = FACTS[table].column(canonical)
    suited = [p for p in one.columns if _suits(p, column) and (p.is_key or (table, canonical) != _ONE_A_ROW)]
    scored = [(likeness(p.name, table, canonical), p) for p in suited]
    score, profile = max(scored, key=lambda pair: pair[0], default=(0, None))
    return (profile, score) if score else (None, 0)


def _suits(profile: Profile, column: Column) -> bool:
    """Whether a column's type and values can fill a canonical column."""
    if column.dtype.is_temporal():
        return profile.kind == "time"
    if column.name == "score":
        return profile.kind == "number" and profile.low >= 0 and profile.high <= 10
    if column.dtype.is_numeric():
        return profile.kind == "number"
    if column.dtype == pl.Boolean():
        return profile.kind == "flag"
    if column.name in GROUPS:
        return profile.kind == "text" and profile.values.len() <= max(20, profile.filled // 2)
    mail = column.name != "email" or bool(profile.values.head(100).str.contains("@", literal=True).all())
    return mail and profile.kind in ("text", "number")


def _fill(one: Match) -> None:
    """Give each canonical column the best column that no better one has taken."""
    pairs: list[tuple[int, str, Profile]] = []
    for column in FACTS[one.table].columns:
        for profile in one.looked.columns:
            score = likeness(profile.name, one.table, column.name)
            if score and _suits(profile, column):
                pairs.append((score, column.name, profile))
    taken: set[str] = set()
    for _, name, profile in sorted(pairs, key=lambda pair: -pair[0]):
        if name not in one.columns and profile.name not in taken and _plausible(one.table, name, profile):
            one.columns[name] = profile
            taken.add(profile.name)
    if one.table == "accounts":
        _fix_accounts(one)
    if one.table == "survey_responses":
        _fix_survey(one)


def _plausible(table: str, name: str, profile: Profile) -> bool:
    """An id of its own must tell rows apart; not every account can have left."""
    if name in DERIVED.get(table, ()) and name != "quantity":
        return profile.is_key
    if table == "accounts" and name == "churned_on":
        return profile.filled < profile.rows
    return not (table == "accounts" and name in ("account_id", "name") and not _wide(profile))


def _wide(profile: Profile) -> bool:
    return profile.values.len() > profile.rows // 2


def _own_key(one: Looked) -> Profile | None:
    """The column that tells the accounts of a file apart: by its name, else the first text that can."""
    keys = [profile for profile in one.columns if profile.is_key and profile.name and profile.kind != "time"]
    scored = [(likeness(profile.name, "accounts", "account_id"), profile) for profile in keys]
    best = max(scored, key=lambda pair: pair[0], default=None)
    if best and best[0]:
        return best[1]
    texts = [profile for profile in keys if profile.kind == "text"]
    return texts[0] if texts else None


def _fix_accounts(one: Match) -> None:
    key = _own_key(one.looked)
    if key is not None:
        one.columns = {name: profile for name, profile in one.columns.items() if profile.name != key.name}
        one.columns["account_id"] = key
    if "outcome" not in one.columns:
        one.columns.pop("outcome_on", None)


def _fix_survey(one: Match) -> None:
    score = one.columns.get("score")
    if "kind" in one.columns or score is None:
        return
    named = [kind for kind in KINDS if kind in plain(score.name).split("_")]
    guess = named[0] if named else "nps" if score.high > 7 else "ces" if score.high > 5 else "csat"
    one.constants["kind"] = guess
    if not named:
        one.doubts.append(f"'{score.name}' is taken for {guess} because it goes up to {score.high:g}.")


def _account_key(accounts: Match | None) -> pl.Series | None:
    return accounts.columns["account_id"].values if accounts and "account_id" in accounts.columns else None


def _link(one: Match, key: pl.Series | None) -> None:
    """Find the column that names the account: by its values where the accounts are known, else by name."""
    wanted = "referrer_account_id" if one.table == "referrals" else "account_id"
    taken = {profile.name for name, profile in one.columns.items() if name not in ("user_id", "contact_id")}
    free = [profile for profile in one.looked.columns if profile.name not in taken and profile.values.len()]
    if key is not None:
        share, best = _by_values(free, key)
        if best is not None:
            _take(one, wanted, best)
            strange = (
                f"{percent(1 - share, 1)} of the values of '{best.name}' are not among the accounts seen."
            )
            one.doubts += [strange] if share < 1 else []
            return
    named = [(likeness(profile.name, "accounts", "account_id"), profile) for profile in free]
    likely = max(named, key=lambda pair: pair[0], default=None)
    if likely and likely[0]:
        _take(one, wanted, likely[1])
        if key is not None:
            one.doubts.append(
                f"The values of '{likely[1].name}' hardly meet the accounts' ids: is it their id?"
            )


def _by_values(free: list[Profile], key: pl.Series) -> tuple[float, Profile | None]:
    """The column that shares most values with the accounts' key, when that is nearly all of its values."""
    shares = [
        (_share(profile.values, key), likeness(profile.name, "accounts", "account_id"), at)
        for at, profile in enumerate(free)
    ]
    share, _, at = max(shares, default=(0.0, 0, -1))
    return (share, free[at]) if share >= OVERLAP else (share, None)


def _take(one: Match, wanted: str, profile: Profile) -> None:
    one.columns = {name: p for name, p in one.columns.items() if p.name != profile.name}
    one.columns[wanted] = profile


def _share(values: pl.Series, key: pl.Series) -> float:
    return float(values.is_in(key.implode()).sum()) / max(1, values.len())


def _accounts_from(found: list[Match]) -> list[Match]:
    """Accounts taken from a file of another fact, with the columns that never differ within an account."""
    source = next((one for one in found if "account_id" in one.columns), None)
    if source is None:
        return []
    key = source.columns["account_id"]
    made = Match("accounts", source.looked)
    _fill(made)
    constant = {
        name: profile
        for name, profile in made.columns.items()
        if name in CONSTANT and _depends(source.looked.file.rows, key.name, profile.name)
    }
    made.columns = {"account_id": key, **constant}
    made.doubts.append(
        f"No file lists the accounts: they are taken from '{key.name}' in {source.looked.file.name}, "
        "so the days they signed on and left are not known. Add a file of accounts when you have one."
    )
    return [made]


def _depends(rows: pl.DataFrame, key: str, name: str) -> bool:
    """Whether every account has one value only of this column."""
    return key != name and rows.select(pl.struct(key, name).n_unique()).item() == rows[key].n_unique()
