package io.muster.testkit;

import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;

/**
 * The process that a workload runs in. When it crashes, its tasks are gone; when it is paused, they wait.
 *
 * @param nodeId the broker's id; a restart has the same
 * @param scheduler runs tasks on virtual time; give it to a workload in place of its own threads
 * @param nanoClock what {@link System#nanoTime} would say in this process
 */
public record RehearsedBroker(int nodeId, ScheduledExecutorService scheduler, LongSupplier nanoClock) {}
