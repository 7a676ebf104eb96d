package io.muster.controller;

import io.muster.error.ErrorCode;
import io.muster.rpc.v1.RefusalCode;

/** What a broker is told when its registration fails. */
final class Refusals {
    private Refusals() {}

    static RefusalCode code(ErrorCode code) {
        return switch (code) {
            case NOT_CONTROLLER -> RefusalCode.NOT_CONTROLLER;
            case ALREADY_EXISTS -> RefusalCode.DUPLICATE_NODE;
            case STALE_EPOCH -> RefusalCode.STALE_EPOCH;
            // The one precondition of a registration: that the broker reads what the cluster writes.
            case FAILED_PRECONDITION -> RefusalCode.UNSUPPORTED_VERSION;
            case INVALID_ARGUMENT, NOT_FOUND, CORRUPT -> RefusalCode.BAD_REQUEST;
            case OVERLOADED, UNKNOWN_OUTCOME, TIMED_OUT, UNAVAILABLE, INTERNAL -> RefusalCode.OVERLOADED;
        };
    }
}
