"""The sound checkpoints of which the hostile ones are variations, so that these have a single thing wrong with them
and are refused for that or not at all.

`Checkpoint()` is the smallest supernet that lhb-extract accepts: one layer, constant weights. `Checkpoint(LITTLE)`
has one tensor of six elements, which is enough for lhb-inspect.
"""
import copy
import math
import struct

from pickle_bytes import call, dictionary, get, name, put, value, whole
from zip_bytes import Record, archive

WIDTH = 64
CHANNELS = 8
TAPS = 4
GROUPS = 16

CONFIG = {
    "model": {
        "extractor_mode": "default",
        "encoder_layers": 1,
        "encoder_embed_dim": WIDTH,
        "encoder_ffn_embed_dim": WIDTH,
        "encoder_attention_heads": 1,
        "activation_fn": "gelu",
        "layer_norm_first": False,
        "conv_feature_layers": f"[({CHANNELS},10,5)] + [({CHANNELS},3,2)]",
        "conv_bias": False,
        "conv_pos": TAPS,
        "conv_pos_groups": GROUPS,
    },
    "task": {"normalize": False},
}
ARCHITECTURE = b'{"embed_dim": 64, "heads_num": [1], "ffn_embed": [64], "layer_num": 1}\n'


def pairs(prefix, output, *inputs):
    return {f"{prefix}.weight": (output, *inputs), f"{prefix}.bias": (output,)}


def subnet_shapes():
    """The tensors of the subnet that is all of it, in the order of a .lhb file."""
    shapes = {"feature_extractor.conv_layers.0.0.weight": (CHANNELS, 1, 10)}
    shapes |= pairs("feature_extractor.conv_layers.0.2", CHANNELS)
    shapes |= {"feature_extractor.conv_layers.1.0.weight": (CHANNELS, CHANNELS, 3)}
    shapes |= pairs("layer_norm", CHANNELS) | pairs("post_extract_proj", WIDTH, CHANNELS)
    shapes |= pairs("encoder.pos_conv.0", WIDTH, WIDTH // GROUPS, TAPS)
    shapes |= pairs("encoder.layer_norm", WIDTH)
    for part in ["q_proj", "k_proj", "v_proj", "out_proj"]:
        shapes |= pairs(f"encoder.layers.0.self_attn.{part}", WIDTH, WIDTH)
    shapes |= pairs("encoder.layers.0.self_attn_layer_norm", WIDTH)
    shapes |= pairs("encoder.layers.0.fc1", WIDTH, WIDTH) | pairs("encoder.layers.0.fc2", WIDTH, WIDTH)
    return shapes | pairs("encoder.layers.0.final_layer_norm", WIDTH)


def supernet_shapes():
    shapes = {"mask_emb": (WIDTH,)} | subnet_shapes()
    shape = shapes.pop("encoder.pos_conv.0.weight")
    return shapes | {"encoder.pos_conv.0.weight_v": shape, "encoder.pos_conv.0.weight_g": (1, 1, TAPS)}


LITTLE = {"weight": (2, 3)}


def row_major(shape):
    return tuple(math.prod(shape[axis + 1:]) for axis in range(len(shape)))


class Checkpoint:
    """A checkpoint whose parts can be spoilt before it is written. All tensors look at one storage, for its size."""

    def __init__(self, shapes=None, is_legacy=False):
        shapes = shapes or supernet_shapes()
        count = max(map(math.prod, shapes.values()))
        self.is_legacy = is_legacy
        self.config = copy.deepcopy(CONFIG)
        # Class, number of elements that the pickle tells, bytes.
        self.storages = {"0": ["HalfStorage", count, struct.pack("<e", 0.0625) * count]}
        # Name and instructions. The first one remembers what all have in common, as a pickler does.
        self.tensors = {}
        for tensor, shape in shapes.items():
            self.tensors[tensor] = self.tensor(shape, is_first=not self.tensors)
        self.more = {}
        self.records = []

    def add_storage(self, key, kind, values, element):
        """A storage of its own: `element` as for struct."""
        self.storages[key] = [kind, len(values), struct.pack(f"<{len(values)}{element}", *values)]

    def storage(self, key="0", kind=None, count=None):
        """A reference to a storage; what is not given is the truth."""
        parts = ("storage", name(f"torch.{kind or self.storages[key][0]}"), key, "cpu",
                 self.storages[key][1] if count is None else count)
        return value(parts + ((None,) if self.is_legacy else ())) + b"Q"

    def tensor(self, shape, strides=None, offset=0, storage=None, is_first=True):
        """The instructions that make a tensor; those after the first may refer to its parts."""
        strides = row_major(shape) if strides is None else strides
        function, hooks = get(1), get(2)
        if is_first:
            function = name("torch._utils._rebuild_tensor_v2") + put(1)
            hooks = call("collections.OrderedDict") + put(2)
            storage = storage or self.storage() + put(3)
        arguments = (storage or get(3), offset, tuple(shape), tuple(strides), False, hooks)
        return function + value(arguments) + b"R"

    def state_dict(self):
        return dictionary(self.tensors.items())

    def pickle(self):
        return whole({"cfg": self.config, "model": self.state_dict()} | self.more)

    def data_records(self, folder="archive"):
        return [Record(f"{folder}/data/{key}".encode(), parts[2]) for key, parts in self.storages.items()]

    def zip_records(self, pickle=None, folder="archive"):
        return ([Record(f"{folder}/data.pkl".encode(), self.pickle() if pickle is None else pickle)]
                + self.data_records(folder) + self.records + [Record(f"{folder}/version".encode(), b"3\n")])

    def zip(self, pickle=None, **options):
        return archive(self.zip_records(pickle), **options)
