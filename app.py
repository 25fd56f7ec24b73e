"""Rounds, the server: `streamlit run app.py`.

The script that Streamlit runs for each session lives in a folder of its own: beside a folder named
`pages`, Streamlit would run a page's file by itself on a fresh server's first visit, without sign-in
and without the navigation.
"""

from __future__ import annotations

import os

import streamlit as st

from shell import addresses, sign_in, watching

watching.log_as_told()
app = st.App(
    "shell/main.py", secrets=sign_in.secrets(os.environ), routes=[*watching.ROUTES, *addresses.ROUTES]
)
