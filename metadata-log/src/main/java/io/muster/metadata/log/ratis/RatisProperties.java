package io.muster.metadata.log.ratis;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.rpc.SupportedRpcType;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** Every Ratis property that Muster sets, with the reason. Everything else stays at the default of Ratis 3.3.0. Stateless. */
public final class RatisProperties {
    /** Ratis's own limit for one entry; the codec refuses entries well below it. */
    private static final SizeInBytes APPEND_BYTES = SizeInBytes.valueOf(4L << 20);

    private static final SizeInBytes MESSAGE_BYTES = SizeInBytes.valueOf(16L << 20);
    private static final SizeInBytes SNAPSHOT_CHUNK_BYTES = SizeInBytes.valueOf(4L << 20);
    private static final int FIRST_ELECTION_MIN_MS = 150;
    private static final int FIRST_ELECTION_MAX_MS = 300;

    private RatisProperties() {}

    /** The properties of the voter that keeps its Raft files in {@code raftDirectory}; public for benchmarks of Ratis alone. */
    public static RaftProperties of(QuorumSettings settings, Path raftDirectory) {
        var p = new RaftProperties();
        rpc(p, settings);
        election(p, settings);
        log(p, settings);
        snapshots(p, settings);
        // both default to /tmp
        RaftServerConfigKeys.setStorageDir(p, List.of(raftDirectory.toFile()));
        RaftServerConfigKeys.setRemovedGroupsDir(
                p, new File(raftDirectory.toFile().getParentFile(), "raft-removed"));
        // retries are answered from the image; this cache costs 700 bytes an entry on every voter
        RaftServerConfigKeys.RetryCache.setExpiryTime(p, ms(2000));
        return p;
    }

    private static void rpc(RaftProperties p, QuorumSettings settings) {
        // not Netty: no TLS on its RPC path
        RaftConfigKeys.Rpc.setType(p, SupportedRpcType.GRPC);
        if (!settings.bindHost().isEmpty()) {
            GrpcConfigKeys.Server.setHost(p, settings.bindHost());
        }
        GrpcConfigKeys.Server.setPort(p, settings.bindPort());
        GrpcConfigKeys.setMessageSizeMax(p, MESSAGE_BYTES);
        RaftServerConfigKeys.Rpc.setSlownessTimeout(p, ms(10_000));
    }

    private static void election(RaftProperties p, QuorumSettings settings) {
        int min = settings.electionTimeoutMinMs();
        int max = settings.electionTimeoutMaxMs();
        RaftServerConfigKeys.Rpc.setTimeoutMin(p, ms(min));
        RaftServerConfigKeys.Rpc.setTimeoutMax(p, ms(max));
        // a cold start has no leader to wait for
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(p, ms(Math.min(min, FIRST_ELECTION_MIN_MS)));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(p, ms(Math.min(max, FIRST_ELECTION_MAX_MS)));
        RaftServerConfigKeys.LeaderElection.setPreVote(p, true);
        // the default of 10 s keeps a leader that lost its majority from standing again: 7 s outages; it is also the
        // JVM pause
        // after which a leader steps down
        RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(p, ms(Math.max(1000, max)));
        // a process that was stopped for long and goes on is a follower that catches up, not a reason to close
        RaftServerConfigKeys.setCloseThreshold(p, TimeDuration.valueOf(1, TimeUnit.HOURS));
    }

    private static void log(RaftProperties p, QuorumSettings settings) {
        // one more entry and fsync for every commit otherwise
        RaftServerConfigKeys.Log.setLogMetadataEnabled(p, false);
        // both acknowledge before the disk has the entry
        RaftServerConfigKeys.Log.setUnsafeFlushEnabled(p, false);
        RaftServerConfigKeys.Log.setAsyncFlushEnabled(p, false);
        // the other choice cuts a damaged log silently
        RaftServerConfigKeys.Log.setCorruptionPolicy(p, RaftServerConfigKeys.Log.CorruptionPolicy.EXCEPTION);
        RaftServerConfigKeys.Log.setSegmentSizeMax(p, SizeInBytes.valueOf(settings.segmentBytes()));
        RaftServerConfigKeys.Log.setPreallocatedSize(
                p, SizeInBytes.valueOf(Math.min(settings.segmentBytes(), 4 << 20)));
        RaftServerConfigKeys.Log.setSegmentCacheNumMax(p, 3);
        RaftServerConfigKeys.Log.Appender.setBufferByteLimit(p, APPEND_BYTES);
        // the default backs off to 5 s: a voter that was away for 10 s rejoined after 7
        RaftServerConfigKeys.Log.Appender.setRetryPolicy(p, "1ms,10, 200ms,1000000");
    }

    private static void snapshots(RaftProperties p, QuorumSettings settings) {
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(p, true);
        RaftServerConfigKeys.Snapshot.setAutoTriggerThreshold(p, settings.snapshotIntervalEntries());
        RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(p, false);
        RaftServerConfigKeys.Snapshot.setRetentionFileNum(p, settings.snapshotsKept());
        // otherwise one dead voter keeps every log growing
        RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(p, true);
        RaftServerConfigKeys.Log.setPurgePreservationLogNum(p, settings.preservedEntries());
        RaftServerConfigKeys.Log.setPurgeGap(p, (int)
                Math.max(1, Math.min(1024, settings.snapshotIntervalEntries() / 2)));
        RaftServerConfigKeys.Log.Appender.setInstallSnapshotEnabled(p, true);
        RaftServerConfigKeys.Log.Appender.setSnapshotChunkSizeMax(p, SNAPSHOT_CHUNK_BYTES);
    }

    private static TimeDuration ms(long value) {
        return TimeDuration.valueOf(value, TimeUnit.MILLISECONDS);
    }
}
