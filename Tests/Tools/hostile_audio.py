"""Sound files with headers that lie, for the readers of headers and the decoders behind them."""
import math
import struct

from hostile_files import FEATURES, Hostile

RATE = 16000
TONE = [math.sin(index / 5) / 4 for index in range(400)]
PCM = b"".join(struct.pack("<h", round(sample * 32767)) for sample in TONE)


def wav(data=PCM, channels=1, rate=RATE, bits=16, format=1, align=None, size=None, riff=None, extra=b""):
    """A WAV file; `size` and `riff` replace the sizes of its chunks."""
    align = channels * bits // 8 if align is None else align
    fmt = struct.pack("<2H2I2H", format, channels, rate, rate * align & 0xFFFFFFFF, align & 0xFFFF, bits)
    body = b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt + extra
    body += b"data" + struct.pack("<I", len(data) if size is None else size) + data
    return b"RIFF" + struct.pack("<I", len(body) if riff is None else riff) + body


def floats(*samples):
    return wav(struct.pack(f"<{len(samples)}f", *samples), bits=32, format=3)


def waves():
    yield "nan.wav", "a sample that is NaN", floats(*TONE[:300], math.nan, *TONE), ["nan"]
    yield "infinity.wav", "an infinite sample", floats(*TONE[:300], math.inf, *TONE), ["inf"]
    yield "nan-all.wav", "nothing but NaN", floats(*[math.nan] * 400), ["nan"]
    doubles = struct.pack("<400d", *[1e300] * 400)
    yield "double-huge.wav", "samples that float32 does not hold", wav(doubles, bits=64, format=3), []
    yield "channels-0.wav", "no channels", wav(channels=0), []
    yield "channels-1025.wav", "1,025 channels", wav(PCM * 3, channels=1025), []
    yield "channels-65535.wav", "65,535 channels", wav(channels=65535), []
    yield "rate-0.wav", "a rate of 0", wav(rate=0), []
    yield "rate-1.wav", "a rate of 1 Hz, from which a sample becomes a second", wav(rate=1), []
    yield "rate-2-31.wav", "a rate of 2^31", wav(rate=1 << 31), []
    yield "rate-2-32.wav", "a rate of 2^32 - 1", wav(rate=(1 << 32) - 1), []
    yield "bits-0.wav", "samples of 0 bits", wav(bits=0), []
    yield "bits-65535.wav", "samples of 65,535 bits", wav(bits=65535), []
    yield "format.wav", "an encoding that does not exist", wav(format=0x7777), []
    yield "size-4gb.wav", "4 GB of sound, none of it there", wav(b"", size=0xFFFFFFF0), []
    yield "size-0.wav", "no sound", wav(b""), []
    yield "riff-0.wav", "a file of 0 bytes that has a header", wav(b"", riff=0, size=0), []
    yield "no-data.wav", "a header without a data chunk", wav()[:36], []
    yield "no-format.wav", "a data chunk without a format", b"RIFF\x2c\0\0\0WAVEdata\x20\0\0\0" + bytes(32), []
    yield "chunk-4gb.wav", "a chunk of 4 GB before the sound", wav(extra=b"LIST\xff\xff\xff\xff"), []
    yield "chunks.wav", "500 empty chunks and no sound", wav(b"", extra=b"junk\0\0\0\0" * 500), []
    yield "adpcm.wav", "ADPCM blocks of 65,535 bytes", wav(
        channels=1, format=2, bits=4, align=65535), []
    yield "short.wav", "19 samples, one too few for a frame", wav(PCM[:38]), ["samples"]
    rf64 = wav().replace(b"RIFF", b"RF64", 1)[:12]
    rf64 += b"ds64" + struct.pack("<I3QI", 28, *[(1 << 63) - 1] * 3, 0) + wav(size=0xFFFFFFFF)[12:36]
    yield "rf64.wav", "2^63 bytes of sound in RF64", rf64 + b"data\xff\xff\xff\xff", []


