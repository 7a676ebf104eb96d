package io.muster.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.agent.Ownership;
import io.muster.log.v1.Batch;
import io.muster.log.v1.PartitionChangesRecord;
import io.muster.log.v1.SnapshotChunk;
import io.muster.metadata.log.memory.InMemoryQuorum;
import io.muster.metadata.log.memory.Slot;
import io.muster.metadata.record.LogCodec;
import io.muster.rpc.v1.Heartbeat;
import io.muster.rpc.v1.LeaseRenewal;
import io.muster.rpc.v1.SessionDown;
import io.muster.rpc.v1.SessionUp;
import io.muster.testkit.invariant.InvariantBroken;
import java.util.Collections;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bugs planted on purpose: the simulator must find each of them, or it finds nothing. */
class MutantSimulationTest {
    private static final int SEEDS = 200;
    private static final long MINUTES = 5;

    static Stream<Arguments> mutants() {
        return Stream.of(
                mutant("a replica counts late batches of an old term", tampered(new InMemoryQuorum.Tampering() {
                    @Override
                    public Slot read(int voter, Slot slot) {
                        return new Slot(slot.entry().getControllerEpoch(), slot.entry());
                    }
                })),
                mutant("a replica skips a batch now and then", tampered(new InMemoryQuorum.Tampering() {
                    @Override
                    public Slot read(int voter, Slot slot) {
                        boolean skipped = voter == 2
                                && slot.entry().getBatchesCount() > 1
                                && slot.entry().getBatches(0).getBaseOffset() > 40;
                        return skipped ? new Slot(slot.term(), LogCodec.barrier(slot.term(), 1)) : slot;
                    }
                })),
                mutant("a snapshot forgets who is ready", tampered(new InMemoryQuorum.Tampering() {
                    @Override
                    public SnapshotChunk stored(SnapshotChunk chunk) {
                        PartitionChangesRecord rows = chunk.getPartitions();
                        return rows.getSlotDeltasCount() == 0
                                ? chunk
                                : SnapshotChunk.newBuilder()
                                        .setPartitions(rows.toBuilder()
                                                .clearReadyMasks()
                                                .addAllReadyMasks(Collections.nCopies(rows.getReadyMasksCount(), 0)))
                                        .build();
                    }
                })),
                mutant("a snapshot forgets the phase of a hand-over", tampered(new InMemoryQuorum.Tampering() {
                    @Override
                    public SnapshotChunk stored(SnapshotChunk chunk) {
                        PartitionChangesRecord rows = chunk.getPartitions();
                        return rows.getSlotDeltasCount() == 0
                                ? chunk
                                : SnapshotChunk.newBuilder()
                                        .setPartitions(rows.toBuilder()
                                                .clearReleasing()
                                                .addAllReleasing(Collections.nCopies(rows.getReleasingCount(), -1)))
                                        .build();
                    }
                })),
                mutant("a snapshot forgets which requests were answered", tampered(new InMemoryQuorum.Tampering() {
                    @Override
                    public SnapshotChunk stored(SnapshotChunk chunk) {
                        return chunk.hasRequest()
                                ? SnapshotChunk.newBuilder()
                                        .setRequest(chunk.getRequest().toBuilder()
                                                .setRequestId("lost-"
                                                        + chunk.getRequest().getOffset()))
                                        .build()
                                : chunk;
                    }
                })),
                mutant("a replica applies batches out of order", tampered(new InMemoryQuorum.Tampering() {
                    @Override
                    public Slot read(int voter, Slot slot) {
                        if (voter != 2 || slot.entry().getBatchesCount() < 2) {
                            return slot;
                        }
                        Batch first = slot.entry().getBatches(0);
                        Batch second = slot.entry().getBatches(1);
                        return new Slot(
                                slot.term(),
                                slot.entry().toBuilder()
                                        .setBatches(0, second.toBuilder().setBaseOffset(first.getBaseOffset()))
                                        .setBatches(1, first.toBuilder().setBaseOffset(second.getBaseOffset()))
                                        .build());
                    }
                })),
                mutant("an owner ignores the end of its lease", new PlantedBugs() {
                    @Override
                    public LongSupplier guardClock(LongSupplier clock, LongSupplier wallMs) {
                        long stopped = clock.getAsLong();
                        return () -> stopped;
                    }
                }),
                mutant("an owner measures its lease by the wall clock", new PlantedBugs() {
                    @Override
                    public LongSupplier guardClock(LongSupplier clock, LongSupplier wallMs) {
                        long apartNs = clock.getAsLong() - wallMs.getAsLong() * 1_000_000;
                        return () -> wallMs.getAsLong() * 1_000_000 + apartNs;
                    }
                }),
                mutant("storage skips the check of the token", new PlantedBugs() {
                    @Override
                    public boolean storageChecksTokens() {
                        return false;
                    }
                }),
                mutant("a token is used again: the resource's id instead of the grant's", new PlantedBugs() {
                    @Override
                    public long token(Ownership ownership) {
                        return ownership.partition().resourceId();
                    }
                }),
                mutant("a change is acknowledged before it is committed", new PlantedBugs() {
                    @Override
                    public boolean acknowledgesBeforeCommit() {
                        return true;
                    }
                }),
                mutant("a deposed controller confirms by its own state for 1.5 s", new PlantedBugs() {
                    @Override
                    public long confirmsByReadForNs() {
                        return 1_500_000_000;
                    }
                }),
                mutant("work is granted on before the lease is over", new PlantedBugs() {
                    @Override
                    public SessionDown down(SessionDown message) {
                        return withLease(message, 2900);
                    }
                }),
                mutant("a heartbeat is answered before anything confirms it", new PlantedBugs() {
                    @Override
                    public boolean answersWithoutBarrier() {
                        return true;
                    }
                }),
                mutant("leases are longer than the session timeout", new PlantedBugs() {
                    @Override
                    public SessionDown down(SessionDown message) {
                        return withLease(message, 6000);
                    }
                }),
                mutant("silence counts as proof of death", new PlantedBugs() {
                    @Override
                    public boolean silenceIsProof() {
                        return true;
                    }
                }),
                mutant("the controller's clock runs twice as fast", new PlantedBugs() {
                    @Override
                    public LongSupplier controllerClock(LongSupplier clock) {
                        return () -> clock.getAsLong() * 2;
                    }
                }),
                mutant("a new controller does not restart the clocks", new PlantedBugs() {
                    @Override
                    public long activationLagNs() {
                        return 4_000_000_000L;
                    }
                }),
                mutant("a broker never says how far it is", new PlantedBugs() {
                    @Override
                    public SessionUp up(SessionUp message) {
                        return edited(
                                message, message.getHeartbeat().toBuilder().setAppliedOffset(0));
                    }
                }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mutants")
    void isCaught(String name, PlantedBugs bugs) {
        int seed = 1;
        @Nullable SimulationFailed caught = null;
        while (caught == null && seed <= SEEDS) {
            try {
                new Simulation(seed++, bugs).run(MINUTES);
            } catch (SimulationFailed failed) {
                caught = failed;
            }
        }
        assertThat(caught).as("%s, %d seeds", name, SEEDS).isNotNull();
        String first = caught == null
                ? ""
                : String.valueOf(caught.getMessage()).lines().findFirst().orElse("");
        System.out.printf(Locale.ROOT, "%-55s seed %2d: %s%n", name, seed - 1, first);
        assertThat(caught == null ? null : caught.getCause()).isInstanceOf(InvariantBroken.class);
    }

    private static SessionDown withLease(SessionDown message, long leaseMs) {
        LeaseRenewal renewal = message.getRenewal();
        return renewal.getLeaseMs() == 0
                ? message
                : SessionDown.newBuilder()
                        .setRenewal(renewal.toBuilder().setLeaseMs(leaseMs))
                        .build();
    }

    private static Arguments mutant(String name, PlantedBugs bugs) {
        return Arguments.of(name, bugs);
    }

    private static SessionUp edited(SessionUp message, Heartbeat.Builder heartbeat) {
        return message.hasHeartbeat()
                ? SessionUp.newBuilder().setHeartbeat(heartbeat).build()
                : message;
    }

    private static PlantedBugs tampered(InMemoryQuorum.Tampering tampering) {
        return new PlantedBugs() {
            @Override
            public InMemoryQuorum.Tampering tampering() {
                return tampering;
            }
        };
    }
}
