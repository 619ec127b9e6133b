"""A picture as two halves: a specification that seldom changes, and the data that always does.

A page that redraws on every move of a slider cannot afford to write a specification each time, nor
to have the browser parse one. Charts therefore build a template once for each structure - which
series, which panels, how many rows of labels - and fill the same named datasets with new frames.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd
import pyarrow as pa

__all__ = ["Figure"]


@dataclass(frozen=True)
class Figure:
    """A Vega-Lite specification without data, and frames under the names it refers to.

    Attributes
    ----------
    template : dict
        Specification; shared by all figures of the same structure and therefore never changed.
    datasets : dict of str to DataFrame
        Data by the name the template uses. The names belong to the chart and not to the data, so
        that a viewer which has drawn the template needs only new rows.
    """

    template: dict[str, Any]
    datasets: dict[str, pd.DataFrame]

    def spec(self) -> dict[str, Any]:
        """Specification whose datasets are Arrow streams, as ``st.vega_lite_chart`` takes it.

        Returns
        -------
        dict
            New at the top only: everything below is the template's own.
        """
        return {**self.template, "datasets": {k: _stream(x) for k, x in self.datasets.items()}}

    def to_dict(self) -> dict[str, Any]:
        """Specification that stands alone: datasets are lists of rows, the rest is a copy.

        Returns
        -------
        dict
            Ready for JSON; a missing number is None.
        """
        return {
            **copy.deepcopy(self.template),
            "datasets": {name: _records(frame) for name, frame in self.datasets.items()},
        }

    def chart(self) -> alt.TopLevelMixin:
        """Altair chart of the same picture, for notebooks.

        Returns
        -------
        altair chart
            Checked against the schema of Vega-Lite.
        """
        chart: alt.TopLevelMixin = alt.Chart.from_dict(self.to_dict())
        return chart


def _stream(frame: pd.DataFrame) -> bytes:
    """Columns of a frame, without its index, in the Arrow format.

    Left to itself the dashboard converts frames with a pool of threads, which takes longer to start
    than columns of a few thousand rows to convert.
    """
    table = pa.Table.from_pandas(frame, preserve_index=False, nthreads=1)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    columns = []
    for name in frame.columns:
        values = frame[name]
        missing = values.isna().to_numpy()
        plain = values.tolist()
        if missing.any():
            plain = [None if gone else x for x, gone in zip(plain, missing, strict=True)]
        columns.append(plain)
    names = [str(name) for name in frame.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
