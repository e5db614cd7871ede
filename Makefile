# One Makefile; `make help` lists the targets. Debian 12 with a Swift toolchain; what else is needed, `make deps` installs.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PREFIX ?= /usr/local
DESTDIR ?=
SEEDS ?= 1..40
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
PACKAGES_BUILD := libsystemd-dev libcurl4-openssl-dev libsqlite3-dev zlib1g-dev pkg-config git
PACKAGES_TEST := mmdebstrap systemd-container systemd dbus e2fsprogs acl attr openssl openssh-client gnupg prometheus shellcheck python3
.PHONY: deps
deps: ## install the Debian packages that building and testing need
	@missing=""; for p in $(PACKAGES_BUILD) $(PACKAGES_TEST); do \
	  dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" != 0 ]; then echo "missing Debian packages:$$missing; run: sudo make deps" >&2; exit 1; fi; \
	  apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; fi

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
