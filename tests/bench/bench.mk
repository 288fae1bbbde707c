# bench.mk - what it costs, beside others; tests/bench/README says how.
#
#	make bench		a table, of medians and ratios

BENCH	= $(BUILD)/bench
LOADERS	= $(BENCH)/load

$(LOADERS): $(BENCH)/%: tests/bench/%.c $(TEST)/obj/flags
	@mkdir -p $(@D)
	$(Q)$(TESTED) -MF $(TEST)/obj/bench-$*.d -o $@ $<

bench: all $(LOADERS)
	@PEERS=$(PEERS) tests/unpack mailfront
	@$(WITH) SMTP_RECEIVE=$(BUILD)/smtp-receive \
	    python3 tests/bench/bench.py

.PHONY: bench
