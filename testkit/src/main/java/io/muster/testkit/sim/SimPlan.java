package io.muster.testkit.sim;

import java.util.SplittableRandom;

/**
 * The shape of one run, made from its seed.
 *
 * @param seed everything random comes from it
 * @param voters controllers: nodes 1 to {@code voters}
 * @param brokers brokers
 * @param combined the first brokers run in the voters' processes
 * @param driftPpm how far clock rates may be off, in millionths
 * @param replacementDelayMs how long a broker may be fenced before its replicas are replaced
 * @param faultEveryMs mean pause between faults
 * @param requestEveryMs mean pause between the operator's requests
 */
record SimPlan(
        long seed,
        int voters,
        int brokers,
        boolean combined,
        long driftPpm,
        long replacementDelayMs,
        long faultEveryMs,
        long requestEveryMs) {
    /** Some runs are a storm of faults, in others each has time to show what comes of it. */
    private static final double RAREST_TO_DENSEST = 50;

    private static final long DENSEST_FAULTS_MS = 2000;

    SimPlan(
            long seed,
            int voters,
            int brokers,
            boolean combined,
            long driftPpm,
            long replacementDelayMs,
            long faultEveryMs) {
        this(seed, voters, brokers, combined, driftPpm, replacementDelayMs, faultEveryMs, 3000);
    }

    static SimPlan of(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int voters = random.nextInt(4) == 0 ? 5 : 3;
        boolean combined = random.nextBoolean();
        int brokers = random.nextInt(12) == 0 ? 12 + random.nextInt(19) : 2 + random.nextInt(6);
        return new SimPlan(
                seed,
                voters,
                Math.max(brokers, combined ? voters : 2),
                combined,
                random.nextLong(5000),
                random.nextBoolean() ? 10_000 : 300_000,
                (long) (DENSEST_FAULTS_MS * Math.pow(RAREST_TO_DENSEST, random.nextDouble())),
                2000 + random.nextLong(10_000));
    }

    SimPlan withBrokers(int count) {
        boolean together = combined && count >= voters;
        return new SimPlan(seed, voters, count, together, driftPpm, replacementDelayMs, faultEveryMs, requestEveryMs);
    }

    boolean isBroker(int node) {
        return combined ? node <= brokers : node > voters && node <= voters + brokers;
    }

    boolean isVoter(int node) {
        return node <= voters;
    }

    int nodes() {
        return combined ? Math.max(voters, brokers) : voters + brokers;
    }

    @Override
    public String toString() {
        return "seed " + seed + ": " + voters + " controllers" + (combined ? " (combined)" : "") + ", " + brokers
                + " brokers";
    }
}
