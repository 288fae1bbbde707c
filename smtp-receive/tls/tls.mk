# tls.mk - build/smtp-receive-tls, the process that has OpenSSL.
#
# Only where OpenSSL 3 and libseccomp can be compiled with: all else of
# smtp-receive needs no library.  Static where their static libraries are: a
# process of its own for each connection starts in a third of the time
# (tests/bench/README), but has to be built again when Debian mends OpenSSL;
# "make" sees that the library has changed.  TLS_LINK=dynamic is the other way.

TLS	= smtp-receive/tls
TLS_LINK = $(if $(word 3,$(TLS_ARCHIVES)),static,dynamic)
TLS_ARCHIVES = $(wildcard $(foreach l,ssl crypto seccomp,\
	  $(shell $(GLIBC_CC) -print-file-name=lib$(l).a)))

TLS_ROOMS = $(addprefix $(TLS)/,smtp-receive-tls context pair handshake pump \
	  report) $(addprefix smtp-receive/,emptyroot forked clock rights log \
	  id ids span)
TLS_SOURCES = $(TLS_ROOMS:%=%.c)
TLS_WAYS = $(TLS)/confine.c $(TLS)/algorithms.c $(TLS)/algorithms-all.c
TLS_HEADERS = $(wildcard $(TLS)/*.h smtp-receive/*.h)

TLS_FLAGS_static = -fno-pie -static -ffunction-sections \
	  -Wl,--gc-sections,-z,noseparate-code
TLS_FLAGS_dynamic = -fPIE -pie
TLS_BUILD = $(GLIBC_CC) $(filter-out -MMD -MP,$(COMPILE)) \
	  $(TLS_FLAGS_$(TLS_LINK)) -Wl,-z,relro,-z,now,-z,noexecstack \
	  $(LDFLAGS)
TLS_LIBS = -lssl -lcrypto -lseccomp

# $(call TLS_IF,COMMAND): or what there would have to be for it.
TLS_IF	= $(Q)if $(GLIBC_CC) -E -include openssl/provider.h \
	    -include seccomp.h - </dev/null >/dev/null 2>&1; then $(1); \
	  else echo "$@: not built: it needs libssl-dev, libseccomp-dev"; fi

# Which of OpenSSL's algorithms there are.  algorithms.c knows the inside of
# Debian 12's libcrypto.a; where it is another, all of them are taken.
TLS_CHOICES_static = algorithms algorithms-all
TLS_CHOICES_dynamic = algorithms-all

# $(call TLS_LINKED,MORE): built, in the first of these ways that can be.  What
# the static glibc warns of is code that is never called: names of hosts, and
# modules of OpenSSL.
TLS_LINKED = for way in $(TLS_CHOICES_$(TLS_LINK)) none; do \
	  [ $$way != none ] || { cat $@.err >&2; exit 1; }; \
	  $(TLS_BUILD) -o $@ $(TLS_SOURCES) $(TLS)/confine.c $(TLS)/$$way.c \
	      $(1) $(TLS_LIBS) 2>$@.err && break; done; \
	  grep -v -e 'statically linked app' -e ': in function' $@.err >&2; \
	  rm -f $@.err; \
	  [ $$way = $(firstword $(TLS_CHOICES_$(TLS_LINK))) ] || \
	      echo "$@: with all of OpenSSL's algorithms, so it starts slower"

$(BUILD)/smtp-receive-tls: $(TLS_SOURCES) $(TLS_WAYS) $(TLS_HEADERS) \
    $(BUILD)/tls/flags $(TLS_ARCHIVES)
	$(call TLS_IF,$(call TLS_LINKED,))

$(BUILD)/tls/flags: export FLAGS = $(TLS_BUILD)

# With an attacker in it, who is confined as it is.
TLS_TAKEN = $(TEST)/smtp-receive-tls-taken
$(TLS_TAKEN): $(TLS_SOURCES) $(TLS_WAYS) tests/e2e/tlsattack.c \
    $(TLS_HEADERS) $(BUILD)/tls/flags $(TLS_ARCHIVES)
	@mkdir -p $(@D)
	$(call TLS_IF,$(call TLS_LINKED,-Wl$(comma)--wrap=SSL_new \
	    tests/e2e/tlsattack.c))
comma	= ,

# As the tests' other instrumented programs: no walls.
$(ASAN)/smtp-receive-tls: $(TLS_SOURCES) $(TLS)/algorithms-all.c \
    $(TLS)/confine-none.c $(TLS_HEADERS) $(ASAN)/obj/flags
	$(call TLS_IF,$(SANITIZED) $(LDFLAGS) -o $@ $(filter %.c,$^) -lssl \
	    -lcrypto)

all: $(BUILD)/smtp-receive-tls
tests: $(TLS_TAKEN)
asan: $(ASAN)/smtp-receive-tls
