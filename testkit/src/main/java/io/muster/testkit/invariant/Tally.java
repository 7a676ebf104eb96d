package io.muster.testkit.invariant;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How often each invariant was checked, and the first one that did not hold. Not thread-safe. */
final class Tally {
    /** Invariants are numbered 1 to this. */
    static final int LAST = 12;

    private final long[] checks = new long[LAST + 1];
    private @Nullable InvariantBroken first;

    /** Something was looked at and is about to be judged. */
    void checked(int number) {
        checks[number]++;
    }

    /** The first break is kept, because who caused it may swallow exceptions. */
    InvariantBroken broken(int number, String what) {
        InvariantBroken broken = new InvariantBroken(number, what);
        if (first == null) {
            first = broken;
        }
        return broken;
    }

    Optional<InvariantBroken> first() {
        return Optional.ofNullable(first);
    }

    boolean isBroken() {
        return first != null;
    }

    /** Checks by invariant, only those that were made. */
    Map<Integer, Long> byNumber() {
        Map<Integer, Long> made = new TreeMap<>();
        for (int number = 1; number <= LAST; number++) {
            if (checks[number] > 0) {
                made.put(number, checks[number]);
            }
        }
        return made;
    }
}
