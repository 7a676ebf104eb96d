package io.muster.cli.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.muster.log.v1.LogEntry;
import io.muster.metadata.image.Broker;
import io.muster.metadata.image.ImageLoader;
import io.muster.metadata.image.ImageWriter;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.log.ratis.RatisLogReader;
import io.muster.metadata.log.ratis.RatisLogReader.Item;
import io.muster.metadata.record.LogCodec;
import io.muster.testkit.invariant.ImageHash;
import io.muster.testkit.invariant.InvariantBroken;
import io.muster.testkit.invariant.Invariants;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads a log as a voter would, with its own opinion of what must hold. Not thread-safe. */
final class LogVerifier implements Consumer<Item> {
    /** Invariants that a log alone cannot show, and why. */
    private static final Map<Integer, String> NOT_JUDGED = new TreeMap<>(Map.of(
            7, "deadlines are in the controller's memory",
            11, "refused requests leave nothing in the log",
            12, "the log does not say which faults there were"));

    private final Invariants invariants = new Invariants(1);
    /** Snapshots on the disk that the log runs through: index to image. */
    private final Map<Long, MetadataImage> snapshots = new TreeMap<>();

    private final TreeSet<Long> terms = new TreeSet<>();
    private final TreeSet<Integer> brokers = new TreeSet<>();
    private long firstOffset;
    private long batches;
    private long entries;
    private long barriers;
    private boolean unfinished;
    private @Nullable InvariantBroken broken;
    private long brokenAtIndex = -1;
    private long brokenAtOffset = -1;

    /** @param snapshots those on the same disk: each is compared with what the log yields there */
    LogVerifier(Iterable<Item.Snapshot> snapshots) {
        snapshots.forEach(snapshot -> this.snapshots.put(snapshot.index(), snapshot.image()));
    }

    /** Reads the whole log of a directory; judges no further than the first thing that does not hold. */
    static LogVerifier verify(Path dir) {
        LogVerifier verifier = new LogVerifier(RatisLogReader.snapshots(dir));
        RatisLogReader.read(dir, verifier);
        verifier.finish();
        return verifier;
    }

    /** The log has ended. */
    void finish() {
        if (broken == null) {
            judge(-1, this::readsBackTheSame);
        }
    }

    boolean holds() {
        return broken == null;
    }

    @Override
    public void accept(Item item) {
        if (broken != null) {
            return;
        }
        if (item instanceof Item.Snapshot snapshot) {
            firstOffset = snapshot.image().nextOffset();
            terms.add(snapshot.term());
            snapshot.image().brokers().forEach(b -> brokers.add(b.id()));
            invariants.startFrom(snapshot.term(), snapshot.image());
        } else if (item instanceof Item.Entry entry) {
            entry(entry.index(), entry.term(), entry.entry());
        } else if (item instanceof Item.Configuration configuration) {
            terms.add(configuration.term());
        } else if (item instanceof Item.UnfinishedTail) {
            unfinished = true;
        }
    }

    private void entry(long index, long term, LogEntry entry) {
        entries++;
        barriers += entry.getBarrierId() != 0 ? 1 : 0;
        terms.add(term);
        long before = invariants.image().nextOffset();
        judge(index, () -> invariants.committed(term, entry));
        MetadataImage image = invariants.image();
        batches += image.nextOffset() - before;
        for (Broker broker : image.brokers()) {
            brokers.add(broker.id());
        }
        MetadataImage snapshot = snapshots.get(index);
        if (snapshot != null) {
            judge(
                    index,
                    () -> invariants.judge(
                            2,
                            ImageHash.of(snapshot) == ImageHash.of(invariants.image()),
                            "the snapshot of index " + index + " is not what the log yields at offset "
                                    + invariants.image().nextOffset()));
        }
    }

