#!/usr/bin/env python3
"""Exports models with lhb-export, runs the exports in transformers and ONNX Runtime, and compares what they give with
lhb-features.

    check_exports.py [BUILD_FOLDER, by default .build/release] [--work FOLDER] [--quick] [--only NAME]

Models are random: tiny ones of every kind that transformers has, saved by it; those of Fixtures/family, in all files
that each has; subnets of the tiny LightHuBERT supernets in Fixtures, with layers that differ and with windows; and a
subnet of published size. Each is made a .lhb file, exported in every form that can hold it, and run on
speech. The largest difference of any hidden state is printed, over max(1, |value|); beyond 2e-5 the check fails.

Runs in .peers, which `make check-exports` makes: numpy, onnx, onnxruntime, torch, transformers.
"""
import argparse
import json
import subprocess
import sys
import tempfile
import wave
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
import transformers

REPOSITORY = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(REPOSITORY / "Tests/Tools/fixtures"))
from byte_planes import from_byte_planes  # noqa: E402

AUDIO = REPOSITORY / "Fixtures/golden/audio"
FAMILY = REPOSITORY / "Fixtures/family"
TOLERANCE = 2e-5
SPEECH = ("speech-b", "frames-2")

CLASSES = {
    "hubert": transformers.HubertModel, "wav2vec2": transformers.Wav2Vec2Model, "wavlm": transformers.WavLMModel,
    "data2vec-audio": transformers.Data2VecAudioModel, "unispeech": transformers.UniSpeechModel,
    "unispeech-sat": transformers.UniSpeechSatModel,
}
TINY = dict(
    hidden_size=64, num_hidden_layers=3, num_attention_heads=4, intermediate_size=120, conv_dim=[24] * 7,
    num_conv_pos_embeddings=16, num_conv_pos_embedding_groups=4, vocab_size=32)
LARGE = dict(feat_extract_norm="layer", do_stable_layer_norm=True, conv_bias=True)
# name: (model_type, what differs from TINY, whether the waveform is normalised)
MODELS = {
    "hubert-base": ("hubert", {}, False),
    "hubert-large": ("hubert", LARGE, True),
    "hubert-xlarge": ("hubert", dict(LARGE, hidden_size=80, num_attention_heads=4), True),
    "hubert-batch-norm": ("hubert", dict(conv_pos_batch_norm=True), False),
    "distilhubert": ("hubert", dict(feat_proj_layer_norm=False, num_hidden_layers=2), False),
    "hubert-relu": ("hubert", dict(hidden_act="relu"), False),
    "wav2vec2-base": ("wav2vec2", {}, True),
    "wav2vec2-xlsr": ("wav2vec2", LARGE, True),
    "wav2vec2-mms": ("wav2vec2", dict(LARGE, adapter_attn_dim=8), True),
    "unispeech": ("unispeech", {}, True),
    "unispeech-sat": ("unispeech-sat", LARGE, True),
    "data2vec": ("data2vec-audio", dict(num_conv_pos_embeddings=3, conv_pos_kernel_size=19), True),
    "wavlm-base": ("wavlm", dict(num_buckets=32, max_bucket_distance=64), False),
    "wavlm-large": ("wavlm", dict(LARGE, num_buckets=32, max_bucket_distance=64), True),
}
# Of a tiny supernet in Fixtures: the architecture, with what is changed of it, and how transformers can have it:
# as it is, filled up with zeros, or not at all.
UNEVEN = {"heads_num": [2, 1] * 6, "atten_dim": [128, 64] * 6, "ffn_embed": [512, 384, 448] * 4}
SUBNETS = [
    ("tiny", "max", {}, "hf"), ("tiny", "min", {}, "hf"), ("tiny", "mixed", {}, None), ("tiny", "sliding", {}, None),
    ("tiny", "max", UNEVEN, "pad"), ("tiny-layernorm", "max", UNEVEN, "pad"), ("tiny-deeppos", "mixed", {}, None),
    ("tiny-deeppos", "max", {}, None), ("deep-position", "max", {}, "hf"),
]
# Supernets that Fixtures has not: what makes them.
MADE = {"deep-position": ["--pos-depth", "5", "--extractor", "layer_norm", "--embed", "128", "--conv", "32"]}


class Check:
    """What was compared, and what failed."""

    def __init__(self):
        self.failures = []

    def compare(self, what, found, expected):
        """Two lists of hidden states."""
        if len(found) != len(expected):
            raise SystemExit(f"{what}: {len(found)} states, expected {len(expected)}")
        worst = 0.0
        for one, other in zip(found, expected):
            one, other = np.asarray(one, np.float64), np.asarray(other, np.float64)
            if one.shape != other.shape:
                raise SystemExit(f"{what}: shape {one.shape}, expected {other.shape}")
            difference = np.abs(one - other) / np.maximum(1, np.abs(other))
            worst = max(worst, float(difference.max())) if np.isfinite(difference).all() else float("inf")
        verdict = "" if worst <= TOLERANCE else "  FAILED"
        print(f"{what:54} {worst:.1e}{verdict}", flush=True)
        if verdict:
            self.failures.append(what)


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}\nended with {done.returncode}: {done.stderr.strip()}")
    return done


