"""Features of speech from LightHuBERT subnets, as NumPy arrays. One file over liblighthubert.so, by ctypes.

    import lighthubert
    model = lighthubert.Model("small.lhb")
    model.features(samples)                       # (frames, width): the last representation
    model.features(samples, layers=[0, 6, 12])    # (3, frames, width)
    lighthubert.Model("small.lhb", max_error=0.03).precision    # such as "int8": the fastest within that error

The library is looked for where the system keeps libraries; the variable LIGHTHUBERT_LIBRARY may hold its path.
As a program: python3 lighthubert.py small.lhb speech.wav features.npy
"""

import ctypes
import json
import os
import sys
import threading
import wave

import numpy

_Handle = ctypes.c_void_p
_Size = ctypes.c_size_t


class _ErrorRecord(ctypes.Structure):
    _fields_ = [("code", ctypes.c_int32), ("message", ctypes.c_char * 1020)]


class _ModelOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", _Size),
        ("instruction_set", ctypes.c_char_p),
        ("thread_count", ctypes.c_int32),
        ("reserved", ctypes.c_int32),
        ("precision", ctypes.c_int32),
        ("max_error", ctypes.c_float),
    ]


class _RunOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", _Size),
        ("layers", ctypes.POINTER(ctypes.c_int32)),
        ("layer_count", _Size),
        ("layer_selection", ctypes.c_int32),
        ("layer_zero", ctypes.c_int32),
        ("normalize", ctypes.c_int32),
        ("reserved", ctypes.c_int32),
        ("progress", ctypes.c_void_p),
        ("progress_data", ctypes.c_void_p),
        ("last_state", ctypes.c_int32),
        ("project", ctypes.c_int32),
    ]


class _ExtractOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", _Size),
        ("weights", ctypes.c_int32),
        ("compression_level", ctypes.c_int32),
        ("replace", ctypes.c_int32),
        ("allow_nonfinite", ctypes.c_int32),
        ("progress", ctypes.c_void_p),
        ("progress_data", ctypes.c_void_p),
        ("normalize", ctypes.c_int32),
        ("waveform_eps", ctypes.c_float),
    ]


class Error(Exception):
    """A call failed; `code` is one of the library's numbers, such as 7 for a bad file (lighthubert.h names them)."""

    def __init__(self, message, code):
        super().__init__(message)
        self.code = code


_library = ctypes.CDLL(os.environ.get("LIGHTHUBERT_LIBRARY", "liblighthubert.so.0"))
_library.lh_version.restype = ctypes.c_char_p
__version__ = _library.lh_version().decode()


def _call(name, *arguments):
    error = _ErrorRecord()
    # Loses the interpreter's lock while it runs, so that other threads go on.
    if getattr(_library, name)(*arguments, ctypes.byref(error)) != 0:
        raise Error(error.message.decode(), error.code)


_PRECISIONS = ("auto", "f32", "bf16", "int8", "int8-mixed")


def _number(name, model, *arguments):
    number = ctypes.c_uint64()
    _call(name, model, *arguments, ctypes.byref(number))
    return number.value


_NORMALIZE = {None: 0, True: 1, False: 2}


def extract(path, output, architecture=None, weights="auto", replace=False, normalize=None):
    """Writes a .lhb file.

    path          a checkpoint, a .safetensors file with its config.json beside it, or a folder with one of them.
    architecture  the subnet of a LightHuBERT supernet, a published name or JSON text; None to take a model whole.
    weights       "auto", "f32", "f16", "bf16" or "int8".
    normalize     of a model that is taken whole: whether its waveform is normalised; None for what its files say.
    """
    options = _ExtractOptions(ctypes.sizeof(_ExtractOptions))
    options.weights = ("auto", "f32", "f16", "bf16", "int8").index(weights)
    options.replace = replace
    options.normalize = _NORMALIZE[normalize]
    name = None if architecture is None else architecture.encode()
    _call("lh_extract", os.fsencode(path), name, os.fsencode(output), ctypes.byref(options))