def au(data=PCM, offset=24, size=None, encoding=3, rate=RATE, channels=1):
    return b".snd" + struct.pack(">5I", offset, len(data) if size is None else size, encoding, rate, channels) + data


def extended(rate):
    """An 80-bit float."""
    if rate <= 0:
        return bytes(10)
    exponent = rate.bit_length() - 1
    return struct.pack(">HQ", 16383 + exponent, rate << 63 - exponent)


def aiff(channels=1, frames=400, bits=16, rate=extended(RATE), data=PCM, size=None):
    common = b"COMM" + struct.pack(">IHIH", 18, channels, frames, bits) + rate
    sound = b"SSND" + struct.pack(">3I", len(data) + 8 if size is None else size, 0, 0) + data
    return b"FORM" + struct.pack(">I", 4 + len(common) + len(sound)) + b"AIFF" + common + sound


def caf(rate=16000.0, channels=1, bits=16, packet=2, size=None, data=PCM):
    description = struct.pack(">d4s5I", rate, b"lpcm", 2, packet, 1, channels, bits)
    return (b"caff" + struct.pack(">2H", 1, 0) + b"desc" + struct.pack(">Q", 32) + description + b"data"
            + struct.pack(">Q", len(data) + 4 if size is None else size) + bytes(4) + data)


def w64(size, channels=1, rate=RATE):
    guid = bytes.fromhex("f3acd3118cd100c04f8edb8a")
    riff = bytes.fromhex("726966662e91cf11a5d628db04c10000")
    fmt = struct.pack("<2H2I2H", 1, channels, rate, rate * 2, 2 * channels & 0xFFFF, 16)
    return (riff + struct.pack("<Q", 1 << 60) + b"wave" + guid + b"fmt " + guid + struct.pack("<Q", 24 + 16) + fmt
            + b"data" + guid + struct.pack("<Q", size))


def others():
    yield "channels.au", "65,536 channels", au(channels=65536), []
    yield "channels-2-31.au", "2^31 channels", au(channels=1 << 31), []
    yield "rate-0.au", "a rate of 0", au(rate=0), []
    yield "rate-2-32.au", "a rate of 2^32 - 1", au(rate=0xFFFFFFFF), []
    yield "offset.au", "sound behind the end", au(offset=0x7FFFFFFF), []
    yield "encoding.au", "an encoding that does not exist", au(encoding=0x77), []
    yield "float-nan.au", "NaN, most significant byte first", au(
        struct.pack(">400f", *[math.nan] * 400), encoding=6), ["nan"]
    yield "channels.aiff", "65,535 channels", aiff(channels=65535), []
    yield "channels-0.aiff", "no channels", aiff(channels=0), []
    yield "rate-nan.aiff", "a rate that is no number", aiff(rate=b"\x7f\xff" + b"\xff" * 8), []
    yield "rate-0.aiff", "a rate of 0", aiff(rate=bytes(10)), []
    yield "rate-2-60.aiff", "a rate of 2^60", aiff(rate=extended(1 << 60)), []
    yield "bits.aiff", "samples of 65,535 bits", aiff(bits=65535), []
    yield "no-sound.aiff", "2^32 - 1 frames, none of them there", aiff(frames=0xFFFFFFFF, data=b""), []
    yield "rate-nan.caf", "a rate that is NaN", caf(rate=math.nan), []
    yield "rate-huge.caf", "a rate of 10^300", caf(rate=1e300), []
    yield "channels.caf", "2^31 channels", caf(channels=1 << 31), []
    yield "size.caf", "2^63 - 1 bytes of sound, none of it there", caf(size=(1 << 63) - 1, data=b""), []
    yield "packet-0.caf", "packets of 0 bytes", caf(packet=0, bits=0), []
    yield "size.w64", "2^60 bytes of sound, none of it there", w64(1 << 60), []
    yield "channels.w64", "65,535 channels", w64(1 << 20, channels=65535), []
    yield "empty.wav", "no bytes", b"", ["empty"]
    yield "text.wav", "a letter", b"Dear Sir or Madam,\n" * 20, []
    yield "zeros.wav", "zeros", bytes(4096), []
    yield "json.wav", "JSON", b'{"embed_dim": 64}', []
    yield "playlist.wav", "a playlist that names another file", b"#EXTM3U\n/etc/passwd\n", []
    yield "header.mp3", "an MP3 frame header and nothing", b"\xff\xfb\x90\x00" + bytes(10), []
    yield "id3.mp3", "an ID3 tag of 256 MB", b"ID3\4\0\0\x7f\x7f\x7f\x7f" + bytes(64), []
    yield "page.ogg", "an Ogg page of 255 full segments, cut off", (
        b"OggS\0\2" + bytes(8) + struct.pack("<3I", 1, 0, 0) + b"\xff" * 256), []


