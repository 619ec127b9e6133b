"""Small frames of the shape the core hands to the charts, as fixtures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

SPOT = np.linspace(4400.0, 5600.0, 241)


def condor(spot):
    put = np.maximum(4650.0 - spot, 0.0) - np.maximum(4600.0 - spot, 0.0)
    call = np.maximum(spot - 5250.0, 0.0) - np.maximum(spot - 5300.0, 0.0)
    return 1000.0 * (4.35 - put - call)


@pytest.fixture
def curves():
    hedge = 40.0 * np.maximum(5000.0 - SPOT, 0.0) - 900.0
    parts = {
        "Condor at expiry": condor(SPOT),
        "With hedge at expiry": condor(SPOT) + hedge,
        "With hedge, day 12": 0.5 * condor(SPOT) + hedge,
    }
    return pd.concat(
        [pd.DataFrame({"spot": SPOT, "profit": p, "series": n}) for n, p in parts.items()]
    )


@pytest.fixture
def densities():
    parts = {"physical (P)": (5035.0, 150.0), "risk-neutral (Q)": (5005.0, 185.0)}
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "spot": SPOT,
                    "density": np.exp(-0.5 * ((SPOT - m) / s) ** 2) / (s * np.sqrt(2 * np.pi)),
                    "measure": name,
                }
            )
            for name, (m, s) in parts.items()
        ]
    )


@pytest.fixture
def levels():
    rows = [
        (5000.0, "SPX 5,000", "spot"),
        (4645.65, "Break-even 4,645.65", "break-even"),
        (5254.35, "Break-even 5,254.35", "break-even"),
        (4636.90, "With hedge 4,636.90", "break-even with hedge"),
        (5248.00, "With hedge 5,248.00", "break-even with hedge"),
        (4650.0, "Short put 4,650", "short strike"),
        (5250.0, "Short call 5,250", "short strike"),
        (4790.0, "\u22121 expected move", "expected move"),
        (5210.0, "+1 expected move", "expected move"),
    ]
    return pd.DataFrame(rows, columns=["spot", "label", "kind"])


@pytest.fixture
def cells():
    return make_cells(9, 7)


@pytest.fixture
def full_cells():
    return make_cells(45, 35)


def make_cells(n_spot, n_vix):
    spots, vixes = np.linspace(4400, 5600, n_spot + 1), np.linspace(12, 60, n_vix + 1)
    low, vix_low = (a.ravel() for a in np.meshgrid(spots[:-1], vixes[:-1], indexing="ij"))
    grid = pd.DataFrame(
        {
            "spot_low": low,
            "spot_high": low + spots[1] - spots[0],
            "vix_low": vix_low,
            "vix_high": vix_low + vixes[1] - vixes[0],
        }
    )
    grid["spot"] = (grid["spot_low"] + grid["spot_high"]) / 2
    grid["vix"] = (grid["vix_low"] + grid["vix_high"]) / 2
    parts = {"Condor": condor(grid["spot"]), "Hedge": 1500.0 * (grid["vix"] - 16.0)}
    parts["Both"] = parts["Condor"] + parts["Hedge"]
    return pd.concat([grid.assign(profit=p, panel=n) for n, p in parts.items()])


@pytest.fixture
def path():
    spot = np.linspace(4400.0, 5600.0, 40)
    vix = 16.0 + 34.0 * np.clip((5050.0 - spot) / 650.0, 0.0, None)
    return pd.DataFrame({"spot": spot, "vix": vix, "vix_low": 0.9 * vix, "vix_high": 1.2 * vix})


@pytest.fixture
def greeks():
    return {field: make_greeks(field) for field in ("spot", "day")}


def make_greeks(field):
    x = np.linspace(4400.0, 5600.0, 31) if field == "spot" else np.arange(22.0)
    units = {"Delta": "dollars per index point", "Vega": "dollars per VIX point"}
    return pd.concat(
        [
            pd.DataFrame({field: x, "greek": g, "group": b, "value": x * k, "unit": u})
            for g, u in units.items()
            for k, b in enumerate(("Condor", "Hedge", "Net"))
        ]
    )


@pytest.fixture
def shock():
    vix = np.linspace(12.0, 60.0, 25)
    slopes = {"Layer 1 (30 dte)": 300.0, "Layer 2 (110 dte)": 200.0, "Total": 500.0}
    return pd.concat(
        [
            pd.DataFrame({"vix": vix, "profit": k * (vix - 16), "layer": n})
            for n, k in slopes.items()
        ]
    )


@pytest.fixture
def curve():
    dte = np.array([9, 30, 58, 86, 114])
    future = pd.DataFrame({"dte": dte, "vix": 17.0 + dte / 50.0, "series": "model future"})
    return pd.concat([future, pd.DataFrame({"dte": [0], "vix": [16.2], "series": "VIX spot"})])
