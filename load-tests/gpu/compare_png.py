"""Compares two PNG files of 8-bit RGB: python compare_png.py EXPECTED ACTUAL fp32|bf16|int8|fp8. The exit code is 1 if they differ too much."""
import struct
import sys
import zlib

# The mean difference in levels of 255. fp32 on a GPU adds in another order, and its convolutions may use TF32.
LIMITS = {"fp32": 0.5, "bf16": 4.0, "int8": 4.0, "fp8": 8.0}


def read_png(path):
    """Width, height and the samples, rows from the top."""
    with open(path, "rb") as file:
        data = file.read()
    at, compressed, width, height = 8, b"", 0, 0
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
            if (depth, colour) != (8, 2):
                sys.exit(f"error: {path}: not 8-bit RGB")
        elif kind == b"IDAT":
            compressed += body
        at += 12 + length
    return width, height, unfilter(zlib.decompress(compressed), 3 * width)


def unfilter(raw, stride):
    """Undoes the filter of each row (PNG specification, section 9)."""
    above, samples = bytearray(stride), bytearray()
    for first in range(0, len(raw), stride + 1):
        kind, row = raw[first], bytearray(raw[first + 1:first + 1 + stride])
        for i in range(stride):
            left, up, corner = (row[i - 3], above[i], above[i - 3]) if i >= 3 else (0, above[i], 0)
            if kind == 4:
                estimate = left + up - corner
                add = min((left, up, corner), key=lambda x: abs(estimate - x))
            else:
                add = (0, left, up, (left + up) // 2)[kind]
            row[i] = (row[i] + add) & 255
        samples += row
        above = row
    return samples


def main():
    expected, actual, precision = sys.argv[1:]
    a, b = read_png(expected), read_png(actual)
    if a[:2] != b[:2]:
        sys.exit(f"error: {a[0]} x {a[1]} and {b[0]} x {b[1]}")
    differences = [abs(x - y) for x, y in zip(a[2], b[2])]
    mean = sum(differences) / len(differences)
    print(f"mean difference {mean:.3f} levels of 255, limit {LIMITS[precision]}; largest {max(differences)}")
    return 1 if mean > LIMITS[precision] else 0


if __name__ == "__main__":
    sys.exit(main())
