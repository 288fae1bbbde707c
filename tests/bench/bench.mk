# bench.mk - what it costs: tests/bench/README has methods and figures.
#
#	make bench		beside others: a table of medians and ratios,
#				and a picture: BUILD/bench/table.txt, .dat, .svg
#	make bench ROUNDS=1 SESSIONS=20 PEERS_ONLY="mailfront postfix"
#				a short one
#	make bench-counts	what can be counted exactly is as it was
#	make bench-growth	what grows with the size of the work: a picture

BENCHES	= bench-counts bench-growth

BENCH	= $(BUILD)/bench
LOADERS	= $(BENCH)/load $(BENCH)/bare

$(LOADERS): $(BENCH)/%: tests/bench/%.c $(BUILD)/test/obj/flags
	@mkdir -p $(@D)
	$(Q)$(TESTED) -MF $(TEST)/obj/bench-$*.d -o $@ $<

# For valgrind: its objects are those that are shipped, all but the sandbox, in
# which valgrind cannot live.
COUNTED	= $(BENCH)/smtp-receive-counted
$(COUNTED): $(filter-out %/sandbox.o,$(SHIPPED)) \
    $(addprefix $(BUILD)/obj/,$(SANDBOX_NONE).o tests/bench/valgrind.o)
	@mkdir -p $(@D)
	$(Q)$(LINK) -Wl,--wrap=syscall,--wrap=kill -o $@ $^

bench: all $(LOADERS) $(COUNTED)
	@PEERS=$(PEERS) tests/unpack mailfront postfix dovecot exim
	@$(WITH) SMTP_RECEIVE=$(BUILD)/smtp-receive BENCH_RECEIVE=$(COUNTED) \
	    ROUNDS=$(ROUNDS) SESSIONS=$(SESSIONS) PEERS_ONLY="$(PEERS_ONLY)" \
	    TABLE=$(abspath $(BENCH))/table \
	    tests/reachable python3 tests/bench/bench.py

bench-counts: all $(COUNTED)
	@$(WITH) SMTP_RECEIVE=$(BUILD)/smtp-receive BENCH_RECEIVE=$(COUNTED) \
	    NOTES=yes tests/run tests/bench/counts.py

# Two files, .txt and .svg.
GROWTH	?= $(BENCH)/growth
bench-growth: all $(LOADERS)
	@$(WITH) SMTP_RECEIVE=$(BUILD)/smtp-receive \
	    python3 tests/bench/growth.py $(GROWTH)

.PHONY: bench $(BENCHES)
