"""Which page shows what to whom: the rule that the tests of pages and of the browser hold Rounds to.

Letters: c a CSM, m a manager, a an admin, u an auditor, s a stranger (signed in, but nobody here). `opens`:
who sees the page, at the first visit to a fresh server too. `other's`: to whom a link to an account of
somebody else's book shows it; a manager's other books are those of other teams. `export`: who can take the
page's rows along, each their own. `does`: who can change something there.
"""

from __future__ import annotations

from dataclasses import dataclass

TABLE = """
page        opens  other's  export  does
today       cmau   ..au     cmau    cma.
accounts    cmau   ..au     cmau    cma.
account     cmau   ..au     ....    cma.
call        cmau   ..au     ....    cma.
paths       cmau   ..au     cmau    .ma.
exceptions  cmau   ..au     cmau    cma.
handoffs    cmau   ..au     cmau    .ma.
engagement  cmau   ..au     cmau    cma.
content     cmau   ..au     cmau    cma.
voice       cmau   ..au     cmau    cma.
retention   cmau   ..au     cmau    .ma.
renewals    cmau   ..au     cmau    cma.
value       cmau   ..au     cmau    .ma.
backtest    cmau   ..au     cmau    ....
drivers     cmau   ..au     cmau    ....
ctq         cmau   ..au     cmau    cma.
works       cmau   ..au     cmau    .ma.
settings    cmau   ..au     ....    .ma.
people      cmau   ..au     ....    cma.
audit       ..au   ..au     ..au    ....
data        cmau   ..au     cmau    cma.
"""

LETTERS = {"c": "csm", "m": "manager", "a": "admin", "u": "auditor", "s": "stranger"}


@dataclass(frozen=True)
class Access:
    """What one page allows, each as the letters of the roles."""

    opens: str
    others: str
    export: str
    does: str


ACCESS = {
    line.split()[0]: Access(*(cell.replace(".", "") for cell in line.split()[1:]))
    for line in TABLE.strip().splitlines()[1:]
}
