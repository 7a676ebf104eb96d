package io.muster.metadata.log.ratis;

import io.muster.metadata.image.Applied;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.log.Leadership;
import io.muster.metadata.log.LogListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down what a log tells it, from any thread. Thread-safe. */
final class HeardListener implements LogListener {
    final List<String> heard = new CopyOnWriteArrayList<>();
    final List<String> failures = new CopyOnWriteArrayList<>();

    /** The epoch it was told to lead in; 0 while it was told not to. */
    volatile long leadingEpoch;

    @Override
    public void onApplied(Applied applied, long term) {
        heard.add("applied " + applied.offset());
    }

    @Override
    public void onBarrier(long term, long barrierId) {
        heard.add("barrier " + barrierId);
    }

    @Override
    public void onIgnored(long term, String why) {
        heard.add("ignored");
    }

    @Override
    public void onImageReplaced(MetadataImage image) {
        heard.add("replaced " + image.nextOffset());
    }

    @Override
    public void onLeading(long epoch, MetadataImage image) {
        leadingEpoch = epoch;
        heard.add("leading from " + image.nextOffset());
    }

    @Override
    public void onNotLeading(String why) {
        leadingEpoch = 0;
        heard.add("not leading");
    }

    @Override
    public void onLeaderKnown(Leadership leadership) {
        heard.add("leader " + leadership.leaderId());
    }

    @Override
    public void onFailure(String reason, Throwable cause) {
        failures.add(reason);
    }
}
