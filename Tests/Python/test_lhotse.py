"""lhb.lhotse with lhotse itself: its cuts, its storage, its workers."""
from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import family_models
import numpy
import pytest

torch: Any = pytest.importorskip("torch", reason="needs PyTorch")
lhotse: Any = pytest.importorskip("lhotse", reason="needs lhotse")

import lhb  # noqa: E402
from lhb.lhotse import Extractor, ExtractorConfig  # noqa: E402


@pytest.fixture(scope="module")
def extractor(demo_model_path: Path) -> Extractor:
    return Extractor(ExtractorConfig(model=str(demo_model_path), threads=1))


@pytest.fixture(scope="module")
def cuts() -> Any:
    """Whole recordings, and cuts of lengths that round to frames in all ways."""
    paths = [family_models.AUDIO / f"{name}.wav" for name in ("speech-a", "speech-b")]
    whole = lhotse.CutSet.from_cuts(lhotse.Recording.from_file(path).to_cut() for path in paths)
    parts = [
        whole[0].truncate(duration=samples / 16000, preserve_id=False)
        for samples in (400, 480, 16000, 16080, 16159, 16160, 16319)]
    return lhotse.CutSet.from_cuts([*whole, *parts])


def test_features_are_the_librarys(extractor: Extractor) -> None:
    samples = family_models.speech()
    own = extractor.engine.features(samples)
    found = extractor.extract(samples, 16000)
    # 45,683 samples are 142.8 hops.
    assert found.dtype == numpy.float32 and found.shape == (143, 48) and own.shape == (142, 48)
    assert numpy.array_equal(found[:142], own) and numpy.array_equal(found[142], own[141])
    assert numpy.array_equal(extractor.extract(samples[None], 16000), found)
    assert numpy.array_equal(extractor.extract(torch.from_numpy(samples), 16000), found)
    assert (extractor.frame_shift, extractor.sampling_rate, extractor.feature_dim(16000)) == (0.02, 16000, 48)


@pytest.mark.parametrize("jobs", [1, 2])
def test_computes_and_stores_features_of_cuts(extractor: Extractor, cuts: Any, tmp_path: Path, jobs: int) -> None:
    stored = cuts.compute_and_store_features(
        extractor, tmp_path / "features", num_jobs=jobs, storage_type=lhotse.NumpyFilesWriter, progress_bar=False)
    assert len(stored) == len(cuts)
    # Jobs take turns, so that the order is another.
    for cut in stored:
        lhotse.validate(cut, read_data=True)
        assert (cut.num_features, cut.frame_shift, cut.features.type) == (48, 0.02, "lighthubert-engine")
        assert numpy.array_equal(cut.load_features(), cuts[cut.id].compute_features(extractor))


@pytest.mark.parametrize("collate", [False, True])
def test_computes_and_stores_features_in_batches(
    extractor: Extractor, cuts: Any, tmp_path: Path, collate: bool
) -> None:
    stored = cuts.compute_and_store_features_batch(
        extractor, tmp_path / "features", batch_duration=5.0, num_workers=0, collate=collate,
        storage_type=lhotse.NumpyFilesWriter)
    assert len(stored) == len(cuts)
    for cut in stored:
        expected = extractor.extract(cut.load_audio(), 16000)
        assert numpy.array_equal(cut.load_features(), expected)


def test_batches(extractor: Extractor) -> None:
    one, other = family_models.speech()[:8000], family_models.speech("speech-a")[:6000]
    expected = [extractor.extract(samples, 16000) for samples in (one, other)]
    for batch in ([one, other], [one[None], other[None]]):
        found = extractor.extract_batch(batch, 16000)
        assert isinstance(found, list) and all(map(numpy.array_equal, found, expected))
    padded = torch.nn.utils.rnn.pad_sequence([torch.from_numpy(one), torch.from_numpy(other)], batch_first=True)
    found = extractor.extract_batch(padded, 16000, lengths=torch.tensor([8000, 6000]))
    assert [type(features) for features in found] == [torch.Tensor] * 2
    assert all(map(numpy.array_equal, (features.numpy() for features in found), expected))
    same = extractor.extract_batch(numpy.stack([one, one]), 16000)
    assert same.shape == (2, 25, 48) and numpy.array_equal(same[1], expected[0])
    assert numpy.array_equal(extractor.extract_batch(one, 16000), expected[0])
    assert numpy.array_equal(extractor.extract_batch([one], 16000)[0], expected[0])


def test_layers_and_conventions(demo_model_path: Path) -> None:
    config = ExtractorConfig(model=str(demo_model_path), layer=0, layer_zero="encoder-input", normalize=False)
    expected = lhb.load(demo_model_path, normalize=False).features(
        family_models.speech(), layers=0, layer_zero="encoder-input")
    assert numpy.array_equal(Extractor(config).extract(family_models.speech(), 16000)[:142], expected)
    large = Extractor(ExtractorConfig(
        model=str(family_models.model_path("hubert-large")), layer=3, last_state="normed"))
    found = large.extract(family_models.speech(), 16000)[:142]
    assert family_models.difference(found, family_models.expected("hubert-large@1e-07", "last")) < 2e-5
    projected = Extractor(ExtractorConfig(
        model=str(family_models.model_path("contentvec.pt")), layer=9, project=True))
    found = projected.extract(family_models.speech(), 16000)[:142]
    assert projected.feature_dim(16000) == found.shape[1] == 256
    assert family_models.difference(found, family_models.expected("contentvec", "final_proj_9")) < 1e-4


def test_25_frames_a_second() -> None:
    extractor = Extractor(ExtractorConfig(model=str(family_models.model_path("mhubert-25hz"))))
    assert extractor.frame_shift == 0.04 and extractor.extract(family_models.speech(), 16000).shape == (71, 64)


def test_is_made_again_from_yaml_and_pickle(extractor: Extractor, tmp_path: Path) -> None:
    path = tmp_path / "extractor.yaml"
    extractor.to_yaml(path)
    expected = extractor.extract(family_models.speech(), 16000)
    for other in (lhotse.FeatureExtractor.from_yaml(path), pickle.loads(pickle.dumps(extractor))):
        assert isinstance(other, Extractor) and other.config == extractor.config
        assert numpy.array_equal(other.extract(family_models.speech(), 16000), expected)


def test_what_is_refused(extractor: Extractor, tmp_path: Path) -> None:
    with pytest.raises(lhb.SampleRateError, match="at 8000 Hz, models take 16000"):
        extractor.extract(family_models.speech(), 8000)
    with pytest.raises(lhb.SampleRateError):
        extractor.feature_dim(44100)
    with pytest.raises(lhb.ArgumentError, match="2 channels"):
        extractor.extract(numpy.zeros((2, 1600), numpy.float32), 16000)
    with pytest.raises(lhb.DataError):
        extractor.extract(numpy.zeros(399, numpy.float32), 16000)
    with pytest.raises(lhb.ArgumentError, match=r"config\.model is empty"):
        Extractor()
    with pytest.raises(lhb.MissingFileError):
        Extractor(ExtractorConfig(model=str(tmp_path / "none.lhb")))
