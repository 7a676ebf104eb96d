package io.muster.testkit.invariant;

import io.muster.metadata.image.Applied;
import java.util.HashMap;
import java.util.Map;

/** Invariants 3 and 11: what callers were told, against what the log holds. */
final class Acknowledgements {
    private final Tally tally;
    /** Every request that the log holds, with its offset. */
    private final Map<String, Long> standing = new HashMap<>();

    private final Map<String, Long> acknowledged = new HashMap<>();

    Acknowledgements(Tally tally) {
        this.tally = tally;
    }

    void accepted(Applied applied) {
        String requestId = applied.batch().getCause().getRequestId();
        if (!requestId.isEmpty()) {
            Long earlier = standing.putIfAbsent(requestId, applied.offset());
            tally.checked(3);
            if (earlier != null) {
                throw tally.broken(
                        3,
                        "request " + requestId + " was done twice, at offsets " + earlier + " and " + applied.offset());
            }
        }
    }

    /** @param offset where it is said to stand; negative if nothing had to be written */
    void acknowledged(String requestId, long offset) {
        tally.checked(3);
        if (offset < 0) {
            return;
        }
        Long stands = standing.get(requestId);
        if (stands == null || stands != offset) {
            throw tally.broken(
                    3,
                    "request " + requestId + " was acknowledged at offset " + offset + " and "
                            + (stands == null ? "is not in the log" : "stands at offset " + stands));
        }
        acknowledged.put(requestId, offset);
    }

    void refused(String requestId) {
        tally.checked(11);
        Long stands = standing.get(requestId);
        if (stands != null) {
            throw tally.broken(11, "request " + requestId + " was refused and stands at offset " + stands);
        }
    }

    long count() {
        return acknowledged.size();
    }
}
