"""lhb.transformers against transformers itself."""
from __future__ import annotations

import copy
import functools
import pickle
from pathlib import Path
from typing import Any

import family_models
import numpy
import pytest

torch: Any = pytest.importorskip("torch", reason="needs PyTorch")
transformers: Any = pytest.importorskip("transformers", reason="needs transformers")

import lhb  # noqa: E402
import lhb.transformers  # noqa: E402

FOLDERS = [
    "chinese-hubert", "data2vec", "distilhubert", "hubert-base", "hubert-large", "hubert-xlarge", "mhubert-25hz", "mms",
    "wav2vec2-base", "wav2vec2-ctc", "wavlm-base", "wavlm-large", "xlsr"]


def outputs(extractor: Any, model: Any, waveforms: "list[Any]", **options: Any) -> Any:
    """What code written for transformers does with either."""
    inputs = extractor(waveforms, sampling_rate=16000, padding=True, return_tensors="pt")
    model.eval()
    with torch.no_grad():
        return model(**inputs, output_hidden_states=True, **options)


@functools.lru_cache(maxsize=None)
def theirs(folder: Path) -> Any:
    return transformers.AutoModel.from_pretrained(folder).float().eval()


@functools.lru_cache(maxsize=None)
def ours(name: str, **options: Any) -> lhb.transformers.Model:
    return lhb.transformers.Model.from_pretrained(family_models.model_path(name), **options)


@pytest.mark.parametrize("name", FOLDERS)
def test_two_lines_are_changed(name: str) -> None:
    folder, path = family_models.FAMILY / name, family_models.model_path(name)
    speech = [family_models.speech()]
    expected = outputs(transformers.AutoFeatureExtractor.from_pretrained(folder), theirs(folder), speech)
    found = outputs(lhb.transformers.FeatureExtractor.from_pretrained(path), ours(name), speech)
    family_models.assert_same_states(found.hidden_states, expected.hidden_states)
    family_models.assert_same_states([found.last_hidden_state], [expected.last_hidden_state])
    assert isinstance(found, transformers.modeling_outputs.BaseModelOutput)
    for state in found.hidden_states:
        # As transformers has it: one that is saved is saved alone.
        assert state.is_contiguous() and state.untyped_storage().nbytes() == state.numel() * 4


@pytest.mark.parametrize("name", ["hubert-base", "hubert-large", "wavlm-base", "hubert-large.pt"])
def test_exported_models(name: str) -> None:
    folder = family_models.exported_path(name)
    engine = ours(name).engine
    wave = family_models.speech().astype(numpy.float64)
    if engine.normalizes_waveform:
        # The extractor adds 1e-7 to the variance, the model of a checkpoint 1e-5.
        wave = (wave - wave.mean()) / numpy.sqrt(wave.var() + engine.description["waveform_epsilon"])
    with torch.no_grad():
        expected = theirs(folder)(torch.from_numpy(wave).float()[None], output_hidden_states=True)
    found = ours(name)(torch.from_numpy(family_models.speech())[None], output_hidden_states=True)
    family_models.assert_same_states(found.hidden_states, expected.hidden_states)
    family_models.assert_same_states([found.last_hidden_state], [expected.last_hidden_state])


@pytest.mark.parametrize("name", ["hubert-large", "hubert-xlarge", "wavlm-large", "xlsr", "mms"])
def test_padded_batches_of_models_that_take_a_mask(name: str) -> None:
    """transformers computes padding beside speech. An utterance's own frames are the same, but in data2vec."""
    folder = family_models.FAMILY / name
    waveforms = [family_models.speech("speech-a"), family_models.speech("speech-b")[:20000]]
    expected = outputs(transformers.AutoFeatureExtractor.from_pretrained(folder), theirs(folder), waveforms)
    extractor = lhb.transformers.FeatureExtractor.from_pretrained(folder)
    found = outputs(extractor, ours(name), waveforms)
    assert found.last_hidden_state.shape == expected.last_hidden_state.shape
    for index, waveform in enumerate(waveforms):
        own = ours(name).engine.frames(len(waveform))
        family_models.assert_same_states(
            [state[index, :own] for state in (*found.hidden_states, found.last_hidden_state)],
            [state[index, :own] for state in (*expected.hidden_states, expected.last_hidden_state)])


@pytest.mark.parametrize("name", ["hubert-base", "hubert-large", "mhubert-25hz"])
def test_utterances_run_alone(name: str) -> None:
    waveforms = [family_models.speech("speech-a"), family_models.speech("speech-b"), family_models.speech("frames-2")]
    extractor = lhb.transformers.FeatureExtractor.from_pretrained(family_models.FAMILY / name)
    together = outputs(extractor, ours(name), waveforms)
    for index, waveform in enumerate(waveforms):
        alone = outputs(extractor, ours(name), [waveform])
        own = alone.last_hidden_state.shape[1]
        for found, expected in zip(together.hidden_states, alone.hidden_states):
            assert torch.equal(found[index, :own], expected[0])
            assert not found[index, own:].any()


def test_an_extractor_that_normalizes() -> None:
    folder = family_models.FAMILY / "hubert-large"
    extractor = transformers.AutoFeatureExtractor.from_pretrained(folder)
    model = ours("hubert-large", normalize=False)
    expected = outputs(extractor, theirs(folder), [family_models.speech()])
    found = outputs(extractor, model, [family_models.speech()])
    family_models.assert_same_states(found.hidden_states, expected.hidden_states)


