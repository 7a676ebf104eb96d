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
 * @param lastOwner which broker the last owner was, or {@link PartitionState#NONE} if that is not known
 */
public record Suspect(
        int slot, int strikes, long lastMs, long lastEpoch, boolean parked, String reason, int lastOwner) {
    public static Suspect of(SuspectRecord record) {
        return new Suspect(
                record.getSlot(),
                record.getStrikes(),
                record.getLastMs(),
                record.getLastEpoch(),
                record.getParked(),
                record.getReason(),
                record.hasLastOwner() ? record.getLastOwner() : PartitionState.NONE);
    }

    public SuspectRecord toRecord() {
        SuspectRecord.Builder record = SuspectRecord.newBuilder()
                .setSlot(slot)
                .setStrikes(strikes)
                .setLastMs(lastMs)
                .setLastEpoch(lastEpoch)
                .setParked(parked)
                .setReason(reason);
        return lastOwner == PartitionState.NONE
                ? record.build()
                : record.setLastOwner(lastOwner).build();
    }
}
