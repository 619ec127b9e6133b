"""A grid of numbers becomes the picture it says."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np

from alvh.report.raster import data_url, signed_root_colors


def pixels_of(url):
    """Pixels of a PNG without filters, read back by hand."""
    head, _, body = url.partition(",")
    assert head == "data:image/png;base64"
    data = base64.b64decode(body)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    at, parts = 8, {}
    while at < len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        kind, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        (check,) = struct.unpack(">I", data[at + 8 + size : at + 12 + size])
        assert check == zlib.crc32(kind + content)
        parts[kind] = content
        at += 12 + size
    width, height = struct.unpack(">II", parts[b"IHDR"][:8])
    raw = np.frombuffer(zlib.decompress(parts[b"IDAT"]), dtype=np.uint8)
    rows = raw.reshape(height, 1 + 4 * width)
    assert (rows[:, 0] == 0).all()
    return rows[:, 1:].reshape(height, width, 4)


def test_hue_is_the_sign_and_opacity_the_root():
    values = np.array([[100.0, 25.0, 0.0], [-100.0, -400.0, np.nan]])
    pixels = signed_root_colors(values, 100.0, gain="#0072B2", loss="#D55E00")
    assert pixels[..., 3].tolist() == [[255, 128, 0], [255, 255, 0]]
    assert pixels[0, 0, :3].tolist() == [0x00, 0x72, 0xB2]
    assert pixels[1, 0, :3].tolist() == [0xD5, 0x5E, 0x00]


def test_data_url_is_a_png_of_the_same_pixels():
    pixels = np.random.default_rng(1).integers(0, 256, (3, 5, 4), dtype=np.uint8)
    assert (pixels_of(data_url(pixels)) == pixels).all()