    /** What the log yields, written as a snapshot and read again, is the same. */
    private void readsBackTheSame() {
        MetadataImage image = invariants.image();
        ImageLoader loader = new ImageLoader(ImageWriter.header(image, LogCodec.FORMAT_LEVEL));
        ImageWriter.write(image, loader::add);
        invariants.judge(
                2,
                ImageHash.of(loader.finish()) == ImageHash.of(image),
                "the image at offset " + image.nextOffset() + " is another after it was written and read again");
    }

    private void judge(long index, Runnable check) {
        try {
            check.run();
        } catch (InvariantBroken e) {
            broken = e;
            brokenAtIndex = index;
            brokenAtOffset = invariants.judgedOffset();
        }
    }

    // ---- what comes of it

    void print(PrintWriter out) {
        MetadataImage image = invariants.image();
        row(out, "log entries", entries + " (" + barriers + " barriers)");
        row(out, "batches", batches + ", and " + invariants.ignored() + " that do not count");
        row(
                out,
                "offsets",
                batches == 0
                        ? "none after the snapshot of offsets below " + firstOffset
                        : firstOffset + " to " + (image.nextOffset() - 1)
                                + (firstOffset > 0 ? ", after a snapshot of those below" : ""));
        row(out, "terms", terms.isEmpty() ? "none" : terms.size() + ", from " + terms.first() + " to " + terms.last());
        row(out, "brokers", brokers.size() + " " + brokers);
        row(out, "partitions", image.partitionCount() + " in " + image.resourceCount() + " resources");
        row(out, "snapshots compared", String.valueOf(snapshots.size()));
        for (int number = 1; number <= Invariants.LAST; number++) {
            long checks = invariants.checks().getOrDefault(number, 0L);
            String why = NOT_JUDGED.get(number);
            row(
                    out,
                    "invariant " + number,
                    why != null
                            ? "not judged: " + why
                            : checks == 0
                                    ? "nothing in this log to check it by"
                                    : String.format(Locale.ROOT, "%,d checks", checks));
        }
        if (unfinished) {
            row(out, "note", "the last entry is being written or was cut off by a crash; it is not committed");
        }
        row(out, "verdict", broken == null ? "everything checked holds" : sentence());
    }

    /** The first thing that does not hold, and where. */
    private String sentence() {
        return broken == null
                ? ""
                : broken.getMessage() + " (at offset " + brokenAtOffset
                        + (brokenAtIndex < 0 ? "" : ", log index " + brokenAtIndex) + ")";
    }

    private static void row(PrintWriter out, String name, String value) {
        out.printf(Locale.ROOT, "%-20s %s%n", name, value);
    }

    JsonObject json() {
        JsonObject json = new JsonObject();
        json.addProperty("holds", holds());
        json.addProperty("entries", entries);
        json.addProperty("barriers", barriers);
        json.addProperty("batches", batches);
        json.addProperty("ignoredBatches", invariants.ignored());
        json.addProperty("firstOffset", firstOffset);
        json.addProperty("nextOffset", invariants.image().nextOffset());
        json.add("terms", numbers(terms));
        json.add("brokers", numbers(brokers));
        json.addProperty("partitions", invariants.image().partitionCount());
        json.addProperty("snapshotsCompared", snapshots.size());
        JsonObject checks = new JsonObject();
        invariants.checks().forEach((number, n) -> checks.addProperty(String.valueOf(number), n));
        json.add("invariantChecks", checks);
        JsonObject notJudged = new JsonObject();
        NOT_JUDGED.forEach((number, why) -> notJudged.addProperty(String.valueOf(number), why));
        json.add("notJudged", notJudged);
        InvariantBroken first = broken;
        if (first != null) {
            JsonObject violation = new JsonObject();
            violation.addProperty("invariant", first.number());
            violation.addProperty("offset", brokenAtOffset);
            violation.addProperty("index", brokenAtIndex);
            violation.addProperty("what", first.getMessage());
            json.add("violation", violation);
        }
        return json;
    }

    private static JsonArray numbers(Iterable<? extends Number> numbers) {
        JsonArray array = new JsonArray();
        numbers.forEach(array::add);
        return array;
    }
}
