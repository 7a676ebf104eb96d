package io.muster.testkit;

import static io.muster.metadata.image.PartitionState.NONE;

import io.muster.agent.Ownership;
import io.muster.agent.Partition;
import io.muster.log.v1.Batch;
import io.muster.log.v1.LogEntry;
import io.muster.log.v1.OwnershipMode;
import io.muster.log.v1.StateKind;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.Broker;
import io.muster.metadata.image.ImageDelta;
import io.muster.metadata.image.InvariantViolation;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import io.muster.metadata.image.Resource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PrimitiveIterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What must hold (numbers as in the design, section 7), checked step by step. Not thread-safe.
 *
 * <p>It reads the committed log by itself ({@link #committed}) and so has its own opinion of what every replica must hold;
 * then it compares what voters applied, what was acknowledged, and who believes to own what. The parts that need only the
 * log work over the log of a real cluster too.
 */
public final class Invariants {
    /** Every how many offsets whole images are compared, not only batches. */
    private final int wholeEvery;

    private MetadataImage image = MetadataImage.EMPTY;
    private final List<Batch> batches = new ArrayList<>();
    private final Map<Long, Long> wholes = new HashMap<>();
    private long lastTerm;
    private final Map<Long, Integer> actors = new HashMap<>();
    private final Map<Integer, Long> brokerEpochs = new HashMap<>();
    private final Map<String, Integer> incarnations = new HashMap<>();
    private final Map<Partition, Long> leaderEpochs = new HashMap<>();
    private final Map<String, Long> acknowledged = new HashMap<>();
    private final Map<Partition, List<Held>> held = new HashMap<>();
    /** Resources, also deleted ones, whose storage checks the token: there two may believe to own at once. */
    private final Set<Long> tokenFenced = new HashSet<>();

    /** Partitions that more than one broker holds an ownership of, valid or not. */
    private final Set<Partition> contested = new HashSet<>();

    private long checks;
    private @Nullable InvariantBroken firstBroken;

    private record Held(int broker, Ownership ownership) {}

    public Invariants(int wholeEvery) {
        this.wholeEvery = wholeEvery;
    }

    /** The image after everything committed so far, by this class's own reading. */
    public MetadataImage image() {
        return image;
    }

    /** The last batch's cause, for people. */
    public String lastCause() {
        return batches.isEmpty()
                ? "nothing yet"
                : batches.get(batches.size() - 1).getCause().toString().replace('\n', ' ');
    }

    /** Checks made so far. */
    public long checks() {
        return checks;
    }

    // ---- the log

    /** The next entry of the committed log. Invariants 1 and 4 and 6, and what "counts" means. */
    public void committed(long term, LogEntry entry) {
        require(term >= lastTerm, 1, "term %d follows term %d in the log", term, lastTerm);
        lastTerm = term;
        if (entry.getControllerEpoch() != term) {
            return;
        }
        for (Batch batch : entry.getBatchesList()) {
            if (batch.getControllerEpoch() != term || batch.getBaseOffset() != batches.size()) {
                return;
            }
            accept(batch);
        }
    }

    private void accept(Batch batch) {
        Applied applied;
        try {
            applied = image.apply(batch);
        } catch (InvariantViolation e) {
            throw broken(6, "a committed batch cannot be applied: " + e.getMessage());
        }
        image = applied.after();
        batches.add(batch);
        if (applied.offset() % wholeEvery == 0) {
            wholes.put(applied.offset(), ImageHash.of(image));
        }
        for (Resource created : applied.delta().created()) {
            if (created.ownership() == OwnershipMode.TOKEN_FENCED) {
                tokenFenced.add(created.id());
            }
        }
        for (ImageDelta.BrokerChange change : applied.delta().brokers()) {
            checkBroker(change, applied);
        }
        for (ImageDelta.PartitionChange change : applied.delta().partitions()) {
            checkPartition(change, applied);
        }
    }

    private void checkBroker(ImageDelta.BrokerChange change, Applied applied) {
        Broker after = change.after();
        if (after == null) {
            return;
        }
        Long earlier = brokerEpochs.put(after.id(), after.epoch());
        boolean registered = change.before() == null || change.before().epoch() != after.epoch();
        if (registered) {
            require(after.epoch() == applied.offset(), 4, "%s has an epoch that is not its offset", after);
            require(
                    earlier == null || earlier < after.epoch(),
                    4,
                    "broker %d got epoch %d after %d",
                    after.id(),
                    after.epoch(),
                    earlier);
            Integer known = incarnations.put(after.incarnation(), after.id());
            boolean again =
                    change.before() != null && change.before().incarnation().equals(after.incarnation());
            require(
                    known == null || again,
                    4,
                    "incarnation %s of broker %d came back",
                    after.incarnation(),
                    after.id());
        }
        if (after.isFenced()) {
            require(
                    image.work(after.id()).leaders() == 0,
                    6,
                    "broker %d is fenced and leads at offset %d",
                    after.id(),
                    applied.offset());
        }
    }

    private void checkPartition(ImageDelta.PartitionChange change, Applied applied) {
        PartitionState before = change.before();
        PartitionState after = change.after();
        if (after == null || after.leader() == NONE) {
            return;
        }
        Broker leader = image.broker(after.leader()).orElse(null);
        require(
                leader != null
                        && !leader.isFenced()
                        && after.hasReplica(after.leader())
                        && after.isReady(after.leader()),
                6,
                "%s at offset %d",
                after,
                applied.offset());
        boolean granted = before == null || before.leader() != after.leader();
        if (!granted) {
            require(
                    before == null || before.leaderEpoch() == after.leaderEpoch(),
                    4,
                    "%s changed its epoch without a grant",
                    after);
            return;
        }
        Partition partition =
                new Partition(after.resource().name(), after.resource().id(), after.partition());
        Long earlier = leaderEpochs.put(partition, after.leaderEpoch());
        require(
                after.leaderEpoch() == applied.offset() && (earlier == null || earlier < after.leaderEpoch()),
                4,
                "%s was granted at offset %d after epoch %s",
                after,
                applied.offset(),
                earlier);
        if (before != null && before.leader() != NONE && after.resource().ownership() == OwnershipMode.LEASED) {
            Broker old = image.broker(before.leader()).orElse(null);
            require(
                    old == null || old.isFenced(),
                    5,
                    "%s was granted at offset %d while broker %d led it and was not fenced",
                    after,
                    applied.offset(),
                    before.leader());
        }
    }

    // ---- the voters

    /** A voter leads in {@code epoch}: invariant 1. */
    public void leads(int voter, long epoch) {
        Integer other = actors.putIfAbsent(epoch, voter);
        require(other == null || other == voter, 1, "voters %s and %d both lead in epoch %d", other, voter, epoch);
    }

    /** A voter applied a batch: invariants 1 and 2. */
    public void applied(int voter, Applied applied) {
        long offset = applied.offset();
        require(
                offset < batches.size() && batches.get((int) offset).equals(applied.batch()),
                1,
                "voter %d applied another batch at offset %d than the log holds",
                voter,
                offset);
        checkWhole(voter, applied.after());
    }

    /** A voter's image, at any time: invariant 2. */
    public void checkWhole(int voter, MetadataImage theirs) {
        Long mine = wholes.get(theirs.nextOffset() - 1);
        require(
                mine == null || mine == ImageHash.of(theirs),
                2,
                "voter %d holds another image at offset %d",
                voter,
                theirs.nextOffset());
    }

    // ---- the callers

    /** A change was acknowledged to its caller as standing at {@code offset}: invariant 3. */
    public void acknowledged(String requestId, long offset) {
        require(
                offset < batches.size(),
                3,
                "request %s was acknowledged at offset %d, before it was committed",
                requestId,
                offset);
        if (offset >= 0) {
            require(
                    batches.get((int) offset).getCause().getRequestId().equals(requestId),
                    3,
                    "request %s was acknowledged at offset %d, which holds another change",
                    requestId,
                    offset);
            Long earlier = acknowledged.putIfAbsent(requestId, offset);
            require(
                    earlier == null || earlier == offset,
                    3,
                    "request %s was done twice, at offsets %s and %d",
                    requestId,
                    earlier,
                    offset);
        }
    }

    /** A change was refused: nothing in the log may carry its id. Invariant 11; costs a scan from {@code fromOffset}. */
    public void refused(String requestId, long fromOffset) {
        for (int i = (int) fromOffset; i < batches.size(); i++) {
            require(
                    !batches.get(i).getCause().getRequestId().equals(requestId),
                    11,
                    "request %s was refused and stands at offset %d",
                    requestId,
                    i);
        }
    }

    // ---- the owners

    /** A broker was granted an ownership: from now on it may be valid. Invariant 5. */
    public void granted(int broker, Ownership ownership) {
        List<Held> holders = held.computeIfAbsent(ownership.partition(), p -> new ArrayList<>());
        holders.removeIf(h -> h.broker() == broker);
        holders.add(new Held(broker, ownership));
        if (holders.size() > 1) {
            contested.add(ownership.partition());
        }
        checkOwners(ownership.partition(), holders);
    }

    /** An ownership has ended, or its process has. */
    public void released(int broker, Ownership ownership) {
        List<Held> holders = held.get(ownership.partition());
        if (holders != null) {
            holders.removeIf(h -> h.broker() == broker && h.ownership() == ownership);
            if (holders.size() < 2) {
                contested.remove(ownership.partition());
            }
            if (holders.isEmpty()) {
                held.remove(ownership.partition());
            }
        }
    }

    /** The broker's process is gone: it owns nothing. */
    public void crashed(int broker) {
        held.values().forEach(list -> list.removeIf(h -> h.broker() == broker));
        held.values().removeIf(List::isEmpty);
        contested.removeIf(p -> held.getOrDefault(p, List.of()).size() < 2);
    }

    /** Looks at every partition that more than one broker holds an ownership of. */
    public void checkOwners() {
        checks++;
        for (Partition partition : contested) {
            checkOwners(partition, held.getOrDefault(partition, List.of()));
        }
    }

    private void checkOwners(Partition partition, List<Held> holders) {
        checks++;
        if (holders.size() < 2) {
            return;
        }
        boolean leased = !tokenFenced.contains(partition.resourceId());
        List<Held> valid = holders.stream().filter(h -> h.ownership().isValid()).toList();
        if (leased && valid.size() > 1) {
            throw broken(
                    5,
                    "brokers " + valid.stream().map(Held::broker).toList() + " own " + partition
                            + " at one instant, at epochs "
                            + valid.stream().map(h -> h.ownership().epoch()).toList());
        }
    }

    // ---- the whole

    /** Every check that costs a scan of the image. Invariant 6. */
    public void checkAll() {
        for (Resource resource : image.resources()) {
            for (int p = 0; p < resource.partitions(); p++) {
                PartitionState state = image.partition(resource.id(), p).orElseThrow();
                if (state.leader() != NONE) {
                    Broker leader = image.broker(state.leader()).orElse(null);
                    require(leader != null && !leader.isFenced() && state.isReady(state.leader()), 6, "%s", state);
                }
            }
        }
        acknowledged.forEach((id, offset) -> require(
                batches.get(offset.intValue()).getCause().getRequestId().equals(id),
                3,
                "request %s is no longer at offset %d",
                id,
                offset));
        checkOwners();
    }

    /**
     * Invariant 12: empty if the cluster has converged, else what is missing.
     *
     * @param live brokers whose process runs and reaches the controllers
     */
    public Optional<String> notConverged(Set<Integer> live) {
        Set<Integer> unfenced = new HashSet<>();
        for (int id : live) {
            Broker broker = image.broker(id).orElse(null);
            if (broker == null || !broker.isUnfenced()) {
                return Optional.of("broker " + id + " lives and is "
                        + (broker == null ? "not registered" : broker.state() + ": " + broker.reason()));
            }
            unfenced.add(id);
        }
        Optional<String> unled = notLed(unfenced);
        if (unled.isPresent()) {
            return unled;
        }
        PrimitiveIterator.OfInt unsettled = image.sets().unsettled();
        while (unsettled.hasNext()) {
            PartitionState state = image.partitionAt(unsettled.nextInt());
            if (state.isHandingOver()) {
                return Optional.of("a hand-over goes on: " + state);
            }
        }
        return Optional.empty();
    }

    /** Invariant 8: a partition that one of {@code live} could lead and none of them does; empty if there is none. */
    public Optional<String> notLed(Set<Integer> live) {
        for (Resource resource : image.resources()) {
            for (int p = 0; p < resource.partitions(); p++) {
                PartitionState state = image.partition(resource.id(), p).orElseThrow();
                boolean led = state.leader() != NONE && live.contains(state.leader());
                boolean handedOver = state.isHandingOver() && live.contains(state.releasing());
                if (!led && !handedOver && hasCandidate(state, live)) {
                    return Optional.of("nobody alive leads " + state);
                }
            }
        }
        return Optional.empty();
    }

    private static boolean hasCandidate(PartitionState state, Set<Integer> unfenced) {
        if (state.resource().stateKind() == StateKind.STATE_NONE) {
            return state.resource().replicationFactor() == 1
                    ? !unfenced.isEmpty()
                    : state.resource().replicationFactor() > 0
                            && java.util.Arrays.stream(state.replicas()).anyMatch(unfenced::contains);
        }
        return java.util.Arrays.stream(state.readyBrokers()).anyMatch(unfenced::contains);
    }

    private void require(boolean holds, int number, String format, Object... args) {
        checks++;
        if (!holds) {
            throw broken(number, String.format(format, args));
        }
    }

    /** The first break; kept, because who caused it may swallow exceptions. */
    public Optional<InvariantBroken> firstBroken() {
        return Optional.ofNullable(firstBroken);
    }

    private InvariantBroken broken(int number, String what) {
        InvariantBroken broken = new InvariantBroken(number, what);
        if (firstBroken == null) {
            firstBroken = broken;
        }
        return broken;
    }
}
