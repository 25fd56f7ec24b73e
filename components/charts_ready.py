"""A figure handed over as it was built: checking thousands of marks anew would cost a third of a rerun."""

from __future__ import annotations

from functools import cache
from typing import Any

import plotly.graph_objects as go
import plotly.io as pio
from _plotly_utils.utils import convert_to_base64
from plotly.basedatatypes import BaseFigure


class Ready(BaseFigure):  # type: ignore[misc]  # Plotly comes without types
    """What `go.Figure(figure).to_dict()` gives for a figure that is known to be right (tests hold it)."""

    def __init__(self, figure: dict[str, Any]) -> None:
        layout = {"template": _template(pio.templates.default), **figure["layout"]}
        self.__dict__["_whole"] = {"data": figure["data"], "layout": layout}
        convert_to_base64(self._whole)

    def to_dict(self) -> dict[str, Any]:
        """The figure, its columns packed as Plotly packs them."""
        whole: dict[str, Any] = self._whole
        return whole


@cache
def _template(name: str) -> dict[str, Any]:
    """The template in force, as Plotly would put it into each figure."""
    template: dict[str, Any] = go.Figure().to_dict()["layout"]["template"]
    return template
