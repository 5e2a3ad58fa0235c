"""lhb.s3prl against s3prl itself: its own experts, its wrapper and its test of upstreams."""
# mypy: disable-error-code="import-untyped"
from __future__ import annotations

import functools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Iterator

import family_models
import pytest

torch: Any = pytest.importorskip("torch", reason="needs PyTorch")

import lhb  # noqa: E402
import lhb.s3prl  # noqa: E402

NAME = "lighthubert_engine_local"
# What s3prl's LightHuBERT expert cuts out of a supernet of width 128, in place of a published subnet.
SUBNET = {
    "embed_dim": 64, "layer_num": 12, "heads_num": [1] * 12, "atten_dim": [64] * 12, "ffn_embed": [256, 192] * 6,
    "slide_wsz": ["global"] * 12}


@pytest.fixture(scope="module")
def hub() -> "Iterator[Any]":
    """s3prl.hub. s3prl 0.4.18 needs a torchaudio that still has set_audio_backend, such as 2.8."""
    try:
        from s3prl import hub as module
    except (ImportError, AttributeError, OSError) as problem:
        pytest.skip(f"needs s3prl and a torchaudio that it works with: {problem}")
    with pytest.MonkeyPatch.context() as patch:
        # s3prl's experts read checkpoints that hold more than tensors.
        patch.setattr(torch, "load", functools.partial(torch.load, weights_only=False))
        lhb.s3prl.register()
        yield module


def speech(*names: str) -> "list[Any]":
    return [torch.from_numpy(family_models.speech(name)) for name in names or ("speech-b",)]


def states_of(expert: Any, wavs: "list[Any]") -> Any:
    with torch.no_grad():
        return expert.eval()(wavs)["hidden_states"]


def assert_same_frames(found: "list[Any]", expected: "list[Any]") -> None:
    """The frames that s3prl's experts give, and one more, that s3prl.nn repeats."""
    own = expected[0].shape[1]
    family_models.assert_same_states([state[:, :own] for state in found], expected)
    assert all(state.shape[1] == own + 1 and torch.equal(state[:, own], state[:, own - 1]) for state in found)


def as_s3prl_reads_it(name: str, folder: Path) -> Path:
    """The fixture of HuBERT in s3prl's form, with a number of its training that s3prl asks for."""
    if not name.endswith(".converted.pt"):
        return family_models.FAMILY / name
    checkpoint = torch.load(family_models.FAMILY / name)
    checkpoint["model_cfg"].setdefault("label_rate", 50)
    torch.save(checkpoint, folder / name)
    return folder / name


@pytest.mark.parametrize(("upstream", "name"), [
    ("hubert_local", "hubert-base.converted.pt"), ("wavlm_local", "wavlm-base.pt"), ("wavlm_local", "wavlm-large.pt"),
    ("distiller_local", "distilhubert.ckpt")])
def test_states_of_s3prls_experts(hub: Any, tmp_path: Path, upstream: str, name: str) -> None:
    expected = states_of(getattr(hub, upstream)(str(as_s3prl_reads_it(name, tmp_path))), speech())
    found = states_of(getattr(hub, NAME)(family_models.model_path(name)), speech())
    if upstream == "distiller_local":
        # Three predictions follow.
        expected = expected[:-3]
    assert_same_frames(found, expected)


