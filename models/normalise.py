"""Raw rows of a source into rows of a fact, typed and checked, with a reason for each row left out.

settled = plan(table, source.batches(small=True))  # formats, from the values; raises MappingError
run = Normaliser(settled)
for step in run.steps(source.batches()): ...     # step.good, step.rejects, step.read, step.repeats
run.notes                                        # what was detected and decided, in sentences
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import polars as pl

from models.normalise_batch import REJECTS, Normalised, RawBatch
from models.normalise_plan import Plan, plan
from models.normalise_repeats import IDENTITIES, settle, with_identity
from models.normalise_rows import Spellings, read_rows

__all__ = ["Normaliser", "Plan", "plan", "unknown_accounts"]


class Normaliser:
    """Turns the batches of one source into rows of its fact, once.

    >>> from models.mapping import parse
    >>> table = parse({"csms": {"file": "c.csv", "csm_id": "id", "name": "who"}}).tables[0]
    >>> batch = RawBatch(pl.DataFrame({"id": ["7", ""], "who": ["Ida", "Jo"]}), pl.Series([2, 3]), "c.csv")
    >>> steps = list(Normaliser(plan(table, [batch])).steps([batch]))
    >>> [(step.read, step.good.height, step.rejects["reason"].to_list()) for step in steps]
    [(2, 0, ['csm_id is empty']), (0, 1, [])]
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.contract = plan.table.contract
        self._met: Spellings = Counter()
        self._left_early = 0

    @property
    def notes(self) -> list[str]:
        """What was decided and met, in sentences; complete after the last step."""
        met = [
            f'{name}: {count:,} cells "{spelling}" read as empty'
            for (name, spelling), count in sorted(self._met.items())
        ]
        early = (
            f"accounts that left before they signed on: {self._left_early:,} (kept, never counted as live)"
        )
        return [*self.plan.notes, *met, *([early] if self._left_early else [])]

    def steps(self, batches: Iterable[RawBatch]) -> Iterator[Normalised]:
        """Yield what may be stored; over all steps read = good + rejects + repeats.

        Usage events come with every batch. Facts with a key come after the last batch of their file, when
        it is known which of two rows with one key stands last.
        """
        held: list[pl.DataFrame] = []
        file = ""
        for batch in batches:
            if batch.file != file:
                yield from self._settled(held)
                held, file = [], batch.file
            good, rejects = read_rows(batch, self.plan, self._met)
            if self.contract.key:
                held.append(good)
            ready = good.clear() if self.contract.key else good
            read = batch.rows.height + batch.rejects.height
            yield Normalised(ready, pl.concat([batch.rejects, rejects]), read, 0, batch.position)
        yield from self._settled(held)

    def _settled(self, held: list[pl.DataFrame]) -> Iterator[Normalised]:
        if not held:
            return
        frame = pl.concat(held)
        identity = IDENTITIES.get(self.contract.name)
        if identity and identity.name not in self.plan.table.filled:
            frame = with_identity(frame, identity)
        good, rejects, repeats = settle(frame, self.contract)
        if self.contract.name == "accounts":
            self._left_early += int((good["churned_on"] < good["signed_on"]).sum())
        yield Normalised(good, rejects, 0, repeats)


def unknown_accounts(frame: pl.DataFrame, known: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part good rows whose account is known from those whose is not (as `REJECTS`).

    `frame` is a step's `good`; facts without an account pass whole.

    >>> rows = pl.DataFrame({"account_id": ["a", "b"], "file": ["u.csv"] * 2, "line": [2, 3]})
    >>> good, rejects = unknown_accounts(rows, pl.Series(["a"]))
    >>> good.height, rejects["reason"].to_list()
    (1, ["no account 'b' is known: import it with the accounts, or mend the id"])
    """
    column = next((name for name in ("account_id", "referrer_account_id") if name in frame.columns), None)
    if column is None:
        return frame, REJECTS.empty()
    here = frame[column].is_in(known.implode())
    if here.all():
        return frame, REJECTS.empty()
    reason = pl.format("no account '{}' is known: import it with the accounts, or mend the id", column)
    rejects = frame.filter(~here).select(
        "file",
        "line",
        pl.lit(column).alias("column"),
        pl.col(column).str.slice(0, 200).alias("value"),
        reason.alias("reason"),
        pl.lit(None, dtype=pl.String).alias("row"),
    )
    return frame.filter(here), rejects
