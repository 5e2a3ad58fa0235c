"""What cannot be is an exception that says what was found, and nothing is computed."""
import numpy
import pytest
from family_models import PROJECT

import lhb


@pytest.fixture(scope="module")
def model(demo_model_path):
    return lhb.load(demo_model_path)


@pytest.mark.parametrize("name, code, builtin", [
    ("ArgumentError", 1, ValueError), ("HandleError", 2, ValueError), ("BusyError", 3, RuntimeError),
    ("CancelledError", 4, Exception), ("MemoryLimitError", 6, MemoryError), ("DataError", 7, ValueError),
    ("MissingFileError", 8, FileNotFoundError), ("OutputError", 9, OSError), ("ReadWriteError", 10, OSError),
    ("UnavailableError", 11, NotImplementedError)])
def test_the_hierarchy(name, code, builtin):
    kind = getattr(lhb, name)
    assert issubclass(kind, lhb.Error) and issubclass(kind, builtin) and kind.code == code
    assert str(kind("so it is")) == "so it is"


@pytest.mark.parametrize("shape, text", [
    ((2, 8000), "2 channels"), ((8000, 2), "2 channels"), ((2, 3, 400), "one channel of one utterance"), ((), "(N,)")])
def test_shapes(model, shape, text):
    with pytest.raises(lhb.ArgumentError, match="shape") as problem:
        model.features(numpy.zeros(shape, numpy.float32))
    assert text in str(problem.value)


@pytest.mark.parametrize("samples", [
    numpy.zeros(800, numpy.int64), numpy.zeros(800, numpy.uint8), numpy.zeros(800, bool),
    numpy.zeros(800, numpy.complex64), numpy.array(["a"]), "speech.wav", b"\0" * 800, {"array": [0.0]}, object()])
def test_what_holds_no_samples(model, samples):
    with pytest.raises(lhb.ArgumentError):
        model.features(samples)


def test_an_element_of_a_list(model, samples):
    with pytest.raises(lhb.ArgumentError, match="utterance 1"):
        model.features([samples, samples.reshape(2, -1)])
    with pytest.raises(lhb.DataError):
        model.features([samples, samples[:399]])


def test_another_rate(model, samples):
    with pytest.raises(lhb.SampleRateError, match=r"44100 Hz.*librosa\.resample"):
        model.features(samples, rate=44100)
    with pytest.raises(lhb.SampleRateError):
        model.features(samples, 8000.0)


def test_samples_that_are_none(model):
    with pytest.raises(lhb.DataError, match="too few"):
        model.features(numpy.zeros(399, numpy.float32))
    with pytest.raises(lhb.DataError, match="not a number"):
        model.features(numpy.full(800, numpy.nan, numpy.float32))


@pytest.mark.parametrize("options", [
    {"layers": "first"}, {"layers": 11}, {"layers": -1}, {"layers": [1, 1]}, {"layers": []}, {"layers": 1.5},
    {"layers": [[1]]}, {"layer_zero": "input"}, {"last_state": "soft"}, {"dtype": "float64"}, {"project": True}])
def test_options(model, samples, options):
    with pytest.raises(lhb.ArgumentError):
        model.features(samples, **options)


def test_outputs(model, samples):
    shape = (model.frames(samples.size), model.width)
    for out in [numpy.zeros(shape[::-1], numpy.float32), numpy.zeros(shape), numpy.zeros(shape, numpy.float16), [0.0]]:
        with pytest.raises(lhb.ArgumentError, match="out"):
            model.features(samples, out=out)
    locked = numpy.zeros(shape, numpy.float32)
    locked.flags.writeable = False
    with pytest.raises(lhb.ArgumentError, match="read-only"):
        model.features(samples, out=locked)
    with pytest.raises(lhb.ArgumentError, match="1 arrays for 2"):
        model.features([samples, samples], out=[numpy.zeros(shape, numpy.float32)])


def test_files(tmp_path, demo_model_path):
    with pytest.raises(FileNotFoundError, match=r"no\.lhb"):
        lhb.load("no.lhb")
    (tmp_path / "bad.lhb").write_bytes(demo_model_path.read_bytes()[:1000])
    with pytest.raises(lhb.DataError, match="cut off"):
        lhb.load(tmp_path / "bad.lhb")
    (tmp_path / "empty").mkdir()
    with pytest.raises(lhb.Error):
        lhb.load(tmp_path / "empty")
    with pytest.raises(lhb.Error, match="supernet"):
        lhb.load(PROJECT / "Fixtures/demo/supernet.pt")
    with pytest.raises(lhb.ArgumentError, match="leave arch out"):
        lhb.load(demo_model_path, arch="small-min")
    with pytest.raises(lhb.ArgumentError, match="precision"):
        lhb.load(demo_model_path, precision="f64")
    with pytest.raises(lhb.ArgumentError):
        lhb.load(demo_model_path, threads=-1)


def test_a_closed_model(demo_model_path, samples):
    with lhb.load(demo_model_path) as model:
        model(samples)
    model.close()
    with pytest.raises(lhb.HandleError, match="closed"):
        model(samples)
    assert "closed" in repr(model)


def test_export(tmp_path, demo_model_path, prenorm_model_path):
    output = tmp_path / "model.safetensors"
    lhb.export(demo_model_path, output, "safetensors")
    with pytest.raises(lhb.OutputError, match="exists"):
        lhb.export(demo_model_path, output, "safetensors")
    with pytest.raises(lhb.ArgumentError, match="form"):
        lhb.export(demo_model_path, tmp_path / "model.gguf", "gguf")
    with pytest.raises(lhb.ArgumentError, match="pad"):
        lhb.export(demo_model_path, tmp_path / "model.onnx", "onnx", pad=True)
    noise = numpy.random.default_rng(2).standard_normal(8000).astype(numpy.float32)
    numpy.testing.assert_array_equal(lhb.load(output)(noise), lhb.load(demo_model_path)(noise))
    with pytest.raises(lhb.DataError, match="cannot be expressed"):
        lhb.export(demo_model_path, tmp_path / "demo-hf", "hf")
    lhb.export(prenorm_model_path, tmp_path / "hf", "hf")
    assert sorted(path.name for path in (tmp_path / "hf").iterdir()) == [
        "config.json", "model.safetensors", "preprocessor_config.json"]


def test_extraction(tmp_path):
    architecture = (PROJECT / "Fixtures/demo/arch.json").read_text()
    output = tmp_path / "out.lhb"
    lhb.extract(PROJECT / "Fixtures/demo/supernet.pt", output, architecture, weights="f16")
    with pytest.raises(lhb.OutputError, match="exists"):
        lhb.extract(PROJECT / "Fixtures/demo/supernet.pt", output, architecture)
    lhb.extract(PROJECT / "Fixtures/demo/supernet.pt", output, architecture, replace=True)
    with pytest.raises(lhb.Error, match="small-huge"):
        lhb.extract(PROJECT / "Fixtures/demo/supernet.pt", tmp_path / "other.lhb", "small-huge")
    assert not (tmp_path / "other.lhb").exists()
