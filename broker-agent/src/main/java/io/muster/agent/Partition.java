package io.muster.agent;

/**
 * Names one partition: the unit of work.
 *
 * @param resource the resource's name
 * @param resourceId the resource's id: a resource that is deleted and created again under its name has another
 * @param number the partition's number in the resource, from 0
 */
public record Partition(String resource, long resourceId, int number) {
    /** "orders/3". */
    @Override
    public String toString() {
        return resource + "/" + number;
    }
}
