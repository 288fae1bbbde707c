# tests.mk - what the tests are made of.
#
#	make check		all of them
#	make check-asan		unit tests and dialogues once more, instrumented
#	make fuzz		each fuzzer for FUZZ_SECONDS
#	make tests		every test program, run none
#	make check CORPUS=DIR	with the *.eml below DIR for tests/e2e
#
# tests/run says what it expects of a test; tests/proof/proof.mk has the long
# ones, tests/host/host.mk those that need a whole host, tests/bench/bench.mk
# those that count and measure.

include tests/bench/bench.mk
include tests/proof/proof.mk
include tests/host/host.mk

FUZZ_SECONDS ?= 60
CORPUS	?=

# What tests/test_ROOM.c is linked with: its own room and what lies below it,
# nothing else, so that an arrow that goes up or sideways is a link error.  A
# word with a slash is a path, the others are rooms of smtp-receive/.  What is
# in tests/ROOM/ belongs to it, too: more of its C files, and wrap.opts with the
# system calls that shall fail.

LINKS_account	= account ids username $(LINKS_child)
LINKS_address	= address span
LINKS_ask	= ask
LINKS_body	= body dot chunk head reply $(LINKS_line)
LINKS_child	= child clock $(LINKS_spawn)
LINKS_chunk	= chunk span
LINKS_client	= client clock
LINKS_commit	= commit $(LINKS_mailbox)
LINKS_config	= config $(LINKS_setting)
LINKS_confined	= confined ask sandbox emptyroot forked $(LINKS_rights) \
	  $(LINKS_session)
LINKS_deliver	= deliver leftover trace $(LINKS_commit)
LINKS_dot	= dot span
LINKS_head	= head span
LINKS_house	= house event reply $(LINKS_account) $(LINKS_client) \
	  $(LINKS_deliver) $(LINKS_tls) $(LINKS_usermap)
LINKS_id	= id span
LINKS_ids	= ids span
LINKS_line	= line wire span
LINKS_log	= log id span
LINKS_mailbox	= mailbox reply $(LINKS_rights) $(LINKS_maildir)
LINKS_maildir	= $(MAILDIR:%=maildir/%)
LINKS_mapblock	= mapblock $(LINKS_maptrailer) $(LINKS_mapfile)
LINKS_mapcdb	= mapcdb $(LINKS_mapblock) $(LINKS_mapline)
LINKS_mapfile	= mapfile mapmemory
LINKS_mapform	= $(LINKS_usermap)
LINKS_mapindex	= mapindex mapmemory $(LINKS_mapline)
LINKS_mapline	= mapline username $(LINKS_address)
LINKS_mapreader	= mapreader $(LINKS_mapline)
LINKS_maptext	= maptext mapfault $(LINKS_mapfile) $(LINKS_mapindex) \
	  $(LINKS_mapreader)
LINKS_maptrailer = maptrailer
LINKS_monitor	= monitor tests/home $(LINKS_house)
LINKS_param	= param span
LINKS_passwd	= passwd ids $(LINKS_mapfile) span
LINKS_path	= path span
LINKS_reply	= reply span
LINKS_rights	= rights $(LINKS_log)
LINKS_session	= session id smtp transaction param path $(LINKS_body)
LINKS_setting	= setting ids username span
LINKS_span	= span
LINKS_spawn	= spawn forked $(LINKS_rights)
LINKS_tls	= tls ids $(LINKS_spawn)
LINKS_trace	= trace span
LINKS_username	= username span
LINKS_usermap	= usermap mapsearch mapform $(LINKS_mapcdb) $(LINKS_maptext)
LINKS_wire	= wire

# And what several of the tests share.
SHARES_account	= tests/descriptors
SHARES_deliver	= tests/home tests/descriptors tests/maildir/fault \
	  tests/maildir/wrap
SHARES_maildir	= tests/descriptors
SHARES_monitor	= tests/home tests/descriptors
SHARES_session	= $(addprefix tests/session/,fake talk heard)
SHARES_mapform	= tests/fuzz/found
SHARES_tls	= tests/descriptors
SHARES_usermap	= smtp-receive/map/compile

