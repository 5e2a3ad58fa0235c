# `make help` lists what there is. Everything that is built lies in .build.

BUILD := .build/release
# What the programs are linked with, or load (OpenBLAS), and what finds it.
PACKAGES := libopenblas-dev libsndfile1-dev libsoxr-dev libzstd-dev pkg-config
# What the tests want besides.
TEST_PACKAGES := binutils python3-minimal
# What the comparison at real size wants besides.
REFERENCE_PACKAGES := python3-numpy python3-scipy python3-torch
# How the other runtimes are installed, where, and which.
PEER_PACKAGES := python3-venv
PEERS := .peers
PEER_WHEELS := numpy onnxruntime openvino
# --quick proves a benchmark in a minute or two and writes nothing.
BENCH_FLAGS :=
SWIFT_SOURCES := Sources Tests Package.swift

.PHONY: build
build: toolchain ## Builds the programs, optimised (the default)
	swift build -c release

.PHONY: demo
demo: packages build ## Installs what is missing, builds, cuts a subnet and computes features of a speech file
	@Tests/Tools/demo.sh $(BUILD)

.PHONY: test
test: packages test-packages lint ## Installs what is missing, checks the format, builds and runs all tests
	swift build -c release --build-tests --disable-xctest
	Tests/Tools/check_symbols.sh $(BUILD)
	python3 Tests/Tools/check_layers.py
	swift test -c release --disable-xctest --disable-testable-imports

.PHONY: check-real-size
check-real-size: packages build ## Compares subnets of the published sizes with a float64 reference (minutes, 2 GB of disk)
	@Tests/Tools/install_packages.sh $(REFERENCE_PACKAGES)
	/usr/bin/python3 Tests/Tools/check_real_size.py $(BUILD)

.PHONY: bench
bench: packages build ## Measures the standard table and writes it into Docs/performance.md (10 minutes, 2 GB of disk)
	@Tests/Tools/install_packages.sh $(REFERENCE_PACKAGES)
	/usr/bin/python3 Tests/Benchmarks/bench.py $(BUILD) $(BENCH_FLAGS)

.PHONY: bench-peers
bench-peers: packages build $(PEERS)/installed ## Measures ONNX Runtime and OpenVINO beside it, installing them in .peers (30 minutes, 4 GB of disk)
	@Tests/Tools/install_packages.sh $(REFERENCE_PACKAGES)
	/usr/bin/python3 Tests/Benchmarks/bench_peers.py $(BUILD) $(BENCH_FLAGS)

$(PEERS)/installed:
	@Tests/Tools/install_packages.sh $(PEER_PACKAGES)
	/usr/bin/python3 -m venv $(PEERS)
	$(PEERS)/bin/pip install --quiet $(PEER_WHEELS)
	@touch $@

.PHONY: docs
docs: packages build ## Makes the pages of the Swift library, with the toolchain's docc
	python3 Tests/Tools/make_docs.py $(BUILD)

.PHONY: format
format: toolchain ## Formats all Swift sources
	swift format --in-place --recursive $(SWIFT_SOURCES)

.PHONY: lint
lint: toolchain ## Checks the format of all Swift sources
	swift format lint --strict --recursive $(SWIFT_SOURCES)

.PHONY: clean
clean: ## Removes everything that was built
	rm -rf .build .build-* $(PEERS)

.PHONY: help
help: ## Shows this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: packages test-packages toolchain
packages:
	@Tests/Tools/install_packages.sh $(PACKAGES)

test-packages:
	@Tests/Tools/install_packages.sh $(TEST_PACKAGES)

toolchain:
	@command -v swift > /dev/null || { echo "Swift 6.2 or later is needed, see swift.org/install" >&2; exit 1; }
