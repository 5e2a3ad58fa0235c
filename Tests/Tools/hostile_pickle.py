"""Pickles that ask for code, that are endless in little space, or that no pickler writes."""
import struct

from hostile_files import EXTRACT, INSPECT, Hostile
from pickle_bytes import PROTOCOL, STOP, call, dictionary, get, integer, name, put, raw_text, text, value, whole
from small_supernet import CONFIG, LITTLE, Checkpoint

SHELL = "id"


def little(pickle):
    return Checkpoint(LITTLE).zip(pickle)


def with_root(instructions):
    """A pickle of any instructions, up to the STOP."""
    return little(PROTOCOL + instructions + STOP)


def with_config(item):
    """The little checkpoint with another value as `cfg`, which lhb-extract reads before it looks for tensors."""
    checkpoint = Checkpoint(LITTLE)
    checkpoint.config = item
    return checkpoint.zip()


def beside(instructions):
    """The little checkpoint with one more value, which nothing asks for, beside the state dict."""
    checkpoint = Checkpoint(LITTLE)
    checkpoint.more = {"extra_state": instructions}
    return checkpoint.zip()


def with_tensor(instructions):
    """The little checkpoint with something else in the place of its tensor."""
    return little(whole({"model": {"weight": instructions}}))


def code():
    """Calls of functions, in every place where a value is looked at."""
    yield "os-system", INSPECT, "os.system in the place of everything", with_root(
        call("os.system", SHELL)), ["os.system"]
    yield "posix-system", INSPECT, "posix.system in the place of the state dict", little(
        whole({"model": call("posix.system", SHELL)})), ["posix.system"]
    yield "exec", INSPECT, "builtins.exec in the place of a tensor", with_tensor(
        call("builtins.exec", "import os; os.system('id')")), ["state dict"]
    yield "eval", EXTRACT, "eval in the place of cfg.model", with_config(
        {"model": call("__builtin__.eval", "__import__('os').getcwd()")}), ["cfg.model"]
    yield "eval-width", EXTRACT, "eval in the place of a number of cfg.model", with_config(
        {"model": CONFIG["model"] | {"encoder_layers": call("builtins.eval", "1")}}), ["encoder_layers"]
    yield "subprocess", INSPECT, "subprocess.Popen by NEWOBJ", with_root(
        name("subprocess.Popen") + value((["/bin/sh", "-c", SHELL],)) + b"\x81"), ["subprocess.Popen"]
    yield "inst", INSPECT, "os.system by INST", with_root(b"(S'id'\nios\nsystem\n"), ["os.system"]
    yield "obj", INSPECT, "os.system by OBJ", with_root(b"(" + name("os.system") + text("id") + b"o"), ["os.system"]
    yield "newobj-ex", INSPECT, "os.system by NEWOBJ_EX", with_root(
        name("os.system") + value(("id",)) + b"}\x92"), ["os.system"]
    yield "stack-global", INSPECT, "os.system by a name put together on the stack", with_root(
        b"\x8c\x02os\x8c\x06system\x93" + value(("id",)) + b"R"), ["os.system"]
    state = {"__setstate__": name("os.system")}
    yield "build-setstate", INSPECT, "an object whose state would be set, in the place of a tensor", with_tensor(
        name("torch.nn.modules.module.Module") + b")\x81" + value(state) + b"b"), ["state dict"]
    yield "getattr", INSPECT, "getattr on an imported module", with_root(
        call("builtins.getattr", call("importlib.import_module", "os"), "system") + value(("id",)) + b"R"), []
    yield "nested-call", INSPECT, "the value of one call called", with_root(
        call("functools.partial", name("os.system"), "id") + b")R"), []
    yield "reconstructor", INSPECT, "copyreg._reconstructor with a class that acts when made", with_root(
        call("copy_reg._reconstructor", name("subprocess.Popen"), name("builtins.object"), None)), ["subprocess.Popen"]
    yield "torch-load", INSPECT, "torch.load inside a pickle, a way out of weights_only", with_tensor(
        call("torch.serialization.load", "other.pt")), ["state dict"]
    yield "torch-hub", INSPECT, "torch.hub.load of a repository", with_tensor(
        call("torch.hub.load", "owner/repository", "model")), ["state dict"]
    yield "numpy-load", INSPECT, "numpy's reader of pickles", with_tensor(
        call("numpy.lib.npyio.load", "evil.npy", None, True)), ["state dict"]
    yield "numpy-exec", INSPECT, "a function of NumPy that evaluates text", with_tensor(
        call("numpy.f2py.crackfortran.myeval", "__import__('os').system('id')")), ["state dict"]
    yield "pip", INSPECT, "pip in the place of a tensor", with_tensor(call("pip.main", ["--version"])), ["state dict"]
    yield "rebuild-call", INSPECT, "a callable that a subclass of Tensor names", with_tensor(
        call("torch._tensor._rebuild_from_type_v2", name("os.system"), name("torch.Tensor"), ("id",), {})), []
    yield "parameter-code", INSPECT, "a parameter of a call", with_tensor(
        call("torch._utils._rebuild_parameter", call("os.system", "id"), True, call("collections.OrderedDict"))), []
    yield "ordered-dict", INSPECT, "an OrderedDict whose items are a call", little(
        whole({"model": call("collections.OrderedDict", call("os.system", "id"))})), []
    tensor = Checkpoint(LITTLE).tensors["weight"]
    yield "setitem-tensor", INSPECT, "items set in a tensor (CVE-2026-24747)", little(
        whole({"model": tensor + integer(0) + integer(1) + b"s"})), []
    yield "setitem-list", INSPECT, "items set in a list (CVE-2026-24747)", beside(b"]K\0K\1s"), ["not a dictionary"]
    yield "append-dictionary", INSPECT, "elements added to a dictionary", beside(b"}K\1a"), ["not a list"]


