# One GNU Makefile for everything; `make help` lists what it can do.
#
# Objects never land in the source tree but in $(B)/FLAVOUR:
#   make                          build/release/trueup
#   make SAN=address,undefined    build/san-address-undefined/trueup
#   make HOOKS=1                  build/hooks/trueup, with crash points
#   make COVERAGE=1               build/coverage/trueup
#   make CC=clang                 build/release-clang/trueup
# Also: WERROR=1, V=1 (show commands), JOBS=n, CFLAGS= and LDFLAGS= (added
# last); for check: T="name parts", LIMIT=seconds, VALGRIND=1, KEEP=1.
# Files are found by wildcard, so a tree with missing folders still builds.

# --- Debian packages, the only list of them -------------------------------
DEPS_BUILD := gcc libc6-dev make pkg-config libcurl4-openssl-dev \
	libjansson-dev liblmdb-dev libconfig-dev libmicrohttpd-dev libssl-dev \
	ca-certificates
DEPS_CHECK := libcmocka-dev jq curl procps
DEPS_LINT  := libcmocka-dev clang clang-format clang-tidy cppcheck \
	shellcheck mandoc
DEPS_FUZZ  := clang libclang-rt-dev
DEPS_BENCH := jq curl wrk nginx redis-server beanstalkd

# What the goals of this run need. `make deps` fetches all that the everyday
# goals need; naming a goal fetches only its own.
goals   := $(or $(MAKECMDGOALS),all)
want     = $(if $(filter $(1),$(goals)),$(2))
NEED    := $(sort $(DEPS_BUILD) \
	$(call want,deps demo check month bench,$(DEPS_CHECK)) \
	$(call want,deps lint,$(DEPS_LINT)) \
	$(call want,fuzz,$(DEPS_FUZZ)) \
	$(call want,bench bench-deps,$(DEPS_BENCH)) \
	$(if $(VALGRIND),valgrind) $(if $(findstring clang,$(CC)),$(DEPS_FUZZ)))
AUTODEPS := $(call want,deps demo check month lint fuzz bench bench-deps,deps)

# --- Flavours -------------------------------------------------------------
JOBS    := $(shell nproc 2>/dev/null || echo 1)
# Most tests wait most of the time.
CHECKS  := $(shell echo $$((2 * $(JOBS))))
MAKEFLAGS += -rR $(if $(filter 0,$(MAKELEVEL)),-j$(JOBS))
ifneq ($(filter default undefined,$(origin CC)),)
CC := gcc
endif
AR      := ar
LD      := ld
OBJCOPY := objcopy
B       := build
LIMIT   := 600
PREFIX  := /usr/local
BINDIR  := $(PREFIX)/bin
LIBDIR  := $(PREFIX)/lib
INCLUDEDIR := $(PREFIX)/include
MANDIR  := $(PREFIX)/share/man
DOCDIR  := $(PREFIX)/share/doc/trueup
WERROR  := $(if $(CI),1)
Q       := $(if $(V),,@)
comma   := ,
empty   :=
space   := $(empty) $(empty)
flavour  = $(subst $(space),-,$(strip $(or $(strip \
	$(if $(SAN),san-$(subst $(comma),-,$(SAN))) $(if $(FUZZ),fuzz) \
	$(if $(COVERAGE),coverage) $(1)),release) \
	$(if $(findstring clang,$(CC)),clang)))
O       := $(B)/$(call flavour,$(if $(HOOKS),hooks))
HOOKED  := $(B)/$(call flavour,hooks)

VERSION := $(or $(shell awk '/^\#\# \[[0-9]/ { gsub(/[][]/, "", $$2); \
	print $$2 dev; exit } /^[-*] / { dev = "+dev" }' CHANGELOG.md \
	2>/dev/null),0.1.0-dev)

# --- Flags ----------------------------------------------------------------
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wmissing-prototypes \
	-Wstrict-prototypes -Wvla -Wcast-qual -Wformat=2 -Wundef -fno-common \
	$(if $(filter 1,$(WERROR)),-Werror)
LANGUAGE := -std=c11 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -I. -pthread \
	-DTRUEUP_VERSION='"$(VERSION)"' $(if $(HOOKS),-DTRUEUP_TEST_HOOKS)

