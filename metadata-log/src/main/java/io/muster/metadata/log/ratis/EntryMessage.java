package io.muster.metadata.log.ratis;

import io.muster.log.v1.LogEntry;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;

/** An entry on its way into Ratis, with its bytes: the leader need not parse what it wrote. Immutable. */
final class EntryMessage implements Message {
    private final LogEntry entry;
    private final ByteString content;

    /** @throws io.muster.error.MusterException INVALID_ARGUMENT if the entry is too large */
    EntryMessage(LogEntry entry) {
        this(entry, ProtobufBridge.toRatis(entry));
    }

    EntryMessage(LogEntry entry, ByteString content) {
        this.entry = entry;
        this.content = content;
    }

    LogEntry entry() {
        return entry;
    }

    @Override
    public ByteString getContent() {
        return content;
    }
}
