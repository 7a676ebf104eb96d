package io.muster.controller;

import io.muster.controller.decide.Balance;
import io.muster.controller.decide.Command;
import io.muster.controller.decide.Decision;
import io.muster.controller.decide.FenceBroker;
import io.muster.controller.decide.GrantOverdue;
import io.muster.controller.decide.LeaseOver;
import io.muster.controller.liveness.Liveness;
import io.muster.controller.liveness.Verdict;
import io.muster.error.ErrorCode;
import io.muster.log.v1.Record;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.Broker;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import io.muster.metadata.image.Suspect;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the controller does unasked: fences whom liveness condemns, ends hand-overs whose old owner's lease is over, and
 * balances.
 *
 * <p>A hand-over that is not acknowledged by the release timeout: the old owner gets no further lease. When its last one is
 * over, what it holds up is granted to others; then it gets leases again, once its image holds those grants. Where the
 * application's storage fences by epoch, nothing is waited for after the timeout. An acknowledgement in the meantime ends this
 * at once, mostly before any lease lapsed. A broker that comes to that again and again is fenced as a gray failure. Not
 * thread-safe.
 */
final class Duties {
    private static final Logger LOG = LoggerFactory.getLogger(Duties.class);
    /** Before what failed is tried again. */
    private static final long PAUSE_NS = 100_000_000;

    private final ControllerSettings settings;
    private final Liveness liveness;
    private final ControllerCore core;
    private final ControllerEvents events;
    private final Releases releases = new Releases();
    private final OverdueReleases overdue = new OverdueReleases();
    private final Set<Integer> withheld = new HashSet<>();
    private final Set<Integer> endingLeases = new HashSet<>();
    /** Broker to the earliest next attempt to end its hand-overs. */
    private final Map<Integer, Long> retryNs = new HashMap<>();

    private long nextBalanceNs;
    private boolean balancing;
    private long balancedOffset;
    private long balanceDueMs;
    /** Answers of an earlier leadership are not for this one. */
    private long generation;

    Duties(ControllerSettings settings, Liveness liveness, ControllerCore core, ControllerEvents events) {
        this.settings = settings;
        this.liveness = liveness;
        this.core = core;
        this.events = events;
    }

    void start(MetadataImage image, long nowNs) {
        stop();
        releases.start(image, nowNs);
        nextBalanceNs = nowNs + ns(settings.balanceIntervalMs());
        balancedOffset = -1;
    }

    void stop() {
        generation++;
        withheld.clear();
        overdue.clear();
        endingLeases.clear();
        retryNs.clear();
        balancing = false;
    }

    void onApplied(Applied applied, long nowNs) {
        for (Record record : applied.batch().getRecordsList()) {
            if (record.hasSuspect()) {
                tell(Suspect.of(record.getSuspect()), applied.after());
            }
        }
        HandOverEnd end = HandOverEnd.of(applied.batch().getCause());
        releases.follow(applied.delta(), nowNs, sinceNs -> events.onHandOver(end, nowNs - sinceNs));
    }

    private void tell(Suspect suspect, MetadataImage image) {
        if (suspect.strikes() < settings.parking().owners()) {
            return;
        }
        PartitionState state = image.partitionAt(suspect.slot());
        String name = state.resource().name() + "/" + state.partition();
        if (suspect.parked()) {
            LOG.error(
                    "{} is parked: {} owners in a row failed. The last: {} It is given to nobody until 'muster partitions"
                            + " release {}'.",
                    name,
                    suspect.strikes(),
                    suspect.reason(),
                    name);
        } else if (suspect.strikes() == settings.parking().owners()) {
            LOG.error(
                    "{} owners in a row failed to lead {}, and it is not parked: {} partitions are parked and others fail"
                            + " alike, so the fault is more likely elsewhere. The last: {}",
                    suspect.strikes(),
                    name,
                    image.parkedCount(),
                    suspect.reason());
        }
    }

    void run(MetadataImage committed, long nowNs, long wallMs) {
        boolean holdLifted = wallMs < committed.fencingLiftedUntilMs();
        for (Verdict verdict : liveness.verdicts(holdLifted, nowNs)) {
            fence(verdict, nowNs);
        }
        if (!releases.isEmpty() || !withheld.isEmpty()) {
            endHandOvers(committed, nowNs);
        }
        if (nowNs - nextBalanceNs >= 0) {
            nextBalanceNs = nowNs + ns(settings.balanceIntervalMs());
            balance(committed, nowNs, wallMs);
        }
    }

