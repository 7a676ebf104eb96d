package io.muster.cli.demo;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is done to the victim, and how it is undone.
 *
 * @param name as the story tells it: "kill -9 of"
 * @param strike does it
 * @param undo undoes it, as far as that can be done
 * @param undone what the victim is then: "started again"
 */
record Blow(String name, Runnable strike, Runnable undo, String undone) {
    /** @param network the nodes' network; needed for a partition only */
    static Blow of(DemoSettings.Fault fault, DemoNode victim, @Nullable DemoNetwork network) {
        return switch (fault) {
            case kill -> new Blow("kill -9 of", victim::kill, victim::start, "started again");
            case pause -> new Blow("kill -STOP of", victim::pause, victim::resume, "woken");
            case partition -> {
                DemoNetwork cables = Objects.requireNonNull(network, "a partition needs a network of its own");
                yield new Blow(
                        "Cutting the network link of",
                        () -> cables.cut(victim.id()),
                        () -> cables.heal(victim.id()),
                        "connected again");
            }
            case restart -> throw new IllegalArgumentException("a rolling restart has no victim");
        };
    }
}