def sphere(*fields, data=PCM):
    header = "\n".join(["NIST_1A", "   1024", *fields, "end_head", ""]).encode()
    return header.ljust(1024) + data


def spheres():
    """Headers whose numbers overflow when they are multiplied."""
    most = (1 << 63) - 1
    for name, channels, width in [("channels", most, 2), ("width", 1, most), ("negative", -1, 2), ("both", 1 << 40, 1 << 40)]:
        yield f"{name}.sph", f"{channels} channels of {width} bytes", sphere(
            f"channel_count -i {channels}", f"sample_n_bytes -i {width}", "sample_rate -i 16000", "sample_count -i 100",
            "sample_coding -s3 pcm"), ["channels of"]
    yield "count.sph", "2^63 - 1 samples, 400 of them there", sphere(
        "channel_count -i 1", "sample_n_bytes -i 2", "sample_rate -i 16000", f"sample_count -i {most - 1}",
        "sample_coding -s3 pcm"), []
    yield "header-huge.sph", "a header of 10^18 bytes", b"NIST_1A\n1000000000000000000\n" + bytes(1000), ["header"]
    frame = b"\xff\xfb\x90\xc4" + bytes(413)
    ds64 = b"ds64" + struct.pack("<I3QI", 28, (1 << 60) - 1, (1 << 60) - 1, 0, 0)
    mp3 = struct.pack("<2H2I2H", 0x55, 1, 44100, 16000, 1, 0)
    yield "mp3-rf64.wav", "2^60 bytes of MP3, ten frames of them there", (
        b"RF64\xff\xff\xff\xffWAVE" + ds64 + b"fmt " + struct.pack("<I", 16) + mp3 + b"data\xff\xff\xff\xff" + frame * 10), []


def flac(samples, channels=1, rate=RATE, bits=16, block=4096, frames=b""):
    info = struct.pack(">2H", block, block) + bytes(6)
    info += (rate << 44 | (channels - 1) << 41 | (bits - 1) << 36 | samples).to_bytes(8, "big") + bytes(16)
    return b"fLaC" + b"\x80\0\0\x22" + info + frames


def flacs():
    yield "samples-2-36.flac", "2^36 - 1 samples, none of them there", flac((1 << 36) - 1), []
    yield "samples-none.flac", "a length of 0 and no frames", flac(0), []
    yield "rate-0.flac", "a rate of 0", flac(800, rate=0), []
    yield "rate.flac", "a rate of 655,350 Hz and no frames", flac(800, rate=655350), []
    yield "block-0.flac", "blocks of 0 samples", flac(800, block=0), []
    yield "cut-header.flac", "half a header", flac(800)[:20], []
    yield "metadata.flac", "a picture of 16 MB, cut off", b"fLaC" + b"\x06\xff\xff\xff" + bytes(64), []
    yield "metadata-many.flac", "1,000 blocks of padding and no frames", (
        flac(800).replace(b"\x80\0\0\x22", b"\0\0\0\x22", 1) + b"\1\0\0\0" * 1000), []
    yield "garbage.flac", "frames that are noise", flac(
        800, frames=b"\xff\xf8" + bytes((index * 167 + 13) & 255 for index in range(2000))), []


def fixtures():
    for group in [waves, others, spheres, flacs]:
        for name, attack, content, words in group():
            yield Hostile(f"audio/{name}", FEATURES, attack, content, tuple(words))
