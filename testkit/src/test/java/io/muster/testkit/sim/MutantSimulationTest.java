package io.muster.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.log.v1.PartitionChangesRecord;
import io.muster.log.v1.SnapshotChunk;
import io.muster.metadata.log.memory.InMemoryQuorum;
import io.muster.metadata.log.memory.Slot;
import io.muster.metadata.record.LogCodec;
import io.muster.rpc.v1.Heartbeat;
import io.muster.rpc.v1.LeaseRenewal;
import io.muster.rpc.v1.SessionDown;
import io.muster.rpc.v1.SessionUp;
import io.muster.testkit.InvariantBroken;
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
    private static final int SEEDS = 60;
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
                mutant("an owner ignores the end of its lease", new PlantedBugs() {
                    @Override
                    public LongSupplier guardClock(LongSupplier clock) {
                        long stopped = clock.getAsLong();
                        return () -> stopped;
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
                        LeaseRenewal renewal = message.getRenewal();
                        return renewal.getLeaseMs() == 0
                                ? message
                                : SessionDown.newBuilder()
                                        .setRenewal(renewal.toBuilder().setLeaseMs(6000))
                                        .build();
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