def bombs():
    """Little text, many values."""
    laughs = text("ha") + put(0)
    laughs += b"".join(b"](" + get(level) * 10 + b"e" + put(level + 1) for level in range(12))
    yield "billion-laughs", EXTRACT, "lists of ten lists of ten lists ..., 10^12 values, in cfg", with_config(
        {"model": CONFIG["model"] | {"extra": b"](" + laughs + b"e"}}), ["configuration"]
    doubled = text("ha" * 500) + put(0)
    doubled += b"".join(b"](" + get(level) * 2 + b"e" + put(level + 1) for level in range(40))
    yield "doubled", EXTRACT, "a text of 1,000 bytes doubled 40 times in cfg", with_config(
        {"model": b"](" + doubled + b"e"}), ["configuration"]
    yield "cycle", EXTRACT, "a dictionary that holds itself, as cfg", with_config(
        b"}" + put(0) + text("model") + get(0) + b"s"), ["holds itself"]
    yield "cycle-list", EXTRACT, "a list that holds itself, in cfg", with_config(
        {"model": {"extra": b"]" + put(0) + get(0) + b"a"}}), ["holds itself"]
    yield "cycle-state", INSPECT, "a state dict that is the whole", little(
        PROTOCOL + b"}" + put(0) + text("model") + get(0) + b"s" + STOP), []
    yield "cycle-arguments", INSPECT, "a call whose arguments hold it", with_root(
        name("collections.OrderedDict") + b"]" + put(0) + b"\x85R" + put(1) + b"0" + get(0) + get(1) + b"a0"
        + get(1)), []
    yield "cycle-state-object", EXTRACT, "an object that is its own state, as cfg", with_config(
        name("argparse.Namespace") + b")\x81" + put(0) + get(0) + b"b"), []
    deep = b"](" * 1000 + b"N" + b"e" * 1000
    yield "deep-list", EXTRACT, "1,000 lists inside each other, in cfg", with_config({"model": deep}), ["nested deeper"]
    yield "deep-tuple", EXTRACT, "1,000 tuples inside each other, in cfg", with_config(
        {"model": b")" + b"\x85" * 16000}), ["nested deeper"]
    yield "deep-root", INSPECT, "1,000 lists inside each other as the whole", with_root(
        b"]" * 1000 + b"a" * 999), []
    yield "deep-calls", INSPECT, "1,000 calls as each other's arguments", with_root(
        name("collections.OrderedDict") + put(0) + b"0" + get(0) * 1000 + b")" + b"R\x85" * 999 + b"R"), []
    yield "deep-persistent", INSPECT, "persistent ids of persistent ids", little(
        whole({"model": {"weight": b"N" + b"Q" * 1000}})), []
    yield "deep-marks", INSPECT, "1,000 marks", with_root(b"(" * 1000), []
    yield "deep-build", EXTRACT, "a chain of 1,000 states, in cfg", with_config(
        name("argparse.Namespace") + b")\x81" + b"".join([put(0)] + [get(0) + b"b"] * 1000)), []
    yield "memo-far", INSPECT, "a memo number of 2^32 - 1", with_root(
        b"N" + put(0xFFFFFFFF) + b"0" + get(0xFFFFFFFE)), ["remembered"]
    yield "memo-negative", INSPECT, "a memo number of -1", with_root(b"Np-1\n"), ["memo"]
    yield "memo-huge", INSPECT, "a memo number of 30 digits", with_root(b"Np" + b"9" * 30 + b"\n"), ["memo"]
    yield "memo-hole", INSPECT, "a memo number that was never set", with_root(get(7)), ["remembered"]
    yield "memo-text", INSPECT, "a memo number that is a word", with_root(b"gone\n"), ["memo"]


