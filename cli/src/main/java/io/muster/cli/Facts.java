package io.muster.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/** Lines of "Name:  value", aligned. Not thread-safe. */
public final class Facts {
    private final Map<String, String> facts = new LinkedHashMap<>();

    public Facts add(String name, Object value) {
        String text = value.toString();
        facts.put(name, text.isEmpty() ? "-" : text);
        return this;
    }

    public void print(PrintWriter out) {
        int width = facts.keySet().stream().mapToInt(String::length).max().orElse(0) + 3;
        facts.forEach((name, value) -> out.println((name + ":" + " ".repeat(width)).substring(0, width) + value));
    }
}
