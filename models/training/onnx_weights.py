"""Weights of an ONNX file (https://github.com/onnx/onnx, onnx.proto3) without the onnx package: enough to go on from a net
that was exported by model.py."""
import numpy as np


def fields(b):
    """(number, value) of one protobuf message; length-delimited values stay bytes"""
    i = 0

    def varint():
        nonlocal i
        n = s = 0
        while True:
            c = b[i]; i += 1
            n |= (c & 127) << s; s += 7
            if c < 128:
                return n
    while i < len(b):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
        elif key & 7 == 2:
            n = varint(); i += n
            yield key >> 3, b[i - n:i]
        else:
            n = {1: 8, 5: 4}[key & 7]; i += n
            yield key >> 3, b[i - n:i]


def tensor(b):
    dims, name, raw, floats = [], '', b'', b''
    for k, v in fields(b):
        if k == 1:
            dims += [v] if isinstance(v, int) else packed(v)
        elif k == 8:
            name = v.decode()
        elif k == 9:
            raw = v
        elif k == 4:
            floats += v
    data = raw or floats
    return name, np.frombuffer(data, '<f4').reshape(dims) if len(data) == 4 * int(np.prod(dims)) else None


def packed(b):
    out, n, s = [], 0, 0
    for c in b:
        n |= (c & 127) << s; s += 7
        if c < 128:
            out.append(n); n = s = 0
    return out


def read(path):
    """-> ([(op, inputs, outputs)], {name: float array})"""
    graph = next(v for k, v in fields(memoryview(open(path, 'rb').read()).tobytes()) if k == 7)
    nodes, weights = [], {}
    for k, v in fields(graph):
        if k == 1:
            f = list(fields(v))
            nodes.append((next(x.decode() for n, x in f if n == 4), [x.decode() for n, x in f if n == 1],
                          [x.decode() for n, x in f if n == 2]))
        elif k == 5:
            name, t = tensor(v)
            if t is not None:
                weights[name] = t
    return nodes, weights
