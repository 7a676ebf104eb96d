package io.muster.cli.command;

import io.muster.agent.Ownership;
import io.muster.agent.Workload;
import java.time.Duration;

/** A broker without an application: takes part, is always ready, and does nothing. */
final class NoWorkload implements Workload {
    @Override
    public void lead(Ownership ownership) {}

    @Override
    public void release(Ownership ownership, Duration timeLeft) {}
}
