"""Who may come in: everybody on this machine, or those who signed in; nobody else."""

from __future__ import annotations

import ipaddress

import streamlit as st

from components import queries, session

_HOW = """
Rounds is bound to an address that others can reach, and nobody has to sign in. So it shows nothing.

1. **Only for yourself:** start it on this machine alone, with `--server.address localhost`.
2. **For your team:** configure sign-in. Install `streamlit[auth]` and write your identity provider
   into `.streamlit/secrets.toml`:

```toml
[auth]
redirect_uri = "https://rounds.example.com/oauth2callback"
cookie_secret = "a long random text"
client_id = "…"
client_secret = "…"
server_metadata_url = "https://your-provider/.well-known/openid-configuration"
```

Each person's address must stand in the imported list of CSMs. Then start Rounds again.
"""


def passed() -> bool:
    """True when the page may be drawn; otherwise this has drawn what to do instead."""
    if signs_in():
        return _signed_in()
    if is_loopback(st.get_option("server.address")):
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


def signs_in() -> bool:
    """Whether people sign in: an identity provider is configured."""
    return bool(st.secrets.load_if_toml_exists()) and "auth" in st.secrets


def _signed_in() -> bool:
    if not st.user.get("is_logged_in", False):
        st.title("Rounds")
        st.button("Sign in", type="primary", on_click=st.login)
        return False
    address = str(st.user.get("email") or "")
    if queries.viewer_of(address) == queries.EVERYONE:
        st.title("You have no book here yet")
        st.markdown("Ask whoever imports your data to add your address to the list of CSMs, then reload.")
        st.button("Sign out", on_click=st.logout)
        return False
    st.session_state[session.VIEWER_KEY] = address
    return True
