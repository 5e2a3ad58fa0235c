"""An interrupt between any two instructions leaves no run behind, and the model as good as new."""
import inspect
import subprocess
import sys
import textwrap

import numpy
import pytest

import lhb
from lhb import calls

_LINES = [
    number for number, text in enumerate(
        inspect.getsource(calls.interruptible).splitlines(), inspect.getsourcelines(calls.interruptible)[1])
    if text.startswith("    ") and text.strip() and not text.strip().startswith(('"', "#"))]


@pytest.mark.parametrize("line", _LINES)
def test_an_interrupt_at_each_line(demo_model_path, samples, line):
    model = lhb.load(demo_model_path, threads=1)
    expected = model(samples)
    out = numpy.zeros((model.layer_count + 1, model.frames(320000), model.width), numpy.float32)

    def trace(frame, event, _):
        if frame.f_code is not calls.interruptible.__code__:
            return None

        def trace_line(frame, event, _):
            if event == "line" and frame.f_lineno == line:
                sys.settrace(None)
                raise KeyboardInterrupt
            return trace_line
        return trace_line

    sys.settrace(trace)
    try:
        model.features(numpy.tile(samples, 10), layers="all", out=out)
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(None)
    # Nobody writes to it any more.
    copy = out.copy()
    numpy.testing.assert_array_equal(model(samples), expected)
    numpy.testing.assert_array_equal(out, copy)


@pytest.mark.parametrize("interrupts", [1, 3])
def test_a_loop_of_short_calls_ends(demo_model_path, interrupts):
    program = textwrap.dedent("""
        import os, signal, sys, threading, time, numpy, lhb
        model = lhb.load(sys.argv[1], threads=1)
        samples = numpy.zeros(800, "f4")
        def interrupt():
            time.sleep(0.1)
            for _ in range(int(sys.argv[2])):
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.001)
        thread = threading.Thread(target=interrupt)
        thread.start()
        try:
            while True:
                model(samples)
        except KeyboardInterrupt:
            pass
        while thread.is_alive():
            try:
                thread.join()
            except KeyboardInterrupt:
                pass
        assert model(samples).shape == (2, 48)
        print("ended")
    """)
    for _ in range(10):
        command = [sys.executable, "-c", program, str(demo_model_path), str(interrupts)]
        # Another interrupt may come where the program handles one; it must not hang.
        result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert "ended" in result.stdout or "KeyboardInterrupt" in result.stderr, result.stderr
