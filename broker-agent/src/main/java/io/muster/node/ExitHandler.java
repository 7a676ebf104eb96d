package io.muster.node;

/** Told when a node cannot go on and its process must end. Called at most once per node, from any thread. */
@FunctionalInterface
public interface ExitHandler {
    /**
     * Ends the process, or tells the embedding program to. If it returns, the node closes itself without handing over.
     *
     * @param exit why, and with which code; the reason was logged already
     */
    void exit(NodeExit exit);

    /** Ends the process at once, without shutdown hooks: they could hang, or act on a state that is no longer to be trusted. */
    static ExitHandler haltProcess() {
        return exit -> {
            System.err.flush();
            System.out.flush();
            Runtime.getRuntime().halt(exit.code());
        };
    }
}
