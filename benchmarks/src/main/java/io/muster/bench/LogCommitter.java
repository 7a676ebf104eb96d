package io.muster.bench;

import io.muster.log.v1.Batch;
import io.muster.log.v1.Cause;
import io.muster.log.v1.CauseKind;
import io.muster.log.v1.LogEntry;
import io.muster.log.v1.Record;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.log.AppendOutcome;
import io.muster.metadata.record.LogCodec;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** The metadata log without the controller: every change is its own entry, applied to the image of every voter. */
final class LogCommitter implements Committer {
    private final Voters voters;
    private final LeadingVoter.Elected leader;
    private long nextOffset;

    LogCommitter(Path directory) {
        voters = new Voters(directory);
        CompletableFuture<LeadingVoter.Elected> leading = new CompletableFuture<>();
        voters.start((i, log) -> new LeadingVoter(log, leading));
        leader = leading.orTimeout(30, TimeUnit.SECONDS).join();
        for (List<Record> records : SmallCluster.facts(voters.clusterId())) {
            append(CauseKind.BOOTSTRAP, records).toCompletableFuture().join();
        }
    }

    @Override
    public String name() {
        return "RatisMetadataLog";
    }

    @Override
    public CompletionStage<?> commit(int caller) {
        MetadataImage image = leader.log().image();
        int now = image.partitionAt(caller).leader();
        return append(CauseKind.BALANCE, List.of(SmallCluster.leaderOf(caller, now == 1 ? 2 : 1)));
    }

    /** Bytes of the entry that one small change becomes. */
    static int entryBytes() {
        return entry(1, 1_000_000, CauseKind.BALANCE, List.of(SmallCluster.leaderOf(0, 2)))
                .getSerializedSize();
    }

    private static LogEntry entry(long epoch, long offset, CauseKind kind, List<Record> records) {
        Batch batch = Batch.newBuilder()
                .setControllerEpoch(epoch)
                .setBaseOffset(offset)
                .setTimestampMs(System.currentTimeMillis())
                .setCause(
                        Cause.newBuilder().setKind(kind).setActor("controller").setSentence("Measured."))
                .addAllRecords(records)
                .build();
        return LogCodec.entry(epoch, List.of(batch));
    }

    private synchronized CompletionStage<?> append(CauseKind kind, List<Record> records) {
        return leader.log()
                .append(entry(leader.epoch(), nextOffset++, kind, records))
                .thenAccept(outcome -> {
                    if (outcome != AppendOutcome.COMMITTED) {
                        throw new IllegalStateException("an append was not committed: " + outcome);
                    }
                });
    }

    @Override
    public void close() {
        voters.close();
    }
}