    private void fence(Verdict verdict, long nowNs) {
        LOG.warn(
                "Broker {} epoch {} is to be fenced, because of {}: {}",
                verdict.broker(),
                verdict.epoch(),
                verdict.kind(),
                verdict.reason());
        long now = generation;
        FenceBroker command = new FenceBroker(
                verdict.broker(), verdict.epoch(), verdict.kind(), verdict.reason(), settings.flapping());
        core.submitUrgent(command, true, nowNs).whenComplete((done, error) -> {
            if (now != generation) {
                return;
            }
            if (error == null) {
                events.onFenced(verdict.kind(), verdict.sinceNs());
            } else if (Errors.code(error) != ErrorCode.UNKNOWN_OUTCOME) {
                LOG.warn("Broker {} was not fenced: {}", verdict.broker(), error.getMessage());
                liveness.pardon(verdict.broker(), verdict.epoch(), nowNs + PAUSE_NS);
            }
        });
    }

    private void endHandOvers(MetadataImage committed, long nowNs) {
        for (int broker : releases.brokers()) {
            if (endingLeases.contains(broker) || nowNs - retryNs.getOrDefault(broker, nowNs) < 0) {
                continue;
            }
            OptionalLong overNs = liveness.leaseOverNs(broker, nowNs);
            if (overNs.isPresent() && nowNs - overNs.getAsLong() >= 0) {
                endLease(broker, nowNs);
            } else if (overNs.isEmpty()
                    && nowNs - releases.oldestNs(broker) >= ns(settings.releaseTimeoutMs())
                    && withheld.add(broker)) {
                LOG.warn(
                        "Broker {} has not released {} partitions within {} ms: it gets no further lease until it does or"
                                + " its lease is over.",
                        broker,
                        releases.count(broker),
                        settings.releaseTimeoutMs());
                liveness.withhold(broker);
                grantOverdue(broker, nowNs);
                if (overdue.isTooMuch(broker, nowNs)) {
                    liveness.accuse(broker, "It heartbeats, but does not finish hand-overs: " + overdue.sentence());
                }
            }
        }
        withheld.removeIf(broker -> {
            boolean settled = !releases.isReleasing(broker) && !endingLeases.contains(broker);
            if (settled) {
                retryNs.remove(broker);
                liveness.resume(broker, committed.nextOffset());
            }
            return settled;
        });
    }

    private void grantOverdue(int broker, long nowNs) {
        core.submitUrgent(new GrantOverdue(broker, settings.releaseTimeoutMs()), false, nowNs)
                .whenComplete((done, error) -> {
                    if (error != null) {
                        LOG.warn(
                                "What broker {} is late to release waits for its lease: {}",
                                broker,
                                error.getMessage());
                    }
                });
    }

    private void endLease(int broker, long nowNs) {
        endingLeases.add(broker);
        retryNs.put(broker, nowNs + PAUSE_NS);
        long now = generation;
        String reason = "The lease of broker " + broker + " is over.";
        Command<Boolean> command = new IfNotRenewed(new LeaseOver(broker, reason), withheld);
        core.submitUrgent(command, false, nowNs).whenComplete((done, error) -> {
            if (now == generation) {
                endingLeases.remove(broker);
                if (error != null) {
                    LOG.warn("What broker {} holds up was not granted on: {}", broker, error.getMessage());
                }
            }
        });
    }

    /** The lease can be over only while it is not renewed: not if the broker is unfenced by a batch still under way. */
    private record IfNotRenewed(LeaseOver command, Set<Integer> withheld) implements Command<Boolean> {
        @Override
        public String name() {
            return command.name();
        }

        @Override
        public Decision<Boolean> decide(MetadataImage image, long wallMs) {
            boolean fenced = image.broker(command.id()).map(Broker::isFenced).orElse(true);
            return fenced || withheld.contains(command.id()) ? command.decide(image, wallMs) : Decision.nothing(false);
        }
    }

    private void balance(MetadataImage committed, long nowNs, long wallMs) {
        long offset = committed.nextOffset();
        if (balancing || offset == 0 || (offset == balancedOffset && wallMs < balanceDueMs)) {
            return;
        }
        balancing = true;
        long now = generation;
        Balance command = new Balance(settings.movesInFlightMax(), settings.replacementDelayMs(), settings.parking());
        core.submit(command, nowNs).whenComplete((changes, error) -> {
            if (now != generation) {
                return;
            }
            balancing = false;
            if (error != null) {
                LOG.warn("Balancing failed: {}", error.getMessage());
            } else if (changes == 0) {
                // It reads every partition: not again until something changes or falls due.
                balancedOffset = offset;
                balanceDueMs = command.nextDueMs(committed, wallMs);
            }
        });
    }

    long nextDeadlineNs(long nowNs) {
        long next = Math.min(nextBalanceNs, liveness.nextVerdictNs(nowNs));
        for (int broker : releases.brokers()) {
            if (!endingLeases.contains(broker)) {
                OptionalLong overNs = liveness.leaseOverNs(broker, nowNs);
                long dueNs = overNs.orElseGet(() -> releases.oldestNs(broker) + ns(settings.releaseTimeoutMs()));
                next = Math.min(next, Math.max(dueNs, retryNs.getOrDefault(broker, dueNs)));
            }
        }
        return Math.max(next, nowNs);
    }

    private static long ns(long ms) {
        return ms * 1_000_000;
    }
}
