package io.muster.cli.demo;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.log.v1.BrokerState;
import io.muster.log.v1.Cause;
import io.muster.rpc.v1.BrokerInfo;
import io.muster.rpc.v1.PartitionInfo;
import io.muster.testkit.witness.Service;
import io.muster.testkit.witness.ServiceGap;
import io.muster.testkit.witness.WitnessSink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One fault and what follows, measured from the moment of the fault: by the feeds of all survivors that vote, and by the
 * witness. Not thread-safe.
 */
final class Failover implements AutoCloseable {
    private static final Duration FEED_LIMIT = Duration.ofSeconds(10);
    private static final long POLL_MS = 20;

    private final int victim;
    private final WitnessSink sink;
    private final long overdueMs;
    private final List<FeedWatcher> watchers = new ArrayList<>();
    private final Map<Integer, Long> epochs = new HashMap<>();
    private long faultNanos;
    private @Nullable Long suspectedNanos;
    private @Nullable Long lastServedNanos;

    /** @param overdueMs a broker that was not heard for this long is suspected */
    Failover(DemoCluster cluster, int voters, int victim, WitnessSink sink, long overdueMs) {
        this.victim = victim;
        this.sink = sink;
        this.overdueMs = overdueMs;
        for (DemoNode node : cluster.nodes()) {
            if (node.id() != victim && node.id() <= voters) {
                watchers.add(new FeedWatcher(node.id(), node.listener()));
            }
        }
    }

    /** Notes what the victim leads, and in which epoch the controller is the controller. */
    void prepare(List<PartitionInfo> partitions, long offset, long controllerEpoch) throws InterruptedException {
        for (PartitionInfo p : partitions) {
            if (p.getLeader() == victim) {
                epochs.put(p.getPartition(), p.getLeaderEpoch());
            }
        }
        for (FeedWatcher watcher : watchers) {
            if (!watcher.await(image -> image.nextOffset() >= offset, FEED_LIMIT)) {
                throw new MusterException(
                        ErrorCode.FAILED_PRECONDITION,
                        "The feed of node " + watcher.node() + " did not reach offset " + offset + " within "
                                + FEED_LIMIT.toSeconds() + " s"
                                + (watcher.ended() == null ? "" : " (" + watcher.ended() + ")") + ": see its log.");
            }
            watcher.watchFor(victim, controllerEpoch);
        }
    }

    int led() {
        return epochs.size();
    }

    /** Does it. */
    void strike(Runnable fault) {
        faultNanos = System.nanoTime();
        fault.run();
    }

    /** Waits until every survivor shows another leader for everything the victim led; false when time ran out. */
    boolean awaitLed(ClusterView view, Duration limit) throws InterruptedException {
        while (!watchers.stream()
                .allMatch(w -> w.timeline().isComplete() && w.timeline().fencedNanos() != null)) {
            if (System.nanoTime() - faultNanos > limit.toNanos()) {
                return false;
            }
            noteSuspicion(view);
            Thread.sleep(POLL_MS);
        }
        return true;
    }

    private void noteSuspicion(ClusterView view) {
        if (suspectedNanos != null) {
            return;
        }
        boolean suspected = view.tryBrokers()
                .map(all -> all.stream().anyMatch(b -> b.getId() == victim && isSuspected(b)))
                .orElse(false);
        if (suspected) {
            suspectedNanos = System.nanoTime();
        }
    }

    private boolean isSuspected(BrokerInfo broker) {
        return broker.getState() == BrokerState.FENCED || broker.getLastContactMs() > overdueMs;
    }

    /** Waits until the work itself says that everything the victim led is done by others; false when time ran out. */
    boolean awaitServed(Duration limit) throws InterruptedException {
        boolean all = sink.await(services -> served(services).size() >= epochs.size(), limit);
        lastServedNanos = served(sink.services()).stream()
                .map(Service::firstNanos)
                .max(Long::compare)
                .orElse(null);
        return all;
    }

    private Collection<Service> served(List<Service> services) {
        return services.stream()
                .filter(s -> s.node() != victim
                        && s.epoch() > epochs.getOrDefault(s.partition().number(), Long.MAX_VALUE))
                .toList();
    }

    int unserved() {
        return epochs.size() - served(sink.services()).size();
    }

    int unled() {
        return watchers.stream().mapToInt(w -> w.timeline().waiting()).max().orElse(0);
    }

    long sinceFaultMs() {
        return (System.nanoTime() - faultNanos) / 1_000_000;
    }

    /** The last time at which a survivor saw it: then all of them had. */
    private @Nullable Long latest(Function<Timeline, @Nullable Long> moment) {
        return ms(watchers.stream()
                .map(w -> moment.apply(w.timeline()))
                .filter(Objects::nonNull)
                .max(Long::compare)
                .orElse(null));
    }

    private @Nullable Long ms(@Nullable Long nanos) {
        return nanos == null ? null : Math.max(0, Math.round((nanos - faultNanos) / 1e6));
    }

    @Nullable
    Long suspectedMs() {
        Long fenced = fencedMs();
        Long suspected = ms(suspectedNanos);
        return suspected == null || (fenced != null && fenced < suspected) ? fenced : suspected;
    }

    @Nullable
    Long fencedMs() {
        return latest(Timeline::fencedNanos);
    }

    /** When every survivor had heard of a change that the next controller committed; null if the controller is the same. */
    @Nullable
    Long firstCommitMs() {
        return ms(watchers.stream()
                .map(FeedWatcher::firstCommitNanos)
                .filter(Objects::nonNull)
                .max(Long::compare)
                .orElse(null));
    }

    @Nullable
    Long firstLedMs() {
        return latest(Timeline::firstLedNanos);
    }

    @Nullable
    Long lastLedMs() {
        return latest(Timeline::lastLedNanos);
    }

    @Nullable
    Long lastServedMs() {
        return ms(lastServedNanos);
    }

    @Nullable
    Long longestGapMs() {
        return sink.gapsSince(faultNanos).stream()
                .filter(g -> g.fromNode() == victim
                        && epochs.containsKey(g.partition().number()))
                .max((a, b) -> Double.compare(a.millis(), b.millis()))
                .map(ServiceGap::millis)
                .map(Math::round)
                .orElse(null);
    }

    /** The last thing that the victim did with what it led, by the sink's clock, before others took that over. */
    @Nullable
    Long lastActedMs() {
        return ms(sink.gapsSince(faultNanos).stream()
                .filter(g -> g.fromNode() == victim
                        && epochs.containsKey(g.partition().number()))
                .map(ServiceGap::lastNanos)
                .max(Long::compare)
                .orElse(null));
    }

    /** Why the victim was fenced. */
    @Nullable
    Cause fencedBy() {
        return watchers.stream()
                .map(w -> w.timeline().fencedBy())
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    @Override
    public void close() {
        watchers.forEach(FeedWatcher::close);
    }
}
