"""lhb.torchaudio against torchaudio itself, with its own import of transformers' models."""
from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import family_models
import pytest

torch: Any = pytest.importorskip("torch", reason="needs PyTorch")

import lhb  # noqa: E402
import lhb.torchaudio  # noqa: E402

NAMES = ["hubert-base", "hubert-large", "hubert-xlarge", "wav2vec2-base", "wavlm-base", "wavlm-large", "xlsr"]


@functools.lru_cache(maxsize=None)
def theirs(name: str) -> Any:
    try:
        import_model = __import__(
            "torchaudio.models.wav2vec2.utils", fromlist=["import_huggingface_model"]).import_huggingface_model
    # Builds for CUDA raise OSError where there is none.
    except (ImportError, OSError) as problem:
        pytest.skip(f"needs torchaudio: {problem}")
    transformers = pytest.importorskip("transformers", reason="needs transformers, whose models torchaudio imports")
    model = import_model(transformers.AutoModel.from_pretrained(family_models.FAMILY / name).float())
    # In transformers dropout is off in this mode; what it leaves out of layers too.
    return model.eval()


@functools.lru_cache(maxsize=None)
def ours(name: str) -> lhb.torchaudio.Model:
    # torchaudio's bundles normalise outside of the model.
    return lhb.torchaudio.Bundle(family_models.model_path(name), normalize=False).get_model()


def batch(*waveforms: Any) -> "tuple[Any, Any]":
    """Padded waveforms (B, N) and their lengths (B,)."""
    tensors = [torch.from_numpy(waveform) for waveform in waveforms]
    return torch.nn.utils.rnn.pad_sequence(tensors, batch_first=True), torch.tensor([len(tensor) for tensor in tensors])


@pytest.mark.parametrize("name", NAMES)
def test_one_utterance(name: str) -> None:
    waveforms, _ = batch(family_models.speech())
    with torch.no_grad():
        expected, no_lengths = theirs(name).extract_features(waveforms)
        last, _ = theirs(name)(waveforms)
    found, lengths = ours(name).extract_features(waveforms)
    assert no_lengths is None and lengths is None
    family_models.assert_same_states(found, expected)
    found_last, lengths = ours(name)(waveforms)
    assert lengths is None
    family_models.assert_same_states([found_last], [last])


@pytest.mark.parametrize("name", ["hubert-large", "hubert-xlarge", "xlsr"])
def test_padded_batches(name: str) -> None:
    """torchaudio computes padding beside speech. With layer norms an utterance's own frames are the same; its WavLM
    takes no lengths."""
    waveforms, lengths = batch(family_models.speech("speech-a"), family_models.speech("speech-b")[:20000])
    with torch.no_grad():
        expected, expected_lengths = theirs(name).extract_features(waveforms, lengths)
        expected_last, _ = theirs(name)(waveforms, lengths)
    found, found_lengths = ours(name).extract_features(waveforms, lengths)
    found_last, _ = ours(name)(waveforms, lengths)
    assert found_lengths is not None
    assert torch.equal(found_lengths, expected_lengths) and found_lengths.dtype == expected_lengths.dtype
    for index, own in enumerate(found_lengths.tolist()):
        family_models.assert_same_states(
            [state[index, :own] for state in (*found, found_last)],
            [state[index, :own] for state in (*expected, expected_last)])
        assert not any(state[index, own:].any() for state in (*found, found_last))


def test_normalized_as_a_bundle() -> None:
    """A bundle normalises what the model is given, here one utterance; eps is 1e-5, as in checkpoints."""
    waveforms, _ = batch(family_models.speech())
    bundle = lhb.torchaudio.Bundle(family_models.model_path("hubert-large.pt"))
    assert bundle.sample_rate == 16000
    expected = family_models.expected("hubert-large@1e-05", "hidden_states")[1:]
    found, _ = bundle.get_model().extract_features(waveforms)
    family_models.assert_same_states([state[0] for state in found], expected)
    family_models.assert_same_states(
        [bundle.get_model()(waveforms)[0][0]], [family_models.expected("hubert-large@1e-05", "last")])


def test_a_file_of_torchaudio() -> None:
    path = family_models.model_path("hubert-base.torchaudio.pth", "--heads", "4")
    waveforms, _ = batch(family_models.speech())
    found, _ = lhb.torchaudio.Bundle(path).get_model().extract_features(waveforms)
    family_models.assert_same_states(
        [state[0] for state in found], family_models.expected("hubert-base", "hidden_states")[1:])


def test_fewer_layers(demo_model_path: Path) -> None:
    model = lhb.torchaudio.Bundle(demo_model_path).get_model()
    waveforms, _ = batch(family_models.speech())
    every, _ = model.extract_features(waveforms)
    assert len(every) == model.engine.layer_count

    for count in (1, 4, model.engine.layer_count):
        found, _ = model.extract_features(waveforms, num_layers=count)
        assert len(found) == count
        assert all(torch.equal(one, other) for one, other in zip(found, every))


def test_what_is_refused() -> None:
    model, waveforms = ours("hubert-base"), torch.zeros(2, 1600)
    for count in (0, 3, -1):
        with pytest.raises(lhb.ArgumentError, match=f"num_layers is {count}, expected 1 to 2"):
            model.extract_features(waveforms, num_layers=count)
    with pytest.raises(ValueError, match=r"expected \(B, N\)"):
        model(waveforms[0])
    with pytest.raises(lhb.ArgumentError, match=r"lengths has the shape \(1,\), expected \(2,\)"):
        model(waveforms, torch.tensor([1600]))
    with pytest.raises(lhb.ArgumentError, match="utterance 1 is 1601, expected 0 to 1600"):
        model(waveforms, torch.tensor([1600, 1601]))
    with pytest.raises(lhb.DataError, match="utterance 1"):
        model(waveforms, torch.tensor([1600, 399]))
    with pytest.raises(lhb.ArgumentError, match="requires a gradient"):
        model(waveforms.requires_grad_())
