package io.muster.metadata.image;

import io.muster.log.v1.SuspectRecord;

/**
 * A partition whose owners fail to lead it, or die of it.
 *
 * @param slot its place in the partition table
 * @param strikes owners in a row that failed
 * @param lastMs when the last one failed, milliseconds since 1970
 * @param lastEpoch the leader epoch of the last one that counted
 * @param parked nobody is granted it until an operator releases it
 * @param reason what the last owner said, or how it ended; one sentence
 */
public record Suspect(int slot, int strikes, long lastMs, long lastEpoch, boolean parked, String reason) {
    public static Suspect of(SuspectRecord record) {
        return new Suspect(
                record.getSlot(),
                record.getStrikes(),
                record.getLastMs(),
                record.getLastEpoch(),
                record.getParked(),
                record.getReason());
    }

    public SuspectRecord toRecord() {
        return SuspectRecord.newBuilder()
                .setSlot(slot)
                .setStrikes(strikes)
                .setLastMs(lastMs)
                .setLastEpoch(lastEpoch)
                .setParked(parked)
                .setReason(reason)
                .build();
    }
}
