package io.muster.controller.liveness;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds fencing when so many brokers look dead within a window that the fault is more likely ours: all of three or more, or
 * more than a share of four or more, in the cluster or in one rack. Silent, lagging and unhealthy brokers count alike. It is
 * asked before anybody is fenced, with everybody who looks dead, so that the first round already moves nothing. Proof of death
 * never passes through here, and neither does an operator's fence. Used by one thread, but for {@link #hold}.
 */
final class BlastGuard {
    private static final Logger LOG = LoggerFactory.getLogger(BlastGuard.class);
    private static final String CLUSTER = "";

    private final LossLimits limits;
    private final long windowNs;
    private final long quietNs;
    private final Map<String, HoldScope> scopes = new HashMap<>();
    /**
     * Brokers that were fenced in the window; and those that looked dead while fencing was held and then were fenced by proof or
     * by hand, for as long as it is held and somebody else still looks dead: what is found to be really gone does not speak for
     * the rest, but when there is no rest it must not keep up the hold by itself.
     */
    private final Map<Integer, Lost> recent = new HashMap<>();
    /** Who looked dead when it was last looked, and its rack. */
    private final Map<Integer, String> suspects = new HashMap<>();

    private volatile String hold = "";
    private volatile int held;

    private record Lost(String rack, long atNs, boolean whileHeld) {}

    /** A broker that owns work, or did a moment ago. */
    record Member(int id, String rack, boolean looksDead) {}

    /** @param quietNs how long it must look well again before a hold ends */
    BlastGuard(LossLimits limits, long quietNs) {
        this.limits = limits;
        this.windowNs = limits.windowMs() * 1_000_000;
        this.quietNs = quietNs;
    }

    private static final class Count {
        int brokers;
        int lost;
    }

    /**
     * Looks at everybody and says whom not to fence.
     *
     * @param live all brokers that are not fenced, those that look dead included
     * @param lifted an operator said to fence all the same
     * @return racks whose brokers are held; all of them when the whole cluster is
     */
    Set<String> look(List<Member> live, boolean lifted, long nowNs) {
        follow(live, nowNs);
        TreeMap<String, Count> counts = count(live);
        if (lifted) {
            scopes.values().forEach(HoldScope::end);
            say("", 0);
            return Set.of();
        }
        Set<String> holding = new HashSet<>();
        List<String> sentences = new ArrayList<>();
        for (Map.Entry<String, Count> entry : counts.entrySet()) {
            Count count = entry.getValue();
            if (scope(entry.getKey()).look(count.brokers, count.lost, nowNs)) {
                holding.add(entry.getKey());
                String where = entry.getKey().equals(CLUSTER) ? "brokers" : "brokers of rack " + entry.getKey();
                sentences.add(count.lost + " of " + count.brokers + " " + where);
            }
        }
        scopes.keySet().retainAll(counts.keySet());
        if (holding.contains(CLUSTER)) {
            live.forEach(member -> holding.add(member.rack()));
        }
        int spared = 0;
        for (Member member : live) {
            spared += member.looksDead() && holding.contains(member.rack()) ? 1 : 0;
        }
        say(String.join(" and ", sentences), spared);
        return holding;
    }

    /** Another term begins: nothing that a past one believed speaks in it. */
    void startAnew() {
        recent.clear();
        suspects.clear();
        scopes.clear();
        say("", 0);
    }

    private void follow(List<Member> live, long nowNs) {
        Map<Integer, String> gone = new HashMap<>(suspects);
        suspects.clear();
        for (Member member : live) {
            gone.remove(member.id());
            if (member.looksDead()) {
                suspects.put(member.id(), member.rack());
            } else {
                recent.remove(member.id());
            }
        }
        if (!hold.isEmpty()) {
            gone.forEach((id, rack) -> recent.putIfAbsent(id, new Lost(rack, nowNs, true)));
        }
        forget(nowNs);
    }

    private void forget(long nowNs) {
        Iterator<Lost> all = recent.values().iterator();
        while (all.hasNext()) {
            Lost lost = all.next();
            boolean holdIsOver = lost.whileHeld() && hold.isEmpty();
            boolean othersLookDead = lost.whileHeld() && !suspects.isEmpty();
            if (holdIsOver || (!othersLookDead && nowNs - lost.atNs() > windowNs)) {
                all.remove();
            }
        }
    }

    /** By rack, and all of them under {@link #CLUSTER}, which comes first. Brokers without a rack are in no rack. */
    private TreeMap<String, Count> count(List<Member> live) {
        TreeMap<String, Count> counts = new TreeMap<>();
        counts.put(CLUSTER, new Count());
        Set<Integer> counted = new HashSet<>();
        for (Member member : live) {
            counted.add(member.id());
            add(counts, member.rack(), member.looksDead());
        }
        recent.forEach((id, lost) -> {
            if (!counted.contains(id)) {
                add(counts, lost.rack(), true);
            }
        });
        return counts;
    }

    private static void add(Map<String, Count> counts, String rack, boolean lost) {
        for (String scope : rack.equals(CLUSTER) ? List.of(CLUSTER) : List.of(CLUSTER, rack)) {
            Count count = counts.computeIfAbsent(scope, s -> new Count());
            count.brokers++;
            count.lost += lost ? 1 : 0;
        }
    }

    private HoldScope scope(String rack) {
        return scopes.computeIfAbsent(
                rack,
                r -> r.equals(CLUSTER)
                        ? new HoldScope(limits.ofCluster(), true, quietNs)
                        : new HoldScope(limits.ofRack(), limits.ofRack() < 1, quietNs));
    }

    /** Says once that it begins, and once that it ends; the numbers may change in between. */
    private void say(String who, int spared) {
        boolean was = !hold.isEmpty();
        hold = who.isEmpty()
                ? ""
                : "Fencing is held: " + who + " look dead at once, which is more likely a fault of this controller or"
                        + " its network than theirs. Check that; fence what is really gone with 'muster brokers fence"
                        + " ID', or fence them all with 'muster brokers lift-hold'.";
        held = spared;
        if (!was && !hold.isEmpty()) {
            LOG.error("{}", hold);
        } else if (was && hold.isEmpty()) {
            LOG.warn("Fencing is no longer held.");
        }
    }

    /** A broker that was live is fenced. */
    void fenced(int id, String rack, long nowNs) {
        recent.put(id, new Lost(rack, nowNs, false));
    }

    /** Whether there is a reason to look: somebody is held, or was until now. */
    boolean isHolding() {
        return !hold.isEmpty();
    }

    /** Why fencing is held, one sentence; empty when it is not. Any thread. */
    String hold() {
        return hold;
    }

    /** Brokers that would have been fenced. Any thread. */
    int held() {
        return held;
    }
}
