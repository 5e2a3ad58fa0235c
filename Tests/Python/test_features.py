"""Features are those of lhb-features, to the last bit, and the expected ones; from whatever holds samples."""
import array

import numpy
import pytest
from family_models import AUDIO, FAMILY, run, speech

import lhb


@pytest.fixture(scope="module")
def model(demo_model_path):
    return lhb.load(demo_model_path)


@pytest.mark.parametrize("precision", ["f32", "bf16", "int8"])
def test_the_same_as_the_program(demo_model_path, tmp_path, precision):
    run(
        "lhb-features", "--quiet", "--model", demo_model_path, "--layers", "all", "--precision", precision, "--output",
        tmp_path / "expected.npy", AUDIO / "speech-b.wav")
    model = lhb.load(demo_model_path, precision=precision)
    assert model.precision == precision
    features = model.features(speech(), layers="all")
    assert features.dtype == numpy.float32
    numpy.testing.assert_array_equal(features, numpy.load(tmp_path / "expected.npy"))


@pytest.mark.parametrize("name", ["hubert-base", "hubert-large@1e-07"])
@pytest.mark.parametrize("recording", ["frames-2", "speech-a", "speech-b"])
def test_golden_values(name, recording):
    # A checkpoint is opened as it is.
    model = lhb.load(FAMILY / name.split("@", 1)[0])
    expected = numpy.load(FAMILY / f"expected/{name}-{recording}.hidden_states.npy")
    states = model.features(speech(recording), layers="all")
    worst = numpy.max(numpy.abs(states - expected) / numpy.maximum(1, numpy.abs(expected)))
    assert worst <= 1e-5, f"{name}, {recording}: largest difference {worst} * max(1, |value|)"


def test_layers(model, samples):
    states = model.features(samples, layers="all")
    assert states.shape == (model.layer_count + 1, model.frames(samples.size), model.width)
    numpy.testing.assert_array_equal(model.features(samples, layers=3), states[3])
    numpy.testing.assert_array_equal(model.features(samples, layers=[5, 0]), states[[5, 0]])
    numpy.testing.assert_array_equal(model.features(samples, layers=numpy.int64(2)), states[2])
    numpy.testing.assert_array_equal(model(samples), states[-1])
    other = model.features(samples, layers=0, layer_zero="encoder-input")
    assert not numpy.array_equal(other, states[0])


def test_the_last_state_of_norms_before(prenorm_model_path, samples):
    model = lhb.load(prenorm_model_path)
    last = model.features(samples)
    count = model.layer_count
    numpy.testing.assert_array_equal(model.features(samples, layers=count, last_state="normed"), last)
    assert not numpy.array_equal(model.features(samples, layers=count), last)


def test_projection():
    model = lhb.load(FAMILY / "contentvec")
    noise = numpy.random.default_rng(1).standard_normal(8000).astype(numpy.float32)
    assert model.features(noise, project=True).shape == (24, model.projection_width)


def test_a_list_is_each_alone(model, samples):
    utterances = [samples, samples[:5000], samples[1000:9000], samples[:400]]
    for layers in ("last", [1, 4]):
        together = model.features(utterances, layers=layers)
        assert isinstance(together, list)
        for one, features in zip(utterances, together):
            numpy.testing.assert_array_equal(features, model.features(one, layers=layers))
    assert model.features([]) == []
    assert len(model.features([samples])) == 1


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_threads_change_nothing(demo_model_path, model, samples, threads):
    numpy.testing.assert_array_equal(lhb.load(demo_model_path, threads=threads)(samples), model(samples))


def test_normalization(demo_model_path, model, samples):
    assert model.normalizes_waveform
    as_it_is = model.features(samples, normalize=False)
    assert not numpy.array_equal(as_it_is, model(samples))
    other = lhb.load(demo_model_path, normalize=False)
    assert not other.normalizes_waveform
    numpy.testing.assert_array_equal(other(samples), as_it_is)
    numpy.testing.assert_array_equal(other.features(samples, normalize=True), model(samples))


def holders(samples):
    yield "float64", samples.astype(numpy.float64)
    yield "big-endian", samples.astype(">f4")
    yield "every second", numpy.repeat(samples, 2)[::2]
    yield "read-only", read_only(samples)
    yield "array", array.array("f", samples)
    yield "memoryview", memoryview(samples)
    yield "a list of floats", samples.tolist()
    yield "one row", samples[None]
    yield "one column", samples[:, None]
    yield "not aligned", unaligned(samples)


def read_only(samples):
    copy = samples.copy()
    copy.flags.writeable = False
    return copy


def unaligned(samples):
    room = numpy.empty(samples.nbytes + 1, numpy.uint8)
    copy = room[1:].view(numpy.float32)
    copy[...] = samples
    return copy


def test_whatever_holds_the_samples(model, samples):
    expected = model(samples)
    for name, holder in holders(samples):
        numpy.testing.assert_array_equal(model(holder), expected, err_msg=name)


def test_integers_have_full_scale(model, samples):
    integers = (samples * 32767).astype(numpy.int16)
    expected = model.features(integers / numpy.float32(32768), normalize=False)
    numpy.testing.assert_array_equal(model.features(integers, normalize=False), expected)
    numpy.testing.assert_array_equal(
        model.features(integers.astype(numpy.int32) * 65536, normalize=False), expected)


def test_float16(model, samples):
    half = model.features(samples, dtype="float16")
    assert half.dtype == numpy.float16
    numpy.testing.assert_array_equal(half, model(samples).astype(numpy.float16))


@pytest.mark.parametrize("dtype", [numpy.float32, numpy.float16])
def test_out(model, samples, tmp_path, dtype):
    shape = (2, model.frames(samples.size), model.width)
    target = numpy.lib.format.open_memmap(tmp_path / "out.npy", "w+", dtype, shape)
    result = model.features(samples, layers=[1, 2], dtype=dtype, out=target)
    assert result is target
    target.flush()
    expected = model.features(samples, layers=[1, 2]).astype(dtype)
    numpy.testing.assert_array_equal(numpy.load(tmp_path / "out.npy"), expected)
    strided = numpy.zeros((*shape[:-1], 2 * shape[-1]), dtype)[..., ::2]
    numpy.testing.assert_array_equal(model.features(samples, layers=[1, 2], dtype=dtype, out=strided), expected)


def test_facts(model, demo_model_path):
    assert model.sample_rate == lhb.SAMPLE_RATE == 16000
    assert model.frames(16000) == 49 and model.frames(399) == 0 and model.minimum_samples == 400
    assert model.parameters == model.description["parameters"] == 192970
    assert model.path == str(demo_model_path)
    assert model.architecture["embed_dim"] == model.width == 48
    assert model.config["layer_norm_first"] is False
    assert "48 wide" in repr(model) and "f32" in repr(model)
