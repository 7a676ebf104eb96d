package io.muster.testkit.invariant;

import static io.muster.metadata.image.PartitionState.NONE;

import io.muster.agent.Partition;
import io.muster.log.v1.Batch;
import io.muster.log.v1.LogEntry;
import io.muster.log.v1.OwnershipMode;
import io.muster.log.v1.Record;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.Broker;
import io.muster.metadata.image.ImageDelta;
import io.muster.metadata.image.InvariantViolation;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import io.muster.metadata.image.Resource;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** What the committed log shows by itself: invariants 1, 3, 4, 5 and 6, and through {@link MoveInvariants} 8, 9 and 10. */
final class LogInvariants {
    private final Tally tally;
    private final MoveInvariants moves;
    private final Consumer<Applied> accepted;
    private MetadataImage image = MetadataImage.EMPTY;
    private long lastTerm;
    private long judgedOffset;
    private long ignored;
    private final Map<Integer, Long> brokerEpochs = new HashMap<>();
    private final Map<String, Integer> incarnations = new HashMap<>();
    private final Map<Partition, Long> leaderEpochs = new HashMap<>();

    /** @param accepted hears of every batch that counts, after it was checked */
    LogInvariants(Tally tally, Consumer<Applied> accepted) {
        this.tally = tally;
        this.moves = new MoveInvariants(tally);
        this.accepted = accepted;
    }

    /** The log begins after a snapshot. */
    void startFrom(long term, MetadataImage snapshot) {
        image = snapshot;
        lastTerm = term;
        for (Broker broker : snapshot.brokers()) {
            brokerEpochs.put(broker.id(), broker.epoch());
            incarnations.put(broker.incarnation(), broker.id());
        }
        for (Resource resource : snapshot.resources()) {
            for (int p = 0; p < resource.partitions(); p++) {
                PartitionState state = snapshot.partitionAt(resource.slotOf(p));
                leaderEpochs.put(name(state), state.leaderEpoch());
            }
        }
    }

    MetadataImage image() {
        return image;
    }

    /** The offset of the batch that is judged now, or was last. */
    long judgedOffset() {
        return judgedOffset;
    }

    /** Batches that did not count: a deposed controller's, or behind a lost one. */
    long ignored() {
        return ignored;
    }

    /** The next entry of the committed log. */
    void committed(long term, LogEntry entry) {
        judgedOffset = image.nextOffset();
        tally.checked(1);
        if (term < lastTerm) {
            throw tally.broken(1, "term " + term + " follows term " + lastTerm + " in the log");
        }
        lastTerm = term;
        if (entry.getControllerEpoch() != term) {
            ignored += entry.getBatchesCount();
            return;
        }
        for (int i = 0; i < entry.getBatchesCount(); i++) {
            Batch batch = entry.getBatches(i);
            if (batch.getControllerEpoch() != term || batch.getBaseOffset() != image.nextOffset()) {
                ignored += entry.getBatchesCount() - i;
                return;
            }
            accept(batch);
        }
    }

    private void accept(Batch batch) {
        judgedOffset = batch.getBaseOffset();
        checkOnce(batch);
        Applied applied;
        tally.checked(6);
        try {
            applied = image.apply(batch);
        } catch (InvariantViolation e) {
            throw tally.broken(
                    numberIn(String.valueOf(e.getMessage())), "a committed batch cannot be applied: " + e.getMessage());
        } catch (RuntimeException e) {
            throw tally.broken(6, "a committed batch makes no sense: " + e);
        }
        image = applied.after();
        for (ImageDelta.BrokerChange change : applied.delta().brokers()) {
            checkBroker(change, applied);
        }
        for (ImageDelta.PartitionChange change : applied.delta().partitions()) {
            checkPartition(change, applied);
        }
        moves.check(applied);
        accepted.accept(applied);
    }

    /** The image names the invariant that it keeps; what it does not name is a malformed fact, and 6 stands for those. */
    private static int numberIn(String message) {
        int at = message.indexOf("invariant ");
        return at < 0 || !Character.isDigit(message.charAt(at + 10)) ? 6 : message.charAt(at + 10) - '0';
    }

    /** Invariant 3: a request whose answer is kept is never done again. */
    private void checkOnce(Batch batch) {
        for (Record record : batch.getRecordsList()) {
            if (record.hasRequest()) {
                tally.checked(3);
                String id = record.getRequest().getRequestId();
                if (image.answerTo(id).isPresent()) {
                    throw tally.broken(
                            3,
                            "request " + id + " was answered before and is done again at offset "
                                    + batch.getBaseOffset());
                }
            }
        }
    }

    private void checkBroker(ImageDelta.BrokerChange change, Applied applied) {
        Broker after = change.after();
        if (after == null) {
            return;
        }
        Broker before = change.before();
        Long earlier = brokerEpochs.put(after.id(), after.epoch());
        if (before == null || before.epoch() != after.epoch()) {
            tally.checked(4);
            if (after.epoch() != applied.offset() || (earlier != null && earlier >= after.epoch())) {
                throw tally.broken(
                        4,
                        "broker " + after.id() + " got epoch " + after.epoch() + " at offset " + applied.offset()
                                + " after epoch " + earlier);
            }
            Integer known = incarnations.put(after.incarnation(), after.id());
            boolean again = before != null && before.incarnation().equals(after.incarnation());
            if (known != null && !again) {
                throw tally.broken(
                        4,
                        "incarnation " + after.incarnation() + " of broker " + after.id() + " came back at offset "
                                + applied.offset());
            }
        }
        tally.checked(6);
        if (after.isFenced() && image.work(after.id()).leaders() != 0) {
            throw tally.broken(6, "broker " + after.id() + " is fenced and leads at offset " + applied.offset());
        }
    }

    private void checkPartition(ImageDelta.PartitionChange change, Applied applied) {
        PartitionState before = change.before();
        PartitionState after = change.after();
        if (after == null || after.leader() == NONE) {
            return;
        }
        tally.checked(6);
        Broker leader = image.broker(after.leader()).orElse(null);
        if (leader == null
                || leader.isFenced()
                || !after.hasReplica(after.leader())
                || !after.isReady(after.leader())) {
            throw tally.broken(6, after + " at offset " + applied.offset());
        }
        tally.checked(4);
        if (before != null && before.leader() == after.leader()) {
            if (before.leaderEpoch() != after.leaderEpoch()) {
                throw tally.broken(4, after + " changed its epoch without a grant, at offset " + applied.offset());
            }
            return;
        }
        Long earlier = leaderEpochs.put(name(after), after.leaderEpoch());
        if (after.leaderEpoch() != applied.offset() || (earlier != null && earlier >= after.leaderEpoch())) {
            throw tally.broken(4, after + " was granted at offset " + applied.offset() + " after epoch " + earlier);
        }
        tally.checked(5);
        if (before != null && before.leader() != NONE && after.resource().ownership() == OwnershipMode.LEASED) {
            Broker old = image.broker(before.leader()).orElse(null);
            if (old != null && !old.isFenced()) {
                throw tally.broken(
                        5,
                        after + " was granted at offset " + applied.offset() + " while broker " + before.leader()
                                + " led it and was not fenced");
            }
        }
    }

    private static Partition name(PartitionState state) {
        return new Partition(state.resource().name(), state.resource().id(), state.partition());
    }
}
