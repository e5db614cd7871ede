# One Makefile; `make help` lists the targets. Debian 12 with a Swift toolchain; what else is needed, `make deps` installs.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PREFIX ?= /usr/local
DESTDIR ?=
JOBS ?= 2
BUILD := .build
RELEASE := $(BUILD)/release
SWIFT_BUILD := swift build --jobs $(JOBS) --explicit-target-dependency-import-check error

sbindir := $(PREFIX)/sbin
bindir := $(PREFIX)/bin
unitdir := /lib/systemd/system
ifneq ($(PREFIX),/usr)
unitdir := $(PREFIX)/lib/systemd/system
endif
libdir := $(PREFIX)/lib
ifeq ($(PREFIX),/usr)
sysconfdir := /etc
else
sysconfdir := $(PREFIX)/etc
endif

.PHONY: help
help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Build, run, and test dependencies as Debian packages: install only what is missing, and only as root.
PACKAGES_BUILD := binutils gcc libc6-dev libsystemd-dev libcurl4-openssl-dev libsqlite3-dev libpq-dev zlib1g-dev pkg-config git
PACKAGES_TEST := mmdebstrap systemd-container systemd dbus util-linux e2fsprogs acl attr curl openssl openssh-client gnupg postgresql prometheus shellcheck python3 python3-venv
# For the conformance tests: Debian's kubectl, unpacked beside whatever the host has, and clients from PyPI.
PACKAGES_PYPI := kopf==1.45.2 kubernetes==37.0.2 schemathesis==4.32.5
TOOLS := $(BUILD)/tools
KUBECTL := $(TOOLS)/kubernetes-client/usr/bin/kubectl
REGOPY := test -x $(TOOLS)/regopy/bin/python || { python3 -m venv $(TOOLS)/regopy && \
	  $(TOOLS)/regopy/bin/pip -q --disable-pip-version-check install regopy==1.5.2; }
.PHONY: deps
deps: ## install the Debian packages that building and testing need
	@missing=""; for p in $(PACKAGES_BUILD) $(PACKAGES_TEST); do \
	  dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" != 0 ]; then echo "missing Debian packages:$$missing; run: sudo make deps" >&2; exit 1; fi; \
	  apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; fi
	@test -x $(KUBECTL) || { mkdir -p $(TOOLS) && cd $(TOOLS) && \
	  { apt-get download -qq kubernetes-client 2>/dev/null || { apt-get update -qq && apt-get download -qq kubernetes-client; }; } && \
	  dpkg -x kubernetes-client_*.deb kubernetes-client && rm kubernetes-client_*.deb; }
	@{ test -x $(TOOLS)/python/bin/schemathesis && test -x $(TOOLS)/python/bin/kopf; } || { python3 -m venv $(TOOLS)/python && \
	  $(TOOLS)/python/bin/pip -q --disable-pip-version-check install $(PACKAGES_PYPI); } || \
	  echo "cannot install $(PACKAGES_PYPI) from PyPI; the tests that need them are skipped" >&2

.PHONY: deps-build
deps-build:
	@missing=""; for p in $(PACKAGES_BUILD); do \
	  dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" != 0 ]; then echo "missing Debian packages:$$missing; run: sudo make deps" >&2; exit 1; fi; \
	  apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; fi

.PHONY: build
build: deps-build ## release binaries in .build/release
	$(SWIFT_BUILD) -c release --static-swift-stdlib --product aetheredged
	$(SWIFT_BUILD) -c release --static-swift-stdlib --product aetherctl

.PHONY: demo
demo: build ## a tour in a scratch tree, without root
	Tests/Demo/demo

.PHONY: run
run: build ## run the daemon on a scratch tree in .build/run
	mkdir -p $(BUILD)/run
	$(RELEASE)/aetheredged --root $(CURDIR)/$(BUILD)/run

.PHONY: check
check: deps fmt-check shellcheck tidy ## format, style as a test, warnings as errors: what CI runs before the tests

.PHONY: fmt
fmt: ## format every Swift file
	swift format --in-place --recursive --parallel Sources Controllers Tests Package.swift

.PHONY: fmt-check
fmt-check:
	swift format lint --strict --recursive --parallel Sources Controllers Tests Package.swift

