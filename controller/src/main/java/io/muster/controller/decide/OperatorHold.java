package io.muster.controller.decide;

import io.muster.metadata.image.Broker;

/**
 * An operator's fence holds until an operator takes it back: through heartbeats of the broker that ask for more, through its
 * restarts, and through changes of the controller. It is kept where all of them look, in the reason of the fenced state.
 */
public final class OperatorHold {
    private static final String PREFIX = "Held by an operator: ";

    private OperatorHold() {}

    /** True if the broker is fenced and stays so until an operator says otherwise. */
    public static boolean isHeld(Broker broker) {
        return broker.isFenced() && broker.reason().startsWith(PREFIX);
    }

    static String reason(String why) {
        return PREFIX + why;
    }
}
