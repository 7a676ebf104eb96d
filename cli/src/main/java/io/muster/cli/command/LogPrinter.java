package io.muster.cli.command;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.muster.cli.Json;
import io.muster.log.v1.Batch;
import io.muster.log.v1.LogEntry;
import io.muster.log.v1.Record;
import io.muster.log.v1.SuspectRecord;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.ImageDelta.PartitionChange;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import io.muster.metadata.image.Resource;
import io.muster.metadata.log.ratis.RatisLogReader.Item;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Shows items of the log in order. It replays them as a voter does, so that it can tell which batches count (a deposed
 * controller's do not) and what a batch changed in words. Not thread-safe.
 */
abstract class LogPrinter implements Consumer<Item>, AutoCloseable {
    final PrintWriter out;
    private final long from;
    private final boolean all;
    private MetadataImage image = MetadataImage.EMPTY;
    private boolean unfinished;

    LogPrinter(PrintWriter out, long from, boolean all) {
        this.out = out;
        this.from = from;
        this.all = all;
    }

    @Override
    public final void accept(Item item) {
        if (item instanceof Item.Snapshot snapshot) {
            image = snapshot.image();
            snapshot(snapshot);
        } else if (item instanceof Item.Entry entry) {
            entry(entry);
        } else if (item instanceof Item.Configuration configuration) {
            if (all) {
                other(
                        configuration.index(),
                        configuration.term(),
                        "configuration",
                        configuration.voters().toString());
            }
        } else if (item instanceof Item.Metadata metadata) {
            if (all) {
                other(metadata.index(), metadata.term(), "commit", "up to index " + metadata.commitIndex());
            }
        } else if (item instanceof Item.UnfinishedTail) {
            unfinished = true;
        }
    }

    private void entry(Item.Entry item) {
        LogEntry entry = item.entry();
        if (entry.getBarrierId() != 0 && all) {
            other(item.index(), item.term(), "barrier", "of epoch " + entry.getControllerEpoch());
        }
        for (Batch batch : entry.getBatchesList()) {
            boolean counts = entry.getControllerEpoch() == item.term()
                    && batch.getControllerEpoch() == item.term()
                    && batch.getBaseOffset() == image.nextOffset();
            Applied applied = counts ? image.apply(batch) : null;
            if (applied != null) {
                image = applied.after();
            }
            if (batch.getBaseOffset() >= from) {
                batch(item, batch, applied);
            }
        }
    }

    /** Where the log begins. */
    abstract void snapshot(Item.Snapshot snapshot);

    /**
     * A batch.
     *
     * @param applied what it changed; null if it does not count
     */
    abstract void batch(Item.Entry entry, Batch batch, @Nullable Applied applied);

    /** Something that takes no offset. */
    abstract void other(long index, long term, String kind, String what);

    /** Says what is odd, in words, after all was read. */
    void finish(PrintWriter err) {
        if (unfinished) {
            err.println("The last entry is being written or was cut off by a crash; it is not committed.");
            err.flush();
        }
    }

    @Override
    public void close() {
        out.flush();
    }

    /** For people. */
    static final class AsText extends LogPrinter {
        AsText(PrintWriter out, long from, boolean all) {
            super(out, from, all);
        }

        @Override
        void snapshot(Item.Snapshot snapshot) {
            MetadataImage image = snapshot.image();
            out.println("snapshot of offsets below " + image.nextOffset() + ": " + image.brokerCount() + " brokers, "
                    + image.resourceCount() + " resources, " + image.partitionCount() + " partitions ("
                    + snapshot.file() + ")");
        }

        @Override
        void batch(Item.Entry entry, Batch batch, @Nullable Applied applied) {
            var cause = batch.getCause();
            out.println("offset " + batch.getBaseOffset() + "  index " + entry.index() + "  epoch "
                    + batch.getControllerEpoch() + "  " + Instant.ofEpochMilli(batch.getTimestampMs()) + "  "
                    + cause.getKind() + " by " + (cause.getActor().isEmpty() ? "-" : cause.getActor())
                    + (cause.getRequestId().isEmpty() ? "" : " request " + cause.getRequestId())
                    + (cause.getSentence().isEmpty() ? "" : ": " + cause.getSentence()));
            if (applied == null) {
                out.println("    does not count: it was decided by a deposed controller, or behind a lost batch");
            }
            for (Record record : batch.getRecordsList()) {
                if (applied != null && (record.hasPartitionChanges() || record.hasResource())) {
                    continue; // told below, in words
                }
                if (applied != null && record.hasSuspect()) {
                    suspect(record.getSuspect(), applied.after());
                    continue;
                }
                out.println("    " + Json.compact(record));
            }
            if (applied != null) {
                applied.delta().created().forEach(this::resource);
                applied.delta().partitions().forEach(this::partition);
            }
        }

        private void suspect(SuspectRecord suspect, MetadataImage after) {
            PartitionState state = after.partitionAt(suspect.getSlot());
            String what = suspect.getStrikes() == 0
                    ? "no longer suspected"
                    : (suspect.getParked() ? "parked" : "suspected") + "  failures in a row " + suspect.getStrikes()
                            + ": " + suspect.getReason();
            out.println("    " + state.resource().name() + "/" + state.partition() + "  " + what);
        }

        private void resource(Resource resource) {
            out.println("    resource " + resource.name() + "  id " + resource.id() + "  partitions "
                    + resource.partitions() + "  replicas " + resource.replicationFactor() + "  state "
                    + resource.stateKind() + "  ownership " + resource.ownership()
                    + (resource.requiredTags().isEmpty() ? "" : "  tags " + Labels.show(resource.requiredTags())));
        }

        private void partition(PartitionChange change) {
            PartitionState before = change.before();
            PartitionState after = change.after();
            if (after == null) {
                return; // deleted with its resource, whose record says so
            }
            StringBuilder line = new StringBuilder("    ")
                    .append(after.resource().name())
                    .append('/')
                    .append(after.partition());
            if (before == null) {
                out.println(line.append("  leader ")
                        .append(name(after.leader()))
                        .append("  replicas ")
                        .append(Arrays.toString(after.replicas())));
                return;
            }
            changed(line, "leader", name(before.leader()), name(after.leader()));
            changed(line, "epoch", before.leaderEpoch(), after.leaderEpoch());
            changed(line, "replicas", Arrays.toString(before.replicas()), Arrays.toString(after.replicas()));
            changed(line, "ready", Arrays.toString(before.readyBrokers()), Arrays.toString(after.readyBrokers()));
            changed(line, "releasing", name(before.releasing()), name(after.releasing()));
            changed(line, "next", name(before.target()), name(after.target()));
            changed(line, "phase", before.phase(), after.phase());
            out.println(line);
        }

        private static void changed(StringBuilder line, String what, Object before, Object after) {
            if (!before.equals(after)) {
                line.append("  ")
                        .append(what)
                        .append(' ')
                        .append(before)
                        .append(" -> ")
                        .append(after);
            }
        }

        private static String name(int broker) {
            return broker < 0 ? "none" : Integer.toString(broker);
        }

        @Override
        void other(long index, long term, String kind, String what) {
            out.println(kind + "  index " + index + "  term " + term + "  " + what);
        }
    }

    /** For programs: one object, written as it is read. */
    static final class AsJson extends LogPrinter {
        private boolean open;

        AsJson(PrintWriter out, long from, boolean all) {
            super(out, from, all);
        }

        /** Nothing is printed if nothing could be read. */
        private void open() {
            if (!open) {
                out.print("{\"entries\": [");
                open = true;
            }
        }

        private JsonObject item(String kind, long index, long term) {
            JsonObject json = new JsonObject();
            json.addProperty("kind", kind);
            json.addProperty("index", index);
            json.addProperty("term", term);
            return json;
        }

        private void print(JsonObject json) {
            out.print(open ? ",\n" : "");
            open();
            out.print(json);
        }

        @Override
        void snapshot(Item.Snapshot snapshot) {
            JsonObject json = item("snapshot", snapshot.index(), snapshot.term());
            json.addProperty("nextOffset", snapshot.image().nextOffset());
            json.addProperty("brokers", snapshot.image().brokerCount());
            json.addProperty("resources", snapshot.image().resourceCount());
            json.addProperty("partitions", snapshot.image().partitionCount());
            json.addProperty("file", snapshot.file().toString());
            print(json);
        }

        @Override
        void batch(Item.Entry entry, Batch batch, @Nullable Applied applied) {
            JsonObject json = item("batch", entry.index(), entry.term());
            json.addProperty("counts", applied != null);
            json.add("batch", JsonParser.parseString(Json.of(batch)));
            print(json);
        }

        @Override
        void other(long index, long term, String kind, String what) {
            JsonObject json = item(kind, index, term);
            json.addProperty("what", what);
            print(json);
        }

        @Override
        void finish(PrintWriter err) {
            open();
            super.finish(err);
        }

        @Override
        public void close() {
            if (open) {
                out.println("]}");
            }
            super.close();
        }
    }
}
