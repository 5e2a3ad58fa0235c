"""Features of a sound file, and a picture of them beside its spectrogram.

    python3 features.py MODEL.lhb AUDIO OUTPUT.npy [PICTURE.png]

Needs lighthubert-engine; for audio other than 16-bit WAV at 16 kHz soundfile and soxr, for the picture matplotlib.
"""
import sys
import wave

import numpy

import lhb


def read(path):
    """The samples of a file, from -1 to 1."""
    try:
        with wave.open(path) as file:
            if (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (lhb.SAMPLE_RATE, 1, 2):
                # 16-bit integers are taken as they are.
                return numpy.frombuffer(file.readframes(file.getnframes()), "<i2")
    except wave.Error:
        pass
    return lhb.read(path)


def draw(samples, states, path):
    """A spectrogram of the samples above the hidden states of a layer (T, E), on one axis of time."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (above, below) = pyplot.subplots(2, sharex=True, figsize=(10, 6), layout="constrained")
    seconds = len(samples) / lhb.SAMPLE_RATE
    waveform = samples.astype(numpy.float32)
    above.specgram(waveform / max(1e-9, abs(waveform).max()), NFFT=400, noverlap=240, Fs=lhb.SAMPLE_RATE, scale="dB")
    above.set(ylabel="frequency in Hz", title="Spectrogram")
    # Each channel by its own spread, so that the loud ones do not hide the others.
    scaled = (states - states.mean(axis=0)) / (states.std(axis=0) + 1e-6)
    image = below.imshow(
        scaled.T, aspect="auto", origin="lower", cmap="RdBu_r", vmin=-3, vmax=3, interpolation="nearest",
        extent=(0, seconds, 0, states.shape[1]))
    below.set(xlabel="time in seconds", ylabel="channel", title="Hidden states")
    figure.colorbar(image, ax=below, label="standard deviations", pad=0.01)
    figure.savefig(path, dpi=120)
    pyplot.close(figure)


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    model_path, audio, output, *picture = sys.argv[1:]
    model = lhb.load(model_path)
    samples = read(audio)
    features = model.features(samples)
    numpy.save(output, features)
    print(f"{model}\n{output}: {features.shape[0]} frames of {features.shape[1]} values")
    if picture:
        draw(samples, model.features(samples, layers=model.layer_count // 2), picture[0])


if __name__ == "__main__":
    main()
