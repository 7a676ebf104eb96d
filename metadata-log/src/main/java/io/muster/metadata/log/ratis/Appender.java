package io.muster.metadata.log.ratis;

import io.muster.error.MusterException;
import io.muster.log.v1.LogEntry;
import io.muster.metadata.log.AppendOutcome;
import io.muster.metadata.record.LogCodec;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.exceptions.ResourceUnavailableException;
import org.apache.ratis.server.DivisionInfo;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands entries to Ratis, in the order in which they came, on a thread of its own: Ratis may block the caller while it holds an election or
 * its queue is full. Nothing is waited for, so many entries are under way at once and share fsyncs and messages. Thread-safe.
 */
final class Appender implements Runnable {
    /** Entries that wait for this thread; beyond it entries are refused. Ratis itself holds as many again. */
    static final int MAX_WAITING = 4096;

    private static final Logger LOG = LoggerFactory.getLogger(Appender.class);
    private static final long POLL_MS = 100;

    private final ArrayBlockingQueue<Waiting> queue = new ArrayBlockingQueue<>(MAX_WAITING);
    private final ClientId clientId = ClientId.randomId();
    private final RaftPeerId self;
    private final RaftGroupId groupId;
    private final RaftClientAsynchronousProtocol division;
    private final DivisionInfo info;
    private long lastCallId;
    private volatile boolean stopped;

    private record Waiting(EntryMessage message, CompletableFuture<AppendOutcome> outcome) {}

    /** @param division takes requests on the calling thread: one hop less than the server's own door, and in order */
    Appender(RaftPeerId self, RaftGroupId groupId, RaftClientAsynchronousProtocol division, DivisionInfo info) {
        this.self = self;
        this.groupId = groupId;
        this.division = division;
        this.info = info;
    }

    CompletionStage<AppendOutcome> append(LogEntry entry) {
        EntryMessage message;
        try {
            message = new EntryMessage(entry);
        } catch (MusterException e) {
            LOG.error("An entry was refused: {}", e.getMessage());
            return CompletableFuture.completedStage(AppendOutcome.REFUSED);
        }
        if (entry.getFormatLevel() != LogCodec.FORMAT_LEVEL) {
            LOG.error("An entry of format level {} was refused", entry.getFormatLevel());
            return CompletableFuture.completedStage(AppendOutcome.REFUSED);
        }
        return append(message);
    }

    CompletionStage<AppendOutcome> append(EntryMessage message) {
        var waiting = new Waiting(message, new CompletableFuture<>());
        if (stopped || !queue.offer(waiting)) {
            return CompletableFuture.completedStage(AppendOutcome.REFUSED);
        }
        if (stopped) {
            refuseWaiting();
        }
        return waiting.outcome();
    }

    @Override
    public void run() {
        while (!stopped) {
            try {
                Waiting next = queue.poll(POLL_MS, TimeUnit.MILLISECONDS);
                if (next != null) {
                    submit(next);
                }
            } catch (InterruptedException e) {
                stopped = true;
                Thread.currentThread().interrupt();
            }
        }
        refuseWaiting();
    }

    void stop() {
        stopped = true;
    }

    private void refuseWaiting() {
        Waiting next = queue.poll();
        while (next != null) {
            next.outcome().complete(AppendOutcome.REFUSED);
            next = queue.poll();
        }
    }

    private void submit(Waiting next) {
        long epoch = next.message().entry().getControllerEpoch();
        if (!info.isLeader() || info.getCurrentTerm() != epoch) {
            next.outcome().complete(AppendOutcome.REFUSED);
            return;
        }
        RaftClientRequest request = RaftClientRequest.newBuilder()
                .setClientId(clientId)
                .setServerId(self)
                .setGroupId(groupId)
                .setCallId(++lastCallId)
                .setMessage(next.message())
                .setType(RaftClientRequest.writeRequestType())
                .build();
        try {
            var unused = division.submitClientRequestAsync(request)
                    .whenComplete((reply, error) -> next.outcome().complete(outcome(reply, error)));
        } catch (IOException | RuntimeException e) {
            next.outcome().complete(outcome(null, e));
        }
    }

    /**
     * What a reply says. "Not leader" is unknown: Ratis answers so for entries that a later leader then commits. An entry that
     * was committed and is a no-op on every replica is as good as never appended.
     */
    private static AppendOutcome outcome(@Nullable RaftClientReply reply, @Nullable Throwable error) {
        Throwable cause = error instanceof CompletionException ? error.getCause() : error;
        if (cause == null && reply != null && reply.isSuccess()) {
            return MetadataStateMachine.COUNTED.equals(reply.getMessage().getContent())
                    ? AppendOutcome.COMMITTED
                    : AppendOutcome.REFUSED;
        }
        if (cause == null && reply != null) {
            cause = reply.getException();
        }
        if (cause instanceof ResourceUnavailableException) {
            return AppendOutcome.REFUSED;
        }
        LOG.debug("The outcome of an append is unknown", cause);
        return AppendOutcome.UNKNOWN;
    }
}
