"""A grid of numbers as a tiny picture: one mark in a chart where cells would be thousands.

Colour is carried by opacity over the page: nothing at zero, full at the end of the scale. The same
picture is therefore right on white and on dark paper.
"""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np

from alvh._typing import FloatArray

__all__ = ["data_url", "signed_root_colors"]


def signed_root_colors(
    values: FloatArray, bound: float, *, gain: str, loss: str
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """RGBA of `values`: the hue by sign, the opacity by the root of size over `bound`.

    Parameters
    ----------
    values : ndarray of shape (n_rows, n_columns)
        Any unit; nan is transparent.
    bound : float
        Size at which the colour is full, in that unit.
    gain, loss : str
        Colours such as "#0072B2".

    Returns
    -------
    ndarray of uint8 of shape (n_rows, n_columns, 4)
    """
    hues = np.array([[int(color[i : i + 2], 16) for i in (1, 3, 5)] for color in (loss, gain)])
    clean = np.nan_to_num(values)
    pixels = np.empty((*values.shape, 4), dtype=np.uint8)
    pixels[..., :3] = hues[(clean > 0.0).astype(int)]
    pixels[..., 3] = np.round(255.0 * np.sqrt(np.clip(np.abs(clean) / bound, 0.0, 1.0)))
    return pixels


def data_url(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> str:
    """PNG of RGBA `pixels` of shape (n_rows, n_columns, 4), top row first, as a data URL."""
    height, width, _ = pixels.shape
    rows = np.zeros((height, 1 + 4 * width), dtype=np.uint8)  # a filter byte of zero, then the row
    rows[:, 1:] = pixels.reshape(height, 4 * width)

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)  # 8 bits, RGBA
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    png += chunk(b"IDAT", zlib.compress(rows.tobytes(), 6)) + chunk(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(png).decode()
