package io.muster.it.history;

/**
 * A rule was broken.
 *
 * @param rule which
 * @param sentence by what
 */
public record Violation(Rule rule, String sentence) {
    @Override
    public String toString() {
        return rule + ": " + sentence;
    }
}
