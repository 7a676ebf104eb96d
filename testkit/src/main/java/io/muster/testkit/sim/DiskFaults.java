package io.muster.testkit.sim;

/** Damages the disks of voters, never more than a minority of them: more is more than Raft can bear. Not thread-safe. */
final class DiskFaults {
    private final SimCluster cluster;

    DiskFaults(SimCluster cluster) {
        this.cluster = cluster;
    }

    /** Kills a voter that comes back with an empty directory; false if that may not be done to it now. */
    boolean wipe(int id) {
        SimNode node = cluster.node(id);
        if (!mayDamage(node)) {
            return false;
        }
        cluster.kill(id);
        blank(node);
        return true;
    }

    /** Kills a voter whose log loses its tail, so that it refuses to start; false if that may not be done to it now. */
    boolean cut(int id) {
        SimNode node = cluster.node(id);
        if (!mayDamage(node)) {
            return false;
        }
        cluster.kill(id);
        node.disk = DiskState.CUT;
        cluster.start(id);
        return true;
    }

    private boolean mayDamage(SimNode node) {
        return node.runs()
                && cluster.voterIds().stream().allMatch(v -> v == node.id || cluster.node(v).disk == DiskState.WHOLE);
    }

    /** A directory is replaced: the voter reads the log again from its beginning, and takes no part before it is through. */
    private void blank(SimNode node) {
        cluster.memory().wipe(node.id);
        node.disk = DiskState.BLANK;
    }

    /** Somebody replaces the directory of a voter that refused to start. */
    void replaceCut(int id) {
        SimNode node = cluster.node(id);
        if (node.disk == DiskState.CUT) {
            blank(node);
            cluster.start(id);
        }
    }
}
