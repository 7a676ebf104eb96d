package io.muster.controller;

import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * Time and threads for a {@link ControllerUnit}, given by a shell or by a simulation.
 *
 * @param nanoClock monotonic nanoseconds
 * @param wallClock milliseconds since 1970
 * @param loop runs what belongs to the decision loop, in order, never inside the caller's call
 * @param wakeLoop asks for {@link ControllerUnit#poll} soon; from any thread
 * @param wakeLiveness asks for {@link ControllerUnit#tick} soon; from any thread
 */
public record Surroundings(
        LongSupplier nanoClock, LongSupplier wallClock, Executor loop, Runnable wakeLoop, Runnable wakeLiveness) {}
