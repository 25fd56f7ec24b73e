"""Rounds, the server: `streamlit run app.py`.

The script that Streamlit runs for each session lives in a folder of its own: beside a folder named
`pages`, Streamlit would run a page's file by itself on a fresh server's first visit, without sign-in
and without the navigation.
"""

from __future__ import annotations

import streamlit as st

from shell import sign_in

sign_in.configure()
app = st.App("shell/main.py")
