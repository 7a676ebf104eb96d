package io.muster.it.lab;

import java.util.List;

/** Where nodes run. */
public interface Places {
    /** Every node on loopback. */
    Places LOOPBACK = new Places() {
        @Override
        public String address(int node) {
            return "127.0.0.1";
        }

        @Override
        public List<String> launcher(int node) {
            return List.of();
        }
    };

    /** The node's IP address; this process reaches it. */
    String address(int node);

    /** What precedes the command that starts the node; it must become that command's process. */
    List<String> launcher(int node);
}
