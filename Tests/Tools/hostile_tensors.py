"""Tensors that are not what they say: views outside their storage, lies about formats and sizes, weights that are no
numbers, and configurations that describe impossible supernets."""
import copy
import math

from hostile_files import EXTRACT, INSPECT, Hostile
from pickle_bytes import call, name, value, whole
from small_supernet import CONFIG, LITTLE, TAPS, WIDTH, Checkpoint
from zip_bytes import Record

WEIGHT = "encoder.layers.0.fc1.weight"


def views():
    """Shapes, strides and offsets, of the one tensor of the little checkpoint, whose storage has 6 elements."""
    for label, attack, shape, strides, offset in [
        ("offset-beyond", "a view behind its storage", (2, 3), None, 6),
        ("offset-last", "a view that ends an element behind its storage", (2, 3), None, 1),
        ("offset-huge", "an offset of 2^63 - 1", (2, 3), None, (1 << 63) - 1),
        ("offset-negative", "a negative offset", (2, 3), None, -1),
        ("offset-large-integer", "an offset of 2^64", (2, 3), None, 1 << 64),
        ("stride-beyond", "strides that leave the storage", (2, 3), (4, 1), 0),
        ("stride-overflow", "strides whose products overflow", (2, 3), (1 << 62, 1 << 62), 0),
        ("stride-overflow-to-zero", "strides that add up to 2^64", (5, 1), (1 << 62, 1), 0),
        ("stride-negative", "a negative stride", (2, 3), (3, -1), 2),
        ("stride-zero-bomb", "2^40 elements in one by strides of 0", (1 << 20, 1 << 20), (0, 0), 0),
        ("stride-zero-64", "2^62 elements in one over 62 axes", (2,) * 62, (0,) * 62, 0),
        ("shape-negative", "a negative length", (2, -3), (3, 1), 0),
        ("shape-overflow", "2^64 elements", (1 << 32, 1 << 32), (0, 0), 0),
        ("shape-zero-overflow", "no elements, with axes whose product overflows", (1 << 40, 1 << 40, 0), (0, 0, 0), 0),
        ("rank-65", "65 axes", (1,) * 65, (1,) * 65, 0),
        ("rank-strides", "more strides than axes", (2, 3), (3, 1, 1), 0),
        ("shape-text", "a length that is text", ("2", 3), (3, 1), 0),
        ("shape-true", "a length that is True", (True, 3), (3, 1), 0),
        ("shape-float", "a length that is NaN", (math.nan, 3), (3, 1), 0),
    ]:
        checkpoint = Checkpoint(LITTLE)
        checkpoint.tensors["weight"] = checkpoint.tensor(shape, strides, offset)
        yield label, INSPECT, attack, checkpoint.zip(), ["weight"]


def storages():
    """What a storage says against what its record has."""
    for label, attack, arguments in [
        ("format-wider", "a class of wider elements than the record has (CVE-2026-24747)", {"kind": "DoubleStorage"}),
        ("format-narrower", "a class of narrower elements", {"kind": "ByteStorage"}),
        ("format-unknown", "a class of storage that does not exist", {"kind": "EvilStorage"}),
        ("count-more", "more elements than the record has (CVE-2026-24747)", {"count": 1 << 20}),
        ("count-huge", "2^63 - 1 elements", {"count": (1 << 63) - 1}),
        ("count-large-integer", "2^64 elements", {"count": 1 << 64}),
        ("count-fewer", "fewer elements than the record has", {"count": 1}),
    ]:
        checkpoint = Checkpoint(LITTLE)
        checkpoint.tensors["weight"] = checkpoint.tensor((2, 3), storage=checkpoint.storage(**arguments))
        yield label, INSPECT, attack, checkpoint.zip(), ["weight"]
    for label, attack, text in [("byteorder", "the byte order \"middle\"", b"middle"),
                                ("byteorder-empty", "no byte order", b"")]:
        checkpoint = Checkpoint(LITTLE)
        checkpoint.records.append(Record(b"archive/byteorder", text))
        yield label, INSPECT, attack, checkpoint.zip(), ["byteorder"]
    checkpoint = Checkpoint(LITTLE)
    checkpoint.storages = {}
    yield "record-missing", INSPECT, "a storage that is not in the archive", checkpoint.zip(), ["data/0"]
    checkpoint = Checkpoint(LITTLE)
    checkpoint.tensors["other"] = checkpoint.tensor((1, 3), storage=checkpoint.storage(kind="FloatStorage", count=3))
    yield "format-twice", INSPECT, "one storage as two formats", checkpoint.zip(), []
    for label, attack, instructions in [
        ("integers", "whole numbers for weights", None),
        ("sparse", "a sparse tensor", call("torch._utils._rebuild_sparse_tensor", name("torch.sparse_coo"), ())),
        ("parameter-empty", "a parameter of nothing", call("torch._utils._rebuild_parameter")),
        ("wrapped", "a tensor wrapped in a tensor, ten times", None),
        ("meta", "a tensor without data", call("torch._utils._rebuild_meta_tensor_no_storage", name("torch.float16"),
                                               (WIDTH, WIDTH), (WIDTH, 1), False)),
        ("not-a-tensor", "a number in the place of a tensor", value(7)),
    ]:
        checkpoint = Checkpoint()
        if label == "integers":
            instructions = checkpoint.tensor((WIDTH, WIDTH), storage=checkpoint.storage(kind="ShortStorage"))
        if label == "wrapped":
            instructions = checkpoint.tensors[WEIGHT]
            for _ in range(10):
                instructions = call("torch._utils._rebuild_parameter", instructions, False, {})
        checkpoint.tensors[WEIGHT] = instructions
        yield label, EXTRACT, attack, checkpoint.zip(), ["int16" if label == "integers" else "fc1.weight"]


