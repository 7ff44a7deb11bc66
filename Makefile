# Shikra: a native Jupyter kernel for threat hunting.
# `make` prints the targets. Sources are globbed: adding a file needs no edit.

SHELL   := /bin/bash
PREFIX  ?= /usr/local
BUILD   ?= build
CC      := $(if $(filter default,$(origin CC)),gcc,$(CC))
CLANG   ?= clang
PYTHON  ?= /usr/bin/python3
# Time for each fuzz target, and where the benchmark's data sizes start.
FUZZ_SECONDS ?= 20
EVENTS       ?= 100000

# All processors, unless the caller said otherwise.
ifeq (,$(filter -j% --jobs%,$(MAKEFLAGS)))
MAKEFLAGS += -j$(shell nproc)
endif

VERSION := $(shell sed -n 's/^\#\# \([0-9][0-9.]*\).*/\1/p' CHANGELOG.md | head -1)
PKGS     = libzmq libsodium jansson libarchive libcurl yaml-0.1 libzstd zlib \
           libpsl libcrypto libpq
# Asked once, when the first recipe needs it: by then `deps` has run.
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS)))$(PKG_CFLAGS)
PKG_LIBS   = $(eval PKG_LIBS := $(shell pkg-config --libs $(PKGS)))$(PKG_LIBS)

WARN     = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion \
           -Wundef -Wwrite-strings -Wvla -Wstrict-prototypes \
           -Wmissing-prototypes -Wredundant-decls -Wformat=2 -Werror
HARDEN   = -fstack-protector-strong -fPIE
DEFINES  = -D_GNU_SOURCE -Ilang -I. -include lang/base/banned.h \
           -DSHIKRA_VERSION='"$(or $(VERSION),0.0.0)"'
CFLAGS  ?= -O2 -g -D_FORTIFY_SOURCE=2
LDLIBS   = $(PKG_LIBS) -ldl -lm -lpthread
LDFLAGS += -pie -Wl,-z,relro,-z,now -Wl,--as-needed

# A flavour is a compiler, its flags and a folder: build/FLAVOUR/….
SAN          = -fsanitize=address,undefined -fno-sanitize-recover=all \
               -fno-omit-frame-pointer
# gcc sees null pointers and wild sizes in the branches that the checks insert.
SAN_WARN     = $(if $(findstring clang,$(CC)),,-Wno-format-truncation \
               -Wno-format-overflow -Wno-nonnull -Wno-maybe-uninitialized \
               -Wno-stringop-overflow)
CC_rel       = $(CC)
FLAGS_rel    = $(CFLAGS)
CC_asan      = $(CC)
FLAGS_asan   = -O1 -g $(SAN) $(SAN_WARN)
CC_tsan      = $(CC)
FLAGS_tsan   = -O1 -g -fsanitize=thread $(SAN_WARN)
CC_fuzz      = $(CLANG)
FLAGS_fuzz   = -O1 -g $(SAN) -fsanitize=fuzzer-no-link -Wno-string-concatenation
FLAVOURS     = rel asan tsan fuzz

