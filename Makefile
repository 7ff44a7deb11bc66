# Shikra: a native Jupyter kernel for threat hunting.
# `make` prints the targets. Sources are globbed: adding a file needs no edit.

PREFIX ?= /usr/local
CC     ?= gcc
CLANG  ?= clang
BUILD  ?= build
VERSION := $(shell sed -n 's/^\#\# \([0-9][0-9.]*\).*/\1/p' CHANGELOG.md 2>/dev/null | head -1)

PKGS     = libzmq libsodium jansson libarchive
WARN     = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion \
           -Wundef -Wwrite-strings -Wvla -Wstrict-prototypes \
           -Wmissing-prototypes -Wredundant-decls -Wformat=2 -Werror
HARDEN   = -fstack-protector-strong -fPIE
CPPFLAGS += -D_GNU_SOURCE -Ilang -I. -include lang/base/banned.h \
            -DSHIKRA_VERSION='"$(or $(VERSION),0.0.0)"' $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
CFLAGS   ?= -O2 -g
ALL_CFLAGS = -std=c11 -pthread $(WARN) $(HARDEN) $(CFLAGS)
LDLIBS   = $(shell pkg-config --libs $(PKGS) 2>/dev/null) -ldl -lm -lpthread
LDFLAGS  += -pie -Wl,-z,relro,-z,now -Wl,--as-needed
SAN      = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

LANG_SRC := $(wildcard lang/*.c lang/*/*.c)
LIB_SRC  := $(LANG_SRC) $(wildcard providers/*.c providers/*/*.c render/*.c render/*/*.c) \
            $(filter-out kernel/main.c,$(wildcard kernel/*.c))
DEFS     := $(wildcard lang/*/*.def render/*.def providers/*.def kernel/*.def)

objs = $(patsubst %.c,$(BUILD)/$(1)/%.o,$(2))

.PHONY: help all
help: ## this list
	@awk -F':.*## ' '/^[a-z][a-z-]*:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

all: $(BUILD)/shikra ## build the program

$(BUILD)/shikra: $(call objs,rel,$(LIB_SRC) kernel/main.c)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/asan/shikra: $(call objs,asan,$(LIB_SRC) kernel/main.c)
	$(CC) $(LDFLAGS) $(SAN) -o $@ $^ $(LDLIBS)

$(BUILD)/rel/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/asan/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -O1 $(SAN) -MMD -MP -c -o $@ $<

# Unit tests: one program per tests/unit/t_NAME.c, linked with all of ours.
UNIT_SRC := $(wildcard tests/unit/t_*.c)
UNIT     := $(patsubst tests/unit/%.c,$(BUILD)/asan/unit/%,$(UNIT_SRC))
$(BUILD)/asan/unit/%: $(BUILD)/asan/tests/unit/%.o $(call objs,asan,$(LIB_SRC))
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $(SAN) -o $@ $^ $(LDLIBS)

unit: $(UNIT) ## unit tests only
	@for t in $(UNIT); do $$t || exit 1; done

clean: ## forget what was built
	rm -rf $(BUILD)/rel $(BUILD)/asan $(BUILD)/shikra

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
