package io.muster.controller.decide;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.log.v1.Batch;
import io.muster.log.v1.BrokerRecord;
import io.muster.log.v1.CauseKind;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.Broker;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import io.muster.metadata.image.Resource;
import io.muster.rpc.v1.CreateResourceReply;
import io.muster.rpc.v1.CreateResourceRequest;
import io.muster.rpc.v1.PartitionRefs;
import io.muster.rpc.v1.Released;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A controller without a log: applies every decision at once, so that the image checks its invariants, and plays the agents that do
 * at once what they are asked.
 */
public final class Decider {
    public static final long DELAY_MS = 300_000;
    private MetadataImage image = MetadataImage.EMPTY;
    private long wallMs = 1_000_000;
    private final List<Batch> log = new ArrayList<>();
    private @Nullable Applied last;

    public MetadataImage image() {
        return image;
    }

    public long wallMs() {
        return wallMs;
    }

    public void advance(long ms) {
        wallMs += ms;
    }

    /** The batch of the last decision that was not empty. */
    public Batch lastBatch() {
        return java.util.Objects.requireNonNull(last).batch();
    }

    /** The batches from {@code offset} on. */
    public List<Batch> since(long offset) {
        return List.copyOf(log.subList((int) offset, log.size()));
    }

    public String sentence() {
        return lastBatch().getCause().getSentence();
    }

    public <R> R run(Command<R> command) {
        Decision<R> decision = command.decide(image, wallMs);
        long offset = image.nextOffset();
        if (!decision.isEmpty()) {
            assertThat(decision.cause().getSentence()).isNotBlank();
            Batch batch = Batch.newBuilder()
                    .setControllerEpoch(1)
                    .setBaseOffset(offset)
                    .setTimestampMs(wallMs)
                    .setCause(decision.cause())
                    .addAllRecords(decision.records())
                    .build();
            last = image.apply(batch);
            image = last.after();
            log.add(batch);
        }
        return decision.reply().apply(offset);
    }

    public static BrokerRecord record(int id) {
        return record(id, "", 100, "incarnation-" + id);
    }

    public static BrokerRecord record(int id, String rack, int capacity, String incarnation) {
        return BrokerRecord.newBuilder()
                .setBrokerId(id)
                .setIncarnation(incarnation)
                .setDirectoryId("directory-" + id)
                .setHost("host" + id)
                .setPort(9000)
                .setRack(rack)
                .setCapacity(capacity)
                .setMinFormatLevel(1)
                .setMaxFormatLevel(1)
                .build();
    }

    /** A cluster with unfenced brokers 1 to {@code brokers}. */
    public static Decider cluster(int brokers) {
        Decider decider = new Decider();
        decider.run(new Bootstrap("cluster-a"));
        for (int id = 1; id <= brokers; id++) {
            decider.join(record(id));
        }
        return decider;
    }

    /** Registers and unfences; the epoch. */
    public long join(BrokerRecord record) {
        long epoch = run(new RegisterBroker(record, false));
        assertThat(run(new UnfenceBroker(record.getBrokerId(), epoch, "it is caught up and ready")))
                .isTrue();
        return epoch;
    }

    public Broker broker(int id) {
        return image.broker(id).orElseThrow();
    }

    public long epoch(int id) {
        return broker(id).epoch();
    }

    public boolean fence(int id, CauseKind kind) {
        return run(new FenceBroker(id, epoch(id), kind, "no heartbeat for 3000 ms"));
    }

    public CreateResourceReply create(String name, int partitions, int replicas) {
        return run(new CreateResource(CreateResourceRequest.newBuilder()
                .setName(name)
                .setPartitions(partitions)
                .setReplicas(replicas)
                .build()));
    }

    public PartitionState partition(String resource, int partition) {
        return image.partition(image.resource(resource).orElseThrow().id(), partition)
                .orElseThrow();
    }

    public List<PartitionState> partitions() {
        List<PartitionState> all = new ArrayList<>();
        for (Resource resource : image.resources()) {
            for (int p = 0; p < resource.partitions(); p++) {
                all.add(image.partitionAt(resource.slotOf(p)));
            }
        }
        return all;
    }

    /** Every unfenced or stopping broker gets its replicas ready and releases what was revoked. True if anything changed. */
    public boolean agentsWork() {
        boolean changed = false;
        List<Integer> ids = new ArrayList<>();
        image.brokers().forEach(b -> ids.add(b.id()));
        for (int id : ids) {
            List<PartitionRefs> ready = new ArrayList<>();
            List<Released> released = new ArrayList<>();
            for (PartitionState s : partitions()) {
                if (s.hasReplica(id) && !s.isReady(id) && broker(id).isUnfenced()) {
                    ready.add(PartitionRefs.newBuilder()
                            .setResourceId(s.resource().id())
                            .addPartitions(s.partition())
                            .build());
                }
                if (s.releasing() == id) {
                    released.add(Released.newBuilder()
                            .setResourceId(s.resource().id())
                            .setPartition(s.partition())
                            .setLeaderEpoch(s.leaderEpoch())
                            .build());
                }
            }
            changed |= !released.isEmpty() && run(new ReportReleased(id, epoch(id), released));
            changed |= !ready.isEmpty() && run(new ReportReady(id, epoch(id), ready, List.of()));
        }
        return changed;
    }

    public int balance() {
        return run(new Balance(100, DELAY_MS));
    }

    /** Lets agents and balance work until nothing changes any more; the number of rounds. */
    public int settle() {
        for (int round = 0; round < 10_000; round++) {
            boolean changed = agentsWork();
            changed |= balance() > 0;
            if (!changed) {
                return round;
            }
        }
        throw new AssertionError("no fixed point after 10,000 rounds: " + sentence());
    }

    public int leaders(int id) {
        return image.work(id).leaders();
    }

    public int replicas(int id) {
        return image.work(id).replicas();
    }
}