.PHONY: shellcheck
shellcheck:
	shellcheck .ci/run Tests/run-tests Tests/Demo/demo Tests/LabTests/base-tree Tests/LabTests/run-host

.PHONY: tidy
tidy: deps-build
	$(SWIFT_BUILD) --build-tests
	Tests/run-tests --filter TidyTests

# Of more tests at once, some would wait for the others longer than clients wait for answers.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH := 8
# Who wrote a file is best seen while no other host is at work: AttributionLabTests come last, by themselves.
# Suites that compute for long run by themselves: beside them, tests that wait for a server or a process would run out of time.
HOST := HostRuntimeTests
STORE := StoreTests|ModelTests
COMPUTING := PolicyToolTests|RegoTests|SimulationTests|TidyTests

.PHONY: test
test: deps build ## everything: format, style, unit, conformance and lab tests (root for the lab), and the demo
	$(MAKE) fmt-check shellcheck
	$(SWIFT_BUILD) --build-tests
	Tests/run-tests --skip 'LabTests|ConformanceTests\.|$(HOST)|$(STORE)|$(COMPUTING)'
	Tests/run-tests --filter '$(HOST)'
	Tests/run-tests --filter '$(STORE)'
	Tests/run-tests --filter '$(COMPUTING)'
	$(MAKE) sim SEEDS=1..500
	Tests/run-tests --filter 'ConformanceTests\.'
	AETHEREDGE_STORE=postgres Tests/run-tests --filter 'ConformanceTests\.(Reading|Writing|Discovery|Access)'
	stage=$$(mktemp -d) && trap 'rm -rf "$$stage"' EXIT && \
	  $(MAKE) install-staged DESTDIR=$$stage PREFIX=/usr && \
	  AETHEREDGE_STAGE=$$stage Tests/run-tests --filter LabTests --skip AttributionLabTests && \
	  AETHEREDGE_STAGE=$$stage Tests/run-tests --filter AttributionLabTests
	Tests/Demo/demo >/dev/null

# A scratch path of its own, for what ThreadSanitizer needs is built in another way throughout. One test at a time, for it is slow
# and some tests measure time; what races are looked for in is within the tests. No sleep at exit, for a forked child that finds no
# program where it looks first exits as well. The simulation has one thread by construction. ThreadSanitizer itself crashes beyond
# 65,536 nested calls, which one test of deep policies makes.
TSAN := --sanitize=thread --scratch-path $(BUILD)/tsan
.PHONY: tsan
tsan: deps ## the suites that have threads under ThreadSanitizer
	swift build --jobs $(JOBS) --build-tests $(TSAN)
	"$$(dirname "$$(readlink -f "$$(command -v swift)")")/clang" -shared -fPIC -O1 -o $(BUILD)/tsan/mutex.so Tests/ThreadSanitizer/mutex.c
	TSAN_OPTIONS=atexit_sleep_ms=0 LD_PRELOAD=$(CURDIR)/$(BUILD)/tsan/mutex.so swift test --skip-build --no-parallel $(TSAN) --skip 'LabTests|TidyTests|SimulationTests|ConformanceTests\.|policies may go deep'

SEEDS ?= 1..10000
SIMULATE := $(BUILD)/release/simulate
.PHONY: sim
sim: deps-build ## the loop on simulated hosts, a history from each seed: SEEDS=1..10000, or one to replay it
	$(SWIFT_BUILD) -c release --static-swift-stdlib --product simulate
	$(SIMULATE) $(SEEDS)

.PHONY: lab
lab: deps build ## lab tests on booted hosts (root); AETHEREDGE_CAMPAIGN=full for the long campaigns
	swift test --filter LabTests

.PHONY: consistency
consistency: deps build ## kill servers under load 1,000 times, and check what their clients saw
	$(SWIFT_BUILD) --build-tests
	AETHEREDGE_CAMPAIGN=full AETHEREDGE_LAB=required Tests/run-tests --filter Consistency

