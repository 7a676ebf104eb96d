package io.muster.controller.placement;

/** Breaks ties the same way every time: no clock, no randomness. The mixer is Stafford's variant 13 (splitmix64). */
final class StableHash {
    private StableHash() {}

    static long mix(long a) {
        long z = a + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    static long mix(long a, long b) {
        return mix(mix(a) ^ b);
    }

    /** A number in [0, bound). */
    static int below(int bound, long hash) {
        return (int) Long.remainderUnsigned(hash, bound);
    }
}