def lengths():
    """Lengths that lie."""
    for label, attack, instructions in [
        ("binunicode", "a text of 4 GB", b"X\xff\xff\xff\xff"),
        ("binunicode8", "a text of 2^64 - 1 bytes", b"\x8d" + b"\xff" * 8),
        ("binbytes", "4 GB of bytes", b"B\xff\xff\xff\xff"),
        ("binbytes8", "2^63 bytes", b"\x8e" + struct.pack("<Q", 1 << 63)),
        ("bytearray8", "a bytearray of 2^62 bytes", b"\x96" + struct.pack("<Q", 1 << 62)),
        ("long4", "a number of 2 GB", b"\x8b\xff\xff\xff\x7f"),
        ("binstring", "a string of 2 GB", b"T\xff\xff\xff\x7f"),
    ]:
        yield label, INSPECT, attack, with_root(instructions), ["truncated"]
    yield "long4-negative", INSPECT, "a number of -1 bytes", with_root(b"\x8b\xff\xff\xff\xff"), ["length"]
    yield "binstring-negative", INSPECT, "a string of -1 bytes", with_root(b"T\xff\xff\xff\xff"), ["length"]
    yield "long-digits", INSPECT, "a decimal number of 4,000 digits", with_root(
        b"L" + b"9" * 4000 + b"L\n"), ["integer"]
    yield "int-hex", INSPECT, "a number in hexadecimal", with_root(b"I0x10\n"), ["integer"]
    yield "float-code", INSPECT, "a float that is code", with_root(b"F__import__('os')\n"), ["number"]
    yield "string-open", INSPECT, "a string without its second quote", with_root(b"S'id\n"), ["quotes"]
    yield "unicode-escape", INSPECT, "an escape without its digits", with_root(b"Va\\u12\n"), ["escape"]
    yield "line-endless", INSPECT, "a class name without an end", with_root(b"c" + b"a" * 2000), ["truncated"]
    yield "class-long", INSPECT, "a class name of 4,000 bytes", with_root(name("a." + "b" * 4000)), ["name"]
    body = value({"model": {}}) + STOP
    yield "frame-beyond", INSPECT, "a frame longer than the pickle", little(
        b"\x80\4\x95" + struct.pack("<Q", 1 << 40) + body), ["truncated"]
    yield "frame-huge", INSPECT, "a frame of 2^64 - 1 bytes", little(b"\x80\4\x95" + b"\xff" * 8 + body), ["truncated"]
    yield "frame-straddled", INSPECT, "an argument that reaches over its frame's end", framed(-3), ["frame"]
    yield "frame-short", INSPECT, "a frame of no bytes", little(
        b"\x80\4\x95" + bytes(8) + Checkpoint(LITTLE).pickle()[2:]), ["frame"]
    inner = b"\x95" + struct.pack("<Q", 10)
    yield "frame-nested", INSPECT, "a frame inside a frame", little(
        b"\x80\4\x95" + struct.pack("<Q", 400) + inner + Checkpoint(LITTLE).pickle()[2:]), ["frame"]


def framed(change):
    """The little pickle's first text in a frame that ends inside it."""
    body = Checkpoint(LITTLE).pickle()[2:]
    return little(b"\x80\4\x95" + struct.pack("<Q", len(b"}(X\0\0\0\0cfg") + change) + body)