def test_states_of_s3prls_light_hubert(hub: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """State 0 is the projected features, and the waveform is normalised also where the checkpoint says no."""
    from s3prl.upstream.lighthubert.lighthubert import lighthubert

    monkeypatch.setattr(lighthubert.LightHuBERTSupernetConfig, "subnet", property(lambda _: SUBNET))
    supernet, path, arch = tmp_path / "supernet.pt", tmp_path / "subnet.lhb", tmp_path / "arch.json"
    arch.write_text(json.dumps(SUBNET))
    maker = family_models.PROJECT / "Tests/Tools/fixtures/make_checkpoint.py"
    subprocess.run(
        [sys.executable, maker, supernet, "--embed", "128", "--conv", "16", "--extractor", "layer_norm",
         "--no-normalize"], check=True)
    family_models.run("lhb-extract", "--quiet", "--arch", arch, supernet, path)
    expected = states_of(hub.lighthubert_local(str(supernet)), speech())
    assert_same_frames(states_of(getattr(hub, NAME)(path), speech()), expected)
    asked = lhb.s3prl.UpstreamExpert(path, layer_zero="encoder-input", normalize=False)
    with lhb.load(path) as engine:
        own = engine.features(speech()[0], layers="all", layer_zero="encoder-input")
    assert torch.equal(torch.stack(states_of(asked, speech()))[:, 0], torch.from_numpy(own[:, [*range(142), 141]]))


@pytest.mark.parametrize("name", ["hubert-base", "wavlm-large", "mhubert-25hz"])
def test_s3prls_test_of_upstreams(hub: Any, name: str) -> None:
    """What s3prl's test/test_upstream.py asks, without gradients. An upstream of its own is not at hand to compare."""
    from s3prl.nn import Featurizer, S3PRLUpstream
    from s3prl.util.pseudo_data import get_pseudo_wavs

    model = S3PRLUpstream(NAME, path_or_url=str(family_models.model_path(name)))
    rate = 640 if name == "mhubert-25hz" else 320
    assert model.downsample_rates == [rate] * model.num_layers and set(model.hidden_sizes) == {64}

    def states(**options: Any) -> Any:
        wavs, lengths = get_pseudo_wavs(padded=True, **options)
        with torch.no_grad():
            found, found_lengths = model(wavs, lengths)
        assert len(found) == model.num_layers
        for state, counts in zip(found, found_lengths):
            assert counts.tolist() == [-(-int(length) // rate) for length in lengths]
            assert state.shape == (len(lengths), max(counts), 64)
        return found, found_lengths

    model.eval()
    first, _ = states()
    for _ in range(2):
        assert all(torch.equal(one, other) for one, other in zip(first, states()[0]))
    model.train()
    for seed in range(1, 6):
        states(seed=seed)
    for count, longest in ((1, 0.05), (2, 0.05), (3, 1)):
        states(n=count, min_secs=0.05, max_secs=longest)
    # Under 0.05 s s3prl adds zeros, but only when all are so short.
    states(n=2, min_secs=0.01, max_secs=0.01)
    for selection in (None, [0, 1]):
        featurizer = Featurizer(model, layer_selections=selection)
        found, lengths = states()
        chosen = found if selection is None else [found[index] for index in selection]
        mean, counts = featurizer(chosen, lengths if selection is None else lengths[:2])
        assert mean.requires_grad and isinstance(featurizer.output_size, int) and featurizer.downsample_rate == rate
        mean.sum().backward()
        assert isinstance(counts, torch.LongTensor)


def test_a_batch_through_s3prl_is_what_its_utterances_are(hub: Any) -> None:
    from s3prl.nn import S3PRLUpstream

    model = S3PRLUpstream(NAME, path_or_url=str(family_models.model_path("hubert-base")))
    wavs = [wav[:count] for wav, count in zip(speech("speech-a", "speech-b", "speech-b"), (16000, 15985, 6000))]
    lengths = torch.tensor([len(wav) for wav in wavs])
    together, counts = model(torch.nn.utils.rnn.pad_sequence(wavs, batch_first=True), lengths)
    for index, wav in enumerate(wavs):
        alone, _ = model(wav[None], lengths[index:index + 1])
        own = int(counts[0][index])
        assert all(torch.equal(one[index, :own], other[0]) for one, other in zip(together, alone))


def test_as_s3prls_runner_uses_it(hub: Any) -> None:
    from s3prl.upstream.interfaces import Featurizer

    expert = getattr(hub, NAME)(ckpt=family_models.model_path("hubert-base"), model_config=None, refresh=False)
    featurizer = Featurizer(expert.to("cpu"), "hidden_states", upstream_device="cpu")
    wavs = speech("speech-a", "speech-b")
    assert featurizer.output_dim == 64 and featurizer.downsample_rate == 320
    assert [len(features) for features in featurizer(wavs, expert(wavs))] == [191, 143]
    last = Featurizer(expert, "last_hidden_state", upstream_device="cpu")
    assert torch.equal(last(wavs, expert(wavs))[1], expert(wavs[1:])["hidden_states"][-1][0, :143])


def test_padding() -> None:
    expert = lhb.s3prl.UpstreamExpert(family_models.model_path("hubert-base"))
    output = expert([torch.ones(16000), torch.ones(8000), torch.ones(100)])
    states = output["hidden_states"]
    assert len(states) == expert.engine.layer_count + 1 and output["last_hidden_state"] is states[-1]
    assert output["hidden_state_1"] is states[1] and expert.get_downsample_rates("hidden_states") == 320
    for state in states:
        assert state.shape == (3, 50, 64)
        assert torch.equal(state[0, 49], state[0, 48])
        # 24 frames of 8,000 samples where s3prl counts 25; one of 100 samples, which are filled up with zeros.
        assert torch.equal(state[1, 24], state[1, 23]) and not state[1, 25:].any()
        assert state[2, 0].any() and not state[2, 1:].any()


def test_what_is_refused() -> None:
    expert = lhb.s3prl.UpstreamExpert(family_models.model_path("hubert-base"))
    with pytest.raises(lhb.ArgumentError, match="wavs is empty"):
        expert([])
    with pytest.raises(lhb.ArgumentError, match=r"waveform 1 has the shape \(1, 1600\)"):
        expert([torch.zeros(1600), torch.zeros(1, 1600)])
    with pytest.raises(lhb.ArgumentError, match="requires a gradient"):
        expert([torch.zeros(1600, requires_grad=True)])
    unknown: Any = "x.yaml"
    with pytest.raises(lhb.ArgumentError, match="model_config is 'x.yaml', expected None"):
        lhb.s3prl._upstream("none.lhb", model_config=unknown)


def test_without_s3prl(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3prl", None)
    monkeypatch.setitem(sys.modules, "s3prl.hub", None)
    with pytest.raises(lhb.UnavailableError, match="s3prl cannot be imported"):
        lhb.s3prl.register()