def samples(name):
    with wave.open(str(AUDIO / f"{name}.wav")) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64) / 32768


def ours(build, model, audio, work):
    """P, x1 ... xL, the encoder's input, and the last representation."""
    states = {}
    for key, options in (("all", ["--layers", "all"]), ("input", ["--layers", "0", "--layer-zero", "encoder-input"]),
                         ("last", [])):
        path = work / f"{key}.npy"
        run(build / "lhb-features", "--force", "--model", model, *options, AUDIO / f"{audio}.wav", "-o", path)
        states[key] = np.load(path)
    return list(states["all"]), states["input"].reshape(states["last"].shape), states["last"]


def model_shape(build, model):
    return json.loads(run(build / "lhb-inspect", "--json", "--no-verify", model).stdout)


def in_transformers(folder, wav, normalizes, epsilon):
    """hidden_states and last_hidden_state of the class that config.json names by its model_type."""
    kind = json.loads((folder / "config.json").read_text())["model_type"]
    model, info = CLASSES[kind].from_pretrained(folder, output_loading_info=True)
    left_out = {key for key in info["unexpected_keys"] if not key.startswith("final_proj.")}
    if info["missing_keys"] or left_out or info["mismatched_keys"]:
        raise SystemExit(f"{folder}: transformers misses {info['missing_keys']}, does not know {left_out}")
    if normalizes:
        wav = (wav - wav.mean()) / np.sqrt(wav.var() + epsilon)
    with torch.no_grad():
        out = model.eval().float()(torch.from_numpy(wav).float()[None], output_hidden_states=True)
    return [state[0].numpy() for state in out.hidden_states], out.last_hidden_state[0].numpy()


class Session:
    """A graph in ONNX Runtime."""

    def __init__(self, path):
        onnx.checker.check_model(str(path))
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def __call__(self, wav):
        names = [output.name for output in self.session.get_outputs()]
        values = self.session.run(None, {"wav": wav.astype(np.float32)[None]})
        return {name: value[0] for name, value in zip(names, values)}


def check_model(check, build, name, model, hugging_face, work, speech):
    """All forms of one .lhb file."""
    facts = model_shape(build, model)
    normalizes, epsilon = facts["normalizes_waveform"], facts["waveform_epsilon"]
    graph, folder, tensors = work / f"{name}.onnx", work / f"{name}-hf", work / f"{name}.safetensors"
    run(build / "lhb-export", "--quiet", "--to", "onnx", "--hidden-states", model, graph)
    run(build / "lhb-export", "--quiet", "--to", "safetensors", model, tensors)
    again = work / f"{name}-again.lhb"
    run(build / "lhb-extract", "--quiet", tensors, again)
    if hugging_face:
        options = ["--pad"] if hugging_face == "pad" else []
        run(build / "lhb-export", "--quiet", "--to", "hf", *options, model, folder)
    else:
        refused = subprocess.run([build / "lhb-export", "--to", "hf", "--pad", model, folder], capture_output=True)
        if refused.returncode != 65 or folder.exists():
            raise SystemExit(f"{name}: exported as a Hugging Face model, expected a refusal")
    if facts["projection_size"]:
        check_projection(check, build, name, model, facts["layer_count"], work)
    session = Session(graph)
    # Up to 5.15 the last hidden state of pre-norm models is the normed one.
    is_raw = tuple(map(int, transformers.__version__.split(".")[:2])) >= (5, 16)
    for audio in speech:
        wav = samples(audio)
        states, start, last = ours(build, model, audio, work)
        found = session(wav)
        expected = states + [start, last]
        names = [f"hidden_state_{index}" for index in range(len(states))] + ["encoder_input", "x"]
        check.compare(f"{name}, {audio}: ONNX Runtime", [found[key] for key in names], expected)
        repeated, _, repeated_last = ours(build, again, audio, work)
        if not np.array_equal(np.stack(states + [last]), np.stack(repeated + [repeated_last])):
            check.failures.append(f"{name}: safetensors")
            print(f"{name}, {audio}: safetensors give other features  FAILED")
        if hugging_face:
            hidden, final = in_transformers(folder, wav, normalizes, epsilon)
            expected = [start] + states[1:-1] + [states[-1] if is_raw else last, last]
            check.compare(f"{name}, {audio}: transformers", hidden + [final], expected)


