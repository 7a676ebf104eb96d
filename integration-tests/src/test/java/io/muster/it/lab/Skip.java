package io.muster.it.lab;

import org.junit.jupiter.api.Assumptions;

/** What a machine cannot do is skipped, and said. Stateless. */
public final class Skip {
    private Skip() {}

    /** Ends the running test as skipped unless {@code possible}. */
    public static void unless(boolean possible, String why) {
        if (!possible) {
            note(why);
            Assumptions.abort(why);
        }
    }

    /** A part of a test is left out. */
    public static void note(String why) {
        System.out.println("skipped: " + why);
    }
}
