package io.muster.agent.core;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Which endpoint to try next, and when. A round tries every bootstrap server once, and at once every address that a refusal
 * names; a round that found nobody is followed by a pause that grows. Not thread-safe.
 */
final class ControllerFinder {
    private static final long FIRST_PAUSE_NS = 50_000_000L;

    private final List<String> bootstrap;
    private final RandomGenerator random;
    private final Set<String> triedThisRound = new HashSet<>();
    private int next;
    private String hint = "";
    private long pauseNs = FIRST_PAUSE_NS;
    private long notBeforeNs = Long.MIN_VALUE;

    /** @param first place in {@code bootstrap} to begin at, so that a fleet does not begin at the same server */
    ControllerFinder(List<String> bootstrap, int first, RandomGenerator random) {
        this.bootstrap = bootstrap;
        this.next = Math.floorMod(first, bootstrap.size());
        this.random = random;
    }

    /** When the next attempt may be made. */
    long notBeforeNs() {
        return notBeforeNs;
    }

    /** The endpoint for the attempt that is made now. */
    String take() {
        String endpoint = hint;
        hint = "";
        for (int i = 0; endpoint.isEmpty() && i < bootstrap.size(); i++) {
            String candidate = bootstrap.get(next);
            next = (next + 1) % bootstrap.size();
            if (!triedThisRound.contains(candidate)) {
                endpoint = candidate;
            }
        }
        if (endpoint.isEmpty()) {
            endpoint = bootstrap.get(next);
        }
        triedThisRound.add(endpoint);
        return endpoint;
    }

    /** Somebody says that the controller is there; empty when they do not know. */
    void hint(String endpoint) {
        if (!endpoint.isEmpty() && !triedThisRound.contains(endpoint)) {
            hint = endpoint;
        }
    }

    /**
     * The attempt led nowhere, or the session has ended.
     *
     * @param longestPauseNs how far the pause between rounds may grow
     */
    void failed(long nowNs, long longestPauseNs) {
        if (!hint.isEmpty() || !triedThisRound.containsAll(bootstrap)) {
            notBeforeNs = nowNs;
            return;
        }
        triedThisRound.clear();
        long pause = Math.min(pauseNs, longestPauseNs);
        notBeforeNs = nowNs + pause / 2 + random.nextLong(pause / 2 + 1);
        pauseNs = Math.min(pause * 3 / 2, longestPauseNs);
    }

    /** Not before {@code pauseNs} from now, whatever else is known. */
    void holdOff(long nowNs, long holdNs) {
        notBeforeNs = Math.max(notBeforeNs, nowNs + holdNs / 2 + random.nextLong(holdNs / 2 + 1));
    }

    /** The controller answers: the next search begins afresh. */
    void succeeded() {
        triedThisRound.clear();
        pauseNs = FIRST_PAUSE_NS;
        hint = "";
    }
}
