# SPDX-License-Identifier: Apache-2.0
# The front door; meson does the work. Each target installs the Debian packages that it needs and that are missing.
BUILD ?= build
PREFIX ?= /usr/local

.PHONY: all demo demo-down test bench docs install tidy format clean

all:
	@tools/packages build
	@test -e $(BUILD)/build.ninja || meson setup $(BUILD) --prefix=$(PREFIX) -Dtests=$$(pkg-config --exists cmocka && echo true || echo false) >/dev/null
	@ninja -C $(BUILD) $(if $(V),-v) sedge

# A three-tier application from a TOSCA template, running in containers on this machine.
demo: all
	@tools/packages run
	@tools/demo up $(BUILD)/sedge

demo-down:
	@tools/demo down $(BUILD)/sedge

# Unit tests, the same with sanitizers, fuzz corpora, and the real program against real clients and servers.
test:
	@tools/packages build run test
	@tools/run-tests $(BUILD)

# Speed and memory beside what one would use instead; the results belong into docs/benchmarks.md.
bench: all
	@tools/packages run test bench
	@/usr/bin/python3 tests/bench/run.py --sedge $(BUILD)/sedge
	@/usr/bin/python3 tests/bench/templates.py --sedge $(BUILD)/sedge

# Documentation that is made from the code.
docs: all
	@ninja -C $(BUILD) --quiet tools/error_pages tools/function_page tools/support_page
	@mkdir -p docs/errors && rm -f docs/errors/*.md
	@$(BUILD)/tools/error_pages docs/errors
	@$(BUILD)/tools/function_page > docs/tosca-functions.md
	@$(BUILD)/tools/support_page tools/support_remarks.yaml profiles > docs/tosca-support.md

install: all
	@meson install -C $(BUILD) --no-rebuild

# libFuzzer on one target: make fuzz-yaml FUZZ_SECONDS=60
FUZZ_SECONDS ?= 600
fuzz-%:
	@tools/packages build test
	@command -v clang >/dev/null && ls /usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a >/dev/null 2>&1 || DEBIAN_FRONTEND=noninteractive apt-get install -qq -y clang libclang-rt-14-dev
	@test -e $(BUILD)-fuzz/build.ninja || CC=clang meson setup $(BUILD)-fuzz -Dfuzz=true -Db_lundef=false >/dev/null
	@ninja -C $(BUILD)-fuzz --quiet tests/fuzz/fuzz_$*
	@mkdir -p $(BUILD)-fuzz/found/$*
	@$(BUILD)-fuzz/tests/fuzz/fuzz_$* -max_total_time=$(FUZZ_SECONDS) -rss_limit_mb=4096 -artifact_prefix=$(BUILD)-fuzz/found/ $(BUILD)-fuzz/found/$* tests/fuzz/corpus/$*

tidy:
	@tools/packages build test
	@command -v clang-tidy >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get install -qq -y clang-tidy
	@meson setup $(BUILD)-tidy >/dev/null 2>&1 || true
	@ninja -C $(BUILD)-tidy >/dev/null
	@clang-tidy -quiet -p $(BUILD)-tidy $$(git ls-files 'src/*.c' | grep -v sedge_init.c)

format:
	@clang-format -i $$(git ls-files 'src/*.[ch]' 'tests/*.[ch]')

clean:
	rm -rf $(BUILD) $(BUILD)-san $(BUILD)-tidy $(BUILD)-fuzz
