package io.muster.metadata.log.ratis;

import io.muster.metadata.storage.DurableFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.grpc.server.GrpcServicesImpl;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.util.CodeInjectionForTesting;

/**
 * Makes a vote durable before anyone learns of it.
 *
 * <p>Ratis 3.3.0 writes term and vote to a temporary file, fsyncs it and renames it, but never fsyncs the directory: after a power
 * cut the old term and vote may be back, and the voter votes a second time in the same term (two leaders in one term were
 * seen). Here the directory is fsynced at the two doors through which a vote leaves the process:
 *
 * <ul>
 *   <li>the answer to a vote request ({@link QuorumGuard});
 *   <li>a candidate's own vote request, which tells the others that it has voted for itself. The only hook there is Ratis's
 *       injection point in front of every request that it sends.
 * </ul>
 *
 * <p>Not covered: renames of closed log segments. They are harmless: the next fsync of a new segment commits them on journalling
 * file systems, and a log that lost its tail is refused at start ({@link CommittedMark}). Thread-safe.
 */
final class VoteDurability {
    private static final Map<Member, Path> DIRECTORIES = new ConcurrentHashMap<>();

    private VoteDurability() {}

    private record Member(ByteString group, ByteString peer) {}

    /** Covers a voter of this process from now on. */
    static void cover(ByteString groupId, ByteString peerId, Path metaDirectory) {
        DIRECTORIES.put(new Member(groupId, peerId), metaDirectory);
        CodeInjectionForTesting.put(GrpcServicesImpl.GRPC_SEND_SERVER_REQUEST, VoteDurability::beforeRequest);
    }

    static void forget(ByteString groupId, ByteString peerId) {
        DIRECTORIES.remove(new Member(groupId, peerId));
    }

    /** Makes every name in the directory of term and vote durable. */
    static void sync(Path metaDirectory) {
        try {
            DurableFiles.syncDirectory(metaDirectory);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("a vote cannot be made durable in " + metaDirectory, e);
        }
    }

    private static boolean beforeRequest(Object localId, Object remoteId, Object... args) {
        if (args.length > 0 && args[0] instanceof RequestVoteRequestProto vote && !vote.getPreVote()) {
            RaftRpcRequestProto request = vote.getServerRequest();
            Path directory = DIRECTORIES.get(new Member(request.getRaftGroupId().getId(), request.getRequestorId()));
            if (directory != null) {
                sync(directory);
                return true;
            }
        }
        return false;
    }
}