def grammar():
    """What no pickler writes."""
    for label, attack, instructions, words in [
        ("mark-missing", "a tuple without a mark", b"t", ["mark"]),
        ("mark-missing-dict", "SETITEMS without a mark", b"}u", ["mark"]),
        ("underflow", "an empty stack", b"a", ["stack"]),
        ("underflow-mark", "values below a mark", b"NN(\x86", ["stack"]),
        ("underflow-stop", "a pickle without a value", b"", ["stack"]),
        ("pop-nothing", "POP of nothing", b"0", []),
        ("odd-items", "a key without a value", b"}(" + text("model") + b"u", ["key"]),
        ("build-number", "the state of a number", b"K\1}b", []),
        ("append-number", "elements of a number", b"K\1K\2a", []),
        ("setitem-number", "items of a number", b"K\1K\2K\3s", []),
        ("reduce-number", "a number that is called", b"K\1)R", []),
        ("reduce-list", "arguments that are a list", name("collections.OrderedDict") + b"]R", ["tuple"]),
        ("stack-global-number", "a class whose name is a number", b"K\1K\2\x93", []),
        ("protocol-6", "protocol 6", b"\x80\6N", ["protocol 6"]),
        ("protocol-255", "protocol 255", b"\x80\xffN", ["protocol 255"]),
        ("ext1", "a class by a number of the extension registry", b"\x82\1)R", ["extension registry"]),
        ("ext4", "a class by a number of four bytes", b"\x84\xff\xff\xff\xff)R", ["extension registry"]),
        ("next-buffer", "a buffer from elsewhere", b"\x97", ["buffer"]),
        ("readonly-buffer", "a buffer made read-only", b"\x97\x98", ["buffer"]),
        ("unknown-opcode", "an instruction that does not exist", b"\xff", ["instruction"]),
    ]:
        yield label, INSPECT, attack, with_root(instructions), words
    yield "stop-missing", INSPECT, "a pickle without an end", little(Checkpoint(LITTLE).pickle()[:-1]), ["truncated"]
    yield "empty", INSPECT, "a pickle of no bytes", little(b""), ["truncated"]
    yield "after-stop", INSPECT, "a second pickle behind the end", little(
        Checkpoint(LITTLE).pickle() + whole(call("os.system", "id"))), []
    yield "left-over", INSPECT, "values left on the stack", little(
        PROTOCOL + value(call("os.system", "id")) + Checkpoint(LITTLE).pickle()[2:]), []
    yield "left-mark", INSPECT, "a mark left on the stack", little(
        PROTOCOL + b"(" + Checkpoint(LITTLE).pickle()[2:]), []
    yield "no-dictionary", INSPECT, "a list as the whole", with_root(value([1, 2])), ["state dict"]
    yield "empty-dictionary", INSPECT, "an empty state dict", little(whole({"model": {}})), ["state dict"]


def keys():
    """State dicts that two readers would see differently."""
    tensor = Checkpoint(LITTLE).tensors["weight"]
    other = Checkpoint(LITTLE).tensor((3, 2))
    for label, attack, entries, words in [
        ("key-twice", "two tensors of one name", [("weight", tensor), ("weight", other)], ["weight"]),
        ("key-number", "a tensor whose name is a number", [("weight", tensor), (1, other)], []),
        ("key-none", "a tensor whose name is None", [("weight", tensor), (None, other)], []),
        ("key-list", "a tensor whose name is a list", [("weight", tensor), ([], other)], []),
        ("key-code", "a tensor whose name is a call", [("weight", tensor), (call("os.system", "id"), other)], []),
        ("key-long", "a name of 4,000 bytes", [("w" * 4000, tensor)], []),
        ("key-not-utf8", "two names that are one once their bytes are replaced",
         [(raw_text(b"w\xfe"), tensor), (raw_text(b"w\xff"), other)], []),
    ]:
        yield label, INSPECT, attack, little(whole({"model": dictionary(entries)})), words
    model = dictionary([("weight", tensor)])
    yield "model-twice", INSPECT, "two state dicts of one name", little(
        PROTOCOL + dictionary([("model", model), ("model", dictionary([("weight", other)]))]) + STOP), []
    yield "config-twice", EXTRACT, "two widths of one name in cfg.model", with_config(
        {"model": dictionary(list(CONFIG["model"].items()) + [("encoder_layers", 1)])}), ["encoder_layers"]
    yield "name-lines", EXTRACT, "a name that writes lines of its own into the message", with_config(
        {"model": CONFIG["model"] | {"extractor_mode": "\n\x1b[2Jlhb-extract: done\n"}}), ["extractor_mode"]
    checkpoint = Checkpoint(LITTLE)
    for label, attack, reference in [
        ("persistent-text", "a persistent id of protocol 0", b"Pstorage\n"),
        ("persistent-number", "a persistent id that is a number", b"K\1Q"),
        ("persistent-kind", "a persistent id of another kind", value(("module", "a.py", "0", "cpu", 6)) + b"Q"),
        ("persistent-short", "a persistent id of two parts", value(("storage", name("torch.HalfStorage"))) + b"Q"),
        ("persistent-class", "a storage of a class that runs", value(
            ("storage", name("os.system"), "0", "cpu", 6)) + b"Q"),
        ("persistent-key", "a storage outside the folder", value(
            ("storage", name("torch.HalfStorage"), "../../data.pkl", "cpu", 6)) + b"Q"),
        ("persistent-negative", "a storage of -1 elements", checkpoint.storage(count=-1)),
    ]:
        checkpoint.tensors["weight"] = checkpoint.tensor((2, 3), storage=reference)
        yield label, INSPECT, attack, checkpoint.zip(), []


def fixtures():
    for group in [code, bombs, lengths, grammar, keys]:
        for label, program, attack, content, words in group():
            yield Hostile(f"pickle/{label}.pt", program, attack, content, tuple(words))
