#!/usr/bin/env python3
"""Measures a model from Python in this process, and prints JSON: median seconds, and the most memory that was resident.

    run_python.py lhb|transformers MODEL AUDIO.wav THREADS RUNS

`lhb` takes a .lhb file, `transformers` a Hugging Face folder, for HubertModel and the like. One run is not measured.
"""
import json
import resource
import statistics
import sys
import time
import wave

import numpy


def samples(path):
    """16-bit samples of one channel, from -1 to 1."""
    with wave.open(path) as file:
        return numpy.frombuffer(file.readframes(file.getnframes()), "<i2") / numpy.float32(32768)


def engine(model, threads):
    import lhb

    model = lhb.load(model, threads=threads)
    return model.features


def transformers_model(folder, threads):
    import torch
    import transformers

    torch.set_num_threads(threads)
    model = transformers.AutoModel.from_pretrained(folder).eval()
    extractor = transformers.AutoFeatureExtractor.from_pretrained(folder)

    def features(waveform):
        with torch.inference_mode():
            values = extractor(waveform, sampling_rate=16000, return_tensors="pt").input_values
            return model(values).last_hidden_state[0].numpy()

    return features


def main():
    kind, path, audio, threads, runs = *sys.argv[1:4], int(sys.argv[4]), int(sys.argv[5])
    run = (engine if kind == "lhb" else transformers_model)(path, threads)
    waveform = samples(audio)
    output = run(waveform)
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        run(waveform)
        times.append(time.perf_counter() - start)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    # The sum of squares tells whether both compute the same.
    print(json.dumps({
        "seconds": statistics.median(times), "memory": memory, "shape": output.shape,
        "power": float(numpy.square(output, dtype=numpy.float64).sum())}))


main()
