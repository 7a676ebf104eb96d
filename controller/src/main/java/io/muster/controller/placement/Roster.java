package io.muster.controller.placement;

import io.muster.metadata.image.Broker;
import io.muster.metadata.image.BrokerWork;
import io.muster.metadata.image.MetadataImage;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The brokers of an image in a dense order (by id), with counts that run along while one decision is made. Everything in this
 * package names brokers by their index here. Not thread-safe.
 */
public final class Roster {
    /** Ids below this are looked up in a table, larger ones by binary search. */
    private static final int TABLE_LIMIT = 1 << 16;

    /** Weight of a broker that names no capacity: one share. */
    private static final int ONE_SHARE = 100;

    private final Broker[] brokers;
    private final int[] ids;
    private final int[] table;
    private final int[] racks;
    private final int rackCount;
    private final boolean[] live;
    private final int[] leaders;
    private final int[] replicas;

    public Roster(MetadataImage image) {
        int count = image.brokerCount();
        brokers = new Broker[count];
        ids = new int[count];
        racks = new int[count];
        live = new boolean[count];
        leaders = new int[count];
        replicas = new int[count];
        Map<String, Integer> rackNumbers = new HashMap<>();
        int nextRack = 0;
        int i = 0;
        for (Broker broker : image.brokers()) {
            brokers[i] = broker;
            ids[i] = broker.id();
            live[i] = broker.isUnfenced();
            BrokerWork work = image.work(broker.id());
            leaders[i] = work.leaders();
            replicas[i] = work.replicas();
            // A broker that names no rack is a failure domain of its own.
            Integer rack = broker.rack().isEmpty() ? null : rackNumbers.get(broker.rack());
            if (rack == null) {
                rack = nextRack++;
                if (!broker.rack().isEmpty()) {
                    rackNumbers.put(broker.rack(), rack);
                }
            }
            racks[i] = rack;
            i++;
        }
        rackCount = nextRack;
        int max = count == 0 ? -1 : ids[count - 1];
        table = new int[max < TABLE_LIMIT ? max + 1 : 0];
        Arrays.fill(table, -1);
        for (int b = 0; b < count && table.length > 0; b++) {
            table[ids[b]] = b;
        }
    }

    public int size() {
        return ids.length;
    }

    public int id(int index) {
        return ids[index];
    }

    public Broker broker(int index) {
        return brokers[index];
    }

    /** The index of a broker id, or -1 for an unknown one. */
    public int indexOf(int id) {
        if (table.length > 0) {
            return id < 0 || id >= table.length ? -1 : table[id];
        }
        int found = Arrays.binarySearch(ids, id);
        return found < 0 ? -1 : found;
    }

    /** True if the broker is unfenced, or will be by this decision: it may get work. */
    public boolean isLive(int index) {
        return live[index];
    }

    public boolean isLiveId(int id) {
        int index = indexOf(id);
        return index >= 0 && live[index];
    }

    /** This decision changes whether the broker may get work. */
    public void setLive(int id, boolean isLive) {
        int index = indexOf(id);
        if (index >= 0) {
            live[index] = isLive;
        }
    }

    public int liveCount() {
        int count = 0;
        for (boolean each : live) {
            count += each ? 1 : 0;
        }
        return count;
    }

    int rack(int index) {
        return racks[index];
    }

    int rackCount() {
        return rackCount;
    }

    String rackName(int index) {
        String name = brokers[index].rack();
        return name.isEmpty() ? "(none)" : name;
    }

    /** Relative capacity; always positive. */
    public int capacity(int index) {
        int capacity = brokers[index].capacity();
        return capacity > 0 ? capacity : ONE_SHARE;
    }

    public boolean carries(int index, Map<String, String> tags) {
        return tags.isEmpty() || brokers[index].tags().entrySet().containsAll(tags.entrySet());
    }

    /** Partitions it leads, those that this decision grants included. */
    public int leaders(int index) {
        return leaders[index];
    }

    public void addLeader(int index, int by) {
        leaders[index] += by;
    }

    public int replicas(int index) {
        return replicas[index];
    }

    public void addReplica(int index, int by) {
        replicas[index] += by;
    }

    /** True if {@code a}, given one more leadership, would be less loaded than {@code b} given one more. */
    boolean leadsLess(int a, int b) {
        return (leaders[a] + 1L) * capacity(b) < (leaders[b] + 1L) * capacity(a);
    }

    /** Replicas for each unit of capacity if it got one more. */
    double loadWithOneMore(int index) {
        return (replicas[index] + 1.0) / capacity(index);
    }

    double leadersWithOneMore(int index) {
        return (leaders[index] + 1.0) / capacity(index);
    }
}
