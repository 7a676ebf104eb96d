package io.muster.metadata.log.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.error.MusterException;
import io.muster.metadata.storage.StorageDirectory;
import io.muster.metadata.storage.StorageIdentity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VoterAdmissionTest {
    private static final String CLUSTER = StorageIdentity.randomUuid();
    private static final List<Voter> VOTERS = List.of(new Voter(1, "a", 1), new Voter(2, "b", 2));

    @TempDir
    Path root;

    private final Map<Integer, VoterAdmission> reachable = new ConcurrentHashMap<>();
    private final List<StorageDirectory> open = new ArrayList<>();

    private StorageDirectory one;
    private StorageDirectory two;

    @BeforeEach
    void format() {
        one = storage(1, "one");
        two = storage(2, "two");
    }

    @AfterEach
    void close() {
        open.forEach(StorageDirectory::close);
    }

    private StorageDirectory storage(int node, String name) {
        StorageDirectory.format(root.resolve(name), CLUSTER, node, false);
        StorageDirectory storage = StorageDirectory.open(root.resolve(name), node);
        open.add(storage);
        return storage;
    }

    private VoterAdmission admission(StorageDirectory storage) {
        var admission = new VoterAdmission(storage, VOTERS, this::ask);
        reachable.put(storage.identity().nodeId(), admission);
        return admission;
    }

    private CompletableFuture<PeerLog> ask(Voter voter) {
        VoterAdmission peer = reachable.get(voter.nodeId());
        return peer == null
                ? CompletableFuture.failedFuture(new java.net.ConnectException("refused"))
                : CompletableFuture.completedFuture(peer.answer());
    }

    @Test
    void firstStartWaitsForEveryVoterAndIsAskedOnce() throws Exception {
        VoterAdmission first = admission(one);
        var waiting = CompletableFuture.runAsync(() -> {
            try {
                first.await(5);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(one.wasAdmitted()).isFalse();
        admission(two);
        waiting.join();
        assertThat(one.knownDirectories()).isEqualTo(Map.of(2, two.identity().directoryId()));
        reachable.clear();
        first.await(5);
    }

    @Test
    void slowerVoterIsAdmittedAfterTheFirstCommit() throws Exception {
        VoterAdmission first = admission(one);
        VoterAdmission second = admission(two);
        first.await(5);
        one.markBootstrapped();
        second.await(5);
        assertThat(two.wasAdmitted()).isTrue();
    }

    @Test
    void voterWhoseDirectoryWasFormattedAnewIsRefused() throws Exception {
        VoterAdmission first = admission(one);
        admission(two);
        first.await(5);
        one.markBootstrapped();

        VoterAdmission wiped = admission(storage(2, "anew"));

        assertThatThrownBy(() -> wiped.await(5))
                .isInstanceOf(MusterException.class)
                .hasMessageContaining("holds committed entries");
    }
}
