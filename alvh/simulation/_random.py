"""A random stream for each path: xoshiro256++ seeded by splitmix64, and ziggurat normals.

One stream a path makes the draws independent of how paths are spread over threads. Compiled; no
validation.
"""

from __future__ import annotations

import numpy as np
from numba import njit

__all__ = ["exponential", "normal", "seed_stream", "uniform"]

_LAYERS = 256
_EDGE = 3.6541528853610088  # right edge of the base layer
_AREA = 0.00492867323399  # of each layer


def _ziggurat() -> tuple[np.ndarray, np.ndarray]:
    """Layer edges and density values of Marsaglia and Tsang (2000) for exp(-x^2/2)."""
    edges = np.empty(_LAYERS + 1)
    edges[0] = _AREA / np.exp(-0.5 * _EDGE * _EDGE)
    edges[1] = _EDGE
    for i in range(2, _LAYERS):
        height = _AREA / edges[i - 1] + np.exp(-0.5 * edges[i - 1] ** 2)
        edges[i] = np.sqrt(-2.0 * np.log(height))
    edges[_LAYERS] = 0.0
    return edges, np.exp(-0.5 * edges * edges)


_X, _F = _ziggurat()


@njit(cache=True)
def _mix(z):  # type: ignore[no-untyped-def]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit(cache=True)
def seed_stream(stream, seed, index):  # type: ignore[no-untyped-def]
    """Start stream number `index` of `seed` in `stream`, a uint64 array of four."""
    golden = np.uint64(0x9E3779B97F4A7C15)
    z = _mix(np.uint64(seed) + golden) ^ _mix(np.uint64(index) * golden + np.uint64(1))
    for i in range(4):
        z += golden
        stream[i] = _mix(z)


@njit(cache=True)
def _next(stream):  # type: ignore[no-untyped-def]
    """64 random bits (Blackman and Vigna 2019, xoshiro256++)."""
    total = stream[0] + stream[3]
    result = ((total << np.uint64(23)) | (total >> np.uint64(41))) + stream[0]
    t = stream[1] << np.uint64(17)
    stream[2] ^= stream[0]
    stream[3] ^= stream[1]
    stream[1] ^= stream[2]
    stream[0] ^= stream[3]
    stream[2] ^= t
    last = stream[3]
    stream[3] = (last << np.uint64(45)) | (last >> np.uint64(19))
    return result


@njit(cache=True)
def uniform(stream):  # type: ignore[no-untyped-def]
    """A number in (0, 1)."""
    return (np.float64(_next(stream) >> np.uint64(11)) + 0.5) * (1.0 / 9007199254740992.0)


@njit(cache=True)
def exponential(stream):  # type: ignore[no-untyped-def]
    """A standard exponential."""
    return -np.log(uniform(stream))


@njit(cache=True)
def normal(stream):  # type: ignore[no-untyped-def]
    """A standard normal (Marsaglia and Tsang 2000)."""
    while True:
        bits = _next(stream)
        layer = np.int64(bits & np.uint64(0xFF))
        # 55 high bits as a signed fraction in (-1, 1); the low byte chose the layer
        u = (np.float64(bits >> np.uint64(9)) + 0.5) * (2.0 / 36028797018963968.0) - 1.0
        x = u * _X[layer]
        if abs(x) < _X[layer + 1]:
            return x
        if layer == 0:
            while True:
                tail = exponential(stream) / _EDGE
                if 2.0 * exponential(stream) > tail * tail:
                    return _EDGE + tail if u > 0.0 else -_EDGE - tail
        if _F[layer] + uniform(stream) * (_F[layer + 1] - _F[layer]) < np.exp(-0.5 * x * x):
            return x
