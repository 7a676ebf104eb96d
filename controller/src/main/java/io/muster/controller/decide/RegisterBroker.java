package io.muster.controller.decide;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.log.v1.BrokerRecord;
import io.muster.log.v1.BrokerState;
import io.muster.log.v1.CauseKind;
import io.muster.log.v1.Record;
import io.muster.metadata.image.Broker;
import io.muster.metadata.image.Losses;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import io.muster.metadata.record.LogCodec;
import io.muster.rpc.v1.LeadReport;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Registers a process start of a broker; the reply is its broker epoch. It starts fenced.
 *
 * <p>The same incarnation keeps its epoch. A new incarnation on the same storage directory takes over at once: it holds the
 * directory's lock, so the old process is dead, its leases with it, and its work moves in the same batch. A start number below
 * the registered one is a message of a dead process that comes late: refused, for the later process lives. Another directory under
 * the same id is another machine with a copied config: refused while the first one is not fenced, or is connected.
 *
 * <p>Refusals: INVALID_ARGUMENT for what makes no sense, ALREADY_EXISTS for a node id that a live or a later process has, OVERLOADED while
 * the last process of that id may still own work, FAILED_PRECONDITION for a version that does not read the log.
 *
 * @param broker who registers; fields that only snapshots carry are ignored
 * @param oldHasSession true if a process with this id has an open session
 * @param flapping how long a broker waits that was lost again and again: a process that took over from one that owned work
 *     and had not asked to stop was lost
 * @param diedLeading leads that were under way when its last process ended: each may be what it died of
 * @param parking when a partition is parked
 */
