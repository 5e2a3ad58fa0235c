"""Threads, forks, other processes, Ctrl-C, progress, and what is left of a thousand models."""
import concurrent.futures
import copy
import gc
import multiprocessing
import os
import pickle
import resource
import signal
import threading
import time

import numpy
import pytest

import lhb


@pytest.fixture(scope="module")
def model(demo_model_path):
    return lhb.load(demo_model_path, threads=2)


@pytest.fixture(scope="module")
def long_samples():
    """Ten minutes: several seconds of work."""
    return numpy.random.default_rng(3).standard_normal(9_600_000).astype(numpy.float32) / 10


def test_many_threads(model, samples):
    expected = model(samples)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for features in pool.map(model, [samples] * 32):
            numpy.testing.assert_array_equal(features, expected)


def test_other_threads_run_meanwhile(model, long_samples):
    counts = []
    done = threading.Event()

    def count():
        number = 0
        while not done.wait(0.001):
            number += 1
        counts.append(number)

    thread = threading.Thread(target=count)
    thread.start()
    start = time.monotonic()
    model.features(long_samples[:3_200_000])
    elapsed = time.monotonic() - start
    done.set()
    thread.join()
    # 1,000 a second where nothing else runs; none if the interpreter were locked.
    assert counts[0] > 20 * elapsed


def run_in_child(model, samples, queue):
    queue.put(model(samples))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_model_that_was_used_works_in_another_process(model, samples, method):
    expected = model(samples)
    context = multiprocessing.get_context(method)
    queue = context.Queue()
    process = context.Process(target=run_in_child, args=(model, samples, queue))
    process.start()
    features = queue.get(timeout=120)
    process.join(60)
    assert process.exitcode == 0
    numpy.testing.assert_array_equal(features, expected)
    numpy.testing.assert_array_equal(model(samples), expected)


def test_pickling_sends_the_path(model, demo_model_path, samples):
    data = pickle.dumps(model)
    assert len(data) < 1000
    again = pickle.loads(data)
    assert again.path == str(demo_model_path)
    numpy.testing.assert_array_equal(again(samples), model(samples))
    assert copy.copy(model) is model and copy.deepcopy({"model": model})["model"] is model


def test_an_interrupt_ends_it_within_a_second(model, long_samples, samples):
    expected = model(samples)
    sent = []

    def interrupt():
        time.sleep(0.3)
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        model.features([long_samples] * 20)
    assert time.monotonic() - sent[0] < 1
    numpy.testing.assert_array_equal(model(samples), expected)


def test_progress(model, long_samples):
    told = []
    model.features(long_samples[:1_600_000], progress=told.append)
    assert told == sorted(told) and 0 <= told[0] and told[-1] <= 1 and len(told) > 3
    with pytest.raises(lhb.CancelledError):
        model.features(long_samples, progress=lambda done: done < 0.01)

    def fail(_):
        raise LookupError("my own")

    with pytest.raises(LookupError, match="my own"):
        model.features(long_samples, progress=fail)


def test_another_thread_may_cancel_by_progress(model, long_samples):
    cancelled = threading.Event()
    threading.Timer(0.2, cancelled.set).start()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        run = pool.submit(
            model.features, [long_samples] * 20, progress=lambda _: not cancelled.is_set())
        with pytest.raises(lhb.CancelledError):
            run.result(timeout=60)


def test_a_thousand_models_leave_nothing(demo_model_path, samples):
    def use():
        lhb.load(demo_model_path, threads=1)(samples[:4000])

    for _ in range(100):
        use()
    gc.collect()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(1000):
        use()
    gc.collect()
    # Kilobytes. A model has a megabyte.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000
    assert len(os.listdir("/proc/self/task")) < 20


def test_closing_while_it_runs(demo_model_path, long_samples):
    model = lhb.load(demo_model_path, threads=1)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        run = pool.submit(model.features, long_samples[:1_600_000])
        time.sleep(0.05)
        model.close()
        assert run.result(timeout=120).shape[1] == 48
