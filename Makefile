# Targets: all (build), setup, test, quickstart, lint, benchmark, documents, docc, install, clean;
# and the long tests: fuzz, interruption, sanitize.

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
PACKAGES := libopenblas-dev libjansson-dev libssl-dev pkg-config jq shellcheck curl parallel

.PHONY: all setup test lint quickstart benchmark fuzz interruption sanitize documents docc install \
  clean

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

test: lint
	$(SWIFT) build $(TEST_FLAGS) --build-tests
	FLASHLM_BIN="$(abspath $(TEST_BUILD))/release" $(SWIFT) test $(TEST_FLAGS) --skip-build

lint:
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Plugins Sources Tests
	python3 Tests/Rooms/check.py
	python3 Tests/Documents/check.py
	Tests/Release/check.sh
	benchmarks/tables.py --check
	shellcheck pipelines/*.sh pipelines/examples/*.sh benchmarks/*/*.sh install/*.sh Plugins/*/*.sh Tests/*/*.sh .ci/run

quickstart: all
	pipelines/quickstart.sh

# Needs the Python packages torch, numpy, tokenizers and gigatoken.
benchmark: all
	benchmarks/training/run.sh
	benchmarks/tokenize/run.py --bin "$(abspath $(BUILD))/release"

# A million hostile inputs for each reader, under the address sanitizer: an hour or more.
fuzz:
	Tests/Fuzzing/run.sh

# 200 disturbed runs, each compared with an undisturbed one: two minutes.
interruption: all
	FLASHLM_BIN="$(abspath $(BUILD))/release" Tests/Interruption/run.sh

# The test suite under the address sanitizer, then under the thread sanitizer.
sanitize:
	Tests/Sanitizers/run.sh address
	Tests/Sanitizers/run.sh thread

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
	rm -rf $(BUILD) $(TEST_BUILD)
