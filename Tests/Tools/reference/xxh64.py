"""XXH64 with seed 0, the checksum of .lhb files."""
import struct

MASK = (1 << 64) - 1
PRIMES = (
    0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)


def rotated(word, count):
    return (word << count | word >> 64 - count) & MASK


def mixed(lane, word):
    return rotated(lane + word * PRIMES[1] & MASK, 31) * PRIMES[0] & MASK


def xxh64(data):
    result = PRIMES[4]
    place = len(data) // 32 * 32
    if place:
        lanes = [PRIMES[0] + PRIMES[1] & MASK, PRIMES[1], 0, -PRIMES[0] & MASK]
        for words in struct.iter_unpack("<4Q", data[:place]):
            lanes = [mixed(lane, word) for lane, word in zip(lanes, words)]
        result = sum(rotated(lane, count) for lane, count in zip(lanes, (1, 7, 12, 18))) & MASK
        for lane in lanes:
            result = (result ^ mixed(0, lane)) * PRIMES[0] + PRIMES[3] & MASK
    result = result + len(data) & MASK
    while place + 8 <= len(data):
        (word,) = struct.unpack_from("<Q", data, place)
        result = rotated(result ^ mixed(0, word), 27) * PRIMES[0] + PRIMES[3] & MASK
        place += 8
    if place + 4 <= len(data):
        (word,) = struct.unpack_from("<I", data, place)
        result = rotated(result ^ word * PRIMES[0] & MASK, 23) * PRIMES[1] + PRIMES[2] & MASK
        place += 4
    for byte in data[place:]:
        result = rotated(result ^ byte * PRIMES[4] & MASK, 11) * PRIMES[0] & MASK
    result = (result ^ result >> 33) * PRIMES[1] & MASK
    result = (result ^ result >> 29) * PRIMES[2] & MASK
    return result ^ result >> 32
