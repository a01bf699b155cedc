# Everything a developer does, one word each. `make test` needs nothing but a
# Debian machine with Go: it installs what the tests use.

GO ?= go
GOLANGCI_LINT_VERSION := v2.15.0
DEBIAN_PACKAGES := tshark

.PHONY: build test setup lint bench fuzz clean

build:
	$(GO) build -o bin/packetwalk ./cmd/packetwalk

# The tests, once with the race detector where programs and goroutines meet.
test: setup
	$(GO) vet ./...
	$(GO) test ./...
	$(GO) test -race ./sim/... ./realtime/... ./host/...

# What the tests use beyond Go. Already there: nothing happens. Not to be had
# (no root, no Debian): the tests that need it skip, except in CI.
setup:
	@if ! command -v tshark >/dev/null 2>&1; then \
		if command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ]; then \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $(DEBIAN_PACKAGES) >/dev/null; \
		else \
			echo "make: tshark is not installed (Debian: apt-get install $(DEBIAN_PACKAGES)); its tests will skip" >&2; \
		fi; \
	fi

lint:
	$(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION) run ./...

# Benchmarks of the pieces, then one bulk transfer through the whole house.
bench: build
	$(GO) test -run '^$$' -bench . -benchmem ./...
	bin/packetwalk bench bulk --bytes 200MB --rate 100mbit --delay 10ms --loss 1%

# Every fuzz target for FUZZTIME each.
FUZZTIME ?= 30s
fuzz:
	@for pkg in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$pkg || exit 1; \
		done; \
	done

clean:
	rm -rf bin
