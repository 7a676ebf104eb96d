package io.muster.agent.core;

import io.muster.rpc.v1.Heartbeat;
import io.muster.rpc.v1.LeadReport;
import io.muster.rpc.v1.PartitionRefs;
import io.muster.rpc.v1.Released;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What the seats have to say in heartbeats, in bulk: ten thousand partitions that become ready are one message. Not thread-safe. */
final class Reports {
    /** Most partitions named in one heartbeat, so that the largest is some 400 kB; the next one follows at once. */
    static final int MAX_PER_HEARTBEAT = 20_000;

    /** Of partitions that cannot be led: a few tell enough. */
    private static final int MAX_LEADS_PER_HEARTBEAT = 200;

    private static final int MAX_REASON_CHARS = 300;

    private final ReportList ready = new ReportList();
    private final ReportList unready = new ReportList();
    private final ReportList released = new ReportList();
    private final ReportList failing = new ReportList();
    private final ReportList led = new ReportList();

    /** Looks again at what {@code seat} has to say. */
    void update(Seat seat, Standing standing) {
        // Only an unfenced broker's replicas are made ready; a fenced one says so again when it is unfenced.
        ready.update(seat, standing.unfenced() && seat.wanted && !seat.readyInImage && seat.isPrepared());
        unready.update(
                seat,
                standing.registered()
                        && seat.wanted
                        && seat.readyInImage
                        && seat.phase == SeatPhase.NOT_READY
                        && seat.failures > 0);
        failing.update(seat, standing.mayLead() && seat.failsToLead());
        led.update(seat, standing.mayLead() && seat.leadsThoughSuspected());
        // "Never again at this epoch": nothing runs under any ownership here, and the image has already taken the
        // leadership
        // away, so none can begin at this epoch.
        released.update(seat, standing.registered() && seat.releasingEpoch != Seat.NONE && seat.ownership == null);
    }

    boolean hasUnsent() {
        return ready.hasUnsent()
                || unready.hasUnsent()
                || released.hasUnsent()
                || failing.hasUnsent()
                || led.hasUnsent();
    }

    void repeatAll() {
        ready.repeatAll();
        unready.repeatAll();
        released.repeatAll();
        failing.repeatAll();
        led.repeatAll();
    }

    /** Adds what is to be said, acks first: others wait for them. */
    void fill(Heartbeat.Builder heartbeat, long nowNs) {
        int room = MAX_PER_HEARTBEAT;
        List<Seat> acks = released.take(room, nowNs);
        for (Seat seat : acks) {
            heartbeat.addReleased(Released.newBuilder()
                    .setResourceId(seat.partition.resourceId())
                    .setPartition(seat.partition.number())
                    .setLeaderEpoch(seat.releasingEpoch));
        }
        room -= acks.size();
        List<Seat> gone = unready.take(room, nowNs);
        refs(gone, heartbeat::addBecameUnready);
        refs(ready.take(room - gone.size(), nowNs), heartbeat::addBecameReady);
        for (Seat seat : failing.take(MAX_LEADS_PER_HEARTBEAT, nowNs)) {
            heartbeat.addFailedLeads(lead(seat).setReason(brief(seat.failure)));
        }
        for (Seat seat : led.take(MAX_LEADS_PER_HEARTBEAT, nowNs)) {
            heartbeat.addLed(lead(seat));
        }
    }

    private static LeadReport.Builder lead(Seat seat) {
        return LeadReport.newBuilder()
                .setResourceId(seat.partition.resourceId())
                .setPartition(seat.partition.number())
                .setLeaderEpoch(seat.leadEpoch);
    }

    private static String brief(String reason) {
        return reason.length() > MAX_REASON_CHARS ? reason.substring(0, MAX_REASON_CHARS) : reason;
    }

    private static void refs(List<Seat> seats, Consumer<PartitionRefs> out) {
        Map<Long, PartitionRefs.Builder> byResource = new LinkedHashMap<>();
        for (Seat seat : seats) {
            byResource
                    .computeIfAbsent(
                            seat.partition.resourceId(),
                            id -> PartitionRefs.newBuilder().setResourceId(id))
                    .addPartitions(seat.partition.number());
        }
        byResource.values().forEach(refs -> out.accept(refs.build()));
    }
}
