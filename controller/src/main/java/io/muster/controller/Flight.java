package io.muster.controller;

import java.util.ArrayDeque;
import java.util.Deque;

/** A log entry under way: the batches of it that are not applied yet. */
final class Flight {
    final Deque<Step> steps = new ArrayDeque<>();
    int batches;
    int bytes;
    long handedInNs;

    void add(Step step, int size) {
        steps.addLast(step);
        batches++;
        bytes += size;
    }
}
