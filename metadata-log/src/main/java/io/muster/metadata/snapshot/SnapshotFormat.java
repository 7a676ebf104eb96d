package io.muster.metadata.snapshot;

import java.nio.charset.StandardCharsets;

/**
 * The bytes of a snapshot: the magic, then messages, each a kind (one byte), a length (four bytes, big-endian) and that many
 * bytes. One header, any number of chunks, one footer, whose checksum covers every byte before its own kind byte.
 */
final class SnapshotFormat {
    static final byte HEADER = 1;
    static final byte CHUNK = 2;
    static final byte FOOTER = 3;

    /** Bytes of a kind and a length. */
    static final int PREFIX_BYTES = 5;

    /** Most bytes of one message; a longer length can only be damage. */
    static final int MAX_MESSAGE_BYTES = 64 << 20;

    /** Most partitions in a table; a larger count can only be damage. */
    static final int MAX_TABLE_SIZE = 100_000_000;

    private static final byte[] MAGIC = "MUSTERS1".getBytes(StandardCharsets.US_ASCII);

    private SnapshotFormat() {}

    static byte[] magic() {
        return MAGIC.clone();
    }
}
