package io.muster.error;

/** What kind of error it is. Mapped once to a gRPC status (controller.rpc) and once to an exit code (cli). */
public enum ErrorCode {
    /** The request makes no sense as it stands; repeating it cannot help. */
    INVALID_ARGUMENT,
    /** What the request names does not exist. */
    NOT_FOUND,
    /** What the request wants to create exists. */
    ALREADY_EXISTS,
    /** The cluster's present state does not allow it. */
    FAILED_PRECONDITION,
    /** This node does not lead the quorum; ask the controller. */
    NOT_CONTROLLER,
    /** A limit is reached; try again after a pause. */
    OVERLOADED,
    /** It may or may not have been done; a retry with the same request id is answered from the log. */
    UNKNOWN_OUTCOME,
    /** No answer in time. */
    TIMED_OUT,
    /** Nobody can be reached. */
    UNAVAILABLE,
    /** A message carries an epoch that is no longer current. */
    STALE_EPOCH,
    /** Data on disk or on the wire is damaged or of a version that this software does not read. */
    CORRUPT,
    /** Muster has a defect: the request was refused because its decision failed. Nothing changed; the log has the details. */
    INTERNAL
}