def values():
    """Weights that are no numbers, or that make none."""
    def spoilt(tensor, shape, kind, element, bad, fill=0.5):
        checkpoint = Checkpoint()
        numbers = [fill] * math.prod(shape)
        numbers[-1] = bad
        checkpoint.add_storage("1", kind, numbers, element)
        checkpoint.tensors[tensor] = checkpoint.tensor(shape, storage=checkpoint.storage("1"))
        return checkpoint.zip()

    norm = "encoder.layers.0.final_layer_norm.weight"
    yield "nan", EXTRACT, "a weight that is NaN, float32", spoilt(norm, (WIDTH,), "FloatStorage", "f", math.nan), [norm]
    yield "nan-half", EXTRACT, "a weight that is NaN, float16", spoilt(
        norm, (WIDTH,), "HalfStorage", "e", math.nan), [norm]
    yield "nan-bfloat16", EXTRACT, "a weight that is NaN, bfloat16", spoilt(
        norm, (WIDTH,), "BFloat16Storage", "H", 0x7FC1, 0x3F80), [norm]
    yield "infinity", EXTRACT, "an infinite weight", spoilt(norm, (WIDTH,), "FloatStorage", "f", math.inf), [norm]
    yield "too-large", EXTRACT, "a float64 weight that float32 does not hold", spoilt(
        norm, (WIDTH,), "DoubleStorage", "d", 1e300), [norm]
    yield "nan-norm", EXTRACT, "NaN in the norms of the position convolution", spoilt(
        "encoder.pos_conv.0.weight_g", (1, 1, TAPS), "FloatStorage", "f", math.nan), ["encoder.pos_conv.0"]
    checkpoint = Checkpoint()
    shape = (WIDTH, 4, TAPS)
    checkpoint.add_storage("1", "HalfStorage", [0.0] * math.prod(shape), "e")
    checkpoint.tensors["encoder.pos_conv.0.weight_v"] = checkpoint.tensor(shape, storage=checkpoint.storage("1"))
    yield "zero-norm", EXTRACT, "a direction of length 0 in the weight-normed convolution", checkpoint.zip(), [
        "encoder.pos_conv.0"]


def shapes():
    """Tensors that are not those of the supernet."""
    for label, attack, change, words in [
        ("missing", "a tensor that is missing", lambda c: c.tensors.pop(WEIGHT), ["fc1.weight", "missing"]),
        ("shape", "a tensor of another shape", lambda c: c.tensors.update({WEIGHT: c.tensor((WIDTH, WIDTH - 1))}),
         ["fc1.weight", "shape"]),
        ("more-layers", "a layer that the configuration does not have", lambda c: c.tensors.update(
            {"encoder.layers.1.fc1.weight": c.tensors[WEIGHT]}), ["encoder_layers"]),
    ]:
        checkpoint = Checkpoint()
        change(checkpoint)
        yield label, EXTRACT, attack, checkpoint.zip(), words


def names():
    """Several tensors that could be the model's, and none of them is more so than the others."""
    both = {f"{prefix}{name}": tensor for prefix in ["module.", "ema."]
            for name, tensor in Checkpoint().tensors.items()}
    for label, attack, tensors, words in [
        ("prefixes", "two models under two prefixes", both, ["module.", "ema."]),
        ("norm-twice", "weight norm as a hook and as a parametrization", Checkpoint().tensors | {
            "encoder.pos_conv.0.parametrizations.weight.original0": Checkpoint().tensor((1, 1, TAPS))},
         ["weight_g", "original0"]),
        ("norm-and-weight", "weight norm, and the weight without it", Checkpoint().tensors | {
            "encoder.pos_conv.0.weight": Checkpoint().tensor((WIDTH, 4, TAPS))}, ["encoder.pos_conv.0.weight"]),
        ("wrapped-name", "a tensor, and the same inside a wrapper", Checkpoint().tensors | {
            f"encoder._orig_mod.{WEIGHT[8:]}": Checkpoint().tensors[WEIGHT]}, ["fc1.weight", "_orig_mod"]),
        ("unknown", "a tensor of the encoder that the model would not use", Checkpoint().tensors | {
            "encoder.layers.0.self_attn.evil": Checkpoint().tensor((1,))}, ["self_attn.evil"]),
        ("hundred-prefixes", "a hundred prefixes", {
            f"{index}.{WEIGHT}": Checkpoint().tensor((1,)) for index in range(100)}, ["several prefixes"]),
    ]:
        checkpoint = Checkpoint()
        first = next(iter(checkpoint.tensors.values()))
        # The instructions of the first tensor remember what the others refer to.
        checkpoint.tensors = {"mask_emb": first} | tensors
        yield label, EXTRACT, attack, checkpoint.zip(), words
    checkpoint = Checkpoint()
    weights = checkpoint.state_dict()
    pickle = whole({"cfg": checkpoint.config, "net": weights, "weights": weights})
    yield "keys", EXTRACT, "two state dicts under two keys", checkpoint.zip(pickle), ["\"net\"", "\"weights\""]


