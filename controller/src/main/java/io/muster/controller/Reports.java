package io.muster.controller;

import io.muster.controller.decide.Command;
import io.muster.controller.decide.Parking;
import io.muster.controller.decide.ReportLeads;
import io.muster.controller.decide.ReportReady;
import io.muster.controller.decide.ReportReleased;
import io.muster.error.ErrorCode;
import io.muster.rpc.v1.LeadReport;
import io.muster.rpc.v1.PartitionRefs;
import io.muster.rpc.v1.Released;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A broker's progress reports, brought to the controller in order and not lost: one that fails for a passing reason is
 * brought again with the next heartbeat. What comes while one is under way is brought together. Thread-safe.
 */
final class Reports {
    private static final Logger LOG = LoggerFactory.getLogger(Reports.class);
    /** Reports that may wait; a broker that has more is refused. */
    private static final int MAX_WAITING = 10_000;

    private final int broker;
    private final long epoch;
    private final Parking parking;
    private final Submitter submitter;
    private final Deque<Command<Boolean>> waiting = new ArrayDeque<>();
    private @Nullable Command<Boolean> underWay;

    Reports(int broker, long epoch, Parking parking, Submitter submitter) {
        this.broker = broker;
        this.epoch = epoch;
        this.parking = parking;
        this.submitter = submitter;
    }

    /** False if too many wait. */
    boolean ready(List<PartitionRefs> ready, List<PartitionRefs> unready) {
        return (ready.isEmpty() && unready.isEmpty()) || add(new ReportReady(broker, epoch, ready, unready));
    }

    /** False if too many wait. */
    boolean released(List<Released> released) {
        return released.isEmpty() || add(new ReportReleased(broker, epoch, released));
    }

    /** False if too many wait. */
    boolean leads(List<LeadReport> failed, List<LeadReport> led) {
        return (failed.isEmpty() && led.isEmpty()) || add(new ReportLeads(broker, epoch, failed, led, parking));
    }

    private synchronized boolean add(Command<Boolean> report) {
        if (waiting.size() >= MAX_WAITING) {
            return false;
        }
        waiting.addLast(report);
        return true;
    }

    /** Brings what waits, if nothing is under way. */
    void bring() {
        Command<Boolean> next;
        synchronized (this) {
            if (underWay != null || waiting.isEmpty()) {
                return;
            }
            next = merged();
            underWay = next;
        }
        submitter.submit(next).whenComplete((done, error) -> arrived(next, error));
    }

    /** Takes the first report and all that can be joined to it without changing their order. */
    private Command<Boolean> merged() {
        Command<Boolean> first = waiting.removeFirst();
        if (first instanceof ReportReleased released) {
            List<Released> all = new ArrayList<>(released.released());
            while (waiting.peekFirst() instanceof ReportReleased more) {
                waiting.removeFirst();
                all.addAll(more.released());
            }
            return new ReportReleased(broker, epoch, List.copyOf(all));
        }
        if (first instanceof ReportReady ready && ready.unready().isEmpty()) {
            List<PartitionRefs> all = new ArrayList<>(ready.ready());
            while (waiting.peekFirst() instanceof ReportReady more
                    && more.unready().isEmpty()) {
                waiting.removeFirst();
                all.addAll(more.ready());
            }
            return new ReportReady(broker, epoch, List.copyOf(all), List.of());
        }
        return first;
    }

    private void arrived(Command<Boolean> report, @Nullable Throwable error) {
        ErrorCode code = error == null ? null : Errors.code(error);
        boolean again = code == ErrorCode.OVERLOADED || code == ErrorCode.UNKNOWN_OUTCOME;
        synchronized (this) {
            underWay = null;
            if (again) {
                waiting.addFirst(report);
            }
        }
        if (error != null && !again) {
            LOG.warn("Broker {} epoch {}: {} came to nothing: {}", broker, epoch, report.name(), error.getMessage());
        }
        if (!again) {
            bring();
        }
    }
}
