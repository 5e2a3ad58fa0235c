"""Architectures in JSON and YAML, for `lhb-extract --arch`."""
import json

from hostile_files import ARCHITECTURE, Hostile

SOUND = {"embed_dim": 64, "heads_num": [1], "ffn_embed": [64], "layer_num": 1}


def changed(**fields):
    return json.dumps(SOUND | fields).encode()


def texts():
    sound = json.dumps(SOUND)
    deep = b'{"embed_dim":' + b"[" * 1000 + b"]" * 1000 + b"}"
    yield "deep.json", "1,000 arrays inside each other", deep, ["nested deeper"]
    yield "deep-objects.json", "200 objects inside each other", b'{"subnet":' * 200 + b"1" + b"}" * 200, [
        "nested deeper"]
    yield "deep-open.json", "4,000 brackets", b"[" * 4000, ["nested deeper"]
    yield "twice.json", "two widths of one name", sound[:-1].encode() + b',"embed_dim":32}', ["second time"]
    yield "escaped-twice.json", "two widths, one name written with an escape", (
        sound[:-1].encode() + b',"embed\\u005fdim":32}'), ["second time"]
    yield "utf-16.json", "UTF-16", sound.encode("utf-16"), ["UTF-8"]
    yield "utf-32.json", "UTF-32", sound.encode("utf-32"), []
    yield "nul.json", "a NUL in the text", sound.encode() + b"\0", []
    yield "not-utf8.json", "bytes that are not UTF-8", sound.encode().replace(b"layer_num", b"layer\xff\xfe"), ["UTF-8"]
    yield "overlong.json", "an overlong encoding of a quote", sound.encode().replace(
        b'"layer_num"', b'\xc0\xa2layer_num"'), ["UTF-8"]
    yield "surrogate.json", "half of a surrogate pair", sound.encode().replace(b"layer_num", b"\\ud800"), []
    yield "two.json", "two objects", (sound + sound).encode(), []
    yield "lines.jsonl", "two architectures, a line each", (sound + "\n" + sound + "\n").encode(), ["2 architectures"]
    yield "open.json", "a text without an end", sound[:-1].encode(), []
    yield "comment.json", "a comment", b"/* */" + sound.encode(), []
    yield "comma.json", "a comma before the end", sound[:-1].encode() + b",}", []
    yield "empty.json", "no bytes", b"", []
    yield "spaces.json", "4,000 spaces", b" " * 4000, []
    yield "nan.json", "NaN as a number", sound.replace("64", "NaN", 1).encode(), []
    yield "infinity.json", "a number of 10^400", sound.replace("64", "1e400", 1).encode(), []
    yield "digits.json", "a number of 4,000 digits", sound.replace("64", "9" * 4000, 1).encode(), []
    yield "hex.json", "a hexadecimal number", sound.replace("64", "0x40", 1).encode(), []
    yield "control.json", "an escape sequence for the terminal as a name", changed(**{"\x1b[2J\n": 1}), []
    yield "code.json", "code as a number", changed(embed_dim="__import__('os').system('id')"), ["embed_dim"]


def numbers():
    for label, attack, fields, words in [
        ("width-zero", "a width of 0", {"embed_dim": 0}, ["embed_dim"]),
        ("width-negative", "a negative width", {"embed_dim": -64}, ["embed_dim"]),
        ("width-2-63", "a width of 2^63", {"embed_dim": 1 << 63}, ["embed_dim"]),
        ("width-2-200", "a width of 2^200", {"embed_dim": 1 << 200}, ["embed_dim"]),
        ("width-float", "a width of 64.5", {"embed_dim": 64.5}, ["embed_dim"]),
        ("width-true", "a width that is true", {"embed_dim": True}, ["embed_dim"]),
        ("layers-2-62", "2^62 layers", {"layer_num": 1 << 62}, ["layer_num"]),
        ("layers-scalar", "2^40 layers of one number of heads", {"layer_num": 1 << 40, "heads_num": 1, "ffn_embed": 64},
         ["layer_num"]),
        ("heads-many", "the heads of 1,000 layers", {"heads_num": [1] * 1000}, ["heads_num"]),
        ("heads-huge", "2^62 heads", {"heads_num": [1 << 62]}, ["heads_num"]),
        ("ffn-zero", "an FFN of width 0", {"ffn_embed": [0]}, ["ffn_embed"]),
        ("ratio-huge", "an FFN of 10^300 times the width", {"ffn_ratio": [1e300]}, ["ffn"]),
        ("window-zero", "a window of 0 frames", {"slide_wsz": [0]}, ["slide_wsz"]),
        ("window-huge", "a window of 2^62 frames", {"slide_wsz": [1 << 62]}, ["slide_wsz"]),
        ("fields-many", "200 fields that are not known", {f"field{n}": n for n in range(200)}, ["field0"]),
        ("wraps", "an architecture in an architecture", {"subnet": SOUND}, ["subnet"]),
    ]:
        yield f"{label}.json", attack, changed(**fields), words