san := $(SAN)$(if $(FUZZ),address$(comma)undefined)
ifneq ($(san),)
MODE := -O1 -g -fno-omit-frame-pointer -fsanitize=$(san) \
	-fno-sanitize-recover=all $(if $(FUZZ),-fsanitize=fuzzer-no-link)
else ifneq ($(COVERAGE),)
MODE := -O0 -g --coverage
else
MODE := -O2 -g -fstack-protector-strong \
	$(if $(filter -O0,$(CFLAGS)),,-D_FORTIFY_SOURCE=2)
endif

# pkg-config is asked when a recipe first needs it and once only: on a fresh
# machine the `deps` of the same run has installed it by then.
PKGS     := libcurl jansson libconfig libmicrohttpd libcrypto
once      = $(eval $(1) := $(2))$($(1))
PKG_CFLAGS = $(call once,PKG_CFLAGS,$(shell pkg-config --cflags $(PKGS) \
	2>/dev/null))
PKG_LIBS   = $(call once,PKG_LIBS,$(shell pkg-config --libs $(PKGS); \
	pkg-config --libs lmdb 2>/dev/null || echo -llmdb))
PKG_TEST   = $(call once,PKG_TEST,$(shell pkg-config --libs cmocka))
COMPILE    = $(LANGUAGE) $(WARNINGS) $(MODE) -fPIE $(PKG_CFLAGS) \
	$(CPPFLAGS) $(CFLAGS)
# The same for libtrueup, which shows nothing but what its map names.
COMPILE_PIC = $(subst -fPIE,-fPIC -fvisibility=hidden -ffunction-sections \
	-fdata-sections,$(COMPILE))
PIC_PKGS   := jansson libconfig
PIC_LIBS    = $(call once,PIC_LIBS,$(shell pkg-config --libs $(PIC_PKGS); \
	pkg-config --libs lmdb 2>/dev/null || echo -llmdb))
LINK       = $(MODE) -pthread -pie -Wl,-z,relro,-z,now,--as-needed $(LDFLAGS)

