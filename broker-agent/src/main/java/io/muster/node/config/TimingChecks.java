package io.muster.node.config;

import java.util.Optional;

/** Checks that the timeouts do not contradict each other; see the meaning of {@code broker.lease.ms}. */
final class TimingChecks {
    private final ConfigDraft draft;
    private final boolean isController;

    TimingChecks(ConfigDraft draft, boolean isController) {
        this.draft = draft;
        this.isController = isController;
    }

    void run() {
        draft.find(ConfigKeys.SESSION_TIMEOUT_MS)
                .ifPresent(session -> draft.derive(ConfigKeys.LEASE_MS, session * 2 / 3));
        Optional<Long> lease = draft.find(ConfigKeys.LEASE_MS);
        Optional<Long> session = draft.find(ConfigKeys.SESSION_TIMEOUT_MS);
        Optional<Long> heartbeat = draft.find(ConfigKeys.HEARTBEAT_INTERVAL_MS);
        Optional<Long> rpc = draft.find(ConfigKeys.RPC_TIMEOUT_MS);
        Optional<Long> drift = draft.find(ConfigKeys.DRIFT_MARGIN_MS);
        if (lease.isPresent() && session.isPresent() && drift.isPresent()) {
            checkLeaseEndsFirst(lease.get(), drift.get(), session.get());
        }
        if (lease.isPresent() && heartbeat.isPresent() && rpc.isPresent()) {
            checkLostHeartbeat(heartbeat.get(), rpc.get(), lease.get());
        }
        if (isController && session.isPresent()) {
            draft.find(ConfigKeys.ELECTION_TIMEOUT_MS).ifPresent(election -> checkElection(election, session.get()));
        }
    }

    private void checkLeaseEndsFirst(long lease, long drift, long session) {
        if (lease + drift >= session) {
            draft.problem(
                    draft.isSet(ConfigKeys.LEASE_MS) ? ConfigKeys.LEASE_MS : ConfigKeys.SESSION_TIMEOUT_MS,
                    "a lease of " + lease + " ms and a drift margin of " + drift
                            + " ms (broker.clock.drift.margin.ms) do not end before the session of " + session
                            + " ms (broker.session.timeout.ms), so two brokers could own one partition; lower "
                            + "broker.lease.ms below " + Math.max(0, session - drift)
                            + " or raise broker.session.timeout.ms above " + (lease + drift));
        }
    }

    private void checkLostHeartbeat(long heartbeat, long rpc, long lease) {
        if (2 * heartbeat + rpc >= lease) {
            long room = lease - rpc;
            draft.problem(
                    ConfigKeys.HEARTBEAT_INTERVAL_MS,
                    "two heartbeats of " + heartbeat + " ms and an answer of " + rpc
                            + " ms (broker.rpc.timeout.ms) do not fit into a lease of " + lease
                            + " ms (broker.lease.ms), so one lost heartbeat ends every ownership; "
                            + (room > 2
                                    ? "set broker.heartbeat.interval.ms below " + (room + 1) / 2
                                    : "lower broker.rpc.timeout.ms")
                            + ", or raise broker.lease.ms and broker.session.timeout.ms");
        }
    }

    private void checkElection(long election, long session) {
        if (election >= session) {
            draft.problem(
                    ConfigKeys.ELECTION_TIMEOUT_MS,
                    "an election that waits " + election + " ms is not over before a session of " + session
                            + " ms (broker.session.timeout.ms); set quorum.election.timeout.ms below it");
        }
    }
}
