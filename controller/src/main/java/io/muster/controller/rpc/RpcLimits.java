package io.muster.controller.rpc;

/** Limits of the gRPC services. */
public final class RpcLimits {
    /** Largest message a node accepts; a larger one is refused with RESOURCE_EXHAUSTED before it is read. */
    public static final int MAX_INBOUND_BYTES = 8 * 1024 * 1024;
    /** How long an administrative request may take when its caller sets no deadline, milliseconds. */
    public static final long ADMIN_TIMEOUT_MS = 30_000;
    /** Partitions in one piece of a listing. */
    static final int PARTITIONS_PER_PIECE = 1000;

    /** Partitions in one answer that is no stream: about half of {@link #MAX_INBOUND_BYTES}. */
    static final int DESCRIBED_PARTITIONS_MAX = 50_000;

    /** Changes in one piece of a history. */
    static final int CHANGES_PER_PIECE = 200;

    /** Most of the newest changes that a history may be limited to: they are held until its end is reached. */
    static final int HISTORY_LIMIT_MAX = 10_000;

    private RpcLimits() {}
}