LANG_SRC := $(wildcard lang/*.c lang/*/*.c)
LIB_SRC  := $(LANG_SRC) $(wildcard providers/*.c providers/*/*.c render/*.c \
            render/*/*.c) $(filter-out kernel/main.c,$(wildcard kernel/*.c))
UNIT     := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/t_*.c))
FUZZ     := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
BENCH    := $(patsubst tests/bench/%.c,%,$(wildcard tests/bench/b_*.c))
VERSION_SRC := $(shell grep -ls SHIKRA_VERSION $(LIB_SRC) kernel/main.c)

DEPS        = $(BUILD)/deps
DUCKDB      = $(BUILD)/lib/libduckdb.so
LINK        = $(CC_$(1)) $(LDFLAGS) $(FLAGS_$(1)) -o

# One short line a step; make V=1 prints the commands.
SAY = @$(if $(V),set -x;,echo "$(1)  $@";)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: help deps all demo test unit run conformance golden corpus lab opensearch lint layers \
        format tidy asan tsan fuzz bench bench-opensearch bench-drivers compdb install docs hooks clean distclean

help: ## this list
	@awk -F':.*## ' '/^[a-z][a-z-]*:.*## /{printf "  make %-16s %s\n", $$1, $$2}' Makefile

# ---- what is needed from outside: small steps, each only when asked for ----

deps: $(DEPS)/build $(DEPS)/jupyter $(DEPS)/check $(DEPS)/bench $(DEPS)/oidc $(DUCKDB) ## install all that is missing (Debian 12)

$(DEPS)/%: .ci/deps.sh
	@mkdir -p $(@D)
	@BUILD=$(BUILD) .ci/deps.sh $*
	@touch $@

$(DUCKDB): | $(DEPS)/build
	@BUILD=$(BUILD) .ci/deps.sh duckdb

# ---- building ----

all: $(BUILD)/shikra ## build the program (build/shikra)

$(BUILD)/shikra: $(BUILD)/rel/shikra
	@cp -f $< $@.new && mv -f $@.new $@

define flavour
$(BUILD)/$(1)/%.o: %.c Makefile | $(DEPS)/build
	@mkdir -p $$(@D)
	$$(call SAY,cc) $$(CC_$(1)) -std=c11 -pthread $$(DEFINES) $$(PKG_CFLAGS) $$(WARN) $$(HARDEN) $$(FLAGS_$(1)) -MMD -MP -c -o $$@ $$<

$(BUILD)/$(1)/libshikra.a: $(LIB_SRC:%.c=$(BUILD)/$(1)/%.o)
	@rm -f $$@
	@ar rcs $$@ $$^

# All objects, not the library: two functions of one name must not go unseen.
$(BUILD)/$(1)/shikra: $(BUILD)/$(1)/kernel/main.o $(LIB_SRC:%.c=$(BUILD)/$(1)/%.o) | $(DUCKDB)
	$$(call SAY,ld) $$(call LINK,$(1)) $$@ $$^ $$(LDLIBS)

# The runner of .test files.
$(BUILD)/$(1)/run: $(patsubst %.c,$(BUILD)/$(1)/%.o,$(wildcard tests/run*.c)) $(BUILD)/$(1)/libshikra.a | $(DUCKDB)
	$$(call SAY,ld) $$(call LINK,$(1)) $$@ $$^ $$(LDLIBS)

# Pages for the browser test.
$(BUILD)/$(1)/render_pages: $(BUILD)/$(1)/tests/render/render_pages.o $(BUILD)/$(1)/libshikra.a
	$$(call SAY,ld) $$(call LINK,$(1)) $$@ $$^ $$(LDLIBS)

# One program for each tests/unit/t_NAME.c; it pulls in what it names.
$(BUILD)/$(1)/unit/%: $(BUILD)/$(1)/tests/unit/%.o $(BUILD)/$(1)/libshikra.a | $(DUCKDB)
	@mkdir -p $$(@D)
	$$(call SAY,ld) $$(call LINK,$(1)) $$@ $$^ $$(LDLIBS)

# Fuzz targets without libFuzzer: they read the files they are given.
$(BUILD)/$(1)/replay/%: $(BUILD)/$(1)/tests/fuzz/%.o $(BUILD)/$(1)/tests/fuzz/replay.o $(BUILD)/$(1)/libshikra.a | $(DUCKDB)
	@mkdir -p $$(@D)
	$$(call SAY,ld) $$(call LINK,$(1)) $$@ $$^ $$(LDLIBS)

$(VERSION_SRC:%.c=$(BUILD)/$(1)/%.o): CHANGELOG.md
$(BUILD)/$(1)/kernel/assets.o: $(wildcard kernelspec/*.*)
$(BUILD)/$(1)/providers/queries/embedded.o: \
    $(wildcard providers/queries/packs/*.yaml)
endef
$(foreach f,$(FLAVOURS),$(eval $(call flavour,$(f))))

$(BUILD)/fuzz/bin/%: $(BUILD)/fuzz/tests/fuzz/%.o $(BUILD)/fuzz/libshikra.a | $(DUCKDB)
	@mkdir -p $(@D)
	$(call SAY,ld) $(CLANG) $(LDFLAGS) $(FLAGS_fuzz) -fsanitize=fuzzer -o $@ $^ $(LDLIBS)

$(BUILD)/rel/bench/%: $(BUILD)/rel/tests/bench/%.o $(BUILD)/rel/libshikra.a | $(DUCKDB)
	@mkdir -p $(@D)
	$(call SAY,ld) $(call LINK,rel) $@ $^ $(LDLIBS)

# The generator of the example intrusion; it uses nothing of the program.
$(BUILD)/intrusion: $(BUILD)/rel/notebooks/tools/intrusion.o
	$(call SAY,ld) $(call LINK,rel) $@ $^ $(LDLIBS)

asan: $(BUILD)/asan/shikra ## the program with address and undefined-behaviour checks

# ---- the demonstration ----

# A published attack recording for the last part of the tour, if one is near.
RECORDING := $(firstword $(abspath $(wildcard ../shared/data/security-datasets/*wmic*.zip)))
demo: all $(BUILD)/intrusion $(DEPS)/jupyter ## install for this user, make data, run the tour
	$(BUILD)/shikra install --user
	@rm -rf $(BUILD)/demo
	$(BUILD)/intrusion --out $(BUILD)/demo
	$(if $(RECORDING),SHIKRA_PARAM_recording=$(RECORDING) )$(PYTHON) -m nbconvert --log-level=WARN --to html --execute \
	    --ExecutePreprocessor.timeout=300 --output-dir $(BUILD) \
	    --output tour.html notebooks/tour.ipynb
	@echo
	@echo "The tour ran; look at  $(abspath $(BUILD))/tour.html"
	@echo "Try it yourself:       jupyter notebook notebooks/tour.ipynb"
	@echo "Without a notebook:    $(BUILD)/shikra run -e 'print \"hello\"'"

install: all ## install for everyone: make install PREFIX=/usr/local
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/shikra
	install -m 755 $(BUILD)/shikra $(DESTDIR)$(PREFIX)/bin/shikra
	install -m 644 $(DUCKDB) $(DESTDIR)$(PREFIX)/lib/shikra/libduckdb.so
	$(DESTDIR)$(PREFIX)/bin/shikra install --prefix $(DESTDIR)$(PREFIX)

# ---- tests: make test T=ops/take runs what matches, UPDATE=1 rewrites ----

TEST_BIN = $(BUILD)/asan/run $(BUILD)/asan/shikra $(BUILD)/shikra \
           $(BUILD)/intrusion $(if $(wildcard tests/render/render_pages.c),$(BUILD)/rel/render_pages)
test: $(TEST_BIN) $(UNIT:%=$(BUILD)/asan/unit/%) $(FUZZ:%=$(BUILD)/asan/replay/%) $(DEPS)/jupyter $(DEPS)/check $(DEPS)/oidc ## everything; ends with N passed, N failed
	@BUILD=$(BUILD) tests/all.sh

unit: $(UNIT:%=$(BUILD)/asan/unit/%) ## unit tests only
	@BUILD=$(BUILD) tests/all.sh unit

run: $(BUILD)/asan/run ## .test files, examples and documentation only
	@BUILD=$(BUILD) tests/all.sh run

conformance: $(BUILD)/shikra ## published KQL cases (CASES=file.jsonl)
	@$(PYTHON) tests/conformance.py --shikra $(BUILD)/shikra \
	    --known tests/conformance-known.tsv $(if $(CASES),$(CASES)) $(ARGS)

golden: $(BUILD)/shikra ## analytics against recorded outputs (ARGS=name for one)
	@SHIKRA_RELEASE=$(BUILD)/shikra $(PYTHON) tests/golden/suite_golden.py $(ARGS)

corpus: $(BUILD)/shikra ## how much of your rules runs (DIR=folder ARGS=--list)
	@$(PYTHON) tests/corpus.py --shikra $(BUILD)/shikra $(ARGS) \
	    $(or $(DIR),$(error say which folder: make corpus DIR=path))

lab: $(BUILD)/shikra $(BUILD)/intrusion | $(DEPS)/check ## the tour in JupyterLab 4 and Notebook 7 (ARGS=check for one)
	@BUILD=$(BUILD) PYTHON=$(PYTHON) tests/lab/run.sh $(ARGS); s=$$?; \
	    [ $$s -ne 77 ] || echo "lab: skipped"; [ $$s -eq 0 -o $$s -eq 77 ]

OPENSEARCH_LIB = $(abspath $(BUILD))/deps/opensearch
$(BUILD)/deps/opensearch: tests/providers/opensearch/pom.xml
	@mvn -q -B -f $< dependency:copy-dependencies -DoutputDirectory=$(abspath $@) && touch $@

opensearch: $(BUILD)/shikra ## pipelines against a real OpenSearch node (wants Java and Maven)
	@if ! command -v mvn > /dev/null || ! command -v java > /dev/null || ! $(MAKE) -s $(BUILD)/deps/opensearch; then \
	    echo "opensearch: skipped, no Java, no Maven or no libraries"; exit 0; fi; \
	    SHIKRA=$(BUILD)/shikra SHIKRA_DUCKDB=$${SHIKRA_DUCKDB:-$(BUILD)/lib/libduckdb.so} \
	    OPENSEARCH_LIB=$(OPENSEARCH_LIB) $(PYTHON) tests/providers/suite_opensearch.py

lint: ## house rules that a script can check
	@tests/lint.sh

layers: ## who may include whom
	@tests/layers.sh

format: | $(DEPS)/check ## lay out lines wider than 80 columns (FILES=… for some)
	@tests/format.sh $(FILES)

tidy: compdb | $(DEPS)/check ## clang-tidy (slow; FILES=… for some)
	clang-tidy --quiet -p . $(or $(FILES),$(LIB_SRC) kernel/main.c)

tsan: $(BUILD)/tsan/shikra $(UNIT:%=$(BUILD)/tsan/unit/%) | $(DEPS)/jupyter ## unit tests and a busy kernel under the thread checker
	@for t in $(UNIT:%=$(BUILD)/tsan/unit/%); do \
	    SHIKRA_DUCKDB=$(abspath $(DUCKDB)) \
	    TSAN_OPTIONS="suppressions=tests/tsan.supp halt_on_error=1" $$t || exit 1; done
	@SHIKRA_DUCKDB=$(abspath $(DUCKDB)) $(PYTHON) tests/protocol/load_threads.py $(BUILD)/tsan/shikra

fuzz: $(FUZZ:%=$(BUILD)/fuzz/bin/%) | $(DEPS)/check ## every fuzz target for FUZZ_SECONDS
	@BUILD=$(BUILD) FUZZ_SECONDS=$(FUZZ_SECONDS) tests/fuzz/run.sh $(FUZZ)

bench: $(BUILD)/shikra $(BUILD)/intrusion $(BENCH:%=$(BUILD)/rel/bench/%) $(DEPS)/bench ## times side by side with other tools (EVENTS=n)
	@BUILD=$(BUILD) EVENTS=$(EVENTS) PYTHON=$(PYTHON) tests/bench/run.sh

# ROWS=n, ROUNDS=n; PostgreSQL and ClickHouse are part of `make bench`.
bench-opensearch: $(BUILD)/shikra $(DEPS)/bench ## a million rows from a real OpenSearch node (wants Java and Maven)
	@if ! command -v mvn > /dev/null || ! command -v java > /dev/null || ! $(MAKE) -s $(BUILD)/deps/opensearch; then \
	    echo "bench-opensearch: skipped, no Java, no Maven or no libraries"; exit 0; fi; \
	    BUILD=$(BUILD) OPENSEARCH_LIB=$(OPENSEARCH_LIB) $(PYTHON) tests/bench/b_providers.py opensearch

bench-drivers: $(BUILD)/shikra $(DEPS)/bench ## services beside the newest Python drivers (PyPI)
	@if ! BUILD=$(BUILD) .ci/deps.sh drivers; then \
	    echo "bench-drivers: skipped, PyPI does not answer"; exit 0; fi; \
	    BUILD=$(BUILD) OPENSEARCH_LIB=$(OPENSEARCH_LIB) MORE=$(abspath $(BUILD))/deps/python-drivers/bin/python \
	    $(PYTHON) tests/bench/b_providers.py postgresql clickhouse opensearch

# ---- for people who change the program ----

compdb: ## compile_commands.json for editors and clang-tidy
	@tests/compdb.sh '$(subst ','\'',$(CC) -std=c11 $(DEFINES) $(PKG_CFLAGS) $(WARN))' \
	    $(LIB_SRC) $(wildcard kernel/main.c tests/*.c tests/unit/*.c tests/fuzz/*.c) \
	    > compile_commands.json

docs: $(BUILD)/shikra ## rewrite the generated pages of docs/reference/
	@SHIKRA=$(BUILD)/shikra docs/generate.sh

hooks: ## check staged files before each commit
	@ln -sf ../../.ci/pre-commit "$$(git rev-parse --git-dir)/hooks/pre-commit"

clean: ## forget what was built, keep what was installed
	rm -rf $(addprefix $(BUILD)/,$(FLAVOURS) shikra intrusion demo tour.html)

distclean: clean ## forget everything
	rm -rf $(BUILD)

-include $(wildcard $(addsuffix /*.d,$(foreach f,$(FLAVOURS),$(addprefix $(BUILD)/$(f)/,\
    lang lang/* providers providers/* render render/* kernel tests tests/*  notebooks/*))))
