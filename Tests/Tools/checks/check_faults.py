#!/usr/bin/env python3
"""Kills the programs at every system call of theirs and makes every one fail, and looks at what is left.

    check_faults.py BUILD_FOLDER     for example .build/release

inject_faults.c is compiled, and loaded before the programs. For each way of writing a file (new, over an old one, on
file systems that lack unnamed files, links, or renaming that replaces nothing):

- killed after each call (of reads, each eighth): the target is the old file or the new one, bit by bit; nothing else is
  left, but for a hidden temporary file where the system knows no better; the next run succeeds.
- each call fails: the exit code is 66, 73 or 74 with one line that names what it is about, the target is the old file,
  and nothing else is left; or the program finds another way, and the result is the same.
- calls are interrupted by signals, or read and write a few bytes only: the result is the same.
- no thread can be started: the result is the same.

Prints a table; the exit code is 1 when something is not so. Needs a C compiler; the programs must be linked with the C
library dynamically.
"""
import errno
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
FIXTURES = REPOSITORY / "Fixtures"
# Seconds after which a program hangs; it takes far less than one.
PATIENCE = 150
# What each call is made to fail with.
ERRORS = {
    "open": (errno.EACCES, errno.EIO, errno.EMFILE),
    "openat": (errno.EACCES, errno.ENOSPC, errno.EMFILE),
    "read": (errno.EIO,),
    "pread": (errno.EIO,),
    "write": (errno.ENOSPC, errno.EIO),
    "pwrite": (errno.ENOSPC, errno.EIO, errno.EDQUOT),
    "fsync": (errno.EIO, errno.ENOSPC),
    "linkat": (errno.ENOSPC, errno.EIO),
    "renameat": (errno.EIO, errno.EROFS),
    "renameat2": (errno.EIO, errno.EROFS),
    "mkdir": (errno.EACCES, errno.ENOSPC),
}
INTERRUPTIBLE = "open,openat,read,pread,write,pwrite,fsync"
ALLOWED_CODES = {66, 73, 74}


class Failure(Exception):
    pass


def require(condition, message):
    if not condition:
        raise Failure(message)


class Scenario:
    """One command that writes `target` in a folder of its own, once for each fault."""

    def __init__(self, name, program, arguments, target, old, refuse="", piped=None):
        self.name = name
        self.program = program
        self.arguments = arguments
        self.target = target
        # What is there before; None for nothing.
        self.old = old
        self.refuse = refuse
        # What comes through a pipe on standard input; then the target is what goes to standard output, and is not
        # atomic.
        self.piped = piped
        # What is there afterwards; the first run that nothing happens to tells.
        self.new = None

    @property
    def leaves_temporary(self):
        """Whether a kill may leave a hidden file: linking over a file, or without unnamed files, takes two steps."""
        return self.old is not None or "tmpfile" in self.refuse

    def prepare(self, folder):
        if self.old is not None:
            (folder / self.target).parent.mkdir(parents=True, exist_ok=True)
            (folder / self.target).write_bytes(self.old)

    def run(self, folder, shim=None, log=None, **injection):
        environment = {"PATH": os.environ["PATH"], "SOURCE_DATE_EPOCH": "0", "XDG_DATA_HOME": str(folder)}
        if shim:
            environment |= {"LD_PRELOAD": str(shim), "INJECT_REFUSE": self.refuse}
            environment |= {f"INJECT_{name.upper()}": str(value) for name, value in injection.items()}
            if log:
                environment["INJECT_LOG"] = str(log)
        command = [self.program, *(a.format(folder=folder) for a in self.arguments)]
        try:
            if self.piped is None:
                return subprocess.run(
                    command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
                    timeout=PATIENCE)
            result = subprocess.run(
                command, env=environment, cwd=folder, input=self.piped, capture_output=True, timeout=PATIENCE)
            (folder / self.target).write_bytes(result.stdout)
            result.stdout = b""
            return result
        except subprocess.TimeoutExpired:
            raise Failure(f"still runs after {PATIENCE} s") from None

    def state(self, folder):
        """What the target is, "old", "new" or "broken", and the names of the other files."""
        target = folder / self.target
        found = target.read_bytes() if target.exists() else None
        state = "old" if found == self.old else "new" if found == self.new else "broken"
        # The name is claimed with an empty file where no system call can take it with a whole one.
        if found == b"" and "noreplace" in self.refuse:
            state = "claimed"
        others = [p.name for p in target.parent.iterdir() if p != target] if target.parent.exists() else []
        return state, others


