package io.muster.bench;

import io.muster.metadata.log.LogListener;
import io.muster.metadata.log.MetadataLog;
import io.muster.metadata.log.ratis.QuorumSettings;
import io.muster.metadata.log.ratis.RatisMetadataLog;
import io.muster.metadata.log.ratis.Voter;
import io.muster.metadata.storage.StorageDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BiFunction;

/** Three voters of one quorum in this JVM, on loopback, each with its own formatted storage. */
final class Voters implements AutoCloseable {
    static final int COUNT = 3;

    private final List<StorageDirectory> storages = new ArrayList<>();
    private final List<MetadataLog> logs = new ArrayList<>();
    private final List<QuorumSettings> settings = new ArrayList<>();
    private final String clusterId = UUID.randomUUID().toString();

    Voters(Path directory) {
        List<Integer> ports = Ports.free(COUNT);
        List<Voter> voters = new ArrayList<>();
        for (int id = 1; id <= COUNT; id++) {
            voters.add(new Voter(id, "127.0.0.1", ports.get(id - 1)));
        }
        for (int id = 1; id <= COUNT; id++) {
            Path storage = directory.resolve("voter-" + id);
            StorageDirectory.format(storage, clusterId, id, false);
            storages.add(StorageDirectory.open(storage, id));
            settings.add(QuorumSettings.of(voters, "127.0.0.1", ports.get(id - 1)));
            logs.add(new RatisMetadataLog(settings.get(id - 1), storages.get(id - 1)));
        }
    }

    String clusterId() {
        return clusterId;
    }

    List<MetadataLog> logs() {
        return List.copyOf(logs);
    }

    /** Starts every voter with a listener of its own, side by side: a quorum needs two of them. */
    void start(BiFunction<Integer, MetadataLog, LogListener> listener) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            MetadataLog log = logs.get(i);
            LogListener hears = listener.apply(i, log);
            Thread thread = new Thread(() -> log.start(hears), "start-voter-" + (i + 1));
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while voters started", e);
            }
        }
    }

    @Override
    public void close() {
        logs.forEach(MetadataLog::close);
        storages.forEach(StorageDirectory::close);
    }
}
