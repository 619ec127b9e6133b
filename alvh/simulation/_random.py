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
_1, _2, _3, _4 = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4)


@njit(cache=True)
def _mix(z):  # type: ignore[no-untyped-def]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit(cache=True)
def seed_stream(seed, index):  # type: ignore[no-untyped-def]
    """Stream number `index` of `seed`: its four words."""
    golden = np.uint64(0x9E3779B97F4A7C15)
    z = _mix(np.uint64(seed) + golden) ^ _mix(np.uint64(index) * golden + np.uint64(1))
    return _mix(z + golden), _mix(z + _2 * golden), _mix(z + _3 * golden), _mix(z + _4 * golden)


@njit(cache=True, forceinline=True)
def _next(stream):  # type: ignore[no-untyped-def]
    """64 random bits, and what is left of the stream (Blackman and Vigna 2019, xoshiro256++)."""
    s0, s1, s2, s3 = stream
    total = s0 + s3
    bits = ((total << np.uint64(23)) | (total >> np.uint64(41))) + s0
    t = s1 << np.uint64(17)
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= t
    return bits, (s0, s1, s2, (s3 << np.uint64(45)) | (s3 >> np.uint64(19)))


@njit(cache=True, forceinline=True)
def uniform(stream):  # type: ignore[no-untyped-def]
    """A number in (0, 1), and what is left of the stream."""
    bits, stream = _next(stream)
    return (np.float64(bits >> np.uint64(11)) + 0.5) * (1.0 / 9007199254740992.0), stream


@njit(cache=True, forceinline=True)
def exponential(stream):  # type: ignore[no-untyped-def]
    """A standard exponential, and what is left of the stream."""
    u, stream = uniform(stream)
    return -np.log(u), stream


@njit(cache=True, forceinline=True)
def normal(stream):  # type: ignore[no-untyped-def]
    """A standard normal (Marsaglia and Tsang 2000), and what is left of the stream."""
    x, u, layer, stream = _in_layer(stream)
    if abs(x) < _X[layer + _1]:  # 99 times of a hundred
        return x, stream
    return _outside(x, u, layer, stream)


@njit(cache=True, forceinline=True)
def _in_layer(stream):  # type: ignore[no-untyped-def]
    """A number even over the width of a layer drawn at random, the same in (-1, 1), the layer."""
    bits, stream = _next(stream)
    layer = bits & np.uint64(0xFF)
    # 55 high bits as a signed fraction; the low byte chose the layer
    u = (np.float64(bits >> np.uint64(9)) + 0.5) * (2.0 / 36028797018963968.0) - 1.0
    return u * _X[layer], u, layer, stream


@njit(cache=True)
def _outside(x, u, layer, stream):  # type: ignore[no-untyped-def]
    """The rest of `normal`, where `x` is not surely below the density."""
    while abs(x) >= _X[layer + _1]:
        if layer == 0:
            tail, height = 0.0, 0.0
            while 2.0 * height <= tail * tail:
                tail, stream = exponential(stream)
                height, stream = exponential(stream)
                tail /= _EDGE
            return (_EDGE + tail if u > 0.0 else -_EDGE - tail), stream
        height, stream = uniform(stream)
        if _F[layer] + height * (_F[layer + _1] - _F[layer]) < np.exp(-0.5 * x * x):
            break
        x, u, layer, stream = _in_layer(stream)
    return x, stream