def check_projection(check, build, name, model, layers, work):
    """The output final_proj, of the last hidden state and of a layer; with the weights in a second file."""
    graph = work / f"{name}-projected.onnx"
    for layer in (None, layers // 2 + 1):
        options = ["--projected-layer", layer] if layer else []
        run(build / "lhb-export", "--quiet", "--force", "--to", "onnx", "--external-data", *options, model, graph)
        path = work / "projected.npy"
        options = ["--layers", layer] if layer else []
        run(build / "lhb-features", "--force", "--model", model, "--projection", *options,
            AUDIO / f"{SPEECH[0]}.wav", "-o", path)
        found = Session(graph)(samples(SPEECH[0]))["final_proj"]
        expected = np.load(path).reshape(found.shape)
        # A projection may be of another size than hidden states, and the difference with it.
        scale = max(1.0, float(expected.std()))
        check.compare(f"{name}, projection of {layer or 'the last'}: ONNX Runtime", [found / scale], [expected / scale])


def randomize(model):
    """transformers starts models so that features would be near zero."""
    for name, tensor in model.named_parameters():
        if tensor.dim() == 2 and "embed" not in name:
            gain = 1.4 if ".q_proj." in name or ".k_proj." in name else 1.0
            torch.nn.init.normal_(tensor.data, 0, gain / tensor.shape[1] ** 0.5)
        elif name.endswith("bias"):
            torch.nn.init.normal_(tensor.data, 0, 0.1)
        elif "norm" in name and name.endswith("weight"):
            torch.nn.init.normal_(tensor.data, 1, 0.2)
        elif "rel_attn_embed" in name or "gru_rel_pos_const" in name:
            torch.nn.init.normal_(tensor.data, 0.5, 1.0)
    for name, tensor in model.named_buffers():
        if name.endswith("running_mean"):
            torch.nn.init.normal_(tensor, 0, 0.3)
        elif name.endswith("running_var"):
            torch.nn.init.uniform_(tensor, 0.5, 2)


def make_model(name, work):
    """A folder that transformers saved."""
    kind, fields, normalizes = MODELS[name]
    folder = work / f"{name}-saved"
    torch.manual_seed(7)
    cls = CLASSES[kind]
    fields = {**TINY, **fields}
    model = cls(cls.config_class(**fields))
    randomize(model)
    model.save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(
        {"do_normalize": normalizes, "sampling_rate": 16000, "feature_extractor_type": "Wav2Vec2FeatureExtractor"}))
    return folder


def family_models():
    """(name, file, what to tell lhb-extract) of every file of Fixtures/family."""
    for model in json.loads((FAMILY / "manifest.json").read_text())["models"]:
        for file in model["files"]:
            options = ["--heads", file["torchaudio_heads"]] if "torchaudio_heads" in file else []
            yield f"family-{file['path']}", FAMILY / file["path"], options


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", type=Path, default=REPOSITORY / ".build/release")
    parser.add_argument("--work", type=Path)
    parser.add_argument("--quick", action="store_true", help="without the subnet of published size")
    parser.add_argument("--only", help="models whose names begin so")
    arguments = parser.parse_args()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    build = arguments.build.resolve()
    check = Check()
    print(f"transformers {transformers.__version__}, torch {torch.__version__}, ONNX Runtime {onnxruntime.__version__}")
    with tempfile.TemporaryDirectory(dir=arguments.work) as work:
        work = Path(work)

        def wanted(name):
            return name.startswith(arguments.only or "")

        for name in filter(wanted, MODELS):
            model = work / f"{name}.lhb"
            run(build / "lhb-extract", "--quiet", "--weights", "f32", make_model(name, work), model)
            check_model(check, build, name, model, "hf", work, SPEECH)
        for supernet, arch, changes, hugging_face in SUBNETS:
            name = f"{supernet}-{arch}{'-uneven' if changes else ''}"
            if not wanted(name):
                continue
            model, architecture = work / f"{name}.lhb", work / f"{name}.json"
            given = json.loads((REPOSITORY / f"Fixtures/golden/arch-{arch}.json").read_text())
            architecture.write_text(json.dumps({**given, **changes}))
            run(build / "lhb-extract", "--quiet", "--arch", architecture, restored(supernet, work), model)
            check_model(check, build, name, model, hugging_face, work, SPEECH)
        for name, file, options in family_models():
            if not wanted(name):
                continue
            model = work / f"{name}.lhb"
            run(build / "lhb-extract", "--quiet", *options, file, model)
            pruned = name.startswith("family-dp")
            check_model(check, build, name, model, None if pruned else "hf", work, SPEECH)
        if not arguments.quick and wanted("small-default"):
            checkpoint, model = work / "small.pt", work / "small-default.lhb"
            make_supernet(checkpoint)
            run(build / "lhb-extract", "--quiet", "--arch", "small-default", checkpoint, model)
            check_model(check, build, "small-default", model, "hf", work, SPEECH)
    if check.failures:
        raise SystemExit(f"{len(check.failures)} exports differ by more than {TOLERANCE}: {', '.join(check.failures)}")
    print("check_exports: all exports compute what their models do")


def make_supernet(path, *options):
    run("/usr/bin/python3", REPOSITORY / "Tests/Tools/fixtures/make_checkpoint.py", path, *options)


def restored(name, work):
    """A checkpoint of Fixtures/golden, which are kept compressed; see Fixtures/README.md."""
    path = work / f"{name}.pt"
    if name in MADE:
        make_supernet(path, *MADE[name])
    elif not path.exists():
        packed = REPOSITORY / f"Fixtures/golden/{name}.pt.planes.zst"
        planes = subprocess.run(["zstd", "-dc", packed], check=True, capture_output=True).stdout
        path.write_bytes(from_byte_planes(planes))
    return path


if __name__ == "__main__":
    main()