def yaml():
    sound = "embed_dim: 64\nheads_num: [1]\nffn_embed: [64]\nlayer_num: 1\n"
    laughs = "a0: &a0 [1]\n" + "".join(
        f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 12))
    yield "laughs.yaml", "lists of nine lists of nine lists ... by aliases", laughs.encode(), ["anchors"]
    flow = "{" + laughs.strip().replace("\n", ", ") + "}"
    yield "laughs-flow.yaml", "the same in one line", flow.encode(), ["anchors"]
    yield "merge.yaml", "a merge key with an alias to itself", b"a: &a\n  <<: *a\n", ["anchors"]
    yield "alias.yaml", "an alias without an anchor", b"embed_dim: *width\n", []
    yield "python-apply.yaml", "a tag that runs os.system in PyYAML's unsafe loader", (
        b"!!python/object/apply:os.system ['id']\n"), []
    yield "python-new.yaml", "a tag that makes a subprocess", (
        b"embed_dim: !!python/object/new:subprocess.Popen [['id']]\n"), []
    yield "python-name.yaml", "a tag that names a function", sound.replace(
        "64", "!!python/name:os.system ''", 1).encode(), []
    yield "binary.yaml", "a tag of bytes", sound.replace("64", "!!binary aWQ=", 1).encode(), ["embed_dim"]
    yield "deep.yaml", "2,000 lists inside each other", b"a: " + b"[" * 2000 + b"]" * 2000 + b"\n", []
    yield "deep-block.yaml", "150 mappings inside each other", "".join(
        " " * level + "a:\n" for level in range(150)).encode(), []
    yield "deep-sequence.yaml", "1,000 sequences in one line", b"- " * 1000 + b"1\n", []
    yield "twice.yaml", "two widths of one name", (sound + "embed_dim: 32\n").encode(), ["second time"]
    yield "documents.yaml", "two documents", ("---\n" + sound + "---\n" + sound).encode(), []
    yield "key-list.yaml", "a list as a name", b"[embed_dim]: 64\n", []
    yield "key-deep.yaml", "1,000 questions inside each other", b"? " * 1000 + b"a\n", []
    yield "key-wide.yaml", "30,000 values in 990 questions inside each other", (
        b"? " * 990 + b"[" + b"a," * 30000 + b"]\n"), ["for a name"]
    yield "key-flow.yaml", "190 mappings as names of each other, 60 times", (
        b"{" * 190 + b"a" + b": 1}" * 190 + b": 1\n") * 60, ["for a name"]
    yield "open.yaml", "a text in quotes without an end", sound.encode() + b'a: "' + b"x" * 5000, []
    yield "tab.yaml", "tabs for indentation", b"subnet:\n\tembed_dim: 64\n", []
    yield "directive.yaml", "a directive of YAML 9.9", b"%YAML 9.9\n---\n" + sound.encode(), []
    yield "utf-16.yaml", "UTF-16", sound.encode("utf-16"), ["UTF-8"]
    yield "nul.yaml", "a NUL", sound.encode() + b"a: \0\n", []
    yield "octal.yaml", "a width in octal", sound.replace("64", "0o100", 1).encode(), ["embed_dim"]
    yield "sexagesimal.yaml", "a width in base 60", sound.replace("64", "1:4", 1).encode(), ["embed_dim"]
    yield "keys.yaml", "400 names", "".join(f"k{n}: {n}\n" for n in range(400)).encode(), []
    yield "keys-twice.yaml", "400 times one name", b"k: 1\n" * 400, ["second time"]
    yield "quotes.yaml", "a text of 1,000 escapes", sound.encode() + b'a: "' + b"\\x41" * 1000 + b'"\n', []
    yield "checkpoint.yaml", "a checkpoint", b"PK\3\4" + bytes(64), []


def fixtures():
    for group in [texts, numbers, yaml]:
        for name, attack, content, words in group():
            yield Hostile(f"architecture/{name}", ARCHITECTURE, attack, content, tuple(words))
