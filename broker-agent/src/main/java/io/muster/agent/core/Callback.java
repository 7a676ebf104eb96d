package io.muster.agent.core;

import io.muster.agent.Ownership;
import io.muster.agent.Partition;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One call into the application that the core wants made. The core never has two of them under way for one partition.
 *
 * @param id names the call when it has returned
 * @param kind which method
 * @param partition for which partition
 * @param ownership set for LEAD and RELEASE
 * @param timeLeft for RELEASE: how long the cluster waits
 */
public record Callback(
        long id,
        CallbackKind kind,
        Partition partition,
        @Nullable Ownership ownership,
        Duration timeLeft) {}
