package io.muster.testkit.sim;

import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;

/**
 * The process that an application runs in. What the process schedules dies with it, and waits while it is paused.
 *
 * @param nodeId the broker
 * @param scheduler runs tasks on virtual time, one at a time, on the run's thread
 * @param nanoClock the process's {@link System#nanoTime}: starts anywhere, drifts a little
 */
public record SimHost(int nodeId, ScheduledExecutorService scheduler, LongSupplier nanoClock) {}
