package io.muster.testkit.witness;

/**
 * A partition as the witness names it.
 *
 * @param resource the resource's name
 * @param resourceId the offset at which the resource was created
 * @param number the partition's number
 */
public record WitnessedPartition(String resource, long resourceId, int number) {
    @Override
    public String toString() {
        return resource + "/" + number;
    }
}
