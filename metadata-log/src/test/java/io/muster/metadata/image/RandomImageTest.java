package io.muster.metadata.image;

import static io.muster.metadata.image.PartitionState.NONE;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.log.v1.Batch;
import io.muster.log.v1.BrokerState;
import io.muster.log.v1.Record;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random histories: indexes, deltas and snapshots agree with what a scan of the whole image says. */
class RandomImageTest {
    private static final int BROKERS = 7;
    private static final int STEPS = 250;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void everyViewAgreesWithAFullScan(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        ImageFixture cluster = ImageFixture.cluster(BROKERS);
        List<Batch> history = new ArrayList<>();
        MetadataImage start = cluster.image();
        List<MetadataImage> kept = new ArrayList<>();
        List<byte[]> keptBytes = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            Record[] records = step(cluster, random, step);
            if (records.length == 0) {
                continue;
            }
            history.add(cluster.batch(records));
            Applied applied = cluster.apply(records);
            checkDelta(applied);
            checkIndexes(applied.after());
            if (step % 25 == 0) {
                kept.add(applied.after());
                keptBytes.add(ImageFixture.bytes(applied.after()));
            }
        }
        byte[] end = ImageFixture.bytes(cluster.image());
        for (int i = 0; i < kept.size(); i++) {
            assertThat(ImageFixture.bytes(kept.get(i)))
                    .as("an old image never changes")
                    .isEqualTo(keptBytes.get(i));
        }
        assertThat(ImageFixture.bytes(replay(start, history, random, false))).isEqualTo(end);
        assertThat(ImageFixture.bytes(replay(start, history, random, true)))
                .as("snapshot and suffix equal full replay")
                .isEqualTo(end);
        MetadataImage reloaded = ImageFixture.reloaded(cluster.image());
        checkIndexes(reloaded);
        for (int n = 1; n < 20; n++) {
            assertThat(reloaded.allocateSlots(n)).isEqualTo(cluster.image().allocateSlots(n));
        }
    }

    private static MetadataImage replay(
            MetadataImage start, List<Batch> history, SplittableRandom random, boolean reload) {
        MetadataImage image = start;
        for (Batch batch : history) {
            image = image.apply(batch).after();
            if (reload && random.nextInt(10) == 0) {
                image = ImageFixture.reloaded(image);
            }
        }
        return image;
    }

    private static Record[] step(ImageFixture cluster, SplittableRandom random, int step) {
        MetadataImage image = cluster.image();
        int kind = random.nextInt(10);
        if (kind == 0 || image.partitionCount() == 0) {
            int rf = 1 + random.nextInt(3);
            int[][] replicas = new int[1 + random.nextInt(12)][];
            for (int p = 0; p < replicas.length; p++) {
                int first = firstUnfenced(image, random);
                if (first == NONE) {
                    return new Record[0];
                }
                replicas[p] = IntStream.range(0, rf)
                        .map(i -> (first - 1 + i) % BROKERS + 1)
                        .toArray();
            }
            return new Record[] {cluster.resource("r" + step, replicas)};
        }
        if (kind == 1 && image.resourceCount() > 3) {
            List<Resource> all = new ArrayList<>();
            image.resources().forEach(all::add);
            return new Record[] {
                cluster.resourceRemoved(all.get(random.nextInt(all.size())).name()),
                ImageFixture.request("req" + step, "deleted")
            };
        }
        if (kind <= 3) {
            return toggle(cluster, 1 + random.nextInt(BROKERS), random);
        }
        if (kind == 4 && random.nextInt(3) == 0) {
            int slot = random.nextInt(image.tableSize());
            Record lift = ImageFixture.liftFencing(random.nextInt(5000));
            return image.isUsed(slot)
                    ? new Record[] {lift, ImageFixture.suspect(slot, random.nextInt(4), false)}
                    : new Record[] {lift};
        }
        PartitionChanges changes = new PartitionChanges(image);
        for (int i = 0; i < 1 + random.nextInt(8); i++) {
            int slot = random.nextInt(image.tableSize());
            if (image.isUsed(slot)) {
                mutate(image, changes, slot, random);
            }
        }
        return changes.isEmpty() ? new Record[0] : new Record[] {ImageFixture.changes(changes.toRecord())};
    }

    private static Record[] toggle(ImageFixture cluster, int id, SplittableRandom random) {
        MetadataImage image = cluster.image();
        if (image.broker(id).orElseThrow().isFenced()) {
            return new Record[] {cluster.state(id, BrokerState.UNFENCED)};
        }
        PartitionChanges changes = new PartitionChanges(image);
        image.work(id).replicaSlots().forEach(slot -> {
            PartitionEdit edit = changes.edit(slot).ready(id, false);
            changes.put(image.partitionAt(slot).leader() == id ? edit.leader(NONE) : edit);
        });
        Record change = random.nextBoolean()
                ? ImageFixture.broker(id, "i" + image.nextOffset())
                : cluster.state(id, BrokerState.FENCED);
        return changes.isEmpty()
                ? new Record[] {change}
                : new Record[] {change, ImageFixture.changes(changes.toRecord())};
    }

    private static void mutate(MetadataImage image, PartitionChanges changes, int slot, SplittableRandom random) {
        PartitionState state = changes.get(slot);
        int replica = state.replica(random.nextInt(state.replicaCount()));
        boolean live = image.broker(replica).orElseThrow().isUnfenced();
        switch (random.nextInt(5)) {
            case 0 -> changes.put(state.edit().leader(NONE).releasing(state.leader()));
            case 1 -> {
                if (live) {
                    changes.put(state.edit()
                            .ready(replica, true)
                            .leader(replica)
                            .releasing(NONE)
                            .target(NONE));
                }
            }
            case 2 -> {
                int other = 1 + random.nextInt(BROKERS);
                if (!state.hasReplica(other) && state.replicaCount() < 4) {
                    changes.put(state.edit().addReplica(other));
                }
            }
            case 3 -> {
                if (state.replicaCount() > 1 && state.leader() != replica) {
                    changes.put(state.edit().dropReplica(replica));
                }
            }
            default -> {
                if (state.leader() != replica) {
                    changes.put(state.edit()
                            .removing(replica, random.nextBoolean())
                            .ready(replica, random.nextBoolean())
                            .target(replica));
                }
            }
        }
    }

    private static int firstUnfenced(MetadataImage image, SplittableRandom random) {
        int from = random.nextInt(BROKERS);
        return IntStream.range(0, BROKERS)
                .map(i -> (from + i) % BROKERS + 1)
                .filter(id -> image.broker(id).orElseThrow().isUnfenced())
                .findFirst()
                .orElse(NONE);
    }

    private static void checkDelta(Applied applied) {
        Map<Integer, PartitionState> before = scan(applied.before());
        Map<Integer, PartitionState> after = scan(applied.after());
        Set<Integer> changed = new HashSet<>();
        for (ImageDelta.PartitionChange change : applied.delta().partitions()) {
            int slot = slotOf(change.before(), change.after());
            assertThat(changed.add(slot)).as("slot %s named once", slot).isTrue();
            assertThat(change.before()).isEqualTo(before.get(slot));
            assertThat(change.after()).isEqualTo(after.get(slot));
        }
        Set<Integer> all = new HashSet<>(before.keySet());
        all.addAll(after.keySet());
        all.removeAll(changed);
        for (int slot : all) {
            assertThat(after.get(slot)).isSameAs(before.get(slot));
        }
        for (ImageDelta.BrokerChange change : applied.delta().brokers()) {
            int id = change.after() != null ? change.after().id() : NONE;
            assertThat(applied.before().broker(id).orElse(null)).isEqualTo(change.before());
            assertThat(applied.after().broker(id).orElse(null)).isEqualTo(change.after());
        }
    }

    private static int slotOf(@Nullable PartitionState before, @Nullable PartitionState after) {
        return after != null ? after.slot() : before != null ? before.slot() : NONE;
    }

    private static Map<Integer, PartitionState> scan(MetadataImage image) {
        Map<Integer, PartitionState> found = new HashMap<>();
        for (Resource resource : image.resources()) {
            for (int p = 0; p < resource.partitions(); p++) {
                found.put(resource.slotOf(p), image.partition(resource.id(), p).orElseThrow());
            }
        }
        return found;
    }

    private static void checkIndexes(MetadataImage image) {
        Map<Integer, PartitionState> all = scan(image);
        assertThat(image.partitionCount()).isEqualTo(all.size());
        for (int slot = 0; slot < image.tableSize(); slot++) {
            assertThat(image.isUsed(slot)).isEqualTo(all.containsKey(slot));
        }
        for (int id = 1; id <= BROKERS; id++) {
            int broker = id;
            assertThat(image.work(id).replicaSlots().boxed())
                    .containsExactlyElementsOf(all.values().stream()
                            .filter(s -> s.hasReplica(broker))
                            .map(PartitionState::slot)
                            .sorted()
                            .toList());
            assertThat(image.work(id).leaders()).isEqualTo((int)
                    all.values().stream().filter(s -> s.leader() == broker).count());
        }
        PartitionSets sets = image.sets();
        assertThat(sets.leaderlessCount()).isEqualTo((int)
                all.values().stream().filter(s -> s.leader() == NONE).count());
        assertThat(sets.unsettledCount()).isEqualTo((int) all.values().stream()
                .filter(s -> s.isHandingOver() || s.isMoving())
                .count());
        assertThat(sets.notPreferredCount()).isEqualTo((int) all.values().stream()
                .filter(s -> s.leader() != NONE && s.leader() != s.replica(0))
                .count());
        assertThat(sets.notReadyCount()).isEqualTo((int)
                all.values().stream().filter(s -> !s.isFullyReady()).count());
    }
}