def configurations():
    """Lies of `cfg.model`; the tensors do not matter, since the configuration is read first."""
    for label, attack, key, lie in [
        ("width-2-40", "a width of 2^40", "encoder_embed_dim", 1 << 40),
        ("width-zero", "a width of 0", "encoder_embed_dim", 0),
        ("width-nan", "a width that is NaN", "encoder_embed_dim", math.nan),
        ("width-large-integer", "a width of 2^100", "encoder_ffn_embed_dim", 1 << 100),
        ("width-text", "a width of 1e3 as text", "encoder_ffn_embed_dim", "1e3"),
        ("heads-zero", "no attention heads", "encoder_attention_heads", 0),
        ("heads-negative", "a negative number of heads", "encoder_attention_heads", -1),
        ("layers-huge", "2^31 layers", "encoder_layers", 1 << 31),
        ("groups-zero", "a convolution of no groups", "conv_pos_groups", 0),
        ("groups-odd", "groups that do not divide the width", "conv_pos_groups", 7),
        ("taps-huge", "a position convolution of 2^40 taps", "conv_pos", 1 << 40),
        ("depth-huge", "2^20 position convolutions", "pos_conv_depth", 1 << 20),
        ("mode", "an extractor that is a path", "extractor_mode", "../../../etc/passwd"),
        ("activation", "an activation that is code", "activation_fn", "__import__('os').system('id')"),
        ("conv-code", "code where a list is expected", "conv_feature_layers", "__import__('os').system('id')"),
        ("conv-comprehension", "a list comprehension", "conv_feature_layers", "[(8,10,5) for _ in range(10**9)]"),
        ("conv-times", "a million convolutions", "conv_feature_layers", "[(512,10,5)]*1000000"),
        ("conv-times-times", "64^10 convolutions", "conv_feature_layers", "[(8,2,2)]" + "*64" * 10),
        ("conv-power", "a power of a power", "conv_feature_layers", "[(8,9**9**9,5)]"),
        ("conv-brackets", "4,000 brackets", "conv_feature_layers", "[" * 4000),
        ("conv-long", "a list of 5,000 bytes", "conv_feature_layers", "[" + "(8,1,1)," * 600 + "]"),
        ("conv-negative", "a negative kernel", "conv_feature_layers", "[(8,-10,5)]"),
        ("conv-stride-zero", "a stride of 0", "conv_feature_layers", "[(8,10,0)]"),
        ("conv-field", "64 convolutions that need 2^64 samples a frame", "conv_feature_layers", "[(8,2,2)]*64"),
        ("conv-empty", "no convolutions", "conv_feature_layers", "[]"),
    ]:
        checkpoint = Checkpoint(LITTLE)
        checkpoint.config = copy.deepcopy(CONFIG)
        checkpoint.config["model"][key] = lie
        yield f"cfg-{label}", EXTRACT, attack, checkpoint.zip(), [key]
    for label, attack, config, words in [
        ("list", "a configuration that is a list", {"model": [CONFIG["model"]]}, ["cfg.model"]),
        ("task", "a task that is text", CONFIG | {"task": "normalize"}, ["cfg.task"]),
        ("layer-type", "layers of another kind", {"model": CONFIG["model"] | {"layer_type": "conformer"}},
         ["layer_type"]),
    ]:
        checkpoint = Checkpoint(LITTLE)
        checkpoint.config = config
        yield f"cfg-{label}", EXTRACT, attack, checkpoint.zip(), words
    checkpoint = Checkpoint()
    checkpoint.config = None
    yield "cfg-missing", EXTRACT, "no configuration", checkpoint.zip(), ["configuration", "\"model\""]
    checkpoint = Checkpoint()
    checkpoint.more = {"config": CONFIG["model"] | {"layer_norm_first": True}}
    yield "cfg-contradiction", EXTRACT, "two configurations that contradict each other", checkpoint.zip(), [
        "layer_norm_first", "cfg.model", "config"]


def fixtures():
    for group in [views, storages, values, shapes, names, configurations]:
        for label, program, attack, content, words in group():
            yield Hostile(f"tensors/{label}.pt", program, attack, content, tuple(words))