class Model:
    """A model, ready to run. May be used by several threads at once."""

    def __init__(self, path, threads=0, precision="auto", max_error=0):
        """Opens a .lhb file.

        threads     for each run; 0 for as many as there are processors.
        precision   of the products with weights: "f32", "bf16", "int8", "int8-mixed", or "auto": "f32", unless
                    `max_error` allows an error.
        max_error   the relative error of the last hidden state that "auto" may make, 0 for none; it is measured now.
        """
        self._idle = []
        self._lock = threading.Lock()
        self._handle = _Handle()
        options = _ModelOptions(
            ctypes.sizeof(_ModelOptions), None, threads, 0, _PRECISIONS.index(precision), max_error)
        _call("lh_model_open", os.fsencode(path), ctypes.byref(options), ctypes.byref(self._handle))
        self.layer_count = _number("lh_model_layer_count", self._handle)
        self.width = _number("lh_model_hidden_size", self._handle)
        self.parameter_count = _number("lh_model_parameter_count", self._handle)
        description = ctypes.c_char_p()
        _call("lh_model_description", self._handle, ctypes.byref(description))
        self.description = json.loads(description.value)
        self.projection_width = self.description["projection_size"]
        self.precision = _PRECISIONS[_number("lh_model_precision", self._handle)]

    def frame_count(self, sample_count):
        """The number of frames, about 50 a second of audio."""
        return _number("lh_model_frame_count", self._handle, _Size(sample_count))

    def features(
            self, samples, layers="last", layer_zero="projection", normalize=None, last_state="raw", project=False):
        """Hidden states of one utterance: (frames, width), or (len(layers), frames, width) for "all" or a list.

        samples     mono at 16 kHz, in [-1, 1]: a one-dimensional array or a list.
        layers      "last", "all", an index from 0 to layer_count, or a list of these.
        layer_zero  what counts as hidden state 0: "projection", or "encoder-input" as in s3prl and Hugging Face.
        normalize   whether the waveform is normalised; None for what the model says.
        last_state  what an index of layer_count is in models with norms before: the layer's output, "raw", or that
                    through the encoder's norm, "normed", which "last" always is.
        project     whether states pass through the model's final projection, to projection_width.
        """
        samples = numpy.ascontiguousarray(samples, numpy.float32)
        if samples.ndim != 1:
            raise ValueError(f"samples have {samples.ndim} dimensions, expected 1: one channel")
        options = _RunOptions(ctypes.sizeof(_RunOptions))
        options.layer_zero = ("projection", "encoder-input").index(layer_zero)
        options.normalize = _NORMALIZE[normalize]
        options.last_state = ("raw", "normed").index(last_state)
        options.project = project
        shape = (self.frame_count(samples.size), (self.projection_width or 0) if project else self.width)
        if isinstance(layers, str):
            options.layer_selection = ("last", "all").index(layers)
            if layers == "all":
                shape = (self.layer_count + 1, *shape)
        else:
            # No ascontiguousarray, which makes a list of a single index.
            indices = numpy.array(layers, numpy.int32)
            options.layer_selection = 2
            options.layers = indices.ctypes.data_as(ctypes.POINTER(ctypes.c_int32))
            options.layer_count = indices.size
            shape = (*indices.shape, *shape)
        output = numpy.empty(shape, numpy.float32)
        context = self._context()
        try:
            _call(
                "lh_run", context, samples.ctypes.data_as(_Handle), _Size(samples.size), ctypes.byref(options),
                output.ctypes.data_as(_Handle), _Size(output.size))
        finally:
            with self._lock:
                self._idle.append(context)
        return output

    def _context(self):
        with self._lock:
            if self._idle:
                return self._idle.pop()
        context = _Handle()
        _call("lh_context_create", self._handle, None, ctypes.byref(context))
        return context

    def __del__(self):
        for context in self._idle:
            _library.lh_context_destroy(context)
        _library.lh_model_close(self._handle)


def read_wav(path):
    """The samples of a 16-bit mono WAV file at 16 kHz."""
    with wave.open(path) as file:
        found = (file.getframerate(), file.getnchannels(), file.getsampwidth())
        if found != (16000, 1, 2):
            raise ValueError(f"{path}: {found[0]} Hz, {found[1]} channels of {found[2]} bytes, expected 16000, 1, 2")
        return numpy.frombuffer(file.readframes(file.getnframes()), "<i2") / numpy.float32(32768)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: lighthubert.py MODEL.lhb AUDIO.wav OUTPUT.npy")
    numpy.save(sys.argv[3], Model(sys.argv[1]).features(read_wav(sys.argv[2])))
