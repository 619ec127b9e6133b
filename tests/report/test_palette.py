"""Colours are the agreed ones, and can be seen on both backgrounds."""

from __future__ import annotations

import pytest

from alvh.report import palette

WHITE, DARK = "#FFFFFF", "#0E1117"


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_policies_have_their_colours():
    assert palette.POLICY["static_calls"] == "#E69F00"
    assert palette.POLICY["static_stop"] == "#D55E00"
    assert palette.POLICY["static_layers"] == "#56B4E9"
    assert palette.POLICY["alvh"] == "#0072B2"
    red, green, blue = (int(palette.POLICY["unhedged"][i : i + 2], 16) for i in (1, 3, 5))
    assert max(red, green, blue) - min(red, green, blue) < 32


def test_no_colour_is_used_for_two_things():
    own = [*palette.POLICY.values(), *palette.LAYERS, *palette.MEASURE.values()]
    assert len(set(own)) == len(own)


@pytest.mark.parametrize(
    "color",
    [*palette.GROUP.values(), *palette.LAYERS, *palette.MEASURE.values()],
)
def test_lines_are_seen_on_white_and_on_dark(color):
    assert contrast(color, WHITE) > 2.6
    assert contrast(color, DARK) > 2.6


def test_zero_is_white_in_light_and_the_page_in_dark():
    middle = palette.diverging()[2]
    assert palette.DIVERGING_LIGHT[2] == WHITE
    assert contrast(palette.DIVERGING_DARK[2], DARK) < 1.3
    assert WHITE in middle
    assert palette.DIVERGING_DARK[2] in middle


def test_loss_and_gain_differ_in_more_than_red_and_green():
    for scale in (palette.DIVERGING_LIGHT, palette.DIVERGING_DARK):
        loss_blue, gain_blue = int(scale[0][5:], 16), int(scale[-1][5:], 16)
        assert gain_blue - loss_blue > 100


def test_series_and_layers_are_read_from_their_names():
    assert palette.series_color("Condor at expiry") == (palette.GROUP["Condor"], [1, 0])
    assert palette.series_color("With hedge at expiry") == (palette.GROUP["Net"], [1, 0])
    assert palette.series_color("With hedge, day 12") == (palette.GROUP["Net"], [5, 3])
    assert palette.series_color("Hedge at expiry")[0] == palette.GROUP["Hedge"]
    colors, dashes = palette.layer_colors(["Layer 1", "Layer 2", "Total"])
    assert colors == [*palette.LAYERS[:2], palette.GROUP["Total"]]
    assert dashes[-1] == [1, 0]
    third, dash = palette.layer_colors(["Layer 3: 2 × call 20, 220 d"])
    assert (third, dash) == ([palette.LAYERS[2]], [list(palette.LAYER_DASHES[2])])
    six = palette.layer_colors([f"Layer {i}" for i in range(1, 7)])
    assert len(set(six[0])) == len({tuple(dash) for dash in six[1]}) == 6
