"""Sound files are read as lhb-features reads them."""
import numpy
import pytest
from family_models import AUDIO, run

import lhb

soundfile = pytest.importorskip("soundfile")


@pytest.mark.parametrize("name", ["speech-b.wav", "librispeech-6313-76958-0021.flac"])
def test_the_same_as_the_program(demo_model_path, tmp_path, name):
    audio = AUDIO / name
    run(
        "lhb-features", "--quiet", "--model", demo_model_path, "--output", tmp_path / "expected.npy", audio)
    model = lhb.load(demo_model_path)
    numpy.testing.assert_array_equal(model(model.read(audio)), numpy.load(tmp_path / "expected.npy"))


def test_channels_and_rates(demo_model_path, tmp_path):
    pytest.importorskip("soxr")
    model = lhb.load(demo_model_path)
    tone = numpy.sin(numpy.arange(44100) * (2 * numpy.pi * 440 / 44100)) / 4
    soundfile.write(tmp_path / "stereo.wav", numpy.stack([tone, tone / 2], axis=1), 44100, subtype="FLOAT")
    read = model.read(tmp_path / "stereo.wav")
    assert read.dtype == numpy.float32 and abs(read.size - 16000) <= 1
    expected = 0.75 / 4 * numpy.sin(numpy.arange(read.size) * (2 * numpy.pi * 440 / 16000))
    # The ends of a resampled signal ring.
    assert numpy.max(numpy.abs(read - expected)[500:-500]) < 1e-4


def test_files_that_are_none(demo_model_path, tmp_path):
    model = lhb.load(demo_model_path)
    with pytest.raises(FileNotFoundError, match=r"no\.wav"):
        model.read(tmp_path / "no.wav")
    (tmp_path / "text.wav").write_text("no sound")
    with pytest.raises(lhb.DataError, match=r"text\.wav"):
        model.read(tmp_path / "text.wav")
