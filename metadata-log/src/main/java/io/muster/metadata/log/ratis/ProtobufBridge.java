package io.muster.metadata.log.ratis;

import io.muster.log.v1.LogEntry;
import io.muster.metadata.record.LogCodec;
import java.nio.file.Path;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.CodedInputStream;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/**
 * The one place where Muster's protobuf and the copy that Ratis carries under another package name meet. Bytes are shared, not
 * copied. Stateless.
 */
final class ProtobufBridge {
    private ProtobufBridge() {}

    /** @throws io.muster.error.MusterException INVALID_ARGUMENT if the entry is too large */
    static ByteString toRatis(LogEntry entry) {
        return UnsafeByteOperations.unsafeWrap(LogCodec.encode(entry));
    }

    /** @throws io.muster.error.MusterException CORRUPT if this version does not know what the entry holds */
    static LogEntry fromRatis(LogEntryProto entry) {
        ByteString data = entry.getStateMachineLogEntry().getLogData();
        return LogCodec.decode(data.asReadOnlyByteBuffer());
    }

    static LogEntryProto parse(byte[] bytes, int offset, int length, Path file) {
        try {
            return LogEntryProto.parseFrom(CodedInputStream.newInstance(bytes, offset, length));
        } catch (java.io.IOException e) {
            throw LogSegmentReader.damaged(file, offset, "holds an entry that cannot be read");
        }
    }
}