def test_light_hubert_against_the_library(demo_model_path: Path) -> None:
    extractor = lhb.transformers.FeatureExtractor.from_pretrained(demo_model_path)
    model = lhb.transformers.Model.from_pretrained(demo_model_path)
    found = outputs(extractor, model, [family_models.speech()])
    with lhb.load(demo_model_path) as engine:
        states = engine.features(family_models.speech(), layers="all", layer_zero="encoder-input")
        last = engine.features(family_models.speech())
    assert numpy.array_equal(torch.stack(found.hidden_states)[:, 0].numpy(), states)
    assert numpy.array_equal(found.last_hidden_state[0].numpy(), last)


def test_forms_of_the_output() -> None:
    model, samples = ours("hubert-base"), torch.from_numpy(family_models.speech())[None]
    output = model(samples)
    assert output.hidden_states is None and len(output.to_tuple()) == 1
    assert output[0] is output.last_hidden_state and output["last_hidden_state"] is output[0]
    plain = model(samples, output_hidden_states=True, return_dict=False)
    assert isinstance(plain, tuple) and len(plain) == 2 and len(plain[1]) == model.config.num_hidden_layers + 1
    always = ours("hubert-base", output_hidden_states=True, return_dict=False)
    assert len(always(samples)[1]) == model.config.num_hidden_layers + 1


@pytest.mark.parametrize("name", FOLDERS)
def test_configuration_and_lengths(name: str) -> None:
    expected, found = theirs(family_models.FAMILY / name).config, ours(name).config
    names = ["hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "conv_dim", "conv_kernel",
             "conv_stride", "inputs_to_logits_ratio"]
    if name != "data2vec":
        names += ["feat_extract_norm", "do_stable_layer_norm", "num_conv_pos_embeddings"]
    for key in names:
        value = getattr(found, key)
        assert (list(value) if isinstance(value, (list, tuple)) else value) == (
            list(getattr(expected, key)) if isinstance(value, (list, tuple)) else getattr(expected, key)), key
    counts = torch.arange(ours(name).engine.minimum_samples, 3000, 37)
    model = theirs(family_models.FAMILY / name)
    lengths = ours(name)._get_feat_extract_output_lengths(counts)
    assert torch.equal(lengths, model._get_feat_extract_output_lengths(counts))
    assert int(ours(name)._get_feat_extract_output_lengths(16000)) == int(model._get_feat_extract_output_lengths(16000))


def test_a_mask_of_frames() -> None:
    mask = (torch.arange(16000) < torch.tensor([[16000], [9000]])).long()
    found = ours("hubert-large")._get_feature_vector_attention_mask(49, mask)
    expected = theirs(family_models.FAMILY / "hubert-large")._get_feature_vector_attention_mask(49, mask)
    assert torch.equal(found, expected)


def test_a_module_without_parameters() -> None:
    model = ours("hubert-base")
    assert not list(model.parameters()) and not model.state_dict()
    samples = torch.from_numpy(family_models.speech())[None]
    expected = model(samples)[0]
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model)), torch.nn.Sequential(model)[0]):
        assert torch.equal(other.train()(samples)[0], expected)
        assert torch.equal(other.eval().to("cpu")(samples)[0], expected)
    assert model.device == torch.device("cpu") and copy.deepcopy(model).to("meta").device == torch.device("meta")
    for dtype in (torch.float16, torch.bfloat16, torch.float64):
        output = model(samples.to(dtype))[0]
        assert output.dtype == dtype
    assert torch.equal(model((samples * 32768).short())[0], expected)
    torch.set_default_dtype(torch.float64)
    try:
        assert torch.equal(model(samples, output_hidden_states=True).hidden_states[-1], expected)
    finally:
        torch.set_default_dtype(torch.float32)


def test_no_gradients() -> None:
    model, samples = ours("hubert-base"), torch.zeros(1, 1600, requires_grad=True)
    with pytest.raises(lhb.ArgumentError, match="requires a gradient"):
        model(samples)
    with torch.no_grad():
        assert not model(samples)[0].requires_grad


def test_what_is_refused() -> None:
    model, samples = ours("hubert-base"), torch.zeros(2, 1600)
    with pytest.raises(lhb.ArgumentError, match=r"\(1600,\), expected \(B, N\)"):
        model(samples[0])
    with pytest.raises(lhb.ArgumentError, match="attention_mask has the shape"):
        model(samples, attention_mask=torch.ones(2, 5))
    with pytest.raises(lhb.ArgumentError, match="ones after zeros"):
        model(samples, attention_mask=torch.arange(1600).expand(2, -1) > 10)
    with pytest.raises(lhb.ArgumentError, match="output_attentions"):
        model(samples, output_attentions=True)
    with pytest.raises(lhb.DataError, match="utterance 1"):
        model(samples, attention_mask=(torch.arange(1600) < torch.tensor([[1600], [399]])).long())
    with pytest.raises(lhb.MissingFileError):
        lhb.transformers.Model.from_pretrained("none.lhb")
    with pytest.raises(lhb.MissingFileError):
        lhb.transformers.FeatureExtractor.from_pretrained("none.lhb")


def test_the_package_of_the_same_name_is_meant() -> None:
    assert lhb.transformers is not transformers
    assert vars(lhb.transformers)["HubertModel"] is transformers.HubertModel


def test_random_numbers_are_left_alone() -> None:
    lhb.transformers._last_state_is_normed.cache_clear()
    torch.manual_seed(1)
    expected = torch.rand(1)
    torch.manual_seed(1)
    lhb.transformers._last_state_is_normed()
    assert torch.equal(torch.rand(1), expected)
