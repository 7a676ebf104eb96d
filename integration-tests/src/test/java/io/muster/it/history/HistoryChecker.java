package io.muster.it.history;

import io.muster.it.history.CommittedLog.Entry;
import io.muster.log.v1.Batch;
import io.muster.metadata.image.InvariantViolation;
import io.muster.metadata.image.MetadataImage;
import io.muster.testkit.invariant.InvariantBroken;
import io.muster.testkit.invariant.Invariants;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/** Judges a history against the committed log. Costs one pass over each. Not thread-safe. */
public final class HistoryChecker {
    /** Violations told of one kind; there is no use in more. */
    private static final int MAX_TOLD = 20;

    private static final int WHOLE_IMAGES_EVERY = 1000;

    private final History history;
    private final CommittedLog log;
    private final List<Violation> violations = new ArrayList<>();
    private final Map<String, Long> offsetOf = new HashMap<>();

    private HistoryChecker(History history, CommittedLog log) {
        this.history = history;
        this.log = log;
    }

    /** Everything that is wrong; empty if nothing is. */
    public static List<Violation> check(History history, CommittedLog log) {
        var checker = new HistoryChecker(history, log);
        checker.invariants();
        checker.doneOnce();
        checker.outcomes();
        checker.order();
        checker.freshness();
        checker.answersAndEffects();
        return checker.violations;
    }

    /** Where two voters' logs differ, as far as both reach; empty if they do not. */
    public static List<Violation> compare(String one, CommittedLog first, String other, CommittedLog second) {
        int common = Math.min(first.batches().size(), second.batches().size());
        for (int i = 0; i < common; i++) {
            if (!first.batches().get(i).equals(second.batches().get(i))) {
                return List.of(new Violation(
                        Rule.LOGS_AGREE, one + " and " + other + " hold different batches at offset " + i));
            }
        }
        return List.of();
    }

    /** A voter that lacks committed batches; empty if it lacks none. */
    public static List<Violation> complete(String voter, CommittedLog log, long end) {
        return log.batches().size() >= end
                ? List.of()
                : List.of(new Violation(
                        Rule.LOGS_AGREE,
                        voter + " holds " + log.batches().size() + " of " + end + " committed batches"));
    }

    private void broken(Rule rule, String sentence) {
        if (violations.stream().filter(v -> v.rule() == rule).count() < MAX_TOLD) {
            violations.add(new Violation(rule, sentence));
        }
    }

    private void invariants() {
        var invariants = new Invariants(WHOLE_IMAGES_EVERY);
        try {
            for (Entry entry : log.entries()) {
                invariants.committed(entry.term(), entry.entry());
            }
            invariants.checkAll();
        } catch (InvariantBroken e) {
            broken(Rule.LOG_INVARIANTS, String.valueOf(e.getMessage()));
        }
    }

    private void doneOnce() {
        for (Batch batch : log.batches()) {
            String id = batch.getCause().getRequestId();
            if (!id.isEmpty()) {
                Long earlier = offsetOf.putIfAbsent(id, batch.getBaseOffset());
                if (earlier != null) {
                    broken(
                            Rule.DONE_ONCE,
                            "%s stands at offsets %d and %d".formatted(id, earlier, batch.getBaseOffset()));
                }
            }
        }
    }

    private void outcomes() {
        for (Change change : history.changes()) {
            Long stands = offsetOf.get(change.requestId());
            if (change.isDone() && (stands == null || stands != change.offset())) {
                broken(
                        Rule.ACKNOWLEDGED_SURVIVES,
                        change + (stands == null ? " is nowhere in the log" : " stands at " + stands));
            }
            if (change.isNothing() && stands != null) {
                broken(Rule.REFUSED_IS_NOT_DONE, change + " stands at " + stands);
            }
        }
    }

    /** The highest offset that was acknowledged before a moment; asked in the order of the moments. */
    private final class Acknowledged {
        private final PriorityQueue<Change> returned = new PriorityQueue<>(Comparator.comparing(Change::returnedNanos));
        private long highest = -1;

        Acknowledged() {
            history.changes().stream().filter(Change::isDone).forEach(returned::add);
        }

        long before(long nanos) {
            Change next;
            while ((next = returned.peek()) != null && next.returnedNanos() < nanos) {
                highest = Math.max(highest, returned.remove().offset());
            }
            return highest;
        }
    }

    private void order() {
        var acknowledged = new Acknowledged();
        history.changes().stream()
                .filter(Change::isDone)
                .sorted(Comparator.comparing(Change::invokedNanos))
                .forEach(change -> {
                    long before = acknowledged.before(change.invokedNanos());
                    if (change.offset() <= before) {
                        broken(
                                Rule.REAL_TIME_ORDER,
                                change + " was asked for after offset " + before + " was acknowledged");
                    }
                });
    }

    private void freshness() {
        var acknowledged = new Acknowledged();
        history.reads().stream()
                .filter(Read::strict)
                .sorted(Comparator.comparing(Read::invokedNanos))
                .forEach(read -> {
                    long before = acknowledged.before(read.invokedNanos());
                    if (read.offset() <= before) {
                        broken(
                                Rule.STRICT_READ_IS_FRESH,
                                "%s was asked after offset %d was acknowledged, and answered when %d was next"
                                        .formatted(read.what(), before, read.offset()));
                    }
                });
    }

    /** Replays the log: compares each read with the image of its offset, and each owner with its grant. */
    private void answersAndEffects() {
        List<Read> reads = history.reads().stream()
                .sorted(Comparator.comparing(Read::offset))
                .toList();
        var ownership = new OwnershipRules(history.effects(), this::broken);
        MetadataImage image = MetadataImage.EMPTY;
        int next = 0;
        for (int offset = 0; ; offset++) {
            while (next < reads.size() && reads.get(next).offset() == offset) {
                answer(reads.get(next++), image);
            }
            if (offset == log.batches().size()) {
                break;
            }
            try {
                var applied = image.apply(log.batches().get(offset));
                ownership.applied(applied);
                image = applied.after();
            } catch (InvariantViolation e) {
                return; // told already: the log itself is broken
            }
        }
        if (next < reads.size()) {
            Read read = reads.get(next);
            broken(
                    Rule.READ_IS_TRUE,
                    read.what() + " was answered when offset " + read.offset() + " was next, and the log ends before");
        }
        ownership.judge(log.batches().size());
    }

    private void answer(Read read, MetadataImage image) {
        String expected = read.expected().apply(image);
        if (!expected.equals(read.answer())) {
            broken(
                    Rule.READ_IS_TRUE,
                    "%s at offset %d said [%s], and the log says [%s]"
                            .formatted(read.what(), read.offset(), read.answer(), expected));
        }
    }
}