class Check:
    def __init__(self, scenario, shim, work):
        self.scenario = scenario
        self.shim = shim
        self.work = work
        self.seen = Counter()

    def folder(self):
        folder = Path(tempfile.mkdtemp(dir=self.work))
        self.scenario.prepare(folder)
        return folder

    def injected(self, examine, **injection):
        """Runs with a fault and has `examine` look at the result."""
        folder = self.folder()
        log = folder.with_suffix(".log")
        result = self.scenario.run(folder, self.shim, log, **injection)
        calls = [line.split("\t") for line in log.read_text().splitlines()] if log.exists() else []
        try:
            examine(folder, result, calls)
        except Failure as failure:
            what = " ".join(f"{key}={value}" for key, value in injection.items())
            messages = result.stderr.decode(errors="replace")
            raise Failure(f"{self.scenario.name}: {what}: {failure}\n{messages}") from None
        shutil.rmtree(folder)
        log.unlink(missing_ok=True)
        return calls

    def unharmed(self, folder, result, calls=None):
        require(result.returncode == 0, f"exit code {result.returncode}, expected 0")
        state, others = self.scenario.state(folder)
        require(state == "new" and not others, f"the target is {state}, beside it {others}")

    def prove(self):
        """The first run, which tells what is right; the calls that it makes."""
        folder = self.folder()
        result = self.scenario.run(folder)
        require(result.returncode == 0, f"{self.scenario.name}: {result.stderr.decode()}")
        self.scenario.new = (folder / self.scenario.target).read_bytes()
        require(self.scenario.new != self.scenario.old, "old and new are the same")
        shutil.rmtree(folder)
        return self.injected(self.unharmed)

    def killed(self, number):
        def examine(folder, result, calls):
            if result.returncode == 0:
                self.unharmed(folder, result)
                return
            require(result.returncode == -9, f"exit code {result.returncode}, expected to be killed")
            state, others = self.scenario.state(folder)
            require(state != "broken", "the target is neither the old nor the new file")
            temporary = re.compile(rf"\.{re.escape(Path(self.scenario.target).name)}\.[0-9a-z]+\.tmp")
            allowed = self.scenario.leaves_temporary and len(others) == 1 and temporary.fullmatch(others[0])
            require(not others or allowed, f"beside the target is {others}")
            self.seen[f"killed, {state}"] += 1
            self.seen["hidden file left"] += len(others)
            # A file that is there now, without --force, is not to be replaced.
            if state != "old" and self.scenario.old is None:
                return
            again = self.scenario.run(folder)
            require(again.returncode == 0, f"the next run fails: {again.stderr.decode()}")
            state, _ = self.scenario.state(folder)
            require(state == "new", f"after the next run the target is {state}")

        self.injected(examine, at=number, action="kill")

    def failing(self, call, number, error):
        def examine(folder, result, calls):
            state, others = self.scenario.state(folder)
            require(not others, f"beside the target is {others}")
            reached = len(calls) >= number
            if result.returncode == 0:
                self.unharmed(folder, result)
                self.seen["failed, other way found"] += reached
                return
            require(reached, "fails although nothing did")
            require(result.returncode in ALLOWED_CODES,
                    f"{calls[number - 1]}: exit code {result.returncode}, expected one of {sorted(ALLOWED_CODES)}")
            # The folder is synced when the file has its name.
            named = call == "fsync" and calls[number - 1][1] == str((folder / self.scenario.target).parent)
            if self.scenario.piped is None:
                require(state == ("new" if named else "old"), f"the target is {state}")
            line = result.stderr.decode()
            require(line.count("\n") == 1 and line.endswith("\n"), "expected one line of error")
            require(line.startswith(f"{Path(self.scenario.program).name}: error: "), "expected the program's name")
            require(result.stdout == b"", "expected nothing on standard output")
            self.seen[f"failed, exit code {result.returncode}"] += 1

        self.injected(examine, calls=call, at=number, action=f"error:{error}")

    def tasks(self):
        """All faults, as closures."""
        calls = self.prove()
        self.seen["calls"] = len(calls)
        # Threads come to their calls in any order, so that the number differs a little from run to run.
        names = [name for name, *_ in calls] + [""] * 3
        for number, name in enumerate(names, 1) if self.scenario.piped is None else ():
            if is_tried(name, number):
                yield lambda number=number: self.killed(number)
        for call, count in Counter(name for name, *_ in calls).items():
            for number in filter(lambda number: is_tried(call, number), range(1, count + 1)):
                for error in ERRORS.get(call, ()):
                    yield lambda call=call, number=number, error=error: self.failing(call, number, error)
        yield lambda: self.same(calls=INTERRUPTIBLE, at=0, action="interrupt")
        for most in (1, 7, 4093):
            yield lambda most=most: self.same(calls="read,pread,write,pwrite", at=0, action=f"short:{most}")
        yield lambda: self.same(calls="pthread_create", at=0, action=f"error:{errno.EAGAIN}")

    def same(self, **injection):
        self.injected(self.unharmed, **injection)
        self.seen["same result"] += 1