# A scratch path of its own, for what libFuzzer needs is built in another way.
TIME ?= 60
.PHONY: fuzz
fuzz: deps-build ## look for inputs that break a parser: TIME=60 seconds for each target, or for TARGET=yaml
	AETHEREDGE_FUZZ=1 $(SWIFT_BUILD) --scratch-path $(BUILD)/fuzz --product Fuzz
	@found=; for target in $(or $(TARGET),$(notdir $(wildcard Tests/Fuzz/Corpus/*))); do \
	  work=$(BUILD)/fuzz/work/$$target; mkdir -p $$work/corpus $$work/found; echo "$$target: $(TIME) s"; \
	  SWIFT_BACKTRACE=enable=no FUZZ_TARGET=$$target $(BUILD)/fuzz/debug/Fuzz -max_total_time=$(TIME) -timeout=20 -rss_limit_mb=2048 -max_len=4096 \
	    -print_final_stats=1 -verbosity=0 -artifact_prefix=$$work/found/ $$work/corpus Tests/Fuzz/Corpus/$$target \
	  || { found="$$found $$target"; echo "fuzz: '$$target' found something; its input is in $$work/found, run it again with" \
	    "FUZZ_TARGET=$$target $(BUILD)/fuzz/debug/Fuzz FILE" >&2; }; done; \
	  if test -n "$$found"; then echo "fuzz: findings in:$$found" >&2; exit 1; fi

.PHONY: differential
differential: build ## generated policies in aetherctl and in regopy: SEEDS=1..60, by what is not explained
	$(REGOPY)
	$(TOOLS)/regopy/bin/python Tests/Differential/differential $(if $(filter file,$(origin SEEDS)),1..60,$(SEEDS))

# The policies are measured beside rego-cpp, whose Python package stands in an environment of its own.
.PHONY: bench
bench: build ## the budgets of DESIGN 10 beside their limits in C, and policies beside regopy
	$(SWIFT_BUILD) -c release --static-swift-stdlib --product policybench
	$(REGOPY)
	Tests/Benchmarks/bench

.PHONY: install
install: build install-staged ## install below DESTDIR with PREFIX (/usr for a host)

.PHONY: install-staged
install-staged:
	install -D -s -m 0755 $(RELEASE)/aetheredged $(DESTDIR)$(sbindir)/aetheredged
	install -D -s -m 0755 $(RELEASE)/aetherctl $(DESTDIR)$(bindir)/aetherctl
	install -d $(DESTDIR)$(unitdir)
	sed 's#/usr/sbin/aetheredged#$(sbindir)/aetheredged#' systemd/aetheredged.service > $(DESTDIR)$(unitdir)/aetheredged.service
	install -m 0644 systemd/aetheredged.socket $(DESTDIR)$(unitdir)/aetheredged.socket
	install -D -m 0644 systemd/sysusers.d/aetheredge.conf $(DESTDIR)$(libdir)/sysusers.d/aetheredge.conf
	install -D -m 0644 systemd/tmpfiles.d/aetheredge.conf $(DESTDIR)$(libdir)/tmpfiles.d/aetheredge.conf
	install -D -m 0644 systemd/preset/90-aetheredge.preset $(DESTDIR)$(libdir)/systemd/system-preset/90-aetheredge.preset
	install -D -m 0644 systemd/catalog/aetheredge.catalog $(DESTDIR)$(libdir)/systemd/catalog/aetheredge.catalog
	install -D -m 0644 etc/aetheredge/aetheredge.yaml $(DESTDIR)$(sysconfdir)/aetheredge/aetheredge.yaml
	install -d $(DESTDIR)$(sysconfdir)/aetheredge/conf.d
	install -d $(DESTDIR)$(PREFIX)/share/doc/aetheredge
	cp -r etc/example-site $(DESTDIR)$(PREFIX)/share/doc/aetheredge/
	install -D -m 0644 Docs/man/aetherctl.1 $(DESTDIR)$(PREFIX)/share/man/man1/aetherctl.1
	install -D -m 0644 Docs/man/aetheredged.8 $(DESTDIR)$(PREFIX)/share/man/man8/aetheredged.8
	install -D -m 0644 Docs/man/aetheredge.yaml.5 $(DESTDIR)$(PREFIX)/share/man/man5/aetheredge.yaml.5
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/vendor-completions $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	$(RELEASE)/aetherctl completion bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/aetherctl
	$(RELEASE)/aetherctl completion zsh > $(DESTDIR)$(PREFIX)/share/zsh/vendor-completions/_aetherctl
	$(RELEASE)/aetherctl completion fish > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/aetherctl.fish
