package io.muster.controller.liveness;

/**
 * What a probe learned.
 *
 * @param isGone true only if it is proved that the process does not run
 * @param sentence what was seen, for people
 */
public record ProbeResult(boolean isGone, String sentence) {
    public static ProbeResult gone(String sentence) {
        return new ProbeResult(true, sentence);
    }

    public static ProbeResult noProof(String sentence) {
        return new ProbeResult(false, sentence);
    }
}
