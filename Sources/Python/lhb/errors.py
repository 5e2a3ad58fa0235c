"""What the library answers when a call fails. `Error` is the base of all; `code` is the library's number (lighthubert.h
names them), and each class is also the exception of Python's own that it comes closest to."""


class Error(Exception):
    """A call failed. `code` is one of the library's LH_ numbers, such as 7 for LH_BAD_DATA."""

    code: int = -1

    def __init__(self, message: str, code: "int | None" = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code


class ArgumentError(Error, ValueError):
    """An argument that cannot be."""

    code = 1


class HandleError(Error, ValueError):
    """A model that was closed is used."""

    code = 2


class BusyError(Error, RuntimeError):
    """One context was asked for two runs at once."""

    code = 3


class CancelledError(Error):
    """The call was cancelled by its progress function."""

    code = 4


class MemoryLimitError(Error, MemoryError):
    """The call needs more memory than this machine has, or than the system gives."""

    code = 6


class DataError(Error, ValueError):
    """A file, a text or the samples hold something that is not allowed there."""

    code = 7


class MissingFileError(Error, FileNotFoundError):
    """A file does not exist or cannot be read."""

    code = 8


class OutputError(Error, OSError):
    """A file cannot be created, for example because it exists."""

    code = 9


class ReadWriteError(Error, OSError):
    """Reading or writing failed on the way."""

    code = 10


class UnavailableError(Error, NotImplementedError):
    """This processor, build or Python environment lacks what was asked for by name."""

    code = 11


class SampleRateError(ArgumentError):
    """Samples of another rate than models take."""


_CLASSES = {
    kind.code: kind
    for kind in (ArgumentError, HandleError, BusyError, CancelledError, MemoryLimitError, DataError, MissingFileError,
                 OutputError, ReadWriteError, UnavailableError)}


# What the library's messages call by the names that programs and C have for it.
_NAMES = (
    ("name a subnet with --arch, ", "name a subnet with arch=: "),
    ("small-max or a file", "small-max or an architecture as JSON"),
    ("(--force)", "(replace=True)"), ("--normalize", "normalize="), ("--waveform-eps", "waveform_eps="),
    ("LHB_ISA=", "instruction_set="), ("thread_count", "threads"), ("LH_PRECISION_AUTO", '"auto"'),
    ("lhb-extract makes one", "lhb.extract makes one"), ("say it with --heads", "lhb-extract --heads says it"))


def error(code: int, message: str) -> Error:
    """The exception of a status."""
    for theirs, ours in _NAMES:
        message = message.replace(theirs, ours)
    return _CLASSES.get(code, Error)(message, code)