# And libraries that the shipped program has not.
LIBS_usermap	= -lcdb
FUZZES_usermap	= tests/fuzz/found

UNITTESTS = $(patsubst tests/test_%.c,%,$(wildcard tests/test_*.c))
FUZZERS	= $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
# The longest first, for some run at a time.  What is about the map runs with a
# compiled one, too.
SCRIPTS	= "tests/loopfs.sh $(TEST)/test_maildir" \
	  $(wildcard tests/takeover/test_*.py tests/e2e/test_*.py \
	  tests/proof/test_*.py tests/proof/*/test_*.py) tests/install.sh \
	  $(foreach s,users trouble,"tests/e2e/test_$(s).py compiled")
DIALOGUES = tests/e2e/test_dialogue.py

$(foreach t,$(UNITTESTS),$(if $(LINKS_$(t)),,\
    $(error tests/tests.mk: a line LINKS_$(t) is missing)))

# Two builds with glibc, not static: what the tests look into, and the same
# with sanitizers.  No fortified functions, whose names --wrap does not know.

TEST_CC	= $(GLIBC_CC)
TESTED	= $(TEST_CC) $(COMPILE) -U_FORTIFY_SOURCE
# ASAN_CC is yours: .ci/run takes clang, which so compiles each test once.
ASAN_CC	= $(TEST_CC)
SANITIZED = $(ASAN_CC) $(COMPILE) -U_FORTIFY_SOURCE \
	  -fsanitize=address,undefined -fno-sanitize-recover=all \
	  -fno-omit-frame-pointer
FUZZED	= clang $(COMPILE) -U_FORTIFY_SOURCE \
	  -fsanitize=address,undefined -fno-sanitize-recover=all
LIBCHECK = $$(pkg-config --cflags --libs check)

TEST	= $(BUILD)/test
ASAN	= $(BUILD)/asan
FUZZ	= $(BUILD)/fuzz

$(TEST)/obj/flags: export FLAGS = $(TESTED) $(LDFLAGS)
$(ASAN)/obj/flags: export FLAGS = $(SANITIZED) $(LDFLAGS)
$(FUZZ)/obj/flags: export FLAGS = $(FUZZED)

$(TEST)/obj/%.o: %.c $(TEST)/obj/flags
	@mkdir -p $(@D)
	$(Q)$(TESTED) -c -o $@ $<

$(ASAN)/obj/%.o: %.c $(ASAN)/obj/flags
	@mkdir -p $(@D)
	$(Q)$(SANITIZED) -c -o $@ $<

$(FUZZ)/obj/%.o: %.c $(FUZZ)/obj/flags
	@mkdir -p $(@D)
	$(Q)$(FUZZED) -fsanitize=fuzzer-no-link -c -o $@ $<

$(TEST)/smtp-receive: $(patsubst %,$(TEST)/obj/%.o,$(ROOMS) $(SANDBOX))
	$(Q)$(TESTED) $(LDFLAGS) -o $@ $(filter %.o,$^)

# The shipped program with an attacker in its session: tests/takeover/.
TAKEN	= $(TEST)/smtp-receive-taken
$(TAKEN): $(SHIPPED) $(patsubst %.c,$(BUILD)/obj/%.o,\
    $(wildcard tests/takeover/*.c))
	$(Q)$(LINK) -Wl,--wrap=session_say,--wrap=write,--wrap=setrlimit \
	    -o $@ $^

$(ASAN)/smtp-receive: $(patsubst %,$(ASAN)/obj/%.o,$(ROOMS) $(SANDBOX_NONE))
	$(Q)$(SANITIZED) $(LDFLAGS) -o $@ $(filter %.o,$^)

# $(call OF,ROOM): the objects of its test, below obj/.
PATHS	= $(foreach r,$(1),$(if $(findstring /,$(r)),$(r),smtp-receive/$(r)))
OF	= $(sort tests/main tests/test_$(1) $(call PATHS,$(LINKS_$(1))) \
	  $(SHARES_$(1)) $(basename $(wildcard tests/$(1)/*.c)))
WRAPPED	= $(addprefix @,$(wildcard tests/$(1)/wrap.opts))

# $(call UNITTEST,ROOM,DIRECTORY,COMPILER,MORE)
define UNITTEST
$(2)/test_$(1): $(patsubst %,$(2)/obj/%.o,$(call OF,$(1)) $(4))
	$$(Q)$$($(3)) $$(LDFLAGS) -o $$@ $$(filter %.o,$$^) \
	    $(call WRAPPED,$(1)) $(LIBS_$(1)) $$(LIBCHECK)
endef
$(foreach t,$(UNITTESTS),$(eval $(call UNITTEST,$(t),$(TEST),TESTED)))
$(foreach t,$(UNITTESTS),$(eval $(call UNITTEST,$(t),$(ASAN),SANITIZED,\
    tests/leaks)))

# $(call FUZZER,ROOM)
define FUZZER
$(FUZZ)/fuzz_$(1): $(FUZZ)/obj/tests/fuzz/fuzz_$(1).o \
    $(patsubst %,$(FUZZ)/obj/%.o,$(sort $(call PATHS,$(LINKS_$(1))) \
    $(SHARES_$(1)) $(FUZZES_$(1))))
	$$(Q)$$(FUZZED) -fsanitize=fuzzer -o $$@ $$(filter %.o,$$^) \
	    $(LIBS_$(1))
endef
$(foreach t,$(FUZZERS),$(eval $(call FUZZER,$(t))))

TESTS	= $(UNITTESTS:%=$(TEST)/test_%)
tests: all $(TESTS) $(TEST)/smtp-receive $(TAKEN)

# What is missing comes before anything is compiled: it may be the compiler.
NEEDED	= $(addprefix need-,$(patsubst check-asan,check,$(patsubst fuzz,ci,\
	  $(filter demo check check-asan fuzz bench $(BENCHES) proof $(PROOFS) \
	  host-test $(HOSTS),$(MAKECMDGOALS)))))
$(BUILD)/obj/flags $(TEST)/obj/flags $(ASAN)/obj/flags $(FUZZ)/obj/flags: \
    | $(sort $(NEEDED))
need-demo need-check need-ci need-bench need-proof need-host-test \
    $(BENCHES:%=need-%) $(PROOFS:%=need-%) $(HOSTS:%=need-%): need-%:
	@tests/need $*

# Other mail systems, for tests/e2e: what cannot be had is skipped there.
peers: | $(NEEDED)
	@PEERS=$(PEERS) tests/unpack postfix dovecot systemd || true
PEERS	= $(BUILD)/peers

WITH	= BUILD=$(BUILD) PEERS=$(PEERS) CORPUS="$(abspath $(CORPUS))" \
	  SMTP_RECEIVE_TEST=$(TEST)/smtp-receive

check: tests peers
	@$(WITH) SMTP_RECEIVE=$(BUILD)/smtp-receive tests/reachable \
	    tests/run $(SCRIPTS) $(TESTS)

asan: $(UNITTESTS:%=$(ASAN)/test_%) $(ASAN)/smtp-receive
check-asan: asan
	@$(WITH) SMTP_RECEIVE=$(ASAN)/smtp-receive SMTP_RECEIVE_ASAN=yes \
	    tests/reachable tests/run $(UNITTESTS:%=$(ASAN)/test_%) $(DIALOGUES)

fuzzers: $(FUZZERS:%=$(FUZZ)/fuzz_%)
fuzz: fuzzers
	@FUZZ_SECONDS=$(FUZZ_SECONDS) FUZZ=$(FUZZ) \
	    TEST_LIMIT=$$(($(FUZZ_SECONDS) + 120)) \
	    tests/run $(FUZZERS:%="tests/fuzz/fuzz.sh %")

.PHONY: tests asan check-asan fuzzers fuzz peers \
    need-demo need-check need-ci need-bench need-proof need-host-test \
    $(BENCHES:%=need-%) $(PROOFS:%=need-%) $(HOSTS:%=need-%)