# --- Files ----------------------------------------------------------------
LIB_SRC  := $(wildcard $(addprefix reconciler/,$(addsuffix /*.c,base core \
	io cmd)) clients/*.c cache/*.c)
MAIN_SRC := $(wildcard reconciler/main.c)
# Of libtrueup: itself, and what it may take in. It verifies no notification:
# without signature.c it needs no libcrypto.
API_SRC  := $(wildcard reconciler/lib/*.c)
PIC_SRC  := $(API_SRC) $(filter-out reconciler/core/signature.c, \
	$(filter reconciler/base/% reconciler/core/% clients/% cache/%, \
	$(LIB_SRC))) $(wildcard $(addprefix reconciler/io/,balance.c listen.c \
	quantities.c query.c wire*.c) $(addprefix reconciler/cmd/,on_change.c \
	provider.c settings.c url.c words.c))
APP_SRC  := $(wildcard tests/lib/*.c)
FAKE_SRC := $(wildcard tests/fake/*.c)
TEST_SRC := $(wildcard tests/unit/*.c tests/contract/*.c)
FUZZ_SRC := $(filter-out %/replay.c,$(wildcard tests/fuzz/*.c))
BENCH_SRC := $(wildcard tests/bench/*.c)
ALL_SRC  := $(LIB_SRC) $(MAIN_SRC) $(FAKE_SRC) $(TEST_SRC) $(BENCH_SRC) \
	$(API_SRC) $(APP_SRC) $(wildcard tests/fuzz/*.c)
SCRIPTS  := $(wildcard tests/crash/[0-9]*.sh tests/flow/[0-9]*.sh \
	tests/lint/selftest*)
LINTS    := $(wildcard $(addprefix tests/lint/,format cppcheck tidy shell \
	manuals layers shape))
MANUALS  := $(wildcard etc/*.[13578])
EXAMPLES := $(filter-out $(MANUALS) %.sh,$(shell find etc -type f 2>/dev/null))

# What tests/contract/month.c is to the worker instead of what the archive has.
MONTH_SEAM := clock_wall_ms clock_mono_ms random_seed stop_requested \
	store_turn_begin fetch_open fetch_close fetch_start fetch_wait fetch_next

objects   = $(patsubst %.c,$(O)/%.o,$(1))
programs  = $(patsubst %.c,$(O)/%,$(1))
LIB      := $(O)/libinternal.a
BIN      := $(if $(MAIN_SRC),$(O)/trueup)
FAKE     := $(if $(FAKE_SRC),$(O)/tests/fake-provider)
TESTS    := $(call programs,$(TEST_SRC))
FUZZERS  := $(call programs,$(FUZZ_SRC))
BENCHES  := $(call programs,$(BENCH_SRC))
APPS     := $(call programs,$(APP_SRC))
# A build with crash points is for tests of the program only.
ifneq ($(API_SRC),)
SHARED   := $(if $(HOOKS),,$(O)/libtrueup.so)
STATIC   := $(if $(HOOKS),,$(O)/libtrueup.a)
endif

.PHONY: all demo check month lint fuzz bench deps bench-deps install uninstall \
	dist clean help test-programs fuzz-programs FORCE
.DELETE_ON_ERROR:
.SECONDARY:

all: $(BIN) $(SHARED) $(STATIC) $(B)/compile_commands.json ## build (the default)

# --- Compiling and linking ------------------------------------------------
say = $(if $(V),,@printf '  %-4s %s\n' $(1) $@)

# A stamp holds a command line; it changes, and its users rebuild, only when
# the command line does.
stamp = @mkdir -p $(@D); printf '%s\n' '$(subst ','\'',$(1))' >$@.new; \
	if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

$(O)/compile-flags: FORCE | $(AUTODEPS)
	@pkg-config --exists $(PKGS) 2>/dev/null && echo '#include <lmdb.h>' | \
	$(CC) $(CPPFLAGS) $(CFLAGS) -E - >/dev/null 2>&1 || { echo "The compiler or a library is missing: run 'make deps'" \
	"(Debian packages: $(DEPS_BUILD))" >&2; exit 1; }
	$(call stamp,$(CC) $(COMPILE) $(COMPILE_PIC))

$(O)/link-flags: FORCE $(O)/compile-flags
	$(call stamp,$(CC) $(LINK) $(PKG_LIBS) $(ALL_SRC) $(PIC_SRC))

$(O)/%.o: %.c $(O)/compile-flags
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(COMPILE) -MMD -MP -c -o $@ $<

$(LIB): $(call objects,$(LIB_SRC)) $(O)/link-flags
	$(call say,AR)
	$(Q)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)

# --- libtrueup ------------------------------------------------------------
# Its objects are a tree of their own. Those that it needs are put together to
# one, in which all but trueup_* is local: no name can clash with another's.
SONAME  := libtrueup.so.1
PIC_O   := $(patsubst %.c,$(O)/pic/%.o,$(PIC_SRC))
API_O   := $(patsubst %.c,$(O)/pic/%.o,$(API_SRC))
API_MAP := reconciler/lib/libtrueup.map

$(O)/pic/%.o: %.c $(O)/compile-flags
	$(call say,PIC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(COMPILE_PIC) -MMD -MP -c -o $@ $<

$(O)/pic/libtrueup.a: $(PIC_O) $(O)/link-flags
	$(Q)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)

$(SHARED): $(API_O) $(O)/pic/libtrueup.a $(API_MAP)
	$(call say,LD)
	$(Q)$(CC) $(patsubst -pie,-shared,$(LINK)) -Wl,-soname,$(SONAME) \
	-Wl,--version-script=$(API_MAP),--gc-sections $(if $(san),,-Wl$(comma)-z$(comma)defs) \
	-o $@ $(filter %.o %.a,$^) $(PIC_LIBS) && ln -sf $(@F) $(@D)/$(SONAME)

$(STATIC): $(API_O) $(O)/pic/libtrueup.a
	$(call say,AR)
	$(Q)$(LD) -r --gc-sections --gc-keep-exported \
	-o $(O)/pic/libtrueup.o $(filter %.o %.a,$^) && \
	$(OBJCOPY) --wildcard --keep-global-symbol='trueup_*' \
	$(O)/pic/libtrueup.o && rm -f $@ && \
	$(AR) rcs $@ $(O)/pic/libtrueup.o

$(BIN): $(call objects,$(MAIN_SRC))
$(FAKE): $(call objects,$(FAKE_SRC))
$(TESTS) $(BENCHES) $(FUZZERS) $(APPS): %: %.o
$(TESTS): private EXTRA = $(PKG_TEST)
$(O)/tests/contract/month: private EXTRA = $(PKG_TEST) \
	$(addprefix -Wl$(comma)--wrap=,$(MONTH_SEAM))
$(FUZZERS): $(if $(FUZZ),,$(O)/tests/fuzz/replay.o)
$(FUZZERS): private EXTRA = $(if $(FUZZ),-fsanitize=fuzzer)
# What measures the library asks the one that is installed; it fills the store
# as the worker does.
$(O)/tests/bench/check: $(SHARED)
$(O)/tests/bench/check: private FIRST = $(SHARED) -Wl,-rpath,$(abspath $(O))
$(BIN) $(FAKE) $(TESTS) $(BENCHES) $(FUZZERS): $(LIB) $(O)/link-flags
	$(call say,LD)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LINK) -o $@ $(filter %.o,$^) $(FIRST) $(LIB) $(PKG_LIBS) \
	$(EXTRA)

# Programs that ask through the library know nothing else.
$(APPS): $(SHARED) $(O)/link-flags
	$(call say,LD)
	$(Q)$(CC) $(LINK) -o $@ $(filter %.o,$^) $(SHARED) $(PIC_LIBS) \
	-Wl,-rpath,$(abspath $(O))

-include $(patsubst %.c,$(O)/%.d,$(ALL_SRC)) $(PIC_O:.o=.d)

# For clang-tidy and clangd.
json = $(subst ','\'',$(subst ",\",$(subst \,\\,$(1))))
$(B)/compile_commands.json: $(O)/compile-flags $(O)/link-flags
	@echo '[' >$@; sep=; for f in $(ALL_SRC); do \
	printf '%s{"directory": "%s", ' "$$sep" '$(CURDIR)'; \
	printf '"file": "%s", "command": "%s %s"}\n' "$$f" \
	'$(call json,$(CC) $(COMPILE) -c)' "$$f"; sep=,; done >>$@; echo ']' >>$@

# --- Proving it -----------------------------------------------------------
runner = SRC='$(CURDIR)' B='$(abspath $(B))' TESTBIN='$(abspath $(O)/tests)' \
	TRUEUP='$(abspath $(O)/trueup)' FAKE='$(abspath $(O)/tests/fake-provider)' \
	TRUEUP_HOOKS='$(abspath $(HOOKED)/trueup)' JOBS='$(JOBS)' \
	LIMIT='$(LIMIT)' VALGRIND='$(VALGRIND)' KEEP='$(KEEP)' \
	BUILT='B=$(abspath $(B)) SAN=$(SAN) CC=$(CC) COVERAGE=$(COVERAGE)'

# What git does not know before anything is built: a build or a test that adds
# to it has left dirt in the tree.
UNTRACKED := $(subst ','\'',$(call want,check,$(shell \
	git ls-files --others --exclude-standard 2>/dev/null)))

test-programs: $(BIN) $(FAKE) $(TESTS) $(FUZZERS) $(BENCHES) $(APPS) \
	$(SHARED) $(STATIC) $(if $(BIN),$(HOOKED)/trueup)

ifeq ($(HOOKS),)
$(HOOKED)/trueup: FORCE | $(O)/compile-flags
	$(Q)+$(MAKE) --no-print-directory HOOKS=1 $@
endif

check: test-programs | deps $(call want,lint,lint) ## run all tests
	@$(runner) JOBS='$(CHECKS)' UNTRACKED='$(UNTRACKED)' tests/run -c -m '$(T)' \
	$(SCRIPTS) $(TESTS) $(FUZZERS)

# The test of the same name, with 20,000 objects and all of its days.
month: $(O)/tests/contract/month ## a simulated month, at full size
	@$(runner) MONTH=full LIMIT=7200 tests/run -m contract/month $<

lint: $(LIB) $(BIN) $(SHARED) $(B)/compile_commands.json | deps ## check the style
	@$(runner) LIMIT=900 OBJECTS='$(abspath $(O))' tests/run -m '$(L)' $(LINTS)

demo: $(BIN) $(FAKE) | deps ## show it at work against a simulated provider
	@$(runner) bash etc/demo.sh

bench: $(BIN) $(FAKE) $(BENCHES) | deps ## measure it beside known programs
	@$(runner) bash tests/bench/run.sh

fuzz-programs: $(FUZZERS)

fuzz: | deps ## search for new inputs, FUZZ_TIME=60 seconds a target
	+$(Q)$(MAKE) --no-print-directory CC=clang FUZZ=1 fuzz-programs
	@for f in $(notdir $(basename $(FUZZ_SRC))); do \
	mkdir -p $(B)/fuzz-found/$$f && \
	$(B)/fuzz-clang/tests/fuzz/$$f -max_total_time=$(or $(FUZZ_TIME),60) \
	-artifact_prefix=$(B)/fuzz-found/$$f- $(B)/fuzz-found/$$f \
	$$(find tests/fuzz/corpus/$$f -maxdepth 0) || exit; done

# --- Packages -------------------------------------------------------------
deps: ## install the Debian packages that are missing
	@command -v dpkg-query >/dev/null || { echo "Not a Debian system;" \
	"the equivalents of these are needed: $(NEED)" >&2; exit 0; }; \
	have=$$(dpkg-query -W -f '$${db:Status-Status} $${Package}\n' $(NEED) \
	2>/dev/null | sed -n 's/^installed //p'); \
	set -- $$(printf '%s\n' $(NEED) | grep -vxF -e "$$have"); \
	test $$# -gt 0 || exit 0; \
	echo "Installing: $$*"; root=; test "$$(id -u)" -eq 0 || root=sudo; \
	{ command -v apt-get && $$root true; } >/dev/null || { \
	echo "No apt-get, or neither root nor sudo; install: $$*" >&2; exit 1; }; \
	apt="$$root env DEBIAN_FRONTEND=noninteractive apt-get -qq"; \
	$$apt update && $$apt install -y --no-install-recommends "$$@"

bench-deps: deps ## the same, with those that only `bench` needs

# --- Installing and shipping ----------------------------------------------
MAN_AT = $(DESTDIR)$(MANDIR)/man$(subst .,,$(suffix $(1)))

# Every directory that may be made, to be removed when it is empty again.
MADE = $(sort $(BINDIR) $(LIBDIR)/pkgconfig $(INCLUDEDIR) $(dir $(DOCDIR)) \
	$(patsubst $(DESTDIR)%,%,$(foreach m,$(MANUALS),$(call MAN_AT,$m))))

install: all ## into $(DESTDIR)$(PREFIX), by default /usr/local
	install -d '$(DESTDIR)$(BINDIR)' '$(DESTDIR)$(LIBDIR)/pkgconfig'
	install -m 755 $(BIN) '$(DESTDIR)$(BINDIR)'
	install -m 755 $(SHARED) '$(DESTDIR)$(LIBDIR)/$(SONAME)'
	ln -sf $(SONAME) '$(DESTDIR)$(LIBDIR)/libtrueup.so'
	install -m 644 $(STATIC) '$(DESTDIR)$(LIBDIR)'
	install -Dm 644 -t '$(DESTDIR)$(INCLUDEDIR)' reconciler/lib/trueup.h
	sed -e 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|' \
	-e 's|@INCLUDEDIR@|$(INCLUDEDIR)|; s|@VERSION@|$(VERSION)|' \
	reconciler/lib/libtrueup.pc.in \
	>'$(DESTDIR)$(LIBDIR)/pkgconfig/libtrueup.pc'
	$(foreach m,$(MANUALS),install -Dm 644 -t '$(call MAN_AT,$m)' $m &&) :
	$(foreach e,$(EXAMPLES),install -Dm 644 $e \
	'$(DESTDIR)$(DOCDIR)/examples/$(patsubst etc/%,%,$e)' &&) :

uninstall: ## take all of that away again
	rm -f '$(DESTDIR)$(BINDIR)/trueup' \
	$(addprefix '$(DESTDIR)$(LIBDIR)'/,$(SONAME) libtrueup.so libtrueup.a \
	pkgconfig/libtrueup.pc) '$(DESTDIR)$(INCLUDEDIR)/trueup.h'
	rm -f $(foreach m,$(MANUALS),'$(call MAN_AT,$m)/$(notdir $m)')
	rm -rf '$(DESTDIR)$(DOCDIR)'
	$(if $(DESTDIR),cd '$(DESTDIR)' && rmdir -p --ignore-fail-on-non-empty \
	$(patsubst /%,%,$(MADE)) 2>/dev/null || :)

dist: ## a source archive of the last commit, in $(B)
	@mkdir -p $(B)
	git archive --prefix=trueup-$(VERSION)/ -o $(B)/trueup-$(VERSION).tar.gz \
	HEAD

clean: ## remove all that was built
	rm -rf '$(B)'

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | expand -t 14
	@echo 'Variables are explained at the top of the Makefile.'
