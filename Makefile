# Targets: all (build), setup, test, quickstart, lint, schema, benchmark, documents, docc, install,
# clean;
# ci (mpi-tests, interruption and fuzz-briefly); and the long tests: fuzz, interruption, sanitize.

SWIFT ?= swift
# Where the build goes; another folder keeps builds apart. Tests need what users do not
# (-enable-testing), and one folder for both would be built anew each time one follows the other.
BUILD ?= .build
TEST_BUILD ?= $(BUILD)-test
PREFIX ?= /usr/local
# FLASHLM_CPU picks the processor: native (default), x86-64-v3, portable, …; see Package.swift.

TOOLS := fl-tokenize fl-shard fl-train fl-eval fl-sample
SWIFT_FLAGS := -c release --scratch-path $(BUILD)
TEST_FLAGS := -c release --scratch-path $(TEST_BUILD) -Xswiftc -enable-testing
PACKAGES := libopenblas-dev libjansson-dev libssl-dev pkg-config jq shellcheck curl parallel \
  procps python3

.PHONY: all setup tests test lint schema quickstart benchmark ci mpi-tests fuzz-briefly fuzz \
  interruption sanitize documents docc install clean

all:
	$(SWIFT) build $(SWIFT_FLAGS)

# Installs the Debian packages that are missing; asks for nothing if none is.
setup:
	@missing=; for package in $(PACKAGES); do \
	  dpkg -s $$package >/dev/null 2>&1 || missing="$$missing $$package"; done; \
	if [ -n "$$missing" ]; then \
	  sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	  $$sudo apt-get update && \
	  DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y --no-install-recommends $$missing; \
	fi

tests:
	$(SWIFT) build $(TEST_FLAGS) --build-tests

# Ends with the tests that were skipped and with the runner's own line.
test: lint tests
	SWIFT="$(SWIFT)" Tests/run.sh $(TEST_FLAGS)

lint:
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Plugins Sources Tests
	python3 Tests/Rooms/check.py
	python3 Tests/Documents/check.py
	Tests/Release/check.sh
	benchmarks/tables.py --check
	shellcheck pipelines/*.sh pipelines/examples/*.sh benchmarks/*/*.sh install/*.sh Plugins/*/*.sh Tests/*.sh Tests/*/*.sh .ci/run

quickstart: all
	pipelines/quickstart.sh

# Needs the Python packages torch, numpy, tokenizers and gigatoken.
benchmark: all
	benchmarks/training/run.sh
	benchmarks/tokenize/run.py --bin "$(abspath $(BUILD))/release"

# What CI runs behind `make setup test`.
ci:
	$(MAKE) setup PACKAGES="libopenmpi-dev openmpi-bin strace"
	$(MAKE) mpi-tests fuzz-briefly
	$(MAKE) interruption ROUNDS=20 SEED=2

# fl-train under mpirun: that tool alone is built a second time. Needs libopenmpi-dev and openmpi-bin.
mpi-tests: tests
	FLASHLM_MPI=1 $(SWIFT) build -c release --scratch-path $(BUILD)-mpi --product fl-train
	FLASHLM_MPI_BIN="$(abspath $(BUILD)-mpi)/release" EXPECTED_SKIPS=/dev/null SWIFT="$(SWIFT)" \
	  Tests/run.sh $(TEST_FLAGS) --filter MPITests

# Changed inputs for each reader in turn, without the guidance and the sanitizer of `make fuzz`; other
# ones each day. A case that ends the tests is left in $(TEST_BUILD)/fuzz.
FUZZ_SECONDS ?= 30
FUZZ_SEED ?= $(shell date +%Y%m%d)
fuzz-briefly: tests
	mkdir -p "$(TEST_BUILD)/fuzz"
	FLASHLM_FUZZ_SECONDS=$(FUZZ_SECONDS) FLASHLM_FUZZ_SEED=$(FUZZ_SEED) \
	  FLASHLM_FUZZ_FOUND="$(abspath $(TEST_BUILD))/fuzz" EXPECTED_SKIPS=/dev/null SWIFT="$(SWIFT)" \
	  Tests/run.sh $(TEST_FLAGS) --filter HostileInputTests/changedInputs

# A million hostile inputs for each reader, under the address sanitizer: an hour or more.
fuzz:
	Tests/Fuzzing/run.sh

# 200 disturbed runs, each compared with an undisturbed one: two minutes.
ROUNDS ?= 200
SEED ?= 1
interruption: tests
	FLASHLM_BIN="$(abspath $(TEST_BUILD))/release" Tests/Interruption/run.sh --rounds $(ROUNDS) \
	  --seed $(SEED)

# The test suite under the address sanitizer, then under the thread sanitizer.
sanitize:
	Tests/Sanitizers/run.sh address
	Tests/Sanitizers/run.sh thread

# The schema that recipes name, from the table of members; a test compares them.
schema: all
	"$(BUILD)/release/fl-train" --schema >pipelines/recipes/schema.json.new
	mv pipelines/recipes/schema.json.new pipelines/recipes/schema.json

# Man pages and shell completions, as the tools tell them.
documents: all
	install/documents.sh "$(BUILD)/release" "$(BUILD)/documents" $(TOOLS)

# The reference of FlashShared for readers of its sources: $(BUILD)/FlashShared.doccarchive.
docc: all
	install/docc.sh "$(BUILD)/release" "$(BUILD)/FlashShared.doccarchive"

install: documents
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install $(TOOLS:%="$(BUILD)/release/%") "$(DESTDIR)$(PREFIX)/bin"
	find "$(BUILD)/documents" -type f -printf '%P\n' | while read -r file; do \
	  install -D -m 644 "$(BUILD)/documents/$$file" "$(DESTDIR)$(PREFIX)/share/$$file" || exit; done

clean:
	rm -rf $(BUILD) $(TEST_BUILD) $(BUILD)-mpi
