package io.muster.node;

import io.muster.agent.core.AgentState;
import io.muster.agent.shell.Agent;
import io.muster.agent.shell.AgentStatus;
import io.muster.metadata.storage.StorageDirectory;
import io.muster.node.http.HealthCheck;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What must hold for a node to be alive and to be ready. A node that is not alive is to be restarted, so that depends on this
 * process only; a node that is not ready is to be left alone.
 */
final class NodeHealth {
    /** A voter that is this many entries behind what is committed has not caught up. */
    private static final long LAG_MAX = 1_000;

    private final StorageDirectory storage;
    private final @Nullable VoterRole voter;
    private final @Nullable Agent agent;

    NodeHealth(StorageDirectory storage, @Nullable VoterRole voter, @Nullable Agent agent) {
        this.storage = storage;
        this.voter = voter;
        this.agent = agent;
    }

    /** Needs no quorum. */
    List<HealthCheck> livez() {
        List<HealthCheck> checks = new ArrayList<>();
        checks.add(new HealthCheck("storage", this::storageProblem));
        if (voter != null) {
            checks.add(new HealthCheck("controller_loop", voter::loopProblem));
        }
        if (agent != null) {
            checks.add(new HealthCheck("agent", () -> agentProblem(agent.status())));
        }
        return checks;
    }

    List<HealthCheck> readyz() {
        List<HealthCheck> checks = new ArrayList<>();
        checks.add(new HealthCheck("storage", this::storageProblem));
        if (voter != null) {
            checks.add(new HealthCheck("log", voter::startProblem));
            checks.add(new HealthCheck("leader", voter::leaderProblem));
            checks.add(new HealthCheck("caught_up", () -> voter.lagProblem(LAG_MAX)));
        }
        if (agent != null) {
            checks.add(new HealthCheck("broker_caught_up", () -> feedProblem(agent.status())));
            checks.add(new HealthCheck("broker_unfenced", () -> ownershipProblem(agent.status())));
        }
        return checks;
    }

    /** True if every check of {@link #readyz} holds. */
    boolean isReady() {
        return readyz().stream().allMatch(check -> check.ask().isEmpty());
    }

    private Optional<String> storageProblem() {
        return Files.isWritable(storage.path())
                ? Optional.empty()
                : Optional.of("directory " + storage.path() + " cannot be written");
    }

    private static Optional<String> agentProblem(AgentStatus status) {
        return status.state() == AgentState.FAILED ? Optional.of(status.because()) : Optional.empty();
    }

    private static Optional<String> feedProblem(AgentStatus status) {
        long lag = status.committedOffset() - status.appliedOffset();
        return lag > LAG_MAX ? Optional.of("its image is " + lag + " batches behind") : Optional.empty();
    }

    private static Optional<String> ownershipProblem(AgentStatus status) {
        return status.state() == AgentState.ACTIVE
                ? Optional.empty()
                : Optional.of(status.state() + ": " + status.because());
    }
}
