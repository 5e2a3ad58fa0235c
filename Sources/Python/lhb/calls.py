"""Long calls: they report progress, and end soon when the person at the keyboard or the caller wants that."""
import _thread
import contextlib
import ctypes
import threading
from typing import Any, Callable, Optional

from . import errors
from ._library import Progress

# Told the done fraction, 0 to 1. False cancels; anything else goes on.
ProgressFunction = Callable[[float], Any]


def interruptible(call: "Callable[[], None]", cancel: "Callable[[], None]") -> None:
    """Makes a call that Ctrl-C ends: `cancel` makes it return soon.

    Signals are handled by Python's main thread between two of its instructions, which a call into the library is not:
    so there another thread makes the call, which costs some 50 microseconds. Elsewhere nothing has to be done.

    An interrupt may come between any two instructions here too. So the call is made only once `granted` says that it is
    waited for, and `finished` says when it has ended, not who holds a lock. `call` must keep alive what it writes to.
    """
    if threading.current_thread() is not threading.main_thread():
        call()
        return
    granted: "list[bool]" = []
    finished: "list[bool]" = []
    problems: "list[BaseException]" = []
    gate, done = threading.Lock(), threading.Lock()
    gate.acquire()
    done.acquire()

    def work() -> None:
        gate.acquire()
        try:
            if granted:
                call()
        except BaseException as problem:  # Raised again by the thread that waits.
            problems.append(problem)
        finally:
            finished.append(True)
            done.release()

    try:
        _thread.start_new_thread(work, ())
        granted.append(True)
        gate.release()
        done.acquire()
    except BaseException:
        if granted:
            _end(finished, gate, done, cancel)
        else:
            # A thread that was started ends without the call.
            gate.release()
        raise
    if problems:
        raise problems[0]


def _end(
    finished: "list[bool]", gate: "threading.Lock", done: "threading.Lock", cancel: "Callable[[], None]"
) -> None:
    """Makes a call end, and waits for that, whatever interrupts come meanwhile."""
    while not finished:
        try:
            while not finished:
                # The interrupt may have come before the call was let begin. Who opened it already finds it open.
                with contextlib.suppress(RuntimeError):
                    gate.release()
                # A call that had not begun does not hear of the first time.
                cancel()
                done.acquire(timeout=0.02)
        except BaseException:  # It is ending already.
            continue


class ProgressReport:
    """A progress function as the library takes it, which can also be cancelled from outside."""

    def __init__(self, function: "Optional[ProgressFunction]") -> None:
        self._function = function
        self._problem: "Optional[BaseException]" = None
        self._is_cancelled = False
        # Held as long as the library may call it.
        self._callback = Progress(self._report)

    @property
    def pointer(self) -> ctypes.c_void_p:
        """lh_progress"""
        return ctypes.cast(self._callback, ctypes.c_void_p)

    def cancel(self) -> None:
        """Makes the call end when it reports the next time."""
        self._is_cancelled = True

    def rethrow(self) -> None:
        """Raises what the function raised, which ended the call."""
        if self._problem is not None:
            raise self._problem

    def _report(self, fraction: float, _: Any) -> int:
        try:
            if self._function is not None and self._function(fraction) is False:
                self._is_cancelled = True
        except BaseException as problem:  # No exception may pass through the library.
            self._problem = problem
            self._is_cancelled = True
        return int(self._is_cancelled)


def reporting(call: "Callable[[ctypes.c_void_p], None]", progress: "Optional[ProgressFunction]") -> None:
    """Makes a call that can only be ended by its progress function; that gets its pointer."""
    report = ProgressReport(progress)
    try:
        interruptible(lambda: call(report.pointer), report.cancel)
    except errors.CancelledError:
        report.rethrow()
        raise
