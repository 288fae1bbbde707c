# proof.mk - what 250 means, shown by tests that try to break it.
#
#	make crash-test		the power fails at every moment
#	make fault-test		every system call fails once, or is the last
#	make scarcity-test	no room, no inodes, no quota, no memory
#	make soak		processes and clients die, readers read
#	make cluster-test	a node of the storage dies
#	make proof		all of them
#
# With PROOF=short each takes about a minute; .ci/run does that.  All of them
# want root, and bring what they need as make check does; tests/proof/README
# has their methods and figures.

PROOF	?= full
PROOFS	= crash-test fault-test scarcity-test soak cluster-test

PROVE	= $(WITH) SMTP_RECEIVE=$(BUILD)/smtp-receive PROOF=$(PROOF) \
	  PYTHONPATH=$(CURDIR)/tests/e2e:$(CURDIR)/tests/proof tests/run

crash-test: all
	@$(PROVE) tests/proof/crash.py tests/proof/powercut.py

fault-test: all
	@$(PROVE) tests/proof/fault.py

scarcity-test: all
	@$(PROVE) tests/proof/scarcity.py

soak: all peers
	@$(PROVE) tests/proof/soak.py

cluster-test: all
	@$(PROVE) tests/proof/cluster.py

proof: $(PROOFS)

.PHONY: proof $(PROOFS)
