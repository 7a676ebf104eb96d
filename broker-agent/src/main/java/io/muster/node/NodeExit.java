package io.muster.node;

/**
 * How a node ended.
 *
 * @param code exit code of the process: 0 for an orderly stop
 * @param reason one sentence
 */
public record NodeExit(int code, String reason) {
    /** Exit code of a node that could not go on. */
    public static final int FAILED = 1;

    public boolean isOrderly() {
        return code == 0;
    }
}