def is_tried(call, number):
    """Of the hundreds of reads that change nothing, every eighth is."""
    return call not in ("read", "pread") or number % 8 == 1


def scenarios(build, model):
    extract = ["--quiet", "--arch", str(FIXTURES / "demo/arch.json"), str(FIXTURES / "demo/supernet.pt")]
    features = ["--quiet", "--threads", "2", "--model", str(model), str(FIXTURES / "golden/audio/frames-2.wav")]
    old = b"what was there before"
    for name, program, arguments, target in (
        ("extract", "lhb-extract", [*extract, "{folder}/out.lhb"], "out.lhb"),
        ("features", "lhb-features", [*features, "--output", "{folder}/out.npy"], "out.npy"),
    ):
        yield Scenario(name, build / program, arguments, target, None)
        yield Scenario(f"{name} --force", build / program, ["--force", *arguments], target, old)
        if name == "extract":
            yield Scenario(f"{name}, no unnamed files", build / program, arguments, target, None, "tmpfile")
            yield Scenario(
                f"{name} --force, no unnamed files", build / program, ["--force", *arguments], target, old, "tmpfile")
            yield Scenario(f"{name}, no links", build / program, arguments, target, None, "tmpfile,link")
            yield Scenario(f"{name}, only renaming", build / program, arguments, target, None, "tmpfile,link,noreplace")
    sound = (FIXTURES / "golden/audio/frames-2.wav").read_bytes()
    piped = ["--quiet", "--layers", "all", "--model", str(model), "-"]
    yield Scenario("features, pipes", build / "lhb-features", piped, "out.npy", None, piped=sound)
    yield Scenario(
        "extract --weights int8", build / "lhb-extract", ["--weights", "int8", *extract, "{folder}/out.lhb"], "out.lhb",
        None)
    yield Scenario("extract --default", build / "lhb-extract", ["--default", *extract], "lighthubert/default.lhb", None)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.split("\n\n")[1].strip())
    build = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as work:
        work = Path(work).resolve()
        shim = work / "inject_faults.so"
        subprocess.run(
            [os.environ.get("CC", "cc"), "-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC",
             REPOSITORY / "Tests/Tools/checks/inject_faults.c", "-o", shim, "-ldl"], check=True)
        model = work / "model.lhb"
        subprocess.run(
            [build / "lhb-extract", "--quiet", "--arch", FIXTURES / "demo/arch.json", FIXTURES / "demo/supernet.pt",
             model],
            check=True)
        failures = []
        for scenario in scenarios(build, model):
            check = Check(scenario, shim, work)

            def attempt(task):
                try:
                    task()
                except Failure as failure:
                    failures.append(str(failure))

            try:
                with ThreadPoolExecutor(os.cpu_count()) as pool:
                    list(pool.map(attempt, check.tasks()))
            except Failure as failure:
                failures.append(str(failure))
            seen = ", ".join(f"{count} {what}" for what, count in sorted(check.seen.items()) if count)
            print(f"{scenario.name:36} {seen}", flush=True)
    for failure in failures:
        print(failure.strip(), file=sys.stderr)
    print("all right" if not failures else f"{len(failures)} failures", file=sys.stdout if not failures else sys.stderr)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
