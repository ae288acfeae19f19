# Targets: all (build), setup, test, quickstart, lint, schema, benchmark, documents, install, clean;
# ci (mpi-tests, interruption and fuzz-briefly); and the long tests: fuzz, interruption, sanitize.

SWIFT ?= swift
# Where the build goes; another folder keeps builds apart.
BUILD ?= .build
PREFIX ?= /usr/local
# FLASHLM_CPU picks the processor: native (default), x86-64-v3, portable, …; see Package.swift.

TOOLS := fl-tokenize fl-shard fl-train fl-eval fl-sample
SWIFT_FLAGS := -c release --scratch-path $(BUILD) -Xswiftc -enable-testing
PACKAGES := libopenblas-dev libjansson-dev libssl-dev pkg-config jq shellcheck curl parallel \
  procps python3

.PHONY: all setup tests test lint quickstart benchmark ci mpi-tests fuzz-briefly fuzz interruption \
  sanitize schema documents install clean

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
	$(SWIFT) build $(SWIFT_FLAGS) --build-tests

# Ends with the tests that were skipped and with the runner's own line.
test: lint tests
	SWIFT="$(SWIFT)" Tests/run.sh $(SWIFT_FLAGS)

lint:
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Plugins Sources Tests
	python3 Tests/Rooms/check.py
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
	  Tests/run.sh $(SWIFT_FLAGS) --filter MPITests

# Changed inputs for each reader in turn, without the guidance and the sanitizer of `make fuzz`; other
# ones each day. A case that ends the tests is left in $(BUILD)/fuzz.
FUZZ_SECONDS ?= 30
FUZZ_SEED ?= $(shell date +%Y%m%d)
fuzz-briefly: tests
	mkdir -p "$(BUILD)/fuzz"
	FLASHLM_FUZZ_SECONDS=$(FUZZ_SECONDS) FLASHLM_FUZZ_SEED=$(FUZZ_SEED) \
	  FLASHLM_FUZZ_FOUND="$(abspath $(BUILD))/fuzz" EXPECTED_SKIPS=/dev/null SWIFT="$(SWIFT)" \
	  Tests/run.sh $(SWIFT_FLAGS) --filter HostileInputTests/changedInputs

# A million hostile inputs for each reader, under the address sanitizer: an hour or more.
fuzz:
	Tests/Fuzzing/run.sh

# 200 disturbed runs, each compared with an undisturbed one: two minutes.
ROUNDS ?= 200
SEED ?= 1
interruption: all
	FLASHLM_BIN="$(abspath $(BUILD))/release" Tests/Interruption/run.sh --rounds $(ROUNDS) \
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

install: documents
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install $(TOOLS:%="$(BUILD)/release/%") "$(DESTDIR)$(PREFIX)/bin"
	find "$(BUILD)/documents" -type f -printf '%P\n' | while read -r file; do \
	  install -D -m 644 "$(BUILD)/documents/$$file" "$(DESTDIR)$(PREFIX)/share/$$file" || exit; done

clean:
	rm -rf $(BUILD)
