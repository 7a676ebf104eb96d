package io.muster.node;

import io.muster.metadata.image.Applied;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.log.Leadership;
import io.muster.metadata.log.LogListener;
import java.util.List;

/**
 * Several listeners of one log, told in this order.
 *
 * @param listeners none of them may block
 */
record LogListeners(List<LogListener> listeners) implements LogListener {
    LogListeners {
        listeners = List.copyOf(listeners);
    }

    @Override
    public void onApplied(Applied applied, long term) {
        listeners.forEach(l -> l.onApplied(applied, term));
    }

    @Override
    public void onBarrier(long term, long barrierId) {
        listeners.forEach(l -> l.onBarrier(term, barrierId));
    }

    @Override
    public void onIgnored(long term, String why) {
        listeners.forEach(l -> l.onIgnored(term, why));
    }

    @Override
    public void onImageReplaced(MetadataImage image) {
        listeners.forEach(l -> l.onImageReplaced(image));
    }

    @Override
    public void onLeading(long epoch, MetadataImage image) {
        listeners.forEach(l -> l.onLeading(epoch, image));
    }

    @Override
    public void onNotLeading(String why) {
        listeners.forEach(l -> l.onNotLeading(why));
    }

    @Override
    public void onLeaderKnown(Leadership leadership) {
        listeners.forEach(l -> l.onLeaderKnown(leadership));
    }

    @Override
    public void onFailure(String reason, Throwable cause) {
        listeners.forEach(l -> l.onFailure(reason, cause));
    }
}
