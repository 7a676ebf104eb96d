package io.muster.node.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.metadata.log.Leadership;
import io.muster.metadata.log.MetadataLog;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The quorum as one voter sees it. Read on each scrape; keeps no state. */
public final class QuorumMeters {
    /** How a voter stands to the quorum. */
    private enum State {
        /** It leads. */
        LEADER,
        /** It follows a leader it knows. */
        FOLLOWER,
        /** It knows no leader. */
        UNATTACHED;

        static State of(Leadership leadership) {
            if (leadership.isLocal()) {
                return LEADER;
            }
            return leadership.leaderId() < 0 ? UNATTACHED : FOLLOWER;
        }
    }

    private QuorumMeters() {}

    /** Registers the meters of {@code log}. */
    public static void bind(MetadataLog log, MeterRegistry registry) {
        for (State state : State.values()) {
            Gauge.builder("muster.raft.state", log, l -> State.of(l.leadership()) == state ? 1 : 0)
                    .description("How this voter stands to the quorum: 1 for the present state, 0 for the others")
                    .tag("state", state.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
        gauge(
                registry,
                log,
                "muster.raft.epoch",
                "The Raft term that this voter knows",
                l -> l.leadership().epoch());
        gauge(
                registry,
                log,
                "muster.raft.leader.id",
                "Node id of the leader that this voter knows; -1 for none",
                l -> l.leadership().leaderId());
        gauge(
                registry,
                log,
                "muster.raft.high.watermark",
                "Index of the last committed entry of the Raft log",
                l -> l.replication().commitIndex());
        gauge(
                registry,
                log,
                "muster.raft.log.end.offset",
                "Index of the last entry of this voter's Raft log",
                l -> l.replication().logEndIndex());
    }

    private static void gauge(
            MeterRegistry registry,
            MetadataLog log,
            String name,
            String description,
            ToDoubleFunction<MetadataLog> value) {
        Gauge.builder(name, log, value).description(description).register(registry);
    }
}
