package io.muster.metadata.image;

import io.muster.log.v1.BrokerRecord;
import io.muster.log.v1.BrokerState;
import java.util.Map;

/**
 * A registered broker.
 *
 * @param id node id
 * @param epoch the offset at which this incarnation was registered; every message of the broker carries it
 * @param incarnation random UUID of the process start
 * @param directoryId random UUID of the storage directory
 * @param startNumber rises with every process start on that directory
 * @param host host that other nodes use
 * @param port port of the gRPC listener; also the port that is probed for proof of death
 * @param rack failure domain; empty for none
 * @param tags labels that placement may ask for
 * @param capacity relative capacity in hundredths of a share
 * @param minFormatLevel lowest log level it reads
 * @param maxFormatLevel highest log level it reads
 * @param endpoints addresses of the application, handed to routers as they are
 * @param state fenced, unfenced or stopping
 * @param stateSinceMs wall time of the batch that set the state, milliseconds since 1970
 * @param reason the sentence that goes with the state
 * @param losses how often it was lost lately, through all its incarnations
 */
public record Broker(
        int id,
        long epoch,
        String incarnation,
        String directoryId,
        long startNumber,
        String host,
        int port,
        String rack,
        Map<String, String> tags,
        int capacity,
        int minFormatLevel,
        int maxFormatLevel,
        Map<String, String> endpoints,
        BrokerState state,
        long stateSinceMs,
        String reason,
        Losses losses) {
    public Broker {
        tags = Map.copyOf(tags);
        endpoints = Map.copyOf(endpoints);
    }

    /** The broker that {@code record} registers at {@code epoch}: fenced until it is caught up and ready. */
    static Broker registered(BrokerRecord record, long epoch, long nowMs, String reason) {
        return of(record, epoch, BrokerState.FENCED, nowMs, reason);
    }

    static Broker restored(BrokerRecord record) {
        return of(record, record.getBrokerEpoch(), record.getState(), record.getStateSinceMs(), record.getReason());
    }

    private static Broker of(BrokerRecord r, long epoch, BrokerState state, long sinceMs, String reason) {
        return new Broker(
                r.getBrokerId(),
                epoch,
                r.getIncarnation(),
                r.getDirectoryId(),
                r.getStartNumber(),
                r.getHost(),
                r.getPort(),
                r.getRack(),
                r.getTagsMap(),
                r.getCapacity(),
                r.getMinFormatLevel(),
                r.getMaxFormatLevel(),
                r.getEndpointsMap(),
                state,
                sinceMs,
                reason,
                Losses.of(r.getLosses()));
    }

    /** This broker as a record that also carries what only snapshots carry. */
    public BrokerRecord toRecord() {
        return BrokerRecord.newBuilder()
                .setBrokerId(id)
                .setIncarnation(incarnation)
                .setDirectoryId(directoryId)
                .setStartNumber(startNumber)
                .setHost(host)
                .setPort(port)
                .setRack(rack)
                .putAllTags(new java.util.TreeMap<>(tags))
                .setCapacity(capacity)
                .setMinFormatLevel(minFormatLevel)
                .setMaxFormatLevel(maxFormatLevel)
                .putAllEndpoints(new java.util.TreeMap<>(endpoints))
                .setBrokerEpoch(epoch)
                .setState(state)
                .setStateSinceMs(stateSinceMs)
                .setReason(reason)
                .setLosses(losses.toRecord())
                .build();
    }

    Broker withState(BrokerState newState, long nowMs, String newReason, Losses newLosses) {
        return new Broker(
                id,
                epoch,
                incarnation,
                directoryId,
                startNumber,
                host,
                port,
                rack,
                tags,
                capacity,
                minFormatLevel,
                maxFormatLevel,
                endpoints,
                newState,
                nowMs,
                newReason,
                newLosses);
    }

    public boolean isFenced() {
        return state == BrokerState.FENCED;
    }

    public boolean isUnfenced() {
        return state == BrokerState.UNFENCED;
    }

    /** "host:port" of the gRPC listener. */
    public String endpoint() {
        return host + ":" + port;
    }
}
