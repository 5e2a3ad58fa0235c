"""A model, ready to run."""
import collections
import ctypes
import functools
import json
import os
import tempfile
from typing import Any, Literal, Optional, Sequence, Union, overload

import numpy
from numpy.typing import DTypeLike, NDArray

from . import _library as lib
from . import errors, files, outputs, samples, sound
from .calls import ProgressFunction, ProgressReport, interruptible

Layers = Union[int, Literal["last", "all"], Sequence[int]]
Features = NDArray[Any]

# The bytes that a .lhb file begins with.
_MAGIC = b"\x89LHB\r\n\x1a\n"


class Model:
    """An encoder of speech. It never changes, and any number of threads may use it at once.

    Pickling it sends its path and options: whoever unpickles it opens the file again. It may be used after a fork.
    """

    def __init__(
        self,
        path: files.Path,
        arch: "Optional[files.Architecture]" = None,
        *,
        precision: str = "auto",
        max_error: float = 0,
        threads: int = 0,
        normalize: "Optional[bool]" = None,
        instruction_set: "Optional[str]" = None,
    ) -> None:
        """Opens a model.

        path             a .lhb file; or what lhb.extract reads, which then becomes a temporary .lhb file.
        arch             the subnet of a supernet's checkpoint: a published name such as "small-default", JSON text,
                         or a dict as `architecture` gives it.
        precision        of the products with weights: "f32", "bf16", "int8", "int8-mixed"; "auto" is "f32" unless
                         `max_error` allows an error.
        max_error        the relative error of the last hidden state that "auto" may make, such as 0.03; it is measured
                         now. 0 for none.
        threads          for each run; 0 for as many as there are processors.
        normalize        whether waveforms are normalised; None for what the model says.
        instruction_set  such as "avx2"; None for the fastest.
        """
        self._handle: "Optional[lib.Handle]" = None
        # Contexts that run nothing now. Appending and popping need no lock, which a fork could leave locked.
        self._idle: "collections.deque[lib.Handle]" = collections.deque()
        self._path = os.path.abspath(os.fspath(path))
        self._options: "dict[str, Any]" = {
            "precision": precision, "max_error": max_error, "threads": threads, "normalize": normalize,
            "instruction_set": instruction_set}
        self._arch = arch
        self._normalize = normalize
        lib.normalize(normalize)
        options = lib.ModelOptions(ctypes.sizeof(lib.ModelOptions))
        options.instruction_set = None if instruction_set is None else lib.encoded("instruction_set", instruction_set)
        options.thread_count = lib.whole("threads", threads, 0, 1024)
        options.precision = lib.choice("precision", precision, lib.PRECISIONS)
        options.max_error = max_error
        if _is_model_file(self._path):
            if arch is not None:
                raise errors.ArgumentError(f"{path}: is a .lhb file, which has its architecture; leave arch out")
            self._open(self._path, options)
        else:
            with tempfile.TemporaryDirectory(prefix="lhb-") as folder:
                extracted = os.path.join(folder, "model.lhb")
                files.extract(self._path, extracted, arch)
                self._open(extracted, options)
        handle = self._open_handle()
        self._description = json.loads(lib.text("lh_model_description", handle))
        self._layer_count = lib.number("lh_model_layer_count", handle)
        self._width = lib.number("lh_model_hidden_size", handle)
        self._precision = lib.PRECISIONS[lib.number("lh_model_precision", handle)]

    def _open(self, path: str, options: lib.ModelOptions) -> None:
        handle = lib.Handle()
        lib.call("lh_model_open", os.fsencode(path), ctypes.byref(options), ctypes.byref(handle))
        self._handle = handle

    # What it is.

    @property
    def path(self) -> str:
        """Where it was opened."""
        return self._path

    @property
    def description(self) -> "dict[str, Any]":
        """All that is known of it, as lhb-inspect tells; a copy."""
        copy: "dict[str, Any]" = json.loads(json.dumps(self._description))
        return copy

    @property
    def config(self) -> "dict[str, Any]":
        """The configuration: of a subnet that of its supernet, by the names of the published code; else the shape."""
        description = self.description
        config: "dict[str, Any]" = description.get("config") or description["shape"]
        return config

    @property
    def architecture(self) -> "Optional[dict[str, Any]]":
        """The subnet's architecture, as lhb.extract takes it; None of a model that was taken whole."""
        architecture: "Optional[dict[str, Any]]" = self.description.get("architecture")
        return architecture

    @property
    def parameters(self) -> int:
        """The number of its parameters, as the published code counts them."""
        return lib.number("lh_model_parameter_count", self._open_handle())

    @property
    def layer_count(self) -> int:
        """The number of encoder layers L; there are L + 1 hidden states, 0 to L."""
        return self._layer_count

    @property
    def width(self) -> int:
        """The width E of a hidden state."""
        return self._width

    @property
    def projection_width(self) -> "Optional[int]":
        """The width of a hidden state through the final projection; None when the model has none."""
        width: "Optional[int]" = self._description["projection_size"]
        return width

    @property
    def sample_rate(self) -> int:
        """16000, of all models."""
        return lib.SAMPLE_RATE

    @property
    def minimum_samples(self) -> int:
        """The fewest samples that give a frame."""
        return lib.number("lh_model_minimum_samples", self._open_handle())

    @property
    def normalizes_waveform(self) -> bool:
        """Whether waveforms are shifted to mean 0 and scaled to variance 1 first."""
        return bool(self._description["normalizes_waveform"]) if self._normalize is None else self._normalize

    @property
    def precision(self) -> str:
        """What products with weights are computed in: "f32", "bf16", "int8" or "int8-mixed"."""
        return self._precision

    @property
    def instruction_set(self) -> str:
        """The instructions in use, such as "avx2"."""
        return lib.text("lh_model_instruction_set", self._open_handle())

    def frames(self, sample_count: int) -> int:
        """The number of frames T of that many samples: about 50 a second, 0 when they are too few for one."""
        count = lib.whole("sample_count", sample_count, 0, 2**63 - 1)
        return lib.number("lh_model_frame_count", self._open_handle(), lib.Size(count))

    # Runs.

    @overload
    def features(
        self, audio: "NDArray[Any]", rate: "Optional[float]" = None, *, layers: Layers = "last",
        layer_zero: str = "projection", last_state: str = "raw", project: bool = False,
        normalize: "Optional[bool]" = None, dtype: DTypeLike = numpy.float32, out: "Optional[NDArray[Any]]" = None,
        progress: "Optional[ProgressFunction]" = None) -> Features: ...

    @overload
    def features(
        self, audio: "Sequence[NDArray[Any]]", rate: "Optional[float]" = None, *, layers: Layers = "last",
        layer_zero: str = "projection", last_state: str = "raw", project: bool = False,
        normalize: "Optional[bool]" = None, dtype: DTypeLike = numpy.float32,
        out: "Optional[Sequence[NDArray[Any]]]" = None,
        progress: "Optional[ProgressFunction]" = None) -> "list[Features]": ...

    @overload
    def features(
        self, audio: Any, rate: "Optional[float]" = None, *, layers: Layers = "last",
        layer_zero: str = "projection", last_state: str = "raw", project: bool = False,
        normalize: "Optional[bool]" = None, dtype: DTypeLike = numpy.float32, out: Any = None,
        progress: "Optional[ProgressFunction]" = None) -> Any: ...

    def features(
        self, audio: Any, rate: "Optional[float]" = None, *, layers: Layers = "last",
        layer_zero: str = "projection", last_state: str = "raw", project: bool = False,
        normalize: "Optional[bool]" = None, dtype: DTypeLike = numpy.float32, out: Any = None,
        progress: "Optional[ProgressFunction]" = None) -> Any:
        """Hidden states: (T, E), or (len(layers), T, E) when `layers` is "all" or a list. Ctrl-C ends it soon.

        audio       an utterance (N,), mono at 16 kHz: a NumPy array, a torch tensor, anything with the buffer protocol
                    or DLPack, of floats in [-1, 1] or of int16 or int32 of full scale. Or a list of utterances, of any
                    lengths: then a list is returned. Each result is what its utterance gives alone, to the last bit.
        rate        of the samples; one that is not 16000 is an error. None says that it is.
        layers      "last", "all", an index from 0 to layer_count, or a list of these.
        layer_zero  what hidden state 0 is: "projection", or "encoder-input" as in s3prl and transformers.
        last_state  what hidden state layer_count is, when chosen by number, in models with norms before attention and
                    FFN: the layer's output, "raw", or that through the encoder's norm, "normed", as "last" always is.
        project     whether states pass through the model's final projection, to projection_width.
        normalize   whether the waveform is normalised; None for what `load` was told.
        dtype       float32, or float16, which is rounded at the end.
        out         where the features go, such as a memory map; of a list of utterances a list of these.
        progress    told the done fraction, 0 to 1, on a thread of its own; cancels by returning False.

        Raises lhb.SampleRateError, lhb.ArgumentError, lhb.DataError when samples are too few for a frame or not finite,
        lhb.CancelledError by `progress`, lhb.MemoryLimitError.
        """
        samples.check_rate(rate)
        is_batch = samples.is_batch(audio)
        waveforms = (
            [samples.mono(one, f"samples of utterance {index}") for index, one in enumerate(audio)]
            if is_batch else [samples.mono(audio)])
        if is_batch and out is not None and len(out) != len(waveforms):
            raise errors.ArgumentError(f"out has {len(out)} arrays for {len(waveforms)} utterances")
        options, indices = self._run_options(layers, layer_zero, last_state, project, normalize)
        kind = outputs.feature_type(dtype)
        targets = [
            outputs.Target(
                self._shape(waveform.size, layers, indices, project), kind,
                None if out is None else out[index] if is_batch else out)
            for index, waveform in enumerate(waveforms)]
        if waveforms:
            self._run(waveforms, targets, options, progress)
        results = [target.result() for target in targets]
        return results if is_batch else results[0]

    __call__ = features

    def read(self, path: files.Path) -> "NDArray[numpy.float32]":
        """The samples of a sound file as `features` takes them: channels averaged, at 16 kHz.

        Needs soundfile, and soxr for files of other rates: pip install "lighthubert-engine[audio]".
        """
        return sound.read(path)

    # Its end.

    def close(self) -> None:
        """Gives the memory back, when no run needs it any more."""
        handle, self._handle = self._handle, None
        while self._idle:
            lib.library.lh_context_destroy(self._idle.pop())
        if handle is not None:
            lib.library.lh_model_close(handle)

    def __enter__(self) -> "Model":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def __del__(self) -> None:
        # At the interpreter's end, or after an error in __init__, parts may be missing.
        try:
            self.close()
        except (AttributeError, TypeError):
            pass

    def __reduce__(self) -> Any:
        return functools.partial(Model, **self._options), (self._path, self._arch)

    def __copy__(self) -> "Model":
        return self

    def __deepcopy__(self, _: Any) -> "Model":
        return self

    def __repr__(self) -> str:
        if self._handle is None:
            return f"<lhb.Model {os.path.basename(self._path)!r}: closed>"
        name = self._description.get("published_name") or self._description["family"]
        return (
            f"<lhb.Model {os.path.basename(self._path)!r}: {name}, {self.layer_count} layers, {self.width} wide, "
            f"{self.parameters / 1e6:.1f} M parameters, {self.precision} on {self.instruction_set}>")

    # Its parts.

    def _open_handle(self) -> lib.Handle:
        if self._handle is None:
            raise errors.HandleError(f"{self._path}: the model was closed")
        return self._handle

    def _run_options(
        self, layers: Layers, layer_zero: str, last_state: str, project: bool, normalize: "Optional[bool]"
    ) -> "tuple[lib.RunOptions, Optional[NDArray[numpy.int32]]]":
        options = lib.RunOptions(ctypes.sizeof(lib.RunOptions))
        options.layer_zero = lib.choice("layer_zero", layer_zero, ("projection", "encoder-input"))
        options.last_state = lib.choice("last_state", last_state, ("raw", "normed"))
        options.normalize = lib.normalize(self._normalize if normalize is None else normalize)
        options.project = project
        if isinstance(layers, str):
            options.layer_selection = lib.choice("layers", layers, ("last", "all"))
            return options, None
        # No ascontiguousarray, which makes a list of a single index.
        indices = numpy.array(layers)
        if indices.dtype.kind not in "iu" or indices.ndim > 1:
            raise errors.ArgumentError(f"layers is {layers!r}, expected \"last\", \"all\", an index or a list of these")
        if indices.size and not (0 <= indices.min() and indices.max() <= self.layer_count):
            raise errors.ArgumentError(f"layers is {layers!r}, expected indices from 0 to {self.layer_count}")
        indices = indices.astype(numpy.int32)
        options.layer_selection = 2
        options.layers = indices.ctypes.data_as(ctypes.POINTER(ctypes.c_int32))
        options.layer_count = indices.size
        return options, indices

    def _shape(
        self, sample_count: int, layers: Layers, indices: "Optional[NDArray[numpy.int32]]", project: bool
    ) -> "tuple[int, ...]":
        # Without a final projection the library refuses the run.
        shape = (self.frames(sample_count), (self.projection_width or 0) if project else self.width)
        if indices is not None:
            return (*indices.shape, *shape)
        return (self.layer_count + 1, *shape) if layers == "all" else shape

    def _run(
        self, waveforms: "list[NDArray[numpy.float32]]", targets: "list[outputs.Target]", options: lib.RunOptions,
        progress: "Optional[ProgressFunction]"
    ) -> None:
        utterances = (lib.Utterance * len(waveforms))(
            *(lib.Utterance(waveform.ctypes.data, waveform.size, target.values.ctypes.data, target.values.size)
              for waveform, target in zip(waveforms, targets)))
        report = None if progress is None else ProgressReport(progress)
        if report is not None:
            options.progress = report.pointer
        context = self._context()

        # What the library reads and writes, alive as long as it runs, whoever waits for it.
        memory = (waveforms, targets, report)

        def call() -> None:
            try:
                if len(memory[0]) > 1:
                    lib.call("lh_run_batch", context, utterances, lib.Size(len(utterances)), ctypes.byref(options))
                else:
                    one = utterances[0]
                    lib.call(
                        "lh_run", context, lib.Handle(one.samples), lib.Size(one.sample_count), ctypes.byref(options),
                        lib.Handle(one.output), lib.Size(one.capacity))
            finally:
                # Not before it has ended. A model that was closed meanwhile is gone when its last context is.
                self._idle.append(context)
                if self._handle is None:
                    self.close()

        try:
            interruptible(call, lambda: lib.library.lh_context_cancel(context))
        except errors.CancelledError:
            if report is not None:
                report.rethrow()
            raise

    def _context(self) -> lib.Handle:
        handle = self._open_handle()
        try:
            return self._idle.pop()
        except IndexError:
            context = lib.Handle()
            lib.call("lh_context_create", handle, None, ctypes.byref(context))
            return context


# What reads best at a call: lhb.load("small.lhb").
load = Model


def _is_model_file(path: str) -> bool:
    # What cannot be read is left to the library, which says why.
    try:
        with open(path, "rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except IsADirectoryError:
        return False
    except OSError:
        return path.endswith(".lhb")
