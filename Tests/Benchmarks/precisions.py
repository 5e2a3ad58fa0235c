"""The number formats that are measured, what they are held against, and what is to be reached."""
import subnets

NAMES = ("small-default", "base-max")
# Of products; all else is in float32.
PRECISIONS = ("f32", "bf16", "int8", "int8-mixed")
# The kinds of peers of each precision; the first is the one that targets are about.
RIVALS = {
    "bf16": ("OpenVINO bf16",),
    "int8": ("OpenVINO int8", "ONNX Runtime int8"),
    "int8-mixed": ("OpenVINO int8", "ONNX Runtime int8"),
}
# Peers' quantisation is calibrated on what accuracy is then measured on, which can only favour them.
RECORDINGS = [subnets.REPOSITORY / f"Fixtures/golden/audio/speech-{letter}.wav" for letter in "ab"]
OUTLIERS = 8

# At most, our time by that of the first rival.
WANTED_RATIOS = {
    "bf16": {"layer-norm": 0.60, "group-norm": 0.80},
    "int8": {"layer-norm": 0.50, "group-norm": 0.70},
    "int8-mixed": {"layer-norm": 0.50, "group-norm": 0.70},
}
# At least, in dB, of the last hidden state.
WANTED_SNR = {"bf16": 43, "int8": 30, "int8-mixed": 30}
# At most, bytes of a file.
WANTED_BYTES = {("small-default", "int8"): 30e6}


def peer_kinds():
    """All rivals, each once."""
    return list(dict.fromkeys(kind for kinds in RIVALS.values() for kind in kinds))


def short(name):
    """A contestant's name as the head of a narrow column: ours goes without saying."""
    longer = {"ours ": "", "int8-mixed": "mixed", "OpenVINO": "OV", "ONNX Runtime": "ORT", ", convolutions too": "*"}
    for text, shorter in longer.items():
        name = name.replace(text, shorter)
    return "file" if name == "int8, int8 file" else name


def met(is_met):
    """What a table says of a target."""
    return "yes" if is_met else "no"
