package io.muster.metadata.log;

import io.muster.metadata.image.Applied;
import io.muster.metadata.image.MetadataImage;
import java.util.ArrayList;
import java.util.List;

/** Writes down what a log tells it. Not thread-safe. */
public final class RecordingListener implements LogListener {
    public final List<String> heard = new ArrayList<>();

    @Override
    public void onApplied(Applied applied, long term) {
        heard.add("applied " + applied.offset() + "@" + term);
    }

    @Override
    public void onBarrier(long term, long barrierId) {
        heard.add("barrier " + barrierId + "@" + term);
    }

    @Override
    public void onIgnored(long term, String why) {
        heard.add("ignored@" + term);
    }

    @Override
    public void onImageReplaced(MetadataImage image) {
        heard.add("replaced " + image.nextOffset());
    }

    @Override
    public void onLeading(long epoch, MetadataImage image) {
        heard.add("leading " + epoch + " from " + image.nextOffset());
    }

    @Override
    public void onNotLeading(String why) {
        heard.add("not leading");
    }

    @Override
    public void onLeaderKnown(Leadership leadership) {
        heard.add("leader " + leadership.leaderId() + "@" + leadership.epoch());
    }

    @Override
    public void onFailure(String reason, Throwable cause) {
        heard.add("failure " + reason);
    }
}