public record RegisterBroker(
        BrokerRecord broker, boolean oldHasSession, Flapping flapping, List<LeadReport> diedLeading, Parking parking)
        implements Command<Long> {
    /** Largest node id. */
    public static final int MAX_ID = 1_000_000;
    /** Largest capacity: ten thousand shares. */
    public static final int MAX_CAPACITY = 1_000_000;
    /** Most bytes of a registration with its tags and endpoints. */
    public static final int MAX_BYTES = 16_384;

    /** With the default rules, and no lead under way. */
    public RegisterBroker(BrokerRecord broker, boolean oldHasSession) {
        this(broker, oldHasSession, Flapping.DEFAULTS, List.of(), Parking.DEFAULTS);
    }

    @Override
    public String name() {
        return "register-broker";
    }

    @Override
    public Decision<Long> decide(MetadataImage image, long wallMs) {
        checkFields();
        Broker old = image.broker(broker.getBrokerId()).orElse(null);
        if (old == null) {
            return register(
                    image,
                    null,
                    Losses.NONE,
                    wallMs,
                    "Broker " + broker.getBrokerId() + " registered at " + endpoint());
        }
        if (old.incarnation().equals(broker.getIncarnation())) {
            checkUnchanged(old);
            return Decision.nothing(old.epoch());
        }
        if (old.directoryId().equals(broker.getDirectoryId())) {
            checkLater(old);
            boolean lost = Flapping.isLoss(old, CauseKind.BROKER_REGISTERED);
            Losses losses = lost ? flapping.lost(old.losses(), wallMs) : old.losses();
            return register(
                    image,
                    Steps.Loss.LEASE_OVER,
                    losses,
                    wallMs,
                    "Broker " + old.id() + " registered at " + endpoint()
                            + ": a new process took over from the one of epoch " + old.epoch()
                            + Flapping.clause(old.id(), losses, wallMs));
        }
        checkReplaceable(image, old);
        return register(
                image,
                Steps.Loss.DATA_GONE,
                old.losses(),
                wallMs,
                "Broker " + old.id() + " registered at " + endpoint() + " with another storage directory");
    }

    private void checkLater(Broker old) {
        if (broker.getStartNumber() < old.startNumber()) {
            throw new MusterException(
                    ErrorCode.ALREADY_EXISTS,
                    "Process start " + broker.getStartNumber() + " of broker " + old.id() + " is older than "
                            + old.startNumber() + ", which is registered. If no later process was started, the file"
                            + " 'starts' of its log.dir was lost and its clock set back: correct the clock and restart it.");
        }
    }

    private Decision<Long> register(
            MetadataImage image, Steps.@Nullable Loss loss, Losses losses, long wallMs, String sentence) {
        BrokerRecord.Builder registered = broker.toBuilder()
                .setCapacity(broker.getCapacity() == 0 ? 100 : broker.getCapacity())
                .clearBrokerEpoch()
                .clearState()
                .clearStateSinceMs()
                .clearReason()
                .clearLosses();
        if (losses.count() > 0) {
            registered.setLosses(losses.toRecord());
        }
        BrokerRecord record = registered.build();
        List<Record> records = new ArrayList<>();
        records.add(Record.newBuilder().setBroker(record).build());
        image.broker(record.getBrokerId())
                .filter(OperatorHold::isHeld)
                .ifPresent(held ->
                        records.add(Facts.state(held.id(), image.nextOffset(), BrokerState.FENCED, held.reason())));
        String tail = "";
        if (loss != null) {
            Steps steps = new Steps(image);
            // Before its work goes on: what is parked has nobody chosen for it who would then have to release.
            Suspicions suspicions = accuse(image, steps, wallMs);
            steps.lose(record.getBrokerId(), loss);
            records.addAll(steps.records());
            records.addAll(suspicions.records());
            tail = Facts.join(steps.summary(), suspicions.summary());
        }
        return new Decision<>(
                Decision.cause(
                        CauseKind.BROKER_REGISTERED, Facts.actor(record.getBrokerId()), Facts.join(sentence, tail)),
                records,
                offset -> offset);
    }

    /** What the last process was about to lead when it ended may be what ended it. */
    private Suspicions accuse(MetadataImage image, Steps steps, long wallMs) {
        Suspicions suspicions = new Suspicions(image, parking, wallMs);
        for (LeadReport report : diedLeading) {
            PartitionState state = steps.partition(report.getResourceId(), report.getPartition());
            if (state != null && report.getLeaderEpoch() <= state.leaderEpoch()) {
                int id = broker.getBrokerId();
                String reason = "The process of broker " + id + " ended while it began to lead it";
                if (suspicions.strike(state, id, report.getLeaderEpoch(), true, reason) == Suspicions.Outcome.PARKED) {
                    steps.park(state);
                }
            }
        }
        return suspicions;
    }

    private String endpoint() {
        return broker.getHost() + ":" + broker.getPort();
    }

    private void checkFields() {
        int id = broker.getBrokerId();
        require(id >= 0 && id <= MAX_ID, "node.id " + id + " is outside 0 to " + MAX_ID);
        require(!broker.getIncarnation().isEmpty(), "it names no incarnation");
        require(!broker.getDirectoryId().isEmpty(), "it names no storage directory id; format its storage first");
        require(!broker.getHost().isEmpty(), "it names no host; set advertised.listener");
        require(
                broker.getPort() >= 1 && broker.getPort() <= 65_535,
                "port " + broker.getPort() + " is outside 1 to 65535");
        require(
                broker.getCapacity() >= 0 && broker.getCapacity() <= MAX_CAPACITY,
                "broker.capacity " + broker.getCapacity() + " is outside 1 to " + MAX_CAPACITY);
        require(
                broker.getSerializedSize() <= MAX_BYTES,
                "it takes " + broker.getSerializedSize() + " bytes and the limit is " + MAX_BYTES
                        + "; shorten its tags and endpoints");
        if (broker.getMinFormatLevel() > LogCodec.FORMAT_LEVEL || broker.getMaxFormatLevel() < LogCodec.FORMAT_LEVEL) {
            throw new MusterException(
                    ErrorCode.FAILED_PRECONDITION,
                    "Broker " + id + " reads the format levels " + broker.getMinFormatLevel() + " to "
                            + broker.getMaxFormatLevel() + " and the cluster writes " + LogCodec.FORMAT_LEVEL
                            + "; run a version of it that fits.");
        }
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new MusterException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The registration of broker " + broker.getBrokerId() + " is refused: " + otherwise + ".");
        }
    }

    private void checkUnchanged(Broker old) {
        boolean same = old.directoryId().equals(broker.getDirectoryId())
                && old.endpoint().equals(endpoint())
                && old.rack().equals(broker.getRack())
                && old.tags().equals(broker.getTagsMap())
                && old.endpoints().equals(broker.getEndpointsMap())
                && (broker.getCapacity() == 0 || old.capacity() == broker.getCapacity());
        require(same, "a running process cannot change its address, rack, tags or capacity; restart it");
    }

    private void checkReplaceable(MetadataImage image, Broker old) {
        boolean alive = oldHasSession || !old.isFenced();
        if (alive) {
            throw new MusterException(
                    ErrorCode.ALREADY_EXISTS,
                    "node.id " + old.id() + " belongs to a running broker at " + old.endpoint()
                            + "; give this node an id of its own, or stop that broker first.");
        }
        if (releases(image, old.id())) {
            throw new MusterException(
                    ErrorCode.OVERLOADED,
                    "The process that had node.id " + old.id()
                            + " may still own work; register again when its lease is over, in a few seconds.");
        }
    }

    private static boolean releases(MetadataImage image, int id) {
        var slots = image.sets().unsettled();
        while (slots.hasNext()) {
            if (image.partitionAt(slots.nextInt()).releasing() == id) {
                return true;
            }
        }
        return false;
    }
}
