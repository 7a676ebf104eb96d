package io.muster.testkit.sim;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One process of a node: runs, is stopped for a while (what arrives waits), or is dead (what arrives is lost). A restart is
 * another process. Not thread-safe.
 */
final class SimProcess {
    private final EventQueue queue;
    private final int node;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private boolean dead;
    private boolean paused;

    SimProcess(EventQueue queue, int node) {
        this.queue = queue;
        this.node = node;
    }

    int node() {
        return node;
    }

    boolean isDead() {
        return dead;
    }

    boolean isPaused() {
        return paused;
    }

    /** Does something in the process, as soon as it runs. */
    void run(Runnable action) {
        if (dead) {
            return;
        }
        if (paused || !waiting.isEmpty()) {
            waiting.add(action);
        } else {
            action.run();
        }
    }

    void after(long delayNs, Runnable action) {
        queue.after(delayNs, () -> run(action));
    }

    void pause() {
        paused = true;
    }

    /** Goes on: what arrived meanwhile happens now, in order of arrival. */
    void resume() {
        paused = false;
        while (!waiting.isEmpty() && !paused && !dead) {
            waiting.poll().run();
        }
    }

    void kill() {
        dead = true;
        waiting.clear();
    }
}
