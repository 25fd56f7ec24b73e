"""Who may come in: everybody on this machine, or those who signed in; nobody else."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import streamlit as st

from actions import people
from components import failures, queries, session
from components.words import plain

_RECORDED = "sign-in-recorded"

_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip")

_HOW = """
Others can reach Rounds here, by its address or through a proxy, and nobody has to sign in. So it shows
nothing.

1. **Only for yourself:** start it on this machine alone, with `--server.address localhost`, and open it as
   `localhost`.
2. **For your team:** configure sign-in with your identity provider (OpenID Connect), by environment:

```sh
ROUNDS_AUTH_METADATA_URL=https://your-provider/.well-known/openid-configuration
ROUNDS_AUTH_CLIENT_ID=…
ROUNDS_AUTH_CLIENT_SECRET=…
ROUNDS_AUTH_COOKIE_SECRET=a long random text
ROUNDS_AUTH_REDIRECT_URI=https://rounds.example.com/oauth2callback
ROUNDS_ADMINS=you@example.com
```

   or as the table `[auth]` of `.streamlit/secrets.toml`. Who stands in the imported list of CSMs has a role
   by it; admins give roles to others on the page People. Then start Rounds again.
"""


def passed() -> bool:
    """True when the page may be drawn; otherwise this has drawn what to do instead."""
    if session.signs_in():
        return _signed_in()
    if is_loopback(st.get_option("server.address")) and asked_here(st.context.headers):
        return True
    st.title("Sign-in is not configured")
    st.markdown(_HOW)
    return False


def is_loopback(address: str | None) -> bool:
    """Whether only this machine can reach the address; none at all means every address.

    >>> is_loopback("localhost"), is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback(None)
    (True, True, True, False)
    """
    if not address:
        return False
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address.lower() == "localhost"


def asked_here(headers: Mapping[str, str]) -> bool:
    """Whether somebody on this machine asks: by a name of its own, and no proxy says whom it asks for.

    A page elsewhere whose name leads here would otherwise read along in its visitor's browser.

    >>> asked_here({"Host": "localhost:8501"}), asked_here({"Host": "[::1]:8501"}), asked_here({})
    (True, True, True)
    >>> asked_here({"Host": "rounds.example.com"})
    False
    >>> asked_here({"Host": "localhost:8501", "X-Forwarded-For": "192.0.2.7"})
    False
    """
    if any(headers.get(name) for name in _FORWARDED):
        return False
    host = headers.get("Host")
    return not host or is_loopback(urlsplit(f"//{host}").hostname)


def _signed_in() -> bool:
    """Let in whom our own store knows; each sign-in is put on record once, also a stranger's."""
    if not st.user.get("is_logged_in", False):
        _door("Sign in to see your book.")
        return False
    if session.expired():
        _door(f"You signed in more than {_hours()} hours ago. Sign in again to go on where you were.")
        return False
    address = session.address()
    viewer = queries.signed_in(address, session.now().date()) if address else None
    if viewer is None:
        _stranger(address)
        return False
    _on_record(
        address, lambda: people.signed_in(queries.store(), viewer, session.now_utc(), session.sign_in())
    )
    return True


def keep_refusals() -> None:
    """Put on record what somebody inside is not let see or do, wherever a page refuses it."""
    failures.keep_refusals(_kept)


def _kept(sentence: str) -> None:
    page = urlsplit(st.context.url or "").path.strip("/") or "today"
    people.refused(queries.store(), session.viewer().person, session.now_utc(), sentence, page)


def _door(words: str) -> None:
    st.title("Rounds")
    st.markdown(words)
    st.button("Sign in", type="primary", icon=":material/login:", on_click=st.login)


def _stranger(address: str) -> None:
    """Nothing of anybody's is shown, not even who else is here."""
    st.title("You have no book here yet")
    if address:
        st.markdown(f"You are signed in as {plain(address)}. Ask your admin to give you a role, then reload.")
    else:
        st.markdown("Your identity provider does not vouch for an e-mail address of yours. Ask your admin.")
    st.button("Sign out", icon=":material/logout:", on_click=st.logout)
    told = address or str(st.user.get("sub") or "unknown")
    _on_record(told, lambda: people.turned_away(queries.store(), told, session.now_utc(), session.sign_in()))


def _on_record(who: str, write: Callable[[], None]) -> None:
    if st.session_state.get(_RECORDED) != who:
        write()
        st.session_state[_RECORDED] = who


def _hours() -> str:
    return f"{queries.store().configuration.session_hours:g}"
